"""Documents that a company adds: a row of «Документы» in «Настройки» and a template."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook

from cmtools.books.choices import PriceVisibility, SourceRow
from cmtools.commands.docs import docs
from cmtools.commands.templates import check_templates as check
from cmtools.commands.validate import validate
from cmtools.documents.catalog import KINDS
from cmtools.documents.selection import Selection
from cmtools.errors import UsageError
from support.workbench import ORDERS as BOOK
from support.workbench import SETTINGS, TODAY, Row, cell_of, healthy

ORDER, CONTRACT, CLIENT = "З-2026-0002", "ДС-2026-01", "К-0001"
NAME = "Памятка клиенту"
SUBJECTS = {
    SourceRow.ORDER: Selection(orders=[ORDER]),
    SourceRow.CLAIM: Selection(orders=[ORDER]),
    SourceRow.CONTRACT: Selection(contract=CONTRACT),
    SourceRow.CLIENT: Selection(client=CLIENT),
    SourceRow.TRANSFER: Selection(client=CLIENT),
}


def row(**values: str) -> Row:
    """A row of the sheet; `made_from` and so on instead of the titles."""
    titles = {
        "name": "Название",
        "made_from": "Из чего",
        "folder": "Папка",
        "shows": "Показывает цену",
    }
    whole = {"name": NAME, "made_from": "заказ", "folder": "Письма", "shows": "нет"} | values
    return {titles[key]: value for key, value in whole.items()}


def declare(root: Path, *rows: Row) -> None:
    """Type rows into the sheet, which comes empty."""
    book = load_workbook(root / SETTINGS)
    sheet = book["Документы"]
    header = next(cells for cells in sheet.iter_rows() if cells[0].value == "Название")
    for number, values in enumerate(rows, (header[0].row or 0) + 1):
        for column, value in zip("ABCD", values.values(), strict=True):
            sheet[f"{column}{number}"] = str(value)
    book.save(root / SETTINGS)


def company(folder: Path, *rows: Row, text: str = "Уважаемый {{ client.name }}!") -> Path:
    """A workspace with own documents, each of the same text."""
    root = healthy(folder)
    declare(root, *rows)
    for one in rows:
        document: Any = Document()
        document.add_paragraph(text)
        document.save(str(root / "Шаблоны" / f"{one['Название']}.docx"))
    return root


def ask_at_stage(root: Path, documents: str) -> None:
    """Let the stage of the order ask for documents."""
    for name, sheet, cell, value in (
        (SETTINGS, "Стадии", cell_of(root / SETTINGS, "Стадии", "Документы", 5), documents),
        (BOOK, "Заказы", cell_of(root / BOOK, "Заказы", "Стадия", 1), "2.6"),
    ):
        book = load_workbook(root / name)
        book[sheet][cell] = value
        book.save(root / name)


def text_of(path: Path) -> str:
    return "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)


def test_it_is_made_like_any_other(tmp_path: Path) -> None:
    root = company(tmp_path, row())
    outcome = docs(root, Selection(orders=[ORDER]), kinds=["памятка  Клиенту"], today=TODAY)
    assert outcome.problems == ()
    (file,) = outcome.as_json()["files"]
    assert (file["kind"], file["state"]) == (NAME, "made")
    assert re.fullmatch(rf"Клиенты/К-\S+ .+/Письма/{ORDER} {NAME}\.docx", file["path"])
    assert re.fullmatch(r"Уважаемый .+!", text_of(root / file["path"]))


def test_any_source_and_any_price(tmp_path: Path) -> None:
    rows = [
        row(name=f"{made_from} — {shows}", made_from=made_from, shows=shows)
        for made_from in SourceRow
        for shows in PriceVisibility
    ]
    root = company(tmp_path, *rows)
    assert check(root).exit_code == 0
    for made_from, asked in SUBJECTS.items():
        names = [f"{made_from} — {shows}" for shows in PriceVisibility]
        outcome = docs(root, asked, kinds=names, today=TODAY)
        assert [file["kind"] for file in outcome.as_json()["files"]] == names, outcome.problems


@pytest.mark.parametrize(
    ("shows", "field", "is_known"),
    [
        ("нет", "total.amount", False),
        ("нет", "figures.profit", False),
        ("да", "total.amount", True),
        ("да", "figures.profit", False),
        ("все цифры", "figures.profit", True),
    ],
)
def test_fields_are_those_that_it_may_show(
    tmp_path: Path, shows: str, field: str, is_known: bool
) -> None:
    root = company(tmp_path, row(shows=shows), text=f"{{{{ {field} }}}}")
    codes = [(problem.code, problem.place.file) for problem in check(root).problems]
    assert codes == ([] if is_known else [("template-field", f"Шаблоны/{NAME}.docx")])


def test_client_paper_without_all_figures_has_no_money(tmp_path: Path) -> None:
    root = company(tmp_path, row(made_from="клиент", shows="да"), text="{{ money.profit }}")
    assert [problem.code for problem in check(root).problems] == ["template-field"]


def test_check_wants_its_template(tmp_path: Path) -> None:
    root = company(tmp_path, row())
    assert check(root).exit_code == 0
    (root / "Шаблоны" / f"{NAME}.docx").unlink()
    assert [problem.code for problem in check(root).problems] == ["template-missing"]


def test_a_stage_asks_for_it_by_its_name(tmp_path: Path) -> None:
    root = company(tmp_path, row())
    ask_at_stage(root, f"invoice, {NAME.upper()}")
    assert validate(root, today=TODAY).problems == ()
    outcome = docs(root, Selection(orders=[ORDER]), today=TODAY)
    assert [file["kind"] for file in outcome.as_json()["files"]] == ["invoice", NAME]


def test_contract_and_client_have_theirs_without_asking(tmp_path: Path) -> None:
    mine = row(name="Опись", made_from="договор", folder="Договор")
    root = company(tmp_path, mine, row(made_from="клиент", folder="папка клиента"))
    for asked, name in ((SUBJECTS[SourceRow.CONTRACT], "Опись"), (Selection(client=CLIENT), NAME)):
        made = docs(root, asked, today=TODAY).as_json()["files"]
        assert name in [file["kind"] for file in made]
    assert (root / next(f["path"] for f in made if f["kind"] == NAME)).parent.name.startswith("К-")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "Договор"}, "document-is-standard"),
        ({"name": "invoice"}, "document-is-standard"),
        ({"name": "План"}, "document-is-standard"),
        ({"name": "../../x"}, "document-name"),
        ({"name": "Акт, счёт"}, "document-name"),
        ({"name": "ж" * 61}, "document-name"),
        ({"made_from": "позиция"}, "not-a-choice"),
    ],
)
def test_row_that_is_wrong(tmp_path: Path, changes: dict[str, str], code: str) -> None:
    root = healthy(tmp_path)
    declare(root, row(**changes))
    assert [problem.code for problem in validate(root, today=TODAY).problems] == [code]
    assert check(root).exit_code == 0


def test_settings_without_the_sheet_are_whole(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    book = load_workbook(root / SETTINGS)
    book.remove(book["Документы"])
    book.save(root / SETTINGS)
    assert validate(root, today=TODAY).problems == ()
    assert check(root).exit_code == 0
    with pytest.raises(UsageError, match="нет документа «Памятка клиенту»"):
        docs(root, Selection(orders=[ORDER]), kinds=[NAME], today=TODAY)


def test_error_in_its_row_is_told_where_a_stage_asks_for_it(tmp_path: Path) -> None:
    root = company(tmp_path, row(folder="Подвал"))
    ask_at_stage(root, NAME)
    outcome = docs(root, Selection(orders=[ORDER]), today=TODAY)
    assert outcome.as_json()["files"] == []
    assert [problem.place.sheet for problem in outcome.problems] == ["Документы"]


def test_ids_of_kinds_are_their_own() -> None:
    assert len({kind.id for kind in KINDS}) == len(KINDS)
