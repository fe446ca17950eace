"""Rows as equally long columns of numbers, in which a text is the number of its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from cmtools.reports.merging import Flags, Ints, Texts, objects, table_of

Column = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """Rows in columns of one length.

    A column of texts holds the number of each row's text among its `names`, so that texts are
    filtered, grouped and counted as whole numbers are; -1 is none. `names` may know more columns
    than there are. Where different texts are counted, no two numbers in use may stand for one.
    """

    columns: Mapping[str, Column]
    names: Mapping[str, Texts]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    @overload
    def __getitem__(self, which: str) -> Column: ...
    @overload
    def __getitem__(self, which: Flags | Ints | slice) -> Frame: ...
    def __getitem__(self, which: str | Flags | Ints | slice) -> Column | Frame:
        """A column by its name, or some of the rows: flagged, by their places, or a slice."""
        if isinstance(which, str):
            return self.columns[which]
        columns = {name: column[which] for name, column in self.columns.items()}
        return Frame(columns=columns, names=self.names)

    def select(self, names: Sequence[str]) -> Frame:
        """Some of the columns."""
        return Frame(columns={name: self.columns[name] for name in names}, names=self.names)

    def assign(self, **columns: Column) -> Frame:
        """The same rows with other columns, or more."""
        return Frame(columns={**self.columns, **columns}, names=self.names)

    def chosen(self, name: str, choice: StrEnum) -> Flags:
        """Which rows have a choice in a column."""
        found: Flags = self[name] == number(choice)
        return found

    def called(self, name: str, text: str) -> Frame:
        """The rows that have this text in a column."""
        return self[np.isin(self[name], np.flatnonzero(self.names[name] == text))]

    def renamed(self, name: str, tell: Callable[[str], str]) -> Frame:
        """The same rows with other texts in a column; each different one is told once."""
        used, index = np.unique(self[name], return_inverse=True)
        told = objects([tell(text) for text in self.names[name][used]])
        return Frame(columns={**self.columns, name: index}, names={**self.names, name: told})

    def values(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """The values of some columns row by row, texts as texts; none is an empty one."""
        columns = (
            table_of(self.names[name], "")[self[name]] if name in self.names else self[name]
            for name in names
        )
        return zip(*(column.tolist() for column in columns), strict=True)

    def spans(self, name: str, starts: Sequence[int]) -> Ints:
        """Where the number of each row lies: 0 from the first start to the second, and so on."""
        return np.searchsorted(starts, self[name], side="right") - 1

    def firsts(self, name: str) -> Flags:
        """Which rows have their value of a column before all others."""
        found = np.zeros(len(self), bool)
        found[np.unique(self[name], return_index=True)[1]] = True
        return found

    def sums(self, name: str, by: Ints) -> dict[int, int]:
        """The exact sum of a column in each group that has rows; groups count from 0."""
        found = np.zeros(int(by.max(initial=-1)) + 1, self[name].dtype)
        np.add.at(found, by, self[name])
        return {group: int(found[group]) for group in _present(by)}

    def counts(self, name: str, by: Ints) -> dict[int, int]:
        """How many different values a column has in each group that has rows."""
        width = int(self[name].max(initial=-1)) + 1
        pairs = np.sort(by.astype(np.int64) * width + self[name])
        found = np.bincount(pairs[np.diff(pairs, prepend=-1) > 0] // max(width, 1))
        return {group: int(found[group]) for group in _present(by)}


def _present(groups: Ints) -> list[int]:
    return np.flatnonzero(np.bincount(groups)).tolist()


def number(choice: StrEnum) -> int:
    """What stands for a choice in a column; none is -1."""
    return list(type(choice)).index(choice)


def numbered(texts: Sequence[str]) -> tuple[Ints, Texts]:
    """A column of texts: the number of each one, and the names, each different text once."""
    number_of: dict[str, int] = {}
    index = [number_of.setdefault(text, len(number_of)) for text in texts]
    return np.array(index, np.int64), objects(list(number_of))
