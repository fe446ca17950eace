"""Who tells which outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rich.console import Console

from cmtools.cli.console.books import tell_explain, tell_init, tell_price, tell_validate
from cmtools.cli.console.documents import tell_docs, tell_fields, tell_templates
from cmtools.cli.console.month import tell_client, tell_plan, tell_report
from cmtools.cli.console.workspace import tell_demo, tell_doctor
from cmtools.commands.results import Outcome

_TELL: Mapping[str, Callable[[Console, Outcome], None]] = {
    "init": tell_init,
    "validate": tell_validate,
    "price": tell_price,
    "explain": tell_explain,
    "docs": tell_docs,
    "templates": tell_templates,
    "fields": tell_fields,
    "report": tell_report,
    "plan": tell_plan,
    "client": tell_client,
    "demo": tell_demo,
    "doctor": tell_doctor,
}


def show(kind: str, outcome: Outcome, console: Console | None = None) -> None:
    """Print an outcome: what was asked, then the problems, then what was made."""
    _TELL[kind](console or Console(highlight=False, emoji=False), outcome)
