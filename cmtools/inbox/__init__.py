"""What is done with a book that was dropped into the inbox."""
