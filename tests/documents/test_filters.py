"""The filters of templates: what each gives, that an empty value stays empty, when it is noted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtools.documents.declension import Case, decline_name, decline_post
from cmtools.documents.field_types import Count, Day, Inflected, Name, Post, Sum
from cmtools.documents.russian_text import NB_HYPHEN, keep_together
from cmtools.documents.template.filters import BY_NAME, FILTERS, Filter
from cmtools.documents.template.schema import TEXTS
from support.drafts import changed, made, shown

NB = "\u00a0"
EMPTY: dict[type, Any] = {
    str: "",
    Name: Name(None),
    Post: Post(None),
    Inflected: Inflected(""),
    Sum: Sum(None),
    Day: Day(None),
    Count: Count(None),
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("total | in_words", "4 890 (четыре тысячи восемьсот девяносто) рублей 00 копеек"),
        ("pieces | in_words", "пять"),
        ("lines | length | in_words", "три"),
        ("on | short", "21.11.2026"),
        ("client.head | genitive", "Иванова Ивана Ивановича"),
        ("client.post | dative", "генеральному директору"),
        ("client.post | genitive | capitalize", "Генерального директора"),
        ("client.head | instrumental | initials", "И. И. Ивановым"),
        ("client.head | initials", "И. И. Иванов"),
        ('pieces | plural("штука", "штуки", "штук")', "5 штук"),
        ('lines | length | plural("позиция", "позиции", "позиций")', "3 позиции"),
        ("client.name | quotes", "ООО «Рога и копыта»"),
        ("client.name | upper", 'ООО "РОГА И КОПЫТА"'),
        ("client.name | lower", 'ооо "рога и копыта"'),
        ("'Скол' | sentence", "Скол."),
        ("'Просит (заменить!)' | sentence", "Просит (заменить!)"),
        ("'Скол (2 шт.)' | sentence", "Скол (2 шт.)"),
        ("client.post | capitalize | inside_sentence", "генеральный директор"),
        ('client.inn | default("—")', "7707083893"),
        ("client.inn | length", "10"),
        ("'  да ' | trim", "да"),
        ("'№ 5' | nbsp", "№ 5"),
    ],
)
def test_filter_in_a_template(tmp_path: Path, expression: str, expected: str) -> None:
    assert shown(tmp_path, f"{{{{ {expression} }}}}").replace(NB, " ") == expected


@pytest.mark.parametrize("used", FILTERS, ids=lambda used: used.name)
def test_empty_stays_empty(used: Filter) -> None:
    arguments = ["слово"] * used.arguments
    expected = {"default": "слово", "length": 0}.get(used.name, "")
    found = {used(EMPTY[kind], *arguments) for kind in used.takes if kind in EMPTY}
    assert found == {expected}


def test_data_stand_as_typed_but_for_breaks(tmp_path: Path) -> None:
    typed = 'ООО "Ромашка" № 5, 12 500 шт. — И. И. Иванов, +7 381 200-00-00'
    made = shown(tmp_path, "{{ client.name }}", record=changed(client_name=typed))
    assert made == keep_together(typed).replace(NB_HYPHEN, "-")
    assert made.replace(NB, " ") == typed


# Cases


@pytest.mark.parametrize("case", list(Case))
def test_names_and_posts_stand_in_their_case(case: Case) -> None:
    name, post = "Лебедева Ольга Петровна", "исполняющий обязанности директора"
    used = BY_NAME[case.value]
    assert used(Name(name)) == decline_name(case, name).text
    assert used(Post(post)) == decline_post(case, post).text


def test_genitive_of_the_books_wins() -> None:
    name = Name("Ли Юн", genitive="Ли Юна")
    assert (BY_NAME["genitive"](name), BY_NAME["genitive"](name).sure) == ("Ли Юна", True)
    assert BY_NAME["dative"](name) == decline_name(Case.DATIVE, "Ли Юн").text


def test_names_that_are_not_sure_are_noted(tmp_path: Path) -> None:
    unsure = "Саша Ким"
    assert not decline_name(Case.GENITIVE, unsure).sure
    tags = ("{{ client.head | genitive }}", "{{ client.head | dative | initials | upper }}")
    found = made(tmp_path, *tags, record=changed(client_head=Name(unsure)))
    assert found.unsure == ((unsure, "genitive"), (unsure, "dative"))
    assert made(tmp_path, *tags).unsure == ()
    known = changed(client_head=Name(unsure, genitive="Саши Кима"))
    assert made(tmp_path, tags[0], record=known).unsure == ()
    assert made(tmp_path, "{{ client.head }}", record=known).unsure == ()


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Юрий Юлианович Шевчук", "Ю. Ю. Шевчук"),
        ("Шевчук Юрий Юлианович", "Ю. Ю. Шевчук"),
        ("Иван Петров", "И. Петров"),
        ("Петров Иван", "И. Петров"),
        ("Анна Сергеевна", "Анна Сергеевна"),
        ("Сухово-Кобылин Марк Львович", "М. Л. Сухово-Кобылин"),
        ("Кузнецов В. А.", "Кузнецов В. А."),
        ("ООО «Ромашка»", "ООО «Ромашка»"),
    ],
)
def test_initials_in_any_order(name: str, short: str) -> None:
    assert BY_NAME["initials"](Name(name)).replace(NB, " ") == short


def test_initials_of_a_name_in_a_case() -> None:
    name = BY_NAME["dative"](Name("Юрий Юлианович Шевчук"))
    assert BY_NAME["initials"](name).replace(NB, " ") == "Ю. Ю. Шевчуку"


# Numbers


@given(st.integers(0, 10**9))
def test_noun_after_a_number(number: int) -> None:
    found = BY_NAME["plural"](Count(number), "штука", "штуки", "штук")
    figures, noun = found.rsplit(NB, 1)
    assert int(figures.replace(NB, "")) == number
    by_last = {1: "штука", 2: "штуки", 3: "штуки", 4: "штуки"}
    teens = number // 10 % 10 == 1
    assert noun == ("штук" if teens else by_last.get(number % 10, "штук"))


def test_parts_of_a_number() -> None:
    assert BY_NAME["plural"](Count(Decimal("2.5")), "лист", "листа", "листов") == f"2,5{NB}листа"


@pytest.mark.parametrize("day", [date(2026, 1, 2), date(1999, 12, 31)])
def test_short_date(day: date) -> None:
    assert BY_NAME["short"](Day(day)) == f"{day.day:02}.{day.month:02}.{day.year}"


# Typography


@pytest.mark.parametrize(
    ("typed", "quoted"),
    [
        ('ООО "Ромашка"', "ООО «Ромашка»"),
        ('АО "Завод "Вектор" и Ко"', "АО «Завод „Вектор“ и Ко»"),
        ('АО "НПО "Заря"', "АО «НПО «Заря»"),
        ('ООО «Ром "Б" ашка»', "ООО «Ром „Б“ ашка»"),
        ('монитор 21"', 'монитор 21"'),
        ('("да")', "(«да»)"),
        ("Д'Артаньян", "Д'Артаньян"),
        ("", ""),
    ],
)
def test_quotes(typed: str, quoted: str) -> None:
    assert BY_NAME["quotes"](typed) == quoted


@given(st.text('а "«»„“'))
def test_quotes_change_nothing_else(typed: str) -> None:
    plain = str.maketrans("«»„“", '""""')
    assert BY_NAME["quotes"](typed).translate(plain) == typed.translate(plain)


