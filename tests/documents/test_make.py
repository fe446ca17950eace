"""Papers of an order: what stands in them, where they go, what stops them."""

import re
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from cmtools.books.choices import ClaimDecision, DeliveryMethod, LegalForm, SourceRow
from cmtools.commands.docs import DocsResult, docs
from cmtools.commands.price import price
from cmtools.documents import file_names as naming
from cmtools.documents import russian_text as wording
from cmtools.documents.catalog import KINDS, DocumentKind
from cmtools.documents.russian_text import clean_text
from cmtools.documents.selection import Selection
from cmtools.documents.storage import ClientFolders
from cmtools.documents.template.loader import load
from cmtools.documents.template.schema import declared_fields
from cmtools.errors import UsageError
from cmtools.tables.parsers import format_roubles
from support.program import run
from support.workbench import (
    CONTRACTOR,
    REGISTRY,
    SETTINGS,
    TODAY,
    Change,
    Row,
    add,
    add_sheet,
    cell_of,
    drop,
    healthy,
    put,
    rewrite,
    rows_of,
)

NB = "\u00a0"
FIRST, SECOND = "З-2026-0001", "З-2026-0002"  # of a company; of an entrepreneur
LONG_NAME = "Общество с ограниченной ответственностью «" + "Полиграфия и упаковка " * 12 + "»"


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A document as a person reads it: NBSP are spaces here."""

    text: str
    rows: list[list[str]]

    @property
    def lines(self) -> list[list[str]]:
        """The rows of the table that begin with a number."""
        return [row for row in self.rows if row[0].isdigit()]

    def total(self, label: str) -> str:
        """The sum behind a label."""
        return next(row[-1] for row in self.rows if row[0] == label)


def read(path: Path) -> Paper:
    """Read a document with a library that the program does not read it with."""
    document = Document(str(path))
    tables = [[[cell.text for cell in row.cells] for row in t.rows] for t in document.tables]
    cells = [text for table in tables for row in table for text in row]
    text = "\n".join([*(p.text for p in document.paragraphs), *cells])
    return Paper(
        text=text.replace(NB, " "),
        rows=[[text.replace(NB, " ") for text in row] for row in tables[0]],
    )


def make(root: Path, order: str = SECOND, *kinds: str) -> DocsResult:
    """The specification of an order, unless other kinds are named."""
    return docs(root, Selection(orders=[order]), kinds=kinds or ("specification",), today=TODAY)


def paper(root: Path, order: str = SECOND) -> Paper:
    """The specification that was made just now."""
    made = make(root, order)
    assert made.exit_code == 0, made.problems
    return read(root / made.files[0])


def priced(root: Path, order: str = SECOND) -> dict[str, Any]:
    """The order's figures by the price command."""
    answer: dict[str, Any] = price(root, order=order, today=TODAY).as_json()["orders"][0]
    return answer


def ru(amount: str | Decimal) -> str:
    """A sum of JSON as papers have it, the spaces plain."""
    whole, kopecks = str(amount).split(".")
    groups = re.findall(r"\d{1,3}(?=(?:\d{3})*$)", whole)
    return f"{' '.join(groups)},{kopecks}"


def refused(made: DocsResult) -> list[tuple[str, str | None]]:
    """Codes and cells of the problems of an outcome that made nothing."""
    assert made.files == ()
    assert made.exit_code == 1
    return [(problem.code, problem.place.cell) for problem in made.problems]


# Words


UNITS = (
    "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать "
    "тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать"
).split()
NUMBERS = {word: number for number, word in enumerate(UNITS)} | {"одна": 1, "две": 2}
TENS = "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто".split()
NUMBERS |= {word: 10 * number for number, word in enumerate(TENS, 2)}
HUNDREDS = "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот".split()
NUMBERS |= {word: 100 * number for number, word in enumerate(HUNDREDS, 1)}
SCALES = {
    10**3: ("тысяча", "тысячи", "тысяч"),
    10**6: ("миллион", "миллиона", "миллионов"),
    10**9: ("миллиард", "миллиарда", "миллиардов"),
}


def form_of(number: int, forms: tuple[str, str, str]) -> str:
    """The form of a noun behind a number: рубль, рубля, рублей."""
    if 10 < number % 100 < 20:
        return forms[2]
    return forms[0] if number % 10 == 1 else forms[1] if 1 < number % 10 < 5 else forms[2]


def number_of(words: str) -> int:
    """A number read from its words, each scale in the right form; an independent parser."""
    total = group = 0
    scale_of = {form: scale for scale, forms in SCALES.items() for form in forms}
    for word in words.split():
        if word in scale_of:
            scale = scale_of[word]
            assert word == form_of(group or 1, SCALES[scale]), words
            total, group = total + (group or 1) * scale, 0
        else:
            assert NUMBERS[word] < (group % 100 or 1000), words
            group += NUMBERS[word]
    return total + group


