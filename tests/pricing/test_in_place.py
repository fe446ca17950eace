"""Prices in the manager's own book: nothing else in it changes."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import canonicalize

import openpyxl
import pytest

from cmtools.commands.validate import validate
from cmtools.errors import Unavailable
from support import priced
from support.priced import BACKUP, COPY, PRICED, ask, edit, part_of, parts, swap
from support.workbench import (
    HEALTHY,
    ORDERS,
    REGISTRY,
    TODAY,
    Row,
    add,
    add_sheet,
    extra_book,
    healthy,
    insert_column,
    put,
)

BOOK, LINKS, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
STAMP = ("docProps/custom.xml", "_rels/.rels")
LINK = "xl/externalLinks/externalLink1.xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def foreign(book: Path, *, project: str = "xl/vbaProject.bin") -> None:
    """Give a book macros, a link to another book, formulas on it and names beside it."""
    kind = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
    macros = f'<Relationship Id="m" Type="{kind}" Target="/{project}"/>'
    link = f'<Relationship Id="x" Type="{OFFICE}/externalLink" Target="{LINK[3:]}"/>'
    refers = f'<externalReferences xmlns:r="{OFFICE}"><externalReference r:id="x"/>'
    names = '<definedName name="Чужое">[1]Лист1!$A$1</definedName>'
    names += '<definedName name="Моё">Таблица_Заказы[№ заказа]</definedName>'
    formulas = '<c r="AX1"><f t="shared" ref="AX1:AX2" si="7">[1]Лист1!A1</f><v>7</v></c></row>'
    more = r'\1<c r="AX2"><f t="shared" si="7"/><v>8</v></c></row>'
    edit(
        book,
        {
            TYPES: swap((r"spreadsheetml\.sheet\.main", "MACRO.sheet.macroEnabled.main")),
            LINKS: swap(("</Relationships>", f"{macros}{link}</Relationships>")),
            BOOK: swap(
                ("</definedNames>", f"{names}</definedNames>"),
                ("<definedNames>", f"{refers}</externalReferences><definedNames>"),
            ),
            part_of(book, "Заказы"): swap(
                (r'(<row r="2".*?)</row>', more), (r"</row>(?=<row r=\"2\")", formulas)
            ),
            project: b"\xd0\xcf\x11\xe0 Sub Evil()",
            LINK: b"<externalLink/>",
        },
    )


def test_prices_in_place_change_nothing_else(tmp_path: Path) -> None:
    """Whatever the program does not know stays byte for byte, formulas keep their values."""
    book = healthy(tmp_path, insert_column("Позиции", 30, "Моё", 7)) / ORDERS
    sheets = [part_of(book, name) for name in ("Позиции", "Списки", "Заказы")]
    formula = (r'(<c r="AD2"[^>]*>)<v>7</v>', r"\1<f>3+4</f><v>7</v>")
    unknown = {"customXml/item1.xml": b"<a  b='1'/>", "xl/media/image1.png": bytes(range(256))}
    before = edit(book, {sheets[0]: swap(formula), **unknown})
    old, (_, other) = book.read_bytes(), priced.split(book)
    assert ask(tmp_path, in_place=True).files == (BACKUP, ORDERS)
    assert (tmp_path / BACKUP).read_bytes() == old
    assert priced.split(book) == (PRICED, other)
    after = parts(book)
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    assert changed <= {*sheets, BOOK, LINKS, TYPES, *STAMP}
    for name in (LINKS, TYPES):
        assert canonicalize(after[name]) == canonicalize(before[name])
    assert priced.told(validate(tmp_path, today=TODAY)) == []
    assert priced.cells(book, "Позиции", values=True)[2, 30] == 7


@pytest.mark.parametrize("typed", [True, False], ids=["a formula goes", "none goes"])
def test_formulas_over_prices_are_computed_when_the_book_is_opened(
    typed: bool, tmp_path: Path
) -> None:
    """Else Excel would show sums of the prices that were; their list names no formula that went."""
    totals = add_sheet("Заказы", "Итоги", [["=SUM(Позиции!R2:R9)"]])
    over = [put("Позиции", "Сумма", 0, "=1+1")] if typed else []
    book = healthy(tmp_path, totals, *over) / ORDERS
    chain = {"xl/calcChain.xml": b"<calcChain/>"}
    edit(book, {BOOK: swap(("<calcPr[^>]*>", '<calcPr calcId="191029"/>')), **chain})
    ask(tmp_path, in_place=True)
    assert b'fullCalcOnLoad="1"' in parts(book)[BOOK]
    assert ("xl/calcChain.xml" in parts(book)) is not typed


def test_totals_below_the_positions_stay(tmp_path: Path) -> None:
    """A manager's own line is no row without a price, and his formula no price of ours."""
    rows: list[Row] = [
        {"№ заказа": "Итого", "Сумма": "=SUM(R2:R5)"},
        {"Прибыль": "=SUM(T2:T5)"},
        {"НДС": 5},
    ]
    book = healthy(tmp_path, add("Позиции", *rows)) / ORDERS
    first = len(HEALTHY["Позиции"]) + 2
    before = priced.cells(book, "Позиции")
    ask(tmp_path, in_place=True)
    after = priced.cells(book, "Позиции")
    below = {place: value for place, value in before.items() if place[0] in (first, first + 1)}
    assert len(below) == 3
    assert {place: value for place, value in after.items() if place[0] >= first} == below


