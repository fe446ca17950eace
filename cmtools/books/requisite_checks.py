"""Check digits of the numbers on a Russian company card: ИНН, ОГРН, КПП, БИК and accounts."""

import re

_INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_11 = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_12 = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_ACCOUNT_KEY = (7, 1, 3)
_KPP = re.compile(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}")


def inn_is_valid(text: str) -> bool:
    """Whether `text` is an ИНН: 10 digits with one check digit, or 12 digits with two.

    Source: structure by приказ ФНС of 29.06.2012 № ММВ-7-6/435@, weights as python-stdnum has
    them. All zeros pass the sums and are refused here. One wrong digit is always found, except
    in the body of a 10-digit number that ends in 0, which stands for two remainders.
    """
    if _is_number(text, 10):
        return _inn_digit(text, _INN_10) == text[9]
    return (
        _is_number(text, 12)
        and _inn_digit(text, _INN_11) == text[10]
        and _inn_digit(text, _INN_12) == text[11]
    )


def ogrn_is_valid(text: str) -> bool:
    """Whether `text` is an ОГРН (13 digits) or an ОГРНИП (15 digits) with its check digit.

    Source: приказ Минфина of 30.10.2017 № 165н: the number without its last digit modulo 11
    (ОГРН) or 13 (ОГРНИП), of which the last digit is the check digit. One wrong digit is always
    found, unless the check digit is 0 (ОГРН) or 0 … 2 (ОГРНИП), which stand for two remainders.
    """
    if _is_number(text, 13):
        return int(text[:-1]) % 11 % 10 == int(text[-1])
    return _is_number(text, 15) and int(text[:-1]) % 13 % 10 == int(text[-1])


def kpp_is_valid(text: str) -> bool:
    """Whether `text` has the form of a КПП, `NNNN[0-9A-Z]{2}NNN`; it has no check digit.

    Source: приказ ФНС of 29.06.2012 № ММВ-7-6/435@.
    """
    return _KPP.fullmatch(text) is not None


def bik_is_valid(text: str) -> bool:
    """Whether `text` has the form of a БИК, 9 digits that are not all zeros; no check digit.

    Source: справочник БИК of the Bank of Russia's payment system.
    """
    return _is_number(text, 9)


def account_is_valid(account: str, bik: str) -> bool:
    """Whether the key of a 20-digit account agrees with the bank's БИК.

    Source: порядок расчёта контрольного ключа, Банк России of 08.09.1997 № 515: the last three
    digits of the БИК and the account, weighed 7 1 3, give last digits whose sum divides by 10.
    Treasury accounts have no such key (see `is_treasury_account`). One wrong digit of the
    account, or of those three of the БИК, is always found, unless the account then looks like
    the Treasury's.
    """
    return _key_holds(account, bik, bik[6:9])


def correspondent_is_valid(account: str, bik: str) -> bool:
    """Whether the key of a bank's 20-digit correspondent account agrees with its БИК.

    Source: as for `account_is_valid`, with `0` and the digits 5–6 of the БИК in front.
    """
    return _key_holds(account, bik, "0" + bik[4:6])


def is_treasury_account(account: str) -> bool:
    """Whether `account` is the Treasury's (03…, or the single account 40102…), free of the key.

    Source: приказ Казначейства России of 01.04.2020 № 15н for 03…; the Bank of Russia's chart
    of accounts (809-П) for 40102.
    """
    return account.startswith(("03", "40102"))


def _is_number(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit() and text.strip("0") != ""


def _inn_digit(text: str, weights: tuple[int, ...]) -> str:
    body = text[: len(weights)]
    total = sum(weight * int(digit) for weight, digit in zip(weights, body, strict=True))
    return str(total % 11 % 10)


def _key_holds(account: str, bik: str, head: str) -> bool:
    if not (_is_number(account, 20) and bik_is_valid(bik)):
        return False
    if is_treasury_account(account):
        return True
    digits = head + account
    return sum(_ACCOUNT_KEY[i % 3] * int(digit) % 10 for i, digit in enumerate(digits)) % 10 == 0
