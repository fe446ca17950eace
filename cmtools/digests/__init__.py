"""Books of orders one by one: each read into a small digest, on many cores, and remembered."""
