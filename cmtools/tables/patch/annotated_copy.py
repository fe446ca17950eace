"""The annotated copy: a manager's own book with bad cells coloured, a note in each, and a list."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path

from cmtools.files import atomic_write
from cmtools.problems import Problem
from cmtools.tables.parsers import normalize_name
from cmtools.tables.patch.cells import restyle_cells
from cmtools.tables.patch.foreign_parts import drop_foreign_parts
from cmtools.tables.patch.notes import add_notes, remove_notes
from cmtools.tables.patch.package import Package
from cmtools.tables.patch.problems_sheet import add_problems_sheet, remove_problems_sheet, sentence
from cmtools.tables.patch.properties import (
    read_custom_properties,
    remove_properties,
    set_properties,
)
from cmtools.tables.patch.row_order import order_rows
from cmtools.tables.patch.sheet_elements import deselect_tab, find_hidden_cells, is_worksheet
from cmtools.tables.patch.styles import add_fill, add_filled_format, fill_of_format, replace_fills
from cmtools.tables.service_sheets import ERRORS_SHEET
from cmtools.tables.writer import styles

MOST_NOTES = 5000
ANNOTATED, FILL, NO_FILL = "cmtools-annotated", "cmtools-fill-", "нет"
MOST_LETTERS = 255  # of a custom property in Excel


def annotate(source: Path, target: Path, problems: Sequence[Problem]) -> None:
    """Write the annotated copy of a book; the book itself is only read.

    What is not named above stays byte for byte, but macros and links to other files are dropped.

    Raises:
        OSError: the copy cannot be written.
    """
    package = Package(source)
    drop_foreign_parts(package)
    titles: dict[str, str] = {}  # of two sheets with one name the first was read
    for title in package.sheets():
        titles.setdefault(normalize_name(title), title)
    paint = _Paint(package)
    filled = {
        colour: cache(partial(paint.add_format, colour))
        for colour in (styles.PALE_RED, styles.PALE_ORANGE)
    }
    for name, cells in _by_sheet(problems).items():
        part = package.sheets().get(titles.get(name, ""))
        if part is None or not is_worksheet(package[part]):
            continue
        xml = order_rows(package[part])
        hidden = find_hidden_cells(xml, cells)
        shown = {place: found for place, found in cells.items() if place not in hidden}
        package[part] = restyle_cells(
            xml, {place: filled[_colour(found)] for place, found in shown.items()}
        )
        add_notes(package, part, {place: _note(found) for place, found in shown.items()})
    for part in package.sheets().values():
        package[part] = deselect_tab(package[part])
    add_problems_sheet(package, titles, problems)
    package.make_first(ERRORS_SHEET)
    package.repeat_on_paper(ERRORS_SHEET, "$4:$4")
    set_properties(package, {ANNOTATED: "да", **paint.properties})
    with atomic_write(target) as aside:
        package.save(aside)


def remove_annotation(package: Package) -> None:
    """Take our colours, notes and list of problems off a copy that a person has corrected.

    Cells are given back the fills that they had; a book that is no annotated copy stays as it is.
    """
    properties = read_custom_properties(package)
    if ANNOTATED not in properties:
        return
    ours = {n.removeprefix(FILL): v for n, v in properties.items() if n.startswith(FILL)}
    replace_fills(package, {colour: v if v != NO_FILL else "" for colour, v in ours.items()})
    remove_problems_sheet(package)
    for part in package.sheets().values():
        remove_notes(package, part)
    remove_properties(package, [ANNOTATED, *(f"{FILL}{colour}" for colour in ours)])


class _Paint:
    """Our colours in a book: each fill that one covers has a shade, by which it is restored.

    Excel and LibreOffice number formats anew, but they keep colours and custom properties.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        self._known = package[package.styles].upper() if package.styles in package else b""
        self._fills: dict[tuple[str, str], int] = {}
        self.properties: dict[str, str] = {}

    def add_format(self, colour: str, number: int) -> int:
        """Add a copy of a format in one of our colours; return its number."""
        covered = fill_of_format(self._package, number)
        if len(covered) > MOST_LETTERS:
            covered = ""
        if (colour, covered) not in self._fills:
            shade = self._free_shade(colour)
            self._fills[colour, covered] = add_fill(self._package, f"#{shade}")
            self.properties[f"{FILL}{shade}"] = covered or NO_FILL
        return add_filled_format(self._package, number, self._fills[colour, covered])

    def _free_shade(self, colour: str) -> str:
        """Return the colour, or the most similar one that the book does not use."""
        first = int(colour.lstrip("#"), 16)
        shades = (f"{first + blue:06X}" for blue in range(0x100 - first % 0x100))
        taken = {*(name.removeprefix(FILL) for name in self.properties)}
        free = (s for s in shades if s not in taken and s.encode() not in self._known)
        return next(free, f"{first:06X}")


def _by_sheet(problems: Sequence[Problem]) -> dict[str, dict[tuple[int, int], list[Problem]]]:
    """Return folded name of a sheet → (row, column) → its problems, of the first cells only."""
    sheets: dict[str, dict[tuple[int, int], list[Problem]]] = {}
    count = 0
    for problem in problems:
        place = problem.place
        if place.sheet is None or place.row is None or place.column is None:
            continue
        cells = sheets.setdefault(normalize_name(place.sheet), {})
        cell = (place.row, place.column)
        if cell not in cells and count < MOST_NOTES:
            cells[cell] = []
            count += 1
        if cell in cells:
            cells[cell].append(problem)
    return sheets


def _colour(problems: Sequence[Problem]) -> str:
    is_error = any(problem.is_error for problem in problems)
    return styles.PALE_RED if is_error else styles.PALE_ORANGE


def _note(problems: Sequence[Problem]) -> str:
    return "\n".join(f"{sentence(p.message)}\n→ {p.hint}" for p in problems)
