"""The report of a month as a workbook."""

from __future__ import annotations

import warnings
from io import BytesIO

import xlsxwriter

from cmtools.indicators.cover import Cover
from cmtools.indicators.drawing.canvas import Canvas
from cmtools.indicators.drawing.charts import draw_charts
from cmtools.indicators.drawing.face import SHEET, cells_of, draw_face
from cmtools.indicators.drawing.managers import draw_managers
from cmtools.indicators.drawing.months import draw_months
from cmtools.indicators.drawing.pareto import draw_reasons
from cmtools.indicators.drawing.sources import draw_sources
from cmtools.indicators.monthly import Preliminary
from cmtools.indicators.review import Review

MANY_ROWS = 50_000  # past so many source rows they are kept on the disk while they are written
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def draw_report(found: Review, preliminary: Preliminary, cover: Cover) -> bytes:
    """The workbook's bytes; the same review gives the same ones.

    Raises:
        OSError: no room for what is written meanwhile.
    """
    content = BytesIO()
    rows = sum(len(course.sources) for course in found.courses)
    workbook = xlsxwriter.Workbook(content, _OPTIONS | {"constant_memory": rows > MANY_ROWS})
    workbook.set_properties({"title": cover.title})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _draw(Canvas(workbook), found, preliminary, cover)
        workbook.close()
    return content.getvalue()


def _draw(canvas: Canvas, found: Review, preliminary: Preliminary, cover: Cover) -> None:
    draw_face(canvas, found, preliminary, cover)
    draw_charts(canvas, found, cells_of(found))
    draw_months(canvas, found)
    if found.sides:
        draw_managers(canvas, found)
    draw_reasons(canvas, found)
    for course in found.courses:
        draw_sources(canvas, course, cover, SHEET)
