"""Documents as a person reads them, and what such a reader objects to; nothing of the program.

NBSP stay in the texts, since money must have them; `loose` makes them plain spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import zxingcpp
from docx import Document
from docx.oxml.ns import qn
from openxml_audit import OpenXmlValidator
from PIL import Image

NB = "\u00a0"

ORDER_KINDS = {
    "request": "Заявка на заказ",
    "contractor-request": "Запрос подрядчику",
    "offer": "Коммерческое предложение",
    "specification": "Спецификация",
    "invoice": "Счёт на оплату",
    "production-entry": "Ввод в производство",
    "design-brief": "Задание дизайнеру",
    "readiness": "Уведомление о готовности",
    "act": "Акт выполненных работ",
    "claim-act": "Акт по претензии",
    "handover-technical": "Реестр передачи технических документов",
}
CONTRACT_KINDS = {
    "essentials": "Пять сущностей договора",
    "contract": "Договор",
    "approval": "Лист согласования",
    "handover-finance": "Реестр передачи оригиналов",
}
CLIENT_KINDS = {
    "client-transfer": "Соглашение о передаче клиента",
    "client-card": "Карточка клиента",
}
NAMES = ORDER_KINDS | CONTRACT_KINDS | CLIENT_KINDS
FOLDERS = {
    "Договор": "essentials contract approval specification handover-finance client-transfer",
    "Заявки": "request contractor-request offer production-entry",
    "Счета и акты": "invoice act claim-act",
    "Письма": "readiness",
    "Техдокументация": "design-brief handover-technical",
    "": "client-card",
}
FOLDER_OF = {kind: folder for folder, kinds in FOLDERS.items() for kind in kinds.split()}
PRICED = ("request", "offer", "contract", "specification", "invoice", "act", "claim-act")
"""Kinds that show the client a price (docs/reference/documents.md), the request a final one."""
INTERNAL = ("production-entry", "client-card")
UNPRICED = tuple(kind for kind in NAMES if kind not in (*PRICED, *INTERNAL))
KEPT_LONG = ("contract", "specification", "act")


@dataclass(frozen=True)
class Paper:
    """A document that was made."""

    path: Path

    @cached_property
    def document(self) -> Any:
        """The document as python-docx has it."""
        return Document(str(self.path))

    @cached_property
    def paragraphs(self) -> list[str]:
        """Every paragraph of every part: body, tables, headers, footers, boxes, notes."""
        parts = self.document.part.package.iter_parts()
        roots = [part.element for part in parts if hasattr(part, "element")]
        return [shown(found) for root in roots for found in root.iter(qn("w:p"))]

    @property
    def body(self) -> str:
        """The text without headers and footers."""
        return "\n".join(map(shown, self.document.element.body.iter(qn("w:p"))))

    @cached_property
    def text(self) -> str:
        """All paragraphs, one a line."""
        return "\n".join(self.paragraphs)

    @cached_property
    def loose(self) -> str:
        """The text with plain spaces, a table's row as one line more."""
        rows = (" ".join(cells) for table in self.tables for cells in table)
        return "\n".join([self.text, *rows]).replace(NB, " ").replace("\u202f", " ")

    @cached_property
    def tables(self) -> list[list[list[str]]]:
        """The cells of the body's tables."""
        return [
            [[cell.text for cell in row.cells] for row in table.rows]
            for table in self.document.tables
        ]

    @cached_property
    def money(self) -> set[str]:
        """Every number with decimals that is no percentage, and every sum said in words.

        The purpose of a payment is left out: it is what a bank reads, with plain spaces.
        """
        text = re.sub(r"^Назначение платежа.*$", "", self.text, flags=re.MULTILINE)
        figures = re.findall(r"(?<![\d,.])\d[\d\u00a0]*,\d+(?![\d,])(?!\s?%)", text)
        return {*figures, *(money(said) for said in self.sums_in_words())}

    def sums_in_words(self) -> list[Decimal]:
        """Every sum that is also said in words; figures, words and nouns must agree."""
        pattern = r"(\d[\d ]*) \(([а-яё ]+)\) (рубл(?:ь|я|ей)) (\d\d) (копе(?:йка|йки|ек))"
        found = re.findall(pattern, self.loose, re.IGNORECASE)
        for figures, words, roubles, kopecks, small in found:
            whole = int(figures.replace(" ", ""))
            assert words.lower() == in_words(whole)
            assert roubles == noun(whole, "рубль", "рубля", "рублей")
            assert small == noun(int(kopecks), "копейка", "копейки", "копеек")
        return [Decimal(f"{figures.replace(' ', '')}.{end}") for figures, _, _, end, _ in found]

    def codes(self) -> list[str]:
        """What the QR codes of the document's pictures say."""
        parts = self.document.part.package.iter_parts()
        images = [part.blob for part in parts if str(part.partname).endswith(".png")]
        pictures = [Image.open(BytesIO(image)).convert("L") for image in images]
        kinds = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        return [
            code.bytes.decode("utf-8")
            for picture in pictures
            for code in zxingcpp.read_barcodes(on_white(picture), kinds)
        ]


