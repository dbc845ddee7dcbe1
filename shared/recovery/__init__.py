"""Files that fell out of the path."""
