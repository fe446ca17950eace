"""All that is generated from the declarations: the blanks, the sample's forms, the reference.

`python -m docs.generate` writes it; with `--check` it only tells what is stale, with exit code 1.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

import cmtools
from cmtools.books.catalog import BOOKS
from cmtools.cli.app import app
from cmtools.commands.client import ANSWER as CLIENT_ANSWER
from cmtools.documents.catalog import FORMS, KINDS
from cmtools.documents.shipped_templates import VERSIONS
from cmtools.documents.template.filters import FILTERS
from cmtools.documents.template.schema import KINDS as KINDS_OF_FIELDS
from cmtools.documents.template.schema import declared_fields, walk_fields
from cmtools.files import checksum
from cmtools.letters.catalog import KINDS as LETTERS
from cmtools.problems import Message, Severity
from cmtools.reports.indicators import INDICATORS
from cmtools.tables.columns import Column, Field
from cmtools.tables.table import Table
from docs.blanks import write_blanks
from docs.sample import outdated_books, renew

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
BLANKS = ROOT / "workbooks"
INDICATOR_NOTES = """\
Заказ считается, когда заявка окончательная, и относится к месяцу по «Дате заказа»; предварительные
заявки показаны отдельно. Строка с ошибкой не входит, отчёт называет её и причину.

Категория клиента берётся на первое число месяца, по его заказам у всех менеджеров: новый — до этого
дня заказов не было; системный — не меньше «Системный: заказов не менее» заказов за «Системный: за
месяцев» месяцев до этого дня; повторный — любой другой, кто уже заказывал.

Срок потери — последний заказ плюс «Потеря системного, дней» (если на следующий день клиент был
системным) или «Потеря несистемного, дней»; заказ в последний день срока клиента сохраняет. Числа
берутся с листа «Правила».

