"""The room of the list of firms: what it was asked, what it finds, how its rows are shown."""
