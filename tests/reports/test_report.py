"""The report of a month: its answer, what it leaves out and why, its plan, and its source rows."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl.utils.cell import coordinate_from_string

from cmtools.commands.report import ReportResult, report
from cmtools.commands.result import ExitCode
from cmtools.errors import UsageError
from support.indicators import facts_of, plans_of
from support.program import run
from support.report_files import plan_book
from support.strategies import client_row, order_row, position_row
from support.workbench import (
    BOOK_OF,
    CLERK,
    HEALTHY,
    ORDERS,
    REGISTRY,
    SALES,
    SETTINGS,
    TASKS,
    TODAY,
    Change,
    Row,
    add,
    cell_of,
    drop_columns,
    drop_sheet,
    extra_book,
    healthy,
    put,
    workspace_with,
)

NOVEMBER: dict[str, object] = {
    "new_clients": 1,
    "new_amount": "48550.00",
    "system_clients": 0,
    "system_amount": "0.00",
    "repeat_clients": 0,
    "repeat_amount": "0.00",
    "receipts": "22820.00",
    "profit": "11425.08",
    "lost_system": 0,
    "lost_other": 0,
    "clients_received": 1,
    "claims_made": 2,
    "claims_made_amount": "700.00",
    "claims_met": 1,
    "claims_met_amount": "300.00",
    "paid_contractors": "0.00",
    "received_amount": "1550.00",
    "received_orders": 1,
}
"""The healthy workspace's November 2026, reckoned by hand."""

NOBODY = dict.fromkeys(NOVEMBER, 0) | {
    name: "0.00" for name, fact in NOVEMBER.items() if isinstance(fact, str)
}
PAYMENT: Row = {"№ заказа": "З-2026-0002", "Вид": "от клиента", "Сумма": 100}

Places = list[tuple[str, str | None, int | None]]


def november(folder: Path, *changes: Change, manager: str | None = None) -> ReportResult:
    """The report of November over the healthy books with changes."""
    return report(healthy(folder, *changes), "2026-11", manager=manager, today=TODAY)


def facts(outcome: ReportResult) -> dict[str, object]:
    """Indicator → fact."""
    return facts_of(outcome.as_json())


def preliminary(outcome: ReportResult) -> tuple[int, Decimal]:
    """How many requests are no orders yet, and their sum."""
    requests = outcome.report.figures.preliminary
    return requests.orders, requests.amount


def plans(outcome: ReportResult) -> dict[str, object]:
    """Indicator → plan, of those that have one."""
    return plans_of(outcome.as_json())


def left_out(outcome: ReportResult) -> Places:
    """The places of what was left out, in their order."""
    return [
        (entry["file"], entry["sheet"], entry["row"]) for entry in outcome.as_json()["left_out"]
    ]


def place(folder: Path, sheet: str, index: int) -> tuple[str, str, int]:
    """The place of the row `index` below the header, as left_out names it."""
    file = BOOK_OF[sheet]
    column = next(iter(HEALTHY[sheet][0]))
    return file, sheet, coordinate_from_string(cell_of(folder / file, sheet, column, index))[1]


# The answer


def test_the_whole_answer(tmp_path: Path) -> None:
    """The JSON of report, whole."""
    outcome = november(tmp_path)
    answer = json.loads(json.dumps(outcome.as_json()))
    indicators = answer.pop("indicators")
    assert [name for name in indicators if name in NOVEMBER] == list(NOVEMBER)
    assert [indicators[name] for name in NOVEMBER] == [
        {"plan": None, "fact": fact} for fact in NOVEMBER.values()
    ]
    assert answer == {
        "month": "2026-11",
        "manager": None,
        "unpriced_orders": 0,
        "left_out": [],
        "files": ["Отчёты/2026-11 Отчёт.xlsx", "Отчёты/2026-11 Отчёт.docx"],
    }
    assert (outcome.exit_code, outcome.problems) == (ExitCode.DONE, ())
    assert preliminary(outcome) == (1, Decimal(0))


