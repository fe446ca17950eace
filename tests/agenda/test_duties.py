"""Each kind of duty on the day on which it begins, and just not the day before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from cmtools.agenda.duties import KINDS, find_duties
from cmtools.agenda.managers import duties_of
from cmtools.agenda.rows import AgendaRows, read_rows
from cmtools.agenda.workdays import add_workdays, is_workday, knows_transfers, workdays_between
from cmtools.commands.plan import plan
from cmtools.commands.session import open_session
from support.workbench import CLERK, CONTRACTOR, SALES, TODAY, Change, add, healthy, put

DAY = "%d.%m.%Y"


def november(day: int) -> date:
    return date(2026, 11, day)


def duties(root: Path, today: date) -> list[tuple[str, str, str | None]]:
    """(kind, day, order or client) of every duty of a workspace."""
    session = open_session(root, today)
    found = find_duties(read_rows(session, today))
    return [(duty.kind, f"{duty.date:{DAY}}", duty.order or duty.client) for duty in found]


def test_the_whole_morning_of_a_small_company(tmp_path: Path) -> None:
    """Overdue first, by money then by day; what is not due yet is not there."""
    assert duties(healthy(tmp_path), TODAY) == [
        ("original", "05.11.2026", "З-2026-0002"),
        ("contract", "16.11.2026", "З-2026-0002"),
        ("handover", "05.11.2026", "З-2026-0001"),
        ("prepayment", "16.11.2026", "З-2026-0002"),
        ("plan", "31.10.2026", None),
        ("report", "05.11.2026", None),
        ("claim", "27.11.2026", "З-2026-0002"),
    ]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A kind of duty: the changes that bring it about, and the days with and without it."""

    kind: str
    day: str
    of: str | None
    first: date
    never: date | None = None
    changes: tuple[Change, ...] = field(default=())


