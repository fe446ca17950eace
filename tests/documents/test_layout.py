"""The look of the papers: pages, margins, sizes, repeated headers, signatures."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docx.oxml.ns import qn

from support.office import convert, installed
from support.paper_cases import Case
from support.paper_figures import with_vat
from support.papers import CONTRACT_KINDS, KEPT_LONG, NAMES, ORDER_KINDS, Paper, audit

COMPANY = Case(client="К-1001", rate=22, count=60)


def sample(kind: str) -> Paper:
    """The paper of 60 lines of the юрлицо."""
    made = with_vat()
    if kind in ORDER_KINDS:
        return made.papers[kind, COMPANY.number]
    return made.papers[kind, COMPANY.contract if kind in CONTRACT_KINDS else COMPANY.client]


@pytest.mark.parametrize("kind", NAMES)
def test_page(kind: str) -> None:
    """A4; 30/10/20/20 for what is kept long, at least 20/10/20/20; invoice free."""
    for section in sample(kind).document.sections:
        sides = sorted((round(section.page_width.mm), round(section.page_height.mm)))
        assert sides == [210, 297]
        margins = (
            section.left_margin,
            section.right_margin,
            section.top_margin,
            section.bottom_margin,
        )
        found = [round(margin.mm) for margin in margins]
        if kind in KEPT_LONG:
            assert found == [30, 10, 20, 20]
        elif kind != "invoice":
            assert all(mm >= least for mm, least in zip(found, (20, 10, 20, 20), strict=True)), (
                found
            )


@pytest.mark.parametrize("kind", NAMES)
def test_pages_are_numbered_from_the_second(kind: str) -> None:
    section = sample(kind).document.sections[0]
    assert section.different_first_page_header_footer
    later = section.header._element.xml + section.footer._element.xml
    first = section.first_page_header._element.xml + section.first_page_footer._element.xml
    assert re.search(r"\bPAGE\b", later)
    assert not re.search(r"\bPAGE\b", first)


def is_on(element: Any) -> bool:
    """Whether a switch of Word is there and not turned off."""
    return element is not None and element.get(qn("w:val"), "1") not in ("0", "false", "off")


@pytest.mark.parametrize("kind", NAMES)
def test_header_rows_repeat_and_rows_stay_whole(kind: str) -> None:
    """A table that grows with the data repeats its header; its rows do not break over pages."""
    for table in sample(kind).document.tables:
        if len(table.rows) < 15:
            continue
        header = table.rows[0]._tr.trPr
        assert header is not None
        assert is_on(header.find(qn("w:tblHeader"))), table.rows[0].cells[0].text


def size_of(document: Any, paragraph: Any, run: Any) -> float:
    """The size of a run in points, looked up as Word does."""
    styles = [run.style, paragraph.style]
    fonts = [run.font, *(style.font for start in styles for style in chain(start))]
    sizes = [font.size.pt for font in fonts if font.size is not None]
    if sizes:
        return float(sizes[0])
    default = document.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:sz')}")
    return 10.0 if default is None else int(default.get(qn("w:val"))) / 2


def chain(style: Any) -> Iterator[Any]:
    """A style and those that it is based on."""
    while style is not None:
        yield style
        style = style.base_style


MARKS = ("Исполнитель:", "Конфиденциально", "Карточка клиента К-")
"""Marks at the edge of a page, which ГОСТ Р 7.0.97 sets in smaller type."""


@pytest.mark.parametrize("kind", NAMES)
def test_body_is_of_12_points(kind: str) -> None:
    """12–14 pt; what stands in tables, and marks, may be smaller."""
    document = sample(kind).document
    small = [
        (size_of(document, paragraph, run), run.text)
        for paragraph in document.paragraphs
        if not paragraph.text.startswith(MARKS)
        for run in paragraph.runs
        if run.text.strip() and size_of(document, paragraph, run) < 12
    ]
    assert small == []


@pytest.mark.parametrize("kind", NAMES)
def test_audit_finds_nothing(kind: str) -> None:
    assert audit(sample(kind).path) == []


@pytest.fixture(scope="module")
def pdfs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Each paper as LibreOffice lays it out, all in one run of it."""
    folder = tmp_path_factory.mktemp("pages")
    copies = []
    for kind in NAMES:
        copy = folder / f"{kind}.docx"
        copy.write_bytes(sample(kind).path.read_bytes())
        copies.append(copy)
    return convert(copies, folder / "out", "pdf")


def text_of(pdf: Path, how: str) -> str:
    command = [installed("Poppler", "pdftotext"), how, str(pdf), "-"]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()


@pytest.fixture(scope="module")
def pages(pdfs: list[Path]) -> dict[str, list[str]]:
    """Kind → the text of each page."""
    return {pdf.stem: text_of(pdf, "-layout").rstrip("\f\n").split("\f") for pdf in pdfs}


TORN = re.compile(
    r"(?:(?<![\d_][ \u00a0])\bг|\b(?:ул|д|оф|корп|стр|тел|ст))\.$"  # г. | Омск, but 2026 г.
    r"|[№§]$|\+7$|(?<!,)\n(?:руб\.|%|₽)",
    re.MULTILINE,
)


def test_no_line_tears_an_address_a_number_or_a_sum(pdfs: list[Path]) -> None:
    texts = {pdf.stem: re.sub(" +$", "", text_of(pdf, "-raw"), flags=re.M) for pdf in pdfs}
    torn = {kind: [found[0] for found in TORN.finditer(text)] for kind, text in texts.items()}
    assert torn == {kind: [] for kind in NAMES}


SIGNATURE = re.compile(r"М\. ?П\.|_{5,}|[А-Я]\. ?[А-Я]\. ?[А-Я][а-я]+")


@pytest.mark.long
def test_no_page_is_empty(pages: dict[str, list[str]]) -> None:
    scarce = [(kind, at) for kind in pages for at, page in enumerate(pages[kind]) if not page[80:]]
    assert scarce == []


def test_long_tables_repeat_their_header_on_every_page(pages: dict[str, list[str]]) -> None:
    for kind in ("specification", "act", "offer", "invoice"):
        with_lines = [page for page in pages[kind] if re.search(r"вариант\s+В\d\d|В\d\d\b", page)]
        assert len(with_lines) > 1, kind
        assert all(re.search(r"Наименование|Товар|Продукци", page) for page in with_lines), kind


def is_matter(line: str) -> bool:
    """Whether a line is a sentence, a heading or a row of a table, not a part of signatures."""
    margin = len(line) - len(line.lstrip())
    words = line.split()
    prose = margin <= 12 and len(words) > 1 and "   " not in line.strip()
    return prose or bool(re.match(r"\s*\d+ +\S", line) or re.search(r"\d,\d\d$", line))


def test_signatures_do_not_stand_alone(pages: dict[str, list[str]]) -> None:
    """The page of the signatures has something above them that is signed."""
    alone = {}
    for kind, of_kind in pages.items():
        signed = [page for page in of_kind if SIGNATURE.search(page)]
        if signed and signed[-1] is not of_kind[0]:
            above = SIGNATURE.split(signed[-1])[0].splitlines()[1:]
            if not any(map(is_matter, above)):
                alone[kind] = above
    assert alone == {}
