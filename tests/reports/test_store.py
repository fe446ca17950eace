"""What a workspace remembers: it never changes an answer, and nothing that befalls it matters."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from subprocess import PIPE

import pytest

from cmtools.books.loader import BookFile
from cmtools.commands.report import ReportResult, report
from cmtools.files import file_fingerprint
from cmtools.reports import database, store
from cmtools.reports import stored_books as remembering
from cmtools.reports.book_rows import loads, read_rows
from cmtools.reports.load import load_inputs
from cmtools.reports.network_folder import is_remote
from cmtools.reports.store import FOLDER, NAME, Store
from cmtools.tables.reader.container import Limits
from cmtools.tables.reader.sandbox import InProcessReader
from support.program import run, start
from support.workbench import (
    HEALTHY,
    ORDERS,
    REGISTRY,
    SETTINGS,
    TODAY,
    Row,
    extra_book,
    healthy,
    put,
)

SECOND = "Предварительные заказы — Вера.xlsx"
PAYMENT: Row = {
    "Дата": date(2026, 11, 30),
    "№ заказа": "З-2026-0002",
    "Вид": "от клиента",
    "Сумма": 100,
}
Spoil = Callable[[Path], object]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A healthy workspace with a second book of orders."""
    extra_book(healthy(tmp_path / "work"), SECOND, {"Платежи": [PAYMENT]})
    return tmp_path / "work"


def november(root: Path, today: date = TODAY) -> ReportResult:
    """The report of November, once as it is found and once as it is remembered."""
    first, second = (report(root, "2026-11", today=today) for _ in range(2))
    assert first.as_json() == second.as_json()
    return first


def receipts(root: Path) -> object:
    """A figure that each payment changes."""
    return november(root).as_json()["indicators"]["receipts"]["fact"]


def read(root: Path, today: date = TODAY) -> int:
    """How many books a report has to read."""
    told: list[int] = []
    load_inputs(root, today, progress=lambda _, total: told.append(total))
    return len(told)


def file_of(root: Path) -> Path:
    return root / FOLDER / NAME


def retyped(path: Path, old: bytes, new: bytes) -> None:
    """Change bytes of the sheets, and nothing that the folder would show."""
    before = path.stat()
    with zipfile.ZipFile(path) as archive:
        parts = {entry: archive.read(entry) for entry in archive.infolist()}
    with zipfile.ZipFile(path, "w") as archive:
        for entry, content in parts.items():
            is_sheet = entry.filename.startswith("xl/worksheets/sheet")
            changed = content.replace(old, new) if is_sheet else content
            archive.writestr(entry, changed, zipfile.ZIP_STORED)  # the size stays as it is
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


# What is remembered


def test_only_what_changed_is_read(root: Path) -> None:
    assert [read(root), read(root)] == [2, 0]
    extra_book(root, SECOND, {"Платежи": [PAYMENT, PAYMENT]})
    assert receipts(root) == "23020.00"
    assert read(root) == 0
    extra_book(root, "Предварительные заказы — Глеб.xlsx", {})
    assert [read(root), read(root)] == [1, 0]


