"""Names of the parts of an Office file (ECMA-376, part 2: Open Packaging Conventions).

Programs write them with backslashes, in another case, or elsewhere than Excel does; what counts are
the relations from one part to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from posixpath import normpath
from typing import NamedTuple

PACKAGE_RELATIONS = "_rels/.rels"
CONTENT_TYPES = "[Content_Types].xml"


class Relation(NamedTuple):
    """A relation of a part: its id, the last word of its type, the part that it leads to."""

    id: str
    kind: str
    part: str


class PartNames:
    """The parts of an archive by the names that relations use: `/` between, any case."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {_reduce(name): name for name in names}

    def find(self, name: str) -> str | None:
        """Return the name of a part as the archive spells it; None where it has no such part."""
        return self._names.get(_reduce(name))


def plain_name(name: str) -> str:
    """Return a name with `/` between its folders."""
    return name.replace("\\", "/").lstrip("/").removeprefix("./")


def relations_part(part: str) -> str:
    """Return the part that holds the relations of a part."""
    path = PurePosixPath(part)
    return str(path.parent / "_rels" / f"{path.name}.rels")


def resolve_target(part: str, target: str) -> str:
    """Return the name of the part to which a relation of `part` leads."""
    target = target.replace("\\", "/")
    folder = "/" if target.startswith("/") else f"/{PurePosixPath(part).parent}"
    return normpath(f"{folder}/{target}").lstrip("/")


def read_relations(part: str, attributes: Iterable[Mapping[str, str]]) -> list[Relation]:
    """Return the relations of a part from the attributes of their elements.

    The kind is the last word of the type: both conformances (transitional, strict) share it.
    """
    return [
        Relation(
            found.get("Id", ""),
            found.get("Type", "").rpartition("/")[2],
            resolve_target(part, found.get("Target", "")),
        )
        for found in attributes
        if found.get("TargetMode") != "External"
    ]


def _reduce(name: str) -> str:
    return plain_name(name).casefold()
