"""What can be wrong with a template, and with a document made from it, in Russian."""

from __future__ import annotations

from collections.abc import Sequence

from cmtools.problems import Fault, Message

TEMPLATE_MISSING = Message(
    "template-missing",
    "шаблона нет",
    "верните файл: свежие шаблоны лежат в папке «Шаблоны», которую делает cmtools init",
)
TEMPLATE_DAMAGED = Message(
    "template-damaged",
    "шаблон не открывается: {detail}",
    "откройте его в Word и сохраните как «Документ Word (.docx)»",
)
TEMPLATE_EXTERNAL = Message(
    "template-external",
    "шаблон ссылается наружу: {target}",
    "уберите из него гиперссылки, связанные рисунки, поля вставки и присоединённые шаблоны",
)
TEMPLATE_SYNTAX = Message(
    "template-syntax",
    "метка испорчена или не закрыта: «{near}»",
    "поле стоит в двойных фигурных скобках, условие и цикл — в фигурных скобках с процентами, "
    "каждому нужна пара: endif или endfor",
)
TEMPLATE_FIELD = Message(
    "template-field",
    "поля «{name}» нет",
    "{nearest}известные поля: {known}",
)
TEMPLATE_GROUP = Message(
    "template-group",
    "«{name}» — не значение, а {what}",
    "назовите поле целиком: {known}",
)
TEMPLATE_FORBIDDEN = Message(
    "template-forbidden",
    "такого в шаблоне нельзя: {what}",
    "шаблон подставляет поля, проверяет условия и перебирает списки, и ничего больше",
)
VALUE_LOST = Message(
    "value-lost",
    "в готовом документе не видно значения «{value}»",
    "проверьте, не стоит ли его метка в рисунке, в поле Word или в удалённом тексте",
)


class BadTemplate(Exception):
    """A template that gives no document; `faults` say why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = tuple(faults)
