"""`cmtools letters`: drafts of e-mails, read back by another reader."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtools.commands.doctor import doctor
from cmtools.commands.letters import LettersResult, letters
from cmtools.commands.templates import check_templates, list_fields
from cmtools.errors import UsageError
from cmtools.files import NAME_BYTES
from cmtools.letters.fields import salutation
from cmtools.letters.message import Attachment, Draft, build_draft, is_untouched, parse_address
from support.program import run
from support.workbench import TODAY, Change, healthy, put

SECOND = "З-2026-0002"
TEMPLATES = "Шаблоны/Письма"
WITH_ADDRESS = put("Клиенты", "Эл. почта", 1, "kuznetsov@client.example")
DEBT = "Клиенты/К-0002 Кузнецов В. А/Письма/2026-12-25 Напоминание об оплате З-2026-0002.eml"
CATALOGUE = (WITH_ADDRESS, put("Контактные лица", "Эл. почта", 1, "darya@client.example"))


def make(root: Path, kind: str, *, today: date = TODAY, days: int | None = None) -> LettersResult:
    return letters(root, kind, today=today, days=days)


def read(path: Path) -> EmailMessage:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    text: str = body.get_content()
    return text.replace("\r\n", "\n")


class _Visible(HTMLParser):
    """Collects what a reader of the page sees."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_data(self, data: str) -> None:
        self.seen.append(data)


def test_a_reminder_of_a_debt_with_its_invoice(tmp_path: Path) -> None:
    """The whole letter: headers, both texts, the paper of the order byte for byte."""
    root = healthy(tmp_path, WITH_ADDRESS)
    result = make(root, "debt", today=date(2026, 12, 25))
    invoice = "Клиенты/К-0002 Кузнецов В. А/Счета и акты/З-2026-0002 Счёт на оплату.docx"
    assert result.as_json()["files"] == [
        {
            "kind": "debt",
            "client": "К-0002",
            "order": SECOND,
            "date": "2026-11-16",
            "to": "kuznetsov@client.example",
            "path": DEBT,
            "state": "made",
            "attached": [invoice],
        }
    ]
    message = read(root / DEBT)
    assert {name: message[name] for name in ("X-Unsent", "From", "To", "Subject", "Date")} == {
        "X-Unsent": "1",
        "From": "ООО «Печатный двор» <info@dvor.example>",
        "To": '"В. А. Кузнецов" <kuznetsov@client.example>',
        "Subject": "Срок оплаты прошёл: заказ № З-2026-0002",
        "Date": None,
    }
    assert text_of(message) == (
        "Уважаемый Виктор Андреевич!\n\n"
        "Напоминаем о предоплате заказа № З-2026-0002 от 05.11.2026: 5\u00a0025,00 руб. "
        "Срок оплаты — 16.11.2026, он прошёл 39\u00a0дней назад.\n\n"
        "Счёт приложен к письму.\n\n"
        "Если деньги уже отправлены, сообщите, пожалуйста, номер и дату платёжного поручения. "
        "Если с оплатой есть трудности, напишите нам: найдём решение.\n\n"
        "С уважением,\nПетрова Анна Сергеевна\nООО «Печатный двор»\nтел. +7 381 200-00-00\n"
    )
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == "З-2026-0002 Счёт на оплату.docx"
    assert attachment.get_content() == (root / invoice).read_bytes()


def test_the_page_says_what_the_text_says(tmp_path: Path) -> None:
    root = healthy(tmp_path, WITH_ADDRESS)
    make(root, "debt", today=date(2026, 12, 25))
    message = read(root / DEBT)
    page = message.get_body(("html",))
    assert page is not None
    reader = _Visible()
    reader.feed(page.get_content())
    assert "".join(reader.seen).split() == text_of(message).split()


