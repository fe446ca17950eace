"""LibreOffice as a second opinion: it opens a file, computes every formula anew and saves it.

Where it is missing, a test that asks for it is skipped with a reason; under `CI=true` it fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from cmtools.documents.pdf import find_office

PATIENCE = 300  # seconds; only a guard against an office that hangs
PROFILE = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
  <item oor:path="/org.openoffice.Office.Calc/Formula/Load">
    <prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
  </item>
</oor:items>
"""
"""Recalculate on loading, always: by default a stored value is trusted."""


def office() -> str:
    """The office's program, or the end of the test."""
    return required("LibreOffice", find_office())


def installed(name: str, *programs: str) -> str:
    """The first of the programs that there is, or the end of the test."""
    return required(name, next(filter(None, map(shutil.which, programs)), None))


def required(name: str, found: str | None) -> str:
    """A program that was found, or the end of the test."""
    if found is None:
        reason = f"{name} is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}, and CI must have it")
        pytest.skip(reason)
    return found


def convert(files: Sequence[Path], folder: Path, to: str = "xlsx") -> list[Path]:
    """The files opened, recalculated and saved into a folder, all in one run of the office.

    Each run has a profile of its own, since two runs on one profile disturb each other.
    """
    program = office()
    made = [folder / f"{file.stem}.{to}" for file in files]
    assert len(set(made)) == len(files), "two files of one name would overwrite each other"
    with tempfile.TemporaryDirectory(prefix="office-") as profile:
        settings = Path(profile) / "user" / "registrymodifications.xcu"
        settings.parent.mkdir()
        settings.write_text(PROFILE, "utf-8")
        own = f"-env:UserInstallation={Path(profile).as_uri()}"
        done = subprocess.run(
            [program, "--headless", own, "--convert-to", to, "--outdir", folder, *files],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    missing = [path.name for path in made if not path.is_file()]
    assert not missing, f"{missing}: {done.stdout.decode()}{done.stderr.decode()}"
    return made
