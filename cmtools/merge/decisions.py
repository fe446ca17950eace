"""A person's decisions about conflicts as changes of the book; nothing is read or written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cmtools.merge.alignment import RowContent, describe_rows, own_content, own_contents, read_row
from cmtools.merge.conflict import (
    ADDED,
    REMOVED,
    Answer,
    CellPlace,
    Conflict,
    Content,
    RowCells,
    Side,
    show_content,
)
from cmtools.merge.records import BookRecords, Record, RowPlace, place_of
from cmtools.merge.three_way import Merge, TakenCell, TakenRow
from cmtools.tables.parsers import format_value, squeeze


@dataclass(frozen=True, kw_only=True, slots=True)
class Decisions:
    """What the decisions change in the book; its conflicts are those that are still open.

    decided: the conflicts that are closed, by the number of the drop and the place.
    refused: what a person has turned down, see `Caution`.
    """

    merge: Merge
    decided: Sequence[tuple[int, CellPlace]]
    refused: Sequence[tuple[CellPlace, str]]


def decide(
    answers: Iterable[Answer], conflicts: Iterable[tuple[int, Conflict]], ours: BookRecords
) -> Decisions:
    """Apply decisions to the open conflicts of a book, each with the number of its drop.

    One whose place in the book has changed since it was asked stays open, also one of two drops
    where the answer about the other has changed it, or has brought one of its rows in for another
    order. A conflict that was decided before is not open, so the same answers twice change nothing.
    """
    by_question = {_question_of(answer): answer for answer in answers}
    changes, book = _Changes(), _BookRows(ours)
    applied: dict[CellPlace, Answer] = {}
    left: list[Conflict] = []
    decided: list[tuple[int, CellPlace]] = []
    refused: dict[tuple[CellPlace, str], None] = {}
    for drop, asked in conflicts:
        now = book.rows_of(asked)
        conflict = _with_rows(asked, now)
        answer = by_question.get(_question(conflict))
        is_moot = applied.get(conflict.place, answer) != answer
        if _is_settled(conflict):
            decided.append((drop, conflict.place))
        elif answer is None or is_moot or not _can_be_done(conflict, answer, now):
            left.append(conflict)
        elif (
            answer.take == Side.OURS
            or conflict.place in applied
            or changes.add(conflict, answer, now)
        ):
            decided.append((drop, conflict.place))
            refused |= dict.fromkeys(_turned_down(conflict, answer))
            if answer.take != Side.OURS:
                applied[conflict.place] = answer
        else:
            left.append(conflict)
    return Decisions(merge=changes.result(ours, tuple(left)), decided=decided, refused=[*refused])


class _Changes:
    """Collects what decisions change in the book."""

    def __init__(self) -> None:
        self._taken: dict[CellPlace, TakenCell] = {}
        self._added: list[TakenRow] = []
        self._removed: list[TakenRow] = []
        self._moved: set[tuple[str, RowContent]] = set()

    def add(self, conflict: Conflict, answer: Answer, now: Sequence[Record]) -> bool:
        """Take a decision, unless another one has brought in a row that it brings in."""
        if conflict.column is None:
            gone, new = _difference(conflict, _rows(_choose(conflict, answer)), now)
            came = _lines(_chosen_meaning(conflict, answer) or "") - _lines(conflict.meanings[1])
            movable = came & _lines(conflict.movable)
            moved = {(conflict.sheet, content) for content in _own_contents(conflict, movable)}
            if moved & self._moved:
                return False
            self._moved |= moved
            if len(gone) == len(new) == 1 and now[0].key:
                self._taken |= _changed_cells(conflict, *gone, *new)
            else:
                self._removed += gone
                self._added += new
        elif cell := _cell(conflict, answer, now):
            self._taken[conflict.place] = cell
        return True

    def result(self, ours: BookRecords, left: tuple[Conflict, ...]) -> Merge:
        columns: dict[str, tuple[str, ...]] = {}
        for cell in self._taken.values():
            if cell.column not in ours[cell.sheet].columns:
                known = columns.get(cell.sheet, ())
                columns[cell.sheet] = tuple(dict.fromkeys((*known, cell.column)))
        return Merge(
            taken=tuple(self._taken.values()),
            added=tuple(self._added),
            removed=tuple(self._removed),
            columns=columns,
            conflicts=left,
        )


def _question(conflict: Conflict) -> tuple[str | None, ...]:
    column = conflict.column
    shown = (
        conflict.key,
        show_content(conflict.ours, column),
        show_content(conflict.theirs, column),
    )
    return (conflict.sheet, conflict.column, *map(squeeze, shown))


def _question_of(answer: Answer) -> tuple[str | None, ...]:
    shown = (answer.key, answer.ours, answer.theirs)
    return (answer.sheet, answer.column, *map(squeeze, shown))


class _BookRows:
    """The rows of a book by their places, those without a key also by what they mean."""

    def __init__(self, book: BookRecords) -> None:
        self._at: dict[RowPlace, list[Record]] = {}
        self._like: dict[tuple[str, RowContent], list[Record]] = {}
        for title, sheet in book.items():
            for row, content in zip(sheet.rows, own_contents(sheet.rows), strict=True):
                self._at.setdefault((title, place_of(row)), []).append(row)
                if not row.key:
                    self._like.setdefault((title, content), []).append(row)

    def rows_of(self, conflict: Conflict) -> list[Record]:
        """Return the rows that a conflict is about, also those that went to another order since."""
        rows = self._at.get(conflict.place[:2], [])
        known = Counter(own_contents(rows))
        movable = Counter(_own_contents(conflict, _lines(conflict.movable)))
        moved: list[Record] = []
        for content, times in (movable - known).items():
            like = self._like.get((conflict.sheet, content), ())
            moved += [row for row in like if place_of(row) != conflict.place[1]][:times]
        return [*rows, *moved]


def _own_contents(conflict: Conflict, lines: Counter[str]) -> Iterator[RowContent]:
    """Yield what rows of a conflict mean but for whom they belong to."""
    return (own_content(read_row(line), conflict.place[1]) for line in lines.elements())


def open_conflicts(conflicts: Iterable[tuple[int, Conflict]], ours: BookRecords) -> list[Conflict]:
    """Return the conflicts that a person has to decide, with what the book has now."""
    book = _BookRows(ours)
    found = (_with_rows(conflict, book.rows_of(conflict)) for _, conflict in conflicts)
    return [conflict for conflict in found if not _is_settled(conflict)]


def _is_settled(conflict: Conflict) -> bool:
    """Tell whether the book has come to hold what the copy has."""
    return conflict.meanings[1] == conflict.meanings[2]


def _can_be_done(conflict: Conflict, answer: Answer, now: Sequence[Record]) -> bool:
    return conflict.column is None or len(now) == 1 or answer.take == Side.OURS


def _lines(meaning: str) -> Counter[str]:
    return Counter(meaning.splitlines())


def _with_rows(conflict: Conflict, now: Sequence[Record]) -> Conflict:
    """Return a conflict with what the book has now at its place."""
    base, was, theirs = conflict.meanings
    if conflict.column is not None:
        cell = now[0].cells.get(conflict.column) if now else None
        meaning = now[0].meanings.get(conflict.column, "") if now else ""
        return replace(conflict, ours=cell, meanings=(base, meaning, theirs))
    is_new = not conflict.ours and any(row.key for row in now)
    is_moved = any(place_of(row) != conflict.place[1] for row in now)
    if is_new or is_moved or _lines(was) - _lines(describe_rows(now)):
        common = _lines(conflict.common)
        own = [row for row in now if not _take_one(common, describe_rows([row]))]
        rows = tuple(row.cells for row in own)
        return replace(conflict, ours=rows, meanings=(base, describe_rows(own), theirs))
    return conflict


def _choose(conflict: Conflict, answer: Answer) -> Content:
    match answer.take:
        case Side.OURS:
            return conflict.ours
        case Side.THEIRS:
            return conflict.theirs
        case Side.BASE:
            return conflict.base
        case own:
            return own


def _chosen_meaning(conflict: Conflict, answer: Answer) -> str | None:
    """Return what the chosen side means; None for a value of the person's own."""
    sides = (Side.BASE, Side.OURS, Side.THEIRS)
    return conflict.meanings[sides.index(answer.take)] if answer.take in sides else None


