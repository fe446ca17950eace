"""Process a book that was dropped into the inbox: check it, accept it, make what it asks for."""
