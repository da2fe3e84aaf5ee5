"""Where each firm stands on the ladder and what it lacks for the next rung."""
