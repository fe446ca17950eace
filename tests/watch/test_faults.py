"""The faults of the watcher, each by its number in the table of `cmtools/watch/PROTOCOL.md`."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import threading
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from cmtools.books.orders import ORDER_BOOK
from cmtools.files import OFFICE_LOCK_SECONDS
from cmtools.inbox.drop import Drop, DropResult, DropStage
from cmtools.locks import kernel_id
from cmtools.watch import event_log
from cmtools.watch.drop_processor import DropProcessor
from cmtools.watch.durable_fs import NotAFile, append_line, open_regular
from cmtools.watch.inbox import Inbox
from cmtools.watch.lease import JOBS_FOLDER, PULSE, Lease
from cmtools.watch.protocol_text import PROTOCOL
from cmtools.watch.task_runner import TaskRunner
from cmtools.watch.watcher import Watcher
from cmtools.workers.process import Limit, WorkerDied, WorkerStopped
from cmtools.workers.server import WorkerBug
from cmtools.workspace import DONE, FAILED, INBOX, MARKER, Workspace, WorkspaceError
from support import watching
from support.watching import Stub, context, drop, ends, read_events, work_off, workspace

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX alone has it")
NOBODY = 65534


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return workspace(tmp_path / "w")


def zipped(path: Path, content: bytes = b"text") -> bytes:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("part", content * 1000)
    content = path.read_bytes()
    path.unlink()
    return content


def originals(root: Path) -> dict[str, bytes]:
    """Name → bytes of what was dropped, from all result folders."""
    return {
        name: content
        for files in ends(root).values()
        for name, content in files.items()
        if name != PROTOCOL
    }


def left(root: Path) -> list[str]:
    return sorted(path.name for path in (root / INBOX).iterdir())


@contextmanager
def running(root: Path, settle: float = 0.0) -> Iterator[Watcher]:
    """A watcher in a thread of this process."""
    watcher = Watcher(context(root, settle=settle), [Stub(), Stub()], settle=settle, scan=0.2)
    thread = threading.Thread(target=watcher.run, kwargs={"once": False})
    thread.start()
    try:
        yield watcher
    finally:
        watcher.stop()
        thread.join()


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_book_that_is_written_over_is_looked_at(root: Path) -> None:
    """Under its own name and in the same file: the folder itself has not changed."""
    looked: list[Path] = []
    book = root / ORDER_BOOK.file_name
    book.write_bytes(b"old")

    class Looking(Stub):
        def sync_index(self, root: Path, _: date) -> tuple[str, ...]:
            looked.append(root)
            return ()

    watcher = Watcher(context(root), [Looking()], settle=0.0, scan=0.2)
    thread = threading.Thread(target=watcher.run, kwargs={"once": False})
    thread.start()
    try:
        until(lambda: looked)
        count = len(looked)
        with book.open("r+b") as file:
            file.write(b"new and longer")
        until(lambda: len(looked) > count)
    finally:
        watcher.stop()
        thread.join()


# Arrival


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def inbox(folder: Path, *, settle: float = 2.0, patience: float = 10.0) -> Inbox:
    folder.mkdir(exist_ok=True)
    return Inbox(folder, settle=settle, patience=patience, now=time.time)


def ready(box: Inbox, clock: float) -> list[str]:
    return [found.file.name for found in box.scan(clock).ready]


def test_12_a_slow_copy_is_waited_for(tmp_path: Path) -> None:
    box, path = inbox(tmp_path / "in"), tmp_path / "in" / "a.xlsx"
    for second in range(5):
        path.write_bytes(b"x" * (second + 1))
        assert ready(box, float(second)) == []
    assert ready(box, 5.9) == []
    assert ready(box, 6.0) == ["a.xlsx"]


@pytest.mark.parametrize("start", ["stalled", "zeros", "empty"])
def test_13_14_18_23_what_has_no_end_yet_waits_and_is_returned_in_the_end(
    start: str, root: Path
) -> None:
    """A zip without its index, preallocated zeros, nothing at all: then whole, or given up."""
    whole = zipped(root / "x")
    half = {"stalled": whole[:-30], "zeros": bytes(len(whole)), "empty": b""}[start]
    path, clock = drop(root, "a.xlsx", half), Clock()
    shared = context(root, settle=1.0, patience=9.0, clock=clock)
    watcher = Watcher(shared, [Stub()], settle=1.0, scan=1.0)
    tasks: TaskRunner = watcher.tasks
    shared.lease.open()
    tasks.start()
    try:
        for _ in range(4):
            watcher.make_round()
            until(tasks.is_idle)
            clock.now += 1.5
        assert left(root) == ["a.xlsx"]
        path.write_bytes(whole)
        clock.now += 0.1
        for _ in range(3):
            watcher.make_round()
            until(tasks.is_idle)
            clock.now += 1.5
        assert originals(root) == {"a.xlsx": whole}
        drop(root, "b.xlsx", half)
        for _ in range(9):
            watcher.make_round()
            until(tasks.is_idle)
            clock.now += 1.5
    finally:
        tasks.stop()
        shared.lease.close()
    assert originals(root) == {"a.xlsx": whole, "b.xlsx": half}
    assert [name.split("/")[0] for name in ends(root)] == [DONE, FAILED]


def test_54_patience_is_counted_over_runs(root: Path) -> None:
    """A torn file stays in the first run, and is answered in one after its patience."""
    torn = zipped(root / "x")[:-30]
    drop(root, "a.xlsx", torn)
    wall, answers = Clock(), []
    for _ in range(3):
        shared = context(root, patience=9.0, now=lambda: wall.now)
        watcher = Watcher(shared, [Stub()], settle=0.0, scan=1.0)
        assert watcher.run(once=True)
        answers.append(len(ends(root)))
        wall.now += 6.0
    assert answers == [0, 0, 1]
    assert originals(root) == {"a.xlsx": torn}
    ((name, files),) = ends(root).items()
    assert name.startswith(FAILED)
    assert "пришёл не целиком" in files[PROTOCOL].decode()


def test_54_a_file_that_became_whole_between_runs_is_taken(root: Path) -> None:
    whole = zipped(root / "x")
    path, wall = drop(root, "a.xlsx", whole[:-30]), Clock()
    for _ in range(2):
        shared = context(root, patience=9.0, now=lambda: wall.now)
        assert Watcher(shared, [Stub()], settle=0.0, scan=1.0).run(once=True)
        path.write_bytes(whole) if path.exists() else None
        wall.now += 60.0
    assert [name.split("/")[0] for name in ends(root)] == [DONE]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a.xlsx": 5}', '{"a.xlsx": [1, 2, 3, "x"]}'])
def test_54_a_spoiled_note_of_times_is_no_obstacle(content: str, tmp_path: Path) -> None:
    box, path = inbox(tmp_path / "in"), tmp_path / "times.json"
    path.write_text(content, "utf-8")
    box.restore_times(path, 0.0)
    (tmp_path / "in" / "a.xlsx").write_bytes(b"x")
    assert (ready(box, 0.0), ready(box, 2.0)) == ([], ["a.xlsx"])


@pytest.mark.parametrize("day", [-400.0, 400.0])
def test_15_39_times_of_a_file_say_nothing(day: float, tmp_path: Path) -> None:
    """Preserved or future times, a clock that jumped: only our own clock counts."""
    box, path = inbox(tmp_path / "in"), tmp_path / "in" / "a.xlsx"
    path.write_bytes(b"x")
    os.utime(path, (time.time() + day * OFFICE_LOCK_SECONDS,) * 2)
    assert (ready(box, 0.0), ready(box, 1.9), ready(box, 2.0)) == ([], [], ["a.xlsx"])


def test_16_an_atomic_save_is_taken_under_its_last_name(root: Path) -> None:
    with running(root, settle=0.2):
        temporary = drop(root, "~WRD0001.tmp", b"text")
        time.sleep(2)
        assert ends(root) == {}
        temporary.rename(root / INBOX / "a.txt")
        until(lambda: originals(root) == {"a.txt": b"text"})


def test_17_53_owner_files_and_temporary_names(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    box = inbox(folder)
    temporary = ("d.tmp", "A1B2C300")
    names = ("a.xlsx", "b.xlsx", "c.xlsx", "~$a.xlsx", "~$b.xlsx", ".~lock.c.xlsx#", *temporary)
    for name in names:
        (folder / name).write_bytes(b"x")
    os.utime(folder / "~$b.xlsx", (time.time() - OFFICE_LOCK_SECONDS - 60,) * 2)
    box.scan(0.0)
    looked = box.scan(5.0)
    assert sorted(found.file.name for found in looked.ready) == ["b.xlsx", "~$b.xlsx"]
    assert looked.waiting.keys() == {"a.xlsx", "c.xlsx", *temporary}


def test_19_deleted_before_it_is_taken(root: Path) -> None:
    shared = context(root)
    path = drop(root, "a.txt", b"text")
    found = shared.inbox.scan(0.0).ready
    path.unlink()
    shared.lease.open()
    try:
        assert DropProcessor(shared, Stub()).claim(found[0]) is None
    finally:
        shared.lease.close()
    assert ends(root) == {}


class Meddler(Stub):
    """Does something once, just when the work on a drop begins."""

    def __init__(self, deed: Callable[[Drop], object]) -> None:
        self._deed: Callable[[Drop], object] | None = deed

    def process_drop(self, root: Path, drop: Drop, today: date, *, annotate: bool) -> DropResult:
        if self._deed is not None:
            deed, self._deed = self._deed, None
            deed(drop)
        return super().process_drop(root, drop, today, annotate=annotate)


def meddle(root: Path, deed: Callable[[Drop], object]) -> None:
    """One run of a watcher during which something happens."""
    assert Watcher(context(root), [Meddler(deed)], settle=0.0, scan=1.0).run(once=True)


def test_20_31_replaced_while_processed_both_versions_are_kept(root: Path) -> None:
    drop(root, "a.txt", b"one")
    meddle(root, lambda _: drop(root, "a.txt", b"two"))
    work_off(context(root))
    found = sorted(files["a.txt"] for files in ends(root).values())
    assert (found, len(ends(root))) == ([b"one", b"two"], 2)


def test_13_20_written_on_after_it_was_claimed(root: Path) -> None:
    """Who copies still holds the file: what is filed is what was worked on."""
    path = drop(root, "a.txt", "плохо".encode())
    with path.open("ab") as writer:

        def write_on(_: Drop) -> None:
            writer.seek(0)
            writer.truncate()
            writer.write(b"better, whole")
            writer.flush()

        meddle(root, write_on)
    (name,) = ends(root)
    assert name.startswith(DONE)
    assert originals(root) == {"a.txt": b"better, whole"}


def test_21_touched_while_queued_settles_anew(tmp_path: Path) -> None:
    box, path = inbox(tmp_path / "in"), tmp_path / "in" / "a.xlsx"
    path.write_bytes(b"x")
    box.scan(0.0)
    path.touch()
    assert (ready(box, 2.5), ready(box, 4.4), ready(box, 4.5)) == ([], [], ["a.xlsx"])


@posix
def test_22_49_51_no_file_is_left_where_it_lies(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Folders, links, pipes are named in the log, in one line whatever they are called."""
    outside = root / "outside.xlsx"
    outside.write_bytes(b"secret")
    (root / INBOX / "folder.xlsx").mkdir()
    (root / INBOX / "link.xlsx").symlink_to(outside)
    (root / INBOX / "dead\n\x1b[31m\u202elink.xlsx").symlink_to("nowhere")
    os.mkfifo(root / INBOX / "pipe.xlsx")
    before = left(root)
    caplog.set_level("WARNING", "cmtools.watch")
    assert Watcher(context(root), [Stub()], settle=0.0, scan=1.0).run(once=True)
    assert (left(root), ends(root), outside.read_bytes()) == (before, {}, b"secret")
    named = [entry.getMessage() for entry in caplog.records]
    assert len(named) == 4
    assert all(text.isprintable() for text in named)


