"""Weeks of work on copies of one book: nothing that somebody typed is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.merge_world import Tally, World

KNOWN = ("Анна", "Борис", "Вера", "Глеб", "Дина")


def histories(folder: Path, seeds: range, *, known: bool, careful: bool = False) -> Tally:
    """Histories of two to five people, whom Office knows by name or not."""
    tally = Tally()
    for seed in seeds:
        count = 2 + seed % 4
        names = KNOWN[:count] if known else ("",) * count
        World(folder / str(seed), seed, names, tally, careful=careful).run(60)
    return tally


@pytest.mark.parametrize("known", [True, False])
def test_no_typed_value_is_lost(known: bool, tmp_path: Path) -> None:
    tally = histories(tmp_path, range(4), known=known)
    assert tally.drops > 40
    assert tally.lost == []


@pytest.mark.long
@pytest.mark.parametrize("known", [True, False])
def test_no_typed_value_is_lost_in_a_thousand_histories(known: bool, tmp_path: Path) -> None:
    """Old copies are dropped too, and programs lose stamps."""
    assert histories(tmp_path, range(1000), known=known).lost == []


@pytest.mark.long
def test_few_questions_are_needless(tmp_path: Path) -> None:
    """To managers whom Office knows, and who work on one copy each."""
    tally = histories(tmp_path, range(1000), known=True, careful=True)
    assert tally.lost == []
    assert tally.needless <= tally.taken // 100
