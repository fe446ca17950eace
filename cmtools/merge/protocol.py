"""Lines of the protocol about a merge: each value that was taken, and each that waits."""

from __future__ import annotations

from collections.abc import Iterator

from cmtools.merge.conflict import WHOLE_ROWS, Conflict, Content, show_content
from cmtools.merge.three_way import Merge, TakenRow

MOST_LETTERS = 200


def describe_taken(merge: Merge, author: str) -> Iterator[str]:
    """Describe what came into the book: the place, what was there, what is, whose it is."""
    whose = f" ({author})" if author else ""
    for cell in merge.taken:
        change = f"{short(cell.was)} → {short(cell.now)}"
        yield f"«{cell.sheet}», {cell.key}, {cell.column}: {change}{whose}"
    for row in merge.added:
        yield f"{_row(row)} — добавлена{whose}"
    for row in merge.removed:
        yield f"{_row(row)} — убрана{whose}"
    for row in merge.doubled:
        yield f"{_row(row)} — есть и в книге, и в копии: записана один раз"


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
        f"было {short(conflict.base)}, в книге {short(conflict.ours)}, "
        f"в копии {short(conflict.theirs)}"
    )


def short(content: Content) -> str:
    """Show what stands at a place, in quotes and in one line."""
    text = " / ".join(show_content(content).splitlines())
    if not text:
        return "пусто"
    return f"«{text if len(text) <= MOST_LETTERS else f'{text[: MOST_LETTERS - 1]}…'}»"


def _row(row: TakenRow) -> str:
    return f"«{row.sheet}», {row.key}, строка {short((row.cells,))}"