ORDER = "З-2026-0002"
SHIPPED = {"№ заказа": ORDER, "Вид": "отгружено клиенту", "Сумма": 1}
CASES = (
    Case(kind="production", day="27.11.2026", of=ORDER, first=november(25), never=november(24)),
    Case(
        kind="production",  # nobody works from 31.12 to 10.01
        day="12.01.2027",
        of=ORDER,
        first=date(2026, 12, 30),
        never=date(2026, 12, 29),
        changes=(
            put("Заказы", "Срок изготовления", 1, date(2027, 1, 12)),
            put("Заказы", "Срок поставки", 1, date(2027, 1, 20)),
        ),
    ),
    Case(kind="delivery", day="30.11.2026", of=ORDER, first=november(26), never=november(25)),
    Case(
        kind="stage",  # at 2.3 from Thursday 19.11, the norm is three days
        day="24.11.2026",
        of="З-2026-0003",
        first=november(25),
        never=november(24),
    ),
    Case(
        kind="contractor",
        day="24.11.2026",
        of="З-2026-0003",
        first=november(19),
        changes=(put("Заказы", "Подрядчик", 2, CONTRACTOR),),
    ),
    Case(
        kind="approval",
        day="05.11.2026",
        of=ORDER,
        first=november(21),
        changes=(put("Позиции", "Цена вручную", 1, 105),),
    ),
    Case(kind="contract", day="16.11.2026", of=ORDER, first=november(21)),
    Case(
        kind="prepayment",  # at 2.6 from Monday 16.11: due on Monday 23.11
        day="23.11.2026",
        of=ORDER,
        first=november(19),
        never=november(18),
        changes=(put("Заказы", "Стадия", 1, "2.6"),),
    ),
    Case(
        kind="prepayment",  # at 2.6 from Friday 31.10.2025: Saturday 01.11 was worked, 03.11 not
        day="10.11.2025",
        of=ORDER,
        first=date(2025, 11, 6),
        never=date(2025, 11, 5),
        changes=(
            put("Заказы", "Дата заказа", 1, date(2025, 10, 30)),
            put("Заказы", "Дата стадии", 1, date(2025, 10, 31)),
            put("Заказы", "Стадия", 1, "2.6"),
        ),
    ),
    Case(
        kind="balance",
        day="10.12.2026",
        of=ORDER,
        first=date(2026, 12, 8),
        never=date(2026, 12, 7),
    ),
    Case(
        kind="balance",  # ten days after the last shipment, whatever Срок поставки was
        day="30.11.2026",
        of=ORDER,
        first=november(26),
        never=november(25),
        changes=(add("Поставки", {**SHIPPED, "Дата": november(20), "Количество": 1}),),
    ),
    Case(
        kind="quality",
        day="20.11.2026",
        of=ORDER,
        first=november(21),
        changes=(put("Поставки", "Качество", 2, None),),
    ),
    Case(
        kind="sample",
        day="20.11.2026",
        of=ORDER,
        first=november(21),
        changes=(put("Поставки", "Контрольный образец", 2, None),),
    ),
    Case(
        kind="readiness",
        day="17.11.2026",
        of=ORDER,
        first=november(16),
        changes=(put("Заказы", "Стадия", 1, "3.6"),),
    ),
    Case(
        kind="act",
        day="20.11.2026",
        of=ORDER,
        first=november(21),
        changes=(add("Поставки", {**SHIPPED, "Дата": november(20), "Количество": 1}),),
    ),
    Case(kind="original", day="05.11.2026", of=ORDER, first=november(21)),
    Case(kind="handover", day="05.11.2026", of="З-2026-0001", first=november(21)),
    Case(
        kind="closing",
        day="08.11.2026",
        of="З-2026-0001",
        first=november(21),
        changes=(put("Заказы", "Дата закрытия", 0, None),),
    ),
    Case(
        kind="mark",  # shipped on Friday 20.11, three working days are the norm of 4.2
        day="25.11.2026",
        of=ORDER,
        first=november(21),
        changes=(add("Поставки", {**SHIPPED, "Дата": november(20), "Количество": 800}),),
    ),
    Case(kind="claim", day="27.11.2026", of=ORDER, first=november(21)),
    Case(
        kind="repeat",
        day="10.12.2026",
        of="З-2026-0001",
        first=date(2026, 12, 10),
        never=date(2026, 12, 9),
        changes=(put("Заказы", "Код клиента", 2, "К-0003"),),
    ),
    Case(kind="touch", day="01.12.2026", of="К-0001", first=date(2026, 12, 1), never=november(30)),
    Case(
        kind="touch",  # повторный since 05.11: sixty days after the last contact
        day="11.01.2027",
        of="К-0002",
        first=date(2027, 1, 11),
        never=date(2027, 1, 10),
    ),
    Case(
        kind="touch",
        day="16.11.2026",
        of="К-0003",
        first=november(16),
        never=november(15),
        changes=(put("Клиенты", "Особый статус", 2, "VIP"),),
    ),
    Case(
        kind="birthday",  # 29 February is the 28th in other years
        day="28.02.2027",
        of="К-0002",
        first=date(2027, 2, 25),
        never=date(2027, 2, 24),
        changes=(put("Клиенты", "День рождения руководителя", 1, date(1980, 2, 29)),),
    ),
    Case(
        kind="birthday",
        day="29.02.2028",
        of="К-0002",
        first=date(2028, 2, 26),
        never=date(2028, 2, 25),
        changes=(put("Клиенты", "День рождения руководителя", 1, date(1980, 2, 29)),),
    ),
    Case(
        kind="birthday",  # over the turn of the year
        day="01.01.2027",
        of="К-0002",
        first=date(2026, 12, 29),
        never=date(2026, 12, 28),
        changes=(put("Контактные лица", "День рождения", 1, date(1980, 1, 1)),),
    ),
    Case(
        kind="company-day",
        day="01.06.2027",
        of="К-0001",
        first=date(2027, 5, 29),
        never=date(2027, 5, 28),
    ),
    Case(
        kind="holiday",
        day="15.12.2026",
        of=None,
        first=date(2026, 12, 12),
        never=date(2026, 12, 11),
    ),
    Case(kind="design", day="25.11.2026", of="З-2026-0003", first=november(23), never=november(22)),
    Case(kind="task", day="27.11.2026", of="К-0001", first=november(25), never=november(24)),
    Case(kind="plan", day="30.11.2026", of=None, first=november(26), never=november(25)),
    Case(kind="report", day="05.12.2026", of=None, first=date(2026, 12, 1), never=november(30)),
    Case(
        kind="director",
        day="05.11.2026",
        of="К-0002",
        first=november(21),
        changes=(put("Клиенты", "Особый статус", 1, "проблемный"),),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind} {case.of or ''}")
def test_a_duty_begins_on_its_day(case: Case, tmp_path: Path) -> None:
    root = healthy(tmp_path, *case.changes)
    duty = (case.kind, case.day, case.of)
    assert duty in duties(root, case.first)
    if case.never is not None:
        assert duty not in duties(root, case.never)


FIRST, THIRD = "З-2026-0001", "З-2026-0003"
LOW_MARGIN = put("Позиции", "Цена вручную", 1, 105)
AT_INVOICE = put("Заказы", "Стадия", 1, "2.6")
REOPENED = put("Заказы", "Дата закрытия", 0, None)
TROUBLED = put("Клиенты", "Особый статус", 1, "проблемный")
GREETED = {"Вид": "поздравление", "Кто от компании": SALES, "Содержание": "Поздравили"}


def paid(amount: float, on: date = november(20)) -> Change:
    row = {"Дата": on, "№ заказа": ORDER, "Вид": "от клиента", "Сумма": amount}
    return add("Платежи", row)


def shipped(quantity: int) -> Change:
    return add("Поставки", {**SHIPPED, "Дата": november(20), "Количество": quantity})


def received(quantity: int, quality: str = "принято") -> Change:
    row = {"Дата": november(20), "№ заказа": ORDER, "Вид": "получено от подрядчика"}
    return add("Поставки", {**row, "Количество": quantity, "Сумма": 1, "Качество": quality})


def talked(client: str, on: date, **more: object) -> Change:
    row = {"Дата": on, "Код клиента": client, **GREETED, "Вид": "звонок", **more}
    return add("Журнал контактов", row)


def greeted(client: str, on: date) -> Change:
    return add("Журнал контактов", {"Дата": on, "Код клиента": client, **GREETED})


@dataclass(frozen=True, kw_only=True)
class Done:
    """A kind of duty, changes with which it is just still there, and one with which it is not."""

    kind: str
    of: str | None
    today: date = TODAY
    still: tuple[Change, ...] = ()
    done: tuple[Change, ...]


DONE = (
    # 500 have come, 800 were ordered
    Done(
        kind="production",
        of=ORDER,
        today=november(27),
        still=(received(299), received(300, "брак")),
        done=(received(300),),
    ),
    Done(
        kind="delivery",
        of=ORDER,
        today=november(27),
        still=(shipped(799),),
        done=(shipped(800),),
    ),
    Done(
        kind="stage",
        of=THIRD,
        today=november(25),
        done=(put("Заказы", "Дата стадии", 2, november(20)),),
    ),
    Done(
        kind="contractor",
        of=THIRD,
        still=(
            put("Заказы", "Подрядчик", 2, CONTRACTOR),
            put("Позиции", "Себестоимость за ед.", 3, 4.5),
        ),
        done=(
            put("Заказы", "Подрядчик", 2, CONTRACTOR),
            put("Позиции", "Себестоимость за ед.", 3, 4.5),
            put("Заказы", "Срок изготовления", 2, november(30)),
        ),
    ),
    Done(
        kind="contractor",
        of=THIRD,
        still=(put("Заказы", "Подрядчик", 2, CONTRACTOR),),
        done=(put("Заказы", "Подрядчик", 2, CONTRACTOR), put("Заказы", "Стадия", 2, "2.2")),
    ),
    Done(kind="contractor", of=THIRD, still=(put("Заказы", "Подрядчик", 2, CONTRACTOR),), done=()),
    Done(
        kind="approval",  # the least price with 15 %
        of=ORDER,
        still=(put("Позиции", "Цена вручную", 1, 126.59),),
        done=(put("Позиции", "Цена вручную", 1, 126.6),),
    ),
    Done(
        kind="approval",
        of=ORDER,
        still=(LOW_MARGIN,),
        done=(LOW_MARGIN, put("Заказы", "Согласовано директором", 1, "да")),
    ),
    Done(
        kind="approval",
        of=ORDER,
        still=(LOW_MARGIN,),
        done=(LOW_MARGIN, put("Заказы", "Вид заявки", 1, "предварительная")),
    ),
    Done(
        kind="contract",
        of=ORDER,
        still=(put("Договоры", "Финансовый департамент", 1, november(20)),),
        done=(
            put("Договоры", "Финансовый департамент", 1, november(20)),
            put("Договоры", "Директор", 1, november(20)),
        ),
    ),
    Done(
        kind="contract",
        of=ORDER,
        still=(put("Заказы", "Стадия", 1, "2.5"),),
        done=(put("Заказы", "Стадия", 1, "2.4"),),
    ),
    Done(
        kind="prepayment",
        of=ORDER,
        still=(AT_INVOICE,),
        done=(put("Заказы", "Стадия", 1, "2.5"),),
    ),
    # half of 50 050 was asked, 20 000 came; the last kopeck counts
    Done(kind="prepayment", of=ORDER, still=(paid(5024.99),), done=(paid(5025),)),
    Done(
        kind="balance",
        of=ORDER,
        today=date(2026, 12, 8),
        still=(paid(30049.99),),
        done=(paid(30050),),
    ),
    Done(
        kind="quality",
        of=ORDER,
        still=(put("Поставки", "Качество", 2, None),),
        done=(put("Поставки", "Качество", 2, "брак"),),
    ),
    Done(
        kind="sample",
        of=ORDER,
        still=(put("Поставки", "Контрольный образец", 2, None),),
        done=(
            put("Поставки", "Контрольный образец", 2, None),
            put("Поставки", "Качество", 2, "брак"),
        ),
    ),
    Done(
        kind="readiness",
        of=ORDER,
        still=(put("Заказы", "Стадия", 1, "3.6"),),
        done=(put("Заказы", "Стадия", 1, "3.7"),),
    ),
    Done(
        kind="act",
        of=ORDER,
        still=(shipped(1), add("Документы", {"№ заказа": ORDER, "Вид документа": "счёт"})),
        done=(shipped(1), add("Документы", {"№ заказа": ORDER, "Вид документа": "акт"})),
    ),
    Done(kind="act", of=ORDER, still=(shipped(1),), done=()),
    Done(kind="original", of=ORDER, done=(put("Документы", "Оригинал получен", 2, november(20)),)),
    Done(kind="handover", of=FIRST, done=(put("Документы", "Дата передачи", 0, november(20)),)),
    Done(
        kind="closing",
        of=FIRST,
        still=(REOPENED,),
        done=(REOPENED, put("Платежи", "Сумма", 1, 2819.99)),
    ),
    Done(
        kind="closing",
        of=FIRST,
        still=(REOPENED,),
        done=(REOPENED, put("Заказы", "Оценка клиента", 0, None)),
    ),
    Done(
        kind="closing",
        of=FIRST,
        still=(REOPENED,),
        done=(REOPENED, put("Документы", "Оригинал получен", 0, None)),
    ),
    Done(kind="mark", of=ORDER, still=(shipped(800),), done=(shipped(799),)),
    Done(
        kind="mark",
        of=ORDER,
        still=(shipped(800),),
        done=(shipped(800), put("Заказы", "Оценка клиента", 1, 5)),
    ),
    Done(kind="claim", of=ORDER, done=(put("Претензии", "Решение", 1, "отклонена"),)),
    Done(
        kind="repeat",
        of=FIRST,
        today=date(2026, 12, 10),
        still=(
            put("Заказы", "Код клиента", 2, "К-0003"),
            talked("К-0001", date(2026, 12, 9)),
        ),
        done=(put("Заказы", "Код клиента", 2, "К-0003"), talked("К-0001", date(2026, 12, 10))),
    ),
    Done(
        kind="repeat",
        of=FIRST,
        today=date(2026, 12, 10),
        still=(put("Заказы", "Код клиента", 2, "К-0003"), put("Заказы", "Оценка клиента", 0, 4)),
        done=(put("Заказы", "Код клиента", 2, "К-0003"), put("Заказы", "Оценка клиента", 0, 3)),
    ),
    Done(
        kind="repeat",  # the client has ordered since
        of=FIRST,
        today=date(2026, 12, 10),
        still=(put("Заказы", "Код клиента", 2, "К-0003"),),
        done=(),
    ),
    Done(
        kind="touch",
        of="К-0001",
        today=date(2026, 12, 1),
        still=(talked("К-0001", november(1)),),
        done=(talked("К-0001", november(30)),),
    ),
    Done(
        kind="birthday",
        of="К-0001",
        today=date(2027, 2, 26),
        still=(greeted("К-0001", date(2027, 2, 24)),),
        done=(greeted("К-0001", date(2027, 2, 25)),),
    ),
    Done(
        kind="company-day",
        of="К-0001",
        today=date(2027, 5, 31),
        still=(talked("К-0001", date(2027, 5, 30)),),
        done=(greeted("К-0001", date(2027, 5, 30)),),
    ),
    Done(
        kind="holiday",
        of=None,
        today=date(2026, 12, 13),
        still=tuple(greeted(client, date(2026, 12, 12)) for client in ("К-0001", "К-0002")),
        done=tuple(
            greeted(client, date(2026, 12, 12)) for client in ("К-0001", "К-0002", "К-0003")
        ),
    ),
    Done(
        kind="design",
        of=THIRD,
        today=november(24),
        done=(put("Макеты", "Дата готовности", 1, november(20)),),
    ),
    Done(
        kind="task", of="К-0001", today=november(27), done=(put("Поручения", "Статус", 0, "снято"),)
    ),
    Done(kind="director", of="К-0002", still=(TROUBLED,), done=()),
    Done(  # nothing of the client is overdue any more
        kind="director",
        of="К-0001",
        still=(put("Клиенты", "Особый статус", 0, "VIP"),),
        done=(
            put("Клиенты", "Особый статус", 0, "VIP"),
            put("Документы", "Дата передачи", 0, november(20)),
        ),
    ),
)


@pytest.mark.parametrize("case", DONE, ids=lambda case: f"{case.kind} {case.of or ''}")
def test_a_duty_that_is_done_is_gone(case: Done, tmp_path: Path) -> None:
    def found(folder: str, changes: tuple[Change, ...]) -> set[tuple[str, str | None]]:
        root = healthy(tmp_path / folder, *changes)
        return {(kind, of) for kind, _, of in duties(root, case.today)}

    assert (case.kind, case.of) in found("still", case.still)
    assert (case.kind, case.of) not in found("done", case.done)


def test_every_kind_begins_and_ends_in_a_table() -> None:
    """Plan and report end with files, see below."""
    assert {case.kind for case in CASES} == {*KINDS, "director"}
    assert {case.kind for case in DONE} == {*KINDS, "director"} - {"plan", "report"}


@pytest.mark.parametrize(
    ("stage", "kind", "asked"),
    [
        ("2.6", "предварительная", True),
        ("5.2", "предварительная", False),
        ("5.2", "окончательная", True),
    ],
)
def test_a_repeat_that_is_not_agreed_owes_nothing(
    stage: str, kind: str, asked: bool, tmp_path: Path
) -> None:
    """A repeat stands below the stage of the invoice: a letter would dun a client for nothing."""
    changes = (
        *(put("Заказы", "Стадия", 1, stage), put("Заказы", "Вид заявки", 1, kind)),
        put("Заказы", "№ договора", 1, None),
    )
    found = duties(healthy(tmp_path, *changes), TODAY)
    kinds = {name for name, _, order in found if order == ORDER}
    assert kinds & {"prepayment", "contract"} == ({"prepayment", "contract"} if asked else set())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("День российской печати", "Поздравить клиентов с Днём российской печати"),
        ("Поздравление с наступающим 2027 годом", "Поздравить клиентов с наступающим 2027 годом"),
        ("Святки", "Поздравить клиентов: Святки"),
        ("День нашей фирмы", "Поблагодарить клиентов в наш праздник: День нашей фирмы"),
    ],
)
def test_what_to_do_on_a_holiday(name: str, text: str, tmp_path: Path) -> None:
    root, day = healthy(tmp_path, put("Праздники", "Название", 1, name)), date(2026, 12, 28)
    found = find_duties(read_rows(open_session(root, day), day))
    assert [duty.text for duty in found if duty.kind == "holiday"] == [text]


