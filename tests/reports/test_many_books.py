"""Any number of books of orders: one report over all of them, whoever reads them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmtools.commands.plan import plan
from cmtools.commands.report import ReportResult, report
from cmtools.commands.result import ExitCode
from cmtools.errors import Unavailable
from cmtools.reports import stored_books as remembering
from cmtools.reports.exclusions import Reason
from cmtools.reports.linked_books import group_by_order
from cmtools.reports.load import load_inputs
from cmtools.reports.month import monthly
from cmtools.reports.store import Store
from support import hostile
from support.indicators import facts_of
from support.program import run
from support.reckoning import Books, indicators
from support.strategies import TODAY as LATER
from support.strategies import cases, client_row, order_row, position_row
from support.workbench import (
    HEALTHY,
    ORDERS,
    REGISTRY,
    TODAY,
    Row,
    extra_book,
    healthy,
    workspace_with,
)

OF_ORDERS = ("Заказы", "Позиции", "Платежи", "Поставки", "Претензии")
SECOND, THIRD = (f"Предварительные заказы_{who}.xlsx" for who in ("Вера", "Глеб"))
MARKUP: Row = {"Вид продукции": "*", "Тираж от": 1, "Наценка, %": 10}
PATIENCE = 60  # seconds; only a guard against a cluster that does not come up


def november(root: Path, **options: str | bool) -> ReportResult:
    """The report of November."""
    return report(root, "2026-11", today=TODAY, **options)  # type: ignore[arg-type]


def facts(outcome: ReportResult) -> dict[str, object]:
    """Indicator → fact, and how many orders were not priced."""
    return facts_of(outcome.as_json()) | {"unpriced_orders": outcome.as_json()["unpriced_orders"]}


def left_out(outcome: ReportResult) -> list[tuple[object, ...]]:
    """What was left out, whole."""
    return [tuple(entry.values()) for entry in outcome.as_json()["left_out"]]


def reasons(outcome: ReportResult) -> list[str]:
    """Why it was left out."""
    return [str(entry[-1]) for entry in left_out(outcome)]


# The pattern


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is not the workspace, and the current one."""
    folder = tmp_path / "где-то"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def payment(amount: int, order: str = "З-2026-0002") -> Row:
    """A client's payment in November."""
    return {"Дата": date(2026, 11, 5), "№ заказа": order, "Вид": "от клиента", "Сумма": amount}


def shelf(folder: Path, *names: str) -> Path:
    """Books in each of which stands one order of its own, with its payment of 100."""
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        order = {**HEALTHY["Заказы"][1], "№ заказа": f"З-{number}", "№ договора": None}
        extra_book(
            path.parent, path.name, {"Заказы": [order], "Платежи": [payment(100, f"З-{number}")]}
        )
    return folder


def test_those_books_and_not_the_workspaces(tmp_path: Path, elsewhere: Path) -> None:
    """From the current folder, else from the workspace; the registry and the plan stay."""
    root = shelf(healthy(tmp_path / "work"), "филиал/1.xlsx", "филиал/2.xlsx", "филиал/а/3.xlsx")
    found = november(root, books="филиал/*.xlsx")
    assert facts(found)["receipts"] == "200.00"
    assert facts(found)["clients_received"] == 1
    assert left_out(found) == []
    assert facts(november(root, books="филиал/**/*.xlsx"))["receipts"] == "300.00"
    assert facts(november(root, books=str(root / "филиал" / "1.xlsx")))["receipts"] == "100.00"
    shelf(elsewhere, "филиал/1.xlsx")
    assert facts(november(root, books="филиал/*.xlsx"))["receipts"] == "100.00"


def test_copies_are_no_books(tmp_path: Path, elsewhere: Path) -> None:
    names = ("1.xlsx", "1 — ошибки.xlsx", "1 — с ценами.xlsx", "~$1.xlsx")
    shelf(elsewhere, *names, "1 — резерв 2026-11-01 10-00-00.xlsx")
    found = november(healthy(tmp_path / "work"), books="*")
    assert (facts(found)["receipts"], left_out(found)) == ("100.00", [])


@pytest.mark.parametrize("pattern", ["нет/*.xlsx", "* — ошибки.xlsx", "Шаблоны", ""])
def test_a_pattern_of_nothing(tmp_path: Path, elsewhere: Path, pattern: str) -> None:
    root = shelf(healthy(tmp_path / "work"), "1 — ошибки.xlsx")
    with pytest.raises(Unavailable, match=f"«{pattern}»".replace("*", r"\*")):
        november(root, books=pattern)