def test_again_unchanged_and_never_over_a_draft_that_a_person_changed(tmp_path: Path) -> None:
    root = healthy(tmp_path, WITH_ADDRESS)
    day = date(2026, 12, 25)
    first = make(root, "debt", today=day).letters[0]
    before = (root / first.path).read_bytes()
    again = make(root, "debt", today=day).letters[0]
    assert (again.path, again.state.value) == (first.path, "unchanged")
    assert (root / first.path).read_bytes() == before
    (root / first.path).write_bytes(before + b"P.S.\r\n")
    third = make(root, "debt", today=day).letters[0]
    assert (third.path, third.state.value) == (DEBT.replace(".eml", " (2).eml"), "version")
    assert (root / first.path).read_bytes() == before + b"P.S.\r\n"
    assert (root / third.path).read_bytes() == before


def test_a_draft_that_nobody_touched_is_made_anew_in_its_place(tmp_path: Path) -> None:
    root = healthy(tmp_path, WITH_ADDRESS)
    template = root / TEMPLATES / "Напоминание об оплате.txt"
    for text in ("Тема\nПервый", "Тема\nВторой"):
        template.write_text(text, "utf-8")
        (made,) = make(root, "debt", today=date(2026, 12, 25)).letters
        assert (made.path, made.state.value) == (DEBT, "made")
        assert text_of(read(root / DEBT)) == f"{text.splitlines()[1]}\n"
    assert [path.name for path in (root / DEBT).parent.iterdir()] == [Path(DEBT).name]


@pytest.mark.parametrize(
    ("kind", "today", "days", "changes", "expected"),
    [
        pytest.param(
            "greeting",
            date(2026, 2, 27),
            None,
            (),
            [("К-0001", "С днём рождения!", "Уважаемый Иван Иванович!", "office@romashka.example")],
            id="the head",
        ),
        pytest.param(
            "greeting",
            date(2026, 3, 4),
            None,
            (),
            [
                (
                    "К-0001",
                    "С днём рождения!",
                    "Уважаемая Елена Юрьевна!",
                    "sokolova@romashka.example",
                )
            ],
            id="a contact person, at her own address",
        ),
        pytest.param(
            "greeting",
            date(2026, 5, 22),
            10,
            (),
            [
                (
                    "К-0001",
                    "С днём рождения вашей компании!",
                    "Уважаемая Елена Юрьевна!",
                    "sokolova@romashka.example",
                )
            ],
            id="the company, ten days ahead",
        ),
        pytest.param("greeting", date(2026, 5, 22), None, (), [], id="too early"),
        pytest.param(
            "greeting",
            date(2026, 12, 30),
            None,
            CATALOGUE,
            [
                (
                    "К-0001",
                    "Поздравляем с Новым годом!",
                    "Уважаемая Елена Юрьевна!",
                    "sokolova@romashka.example",
                ),
                (
                    "К-0002",
                    "Поздравляем с Новым годом!",
                    "Здравствуйте, Дарья!",
                    "darya@client.example",
                ),
            ],
            id="a holiday: each client",
        ),
        pytest.param(
            "touch",
            date(2026, 12, 1),
            None,
            (),
            [
                (
                    "К-0001",
                    "ООО «Печатный двор»: чем можем быть полезны",
                    "Уважаемая Елена Юрьевна!",
                    "sokolova@romashka.example",
                )
            ],
            id="a touch",
        ),
        pytest.param(
            "readiness",
            TODAY,
            None,
            (*CATALOGUE, put("Заказы", "Стадия", 1, "3.6")),
            [
                (
                    "К-0002",
                    "Ваш заказ № З-2026-0002 готов",
                    "Здравствуйте, Дарья!",
                    "darya@client.example",
                )
            ],
            id="an order that is ready",
        ),
        pytest.param(
            "repeat",
            date(2026, 12, 15),
            None,
            (put("Заказы", "Код клиента", 2, "К-0003"),),
            [
                (
                    "К-0001",
                    "Повторить заказ № З-2026-0001?",
                    "Уважаемая Елена Юрьевна!",
                    "sokolova@romashka.example",
                )
            ],
            id="a satisfied client",
        ),
    ],
)
def test_kinds(
    kind: str,
    today: date,
    days: int | None,
    changes: Sequence[Change],
    expected: list[tuple[str, str, str, str]],
    tmp_path: Path,
) -> None:
    root = healthy(tmp_path, *changes)
    found = []
    for made in make(root, kind, today=today, days=days).letters:
        message = read(root / made.path)
        greeting = text_of(message).partition("\n")[0]
        letter = made.letter
        found.append((letter.client.code, message["Subject"], greeting, letter.to.addr_spec))
    assert found == expected


