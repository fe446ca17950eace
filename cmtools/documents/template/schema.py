"""Declare the fields of templates: records of texts, groups and lists, each with its meaning.

Every value is a text, empty where the books say nothing, so that a template can ask for it
(`{% if client.kpp %}`) and none can print «None».
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from cmtools.documents.field_types import Count, Day, Inflected, Name, Picture, Post, Sum


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldSpec:
    """A field as a template names it: of one of `KINDS`, a group with `parts`, a list of `many`."""

    meaning: str
    kind: type = str
    parts: Fields | None = None
    many: bool = False

    @property
    def sort(self) -> type:
        """What a template can do with it: the kind of its text, else a list or a group."""
        if self.many:
            return tuple
        return dict if self.parts is not None else self.kind


Fields = Mapping[str, FieldSpec]


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What a value is called: «имя», and «для имён»."""

    one: str
    many: str


KINDS: Mapping[type, Words] = {
    str: Words(one="текст", many="текстов"),
    Name: Words(one="имя", many="имён"),
    Post: Words(one="должность", many="должностей"),
    Inflected: Words(one="имя или должность в падеже", many="имён и должностей в падеже"),
    Sum: Words(one="сумма", many="сумм"),
    Day: Words(one="дата", many="дат"),
    Count: Words(one="количество", many="количеств"),
    int: Words(one="число", many="чисел"),
    bool: Words(one="условие", many="условий"),
    Picture: Words(one="картинка", many="картинок"),
    tuple: Words(one="список", many="списков"),
    dict: Words(one="группа полей", many="групп полей"),
}
"""All kinds that an expression of a template can have."""

TEXTS = (str, Name, Post, Inflected, Sum, Day, Count)
PRINTED = (*TEXTS, int)


def declared_fields(record: type) -> dict[str, FieldSpec]:
    """Return the declared fields of a record by name."""
    found = {}
    for name, hint in get_type_hints(record, include_extras=True).items():
        inner, meaning = get_args(hint)
        many = get_origin(inner) is tuple
        inner = get_args(inner)[0] if many else inner
        parts = declared_fields(inner) if isinstance(inner, type) and is_dataclass(inner) else None
        kind = str if parts is not None else inner
        found[name] = FieldSpec(meaning=meaning, kind=kind, parts=parts, many=many)
    return found


def field_values(record: Any) -> dict[str, Any]:
    """Return the values of a record's fields by name."""
    return {found.name: getattr(record, found.name) for found in fields(record)}


def walk_fields(fields: Fields, before: str = "") -> Iterator[tuple[str, FieldSpec]]:
    """Every field by its full name; those of a list's rows as a loop over it would call them."""
    for name, found in fields.items():
        yield f"{before}{name}", found
        within = name.removesuffix("s") if found.many else f"{before}{name}"
        yield from walk_fields(found.parts or {}, f"{within}.")


def full_names(fields: Fields) -> Iterator[str]:
    """`order.number` and so on; a list by its own name."""
    for name, found in fields.items():
        if found.parts is None or found.many:
            yield name
        else:
            yield from (f"{name}.{part}" for part in full_names(found.parts))
