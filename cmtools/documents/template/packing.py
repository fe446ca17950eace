"""A document's zip: the parts that stay are compressed once and copied, the others packed anew.

Written as APPNOTE 6.3 of PKWARE has it, deflated throughout; the same parts give the same bytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

TYPES = "[Content_Types].xml"

_VERSION, _DEFLATED, _NO_TIME, _FIRST_DAY = 20, 8, 0, 0x21  # 1 January 1980
_UTF_8 = 1 << 11  # how the name is written; set where it is not plain
_COMMON = "HHHHHIIIHH"  # of a local header and of its entry in the directory
_LOCAL = struct.Struct(f"<4s{_COMMON}")
_ENTRY = struct.Struct(f"<4sH{_COMMON}HHHII")
_END = struct.Struct("<4sHHHHIIH")


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """Parts that stay, as they stand in every document: their bytes and their directory."""

    files: bytes
    directory: bytes
    count: int


def keep(parts: Mapping[str, bytes]) -> Kept:
    """Compress parts once; the list of content types comes first, as some readers want it."""
    names = sorted(parts, key=lambda name: (name != TYPES, name))
    return _append(Kept(files=b"", directory=b"", count=0), {name: parts[name] for name in names})


def pack(kept: Kept, changed: Mapping[str, bytes]) -> bytes:
    """A whole document: the parts that were kept, then the changed ones in their order."""
    whole = _append(kept, changed)
    end = _END.pack(
        b"PK\5\6", 0, 0, whole.count, whole.count, len(whole.directory), len(whole.files), 0
    )
    return b"".join((whole.files, whole.directory, end))


def _append(kept: Kept, parts: Mapping[str, bytes]) -> Kept:
    files, entries = [kept.files], [kept.directory]
    start = len(kept.files)
    for name, content in parts.items():
        file, entry = _packed(name, content, start)
        files.append(file)
        entries.append(entry)
        start += len(file)
    return Kept(files=b"".join(files), directory=b"".join(entries), count=kept.count + len(parts))


def _packed(name: str, content: bytes, start: int) -> tuple[bytes, bytes]:
    """A part with its header, and its entry in the directory; it begins at byte `start`."""
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = deflate.compress(content) + deflate.flush()
    called = name.encode()
    flags = 0 if name.isascii() else _UTF_8
    common = (
        _VERSION, flags, _DEFLATED, _NO_TIME, _FIRST_DAY,
        zlib.crc32(content), len(body), len(content), len(called), 0,
    )  # fmt: skip
    header = _LOCAL.pack(b"PK\3\4", *common) + called
    entry = _ENTRY.pack(b"PK\1\2", _VERSION, *common, 0, 0, 0, 0, start) + called
    return header + body, entry