def shown(paragraph: Any) -> str:
    """What a paragraph shows, but not that of paragraphs in boxes inside it."""
    pieces = []
    for node in paragraph.iter(qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:noBreakHyphen")):
        if next(node.iterancestors(qn("w:p"))) is not paragraph:
            continue
        if node.tag == qn("w:t"):
            pieces.append(node.text or "")
        elif node.getparent().tag == qn("w:r"):
            pieces.append({"tab": "\t", "br": "\n"}.get(node.tag.rpartition("}")[2], "-"))
    return "".join(pieces)


def on_white(picture: Image.Image) -> Image.Image:
    """The picture, larger and with white around, as paper has it."""
    large = picture.resize((picture.width * 3, picture.height * 3), Image.Resampling.NEAREST)
    sheet = Image.new("L", (large.width + 120, large.height + 120), 255)
    sheet.paste(large, (60, 60))
    return sheet


# Numbers


ONES = (
    "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать "
    "тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
).split()
TENS = "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто".split()
HUNDREDS = "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот".split()
SCALES = (
    (10**9, ("миллиард", "миллиарда", "миллиардов")),
    (10**6, ("миллион", "миллиона", "миллионов")),
    (10**3, ("тысяча", "тысячи", "тысяч")),
)


def noun(number: int, one: str, few: str, many: str) -> str:
    """The form of a noun that stands behind a number."""
    if number % 100 in range(11, 15):
        return many
    return one if number % 10 == 1 else few if number % 10 in (2, 3, 4) else many


def in_words(number: int) -> str:
    """A whole number below 10¹² in Russian words, masculine."""
    words: list[str] = []
    for scale, forms in SCALES:
        group, number = divmod(number, scale)
        if group:
            feminine = {"один": "одна", "два": "две"} if scale == 1000 else {}
            words += [feminine.get(word, word) for word in below_thousand(group)]
            words.append(noun(group, *forms))
    return " ".join([*words, *below_thousand(number)]) or ONES[0]


def below_thousand(number: int) -> Iterator[str]:
    """The words of a number below 1000; none for 0."""
    if number >= 100:
        yield HUNDREDS[number // 100 - 1]
    if number % 100 >= 20:
        yield TENS[number % 100 // 10 - 2]
        number %= 10
    if number % 100:
        yield ONES[number % 100]


def spelled(amount: Decimal) -> str:
    """A sum as a paper says it below its table, without the figures of the roubles."""
    whole, kopecks = divmod(int(amount * 100), 100)
    roubles = noun(whole, "рубль", "рубля", "рублей")
    return (
        f"{in_words(whole)} {roubles} {kopecks:02} {noun(kopecks, 'копейка', 'копейки', 'копеек')}"
    )


def money(amount: Decimal | Fraction | str | None) -> str:
    """A sum as papers have it: `4 890,00`, the space non-breaking."""
    assert amount is not None
    kopecks = Fraction(amount) * 100
    assert kopecks.denominator == 1, amount
    return f"{kopecks.numerator // 100:,}".replace(",", NB) + f",{kopecks.numerator % 100:02}"


# What a reader objects to


BLEMISHES = {
    "leftover tag": r"\{\{|\}\}|\{%|%\}|\{#",
    "None": r"\b(?:None|nan|NaN|NaT|True|False|Undefined)\b",
    "empty brackets": r"\(\s*\)|«\s*»|\[\s*\]",
    "doubled space": r"[ \u00a0]{2,}",
    "doubled mark": r",\s*,|;\s*;|,\s*\.|\.\s+\.|:\s*[.,;]|\(\s*,|,\s*\)|«,",
    "space before a mark": r"[\w»)][ \u00a0]+[,;.](?!\d)",
    "dangling word": r"(?:№(?!, дата)|\b(?:от|ИНН|КПП|ОГРН|ОГРНИП|БИК|Р/с))[\s,;.:)]*(?:$|[,;.)])",
    "money without NBSP": r"^(?!Назначение платежа).*\d \d{3},\d\d(?!\d)",
    "English decimal": r"\d\.\d\d(?![\d.])(?=\s*(?:руб|₽))",
}


TITLES = ("№", "Сч. №", "ИНН", "КПП", "БИК", "ИНН / КПП", "ОГРН", "ОГРНИП", "ОГРН (ОГРНИП)")
"""Titles of columns and rows that are a dangling word in any other place."""


def blemishes(paper: Paper) -> list[str]:
    """What is wrong with the look of the texts: the name of the rule and the paragraph."""
    return [
        f"{name}: {paragraph!r}"
        for paragraph in paper.paragraphs
        for name, pattern in BLEMISHES.items()
        if paragraph.replace(NB, " ") not in TITLES and re.search(pattern, paragraph)
    ]


def audit(path: Path) -> list[str]:
    """What openxml-audit finds in a document."""
    return [str(error) for error in OpenXmlValidator().validate(path).errors]
