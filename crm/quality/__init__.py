"""What is wrong with the files: missing, contradictory, stale, kept twice; each a list to work through."""
