"""The lines of «Протокол» about a merge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cmtools.merge.conflict import Conflict
from cmtools.merge.protocol import describe_conflict, describe_taken
from cmtools.merge.three_way import Merge, TakenCell, TakenRow
from cmtools.tables.parsers import Cell


def cell(sheet: str, key: str, column: str, was: Cell, now: Cell) -> TakenCell:
    return TakenCell(sheet=sheet, key=key, column=column, row=2, was=was, now=now)


def row(sheet: str, key: str, **cells: Cell) -> TakenRow:
    return TakenRow(sheet=sheet, key=key, cells=cells)


def colours(values: Sequence[tuple[Cell, Cell]]) -> list[TakenCell]:
    return [cell("Заказы", f"З-{n}", "Цвет", *sides) for n, sides in enumerate(values)]


def test_numbers_are_shown_as_people_write_them() -> None:
    merge = Merge(
        taken=(
            cell("Заказы", "З-1", "Стоимость доставки", 150000, 1234.5),
            cell("Позиции", "З-1 · 1", "Себестоимость за ед.", 17.7025, 20),
            cell("Позиции", "З-1 · 1", "Тираж", None, 12500.0),
            cell("Заказы", "З-1", "Моё", 1234.5, 2026),
            cell("Клиенты", "К-1", "ИНН", None, 5504036333),
        ),
        added=(row("Платежи", "З-1", Сумма=4890, Дата=date(2026, 11, 3)),),
    )
    assert [line.replace("\u00a0", "_") for line in describe_taken(merge, "А")] == [
        "«Платежи», З-1, строка «Сумма: 4_890,00; Дата: 03.11.2026» — добавлена (А)",
        "«Заказы», З-1, Стоимость доставки: «150_000,00» → «1_234,50» (А)",
        "«Позиции», З-1 · 1, Себестоимость за ед.: «17,7025» → «20,00» (А)",
        "«Позиции», З-1 · 1, Тираж: пусто → «12_500» (А)",
        "«Клиенты», К-1, ИНН: пусто → «5504036333» (А)",
        "«Заказы», З-1, Моё: «1234,5» → «2026» (А)",
    ]


def test_a_conflict_shows_its_numbers_so_too() -> None:
    conflict = Conflict(
        sheet="Позиции",
        key="З-1 · 1",
        column="Доп. расходы",
        base=None,
        ours=0.1,
        theirs=12345.6,
        author="",
        reason="разное",
    )
    assert describe_conflict(conflict).replace("\u00a0", "_") == (
        "«Позиции», З-1 · 1, Доп. расходы: было пусто, в книге «0,10», в копии «12_345,60» — разное"
    )


def test_a_column_of_a_persons_own_is_one_line_behind_money_and_orders() -> None:
    many = colours([*[(None, "синий")] * 150, *[("белый", "чёрный")] * 4, ("белый", None)])
    merge = Merge(
        taken=(*many, cell("Заказы", "З-1", "Стадия", "1.1", "2.1")),
        added=(row("Платежи", "З-1", Сумма=10),),
    )
    assert describe_taken(merge, "Анна") == [
        "«Платежи», З-1, строка «Сумма: 10,00» — добавлена (Анна)",
        "«Заказы», З-1, Стадия: «1.1» → «2.1» (Анна)",
        "«Заказы», столбец «Цвет»: заполнено строк: 150, изменено строк: 4, "
        "очищено строк: 1 (Анна)",
    ]


def test_a_few_cells_and_rows_of_a_persons_own_are_named_each() -> None:
    few = colours([(None, "синий"), ("белый", None)])
    merge = Merge(taken=tuple(few), removed=(row("Звонки", "Анна", Когда="утром"),))
    assert describe_taken(merge, "") == [
        "«Заказы», З-0, Цвет: пусто → «синий»",
        "«Заказы», З-1, Цвет: «белый» → пусто",
        "«Звонки», Анна, строка «Когда: утром» — убрана",
    ]


def test_many_rows_of_a_sheet_of_a_persons_own_are_one_line() -> None:
    merge = Merge(
        added=(
            *(row("Звонки", f"{n}", Когда="утром") for n in range(300)),
            *(row("Заказы", f"З-{n}", Стадия="1.1") for n in range(7)),
        )
    )
    lines = describe_taken(merge, "")
    assert lines[-1] == "«Звонки»: добавлено строк: 300"
    assert len(lines) == 8
