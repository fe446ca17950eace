"""The book and a copy of it merged by what the copy was made from; nothing is read or written.

What only the copy changed is taken, what both changed differently is a conflict, and then the book
stays as it is: a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial

from cmtools.merge import reasons
from cmtools.merge.alignment import (
    AlignedSheet,
    align,
    beyond,
    count,
    describe_counts,
    describe_rows,
    differing,
    renamed_keys,
    same,
    worked_on,
)
from cmtools.merge.conflict import CellPlace, Conflict, RowCells
from cmtools.merge.records import BookRecords, Key, Owner, Record, RowPlace
from cmtools.merge.row_groups import find_movable, merge_groups
from cmtools.tables.parsers import Cell


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenCell:
    """A cell of the book that gets the copy's value."""

    sheet: str
    key: str
    column: str
    row: int
    was: Cell
    now: Cell


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenRow:
    """A row that is added to the book, or emptied there; `row` is its number if it has one."""

    sheet: str
    key: str
    cells: RowCells
    row: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Merge:
    """All that changes in the book, and what a person has to decide.

    columns: sheet → titles of the columns that the copy has and the book has not.
    doubled: rows without a key that both sides added, and that are there once.
    """

    taken: tuple[TakenCell, ...] = ()
    added: tuple[TakenRow, ...] = ()
    removed: tuple[TakenRow, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    doubled: tuple[TakenRow, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the book stays as it is."""
        return not (self.taken or self.added or self.removed or any(self.columns.values()))


@dataclass(frozen=True, kw_only=True, slots=True)
class Caution:
    """What is not taken though only the copy changed it: a person decides.

    rows: place → why its changes wait. doubtful: cells in which the copy may be out of date.
    refused: what a person has turned down: values (cell, meaning), whole rows (what they mean at
        the place of all, `ADDED` or `REMOVED` with the description of one).
    """

    rows: Mapping[RowPlace, str] = field(default_factory=dict)
    doubtful: Set[CellPlace] = frozenset()
    refused: Set[tuple[CellPlace, str]] = frozenset()


def merge_books(
    base: BookRecords,
    ours: BookRecords,
    theirs: BookRecords,
    *,
    author: str = "",
    caution: Caution | None = None,
) -> Merge:
    """Merge a copy of a book, `theirs`, into the book, `ours`; `base` is what both came from."""
    merger = _Merger(author, caution or Caution())
    triples = list(align(base, ours, theirs))
    merger.hold_owners(triples)
    for triple in triples:
        merger.merge_sheet(triple)
    return merger.result()


class _Merger:
    """Collects the result, sheet by sheet."""

    def __init__(self, author: str, caution: Caution) -> None:
        self._author = author
        self._caution = caution
        self._doubtful_rows = {place[:2] for place in self._caution.doubtful}
        self._held: dict[Owner, str] = {}
        self._renamed: dict[Owner, Record | None] = {}
        self._taken: list[TakenCell] = []
        self._added: list[TakenRow] = []
        self._removed: list[TakenRow] = []
        self._doubled: list[TakenRow] = []
        self._conflicts: list[Conflict] = []
        self._columns: dict[str, tuple[str, ...]] = {}

    def result(self) -> Merge:
        return Merge(
            taken=tuple(self._taken),
            added=tuple(self._added),
            removed=tuple(self._removed),
            columns=self._columns,
            doubled=tuple(self._doubled),
            conflicts=tuple(self._conflicts),
        )

    def hold_owners(self, sheets: Sequence[AlignedSheet]) -> None:
        """Find the orders, clients and contracts whose rows wait together with their own row.

        One that a side deleted while the other worked on it, a number that both gave to a new one,
        and one that both gave different numbers: else a payment would go to an order that is not
        there, or to another order, or be there twice.
        """
        by_us, by_them = ({*worked_on(sheets, side)} for side in (1, 2))
        for sheet in sheets:
            for key, (base, our, their) in sheet.keyed.items():
                if base and our and their:
                    continue
                owner = Owner(sheet=sheet.title, key=key)
                if our and their:
                    if not same(our, their):
                        self._held[owner] = reasons.NEW_TWICE
                elif base and our:
                    is_changed = owner in by_us or not same(our, base)
                    if is_changed:
                        self._held[owner] = reasons.DELETED_IN_COPY
                    if is_changed or (sheet.title, key) in self._caution.rows:
                        for other in renamed_keys(sheet, base, 2):
                            self._renamed[owner] = sheet.keyed[other][2]
                            self._held[replace(owner, key=other)] = reasons.DELETED_IN_COPY
                elif base and not our and not their and any(renamed_keys(sheet, base, 1)):
                    for other in renamed_keys(sheet, base, 2):
                        self._held[replace(owner, key=other)] = reasons.RENAMED_TWICE
                elif base and their and (owner in by_them or not same(their, base)):
                    self._held[owner] = reasons.DELETED_IN_BOOK
                    for other in renamed_keys(sheet, base, 1):
                        self._renamed[owner] = sheet.keyed[other][1]

    def merge_sheet(self, sheet: AlignedSheet) -> None:
        for key, sides in sheet.keyed.items():
            self._merge_row(sheet, key, *sides)
        self._merge_groups(sheet)
        used = {cell.column for cell in self._taken if cell.sheet == sheet.title}
        used.update(*(row.cells for row in self._added if row.sheet == sheet.title))
        gone = sheet.base.columns.keys() - used  # from the book, and nothing came into them
        absent = [t for t in sheet.theirs.columns if t not in {*sheet.ours.columns, *gone}]
        if absent and not sheet.is_gone:
            self._columns[sheet.title] = (*absent,)

    def _merge_row(
        self,
        sheet: AlignedSheet,
        key: Key,
        base: Record | None,
        our: Record | None,
        their: Record | None,
    ) -> None:
        if same(our, their):
            return
        held = self._held_reason(sheet, key, our or their)
        if base and our and their:
            self._merge_cells(sheet, key, base, our, their, held)
        elif our and their:
            reason = held or reasons.NEW_TWICE
            if reason == reasons.NEW_TWICE:
                reason = reasons.new_twice(our.name, sheet.names)
            self._ask_cells(
                sheet, key, None, our, their, dict.fromkeys(differing(our, their), reason)
            )
        elif same(their, base):
            if our is None and (sheet.title, key) in self._doubtful_rows:
                held = held or reasons.DOUBTFUL
            if held in reasons.ASKED_UNCHANGED:
                self._ask_rows(sheet, key, [base], [our], [their], held)
        elif held or not same(our, base):
            reason = held or (reasons.DELETED_IN_BOOK if our is None else reasons.DELETED_IN_COPY)
            self._ask_rows(sheet, key, [base], [our], [their], reason)
        elif self._is_refused(sheet.title, key, their):
            self._ask_rows(sheet, key, [base], [our], [their], reasons.TURNED_DOWN)
        elif their is None:
            self._removed += _rows_of(sheet, [our])
        else:
            self._added += _rows_of(sheet, [their])

    def _is_refused(self, title: str, key: Key, row: Record | None) -> bool:
        """Tell whether a row that comes or goes was turned down, whole or in one of its cells."""
        places = [("", describe_rows([row])), *(row.meanings.items() if row else ())]
        return any(
            ((title, key, name), meaning) in self._caution.refused for name, meaning in places
        )

    def _merge_cells(
        self, sheet: AlignedSheet, key: Key, base: Record, our: Record, their: Record, held: str
    ) -> None:
        changed: list[str] = []
        asked: dict[str, str] = {}
        for title in differing(our, their):
            place = (sheet.title, key, title)
            was, is_ours, is_theirs = (r.meanings.get(title, "") for r in (base, our, their))
            if is_theirs != was:
                changed.append(title)
            if is_theirs != was and is_ours != was:
                asked[title] = reasons.DIFFERENT
            elif place in self._caution.doubtful:
                asked[title] = reasons.DOUBTFUL
            elif held and (is_theirs != was or held == reasons.BASE_UNKNOWN):
                asked[title] = held
            elif is_theirs != was and (place, is_theirs) in self._caution.refused:
                asked[title] = reasons.TURNED_DOWN
        if asked:
            asked = {**dict.fromkeys(changed, reasons.SAME_ROW), **asked}
            self._ask_cells(sheet, key, base, our, their, asked)
            return
        self._taken += (
            TakenCell(
                sheet=sheet.title,
                key=our.name,
                column=title,
                row=our.row,
                was=our.cells.get(title),
                now=their.cells.get(title),
            )
            for title in changed
        )

    def _merge_groups(self, sheet: AlignedSheet) -> None:
        refused = {
            (place[1], place[2]) for place, _ in self._caution.refused if place[0] == sheet.title
        }
        hold = partial(self._held_reason, sheet)
        merges = merge_groups(sheet, hold, refused)
        movable = find_movable(sheet, merges)
        for key, merge in merges.items():
            if merge.reason:
                self._ask_rows(sheet, key, *sheet.groups[key], merge.reason, movable[key])
            self._added += _rows_of(sheet, merge.added)
            self._removed += _rows_of(sheet, merge.removed)
            self._doubled += _rows_of(sheet, merge.doubled)

    def _held_reason(self, sheet: AlignedSheet, key: Key, record: Record | None) -> str:
        """Return why all changes of a row or group wait; empty where they do not."""
        owner = record.owner if record else None
        reason = self._caution.rows.get((sheet.title, key), "")
        if sheet.is_gone:
            reason = reasons.NO_SHEET
        reason = reason or self._held.get(Owner(sheet=sheet.title, key=key), "")
        return reason or (self._held.get(owner, "") if owner else "")

    def _ask_cells(
        self,
        sheet: AlignedSheet,
        key: Key,
        base: Record | None,
        our: Record,
        their: Record,
        asked: Mapping[str, str],
    ) -> None:
        self._conflicts += (
            Conflict(
                sheet=sheet.title,
                key=our.name,
                column=title,
                base=base.cells.get(title) if base else None,
                ours=our.cells.get(title),
                theirs=their.cells.get(title),
                author=self._author,
                reason=reason,
                place=(sheet.title, key, title),
                meanings=(
                    base.meanings.get(title, "") if base else "",
                    our.meanings.get(title, ""),
                    their.meanings.get(title, ""),
                ),
            )
            for title, reason in asked.items()
        )

    def _ask_rows(
        self,
        sheet: AlignedSheet,
        key: Key,
        base: Sequence[Record | None],
        our: Sequence[Record | None],
        their: Sequence[Record | None],
        reason: str,
        movable: str = "",
    ) -> None:
        """Ask about whole rows: what all three sides have is left out."""
        sides = [[record for record in side if record] for side in (base, our, their)]
        common = count(sides[0]) & count(sides[1]) & count(sides[2])
        records = [*sides[1], *sides[2], *sides[0]]
        owner = Owner(sheet=sheet.title, key=key)
        owner = owner if owner in self._renamed else (records[0].owner or owner)
        if renamed := self._renamed.get(owner):
            reason = reasons.RENAMED.format(reason=reason, name=renamed.name)
        sides = [[*beyond(side, common)] for side in sides]
        before, ours, theirs = (tuple(record.cells for record in side) for side in sides)
        self._conflicts.append(
            Conflict(
                sheet=sheet.title,
                key=records[0].name,
                column=None,
                base=before,
                ours=ours,
                theirs=theirs,
                author=self._author,
                reason=reason,
                place=(sheet.title, key, ""),
                meanings=(
                    describe_rows(sides[0]),
                    describe_rows(sides[1]),
                    describe_rows(sides[2]),
                ),
                common=describe_counts(common),
                movable=movable,
            )
        )


def _rows_of(sheet: AlignedSheet, records: Iterable[Record | None]) -> list[TakenRow]:
    return [
        TakenRow(sheet=sheet.title, key=record.name, cells=record.cells, row=record.row)
        for record in records
        if record
    ]
