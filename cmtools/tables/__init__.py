"""The spreadsheet engine: declared columns, reading, checking, blanks, painted copies."""
