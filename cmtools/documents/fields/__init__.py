"""What the template of each document may name, filled from the books; pure."""
