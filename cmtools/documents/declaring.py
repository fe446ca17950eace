"""How fields for templates are declared: records of texts, groups and lists, each with its meaning.

Every value is a text, empty where the books say nothing, so that a template can ask for it
(`{% if client.kpp %}`) and none can print «None».
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """A field as a template names it; a group has `parts`, a list has `many` of them."""

    meaning: str
    parts: Fields | None = None
    many: bool = False


Fields = Mapping[str, Declared]


def declared(record: type) -> dict[str, Declared]:
    """The fields of a record of texts, groups and lists, by name."""
    found = {}
    for name, hint in get_type_hints(record, include_extras=True).items():
        inner, meaning = get_args(hint)
        many = get_origin(inner) is tuple
        inner = get_args(inner)[0] if many else inner
        parts = declared(inner) if isinstance(inner, type) and is_dataclass(inner) else None
        found[name] = Declared(meaning=meaning, parts=parts, many=many)
    return found


def values(record: Any) -> dict[str, Any]:
    """A record's fields as a template gets them."""
    return {found.name: getattr(record, found.name) for found in fields(record)}


def full_names(fields: Fields) -> Iterator[str]:
    """`order.number` and so on; a list by its own name."""
    for name, found in fields.items():
        if found.parts is None or found.many:
            yield name
        else:
            yield from (f"{name}.{part}" for part in full_names(found.parts))