def _turned_down(conflict: Conflict, answer: Answer) -> Iterator[tuple[CellPlace, str]]:
    """Yield what was not chosen; of whole rows also each single row, and each of its cells."""
    chosen = _chosen_meaning(conflict, answer)
    for meaning in conflict.meanings[1:]:
        if meaning != chosen:
            yield conflict.place, meaning
            if conflict.column is None:
                yield from _turned_down_rows(conflict.place, meaning, chosen or "")


def _turned_down_rows(
    place: CellPlace, turned_down: str, chosen: str
) -> Iterator[tuple[CellPlace, str]]:
    """Yield the rows that were not to come, else those that were not to go."""
    sheet, key, _ = place
    came, gone = _lines(turned_down) - _lines(chosen), _lines(chosen) - _lines(turned_down)
    yield from (((sheet, key, ADDED + line), "") for line in came)
    if not came:
        yield from (((sheet, key, REMOVED + line), "") for line in gone)
    if came.total() == gone.total() == 1:
        row, other = (read_row(*lines) for lines in (came, gone))
        for title in sorted({title for title, _ in row.items() ^ other.items()}):
            yield (sheet, key, title), row.get(title, "")


def _cell(conflict: Conflict, answer: Answer, now: Sequence[Record]) -> TakenCell | None:
    """Return the cell that changes; None where the book has what was decided."""
    assert conflict.column is not None
    if conflict.meanings[1] == _chosen_meaning(conflict, answer):
        return None
    chosen, row = _choose(conflict, answer), now[0]
    return TakenCell(
        sheet=conflict.sheet,
        key=conflict.key,
        column=conflict.column,
        row=row.row,
        was=row.cells.get(conflict.column),
        now=None if isinstance(chosen, tuple) else chosen,
    )