def test_a_change_under_the_same_size_and_time(root: Path) -> None:
    path = root / SECOND
    retyped(path, b"<v>100</v>", b"<v>100</v>")  # stored as the next change stores it
    assert receipts(root) == "22920.00"
    before = path.stat()
    retyped(path, b"<v>100</v>", b"<v>900</v>")
    after = path.stat()
    assert (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    assert receipts(root) == "23720.00"


def test_settings_and_clients_are_asked_each_time(root: Path) -> None:
    """A digest depends on neither: they change the figures, and no book is read again."""
    before = november(root).as_json()["indicators"]["profit"]["fact"]
    others = [put("Наценки", "Наценка, %", row, 95) for row in range(len(HEALTHY["Наценки"]))]
    anew = healthy(root.parent / "anew", *others, put("Клиенты", "Форма", 2, "ООО"))
    for name in (SETTINGS, REGISTRY):
        shutil.copyfile(anew / name, root / name)
    found = november(root)
    assert found.as_json()["indicators"]["profit"]["fact"] != before
    assert [entry["file"] for entry in found.as_json()["left_out"]] == [REGISTRY]
    assert read(root) == 0


def kept_prices(root: Path) -> set[str]:
    """The keys under which the priced positions of each part of the books are kept."""
    november(root)
    database = sqlite3.connect(file_of(root))
    found = {key for (key,) in database.execute("SELECT key FROM prices")}
    database.close()
    return found


def test_prices_are_kept_while_all_that_they_depend_on_is_the_same(root: Path) -> None:
    """A payment changes no price; an earlier order changes those of its client's other books."""
    own, other = ({**HEALTHY["Заказы"][place], "№ договора": None} for place in (0, 1))
    assert own["Код клиента"] != other["Код клиента"]
    own["№ заказа"], payment = "З-8", {**PAYMENT, "№ заказа": "З-8"}
    extra_book(root, SECOND, {"Заказы": [own]})
    first = kept_prices(root)
    extra_book(root, SECOND, {"Заказы": [own], "Платежи": [payment]})
    assert (len(first), kept_prices(root)) == (2, first)
    other |= {"№ заказа": "З-7", "Дата заказа": date(2025, 1, 9)}
    extra_book(root, "Предварительные заказы — Глеб.xlsx", {"Заказы": [other]})
    other_category = kept_prices(root)
    assert (len(other_category), len(other_category & first)) == (3, 1)
    others = [put("Наценки", "Наценка, %", row, 95) for row in range(len(HEALTHY["Наценки"]))]
    shutil.copyfile(healthy(root.parent / "anew", *others) / SETTINGS, root / SETTINGS)
    other_tariff = kept_prices(root)
    assert (len(other_tariff), len(other_tariff & other_category)) == (3, 0)


def test_tomorrow_a_day_to_come_is_no_error_any_more(root: Path) -> None:
    """«Дата заказа» is not after today."""
    later = TODAY + timedelta(days=3)
    order = {**HEALTHY["Заказы"][1], "№ заказа": "З-9", "Дата заказа": later, "№ договора": None}
    order |= {"Срок изготовления": None, "Срок поставки": None, "Дата стадии": None}
    extra_book(root, SECOND, {"Заказы": [order]})
    left_out = [
        [entry["reason"] for entry in november(root, day).as_json()["left_out"]]
        for day in (TODAY, later, TODAY)
    ]
    assert left_out == [
        ["B2 (Дата заказа): дата позже сегодняшней"],
        [],
        ["B2 (Дата заказа): дата позже сегодняшней"],
    ]
    read(root)
    assert [read(root, later - timedelta(days=1)), read(root, later)] == [0, 1]


def test_books_that_are_no_more_are_forgotten(root: Path) -> None:
    read(root)
    assert [path for path, _ in history(root, "К-0002")] != []
    (root / ORDERS).unlink()
    extra_book(root, ORDERS, {})
    (root / SECOND).unlink()
    read(root)
    assert history(root, "К-0002") == []
    with sqlite3.connect(file_of(root)) as database:
        assert database.execute("SELECT path FROM books").fetchall() == [(ORDERS,)]
        assert database.execute("SELECT count(*) FROM orders").fetchall() == [(0,)]
    database.close()


def test_a_book_that_could_not_be_read_is_tried_again(root: Path) -> None:
    whole = (root / SECOND).read_bytes()
    (root / SECOND).write_bytes(whole[: len(whole) // 2])
    assert [read(root), read(root)] == [2, 1]
    (root / SECOND).write_bytes(whole)
    assert receipts(root) == "22920.00"


# What others may ask


def history(root: Path, client: str) -> list[tuple[Path, date]]:
    with Store(root) as found:
        return found.order_days(client)


def test_the_history_of_a_client_without_any_reading(root: Path) -> None:
    """The days of final orders over all books, however the client is spelled in them."""
    typed = ("К-0002", "k-0002", "К-0002 ИП Кого-то", "К-00021", "К-0002")
    days = [date(2026, month, 1) for month in range(1, 6)]
    rows = [
        {**HEALTHY["Заказы"][1], "№ заказа": f"Н-{number}", "Код клиента": code, "Дата заказа": day}
        for number, (code, day) in enumerate(zip(typed, days, strict=True))
    ]
    rows[-1]["Вид заявки"] = "предварительная"
    extra_book(root, SECOND, {"Заказы": rows})
    read(root)
    own = [
        (root / ORDERS, row["Дата заказа"])
        for row in HEALTHY["Заказы"]
        if (row["Код клиента"], row["Вид заявки"]) == ("К-0002", "окончательная")
    ]
    assert history(root, "к-0002") == sorted(
        [*((root / SECOND, day) for day in days[:3]), *own], key=lambda found: found[::-1]
    )


def test_who_has_an_order_number(root: Path) -> None:
    extra_book(root, SECOND, {"Заказы": [{**HEALTHY["Заказы"][1], "№ заказа": "з-2026-0002"}]})
    read(root)
    with Store(root) as found:
        assert found.books_with("З-2026-0002") == [root / SECOND, root / ORDERS]
        assert found.books_with("З-2026-9999") == []


def test_an_upgrade_of_the_program_reads_all_books_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever changes in a declaration or a rule may change what a book says."""
    assert [read(root), read(root)] == [2, 0]
    monkeypatch.setattr(store, "rules_version", lambda: 12345)
    assert [read(root), read(root)] == [2, 0]


def test_the_rules_version_is_of_the_sources(tmp_path: Path) -> None:
    source = Path(store.__file__).parents[1]
    program = Path(shutil.copytree(source, tmp_path / "cmtools"))
    versions = {store.hash_rules(source), store.hash_rules(program)}
    for name in ("books/orders.py", "pricing/price.py", "tables/parsers.py", "problems.py"):
        with (program / name).open("a") as file:
            file.write("\n")
        versions.add(store.hash_rules(program))
    assert len(versions) == 5


# What may befall it


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for place in range(5000, len(content), 1000):
        content[place] ^= 0xFF
    path.write_bytes(content)


SPOILED: dict[str, Spoil] = {
    "deleted": Path.unlink,
    "its folder deleted": lambda path: shutil.rmtree(path.parent),
    "empty": lambda path: path.write_bytes(b""),
    "no database": lambda path: path.write_bytes(b"no database at all" * 1000),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "flipped here and there": _flip,
    "of another version": lambda path: _execute(path, "PRAGMA user_version = 99"),
    "of the version before": lambda path: _execute(path, "PRAGMA user_version = 2"),
    "without its tables": lambda path: _execute(path, "DROP TABLE books"),
    "with other columns": lambda path: _execute(path, "ALTER TABLE books DROP COLUMN checksum"),
    "with other sums": lambda path: _execute(path, "UPDATE payments SET amount = '7'"),
    "without some rows": lambda path: _execute(path, "DELETE FROM payments WHERE row = 2"),
    "with rows of other books": lambda path: _execute(path, "UPDATE payments SET book = -book"),
    "with columns elsewhere": lambda path: _execute(path, "UPDATE books SET columns = '{}'"),
    "with columns that are none": lambda path: _execute(path, "UPDATE books SET columns = 'x'"),
    "with errors that are none": lambda path: _execute(path, "UPDATE books SET errors = '[[1]]'"),
    "with other prices": lambda path: _execute(path, "UPDATE prices SET content = x'5b5d'"),
    "with prices that are none": lambda path: _execute(path, "UPDATE prices SET content = '[]'"),
    "texts for numbers": lambda path: _execute(
        path, "UPDATE books SET checksum = 'text', path = zeroblob(id)"
    ),
}


def _execute(path: Path, command: str) -> None:
    database = sqlite3.connect(path)
    with database:
        database.execute(command)
    database.close()


@pytest.mark.long
@pytest.mark.parametrize("name", SPOILED)
def test_whatever_happens_to_the_file(root: Path, name: str) -> None:
    """The answer stays, nobody is troubled, and the next run remembers again."""
    before = november(root)
    SPOILED[name](file_of(root))
    inputs = load_inputs(root, TODAY)
    assert inputs.note is None
    assert november(root).as_json() == before.as_json()
    assert read(root) == 0


def test_where_nothing_can_be_kept(root: Path) -> None:
    """A file stands where the folder should: the figures come all the same, with a word."""
    shutil.rmtree(root / FOLDER)
    (root / FOLDER).write_text("не папка")
    assert receipts(root) == "22920.00"
    assert load_inputs(root, TODAY).note is not None
    assert read(root) == 2


def test_a_database_that_somebody_holds(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.1)
    before = november(root)
    holder = sqlite3.connect(file_of(root), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert report(root, "2026-11", today=TODAY).as_json() == before.as_json()
    assert load_inputs(root, TODAY).note == "файл памяти занят другой программой"
    holder.close()
    assert load_inputs(root, TODAY).note is None


def test_a_network_share_keeps_no_memory(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "is_remote", lambda _: True)
    assert load_inputs(root, TODAY).note == "рабочая папка лежит на сетевом диске"
    assert (read(root), file_of(root).exists()) == (2, False)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone lists its mounts in a file")
def test_what_is_a_network_share(tmp_path: Path) -> None:
    """The nearest mount counts; a space in its name is written in octal."""
    shared = tmp_path / "общая папка"
    (shared / "local").mkdir(parents=True)
    mounts = tmp_path / "mounts"
    name = str(shared).replace(" ", "\\040")
    lines = ("/dev/sda1 / ext4", f"//office/all {name} cifs", f"tmpfs {name}/local tmpfs")
    mounts.write_text("".join(f"{line} rw 0 0\n" for line in lines))
    folders = (tmp_path, shared, shared / "нет такой", shared / "local")
    found = [is_remote(folder, mounts) for folder in folders]
    assert found == [False, True, True, False]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no such names")
def test_a_book_whose_name_is_no_text(root: Path) -> None:
    """It is read each time; nothing else is forgotten for it."""
    (root / SECOND).rename(root / SECOND.replace(".xlsx", " \udcff.xlsx"))
    assert receipts(root) == "22920.00"
    assert [read(root), read(root)] == [1, 1]


def test_two_processes_at_once(root: Path) -> None:
    command = ("report", "2026-11", "--json", "--today", f"{TODAY}")
    running = [start(*command, folder=root, stdout=PIPE, stderr=PIPE) for _ in range(3)]
    told = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0]
    assert {error for _, error in told} == {b""}
    assert len({answer for answer, _ in told}) == 1
    assert read(root) == 0


def test_a_person_is_told_where_nothing_can_be_kept(root: Path) -> None:
    shutil.rmtree(root / ".cmtools", ignore_errors=True)
    (root / ".cmtools").write_text("no folder")
    told = run("report", "2026-11", "--today", f"{TODAY}", folder=root)
    assert (told.code, told.err) == (
        0,
        "cmtools: прочитанное не запоминается: в папке .cmtools ничего не сохранить\n",
    )


def test_a_book_that_changes_while_it_is_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read is told, but not remembered: nobody knows which of the two it was."""
    stamps = iter(range(1, 1000))
    monkeypatch.setattr(
        remembering,
        "file_fingerprint",
        lambda path: file_fingerprint(path)._replace(changed=next(stamps)),
    )
    assert receipts(root) == "22920.00"
    monkeypatch.undo()
    assert read(root) == 2


def _renumber(root: Path, number: str) -> None:
    """Have the second book hold one order of this number."""
    extra_book(root, SECOND, {"Заказы": [{**HEALTHY["Заказы"][1], "№ заказа": number}]})


def _with(root: Path, *numbers: str) -> list[int]:
    with Store(root) as found:
        return [len(found.books_with(number)) for number in numbers]


def test_a_version_that_was_read_before_does_not_replace_a_later_one(root: Path) -> None:
    """Of two processes the first to read may be the last to remember."""
    _renumber(root, "О-1")
    extra_book(root, "Предварительные заказы — Яна.xlsx", {})

    def meanwhile(done: int, total: int) -> None:
        if done == total - 1:
            _renumber(root, "О-2")
            read(root)

    load_inputs(root, TODAY, progress=meanwhile)
    assert _with(root, "О-1", "О-2") == [0, 1]


# Rows as values


def test_rows_that_were_written_down_come_back(root: Path) -> None:
    rows = read_rows(BookFile(path=root / ORDERS, name=""), InProcessReader(limits=Limits()), TODAY)
    assert loads(rows.dumps()) == rows
    assert all(rows.rows.values())
