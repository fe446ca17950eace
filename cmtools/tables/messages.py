"""The problems of files, sheets and cells, in Russian."""

from __future__ import annotations

from cmtools.problems import Message, Severity

# Files
SAVE_IN_EXCEL = "откройте её в Excel и сохраните как «Книга Excel (.xlsx)»"
SAVE_IN_LIBREOFFICE = "откройте её в LibreOffice и сохраните как «Книга Excel (.xlsx)»"
FILE_MISSING = Message(
    "file-missing",
    "книги нет в рабочей папке",
    "верните её из резерва; пустую книгу делает cmtools init",
)
FILE_EMPTY = Message(
    "file-empty", "файл пуст", "скопируйте книгу ещё раз или возьмите её из резерва"
)
FILE_ENCRYPTED = Message(
    "file-encrypted",
    "книга защищена паролем",
    "откройте её в Excel: Файл → Сведения → Защита книги, снимите пароль и сохраните",
)
FILE_XLS = Message("file-xls", "это книга старого формата Excel 97–2003 (.xls)", SAVE_IN_EXCEL)
FILE_XLS_OLD = Message(
    "file-xls-old", "это книга Excel 2–4, сделанная до 1995 года", SAVE_IN_LIBREOFFICE
)
FILE_XML = Message("file-xml", "это таблица XML 2003, а не книга .xlsx", SAVE_IN_EXCEL)
FILE_MHT = Message(
    "file-mht",
    "это веб-архив (.mht), а не книга Excel",
    "откройте его в Excel и сохраните как «Книга Excel (.xlsx)»",
)
FILE_MXL = Message(
    "file-mxl",
    "это табличный документ 1С (.mxl)",
    "откройте его в 1С: Файл → Сохранить как → «Лист Excel2007 (*.xlsx)»",
)
FILE_NUMBERS = Message(
    "file-numbers",
    "это таблица Apple Numbers",
    "откройте её в Numbers: Файл → Экспортировать в → Excel, формат .xlsx",
)
FILE_FODS = Message(
    "file-fods", "это таблица OpenDocument одним файлом XML (.fods)", SAVE_IN_LIBREOFFICE
)
FILE_ODS = Message(
    "file-ods",
    "это таблица OpenDocument (.ods)",
    "откройте её и сохраните как «Книга Excel (.xlsx)»",
)
FILE_XLSB = Message("file-xlsb", "это двоичная книга Excel (.xlsb)", SAVE_IN_EXCEL)
FILE_CSV = Message(
    "file-csv",
    "это текст (CSV), а не книга Excel",
    "откройте его в Excel и сохраните как «Книга Excel (.xlsx)»",
)
FILE_HTML = Message("file-html", "это веб-страница (HTML), а не книга Excel", SAVE_IN_EXCEL)
FILE_FOREIGN = Message(
    "file-foreign", "это не книга Excel", "проверьте, тот ли файл выбран: нужна книга .xlsx"
)
FILE_DAMAGED = Message(
    "file-damaged",
    "книга повреждена: {detail}",
    "откройте её в Excel, согласитесь на восстановление и сохраните заново",
)
SHEET_AMBIGUOUS = Message(
    "sheet-ambiguous",
    "лист «{sheet}» записан двусмысленно: {detail}",
    "откройте книгу в Excel, согласитесь на восстановление, проверьте эту строку и сохраните",
)
FILE_TOO_LARGE = Message(
    "file-too-large",
    "книга слишком велика: {detail}",
    "удалите лишнее (Ctrl+End покажет последнюю ячейку листа) или разделите книгу",
)
FILE_UNREADABLE = Message(
    "file-unreadable",
    "книгу не удалось прочитать: чтение {detail}",
    "откройте её в Excel, сохраните под новым именем и проверьте ещё раз",
)
FILE_UNKNOWN = Message(
    "file-unknown",
    "среди листов нет ни одного знакомого",
    "нужна одна из книг: {books}; пустые книги делает команда cmtools init",
)
MACROS = Message(
    "macros",
    "в книге есть макросы: они не выполняются и в копии не попадают",
    "сохраните книгу как «Книга Excel (.xlsx)» без макросов",
    Severity.WARNING,
)
EXTERNAL_LINKS = Message(
    "external-links",
    "в книге есть связи с другими файлами: их значения могли устареть",
    "в Excel: Данные → Изменить связи → Разорвать связь",
    Severity.WARNING,
)

