"""The report of a month as a workbook."""

from __future__ import annotations

import warnings
from io import BytesIO

import xlsxwriter

from cmtools.indicators.cover import Cover
from cmtools.indicators.drawing.blocks import with_blocks
from cmtools.indicators.drawing.canvas import Canvas
from cmtools.indicators.drawing.charts import draw_charts
from cmtools.indicators.drawing.face import SHEET, cells_of, draw_face
from cmtools.indicators.drawing.managers import draw_managers
from cmtools.indicators.drawing.months import draw_months
from cmtools.indicators.drawing.pareto import draw_reasons
from cmtools.indicators.drawing.sources import draw_sources
from cmtools.indicators.monthly import Preliminary
from cmtools.indicators.review import Review

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def draw_report(found: Review, preliminary: Preliminary, cover: Cover) -> bytes:
    """The workbook's bytes, not compressed; the same review gives the same ones."""
    content = BytesIO()
    workbook = xlsxwriter.Workbook(content, _OPTIONS)
    workbook.set_properties({"title": cover.title})
    canvas = Canvas(workbook)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _draw(canvas, found, preliminary, cover)
        workbook.close()
    return with_blocks(content.getvalue(), canvas.blocks)


def _draw(canvas: Canvas, found: Review, preliminary: Preliminary, cover: Cover) -> None:
    draw_face(canvas, found, preliminary, cover)
    draw_charts(canvas, found, cells_of(found))
    draw_months(canvas, found)
    if found.sides:
        draw_managers(canvas, found)
    draw_reasons(canvas, found)
    for course in found.courses:
        draw_sources(canvas, course, cover, SHEET)