def _rows(content: Content) -> Sequence[RowCells]:
    return content if isinstance(content, tuple) else ()


def _difference(
    conflict: Conflict, wanted: Sequence[RowCells], now: Sequence[Record]
) -> tuple[list[TakenRow], list[TakenRow]]:
    """Return the rows that go and those that come, so that the wanted ones stand for ours."""
    before, after = (Counter(map(_content, rows)) for rows in (_rows(conflict.ours), wanted))
    common = _lines(conflict.common)
    own = (row for row in now if not _take_one(common, describe_rows([row])))
    came_since = Counter(_content(row.cells) for row in own) - before
    leaving, coming = before - after, after - before - came_since
    gone = [row for row in now if _take_one(leaving, _content(row.cells))]
    new = [cells for cells in wanted if _take_one(coming, _content(cells))]
    return (
        [_taken_row(conflict, row.cells, row.row) for row in gone],
        [_taken_row(conflict, cells) for cells in new],
    )


def _changed_cells(conflict: Conflict, row: TakenRow, new: TakenRow) -> dict[CellPlace, TakenCell]:
    """Return the cells in which a row with a key changes: it stays where it stands."""
    titles = dict.fromkeys((*row.cells, *new.cells))
    return {
        (*conflict.place[:2], title): TakenCell(
            sheet=row.sheet,
            key=row.key,
            column=title,
            row=row.row,
            was=row.cells.get(title),
            now=new.cells.get(title),
        )
        for title in titles
        if row.cells.get(title) != new.cells.get(title)
    }


def _take_one(counts: Counter[Any], content: object) -> bool:
    is_there = counts[content] > 0
    counts[content] -= is_there
    return is_there


def _content(cells: RowCells) -> object:
    return frozenset((title, format_value(cell)) for title, cell in cells.items())


def _taken_row(conflict: Conflict, cells: RowCells, row: int = 0) -> TakenRow:
    return TakenRow(sheet=conflict.sheet, key=conflict.key, cells=cells, row=row)
