"""A digest as bytes and back: JSON, texts, plain columns; nothing that could be executed."""

from __future__ import annotations

import json
import struct
import sys
from array import array
from collections.abc import Iterator, Mapping
from typing import Any

from cmtools import __version__
from cmtools.digests.digest import FIELDS, ROW, UNSOUND, Column, Digest, Told

FORMAT = 2
MAKER = f"cmtools {__version__}, format {FORMAT}, {sys.byteorder}-endian"
"""By whom a digest was made: another program's digests are not taken."""

_SIZES = struct.Struct("<qq")
_WIDTHS = {kind: array(kind).itemsize for kind in "bhiq"}
_BETWEEN = "\udcff"
"""What stands between texts: in UTF-8 the byte 255, which no text has."""

_COLUMNS = {table.title: (ROW, UNSOUND, *names) for table, names in FIELDS.items()}


def encoded(digest: Digest) -> bytes:
    """The digest as bytes: the sizes of a JSON header and of all texts, both, then the columns."""
    sheets = {title: digest.columns[title] for title in _COLUMNS if digest.height(title)}
    columns = [digest.marks]
    columns += (fields[name] for title, fields in sheets.items() for name in _COLUMNS[title])
    header = {
        "maker": MAKER,
        "rows": {title: digest.height(title) for title in sheets},
        "kinds": "".join(map(_kind, columns)),
        "texts": len(digest.texts),
        "numbers": len(digest.numbers),
        "places": digest.places,
        "told": digest.told,
        "huge": [(*where, text) for where, text in digest.huge.items()],
        "past": digest.past,
        "future": digest.future,
        "is_whole": digest.is_whole,
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
    except (ValueError, TypeError, KeyError, StopIteration, struct.error):
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
    parts = _Parts(memoryview(content), columns_at, header["kinds"])
    marks = parts.take(header["numbers"])
    columns = {
        title: {name: parts.take(rows) for name in _COLUMNS[title]}
        for title, rows in header["rows"].items()
    }
    if parts.at != len(content):
        return None
    return Digest(
        texts=texts[:numbers_at],
        numbers=texts[numbers_at : numbers_at + header["numbers"]],
        marks=marks,
        columns=columns,
        places=header["places"],
        told=[Told(*fault) for fault in header["told"]],
        huge={(sheet, name, line): text for sheet, name, line, text in header["huge"]},
        past=header["past"],
        future=header["future"],
        is_whole=header["is_whole"],
    )


class _Parts:
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
    return column.format if isinstance(column, memoryview) else column.typecode
