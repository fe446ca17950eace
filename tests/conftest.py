"""Settings of all tests: a busy machine is no reason for a property to fail."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("steady", deadline=None)
settings.load_profile("steady")

READ_HERE = ("agenda", "books", "demo", "documents", "pricing", "reports")
"""Rooms whose rules do not depend on processes."""
NEED_PROCESSES = ("test_many_books", "test_store")
"""Modules of these rooms that do."""


@pytest.fixture(scope="module", autouse=True)
def read_in_this_process(request: pytest.FixtureRequest) -> Iterator[None]:
    """Read books in the process of the test, which takes a quarter of the time."""
    with pytest.MonkeyPatch.context() as patch:
        if request.path.parent.name in READ_HERE and request.path.stem not in NEED_PROCESSES:
            patch.setenv("CMTOOLS_IN_PROCESS", "1")
        yield
