"""Change a manager's own workbook and keep all else byte for byte."""
