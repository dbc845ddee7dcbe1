"""The one document in which a file ends, and where it is kept."""
