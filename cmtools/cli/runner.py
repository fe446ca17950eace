"""The program as a process: UTF-8, wrong calls, faults of its own, exit codes."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import traceback
from typing import NoReturn

import typer

from cmtools.cli.command import print_refusal
from cmtools.cli.help import Group, explain_wrong_call


def run_app(app: typer.Typer) -> NoReturn:
    """Run the program; the only place that ends the process."""
    for stream in (sys.stdout, sys.stderr):  # UTF-8 whatever the system's own encoding
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # there is nothing here to multiply
    gc.disable()  # a run is short: records are made once and kept, so collecting finds nothing
    try:
        code = app(standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except BrokenPipeError:  # the reader of our answer has gone
        os._exit(0)
    except Exception as error:
        if hasattr(error, "exit_code") and hasattr(error, "format_message"):  # a wrong call
            code = _refuse_wrong_call(error)
        else:  # a bug: one line for the person, the rest in a log
            print_refusal(_log_bug(error), "--json" in sys.argv)
            code = 3
    _exit(code or 0)


def _exit(code: int) -> NoReturn:
    """End at once: freeing a hundred thousand records one by one serves no purpose."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    os._exit(code)


def _refuse_wrong_call(error: Exception) -> int:
    """Say what is wrong with a call; return the exit code."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        typer.echo(context.get_help())
        return 2
    group = context.command if context is not None else None
    commands = group.list_commands(context) if context and isinstance(group, Group) else ()
    print_refusal(explain_wrong_call(error, commands), "--json" in sys.argv)
    return 2


def _log_bug(error: Exception) -> str:
    """Write the traceback to a log; return one line that names the log."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="cmtools-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            log.writelines(traceback.format_exception(error))
    except OSError:
        return f"внутренняя ошибка ({type(error).__name__}); записать её в журнал не удалось"
    return f"внутренняя ошибка; подробности: {log.name}"
