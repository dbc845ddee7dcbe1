"""`dropscribe models`: what is deployed, what it takes and costs, and until when."""
