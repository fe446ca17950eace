"""`cmtools price`: the answer, the priced copy, the book itself and what is kept of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest

import hostile
from cmtools.commands.outcome import ExitCode, Misuse, Outcome, Unavailable
from cmtools.commands.price import price
from cmtools.commands.validate import validate
from cmtools.tables.package import Package
from office import convert
from test_startup import run
from workbench import (
    COMPUTED,
    HEALTHY,
    ORDERS,
    REGISTRY,
    SETTINGS,
    TODAY,
    Change,
    add,
    cell_of,
    drop_columns,
    extra_book,
    header_of,
    healthy,
    insert_column,
    insert_titles,
    plain,
    put,
    retitle,
    reverse_columns,
    workspace_with,
)

NOW = datetime(2026, 11, 21, 10, 15, 30)
COPY = "Предварительные заказы — с ценами.xlsx"
BACKUP = "Предварительные заказы — резерв 2026-11-21 10-15-30.xlsx"
IVANOV = "Предварительные заказы — Иванов.xlsx"
FIRST, SECOND, DRAFT = (f"З-2026-000{number}" for number in (1, 2, 3))
BOOK, LINKS, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
STEPS = "unit_cost markup discount vat_rate price amount vat profit margin".split()
UNPRICED = dict.fromkeys(STEPS)
PRICED: list[tuple[object, ...]] = [  # the healthy positions, reckoned by hand
    (45, 0, 5.04, 5040, 908.85, 1281.15, 31),
    (40, 0, 152.7, 45810, 8260.82, 10729.18, 28.6),
    (45, 0, 5.48, 2740, 494.1, 695.9, 31),
    (None,) * 7,
]


def ask(root: Path, file: Path | None = None, **options: Any) -> Outcome:
    return price(root, file, today=TODAY, **({"now": NOW} | options))


def orders_of(outcome: Outcome) -> list[tuple[str, str | None]]:
    return [(order["order"], order["amount"]) for order in outcome.data["orders"]]


def told(outcome: Outcome) -> list[tuple[str, str, str | None]]:
    return [(p.code, p.place.file, p.place.cell) for p in outcome.problems]


def cells(path: Path, sheet: str, *, values: bool = False) -> dict[tuple[int, int], object]:
    """(row, column) → what stands there: a value or, unless `values`, a formula."""
    found = openpyxl.load_workbook(path, data_only=values)[sheet]
    every = (cell for row in found.iter_rows() for cell in row)
    return {(c.row, c.column): c.value for c in every if c.value is not None}


def split(path: Path) -> tuple[list[tuple[object, ...]], dict[tuple[int, int], object]]:
    """The rows of the grey columns of «Позиции», found by title, and all its other cells."""
    header, places = header_of(openpyxl.load_workbook(path)["Позиции"])
    found = cells(path, "Позиции")
    grey = [places[plain(title)] for title in COMPUTED if plain(title) in places]
    rows = [tuple(found.get((header + n, at)) for at in grey) for n in range(1, 5)]
    return rows, {place: value for place, value in found.items() if place[1] not in grey}


def parts(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def edit(path: Path, changes: Mapping[str, Callable[[bytes], bytes] | bytes]) -> dict[str, bytes]:
    """Change parts of a book, or add new ones; what it holds then."""
    found = parts(path)
    for name, change in changes.items():
        found[name] = change if isinstance(change, bytes) else change(found[name])
    with ZipFile(path, "w") as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return found


def swap(*pairs: tuple[str, str]) -> Callable[[bytes], bytes]:
    """Replace patterns, each of which must be there."""

    def change(xml: bytes) -> bytes:
        for pattern, new in pairs:
            xml, count = re.subn(pattern.encode(), new.encode(), xml)
            assert count, pattern
        return xml

    return change


def insert_before(tag: str, xml: str) -> Callable[[bytes], bytes]:
    return swap((tag, xml + tag))


def part_of(path: Path, sheet: str) -> str:
    return Package(path).sheets()[sheet]


# The answer


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worked example of pricing.md: shipped in December 2025 and in November 2026."""
    days = (date(2025, 3, 3), date(2025, 10, 1), date(2025, 12, 30), date(2026, 11, 2))
    shipped = (days[0], date(2025, 12, 31), date(2026, 1, 1), days[3])
    rows = [
        HEALTHY["Заказы"][2] | {"№ заказа": f"З-{n}", "Дата заказа": day, "Срок поставки": due}
        for n, (day, due) in enumerate(zip(days, shipped, strict=True))
    ]
    final = [row | {"Вид заявки": "окончательная", "Дата стадии": None} for row in rows]
    lines = [HEALTHY["Позиции"][0] | {"№ заказа": f"З-{n}"} for n in (1, 2, 3)]
    kept = ("Организация", "Наценки", "Скидки", "Клиенты")
    books = {sheet: HEALTHY[sheet] for sheet in kept} | {"Заказы": final, "Позиции": lines}
    return workspace_with(tmp_path_factory.mktemp("example") / "work", books)


