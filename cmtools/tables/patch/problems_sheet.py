"""The sheet «Ошибки» of an annotated copy: every problem in a row, with a link to its cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import NamedTuple

from cmtools.problems import Problem
from cmtools.tables.parsers import normalize_name
from cmtools.tables.patch.cells import row_xml
from cmtools.tables.patch.package import Package, remove
from cmtools.tables.patch.plain_sheet import sheet_xml
from cmtools.tables.patch.styles import add_bottom_border, add_fill, add_font, add_format, color_xml
from cmtools.tables.service_sheets import ERRORS_SHEET
from cmtools.tables.writer import styles

COLUMNS = (
    ("№", 6),
    ("Лист", 18),
    ("Ячейка", 10),
    ("Столбец", 24),
    ("Значение", 28),
    ("Что не так", 52),
    ("Что сделать", 58),
)
HEADER_ROW = 4
MAX_ROW_HEIGHT = 409.0
"""Excel allows no higher row (points)."""

_LEAD = "Щёлкните по ячейке в третьем столбце: откроется место, где нужно исправить."


class _Formats(NamedTuple):
    """The numbers of the cell formats of the sheet."""

    title: bytes
    lead: bytes
    header: bytes
    error: bytes
    warning: bytes
    text: bytes
    link: bytes


def remove_problems_sheet(package: Package) -> None:
    """Remove the list of problems from a book, with the names that belong to it."""
    book = package.tree(package.workbook)
    sheets = book.findall("{*}sheets/{*}sheet")
    titles = [normalize_name(sheet.get("name", "")) for sheet in sheets]
    if normalize_name(ERRORS_SHEET) not in titles:
        return
    old = titles.index(normalize_name(ERRORS_SHEET))
    part = package.sheet_part(ERRORS_SHEET)
    remove(sheets[old])
    package.drop([part])
    for defined in list(book.iter("{*}definedName")):
        owner = int(defined.get("localSheetId", "-1"))
        if owner == old:
            remove(defined)
        elif owner > old:
            defined.set("localSheetId", str(owner - 1))
    for view in book.iter("{*}workbookView"):
        active = int(view.get("activeTab", "0"))
        view.set("activeTab", str(active - 1 if active > old else 0))
        view.attrib.pop("firstSheet", "")


def add_problems_sheet(
    package: Package, titles: Mapping[str, str], problems: Sequence[Problem]
) -> None:
    """Add the list of problems to a book, in place of the sheet of that name if it has one.

    `titles` are the titles of the book's sheets by their folded names.
    """
    formats = _add_formats(package)
    errors = sum(problem.is_error for problem in problems)
    rows = [
        row_xml(
            1,
            [f"Ошибок: {errors}, предупреждений: {len(problems) - errors}"],
            [formats.title],
        ),
        row_xml(2, [_LEAD], [formats.lead]),
        row_xml(HEADER_ROW, [title for title, _ in COLUMNS], [formats.header] * len(COLUMNS)),
    ]
    links = []
    for row, problem in enumerate(problems, start=HEADER_ROW + 1):
        place = problem.place
        title = titles.get(normalize_name(place.sheet or ""))
        is_linked = title is not None and place.cell is not None
        rows.append(_problem_row(row, problem, formats, is_linked=is_linked))
        if title is not None and is_linked:
            sheet = title.replace("'", "''")
            location = escape(f"'{sheet}'!{place.cell}")
            links.append(f'<hyperlink ref="C{row}" location="{location}"/>')
    content = sheet_xml(
        rows,
        [width for _, width in COLUMNS],
        header=HEADER_ROW,
        last=HEADER_ROW + max(len(problems), 1),
        links=f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else "",
        selected=True,
    )
    package.add_sheet(ERRORS_SHEET, content)


def sentence(text: str) -> str:
    """Return a text with a capital first letter."""
    return text[:1].upper() + text[1:]


def _problem_row(row: int, problem: Problem, formats: _Formats, *, is_linked: bool) -> bytes:
    values: tuple[str | int, ...] = (
        row - HEADER_ROW,
        problem.place.sheet or "вся книга",
        problem.place.cell or "—",
        problem.column or "",
        problem.value or "",
        sentence(problem.message),
        sentence(problem.hint),
    )
    look = [formats.text] * len(values)
    look[0] = formats.error if problem.is_error else formats.warning
    if is_linked:
        look[2] = formats.link
    height = styles.row_height(zip(values, (width for _, width in COLUMNS), strict=True))
    attributes = b' ht="%g" customHeight="1"' % min(height, MAX_ROW_HEIGHT)
    return row_xml(row, values, look, attributes)


def _add_formats(package: Package) -> _Formats:
    ink = add_font(package, '<sz val="11"/>')
    line = add_bottom_border(package, styles.RULE)
    top = 'vertical="top" wrapText="1"'

    def add(font: int, fill: int = 0, border: int = 0, alignment: str = "") -> bytes:
        number = add_format(package, font=font, fill=fill, border=border, alignment=alignment)
        return b"%d" % number

    title = add_font(package, f'<b/><sz val="16"/>{color_xml(styles.NAVY)}')
    header = add_font(package, f'<b/><sz val="11"/>{color_xml("#FFFFFF")}')
    link = add_font(package, f'<u/><sz val="11"/>{color_xml(styles.LINK_BLUE)}')
    return _Formats(
        title=add(title),
        lead=add(add_font(package, '<i/><sz val="11"/>')),
        header=add(
            header,
            add_fill(package, styles.NAVY),
            alignment='horizontal="center" vertical="center"',
        ),
        error=add(ink, add_fill(package, styles.PALE_RED), line, top),
        warning=add(ink, add_fill(package, styles.PALE_ORANGE), line, top),
        text=add(ink, 0, line, f'horizontal="left" indent="1" {top}'),
        link=add(link, 0, line, f'horizontal="left" indent="1" {top}'),
    )
