"""`cmtools merge` on files: whose edits are in the book, what is asked, what is left alone."""

from __future__ import annotations

import json
import shutil
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from cmtools.commands.docs import docs
from cmtools.commands.merge import MergeResult, merge
from cmtools.commands.plan import plan
from cmtools.commands.validate import validate
from cmtools.documents.selection import Selection
from cmtools.errors import Unavailable, UsageError
from cmtools.merge import reasons
from support import hostile, watching
from support.office import convert
from support.program import run
from support.workbench import (
    ORDERS,
    REGISTRY,
    SETTINGS,
    TASKS,
    TODAY,
    Change,
    add,
    cell_of,
    drop,
    healthy,
    put,
    rewrite,
    rows_of,
)

NOTE = "Примечание"
PAID = {"Дата": date(2026, 11, 20), "№ заказа": "З-2026-0002", "Вид": "от клиента", "Сумма": 777}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A healthy workspace whose books are known: each was merged with itself."""
    root = healthy(tmp_path / "w")
    for book in (ORDERS, REGISTRY, TASKS):
        assert take(root, root / book).merge.is_empty
    return root


def copied(root: Path, name: str, *changes: Change, book: str = ORDERS) -> Path:
    """A copy of the healthy book with changes, dropped by a person under a name of his."""
    path = root.parent / f"{name}.xlsx"
    shutil.copyfile(healthy(root.parent / name, *changes) / book, path)
    return path


def take(root: Path, copy: Path, base: Path | None = None) -> MergeResult:
    return merge(root, copy, base=base, in_place=True, today=TODAY, now=datetime(2026, 11, 21, 9))


def column(root: Path, sheet: str, title: str, book: str = ORDERS) -> list[object]:
    header, *rows = openpyxl.load_workbook(root / book)[sheet].iter_rows(values_only=True)
    return [row[[str(t).rstrip("*") for t in header].index(title)] for row in rows]


def changes(result: MergeResult) -> list[tuple[str, str, object]]:
    return [(cell.key, cell.column, cell.now) for cell in result.merge.taken]


def asked(result: MergeResult) -> list[tuple[str, str | None, str]]:
    return [(c.key, c.column, c.reason) for c in result.merge.conflicts]


def test_two_copies_of_one_book_both_come_in(root: Path) -> None:
    first = take(root, copied(root, "a", put("Заказы", NOTE, 1, "Анна")))
    second = take(root, copied(root, "b", put("Заказы", NOTE, 2, "Борис"), add("Платежи", PAID)))
    assert changes(first) == [("З-2026-0002", NOTE, "Анна")]
    assert changes(second) == [("З-2026-0003", NOTE, "Борис")]
    assert [row.cells["Сумма"] for row in second.merge.added] == [777]
    assert first.merge.conflicts + second.merge.conflicts == ()
    assert column(root, "Заказы", NOTE) == ["Первый заказ", "Анна", "Борис"]
    assert column(root, "Платежи", "Сумма")[-1] == 777
    assert validate(root, today=TODAY).problems == ()


def test_the_same_copy_again_changes_nothing(root: Path) -> None:
    copy = copied(root, "a", put("Заказы", NOTE, 1, "Анна"), add("Платежи", PAID))
    take(root, copy)
    before = (root / ORDERS).read_bytes()
    again = take(root, copy)
    assert again.merge.is_empty
    assert (again.files, again.exit_code) == ((), 0)
    assert (root / ORDERS).read_bytes() == before


def test_one_cell_changed_by_both_is_asked_each_time(root: Path) -> None:
    take(root, copied(root, "a", put("Заказы", NOTE, 1, "Анна")))
    copy = copied(root, "b", put("Заказы", NOTE, 1, "Борис"), put("Заказы", NOTE, 2, "оба"))
    result = take(root, copy)
    assert (asked(result), result.exit_code) == ([("З-2026-0002", NOTE, reasons.DIFFERENT)], 1)
    assert changes(result) == [("З-2026-0003", NOTE, "оба")]
    assert column(root, "Заказы", NOTE)[1:] == ["Анна", "оба"]
    assert asked(take(root, copy)) == asked(result)


def test_a_stale_copy_takes_nothing_back(root: Path) -> None:
    stale = copied(root, "stale", put("Заказы", "Оценка клиента", 0, 4))
    for number in range(3):
        take(root, copied(root, f"a{number}", put("Заказы", NOTE, number, f"№ {number}")))
    assert changes(take(root, stale)) == [("З-2026-0001", "Оценка клиента", 4)]
    assert column(root, "Заказы", NOTE) == ["№ 0", "№ 1", "№ 2"]


def test_rows_in_another_order_are_the_same_rows(root: Path) -> None:
    rows = [*reversed(rows_of("Заказы"))]
    rows[0][NOTE] = "переставил"
    result = take(root, copied(root, "a", rewrite("Заказы", rows)))
    assert changes(result) == [("З-2026-0003", NOTE, "переставил")]


def test_an_order_deleted_in_a_copy_goes_with_its_rows(root: Path) -> None:
    parts = (drop("Заказы", 2), drop("Позиции", 3), drop("Макеты", 1))
    take(root, copied(root, "other", put("Заказы", NOTE, 0, "иное")))
    result = take(root, copied(root, "a", *parts))
    assert [(row.sheet, row.key) for row in result.merge.removed] == [
        ("Заказы", "З-2026-0003"),
        ("Позиции", "З-2026-0003 · 1"),
        ("Макеты", "М-002"),
    ]
    assert column(root, "Заказы", "№ заказа") == ["З-2026-0001", "З-2026-0002", None]
    assert validate(root, today=TODAY).problems == ()


def test_an_error_that_neither_side_had_is_asked(root: Path) -> None:
    """A contract is deleted while an order takes it: the contract stays."""
    take(root, copied(root, "a", put("Заказы", "№ договора", 2, "ДС-2026-01")))
    deleted = (
        drop("Договоры", 0),
        drop("Документы", 1),
        put("Заказы", "№ договора", 0, None),
        put("Заказы", NOTE, 1, "взято"),
    )
    result = take(root, copied(root, "b", *deleted))
    assert [(c.sheet, c.key) for c in result.merge.conflicts] == [("Договоры", "ДС-2026-01")]
    assert "ДС-2026-01" in column(root, "Договоры", "№ договора")
    assert column(root, "Заказы", NOTE)[1] == "взято"
    assert [p for p in validate(root, today=TODAY).problems if p.is_error] == []


SECOND, THIRD = "З-2026-0002", "З-2026-0003"
POSITION = {**rows_of("Позиции")[3], "№ п/п": 2, "Наименование": "Листовки"}
COMPLETE = {  # what the third order needs to be final
    "Вид заявки": "окончательная",
    "№ договора": "ДС-2026-01",
    "Срок поставки": date(2026, 12, 10),
}
TOGETHER: dict[str, tuple[tuple[Change, ...], tuple[Change, ...], set[tuple[str, str]]]] = {
    "two days of one order": (
        (put("Заказы", "Срок изготовления", 1, date(2026, 11, 30)),),
        (put("Заказы", "Срок поставки", 1, date(2026, 11, 28)),),
        {("Заказы", SECOND)},
    ),
    "a position that is gone": (
        (drop("Позиции", 2), put("Макеты", "№ заказа", 0, THIRD)),
        (put("Поставки", "№ п/п", 2, 2),),
        {("Поставки", SECOND)},
    ),
    "a position without a cost in an order that is final now": (
        (
            *(put("Заказы", title, 2, value) for title, value in COMPLETE.items()),
            put("Позиции", "Себестоимость за ед.", 3, 12),
        ),
        (add("Позиции", POSITION),),
        {("Позиции", f"{THIRD} · 2")},
    ),
    "two errors at once": (
        (put("Заказы", "Срок изготовления", 1, date(2026, 11, 30)), drop("Позиции", 2)),
        (
            put("Заказы", "Срок поставки", 1, date(2026, 11, 28)),
            put("Поставки", "№ п/п", 2, 2),
        ),
        {("Заказы", SECOND), ("Поставки", SECOND)},
    ),
}


@pytest.mark.parametrize("case", TOGETHER)
def test_rows_that_are_wrong_only_together_are_asked(case: str, root: Path) -> None:
    """Each copy is right by itself; what both have is in the book, and one sound edit more."""
    first, second, expected = TOGETHER[case]
    copies = [
        copied(root, "a", *first),
        copied(root, "b", *second, put("Заказы", NOTE, 0, "и это")),
    ]
    for number, copy in enumerate(copies):
        alone = healthy(root.parent / f"alone {number}")
        shutil.copyfile(copy, alone / ORDERS)
        assert [p for p in validate(alone, today=TODAY).problems if p.is_error] == []
    take(root, copies[0])
    result = take(root, copies[1])
    assert {(c.sheet, c.key) for c in result.merge.conflicts} == expected
    assert all("вместе" in c.reason for c in result.merge.conflicts)
    assert column(root, "Заказы", NOTE)[0] == "и это"
    assert [p for p in validate(root, today=TODAY).problems if p.is_error] == []


@pytest.mark.parametrize(
    ("book", "sheet", "title"),
    [(REGISTRY, "Клиенты", "Скрытые потребности"), (TASKS, "Поручения", "От кого")],
)
def test_the_register_and_the_tasks_are_merged_too(
    book: str, sheet: str, title: str, root: Path
) -> None:
    take(root, copied(root, "a", put(sheet, title, 0, "первая"), book=book))
    take(root, copied(root, "b", put(sheet, title, 1, "вторая"), book=book))
    assert column(root, sheet, title, book)[:2] == ["первая", "вторая"]


def test_beside_the_book_nothing_is_remembered(root: Path) -> None:
    take(root, copied(root, "other", put("Заказы", NOTE, 0, "иное")))
    before = (root / ORDERS).read_bytes()
    copy = copied(root, "a", put("Заказы", NOTE, 1, "Анна"))
    result = merge(root, copy, today=TODAY)
    beside = "Предварительные заказы — слияние.xlsx"
    assert result.files == (beside,)
    assert (root / ORDERS).read_bytes() == before
    assert column(root, "Заказы", NOTE, beside)[:2] == ["иное", "Анна"]
    assert changes(take(root, root / beside)) == [("З-2026-0002", NOTE, "Анна")]


def test_a_base_may_be_named(root: Path) -> None:
    """Without it, the copy would be taken for one of a later version."""
    base = copied(root, "base")
    take(root, copied(root, "a", put("Заказы", NOTE, 1, "Анна")))
    copy = copied(root, "b", put("Заказы", NOTE, 1, "Анна, Борис"))
    assert asked(take(root, copy, base)) == [("З-2026-0002", NOTE, reasons.DIFFERENT)]
    assert changes(take(root, copy, root / ORDERS)) == [("З-2026-0002", NOTE, "Анна, Борис")]


def test_a_base_that_is_not_what_it_claims_is_refused(root: Path) -> None:
    take(root, copied(root, "a", put("Заказы", NOTE, 1, "Анна")))
    claims = root.parent / "claims.xlsx"
    workbook = openpyxl.load_workbook(root / ORDERS)
    workbook["Заказы"]["A2"] = "З-2026-0999"
    workbook.save(claims)
    with pytest.raises(UsageError, match="называет себя версией"):
        take(root, root / ORDERS, claims)
    with pytest.raises(UsageError, match=f"«{REGISTRY}» — другая книга"):
        take(root, root / ORDERS, root / REGISTRY)


@pytest.mark.parametrize("name", [SETTINGS, "текст.xlsx"])
def test_what_is_no_book_of_the_kind_is_wrong_usage(name: str, root: Path) -> None:
    path = root / name
    if name != SETTINGS:
        path.write_text("не книга", "utf-8")
    with pytest.raises(UsageError):
        take(root, path)


def test_one_number_of_a_small_book_makes_no_copy_of_it(root: Path, tmp_path: Path) -> None:
    """The watcher takes such a drop for another book too."""
    small = root / "Предварительные заказы — Вера.xlsx"
    small.write_bytes(watching.book(tmp_path, "К-0002", "А-1"))
    before = small.read_bytes()
    copy = tmp_path / "моя.xlsx"
    copy.write_bytes(watching.book(tmp_path, "К-0002", "А-1", "А-2", "А-3"))
    with pytest.raises(UsageError, match="нет книги, из которой сделана эта копия"):
        take(root, copy)
    assert small.read_bytes() == before
    copy.write_bytes(watching.book(tmp_path, "К-0002", "А-1", stage="2.2"))
    assert take(root, copy).book == small.name


def test_a_book_that_is_open_is_left_alone(root: Path) -> None:
    (root / f"~${ORDERS}").touch()
    with pytest.raises(Unavailable, match="закройте"):
        take(root, copied(root, "a", put("Заказы", NOTE, 1, "Анна")))


def test_an_open_conflict_is_named_and_stops_the_papers_that_show_it(root: Path) -> None:
    address, mark = "Адрес доставки", "Оценка клиента"
    take(root, copied(root, "a", put("Заказы", address, 1, "Тула"), put("Заказы", mark, 0, 4)))
    copy = copied(root, "b", put("Заказы", address, 1, "Орёл"), put("Заказы", mark, 0, 3))
    assert take(root, copy).exit_code == 1
    found = [
        (p.code, p.place.row, p.column, p.is_error) for p in validate(root, today=TODAY).problems
    ]
    assert found == [("merge-open", 2, mark, False), ("merge-open", 3, address, False)]
    papers = {}
    for number in ("З-2026-0001", "З-2026-0002"):
        selection = Selection(orders=[number])
        made = docs(root, selection, kinds=["specification"], today=TODAY)
        papers[number] = [(problem.code, problem.column) for problem in made.problems]
    assert papers == {"З-2026-0001": [], "З-2026-0002": [("merge-open", address)]}
    book = openpyxl.load_workbook(root / ORDERS)
    book["Заказы"][cell_of(root / ORDERS, "Заказы", address, 1)] = "Орёл"
    book.save(root / ORDERS)  # what the copy has is typed instead of answered
    assert [(p.code, p.column) for p in validate(root, today=TODAY).problems] == [
        ("merge-open", mark)
    ]
    selection = Selection(orders=["З-2026-0002"])
    assert docs(root, selection, kinds=["specification"], today=TODAY).problems == ()


def test_the_answer(root: Path) -> None:
    take(root, copied(root, "a", put("Заказы", NOTE, 1, "Анна")))
    copied(root, "b", put("Заказы", NOTE, 1, "Борис"), add("Платежи", PAID))
    answer = run("merge", "../b.xlsx", "--json", "--today", str(TODAY), folder=root)
    assert answer.code == 1
    assert json.loads(answer.out) == {
        "ok": False,
        "base": 4,
        "taken": [],
        "added": [{"sheet": "Платежи", "key": "З-2026-0002"}],
        "removed": [],
        "conflicts": [
            {
                "sheet": "Заказы",
                "key": "З-2026-0002",
                "column": NOTE,
                "base": None,
                "ours": "Анна",
                "theirs": "Борис",
                "reason": reasons.DIFFERENT,
            }
        ],
        "files": ["Предварительные заказы — слияние.xlsx"],
        "problems": [],
    }
    shown = run("merge", "../b.xlsx", "--today", str(TODAY), folder=root).out
    assert "взято правок — 1, ждут решения — 1" in " ".join(shown.split())


def own_column(values: dict[int, object]) -> Change:
    """A column of a person's own at the right end of «Заказы»."""

    def type_into(sheet: Worksheet) -> None:
        sheet["X1"] = "Моя пометка"
        for index, value in values.items():
            sheet.cell(row=2 + index, column=24, value=value)  # type: ignore[call-overload]

    return Change(sheet="Заказы", apply=type_into)


