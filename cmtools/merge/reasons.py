"""Why a place of a book waits for a person: what the column «Почему» says."""

from __future__ import annotations

import re
from collections.abc import Iterable

DIFFERENT = "ячейку изменили по-разному и в книге, и в копии"
SAME_ROW = "в этой строке есть расхождение: остальные правки копии в ней тоже ждут решения"
NEW_TWICE = "под этим номером новая строка есть и в книге, и в копии, и они разные"
DELETED_IN_COPY = "в копии строки больше нет, а в книге над ней работали"
DELETED_IN_BOOK = "в книге строки больше нет, а в копии над ней работали"
RENAMED = "{reason}; похоже, теперь там это {name}"
RENAMED_TWICE = "этой строке дали один номер в книге и другой в копии"
BOTH_TOUCHED = "эти строки изменили и в книге, и в копии"
DOUBTFUL = "возврат или старая копия? Кто правил копию, мог не видеть того, что в книге"
TURNED_DOWN = "от этого значения уже отказались; оно снова пришло с копией"
BASE_UNKNOWN = "из какой версии книги сделана копия, по этой строке не понять"
CAME_BACK = "эту строку уже удалили из книги; она снова пришла с копией"
MOVED = "эту строку перенесли под другой номер, а в книге или в копии с ней сделали иное"
BREAKS_RULES = "вместе с книгой это даёт ошибку: {problem}"
NO_SHEET = "в книге нет такого листа: добавьте его или перенесите строку сами"

ASKED_UNCHANGED = (DELETED_IN_BOOK, BASE_UNKNOWN, DOUBTFUL, MOVED)
"""Why a row is asked about even where the copy has it as its base."""


def new_twice(name: str, names: Iterable[str]) -> str:
    """Explain two new rows under one name, with the next number that neither side uses."""
    numbered = re.fullmatch(r"(.*?)(\d+)", name)
    if numbered is None:
        return NEW_TWICE
    start, digits = numbered.groups()
    taken = [
        int(other[len(start) :])
        for other in names
        if other.startswith(start) and other[len(start) :].isdigit()
    ]
    free = f"{start}{max(taken, default=int(digits)) + 1:0{len(digits)}}"
    return f"{NEW_TWICE}; если это разное, дайте своей строке в копии свободный номер {free}"