@pytest.mark.parametrize(
    ("typed", "glued"),
    [
        ("счёт № 5 от мая", "счёт №_5 от мая"),
        ("тираж 12 500 шт. и 3", "тираж 12_500_шт. и 3"),
        ("бумага 300 г/м² плотная", "бумага 300_г/м² плотная"),
        ("скидка 22 % всем", "скидка 22_% всем"),
        ("1 000 000 рублей", "1_000_000_рублей"),
        ("И. И. Иванов и ещё", "И._И._Иванов и ещё"),
        ("Иванов И. И. пошёл", "Иванов_И._И. пошёл"),
        ("5 минут", "5 минут"),
        ("1 и 2", "1 и 2"),
        ("644000, г. Омск, ул. Ленина, д. 1, оф. 5", "644000, г._Омск, ул._Ленина, д._1, оф._5"),
        ("УЛ. 10 ЛЕТ ОКТЯБРЯ, Д. 5", "УЛ._10 ЛЕТ ОКТЯБРЯ, Д._5"),
        ("Омская обл., с. Ивановка, пр-т Мира", "Омская_обл., с._Ивановка, пр~т_Мира"),
        ("1 марта 2026 г. Потом", "1_марта_2026_г. Потом"),
        ("4 890,00 руб., 5 ₽", "4_890,00_руб., 5_₽"),
        ("в т. ч. НДС", "в т._ч._НДС"),
        ("тел. +7 (381) 200-00-00, 2 шт", "тел._+7_(381)_200~00~00, 2_шт"),
        ("8 800 200-00-00 доб. 15", "8_800_200~00~00 доб._15"),
        ("договор № Д-2026-005/1 от", "договор №_Д~2026~005/1 от"),
        ("макет-2026.pdf, 50-летие, a-1@b.example", "макет-2026.pdf, 50-летие, a-1@b.example"),
        ("сдан на склад. Дом 5", "сдан на склад. Дом 5"),
    ],
)
def test_glue(typed: str, glued: str) -> None:
    assert keep_together(typed) == glued.replace("_", NB).replace("~", NB_HYPHEN)


@given(st.text("а №5 %И.м-/+8(гд"))
def test_glue_changes_spaces_and_hyphens_only(typed: str) -> None:
    glued = keep_together(typed)
    assert glued.replace(NB, " ").replace(NB_HYPHEN, "-") == typed
    assert keep_together(glued) == glued


# The catalogue


def test_catalogue_is_whole() -> None:
    assert len(BY_NAME) == len(FILTERS)
    for used in FILTERS:
        assert f"| {used.name}" in used.example
        assert "→" in used.example
        assert used.meaning


def test_what_a_filter_is_for() -> None:
    assert BY_NAME["genitive"].taken == "имён, должностей"
    assert BY_NAME["upper"].taken == "текстов"
    assert BY_NAME["length"].taken == "текстов, списков"
    assert set(BY_NAME["upper"].takes) == set(TEXTS)
