"""Check digits: published numbers pass, and one wrong digit is found wherever it can be."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.ru import inn as stdnum_inn
from stdnum.ru import ogrn as stdnum_ogrn

from cmtools.books.requisite_checks import (
    account_is_valid,
    bik_is_valid,
    correspondent_is_valid,
    inn_is_valid,
    is_treasury_account,
    kpp_is_valid,
    ogrn_is_valid,
)

Check = Callable[[str], bool]

ACCOUNTS = [
    ("40602810700000000025", "049805746"),
    ("40702810800001400002", "044525700"),
    ("40702810000000011692", "044525823"),
    ("40702810455000024248", "044030653"),
]
CORRESPONDENT = ("30101810800000000746", "049805000")  # the example of Банк России № 515


def completed(body: str, count: int, is_valid: Check) -> str:
    """`body` with the only `count` check digits that fit."""
    found = [number for i in range(10**count) if is_valid(number := f"{body}{i:0{count}d}")]
    assert len(found) == 1
    return found[0]


def changed(number: str, place: int, shift: int) -> str:
    """`number` with the digit at `place` moved on by `shift`, 1 … 9."""
    digit = (int(number[place]) + shift) % 10
    return f"{number[:place]}{digit}{number[place + 1 :]}"


def bodies(length: int) -> st.SearchStrategy[str]:
    return st.integers(1, 10**length - 1).map(lambda number: f"{number:0{length}d}")


SHIFTS = st.integers(1, 9)


@pytest.mark.parametrize(
    "number",
    ["7707083893", "7708503727", "7736207543", "5504036333", "7707017509", "7802895380"],
)
def test_published_inn(number: str) -> None:
    assert inn_is_valid(number)


@pytest.mark.parametrize("number", ["1027700132195", "1037739877295", "1027700229193"])
def test_published_ogrn(number: str) -> None:
    assert ogrn_is_valid(number)


@pytest.mark.parametrize(("account", "bik"), ACCOUNTS)
def test_published_account(account: str, bik: str) -> None:
    assert account_is_valid(account, bik)


def test_published_correspondent_account() -> None:
    assert correspondent_is_valid(*CORRESPONDENT)
    assert not account_is_valid(*CORRESPONDENT)


@pytest.mark.parametrize(
    "number",
    ["", "0" * 10, "0" * 12, "770708389", "77070838930", "770708389З", "٧٧٠٧٠٨٣٨٩٣", " 7707083893"],
)
def test_refused_inn(number: str) -> None:
    assert not inn_is_valid(number)


@pytest.mark.parametrize("number", ["", "0" * 13, "0" * 15, "102770013219", "10277001321950"])
def test_refused_ogrn(number: str) -> None:
    assert not ogrn_is_valid(number)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("770701001", True),
        ("7707AZ001", True),
        ("7707az001", False),
        ("7707АВ001", False),  # Cyrillic
        ("77070100", False),
        ("770701001\n", False),
        ("", False),
    ],
)
def test_kpp(text: str, valid: bool) -> None:
    assert kpp_is_valid(text) is valid


@pytest.mark.parametrize(
    ("text", "valid"),
    [("044525225", True), ("04452522", False), ("04452522О", False), ("000000000", False)],
)
def test_bik(text: str, valid: bool) -> None:
    assert bik_is_valid(text) is valid


@pytest.mark.parametrize(
    ("account", "valid"),
    [
        ("03224643780000007100", True),
        ("40102810545370000003", True),
        ("40702810800001400002", False),
        ("", False),
    ],
)
def test_treasury_accounts_are_known_by_their_beginning(account: str, valid: bool) -> None:
    assert is_treasury_account(account) is valid


@pytest.mark.parametrize("check", [account_is_valid, correspondent_is_valid])
def test_treasury_accounts_have_no_key_but_a_length(check: Callable[[str, str], bool]) -> None:
    assert check("03224643780000007100", "017888102")
    assert check("03224643780000007101", "017888102")
    assert not check("0322464378000000710", "017888102")


@pytest.mark.parametrize("bik", ["", "04980574", "04980574X"])
@pytest.mark.parametrize("check", [account_is_valid, correspondent_is_valid])
def test_an_account_needs_a_bik(check: Callable[[str, str], bool], bik: str) -> None:
    assert not check("40602810700000000025", bik)


@given(bodies(9), st.integers(0, 9), SHIFTS)
def test_one_wrong_digit_of_a_company_inn(body: str, place: int, shift: int) -> None:
    number = completed(body, 1, inn_is_valid)
    if place == 9 or number[9] != "0":
        assert not inn_is_valid(changed(number, place, shift))


@given(bodies(10), st.integers(0, 11), SHIFTS)
def test_one_wrong_digit_of_a_person_inn(body: str, place: int, shift: int) -> None:
    """Always found: no digit has weights that could turn both remainders at once."""
    number = completed(body, 2, inn_is_valid)
    assert not inn_is_valid(changed(number, place, shift))


@given(bodies(12), st.integers(0, 12), SHIFTS)
def test_one_wrong_digit_of_an_ogrn(body: str, place: int, shift: int) -> None:
    number = completed(body, 1, ogrn_is_valid)
    if place == 12 or number[12] != "0":
        assert not ogrn_is_valid(changed(number, place, shift))


@given(bodies(14), st.integers(0, 14), SHIFTS)
def test_one_wrong_digit_of_an_ogrnip(body: str, place: int, shift: int) -> None:
    number = completed(body, 1, ogrn_is_valid)
    if place == 14 or number[14] not in "012":
        assert not ogrn_is_valid(changed(number, place, shift))


@pytest.mark.parametrize(
    ("number", "other", "is_valid"),
    [
        ("0000000040", "0000000240", inn_is_valid),
        ("0000000000100", "0000000000110", ogrn_is_valid),
        ("000000000000100", "000000000000130", ogrn_is_valid),
        ("000000000000011", "000000000000111", ogrn_is_valid),
        ("000000000000022", "000000000000122", ogrn_is_valid),
        (
            "40602810700000000025",
            "40102810700000000025",
            lambda x: account_is_valid(x, "049805746"),
        ),
    ],
)
def test_the_limits_of_the_guarantee_are_real(number: str, other: str, is_valid: Check) -> None:
    """A check digit that stands for two remainders, or an account that turns the Treasury's."""
    assert is_valid(number)
    assert is_valid(other)


