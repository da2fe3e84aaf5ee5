"""Visits, calls, coaching: what was said, what was promised, what comes next."""
