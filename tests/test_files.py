"""Files: written whole or not at all, never overwritten by chance, known again."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from cmtools.commands.result import ExitCode
from cmtools.commands.watch import watch
from cmtools.files import (
    TAIL_BYTES,
    atomic_write,
    checksum,
    copy,
    file_fingerprint,
    first_free,
    move_without_replacing,
    numbered_name,
)
from cmtools.workspace import ANNOTATED, BACKUP, MARKER, PRICED, backup_path, copy_path, is_copy

OLD, NEW = b"old", b"new " * 50_000
posix = pytest.mark.skipif(os.name != "posix", reason="only POSIX has it")


def held(folder: Path) -> dict[str, bytes]:
    """All that a folder holds, hidden files too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def held_names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def write(target: Path, meanwhile: bytes | None = None) -> None:
    with atomic_write(target, replace=meanwhile is None) as temporary:
        temporary.write_bytes(NEW)
        if meanwhile:
            target.write_bytes(meanwhile)


def refusing(code: int, only: Callable[..., bool] = lambda *_: True) -> Callable[..., Any]:
    """What fails as the system would, where `only` says so."""

    def refuse(*arguments: Any, **_: Any) -> None:
        if only(*arguments):
            raise OSError(code, os.strerror(code))

    return refuse


def is_folder(handle: int) -> bool:
    return stat.S_ISDIR(os.fstat(handle).st_mode)