@given(st.sampled_from(ACCOUNTS), st.integers(0, 22), SHIFTS)
def test_one_wrong_digit_of_an_account_or_of_its_bank(
    known: tuple[str, str], place: int, shift: int
) -> None:
    account, bik = known
    number = changed(bik[6:] + account, place, shift)
    assert account_is_valid(number[3:], bik[:6] + number[:3]) is is_treasury_account(number[3:])


@given(st.integers(0, 21), SHIFTS)
def test_one_wrong_digit_of_a_correspondent_account_or_of_its_bank(place: int, shift: int) -> None:
    account, bik = CORRESPONDENT
    number = changed(bik[4:6] + account, place, shift)
    assert not correspondent_is_valid(number[2:], bik[:4] + number[:2] + bik[6:])


@given(st.one_of(bodies(10), bodies(12), bodies(9).map(lambda x: completed(x, 1, inn_is_valid))))
def test_inn_agrees_with_stdnum(number: str) -> None:
    assert inn_is_valid(number) is stdnum_inn.is_valid(number)


@given(st.one_of(bodies(13), bodies(12).map(lambda x: completed(x, 1, ogrn_is_valid))))
def test_ogrn_agrees_with_stdnum(number: str) -> None:
    assert ogrn_is_valid(number) is (stdnum_ogrn.is_valid(number) or ogrn_from_zero(number))


@given(st.integers(10**13 * 3, 10**13 * 4 - 1).map(str))
def test_ogrnip_agrees_with_stdnum_where_stdnum_is_right(body: str) -> None:
    """Here stdnum leaves out the last `mod 10`, so it refuses what has a remainder over 9."""
    number = completed(body, 1, ogrn_is_valid)
    assert stdnum_ogrn.is_valid(number) is (int(body) % 13 <= 9)


def ogrn_from_zero(number: str) -> bool:
    """What only stdnum refuses: a leading 0, while the specification asks for the check digit."""
    return number[0] == "0" and stdnum_ogrn.calc_check_digit(number) == number[-1]
