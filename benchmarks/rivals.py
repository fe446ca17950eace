"""What commands are compared with: `python -m benchmarks.rivals NAME [ARGUMENT…]`.

Each runs in a process of its own, which imports no more than it needs; what its function returns is
printed as JSON.
"""

from __future__ import annotations

import io
import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import TODAY


def calamine(path: str) -> None:
    """Read every cell of every sheet with calamine, and do nothing with it."""
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_path(path) as book:
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()


def pandas(folder: str, every: str) -> float:
    """Read two sheets of every n-th book with pandas and openpyxl; seconds for all of them."""
    from pandas import read_excel

    books = sorted(Path(folder).glob("*.xlsx"))[:: int(every)]
    start = time.perf_counter()
    for path in books:
        read_excel(path, sheet_name=["Заказы", "Позиции"], engine="openpyxl")
    return (time.perf_counter() - start) * int(every)


def docxtpl(workspace: str, count: str) -> float:
    """Make specifications with docxtpl, its template opened anew; seconds for each.

    The fields and filters are those of the program.
    """
    from docxtpl import DocxTemplate  # type: ignore[attr-defined]
    from jinja2 import Environment

    from cmtools.documents.template.filters import BY_NAME
    from cmtools.documents.template.schema import field_values
    from cmtools.workspace import bundled_folder

    path = str(bundled_folder("templates") / "Спецификация.docx")
    fields = field_values(_fields(workspace))
    environment = Environment(autoescape=True)
    environment.filters |= BY_NAME
    start = time.perf_counter()
    for _ in range(int(count)):
        template = DocxTemplate(path)
        template.render(fields, environment)
        template.save(io.BytesIO())
    return (time.perf_counter() - start) / int(count)


def _fields(workspace: str) -> Any:
    """Return the fields of a specification of the first order that has prices."""
    from cmtools.documents.catalog import KINDS, STANDARD_DOCUMENTS
    from cmtools.documents.context import RowIndex
    from cmtools.pricing.session import open_books, price_books

    session = price_books(open_books(Path(workspace), (), TODAY, STANDARD_DOCUMENTS))
    rows = RowIndex(session, TODAY)
    order = next(order for order in session.prices.orders if order.lines)
    kind = next(kind for kind in KINDS if kind.id == "specification")
    return kind.fields(rows.data(kind, rows.order_subject(order), None, TODAY))


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    print(json.dumps(globals()[name](*arguments)), flush=True)