def own_sheet(*rows: tuple[object, ...]) -> Change:
    """A sheet of a person's own in the book of orders."""

    def make(sheet: Worksheet) -> None:
        assert sheet.parent is not None
        own = sheet.parent.create_sheet("Моё")
        for row in rows:
            own.append(row)

    return Change(sheet="Заказы", apply=make)


def test_a_column_and_a_formula_of_a_persons_own_come_with_his_copy(root: Path) -> None:
    """A formula of its row moves to the row of the book."""
    take(root, copied(root, "other", put("Заказы", NOTE, 2, "иное")))
    rows = [*reversed(rows_of("Заказы"))]
    mine = own_column({0: "звонить", 2: "=M4*2"})
    take(root, copied(root, "a", rewrite("Заказы", rows), mine))
    sheet = openpyxl.load_workbook(root / ORDERS)["Заказы"]
    header = {cell.value: cell.column for cell in sheet[1]}
    own = [sheet.cell(row=row, column=int(header["Моя пометка"] or 0)).value for row in (2, 3, 4)]
    assert own == ["=M2*2", None, "звонить"]


def test_sheets_of_a_persons_own_are_merged_by_their_first_column(tmp_path: Path) -> None:
    head, one, two = ("Что", "Когда"), ("звонок", "пн"), ("встреча", "вт")
    root = healthy(tmp_path / "w", own_sheet(head, one, two))
    take(root, root / ORDERS)
    take(root, copied(root, "a", own_sheet(head, ("звонок", "ср"), two)))
    result = take(root, copied(root, "b", own_sheet(head, two, one, ("письмо", "чт"))))
    assert result.merge.conflicts == ()
    rows = openpyxl.load_workbook(root / ORDERS)["Моё"].iter_rows(values_only=True)
    assert [*rows] == [head, ("звонок", "ср"), two, ("письмо", "чт")]


