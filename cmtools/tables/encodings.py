"""XML in UTF-16, which a package may hold beside UTF-8 (ECMA-376, part 2, 8.1.4)."""

from __future__ import annotations

import codecs
import re

_DECLARATION = re.compile(r"^\ufeff?<\?xml\b[^>]{0,200}\?>")


def to_utf8(xml: bytes) -> bytes:
    """Return XML in UTF-8; what is in UTF-16 without its declaration, which names that.

    Raises:
        ValueError: it begins as UTF-16 and is none.
    """
    if xml.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\0" in xml[:2]:
        encoding = "utf-16-be" if xml[:1] == b"\0" else "utf-16-le"
    else:
        return xml
    return _DECLARATION.sub("", xml.decode(encoding)).encode()
