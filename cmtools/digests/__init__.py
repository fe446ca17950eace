"""Books of orders one by one: each read into a small digest, on all cores or on many machines."""
