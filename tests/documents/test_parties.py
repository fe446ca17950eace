"""Who and what stands in the papers: both sides, subjects, dates, entities, registers, the card."""

import re
from datetime import date

import pytest

from support.paper_cases import COMPANY, LONG, position_rows
from support.paper_figures import of_kind, of_orders, of_subjects, with_vat, without_vat
from support.papers import ORDER_KINDS, money
from support.workbench import FIVE_ENTITIES, SELLER

MONTHS = (
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
).split()


def day_in(text: str, day: object) -> bool:
    """Whether a date stands in a text in one of the ways of papers."""
    number, month, year = f"{day:%d}", MONTHS[int(f"{day:%m}") - 1], f"{day:%Y}"
    words = rf"«?{number.lstrip('0').rjust(1)}|«?{number}"
    return bool(re.search(rf"(?:{words})»? {month} {year} г|{number}\.{day:%m}\.{year}", text))


NAMED = ("offer", "specification", "invoice", "act", "claim-act", "readiness", "contract")


@pytest.mark.parametrize("kind", NAMED)
def test_both_sides_are_named(kind: str) -> None:
    full = {COMPANY: LONG, "К-1002": "Кузнецов", "К-1003": "Лебедев"}
    for number, paper in of_kind(kind):
        (digits,) = re.findall(r"100[123]", number)
        code = f"К-{digits}"
        short = "Северо-Западный университет печатного дела"
        assert full[code] in paper.loose or (code == COMPANY and short in paper.loose), number
        assert "Печатный двор" in paper.loose, number


@pytest.mark.parametrize("kind", ORDER_KINDS)
def test_papers_of_an_order_name_it(kind: str) -> None:
    for case, _, paper in of_orders(kind):
        assert case.number in paper.body, case


@pytest.mark.parametrize("kind", ["offer", "specification", "invoice", "act", "request"])
def test_the_date_is_that_of_the_order(kind: str) -> None:
    for case, figures, paper in of_orders(kind):
        assert day_in(paper.loose, figures.order["Дата заказа"]), case


def test_contract_carries_the_five_entities() -> None:
    """Its own sections, with the articles of the ГК РФ."""
    for number, paper in of_subjects("contract"):
        for entity in FIVE_ENTITIES.values():
            assert str(entity) in paper.loose, (number, entity)
        goods = "454" if number == "ДС-1003" else "506"  # a consumer is supplied by no § 3
        for article in ("432", goods, "486", "330", "395"):
            assert re.search(rf"\b{article}\b", paper.text), (number, article)
        assert number in paper.text
        assert day_in(paper.loose, date(2025, 10, 1)), number


def test_contract_is_in_the_name_of_heads() -> None:
    """Names and posts stand in the right case."""
    papers = dict(of_subjects("contract"))
    company = papers["ДС-1001"].loose.lower()
    for head in (
        "в лице генерального директора иванова ивана ивановича",
        "в лице генерального директора орлова сергея николаевича",
    ):
        assert head in company
    assert company.count("на основании устава") == 2


def test_requisites_of_the_contract() -> None:
    row = with_vat().books["Клиенты"][0]
    text = dict(of_subjects("contract"))["ДС-1001"].loose
    for column in ("ИНН", "КПП", "ОГРН", "БИК", "Расчётный счёт", "Корр. счёт", "Банк"):
        assert str(row[column]) in text, column
        assert SELLER[column] in text, column


def test_essentials_give_the_lawyer_all_five() -> None:
    for number, paper in of_subjects("essentials"):
        assert number in paper.body
        assert all(str(entity) in paper.loose for entity in FIVE_ENTITIES.values()), number


def test_approval_sheet_names_the_three() -> None:
    for number, paper in of_subjects("approval"):
        text = paper.loose.lower()
        assert number.lower() in text
        for word in ("юрист", "финансов", "директор", "крылов", "белов", "орлов"):
            assert word in text, (number, word)


def test_claim_act_is_of_the_latest_claim() -> None:
    for case, _, paper in of_orders("claim-act"):
        assert {money("831.47"), money("419.63")} <= paper.money, case
        assert money("517.29") not in paper.money, case
        assert f"Непропечатка в {case.number}" in paper.loose, case
        assert paper.money == {money("831.47"), money("419.63")}, case


def test_transfer_is_the_latest() -> None:
    for code, paper in of_subjects("client-transfer"):
        assert f"Передача {code} от 9 числа" in paper.loose
        assert f"Передача {code} от 2 числа" not in paper.loose
        for surname in ("Смирнов", "Петров"):
            assert surname in paper.loose, code
        assert "Ершов" not in paper.loose


def test_registers_list_the_papers_of_their_subject() -> None:
    for case, _, paper in of_orders("handover-technical"):
        assert re.search(rf"Ч-{case.number}(?!\d)", paper.text), case
    for made in (with_vat(), without_vat()):
        for case in made.cases:
            register = made.papers["handover-finance", case.contract]
            assert f"Подлинник {case.contract} ({case.number})" in register.loose, case


@pytest.mark.parametrize("kind", ["contractor-request", "design-brief", "request"])
def test_what_to_make_is_told_in_full(kind: str) -> None:
    for case, _, paper in of_orders(kind):
        for row in position_rows(case):
            if kind == "design-brief" and row["Дизайн"] != "новый макет":
                continue
            assert str(row["Наименование"]) in paper.loose, (case, row["№ п/п"])
            assert str(row["Материалы"]) in paper.loose, (case, row["№ п/п"])


def test_client_card_tells_everything() -> None:
    for made in (with_vat(), without_vat()):
        for row in made.books["Клиенты"]:
            code = str(row["Код"])
            card = made.papers["client-card", code].loose
            told = [f"Беседа с {code}", f"Соколова Елена Юрьевна {code}", code]
            columns = (
                "Краткое наименование",
                "Телефон",
                "ИНН",
                "КПП",
                "Расчётный счёт",
                "Эл. почта",
            )
            told += [str(row[column]) for column in columns if row.get(column)]
            told += [str(row[name]) for name in ("Явные потребности",) if row.get(name)]
            told += [f"Непропечатка в {case.number}" for case in made.cases if case.client == code]
            assert [part for part in told if part not in card] == [], code


def test_readiness_says_where_to() -> None:
    for case, figures, paper in of_orders("readiness"):
        assert str(figures.order["Адрес доставки"]) in paper.loose, case
