"""Identify a file that is no .xlsx workbook by its content."""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection
from contextlib import suppress

from cmtools.problems import Fault
from cmtools.tables import messages

HEAD = 4096
"""How many bytes of a file tell its kind."""

_OLE = b"\xd0\xcf\x11\xe0"
_BIFF = re.compile(rb"\x09[\x00\x02\x04]", re.DOTALL)
"""How books of Excel 2, 3 and 4 begin (a BOF record); those of Excel 5 and later are OLE files."""
_HTML = re.compile(rb"<(?:!doctype html|html|head|table|meta|body|div|style)\b")
_NUMBERS = ("Index.zip", "index.apxl", "index.xml.gz", "Index/Document.iwa")
_KINDS = (
    (re.compile(rb"moxcel"), messages.FILE_MXL),
    (re.compile(rb"(?:[\w-]+:[^\n]*\n\s*)*?mime-version:"), messages.FILE_MHT),
    (re.compile(rb".*urn:schemas-microsoft-com:office:spreadsheet", re.DOTALL), messages.FILE_XML),
    (re.compile(rb"<.*oasis:names:tc:opendocument", re.DOTALL), messages.FILE_FODS),
    (re.compile(rb"(?:<[?!][^>]*>\s*)*" + _HTML.pattern, re.DOTALL), messages.FILE_HTML),
)
_TEXT_ENCODINGS = ("utf-8-sig", "cp1251")


def identify_file(start: bytes, rest: bytes) -> Fault:
    """Name the kind of a file that is no archive; `start` are its first `HEAD` bytes."""
    if start.startswith(_OLE):
        everything = start + rest
        if "EncryptedPackage".encode("utf-16-le") in everything:
            return messages.FILE_ENCRYPTED()
        if any(name.encode("utf-16-le") in everything for name in ("Workbook", "Book")):
            return messages.FILE_XLS()
        return messages.FILE_FOREIGN()
    if _BIFF.match(start) and b"\0" in start:
        return messages.FILE_XLS_OLD()
    is_wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    head = start.decode("utf-16", "ignore").encode("utf-8", "ignore") if is_wide else start
    text = head.lstrip(codecs.BOM_UTF8 + b" \t\r\n").lower()
    for pattern, message in _KINDS:
        if pattern.match(text):
            return message()
    is_text = not text.startswith((b"<", b"%pdf", b"{")) and _is_text(head, len(start) == HEAD)
    return messages.FILE_CSV() if is_text else messages.FILE_FOREIGN()


def identify_archive(names: Collection[str]) -> Fault | None:
    """Name the kind of an archive by its parts; None where it may be a workbook."""
    if "xl/workbook.bin" in names:
        return messages.FILE_XLSB()
    if any(name.removeprefix("/") in _NUMBERS for name in names):
        return messages.FILE_NUMBERS()
    return None


def _is_text(content: bytes, is_cut: bool) -> bool:
    """Tell whether bytes are a text of any encoding that Excel saves; the last sign may be cut."""
    for encoding in _TEXT_ENCODINGS:
        with suppress(UnicodeDecodeError):
            text = codecs.getincrementaldecoder(encoding)().decode(content, final=not is_cut)
            if text.strip() and all(sign.isprintable() or sign in "\r\n\t\f" for sign in text):
                return True
    return False
