"""A list in: recognised, checked without writing, applied as a whole, sent back with its errors marked."""