def test_priced_preliminary_requests_stand_apart(tmp_path: Path) -> None:
    """Preliminary requests: how many, and their sum where priced; no fact counts them."""
    request: Row = {**HEALTHY["Заказы"][2], "№ заказа": "З-2026-0004"}
    line: Row = {**HEALTHY["Позиции"][0], "№ заказа": "З-2026-0004", "Цена вручную": 7}
    outcome = november(tmp_path, add("Заказы", request), add("Позиции", line))
    assert preliminary(outcome) == (2, Decimal(7000))
    assert facts(outcome) == NOVEMBER
    assert outcome.as_json()["unpriced_orders"] == 0


@pytest.mark.parametrize(
    "month",
    ["2026-13", "2026-00", "2026-1", "2026", "11.2026", "2026-11-01", "", "٢٠٢٦-11", "0000-01"],
)
def test_what_is_no_month_is_misuse(tmp_path: Path, month: str) -> None:
    with pytest.raises(UsageError, match="ГГГГ-ММ"):
        report(tmp_path, month, today=TODAY)


# Months


def test_the_edges_of_a_month(tmp_path: Path) -> None:
    """The last of a month and the first of the next, over a leap February and a new year."""
    days = [(2027, 12, 31), (2028, 1, 1), (2028, 1, 31), (2028, 2, 1), (2028, 2, 29), (2028, 3, 1)]
    amounts = (1, 10, 100, 1000, 10000, 100000)
    payments: list[Row] = [
        {**PAYMENT, "Дата": date(*day), "Сумма": amount}
        for day, amount in zip(days, amounts, strict=True)
    ]
    root = healthy(tmp_path, add("Платежи", *payments))
    found = [
        facts(report(root, month, today=TODAY))["receipts"]
        for month in ("2027-12", "2028-01", "2028-02", "2028-03")
    ]
    assert found == ["1.00", "110.00", "11000.00", "100000.00"]


def test_a_claim_counts_when_made_and_when_met(tmp_path: Path) -> None:
    """Made by Дата, met by Дата решения; open and refused ones are not met."""
    claim: Row = {
        **HEALTHY["Претензии"][0],
        "Дата": date(2026, 10, 31),
        "Дата решения": date(2026, 11, 1),
        "Сумма": 40,
        "Сумма удовлетворения": 0,
    }
    refused: Row = {**claim, "Решение": "отклонена", "Сумма удовлетворения": 33}
    root = healthy(tmp_path, add("Претензии", claim, refused))
    keys = ("claims_made", "claims_made_amount", "claims_met", "claims_met_amount")
    found = [facts(report(root, month, today=TODAY)) for month in ("2026-10", "2026-11")]
    assert [[month[key] for key in keys] for month in found] == [
        [1, "80.00", 0, "0.00"],
        [2, "700.00", 1, "300.00"],
    ]


def test_nobody_is_lost_before_the_limit_has_run_out(tmp_path: Path) -> None:
    """A client is lost when older than the limit, and an order may still come by then."""
    books = {
        "Клиенты": [client_row()],
        "Заказы": [order_row("З-1", date(2026, 3, 1))],
        "Позиции": [position_row("З-1", 1, "80")],
        "Наценки": [{"Вид продукции": "*", "Тираж от": 1, "Наценка, %": 10}],
    }
    root = workspace_with(tmp_path, books)
    days = (date(2027, 3, 1), date(2027, 3, 2))
    assert [facts(report(root, "2027-03", today=day))["lost_other"] for day in days] == [0, 1]


# Managers


@pytest.mark.parametrize("name", [SALES, "  петрова   анна Сергеевна ", "ПЕТРОВА АННА СЕРГЕЕВНА"])
def test_a_manager_however_spelled(tmp_path: Path, name: str) -> None:
    """Orders, and what hangs on them, by Заказы.Менеджер; clients by Клиенты.Менеджер."""
    outcome = november(
        tmp_path, put("Заказы", "Менеджер", 1, "Петрова АННА\u00a0Сергеевна"), manager=name
    )
    assert outcome.as_json()["manager"] == SALES
    assert facts(outcome) == NOVEMBER | {"clients_received": 0}


