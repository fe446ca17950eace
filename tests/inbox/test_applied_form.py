"""A filled agenda dropped into «Входящие»: the books change as `apply` changes them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from cmtools.commands.approvals import approvals
from cmtools.commands.watch import watch
from commands.test_apply import cells_of, changed, filled, morning
from commands.test_approvals import CHEAP, decide
from commands.test_approvals import PATH as FORM
from support.workbench import ORDERS, TODAY, healthy, put


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
    return without_delay(healthy(tmp_path / "w"))


def without_delay(root: Path) -> Path:
    """The workspace with a watcher that takes a file at once."""
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
    assert "за вами — отметьте в книге: Предварительные заказы.xlsx, Претензии F3" in protocol
    assert names == sorted(
        [
            path.name,
            "Протокол.txt",
            "Предварительные заказы — прежняя версия.xlsx",
            "Предварительные заказы — с ценами.xlsx",
        ]
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


def test_a_form_waits_for_an_open_book(root: Path) -> None:
    path = filled(morning(root), "original", done="да")
    lock = root / f"~${ORDERS}"
    lock.write_bytes(b"")
    before = cells_of(root)
    (root / "Входящие" / path.name).write_bytes(path.read_bytes())
    watch(root, once=True, today=TODAY)
    assert not [*(root / "Обработано").iterdir(), *(root / "Ошибки").iterdir()]
    assert cells_of(root) == before
    lock.unlink()
    watch(root, once=True, today=TODAY)
    assert [*(root / "Обработано").iterdir()]
    assert changed(before, cells_of(root)) == {("Документы", "E4"): TODAY}


def test_prices_documents_and_reports_follow_at_once(root: Path) -> None:
    """The new stage asks for a paper; killed after the books were written, all is made again."""
    path = filled(morning(root, date(2026, 11, 25)), "stage", done="да", result="2.2")
    protocol, names = dropped(root, path)
    assert "— записано: " in protocol
    paper = root / "Клиенты/К-0001 Ромашка/Заявки/З-2026-0003 Заявка на заказ.docx"
    assert paper.exists()
    assert "Предварительные заказы — с ценами.xlsx" in names
    assert "отчёты за 11.2026 обновятся" in protocol
    assert (root / "Отчёты/2026-11 Отчёт.xlsx").exists()
    paper.unlink()
    again, _ = dropped(root, path)
    assert "записано раньше: 1" in again
    assert paper.exists()


def test_the_consent_of_the_director_lets_the_papers_be_made(tmp_path: Path) -> None:
    root = without_delay(healthy(tmp_path / "w", CHEAP, put("Заказы", "Стадия", 1, "2.6")))
    refused, _ = dropped(root, root / ORDERS)
    assert "документ с ценой не делается без согласия директора" in refused
    approvals(root, today=TODAY)
    protocol, _ = dropped(root, decide(root / FORM, "Низкая", "да"))
    assert "согласованы цены заказов З-2026-0002" in protocol
    invoice = "Клиенты/К-0002 Кузнецов В. А/Счета и акты/З-2026-0002 Счёт на оплату остатка.docx"
    assert f"документ: {invoice} — новый" in protocol
    assert (root / invoice).exists()


def test_a_contact_makes_no_papers(root: Path) -> None:
    protocol, names = dropped(root, filled(morning(root), "prepayment", done="да"))
    assert "отчёты" not in protocol
    assert "Предварительные заказы — с ценами.xlsx" not in names


def test_a_form_of_which_nothing_is_written_is_returned(root: Path) -> None:
    path = filled(morning(root), "prepayment", done="да", next="скоро")
    protocol, _ = dropped(root, path)
    assert protocol.startswith("Ошибки\n")
    assert "НЕ ПРИНЯТО: ответы не записаны; не записано строк: 1" in protocol
    protocol, _ = dropped(root, filled(path, "original", done="да"))
    assert protocol.startswith("Обработано\n")
    assert "ПРИНЯТО: ответы записаны в книги; не записано строк: 1" in protocol
