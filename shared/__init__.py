"""What Dropscribe does with a file. Start reading in `processing/attempt.py`: the one path that a file takes."""