def test_ё_and_е_are_one_manager(tmp_path: Path) -> None:
    outcome = november(tmp_path, manager="смирнов петр ильич")
    assert outcome.as_json()["manager"] == CLERK
    assert facts(outcome) == NOBODY | {"clients_received": 1}
    assert preliminary(outcome) == (0, Decimal(0))


def test_a_manager_of_rows_in_error_is_known(tmp_path: Path) -> None:
    outcome = november(
        tmp_path,
        put("Заказы", "Менеджер", 1, "Новикова Ева"),
        put("Заказы", "Дата заказа", 1, "когда-то"),
        manager="Новикова Ева",
    )
    assert facts(outcome) == NOBODY


@pytest.mark.parametrize(
    ("typed", "nearest"), [("Петрова", SALES), ("Смирнова Пётр Ильич", CLERK), ("Ильич", CLERK)]
)
def test_an_unknown_manager_is_misuse(tmp_path: Path, typed: str, nearest: str) -> None:
    with pytest.raises(UsageError, match=f"«{typed}».*«{nearest}»"):
        november(tmp_path, manager=typed)


def test_the_nearest_manager_by_a_word_of_the_name(tmp_path: Path) -> None:
    """A surname alone is nearer to its bearer than to a short name like it."""
    with pytest.raises(UsageError, match=f"«{SALES}»"):
        november(tmp_path, put("Клиенты", "Менеджер", 2, "Петренко"), manager="петрова")


def test_a_manager_of_an_empty_workspace(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"нет ни в заказах, ни среди клиентов$"):
        report(workspace_with(tmp_path, {}), "2026-11", manager=SALES, today=TODAY)


# Errors


def test_a_position_in_error_is_unpriced(tmp_path: Path) -> None:
    """The order counts with its other position; nothing is left out."""
    outcome = november(tmp_path, put("Позиции", "Тираж", 1, "триста"))
    assert facts(outcome) == NOVEMBER | {"new_amount": "2740.00", "profit": "695.90"}
    assert (outcome.as_json()["unpriced_orders"], left_out(outcome)) == (1, [])
    assert (outcome.exit_code, outcome.problems) == (ExitCode.DONE, ())


def test_an_order_with_two_positions_in_error_is_counted_once(tmp_path: Path) -> None:
    changes = [put("Позиции", "Себестоимость за ед.", index, None) for index in (1, 2)]
    outcome = november(tmp_path, *changes)
    assert facts(outcome) == NOVEMBER | {"new_amount": "0.00", "profit": "0.00"}
    assert outcome.as_json()["unpriced_orders"] == 1


def test_an_order_whose_price_is_a_problem_counts_unpriced(tmp_path: Path) -> None:
    """Its row is sound, though no VAT row reaches its shipment."""
    late = [put("НДС", "Действует с", index, date(2030 + index, 1, 1)) for index in (0, 1)]
    outcome = november(tmp_path, *late)
    assert facts(outcome) == NOVEMBER | {"new_amount": "0.00", "profit": "0.00"}
    assert (outcome.as_json()["unpriced_orders"], left_out(outcome)) == (1, [])


def test_a_position_of_no_order_is_left_out(tmp_path: Path) -> None:
    outcome = november(tmp_path, put("Позиции", "№ заказа", 2, "З-2026-9999"))
    assert facts(outcome)["new_amount"] == "45810.00"
    assert (outcome.as_json()["unpriced_orders"], left_out(outcome)) == (
        0,
        [place(tmp_path, "Позиции", 2)],
    )


