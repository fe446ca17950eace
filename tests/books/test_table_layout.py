"""Tables as people lay them out: other titles and orders, own columns, rows and sheets."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cmtools.commands.validate import validate
from support.rule_cases import NBSP, Case, breaks, check, error, passes, several
from support.workbench import (
    BOOK_OF,
    COMPUTED,
    ORDERS,
    SALES,
    TASKS,
    TODAY,
    Change,
    add_sheet,
    cell_of,
    drop_columns,
    healthy,
    insert_blank,
    insert_column,
    insert_titles,
    merge,
    put,
    rename_sheet,
    retitle,
    reverse_columns,
)


def every(change: Callable[[str], Change]) -> tuple[Change, ...]:
    """The same change of every sheet of the workspace."""
    return tuple(change(sheet) for sheet in BOOK_OF)


OPTIONAL = {
    "НДС": ("Ставка, %",),
    "Подрядчики": ("ИНН", "Контакт", "Эл. почта", "Срок по умолчанию, дней"),
    "Стадии": ("Норматив, раб. дней", "Документы"),
    "Правила": ("Пояснение",),
    "Клиенты": (
        "Полное наименование",
        "ОГРН",
        "Юридический адрес",
        "Почтовый адрес",
        "Банк",
        "БИК",
        "Расчётный счёт",
        "Корр. счёт",
        "Должность руководителя",
        "ФИО руководителя",
        "Действует на основании",
        "Телефон",
        "Эл. почта",
        "Особый статус",
        "День рождения руководителя",
        "День компании",
        "Периодичность касаний, дней",
        "Явные потребности",
        "Скрытые потребности",
    ),
    "Контактные лица": ("Должность", "Телефон", "Эл. почта", "День рождения"),
    "Журнал контактов": ("С кем", "Следующий контакт"),
    "Передачи клиентов": ("Условия",),
    "Заказы": (
        "Дата стадии",
        "Подрядчик",
        "Срок изготовления",
        "Срок поставки",
        "Стоимость доставки",
        "Предоплата, %",
        "Срок оплаты остатка, дней",
        "№ договора",
        "Согласовано директором",
        "Причина недовольства",
        "Примечание",
    ),
    "Позиции": (
        "Материалы",
        "Тип упаковки",
        "Маркировка",
        "Доп. расходы",
        "Цена вручную",
        *COMPUTED,
    ),
    "Платежи": ("Документ",),
    "Поставки": ("Качество", "Контрольный образец", "Место хранения образца"),
    "Претензии": ("Количество",),
    "Макеты": ("Дата готовности", "Согласован клиентом", "Файл"),
    "Документы": ("№ и дата документа", "Передан в", "Дата передачи"),
    "Договоры": (
        "Юрист",
        "Финансовый департамент",
        "Директор",
        "Ввод в производство",
        "Оригиналы переданы",
    ),
    "Поручения": ("Код клиента",),
}
"""Optional columns that the healthy rows can do without."""


ODD_TITLES: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "lower case": str.lower,
    "outer spaces": lambda title: f"  {title} ",
    "doubled spaces": lambda title: title.replace(" ", "  "),
    "NBSP": lambda title: title.replace(" ", NBSP),
    "line breaks": lambda title: title.replace(" ", "\n"),
    "no star": lambda title: title.rstrip("*"),
    "a star": lambda title: title.rstrip("*") + "*",
    "a star after a space": lambda title: title.rstrip("*") + " *",
    "ё as е": lambda title: title.replace("ё", "е"),
}


TABLES_THAT_PASS = [
    *(
        passes(f"no optional columns: {sheet}", drop_columns(sheet, *columns))
        for sheet, columns in OPTIONAL.items()
    ),
    *(
        passes(f"titles with {name}", *(retitle(sheet, spell) for sheet in BOOK_OF))
        for name, spell in ODD_TITLES.items()
    ),
    passes("columns in the opposite order", *every(reverse_columns)),
    passes(
        "title rows above",
        *every(lambda sheet: insert_titles(sheet, [f"{sheet}: учёт"], [], ["на ноябрь", 2026])),
    ),
    passes(
        "a title row with a word of the header",
        insert_titles("Заказы", ["Заказы"], ["Менеджер", SALES]),
        insert_titles("Клиенты", ["Телефон", "+7 000"]),
    ),
    passes("own columns before", *every(lambda sheet: insert_column(sheet, 1, "Моё", "#N/A"))),
    passes("own columns amid", *every(lambda sheet: insert_column(sheet, 2, "Цвет", "=1/0"))),
    passes("own columns behind", *every(lambda sheet: insert_column(sheet, 40, "Ещё", "1,234"))),
    passes(
        "own columns with nearly our titles",
        insert_column("Заказы", 3, "Менеджер 2", "#N/A"),
        insert_column("Клиенты", 5, "ИНН (старый)", "1"),
        insert_column("Позиции", 2, "Сумма по счёту", "03/04/2026"),
    ),
    passes(
        "own sheets",
        add_sheet("Заказы", "Свод", [["№ заказа", "Сумма"], ["З-1", "#N/A"]]),
        add_sheet("Клиенты", "Заметки", [["=1/0"]]),
    ),
    passes("a dozen title rows", insert_titles("Заказы", *[["отчёт"]] * 12)),
    passes("a column without a title", insert_column("Заказы", 3, None, "пометка")),
    passes("empty rows amid", insert_blank("Заказы", 1), insert_blank("Позиции", 2)),
    passes("an order's number merged over its positions", merge("Позиции", "№ заказа", 1, 2)),
    passes(
        "a merged range over a blank row",
        insert_blank("Позиции", 2),
        merge("Позиции", "№ заказа", 1, 3),
    ),
    passes(
        "a header of two rows, merged",
        insert_blank("Платежи", 0),
        *(merge("Платежи", title, -1, 0) for title in ("Дата", "№ заказа", "Вид", "Сумма")),
    ),
    passes("rows of spaces amid", insert_blank("Заказы", 1, "  "), insert_blank("Клиенты", 3, " ")),
]


@several(TABLES_THAT_PASS)
def test_no_problem(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


@several(
    [
        breaks(
            "below title rows",
            error("Заказы", "Менеджер", 1),
            insert_titles("Заказы", ["Заказы"], [], ["ноябрь"]),
            put("Заказы", "Менеджер", 1, None),
        ),
        breaks(
            "in another column",
            error("Позиции", "Тираж", 2),
            reverse_columns("Позиции"),
            put("Позиции", "Тираж", 2, 0),
        ),
        breaks(
            "behind own columns",
            error("Клиенты", "Скрытые потребности", 1),
            insert_column("Клиенты", 1, "Моё", "#N/A"),
            put("Клиенты", "Скрытые потребности", 1, "#N/A"),
        ),
        breaks(
            "behind an empty row",
            error("Позиции", "Тираж", 3),
            insert_blank("Позиции", 1),
            put("Позиции", "Тираж", 3, 0),
        ),
        breaks(
            "under a title in capitals",
            error("Поручения", "Срок", 0),
            retitle("Поручения", str.upper),
            put("Поручения", "Срок", 0, "скоро"),
        ),
    ]
)
def test_place(case: Case, tmp_path: Path) -> None:
    check(case, tmp_path)


@pytest.mark.parametrize("value", ["З-2026-9999", "#N/A"])
def test_a_merged_value_is_judged_in_every_row(value: str, tmp_path: Path) -> None:
    changes = put("Позиции", "№ заказа", 1, value), merge("Позиции", "№ заказа", 1, 2)
    outcome = validate(healthy(tmp_path, *changes), today=TODAY)
    found = [p.place.cell for p in outcome.problems if p.place.sheet == "Позиции"]
    assert found == [cell_of(tmp_path / ORDERS, "Позиции", "№ заказа", row) for row in (1, 2)]


def test_a_sum_that_is_merged_counts_in_every_row_and_is_told(tmp_path: Path) -> None:
    root = healthy(tmp_path, merge("Платежи", "Сумма", 0, 1), merge("Позиции", "Тираж", 0, 1))
    found = [p for p in validate(root, today=TODAY).problems if p.code == "sum-merged"]
    first, last = (cell_of(root / ORDERS, "Платежи", "Сумма", row) for row in (0, 1))
    assert [(p.place.sheet, p.place.cell, p.is_error, p.message) for p in found] == [
        (
            "Платежи",
            first,
            False,
            f"ячейки {first}:{last} объединены: сумма посчитана в каждой из строк, раз: 2",
        )
    ]


def test_a_sheet_of_another_name_is_told_by_its_columns(tmp_path: Path) -> None:
    """Also where it is the only one of its book."""
    root = healthy(tmp_path, rename_sheet("Платежи", "Оплаты"), rename_sheet("Поручения", "Лист1"))
    drop = tmp_path / "Книга1.xlsx"
    shutil.copy(root / TASKS, drop)
    outcome = validate(root, today=TODAY).problems + validate(root, [drop], today=TODAY).problems
    told = {(p.place.file, p.message, p.hint) for p in outcome if p.code == "sheet-missing"}
    assert told == {
        (
            book,
            f"нет листа «{sheet}»: его столбцы стоят на листе «{other}»",
            f"переименуйте лист «{other}» в «{sheet}»",
        )
        for book, sheet, other in (
            (ORDERS, "Платежи", "Оплаты"),
            (TASKS, "Поручения", "Лист1"),
            ("Книга1.xlsx", "Поручения", "Лист1"),
        )
    }
