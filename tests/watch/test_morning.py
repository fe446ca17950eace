"""The watcher's morning: the agendas of everybody and of each manager, and what renews them."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest
from openpyxl import load_workbook

from cmtools.agenda import workbook
from cmtools.agenda.duty_form import DUTY_FORM
from cmtools.pricing.session import OpenBooks, open_books
from cmtools.watch.watcher import Watcher
from cmtools.workers.process import Worker, WorkerStopped
from cmtools.workers.server import WorkerBug
from cmtools.workspace import MARKER, Workspace, WorkspaceError
from commands.test_apply import filled, rows_of_form
from support.program import run
from support.watching import Here, Stub, context, drop, ends, workspace
from support.workbench import CLERK, ORDERS, SALES, SHIPPING, TODAY, Change, healthy, put

AT = time(8)
HOME = "Повестка"
COMMON = "2026-11-21 Повестка.xlsx"
ALL = {COMMON, f"2026-11-21 Повестка — {SALES}.xlsx", f"2026-11-21 Повестка — {CLERK}.xlsx"}
CLOSED = put("Документы", "Оригинал получен", 2, TODAY)


class Counting(Stub):
    """Counts the mornings; `faults` are raised by the first ones, one after another."""

    def __init__(self, *faults: Exception) -> None:
        self.days: list[date] = []
        self._faults = [*faults]

    def make_agendas(self, _root: Path, today: date) -> tuple[str, ...]:
        self.days.append(today)
        if self._faults:
            raise self._faults.pop(0)
        return ()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return healthy(tmp_path / "w")


def watched(
    root: Path, *workers: Worker, at: time | None = AT, hour: int = 9, day: date = TODAY
) -> bool:
    """Have a watcher work off the inbox at an hour; whether nothing held it up."""
    now = datetime.combine(day, time(hour))
    shared = replace(context(root, agenda_at=at), now=lambda: now, today=lambda: day)
    return Watcher(shared, workers, settle=0.0, scan=1.0).run(once=True)


def agendas(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / HOME).glob("*")}


def order_book(folder: Path, *changes: Change) -> bytes:
    return (healthy(folder, *changes) / ORDERS).read_bytes()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", time(8)),
        ('agenda_at = "08:00"', time(8)),
        ('agenda_at = "7:30"', time(7, 30)),
        ("agenda_at = 09:15:00", time(9, 15)),
        ('agenda_at = ""', None),
        ('agenda_at = " "', None),
    ],
)
def test_the_hour_of_the_settings(line: str, expected: time | None, tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text(f"[watch]\n{line}\n", "utf-8")
    assert Workspace(tmp_path).watch_settings().agenda_at == expected


@pytest.mark.parametrize("value", ['"утром"', "8", '"25:00"', '"8"', "false", '"08:00:99"', "[]"])
def test_a_bad_hour_is_told(value: str, tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text(f"[watch]\nagenda_at = {value}\n", "utf-8")
    done = run("watch", "--once", folder=tmp_path)
    assert done.code == 3
    assert 'нужен час, например agenda_at = "08:00"' in done.err
    with pytest.raises(WorkspaceError, match="agenda_at"):
        Workspace(tmp_path).watch_settings()


def test_everybody_and_each_manager_get_one_agenda_a_day(root: Path) -> None:
    assert watched(root, Here())
    made = agendas(root)
    assert made.keys() == ALL
    times = [path.stat().st_mtime_ns for path in sorted((root / HOME).iterdir())]
    assert watched(root, Here(), hour=15)
    assert [path.stat().st_mtime_ns for path in sorted((root / HOME).iterdir())] == times
    assert watched(root, Here(), day=date(2026, 11, 22))
    assert {name: made[name] for name in ALL} == {name: agendas(root)[name] for name in ALL}
    assert len(agendas(root)) == 6


@pytest.mark.parametrize(
    ("at", "hour", "count"), [(AT, 7, 0), (AT, 8, 1), (None, 23, 0), (time(0), 0, 1)]
)
def test_the_hour_decides(at: time | None, hour: int, count: int, tmp_path: Path) -> None:
    worker = Counting()
    assert watched(workspace(tmp_path), worker, at=at, hour=hour)
    assert len(worker.days) == count


def test_the_clock_decides_on_another_day_too(tmp_path: Path) -> None:
    """With `--today` the hour is still that of the clock."""
    root = healthy(tmp_path)
    marker = root / MARKER
    text = marker.read_text("utf-8").replace("settle_seconds = 2", "settle_seconds = 0")
    marker.write_text(text.replace('agenda_at = ""', 'agenda_at = "00:00"'), "utf-8")
    assert run("watch", "--once", "--today", "2026-11-21", folder=root).code == 0
    assert agendas(root).keys() == ALL


def test_an_accepted_book_renews_them(root: Path, tmp_path: Path) -> None:
    watched(root, Here())
    morning = agendas(root)
    drop(root, ORDERS, order_book(tmp_path / "other", CLOSED))
    watched(root, Here(), hour=10)
    renewed = agendas(root)
    assert renewed.keys() == morning.keys()
    assert renewed[COMMON] != morning[COMMON]
    drop(root, "Заметки.xlsx", b"no book")
    watched(root, Here(), hour=11)
    assert agendas(root) == renewed


def test_a_filled_one_stays_and_the_next_number_is_renewed(root: Path, tmp_path: Path) -> None:
    watched(root, Here())
    first = filled(root / HOME / COMMON, "original", done="да").read_bytes()
    second, third = (COMMON.replace(".xlsx", f" ({n}).xlsx") for n in (2, 3))
    contents = []
    for number, change in enumerate((CLOSED, SHIPPING), start=1):
        drop(root, ORDERS, order_book(tmp_path / f"{number}", change))
        watched(root, Here(), hour=10)
        assert agendas(root).keys() == {*ALL, second}
        assert agendas(root)[COMMON] == first
        contents.append(agendas(root)[second])
    assert contents[0] != contents[1]
    filled(root / HOME / second, "prepayment", done="да")
    drop(root, ORDERS, order_book(tmp_path / "3", CLOSED))
    watched(root, Here(), hour=11)
    assert agendas(root).keys() == {*ALL, second, third}


def test_a_filled_agenda_that_is_dropped_renews_them(root: Path) -> None:
    """What was done is gone from the next one, which stands beside the filled one."""
    watched(root, Here())
    path = filled(root / HOME / COMMON, "original", done="да")
    drop(root, path.name, path.read_bytes())
    watched(root, Here(), hour=12)
    second = COMMON.replace(".xlsx", " (2).xlsx")
    assert agendas(root).keys() == {*ALL, second}
    rows = rows_of_form(load_workbook(root / HOME / second).worksheets[0])
    kinds = {str(row[DUTY_FORM.key].value).split()[0] for row in rows}
    assert "original" not in kinds
    assert "handover" in kinds


def test_a_burst_makes_them_once(tmp_path: Path) -> None:
    root, worker = workspace(tmp_path), Counting()
    watched(root, worker)
    for number in range(5):
        drop(root, f"{number}.xlsx", f"книга {number}".encode())
    watched(root, worker, hour=10)
    assert len(ends(root)) == 5
    assert len(worker.days) == 2


def test_two_watchers_make_them_once(tmp_path: Path) -> None:
    root, workers = workspace(tmp_path), [Counting(), Counting(), Counting()]
    threads = [threading.Thread(target=watched, args=(root, worker)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(worker.days) for worker in workers) == 1


def test_a_fault_of_the_disk_holds_nothing_up(tmp_path: Path) -> None:
    root, worker = workspace(tmp_path), Counting(OSError(28, "на диске нет места"))
    drop(root, "другое.xlsx")
    assert not watched(root, worker)
    assert len(ends(root)) == 1
    assert watched(root, worker, hour=10)
    assert len(worker.days) == 2


def test_a_bug_is_not_repeated(tmp_path: Path) -> None:
    root, worker = workspace(tmp_path), Counting(WorkerBug("trace"))
    assert watched(root, worker)
    assert watched(root, worker)
    assert len(worker.days) == 1


def test_a_watcher_that_ends_meanwhile_leaves_them_to_the_next(tmp_path: Path) -> None:
    root = workspace(tmp_path)
    ending = Counting(WorkerStopped())
    watched(root, ending)
    assert len(ending.days) == 2  # this watcher went on; a killed one would not have
    watched(root, ending)
    assert len(ending.days) == 2


def test_one_that_cannot_be_written_leaves_the_others(root: Path) -> None:
    """A folder stands in the place of one agenda."""
    (root / HOME / COMMON).mkdir(parents=True)
    with pytest.raises(OSError, match="Повестка"):
        workbook.write_agendas(root, TODAY)
    assert {path.name for path in (root / HOME).iterdir()} == ALL


def test_the_books_are_read_once_for_all(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def counted(*args: object) -> OpenBooks:
        calls.append(args)
        return open_books(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(workbook, "open_books", counted)
    assert {Path(name).name for name in workbook.write_agendas(root, TODAY)} == ALL
    assert len(calls) == 1
