"""`cmtools repeat`: the rows of a new request, from those of an order."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from cmtools.agenda.repeat_order import next_number
from cmtools.commands.repeat import repeat
from cmtools.commands.validate import validate
from cmtools.errors import Unavailable, UsageError
from support.priced import FIRST, SECOND
from support.program import run
from support.workbench import HEALTHY, ORDERS, SETTINGS, TODAY, add, healthy, put

NOW = datetime(2026, 11, 21, 9, 30)
NEW = "З-2026-0004"
DRAFT = "Предварительные заказы — черновик.xlsx"
BACKUP = "Предварительные заказы — резерв 2026-11-21 09-30-00.xlsx"


def rows(path: Path, sheet: str, number: str) -> list[dict[str, object]]:
    """The filled cells of an order's rows, by title."""
    header, *found = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    titles = [str(title).rstrip("*") for title in header]
    named = [dict(zip(titles, row, strict=True)) for row in found]
    return [
        {title: value for title, value in row.items() if value is not None}
        for row in named
        if row["№ заказа"] == number
    ]


def test_a_new_request_like_an_order(tmp_path: Path) -> None:
    """What was agreed with the client stays, what time has changed is left out."""
    root = healthy(tmp_path)
    before = (root / ORDERS).read_bytes()
    result = repeat(root, SECOND, quantities=["2=700"], today=TODAY, now=NOW)
    assert result.as_json() == {
        "order": NEW,
        "positions": [1, 2],
        "missing_layouts": [1],
        "files": [DRAFT],
    }
    assert (root / ORDERS).read_bytes() == before
    old, (new,) = HEALTHY["Заказы"][1], rows(root / DRAFT, "Заказы", NEW)
    kept = ("Код клиента", "Менеджер", "Способ доставки", "Адрес доставки", "Стоимость доставки")
    today = datetime(2026, 11, 21)
    assert new == {
        "№ заказа": NEW,
        "Дата заказа": today,
        "Вид заявки": "предварительная",
        "Стадия": "5.1 Предоставить клиенту специальные условия за повторный заказ",
        "Дата стадии": today,
        "Примечание": f"повтор заказа {SECOND}",
        **{title: new[title] for title in ("Предоплата, %", "Срок оплаты остатка, дней")},
        **{title: old[title] for title in (*kept, "Подрядчик") if title in old},
    }
    lines = rows(root / DRAFT, "Позиции", NEW)
    typed = [line for line in HEALTHY["Позиции"] if line["№ заказа"] == SECOND]
    same = ("№ п/п", "Вид продукции", "Наименование", "Ед.")
    assert [[line[title] for title in same] for line in lines] == [
        [line[title] for title in same] for line in typed
    ]
    assert [line["Тираж"] for line in lines] == [typed[0]["Тираж"], 700]
    assert {*lines[0]} & {"Себестоимость за ед.", "Доп. расходы", "Цена вручную"} == set()


def test_in_place_after_a_backup(tmp_path: Path) -> None:
    """The book stays in order, and a second repeat has the next number."""
    root = healthy(tmp_path)
    before = (root / ORDERS).read_bytes()
    result = repeat(root, FIRST, in_place=True, today=TODAY, now=NOW)
    assert result.files == (BACKUP, ORDERS)
    assert (root / BACKUP).read_bytes() == before
    assert [p for p in validate(root, today=TODAY).problems if p.is_error] == []
    assert repeat(root, FIRST, in_place=True, today=TODAY, now=NOW).order == "З-2026-0005"


def test_each_draft_has_a_request_of_its_own(tmp_path: Path) -> None:
    """None is written over, and no two have one number: all may be put into the inbox."""
    root = healthy(tmp_path)
    drafts = [repeat(root, order, today=TODAY, now=NOW) for order in (FIRST, SECOND)]
    second = DRAFT.replace(".xlsx", " (2).xlsx")
    assert [one.files for one in drafts] == [(DRAFT,), (second,)]
    assert [one.order for one in drafts] == [NEW, "З-2026-0005"]
    assert repeat(root, SECOND, today=TODAY, now=NOW) == drafts[1]  # but it may be made anew
    for one in drafts:
        assert len(rows(root / one.files[0], "Заказы", one.order)) == 1


