"""Names of folders and files that are valid on any system; pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import sha256

from cmtools.files import NAME_BYTES, cut_to_bytes, numbered_name

ENDING = ".docx"
_VERSION = len(" (99999)")

_FORBIDDEN = frozenset('<>:"/\\|?*')
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Cn", "Zl", "Zp"))
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])[ ]*(?:\.|$)", re.I
)
_QUOTES = re.compile("[«»„“”‟\"]|(?<!\\w)['‘’]|['‘’](?!\\w)")
_FORM = (
    r"(?:ООО|П?АО|НАО|ЗАО|ОАО|ОДО|ИП|КФХ|АНО|НКО|НП|ТСЖ|ТСН|СНТ|ПК|ЧУ|Ф?ГУП|МУП"
    r"|Ф?[ГМ][БКА][А-Я]{0,2}У[А-Я]{0,2}(?: [СВД]?[ОП]О?)?"
    r"|Общество с ограниченной ответственностью|(?:Публичное |Закрытое )?[Аа]кционерное общество"
    r"|Индивидуальный предприниматель)"
)
_FORM_BEFORE = re.compile(rf"{_FORM}(?=[\s«„“\"'])\s*")
_FORM_BEHIND = re.compile(rf"[\s,]+{_FORM}$")


def safe_name(text: str) -> str:
    """Turn a text into a file name for Windows, macOS and Linux: one line, up to 255 bytes.

    Signs that Windows forbids and invisible ones (control and direction marks) become `_`.
    """
    name = " ".join(_replace_characters(text).split()).rstrip(" .")
    name = f"_{name}" if not name or _RESERVED.match(name) else name
    return cut_to_bytes(name, NAME_BYTES).rstrip(" .")


def document_stem(number: str, title: str) -> str:
    """Compose `З-2026-0001 Спецификация`, with room for the ending and a version."""
    room = NAME_BYTES - len(f" {title}{ENDING}".encode()) - _VERSION
    return safe_name(f"{cut_to_bytes(_one_line(number), room)} {title}")


def version_name(stem: str, version: int, ending: str = ENDING) -> str:
    """Compose `З-2026-0001 Спецификация.docx`, then `… (2).docx`."""
    return numbered_name(stem, version, ending)


def version_of(stem: str, name: str, endings: Iterable[str] = (ENDING,)) -> int | None:
    """Return the version of the document that a file is, None if it is another file."""
    ending = "|".join(map(re.escape, endings))
    pattern = rf"{re.escape(stem)}(?: \((\d{{1,5}})\))?(?:{ending})"
    match = re.fullmatch(pattern, unicodedata.normalize("NFC", name), re.I)
    return int(match[1] or 1) if match else None


def client_folder(code: str, name: str) -> str:
    """Compose `К-0001 Ромашка` for `ООО «Ромашка»`."""
    return safe_name(f"{_one_line(code)} {bare_name(name)}")


def is_folder_of(folder: str, code: str, others: Iterable[str] = ()) -> bool:
    """Whether a folder is that of a client, under any of the client's names.

    `others` are all codes: a folder of `К-1 Б` is none of the client `К-1`.
    """
    folder = unicodedata.normalize("NFC", folder).casefold()
    if not _starts(folder, code):
        return False
    longer = (other for other in others if _one_line(other).startswith(f"{_one_line(code)} "))
    return not any(_starts(folder, other) for other in longer)


def first_word(name: str) -> str:
    """Return the word that a client's code and the names of its folders begin with."""
    return _one_line(name).casefold().partition(" ")[0]


def distinct_code(code: str, codes: Iterable[str]) -> str:
    """Return a code as file names have it, distinct from codes that would look the same there."""
    own = _one_line(code)
    if own == code:
        return code
    clash = any(other != code and _one_line(other) == own for other in codes)
    return f"{own}~{sha256(code.encode('utf-8', 'replace')).hexdigest()[:6]}" if clash else own


def bare_name(name: str) -> str:
    """Strip a short name of its legal form and quotes: `Ромашка`."""
    name = " ".join(name.split())
    found = _FORM_BEHIND.sub("", _FORM_BEFORE.sub("", name, count=1) if name else name)
    return " ".join(_QUOTES.sub("", found).split()) or name


def _starts(folder: str, code: str) -> bool:
    code = _one_line(code).casefold()
    return folder == code or folder.startswith(f"{code} ")


def _one_line(text: str) -> str:
    return " ".join(_replace_characters(text).split())


def _replace_characters(text: str) -> str:
    return "".join(
        "_" if sign in _FORBIDDEN or unicodedata.category(sign) in _UNSEEN else sign
        for sign in unicodedata.normalize("NFC", text)
    )
