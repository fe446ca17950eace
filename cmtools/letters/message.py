"""A draft of an e-mail as a file `.eml` (RFC 5322): nothing is sent by us."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from html import escape
from mimetypes import guess_type
from typing import NamedTuple
from urllib.parse import quote
from uuid import NAMESPACE_DNS, UUID, uuid5

DOMAIN = "cmtools"
WORD = 75  # the longest encoded word, RFC 2047 section 2

_BLANK = uuid5(NAMESPACE_DNS, DOMAIN)
_IDENTITY = re.compile(rf"^Message-ID: <([0-9a-f-]{{36}})@{DOMAIN}>\r?$".encode(), re.MULTILINE)

_POLICY = SMTP.clone(refold_source="none")
_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_STYLE = "font-family: Calibri, Arial, sans-serif; font-size: 11pt"
_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
}


class Attachment(NamedTuple):
    """A file that goes with a letter."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A letter to be sent by a person; `key` tells it from all others.

    Without a `sender` the mail program puts in its own address.
    """

    key: str
    sender: Address | None
    to: Address
    subject: str
    text: str
    attachments: Sequence[Attachment]


def parse_address(name: str, typed: str | None) -> Address | None:
    """Return an address with the name that is shown; None where what was typed is none."""
    if typed is None or not _ADDRESS.fullmatch(typed.strip()):
        return None
    try:
        address = Address(display_name=" ".join(name.split()), addr_spec=typed.strip())
        return address if _on_the_wire(address).domain else None
    except (MessageError, ValueError, IndexError):
        return None


def _on_the_wire(address: Address) -> Address:
    """Write the domain of an address in ASCII, as mail servers read it (RFC 5890).

    Raises:
        UnicodeError: no domain can be called so.
    """
    domain = address.domain.encode("idna").decode()
    return Address(address.display_name, address.username, domain)


def build_draft(draft: Draft) -> bytes:
    """Write a draft as plain text and HTML with its attachments; the same draft, the same bytes.

    `X-Unsent` makes Outlook open it for sending; there is no Date, as it was not sent yet. The name
    of an attachment stands twice: as RFC 2231 has it, and as an encoded word in Content-Type, which
    Outlook and others read. `Message-ID` is a checksum of the key and the whole draft.
    """
    blank = _build_blank(draft)
    return _replace_identity(blank, _BLANK, _identity_of(blank, draft.key))


def is_untouched(content: bytes, key: str) -> bool:
    """Whether a draft is as it was built, with this key: a person has changed nothing in it."""
    found = _IDENTITY.search(content)
    if found is None:
        return False
    try:
        identity = UUID(found[1].decode())
    except ValueError:
        return False
    return identity == _identity_of(_replace_identity(content, identity, _BLANK), key)


def _identity_of(blank: bytes, key: str) -> UUID:
    return uuid5(_BLANK, f"{key} {sha256(blank).hexdigest()}")


def _replace_identity(content: bytes, old: UUID, new: UUID) -> bytes:
    """Put another identity into the header and the boundaries."""
    content = content.replace(str(old).encode(), str(new).encode())
    return content.replace(old.hex.encode(), new.hex.encode())


def _build_blank(draft: Draft) -> bytes:
    """Write a draft whose identity is still that of no draft."""
    message = EmailMessage(policy=_POLICY)
    message["X-Unsent"] = "1"
    if draft.sender is not None:
        _add_address(message, "From", draft.sender)
    _add_address(message, "To", draft.to)
    message.set_raw("Subject", _encode_words(draft.subject, "Subject"))
    message["Message-ID"] = f"<{_BLANK}@{DOMAIN}>"
    message.set_content(draft.text, cte="quoted-printable")
    message.add_alternative(_as_html(draft.text), subtype="html", cte="quoted-printable")
    for attachment in draft.attachments:
        _attach(message, attachment)
    for number, part in enumerate(p for p in message.walk() if p.is_multipart()):
        part.set_boundary(f"={_BLANK.hex}-{number}")
    return message.as_bytes()


def _add_address(message: EmailMessage, header: str, address: Address) -> None:
    wired = _on_the_wire(address)
    if wired.display_name.isascii():
        message[header] = wired
    else:
        name = _encode_words(wired.display_name, header)
        message.set_raw(header, f"{name}\r\n <{wired.addr_spec}>")


def _encode_words(text: str, header: str) -> str:
    """Write a text as encoded words (RFC 2047); `email` loses spaces between those it makes."""
    return Header(text, "utf-8", maxlinelen=WORD, header_name=header).encode(linesep="\r\n")


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    name, content = attachment
    ending = name[name.rfind(".") :].lower()
    kind = _TYPES.get(ending) or guess_type(name)[0] or "application/octet-stream"
    main, _, sub = kind.partition("/")
    message.add_attachment(content, main, sub, cte="base64")
    *_, part = message.iter_attachments()
    encoded = _encode_words(name, "")
    for header, value in (
        ("Content-Type", f'{kind};\r\n name="{encoded}"'),
        ("Content-Disposition", f"attachment;\r\n filename*=UTF-8''{quote(name, safe='')}"),
    ):
        del part[header]
        part.set_raw(header, value)


def _as_html(text: str) -> str:
    """Write a text as HTML: its paragraphs, its lines."""
    paragraphs = (escape(part).replace("\n", "<br>\n") for part in text.split("\n\n"))
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        '<!DOCTYPE html>\n<html lang="ru">\n<head><meta charset="utf-8"></head>\n'
        f'<body style="{_STYLE}">\n{body}\n</body>\n</html>\n'
    )
