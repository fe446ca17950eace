"""What is made and what is refused: prices, errors, stages, whole contracts and clients, rows."""

from datetime import date
from pathlib import Path

import pytest

from cmtools.commands.docs import DocsResult, docs
from cmtools.documents.selection import Selection
from cmtools.errors import UsageError
from support.paper_figures import kinds_of, make
from support.papers import (
    CLIENT_KINDS,
    CONTRACT_KINDS,
    ORDER_KINDS,
    PRICED,
    Paper,
    blemishes,
    money,
)
from support.program import run
from support.workbench import (
    CLERK,
    ORDERS,
    REGISTRY,
    SALES,
    SETTINGS,
    SHIPPING,
    TODAY,
    Change,
    Row,
    add,
    healthy,
    put,
)

FIRST, SECOND, THIRD = "З-2026-0001", "З-2026-0002", "З-2026-0003"
CHEAP = put("Позиции", "Цена вручную", 1, 110)


def errors(outcome: DocsResult) -> set[tuple[str, str | None]]:
    """Where the errors stand: file and sheet."""
    return {(p.place.file, p.place.sheet) for p in outcome.problems if p.is_error}


def papers(root: Path) -> list[str]:
    """Every document below the clients' folders."""
    return sorted(path.name for path in (root / "Клиенты").rglob("*.docx"))


# Low margin


def test_low_margin_refuses_each_priced_paper(tmp_path: Path) -> None:
    """Without approval no document that shows a price to the client; the others are made."""
    root = healthy(tmp_path, CHEAP)
    for kind in PRICED:
        if kind != "contract":
            outcome = make(root, SECOND, kind)
            assert (kind, outcome.exit_code, kinds_of(outcome)) == (kind, 1, [])
            (problem,) = outcome.problems
            assert SECOND in problem.message
            assert "15" in problem.message
    assert make(root, SECOND, "contract").files == ()
    assert papers(root) == []
    by_contract = docs(root, Selection(contract="ДС-2026-02"), today=TODAY)
    assert by_contract.exit_code == 1
    assert kinds_of(by_contract) == sorted(set(CONTRACT_KINDS) - {"contract"})
    rest = [kind for kind in ORDER_KINDS if kind not in PRICED and kind != "handover-technical"]
    outcome = make(root, SECOND, *rest)
    assert kinds_of(outcome) == sorted(rest)


def test_low_margin_with_the_directors_consent(tmp_path: Path) -> None:
    root = healthy(tmp_path, CHEAP, SHIPPING, put("Заказы", "Согласовано директором", 1, "да"))
    kinds = [kind for kind in PRICED if kind != "contract"]
    outcome = make(root, SECOND, *kinds)
    assert (outcome.exit_code, kinds_of(outcome)) == (0, sorted(kinds))


def test_low_margin_does_not_stop_a_preliminary_request(tmp_path: Path) -> None:
    """It shows no price."""
    root = healthy(tmp_path, CHEAP, put("Заказы", "Вид заявки", 1, "предварительная"))
    outcome = make(root, SECOND, "request")
    assert (outcome.exit_code, kinds_of(outcome)) == (0, ["request"])


# A preliminary request


