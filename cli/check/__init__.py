"""`dropscribe check`: what would become of files, told without asking a model."""