def test_what_is_no_book_of_orders_is_named(tmp_path: Path, elsewhere: Path) -> None:
    """Recognised by its sheets; in strict mode that is a failure, the answer is the same."""
    root = healthy(tmp_path / "work")
    shelf(elsewhere, "1.xlsx")
    shutil.copyfile(root / REGISTRY, elsewhere / "2.xlsx")
    hostile.legacy_xls(elsewhere / "3.xls")
    hostile.truncated(elsewhere / "4.xlsx")
    hostile.plain_zip(elsewhere / "5.xlsx")
    found = november(root, books="*")
    assert facts(found)["receipts"] == "100.00"
    assert [(Path(str(file)).name, sheet, row) for file, sheet, row, _ in left_out(found)] == [
        (name, None, None) for name in ("2.xlsx", "3.xls", "4.xlsx", "5.xlsx")
    ]
    assert reasons(found)[:2] == [
        "это не книга заказов, а «Реестр клиентов»",
        "это книга старого формата Excel 97–2003 (.xls)",
    ]
    strict = november(root, books="*", strict=True)
    assert (strict.as_json(), strict.exit_code) == (found.as_json(), ExitCode.PROBLEMS)
    assert (found.exit_code, november(root, books="1.xlsx", strict=True).exit_code) == (0, 0)


# What only the books together show


def test_an_order_number_in_two_books(tmp_path: Path) -> None:
    """The later one is left out, and what belongs to the number goes to the first."""
    root = healthy(tmp_path)
    again = {**HEALTHY["Заказы"][1], "№ заказа": "з-2026-0002"}
    other = {**again, "№ заказа": "З-9", "Вид заявки": "предварительная"}
    extra_book(root, SECOND, {"Заказы": [again, other], "Платежи": [payment(5, "З-2026-0002")]})
    before = facts(november(healthy(tmp_path / "alone")))
    found = november(root)
    assert facts(found) == before | {"receipts": "22825.00"}
    assert left_out(found) == [
        (SECOND, "Заказы", 2, f"A2 (№ заказа): повтор: то же в строке 3 книги «{ORDERS}»")
    ]


def test_a_copy_is_named_and_not_read(tmp_path: Path, elsewhere: Path) -> None:
    """On the face of the report, and as a warning: alone it is no failure."""
    root = healthy(tmp_path / "work")
    before = november(root)
    copy = ORDERS.replace(".xlsx", " — копия.xlsx")
    shutil.copyfile(root / ORDERS, root / copy)
    found = november(root)
    assert (facts(found), left_out(found), found.exit_code) == (
        facts(before),
        [(copy, None, None, "похоже на копию книги: файл не прочитан")],
        ExitCode.DONE,
    )
    assert [(p.code, p.place.file) for p in found.problems] == [("book-copy", copy)]
    shelf(elsewhere, "1.xlsx", "1 (1).xlsx")
    of_others = november(root, books="*")
    assert facts(of_others)["receipts"] == "100.00"
    assert [Path(p.place.file).name for p in of_others.problems] == ["1 (1).xlsx"]


def test_two_books_with_the_same_orders_stop_both(tmp_path: Path) -> None:
    """Nothing is computed from either, in the report and in the plan; the others count."""
    root = healthy(tmp_path)
    shutil.copyfile(root / ORDERS, root / SECOND)
    order = {**HEALTHY["Заказы"][1], "№ заказа": "З-9", "№ договора": None}
    extra_book(root, THIRD, {"Заказы": [order], "Платежи": [payment(5, "З-9")]})
    found, planned = november(root), plan(root, "2026-12", today=TODAY)
    reason = "больше половины заказов те же, что в книге «{}»: ни одна из двух не прочитана"
    assert left_out(found) == [
        (ORDERS, None, None, reason.format(SECOND)),
        (SECOND, None, None, reason.format(ORDERS)),
    ]
    assert facts(found)["receipts"] == "5.00"
    for result in (found, planned):
        assert [(p.code, p.place.file, p.is_error) for p in result.problems] == [
            ("book-copy", ORDERS, True),
            ("book-copy", SECOND, True),
        ]
        assert result.exit_code == ExitCode.PROBLEMS


