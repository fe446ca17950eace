"""The catalogue of documents: one entry a kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cmtools.books.settings import DOCUMENTS
from cmtools.documents import fields
from cmtools.documents.fields import Material


class MadeFrom(StrEnum):
    """The row that a document is made from; its number stands first in the file's name."""

    ORDER = "заказ"
    CONTRACT = "договор"
    CLIENT = "клиент"
    CLAIM = "претензия"


class Folder(StrEnum):
    """A folder inside the client's; a card of the client lies in the client's own."""

    CONTRACT = "Договор"
    REQUESTS = "Заявки"
    MONEY = "Счета и акты"
    LETTERS = "Письма"
    TECHNICAL = "Техдокументация"
    OWN = ""


class Shows(StrEnum):
    """Whether a document shows a price to the client; an internal paper shows all figures."""

    NO_PRICE = "no price"
    FINAL_PRICE = "a price once the request is final"
    PRICE = "price"
    ALL_FIGURES = "all figures"


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A paper with a template; `record` declares the fields that the template may name.

    `name` is also the file name of the template and of what is made from it.
    """

    name: str
    record: type

    @property
    def template(self) -> str:
        """The file name of its template."""
        return f"{self.name}.docx"


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind(Form):
    """A kind of document that `cmtools docs` makes; `fill` makes its fields.

    `kept_long` papers have the margins of ГОСТ Р 7.0.97-2016 for long keeping: 30/10/20/20 mm.
    """

    id: str
    made_from: MadeFrom
    needs_contract: bool
    folder: Folder
    shows: Shows
    kept_long: bool
    fill: Callable[[Material], Any]


KINDS: tuple[Kind, ...] = (
    Kind(
        id="specification",
        name=DOCUMENTS["specification"],
        made_from=MadeFrom.ORDER,
        needs_contract=True,
        folder=Folder.CONTRACT,
        shows=Shows.PRICE,
        kept_long=True,
        record=fields.SpecificationFields,
        fill=fields.specification,
    ),
)

BY_ID = {kind.id: kind for kind in KINDS}