def test_a_sheet_that_a_copy_alone_has_comes_into_the_book(root: Path) -> None:
    take(root, copied(root, "other", put("Заказы", NOTE, 0, "иное")))
    rows = (("Заметки",), ("Что", "Когда"), ("звонок", date(2026, 12, 1)), ("встреча", 5))
    result = take(root, copied(root, "a", own_sheet(*rows)))
    assert result.merge.conflicts == ()
    sheet = openpyxl.load_workbook(root / ORDERS)["Моё"]
    assert [[cell.value for cell in row] for row in sheet] == [
        ["Заметки", None],
        ["Что", "Когда"],
        ["звонок", datetime(2026, 12, 1)],
        ["встреча", 5],
    ]
    assert take(root, copied(root, "a")).merge.is_empty


@pytest.mark.long
def test_a_copy_saved_by_libreoffice_has_only_its_edits(root: Path) -> None:
    take(root, copied(root, "other", put("Заказы", NOTE, 0, "иное")))
    for book, change, edit in (
        (ORDERS, put("Заказы", NOTE, 1, "из LibreOffice"), ("З-2026-0002", NOTE)),
        (REGISTRY, put("Клиенты", "Телефон", 1, "+7 900"), ("К-0002", "Телефон")),
        (TASKS, put("Поручения", "От кого", 1, "Сам"), None),
    ):
        copy = copied(root, "a", change, book=book)
        for number, ending in enumerate(("xlsx", "ods", "xlsx")):
            folder = root.parent / f"{book}-{number}"
            folder.mkdir()
            (copy,) = convert([copy], folder, ending)
        result = take(root, copy)
        assert result.merge.conflicts == ()
        assert (result.merge.added, result.merge.removed) == ((), ())
        taken = [(cell.key, cell.column) for cell in result.merge.taken]
        assert taken == [edit] if edit else len(taken) == 1


