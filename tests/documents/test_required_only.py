"""Papers of rows that hold only what is required: nothing dangles where nothing is known."""

from datetime import date
from pathlib import Path

import pytest

from cmtools.commands.docs import docs
from cmtools.documents.selection import Selection
from support.papers import CLIENT_KINDS, CONTRACT_KINDS, NAMES, ORDER_KINDS, Paper, blemishes
from support.reckoning import Row
from support.workbench import (
    BOOK_OF,
    CLERK,
    FIVE_ENTITIES,
    SALES,
    TODAY,
    required,
    rows_of,
    workspace_with,
)

CLIENTS: dict[str, Row] = {
    "юрлицо": {
        "Код": "К-1",
        "Краткое наименование": "ООО «Лютик»",
        "ИНН": "7707083893",
        "КПП": "770701001",
    },
    "ИП": {"Код": "К-2", "Краткое наименование": "ИП Гусев Л. Л.", "ИНН": "771234567859"},
    "физлицо": {"Код": "К-3", "Краткое наименование": "Ершова Ольга"},
}


def bare_books() -> dict[str, list[Row]]:
    """A client of each form with one order, one contract, and one row of every other sheet."""
    books: dict[str, list[Row]] = {
        sheet: rows_of(sheet) for sheet in ("Организация", "Наценки", "Подрядчики")
    }
    day = date(2026, 11, 2)
    shared: Row = {"Дата": day, "Дата заказа": day, "Дата передачи": day, "Дата задания": day}
    shared |= {
        "Срок": day,
        "Менеджер": SALES,
        "Передал": CLERK,
        "Принял": SALES,
        "Причина": "прочее",
    }
    shared |= {"Вид заявки": "окончательная", "Стадия": "3.7", "Дизайнер": "Фомина Вера"}
    shared |= {"Вид продукции": "визитки", "Наименование": "Визитки", "Тираж": 100, "Ед.": "шт"}
    shared |= {"Дизайн": "новый макет", "№ п/п": 1, "Сумма": 10, "Решение": "в работе"}
    shared |= {"Вид документа": "чертёж", **FIVE_ENTITIES}
    sheets = (
        "Клиенты",
        "Заказы",
        "Позиции",
        "Претензии",
        "Макеты",
        "Договоры",
        "Передачи клиентов",
    )
    for place, (form, client) in enumerate(CLIENTS.items(), 1):
        own: Row = {"№ заказа": f"З-{place}", "№ договора": f"Д-{place}", "№ макета": f"М-{place}"}
        own |= {"Код клиента": client["Код"], "Форма": form, **client}
        for sheet in sheets:
            row = {name: (shared | own)[name] for name in required(sheet) if name in shared | own}
            books.setdefault(sheet, []).append(row)
        books["Заказы"][-1]["№ договора"] = f"Д-{place}"
        books["Позиции"][-1]["Себестоимость за ед."] = 2.35
        books["Клиенты"][-1] |= {"КПП": client.get("КПП")}
        for subject in ("№ заказа", "№ договора"):
            row = {subject: own[subject], "Вид документа": "чертёж"}
            books.setdefault("Документы", []).append(row)
    return books


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Paper]]:
    """Kind → its papers of the three clients."""
    root: Path = workspace_with(tmp_path_factory.mktemp("sparse"), bare_books())
    found: dict[str, list[Paper]] = {kind: [] for kind in NAMES}
    asked = [(Selection(orders=[f"З-{place}" for place in (1, 2, 3)]), ORDER_KINDS)]
    asked += [(Selection(contract=f"Д-{place}"), CONTRACT_KINDS) for place in (1, 2, 3)]
    asked += [(Selection(client=f"К-{place}"), CLIENT_KINDS) for place in (1, 2, 3)]
    for subject, kinds in asked:
        outcome = docs(root, subject, kinds=tuple(kinds), today=TODAY)
        errors = [problem for problem in outcome.problems if problem.is_error]
        assert [f"{p.place.sheet} {p.column}: {p.message}" for p in errors] == []
        for file in outcome.as_json()["files"]:
            found[file["kind"]].append(Paper(root / file["path"]))
    return found


@pytest.mark.parametrize("kind", NAMES)
def test_nothing_dangles(papers: dict[str, list[Paper]], kind: str) -> None:
    """None shows `None`, `nan`, an empty pair of brackets or a leftover `{{`."""
    assert len(papers[kind]) == 3
    assert {paper.path.name: spots for paper in papers[kind] if (spots := blemishes(paper))} == {}


def test_the_rows_are_bare() -> None:
    """Nothing but required columns, save what a paper cannot be made without."""
    assert "Заказы" in BOOK_OF
    extra = set(bare_books()["Заказы"][0]) - set(required("Заказы"))
    assert extra == {"№ договора"}
