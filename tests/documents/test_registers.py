"""The registers of originals: what is handed over is what has come in."""

from pathlib import Path

from cmtools.commands.docs import docs
from cmtools.documents.selection import Selection
from support.papers import Paper
from support.workbench import TODAY, Change, add, healthy, put

CONTRACT = "ДС-2026-01"
RECEIVED = 2  # its act and the contract itself
AWAITED = {"№ договора": CONTRACT, "Вид документа": "письмо", "№ и дата документа": "исх. 7"}


def register(folder: Path, *changes: Change) -> str:
    """The text of the contract's register of originals."""
    root = healthy(folder, *changes)
    made = docs(root, Selection(contract=CONTRACT), kinds=["handover-finance"], today=TODAY)
    return Paper(root / made.files[0]).loose


def test_an_original_that_has_not_come_is_listed_and_not_counted(tmp_path: Path) -> None:
    text = register(tmp_path, add("Документы", AWAITED))
    assert "исх. 7" in text
    assert f"Всего передано документов: {RECEIVED}. " in text


def test_a_register_of_nothing_leaves_the_number_to_the_person(tmp_path: Path) -> None:
    columns = ("Оригинал получен", "Передан в", "Дата передачи")
    changes = [put("Документы", name, at, None) for name in columns for at in range(RECEIVED)]
    text = register(tmp_path, *changes, add("Документы", AWAITED))
    assert "Всего передано документов: __________. " in text
