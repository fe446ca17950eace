"""The painted copy: a manager's own book with bad cells coloured, a note in each, and a list.

Made with openpyxl, which loses shapes and some charts; so it only ever makes copies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cmtools.files import atomic_write
from cmtools.problems import Problem, Severity
from cmtools.tables.parsers import escape_text, normalize_name
from cmtools.tables.writer import styles

ERRORS_SHEET = "Ошибки"
MOST_NOTES = 5000
COLUMNS = (
    ("№", 6),
    ("Лист", 18),
    ("Ячейка", 10),
    ("Столбец", 24),
    ("Значение", 28),
    ("Что не так", 52),
    ("Что сделать", 58),
)
_TYPED_ESCAPE = re.compile("_(?=x00[2-9A-Fa-f][0-9A-Fa-f]_|x(?!00)[0-9A-Fa-f]{4}_)")
_AUTHOR = "cmtools"


def annotate(source: Path, target: Path, problems: Sequence[Problem]) -> None:
    """Write the painted copy of a book; the book itself is only read.

    Raises:
        OSError: the copy cannot be written.
    """
    book = load_workbook(source, keep_links=False)
    _keep_escapes(book)
    sheets = {normalize_name(sheet.title): sheet for sheet in book.worksheets}
    by_cell: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        if problem.place.sheet and problem.place.cell:
            by_cell.setdefault((problem.place.sheet, problem.place.cell), []).append(problem)
    for (sheet, cell), found in list(by_cell.items())[:MOST_NOTES]:
        if normalize_name(sheet) in sheets:
            _paint(sheets[normalize_name(sheet)], cell, found)
    _list_problems(book, sheets, problems)
    content = BytesIO()  # a full disk must not leave openpyxl with a half-written file
    book.save(content)
    with atomic_write(target) as aside:
        aside.write_bytes(content.getvalue())


def _keep_escapes(book: Workbook) -> None:
    """Openpyxl takes the escape off a text typed as `_x0041_` and does not put it on again.

    It leaves `_x0007_`, which stands for a control character, as it is.
    """
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.data_type == "s":
                    safe = _TYPED_ESCAPE.sub("_x005F_", cell.value)
                    if safe != cell.value:
                        cell.value = safe
                        cell.data_type = "s"


def _paint(sheet: Worksheet, name: str, problems: Sequence[Problem]) -> None:
    cell = sheet[name]
    if not hasattr(cell, "fill"):
        return  # an inner cell of a merged range has no look of its own
    is_error = any(problem.is_error for problem in problems)
    colour = (styles.PALE_RED if is_error else styles.PALE_ORANGE).lstrip("#")
    cell.fill = PatternFill("solid", start_color=colour, end_color=colour)
    text = "\n".join(f"{_sentence(p.message)}\n→ {p.hint}" for p in problems)
    cell.comment = Comment(escape_text(text), _AUTHOR, width=320, height=60 + 18 * text.count("\n"))


def _list_problems(
    book: Workbook, sheets: Mapping[str, Worksheet], problems: Sequence[Problem]
) -> None:
    if normalize_name(ERRORS_SHEET) in sheets:
        book.remove(sheets[normalize_name(ERRORS_SHEET)])
    sheet = book.create_sheet(ERRORS_SHEET, 0)
    errors = sum(problem.is_error for problem in problems)
    sheet["A1"] = f"Ошибок: {errors}, предупреждений: {len(problems) - errors}"
    sheet["A1"].font = Font(name=styles.FONT, size=16, bold=True, color=styles.NAVY.lstrip("#"))
    sheet["A2"] = "Щёлкните по ячейке в третьем столбце: откроется место, где нужно исправить."
    sheet["A2"].font = Font(name=styles.FONT, size=11, italic=True)
    fill = PatternFill("solid", start_color=styles.NAVY.lstrip("#"))
    for position, (title, width) in enumerate(COLUMNS, start=1):
        cell = sheet.cell(4, position, title)
        cell.font = Font(name=styles.FONT, bold=True, color="FFFFFF")
        cell.fill = fill
        cell.alignment = Alignment(horizontal="center", vertical="center")
        sheet.column_dimensions[cell.column_letter].width = width
    line = Side(style="thin", color=styles.RULE.lstrip("#"))
    for row, problem in enumerate(problems, start=5):
        _list_problem(sheet, row, problem, sheets, Border(bottom=line))
    sheet.freeze_panes = "A5"
    sheet.auto_filter.ref = f"A4:G{4 + max(len(problems), 1)}"
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "4:4"
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False


def _list_problem(
    sheet: Worksheet,
    row: int,
    problem: Problem,
    sheets: Mapping[str, Worksheet],
    border: Border,
) -> None:
    place = problem.place
    values: tuple[str | int, ...] = (
        row - 4,
        place.sheet or "вся книга",
        place.cell or "—",
        problem.column or "",
        problem.value or "",
        _sentence(problem.message),
        _sentence(problem.hint),
    )
    colour = styles.PALE_ORANGE if problem.severity is Severity.WARNING else styles.PALE_RED
    for position, value in enumerate(values, start=1):
        cell = sheet.cell(row, position)
        if isinstance(value, str):
            cell.value = escape_text(value)
            cell.data_type = "s"  # whatever it begins with, it is a text
        else:
            cell.value = value
        cell.font = Font(name=styles.FONT, size=11)
        cell.alignment = Alignment(vertical="top", wrap_text=True, indent=int(position > 1))
        cell.border = border
    widths = [width for _, width in COLUMNS]
    height = styles.row_height(zip(values, widths, strict=True))
    sheet.row_dimensions[row].height = height
    sheet.cell(row, 1).fill = PatternFill("solid", start_color=colour.lstrip("#"))
    if place.cell and place.sheet and normalize_name(place.sheet) in sheets:
        title = sheets[normalize_name(place.sheet)].title.replace("'", "''")
        link = sheet.cell(row, 3)
        link.hyperlink = f"#'{title}'!{place.cell}"
        link.font = Font(name=styles.FONT, size=11, underline="single", color="0B57D0")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
