"""Help and complaints about a wrong call in Russian; typer itself knows only English."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

from typer.core import TyperCommand, TyperGroup

_HELP = (
    (r"^Usage: ", "Вызов: "),
    (r"^Options:$", "Ключи:"),
    (r"^Arguments:$", "Аргументы:"),
    (r"^Commands:$", "Команды:"),
    (r"Show this message and exit\.", "Показать эту справку."),
    (r"\[OPTIONS\]", "[КЛЮЧИ]"),
    (r"COMMAND \[ARGS\]\.\.\.", "КОМАНДА …"),
    (r"\[required\]", "[обязательно]"),
    (r"\[default: ([^\]]*)\]", r"[если не указать: \1]"),
    (r"\{([^}]*)\}", r"\1"),
    (r" <[\w\[\]]+>", ""),
)


def russian(text: str) -> str:
    """Put typer's own words of a help text into Russian."""
    for english, ours in _HELP:
        text = re.sub(english, ours, text, flags=re.MULTILINE)
    return text


class Command(TyperCommand):
    """A command whose help is in Russian."""

    def get_help(self, ctx: Any) -> str:
        return russian(super().get_help(ctx))


class Group(TyperGroup):
    """A group of commands whose help is in Russian."""

    def get_help(self, ctx: Any) -> str:
        return russian(super().get_help(ctx))


def explain_wrong_call(error: Exception, commands: Iterable[str]) -> str:
    """Say in one line what is wrong with a call, and which name was perhaps meant."""
    kind = type(error).__name__
    text = str(getattr(error, "message", None) or error)
    parameter = getattr(error, "param", None)
    option = getattr(error, "option_name", None)
    name = option or (parameter.opts[0] if parameter is not None else "")
    if kind == "NoSuchOption":
        near = sorted(getattr(error, "possibilities", None) or ())
        return f"нет такого ключа: {option}{_suggest(near)}"
    if kind == "MissingParameter":
        metavar = getattr(parameter, "metavar", None) or ""
        wanted = f"{name} {metavar}".strip() if name.startswith("-") else metavar or name
        return f"не указано обязательное: {wanted}"
    if command := re.match(r"No such command '(.*?)'", text):
        near = difflib.get_close_matches(command[1], list(commands), n=2)
        return f"нет такой команды: {command[1]}{_suggest(near)}"
    if text == "Missing command.":
        return f"не указана команда: {', '.join(commands)}"
    if kind == "BadParameter":
        value = re.search(r"'(.*?)'", text)
        return f"неверное значение для {name}: {value[1] if value else text}"
    if "requires an argument" in text:
        return f"после {name} нужно значение"
    if extra := re.search(r"unexpected extra argument\S* \((.*)\)", text):
        return f"лишнее в команде: {extra[1]}"
    return f"команда не понята: {text}"


def _suggest(names: list[str]) -> str:
    return f"; может быть, {' или '.join(names)}?" if names else ""
