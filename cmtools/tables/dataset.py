"""All sheets that were read together, by table: repeats, references, rules, records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, compress
from typing import Any

from cmtools.problems import Problem
from cmtools.tables import messages
from cmtools.tables.parsers import normalize_name, squeeze
from cmtools.tables.sheet import Sheet
from cmtools.tables.suggestions import suggest_in_hint
from cmtools.tables.table import TODAY, InvalidRow, R, Rule, Table

NEAREST_AMONG = 2000  # past so many names the search for a near one costs more than it helps
NEAREST_FOR = 50


class Dataset:
    """The sheets of one or more books, linked; a table in several files is one table.

    A table that was not read at all is absent: nothing that refers to it is checked. `lost` are
    those of books that are there but could not be read.
    """

    def __init__(self, sheets: Iterable[Sheet[Any]], lost: Iterable[Table[Any]] = ()) -> None:
        self.lost = frozenset(lost)
        self._sheets: dict[Table[Any], list[Sheet[Any]]] = {}
        for sheet in sheets:
            self._sheets.setdefault(sheet.table, []).append(sheet)
        self._entries: dict[Table[Any], list[Any]] = {}

    def __contains__(self, table: object) -> bool:
        return table in self._sheets

    def join(self, sheets: Iterable[Sheet[Any]]) -> Dataset:
        """Return a dataset with these sheets beside its own; none is checked again."""
        return Dataset([*chain.from_iterable(self._sheets.values()), *sheets], self.lost)

    def sheets(self, table: Table[R]) -> list[Sheet[R]]:
        """Return the table's sheets, one a file."""
        return self._sheets.get(table, [])

    def entries(self, table: Table[R]) -> list[R | InvalidRow]:
        """Return all rows of the table, in the order of files and rows, as the checks left them."""
        if table not in self._entries:
            self._entries[table] = [row for sheet in self.sheets(table) for row in sheet.entries()]
        return self._entries[table]

    def records(self, table: Table[R]) -> list[R]:
        """Return the rows of the table without errors, in the order of files and rows."""
        return [row for row in self.entries(table) if not isinstance(row, InvalidRow)]

    @property
    def problems(self) -> list[Problem]:
        """All problems of all sheets, in the order in which they were found."""
        return [p for sheets in self._sheets.values() for s in sheets for p in s.problems]

    def check(self, today: date) -> None:
        """Find repeats, unknown references and broken rules of rows."""
        self._check_values(today)
        self.link(self._sheets)
        self._apply_own_rules(today)

    def link(self, tables: Iterable[Table[Any]]) -> None:
        """Find repeats and unknown references in rows of these tables; spell references alike."""
        checked = {table: self.sheets(table) for table in tables}
        for table, sheets in checked.items():
            for names in table.unique_fields:
                for together in [[sheet] for sheet in sheets] if table.stands_alone else [sheets]:
                    _refuse_repeats(together, names)
        keys: dict[Table[Any], dict[str, str]] = {}
        for table, sheets in checked.items():
            for name, field in table.fields.items():
                target = field.column.refers
                if target is not None and self.can_be_referred_to(target):
                    if target not in keys:
                        keys[target] = self.keys(target)
                    _resolve(sheets, name, target, keys[target])

    def check_rows(self, today: date) -> None:
        """Find only what a row shows without other rows and books."""
        self._check_values(today)
        self._apply_own_rules(today)

    def _check_values(self, today: date) -> None:
        for table, sheets in self._sheets.items():
            for name, field in table.fields.items():
                if field.column.upto_today:
                    _refuse_future(sheets, name, today)
                if field.column.fraction_warns:
                    _warn_of_fractions(sheets, name)

    def _apply_own_rules(self, today: date) -> None:
        self.apply_rules({table: table.rules for table in self._sheets}, {TODAY: today})

    def apply_rules(
        self, rules: Mapping[Table[Any], Sequence[Rule]], others: Mapping[str, Any]
    ) -> None:
        """Apply the rules of each table to its rows; `others` are arguments that are no fields."""
        for table, of_table in rules.items():
            for rule in of_table:
                for sheet in self.sheets(table):
                    sheet.apply(rule, others)

    def can_be_referred_to(self, table: Table[Any]) -> bool:
        """Whether the table was read with its key column; else no reference can be judged."""
        sheets = self.sheets(table)
        return bool(sheets) and all(table.key.name in sheet.source.columns for sheet in sheets)

    def keys(self, table: Table[Any]) -> dict[str, str]:
        """Return every name by which a row may be referred to → its key as spelled there."""
        keys: dict[str, str] = {}
        key = table.key
        for sheet in self.sheets(table):
            values = sheet.values
            labels = values[table.label] if table.label else [None] * len(sheet.rows)
            for value, label in zip(values[key.name], labels, strict=True):
                if value is not None:
                    keys.setdefault(normalize_name(value), value)
                    if label is not None:
                        keys.setdefault(normalize_name(f"{value} {label}"), value)
        return keys


