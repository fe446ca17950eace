"""Fields of a template copied from a row of a book; pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints

from cmtools.documents.field_types import Count, Day, Name, Post, Sum

F = TypeVar("F")


def from_row(record: type[F], row: Any = None, /, **given: Any) -> F:
    """Make a record of fields from `given` and, for the rest, the row's columns of these names.

    Plain values become what the record declares: a date a `Day`, an amount in roubles a `Sum`;
    None becomes the empty one.

    Raises:
        TypeError: a field is given that the record does not declare.
        AttributeError: a field is not given, and the row has no column of its name.
    """
    types = _field_types(record)  # type: ignore[arg-type]  # mypy: a class is hashable
    if unknown := given.keys() - types.keys():
        raise TypeError(f"{record.__name__} has no {', '.join(sorted(unknown))}")
    values = {name: given[name] if name in given else row.get(name) for name in types}
    return record(**{name: _convert(types[name], value) for name, value in values.items()})


@cache
def _field_types(record: type) -> Mapping[str, Any]:
    """Return the declared type of each field, without its meaning."""
    hints = get_type_hints(record, include_extras=True)
    return {name: get_args(hint)[0] for name, hint in hints.items()}


def _convert(declared: Any, value: Any) -> Any:
    if declared is str:
        return "" if value is None else value.value if isinstance(value, StrEnum) else value
    if declared in (Count, Day, Name, Post, Sum) and not isinstance(value, declared):
        return declared(value)
    return value
