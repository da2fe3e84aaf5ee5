"""First floor: the tools every room uses."""