# Sheets and columns
SHEET_MISSING = Message(
    "sheet-missing",
    "нет листа «{sheet}»",
    "добавьте лист с этим именем; образец — в пустой книге, которую делает cmtools init",
)
SHEET_RENAMED = Message(
    "sheet-missing",
    "нет листа «{sheet}»: его столбцы стоят на листе «{other}»",
    "переименуйте лист «{other}» в «{sheet}»",
)
SHEET_TWICE = Message(
    "sheet-twice", "лист «{sheet}» встречается дважды", "переименуйте один из листов"
)
COLUMN_MISSING = Message(
    "column-missing",
    "нет столбца «{title}»",
    "добавьте столбец с этим заголовком на лист «{sheet}»",
)
ROW_IS_HEADING = Message(
    "row-is-heading",
    "строка не прочитана: заполнена одна ячейка",
    "если это данные, заполните остальные; если заголовок, ничего делать не нужно",
    Severity.WARNING,
)
COLUMN_NEAR = Message(
    "column-near",
    "столбец «{typed}» не прочитан: такого нет, есть «{title}»",
    "если это он, назовите его «{title}»",
    Severity.WARNING,
)
COLUMN_TWICE = Message(
    "column-twice",
    "столбец «{title}» встречается дважды",
    "переименуйте или удалите один из столбцов",
)

UNKNOWN_TITLE = Message(
    "unknown-title",
    "такого названия cmtools не знает: строка не действует",
    "сверьте название с пустой книгой, которую делает cmtools init",
    Severity.WARNING,
)

# Cells
REQUIRED = Message("required", "не заполнено", "впишите значение: столбец обязателен")
ERROR_CELL = Message(
    "error-cell",
    "в ячейке ошибка Excel (#Н/Д, #ССЫЛКА!, #ДЕЛ/0! …)",
    "исправьте формулу или впишите значение",
)
FORMULA_UNSAVED = Message(
    "formula-unsaved", "у формулы нет сохранённого значения", "откройте и сохраните книгу в Excel"
)
NOT_TEXT = Message(
    "not-text", "нужен текст, а не {what}", "введите как текст: с апострофом впереди"
)
LONG_NUMBER = Message(
    "long-number",
    "в числе больше 15 цифр: Excel уже округлил последние",
    "введите как текст: поставьте формат «Текстовый» и впишите номер заново",
)
NOT_A_NUMBER = Message("not-a-number", "нужно число", "введите цифрами, например 1234,50")
AMBIGUOUS_NUMBER = Message(
    "ambiguous-number", "число можно понять двояко", "введите {first} или {second}"
)
NOT_WHOLE = Message("not-whole", "нужно целое число", "введите число без дробной части")
TOO_PRECISE = Message(
    "too-precise", "знаков после запятой больше, чем {places}", "округлите до {places} знаков"
)
OUT_OF_RANGE = Message("out-of-range", "значение вне допустимого", "введите {bounds}")
NOT_A_DATE = Message("not-a-date", "нужна дата", "введите дату как 01.03.2026")
AMBIGUOUS_DATE = Message(
    "ambiguous-date", "дату можно понять двояко", "введите {first} или {second}"
)
IN_FUTURE = Message("in-future", "дата позже сегодняшней", "проверьте год и месяц")
NOT_YES_NO = Message("not-yes-no", "нужно «да» или «нет»", "выберите из списка")
NOT_A_CHOICE = Message("not-a-choice", "такого значения нет в списке", "выберите: {choices}")
PERCENT_CELL = Message(
    "percent-cell",
    "ячейка показывает проценты ({shown}), а здесь нужно число",
    "смените формат ячейки на числовой и впишите число заново",
)
OTHER_UNIT = Message(
    "other-unit",
    "здесь нужны не рубли, а {what}",
    "впишите число без «руб.»; сумме в рублях место в другом столбце",
)
PERCENT_FRACTION = Message(
    "percent-fraction",
    "меньше одного процента: не доля ли это вместо процентов",
    "пятьдесят процентов вписывают как 50, а не 0,5",
    Severity.WARNING,
)

SUM_MERGED = Message(
    "sum-merged",
    "ячейки {area} объединены: сумма посчитана в каждой из строк, раз: {count}",
    "если она одна на все строки, разъедините ячейки и оставьте её в одной",
    Severity.WARNING,
)

# Rows
DUPLICATE = Message(
    "duplicate", "повтор: то же в строке {row}{file}", "исправьте или удалите одну из строк"
)
UNKNOWN_REFERENCE = Message(
    "unknown-reference",
    "такого значения нет на листе «{sheet}»",
    "{nearest}проверьте, как оно записано там, или добавьте строку",
)
