"""Policies tried on the whole register (试算): who would gain, who would drop, what it would cost."""
