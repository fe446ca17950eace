"""Names of managers that differ only by letters that look alike: one person, spelled two ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from cmtools.books.orders import ORDERS
from cmtools.books.register import CLIENTS
from cmtools.problems import Message, Severity
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import normalize_letters, normalize_name, squeeze
from cmtools.tables.sheet import Sheet

LOOK_ALIKE = Message(
    "look-alike",
    "в имени буквы другого алфавита: в остальных строках это «{usual}»",
    "впишите имя как там; до тех пор оба считаются одним менеджером",
    Severity.WARNING,
)


def warn_of_look_alikes(dataset: Dataset) -> None:
    """Warn at the rarer spelling of a manager's name; of equal ones, at that of Latin letters."""
    sheets: list[Sheet[Any]] = [*dataset.sheets(ORDERS), *dataset.sheets(CLIENTS)]
    counts = Counter(
        name for sheet in sheets for name in sheet.values["manager"] if name is not None
    )
    usual = _usual_spellings(counts)
    if not usual:
        return
    for sheet in sheets:
        for index, name in list(sheet.sound_rows("manager")):
            if name in usual:
                sheet.add(index, "manager", LOOK_ALIKE(usual=usual[name]))


def _usual_spellings(counts: Mapping[str, int]) -> Mapping[str, str]:
    """Return the usual spelling of each name that looks like it and has other letters."""
    alike: dict[str, dict[str, list[str]]] = {}
    for name in counts:
        alike.setdefault(normalize_name(name), {}).setdefault(normalize_letters(name), []).append(
            name
        )
    usual: dict[str, str] = {}
    for looks, spellings in alike.items():
        ranks = {
            letters: (sum(counts[name] for name in names), letters == looks)
            for letters, names in spellings.items()
        }
        best = max(ranks, key=ranks.__getitem__)
        for letters, names in spellings.items():
            if letters != best:
                usual |= dict.fromkeys(names, squeeze(spellings[best][0]))
    return usual
