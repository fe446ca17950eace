"""`cmtools price`: the answer, the priced copy, the book itself and what is kept of it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from cmtools.commands.result import ExitCode
from cmtools.errors import UsageError
from support.office import convert
from support.priced import (
    COPY,
    DRAFT,
    FIRST,
    IVANOV,
    PRICED,
    SECOND,
    ask,
    cells,
    edit,
    orders_of,
    part_of,
    parts,
    split,
    swap,
    told,
)
from support.program import run
from support.workbench import (
    COMPUTED,
    HEALTHY,
    ORDERS,
    TODAY,
    Change,
    add,
    add_sheet,
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

STEPS = "unit_cost markup discount vat_rate price amount vat profit margin".split()
UNPRICED = dict.fromkeys(STEPS)


# The answer


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worked example of the price rules: shipped in December 2025 and in November 2026."""
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
    return {
        **who,
        **sums,
        **delivery,
        "approval_needed": False,
        "unpriced": [],
        "positions": positions,
    }


OLD_RATE = ("2.8500", 45, 3, 20, "4.81", "4810.00", "801.67", "1158.33", 28.9)
NEW_RATE = ("2.8500", 45, 3, 22, "4.89", "4890.00", "881.80", "1158.20", 28.9)


def test_worked_example(example: Path) -> None:
    """The rate follows the shipment, to the day."""
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


@pytest.mark.parametrize("number", ["НТ-1", " hт-1 ", "Hт-1"])
def test_one_order(number: str, tmp_path: Path) -> None:
    """Case, outer spaces and Latin letters that look Cyrillic do not count."""
    renamed = (put("Заказы", "№ заказа", 2, "НТ-1"), put("Позиции", "№ заказа", 3, "HT-1"))
    healthy(tmp_path, *renamed, put("Позиции", "Тираж", 0, 0))
    outcome = ask(tmp_path, order=number)
    assert (orders_of(outcome), told(outcome)) == ([("НТ-1", None)], [])


def test_no_such_order(tmp_path: Path) -> None:
    healthy(tmp_path)
    with pytest.raises(UsageError, match=f"^нет заказа «З-2026-002».*«?{SECOND}"):
        ask(tmp_path, order="З-2026-002")
    assert not (tmp_path / COPY).exists()


def test_orders_and_positions_in_error_are_listed_with_nulls(tmp_path: Path) -> None:
    healthy(tmp_path, put("Заказы", "Предоплата, %", 1, 101), put("Позиции", "Тираж", 0, 0))
    outcome = ask(tmp_path)
    wanted = [("Заказы", "Предоплата, %", 1), ("Позиции", "Тираж", 0)]
    cells_in_error = [("out-of-range", ORDERS, cell_of(tmp_path / ORDERS, *at)) for at in wanted]
    assert (outcome.exit_code, told(outcome)) == (ExitCode.PROBLEMS, cells_in_error)
    sums = dict.fromkeys(("amount", "vat", "profit", "margin", "total"))
    nothing = sums | {"approval_needed": False}
    found = outcome.as_json()["orders"]
    assert [{key: order[key] for key in nothing} for order in found] == [nothing] * 3
    none = [[{"position": n + 1, **UNPRICED} for n in range(count)] for count in (1, 2, 1)]
    assert [order["positions"] for order in found] == none


@pytest.mark.parametrize("approved", ["да", "нет", None])
def test_low_margin_is_flagged_until_it_is_approved(approved: str | None, tmp_path: Path) -> None:
    """3.50 for what costs 2.85 without VAT: a margin of 0.7 %."""
    place = ("Заказы", "Согласовано директором", 0)
    healthy(tmp_path, put("Позиции", "Цена вручную", 0, 3.5), put(*place, approved))
    outcome = ask(tmp_path)
    asked = approved != "да"
    flag = ("low-margin", ORDERS, cell_of(tmp_path / ORDERS, *place))
    assert (outcome.exit_code, told(outcome)) == (ExitCode.DONE, [flag] if asked else [])
    assert [order["approval_needed"] for order in outcome.as_json()["orders"]] == [
        asked,
        False,
        False,
    ]


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
    with pytest.raises(UsageError, match=f"нет заказа «{FIRST}»"):
        ask(tmp_path, tmp_path / IVANOV, order=FIRST)