def test_one_order_however_each_book_spells_it(tmp_path: Path) -> None:
    """And one client and one manager: each counts once, and is shown as it is spelled first."""
    root = healthy(tmp_path)
    order: Row = {
        **HEALTHY["Заказы"][1],
        "№ заказа": "З-9",
        "Код клиента": "к-0002",
        "Менеджер": "петрова  Анна сергеевна",
        "№ договора": None,
    }
    goods, claim = HEALTHY["Поставки"][2], HEALTHY["Претензии"][1]
    again = {
        "Заказы": [order],
        "Поставки": [{**goods, "№ заказа": "з-2026-0002"}],
        "Претензии": [{**claim, "№ заказа": "З-2026-0002 "}],
    }
    extra_book(root, SECOND, again)
    before, found = november(healthy(tmp_path / "alone")), november(root)
    twice = {"received_amount": "3100.00", "claims_made_amount": "900.00"}
    assert facts(found) == facts(before) | twice
    known = {figure.indicator.id: figure for figure in found.report.figures.figures}
    for id, orders in (
        ("received_orders", ["З-2026-0002", "З-2026-0002"]),
        ("claims_made", ["З-2026-0001", "З-2026-0002", "З-2026-0002"]),
        ("new_clients", ["З-2026-0002", "З-9"]),
    ):
        figure = known[id]
        assert figure.sources["order"].tolist() == orders
        assert figure.indicator.by_manager(figure.sources) == {
            "Петрова Анна Сергеевна": facts(before)[id]
        }


def test_order_numbers_whose_checksums_are_equal(tmp_path: Path) -> None:
    """CRC-32 does not tell these two apart; they are two orders all the same."""
    numbers = ("З-488576923", "З-587779587")
    assert len({crc32(number.casefold().encode()) for number in numbers}) == 1
    root = healthy(tmp_path)
    for file, number in zip((SECOND, THIRD), numbers, strict=True):
        order = {**HEALTHY["Заказы"][1], "№ заказа": number, "№ договора": None}
        extra_book(root, file, {"Заказы": [order], "Платежи": [payment(5, number)]})
    before, found = november(healthy(tmp_path / "alone")), november(root)
    assert left_out(found) == []
    amounts = [Decimal(str(facts(outcome)["receipts"])) for outcome in (before, found)]
    assert amounts[1] - amounts[0] == 10


def test_a_position_in_another_book(tmp_path: Path) -> None:
    """It is priced with the order's others, and its number must not repeat one of theirs."""
    root = healthy(tmp_path)
    first = {**HEALTHY["Позиции"][1], "№ п/п": 7}
    extra_book(root, SECOND, {"Позиции": [first, HEALTHY["Позиции"][1]]})
    before, found = november(healthy(tmp_path / "alone")), november(root)
    moved = healthy(tmp_path / "moved")
    extra_book(moved, SECOND, {"Позиции": [{**first, "Тираж": "много"}]})
    assert left_out(found) == left_out(before) == left_out(november(moved)) == []
    assert facts(found)["unpriced_orders"] == facts(november(moved))["unpriced_orders"] == 1
    assert facts(found)["new_amount"] != facts(before)["new_amount"]
    assert facts(november(moved))["new_amount"] == facts(before)["new_amount"]


def test_books_that_name_the_same_orders_come_together() -> None:
    """Also those that a third book joins; groups and their books stay in the order of books."""
    numbers = ("12", "3", "", "24", "5", "43", "6", "6")
    orders = {name: set(numbers) for name, numbers in zip("abcdefgh", numbers, strict=True)}
    assert group_by_order(orders) == [[*"abdf"], ["c"], ["e"], [*"gh"]]
    assert group_by_order({}) == []


def test_what_hangs_on_an_order_in_error_of_another_book(tmp_path: Path) -> None:
    """Its positions and payments are left out wherever they stand, each once."""
    root = healthy(tmp_path)
    order = {**HEALTHY["Заказы"][1], "№ заказа": "З-9", "Дата заказа": "вчера"}
    position = {**HEALTHY["Позиции"][1], "№ заказа": "З-9"}
    extra_book(root, SECOND, {"Заказы": [order]})
    extra_book(root, THIRD, {"Позиции": [position], "Платежи": [payment(5, "З-9")]})
    assert left_out(november(root)) == [
        (SECOND, "Заказы", 2, "B2 (Дата заказа): нужна дата"),
        (THIRD, "Платежи", 2, "заказ З-9 не вошёл в отчёт"),
        (THIRD, "Позиции", 2, "заказ З-9 не вошёл в отчёт"),
    ]


