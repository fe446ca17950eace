"""The sample's contracts: five entities each, and how far each has come through its approvals."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from cmtools.demo.clients import Client
from cmtools.demo.company import Row, workday
from cmtools.demo.orders import Deal

WITH_LAWYER: Final = "К-0037"  # its contract has the lawyer's signature only
WITH_DIRECTOR: Final = "К-0036"  # its contract waits for the director
_ALSO: Final = ("К-0009", "К-0010", "К-0015", "К-0016", "К-0035", WITH_DIRECTOR, WITH_LAWYER)

_SUBJECT_GOODS: Final = (
    "Продавец обязуется изготовить с привлечением подрядчиков и передать в собственность "
    "Покупателя полиграфическую продукцию ({kinds}), а Покупатель — принять и оплатить её. "
    "Наименование, количество и требования к каждой партии стороны согласуют в Спецификациях, "
    "которые являются неотъемлемой частью договора."
)
_SUBJECT_WORKS: Final = (
    "Продавец по заявкам Покупателя выполняет работы по подготовке макетов и изготовлению "
    "полиграфической продукции ({kinds}) и сдаёт их результат по акту, а Покупатель принимает "
    "результат и оплачивает его. Состав работ и тиражи указываются в Спецификациях."
)
_PRICE_PARTS: Final = (
    "Цена партии указывается в Спецификации в рублях и включает НДС по ставке, действующей на "
    "день отгрузки. Покупатель вносит предоплату {percent} % в течение 5 рабочих дней со дня "
    "выставления счёта, остаток — в течение {days} календарных дней со дня отгрузки. Днём "
    "оплаты считается день поступления денег на расчётный счёт Продавца."
)
_PRICE_AFTER: Final = (
    "Цена партии указывается в Спецификации в рублях и включает НДС по ставке, действующей на "
    "день отгрузки. Оплата производится без аванса в течение {days} календарных дней со дня "
    "подписания акта за счёт средств бюджета, в пределах доведённых лимитов."
)
_BUYER: Final = (
    "За просрочку предоплаты срок изготовления сдвигается на время просрочки. За просрочку "
    "окончательной оплаты Покупатель уплачивает неустойку 0,1 % неоплаченной суммы за каждый "
    "день, но не более 10 % цены партии. Проценты по статье 395 ГК РФ сверх неустойки не "
    "начисляются."
)
_BUYER_STATE: Final = (
    "За просрочку оплаты Покупатель уплачивает пени в размере одной трёхсотой ключевой ставки "
    "Банка России от неуплаченной в срок суммы за каждый день просрочки."
)
_DELIVERY: Final = (
    "Поставка партиями в сроки, указанные в Спецификациях, по адресу: {address}, либо самовывозом "
    "со склада Продавца. О готовности Продавец уведомляет за один рабочий день. Приёмка по "
    "количеству — в день передачи, по качеству — в течение 5 рабочих дней; допустимое отклонение "
    "тиража ±2 %. Контрольный образец хранится у Продавца шесть месяцев."
)
_SELLER: Final = (
    "За просрочку поставки Продавец уплачивает неустойку 0,1 % цены непоставленной партии за "
    "каждый день, но не более 10 % этой цены. Брак, подтверждённый актом, Продавец заменяет за "
    "свой счёт в течение 10 рабочих дней либо соразмерно уменьшает цену — по выбору Покупателя."
)


@dataclass(frozen=True, kw_only=True)
class Contract:
    """One contract of the sample; `started` is the day of the client's first order under it."""

    number: str
    client: Client
    started: date
    produced: bool

    def row(self, today: date) -> Row:
        """Its row of the sheet «Договоры»."""
        return {
            "№ договора": self.number,
            "Дата": self.started,
            "Код клиента": self.client.code,
            **_entities(self.client),
            **self._approvals(today),
        }

    def original(self, today: date) -> date | None:
        """When the signed originals came back, if they did."""
        return self._day(16, today) if self.produced else None

    def _approvals(self, today: date) -> Row:
        signed = self.client.code not in (WITH_LAWYER, WITH_DIRECTOR)
        finance = signed or self.client.code == WITH_DIRECTOR
        return {
            "Юрист": self._day(2, today),
            "Финансовый департамент": self._day(3, today) if finance else None,
            "Директор": self._day(4, today) if signed else None,
            "Ввод в производство": self._day(6, today) if self.produced else None,
            "Оригиналы переданы": self._day(20, today) if self.produced else None,
        }

    def _day(self, after: int, today: date) -> date | None:
        """The working day so long after the contract's own, if it has come."""
        day = workday(self.started + timedelta(days=after))
        return day if day <= today else None


def all_contracts(deals: tuple[Deal, ...]) -> tuple[Contract, ...]:
    """A contract for every steady client and for some others, dated by the first order."""
    contracts: dict[str, Contract] = {}
    for deal in deals:
        client = deal.client
        steady = client.habit in ("системный", "потерянный")
        if deal.final and client.code not in contracts and (steady or client.code in _ALSO):
            year = deal.placed.year
            same_year = sum(known.started.year == year for known in contracts.values())
            contracts[client.code] = Contract(
                number=f"Д-{year}-{same_year + 1:03d}",
                client=client,
                started=deal.placed,
                produced=deal.stage >= "3",
            )
    return tuple(contracts.values())


def _entities(client: Client) -> Row:
    """The five entities: subject, price, the buyer's liability, delivery, the seller's."""
    percent, days = client.terms
    kinds = ", ".join(client.kinds)
    subject = _SUBJECT_WORKS if client.serial % 4 == 1 else _SUBJECT_GOODS
    price = _PRICE_PARTS if percent else _PRICE_AFTER
    return {
        "Предмет договора": subject.format(kinds=kinds),
        "Цена и условия оплаты": price.format(percent=percent, days=days),
        "Ответственность покупателя": _BUYER if percent else _BUYER_STATE,
        "Условия поставки": _DELIVERY.format(address=client.address),
        "Ответственность продавца": _SELLER,
    }
