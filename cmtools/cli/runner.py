"""How the command line answers: an outcome printed, a refusal in one line, an exit code."""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from cmtools.cli.help import Group, complaint

if TYPE_CHECKING:
    from cmtools.commands.results import Outcome


def end_with(app: typer.Typer) -> NoReturn:
    """Run the program; the only place that ends the process."""
    _speak_utf8()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # there is nothing here to multiply
    gc.disable()  # a run is short: records are made once and kept, so collecting finds nothing
    try:
        code = app(standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except BrokenPipeError:  # whoever read our answer has gone
        os._exit(0)
    except Exception as error:
        if hasattr(error, "exit_code") and hasattr(error, "format_message"):  # a wrong call
            code = _complain(error)
        else:  # a fault of ours: one line for the person, the rest in a log
            _say_no(_fault_line(error), "--json" in sys.argv)
            code = 3
    _leave(code or 0)


def _leave(code: int) -> NoReturn:
    """End at once: taking a hundred thousand records apart one by one helps nobody."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        pass
    os._exit(code)


def _complain(error: Exception) -> int:
    """Tell what is wrong with a call; the exit code."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        typer.echo(context.get_help())
        return 2
    group = context.command if context is not None else None
    commands = group.list_commands(context) if context and isinstance(group, Group) else ()
    _say_no(complaint(error, commands), "--json" in sys.argv)
    return 2


def _say_no(reason: str, as_json: bool) -> None:
    """One line on stderr, and an answer that says no where JSON was asked for."""
    if as_json:
        no = {"ok": False, "error": reason, "problems": []}
        typer.echo(json.dumps(no, ensure_ascii=False))
    typer.echo(f"cmtools: {_printable(reason)}", err=True)


def answer(run: Callable[[], Any], kind: str, as_json: bool) -> None:
    """Run a command, show its outcome, and end with its exit code."""
    outcome = ran(run, as_json)
    if trouble := outcome.facts.get("unremembered"):
        typer.echo(f"cmtools: прочитанное не запоминается: {_printable(trouble)}", err=True)
    if as_json:
        typer.echo(json.dumps(outcome.data, ensure_ascii=False, indent=1))
    else:
        from cmtools.cli.console.dispatch import show

        show(kind, outcome)
    if outcome.trouble:
        typer.echo(f"cmtools: {_printable(outcome.trouble)}", err=True)
    raise typer.Exit(outcome.code)


def ran(run: Callable[[], Any], as_json: bool) -> Any:
    """What a command comes to; a refusal ends the program with one line and its code."""
    from cmtools.commands.results import ExitCode
    from cmtools.errors import Unavailable, UsageError, explain_os_error
    from cmtools.workspace import WorkspaceError

    try:
        return run()
    except UsageError as error:
        _refuse(str(error), ExitCode.USAGE, as_json)
    except (Unavailable, WorkspaceError) as error:
        _refuse(str(error), ExitCode.ENVIRONMENT, as_json)
    except OSError as error:
        _refuse(explain_os_error(error), ExitCode.ENVIRONMENT, as_json)


def _refuse(reason: str, code: int, as_json: bool) -> NoReturn:
    _say_no(reason, as_json)
    raise typer.Exit(code)


def _printable(text: str) -> str:
    """One line without control characters, whatever a file is called."""
    return "".join(sign if sign.isprintable() else "�" for sign in text)


def with_progress(title: str, run: Callable[[Any], Outcome]) -> Callable[[], Outcome]:
    """A command that tells how far it has come, by a bar on stderr where that is a terminal."""

    def shown() -> Outcome:
        if not sys.stderr.isatty():
            return run(lambda done, total: None)
        from cmtools.cli.console.layout import progress

        with progress(title) as told:
            return run(told)

    return shown


def _speak_utf8() -> None:
    """What is printed is UTF-8, whatever the system's own encoding."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _fault_line(fault: Exception) -> str:
    """One line about a fault of the program's own; its traceback goes to a log."""
    import tempfile
    import traceback

    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="cmtools-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            log.writelines(traceback.format_exception(fault))
    except OSError:
        return f"внутренняя ошибка ({type(fault).__name__}); записать её в журнал не удалось"
    return f"внутренняя ошибка; подробности: {log.name}"