@pytest.mark.parametrize(
    ("holiday", "subject", "first"),
    [
        (
            "Поздравление с наступающим Новым годом",
            "Поздравляем с наступающим Новым годом!",
            "Поздравляем вас с наступающим Новым годом!",
        ),
        (
            "День защитника Отечества",
            "Поздравляем с Днём защитника Отечества!",
            "Поздравляем ваших коллег и близких с Днём защитника Отечества!",
        ),
        (
            "Международный женский день",
            "Поздравляем с Международным женским днём!",
            "Поздравляем вас с Международным женским днём!",
        ),
        (
            "Святки",
            "Святки: примите наши поздравления",
            "Поздравляем вас с праздником — Святки!",
        ),
        (
            "День рождения компании",
            "День рождения компании: спасибо, что вы с нами",
            "Сегодня у нас праздник — День рождения компании.",
        ),
    ],
)
def test_each_holiday_in_its_words(holiday: str, subject: str, first: str, tmp_path: Path) -> None:
    """To a woman: men's day is her colleagues', our own day is no occasion of hers."""
    root = healthy(tmp_path, put("Праздники", "Название", 1, holiday))
    made = letters(root, "greeting", clients=["К-0001"], today=date(2026, 12, 30)).letters
    message = read(root / made[0].path)
    assert message["Subject"] == subject
    assert text_of(message).splitlines()[2].startswith(first)


