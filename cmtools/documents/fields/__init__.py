"""The fields of each document's template, filled from the books; pure."""
