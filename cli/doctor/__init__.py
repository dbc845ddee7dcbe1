"""`dropscribe doctor`: whether the app works, shown by a sample that is dropped and answered."""