def test_who_has_no_address_is_told(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    result = make(root, "debt", today=date(2026, 12, 25))
    assert [(p.code, p.place.sheet, p.column) for p in result.problems] == [
        ("letter-no-address", "Клиенты", "Эл. почта")
    ]
    assert (result.letters, result.exit_code) == ((), 1)


@pytest.mark.parametrize("typed", ["нет", "a@b", "a@b.ru, c@d.ru", "a@b.ru\nBcc: x@y.ru", "@b.ru"])
def test_a_cell_that_is_no_address(typed: str, tmp_path: Path) -> None:
    root = healthy(tmp_path, put("Клиенты", "Эл. почта", 1, typed))
    result = make(root, "debt", today=date(2026, 12, 25))
    assert [p.code for p in result.problems] == ["letter-bad-address"]
    assert result.letters == ()


def test_a_reminder_asks_for_what_its_invoice_asks_for(tmp_path: Path) -> None:
    """The prepayment until it is paid, also where the balance fell due before it."""
    root = healthy(tmp_path, WITH_ADDRESS, put("Заказы", "Дата стадии", 1, date(2026, 12, 20)))
    (made,) = make(root, "debt", today=date(2026, 12, 25)).letters
    assert "Напоминаем о предоплате заказа" in text_of(read(root / made.path))


def test_an_address_in_the_domain_рф(tmp_path: Path) -> None:
    """Shown as it was typed; on the wire as mail servers read it (RFC 5890)."""
    root = healthy(
        tmp_path,
        put("Клиенты", "Эл. почта", 1, "info@пример.рф"),
        put("Организация", "Значение", 16, "sales@пример.рф"),
    )
    (made,) = make(root, "debt", today=date(2026, 12, 25)).letters
    assert made.as_json()["to"] == "info@пример.рф"
    message = message_from_bytes((root / made.path).read_bytes())
    assert message["From"].endswith(" <sales@xn--e1afmkfd.xn--p1ai>")
    assert message["To"].endswith(" <info@xn--e1afmkfd.xn--p1ai>")


def test_one_draft_a_greeting_named_by_the_day_to_send_it(tmp_path: Path) -> None:
    root = healthy(tmp_path)
    days = [date(2026, 3, day) for day in (2, 3, 5)]
    made = [letter for day in days for letter in make(root, "greeting", today=day).letters]
    assert [(letter.path.rpartition("/")[2], letter.state.value) for letter in made] == [
        ("2026-03-05 Поздравление К-0001 Соколова Елена Юрьевна.eml", state)
        for state in ("made", "unchanged", "unchanged")
    ]
    shown = run("letters", "--kind", "greeting", "--today", "2026-03-03", folder=root)
    assert ", отправить 05.03.2026" in shown.out


def test_a_letter_says_nothing_of_a_paper_that_could_not_be_made(tmp_path: Path) -> None:
    no_bank = put("Организация", "Значение", 8, None)
    root = healthy(tmp_path, WITH_ADDRESS, no_bank)
    result = make(root, "debt", today=date(2026, 12, 25))
    (made,) = result.letters
    assert made.attached == ()
    assert "Счёт приложен" not in text_of(read(root / made.path))
    assert result.exit_code == 1


def test_only_for_those_who_are_named(tmp_path: Path) -> None:
    root = healthy(tmp_path, *CATALOGUE)
    day = date(2026, 12, 30)
    made = letters(root, "поздравление", clients=["к-0002"], today=day).letters
    assert [one.letter.client.code for one in made] == ["К-0002"]
    assert letters(root, "debt", orders=["З-2026-0001"], today=day).letters == ()
    with pytest.raises(UsageError, match="может быть, «К-00"):
        letters(root, "debt", clients=["К-0020"], today=day)
    with pytest.raises(UsageError, match="может быть, «З-2026-00"):
        letters(root, "debt", orders=["З-2026-0020"], today=day)
    with pytest.raises(UsageError, match="нет вида писем «greting»; может быть, «greeting»"):
        letters(root, "greting", today=day)


def test_templates_of_letters_are_checked(tmp_path: Path) -> None:
    """All that is wrong at once; a letter is not made from a template that is wrong."""
    root = healthy(tmp_path, WITH_ADDRESS)
    folder = root / TEMPLATES
    (folder / "Касание.txt").write_text("Тема\n{{ salutaton }} {{ client.name | upcase }}", "utf-8")
    (folder / "Готовность заказа.txt").write_text("\n\nТекст без темы", "utf-8")
    (folder / "Поздравление.txt").write_text("Тема\n{% if holiday %}{{ holiday }}", "utf-8")
    (folder / "Напоминание об оплате.txt").unlink()
    (folder / "Касания.txt").write_text("Тема\nТекст", "utf-8")
    found = {(p.code, p.place.file) for p in check_templates(root).problems}
    assert found == {
        ("template-field", f"{TEMPLATES}/Касание.txt"),
        ("template-filter", f"{TEMPLATES}/Касание.txt"),
        ("template-no-subject", f"{TEMPLATES}/Готовность заказа.txt"),
        ("template-syntax", f"{TEMPLATES}/Поздравление.txt"),
        ("template-missing", f"{TEMPLATES}/Напоминание об оплате.txt"),
        ("template-unused", f"{TEMPLATES}/Касания.txt"),
    }
    result = make(root, "debt", today=date(2026, 12, 25))
    assert [p.code for p in result.problems] == ["template-missing"]
    (check,) = [check for check in doctor(root, today=TODAY).checks if check.id == "templates"]
    assert not check.ok


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("{{ numbr }}\n\n{{ salutation }}\n\nСрок {{ dew }}\nСумма {{ amount }}", [1, 5]),
        ("\n\nТема\n{% if overdue %}да\n{% else %}\n{{ late }}{% endif %}", [6]),
        ("Тема\n{% if overdue %}да\n{% elif latе %}\nнет{% endif %}", [3]),
        ("Тема\n{{ amount\n| upcase }}", [2]),
        ("Тема\n\nСрок {{ due | }}\n{{ amount }}", [3]),
        ("Тема\n{% if due %}\n{% for line in lines %}\n{{ line.name }}\n{% endif %}", [5]),
        ("Тема\nСрок\n{% if overdue %}\nпрошёл", [3]),
        ("Тема\nСрок\n{% endif %}", [3]),
    ],
)
def test_a_wrong_field_of_a_letter_names_its_line(
    text: str, lines: list[int], tmp_path: Path
) -> None:
    root = healthy(tmp_path)
    (root / TEMPLATES / "Напоминание об оплате.txt").write_text(text, "utf-8")
    found = [re.match(r"строка (\d+): ", p.message) for p in check_templates(root).problems]
    assert [int(line[1]) for line in found if line] == lines


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1251"])
def test_a_template_as_notepad_saves_it(encoding: str, tmp_path: Path) -> None:
    root = healthy(tmp_path, WITH_ADDRESS)
    path = root / TEMPLATES / "Напоминание об оплате.txt"
    path.write_bytes("Долг {{ number }}\r\n\r\nЖдём {{ amount }} руб.\r\n".encode(encoding))
    (made,) = make(root, "debt", today=date(2026, 12, 25)).letters
    message = read(root / made.path)
    assert (message["Subject"], text_of(message)) == (
        "Долг З-2026-0002",
        "Ждём 5\u00a0025,00 руб.\n",
    )


