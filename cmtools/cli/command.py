"""What all commands of the program share: options, the printed answer, refusals."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from cmtools.cli.help import Command
from cmtools.commands.result import ExitCode, Result
from cmtools.errors import Unavailable, UsageError, explain_os_error
from cmtools.tables.reader.prestart import prepare

WorkspaceOption = Annotated[
    Path | None, typer.Option("--workspace", metavar="ПАПКА", help="Рабочая папка.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Ответ одним объектом JSON.")]
TodayOption = Annotated[
    datetime | None,
    typer.Option(
        "--today", formats=["%Y-%m-%d"], metavar="ГГГГ-ММ-ДД", help="Считать этот день сегодняшним."
    ),
]
InPlaceOption = Annotated[
    bool, typer.Option("--in-place", help="Записать в саму книгу; сначала резерв.")
]
ManagerOption = Annotated[
    str | None, typer.Option("--manager", metavar="ИМЯ", help="Один менеджер.")
]
T = TypeVar("T")


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., Result]], None]:
    """Register a function as a command of the program.

    The function returns a result, which is printed, as JSON with `--json`, and whose exit code ends
    the program. Its parameter `root` is the folder of `--workspace`, else the current one; `today`
    is the day of `--today`, else the clock's. All other parameters are the command's own.
    """

    def register(function: Callable[..., Result]) -> None:
        own = inspect.signature(function, eval_str=True).parameters

        def run(*, context: typer.Context, as_json: bool, **arguments: Any) -> None:
            if "root" in own:
                arguments["root"] = workspace_root(context, arguments.pop("workspace"))
            if "today" in own:
                prepare()  # the process that reads books starts while this one still imports
                given = arguments["today"]
                arguments["today"] = given.date() if given else date.today()
            result = refusing(lambda: function(**arguments), as_json)
            _print_answer(result, as_json)
            raise typer.Exit(result.exit_code)

        options = [
            _parameter("context", typer.Context),
            *(own[key] for key in own if key not in ("root", "today")),
            _parameter("as_json", JsonOption, False),
            *([_parameter("today", TodayOption, None)] if "today" in own else ()),
            *([_parameter("workspace", WorkspaceOption, None)] if "root" in own else ()),
        ]
        keywords = [option.replace(kind=inspect.Parameter.KEYWORD_ONLY) for option in options]
        run.__signature__ = inspect.Signature(keywords)  # type: ignore[attr-defined]
        run.__annotations__ = {option.name: option.annotation for option in options}
        run.__doc__ = function.__doc__
        app.command(name, cls=Command)(run)

    return register


def workspace_root(context: typer.Context, workspace: Path | None) -> Path:
    """Return the workspace named after the command, or before it; else the current folder."""
    before: Path | None = context.obj
    return workspace or before or Path.cwd()


def refusing(run: Callable[[], T], as_json: bool) -> T:
    """Call a command; where it refuses, end the program with one line and its exit code."""
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
    print_refusal(reason, as_json)
    raise typer.Exit(code)


def print_refusal(reason: str, as_json: bool) -> None:
    """Print one line on stderr, and with JSON an answer that says no."""
    if as_json:
        refusal = {"ok": False, "error": reason, "problems": []}
        typer.echo(json.dumps(refusal, ensure_ascii=False))
    _print_line(reason)


def _print_answer(result: Result, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(result.as_json(), ensure_ascii=False, indent=1))
    else:
        from cmtools.cli.console.render import print_result

        print_result(result)
    if result.warning:
        _print_line(result.warning)


def _print_line(text: str) -> None:
    """Print one line on stderr, without the control characters that names of files may hold."""
    line = "".join(sign if sign.isprintable() else "�" for sign in text)
    typer.echo(f"cmtools: {line}", err=True)


def _parameter(
    name: str, annotation: object, default: object = inspect.Parameter.empty
) -> inspect.Parameter:
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, annotation=annotation, default=default)