# The priced copy


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param((), id="as shipped"),
        pytest.param([put("Позиции", c, n, 12.34) for c in COMPUTED for n in range(4)], id="old"),
        pytest.param([reverse_columns("Позиции")], id="reversed"),
        pytest.param([insert_titles("Позиции", ["Заказы"], [], ["ноябрь", 2026])], id="titled"),
        pytest.param([retitle("Позиции", lambda t: f" {t.upper()}\n*")], id="spelt otherwise"),
        pytest.param([drop_columns("Позиции", *COMPUTED)], id="absent"),
        pytest.param(
            [drop_columns("Позиции", "Сумма", "НДС"), insert_column("Позиции", 25, "Моё", "x")],
            id="partly absent",
        ),
    ],
)
def test_the_priced_copy(changes: list[Change], tmp_path: Path) -> None:
    """Grey columns by title, new ones behind the last; rows without a price are emptied."""
    book = healthy(tmp_path, *changes) / ORDERS
    bytes_before, (_, other_before) = book.read_bytes(), split(book)
    known = header_of(openpyxl.load_workbook(book)["Позиции"])[1]
    assert ask(tmp_path).files == (COPY,)
    assert book.read_bytes() == bytes_before
    assert split(tmp_path / COPY) == (PRICED, other_before)
    places = header_of(openpyxl.load_workbook(tmp_path / COPY)["Позиции"])[1]
    added = [title for title in map(plain, COMPUTED) if title not in known]
    last = max(known.values())
    assert [places[title] for title in added] == list(range(last + 1, last + 1 + len(added)))
    width = openpyxl.load_workbook(tmp_path / COPY, read_only=True)["Позиции"].max_column
    assert width is None or width >= max(places.values()), "the dimension hides new columns"


def test_the_costing_sheet(example: Path) -> None:
    """A row a priced position: every step, and the cell of the settings it came from."""
    ask(example)
    header, *rows = lines_of(costing(example / COPY))
    sources = ("Наценки!C3", "Скидки!C2", "НДС!B2", "Правила!B3")
    assert header[-1] == "Заказ посчитан"
    assert {row[-1] for row in rows} == {None}
    rows = [row[:-1] for row in rows]
    assert header[:8] == (*LEAD, "Себестоимость строки", COST, "Наценка, %", "откуда")
    steps = (2850, 2.85, 45, sources[0], 4.1325, 4132.5, 3, sources[1], 4.008525)
    old = (*steps, 20, sources[2], 4.81, sources[3], 4810, 801.67, 1158.33, 28.9)
    new = (*steps, 22, "НДС!B3", 4.89, sources[3], 4890, 881.8, 1158.2, 28.9)
    name = HEALTHY["Позиции"][0]["Наименование"]
    assert rows == [
        (f"З-{n}", 1, name, 1000, *found) for n, found in ((1, old), (2, new), (3, new))
    ]


LEAD = ("№ заказа", "№ п/п", "Наименование", "Тираж")
COST = "Себестоимость за ед. с доп. расходами"


def test_sums_without_a_position_say_so(tmp_path: Path) -> None:
    """The answer names the positions by № п/п, one whose № п/п is in error by its row."""
    nothing = put("Позиции", "Себестоимость за ед.", 2, None)
    root = healthy(tmp_path, nothing, put("Позиции", "№ п/п", 3, "первая"))
    outcome = ask(root)
    assert [order["unpriced"] for order in outcome.as_json()["orders"]] == [[], [2], [None]]
    words = ["", "без позиции 2", "без позиции в строке 5"]
    assert [order.missing_in_words for order in outcome.orders] == words
    _, *rows = costing(tmp_path / COPY)
    assert {(row[0], row[-1]) for row in rows} == {(FIRST, None), (SECOND, "без позиции 2")}


def test_the_sums_of_an_order_in_the_costing_sheet(tmp_path: Path) -> None:
    """Below its lines, in bold, what `price` answers; the delivery has a line of its own."""
    root = healthy(
        tmp_path,
        put("Заказы", "Стоимость доставки", 0, "1 220"),
        put("Заказы", "Стоимость доставки", 1, None),
    )
    answer = ask(root).as_json()["orders"][:2]
    header, *rows = costing(tmp_path / COPY)
    shown = ("№ заказа", "№ п/п", "Наименование", "Сумма", "НДС", "Прибыль", "Маржа, %")
    found = [tuple(row[header.index(title)] for title in shown) for row in rows]
    first, second = (
        [number, None, "Итого по заказу"]
        + [float(order[key]) for key in ("amount", "vat", "profit", "margin")]
        for number, order in zip((FIRST, SECOND), answer, strict=True)
    )
    delivery = (FIRST, None, "Доставка", 1220, 220, None, None)
    whole = (float(answer[0]["total"]), float(answer[0]["vat"]) + 220)
    assert [row for row in found if row[1] is None] == [
        tuple(first),
        delivery,
        (FIRST, None, "Всего с доставкой", *whole, None, None),
        tuple(second),
    ]
    sheet = openpyxl.load_workbook(tmp_path / COPY)["Калькуляция"]
    assert (sheet.print_title_rows, sheet.print_title_cols) == ("$1:$1", "$A:$A")
    bold = [row[0].font.b for row in sheet.iter_rows(min_row=2)]
    assert bold == [row[1] is None and row[2] != "Доставка" for row in found]


