"""What can be wrong with a template, and with a document made from it, in Russian."""

from __future__ import annotations

from collections.abc import Sequence

from cmtools.problems import Fault, Message, Place, Problem, Severity, problem_at

TEMPLATE_MISSING = Message(
    "template-missing",
    "шаблона нет",
    "верните файл или возьмите новый: cmtools templates renew",
)
TEMPLATE_DAMAGED = Message(
    "template-damaged",
    "шаблон не открывается: {detail}",
    "откройте его в Word и сохраните как «Документ Word (.docx)»",
)
TEMPLATE_NO_TEXT = Message(
    "template-no-text",
    "шаблон письма не читается как текст",
    "откройте его в Блокноте и сохраните в кодировке UTF-8",
)
TEMPLATE_NO_SUBJECT = Message(
    "template-no-subject",
    "в шаблоне письма нет темы или текста",
    "в первой строке пишут тему письма, под ней — само письмо",
)
TEMPLATE_EXTERNAL = Message(
    "template-external",
    "шаблон ссылается наружу: {target}",
    "уберите из него ссылки на файлы, связанные рисунки, поля вставки и присоединённые шаблоны",
)
TEMPLATE_ACTIVE = Message(
    "template-active",
    "в шаблоне есть лишнее: {what}",
    "уберите из него макросы, внедрённые объекты и вставленные файлы и сохраните как "
    "«Документ Word (.docx)»",
)
TEMPLATE_SYNTAX = Message(
    "template-syntax",
    "метка испорчена или не закрыта: «{near}»",
    "поле стоит в двойных фигурных скобках, условие и цикл — в фигурных скобках с процентами, "
    "каждому нужна пара: endif или endfor",
)
TEMPLATE_TORN = Message(
    "template-torn",
    "метка разорвана: «{near}» лишь частью стоит в гиперссылке, исправлении или элементе Word",
    "сотрите её и наберите заново одним куском",
)
TEMPLATE_CUT = Message(
    "template-cut",
    "{what} рядом с меткой «{near}» написано ещё что-то: оно пропало бы",
    "оставьте метку там одну или уберите из неё букву после знака процента",
)
TEMPLATE_CROSSED = Message(
    "template-crossed",
    "метка «{near}» и её пара стоят в разных местах",
    "поставьте обе внутрь одной ячейки или одного абзаца, обе отдельными абзацами ({{%p … %}}) "
    "или обе отдельными строками одной таблицы ({{%tr … %}})",
)
TEMPLATE_MISPLACED = Message(
    "template-misplaced",
    "метка стоит не в тексте: «{near}»",
    "метки пишут в обычном тексте; картинке — замещающим текстом рисунка, одно поле целиком",
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
TEMPLATE_PICTURE = Message(
    "template-picture",
    "«{name}» в рисунке — не картинка, а {what}",
    "замещающим текстом рисунка пишут поле с картинкой",
)
TEMPLATE_PICTURE_AS_TEXT = Message(
    "template-picture-as-text",
    "«{name}» — картинка, а стоит в тексте",
    "вставьте рисунок такого размера и впишите это поле его замещающим текстом",
)
TEMPLATE_FILTER = Message(
    "template-filter",
    "фильтра «{name}» нет",
    "{nearest}известные фильтры: {known}",
)
TEMPLATE_MISFIT = Message(
    "template-filter-misfit",
    "фильтр не подходит: {name} — для {takes}, а {field} — {what}",
    "так его пишут: {example}",
)
TEMPLATE_ARGUMENTS = Message(
    "template-filter-arguments",
    "фильтру {name} нужно текстов в скобках: {wanted}",
    "так его пишут: {example}",
)
TEMPLATE_FORBIDDEN = Message(
    "template-forbidden",
    "такого в шаблоне нельзя: {what}",
    "шаблон подставляет поля, проверяет условия и перебирает списки, и ничего больше",
)
TEMPLATE_TOO_LARGE = Message(
    "template-too-large",
    "шаблон слишком велик или сложен: {what}",
    "сделайте его проще; большие рисунки сожмите",
)
TEMPLATE_SLOW = Message(
    "template-slow",
    "документ не сделан за {seconds} с",
    "уберите из шаблона цикл в цикле или лишние метки в нём",
)
TEMPLATE_REMARKS = Message(
    "template-remarks",
    "в шаблоне остались примечания или исправления: они попадут в каждый документ",
    "примите исправления и удалите примечания на вкладке «Рецензирование»",
    Severity.WARNING,
)
TEMPLATE_NO_FIELDS = Message(
    "template-no-fields",
    "в шаблоне нет ни одного поля: все документы по нему вышли бы одинаковыми",
    "похоже, за шаблон сохранён готовый документ; верните шаблон или впишите поля",
)
TEMPLATE_NAMES = Message(
    "template-names",
    "в шаблон впечатаны данные клиентов: {values}",
    "похоже, за шаблон сохранён готовый документ; поставьте на их место поля",
)
TEMPLATE_SUMS = Message(
    "template-sums",
    "в шаблон впечатаны суммы: {values}",
    "похоже, за шаблон сохранён готовый документ; поставьте на их место поля",
)
TEMPLATE_OLDER = Message(
    "template-older",
    "шаблон прежней версии{lacks}",
    "возьмите новый: cmtools templates renew; прежний останется в папке «Прежние»",
    Severity.WARNING,
)
TEMPLATE_NO_NUMBER = Message(
    "template-no-number",
    "в шаблоне нет поля «number»: у документов о частях заказа будет один номер",
    "впишите вместо поля «order.number» поле «number»: с ним номера будут с /1, /2",
    Severity.WARNING,
)
TEMPLATE_UNUSED = Message(
    "template-unused",
    "такого документа нет: файл не используется",
    "{nearest}переименуйте его или уберите из папки",
    Severity.WARNING,
)
VALUE_LOST = Message(
    "value-lost",
    "в готовом документе не видно значения «{value}»",
    "проверьте, не стоит ли его метка в рисунке, в поле Word или в удалённом тексте",
)


class BadTemplate(Exception):
    """A template of which no document can be made; `faults` say why."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = tuple(faults)

    def problems(self, file: str) -> list[Problem]:
        """Return its faults as problems of the template's file."""
        return [problem_at(Place(file=file), fault) for fault in self.faults]
