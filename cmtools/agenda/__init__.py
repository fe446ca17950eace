"""The manager's day: what is due, made of the books' rows and a date by pure functions."""
