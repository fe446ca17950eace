"""The book «Согласованные цены»: rows come with the papers, and nothing of a person's is lost."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from cmtools.commands.docs import DocsResult, docs
from cmtools.commands.today import today as agenda
from cmtools.documents.selection import Selection
from cmtools.errors import Unavailable
from cmtools.pricing.agreed_book import Agreement, prepare_edit
from cmtools.workspace import Workspace
from support.office import convert
from support.priced import DRAFT, FIRST, SECOND, ask, cells, orders_of, parts
from support.program import run, start
from support.workbench import AGREED, ORDERS, SETTINGS, TODAY, Change, fill, healthy, put

SHEET = "Согласованные цены"
TITLES = [
    *("№ заказа", "№ п/п", "Вид продукции", "Тираж"),
    *("Цена за ед.", "Согласована", "Основание", "Примечание"),
]
STEM = f"{FIRST} Спецификация"
ROW = [FIRST, 1, "визитки", 1000, 5.04, TODAY, STEM]


def make(root: Path, order: str, *kinds: str, day: date = TODAY) -> DocsResult:
    return docs(root, Selection(orders=[order]), kinds=kinds or ("specification",), today=day)


def states(outcome: DocsResult) -> list[str]:
    return [document.state.value for document in outcome.documents]


def agreed(root: Path) -> list[list[object]]:
    """The rows of the book, without what is empty at their ends."""
    sheet = openpyxl.load_workbook(root / AGREED)[SHEET]
    titles, *rows = sheet.iter_rows(values_only=True)
    assert list(titles[: len(TITLES)]) == TITLES
    lines: list[list[object]] = [
        [v.date() if isinstance(v, datetime) else v for v in row] for row in rows
    ]
    return [line[: max(n for n, v in enumerate(line, 1) if v is not None)] for line in lines]


def change(root: Path, *changes: Change) -> None:
    """Change books of a workspace in place."""
    names = {"Наценки": SETTINGS, "Позиции": ORDERS, "Заказы": ORDERS, SHEET: AGREED}
    for one in changes:
        path = root / names[one.sheet]
        book = openpyxl.load_workbook(path)
        one.apply(book[one.sheet])
        book.save(path)


TEN_POINTS_MORE = [put("Наценки", "Наценка, %", row, value) for row, value in ((0, 70), (1, 55))]


def test_the_october_report_is_not_rewritten(tmp_path: Path) -> None:
    """The whole chain by the command line: a paid and closed order, then ten points more markup."""
    root = healthy(tmp_path)

    def ask_program(*words: str) -> str:
        answer = run(*words, "--json", "--today", f"{TODAY}", folder=root)
        assert (answer.code, answer.err) == (0, ""), answer.err
        return answer.out

    papers = ("docs", "--order", FIRST, "--kind", "specification", "--kind", "act")
    ask_program(*papers)
    assert agreed(root) == [ROW]
    ask_program("docs", "--order", SECOND, "--kind", "invoice")
    questions = [("price", "--order", FIRST), ("report", "2026-10"), ("today",), ("validate",)]
    before = [ask_program(*question) for question in questions]
    made = ask_program(*papers)
    assert made.count('"unchanged"') == 2
    change(root, *TEN_POINTS_MORE)
    assert [ask_program(*question) for question in questions][1:] == before[1:]
    assert ask_program(*papers) == made
    assert [path.name for path in root.rglob("*(2)*")] == []


def test_a_row_comes_with_the_first_paper_and_stays(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    assert states(make(root, FIRST)) == ["made"]
    assert agreed(root) == [ROW]
    content = (root / AGREED).read_bytes()
    assert states(make(root, FIRST, "specification", "act", day=date(2026, 11, 27))) == [
        *("unchanged", "made")
    ]
    assert (root / AGREED).read_bytes() == content
    make(root, SECOND, "invoice")
    assert agreed(root)[1:] == [
        [SECOND, 1, "каталоги", 300, 152.7, TODAY, f"{SECOND} Счёт на оплату"],
        [SECOND, 2, "визитки", 500, 5.48, TODAY, f"{SECOND} Счёт на оплату"],
    ]
    assert orders_of(ask(root))[:2] == [(FIRST, "5040.00"), (SECOND, "48550.00")]


@pytest.mark.parametrize(
    ("order", "kinds", "changes"),
    [
        (FIRST, ["request", "contract", "production-entry", "readiness", "offer"], []),
        (FIRST, ["offer", "invoice"], [put("Заказы", "Вид заявки", 0, "предварительная")]),
        (DRAFT, ["specification"], []),
    ],
    ids=["other papers", "preliminary", "refused"],
)
def test_no_row_comes_with(
    order: str, kinds: list[str], changes: list[Change], tmp_path: Path
) -> None:
    root = healthy(tmp_path, *changes)
    make(root, order, *kinds)
    assert agreed(root) == []


def test_a_paper_for_another_run_replaces_the_row(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    make(root, FIRST)
    change(root, put(SHEET, "Примечание", 0, "по телефону"), *TEN_POINTS_MORE)
    change(root, put("Позиции", "Тираж", 0, 2000))
    day = date(2026, 11, 27)
    assert states(make(root, FIRST, day=day)) == ["version"]
    note = f"по телефону; прежняя цена 5,04: «визитки», тираж 1000, {STEM}, 21.11.2026"
    row = [FIRST, 1, "визитки", 2000, 4.92, day, STEM, note]
    assert agreed(root) == [row]
    assert states(make(root, FIRST)) == ["unchanged"]
    assert agreed(root) == [row]


def test_the_directors_price_counts_from_then_on(tmp_path: Path) -> None:
    """The paper made before keeps its version; a price by hand is agreed as any other."""
    root = healthy(tmp_path)
    make(root, FIRST)
    change(root, put(SHEET, "Цена за ед.", 0, 4.5))
    edited = (root / AGREED).read_bytes()
    assert states(make(root, FIRST)) == ["version"]
    assert (root / AGREED).read_bytes() == edited
    assert orders_of(ask(root))[0] == (FIRST, "4500.00")
    change(root, put("Позиции", "Цена вручную", 0, 4.2))
    make(root, FIRST)
    change(root, put("Позиции", "Цена вручную", 0, None))
    assert orders_of(ask(root))[0] == (FIRST, "4200.00")
    assert agreed(root)[0][4] == 4.2


def test_a_book_that_is_open_is_not_written_and_no_paper_made(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    make(root, FIRST)
    lock = root / f"~${AGREED}"
    lock.touch()
    before = {path: path.read_bytes() for path in root.rglob("*.*") if path.is_file()}
    with pytest.raises(Unavailable, match=f"книга «{AGREED}» открыта"):
        make(root, SECOND, "invoice", "specification")
    assert {path: path.read_bytes() for path in root.rglob("*.*") if path.is_file()} == before
    assert states(make(root, FIRST)) == ["unchanged"]  # it promises nothing new
    lock.unlink()
    assert states(make(root, SECOND, "invoice")) == ["made"]
    assert len(agreed(root)) == 3


def test_what_people_added_to_the_book_stays(tmp_path: Path) -> None:
    """Own columns and sheets; other parts stay byte for byte."""
    root = healthy(tmp_path)
    make(root, FIRST)
    book = openpyxl.load_workbook(root / AGREED)
    sheet = book[SHEET]
    sheet.insert_cols(3)
    sheet["C1"], sheet["C2"] = "Моё", "=D2"
    sheet.tables.clear()
    book.create_sheet("Заметки")["B2"] = "позвонить"
    book.save(root / AGREED)
    before = parts(root / AGREED)
    make(root, SECOND, "invoice")
    after = parts(root / AGREED)
    (part,) = [name for name in after if after[name] != before.get(name) and "sheets/" in name]
    changed = {name for name in before if after.get(name) != before[name]}
    assert changed <= {part, "xl/workbook.xml", "xl/styles.xml"}
    found = cells(root / AGREED, SHEET)
    assert (found[1, 3], found[2, 3]) == ("Моё", "=D2")
    assert [found[row, 1] for row in (2, 3, 4)] == [FIRST, SECOND, SECOND]
    assert [found[row, 6] for row in (2, 3, 4)] == [5.04, 152.7, 5.48]


def test_rows_never_overwrite_what_stands_below(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    fill(root / AGREED, SHEET, [{"Основание": "ниже не писать"}])
    make(root, FIRST)
    found = cells(root / AGREED, SHEET)
    assert (found[2, 7], found[3, 1]) == ("ниже не писать", FIRST)
    assert orders_of(ask(root))[0] == (FIRST, "5040.00")


def test_the_table_of_the_book_grows_and_office_reads_it(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    make(root, SECOND, "invoice")
    make(root, FIRST)
    sheet = openpyxl.load_workbook(root / AGREED)[SHEET]
    assert [table.ref for table in sheet.tables.values()] == ["A1:H4"]
    assert sheet["F4"].number_format == sheet["F2"].number_format == "dd.mm.yyyy"
    (saved,) = convert([root / AGREED], tmp_path / "office")
    read = cells(saved, SHEET)
    assert [read[row, 5] for row in (2, 3, 4)] == [152.7, 5.48, 5.04]


def test_an_older_workspace_gets_the_book_with_the_first_price(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    (root / AGREED).unlink()
    assert ask(root).problems == ()
    make(root, FIRST)
    assert agreed(root) == [ROW]


def test_two_programs_at_once_lose_no_row(tmp_path: Path) -> None:
    """Each writes the rows of its own order."""
    root = healthy(tmp_path)
    words = ("docs", "--kind", "specification", "--today", f"{TODAY}", "--order")
    running = [start(*words, order, folder=root) for order in (FIRST, SECOND, FIRST, SECOND)]
    assert [process.wait() for process in running] == [0, 0, 0, 0]
    assert sorted(str(row[0]) for row in agreed(root)) == [FIRST, SECOND, SECOND]


def test_a_price_that_another_program_agreed_meanwhile_stays(tmp_path: Path) -> None:
    """Else there were two papers with two prices, and no word of it."""
    root = healthy(tmp_path)
    make(root, FIRST)
    later = Agreement(
        order=FIRST,
        number=1,
        kind="визитки",
        quantity=1000,
        price="6",
        on="2026-11-22",
        ground="Счёт",
        replaced=None,
    )
    with pytest.raises(Unavailable, match="только что согласована другой: повторите"):
        prepare_edit(Workspace(root), [later])
    assert agreed(root) == [ROW]


def test_today_asks_no_more_money_for_a_paid_order(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Заказы", "Дата закрытия", 0, None))
    make(root, FIRST)
    change(root, *TEN_POINTS_MORE)
    duties = agenda(root, today=TODAY).as_json()["duties"]
    assert [d for d in duties if d["kind"] == "balance" and d["order"] == FIRST] == []


def test_papers_are_saved_part_by_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second paper of an order finds the price of the first, and changes nothing."""
    monkeypatch.setattr("cmtools.commands.docs.BATCH", 1)
    root = healthy(tmp_path)
    assert states(make(root, FIRST, "specification", "act")) == ["made", "made"]
    assert agreed(root) == [ROW]
