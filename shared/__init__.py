"""What Dropscribe does with a file. Start reading in `processor.py`: the one path that a file takes."""