def drop_downs(book: Path) -> tuple[dict[str, str], dict[tuple[int, int], object]]:
    """The ranges by their names, and what stands in them."""
    loaded = openpyxl.load_workbook(book)
    ranges = {name: found.attr_text for name, found in loaded.defined_names.items()}
    return ranges, priced.cells(book, "Списки")


def column(cells: Mapping[tuple[int, int], object], number: int) -> list[object]:
    """The filled cells of a column, from above."""
    return [value for (_, at), value in sorted(cells.items()) if at == number]


def test_drop_downs_are_refreshed_and_never_emptied(tmp_path: Path) -> None:
    """They follow the other books, but a book that cannot be read today says nothing.

    Bare codes are offered too, below the codes with their names.
    """
    healthy(tmp_path, add("Клиенты", HEALTHY["Клиенты"][2] | {"Код": "К-0009"}))
    ask(tmp_path, in_place=True)
    ranges, lists = fresh = drop_downs(tmp_path / ORDERS)
    clients = [(c["Код"], c["Краткое наименование"]) for c in HEALTHY["Клиенты"]]
    offered = [f"{code} {name}" for code, name in (*clients, ("К-0009", clients[2][1]))]
    contractors = [row["Подрядчик"] for row in HEALTHY["Подрядчики"]]
    bare = [name.split()[0] for name in offered]
    managers = sorted({str(c["Менеджер"]) for c in HEALTHY["Клиенты"]})
    assert column(lists, 1) == ["Клиенты", *offered, *bare]
    assert column(lists, 2) == ["Клиенты Менеджер", *managers]
    assert column(lists, 4) == ["Подрядчики", *contractors]
    assert column(lists, 5) == ["Наценки", "визитки", "каталоги"]
    assert ranges["Список_Клиенты"] == f"Списки!$A$2:$A${1 + 2 * len(offered)}"
    assert ranges["Список_Клиенты_Менеджер"] == f"Списки!$B$2:$B${1 + len(managers)}"
    assert ranges["Список_Подрядчики"] == "Списки!$D$2:$D$3"
    (tmp_path / REGISTRY).write_bytes(b"PK\3\4 half of a book")
    ask(tmp_path, in_place=True)
    assert drop_downs(tmp_path / ORDERS) == fresh


def test_prices_in_place_again_are_the_same_and_lose_no_version(tmp_path: Path) -> None:
    """Twice within a second too: the first bytes are still in a backup."""
    book = healthy(tmp_path) / ORDERS
    first = book.read_bytes()
    ask(tmp_path, in_place=True)
    second = book.read_bytes()
    ask(tmp_path, in_place=True)
    assert book.read_bytes() == second
    backups = [path.read_bytes() for path in tmp_path.glob("*резерв*")]
    assert sorted(backups, key=len) == sorted([first, second], key=len)
    assert priced.orders_of(ask(tmp_path)) == [
        (priced.FIRST, "5040.00"),
        (priced.SECOND, "48550.00"),
        (priced.DRAFT, None),
    ]