def test_preliminary_request_shows_no_price(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Заказы", "Вид заявки", 1, "предварительная"))
    paper = Paper(root / make(root, SECOND, "request").files[0])
    assert paper.money == set()
    assert not any(word in paper.text for word in ("НДС", "руб", "Цена за", "Сумма"))
    assert "предварительная" in paper.text.lower()
    assert "Каталог 24 стр." in paper.loose
    assert blemishes(paper) == []
    final = Paper(healthy_request(tmp_path / "final"))
    assert "окончательная" in final.text.lower()
    assert money("1500") in final.money


def healthy_request(folder: Path) -> Path:
    """The request of the final order of the healthy workspace."""
    root = healthy(folder)
    return root / make(root, SECOND, "request").files[0]


def test_preliminary_request_without_a_cost_is_made(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    outcome = make(root, THIRD, "request", "contractor-request")
    assert (outcome.exit_code, kinds_of(outcome)) == (0, ["contractor-request", "request"])
    for name in outcome.files:
        assert blemishes(Paper(root / name)) == []


@pytest.mark.parametrize("kind", ["offer", "invoice", "specification", "act"])
def test_unpriced_order_has_no_priced_paper(tmp_path: Path, kind: str) -> None:
    root = healthy(tmp_path, put("Заказы", "№ договора", 2, "ДС-2026-01"))
    outcome = make(root, THIRD, kind)
    assert (outcome.exit_code, outcome.files) == (1, ())
    assert papers(root) == []


# Errors


ORDER_ERRORS: dict[str, Change] = {
    "order": put("Заказы", "Предоплата, %", 1, 150),
    "position": put("Позиции", "Тираж", 2, "много"),
    "client": put("Клиенты", "ИНН", 1, "771234567850"),
    "seller": put("Организация", "Значение", 3, "5504036334"),
}
"""One thing wrong in the rows that every paper of the second order is made from."""


@pytest.mark.parametrize("name", ORDER_ERRORS)
def test_error_in_its_rows_stops_each_paper_of_an_order(tmp_path: Path, name: str) -> None:
    root = healthy(tmp_path, ORDER_ERRORS[name])
    outcome = make(root, SECOND, *ORDER_KINDS)
    assert (kinds_of(outcome), outcome.exit_code, papers(root)) == ([], 1, [])
    assert {sheet for _, sheet in errors(outcome)} == {ORDER_ERRORS[name].sheet}


@pytest.mark.parametrize(
    "change",
    [
        put("Договоры", "Дата", 1, "скоро"),
        put("Клиенты", "ИНН", 1, "771234567850"),
        put("Организация", "Значение", 3, "5504036334"),
    ],
    ids=lambda change: change.sheet,
)
def test_error_in_its_rows_stops_each_paper_of_a_contract(tmp_path: Path, change: Change) -> None:
    root = healthy(tmp_path, change)
    outcome = docs(root, Selection(contract="ДС-2026-02"), kinds=tuple(CONTRACT_KINDS), today=TODAY)
    assert (kinds_of(outcome), outcome.exit_code, papers(root)) == ([], 1, [])
    assert {sheet for _, sheet in errors(outcome)} == {change.sheet}


@pytest.mark.parametrize(
    "change",
    [put("Клиенты", "ИНН", 0, "7707083890"), put("Организация", "Значение", 3, "5504036334")],
    ids=lambda change: change.sheet,
)
def test_error_in_its_rows_stops_each_paper_of_a_client(tmp_path: Path, change: Change) -> None:
    root = healthy(tmp_path, change)
    outcome = docs(root, Selection(client="К-0001"), kinds=tuple(CLIENT_KINDS), today=TODAY)
    assert (kinds_of(outcome), outcome.exit_code, papers(root)) == ([], 1, [])


def test_errors_elsewhere_stop_nothing(tmp_path: Path) -> None:
    """All papers of a subject beside broken rows of others."""
    changes = (
        put("Заказы", "Предоплата, %", 0, 150),
        put("Позиции", "Тираж", 0, "много"),
        put("Клиенты", "ИНН", 0, "7707083890"),
        put("Клиенты", "Дата передачи", 2, "когда-то"),
        put("Договоры", "Дата", 0, "скоро"),
        put("Претензии", "Сумма", 0, "много"),
        put("Макеты", "Срок", 1, "потом"),
        put("Документы", "Вид документа", 0, "бумага"),
        put("Журнал контактов", "Вид", 0, "взгляд"),
        put("Передачи клиентов", "Причина", 0, "так вышло"),
        put("Поручения", "Срок", 0, "вчера"),
        SHIPPING,
        add("Документы", TECHNICAL),
        add("Передачи клиентов", TRANSFER),
    )
    root = healthy(tmp_path, *changes)
    for asked, kinds in (
        (Selection(orders=[SECOND]), ORDER_KINDS),
        (Selection(contract="ДС-2026-02"), CONTRACT_KINDS),
        (Selection(client="К-0002"), CLIENT_KINDS),
    ):
        outcome = docs(root, asked, kinds=tuple(kinds), today=TODAY)
        assert (outcome.exit_code, kinds_of(outcome)) == (0, sorted(kinds)), outcome.problems


TECHNICAL: Row = {
    "№ заказа": SECOND,
    "Вид документа": "чертёж",
    "№ и дата документа": "Ч-2",
    "Оригинал получен": date(2026, 11, 6),
    "Передан в": "технический отдел",
    "Дата передачи": date(2026, 11, 7),
}
TRANSFER: Row = {
    "Дата": date(2026, 10, 20),
    "Код клиента": "К-0002",
    "Передал": CLERK,
    "Принял": SALES,
    "Причина": "VIP",
}


# Unknown subjects


@pytest.mark.parametrize(
    ("asked", "kinds", "nearest"),
    [
        (Selection(orders=["З-2026-0O03"]), (), THIRD),
        (Selection(contract="ДС-2026-2"), (), "ДС-2026-02"),
        (Selection(client="К-003"), (), "К-0003"),
        (Selection(orders=[SECOND]), ("invoise",), "invoice"),
        (Selection(contract="ДС-2026-01"), ("approvals",), "approval"),
        (Selection(orders=[SECOND, "З-2026-002"]), (), SECOND),
    ],
)
def test_unknown_is_wrong_usage(
    tmp_path: Path, asked: Selection, kinds: tuple[str, ...], nearest: str
) -> None:
    root = healthy(tmp_path)
    with pytest.raises(UsageError, match=nearest):
        docs(root, asked, kinds=kinds, today=TODAY)
    assert papers(root) == []


@pytest.mark.parametrize(
    "words",
    [
        ("--order", "З-2026-0004"),
        ("--contract", "ДС-2026-03"),
        ("--client", "К-0004"),
        ("--order", SECOND, "--kind", "invoce"),
    ],
)
def test_command_line_says_2_for_what_is_unknown(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = run("docs", *words, "--today", f"{TODAY}", folder=healthy(tmp_path))
    assert (done.code, done.out) == (2, "")
    nearest = {"--order": "З-2026-000", "--contract": "ДС-2026-0", "--client": "К-000"}[words[0]]
    assert ("invoice" if "--kind" in words else nearest) in done.err
    assert "Traceback" not in done.err


def test_command_line_says_1_for_a_refusal(tmp_path: Path) -> None:
    root = healthy(tmp_path, CHEAP)
    words = ("docs", "--order", SECOND, "--kind", "offer", "--json", "--today", f"{TODAY}")
    done = run(*words, folder=root)
    answer = done.json()
    assert (done.code, answer["files"]) == (1, [])
    (problem,) = answer["problems"]
    assert (problem["severity"], problem["file"], problem["sheet"]) == ("error", ORDERS, "Заказы")
    keys = "code severity file sheet cell row column value message hint".split()
    assert list(problem) == keys


def test_no_such_workbook_is_a_refusal(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    for book in (SETTINGS, REGISTRY):
        (root / book).rename(root / f"_{book}")
        outcome = make(root, SECOND, *ORDER_KINDS)
        assert (outcome.exit_code, outcome.files) == (1, ())
        (root / f"_{book}").rename(root / book)
