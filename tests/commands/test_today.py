"""`cmtools today` and `cmtools board`: their answers, the calendar file, what a person sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from cmtools.cli.console.render import print_result
from cmtools.commands.board import board
from cmtools.commands.losses import losses
from cmtools.commands.result import ExitCode, Result
from cmtools.commands.today import today
from cmtools.errors import UsageError
from support.workbench import CLERK, HEALTHY, SALES, TODAY, Row, add, healthy, put


def november(day: int) -> date:
    return date(2026, 11, day)


def screen(result: Result, width: int) -> list[str]:
    printed = StringIO()
    print_result(result, Console(width=width, highlight=False, emoji=False, file=printed))
    return printed.getvalue().splitlines()


def test_the_answer_of_today(tmp_path: Path) -> None:
    answer = today(healthy(tmp_path), today=TODAY).as_json()
    assert (answer["date"], answer["left_out"]) == ("2026-11-21", 0)
    assert [duty["kind"] for duty in answer["duties"]] == [
        *("original", "contract", "handover", "prepayment", "plan", "report", "claim")
    ]
    claim = answer["duties"][-1]
    assert claim == {
        "kind": "claim",
        "date": "2026-11-27",
        "order": "З-2026-0002",
        "client": "К-0002",
        "manager": SALES,
        "text": "Решить претензию: Помятая упаковка",
        "amount": "200.00",
        "source": "Предварительные заказы.xlsx#Претензии!F3",
    }


def test_the_duties_of_one_manager_and_of_everybody(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    kinds = {duty.kind for duty in today(root, manager=CLERK.upper(), today=TODAY).duties}
    assert kinds == {"plan", "report"}
    with pytest.raises(UsageError, match=f"может быть, «{CLERK}»"):
        today(root, manager="Смирнов Петр Ильич.", today=TODAY)


def test_an_order_in_error_is_counted(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Заказы", "Срок поставки", 1, "скоро"))
    result = today(root, today=TODAY)
    assert result.left_out == 1
    assert all(duty.order != "З-2026-0002" for duty in result.duties if duty.kind == "contract")
    assert "Не вошли заказы с ошибками в строке: 1 — cmtools validate" in screen(result, 80)


def test_a_year_without_known_transfers_is_a_warning(tmp_path: Path) -> None:
    result = today(healthy(tmp_path), today=date(2031, 3, 3))
    assert [problem.code for problem in result.problems] == ["calendar-unknown"]
    assert result.exit_code is ExitCode.DONE


def events_of(path: Path) -> list[dict[str, str]]:
    """The properties of each event and of its reminder, read by the words of RFC 5545, 3.1."""
    content = path.read_bytes()
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    lines = content.replace(b"\r\n ", b"").decode().split("\r\n")
    assert (lines[0], lines[-2:]) == ("BEGIN:VCALENDAR", ["END:VCALENDAR", ""])
    events: list[dict[str, str]] = []
    parts: list[str] = []
    for line in lines[:-1]:
        name, value = line.split(":", 1)
        if name == "BEGIN":
            parts.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert parts.pop() == value
        elif len(parts) > 1:
            prefix = "" if parts[-1] == "VEVENT" else f"{parts[-1]} "
            text = value.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";")
            assert events[-1].setdefault(prefix + name, text) == text
    assert parts == []
    return events


class ImportedCalendar(dict[str, dict[str, str]]):
    """A calendar of a person: an event comes in by its UID unless a newer one is there."""

    def take(self, path: Path) -> None:
        for event in events_of(path):
            known = self.get(event["UID"])
            if known is None or int(event["SEQUENCE"]) >= int(known["SEQUENCE"]):
                self[event["UID"]] = event

    @property
    def claims(self) -> list[tuple[str, int]]:
        return [
            (event["DTSTART;VALUE=DATE"], int(event["SEQUENCE"]))
            for event in self.values()
            if "претензию" in event["SUMMARY"]
        ]


def test_the_calendar_is_read_by_another_reader(tmp_path: Path) -> None:
    path = tmp_path / "дела.ics"
    result = today(healthy(tmp_path / "ws"), ics=path, today=TODAY)
    events = events_of(path)
    assert len({event["UID"] for event in events}) == len(events) == len(result.duties)
    (claim,) = [event for event in events if "претензию" in event["SUMMARY"]]
    assert claim.pop("UID").startswith("claim-")
    assert claim == {
        "DTSTAMP": "20261121T000000Z",
        "DTSTART;VALUE=DATE": "20261127",
        "SEQUENCE": "324",
        "SUMMARY": "Решить претензию: Помятая упаковка · З-2026-0002",
        "DESCRIPTION": "Кузнецова Дарья\nПредварительные заказы.xlsx, лист «Претензии», F3",
        "VALARM ACTION": "DISPLAY",
        "VALARM DESCRIPTION": "Решить претензию: Помятая упаковка",
        "VALARM TRIGGER": "PT9H",
    }


def test_a_birthday_comes_every_year(tmp_path: Path) -> None:
    path = tmp_path / "дела.ics"
    today(healthy(tmp_path / "ws"), ics=path, today=date(2027, 2, 27))
    days = {(e["DTSTART;VALUE=DATE"], e["RRULE"]) for e in events_of(path) if "RRULE" in e}
    assert days == {("20270228", "FREQ=YEARLY")}


def test_a_calendar_that_imports_again_has_each_duty_once_on_its_day(tmp_path: Path) -> None:
    """A day that moved either way raises SEQUENCE by one."""
    path, mine = tmp_path / "дела.ics", ImportedCalendar()
    later, made = date(2026, 11, 23), []
    for number, claimed in enumerate((20, 20, 19, 20)):
        root = healthy(tmp_path / str(number), put("Претензии", "Дата", 1, november(claimed)))
        today(root, ics=path, today=later)
        mine.take(path)
        mine.take(path)
        made += mine.claims
    assert made == [("20261127", 326), ("20261127", 326), ("20261126", 327), ("20261127", 328)]


def test_a_duty_that_was_away_comes_back_as_newer(tmp_path: Path) -> None:
    path, mine = tmp_path / "дела.ics", ImportedCalendar()
    decided = put("Претензии", "Решение", 1, "отклонена")
    for day, change in (
        (23, put("Претензии", "Дата", 1, november(19))),
        (24, decided),
        (25, put("Претензии", "Дата", 1, november(20))),
    ):
        today(healthy(tmp_path / str(day), change), ics=path, today=november(day))
        mine.take(path)
    assert mine.claims == [("20261127", 328)]


def test_a_file_that_is_no_calendar_of_ours_stays(tmp_path: Path) -> None:
    path = tmp_path / "встречи.ics"
    path.write_text("BEGIN:VCALENDAR\nPRODID:-//другая//RU\nEND:VCALENDAR\n", "utf-8")
    before = path.read_bytes()
    with pytest.raises(UsageError, match="назовите другой файл"):
        today(healthy(tmp_path / "ws"), ics=path, today=TODAY)
    assert path.read_bytes() == before


def test_the_board_has_every_stage_and_the_open_orders(tmp_path: Path) -> None:
    answer = board(healthy(tmp_path), today=date(2026, 11, 25)).as_json()
    stages = {stage["code"]: stage for stage in answer["stages"]}
    assert list(stages)[:3] == ["2.1", "2.2", "2.3"]
    assert len(stages) == 20
    (order,) = stages["2.3"]["orders"]
    assert order == {
        "order": "З-2026-0003",
        "client": "К-0001",
        "name": "ООО «Ромашка»",
        "manager": SALES,
        "days": 4,
        "over": 1,
        "due": None,
        "amount": None,
        "paid": "0.00",
        "debt": None,
    }
    (order,) = stages["3.3"]["orders"]
    assert (order["days"], order["over"], order["due"], order["paid"]) == (
        *(7, 0, "2026-11-30", "20000.00"),
    )
    assert stages["4.3"]["orders"] == []  # that one is closed


def test_what_stands_on_the_board_and_for_how_long(tmp_path: Path) -> None:
    """At the norm nothing is over; a stage without a day or a norm has none either."""
    changes: tuple[Row, ...] = (
        {"Дата стадии": date(2026, 11, 18)},  # 3 working days, as many as the norm
        {"Дата стадии": date(2026, 11, 17)},
        {"Дата стадии": None},
        {"Стадия": "3.3", "Дата стадии": date(2026, 11, 2)},
        {"Срок поставки": "вчера"},
        {"Стадия": "4.3", "Дата закрытия": date(2026, 11, 20)},
    )
    like = HEALTHY["Заказы"][2]
    rows = [{**like, "№ заказа": f"З-2026-001{n}", **own} for n, own in enumerate(changes)]
    answer = board(healthy(tmp_path, add("Заказы", *rows)), today=date(2026, 11, 23)).as_json()
    assert {
        order["order"][-4:]: (stage["code"], order["days"], order["over"])
        for stage in answer["stages"]
        for order in stage["orders"]
    } == {
        "0002": ("3.3", 5, 0),
        "0003": ("2.3", 2, 0),
        "0010": ("2.3", 3, 0),
        "0011": ("2.3", 4, 1),
        "0012": ("2.3", None, 0),
        "0013": ("3.3", 14, 0),
    }
    assert answer["left_out"] == 1


@pytest.mark.parametrize("width", [80, 120])
def test_no_screen_is_wider_than_the_window(width: int, tmp_path: Path) -> None:
    root = healthy(tmp_path)
    for result in (today(root, today=TODAY), board(root, today=TODAY)):
        lines = screen(result, width)
        assert max(map(len, lines)) <= width
    assert any("3.3 Контролировать прохождение заказа по стадиям" in line for line in lines)


@pytest.mark.parametrize("width", [80, 120])
def test_a_screen_shows_the_most_urgent_and_counts_the_rest(width: int, tmp_path: Path) -> None:
    """JSON and the agenda have all of them."""
    paper = {"№ заказа": "З-2026-0002", "Вид документа": "акт"}
    root = healthy(tmp_path, *(add("Документы", paper) for _ in range(60)))
    result = today(root, today=TODAY)
    late = [duty for duty in result.duties if duty.date < TODAY]
    lines = screen(result, width)
    text = " ".join(" ".join(lines).split())
    assert len(late) == 66
    assert f"…и ещё 26: все — в «{result.files[0]}»" in text
    assert max(map(len, lines)) <= width
    assert len(result.as_json()["duties"]) == len(result.duties) > 66


def test_the_board_says_in_any_colours_how_far_an_order_is_over_its_norm(tmp_path: Path) -> None:
    lines = screen(board(healthy(tmp_path), today=november(25)), 80)
    (order,) = [line.split() for line in lines if line.startswith("З-2026-0003")]
    assert order == ["З-2026-0003", "ООО", "«Ромашка»", "4", "(+1)", "—", "нет", "цены"]


def test_the_board_shows_the_orders_of_a_stage_that_are_due_first(tmp_path: Path) -> None:
    result = board(healthy(tmp_path), today=TODAY)
    (stages,) = [found for found in result.stages if found[0].code == "3.3"]
    many = replace(result, stages=((stages[0], (*stages[1],) * 45),))
    assert "…и ещё 5: все — на листе «Заказы» повестки (cmtools today)" in screen(many, 80)


def test_the_board_begins_with_the_orders_and_the_money_of_each_stage(tmp_path: Path) -> None:
    result = board(healthy(tmp_path), today=november(25))
    top = [" ".join(line.split()) for line in screen(result, 80)]
    assert [line for line in top[: top.index("")] if "─" not in line] == [
        "Стадия Заказов Сверх нормы Сумма Долг",
        "2.3 Получить от подрядчик… 1 1 0,00 0,00",
        "3.3 Контролировать прохож… 1 50 050,00 30 050,00",
        "Всего 2 1 50 050,00 30 050,00",
    ]


def test_a_book_that_is_missing_is_named(tmp_path: Path) -> None:
    """Without the settings there are no stages: an answer without duties is no quiet morning."""
    root = healthy(tmp_path)
    (root / "Настройки.xlsx").unlink()
    results: tuple[Result, ...] = (
        today(root, today=TODAY),
        board(root, today=TODAY),
        losses(root, days=60, today=TODAY),
    )
    for result in results:
        assert result.exit_code is ExitCode.PROBLEMS
        assert ("file-missing", "Настройки.xlsx") in {
            (problem["code"], problem["file"]) for problem in result.as_json()["problems"]
        }
        assert any("Настройки.xlsx" in line for line in screen(result, 80))
