"""The month: rows of all books, indicators, plan and report."""
