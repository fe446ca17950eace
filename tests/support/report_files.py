"""Plans and reports as files: a typed plan, and the text of a Word paper."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from cmtools.books.plan import PLAN
from cmtools.workspace import bundled_folder
from docs.blanks import shipped_rows


def paper_text(path: Path) -> str:
    """All that the body of a Word paper shows, in one string."""
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("word/document.xml").decode()
    xml = re.sub(r"</w:t><w:noBreakHyphen/><w:t[^>]*>", "-", xml)
    return "".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", xml))


def plan_book(folder: Path, name: str, values: Mapping[str, object]) -> Path:
    """A plan in the workspace: the shipped blank, values typed by indicator, the others 0."""
    book = load_workbook(bundled_folder("workbooks") / "План.xlsx")
    titles = {row["Показатель"] for row in shipped_rows()[PLAN]}
    for row in book["План"].iter_rows():
        if row[0].value in titles:
            cell: Any = row[4]
            cell.value = values.get(str(row[0].value), 0)
    book.save(folder / "Планы" / name)
    return folder