def test_a_report_that_is_made_and_a_plan_that_is_approved_are_done(tmp_path: Path) -> None:
    session = open_session(healthy(tmp_path), TODAY)
    rows = read_rows(session, TODAY)
    assert {"plan", "report"} <= {duty.kind for duty in find_duties(rows)}
    done = replace(rows, plans={november(1): None}, reports={date(2026, 10, 1)})
    assert not {"plan", "report"} & {duty.kind for duty in find_duties(done)}


def test_two_birthdays_of_one_client_are_two_greetings(tmp_path: Path) -> None:
    """A greeting of the one leaves the other; one that names nobody is for both."""
    day = date(2027, 3, 4)
    born = put("Клиенты", "День рождения руководителя", 0, date(1970, 3, 6))

    def celebrated(name: str, *whom: str | None) -> list[str]:
        greeting = {
            "Дата": day,
            "Код клиента": "К-0001",
            "Вид": "поздравление",
            "Кто от компании": SALES,
            "Содержание": "Поздравили",
        }
        rows = [add("Журнал контактов", {**greeting, "С кем": one}) for one in whom]
        session = open_session(healthy(tmp_path / name, born, *rows), day)
        found = find_duties(read_rows(session, day))
        return [duty.detail for duty in found if duty.kind == "birthday"]

    secretary, head = "Соколова Елена Юрьевна", "Иванов Иван Иванович"
    assert celebrated("none") == [secretary, head]
    assert celebrated("one", secretary.upper()) == [head]
    assert celebrated("both", secretary, head) == celebrated("nobody", None) == []