@pytest.mark.parametrize(
    ("sheet", "column", "index", "value", "without"),
    [
        ("Платежи", "Сумма", 3, "много", {"receipts": "2820.00"}),
        ("Платежи", "№ заказа", 3, "З-2026-9999", {"receipts": "2820.00"}),
        ("Платежи", "Дата", 1, "03/04/2026", {"receipts": "20000.00"}),
        ("Поставки", "Количество", 2, 0, {"received_amount": "0.00", "received_orders": 0}),
        ("Претензии", "Причина", 1, None, {"claims_made": 1, "claims_made_amount": "500.00"}),
        ("Претензии", "Сумма удовлетворения", 0, None, {
            "claims_made": 1,
            "claims_made_amount": "200.00",
            "claims_met": 0,
            "claims_met_amount": "0.00",
        }),
        ("Клиенты", "Форма", 2, "ООО", {"clients_received": 0}),
    ],
)  # fmt: skip
def test_a_row_in_error_is_left_out(
    tmp_path: Path,
    sheet: str,
    column: str,
    index: int,
    value: object,
    without: dict[str, object],
) -> None:
    outcome = november(tmp_path, put(sheet, column, index, value))
    assert facts(outcome) == NOVEMBER | without
    assert left_out(outcome) == [place(tmp_path, sheet, index)]
    (entry,) = outcome.as_json()["left_out"]
    assert f"({column})" in entry["reason"]
    assert outcome.exit_code is ExitCode.DONE


def test_what_hangs_on_an_order_in_error_is_left_out_with_it(tmp_path: Path) -> None:
    outcome = november(tmp_path, put("Заказы", "Вид заявки", 1, "устная"))
    assert facts(outcome) == NOBODY | {
        "receipts": "2820.00",
        "clients_received": 1,
        **{key: NOVEMBER[key] for key in ("claims_met", "claims_met_amount")},
        "claims_made": 1,
        "claims_made_amount": "500.00",
    }
    hanging = [("Платежи", 3), ("Позиции", 1), ("Позиции", 2), ("Поставки", 2), ("Претензии", 1)]
    places = [place(tmp_path, sheet, index) for sheet, index in (("Заказы", 1), *hanging)]
    assert left_out(outcome) == places
    assert outcome.as_json()["unpriced_orders"] == 0
    first, *others = [entry["reason"] for entry in outcome.as_json()["left_out"]]
    assert first.startswith("E3 (Вид заявки): такого значения нет в списке")
    assert set(others) == {"заказ З-2026-0002 не вошёл в отчёт"}


def test_all_reasons_of_a_row_are_told_at_once(tmp_path: Path) -> None:
    outcome = november(
        tmp_path,
        put("Заказы", "Менеджер", 1, None),
        put("Платежи", "Сумма", 3, -1),
        put("Платежи", "Вид", 3, "даром"),
    )
    reasons = {
        (entry["sheet"], entry["row"]): entry["reason"].split("; ")
        for entry in outcome.as_json()["left_out"]
    }
    payment = reasons[place(tmp_path, "Платежи", 3)[1:]]
    assert [reason.partition(":")[0] for reason in payment] == [
        "C5 (Вид)",
        "D5 (Сумма)",
        "заказ З-2026-0002 не вошёл в отчёт",
    ]


def test_the_later_of_two_orders_of_one_number_is_left_out(tmp_path: Path) -> None:
    """What hangs on the number stays with the first."""
    outcome = november(tmp_path, add("Заказы", HEALTHY["Заказы"][1]))
    assert facts(outcome) == NOVEMBER
    assert left_out(outcome) == [place(tmp_path, "Заказы", 3)]


def test_sheets_that_no_figure_comes_from_are_of_no_interest(tmp_path: Path) -> None:
    outcome = november(
        tmp_path, put("Поручения", "Срок", 0, "скоро"), put("Макеты", "Срок", 0, "скоро")
    )
    assert left_out(outcome) == []


def test_a_markup_in_error_leaves_all_unpriced(tmp_path: Path) -> None:
    outcome = november(tmp_path, put("Наценки", "Наценка, %", 0, "дорого"))
    assert facts(outcome) == NOVEMBER | {"new_amount": "0.00", "profit": "0.00"}
    assert outcome.as_json()["unpriced_orders"] == 1
    assert left_out(outcome) == [place(tmp_path, "Наценки", 0)]


