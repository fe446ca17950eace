"""Copies beside a book: one that a person has changed stays, the next one is ` (2)`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from cmtools.commands.handover import handover
from cmtools.commands.price import price
from cmtools.commands.repeat import repeat
from cmtools.commands.result import Result
from cmtools.commands.validate import validate
from support.program import run
from support.workbench import CLERK, ORDERS, TODAY, healthy, put

NOW = datetime(2026, 11, 21, 9, 30)
BOOK = ORDERS.removesuffix(".xlsx")

COMMANDS: dict[str, Callable[[Path], Result]] = {
    "ошибки": lambda root: validate(root, annotate=True, today=TODAY),
    "с ценами": lambda root: price(root, today=TODAY, now=NOW),
    "черновик": lambda root: repeat(root, "З-2026-0002", today=TODAY, now=NOW),
}


@pytest.mark.parametrize("suffix", COMMANDS)
def test_a_changed_copy_stays(suffix: str, tmp_path: Path) -> None:
    """An untouched second copy is written again; none of them is read as a book."""
    root = healthy(tmp_path, put("Заказы", "Срок поставки", 2, "вчера"))
    make = COMMANDS[suffix]
    first, second = f"{BOOK} — {suffix}.xlsx", f"{BOOK} — {suffix} (2).xlsx"
    assert [make(root).files for _ in range(2)] == [(first,), (first,)]
    book = openpyxl.load_workbook(root / first)
    book.worksheets[0]["A1"] = "моё"
    book.save(root / first)
    touched = (root / first).read_bytes()
    assert [make(root).files for _ in range(2)] == [(second,), (second,)]
    assert (root / first).read_bytes() == touched
    codes = {problem.code for problem in validate(root, today=TODAY).problems}
    assert codes == {"not-a-date"}


def test_a_file_of_a_person_in_the_place_of_a_copy(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    (root / f"{BOOK} — с ценами.xlsx").write_bytes(b"mine")
    assert price(root, today=TODAY, now=NOW).files == (f"{BOOK} — с ценами (2).xlsx",)
    shown = run("price", f"--today={TODAY}", folder=root).out
    assert "прежний файл вы меняли, он остался" in " ".join(shown.split())


def test_the_drafts_of_a_handover(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    (root / f"{BOOK} — черновик.xlsx").write_bytes(b"mine")
    made = [handover(root, "К-0001", to=CLERK, today=TODAY, now=NOW) for _ in range(2)]
    names = (f"{BOOK} — черновик (2).xlsx", "Реестр клиентов — черновик.xlsx")
    assert [[*result.states][:2] for result in made] == [
        [(name, state) for name in names] for state in ("made", "unchanged")
    ]


def test_notes_of_the_program_that_are_damaged_stop_nothing(tmp_path: Path) -> None:
    """A copy counts as changed then; templates are given once more."""
    root = healthy(tmp_path)
    first, second = f"{BOOK} — с ценами.xlsx", f"{BOOK} — с ценами (2).xlsx"
    assert price(root, today=TODAY, now=NOW).files == (first,)
    notes = [path for path in (root / ".cmtools" / "copies").iterdir() if path.is_file()]
    for note in (*notes, root / ".cmtools" / "templates"):
        assert note.is_file()
        note.write_bytes(b"\xff\xfe")
    for command in (("price",), ("docs", "--order", "З-2026-0002", "--kind", "invoice")):
        answer = run(*command, f"--today={TODAY}", folder=root)
        assert (answer.code, answer.err) == (0, "")
    assert (root / second).is_file()


def test_the_next_version_of_a_document_is_nobodys_edit(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    transfer = ("docs", "--client", "К-0001", "--kind", "client-transfer", f"--today={TODAY}")
    assert run(*transfer, folder=root).code == 0
    shown = run("handover", "К-0001", "--to", CLERK, f"--today={TODAY}", folder=root).out
    assert "Соглашение о передаче клиента (2).docx" in " ".join(shown.split())
    assert "вы меняли" not in shown
