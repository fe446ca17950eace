"""The first sheet of every book: what it is for and how to fill it, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cmtools.tables.service_sheets import INSTRUCTION, LISTS_SHEET
from cmtools.tables.table import Book
from cmtools.tables.writer import styles
from cmtools.tables.writer.dropdowns import foreign_columns
from cmtools.tables.writer.formats import Formats

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

HOW_TO = (
    "Пишите на листах ниже, начиная со строки под заголовком. Одна строка — одна запись.",
    "Щёлкните по ячейке: подсказка скажет, что в неё вписать. Где есть список, выбирайте из него.",
    "Свои столбцы и листы добавляйте смело: cmtools их сохранит и не тронет. "
    "Порядок столбцов менять можно, названия — нет.",
    "Проверить книгу: cmtools validate. С ключом --annotate получится копия, "
    "где ошибки закрашены и объяснены.",
)


def write_instruction(workbook: Workbook, book: Book, make: Formats) -> None:
    """Add the sheet: title, steps, links to the sheets, the meaning of the colours."""
    sheet = workbook.add_worksheet(INSTRUCTION)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 3)
    sheet.set_column(1, 1, 26)
    sheet.set_column(2, 2, 92)
    sheet.set_portrait()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    text = make(**styles.BASE, text_wrap=True)
    sheet.set_row(0, 30)
    sheet.write_string(0, 1, book.name, make(**styles.TITLE))
    sheet.merge_range(1, 1, 1, 2, book.purpose, make(**styles.LEAD))
    row = _heading(sheet, 3, "Как заполнять", make)
    for number, line in enumerate(HOW_TO, start=1):
        sheet.write_string(row, 1, f"{number}.", make(**styles.BASE, align="right"))
        sheet.write_string(row, 2, line, text)
        if len(line) > 90:
            sheet.set_row(row, 32)
        row += 1
    row = _heading(sheet, row + 1, "Листы", make)
    for table in book.tables:
        sheet.write_url(row, 1, f"internal:'{table.title}'!A1", make(**styles.LINK), table.title)
        sheet.write_string(row, 2, table.purpose, text)
        if len(table.purpose) > 90:
            sheet.set_row(row, 32)
        row += 1
    row = _heading(sheet, row + 1, "Цвета", make)
    for colour, meaning in (
        (styles.NAVY, "заголовок обязательного столбца"),
        (styles.BLUE, "заголовок столбца, который можно не заполнять"),
        (styles.GREY, "столбец считает cmtools: не вписывайте в него ничего"),
        (styles.PALE_YELLOW, "строка начата, а обязательная ячейка ещё пуста"),
    ):
        sheet.write_blank(row, 1, None, make(bg_color=colour, border=1, border_color=styles.RULE))
        sheet.write_string(row, 2, meaning, text)
        row += 1
    if foreign_columns(book):
        sheet.write_string(
            row + 1,
            2,
            f"Списки из других книг лежат на скрытом листе «{LISTS_SHEET}»: cmtools обновляет их, "
            "когда записывает эту книгу.",
            make(**styles.BASE, text_wrap=True, italic=True),
        )
        sheet.set_row(row + 1, 32)
    sheet.activate()


def _heading(sheet: Worksheet, row: int, title: str, make: Formats) -> int:
    sheet.write_string(row, 1, title, make(**styles.HEADING))
    return row + 1
