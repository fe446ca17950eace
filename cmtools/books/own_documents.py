"""The sheet «Документы» of «Настройки»: kinds of documents that a company adds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from cmtools.books.choices import ClientFolder, PriceVisibility, SourceRow
from cmtools.problems import Fault, Message
from cmtools.tables.columns import Column
from cmtools.tables.table import Row, Rule, Table

DOCUMENT_NAME = Message(
    "document-name",
    "такое название не годится: {why}",
    "название станет именем файла и стоит в списках через запятую: буквы, цифры, пробелы, "
    "до 60 знаков",
)
LONGEST_NAME = 60
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*,\x00-\x1f]|^[. ]|[. ]$')


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnDocument(Row):
    """A kind of document of the company's own; its template is in «Шаблоны» under its name."""

    name: Annotated[
        str, Column("Название", unique=True, width=40, hint="Так же называется файл шаблона")
    ]
    made_from: Annotated[SourceRow, Column("Из чего", width=18)]
    folder: Annotated[ClientFolder, Column("Папка", width=20, hint="Внутри папки клиента")]
    shows: Annotated[
        PriceVisibility,
        Column(
            "Показывает цену",
            width=24,
            hint="«все цифры» — себестоимость и прибыль, только для своих",
        ),
    ]


def is_file_name(name: str) -> Fault | None:
    """Check that a document's name can name a file and stand in a list."""
    if len(name) > LONGEST_NAME:
        return DOCUMENT_NAME(why=f"длиннее {LONGEST_NAME} знаков")
    if sign := _NOT_IN_NAMES.search(name):
        return DOCUMENT_NAME(why=f"знак «{sign[0]}»")
    return None


OWN_DOCUMENTS = Table(
    OwnDocument,
    "Документы",
    purpose="Свои документы, кроме готовых: строка здесь и шаблон «Название».docx в папке "
    "«Шаблоны». Лист можно не заполнять.",
    rules=(Rule("name", is_file_name),),
    optional=True,
)
