"""Hostile values in every text column that reaches a paper: they stand as typed, and files open."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from cmtools.commands.docs import DocsResult, docs
from cmtools.documents.selection import Selection
from support.office import convert
from support.paper_figures import make
from support.papers import CLIENT_KINDS, CONTRACT_KINDS, NAMES, ORDER_KINDS, Paper, audit
from support.workbench import (
    HEALTHY,
    SELLER,
    SHIPPING,
    TODAY,
    Row,
    add,
    healthy,
    put,
    rewrite,
    rows_of,
    workspace_with,
)

VALUES = (
    "{{ 7*7 }} {% raw %}{% endraw %} {# нет #}{{ [].__class__ }} {% if",
    "A & B <b>жирно</b> &amp; ]]> \"прямые\" 'одинарные' „лапки“ | \\ ${x} %s {0} <%= z %>",
    "слово " * 499 + "конец",
    "ж" * 3000,
    "первая\nвторая\n\nчетвёртая с\tтабуляцией",
)
TEXTS = {
    "Клиенты": (
        "Краткое наименование", "Полное наименование", "Юридический адрес", "Почтовый адрес",
        "Банк", "Действует на основании", "Телефон", "Эл. почта",
        "Явные потребности", "Скрытые потребности",
    ),
    "Контактные лица": ("ФИО", "Должность", "Телефон", "Эл. почта"),
    "Журнал контактов": ("Кто от компании", "С кем", "Содержание"),
    "Передачи клиентов": ("Передал", "Принял", "Условия"),
    "Заказы": ("Менеджер", "Адрес доставки", "Причина недовольства", "Примечание"),
    "Позиции": ("Наименование", "Ед.", "Макет", "Материалы", "Тип упаковки", "Маркировка"),
    "Платежи": ("Документ",),
    "Поставки": ("Место хранения образца",),
    "Претензии": ("Причина",),
    "Макеты": ("Дизайнер", "Файл"),
    "Документы": ("№ и дата документа",),
    "Договоры": (
        "Предмет договора", "Цена и условия оплаты", "Ответственность покупателя",
        "Условия поставки", "Ответственность продавца",
    ),
}  # fmt: skip
"""The free text columns of each sheet; codes, names of heads and posts are tested apart."""
SHORT = (
    "Краткое наименование",
    "Передал",
    "Принял",
    "Кто от компании",
    "Менеджер",
    "Дизайнер",
    "ФИО",
)
"""Names of people and firms: long ones are cut to what a person could type."""


def marked(value: str, mark: str) -> str:
    """A value that can be found again whatever happens to it."""
    return f"[{mark}[{value}]{mark}]"


def hostile_row(sheet: str, row: Row, place: int) -> Row:
    """The row with hostile values in its text columns, each of another number."""
    texts = {}
    for at, column in enumerate(TEXTS.get(sheet, ())):
        value = VALUES[place]
        texts[column] = marked(
            value[:60] if column in SHORT else value, f"Ц{place}Щ{sheet[:4]}{at}"
        )
    return row | {name: text for name, text in texts.items() if row.get(name) or sheet != "Клиенты"}


def hostile_books() -> dict[str, list[Row]]:
    """A client, an order, a contract and a row of every sheet for each hostile value."""
    source = {
        sheet: rows for sheet, rows in HEALTHY.items() if sheet not in ("Поручения", "Праздники")
    }
    books: dict[str, list[Row]] = {
        sheet: rows_of(sheet) for sheet in ("Организация", "Наценки", "Скидки", "Подрядчики")
    }
    for place in range(len(VALUES)):
        names = {"№ заказа": f"З-{place}", "№ договора": f"Д-{place}", "№ макета": f"М-{place}"}
        names |= {"Код клиента": f"К-{place}", "Код": f"К-{place}"}
        for sheet in TEXTS:
            row = source[sheet][0]
            rows = [row]
            if sheet == "Документы":
                technical: Row = {"Вид документа": "чертёж", "Передан в": "технический отдел"}
                technical["Дата передачи"] = row["Оригинал получен"]
                rows = [row | technical, source[sheet][1]]
            books.setdefault(sheet, []).extend(
                hostile_row(sheet, row | {k: v for k, v in names.items() if k in row}, place)
                for row in rows
            )
        books["Заказы"][-1] |= {"Оценка клиента": 3, "Стадия": "4.3"}
    return books


@cache
def hostile_workspace(shelf: Path) -> tuple[Path, list[DocsResult]]:
    """The workspace and the outcomes of all its kinds of documents."""
    root = workspace_with(shelf, hostile_books())
    orders = Selection(orders=[f"З-{place}" for place in range(len(VALUES))])
    outcomes = [docs(root, orders, kinds=tuple(ORDER_KINDS), today=TODAY)]
    for place in range(len(VALUES)):
        contract, client = (
            Selection(contract=f"Д-{place}"),
            Selection(client=f"К-{place}"),
        )
        outcomes.append(docs(root, contract, kinds=tuple(CONTRACT_KINDS), today=TODAY))
        outcomes.append(docs(root, client, kinds=tuple(CLIENT_KINDS), today=TODAY))
    return root, outcomes


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], Paper]:
    """(kind, number of the hostile value) → its paper."""
    root, outcomes = hostile_workspace(tmp_path_factory.mktemp("hostile"))
    assert [str(p.message) for o in outcomes for p in o.problems if p.is_error] == []
    found = {}
    for outcome in outcomes:
        for file in outcome.as_json()["files"]:
            name = file["path"].rpartition("/")[2]
            found[file["kind"], int(name.partition(" ")[0][2:])] = Paper(root / file["path"])
    return found


def squeezed(text: str) -> str:
    """Breaks of lines and NBSP as one space: how a paper breaks a line is its own."""
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("kind", NAMES)
def test_values_stand_as_typed(papers: dict[tuple[str, int], Paper], kind: str) -> None:
    for place, value in enumerate(VALUES):
        text = squeezed(papers[kind, place].text)
        marks = set(re.findall(rf"Ц{place}Щ[А-я]+\d+", text))
        assert marks, (kind, place)
        for mark in marks:
            long, short = (squeezed(marked(v, mark)) for v in (value, value[:60]))
            whole = text.count(long) or text.count(short)
            assert whole * 2 == len(re.findall(rf"{mark}(?!\d)", text)), (kind, mark)


def test_line_breaks_stay_breaks(papers: dict[tuple[str, int], Paper]) -> None:
    place = len(VALUES) - 1
    assert "первая\nвторая\n\nчетвёртая" in papers["essentials", place].text
    assert "первая\nвторая" in papers["specification", place].text


def test_every_text_column_reaches_a_paper(papers: dict[tuple[str, int], Paper]) -> None:
    """The client card is made from all that is known."""
    for place in range(len(VALUES)):
        seen: set[str] = set()
        for kind in NAMES:
            seen |= set(re.findall(rf"Ц{place}Щ[А-я]+\d+", papers[kind, place].text))
        wanted = {
            f"Ц{place}Щ{sheet[:4]}{at}": f"{sheet}, {column}"
            for sheet, columns in TEXTS.items()
            for at, column in enumerate(columns)
        }
        missing = {title for mark, title in wanted.items() if mark not in seen}
        assert missing == set(), place


def test_audit_finds_nothing(papers: dict[tuple[str, int], Paper]) -> None:
    """Each kind with one of the values, each value in several kinds."""
    taken = {kind: papers[kind, place % len(VALUES)] for place, kind in enumerate(NAMES)}
    found = {kind: faults for kind, paper in taken.items() if (faults := audit(paper.path))}
    assert found == {}


@pytest.mark.long
def test_office_opens_them_all(papers: dict[tuple[str, int], Paper], tmp_path: Path) -> None:
    """One run of LibreOffice over every hostile paper; a value is read back from its text."""
    files = []
    for (kind, place), paper in papers.items():
        copy = tmp_path / f"{kind}-{place}.docx"
        copy.write_bytes(paper.path.read_bytes())
        files.append(copy)
    made = convert(files, tmp_path / "out", "txt")
    for path in made:
        number = path.stem.rpartition("-")[2]
        assert f"Ц{number}Щ" in path.read_text("utf-8"), path.name


def test_control_characters_are_dropped_and_nothing_else(tmp_path: Path) -> None:
    """A cell may hold them as `_x0007_`."""
    typed = "до_x0007_после_x001F_конец"
    root = healthy(tmp_path, put("Позиции", "Наименование", 1, typed), SHIPPING)
    outcome = make(root, "З-2026-0002", "offer", "act", "design-brief", "invoice")
    assert outcome.exit_code == 0, outcome.problems
    for name in outcome.files:
        text = Paper(root / name).text
        assert re.search(r"до.?после.?конец", text) or typed in text
        assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text)
        assert audit(root / name) == []


NAMES_OF_HEADS = ("{{ 7*7 }}", "A & B <b>", "О’Генри-оглы {%", "ж" * 200, "Ли\nЮн", "X Æ A-12")


@pytest.mark.parametrize("value", NAMES_OF_HEADS)
def test_hostile_heads(tmp_path: Path, value: str) -> None:
    """Names and posts that no grammar knows, with their cases given: they stand as typed."""
    changes = [
        put("Клиенты", column, 0, value)
        for column in ("ФИО руководителя", "Должность руководителя", "ФИО в родительном падеже",
                       "Должность в родительном падеже")
    ]  # fmt: skip
    root = healthy(tmp_path, *changes)
    asked = Selection(contract="ДС-2026-01")
    outcome = docs(root, asked, kinds=("contract", "approval"), today=TODAY)
    assert outcome.exit_code == 0, outcome.problems
    text = Paper(root / outcome.files[0]).text
    assert squeezed(value) in squeezed(text)
    assert not re.search(r"(?<!\d)49(?!\d)", text)
    assert audit(root / outcome.files[0]) == []


SELLERS = ("{{ 7*7 }}", "A & B <b>", "ж" * 300, "первая\nвторая")


@pytest.mark.parametrize("value", SELLERS)
def test_hostile_seller(tmp_path: Path, value: str) -> None:
    names = ("Краткое наименование", "Полное наименование", "Банк", "Юридический адрес", "Город")
    rows = [{"Поле": k, "Значение": value if k in names else v} for k, v in SELLER.items()]
    root = healthy(tmp_path, rewrite("Организация", rows), SHIPPING)
    outcome = make(root, "З-2026-0002", "invoice", "act", "offer")
    assert outcome.exit_code == 0, outcome.problems
    for name in outcome.files:
        assert squeezed(value) in squeezed(Paper(root / name).text), name
        assert audit(root / name) == []


FOLDERS = (
    "../../x", "/abs", "C:\\x", "CON", "aux.txt", "a:b*c?", "Ромашка...", "имя \u202eтайна",
    "Ж" * 300, "ООО «»", "{{ 7*7 }}", "а\nб", "~$x", " . ",
)  # fmt: skip


def test_folders_of_hostile_names(tmp_path: Path) -> None:
    """Names stay inside the folder, are legal on Windows, and take at most 255 bytes."""
    root = tmp_path / "a" / "b" / "work"
    client, order = rows_of("Клиенты")[1], rows_of("Заказы")[1]
    line = rows_of("Позиции")[1]
    codes = [f"К-{place:04}" for place in range(100, 100 + len(FOLDERS))]
    pairs = list(zip(codes, FOLDERS, strict=True))
    healthy(
        root,
        add("Клиенты", *[client | {"Код": c, "Краткое наименование": name} for c, name in pairs]),
        add(
            "Заказы",
            *[
                order | {"№ заказа": f"З/{c}:?", "Код клиента": c, "№ договора": None}
                for c in codes
            ],
        ),
        add("Позиции", *[line | {"№ заказа": f"З/{c}:?"} for c in codes]),
    )
    before = {path for path in tmp_path.rglob("*") if not path.is_relative_to(root / "Клиенты")}
    asked = Selection(orders=[f"З/{code}:?" for code in codes])
    outcome = docs(root, asked, kinds=("contractor-request", "readiness"), today=date(2026, 11, 21))
    assert outcome.exit_code == 0, outcome.problems
    assert len(set(outcome.files)) == 2 * len(codes)
    after = {path for path in tmp_path.rglob("*") if not path.is_relative_to(root / "Клиенты")}
    assert after == before
    for name in outcome.files:
        assert (root / name).resolve().is_relative_to((root / "Клиенты").resolve())
        for part in Path(name).parts:
            assert len(part.encode()) <= 255
            assert not re.search(r'[<>:"/\\|?*\x00-\x1f\u202a-\u202e]', part)
            assert part == part.rstrip(". ")
            assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", part)
    for code, path in zip(codes, outcome.files[::2], strict=True):
        assert Path(path).parts[1].startswith(code)
