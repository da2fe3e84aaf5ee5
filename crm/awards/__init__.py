"""What firms are due, what they were given, who was missed."""