@pytest.mark.parametrize("change", [drop_sheet("Платежи"), drop_columns("Платежи", "Сумма*")])
def test_a_sheet_that_cannot_be_understood_is_named_once(tmp_path: Path, change: Change) -> None:
    outcome = november(tmp_path, change)
    assert facts(outcome) == NOVEMBER | {"receipts": "0.00"}
    assert left_out(outcome) == [(ORDERS, "Платежи", None)]


def test_orders_without_their_sheet_take_everything_with_them(tmp_path: Path) -> None:
    outcome = november(tmp_path, drop_sheet("Заказы"))
    assert facts(outcome) == NOBODY | {"clients_received": 1}
    hanging = [
        place(tmp_path, sheet, index)
        for sheet in ("Платежи", "Позиции", "Поставки", "Претензии")
        for index in range(len(HEALTHY[sheet]))
    ]
    assert left_out(outcome) == [(ORDERS, "Заказы", None), *hanging]


def test_a_book_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    name = "Предварительные заказы — Новикова.xlsx"
    root = healthy(tmp_path)
    (root / name).write_bytes(b"no book at all")
    outcome = report(root, "2026-11", today=TODAY)
    assert facts(outcome) == NOVEMBER
    assert outcome.as_json()["left_out"] == [
        {"file": name, "sheet": None, "row": None, "reason": "это текст (CSV), а не книга Excel"}
    ]
    assert outcome.exit_code is ExitCode.DONE


@pytest.mark.parametrize("gone", [False, True])
@pytest.mark.parametrize("name", [ORDERS, REGISTRY, SETTINGS, TASKS])
def test_no_book_is_too_important_to_be_left_out(tmp_path: Path, name: str, gone: bool) -> None:
    root = healthy(tmp_path)
    (root / name).unlink() if gone else (root / name).write_bytes(b"")
    outcome = report(root, "2026-11", today=TODAY)
    without: dict[str, dict[str, object]] = {
        ORDERS: {**NOBODY, "clients_received": 1},
        REGISTRY: {"clients_received": 0},
        SETTINGS: {"new_amount": "0.00", "profit": "0.00"},
        TASKS: {},
    }
    assert facts(outcome) == NOVEMBER | without[name]
    assert left_out(outcome) == [(name, None, None)]


def test_the_books_of_several_managers_are_one(tmp_path: Path) -> None:
    """An order in one book, its payment in another; the place names the right book."""
    root = healthy(tmp_path)
    name = "Предварительные заказы 2.xlsx"
    payments: list[Row] = [
        {**PAYMENT, "Дата": date(2026, 11, 30)},
        {**PAYMENT, "Дата": date(2026, 11, 30), "Сумма": 0},
    ]
    extra_book(root, name, {"Платежи": payments})
    outcome = report(root, "2026-11", today=TODAY)
    assert facts(outcome) == NOVEMBER | {"receipts": "22920.00"}
    assert left_out(outcome) == [(name, "Платежи", 3)]


# Plans


def test_plan_values_by_the_name_of_the_indicator(tmp_path: Path) -> None:
    typed = {
        "Новые клиенты с заказами, шт": 28,
        "Сумма заказов новых клиентов, руб.": 1250000,
        "Повторные (не системные) клиенты с заказами, шт": 2.5,
        "Прибыль, руб.": 99.995,
    }
    root = plan_book(healthy(tmp_path), "2026-11 План.xlsx", typed)
    found = plans(report(root, "2026-11", today=TODAY))
    keys = ("new_clients", "new_amount", "repeat_clients", "profit", "receipts")
    assert [found[key] for key in keys] == [28, "1250000.00", 2.5, "100.00", "0.00"]
    assert len(found) == 8
    assert plans(report(root, "2026-10", today=TODAY)) == {}
    assert plans(report(root, "2026-11", manager=SALES, today=TODAY)) == {}


def test_the_plan_of_one_manager(tmp_path: Path) -> None:
    name = f"2026-11 План — {SALES}.xlsx"
    root = plan_book(healthy(tmp_path), name, {"Новые клиенты с заказами, шт": 3})
    found = plans(report(root, "2026-11", manager=SALES.upper(), today=TODAY))
    assert found["new_clients"] == 3
    assert plans(report(root, "2026-11", today=TODAY)) == found  # the sum of one


