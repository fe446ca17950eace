"""Lines of the protocol about a merge: each value that was taken, and each that waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache
from typing import Any

from cmtools.books.catalog import BOOKS
from cmtools.books.orders import ORDERS, PAYMENTS, POSITIONS
from cmtools.merge.conflict import WHOLE_ROWS, Conflict, Content, show_content
from cmtools.merge.three_way import Merge, TakenCell, TakenRow
from cmtools.tables.table import Table

MOST_LETTERS = 200
MOST_OWN = 5  # cells of a column, or rows of a sheet, of a person's own, each in a line


def describe_taken(merge: Merge, author: str) -> list[str]:
    """Describe what came into the book: the place, what was there, what is, whose it is.

    Payments and orders come first, what people added themselves last: many cells of a column of
    theirs, or many rows of a sheet, are one line.
    """
    whose = f" ({author})" if author else ""
    columns: dict[tuple[str, str], list[TakenCell]] = {}
    for cell in merge.taken:
        columns.setdefault((cell.sheet, cell.column), []).append(cell)
    found = [(key, f"{line}{whose}") for key in columns for line in _cells(key, columns[key])]
    for rows, end, verb in (
        (merge.added, f"добавлена{whose}", "добавлено"),
        (merge.removed, f"убрана{whose}", "убрано"),
        (merge.doubled, "есть и в книге, и в копии: записана один раз", "записано один раз"),
    ):
        sheets: dict[str, list[TakenRow]] = {}
        for row in rows:
            sheets.setdefault(row.sheet, []).append(row)
        found += [((key, ""), line) for key in sheets for line in _rows(sheets[key], end, verb)]
    return [line for _, line in sorted(found, key=lambda one: _rank(*one[0]))]


def _cells(place: tuple[str, str], cells: Sequence[TakenCell]) -> Iterator[str]:
    if _is_own(*place) and len(cells) > MOST_OWN:
        kinds = Counter(
            "очищено" if cell.now is None else "изменено" if cell.was is not None else "заполнено"
            for cell in cells
        )
        counts = ", ".join(f"{kind} строк: {count}" for kind, count in kinds.items())
        yield f"«{place[0]}», столбец «{place[1]}»: {counts}"
        return
    for cell in cells:
        change = f"{short(cell.was, cell.column)} → {short(cell.now, cell.column)}"
        yield f"«{cell.sheet}», {cell.key}, {cell.column}: {change}"


def _rows(rows: Sequence[TakenRow], end: str, verb: str) -> Iterator[str]:
    if _is_own(rows[0].sheet) and len(rows) > MOST_OWN:
        yield f"«{rows[0].sheet}»: {verb} строк: {len(rows)}"
        return
    for row in rows:
        yield f"«{row.sheet}», {row.key}, строка {short((row.cells,))} — {end}"


def _is_own(sheet: str, column: str = "") -> bool:
    """Tell whether people added a sheet or column themselves."""
    return column not in _sheets().get(sheet, ())


def _rank(sheet: str, column: str) -> int:
    """Return where the lines of a sheet come; what people added themselves is last."""
    return len(_sheets()) if _is_own(sheet, column) else [*_sheets()].index(sheet)


@cache
def _sheets() -> Mapping[str, Set[str]]:
    """Return sheet → its declared columns, the sheets in the order in which they are told of."""
    first: Sequence[Table[Any]] = (PAYMENTS, ORDERS, POSITIONS)
    tables = dict.fromkeys((*first, *(table for book in BOOKS for table in book.tables)))
    return {t.title: {"", *(field.title for field in t.fields.values())} for t in tables}


def describe_conflicts(merge: Merge) -> Iterator[str]:
    """Describe what waits for a person; the book has there what it had."""
    return map(describe_conflict, merge.conflicts)


def describe_conflict(conflict: Conflict) -> str:
    """Describe a conflict in one line."""
    place = f"«{conflict.sheet}», {conflict.key}, {conflict.column or WHOLE_ROWS}"
    return f"{place}: {describe_sides(conflict)} — {conflict.reason}"


def describe_sides(conflict: Conflict) -> str:
    """Describe what a conflict is about: what was there, what each side has."""
    return (
        f"было {short(conflict.base, conflict.column)}, "
        f"в книге {short(conflict.ours, conflict.column)}, "
        f"в копии {short(conflict.theirs, conflict.column)}"
    )


def short(content: Content, column: str | None = None) -> str:
    """Show what stands at a place, in quotes and in one line."""
    text = " / ".join(show_content(content, column).splitlines())
    if not text:
        return "пусто"
    return f"«{text if len(text) <= MOST_LETTERS else f'{text[: MOST_LETTERS - 1]}…'}»"