@pytest.mark.parametrize(
    ("on_file", "missing"),
    [("in the sheet", ()), ("in the folder", ()), ("nowhere", (1,)), ("not ready", (1,))],
)
def test_the_layout_is_taken_where_it_is_on_file(
    on_file: str, missing: tuple[int, ...], tmp_path: Path
) -> None:
    layout = {
        "№ макета": "М-9",
        "№ заказа": FIRST,
        "Дизайнер": "Орлова",
        "Дата задания": date(2026, 10, 1),
        "Срок": date(2026, 10, 9),
        "Дата готовности": date(2026, 10, 8) if on_file == "in the sheet" else None,
    }
    is_listed = on_file in ("in the sheet", "not ready")
    layouts = [add("Макеты", layout)] if is_listed else []
    ready = [put("Позиции", "Дизайн", 0, "готовый макет"), put("Позиции", "Макет", 0, "М-9")]
    root = healthy(tmp_path, *ready, *layouts)
    if on_file == "in the folder":
        folder = root / "Клиенты" / "К-0001 Ромашка" / "Электронные материалы"
        folder.mkdir(parents=True)
        (folder / "М-9").touch()
    assert repeat(root, FIRST, today=TODAY, now=NOW).missing_layouts == missing
    (line,) = rows(root / DRAFT, "Позиции", NEW)
    assert (line["Дизайн"], line.get("Макет")) == ("повтор макета", None if missing else "М-9")


def test_a_line_without_a_design_stays_so(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Позиции", "Дизайн", 0, "без дизайна"))
    assert repeat(root, FIRST, today=TODAY, now=NOW).missing_layouts == ()
    (line,) = rows(root / DRAFT, "Позиции", NEW)
    assert (line["Дизайн"], line.get("Макет")) == ("без дизайна", None)


@pytest.mark.parametrize(
    ("number", "known", "following"),
    [
        ("З-2026-0001", ["З-2026-0001", "З-2026-0119", "З-2025-0300"], "З-2026-0120"),
        ("З-2025-0300", ["З-2025-0300"], "З-2026-0001"),
        ("З-2025-0300", ["З-2026-0041", "з-2026-0042"], "З-2026-0043"),
        ("К17", ["К17", "К9"], "К18"),
        ("0007", ["0007"], "0008"),
        ("Срочный", ["Срочный"], "Срочный-2"),
        ("Срочный", ["Срочный", "Срочный-2"], "Срочный-3"),
        ("ЗАКАЗ 2025", ["ЗАКАЗ 2025"], "ЗАКАЗ 2026-2"),
        ("2025/15-А", ["2025/15-А"], "2026/15-А-2"),
    ],
)
def test_the_next_number_of_a_pattern(number: str, known: list[str], following: str) -> None:
    assert next_number(number, known, TODAY) == following


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("З-2026-9999",), "нет заказа «З-2026-9999»"),
        ((FIRST, "--quantity", "пять"), "--quantity пять: нужно № п/п=тираж, например 1=500"),
        ((FIRST, "--quantity", "1=0"), "--quantity 1=0: нужно № п/п=тираж"),
        ((FIRST, "--quantity", "7=5"), "--quantity 7=5: в заказе нет такой позиции; есть 1"),
    ],
)
def test_wrong_calls(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    answer = run("repeat", *arguments, "--json", "--today", f"{TODAY}", folder=healthy(tmp_path))
    assert answer.code == 2
    assert json.loads(answer.out)["error"].startswith(said)


def test_an_order_with_errors_is_not_repeated(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Позиции", "Тираж", 0, "много"))
    with pytest.raises(UsageError, match=f"в позициях заказа {FIRST} есть ошибки"):
        repeat(root, FIRST, today=TODAY, now=NOW)


def test_settings_that_cannot_be_read_leave_no_stage(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    (root / SETTINGS).write_bytes(b"PK damaged")
    with pytest.raises(UsageError, match="стадии не прочитаны"):
        repeat(root, SECOND, today=TODAY, now=NOW)


def test_an_open_book_is_not_written(tmp_path: Path) -> None:
    """A draft is made all the same."""
    root = healthy(tmp_path)
    (root / f"~${ORDERS}").touch()
    before = (root / ORDERS).read_bytes()
    with pytest.raises(Unavailable, match="открыта"):
        repeat(root, SECOND, in_place=True, today=TODAY, now=NOW)
    assert (root / ORDERS).read_bytes() == before
    assert repeat(root, SECOND, today=TODAY, now=NOW).files == (DRAFT,)
