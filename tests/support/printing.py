"""How a sheet comes out of a printer: on A4, a page wide."""

from openpyxl.worksheet.worksheet import Worksheet

A4_INCHES, WIDE_DIGIT = 11.69, 0.0875  # inches; a digit of 11 points, a fifth over Calibri's


def printed_points(sheet: Worksheet) -> float:
    """The size of the letters of a sheet that is printed a page wide on A4 landscape."""
    page, margins = sheet.page_setup, sheet.page_margins
    assert (page.paperSize, page.orientation) == (9, "landscape")
    assert (page.fitToWidth or 1, page.fitToHeight) == (1, 0)
    area = sheet[sheet.print_area.partition("!")[2]]
    letters = {cell.column_letter for row in area for cell in row}
    width = sum(sheet.column_dimensions[letter].width for letter in letters)
    return 11 * (A4_INCHES - margins.left - margins.right) / (width * WIDE_DIGIT)