def answered(number: str, *steps: object) -> dict[str, object]:
    """An order of one position, or of none, as it is answered."""
    line = dict(zip(STEPS, steps, strict=True)) if steps else UNPRICED
    sums = {name: line[name] for name in ("amount", "vat", "profit", "margin")}
    delivery = {"delivery": "0.00", "delivery_vat": "0.00", "total": line["amount"]}
    who = {"order": number, "client": "К-0001", "category": "повторный" if steps else "новый"}
    positions = [{"position": 1, **line}] if steps else []
    return {**who, **sums, **delivery, "approval_needed": False, "positions": positions}


OLD_RATE = ("2.8500", 45, 3, 20, "4.81", "4810.00", "801.67", "1158.33", 28.9)
NEW_RATE = ("2.8500", 45, 3, 22, "4.89", "4890.00", "881.80", "1158.20", 28.9)


def test_worked_example(example: Path) -> None:
    """pricing.md: the rate follows the shipment, to the day."""
    answer = run("price", "--json", "--today", f"{TODAY}", folder=example)
    assert (answer.code, answer.err) == (0, "")
    assert json.loads(answer.out) == {
        "ok": True,
        "orders": [
            answered("З-0"),
            answered("З-1", *OLD_RATE),
            answered("З-2", *NEW_RATE),
            answered("З-3", *NEW_RATE),
        ],
        "problems": [],
        "files": [COPY],
    }


def test_explanation_at_80_columns(example: Path) -> None:
    """Each step in one line, with the cell of the settings that it came from."""
    asked = ("price", "--explain", "--order", "З-3", "--today", f"{TODAY}")
    answer = run(*asked, folder=example, COLUMNS="80")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert max(map(len, lines)) <= 80
    rows = [tuple(re.split(r" {2,}", line.strip())) for line in lines]
    assert rows[:2] == [("З-3 · К-0001, повторный",), ("1. Визитки двусторонние, 1000 шт",)]
    assert [row for row in rows[4:] if len(row) > 1] == [
        ("Себестоимость строки", "2\u00a0850,00"),
        ("Себестоимость за ед. с доп. расходами", "2,85"),
        ("Наценка, %", "45", "Наценки!C3"),
        ("Цена с наценкой, без НДС", "4,1325"),
        ("Заказ с наценкой, без НДС", "4\u00a0132,50"),
        ("Скидка, %", "3", "Скидки!C2"),
        ("Цена со скидкой, без НДС", "4,008525"),
        ("НДС, %", "22", "НДС!B3"),
        ("Цена за ед. с НДС", "4,89", "Правила!B3"),
        ("Сумма", "4\u00a0890,00"),
        ("НДС", "881,80"),
        ("Прибыль", "1\u00a0158,20"),
        ("Маржа, %", "28,9"),
    ]


@pytest.mark.parametrize("number", [FIRST, "з-2026-0001", "3-2026-0001", " З-2026-0001 "])
def test_one_order(number: str, tmp_path: Path) -> None:
    """Case, spaces, and signs that look alike do not count (3 for З is no letter: no)."""
    healthy(tmp_path, put("Позиции", "Тираж", 1, 0))
    if number.startswith("3"):
        with pytest.raises(Misuse, match=rf"нет заказа «{number}»; похожие: {FIRST}, "):
            ask(tmp_path, order=number)
        return
    outcome = ask(tmp_path, order=number)
    assert (orders_of(outcome), told(outcome)) == ([(FIRST, "5040.00")], [])


def test_latin_letters_that_look_cyrillic(tmp_path: Path) -> None:
    healthy(tmp_path, put("Заказы", "№ заказа", 2, "НТ-1"), put("Позиции", "№ заказа", 3, "HT-1"))
    assert orders_of(ask(tmp_path, order="hт-1")) == [("НТ-1", None)]


def test_orders_and_positions_in_error_are_listed_with_nulls(tmp_path: Path) -> None:
    healthy(tmp_path, put("Заказы", "Предоплата, %", 1, 101), put("Позиции", "Тираж", 0, 0))
    outcome = ask(tmp_path)
    wanted = [("Заказы", "Предоплата, %", 1), ("Позиции", "Тираж", 0)]
    cells_in_error = [("out-of-range", ORDERS, cell_of(tmp_path / ORDERS, *at)) for at in wanted]
    assert (outcome.code, told(outcome)) == (ExitCode.PROBLEMS, cells_in_error)
    sums = dict.fromkeys(("amount", "vat", "profit", "margin", "total"))
    nothing = sums | {"approval_needed": False}
    found = outcome.data["orders"]
    assert [{key: order[key] for key in nothing} for order in found] == [nothing] * 3
    none = [[{"position": n + 1, **UNPRICED} for n in range(count)] for count in (1, 2, 1)]
    assert [order["positions"] for order in found] == none