def test_each_month_has_its_own_plan(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    for month, goal in (("2026-10", 1), ("2026-11", 2)):
        plan_book(root, f"{month} План.xlsx", {"Новые клиенты с заказами, шт": goal})
    months = ("2026-10", "2026-11")
    found = [plans(report(root, month, today=TODAY)).get("new_clients") for month in months]
    assert found == [1, 2]


def test_a_plan_value_in_error_is_left_out(tmp_path: Path) -> None:
    name = "2026-11 План.xlsx"
    root = plan_book(healthy(tmp_path), name, {"Прибыль, руб.": "побольше"})
    outcome = report(root, "2026-11", today=TODAY)
    assert "profit" not in plans(outcome)
    assert [found[:2] for found in left_out(outcome)] == [(f"Планы/{name}", "План")]
    assert left_out(report(root, "2026-10", today=TODAY)) == []


# Source rows


def sources(outcome: ReportResult, indicator: str) -> list[tuple[str, int, int]]:
    """(sheet, row, value) of the rows behind a figure."""
    (found,) = [f for f in outcome.report.figures.figures if f.indicator.id == indicator]
    return [*found.sources[["sheet", "row", "value"]].itertuples(index=False, name=None)]


def test_every_figure_is_the_sum_of_its_source_rows(tmp_path: Path) -> None:
    """The sum of «Значение» is the figure, to the kopeck."""
    outcome = november(tmp_path)
    for figure in outcome.report.figures.figures:
        value = Decimal(int(figure.sources["value"].sum()))
        exact = value / 100 if isinstance(NOVEMBER[figure.indicator.id], str) else value
        assert exact == Decimal(str(NOVEMBER[figure.indicator.id])), figure.indicator.id
    assert sources(outcome, "new_amount") == [("Позиции", 3, 4581000), ("Позиции", 4, 274000)]
    assert sources(outcome, "clients_received") == [("Клиенты", 4, 1)]


def test_refunds_are_negative_and_of_clients_only_the_first_row_counts(tmp_path: Path) -> None:
    refund: Row = {**PAYMENT, "Дата": date(2026, 11, 12), "Вид": "возврат клиенту", "Сумма": 0.29}
    again: Row = {**HEALTHY["Заказы"][1], "№ заказа": "З-2026-0005"}
    outcome = november(tmp_path, add("Платежи", refund), add("Заказы", again))
    assert facts(outcome)["receipts"] == "22819.71"
    assert sources(outcome, "receipts") == [
        ("Платежи", 3, 282000),
        ("Платежи", 5, 2000000),
        ("Платежи", 6, -29),
    ]
    assert facts(outcome)["new_clients"] == 1
    assert sources(outcome, "new_clients") == [("Заказы", 3, 1), ("Заказы", 5, 0)]


def test_sums_beyond_64_bits_stay_exact(tmp_path: Path) -> None:
    """Each of these sums fits into 64 bits, all together do not."""
    huge: Row = {**PAYMENT, "Дата": date(2026, 11, 12), "Сумма": 999_999_999_999_999}
    outcome = november(tmp_path, *[add("Платежи", huge)] * 95)
    assert facts(outcome)["receipts"] == "95000000000022725.00"


# The installed program


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["2026-11"], 0), (["2026-11", "--manager", "Никто"], 2), (["ноябрь"], 2)],
)
def test_the_command_line(tmp_path: Path, arguments: list[str], code: int) -> None:
    """One JSON object on stdout; errors in a book are no reason for exit 1."""
    root = healthy(tmp_path, put("Платежи", "Сумма", 3, "много"))
    made = run("report", *arguments, "--json", "--today", f"{TODAY}", folder=root)
    assert made.code == code
    answer = made.json()
    if code:
        assert answer == {"ok": False, "error": answer["error"], "problems": []}
    else:
        assert answer["indicators"]["receipts"] == {"plan": None, "fact": "2820.00"}
        assert len(answer["left_out"]) == 1
