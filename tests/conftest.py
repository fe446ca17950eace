"""Settings of all tests: a busy machine is no reason for a property to fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from cmtools.workers.process import IN_PROCESS

settings.register_profile("steady", deadline=None)
settings.load_profile("steady")

TESTS = Path(__file__).parent
NEED_PROCESSES = (
    "cli/test_startup",
    "commands/test_environment",
    "commands/test_hostile_files",
    "reports/test_many_books",
    "tables/test_reader",
    "tables/test_tables",
    "test_workers",
    "watch/test_books",
    "watch/test_faults",
    "watch/test_kills",
)
"""Modules that test what worker processes are for: limits, crashes, several of them at once."""


@pytest.fixture(scope="module", autouse=True)
def read_in_this_process(request: pytest.FixtureRequest) -> Iterator[None]:
    """Read books in the process of the test, which takes a quarter of the time."""
    module = request.path.relative_to(TESTS).with_suffix("").as_posix()
    with pytest.MonkeyPatch.context() as patch:
        if module not in NEED_PROCESSES:
            patch.setenv(IN_PROCESS, "1")
        yield
