"""One app under load: what is asked of it, what it asks and writes, and what must be true of that at the end."""
