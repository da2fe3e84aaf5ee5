"""What one looks at: the home page, the whole file of a firm, search, one's jobs."""
