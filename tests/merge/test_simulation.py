"""Weeks of work on copies of one book: nothing that somebody typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from support.merge_judge import Tally
from support.merge_world import World

MEMORY = Path("/dev/shm")
KNOWN = ("Анна", "Борис", "Вера", "Глеб", "Дина")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: each drop is flushed several times."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as name:
        yield Path(name)


def histories(
    folder: Path,
    seeds: range,
    *,
    known: bool,
    careful: bool = False,
    is_wide: bool = False,
    has_lines: bool = False,
) -> Tally:
    """Histories of two to five people, whom Office knows by name or not."""
    tally = Tally()
    for seed in seeds:
        count = 2 + seed % 4
        names = KNOWN[:count] if known else ("",) * count
        World(
            folder / str(seed),
            seed,
            names,
            tally,
            careful=careful,
            is_wide=is_wide,
            has_lines=has_lines,
        ).run(60)
    return tally


WORLDS = pytest.mark.parametrize(
    ("is_wide", "has_lines"), [(True, True), (True, False), (False, False)]
)


@WORLDS
@pytest.mark.parametrize("known", [True, False])
def test_no_typed_value_is_lost(known: bool, is_wide: bool, has_lines: bool, folder: Path) -> None:
    tally = histories(folder, range(4), known=known, is_wide=is_wide, has_lines=has_lines)
    assert tally.drops > 40
    assert (tally.lost, tally.unexplained) == ([], [])


@pytest.mark.long
@WORLDS
@pytest.mark.parametrize("known", [True, False])
def test_no_typed_value_is_lost_in_many_histories(
    known: bool, is_wide: bool, has_lines: bool, folder: Path
) -> None:
    """Old copies are dropped too, and programs lose stamps: a few edits in a thousand are unclear.

    Those that fit no kind of `Tally.edits` are named in `Tally.unexplained`.
    """
    tally = histories(folder, range(150), known=known, is_wide=is_wide, has_lines=has_lines)
    assert tally.lost == []
    assert len(tally.unexplained) <= tally.edits.total() // 500


@pytest.mark.long
def test_few_questions_are_needless(folder: Path) -> None:
    """Of managers whom Office knows, with one copy each: at most one in a hundred rows."""
    tally = histories(folder, range(300), known=True, careful=True)
    assert tally.lost == []
    assert len(tally.unexplained) <= tally.edits.total() // 1000
    assert tally.needless <= tally.taken // 100
