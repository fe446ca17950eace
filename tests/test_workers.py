"""Worker processes: results, exceptions, limits, stages, and what is left of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from cmtools.workers.pool import WorkerPool
from cmtools.workers.process import (
    IN_PROCESS,
    Limit,
    WorkerDied,
    WorkerProcess,
    WorkerStopped,
    prestart,
)
from cmtools.workers.server import WorkerBug, report_stage

MIB = 1 << 20
PATIENCE = 60  # seconds; only a guard against a test that hangs
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
needs_limits = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory")


@pytest.fixture(scope="module", autouse=True)
def importable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have worker processes find this module, and one that cannot be imported."""
    folder = tmp_path_factory.mktemp("modules")
    (folder / "broken_module.py").write_text("def function(): ...\nif __name__ != 'x': 1 / 0\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{Path(__file__).parent}{os.pathsep}{folder}")
        yield


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    """One process, with limits that no healthy call reaches."""
    with worker_of() as process:
        yield process


def worker_of(seconds: float = PATIENCE, memory_bytes: int = 1024 * MIB) -> WorkerProcess:
    return WorkerProcess(seconds=seconds, memory_bytes=memory_bytes)


def process_id() -> int:
    return os.getpid()


def print_and_return(text: str, *, times: int) -> str:
    print(text, flush=True)
    os.write(1, text.encode())
    return text * times


def fail_to_open() -> None:
    raise PermissionError(13, "no rights", "book.xlsx")


def divide(number: float) -> float:
    return number / 0


def take_memory() -> int:
    return len(bytes(4096 * MIB))


def exit_at_once(code: int) -> None:
    os._exit(code)


def work_in_stages(count: int, seconds: float) -> str:
    for number in range(count):
        report_stage(f"stage {number}")
        time.sleep(seconds)
    return "done"


def sleep_in_process(seconds: float) -> None:
    time.sleep(seconds)


def unpicklable() -> object:
    return threading.Lock()


def test_a_process_calls_one_function_after_another(worker: WorkerProcess) -> None:
    first = worker.call(process_id)
    assert first not in (os.getpid(), None)
    assert worker.call(process_id) == first == worker.pid
    assert worker.call(print_and_return, "да", times=2) == "дада"


def test_a_refusal_of_the_system_is_raised_as_it_is(worker: WorkerProcess) -> None:
    first = worker.call(process_id)
    with pytest.raises(PermissionError, match=r"no rights.*book\.xlsx"):
        worker.call(fail_to_open)
    assert worker.call(process_id) == first


def test_a_bug_is_a_bug_and_names_its_place(worker: WorkerProcess) -> None:
    with pytest.raises(WorkerBug, match=r"(?s)test_workers\.py.*ZeroDivisionError"):
        worker.call(divide, 1)
    assert worker.call(print_and_return, "a", times=1) == "a"


def test_a_module_that_cannot_be_imported_is_a_bug() -> None:
    """Whether it was imported before the first call or for it; the next call finds a process."""
    for preload in ((), ("broken_module",)):
        with WorkerProcess(seconds=PATIENCE, memory_bytes=1 << 30, preload=preload) as worker:
            with pytest.raises(WorkerBug, match="ZeroDivisionError"):
                worker.call(Named("broken_module", "function"))  # type: ignore[arg-type]
            assert worker.call(print_and_return, "a", times=1) == "a"


class Named:
    """Pickles as a function of a module that this process does not import."""

    def __init__(self, module: str, name: str) -> None:
        self._names = module, name

    def __reduce__(self) -> tuple[object, ...]:
        return _import, self._names


def _import(module: str, name: str) -> object:
    from importlib import import_module

    return getattr(import_module(module), name)


def test_a_result_that_cannot_travel_is_a_bug(worker: WorkerProcess) -> None:
    with pytest.raises(WorkerBug, match="cannot pickle"):
        worker.call(unpicklable)
    assert worker.call(print_and_return, "a", times=1) == "a"


@pytest.mark.parametrize("code", [0, 1])
def test_an_interpreter_that_ends_by_itself_is_a_bug(worker: WorkerProcess, code: int) -> None:
    with pytest.raises(WorkerBug, match=f"exit code {code}"):
        worker.call(exit_at_once, code)


