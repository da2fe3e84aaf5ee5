"""The whole register out as one file in a documented format, and into an empty register elsewhere."""