def lines_of(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """The header and the rows of positions, without the sums."""
    return [row for row in rows if row[1] is not None]


def costing(path: Path) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(path)["Калькуляция"].iter_rows(values_only=True))


def test_a_manual_price_says_so_and_nothing_else_does(tmp_path: Path) -> None:
    """The first order of a client has no discount: that comes from nowhere, not from a hand."""
    ask(healthy(tmp_path, put("Позиции", "Цена вручную", 0, 9)))
    header, row, *_ = costing(tmp_path / COPY)
    named = [(header[at - 1], row[at]) for at, title in enumerate(header) if title == "откуда"]
    sources = ["Наценки!C3", "—", "НДС!B3", "вручную"]
    titles = ["Наценка, %", "Скидка, %", "НДС, %", "Цена за ед. с НДС"]
    assert named == list(zip(titles, sources, strict=True))


@pytest.mark.parametrize("name", ["Калькуляция", "калькуляция"])
def test_a_costing_sheet_of_the_manager_gives_way_in_the_copy(name: str, tmp_path: Path) -> None:
    """A book with two sheets of one name would not open."""
    book = healthy(tmp_path, add_sheet("Заказы", name, [["мой расчёт"]])) / ORDERS
    before = openpyxl.load_workbook(book).sheetnames
    ask(tmp_path)
    assert openpyxl.load_workbook(tmp_path / COPY).sheetnames == before
    assert cells(tmp_path / COPY, name)[1, 1] == LEAD[0]


HOSTILE = {  # as the XML of a book has it → what it says
    "=1+1": "=1+1",
    "+7 (495)": "+7 (495)",
    "-5": "-5",
    "@SUM(A1)": "@SUM(A1)",
    "_x005F_x0041_": "_x0041_",
    "a_x0007_b": "a\ab",
    "R&amp;D &lt;b&gt;": "R&D <b>",
}


def test_texts_stay_texts(tmp_path: Path) -> None:
    """Whatever a name begins with or holds, it is no formula and is shown whole."""
    line = HEALTHY["Позиции"][0] | {"№ заказа": DRAFT}
    numbers = range(2, 2 + len(HOSTILE))
    lines = [line | {"№ п/п": n, "Наименование": f"Имя{n}"} for n in numbers]
    book = healthy(tmp_path, add("Позиции", *lines)) / ORDERS
    typed = [(f"&#1048;&#1084;&#1103;{n}", text) for n, text in enumerate(HOSTILE, start=2)]
    edit(book, {part_of(book, "Позиции"): swap(*typed)})
    assert told(ask(tmp_path)) == []
    with CalamineWorkbook.from_path(tmp_path / COPY) as copy:
        names = [row[2] for row in copy.get_sheet_by_name("Калькуляция").to_python()]
    assert names[-len(HOSTILE) - 1 :] == [*HOSTILE.values(), "Итого по заказу"]
    assert b"<f" not in parts(tmp_path / COPY)[part_of(tmp_path / COPY, "Калькуляция")]


@pytest.mark.long
def test_an_office_reads_the_same(tmp_path: Path) -> None:
    """The copy and the book itself, recalculated: the same values; a stale sum is computed."""
    book = healthy(tmp_path, insert_column("Позиции", 25, "Моё", 0.125)) / ORDERS
    formula = (r'<c r="Y(\d+)"[^>]*><v>0.125</v>', r'<c r="Y\1"><f>2*R\1</f><v>0.125</v>')
    edit(book, {part_of(book, "Позиции"): swap(formula)})
    ask(tmp_path)
    ask(tmp_path, in_place=True)
    files = [tmp_path / COPY, book]
    after = convert(files, tmp_path / "made")
    doubled = {2: 10080, 3: 91620, 4: 5480}
    for stored, computed in zip(files, after, strict=True):
        wanted = cells(stored, "Позиции", values=True)
        wanted |= {at: doubled.get(at[0], 0) for at in wanted if wanted[at] == 0.125}
        assert cells(computed, "Позиции", values=True) == wanted
    assert cells(after[0], "Калькуляция") == cells(files[0], "Калькуляция")
