"""The choices that the books offer: each list that a cell is picked from, one enumeration."""

from __future__ import annotations

from enum import StrEnum


class LegalForm(StrEnum):
    """The legal form of a party."""

    COMPANY = "юрлицо"
    ENTREPRENEUR = "ИП"
    PERSON = "физлицо"


class ClientStatus(StrEnum):
    """The special status of a client."""

    VIP = "VIP"
    TROUBLED = "проблемный"


class TouchKind(StrEnum):
    """How the company and the client met."""

    CALL = "звонок"
    LETTER = "письмо"
    MEETING = "встреча"
    GREETING = "поздравление"
    CLAIM = "претензия"


class TransferReason(StrEnum):
    """Why a client changes hands."""

    ORDERS = "оформление заказов"
    TROUBLED = "проблемный клиент"
    VIP = "VIP"
    COMBINATION = "совмещение"
    OTHER = "прочее"


class RequestKind(StrEnum):
    """A request is preliminary until the client has signed it; then it is an order."""

    PRELIMINARY = "предварительная"
    FINAL = "окончательная"


class DeliveryMethod(StrEnum):
    """How the goods reach the client."""

    PICKUP = "самовывоз"
    DELIVERY = "доставка"
    CARRIER = "транспортная компания"


class Design(StrEnum):
    """Where the design of a line comes from."""

    READY = "готовый макет"
    NEW = "новый макет"
    REPEAT = "повтор макета"
    NONE = "без дизайна"


class PaymentKind(StrEnum):
    """Whose money goes where."""

    FROM_CLIENT = "от клиента"
    TO_CONTRACTOR = "подрядчику"
    REFUND = "возврат клиенту"


class DeliveryKind(StrEnum):
    """Goods in from the contractor, or out to the client."""

    RECEIVED = "получено от подрядчика"
    SHIPPED = "отгружено клиенту"


class Quality(StrEnum):
    """What the acceptance found."""

    ACCEPTED = "принято"
    DEFECTIVE = "брак"


class ClaimDecision(StrEnum):
    """What became of a claim."""

    OPEN = "в работе"
    MET = "удовлетворена"
    REFUSED = "отклонена"


class PaperKind(StrEnum):
    """A paper whose original is tracked."""

    CONTRACT = "договор"
    AGREEMENT = "соглашение"
    SPECIFICATION = "спецификация"
    INVOICE = "счёт"
    ACT = "акт"
    WAYBILL = "накладная"
    LETTER = "письмо"
    PASSPORT = "паспорт"
    SCHEME = "схема"
    DRAWING = "чертёж"
    PROJECT_KZH = "проект КЖ"
    PROJECT_KM = "проект КМ"
    GEOLOGY = "геология"
    OTHER = "прочее"


class Department(StrEnum):
    """Who keeps originals."""

    FINANCE = "финансовый департамент"
    TECHNICAL = "технический отдел"


class Category(StrEnum):
    """The category of a client, by which discounts are given."""

    NEW = "новый"
    REPEAT = "повторный"
    SYSTEM = "системный"
    VIP = "VIP"


class TaskSource(StrEnum):
    """Where a task comes from."""

    PLAN = "план месяца"
    MINUTES = "протокол совещания"
    SPOKEN = "устное"
    WRITTEN = "письменное"


class TaskStatus(StrEnum):
    """What became of a task."""

    OPEN = "в работе"
    DONE = "выполнено"
    DROPPED = "снято"


class SourceRow(StrEnum):
    """The row that a document is made from; its number stands first in the file's name."""

    ORDER = "заказ"
    CONTRACT = "договор"
    CLIENT = "клиент"
    CLAIM = "претензия"
    TRANSFER = "передача клиента"


class ClientFolder(StrEnum):
    """Where in the client's folder a document goes: into a folder of it, or into itself."""

    CONTRACT = "Договор"
    REQUESTS = "Заявки"
    MONEY = "Счета и акты"
    LETTERS = "Письма"
    TECHNICAL = "Техдокументация"
    OWN = "папка клиента"

    @property
    def path(self) -> str:
        """The path from the client's folder."""
        return "" if self is ClientFolder.OWN else self.value


class PriceVisibility(StrEnum):
    """Whether a document shows a price to the client; an internal one shows all figures."""

    NO_PRICE = "нет"
    FINAL_PRICE = "в окончательной заявке"
    PRICE = "да"
    ALL_FIGURES = "все цифры"


class Unit(StrEnum):
    """What an indicator is counted in."""

    PIECES = "шт"
    ROUBLES = "руб."
