"""The sheets of the order book, drawn from the sample's orders."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from cmtools.demo.company import DESIGNERS, Row, in_last_month, next_workday, workday
from cmtools.demo.contracts import Contract
from cmtools.demo.orders import PICKUP, Deal
from cmtools.demo.products import NEW

_CENTS: Final = Decimal("0.01")
_OVERPAID: Final = Decimal("5000.00")
_FINANCE: Final = "финансовый департамент"
_TECHNICAL: Final = "технический отдел"


def order_rows(deals: Iterable[Deal], contracts: Iterable[Contract]) -> list[Row]:
    """Sheet «Заказы»."""
    numbers = {contract.client.code: contract.number for contract in contracts}
    return [
        {
            "№ заказа": deal.number,
            "Дата заказа": deal.placed,
            "Код клиента": deal.client.code,
            "Менеджер": deal.client.manager,
            "Вид заявки": "окончательная" if deal.final else "предварительная",
            "Стадия": deal.stage,
            "Дата стадии": deal.entered,
            "Подрядчик": deal.contractor,
            "Срок изготовления": deal.made_by,
            "Срок поставки": deal.due,
            "Способ доставки": deal.manner,
            "Адрес доставки": None if deal.manner == PICKUP else deal.client.address,
            "Стоимость доставки": deal.carriage,
            "Предоплата, %": deal.prepayment,
            "Срок оплаты остатка, дней": deal.term,
            "№ договора": numbers.get(deal.client.code) if deal.final else None,
            "Согласовано директором": deal.approved,
            "Оценка клиента": deal.mark,
            "Причина недовольства": deal.complaint,
            "Дата закрытия": deal.closed,
            "Примечание": deal.note,
        }
        for deal in deals
    ]


def position_rows(deals: Iterable[Deal], layouts: Mapping[tuple[str, int], str]) -> list[Row]:
    """Sheet «Позиции» without its computed columns; `layouts` numbers the new layouts."""
    return [
        {
            "№ заказа": deal.number,
            "№ п/п": place,
            "Вид продукции": line.kind,
            "Наименование": line.name,
            "Тираж": line.run,
            "Ед.": line.unit,
            "Дизайн": line.design,
            "Макет": layouts.get((deal.number, place), line.file),
            "Материалы": line.materials,
            "Тип упаковки": line.packing,
            "Маркировка": line.marking,
            "Себестоимость за ед.": line.cost,
            "Доп. расходы": line.extra,
            "Цена вручную": line.manual_price,
        }
        for deal in deals
        for place, line in enumerate(deal.lines, start=1)
    ]


def number_layouts(deals: Iterable[Deal]) -> dict[tuple[str, int], str]:
    """М-0001 … by order and position, for each layout that a designer was asked for."""
    asked = [
        (deal.number, place)
        for deal in deals
        if deal.final or deal.stage == "5.4"
        for place, line in enumerate(deal.lines, start=1)
        if line.design == NEW
    ]
    return {position: f"М-{serial:04d}" for serial, position in enumerate(asked, start=1)}


def layout_rows(
    deals: Iterable[Deal], layouts: Mapping[tuple[str, int], str], today: date
) -> list[Row]:
    """Sheet «Макеты»: all drawn and agreed, but for the repeats that are still being designed."""
    by_number = {deal.number: deal for deal in deals}
    rows: list[Row] = []
    for serial, ((order, place), number) in enumerate(layouts.items()):
        deal = by_number[order]
        asked = _after(deal.placed, 1, today) if deal.final else deal.entered
        rows.append(
            {
                "№ макета": number,
                "№ заказа": order,
                "Дизайнер": DESIGNERS[serial % len(DESIGNERS)],
                "Дата задания": asked,
                "Срок": next_workday(asked + timedelta(days=4)),
                "Дата готовности": _after(asked, 3, today) if deal.final else None,
                "Согласован клиентом": _after(asked, 4, today) if deal.final else None,
                "Файл": f"{number} {deal.lines[place - 1].kind}.pdf" if deal.final else None,
            }
        )
    return rows


def payment_rows(deals: Iterable[Deal], totals: Mapping[str, Decimal], today: date) -> list[Row]:
    """Sheet «Платежи»: prepayment and balance make up each total, kopeck for kopeck."""
    rows: list[Row] = []
    overpaid = _oldest_closed(deals)
    for deal in deals:
        total = totals.get(deal.number, Decimal())
        first = (total * deal.prepayment / 100).quantize(_CENTS, ROUND_HALF_UP)
        rows.append(_payment(deal, deal.prepaid, "от клиента", first))
        rows.append(_payment(deal, deal.paid, "от клиента", total - first))
        if deal.received and deal.stage > "3.4":
            paid = _after(deal.received, 2, today)
            rows.append(_payment(deal, paid, "подрядчику", _contractor_bill(deal.cost, paid)))
        if deal is overpaid and deal.paid:
            back = _after(deal.paid, 3, today)
            rows.append(_payment(deal, deal.paid, "от клиента", _OVERPAID))
            rows.append(_payment(deal, back, "возврат клиенту", _OVERPAID))
    made = [row for row in rows if row["Дата"] and row["Сумма"]]
    made.sort(key=lambda row: (str(row["Дата"]), str(row["№ заказа"])))
    return [
        row | {"Документ": f"п/п № {serial} от {row['Дата']:%d.%m.%Y}"}
        for serial, row in enumerate(made, start=101)
    ]


def _payment(deal: Deal, day: date | None, kind: str, amount: Decimal) -> Row:
    return {"Дата": day, "№ заказа": deal.number, "Вид": kind, "Сумма": amount}


def _oldest_closed(deals: Iterable[Deal]) -> Deal:
    """The client of this order paid too much once and got it back."""
    return next(deal for deal in deals if deal.closed and deal.prepayment < 100)


def _contractor_bill(cost: Decimal, day: date) -> Decimal:
    """What the contractor asks, VAT on top by the rate of the day (НК РФ, ст. 164)."""
    rate = 22 if day.year >= 2026 else 20
    return (cost * (100 + rate) / 100).quantize(_CENTS, ROUND_HALF_UP)


def delivery_rows(
    deals: tuple[Deal, ...], totals: Mapping[str, Decimal], claims: Iterable[Row], today: date
) -> list[Row]:
    """Sheet «Поставки»; one order comes partly spoiled, a claim that was met is made good."""
    rows: list[Row] = []
    closed = [deal for deal in deals if deal.closed]
    spoiled = closed[len(closed) // 2]
    for shelf, deal in enumerate(deals):
        if deal is spoiled and deal.received:
            before = max(deal.placed, workday(deal.received - timedelta(days=2)))
            part = _delivery(deal, before, max(deal.run // 10, 1))
            rows.append(part | {"Сумма": (deal.cost / 10).quantize(_CENTS), "Качество": "брак"})
        if deal.received:
            rows.append(
                _delivery(deal, deal.received, deal.run)
                | {"Сумма": deal.cost}
                | _inspection(deal, f"Архив, стеллаж {shelf % 6 + 1}, короб {shelf // 6 + 1}")
            )
        if deal.shipped:
            total = totals.get(deal.number, Decimal())
            rows.append(_delivery(deal, deal.shipped, deal.run, out=True) | {"Сумма": total})
    by_number = {deal.number: deal for deal in deals}
    for claim in claims:
        decided, count = claim["Дата решения"], claim["Количество"]
        if claim["Решение"] == "удовлетворена" and isinstance(decided, date):
            deal, remade = by_number[str(claim["№ заказа"])], _after(decided, 4, today)
            again = _delivery(deal, remade, count) | {"Сумма": Decimal(), "Качество": "принято"}
            sent = _delivery(deal, remade, count, out=True) | {"Сумма": Decimal()}
            rows += [again, sent]
    return sorted(rows, key=lambda row: (str(row["Дата"]), str(row["№ заказа"])))


def _delivery(deal: Deal, day: date, count: object, *, out: bool = False) -> Row:
    kind = "отгружено клиенту" if out else "получено от подрядчика"
    return {"Дата": day, "№ заказа": deal.number, "Вид": kind, "Количество": count}


def _inspection(deal: Deal, place: str) -> Row:
    """Stage 3.4 accepts the quality, stage 3.5 puts the control sample away."""
    return {
        "Качество": "принято" if deal.stage > "3.4" else None,
        "Контрольный образец": "да" if deal.stage > "3.5" else None,
        "Место хранения образца": place if deal.stage > "3.5" else None,
    }


def claim_rows(deals: tuple[Deal, ...], today: date) -> list[Row]:
    """Sheet «Претензии»: one met and one refused in the last full month, one in work."""
    first_day = in_last_month(today, 8)
    shipped = [deal for deal in deals if deal.closed and deal.shipped and deal.shipped < first_day]
    refused, met = sorted(shipped, key=lambda deal: (deal.shipped, deal.number))[-2:]
    open_one = next(deal for deal in deals if deal.mark == 2)
    return [
        {
            **_claim(met, next_workday(in_last_month(today, 9)), "Непрокрас по краю листа"),
            "Решение": "удовлетворена",
            "Дата решения": next_workday(in_last_month(today, 15)),
            "Сумма удовлетворения": _tenth(met),
        },
        {
            **_claim(
                refused, next_workday(in_last_month(today, 12)), "Оттенок темнее, чем на экране"
            ),
            "Решение": "отклонена",
            "Дата решения": next_workday(in_last_month(today, 19)),
            "Сумма удовлетворения": None,
        },
        {
            **_claim(open_one, workday(today - timedelta(days=2)), "Цвет фона и косая подрезка"),
            "Решение": "в работе",
            "Дата решения": None,
            "Сумма удовлетворения": None,
        },
    ]


def _claim(deal: Deal, day: date, reason: str) -> Row:
    return {
        "Дата": day,
        "№ заказа": deal.number,
        "Количество": max(deal.run // 10, 1),
        "Сумма": _tenth(deal) * 2,
        "Причина": reason,
    }


def _tenth(deal: Deal) -> Decimal:
    return (deal.cost / 10).quantize(_CENTS)


def paper_rows(deals: Iterable[Deal], contracts: Iterable[Contract], today: date) -> list[Row]:
    """Sheet «Документы»: contracts, invoices, acts, and drawings of the packaging."""
    rows = [
        {"№ договора": contract.number}
        | _paper("договор", contract.number, contract.started, contract.original(today), today)
        for contract in contracts
        if contract.produced
    ]
    acts = 0
    for deal in deals:
        order: Row = {"№ заказа": deal.number}
        if deal.final and deal.stage > "2.5":
            rows.append(order | _paper("счёт", deal.number, deal.placed, None, today))
        if deal.shipped:
            acts += 1
            rows.append(order | _paper("акт", str(acts), deal.shipped, deal.original, today))
        if deal.final and deal.lines[0].kind == "упаковка":
            given = _after(deal.placed, 2, today)
            rows.append(order | _paper("чертёж", f"Ш-{deal.number[2:]}", deal.placed, given, today))
    return rows


def _paper(kind: str, number: str, day: date, original: date | None, today: date) -> Row:
    """The original is handed over two days after it came, if these have passed."""
    handed = workday(original + timedelta(days=2)) if original else None
    done = handed is not None and handed < today
    return {
        "Вид документа": kind,
        "№ и дата документа": f"№ {number} от {day:%d.%m.%Y}",
        "Оригинал получен": original,
        "Передан в": (_TECHNICAL if kind == "чертёж" else _FINANCE) if done else None,
        "Дата передачи": handed if done else None,
    }


def _after(day: date, days: int, today: date) -> date:
    """The working day so many days after `day`, never later than `today`."""
    return min(workday(day + timedelta(days=days)), workday(today))