def test_a_plan_is_merged_by_its_indicators(root: Path) -> None:
    plan(root, "2026-12", today=TODAY)
    (path,) = (root / "Планы").glob("*.xlsx")
    take(root, path)
    copies = []
    for number, name in enumerate(("a", "b")):
        workbook = openpyxl.load_workbook(path)
        ((growth,),) = [
            [cell for cell in row if cell.value == "Прирост, %"]
            for row in workbook["План"].iter_rows()
            if "Прирост, %" in [cell.value for cell in row]
        ]
        growth.offset(row=1 + number).value = 20 + number
        copies.append(root.parent / f"план {name}.xlsx")
        workbook.save(copies[-1])
    first, second = (take(root, copy) for copy in copies)
    assert [cell.now for cell in (*first.merge.taken, *second.merge.taken)] == [20, 21]
    assert first.merge.conflicts + second.merge.conflicts == ()


LOCKS = {
    "есть макросы": "xl/vbaProject.bin",
    "есть электронная подпись, она пропадёт": "_xmlsignatures/origin.sigs",
    "включён общий доступ с журналом изменений": "xl/revisions/revisionHeaders.xml",
}


@pytest.mark.parametrize("reason", LOCKS)
@pytest.mark.parametrize("in_place", [True, False])
def test_a_book_that_must_not_be_changed_gets_a_copy_beside(
    reason: str, in_place: bool, root: Path
) -> None:
    """The book is left alone and named; the copy opens without what it could not keep."""
    copy = copied(root, "Копия", put("Заказы", NOTE, 1, "от Б"))
    with zipfile.ZipFile(root / ORDERS, "a") as archive:
        archive.writestr(LOCKS[reason], b"x")
    before = (root / ORDERS).read_bytes()
    result = merge(root, copy, in_place=in_place, today=TODAY, now=datetime(2026, 11, 21, 9))
    beside = "Предварительные заказы — слияние.xlsx"
    assert [(p.code, reason in p.message) for p in result.problems] == [("book-locked", True)]
    assert (result.files, result.exit_code) == ((beside,), 1 if in_place else 0)
    assert (root / ORDERS).read_bytes() == before
    with zipfile.ZipFile(root / beside) as archive:
        assert LOCKS[reason] not in archive.namelist()
    shutil.copyfile(root / beside, root / ORDERS)
    assert column(root, "Заказы", NOTE)[1] == "от Б"


def test_macros_of_a_copy_do_not_come_into_the_book(root: Path) -> None:
    """It stands on the book as it is, but its own bytes in .xlsx would not open in Excel."""
    copy = copied(root, "Копия", put("Заказы", NOTE, 1, "от Б"))
    with zipfile.ZipFile(copy, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    assert changes(take(root, copy)) == [("З-2026-0002", NOTE, "от Б")]
    with zipfile.ZipFile(root / ORDERS) as archive:
        assert "xl/vbaProject.bin" not in archive.namelist()
    assert column(root, "Заказы", NOTE)[1] == "от Б"


@pytest.mark.parametrize("which", ["книга", "копия", "основа"])
def test_a_book_with_a_password_is_refused(which: str, root: Path) -> None:
    copy, base = (copied(root, name, put("Заказы", NOTE, 1, name)) for name in ("Копия", "Основа"))
    path = {"книга": root / ORDERS, "копия": copy, "основа": base}[which]
    hostile.encrypted(path)
    before = (root / ORDERS).read_bytes()
    with pytest.raises(UsageError, match=f"«{path.name}».*парол"):
        take(root, copy, base)
    assert (root / ORDERS).read_bytes() == before
