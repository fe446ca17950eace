"""Small templates for tests: built by python-docx, with whatever is to be wrong in them.

`draft(folder, "{{ name }}")` is a template of one paragraph; `parts` are its parts by name, which a
test may change before `save`.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from docx import Document
from docx.shared import Mm
from PIL import Image

from cmtools.documents.field_types import Count, Day, Name, Picture, Post, Sum
from cmtools.documents.template.loader import Template, load
from cmtools.documents.template.messages import BadTemplate
from cmtools.documents.template.renderer import Rendered, render
from cmtools.documents.template.schema import declared_fields

BODY = "word/document.xml"


def png(size: int, *, grey: int = 0) -> bytes:
    """A square picture."""
    made = io.BytesIO()
    Image.new("L", (size, size), grey).save(made, "PNG")
    return made.getvalue()


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """A group of fields."""

    name: Annotated[str, "Название"]
    head: Annotated[Name, "Руководитель"]
    post: Annotated[Post, "Должность"]
    inn: Annotated[str, "ИНН"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A row of a list."""

    name: Annotated[str, "Наименование"]
    quantity: Annotated[Count, "Тираж"]
    amount: Annotated[Sum, "Сумма"]
    photo: Annotated[Picture, "Снимок"]
    notes: Annotated[tuple[str, ...], "Заметки"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """All that a draft may name."""

    number: Annotated[str, "№ письма"]
    on: Annotated[Day, "Дата"]
    total: Annotated[Sum, "Итого"]
    pieces: Annotated[Count, "Сколько штук"]
    qr: Annotated[Picture, "Код для оплаты"]
    client: Annotated[Side, "Клиент"]
    lines: Annotated[tuple[Line, ...], "Строки"]


KNOWN = declared_fields(Letter)

LETTER = Letter(
    number="П1",
    on=Day(date(2026, 11, 21)),
    total=Sum(Decimal("4890.00")),
    pieces=Count(5),
    qr=Picture(png(8)),
    client=Side(
        name='ООО "Рога и копыта"',
        head=Name("Иванов Иван Иванович"),
        post=Post("генеральный директор"),
        inn="7707083893",
    ),
    lines=tuple(
        Line(
            name=f"Визитки {number}",
            quantity=Count(100 * number),
            amount=Sum(Decimal(number)),
            photo=Picture(png(4, grey=number)),
            notes=tuple(f"заметка {number}.{note}" for note in range(number)),
        )
        for number in (1, 2, 3)
    ),
)


def changed(**values: Any) -> Letter:
    """The letter with other values; those of the client by `client_…`."""
    mine = {field.name: getattr(LETTER, field.name) for field in fields(Letter)}
    side = {field.name: getattr(LETTER.client, field.name) for field in fields(Side)}
    side |= {key.removeprefix("client_"): v for key, v in values.items() if "_" in key}
    mine |= {key: value for key, value in values.items() if "_" not in key}
    return Letter(**{**mine, "client": Side(**side)})


def parts_of(content: bytes) -> dict[str, bytes]:
    """The parts of a document by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def blank(*paragraphs: str) -> Any:
    """A document of some paragraphs, to be built on."""
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return document


def built(document: Any) -> dict[str, bytes]:
    """A built document as its parts."""
    kept = io.BytesIO()
    document.save(kept)
    return parts_of(kept.getvalue())


def with_body(*paragraphs: str) -> dict[str, bytes]:
    """A template whose paragraphs are markup: `<w:r><w:t>…</w:t></w:r>`, or a text alone."""
    parts = built(blank("СЮДА"))
    head, _, tail = parts[BODY].decode().partition("<w:p>")
    inner = "".join(
        text if text.startswith("<w:") else f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"
        for text in paragraphs
    )
    return {**parts, BODY: (head + inner + tail.partition("</w:p>")[2]).encode()}


def saved(folder: Path, parts: Mapping[str, bytes], name: str = "Письмо.docx") -> Path:
    """A template as a file."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return path


def draft(folder: Path, *paragraphs: str) -> Template:
    """A compiled template of some paragraphs."""
    return load(saved(folder, built(blank(*paragraphs))), KNOWN)


def made(folder: Path, *paragraphs: str, record: Letter = LETTER) -> Rendered:
    """A document made of some paragraphs."""
    return render(draft(folder, *paragraphs), record)


def text(content: bytes) -> str:
    """What a document shows, read by another library; a line a paragraph, tables behind."""
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def shown(folder: Path, *paragraphs: str, record: Letter = LETTER) -> str:
    """What a document of some paragraphs shows."""
    return text(made(folder, *paragraphs, record=record).content)


def faults(folder: Path, parts: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Codes and messages of all that is wrong with a template."""
    try:
        load(saved(folder, parts), KNOWN)
    except BadTemplate as bad:
        return [(fault.code, fault.message) for fault in bad.faults]
    return []


def add_picture(paragraph: Any, alternative: str, picture: bytes = png(2)) -> None:
    """Put a drawing into a paragraph."""
    drawing = paragraph.add_run().add_picture(io.BytesIO(picture), Mm(35))
    drawing._inline.docPr.set("descr", alternative)