@pytest.mark.parametrize("project", ["xl/vbaProject.bin", "xl/other.bin"])
def test_no_copy_has_macros_or_links(project: str, tmp_path: Path) -> None:
    """A macro is what the book's relations call so; a formula on a link keeps its value."""
    book = healthy(tmp_path) / ORDERS
    foreign(book, project=project)
    ask(tmp_path)
    copied = parts(tmp_path / COPY)
    assert {name for name in copied if name in (project, LINK)} == set()
    everything = b"".join(copied.values())
    assert [w for w in (b"vbaProject", b"MACRO", b"[1]", b"externalLink") if w in everything] == []
    orders = copied[part_of(book, "Заказы")]
    assert re.findall(rb'<c r="AX\d">.*?</c>', orders) == [
        b'<c r="AX1"><v>7</v></c>',
        b'<c r="AX2"><v>8</v></c>',
    ]
    assert "Моё" in openpyxl.load_workbook(tmp_path / COPY).defined_names
    assert priced.split(tmp_path / COPY)[0] == PRICED


def test_no_book_is_touched_when_one_has_macros(tmp_path: Path) -> None:
    healthy(tmp_path)
    extra_book(tmp_path, "Предварительные заказы — А.xlsx", {})
    foreign(tmp_path / ORDERS)
    before = [(p, p.read_bytes()) for p in sorted(tmp_path.glob("Предварительные*"))]
    with pytest.raises(Unavailable, match=f"^в «{ORDERS}» есть макросы"):
        ask(tmp_path, in_place=True)
    assert [(p, p.read_bytes()) for p in sorted(tmp_path.glob("Предварительные*"))] == before


def test_a_book_without_styles_is_priced(tmp_path: Path) -> None:
    """The standard asks for none; some programs write none."""
    book = healthy(tmp_path) / ORDERS
    looks = swap((r' (s|style|\w*[dD]xfId)="\d+"', ""))
    sheets = {name: looks for name in parts(book) if re.match("xl/(worksheets|tables)/[^_]", name)}
    link = swap((r"<Relationship [^>]*styles\.xml[^>]*/>", ""))
    kind = swap((r"<Override [^>]*/xl/styles\.xml[^>]*/>", ""))
    edit(book, {LINKS: link, TYPES: kind, **sheets}, without="xl/styles.xml")
    assert ask(tmp_path).files == (COPY,)
    assert priced.split(tmp_path / COPY)[0] == PRICED


def test_prices_go_to_the_sheet_that_was_read(tmp_path: Path) -> None:
    """Of two sheets whose names differ in a space, the first."""
    book = openpyxl.load_workbook(healthy(tmp_path) / ORDERS)
    book.copy_worksheet(book["Позиции"]).title = "Позиции "
    book.save(tmp_path / ORDERS)
    assert [code for code, *_ in priced.told(ask(tmp_path))] == ["sheet-twice"]
    assert priced.split(tmp_path / COPY)[0] == PRICED


@pytest.mark.parametrize("lock", [f"~${ORDERS}", f".~lock.{ORDERS}#"])
def test_a_book_that_is_open_is_left_alone(lock: str, tmp_path: Path) -> None:
    """One open book stops the others too; a lock that a crash left a day ago stops nothing."""
    root = healthy(tmp_path)
    extra_book(root, "Предварительные заказы — 2.xlsx", {})
    (root / lock).touch()
    before = {path.name: path.read_bytes() for path in root.glob("*.xlsx")}
    with pytest.raises(Unavailable, match="открыта") as refusal:
        ask(root, in_place=True)
    assert lock in str(refusal.value)
    assert {path.name: path.read_bytes() for path in root.glob("*.xlsx")} == before
    ask(root)
    old = time.time() - 25 * 3600
    os.utime(root / lock, (old, old))
    assert ORDERS in ask(root, in_place=True).files
