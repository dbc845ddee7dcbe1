"""What is logged, and what must never be."""