def _refuse_future(sheets: Sequence[Sheet[Any]], name: str, today: date) -> None:
    for sheet in sheets:
        for index, value in list(sheet.sound_rows(name)):
            if value is not None and value > today:
                sheet.add(index, name, messages.IN_FUTURE())


def _warn_of_fractions(sheets: Sequence[Sheet[Any]], name: str) -> None:
    for sheet in sheets:
        for index, value in list(sheet.sound_rows(name)):
            if value is not None and 0 < value < 1 and not sheet.shows_percent(index, name):
                sheet.add(index, name, messages.PERCENT_FRACTION())


def _refuse_repeats(sheets: Sequence[Sheet[Any]], names: tuple[str, ...]) -> None:
    """Report the later of two equal rows at the last of the fields.

    A row whose required field is empty is no repeat; an empty optional field is a value.
    """
    columns = [_comparable(sheet, names) for sheet in sheets]
    if len(set(chain.from_iterable(columns))) == sum(len(sheet.rows) for sheet in sheets):
        return  # all differ
    seen: dict[tuple[object, ...], tuple[Sheet[Any], int]] = {}
    for sheet, keys in zip(sheets, columns, strict=True):
        bad: set[int] = set().union(*(sheet.bad[name] for name in names))
        required = [sheet.table.fields[name].required for name in names]
        for index, key in enumerate(keys):
            lacks = None in key and None in compress(key, required)
            if lacks or index in bad:
                continue
            first_sheet, first = seen.setdefault(key, (sheet, index))
            if (first_sheet, first) == (sheet, index):
                continue
            same_file = first_sheet.source.file == sheet.source.file
            file = "" if same_file else f" книги «{first_sheet.source.file}»"
            fault = messages.DUPLICATE(row=first_sheet.rows[first], file=file)
            sheet.add(index, names[-1], fault)


def _comparable(sheet: Sheet[Any], names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Return the fields' values of each row, texts normalized for comparison."""
    columns = []
    for name in names:
        known = {
            value: normalize_name(value) if isinstance(value, str) else value
            for value in set(sheet.values[name])
        }
        columns.append(map(known.__getitem__, sheet.values[name]))
    return list(zip(*columns, strict=True))


def _resolve(
    sheets: Sequence[Sheet[Any]], name: str, target: Table[Any], keys: Mapping[str, str]
) -> None:
    """Spell each reference as its target does; report one without a target."""
    for sheet in sheets:
        column = sheet.values[name]
        spelled = {
            value: resolve_key(value, target, keys) for value in set(column) if value is not None
        }
        spelled[None] = None
        unknown = {value for value, known in spelled.items() if known is None and value is not None}
        if unknown:
            hints = dict(_hints(unknown, keys))
            for index, value in list(sheet.sound_rows(name)):
                if value in unknown:
                    nearest = hints.get(value, "")
                    fault = messages.UNKNOWN_REFERENCE(sheet=target.title, nearest=nearest)
                    sheet.add(index, name, fault)
        sheet.values[name] = [spelled[value] or value for value in column]


def resolve_key(value: str, table: Table[Any], keys: Mapping[str, str]) -> str | None:
    """Return the key of the row that a reference names; None where the `keys` have no such row."""
    found = keys.get(normalize_name(value))
    if found is None and table.label is not None:
        found = keys.get(normalize_name(squeeze(value).partition(" ")[0]))
    return found


def _hints(unknown: Iterable[str], keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if len(keys) > NEAREST_AMONG:
        return
    for value in sorted(unknown)[:NEAREST_FOR]:
        if hint := suggest_in_hint(value, set(keys.values())):
            yield value, hint
