"""What a file is, and how its content is read."""
