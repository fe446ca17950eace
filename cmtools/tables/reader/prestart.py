"""Start the process that reads workbooks while this one is still importing."""

from __future__ import annotations

from cmtools.workers.process import prestart

READER = "cmtools.tables.reader.workbook"


def prepare() -> None:
    """Start a process that is ready to read; if no reader takes it, it ends with this process."""
    prestart(READER)
