"""The key of a remembered result: it changes with all that the result depends on, and no more."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from cmtools.books.orders import ORDER_BOOK
from cmtools.books.register import REGISTER
from cmtools.inbox.inputs_hash import hash_program, inputs_hash
from cmtools.workspace import MARKER, TEMPLATES, Workspace
from support.workbench import AGREED, REGISTRY, SETTINGS, TASKS, healthy

TODAY = date(2026, 11, 21)
TEMPLATE = f"{TEMPLATES}/Счёт на оплату.docx"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(healthy(tmp_path / "w"))


@pytest.mark.parametrize(
    ("book", "counts"),
    [
        (ORDER_BOOK.name, {MARKER, SETTINGS, REGISTRY, AGREED, TEMPLATE}),
        (REGISTER.name, {MARKER, SETTINGS}),
        (None, {MARKER}),
    ],
)
def test_the_files_that_a_result_depends_on(
    book: str | None, counts: set[str], workspace: Workspace
) -> None:
    before, found = inputs_hash(workspace, book, TODAY), set()
    for name in (MARKER, SETTINGS, REGISTRY, TASKS, AGREED, TEMPLATE):
        path = workspace.path(name)
        content = path.read_bytes()
        path.write_bytes(content + b"#")
        if inputs_hash(workspace, book, TODAY) != before:
            found.add(name)
        path.write_bytes(content)
    assert found == counts
    assert inputs_hash(workspace, book, TODAY) == before


def test_the_day_counts_where_it_is_given(workspace: Workspace) -> None:
    days = (None, TODAY, TODAY + timedelta(days=1))
    assert len({inputs_hash(workspace, ORDER_BOOK.name, day) for day in days}) == len(days)


def test_an_upgrade_of_the_program_is_another_key(tmp_path: Path) -> None:
    hashes = set()
    for number, content in enumerate((b"MARKUP = 1", b"MARKUP = 2")):
        folder = tmp_path / str(number) / "books"
        folder.mkdir(parents=True)
        (folder / "rules.py").write_bytes(content)
        hashes.add(hash_program(folder.parent))
    assert len(hashes) == 2
