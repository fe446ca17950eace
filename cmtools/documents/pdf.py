"""Documents as PDF, made by LibreOffice without a window, many in one run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cmtools.files import copy

ENDING = ".pdf"
AT_ONCE = 100  # documents in one run
START_SECONDS, DOCUMENT_SECONDS = 90, 10  # how long a run may take

_NAMES = ("soffice", "libreoffice")
_USUAL = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
)
MISSING = (
    "для PDF нужен LibreOffice, а его нет; документы .docx сделаны. Поставьте его: "
    "https://www.libreoffice.org/download или apt install libreoffice-writer"
)


class OfficeError(Exception):
    """LibreOffice is missing or failed; the message is one line in Russian."""


def convert(papers: Mapping[Path, Path]) -> None:
    """Make the PDF of each document: path of the document → path of the PDF.

    Each run has its own profile: of two runs on one profile one fails.

    Raises:
        OfficeError: LibreOffice is missing, hangs, or has not made a PDF.
        OSError: no rights, no room.
    """
    if not papers:
        return
    program = find_office()
    if program is None:
        raise OfficeError(MISSING)
    pairs = list(papers.items())
    for first in range(0, len(pairs), AT_ONCE):
        with tempfile.TemporaryDirectory(prefix="cmtools-pdf-") as folder:
            _convert(program, Path(folder), pairs[first : first + AT_ONCE])


def find_office() -> str | None:
    """Return the program of LibreOffice, None where it is not installed."""
    found = (shutil.which(name) for name in (*_NAMES, *_USUAL))
    return next(filter(None, found), None)


def _convert(program: str, folder: Path, papers: Sequence[tuple[Path, Path]]) -> None:
    sources = [folder / f"{number}.docx" for number in range(len(papers))]
    for source, (paper, _) in zip(sources, papers, strict=True):
        shutil.copyfile(paper, source)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    where = ("--headless", "--convert-to", "pdf", "--outdir", folder)
    command: list[str | Path] = [program, profile, *where, *sources]
    _run(command, START_SECONDS + DOCUMENT_SECONDS * len(papers))
    for source, (paper, target) in zip(sources, papers, strict=True):
        made = source.with_suffix(ENDING)
        if not made.exists():
            raise OfficeError(f"LibreOffice не сделал PDF из «{paper.name}»; сам документ сделан")
        copy(made, target)


def _run(command: Sequence[str | Path], seconds: float) -> None:
    """Run LibreOffice; at the time limit it is killed with its child processes."""
    office = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        office.wait(seconds)
    except subprocess.TimeoutExpired:
        if os.name == "posix":
            os.killpg(office.pid, signal.SIGKILL)
        else:
            office.kill()
        office.wait()
        raise OfficeError("LibreOffice не ответил вовремя; документы .docx сделаны") from None