@pytest.mark.long
def test_24_26_a_burst_of_files_and_events(root: Path) -> None:
    """More than any queue of events holds is not needed to see it: the scan is the truth."""
    contents = {f"{number:04d}.txt": b"%d" % number for number in range(400)}
    with running(root):
        for name, content in contents.items():
            drop(root, name, content)
        until(lambda: len(ends(root)) == len(contents) and not left(root))
    assert originals(root) == contents
    assert len(read_events(root / ".cmtools" / "watch")) == len(contents)


def test_25_36_40_no_events_and_an_inbox_made_anew(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An observer that cannot start (no more watches), a folder that is another one by now."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "inotify watch limit reached")

    with monkeypatch.context() as patched:
        patched.setattr("watchdog.observers.Observer.start", refuse)
        with running(root):
            drop(root, "a.txt", b"a")
            until(lambda: len(ends(root)) == 1)
    with running(root):
        (root / INBOX).rmdir()
        until((root / INBOX).is_dir)
        drop(root, "b.txt", b"b")
        until(lambda: len(ends(root)) == 2)


# Concurrency


@pytest.mark.long
@posix
def test_27_four_watchers_share_the_work(root: Path) -> None:
    """Four processes; each drop has one end, and one line in the journal."""
    contents = {f"{number:04d}.txt": b"%d" % number for number in range(600)}
    for name, content in contents.items():
        drop(root, name, content)
    script = (
        "import sys; from pathlib import Path; from support.watching import Stub, context; "
        "from cmtools.watch.watcher import Watcher; "
        "Watcher(context(Path(sys.argv[1])), [Stub()], settle=0.0, scan=1.0).run(once=True)"
    )
    command = [sys.executable, "-c", script, str(root)]
    watchers = [subprocess.Popen(command, cwd=Path(__file__).parents[1]) for _ in range(4)]
    assert [watcher.wait() for watcher in watchers] == [0] * 4
    assert originals(root) == contents
    assert (len(ends(root)), left(root)) == (len(contents), [])
    assert len(read_events(root / ".cmtools" / "watch")) == len(contents)
    assert [p.name for p in (root / JOBS_FOLDER).iterdir() if p.name != "lock"] == []


def abandoned(root: Path, pulse: bytes) -> Path:
    """A job of a watcher that is not here, with that pulse."""
    job = root / JOBS_FOLDER / "0123456789abcdef" / "fedcba9876543210"
    (job / "original").mkdir(parents=True)
    (job / "original" / "a.txt").write_bytes(b"text")
    (root / JOBS_FOLDER / f"0123456789abcdef{PULSE}").write_bytes(pulse)
    return job


def test_29_a_dead_owner_here_is_known_by_its_lock(root: Path) -> None:
    """Whatever process bears its number by now."""
    abandoned(root, f"{kernel_id()} {os.getpid()} 7\n".encode())
    work_off(context(root))
    assert originals(root) == {"a.txt": b"text"}


def test_29_a_live_owner_keeps_its_jobs(root: Path) -> None:
    lease = context(root).lease
    lease.open()
    job = lease.new_job()
    work_off(context(root))
    assert job.is_dir()
    lease.close()


def test_29_a_pulse_for_which_there_is_no_room_stays(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty one would let a watcher of this machine pass for a dead one of another."""
    lease = context(root).lease
    lease.open()
    pulse = root / JOBS_FOLDER / f"{lease.id}{PULSE}"
    before = pulse.read_bytes()
    with monkeypatch.context() as full:
        full.setattr("os.write", refuse_room)
        with pytest.raises(OSError, match="No space"):
            lease.renew()
    assert pulse.read_bytes() == before
    lease.close()


def refuse_room(*_: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_29_an_owner_elsewhere_is_dead_once_its_pulse_stands_still(root: Path) -> None:
    """By our own clock, never by times that another machine has written."""
    job, clock = abandoned(root, b"another-kernel 1 7\n"), Clock()
    lease = Lease(root / JOBS_FOLDER, clock=clock, seconds=60.0)
    lease.open()
    pulse = root / JOBS_FOLDER / f"0123456789abcdef{PULSE}"
    for second in (0.0, 50.0, 59.0):
        clock.now = 1000.0 + second
        lease.take_over_expired()
        assert job.is_dir()
        assert lease.is_waiting_for_others()
    pulse.write_bytes(b"another-kernel 1 8\n")
    clock.now = 1061.0
    lease.take_over_expired()
    assert job.is_dir()
    clock.now = 1121.0
    lease.take_over_expired()
    assert [path.name for path in lease.inherited_jobs()] == [job.name]
    assert not list((root / JOBS_FOLDER).glob("0123456789abcdef*"))
    lease.close()


def test_29_who_was_thought_dead_lets_go(root: Path) -> None:
    """Its job is gone: it can neither file it nor touch anything of it."""
    drop(root)
    thief = context(root)

    def steal(drop: Drop) -> None:
        job = drop.staging.parent
        thief.lease.open()
        job.rename(thief.lease.folder / job.name)

    assert Watcher(context(root), [Meddler(steal)], settle=0.0, scan=1.0).run(once=True)
    assert (ends(root), (root / watching.BOOK).read_bytes()) == ({}, watching.OLD)
    thief.lease.close()
    work_off(context(root))
    assert (root / watching.BOOK).read_bytes() == watching.DROPPED
    assert len(ends(root)) == 1


def test_30_the_same_content_again_names_the_first(root: Path) -> None:
    drop(root, "a.xlsx")
    work_off(context(root))
    (first,) = ends(root)
    book = (root / watching.BOOK).stat().st_mtime_ns
    drop(root, "b.xlsx")
    work_off(context(root))
    second = ends(root)[next(name for name in ends(root) if name != first)]
    assert second.keys() == {"b.xlsx", PROTOCOL}
    assert first in second[PROTOCOL].decode()
    assert (root / watching.BOOK).stat().st_mtime_ns == book
    assert len(list((root / watching.PAPERS).rglob("*.docx"))) == 2


# Who does the work


class Failing(Stub):
    """Exceeds a limit over the first so many drops."""

    def __init__(self, times: int, limit: Limit, stage: DropStage) -> None:
        self.annotated: list[bool] = []
        self._times, self._limit, self._stage = times, limit, stage

    def process_drop(self, root: Path, drop: Drop, today: date, *, annotate: bool) -> DropResult:
        self.annotated.append(annotate)
        if len(self.annotated) <= self._times:
            raise WorkerDied(self._limit, seconds=20, stage=self._stage)
        return super().process_drop(root, drop, today, annotate=annotate)


@pytest.mark.parametrize(
    ("times", "limit", "stage", "annotated", "end"),
    [
        (1, Limit.MEMORY, DropStage.READ, [True, True], DONE),
        (9, Limit.MEMORY, DropStage.READ, [True, True], FAILED),
        (9, Limit.SECONDS, DropStage.READ, [True], FAILED),
        (1, Limit.SECONDS, DropStage.ANNOTATE, [True, False], DONE),
    ],
)
def test_4_5_a_worker_that_dies_or_hangs(
    times: int, limit: Limit, stage: DropStage, annotated: list[bool], end: str, root: Path
) -> None:
    drop(root, "a.txt", b"text")
    worker = Failing(times, limit, stage)
    assert Watcher(context(root), [worker], settle=0.0, scan=1.0).run(once=True)
    assert worker.annotated == annotated
    assert [name.split("/")[0] for name in ends(root)] == [end]
    assert originals(root) == {"a.txt": b"text"}


def test_a_bug_of_the_program_is_no_damage_of_the_file(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The person is told so in one line; the log has the traceback."""

    class Buggy(Stub):
        def process_drop(
            self, root: Path, drop: Drop, today: date, *, annotate: bool
        ) -> DropResult:
            raise WorkerBug("Traceback: a bug")

    drop(root, "a.txt", b"text")
    caplog.set_level("ERROR", "cmtools.watch")
    assert Watcher(context(root), [Buggy()], settle=0.0, scan=1.0).run(once=True)
    ((folder, files),) = ends(root).items()
    assert folder.startswith(FAILED)
    assert files["a.txt"] == b"text"
    assert "внутренняя ошибка программы" in files[PROTOCOL].decode()
    assert "Traceback: a bug" in caplog.text


def test_3_stopped_in_mid_job_the_file_is_back(root: Path) -> None:
    drop(root, "a.txt", b"text")
    watchers: list[Watcher] = []

    def stop(_: Drop) -> None:
        watchers[0].stop()
        raise WorkerStopped

    watchers.append(Watcher(context(root), [Meddler(stop)], settle=0.0, scan=1.0))
    watchers[0].run(once=False)
    assert (left(root), ends(root)) == (["a.txt"], {})
    work_off(context(root))
    assert originals(root) == {"a.txt": b"text"}


class Crowded(Stub):
    """Finds no free file handle, or the book open, some times."""

    def __init__(self, code: int, times: int) -> None:
        self._code, self._times = code, times

    def process_drop(self, root: Path, drop: Drop, today: date, *, annotate: bool) -> DropResult:
        if self._times:
            self._times -= 1
            raise OSError(self._code, os.strerror(self._code))
        return super().process_drop(root, drop, today, annotate=annotate)


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENOSPC, errno.EIO])
def test_9_33_37_what_goes_away_by_itself_is_tried_again(code: int, root: Path) -> None:
    drop(root, "a.txt", b"text")
    watcher = Watcher(context(root), [Crowded(code, 1)], settle=0.0, scan=0.2)
    thread = threading.Thread(target=watcher.run, kwargs={"once": False})
    thread.start()
    until(lambda: ends(root))
    watcher.stop()
    thread.join()
    assert originals(root) == {"a.txt": b"text"}


