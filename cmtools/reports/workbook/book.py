"""The report of a month as a workbook."""

from __future__ import annotations

import warnings
from io import BytesIO

import xlsxwriter

from cmtools.reports.heading import ReportHeading
from cmtools.reports.month import Preliminary
from cmtools.reports.report_data import Review
from cmtools.reports.workbook.charts_sheet import draw_charts
from cmtools.reports.workbook.managers_sheet import draw_managers
from cmtools.reports.workbook.months_sheet import draw_months
from cmtools.reports.workbook.reasons_sheet import draw_reasons
from cmtools.reports.workbook.sheet_writer import Canvas
from cmtools.reports.workbook.source_sheets import draw_sources
from cmtools.reports.workbook.summary_sheet import SHEET, cells_of, draw_face

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def draw_report(found: Review, preliminary: Preliminary, cover: ReportHeading) -> bytes:
    """Draw the workbook; the same review gives the same bytes."""
    content = BytesIO()
    workbook = xlsxwriter.Workbook(content, _OPTIONS)
    workbook.set_properties({"title": cover.title})
    canvas = Canvas(workbook)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _draw(canvas, found, preliminary, cover)
        workbook.close()
    return content.getvalue()


def _draw(canvas: Canvas, found: Review, preliminary: Preliminary, cover: ReportHeading) -> None:
    draw_face(canvas, found, preliminary, cover)
    draw_charts(canvas, found, cells_of(found))
    draw_months(canvas, found)
    if found.sides:
        draw_managers(canvas, found)
    draw_reasons(canvas, found)
    for course in found.courses:
        draw_sources(canvas, course, cover, SHEET)
