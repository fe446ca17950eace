"""Faults 1, 2, 6, 7, 10, 11: broken off, or refused by the system, at each change of the disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from cmtools.files import TEMPORARY
from cmtools.watch.drop_processor import DropProcessor
from cmtools.watch.protocol_text import PROTOCOL
from support import killing, watching
from support.watching import Stub, context, drop, ends, work_off, workspace

pytestmark = pytest.mark.skipif(os.name != "posix", reason="fork and SIGKILL are POSIX's")
HERE = Path(__file__).parents[1]
LEAST_CHANGES = 60  # fewer would mean that the changes are not counted any more


def cases(kind: str) -> dict[str, object]:
    """What the program `killing` says of all its cases of a kind."""
    command = [sys.executable, "-m", "support.killing", kind]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.long
@pytest.mark.parametrize("kind", killing.KINDS)
def test_every_change_may_be_the_last(kind: str) -> None:
    """All bytes are there at any moment, nothing is seen half-made, and the next run ends it."""
    found = cases(kind)
    assert found["wrong"] == []
    assert isinstance(found["changes"], int)
    assert isinstance(found["cases"], int)
    assert found["changes"] >= LEAST_CHANGES
    assert found["cases"] >= LEAST_CHANGES


@pytest.mark.long
def test_random_kills_of_two_watchers(tmp_path: Path) -> None:
    """Fault 27 with 1 and 2: some hundred kills at any moment; each drop ends once all the same."""
    root = workspace(tmp_path / "w")
    contents = {f"{n:03d}.txt": f"drop {n}".encode() for n in range(300)}
    contents |= {f"плохо {n}.txt": f"плохо {n}".encode() for n in range(60)}
    for name, content in contents.items():
        drop(root, name, content)
    script = "import sys; from pathlib import Path; from support.killing import kill_at_random; "
    script += "kill_at_random(Path(sys.argv[1]), int(sys.argv[2]))"
    watchers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(root), str(seed)], cwd=HERE, stdout=subprocess.PIPE
        )
        for seed in (1, 2)
    ]
    kills = sum(int(watcher.communicate()[0]) for watcher in watchers)
    assert killing.run(root)
    assert kills > killing.KILLS / 2
    found = ends(root)
    dropped = Counter(
        (name, content) for f in found.values() for name, content in f.items() if name in contents
    )
    assert dropped == Counter(contents.items())
    assert all(set(files) == {PROTOCOL, *(set(files) & set(contents))} for files in found.values())


def test_nothing_is_named_before_its_bytes_are_flushed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 11: what is moved into sight was flushed before, and its folder is flushed after."""
    root, steps = workspace(tmp_path / "w"), list[tuple[str, str]]()
    flush, rename, place = os.fsync, os.rename, os.replace

    def noted_flush(handle: int) -> None:
        steps.append(("flush", Path(f"/proc/self/fd/{handle}").readlink().name))
        flush(handle)

    def noted_move(source: Path, target: Path) -> None:
        steps.append(("move", Path(target).name))
        (rename if Path(source).is_dir() else place)(source, target)

    drop(root, "Моя.xlsx")
    monkeypatch.setattr(os, "fsync", noted_flush)
    monkeypatch.setattr(os, "replace", noted_move)
    monkeypatch.setattr(os, "rename", noted_move)
    work_off(context(root))
    book = steps.index(("move", watching.BOOK))
    assert ("flush", "copy.xlsx") in steps[:book]
    assert ("flush", root.name) in steps[book:]
    result = next(n for n, (kind, name) in enumerate(steps) if name.endswith("Моя"))
    before = {name for kind, name in steps[:result] if kind == "flush"}
    assert {"Моя.xlsx", "result", PROTOCOL} <= before
    assert any(name.startswith(TEMPORARY) and name.endswith(".json") for name in before)
    assert ("flush", "Обработано") in steps[result:]


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts need root")
def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """Fault 6 for real: a file system of one megabyte, full but for some kilobytes."""
    root = tmp_path / "w"
    root.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(root)]
    if subprocess.run(mounted, capture_output=True, check=False).returncode:
        pytest.fail("root, but no mount: run where mounts are allowed, or not as root")
    try:
        workspace(root)
        drop(root, "Моя.xlsx")
        (root / "filler").write_bytes(bytes(1 << 20)[: 1 << 18])
        for path in range(3):
            with pytest.raises(OSError, match="No space"):  # noqa: PT012
                with (root / f"filler {path}").open("wb") as filler:
                    filler.write(bytes(1 << 20))
                raise OSError("No space")
        with pytest.raises(OSError, match="No space"):
            work_off(context(root))
        assert list(killing.wrong_now(root)) == []
        for filler_path in root.glob("filler*"):
            filler_path.unlink()
        work_off(context(root))
        assert list(killing.wrong_at_the_end(root)) == []
    finally:
        subprocess.run(["umount", str(root)], check=True)


def test_a_decision_that_was_cut_off_is_no_decision(tmp_path: Path) -> None:
    """What was being written when the power went is not what is read later."""
    root = workspace(tmp_path / "w")
    path = drop(root, "Моя.xlsx")
    shared = context(root)
    shared.lease.open()
    ready = shared.inbox.scan(0.0).ready[0]
    job = DropProcessor(shared, Stub()).claim(ready)
    assert job is not None
    assert not path.exists()
    (job.folder / f"{TEMPORARY}0123.json").write_bytes(b'{"name": ')
    shared.lease.close()
    work_off(context(root))
    assert list(killing.wrong_at_the_end(root)) == []
