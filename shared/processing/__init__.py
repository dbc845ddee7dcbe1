"""The one path of a file, from the event to its document."""