def sum_of(phrase: str) -> Decimal:
    """A sum read from its figures and from its words, which must agree."""
    match = re.fullmatch(r"([\d ]+) \(([а-яё ]+)\) (рубл\w+) (\d\d) (копе\w+)", phrase)
    assert match, phrase
    format_roubles, kopecks = int(match[1].replace(" ", "")), int(match[4])
    assert number_of(match[2]) == format_roubles
    assert match[3] == form_of(format_roubles, ("рубль", "рубля", "рублей"))
    assert match[5] == form_of(kopecks, ("копейка", "копейки", "копеек"))
    return format_roubles + Decimal(kopecks) / 100


@given(st.integers(min_value=0, max_value=10**12 - 1))
def test_sum_in_words(kopecks: int) -> None:
    amount = Decimal(kopecks) / 100
    assert sum_of(wording.sum_in_words(amount).replace(NB, " ")) == amount


def test_wording() -> None:
    assert wording.sum_in_words(Decimal("4890.00")).replace(NB, " ") == (
        "4 890 (четыре тысячи восемьсот девяносто) рублей 00 копеек"
    )
    assert format_roubles(Decimal("4890")) == f"4{NB}890,00"
    assert wording.day_in_words(date(2026, 11, 1)) == f"«01»{NB}ноября{NB}2026{NB}г."
    assert wording.vat_phrase(Decimal(22), Decimal("881.80")).replace(NB, " ") == (
        "в т. ч. НДС 22 % — 881,80 руб."
    )
    assert wording.vat_phrase(None, Decimal(0)) == "Без НДС"
    assert wording.unit_price(Decimal("4890")) == f"4{NB}890,00"
    assert wording.unit_price(Decimal("4.8900")) == "4,89"
    assert wording.unit_price(Decimal("1234.895")) == f"1{NB}234,895"
    assert wording.percent(Decimal("7.50")) == f"7,5{NB}%"
    assert wording.days_within(10).replace(NB, " ") == "10 (десяти) календарных дней"
    assert wording.days_within(21).replace(NB, " ") == "21 (двадцати одного) календарного дня"
    assert wording.town("Омск") == f"г.{NB}Омск"
    assert wording.town("пос. Мирный") == "пос. Мирный"


# What stands in a specification


