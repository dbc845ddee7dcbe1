"""The command `dropscribe`, for people; never deployed."""