@needs_signals
def test_a_process_that_hangs_is_killed_and_replaced() -> None:
    with worker_of(seconds=1) as worker:
        worker.start()
        assert worker.pid is not None
        hung = worker.pid
        os.kill(hung, signal.SIGSTOP)
        with pytest.raises(WorkerDied) as died:
            worker.call(process_id)
        assert (died.value.limit, died.value.seconds) == (Limit.SECONDS, 1)
        with pytest.raises(ProcessLookupError):
            os.kill(hung, 0)
    with worker_of() as worker:
        assert worker.call(process_id) != hung


@needs_signals
def test_a_crash_is_no_bug() -> None:
    with worker_of() as worker:
        worker.start()
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(WorkerDied) as died:
            worker.call(process_id)
        assert died.value.limit is Limit.MEMORY
        assert worker.call(print_and_return, "a", times=1) == "a"


@needs_limits
def test_memory_is_limited(worker: WorkerProcess) -> None:
    with pytest.raises(WorkerDied) as died:
        worker.call(take_memory)
    assert died.value.limit is Limit.MEMORY
    assert worker.call(print_and_return, "a", times=1) == "a"


def test_each_stage_has_the_time_to_itself() -> None:
    with worker_of(seconds=3) as worker:
        assert worker.call(work_in_stages, 3, 1.5) == "done"
        with pytest.raises(WorkerDied) as died:
            worker.call(work_in_stages, 2, 30)
        assert (died.value.limit, died.value.stage) == (Limit.SECONDS, "stage 0")


def test_a_call_is_stopped_from_another_thread() -> None:
    worker = worker_of()
    stopper = threading.Timer(1, worker.stop)
    stopper.start()
    with pytest.raises(WorkerStopped):
        worker.call(work_in_stages, 1, PATIENCE)
    stopper.join()
    assert worker.pid is None
    with pytest.raises(WorkerStopped):
        worker.call(process_id)


@needs_signals
def test_a_stuck_orphan_ends_by_itself(tmp_path: Path) -> None:
    """Its parent is killed while it is at work, for longer than its limit allows."""
    script = (
        "import cmtools.workers.server as server, test_workers, sys\n"
        "from cmtools.workers.process import WorkerProcess\n"
        "worker = WorkerProcess(seconds=1, memory_bytes=1 << 30)\n"
        "print(worker.call(test_workers.process_id), flush=True)\n"
        "worker.call(test_workers.sleep_in_process, 600)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        orphan = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + PATIENCE
    while is_alive(orphan):
        assert time.monotonic() < deadline
        time.sleep(1)


def is_alive(process: int) -> bool:
    """Return whether a process is there and no zombie that its new parent has still to bury."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_prestarted_process_serves_the_first_worker() -> None:
    prestart()
    with worker_of() as first, worker_of() as second:
        assert first.call(process_id) != second.call(process_id)


def test_in_process_functions_are_called_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(IN_PROCESS, "1")
    prestart()
    with worker_of() as worker, WorkerPool(seconds=1, memory_bytes=MIB) as pool:
        worker.start()
        assert worker.call(process_id) == os.getpid() == pool.submit(process_id).result()
        assert worker.call(work_in_stages, 1, 0) == "done"
        with pytest.raises(ZeroDivisionError):
            worker.call(divide, 1)
        assert isinstance(pool.submit(divide, 1).exception(), ZeroDivisionError)
        assert worker.pid is None


def test_a_pool_lives_through_deaths_and_bugs() -> None:
    with WorkerPool(seconds=PATIENCE, memory_bytes=1024 * MIB, processes=2) as pool:
        crashes = [pool.submit(exit_at_once, 99) for _ in range(3)]
        bug, refusal = pool.submit(divide, 1), pool.submit(fail_to_open)
        results = [pool.submit(print_and_return, str(number), times=1) for number in range(20)]
        for crash in crashes:
            assert isinstance(crash.exception(), WorkerDied)
        assert isinstance(bug.exception(), WorkerBug)
        assert isinstance(refusal.exception(), PermissionError)
        assert [result.result() for result in results] == [str(number) for number in range(20)]


def test_a_pool_has_so_many_processes_and_ends_them() -> None:
    with WorkerPool(seconds=PATIENCE, memory_bytes=1024 * MIB, processes=2) as pool:
        ids = {pool.submit(process_id).result() for _ in range(10)}
        assert len(ids) <= 2
        long = [pool.submit(work_in_stages, 1, PATIENCE) for _ in range(4)]
        time.sleep(1)
    for future in long:
        with pytest.raises((WorkerStopped, CancelledError)):
            future.result()
