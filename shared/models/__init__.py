"""What a model can take, where it is served, and what is asked and answered."""