def test_32_the_book_was_changed_in_mid_job(root: Path) -> None:
    """What was decided about another version is decided again."""
    drop(root)
    seen: list[DropResult] = []

    class Late(Stub):
        def process_drop(
            self, root: Path, drop: Drop, today: date, *, annotate: bool
        ) -> DropResult:
            result = super().process_drop(root, drop, today, annotate=annotate)
            if not seen:
                (root / watching.BOOK).write_bytes(b"meanwhile")
            seen.append(result)
            return result

    assert Watcher(context(root), [Late()], settle=0.0, scan=1.0).run(once=True)
    assert len(seen) == 2
    (files,) = ends(root).values()
    assert files[watching.KEPT] == b"meanwhile"
    assert (root / watching.BOOK).read_bytes() == watching.DROPPED


# Surroundings


def test_8_inbox_and_results_on_other_file_systems(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Renames between the three are refused as between disks."""

    def disk_of(path: Path) -> str:
        part = Path(path).relative_to(root).parts[0]
        return part if part in (INBOX, DONE) else "own"

    def same(call: Callable[..., None]) -> Callable[..., None]:
        def checked(source: Path, target: Path, **options: bool) -> None:
            if disk_of(source) != disk_of(target):
                raise OSError(errno.EXDEV, "another file system")
            call(source, target, **options)

        return checked

    drop(root, "Моя.xlsx")
    with monkeypatch.context() as patched:
        for name in ("rename", "replace", "link"):
            patched.setattr(os, name, same(getattr(os, name)))
        work_off(context(root))
    (files,) = ends(root).values()
    assert files["Моя.xlsx"] == watching.DROPPED
    assert (left(root), list((root / DONE).glob(".*"))) == ([], [])


@pytest.mark.parametrize(
    ("inbox_at", "done_at"), [("Входящие", "Входящие/готово"), ("x/in", "x"), ("x", "x")]
)
def test_38_an_inbox_inside_the_results_is_refused(
    inbox_at: str, done_at: str, tmp_path: Path
) -> None:
    text = f'[paths]\ninbox = "{inbox_at}"\ndone = "{done_at}"\n'
    (tmp_path / MARKER).write_text(text, "utf-8")
    with pytest.raises(WorkspaceError, match="вложены"):
        Workspace(tmp_path).watch_settings()
    command = [sys.executable, "-m", "cmtools", "watch", "--once", "--workspace", str(tmp_path)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 3


@contextmanager
def ordinary_user() -> Iterator[Path]:
    """A folder of somebody to whom things can be forbidden: nothing is forbidden to root."""
    with tempfile.TemporaryDirectory() as name:
        folder, is_root = Path(name), os.geteuid() == 0
        if is_root:
            os.chown(folder, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            if is_root:
                os.seteuid(0)


@posix
def test_35_a_folder_without_rights(root: Path) -> None:
    drop(root, "b.txt", b"text")
    work_off(context(root))  # all that is imported late: root's Python may be closed to others
    with ordinary_user() as folder:
        root = workspace(folder / "w")
        drop(root, "a.txt", b"text")
        (root / DONE).mkdir()
        (root / DONE).chmod(0o500)
        with pytest.raises(PermissionError):
            work_off(context(root))
        (root / DONE).chmod(0o700)
        work_off(context(root))
        assert originals(root) == {"a.txt": b"text"}


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A disk of its own at a folder, where this user may mount one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(command, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_6_a_disk_that_is_full_indeed(tmp_path: Path) -> None:
    """There is room for the drop and none for our own copy of it; later there is."""
    disk, content = tmp_path / "disk", os.urandom(1 << 20)
    with small_disk(disk, "1536k"):
        root = workspace(disk / "w")
        drop(root, "a.txt", content)
        with pytest.raises(OSError, match="No space left"):
            work_off(context(root))
        assert [path.read_bytes() for path in root.rglob("a.txt")] == [content]
        assert ends(root) == {}
        subprocess.run(["mount", "-o", "remount,size=16m", str(disk)], check=True)
        work_off(context(root))
        assert originals(root) == {"a.txt": content}


def test_10_a_torn_journal_is_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / event_log.NAME
    path.write_bytes(b'{"job": "1"}\n{"job": "2", "na')
    append_line(path, b'{"job": "3"}')
    assert [end["job"] for end in read_events(tmp_path)] == ["1", "3"]


# Names


@posix
@pytest.mark.parametrize(
    "name",
    [
        "ы" * 127,
        "ы" * 120 + ".xlsx",
        "CON",
        "aux.xlsx",
        "a:b?.xlsx",
        "точка.",
        "пробел ",
        "two\nlines\x1b[31m\u202egnp.xlsx",
        os.fsdecode(b"\xff\xfe name.xlsx"),
        PROTOCOL,
        "протокол.TXT",
        unicodedata.normalize("NFD", "й ё.xlsx"),
    ],
)
def test_44_46_47_51_names_that_hurt(name: str, root: Path) -> None:
    """The bytes are kept under a name that holds on any system; the record says the old one."""
    drop(root, name, b"text")
    work_off(context(root))
    ((folder, files),) = ends(root).items()
    kept = {n for n in files if n != PROTOCOL}
    assert len(kept) == 1
    assert files[kept.pop()] == b"text"
    for part in (*files, folder.split("/")[1]):
        assert len(part.encode()) <= 255
        assert part.isprintable()
        assert part == unicodedata.normalize("NFC", part)
        assert not set(part) & set('<>:"/\\|?*')
        assert part == part.rstrip(" .")


def test_42_43_twins_end_apart(root: Path) -> None:
    """Names that differ in composition or case only, taken in the same second."""
    names = [unicodedata.normalize(form, "Й.txt") for form in ("NFC", "NFD")]
    for number, name in enumerate((*names, "й.TXT", "Й.TXT")):
        drop(root, name, b"%d" % number)
    work_off(context(root))
    contents = sorted(c for files in ends(root).values() for n, c in files.items() if n != PROTOCOL)
    assert contents == [b"0", b"1", b"2", b"3"]
    assert len(ends(root)) == 4


@posix
def test_49_50_links(root: Path) -> None:
    """A hard link is filed as a copy that its twin cannot change; a swap for a link is no file."""
    twin = root / "twin"
    twin.write_bytes(b"text")
    os.link(twin, root / INBOX / "a.txt")
    work_off(context(root))
    twin.write_bytes(b"else")
    assert originals(root) == {"a.txt": b"text"}
    shared = context(root)
    path = drop(root, "b.txt", b"file")
    found = shared.inbox.scan(0.0).ready[0]
    path.unlink()
    path.symlink_to(twin)
    with pytest.raises(NotAFile), open_regular(path):
        pass
    shared.lease.open()
    processor = DropProcessor(shared, Stub())
    assert processor.claim(found) is None
    assert path.is_symlink()
    shared.lease.close()


def test_41_no_network(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket")

    monkeypatch.setattr("socket.socket", refuse)
    drop(root)
    work_off(context(root))
    assert len(ends(root)) == 1