def test_contracts_of_another_book(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    own = {**HEALTHY["Заказы"][1], "№ договора": "Д-77"}
    orders = [{**own, "№ заказа": "З-71"}, {**own, "№ заказа": "З-72", "№ договора": "Д-78"}]
    extra_book(root, SECOND, {"Заказы": orders})
    extra_book(root, THIRD, {"Договоры": [{**HEALTHY["Договоры"][0], "№ договора": "д-77"}]})
    assert left_out(november(root)) == [
        (SECOND, "Заказы", 3, "P3 (№ договора): такого значения нет на листе «Договоры»")
    ]


def test_a_category_that_another_book_changes(tmp_path: Path) -> None:
    """A book is priced anew when an order elsewhere makes its client another one's."""
    books: Books = {
        "Клиенты": [client_row()],
        "Заказы": [order_row("З-1", date(2026, 11, 10))],
        "Позиции": [position_row("З-1", 1, "100")],
        "Наценки": [MARKUP],
        "Скидки": [{"Категория": "повторный", "Сумма от": 0, "Скидка, %": 50}],
        "НДС": [{"Действует с": date(2019, 1, 1), "Ставка, %": None}],
    }
    root = workspace_with(tmp_path, books)
    assert facts(november(root))["profit"] == "10.00"
    extra_book(root, SECOND, {"Заказы": [order_row("З-0", date(2026, 10, 10))]})
    assert facts(november(root))["profit"] == "-45.00"
    (root / SECOND).unlink()
    assert facts(november(root))["profit"] == "10.00"


def split(books: Books, into: list[int]) -> list[dict[str, list[Row]]]:
    """The rows of the order books dealt out to three of them, wherever their orders are."""
    dealt: list[dict[str, list[Row]]] = [{} for _ in range(3)]
    rows = [(sheet, row) for sheet in OF_ORDERS for row in books.get(sheet, [])]
    for place, (sheet, row) in enumerate(rows):
        dealt[into[place % len(into)]].setdefault(sheet, []).append(row)
    return dealt


@pytest.mark.long
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(case=cases(), into=st.lists(st.integers(0, 2), min_size=1, max_size=7))
def test_random_books_in_pieces(
    tmp_path_factory: pytest.TempPathFactory,
    case: tuple[Books, list[tuple[date, str | None]]],
    into: list[int],
) -> None:
    """However rows are dealt out to books, the figures are those of the independent reckoning."""
    books, questions = case
    root = tmp_path_factory.mktemp("pieces") / "work"
    workspace_with(root, {name: rows for name, rows in books.items() if name not in OF_ORDERS})
    for number, piece in enumerate(split(books, into)):
        extra_book(root, f"часть {number}.xlsx", piece)
    for month, manager in questions:
        found = report(
            root, f"{month:%Y-%m}", manager=manager, books=str(root / "часть*.xlsx"), today=LATER
        )
        assert (facts(found), left_out(found)) == (indicators(books, month, manager), [])


# Whoever reads


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a dozen books, one of which cannot be read and one has errors."""
    root = healthy(tmp_path_factory.mktemp("many") / "work")
    shelf(root, *(f"книги/{number}.xlsx" for number in range(10)))
    bad = {**HEALTHY["Заказы"][1], "№ заказа": "З-11", "Дата заказа": "вчера"}
    extra_book(root / "книги", "10.xlsx", {"Заказы": [bad], "Платежи": [payment(1, "З-11")]})
    hostile.truncated(root / "книги" / "11.xlsx")
    return root


Everything = tuple[dict[str, tuple[Decimal, list[tuple[Any, ...]]]], int, tuple[Reason, ...]]


def everything(root: Path, **options: int | str) -> Everything:
    """All figures of November, nothing being remembered."""
    shutil.rmtree(root / ".cmtools", ignore_errors=True)
    return figures(root, **options)


def figures(root: Path, **options: object) -> Everything:
    """All figures of November with all their source rows, and all that was left out."""
    pattern = str(root / "книги" / "*.xlsx")
    inputs = load_inputs(root, TODAY, books=pattern, **options)  # type: ignore[arg-type]
    found = monthly(inputs.facts, date(2026, 11, 1), {})
    facts = {
        f.indicator.id: (f.fact, [*f.sources.itertuples(index=False, name=None)])
        for f in found.figures
    }
    return facts, found.unpriced_orders, tuple(inputs.reasons)


def test_one_process_or_many(many: Path) -> None:
    alone = everything(many, processes=1)
    assert alone[0]["receipts"][0] == 1000
    assert everything(many, processes=3) == alone
    assert everything(many) == alone


@pytest.mark.long
@pytest.mark.parametrize("batch", [64, 4, 1])
def test_however_many_books_are_kept_at_once(
    many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    """Books change, go and come: what is remembered says each time what reading all anew says."""
    monkeypatch.setattr(remembering, "BATCH", batch)
    root = Path(shutil.copytree(many, tmp_path / "work"))
    books = root / "книги"

    def check(fresh: int) -> None:
        told: list[int] = []
        remembered = figures(root, progress=lambda _, total: told.append(total))
        with Store(root) as store:
            days = store.order_days("К-0002")
        assert (len(told), remembered) == (fresh, everything(root))
        figures(root)
        with Store(root) as store:
            assert store.order_days("К-0002") == days != []

    shutil.rmtree(root / ".cmtools", ignore_errors=True)
    check(fresh=12)
    check(fresh=1)
    for number in (0, 5, 6):
        shelf(root, f"книги/{number}.xlsx")
        extra_book(books, f"{number}.xlsx", {"Платежи": [payment(900 + number, "З-1")]})
    check(fresh=4)
    (books / "3.xlsx").unlink()
    shelf(root, *(f"книги/{number}.xlsx" for number in range(10, 13)))
    check(fresh=3)


def test_progress_is_told(many: Path) -> None:
    shutil.rmtree(many / ".cmtools", ignore_errors=True)
    told: list[tuple[int, int]] = []
    for _ in range(2):
        pattern = str(many / "книги" / "?.xlsx")
        load_inputs(many, TODAY, books=pattern, progress=lambda *now: told.append(now))
    assert told == [(done, 10) for done in range(1, 11)]


def test_a_book_that_costs_too_much_costs_only_itself(tmp_path: Path) -> None:
    """A book beyond the memory of the process that reads it."""
    root = shelf(healthy(tmp_path / "work"), "книги/1.xlsx", "книги/3.xlsx")
    (root / "cmtools.toml").write_text("[read]\nmemory_mb = 300\ngrid_cells = 100000000000\n")
    hostile.far_cells(root / "книги" / "2.xlsx")
    found = november(root, books=str(root / "книги" / "*.xlsx"))
    assert facts(found)["receipts"] == "200.00"
    assert [entry[0] for entry in left_out(found)] == ["книги/2.xlsx"]


# A cluster


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of a Dask scheduler with two workers on this machine."""
    address = folder / "scheduler.json"
    common = ["--scheduler-file", str(address)]
    scheduler = [*common, "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    worker = [*common, "--nworkers", "1", "--nthreads", "1", "--no-dashboard", "--no-nanny"]
    started = [dask("scheduler", *scheduler)] + [dask("worker", *worker) for _ in range(2)]
    try:
        yield scheduler_of(address)
    finally:
        for process in reversed(started):  # asked to end, a worker may take minutes
            process.kill()
            process.wait(PATIENCE)


def dask(*arguments: str) -> subprocess.Popen[bytes]:
    """A process of the cluster, with as little told as it can."""
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def scheduler_of(address: Path) -> str:
    """Wait until the scheduler has written its address down."""
    for _ in range(PATIENCE * 10):
        if address.exists() and address.stat().st_size:
            found: Mapping[str, str] = json.loads(address.read_text())
            return found["address"]
        time.sleep(0.1)
    raise TimeoutError("no scheduler")


@pytest.mark.long
def test_a_cluster_of_two_workers_gives_the_same(many: Path, tmp_path: Path) -> None:
    here = everything(many)
    with cluster(tmp_path) as scheduler:
        assert everything(many, scheduler=scheduler) == here


def test_a_scheduler_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"tcp://127\.0\.0\.1:9"):
        november(healthy(tmp_path), scheduler="tcp://127.0.0.1:9")


def test_without_dask_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Unavailable, match=r'pip install "cmtools\[cluster\]"'):
        november(healthy(tmp_path), scheduler="tcp://127.0.0.1:9")


# The installed program


def test_the_command_line(many: Path, tmp_path: Path) -> None:
    """--strict makes what was left out a failure; no match is exit 3."""
    command = ("report", "2026-11", "--json", "--workspace")
    pattern = str(many / "книги" / "*.xlsx")
    codes = {}
    for options in ((pattern,), (pattern, "--strict"), ("нет*.xlsx",)):
        words = (*command, str(many), "--today", f"{TODAY}", "--books", *options)
        made = run(*words, folder=tmp_path)
        codes[options[-1]] = made.code
        assert ("left_out" in made.json()) == (made.code != ExitCode.ENVIRONMENT)
    assert codes == {pattern: 0, "--strict": 1, "нет*.xlsx": 3}