def test_a_plan_waits_for_approval_in_its_book(tmp_path: Path) -> None:
    """The common plan counts before those of managers, of whom one may still wait."""
    root = healthy(tmp_path)

    def waiting() -> tuple[str, str | None, str | None]:
        rows = read_rows(open_session(root, TODAY), TODAY)
        (duty,) = [duty for duty in find_duties(rows) if duty.kind == "plan"]
        return duty.text, duty.source.file, duty.source.cell

    assert waiting() == ("Составить и утвердить план на 11.2026", "", None)
    (of_manager, _) = plan(root, "2026-11", manager=SALES, today=TODAY).files
    assert waiting() == ("Утвердить план на 11.2026", of_manager, "B3")
    (common, _) = plan(root, "2026-11", today=TODAY).files
    assert waiting() == ("Утвердить план на 11.2026", common, "B3")


@pytest.fixture(scope="module")
def healthy_rows(tmp_path_factory: pytest.TempPathFactory) -> AgendaRows:
    return read_rows(open_session(healthy(tmp_path_factory.mktemp("healthy")), TODAY), TODAY)


def test_a_duty_stays_until_it_is_done(healthy_rows: AgendaRows) -> None:
    """Two years of mornings: nothing but greetings and months passes by itself."""
    passing = {"birthday", "company-day", "holiday", "plan", "report"}
    before: set[tuple[str, str, date]] = set()
    for offset in range(730):
        rows = replace(healthy_rows, today=TODAY + timedelta(days=offset))
        found = find_duties(rows)
        keys = [(duty.kind, duty.key, duty.date) for duty in found]
        assert len(keys) == len({*keys})
        assert before <= {*keys}
        before = {key for key in keys if key[0] not in passing}


