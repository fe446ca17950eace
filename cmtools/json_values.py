"""Values of the `--json` answers: money is a text, which no reader rounds, the rest a number."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

_EXACT = Context(prec=100, rounding=ROUND_HALF_UP)
_KOPECK = Decimal("0.01")


def money(amount: Decimal) -> str:
    """Return roubles as a text with two decimals, rounded half up; a zero has no sign."""
    return f"{amount.quantize(_KOPECK, context=_EXACT):zf}"


def number(value: Decimal) -> int | float:
    """Return a count or a percentage as a JSON number, without a point where it is whole."""
    return int(value) if value == value.to_integral_value() else float(value)
