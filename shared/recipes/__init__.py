"""What to ask about a file: the tasks that people can choose."""
