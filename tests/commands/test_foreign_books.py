"""Books of other programs, whole and damaged, through every command: none ends in a bug."""

from __future__ import annotations

import re
import shutil
import traceback
from functools import partial
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from cmtools.cli.app import app
from cmtools.commands.price import price
from cmtools.commands.validate import validate
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.sandbox import InProcessReader
from support.foreign import (
    OFFICE,
    Damage,
    Parts,
    as_it_is,
    by_hand,
    by_xlsxwriter,
    encode_utf16,
    make_strict,
    mutate,
    packed,
    parts_of,
)
from support.office import convert
from support.priced import NOW
from support.workbench import AGREED, ORDERS, REGISTRY, SETTINGS, TASKS, TODAY, healthy

ODD = "Чужая.xlsx"
COMMANDS = (
    "validate",
    f"validate {ODD} --annotate",
    "validate --annotate",
    "price --explain",
    f"price {ODD}",
    f"price {ODD} --in-place",
    f"merge {ODD}",
    f"apply {ODD}",
    "docs --all",
    "docs --client К-0001",
    "docs --contract ДС-2026-01",
    "plan 2026-12",
    "report 2026-11",
    "report 2026-10 --books *.xlsx",
    "today",
    "board",
    "client К-0001",
    "losses",
    "approvals",
    "repeat З-2026-0001",
    "watch --once",
    "templates check",
    "doctor",
    "price --in-place",
    "validate",
)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMTOOLS_IN_PROCESS", "1")


