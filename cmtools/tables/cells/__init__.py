"""The cells of a workbook's sheets, from the XML they are kept in to columns of values."""
