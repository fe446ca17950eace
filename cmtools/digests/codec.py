"""A digest as bytes and back: a line of JSON and plain columns, nothing that could be executed."""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Mapping
from typing import Any

from cmtools import __version__
from cmtools.digests.digest import Column, Digest, Told

FORMAT = 1
MAKER = f"cmtools {__version__}, format {FORMAT}, {sys.byteorder}-endian"
"""By whom a digest was made: another program's digests are not taken."""

_SIZE = struct.Struct("<q")
_KINDS = frozenset("bhiq")


def encoded(digest: Digest) -> bytes:
    """The digest as bytes: the size of a JSON header, the header, the columns one by one."""
    columns: list[tuple[str, str, Column]] = [("", "", digest.key_of)]
    for sheet, fields in digest.columns.items():
        columns += ((sheet, name, column) for name, column in fields.items())
    header = {
        "maker": MAKER,
        "texts": digest.texts,
        "keys": digest.keys,
        "columns": [(sheet, name, _kind(column), len(column)) for sheet, name, column in columns],
        "places": digest.places,
        "told": digest.told,
        "huge": [(*where, text) for where, text in digest.huge.items()],
        "past": digest.past,
        "future": digest.future,
        "is_whole": digest.is_whole,
    }
    head = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    return b"".join((_SIZE.pack(len(head)), head, *(column.tobytes() for _, _, column in columns)))


def decoded(content: bytes) -> Digest | None:
    """The digest that the bytes hold; None where they hold none, or one of another program."""
    try:
        return _decoded(content)
    except (ValueError, TypeError, KeyError, struct.error):
        return None


def _decoded(content: bytes) -> Digest | None:
    (size,) = _SIZE.unpack_from(content)
    header: Mapping[str, Any] = json.loads(content[_SIZE.size : _SIZE.size + size])
    if header["maker"] != MAKER:
        return None
    view = memoryview(content)
    start = _SIZE.size + size
    columns: dict[str, dict[str, Column]] = {}
    for sheet, name, kind, count in header["columns"]:
        end = start + struct.calcsize(kind) * count
        if kind not in _KINDS or not start <= end <= len(content):
            return None
        columns.setdefault(sheet, {})[name] = view[start:end].cast(kind)
        start = end
    return Digest(
        texts=header["texts"],
        keys=header["keys"],
        key_of=columns.pop("")[""],
        columns=columns,
        places=header["places"],
        told=[Told(*fault) for fault in header["told"]],
        huge={(sheet, name, line): text for sheet, name, line, text in header["huge"]},
        past=header["past"],
        future=header["future"],
        is_whole=header["is_whole"],
    )


def _kind(column: Column) -> str:
    return column.format if isinstance(column, memoryview) else column.typecode
