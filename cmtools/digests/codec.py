"""A digest as bytes and back: JSON, texts, plain columns; nothing that could be executed."""

from __future__ import annotations

import json
import struct
import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cmtools import __version__
from cmtools.digests.digest import FIELDS, ROW, UNSOUND, Column, Digest, Part, Told

FORMAT = 3
MAKER = f"cmtools {__version__}, format {FORMAT}, {sys.byteorder}-endian"
"""By whom a digest was made: another program's digests are not taken."""

_SIZES = struct.Struct("<qq")
_WIDTHS = {kind: array(kind).itemsize for kind in "bhiq"}
_KINDS = {width: kind for kind, width in _WIDTHS.items()}
_BETWEEN = "\udcff"
"""What stands between texts: in UTF-8 the byte 255, which no text has."""

_COLUMNS = {table.title: (ROW, UNSOUND, *names) for table, names in FIELDS.items()}


def encoded(digest: Digest) -> bytes:
    """The digest as bytes: the sizes of a JSON header and of all texts, both, then the columns."""
    assert not digest.before, "the rows of a digest that was cut know its numbers by others"
    sheets = {title: digest.columns[title] for title in _COLUMNS if digest.height(title)}
    columns = [digest.marks]
    columns += (fields[name] for title, fields in sheets.items() for name in _COLUMNS[title])
    places: list[Mapping[str, Mapping[str, int]]] = []
    for part in digest.parts:
        if part.places not in places:
            places.append(part.places)
    header = {
        "maker": MAKER,
        "rows": {title: digest.height(title) for title in sheets},
        "kinds": "".join(map(_kind, columns)),
        "texts": len(digest.texts),
        "numbers": len(digest.numbers),
        "places": places,
        "parts": [_part(part, places.index(part.places)) for part in digest.parts],
    }
    head = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    texts = _BETWEEN.join((*digest.texts, *digest.numbers))
    body = texts.encode(errors="surrogateescape")
    sizes = _SIZES.pack(len(head), len(body))
    return b"".join((sizes, head, body, *(column.tobytes() for column in columns)))


def decoded(content: bytes) -> Digest | None:
    """The digest that the bytes hold; None where they hold none, or one of another program."""
    try:
        return _decoded(content)
    except (ValueError, TypeError, LookupError, StopIteration, struct.error):
        return None


def _decoded(content: bytes) -> Digest | None:
    head, body = _SIZES.unpack_from(content)
    body_at = _SIZES.size + head
    header: Mapping[str, Any] = json.loads(content[_SIZES.size : body_at])
    if header["maker"] != MAKER:
        return None
    columns_at = body_at + body
    texts = content[body_at:columns_at].decode(errors="surrogateescape").split(_BETWEEN)
    numbers_at = header["texts"]
    taken = _Columns(memoryview(content), columns_at, header["kinds"])
    marks = taken.take(header["numbers"])
    columns = {
        title: {name: taken.take(rows) for name in _COLUMNS[title]}
        for title, rows in header["rows"].items()
    }
    if taken.at != len(content):
        return None
    return Digest(
        parts=[_part_of(part, header["places"]) for part in header["parts"]],
        texts=texts[:numbers_at],
        numbers=texts[numbers_at : numbers_at + header["numbers"]],
        marks=marks,
        columns=columns,
    )


def _part(part: Part, places: int) -> Sequence[Any]:
    heights = [part.heights.get(title, 0) for title in _COLUMNS]
    huge = [(*where, text) for where, text in part.huge.items()]
    return heights, part.numbers, places, part.told, huge, part.past, part.future, part.is_whole


def _part_of(kept: Sequence[Any], all_places: Sequence[Any]) -> Part:
    heights, numbers, places, told, huge, past, future, is_whole = kept
    return Part(
        heights=dict(zip(_COLUMNS, heights, strict=True)),
        numbers=numbers,
        places=all_places[places],
        told=[Told(*fault) for fault in told],
        huge={(sheet, name, line): text for sheet, name, line, text in huge},
        past=past,
        future=future,
        is_whole=is_whole,
    )


class _Columns:
    """Columns of the kinds given that follow each other; `at` is where the next one begins."""

    def __init__(self, view: memoryview, at: int, kinds: str) -> None:
        self._view, self.at = view, at
        self._kinds: Iterator[Any] = iter(kinds)

    def take(self, rows: int) -> Column:
        kind = next(self._kinds)
        start = self.at
        self.at += _WIDTHS[kind] * rows
        return self._view[start : self.at].cast(kind)


def _kind(column: Column) -> str:
    return _KINDS[memoryview(column).itemsize]
