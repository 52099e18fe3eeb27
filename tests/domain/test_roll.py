"""UPNs (interchange.md 1), ages, year groups and compulsory school age, worked out by hand."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.law import Confirmation
from rollbook.domain.roll import age_on, is_compulsory_school_age, upn_problem, year_group, year_group_words
from tests.strategies import births, days

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


@pytest.mark.parametrize("upn", ["R674123101121", "A802200106001"])
def test_sound_upns(upn: str) -> None:
    assert upn_problem(upn) is None


@pytest.mark.parametrize(
    ("upn", "problem"),
    [
        # 1*2 + 2*3 + ... + 9*10 = 330; with 13 for the last 1 it is 343 = 14*23 + 21, letter Y; with 26, letter M.
        ("A123456789001", "it is A and should be Y"),
        ("A123456789002", "it is A and should be M"),
        ("", "has 13 characters; this one has 0"),
        ("R67412310112", "has 13 characters; this one has 12"),
        ("R674123101121 ", "has 13 characters; this one has 14"),
        ("r674123101121", "written in capitals"),
        ("I674123101121", "begins with a letter other than I, O and S; this one begins with 'I'"),
        ("1674123101121", "this one begins with '1'"),
        ("R67412310112O", "this one ends with 'O'"),
        ("R67412310112-", "this one ends with '-'"),
        ("R6741231O1121", "Characters 2 to 12 of a UPN are digits"),
        ("R67412310²121", "Characters 2 to 12 of a UPN are digits"),
        ("R67412310112²", "this one ends with '²'"),
    ],
)
def test_unsound_upns(upn: str, problem: str) -> None:
    found = upn_problem(upn)
    assert found is not None
    assert problem in found
    assert found.endswith(".")


def check_letter(rest: str) -> str:
    """The same sum the other way about: weights 13 down to 2 from the last character."""
    total = sum(
        (13 - place) * (int(sign) if sign.isdigit() else LETTERS.index(sign))
        for place, sign in enumerate(reversed(rest))
    )
    return LETTERS[total % 23]


def test_a_temporary_upn_ends_with_a_letter() -> None:
    # A8022001060 and 0 then Z (22): the sum of A802200106001 is 8*2+0*3+2*4+2*5+0+0+1*8+0+6*10+0+0+1*13 = 115 = 5*23.
    # With Z for the last 1 it is 115 - 13 + 22*13 = 388 = 16*23 + 20, and letter 20 is X.
    assert upn_problem("X80220010600Z") is None
    assert upn_problem("A80220010600Z") is not None


@given(st.from_regex(r"\A[0-9]{11}[0-9A-HJ-NP-RT-Z]\Z"))
def test_upns_with_the_right_letter_are_sound(rest: str) -> None:
    assert upn_problem(check_letter(rest) + rest) is None


@given(st.from_regex(r"\A[0-9]{12}\Z"), st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(rest: str, place: int, change: int) -> None:
    wrong = rest[:place] + str((int(rest[place]) + change) % 10) + rest[place + 1 :]
    assert upn_problem(check_letter(rest) + wrong) is not None


@given(st.from_regex(r"\A[0-9]{12}\Z"), st.integers(0, 10))
def test_two_digits_changed_about_are_always_noticed(rest: str, place: int) -> None:
    swapped = rest[:place] + rest[place + 1] + rest[place] + rest[place + 2 :]
    assert (upn_problem(check_letter(rest) + swapped) is None) is (rest == swapped)


@pytest.mark.parametrize(
    ("born_on", "on", "age"),
    [
        (date(2014, 11, 2), date(2026, 11, 1), 11),
        (date(2014, 11, 2), date(2026, 11, 2), 12),
        (date(2012, 2, 29), date(2027, 2, 28), 14),
        (date(2012, 2, 29), date(2027, 3, 1), 15),
        (date(2012, 2, 29), date(2028, 2, 29), 16),
    ],
)
def test_age(born_on: date, on: date, age: int) -> None:
    assert age_on(born_on, on) == age


@pytest.mark.parametrize(
    ("born_on", "on", "offset", "group"),
    [
        (date(2015, 8, 31), date(2026, 9, 1), 0, 7),  # 11 on 31 August 2026
        (date(2015, 9, 1), date(2026, 9, 1), 0, 6),  # 10 on 31 August 2026
        (date(2014, 9, 1), date(2027, 8, 31), 0, 7),
        (date(2014, 9, 1), date(2027, 9, 1), 0, 8),
        (date(2022, 8, 31), date(2026, 9, 1), 0, 0),
        (date(2022, 9, 1), date(2026, 9, 1), 0, -1),
        (date(2015, 8, 31), date(2026, 9, 1), -1, 6),
        (date(2015, 8, 31), date(2027, 1, 11), 1, 8),
    ],
)
def test_year_group(born_on: date, on: date, offset: int, group: int) -> None:
    assert year_group(born_on, on, offset) == group
    assert year_group(born_on, on) == group - offset


def test_year_group_in_words() -> None:
    assert [year_group_words(group) for group in (-2, -1, 0, 1, 11)] == [
        "Nursery",
        "Nursery",
        "Reception",
        "Year 1",
        "Year 11",
    ]


@given(births, days)
def test_year_groups_go_up_once_a_year(born_on: date, on: date) -> None:
    year_later = on.replace(year=on.year + 1) if (on.month, on.day) != (2, 29) else on + timedelta(days=365)
    assert year_group(born_on, year_later) == year_group(born_on, on) + 1


@pytest.mark.parametrize(
    ("born_on", "first_day", "last_day"),
    [
        # 5 on 31 August 2015, a prescribed day; 16 on 31 August 2026, so the last Friday of June 2026.
        (date(2010, 8, 31), date(2015, 8, 31), date(2026, 6, 26)),
        # 5 on 1 September 2015; 16 on 1 September 2026, in the school year that ends in 2027.
        (date(2010, 9, 1), date(2015, 12, 31), date(2027, 6, 25)),
        (date(2010, 12, 31), date(2015, 12, 31), date(2027, 6, 25)),
        (date(2011, 1, 1), date(2016, 3, 31), date(2027, 6, 25)),
        (date(2011, 3, 31), date(2016, 3, 31), date(2027, 6, 25)),
        (date(2011, 4, 1), date(2016, 8, 31), date(2027, 6, 25)),
        # 5 on 1 March 2021, for want of a 29 February; 16 on 29 February 2032.
        (date(2016, 2, 29), date(2021, 3, 31), date(2032, 6, 25)),
        # 30 June 2028 is itself a Friday.
        (date(2012, 5, 1), date(2017, 8, 31), date(2028, 6, 30)),
    ],
)
def test_compulsory_school_age(born_on: date, first_day: date, last_day: date) -> None:
    one_day = timedelta(days=1)
    expected = {first_day - one_day: False, first_day: True, last_day: True, last_day + one_day: False}
    assert {day: is_compulsory_school_age(born_on, day).answer for day in expected} == expected


def test_compulsory_school_age_says_why_and_that_it_is_from_memory() -> None:
    finding = is_compulsory_school_age(date(2010, 9, 1), date(2026, 9, 1))
    assert finding.because == (
        "Born on 1 September 2010: of compulsory school age from 31 December 2015 to 25 June 2027."
    )
    assert finding.citation.confirmation is Confirmation.FROM_MEMORY


@given(births)
def test_compulsory_school_age_is_one_stretch_of_about_eleven_years(born_on: date) -> None:
    facts = is_compulsory_school_age(born_on, born_on).facts
    first_day, last_day = facts["first_day"], facts["last_day"]
    assert isinstance(first_day, date)
    assert isinstance(last_day, date)
    assert 5 <= age_on(born_on, first_day) < 6
    assert 15 <= age_on(born_on, last_day) <= 16
    assert last_day.weekday() == 4
    assert (last_day + timedelta(days=7)).month == 7
