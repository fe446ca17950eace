"""A new workbook made in memory, whole or not at all."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter import Workbook


def build_workbook(
    write: Callable[[Workbook], None],
    properties: Mapping[str, str] | None = None,
    made_on: date | None = None,
) -> bytes:
    """Return the bytes of a workbook that `write` fills, with custom properties.

    Texts that begin as formulas or links do are texts. made_on: its day of creation, else now.

    Raises:
        ValueError: something that Excel would not take.
    """
    import xlsxwriter

    content = BytesIO()  # a full disk must not leave xlsxwriter with a half-written file
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(content, options)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            write(workbook)
    except UserWarning as error:
        raise ValueError(str(error)) from error
    if made_on:
        workbook.set_properties({"created": datetime.combine(made_on, time())})
    for name, value in (properties or {}).items():
        workbook.set_custom_property(name, value, "text")
    workbook.close()
    return content.getvalue()
