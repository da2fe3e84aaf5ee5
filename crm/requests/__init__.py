"""Requests (诉求): what firms ask, who answers by when, what was answered, and how many were solved."""