@pytest.mark.parametrize("gone", [False, True], ids=["in error", "missing"])
def test_without_sound_settings_nothing_is_priced(gone: bool, tmp_path: Path) -> None:
    healthy(tmp_path, put("Наценки", "Наценка, %", 1, "много"))
    if gone:
        (tmp_path / SETTINGS).unlink()
    outcome = ask(tmp_path)
    cause = ("file-missing", SETTINGS, None) if gone else ("not-a-number", SETTINGS, "C3")
    assert told(outcome) == [cause, ("prices-unsound", ORDERS, None)]
    assert orders_of(outcome) == [(FIRST, None), (SECOND, None), (DRAFT, None)]
    assert split(tmp_path / COPY)[0] == [(None,) * 7] * 4


@pytest.mark.parametrize("approved", ["да", "нет", None])
def test_low_margin_is_flagged_until_it_is_approved(approved: str | None, tmp_path: Path) -> None:
    """3.50 for what costs 2.85 without VAT: a margin of 0.7 %."""
    place = ("Заказы", "Согласовано директором", 0)
    healthy(tmp_path, put("Позиции", "Цена вручную", 0, 3.5), put(*place, approved))
    outcome = ask(tmp_path)
    asked = approved != "да"
    flag = ("low-margin", ORDERS, cell_of(tmp_path / ORDERS, *place))
    assert (outcome.code, told(outcome)) == (ExitCode.DONE, [flag] if asked else [])
    assert [order["approval_needed"] for order in outcome.data["orders"]] == [asked, False, False]


# Which books


def test_several_order_books(tmp_path: Path) -> None:
    """A copy of each; the client's history in the other book counts, however FILE is named."""
    healthy(tmp_path, put("Скидки", "Скидка, %", 0, 50))
    more = [HEALTHY["Заказы"][2] | {"№ заказа": "И-1"}, HEALTHY["Позиции"][0] | {"№ заказа": "И-1"}]
    extra_book(tmp_path, IVANOV, {"Заказы": more[:1], "Позиции": more[1:]})
    both = ask(tmp_path)
    own = [("И-1", "2520.00")]
    assert both.files == ("Предварительные заказы — Иванов — с ценами.xlsx", COPY)
    assert orders_of(both) == [*own, (FIRST, "5040.00"), (SECOND, "48550.00"), (DRAFT, None)]
    for file in (tmp_path / IVANOV, tmp_path / "Планы" / ".." / IVANOV):
        one = ask(tmp_path, file)
        assert (orders_of(one), one.files) == (own, both.files[:1]), file
    with pytest.raises(Misuse, match=f"нет заказа «{FIRST}»"):
        ask(tmp_path, tmp_path / IVANOV, order=FIRST)


@pytest.mark.parametrize("kind", ["registry", "unknown", "csv_utf8", "plain_zip"])
def test_a_file_that_is_no_order_book(kind: str, tmp_path: Path) -> None:
    file = healthy(tmp_path) / "Прайс.xlsx"
    openpyxl.Workbook().save(file) if kind == "unknown" else getattr(hostile, kind)(file)
    with pytest.raises(Misuse, match="не книга заказов"):
        ask(tmp_path, file)


@pytest.mark.parametrize("given", [True, False], ids=["given", "own"])
@pytest.mark.parametrize("kind", ["encrypted", "truncated"])
def test_an_order_book_that_cannot_be_read_is_told(kind: str, given: bool, tmp_path: Path) -> None:
    book = healthy(tmp_path) / ORDERS
    getattr(hostile, kind)(book)
    outcome = ask(tmp_path, book if given else None)
    assert [(p.place.file, p.is_error) for p in outcome.problems] == [(ORDERS, True)]
    assert outcome.code is ExitCode.PROBLEMS


@pytest.mark.parametrize("missing", [ORDERS, REGISTRY])
def test_a_missing_book_is_told(missing: str, tmp_path: Path) -> None:
    """Without the registry nobody is VIP: other prices."""
    (healthy(tmp_path) / missing).unlink()
    outcome = ask(tmp_path)
    assert ("file-missing", missing, None) in told(outcome)
    assert outcome.code is ExitCode.PROBLEMS
