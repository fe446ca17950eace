"""What the sample sells: printed products with believable runs and contractors' costs."""

from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Final

READY: Final = "готовый макет"
NEW: Final = "новый макет"
REPEATED: Final = "повтор макета"
PLAIN: Final = "без дизайна"

_CENTS: Final = Decimal("0.01")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One position of an order; money in roubles without VAT but for `manual_price`."""

    kind: str
    name: str
    run: int
    unit: str
    design: str
    file: str | None
    materials: str
    packing: str
    marking: str | None
    cost: Decimal | None
    extra: Decimal | None
    manual_price: Decimal | None = None

    @property
    def whole_cost(self) -> Decimal:
        """The contractor's cost of the whole position, to the kopeck; 0 while unknown."""
        return ((self.cost or Decimal()) * self.run + (self.extra or Decimal())).quantize(_CENTS)


@dataclass(frozen=True, kw_only=True)
class _Product:
    kind: str
    name: str
    unit: str
    runs: tuple[int, ...]
    cost: str
    materials: str
    packing: str


# (kind, name, unit, runs, cost of one at the smallest run, materials, packing)
_TABLE: Final = (
    ("визитки", "Визитки 90×50 мм, 4+4", "шт", (200, 500, 1000, 2000), "3.4",
     "Мелованная матовая бумага 300 г/м²", "пластиковые боксы по 100 шт"),
    ("визитки", "Визитки на дизайнерской бумаге, 1+1", "шт", (100, 200, 500), "9.8",
     "Бумага «Лён» 280 г/м²", "пластиковые боксы по 100 шт"),
    ("листовки", "Листовка А5, 4+4", "шт", (1000, 2000, 5000, 10000, 20000), "2.6",
     "Мелованная глянцевая бумага 130 г/м²", "термоусадочная плёнка по 500 шт"),
    ("листовки", "Листовка евро, 4+0", "шт", (1000, 3000, 10000), "1.75",
     "Мелованная глянцевая бумага 115 г/м²", "термоусадочная плёнка по 500 шт"),
    ("буклеты", "Буклет А4, два фальца, 4+4", "шт", (500, 1000, 3000, 5000), "8.6",
     "Мелованная матовая бумага 170 г/м²", "крафт-бумага по 250 шт"),
    ("буклеты", "Программа мероприятия А5, один фальц", "шт", (200, 500, 1000), "11.4",
     "Мелованная матовая бумага 200 г/м²", "крафт-бумага по 100 шт"),
    ("каталоги", "Каталог А4, 48 полос, на скобе", "экз", (100, 300, 500, 1000), "186",
     "Блок 130 г/м², обложка 250 г/м², матовая ламинация", "гофрокороб по 50 экз"),
    ("каталоги", "Каталог А5, 96 полос, клеевой", "экз", (200, 500, 1000), "148",
     "Блок 115 г/м², обложка 300 г/м², выборочный лак", "гофрокороб по 80 экз"),
    ("упаковка", "Коробка самосборная 200×150×80 мм", "шт", (300, 500, 1000, 3000), "34.5",
     "Микрогофрокартон, офсет 4+0", "пачки по 50 шт на паллете"),
    ("упаковка", "Пакет бумажный 240×350×90 мм", "шт", (200, 500, 1000), "58",
     "Крафт 120 г/м², шёлкография 2+0, кручёные ручки", "гофрокороб по 100 шт"),
    ("этикетки", "Этикетка самоклеящаяся 60×40 мм", "шт", (2000, 5000, 10000, 30000), "1.35",
     "Полипропилен белый, лак", "рулоны по 1000 шт"),
    ("этикетки", "Этикетка-бирка с люверсом 50×90 мм", "шт", (500, 1000, 5000), "4.9",
     "Картон 350 г/м², люверс 5 мм", "пакеты по 500 шт"),
    ("календари", "Календарь квартальный «Трио»", "шт", (50, 100, 200, 500), "152",
     "Подложка 300 г/м², три блока, курсор", "индивидуальный пакет"),
    ("календари", "Календарь-домик настольный", "шт", (100, 300, 500), "74",
     "Картон 300 г/м², пружина", "гофрокороб по 50 шт"),
    ("баннеры", "Баннер уличный, люверсы по периметру", "м²", (9, 18, 36, 72), "340",
     "Баннерная ткань 440 г/м²", "рулон в плёнке"),
    ("плакаты", "Плакат А2, 4+0", "шт", (50, 100, 300, 500), "38",
     "Мелованная матовая бумага 150 г/м²", "тубус по 25 шт"),
    ("плакаты", "Афиша А1, 4+0", "шт", (30, 100, 200), "96",
     "Постерная бумага 150 г/м²", "тубус по 15 шт"),
)  # fmt: skip
_PRODUCTS: Final = tuple(
    _Product(kind=a, name=b, unit=c, runs=d, cost=e, materials=f, packing=g)
    for a, b, c, d, e, f, g in _TABLE
)


def draw_lines(kinds: tuple[str, ...], owner: str, *, first: bool, rng: Random) -> tuple[Line, ...]:
    """One to five different positions of these kinds; a first order never repeats a layout."""
    fitting = [product for product in _PRODUCTS if product.kind in kinds]
    count = rng.choices((1, 2, 3, 4, 5), (34, 32, 20, 9, 5))[0]
    chosen = rng.sample(fitting, min(count, len(fitting)))
    return tuple(_draw_line(product, owner, first=first, rng=rng) for product in chosen)


def _draw_line(product: _Product, owner: str, *, first: bool, rng: Random) -> Line:
    step = rng.randrange(len(product.runs))
    cost = Decimal(product.cost) * (100 - 9 * step) * rng.randint(94, 108) / 10000
    design = rng.choices((READY, NEW, REPEATED, PLAIN), (4, 3, 0 if first else 5, 1))[0]
    return Line(
        kind=product.kind,
        name=product.name,
        run=product.runs[step],
        unit=product.unit,
        design=design,
        file=f"{product.kind} {owner}.pdf" if design in (READY, REPEATED) else None,
        materials=product.materials,
        packing=product.packing,
        marking=rng.choice((None, "Наименование, тираж, № заказа", "Логотип клиента, № места")),
        cost=cost.quantize(Decimal("0.0001") if cost < 5 else _CENTS),
        extra=rng.choice((None, None, Decimal("350.00"), Decimal("800.00"))),
    )


def without_cost(line: Line) -> Line:
    """The position before the contractor has answered."""
    return replace(line, cost=None, extra=None)


def sold_at(line: Line, percent: int) -> Line:
    """The position at a price typed by hand: so many percent of its cost, VAT inside."""
    return replace(line, manual_price=(line.whole_cost * percent / 100 / line.run).quantize(_CENTS))
