"""The books: their records, one declared line a column, and their rules."""
