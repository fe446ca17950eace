"""Files that appear whole or not at all, whatever fails on the way."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cmtools.placing import copy, placed

OLD, NEW = b"old", b"new " * 50_000
FAULTS = (errno.ENOSPC, errno.EACCES, errno.EIO)
posix = pytest.mark.skipif(os.name != "posix", reason="only POSIX has it")


def held(folder: Path) -> dict[str, bytes]:
    """All that a folder holds, hidden files too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def place(target: Path) -> None:
    with placed(target) as aside:
        aside.write_bytes(NEW)


def refusing(code: int, only: Callable[..., bool] = lambda *_: True) -> Callable[..., Any]:
    """What fails as the system would, where `only` says so."""

    def refuse(*arguments: Any, **_: Any) -> None:
        if only(*arguments):
            raise OSError(code, os.strerror(code))

    return refuse


def is_folder(handle: int) -> bool:
    return stat.S_ISDIR(os.fstat(handle).st_mode)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.fixture(params=[False, True], ids=["fresh", "replaced"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where the file goes; there may be an old one."""
    path = tmp_path / "Книга.xlsx"
    if request.param:
        path.write_bytes(OLD)
    return path


def test_the_file_appears_only_after_the_block(target: Path) -> None:
    before = held(target.parent)
    with placed(target) as aside:
        aside.write_bytes(NEW)
        assert held(target.parent) == before | {aside.name: NEW}
        assert (aside.parent, aside.suffix) == (target.parent, target.suffix)
    assert held(target.parent) == {target.name: NEW}


def test_missing_folders_are_made(tmp_path: Path) -> None:
    place(tmp_path / "Клиенты" / "К-0001 Ромашка" / "Договор.docx")
    assert held(tmp_path / "Клиенты" / "К-0001 Ромашка") == {"Договор.docx": NEW}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_block_that_raises_leaves_all_as_it_was(error: type[BaseException], target: Path) -> None:
    before = held(target.parent)

    def break_off() -> None:
        with placed(target) as aside:
            aside.write_bytes(NEW)
            raise error

    with pytest.raises(error):
        break_off()
    assert held(target.parent) == before


@pytest.mark.parametrize("code", FAULTS, ids=errno.errorcode.get)
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_refusal_of_the_system_leaves_all_as_it_was(
    call: str, code: int, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = held(target.parent)
    with monkeypatch.context() as patched:
        patched.setattr(os, call, refusing(code))
        with pytest.raises(OSError, match=os.strerror(code)) as caught:
            place(target)
    assert caught.value.errno == code
    assert held(target.parent) == before


@posix
def test_a_full_disk_while_writing_leaves_all_as_it_was(target: Path) -> None:
    """The limit on a file's size stands for the disk: the write itself fails half-way."""
    before = held(target.parent)
    script = (
        "import resource, signal, sys\nfrom pathlib import Path\n"
        "from cmtools.placing import placed\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "with placed(Path(sys.argv[1])) as aside:\n    aside.write_bytes(b'new ' * 50_000)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, target], capture_output=True, check=False)
    assert done.returncode == 1
    assert b"OSError" in done.stderr
    assert held(target.parent) == before


def test_a_folder_where_the_file_should_be(tmp_path: Path) -> None:
    (tmp_path / "Книга.xlsx").mkdir()
    with pytest.raises(OSError, match=r"."):
        place(tmp_path / "Книга.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["Книга.xlsx"]
    assert (tmp_path / "Книга.xlsx").is_dir()


@posix
def test_a_folder_that_cannot_be_flushed_is_no_failure(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Network shares refuse it (EINVAL); by then the file stands in its place."""
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refusing(errno.EINVAL, is_folder))
        place(target)
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
    place(target)
    assert steps == [("flush", "file"), ("move", target.name), ("flush", "folder")]


@posix
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_permissions_follow_the_umask(mask: int, mode: int, target: Path) -> None:
    """Not those of a temporary file, which are the owner's alone; the mask itself stays."""
    with umask(mask):
        place(target)
        assert umask_now() == mask
    assert stat.S_IMODE(target.stat().st_mode) == mode


def umask_now() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@posix
def test_a_copy_has_the_bytes_and_times_and_is_no_longer_read_only(tmp_path: Path) -> None:
    """What was shipped read-only is the manager's to edit."""
    source, target = tmp_path / "source", tmp_path / "Копия.xlsx"
    source.write_bytes(NEW)
    os.utime(source, (1_000_000_000, 1_000_000_000))
    source.chmod(0o444)
    with umask(0o022):
        copy(source, target)
    assert held(tmp_path) == {"source": NEW, "Копия.xlsx": NEW}
    assert target.stat().st_mtime == 1_000_000_000
    assert stat.S_IMODE(target.stat().st_mode) == 0o644


def test_a_copy_of_nothing_leaves_all_as_it_was(target: Path) -> None:
    before = held(target.parent)
    with pytest.raises(FileNotFoundError):
        copy(target.with_name("нет такой.xlsx"), target)
    assert held(target.parent) == before


@posix
def test_killed_in_mid_write_the_old_file_is_whole(tmp_path: Path) -> None:
    """And what it leaves behind is never taken for a book."""
    from cmtools.workspace import is_copy

    target = tmp_path / "Предварительные заказы.xlsx"
    target.write_bytes(OLD)
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom cmtools.placing import placed\n"
        "with placed(Path(sys.argv[1])) as aside, aside.open('wb') as file:\n"
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
