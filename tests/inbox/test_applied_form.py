"""A filled agenda dropped into «Входящие»: the books change as `apply` changes them."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from cmtools.commands.watch import watch
from commands.test_apply import cells_of, changed, filled, morning
from support.workbench import ORDERS, TODAY, healthy


def dropped(root: Path, path: Path) -> tuple[str, list[str]]:
    """Drop a file, let the watcher work; the protocol, and the names beside it."""
    target = root / "Входящие" / path.name
    target.write_bytes(path.read_bytes())
    before = {*(root / "Обработано").iterdir(), *(root / "Ошибки").iterdir()}
    watch(root, once=True, today=TODAY)
    (result,) = {*(root / "Обработано").iterdir(), *(root / "Ошибки").iterdir()} - before
    names = sorted(path.name for path in result.iterdir())
    return f"{result.parent.name}\n{(result / 'Протокол.txt').read_text('utf-8')}", names


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = healthy(tmp_path / "w")
    marker = root / "cmtools.toml"
    text = marker.read_text("utf-8").replace("settle_seconds = 2", "settle_seconds = 0")
    marker.write_text(text, "utf-8")
    return root


def test_a_filled_agenda_changes_the_books(root: Path) -> None:
    path = filled(morning(root), "original", done="да")
    path = filled(path, "claim", done="да")
    before = cells_of(root)
    protocol, names = dropped(root, path)
    assert changed(before, cells_of(root)) == {("Документы", "E4"): TODAY}
    assert protocol.startswith("Обработано\n")
    assert re.search(r"— записано: Получить оригинал.*, З-2026-0002, ", protocol)
    assert "за вами — отметьте в книге: Претензии F3" in protocol
    assert names == sorted(
        [path.name, "Протокол.txt", "Предварительные заказы — прежняя версия.xlsx"]
    )
    book = (root / ORDERS).read_bytes()
    again, _ = dropped(root, path)
    assert "записано раньше: 1" in again
    assert (root / ORDERS).read_bytes() == book


def test_a_form_of_another_workspace_is_returned(root: Path, tmp_path: Path) -> None:
    path = filled(morning(healthy(tmp_path / "other")), "original", done="да")
    before = cells_of(root)
    protocol, _ = dropped(root, path)
    assert protocol.startswith("Ошибки\n")
    assert "сделана не здесь" in protocol
    assert cells_of(root) == before


def test_an_open_book_is_left(root: Path) -> None:
    path = filled(morning(root), "original", done="да")
    lock = root / f"~${ORDERS}"
    lock.write_bytes(b"")
    before = cells_of(root)
    protocol, _ = dropped(root, path)
    assert protocol.startswith("Ошибки\n")
    assert "открыта" in protocol
    assert cells_of(root) == before
    lock.unlink()
    protocol, _ = dropped(root, path)
    assert protocol.startswith("Обработано\n")
    assert os.path.lexists(root / ORDERS)
