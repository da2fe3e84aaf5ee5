"""Tasks (待办): who does what for which firm by when; made one by one or for a whole selection of a list."""
