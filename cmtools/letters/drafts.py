"""Find the letters of a day: after which duty, to whom, with what in them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from email.headerregistry import Address

from cmtools.agenda.duty import Duty
from cmtools.agenda.rows import AgendaRows, head_of
from cmtools.books.choices import ClientFolder
from cmtools.books.register import CLIENTS, Client
from cmtools.documents.declension import initials
from cmtools.documents.file_names import safe_name
from cmtools.files import NAME_BYTES, cut_to_bytes
from cmtools.letters.catalog import LetterKind
from cmtools.letters.message import parse_address
from cmtools.problems import Message, Place, Problem, Severity, problem_at

ENDING = ".eml"
FOLDER = ClientFolder.LETTERS.path
MOST_BYTES = 20 * 10**6  # of what is attached to a letter

NO_ADDRESS = Message(
    "letter-no-address",
    "письмо «{letter}» не сделано: ни у клиента, ни у контактных лиц нет эл. почты",
    "впишите эл. почту здесь или на листе «Контактные лица»",
)
BAD_ADDRESS = Message(
    "letter-bad-address",
    "письмо «{letter}» не сделано: «{typed}» — не адрес эл. почты",
    "оставьте в ячейке один адрес вида name@example.ru",
)
TOO_LARGE = Message(
    "letter-too-large",
    "к письму не приложен файл «{name}»: он больше 20 МБ",
    "пришлите его клиенту ссылкой",
    Severity.WARNING,
)
NO_SENDER = Message(
    "letter-no-sender",
    "в письмах нет отправителя: эл. почта организации пуста или записана с ошибкой",
    "впишите её на лист «Организация» книги «Настройки.xlsx»",
    Severity.WARNING,
)

_VERSION = len(" (99999)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A letter to write: after which duty, to whom.

    reader: the person's name; empty where none is known.
    detail: the person or the holiday that the duty is about, beside its client.
    """

    kind: LetterKind
    duty: Duty
    client: Client
    detail: str
    reader: str
    to: Address

    def stem(self, day: date) -> str:
        """Compose `2026-11-28 Напоминание об оплате З-2026-0085`."""
        about = self.duty.order or f"{self.client.code} {self.detail}".rstrip()
        room = NAME_BYTES - len(ENDING) - _VERSION
        return safe_name(cut_to_bytes(f"{day} {self.kind.name} {about}", room))


def find_letters(
    rows: AgendaRows,
    kind: LetterKind,
    *,
    days: int | None = None,
    clients: Collection[str] = (),
    orders: Collection[str] = (),
) -> tuple[list[Letter], list[Problem]]:
    """Find the letters of a kind, of these clients and orders only where some are named.

    A duty whose client has no address is a problem. Of two duties about one order the letter names
    that which its kind finds first: the prepayment, as its invoice does, before the balance.
    """
    duties: dict[str, Duty] = {}
    for duty in kind.find(rows, days):
        is_wanted = (not clients or duty.client in clients) and (not orders or duty.order in orders)
        if is_wanted and duty.client in rows.clients:
            duties.setdefault(duty.order or duty.key, duty)
    letters: list[Letter] = []
    problems: list[Problem] = []
    for duty in sorted(duties.values(), key=lambda duty: duty.date):
        client = rows.clients[duty.client or ""]
        detail = "" if duty.order else duty.detail
        reader, typed, place = _reader(rows, client, detail if duty.kind == "birthday" else "")
        to = parse_address(initials(reader), typed)  # short: one encoded word
        if to is None:
            message = BAD_ADDRESS if typed else NO_ADDRESS
            fault = message(letter=kind.name, typed=typed)
            problems.append(problem_at(place, fault, column=CLIENTS.fields["email"].title))
            continue
        letters.append(
            Letter(kind=kind, duty=duty, client=client, detail=detail, reader=reader, to=to)
        )
    return letters, problems


def _reader(rows: AgendaRows, client: Client, celebrated: str) -> tuple[str, str | None, Place]:
    """Return who reads a letter, the address, and where it stands.

    The first contact person with an address, else the client; a birthday is its person's.
    """
    people = [person for person in rows.contacts.get(client.code, ()) if person.email]
    of_person = next((person for person in people if person.name == celebrated), None)
    first = of_person or next(iter(people), None)
    if first is not None and (not celebrated or of_person or not client.email):
        return celebrated or first.name, first.email, first.place("email")
    return celebrated or head_of(client), client.email, client.place("email")
