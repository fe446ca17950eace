"""Files to double-click in a workspace: each runs one command there and waits for a key."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

_COMMANDS = {
    "Проверить": "validate",
    "Цены": "price",
    "Повестка": "today",
    "Обзор": "board",
    "Отчёт прошлого месяца": "report last",
}
"""What a button is called → the command that it runs."""

_BATCH = """\
@echo off
chcp 65001 >nul
cd /d "%~dp0.."
{program} -m cmtools {command}
echo.
pause
"""
_SCRIPT = """\
#!/bin/sh
cd "$(dirname "$0")/.." || exit 1
{program} -m cmtools {command}
printf '\\nНажмите Enter, чтобы закрыть окно. '
read -r answer
"""


def button_files(
    platform: str = sys.platform, program: str = sys.executable
) -> Mapping[str, bytes]:
    """Return file name → content: for Windows, and for the system that this is.

    program: the Python that has cmtools; on another machine with Windows it is the launcher's.
    """
    is_windows = platform == "win32"
    windows = f'"{program}"' if is_windows else "py"
    files = {}
    for name, command in _COMMANDS.items():
        batch = _BATCH.format(program=windows, command=command)
        files[f"{name}.cmd"] = batch.replace("\n", "\r\n").encode()
        if not is_windows:
            ending = "command" if platform == "darwin" else "sh"
            script = _SCRIPT.format(program=shlex.quote(program), command=command)
            files[f"{name}.{ending}"] = script.encode()
    return files


def write_buttons(folder: Path) -> list[Path]:
    """Write the buttons into a folder; those that are there already stay as they are.

    Raises:
        OSError: no rights, no room.
    """
    folder.mkdir(exist_ok=True)
    written = []
    for name, content in button_files().items():
        path = folder / name
        if not path.exists():
            path.write_bytes(content)
            path.chmod(0o755)
            written.append(path)
    return written