def test_a_workspace_of_an_older_version_gets_the_templates(tmp_path: Path) -> None:
    root = healthy(tmp_path, WITH_ADDRESS)
    for path in (root / TEMPLATES).iterdir():
        path.unlink()
    (root / TEMPLATES).rmdir()
    (root / ".cmtools" / "templates").unlink()
    assert check_templates(root).problems == ()
    assert len(make(root, "debt", today=date(2026, 12, 25)).letters) == 1
    assert len(list((root / TEMPLATES).iterdir())) == 5


def test_fields_of_a_letter_are_listed() -> None:
    names = [field["field"] for field in list_fields("долг").fields]
    assert {"salutation", "amount", "due", "overdue", "client.name", "seller.phone"} <= {*names}


def test_too_much_to_attach_is_named_and_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cmtools.letters.writer.MOST_BYTES", 1000)
    root = healthy(tmp_path, WITH_ADDRESS)
    result = make(root, "debt", today=date(2026, 12, 25))
    assert [p.code for p in result.problems] == ["letter-too-large"]
    assert list(read(root / result.letters[0].path).iter_attachments()) == []


def test_from_the_command_line(tmp_path: Path) -> None:
    root = healthy(tmp_path, WITH_ADDRESS)
    day = ("--today", "2026-12-25")
    answer = run("letters", "--kind", "debt", "--json", *day, folder=root)
    assert answer.code == 0
    assert [file["state"] for file in json.loads(answer.out)["files"]] == ["made"]
    shown = run("letters", "--kind", "debt", *day, folder=root)
    assert "(без \nизменений)" in shown.out
    assert "отправьте сами" in shown.out


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Соколова Мария Андреевна", "Уважаемая Мария Андреевна!"),
        ("Сергей Николаевич Орлов", "Уважаемый Сергей Николаевич!"),
        ("Иванов И. И.", "Здравствуйте!"),
        ("Кузнецова Дарья", "Здравствуйте, Дарья!"),
        ("Дарья Кузнецова", "Здравствуйте, Дарья!"),
        ("Роман", "Здравствуйте, Роман!"),
        ("Дарья, бухгалтерия", "Здравствуйте!"),
        ("отдел закупок", "Здравствуйте!"),
        ("секретарь", "Здравствуйте!"),
        ("", "Здравствуйте!"),
    ],
)
def test_salutation(name: str, expected: str) -> None:
    assert salutation(name) == expected