@pytest.fixture(scope="session")
def of_the_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The healthy books as LibreOffice saves them."""
    root, saved = healthy(tmp_path_factory.mktemp("healthy")), tmp_path_factory.mktemp("saved")
    convert([root / name for name in (ORDERS, REGISTRY, SETTINGS, TASKS, AGREED)], saved)
    return saved


def workspace(seed: int, folder: Path, source: Path | None = None) -> Path:
    """A workspace in which books of `source` are mutated; one of them is in the inbox, too."""
    random = Random(seed)
    root = healthy(folder)
    marker = root / "cmtools.toml"
    marker.write_text(
        '[watch]\nsettle_seconds = 0\nscan_seconds = 0\npatience_seconds = 0\nagenda_at = ""\n'
    )
    odd = random.choice([ORDERS, ORDERS, ORDERS, REGISTRY, SETTINGS, TASKS, AGREED])
    also = [name for name in (SETTINGS, REGISTRY, TASKS, AGREED) if random.random() < 0.15]
    before = {name: mutate(random, (source or root) / name) for name in dict.fromkeys((odd, *also))}
    for name, content in before.items():
        (root / name).write_bytes(content)
    shutil.copy(root / odd, root / ODD)
    shutil.copy(root / odd, root / "Входящие" / odd)
    return root


def amounts(root: Path) -> list[tuple[str, str | None]]:
    return [
        (o["order"], o["amount"]) for o in price(root, today=TODAY, now=NOW).as_json()["orders"]
    ]


def numbers(book: Path, sheet: str) -> set[float]:
    """The numbers of a sheet; openpyxl cannot open all of these books."""
    (grid,) = InProcessReader(limits=Limits()).read(book, frozenset({sheet})).grids
    return {cell for column in grid.columns for cell in column if isinstance(cell, float)}


def bugs(root: Path) -> list[str]:
    """The commands that ended in another way than the contract knows, each with the reason."""
    found = []
    runner = CliRunner()
    dropped = next((root / "Входящие").iterdir()).read_bytes()
    for command in COMMANDS:
        arguments = [*command.split(" "), "--today", "2026-11-21", "--workspace", str(root)]
        if command == "templates check":
            del arguments[2:4]
        names = [str(root / name) if name == ODD else name for name in arguments]
        result = runner.invoke(app, names)
        if result.exception and not isinstance(result.exception, SystemExit):
            found.append(f"{command}: {''.join(traceback.format_exception(result.exception))}")
        elif result.exit_code not in range(4):
            found.append(f"{command}: exit code {result.exit_code}\n{result.output}")
    for log in (root / ".cmtools").rglob("*.log*"):
        text = log.read_text("utf-8", "replace")
        if "Traceback" in text or "внутренняя ошибка" in text:
            found.append(text)
    if all(path.read_bytes() != dropped for path in root.rglob("*") if path.is_file()):
        found.append("the dropped bytes are lost")
    return found


def all_in_utf16(_: Random, parts: Parts) -> None:
    for name in parts:
        parts[name] = encode_utf16(parts[name])


def odd_styles(_: Random, parts: Parts) -> None:
    """Cells of a style that is none, formats of a number that is none."""
    for name, content in parts.items():
        if "worksheets/sheet" in name:
            content = re.sub(rb'(<c r="[B-D]\d+") s="\d+"', rb'\1 s=""', content)
            parts[name] = re.sub(rb'(<c r="E\d+") s="\d+"', rb'\1 s="99999"', content)
        elif name.endswith("styles.xml"):
            parts[name] = content.replace(b"</cellXfs>", b'<xf numFmtId=""/></cellXfs>')


def dead_sheets(_: Random, parts: Parts) -> None:
    """Sheets that lead nowhere: without a relation, and with one to a part that is not there."""
    book = parts["xl/workbook.xml"]
    dead = '<sheet name="Макрос" sheetId="98" r:id=""/><sheet name="Пусто" sheetId="99" r:id="q"/>'
    space = b' xmlns:r="%s"' % OFFICE.encode()
    book = book.replace(b"<sheets>", b"<sheets%s>" % space).replace(
        b"</sheets>", f"{dead}</sheets>".encode()
    )
    links = parts["xl/_rels/workbook.xml.rels"]
    lost = f'<Relationship Id="q" Type="{OFFICE}/worksheet" Target="worksheets/нет.xml"/>'
    parts["xl/workbook.xml"] = book
    parts["xl/_rels/workbook.xml.rels"] = links.replace(b"</Rel", lost.encode() + b"</Rel")


@pytest.mark.parametrize("damage", [make_strict, all_in_utf16, odd_styles, dead_sheets])
def test_what_excel_reads_is_read_and_written(damage: Damage, tmp_path: Path) -> None:
    """The prices are those of the healthy book; they are written into it, and read again."""
    expected = amounts(healthy(tmp_path / "healthy"))
    root = healthy(tmp_path / "ws")
    book = root / ORDERS
    for write in (as_it_is, partial(by_xlsxwriter, most_extras=0)):
        parts = parts_of(write(Random(3), tmp_path / "healthy" / ORDERS))
        damage(Random(3), parts)
        book.write_bytes(packed(parts))
        assert validate(root, today=TODAY).problems == ()
        assert amounts(root) == expected
        price(root, in_place=True, today=TODAY, now=NOW)
        assert validate(root, today=TODAY).problems == ()
        assert {5040, 45810, 2740} <= numbers(book, "позиции")


@pytest.mark.parametrize("seed", range(4))
def test_a_book_made_by_hand_is_read_and_written(seed: int, tmp_path: Path) -> None:
    root, other = healthy(tmp_path / "ws"), healthy(tmp_path / "other")
    (root / ORDERS).write_bytes(by_hand(Random(seed), other / ORDERS))
    told = [(p.code, p.message) for p in validate(root, today=TODAY).problems]
    assert (told, amounts(root)) == ([], amounts(other))
    price(root, in_place=True, today=TODAY, now=NOW)
    assert validate(root, today=TODAY).problems == ()


@pytest.mark.parametrize("seed", range(2))
def test_no_book_meets_a_bug(seed: int, tmp_path: Path) -> None:
    assert bugs(workspace(seed, tmp_path / "ws")) == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 150))
def test_many_books_meet_no_bug(seed: int, tmp_path: Path) -> None:
    assert bugs(workspace(seed, tmp_path / "ws")) == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(300, 312))
def test_books_of_libreoffice_meet_no_bug(seed: int, of_the_office: Path, tmp_path: Path) -> None:
    assert bugs(workspace(seed, tmp_path / "ws", of_the_office)) == []
