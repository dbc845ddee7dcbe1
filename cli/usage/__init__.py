"""`dropscribe usage`: what the documents cost, added up from the listing alone."""