def test_an_order_that_is_closed_and_settled_has_no_duties(healthy_rows: AgendaRows) -> None:
    """But for the offer to order again."""
    handed = replace(
        healthy_rows,
        papers=[replace(p, handed=november(6)) if p.received else p for p in healthy_rows.papers],
    )
    for offset in range(0, 730, 7):
        rows = replace(handed, today=TODAY + timedelta(days=offset))
        assert {duty.kind for duty in find_duties(rows) if duty.order == FIRST} <= {"repeat"}


def test_a_deal_is_closed_by_the_money_of_the_client(tmp_path: Path) -> None:
    """What the contractor gets later changes nothing."""
    late = {"Дата": november(20), "№ заказа": FIRST, "Вид": "подрядчику", "Сумма": 1}
    root = healthy(tmp_path, REOPENED, add("Платежи", late))
    assert ("closing", "08.11.2026", FIRST) in duties(root, TODAY)


def test_a_manager_who_has_greeted_all_his_clients_is_done(tmp_path: Path) -> None:
    day = date(2026, 12, 13)
    root = healthy(tmp_path, *(greeted(client, day) for client in ("К-0001", "К-0002")))
    rows = read_rows(open_session(root, day), day)
    kinds = {
        name: {d.kind for d in duties_of(rows, find_duties(rows), name)}
        for name in (SALES, CLERK, None)
    }
    assert {name: "holiday" in found for name, found in kinds.items()} == {
        SALES: False,
        CLERK: True,
        None: True,
    }