def test_company(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Клиенты", "Полное наименование", 0, LONG_NAME))
    made = make(root, FIRST)
    assert made.as_json()["files"] == [
        {
            "kind": "specification",
            "path": "Клиенты/К-0001 Ромашка/Договор/З-2026-0001 Спецификация.docx",
            "state": "made",
        }
    ]
    text = read(root / made.files[0]).text
    for part in (
        "Спецификация № З-2026-0001",
        "от «05» октября 2026 г. — приложение к Договору № ДС-2026-01 от «05» октября 2026 г.",
        "г. Омск",
        LONG_NAME,
        "в дальнейшем «Покупатель», в лице генерального директора Иванова Ивана Ивановича, "
        "действующего на основании Устава",
        "Материалы: Картон 300 г/м²",
        "ИНН 7707083893, КПП 770701001",
        "ОГРН 1027700132195",
        "Р/с 40602810700000000025",
        "/ И. И. Иванов /",
        "/ С. Н. Орлов /",
        "в двух подлинных экземплярах",
    ):
        assert part in text


def test_entrepreneur(tmp_path: Path) -> None:
    text = paper(healthy(tmp_path)).text
    for part in (
        "Индивидуальный предприниматель Кузнецов Виктор Андреевич, именуемый в дальнейшем "
        "«Покупатель», с другой стороны",
        "ОГРНИП 316774600012304",
        "/ В. А. Кузнецов /",
        "транспортной компании для доставки Покупателю по адресу: г. Тула, пр. Ленина, д. 7.",
        "Стоимость доставки указана в строке 3 таблицы.",
    ):
        assert part in text
    assert text.count("в лице") == 1


def test_person(tmp_path: Path) -> None:
    changes = (
        put("Заказы", "Код клиента", 1, "К-0003"),
        put("Договоры", "Код клиента", 1, "К-0003"),
    )
    text = paper(healthy(tmp_path, *changes)).text
    assert "и Лебедева Ольга, именуемая в дальнейшем «Покупатель»" in text
    assert "/ О. Лебедева /" in text
    assert text.count("М.П.") == 1


def test_nothing_is_printed_for_what_is_missing(tmp_path: Path) -> None:
    columns = (
        "Срок изготовления", "Срок поставки", "Способ доставки", "Адрес доставки",
        "Стоимость доставки", "Предоплата, %", "Срок оплаты остатка, дней",
    )  # fmt: skip
    bare = {name: value for name, value in rows_of("Клиенты")[0].items() if value}
    for name in ("Полное наименование", "Юридический адрес", "Почтовый адрес", "ОГРН", "БИК"):
        del bare[name]
    for name in ("Банк", "Расчётный счёт", "Корр. счёт", "Должность руководителя", "Телефон"):
        del bare[name]
    for name in ("ФИО руководителя", "Действует на основании", "Эл. почта"):
        del bare[name]
    changes = [put("Заказы", column, 0, None) for column in columns]
    text = paper(healthy(tmp_path, *changes, rewrite("Клиенты", [bare])), FIRST).text
    assert not re.search(r"None|nan|\(\s*\)|«\s*»|\{\{|\}\}|\{%|%\}|  |№ *(?:от|$)", text)
    assert "Срок передачи Продукции Покупателю — до «____» __" in text
    assert "установленные Договором: доставка по адресу покупателя." in text
    assert "оплачивает в течение 10 дней после поставки." in text
    assert "предоплат" not in text
    assert "Доставка" not in text


@pytest.mark.parametrize(
    ("prepayment", "days", "prepaid", "terms"),
    [
        (50, 10, "25 025 (", "Остаток — 25 025 ("),
        (100, 10, "50 050 (", None),
        (0, 21, None, "Общую стоимость — 50 050 ("),
        (33.33, 0, "16 681 (", "в день последней отгрузки"),
    ],
)
def test_payment(
    tmp_path: Path, prepayment: float, days: int, prepaid: str | None, terms: str | None
) -> None:
    text = paper(
        healthy(
            tmp_path,
            put("Заказы", "Предоплата, %", 1, prepayment),
            put("Заказы", "Срок оплаты остатка, дней", 1, days),
        )
    ).text
    assert (f"% общей стоимости, что составляет {prepaid}" in text) == (prepaid is not None)
    assert ("Покупатель оплачивает" in text) == (terms is not None)
    assert terms is None or terms in text
    assert days != 21 or "в течение 21 (двадцати одного) календарного дня со дня" in text


# Figures


def lines_of(count: int) -> list[Row]:
    """Rows of Позиции of the second order."""
    return [
        {
            "№ заказа": SECOND,
            "№ п/п": number,
            "Вид продукции": "визитки",
            "Наименование": f"Визитки, вариант {number}",
            "Тираж": 37 * number,
            "Ед.": "шт",
            "Дизайн": "без дизайна",
            "Себестоимость за ед.": 2.35 + number / 100,
        }
        for number in range(count, 0, -1)
    ]


SHIPPED_2025 = (
    put("Договоры", "Дата", 1, date(2025, 10, 20)),
    *(
        put("Заказы", column, 1, date(2025, month, 20))
        for column, month in (("Дата заказа", 10), ("Срок изготовления", 11), ("Срок поставки", 12))
    ),
)
RATES: dict[str, tuple[Change, ...]] = {
    "22 %": (),
    "20 %": SHIPPED_2025,
    "": (rewrite("НДС", [{"Действует с": date(2019, 1, 1)}]),),
}


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("count", [1, 60])
def test_every_figure_is_the_price_engines(tmp_path: Path, rate: str, count: int) -> None:
    root = healthy(tmp_path, rewrite("Позиции", lines_of(count)), *RATES[rate])
    found, order = paper(root), priced(root)
    positions = sorted(order["positions"], key=lambda position: position["position"])
    figures = [[int(row[0]), *row[4:]] for row in found.lines[:-1]]
    assert figures == [[p["position"], ru(p["price"]), ru(p["amount"])] for p in positions]
    runs = [row[2].replace(" ", "") for row in found.lines[:-1]]
    assert runs == [str(37 * number) for number in range(1, count + 1)]
    delivery = ru(order["delivery"])
    assert found.lines[-1] == [
        str(count + 1), "Доставка: г. Тула, пр. Ленина, д. 7", "1", "усл.", delivery, delivery
    ]  # fmt: skip
    assert found.total("Итого:") == ru(order["total"])
    vat = ru(f"{Decimal(order['vat']) + Decimal(order['delivery_vat']):.2f}")
    phrase = f", в т. ч. НДС {rate} — {vat} руб." if rate else ". Без НДС."
    words = re.search(rf"составляет (.+ копе\w+){re.escape(phrase)}", found.text)
    assert words
    assert sum_of(words[1]) == Decimal(order["total"])
    if rate:
        assert found.total(f"в т. ч. НДС {rate}:") == vat
    else:
        assert found.total("Без НДС") == "—"
        assert "с НДС" not in found.text


def test_no_cost_and_no_profit(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    text, order = paper(root).text, priced(root)
    hidden = [order["profit"], *(position["profit"] for position in order["positions"])]
    assert not [figure for figure in (*hidden, "85.40") if ru(figure) in text]
    assert "аржа" not in text


# Hostile values


HOSTILE = (
    "{{ 7*7 }} {% for x in y %} {# нет #}",
    "A & B <b>жирно</b> &amp; ]]> \"кавычки\" 'и' `ещё`",
    "{_{ и }_} {_% %_}",
    "слово " * 500 + "конец",
    "ж" * 3000,
    "первая\nвторая\n\nчетвёртая",
    "табуляция\tмежду",
)


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize(
    ("sheet", "column", "index"),
    [("Позиции", "Наименование", 1), ("Клиенты", "Полное наименование", 1)],
)
def test_hostile_values_stand_as_typed(
    tmp_path: Path, sheet: str, column: str, index: int, value: str
) -> None:
    text = paper(healthy(tmp_path, put(sheet, column, index, value))).text
    assert value in text
    assert "49" not in text


def test_line_breaks_are_words_own(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Позиции", "Наименование", 1, "первая\nвторая"))
    with zipfile.ZipFile(root / make(root).files[0]) as archive:
        shown = archive.read(BODY).decode()
    assert re.search(r">первая</w:t><w:br/><w:t [^>]*>вторая</w:t>", shown)


def test_control_characters_are_cleaned() -> None:
    assert clean_text("а\x00б\x07в\ud800г\r\nд\x0bе\x85ж\u2028з") == "абв\ufffdг\nд\nе\nж\nз"


# Where it goes


def test_unchanged_stays_and_changed_makes_a_version(tmp_path: Path) -> None:
    root = healthy(tmp_path / "one")
    first = make(root)
    path = root / first.files[0]
    before = path.read_bytes(), path.stat().st_mtime_ns
    again = make(root)
    assert [file["state"] for file in again.as_json()["files"]] == ["unchanged"]
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    other = healthy(tmp_path / "two", put("Позиции", "Тираж", 1, 301))
    for book in other.glob("*.xlsx"):
        book.replace(root / book.name)
    changed = make(root)
    assert changed.as_json()["files"][0]["state"] == "version"
    assert changed.files[0] == first.files[0].replace(".docx", " (2).docx")
    assert path.read_bytes() == before[0]
    assert make(root).as_json()["files"] == [
        {**changed.as_json()["files"][0], "state": "unchanged"}
    ]


def test_repacking_a_file_is_no_change(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    path = root / make(root).files[0]
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in reversed(archive.namelist())}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert make(root).as_json()["files"][0]["state"] == "unchanged"


def test_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    made = [(healthy(tmp_path / name), name) for name in ("one", "two")]
    first, second = (root / make(root).files[0] for root, _ in made)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_client_of_a_hostile_name_stays_inside(tmp_path: Path) -> None:
    root = healthy(tmp_path / "a" / "b", put("Клиенты", "Краткое наименование", 1, "../../x"))
    before = {path for path in tmp_path.rglob("*") if root not in path.parents}
    made = make(root)
    assert made.files == ("Клиенты/К-0002 .._.._x/Договор/З-2026-0002 Спецификация.docx",)
    assert {path for path in tmp_path.rglob("*") if root not in path.parents} == before


def test_folder_stays_when_the_client_is_renamed(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    old = root / "Клиенты" / "К-0002 Прежнее имя"
    old.mkdir(parents=True)
    assert make(root).files[0].startswith("Клиенты/К-0002 Прежнее имя/Договор/")


def test_folder_of_a_longer_code_is_another_clients(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    (root / "Клиенты" / "К-00021 Чужая").mkdir()
    assert make(root).files[0].startswith("Клиенты/К-0002 Кузнецов В. А/")
    assert naming.is_folder_of("К-1 Б Ромашка", "К-1", ["К-1", "К-2"])
    assert not naming.is_folder_of("К-1 Б Ромашка", "К-1", ["К-1", "К-1 Б"])


def test_each_of_many_clients_has_the_folder_of_its_code(tmp_path: Path) -> None:
    """However many there are, each is looked for among those that begin alike."""
    codes = ["К-1", "К-1 Б", "К-2", "к-3", "К-4"]
    folders = ["К-1 Ромашка", "К-1 Б Лютик", "К-10 Мак", "К-3", "К-4 Роза", "К-4 Астра"]
    for name in folders:
        (tmp_path / name).mkdir()
    (tmp_path / "К-2 Файл").write_text("no folder")
    found = ClientFolders(tmp_path, codes)
    assert [found.of(code, "Роза").name for code in codes] == [
        "К-1 Ромашка", "К-1 Б Лютик", "К-2 Роза", "К-3", "К-4 Роза"
    ]  # fmt: skip


def test_day_that_is_none_in_a_first_version(tmp_path: Path) -> None:
    """Whatever another program wrote there, the card gets the day on which it is made."""
    root = healthy(tmp_path)
    asked = Selection(client="К-0002")
    card = docs(root, asked, kinds=("client-card",), today=TODAY)
    with zipfile.ZipFile(root / card.files[0], "w") as archive:
        created = "<dcterms:created>2026-13-45T00:00:00Z</dcterms:created>"
        archive.writestr("docProps/core.xml", created)
    again = docs(root, asked, kinds=("client-card",), today=TODAY)
    assert [file["state"] for file in again.as_json()["files"]] == ["version"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_folder_that_is_a_link_outside_is_refused(tmp_path: Path) -> None:
    root = healthy(tmp_path / "work")
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / "Клиенты" / "К-0002 Ссылка").symlink_to(outside, target_is_directory=True)
    with pytest.raises(OSError, match="за пределы рабочей папки"):
        make(root)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("ООО «Ромашка»", "Ромашка"),
        ("АО «Приборный завод „Вектор“»", "Приборный завод Вектор"),
        ("ИП Кузнецов В. А.", "Кузнецов В. А."),
        ("ГБУК «Областная библиотека»", "Областная библиотека"),
        ("Ромашка, ООО", "Ромашка"),
        ('ПАО "Банк Д\'Артаньян"', "Банк Д'Артаньян"),
        ("Иповский Антон", "Иповский Антон"),
        ("ООО", "ООО"),
        ("«»", "«»"),
    ],
)
def test_bare_name(name: str, bare: str) -> None:
    assert naming.bare_name(name) == bare


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("CON", "_CON"),
        ("aux.x", "_aux.x"),
        ("com1", "_com1"),
        ("Консоль", "Консоль"),
        ('a<b>c:d"e/f\\g|h?i*j', "a_b_c_d_e_f_g_h_i_j"),
        ("точка. . ", "точка"),
        ("..", "_"),
        ("", "_"),
        ("а\nб\u202eв\ud800г", "а_б_в_г"),
        ("и\u0306од", "йод"),
    ],
)
def test_safe_name(name: str, safe: str) -> None:
    assert naming.safe_name(name) == safe


def test_long_names_are_cut_with_their_ending_kept() -> None:
    stems = [naming.document_stem("Ж" * 300 + end, "Спецификация") for end in "аб"]
    names = [naming.version_name(stem, version) for stem in stems for version in (1, 2)]
    assert len(set(names)) == 4
    assert all(len(name.encode()) <= 255 for name in names)
    assert all(" Спецификация" in name and name.endswith(".docx") for name in names)
    assert len(naming.client_folder("К-0001", "Ж" * 300).encode()) <= 255


def test_codes_that_look_the_same_are_told_apart() -> None:
    codes = ("К/1", "К:1", "К_1", "К-2")
    names = {naming.distinct_code(code, codes) for code in codes}
    assert len(names) == 4
    assert {"К_1", "К-2"} < names


# What stops it


def test_unknown_order_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"нет заказа «З-2026-002».*З-2026-0002"):
        make(healthy(tmp_path), "З-2026-002")


