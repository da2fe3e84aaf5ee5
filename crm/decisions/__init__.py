"""Assessments that something was decided on, kept so that the same answer can be worked out again years later."""