@pytest.fixture(params=[False, True], ids=["fresh", "replaced"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where the file goes; there may be an old one."""
    path = tmp_path / "Книга.xlsx"
    if request.param:
        path.write_bytes(OLD)
    return path


def test_the_file_appears_only_after_the_block(target: Path) -> None:
    before = held(target.parent)
    with atomic_write(target) as temporary:
        temporary.write_bytes(NEW)
        assert held(target.parent) == before | {temporary.name: NEW}
        assert (temporary.parent, temporary.suffix) == (target.parent, target.suffix)
    assert held(target.parent) == {target.name: NEW}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_block_that_raises_leaves_all_as_it_was(error: type[BaseException], target: Path) -> None:
    before = held(target.parent)

    def break_off() -> None:
        with atomic_write(target) as temporary:
            temporary.write_bytes(NEW)
            raise error

    with pytest.raises(error):
        break_off()
    assert held(target.parent) == before


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES, errno.EIO])
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_refusal_of_the_system_leaves_all_as_it_was(
    call: str, code: int, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = held(target.parent)
    with monkeypatch.context() as patched:
        patched.setattr(os, call, refusing(code))
        with pytest.raises(OSError, match=os.strerror(code)) as caught:
            write(target)
    assert caught.value.errno == code
    assert held(target.parent) == before


@posix
def test_a_full_disk_while_writing_leaves_all_as_it_was(target: Path) -> None:
    """The limit on a file's size stands for the disk: the write itself fails half-way."""
    before = held(target.parent)
    script = (
        "import resource, signal, sys\nfrom pathlib import Path\n"
        "from cmtools.files import atomic_write\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "with atomic_write(Path(sys.argv[1])) as path:\n    path.write_bytes(b'new ' * 50_000)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, target], capture_output=True, check=False)
    assert done.returncode == 1
    assert b"OSError" in done.stderr
    assert held(target.parent) == before


@posix
def test_a_folder_that_cannot_be_flushed_is_no_failure(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Network shares refuse it (EINVAL); by then the file stands in its place."""
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refusing(errno.EINVAL, is_folder))
        write(target)
    assert held(target.parent) == {target.name: NEW}


@posix
def test_the_file_is_flushed_before_it_is_moved(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power loss could leave an empty file under the name."""
    steps: list[tuple[str, str]] = []
    flush, move = os.fsync, os.replace

    def note_flush(handle: int) -> None:
        steps.append(("flush", "folder" if is_folder(handle) else "file"))
        flush(handle)

    def note_move(*paths: Path) -> None:
        steps.append(("move", Path(paths[-1]).name))
        move(*paths)

    monkeypatch.setattr(os, "fsync", note_flush)
    monkeypatch.setattr(os, "replace", note_move)
    write(target)
    assert steps == [("flush", "file"), ("move", target.name), ("flush", "folder")]


@pytest.mark.parametrize("links", [True, False])
def test_a_fresh_file_never_replaces_another(
    links: bool, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program made the file meanwhile: both are kept, with links and without them."""
    if not links:
        monkeypatch.setattr(os, "link", refusing(errno.EPERM))
    with pytest.raises(FileExistsError):
        write(target, meanwhile=OLD)
    assert held(target.parent) == {target.name: OLD}
    target.unlink()
    with atomic_write(target, replace=False) as temporary:
        temporary.write_bytes(NEW)
    assert held(target.parent) == {target.name: NEW}


@posix
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_copy_has_the_bytes_the_times_and_the_rights_of_a_new_file(
    mask: int, mode: int, target: Path
) -> None:
    """What was shipped read-only is the manager's to edit; the umask itself stays."""
    source = target.with_name("source")
    source.write_bytes(NEW)
    os.utime(source, (1_000_000_000, 1_000_000_000))
    source.chmod(0o444)
    before = os.umask(mask)
    try:
        copy(source, target)
    finally:
        assert os.umask(before) == mask
    assert held(target.parent) == {"source": NEW, target.name: NEW}
    assert target.stat().st_mtime == 1_000_000_000
    assert stat.S_IMODE(target.stat().st_mode) == mode


@posix
def test_killed_in_mid_write_the_old_file_is_whole(tmp_path: Path) -> None:
    """And what it leaves behind is never taken for a book."""
    target = tmp_path / "Предварительные заказы.xlsx"
    target.write_bytes(OLD)
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom cmtools.files import atomic_write\n"
        "with atomic_write(Path(sys.argv[1])) as temporary, temporary.open('wb') as file:\n"
        "    file.write(b'half')\n    file.flush()\n    print('written', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, target], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline().strip() == b"written"
        writer.kill()
    assert writer.returncode == -signal.SIGKILL
    left = held(tmp_path)
    assert left.pop(target.name) == OLD
    assert list(left.values()) == [b"half"]
    assert all(is_copy(Path(name)) for name in left)


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_a_move_never_replaces_a_file(
    links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(NEW)
    target.write_bytes(OLD)
    if not links:
        monkeypatch.setattr(os, "link", refusing(errno.EPERM))
    with pytest.raises(FileExistsError):
        move_without_replacing(source, target)
    assert held(tmp_path) == {"source": NEW, "target": OLD}
    target.unlink()
    move_without_replacing(source, target)
    assert held(tmp_path) == {"target": NEW}


@posix
def test_a_move_that_was_cut_off_is_ended(tmp_path: Path) -> None:
    """Killed between the link and the removal of the old name, both names are of one file."""
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(NEW)
    os.link(source, target)
    move_without_replacing(source, target)
    assert held(tmp_path) == {"target": NEW}


def test_the_first_free_name(tmp_path: Path) -> None:
    names = []
    for _ in range(3):
        path = first_free(tmp_path, "Акт 1.2", ".pdf")
        path.touch()
        names.append(path.name)
    assert names == ["Акт 1.2.pdf", "Акт 1.2 (2).pdf", "Акт 1.2 (3).pdf"]
    assert first_free(tmp_path, "Акт 1.2").name == "Акт 1.2"


@posix
def test_a_link_to_nothing_takes_its_name(tmp_path: Path) -> None:
    (tmp_path / "Акт.pdf").symlink_to("nowhere")
    assert first_free(tmp_path, "Акт", ".pdf").name == "Акт (2).pdf"


def test_the_checksum_is_that_of_the_standard(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert checksum(path) is None
    path.write_bytes(NEW)
    assert checksum(path) == sha256(NEW).hexdigest()


def test_a_fingerprint_shows_size_time_and_end(tmp_path: Path) -> None:
    """A change of the end under the same size and time shows; one before it does not."""
    path, content = tmp_path / "file", bytearray(2 * TAIL_BYTES)

    def fingerprint(at: int = 0) -> tuple[int, int, bytes]:
        path.write_bytes(content)
        os.utime(path, ns=(at, at))
        return file_fingerprint(path)

    first = fingerprint()
    content[0] = 1
    assert fingerprint() == first
    assert fingerprint(at=1000) != first
    content[-1] = 1
    assert fingerprint() != first
    content.append(0)
    assert fingerprint() != first


# What killed runs leave


ABANDONED = [".~0123456789abcdef", ".~0123456789abcdef.xlsx"]
OTHERS = [".~lock.Книга.xlsx#", "~$Книга.xlsx", ".~0123.xlsx", "0123456789abcdef.xlsx"]


def leave(folder: Path, *names: str, hours: int) -> None:
    """Leave files that were changed so many hours ago."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(OLD)
        changed = time.time() - hours * 3600
        os.utime(folder / name, (changed, changed))


def test_56_a_write_clears_what_killed_runs_left_beside(tmp_path: Path) -> None:
    leave(tmp_path, *ABANDONED, *OTHERS, hours=2)
    (tmp_path / ".~0123456789abcde0").mkdir()
    write(tmp_path / "Книга.xlsx")
    assert {*held_names(tmp_path)} == {*OTHERS, ".~0123456789abcde0", "Книга.xlsx"}


def test_56_what_another_run_is_writing_stays(tmp_path: Path) -> None:
    leave(tmp_path, *ABANDONED, hours=0)
    write(tmp_path / "Книга.xlsx")
    assert {*held_names(tmp_path)} == {*ABANDONED, "Книга.xlsx"}


def test_56_a_watcher_clears_the_workspace_at_its_start(tmp_path: Path) -> None:
    folders = [tmp_path, tmp_path / "Отчёты", tmp_path / "Клиенты" / "К-0001" / "Договор"]
    for folder in folders:
        leave(folder, *ABANDONED, *OTHERS, hours=2)
    (tmp_path / MARKER).write_text('[watch]\nsettle_seconds = 0\nagenda_at = ""\n', "utf-8")
    assert watch(tmp_path, once=True, today=None) is ExitCode.DONE
    for folder in folders:
        assert not {*ABANDONED} & {*held_names(folder)}
        assert {*OTHERS} <= {*held_names(folder)}


# Names as long as a file system takes


LONGEST = [f"{'ы' * 125}.xlsx", f"{'ы' * 120} 123.xlsx", f"{'x' * 250}.xlsx"]


@pytest.mark.parametrize("name", LONGEST)
def test_44_every_suffix_of_ours_fits_the_longest_name(name: str, tmp_path: Path) -> None:
    book, now = tmp_path / name, datetime(2026, 11, 28, 10)
    book.write_bytes(OLD)
    copies = [copy_path(book, suffix) for suffix in (ANNOTATED, PRICED, "прежняя версия")]
    copies.append(backup_path(book, now))
    for made in copies:
        made.write_bytes(NEW)
        assert made.suffix == ".xlsx"
    assert backup_path(book, now) == backup_path(book, now + timedelta(seconds=1))
    assert all(is_copy(path) for path in copies if "прежняя" not in path.name)
    assert BACKUP in copies[-1].name
    first_free(tmp_path, book.stem, ".xlsx").write_bytes(NEW)
    first_free(tmp_path, book.stem, ".xlsx").write_bytes(NEW)
    assert len(held(tmp_path)) == 1 + len(copies) + 2


def test_names_that_are_cut_alike_stay_apart() -> None:
    one, other = (copy_path(Path(f"{'ы' * 124}{sign}.xlsx"), PRICED).name for sign in "яю")
    assert one != other
    assert numbered_name("Книга", 2, ".xlsx") == "Книга (2).xlsx"