def test_a_greeting_in_the_journal_is_done(tmp_path: Path) -> None:
    greeted = {
        "Дата": date(2027, 5, 30),
        "Код клиента": "К-0001",
        "Вид": "поздравление",
        "Кто от компании": SALES,
        "Содержание": "Поздравили",
    }
    today = date(2027, 5, 31)
    assert ("company-day", "01.06.2027", "К-0001") in duties(healthy(tmp_path / "before"), today)
    root = healthy(tmp_path / "after", add("Журнал контактов", greeted))
    assert ("company-day", "01.06.2027", "К-0001") not in duties(root, today)


def test_an_order_that_is_closed_has_only_money_duties(tmp_path: Path) -> None:
    """All that could be due of it, long after it was closed."""
    root = healthy(
        tmp_path,
        put("Заказы", "Оценка клиента", 0, None),
        put("Поставки", "Качество", 0, None),
        put("Платежи", "Сумма", 1, 2819.99),
        put("Претензии", "Решение", 0, "в работе"),
    )
    kinds = {kind for kind, _, of in duties(root, TODAY) if of == "З-2026-0001"}
    assert kinds == {"balance", "claim", "handover"}


def test_a_task_is_its_executors(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Поручения", "Исполнитель", 0, CLERK))
    session = open_session(root, november(27))
    found = [duty for duty in find_duties(read_rows(session, november(27))) if duty.kind == "task"]
    assert [(duty.manager, duty.source.cell) for duty in found] == [(CLERK, "E2")]


# Working days


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2025-11-01", True),  # a Saturday that was transferred
        ("2026-01-09", False),
        ("2026-05-11", False),
        ("2027-02-20", True),
        ("2026-11-21", False),
        ("2026-11-23", True),
    ],
)
def test_the_production_calendar(day: str, works: bool) -> None:
    assert is_workday(date.fromisoformat(day)) is works


def test_working_days_are_counted_after_the_start_up_to_the_end() -> None:
    friday, monday = november(20), november(23)
    assert workdays_between(friday, monday) == 1
    assert workdays_between(monday, friday) == 0
    assert add_workdays(friday, 1) == monday
    assert add_workdays(friday, 0) == friday
    assert workdays_between(date(2025, 10, 31), date(2025, 11, 1)) == 1


def test_years_whose_transfers_are_not_decided() -> None:
    assert knows_transfers(2026)
    assert not knows_transfers(2100)
