"""The installed program, run from outside."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROGRAM = shutil.which("cmtools", path=str(Path(sys.executable).parent)) or "cmtools"
PATIENCE = 60  # seconds; only a guard against a program that hangs


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run has answered."""

    code: int
    out: str = ""
    err: str = ""


def run(*arguments: str, folder: Path, **environment: str) -> Answer:
    """Run the installed program in a folder, its worker processes included."""
    own = {name: value for name, value in os.environ.items() if name != "CMTOOLS_IN_PROCESS"}
    done = subprocess.run(
        [PROGRAM, *arguments],
        cwd=folder,
        env=own | {"COLUMNS": "100"} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    return Answer(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