WORDS = st.lists(st.text("абвЁ«»,:—aб№ ", min_size=1, max_size=20), max_size=20).map(" ".join)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]))
PLAIN_DRAFT = Draft(
    key="k",
    sender=None,
    to=Address("", "a", "b.ru"),
    subject="Тема",
    text="Текст",
    attachments=(),
)


def is_file_name(text: str) -> bool:
    """No file system has longer ones."""
    return 0 < len(text.encode()) <= NAME_BYTES


@given(
    subject=(TEXT | WORDS).map(lambda text: " ".join(text.split())),
    text=TEXT,
    names=st.lists(TEXT.map(str.strip).filter(is_file_name), max_size=3),
    content=st.binary(max_size=200),
)
def test_whatever_is_in_a_draft_comes_back(
    subject: str, text: str, names: list[str], content: bytes
) -> None:
    """Subject, text, names and bytes of the attachments; no line is too long for a mail server."""
    attachments = [Attachment(name, content) for name in names]
    draft = replace(PLAIN_DRAFT, subject=subject, text=text, attachments=attachments)
    raw = build_draft(draft)
    assert build_draft(draft) == raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert is_untouched(raw, "k")
    assert not is_untouched(raw, "another")
    assert not is_untouched(raw[:-1], "k")
    assert not is_untouched(raw.replace(b"X-Unsent: 1", b"X-Unsent: 0"), "k")
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    old = message_from_bytes(raw)
    assert str(make_header(decode_header(old["Subject"]))) == subject
    assert message["Subject"] == subject
    assert text_of(message).rstrip("\n") == text.rstrip("\n")
    found = [(part.get_filename(), part.get_content()) for part in message.iter_attachments()]
    assert found == [(name, content) for name in names]


@pytest.mark.parametrize(
    "text",
    [
        "День рождения компании «Литера-Брокер»: спасибо, что вы с нами",
        "ООО «Производственно-коммерческая фирма „Верхневолжская мануфактура, братья и сыновья“»",
    ],
)
def test_no_space_of_a_long_header_is_lost(text: str) -> None:
    address = Address(text, "a", "b.ru")
    raw = build_draft(replace(PLAIN_DRAFT, subject=text, sender=address, to=address))
    message = message_from_bytes(raw)
    found = [str(make_header(decode_header(message[h]))) for h in ("Subject", "From", "To")]
    assert found == [text, f"{text} <a@b.ru>", f"{text} <a@b.ru>"]


@given(name=TEXT, typed=TEXT)
def test_no_cell_adds_a_header(name: str, typed: str) -> None:
    address = parse_address(name, f"{typed}@b.ru")
    if address is not None:
        raw = build_draft(replace(PLAIN_DRAFT, to=address))
        headers = message_from_bytes(raw, policy=policy.default).keys()
        assert headers == [
            "X-Unsent",
            "To",
            "Subject",
            "Message-ID",
            "MIME-Version",
            "Content-Type",
        ]


@pytest.mark.parametrize(
    ("name", "form", "addressed"),
    [
        ("Дюжев Антон Романович", "физлицо", "Уважаемый Антон Романович!"),
        ("ИП Дюжев Антон Романович", "ИП", "Уважаемый Антон Романович!"),
    ],
)
def test_who_is_no_company_is_greeted_by_the_own_name(
    tmp_path: Path, name: str, form: str, addressed: str
) -> None:
    """Nobody fills in the head of an individual; the letter went to «руководитель»."""
    row = {
        "Краткое наименование": name,
        "Форма": form,
        "ОГРН": None,
        "ФИО руководителя": None,
        "День рождения руководителя": date(1975, 11, 22),
        "Эл. почта": "anton@client.example",
    }
    root = healthy(tmp_path, *(put("Клиенты", column, 1, value) for column, value in row.items()))
    (draft,) = make(root, "greeting").as_json()["files"]
    message = read(root / draft["path"])
    assert message["To"] == '"А. Р. Дюжев" <anton@client.example>'
    assert text_of(message).startswith(addressed)
