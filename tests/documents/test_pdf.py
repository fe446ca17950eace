"""The office that makes the PDFs, when it does not do its work."""

import os
import time
from pathlib import Path

import pytest

from cmtools.documents import pdf

HANGING = "#!/bin/sh\nsleep 600 &\necho $! > {pid}\nwait\n"


@pytest.mark.skipif(os.name != "posix", reason="the stand-in for the office is a shell script")
def test_an_office_that_hangs_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, pid = tmp_path / "soffice", tmp_path / "pid"
    program.write_text(HANGING.format(pid=pid))
    program.chmod(0o755)
    paper = tmp_path / "a.docx"
    paper.write_bytes(b"")
    monkeypatch.setattr(pdf, "find_office", lambda: str(program))
    monkeypatch.setattr(pdf, "START_SECONDS", 1)
    monkeypatch.setattr(pdf, "DOCUMENT_SECONDS", 1)
    with pytest.raises(pdf.OfficeError, match="не ответил вовремя"):
        pdf.convert({paper: tmp_path / "a.pdf"})
    assert not (tmp_path / "a.pdf").exists()
    deadline = time.monotonic() + 10
    while is_alive(int(pid.read_text())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(int(pid.read_text()))


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