def test_order_is_found_however_its_code_is_typed(tmp_path: Path) -> None:
    assert make(healthy(tmp_path), " з-2026-0002 ").exit_code == 0


def test_row_that_fits_no_claim_makes_nothing(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    with pytest.raises(UsageError, match="строка 999 не подходит"):
        docs(
            root,
            Selection(orders=[SECOND]),
            kinds=("offer", "claim-act"),
            row=999,
            today=TODAY,
        )
    assert list((root / "Клиенты").rglob("*.docx")) == []


def test_unknown_kind_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="может быть, «specification»"):
        make(healthy(tmp_path), SECOND, "specifikacion")


def test_without_kinds_those_of_the_stage(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Заказы", "Стадия", 1, "2.5"))
    made = docs(root, Selection(orders=[SECOND]), today=TODAY)
    assert [file["kind"] for file in made.as_json()["files"]] == [
        "essentials",
        "approval",
        "contract",
        "specification",
    ]


def test_stage_that_asks_for_nothing(tmp_path: Path) -> None:
    made = docs(healthy(tmp_path), Selection(orders=[SECOND]), today=TODAY)
    assert (made.as_json(), made.exit_code) == ({"files": [], "problems": []}, 0)


def test_low_margin_needs_the_director(tmp_path: Path) -> None:
    cheap = put("Позиции", "Цена вручную", 1, 110)
    root = healthy(tmp_path / "no", cheap)
    made = make(root)
    where = cell_of(root / "Предварительные заказы.xlsx", "Заказы", "Согласовано директором", 1)
    assert refused(made) == [("low-margin-refused", where)]
    margin = str(priced(root)["margin"]).replace(".", ",")
    assert all(part in made.problems[0].message for part in (SECOND, margin, "15 %"))
    agreed = put("Заказы", "Согласовано директором", 1, "да")
    assert make(healthy(tmp_path / "yes", cheap, agreed)).exit_code == 0


def test_seller_must_be_whole(tmp_path: Path) -> None:
    seller = [
        row for row in rows_of("Организация") if row["Поле"] not in ("Банк", "ФИО руководителя")
    ]
    root = healthy(tmp_path, rewrite("Организация", seller))
    made = make(root)
    assert [code for code, _ in refused(made)] == ["seller-incomplete"]
    assert "Банк, ФИО руководителя" in made.problems[0].message


def test_empty_seller(tmp_path: Path) -> None:
    assert [c for c, _ in refused(make(healthy(tmp_path, rewrite("Организация", []))))] == [
        "seller-incomplete"
    ]


def test_specification_needs_a_contract(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Заказы", "№ договора", 1, None))
    where = cell_of(root / "Предварительные заказы.xlsx", "Заказы", "№ договора", 1)
    assert refused(make(root)) == [("contract-needed", where)]


def test_contract_of_another_client(tmp_path: Path) -> None:
    made = make(healthy(tmp_path, put("Заказы", "№ договора", 1, "ДС-2026-01")))
    assert [code for code, _ in refused(made)] == ["contract-of-another"]


def test_positions_without_a_price_are_named(tmp_path: Path) -> None:
    preliminary = put("Заказы", "Вид заявки", 1, "предварительная")
    root = healthy(tmp_path, preliminary, put("Позиции", "Себестоимость за ед.", 2, None))
    made = make(root)
    assert [code for code, _ in refused(made)] == ["price-needed"]
    assert "позиции: 2" in made.problems[0].message


def test_order_without_positions(tmp_path: Path) -> None:
    root = healthy(tmp_path, drop("Позиции", 2), drop("Позиции", 1))
    assert [code for code, _ in refused(make(root))] == ["positions-needed"]


_OF_OTHERS = (SourceRow.CONTRACT, SourceRow.CLIENT, SourceRow.TRANSFER)
OWN_ERRORS: dict[str, Change] = {
    "order": put("Заказы", "Предоплата, %", 1, 150),
    "position": put("Позиции", "Тираж", 2, "много"),
    "client": put("Клиенты", "ИНН", 1, "771234567850"),
    "contract": put("Договоры", "Дата", 1, "скоро"),
    "seller": put("Организация", "Значение", 3, "5504036334"),
    "markups": put("Наценки", "Тираж от", 0, "ноль"),
    "second order of the number": add("Заказы", rows_of("Заказы")[1]),
    "unknown client": put("Заказы", "Код клиента", 1, "К-0009"),
}


@pytest.mark.parametrize("name", OWN_ERRORS)
def test_error_in_its_rows_stops_it(tmp_path: Path, name: str) -> None:
    change = OWN_ERRORS[name]
    made = make(healthy(tmp_path, change))
    assert refused(made)
    assert {problem.place.sheet for problem in made.problems} == {change.sheet}
    assert all(problem.is_error for problem in made.problems)


@pytest.mark.parametrize("book", [SETTINGS, REGISTRY])
def test_book_that_is_missing_stops_it(tmp_path: Path, book: str) -> None:
    root = healthy(tmp_path)
    (root / book).unlink()
    made = make(root)
    assert refused(made)
    assert ("file-missing", book) in {(p.code, p.place.file) for p in made.problems}


def test_order_book_of_another_manager_does_not_stop_it(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    (root / "Предварительные заказы — Смирнов.xlsx").write_bytes(b"no book")
    assert make(root).exit_code == 0


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.made_from in _OF_OTHERS])
def test_order_in_error_that_names_no_client_or_contract(
    tmp_path: Path, kind: DocumentKind
) -> None:
    """A paper of the client or the contract, asked for by an order that leads to neither."""
    unnamed = put("Заказы", "№ договора", 1, None)
    root = healthy(tmp_path, unnamed, put("Заказы", "Код клиента", 1, "К-0999"))
    assert refused(make(root, SECOND, kind.id)) == [("unknown-reference", "C3")]


def test_sound_order_without_a_contract_has_none_of_its_papers(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Заказы", "№ договора", 1, None))
    kinds = [kind.id for kind in KINDS if kind.made_from is SourceRow.CONTRACT]
    found = refused(make(root, SECOND, *kinds))
    assert {code for code, _ in found} == {"contract-needed"}
    assert len(found) == len(kinds)


@pytest.mark.parametrize("kind", ["contractor-request", "production-entry"])
def test_contractor_in_error_is_told_where_the_paper_names_it(tmp_path: Path, kind: str) -> None:
    chosen = put("Заказы", "Подрядчик", 1, CONTRACTOR)
    root = healthy(tmp_path, chosen, put("Подрядчики", "Срок по умолчанию, дней", 0, "десять"))
    assert [cell for _, cell in refused(make(root, SECOND, kind))] == ["E2"]
    assert make(root, SECOND, "request").exit_code == 0


ELSEWHERE: dict[str, Change] = {
    "another order": put("Заказы", "Предоплата, %", 0, 150),
    "another order's position": put("Позиции", "Тираж", 0, "много"),
    "another client": put("Клиенты", "ИНН", 0, "7707083890"),
    "another contract": put("Договоры", "Дата", 0, "скоро"),
    "payment": put("Платежи", "Сумма", 3, "много"),
    "holiday": put("Праздники", "Дата", 0, "зимой"),
    "a manager's own sheet": add_sheet("Заказы", "Заметки", [["#Н/Д"]]),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_error_elsewhere_does_not(tmp_path: Path, name: str) -> None:
    made = make(healthy(tmp_path, ELSEWHERE[name]))
    assert (made.exit_code, len(made.files)) == (0, 1)


# Templates


TEMPLATE = Path("Шаблоны") / "Спецификация.docx"
BODY = "word/document.xml"


def edited(folder: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """A workspace whose template was changed, part by part."""
    root = healthy(folder)
    with zipfile.ZipFile(root / TEMPLATE) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(root / TEMPLATE, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return root


def with_tag(tag: str) -> Callable[[dict[str, bytes]], object]:
    """Change: another tag where the town stands, in a paragraph of its own."""

    def change(parts: dict[str, bytes]) -> None:
        assert parts[BODY].count(b"{{ city }}") == 1
        parts[BODY] = parts[BODY].replace(b"{{ city }}", tag.encode())

    return change


@pytest.mark.parametrize(
    ("tag", "code", "part"),
    [
        ("{{ order.nmber }}", "template-field", "order.nmber"),
        ("{{ gorod }}", "template-field", "city"),
        ("{% if false %}{{ order.nmber }}{% endif %}", "template-field", "order.number"),
        ("{{ order.number.upper }}", "template-field", "order.number.upper"),
        ("{{ lines }}", "template-group", "список"),
        ("{{ client }}", "template-group", "client.inn"),
        ("{{ order.number", "template-syntax", "order.number"),
        ("{ { order.number }}", "template-syntax", "order.number"),
        ("{% if city %}", "template-syntax", "endif"),
        ("{% for x in range(9) %}{% endfor %}", "template-forbidden", "вызов"),
        ("{% for x in lines %}{% for y in lines %}{% for z in lines %}{% endfor %}{% endfor %}"
         "{% endfor %}", "template-forbidden", "цикл"),
        ("{{ ''.__class__ }}", "template-forbidden", ""),
        ("{{ city.__class__.__mro__ }}", "template-field", "__class__"),
        ("{{ cycler }}", "template-field", "cycler"),
        ("{% set x = 'a' %}", "template-forbidden", "set"),
        ("{{ 'x' * 1000000000 }}", "template-forbidden", ""),
        ("{{ city|pprint }}", "template-filter", "pprint"),
        ("{% include 'x' %}", "template-forbidden", "вставка"),
        ("{{ _printed }}", "template-field", "_printed"),
    ],
)  # fmt: skip
def test_template_that_is_wrong(tmp_path: Path, tag: str, code: str, part: str) -> None:
    made = make(edited(tmp_path, with_tag(tag)))
    assert code in [code for code, _ in refused(made)]
    assert {problem.place.file for problem in made.problems} == {TEMPLATE.as_posix()}
    assert part in " ".join(f"{problem.message} {problem.hint}" for problem in made.problems)


@pytest.mark.parametrize(
    "tag",
    [
        "{{ order.</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>number }}",
        '{</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:t>{ order.number }}',
        "{% if order.delivery_method == «транспортная компания» %}{{ order.number }}{% endif %}",
        "{{ order.number | upper }}",
    ],
)
def test_tag_as_word_leaves_it(tmp_path: Path, tag: str) -> None:
    found = paper(edited(tmp_path, with_tag(tag)))
    assert f"\n{SECOND}\n" in found.text


def test_tag_in_deleted_text_is_told(tmp_path: Path) -> None:
    deleted = '</w:t></w:r><w:del w:id="1"><w:r><w:delText>{}</w:delText></w:r></w:del><w:r><w:t>'
    made = make(edited(tmp_path, with_tag(deleted.format("{{ 'тайна' }}"))))
    assert [code for code, _ in refused(made)] == ["template-misplaced"]


def external(parts: dict[str, bytes]) -> None:
    """Change: a picture that lies on another machine."""
    name = "word/_rels/document.xml.rels"
    relation = (
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/image" Target="http://example.com/x.png" TargetMode="External"/>'
    )
    parts[name] = parts[name].replace(b"</Relationships>", relation + b"</Relationships>")


def fetching_field(parts: dict[str, bytes]) -> None:
    """Change: a field that fetches another file."""
    parts["word/header1.xml"] = parts["word/header1.xml"].replace(b" PAGE ", b' INCLUDETEXT "x" ')


def entities(parts: dict[str, bytes]) -> None:
    """Change: an entity declared."""
    start = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    parts[BODY] = re.sub(rb"<w:document ", start + b"<w:document ", parts[BODY], count=1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (external, "template-external"),
        (fetching_field, "template-external"),
        (entities, "template-damaged"),
        (lambda parts: parts.pop(BODY), "template-damaged"),
        (lambda parts: parts.pop("[Content_Types].xml"), "template-damaged"),
        (lambda parts: parts.update({BODY: parts[BODY][:-9]}), "template-damaged"),
    ],
)
def test_template_that_is_unsafe_or_damaged(
    tmp_path: Path, change: Callable[[dict[str, bytes]], object], code: str
) -> None:
    assert [code for code, _ in refused(make(edited(tmp_path, change)))] == [code]


def test_template_that_is_missing_or_no_document(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    (root / TEMPLATE).write_bytes(b"no document")
    assert [code for code, _ in refused(make(root))] == ["template-damaged"]
    (root / TEMPLATE).unlink()
    assert [code for code, _ in refused(make(root))] == ["template-missing"]


def footnotes(parts: dict[str, bytes]) -> None:
    """Change: a footnote with a field, and a second section, which is where docxtpl stumbles."""
    kind = b"application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    override = b'<Override PartName="/word/footnotes.xml" ContentType="' + kind + b'"/>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"</Types>", override + b"</Types>"
    )
    space = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    parts["word/footnotes.xml"] = (
        b"<w:footnotes " + space + b'><w:footnote w:id="1"><w:p><w:r><w:t>{{ client.full_name }}'
        b"</w:t></w:r></w:p></w:footnote></w:footnotes>"
    )
    section = b"<w:p><w:pPr><w:sectPr/></w:pPr></w:p>"
    parts[BODY] = parts[BODY].replace(b"<w:body>", b"<w:body>" + section)


def test_data_is_no_template_in_footnotes(tmp_path: Path) -> None:
    root = edited(tmp_path / "work", footnotes)
    other = healthy(tmp_path / "other", put("Клиенты", "Полное наименование", 1, "{{ 7*7 }}"))
    (other / REGISTRY).replace(root / REGISTRY)
    with zipfile.ZipFile(root / make(root).files[0]) as archive:
        assert b">{{ 7*7 }}</w:t>" in archive.read("word/footnotes.xml")


def test_footer_names_the_papers(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    footer = Document(str(root / make(root).files[0])).sections[0].footer.paragraphs[0].text
    assert footer == f"Спецификация №{NB}{SECOND} к Договору №{NB}ДС-2026-02"


# The shipped template and the catalogue


TEMPLATES = Path(__file__).parents[2] / "templates"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_shipped_template_names_only_declared_fields(kind: DocumentKind) -> None:
    assert (
        "word/document.xml"
        in load(TEMPLATES / kind.template, declared_fields(kind.record)).compiled
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_shipped_template_compares_with_real_choices(kind: DocumentKind) -> None:
    with zipfile.ZipFile(TEMPLATES / kind.template) as archive:
        text = re.sub("<[^>]+>", "", archive.read(BODY).decode())
    choices = {choice.value for choice in (*LegalForm, *DeliveryMethod, *ClaimDecision)}
    compared = set(re.findall(r'[!=]= "(.*?)"', text))
    assert compared <= {*choices, "0", "0,00", "Остаток", "Оплата"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_page_of_the_shipped_template(kind: DocumentKind) -> None:
    """ГОСТ Р 7.0.97-2016: A4, margins of what is kept long, pages numbered from the second."""
    section = Document(str(TEMPLATES / kind.template)).sections[0]
    sides = (section.left_margin, section.right_margin, section.top_margin, section.bottom_margin)
    margins = [round(side.mm) for side in sides if side is not None]
    if kind.id != "invoice":
        assert margins == [30 if kind.kept_long else 20, 10, 20, 20]
    assert {round(s.mm) for s in (section.page_width, section.page_height) if s} == {210, 297}
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml
    assert "PAGE" not in section.first_page_header._element.xml


# The installed program


def test_command_line(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    words = ("docs", "--order", SECOND, "--kind", "specification", "--json")
    answer = run(*words, "--today", f"{TODAY}", folder=root).json()
    assert set(answer) == {"files", "problems"}
    assert (root / answer["files"][0]["path"]).is_file()


def test_card_names_the_positions_that_a_sum_lacks(tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Позиции", "Себестоимость за ед.", 2, None))
    client = str(rows_of("Заказы")[1]["Код клиента"])
    card = docs(root, Selection(client=client), kinds=("client-card",), today=TODAY)
    document = Document(str(root / card.files[0]))
    texts = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert any("(сумма без позиции 2)" in text.replace(NB, " ") for text in texts)