По одному менеджеру заказы и всё, что к ним относится, выбираются по менеджеру заказа, принятые и
потерянные клиенты — по менеджеру клиента.
"""
NOTE = "<!-- Сделано командой `make docs` из объявлений в коде; руками не править. -->\n\n"


def pages() -> Mapping[str, str]:
    """File name → text of each page of the reference."""
    return {
        "books.md": _books(),
        "problems.md": _problems(),
        "documents.md": _documents(),
        "indicators.md": _indicators(),
        "commands.md": _commands(),
    }


def _books() -> str:
    parts = ["# Книги и столбцы\n"]
    for book in BOOKS:
        parts.append(f"## {book.file_name}\n\n{book.purpose}\n")
        for table in book.tables:
            parts.append(f"### {table.title}\n\n{table.purpose}\n")
            rows = [_field_row(found) for found in table.fields.values()]
            rows += [_computed_row(column) for column in table.computed]
            parts.append(_table(("Столбец", "Что в нём", "Обязателен", "Пояснение"), rows))
            parts += _uniques(table)
    return "\n".join(parts)


def _field_row(found: Field) -> tuple[str, ...]:
    kind = found.kind.name
    if found.choices:
        kind = "; ".join(found.choices)
    elif found.column.refers is not None:
        kind = f"{kind} с листа «{found.column.refers.title}»"
    elif found.bounds:
        kind = f"{kind} {found.bounds}"
    notes = [found.column.hint]
    if found.column.unique:
        notes.append("не повторяется")
    if found.column.upto_today:
        notes.append("не позже сегодняшнего дня")
    if found.column.shipped is not None:
        notes.append(f"исходное значение {found.column.shipped}")
    return found.title, kind, "да" if found.required else "", ". ".join(filter(None, notes))


def _computed_row(column: Column) -> tuple[str, ...]:
    return column.title, column.kind.name if column.kind else "", "", "считает cmtools"


def _uniques(table: Table[Any]) -> Iterator[str]:
    for names in table.unique:
        titles = ", ".join(f"«{table.fields[name].title}»" for name in names)
        yield f"Вместе не повторяются: {titles}.\n"


def _problems() -> str:
    found = sorted(messages(), key=lambda message: message.code)
    rows = [
        (
            f"`{message.code}`",
            "предупреждение" if message.severity is Severity.WARNING else "ошибка",
            _example(message.text),
            _example(message.hint),
        )
        for message in found
    ]
    return (
        "# Ошибки и предупреждения\n\n"
        "Ошибка останавливает то, что от неё зависит; предупреждение не останавливает ничего.\n\n"
        + _table(("Код", "Важность", "Что не так", "Что сделать"), rows)
    )


def messages() -> Iterator[Message]:
    """Every declared message of the program, wherever it stands."""
    seen: set[str] = set()
    for module in pkgutil.walk_packages(cmtools.__path__, "cmtools."):
        if module.name.endswith("__main__"):
            continue
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, Message) and value.code not in seen:
                seen.add(value.code)
                yield value


def _example(template: str) -> str:
    return re.sub(r"\{\w+(:[^}]*)?\}", "…", template)


def _documents() -> str:
    kinds = [(f"`{kind.id}`", kind.name, kind.made_from.value, kind.folder.path) for kind in KINDS]
    text = "# Документы\n\n" + _table(("Вид", "Название и файл шаблона", "Из чего", "Папка"), kinds)
    for form in (*FORMS, *LETTERS):
        text += f"\n## Поля шаблона «{form.template}»\n\n"
        fields = walk_fields(declared_fields(form.record))
        rows = [
            (f"`{name}`", KINDS_OF_FIELDS[found.sort].one, found.meaning) for name, found in fields
        ]
        text += _table(("Поле", "Вид", "Что это"), rows)
    return text + _filters()


def _filters() -> str:
    rows = [(f"`{f.name}`", f.taken, f.meaning, f"`{f.example}`") for f in FILTERS]
    return "\n## Фильтры\n\n" + _table(("Фильтр", "Для чего", "Что делает", "Пример"), rows)


def _indicators() -> str:
    rows = [
        (f"`{i.id}`", i.title, i.definition, i.unit.value, "да" if i.planned else "")
        for i in INDICATORS
    ]
    titles = ("Ключ", "Показатель", "Что считается", "Ед.", "В плане")
    return f"# Показатели\n\n{INDICATOR_NOTES}\n" + _table(titles, rows)


def _commands() -> str:
    os.environ["TERMINAL_WIDTH"] = "96"
    runner = CliRunner()
    names = [command.name for command in app.registered_commands]
    for group in app.registered_groups:
        assert group.typer_instance is not None
        inner = group.typer_instance.registered_commands
        names += [f"{group.name} {command.name}" for command in inner]
    parts = ["# Команды\n"]
    for name in ("", *filter(None, names)):
        help_text = runner.invoke(app, [*name.split(), "--help"], prog_name="cmtools")
        parts.append(
            f"## cmtools {name}".rstrip() + f"\n\n```text\n{help_text.output.strip()}\n```\n"
        )
        if name == "client":
            keys = [(f"`{key}`", meaning) for key, meaning in CLIENT_ANSWER.items()]
            parts.append("Ответ с `--json`:\n\n" + _table(("Ключ", "Что в нём"), keys))
    return "\n".join(parts)


def _table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [titles, tuple("---" for _ in titles), *rows]
    cells = (" | ".join(cell.replace("|", "\\|") for cell in line) for line in lines)
    return "\n".join(f"| {line} |" for line in cells) + "\n"


def stale() -> list[str]:
    """The names of generated files that are not what they would be made now."""
    found = [
        f"docs/reference/{name}"
        for name, text in pages().items()
        if not (path := REFERENCE / name).exists() or path.read_text("utf-8") != NOTE + text
    ]
    with tempfile.TemporaryDirectory() as folder:
        found += [f"workbooks/{fresh.name}" for fresh in changed_blanks(Path(folder))]
    found += [path.relative_to(ROOT).as_posix() for path in outdated_books()]
    found += [f"templates/{VERSIONS}"] if new_template_versions() else []
    return found


def new_template_versions() -> str:
    """The lines that the list of versions of templates lacks."""
    known = (ROOT / "templates" / VERSIONS).read_text("utf-8").splitlines()
    newest = {line.split("  ", 1)[1]: line for line in known}
    folder = ROOT / "templates"
    paths = sorted([*folder.glob("*.docx"), *folder.glob("*/*.txt")])
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    today = {name: f"{checksum(path)}  {name}" for name, path in names.items()}
    return "".join(f"{line}\n" for name, line in today.items() if line != newest.get(name))


def changed_blanks(folder: Path) -> list[Path]:
    """The blanks made in a folder, those that differ from what is kept."""
    return [
        fresh
        for fresh in write_blanks(folder)
        if not (kept := BLANKS / fresh.name).exists() or contents(kept) != contents(fresh)
    ]


def contents(path: Path) -> dict[str, bytes]:
    """The parts of a workbook but for its date of making."""
    with zipfile.ZipFile(path) as archive:
        return {n: archive.read(n) for n in archive.namelist() if n != "docProps/core.xml"}


def write() -> None:
    """Write the blanks, the sample and the reference; a book that is up to date stays as it is."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(NOTE + text, "utf-8")
    BLANKS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for fresh in changed_blanks(Path(folder)):
            shutil.copyfile(fresh, BLANKS / fresh.name)
    renew(outdated_books())
    with (ROOT / "templates" / VERSIONS).open("a", encoding="utf-8", newline="\n") as versions:
        versions.write(new_template_versions())


if __name__ == "__main__":
    if "--check" not in sys.argv:
        write()
    elif names := stale():
        sys.exit("stale, run `make docs`: " + ", ".join(names))
