"""The filters that a template may use: one entry each, what it takes and gives; pure.

Data are shown as typed: quotes change only where a filter asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cmtools.documents import russian_text
from cmtools.documents.declension import Case, decline_name, decline_post, initials, plural_form
from cmtools.documents.field_types import Count, Day, Inflected, Name, Post, Sum
from cmtools.documents.russian_text import NBSP
from cmtools.documents.template.schema import KINDS, TEXTS


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """A filter: `apply` gets a value of one of the kinds in `takes`, then so many texts.

    An empty value stays empty and `apply` never sees it, unless the filter is `for_empty` too.
    """

    name: str
    meaning: str
    example: str
    apply: Callable[..., Any]
    takes: tuple[type, ...] = TEXTS
    gives: type = str
    arguments: int = 0
    for_empty: bool = False

    def __call__(self, value: Any, *arguments: str) -> Any:
        """Return the value as the filter makes it."""
        if value == "" and not self.for_empty:
            return value
        return self.apply(value, *arguments)

    @property
    def taken(self) -> str:
        """What it is for: «имён, должностей»."""
        if set(TEXTS) <= set(self.takes):
            names = ["текстов", *(KINDS[kind].many for kind in self.takes if kind not in TEXTS)]
        else:
            names = [KINDS[kind].many for kind in self.takes]
        return ", ".join(names)


def _case_filter(case: Case, meaning: str, example: str) -> Filter:
    """Declare the filter that puts names and posts into a case."""

    def decline(name: Name) -> Inflected:
        if given := name.forms.get(case.value):
            return Inflected(given)
        inflection = (decline_post if isinstance(name, Post) else decline_name)(case, str(name))
        return Inflected(inflection.text, of=str(name), case=case.value, sure=inflection.sure)

    return Filter(
        name=case.value,
        meaning=meaning,
        example=f"{{{{ seller.head | {case.value} }}}} → {example}",
        apply=decline,
        takes=(Name, Post),
        gives=Inflected,
    )


def _initials(name: Name | Inflected) -> str:
    return initials(name, name.of if isinstance(name, Inflected) else "")


def in_words(value: Sum | Count | int) -> str:
    """Write a sum with its words and kopecks; a number in words alone."""
    if isinstance(value, Sum):
        return russian_text.sum_in_words(value.amount) if value.amount is not None else ""
    number = value.number if isinstance(value, Count) else value
    return russian_text.number_in_words(number) if number is not None else ""


def short_date(day: Day) -> str:
    """Write a day as `21.11.2026`."""
    return f"{day.day:%d.%m.%Y}" if day.day else ""


def count_with_noun(value: Count | int, one: str, few: str, many: str) -> str:
    """Write a number with its noun in the right form, without breaks: `5 штук`, `2,5 штуки`."""
    number = value.number if isinstance(value, Count) else value
    if number is None:
        return ""
    noun = plural_form(int(number), one, few, many) if number == int(number) else few
    return f"{value}{NBSP}{noun}"


def capitalize(text: str) -> str:
    """Make the first letter a capital; names and abbreviations stay as typed."""
    return text[:1].upper() + text[1:]


def end_sentence(text: str) -> str:
    """Put a full stop behind a text that does not end as a sentence does."""
    return text if _ENDED.search(text) else f"{text.rstrip()}."


_ENDED = re.compile(r"[.!?…][»“”\")\]]*\s*$")
_OPENS_BEHIND = re.compile(r"[\s(\[{«„/—–-]")
_ALIKE = str.maketrans("„“", "«»")


def russian_quotes(text: str) -> str:
    """Turn straight quotes into «ёлочки», inner ones into „лапки“; signs of inches stay.

    Where one sign closes two, as in `АО "НПО "Заря"`, all are «ёлочки»: АО «НПО «Заря».
    """
    signs, depth, before = [], 0, " "
    for sign in text:
        if sign == '"' and _OPENS_BEHIND.match(before):
            sign = "„" if depth else "«"
        elif sign == '"' and depth:
            sign = "“" if depth > 1 else "»"
        depth = max(0, depth + (sign in "«„") - (sign in "»“"))
        signs.append(sign)
        before = sign
    made = "".join(signs)
    return made.translate(_ALIKE) if depth else made


FILTERS: tuple[Filter, ...] = (
    _case_filter(Case.GENITIVE, "Родительный падеж: в лице кого", "Иванова Ивана Ивановича"),
    _case_filter(Case.DATIVE, "Дательный падеж: кому", "Иванову Ивану Ивановичу"),
    _case_filter(Case.INSTRUMENTAL, "Творительный падеж: кем", "Ивановым Иваном Ивановичем"),
    Filter(
        name="initials",
        takes=(Name, Inflected),
        meaning="Инициалы и фамилия",
        example="{{ seller.head | initials }} → И. И. Иванов",
        apply=_initials,
    ),
    Filter(
        name="in_words",
        takes=(Sum, Count, int),
        meaning="Сумма цифрами и прописью; число прописью",
        example="{{ total.amount | in_words }} → "
        "4 890 (четыре тысячи восемьсот девяносто) рублей 00 копеек",
        apply=in_words,
    ),
    Filter(
        name="short",
        takes=(Day,),
        meaning="Дата цифрами",
        example="{{ contract.date | short }} → 21.11.2026",
        apply=short_date,
    ),
    Filter(
        name="plural",
        takes=(Count, int),
        meaning="Число со словом в нужной форме: для 1, для 2 и для 5",
        example='{{ line.quantity | plural("штука", "штуки", "штук") }} → 5 штук',
        apply=count_with_noun,
        arguments=3,
    ),
    Filter(
        name="quotes",
        meaning="Прямые кавычки становятся «ёлочками»",
        example='{{ client.name | quotes }} → ООО «Ромашка» вместо ООО "Ромашка"',
        apply=russian_quotes,
    ),
    Filter(
        name="nbsp",
        meaning="Не разрывает строкой № и число, число и единицу; так и без него стоит каждое поле",
        example="{{ line.name | nbsp }} → Бумага 300 г/м²: число и единица в одной строке",
        apply=russian_text.keep_together,
    ),
    Filter(
        name="inside_sentence",
        meaning="Первая буква строчная, как в середине предложения; сокращения остаются",
        example="{{ seller.post | inside_sentence }} → генеральный директор",
        apply=russian_text.inside_sentence,
    ),
    Filter(
        name="sentence",
        meaning="Точка в конце, если там нет другого знака",
        example="{{ claim.reason | sentence }} → Смещение реза.",
        apply=end_sentence,
    ),
    Filter(
        name="capitalize",
        meaning="Первая буква прописная, остальные как есть",
        example="{{ seller.post | genitive | capitalize }} → Генерального директора",
        apply=capitalize,
    ),
    Filter(
        name="upper",
        meaning="Все буквы прописные",
        example="{{ client.name | upper }} → ООО «РОМАШКА»",
        apply=str.upper,
    ),
    Filter(
        name="lower",
        meaning="Все буквы строчные",
        example="{{ order.delivery_method | lower }} → самовывоз",
        apply=str.lower,
    ),
    Filter(
        name="trim",
        meaning="Без пробелов по краям",
        example="{{ line.name | trim }} → Визитки",
        apply=str.strip,
    ),
    Filter(
        name="default",
        meaning="Другой текст там, где поле пусто",
        example='{{ client.kpp | default("—") }} → —',
        apply=lambda value, text: value or text,
        arguments=1,
        for_empty=True,
    ),
    Filter(
        name="length",
        takes=(*TEXTS, tuple),
        gives=int,
        meaning="Сколько строк в списке или знаков в тексте",
        example="{{ lines | length }} → 3",
        apply=len,
        for_empty=True,
    ),
)

BY_NAME = {found.name: found for found in FILTERS}
