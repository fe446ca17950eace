"""Fault 32: settings or a template changed while a book is worked on; all results rest on one."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from cmtools.inbox.drop import DropStage
from cmtools.workspace import CLIENT_FOLDERS, TEMPLATES
from support.watching import Here, book, context, drop, ends, work_off
from support.workbench import HEALTHY, ORDERS, SETTINGS, healthy, put

OFFER = "Коммерческое предложение.docx"
WORD, OTHER = "предложение", "приглашение"
NUMBERS = ("А-1", "А-2", "А-3")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = healthy(tmp_path / "w")
    (root / ORDERS).unlink()
    return root


def settings_with_other_markups(root: Path) -> None:
    """Put another book in the place of the settings, as a save does."""
    others = [put("Наценки", "Наценка, %", row, 95) for row in range(len(HEALTHY["Наценки"]))]
    (healthy(root.parent / "other", *others) / SETTINGS).replace(root / SETTINGS)


def another_offer(root: Path) -> None:
    """Have the template of offers say another word, as long as the first."""
    path = root / TEMPLATES / OFFER
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.replace(WORD.encode(), OTHER.encode()))


def worked_on(root: Path, content: bytes, change: Callable[[Path], None], at: int) -> Path:
    """Work on a drop; as its papers of that number begins the change comes. Its result folder."""
    papers: list[DropStage] = []

    def on_stage(stage: DropStage) -> None:
        papers.extend([stage] * (stage is DropStage.DOCUMENTS))
        if len(papers) == at and stage is DropStage.DOCUMENTS:
            change(root)

    here = Here(on_stage)
    drop(root, "книга.xlsx", content)
    work_off(context(root), here)
    here.stop()
    assert len(papers) > len(NUMBERS)  # the work was done again
    ((folder, _),) = ends(root).items()
    return root / folder


def test_32_settings_changed_in_mid_job(root: Path, tmp_path: Path) -> None:
    content = book(tmp_path, "К-0002", *NUMBERS)
    result = worked_on(root, content, settings_with_other_markups, 2)
    priced = openpyxl.load_workbook(result / "книга — с ценами.xlsx")["Позиции"]
    header, *rows = priced.values
    column = next(n for n, title in enumerate(header) if str(title).startswith("Наценка"))
    assert [row[column] for row in rows[:3]] == [95, 95, 95]


def test_32_a_template_changed_in_mid_job(root: Path, tmp_path: Path) -> None:
    content = book(tmp_path, "К-0002", *NUMBERS, stage="2.4")
    worked_on(root, content, another_offer, 2)
    made = sorted((root / CLIENT_FOLDERS).rglob("*.docx"))
    assert len(made) == len(NUMBERS)
    for path in made:
        with zipfile.ZipFile(path) as archive:
            text = archive.read("word/document.xml").decode().casefold()
        assert (WORD in text, OTHER in text) == (False, True)
