"""The returns of regulation 13(1) to (4): when each is due, when none is, and what it says."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.roll_returns import (
    ReturnEntry,
    ReturnParent,
    deletion_return_due,
    deletion_return_lines,
    new_pupil_return_due,
    new_pupil_return_lines,
)
from tests.domain.test_removal import CALENDAR


@pytest.mark.parametrize(
    ("entered_on", "is_most_junior", "due"),
    [
        # Monday: the fifth day after is Saturday. Every day counts.
        (date(2026, 11, 23), False, date(2026, 11, 28)),
        (date(2026, 12, 28), False, date(2027, 1, 2)),
        # The first school day of the year, in the most junior class and in another.
        (date(2026, 9, 1), True, None),
        (date(2026, 9, 1), False, date(2026, 9, 6)),
        # The second school day is not the first.
        (date(2026, 9, 2), True, date(2026, 9, 7)),
        # Outside every year there is no first day.
        (date(2030, 9, 2), True, date(2030, 9, 7)),
    ],
)
def test_a_new_pupil_return_is_due_by_the_end_of_the_fifth_day_after(
    entered_on: date, is_most_junior: bool, due: date | None
) -> None:
    found = new_pupil_return_due(entered_on, CALENDAR, is_most_junior=is_most_junior)
    assert found.answer == due
    assert ("No return" in found.because) == (due is None)


def test_a_return_is_due_after_all_where_the_authority_asks() -> None:
    asked = new_pupil_return_due(date(2026, 9, 1), CALENDAR, is_most_junior=True, authority_asked=True)
    assert asked.answer == date(2026, 9, 6)
    end = date(2027, 7, 21)
    assert deletion_return_due(end, CALENDAR, is_standard_leaver=True, authority_asked=True).answer == end


@pytest.mark.parametrize(
    ("last_day", "is_standard_leaver", "is_due"),
    [
        (date(2027, 7, 21), True, False),
        (date(2027, 6, 25), True, False),
        (date(2027, 7, 21), False, True),
        # In May of the final year nobody is a standard leaver, nor in March.
        (date(2027, 5, 14), True, True),
        (date(2027, 3, 26), True, True),
        (date(2026, 11, 20), True, True),
        (date(2031, 7, 1), True, True),
    ],
)
def test_a_deletion_return_is_due_no_later_than_the_deletion(
    last_day: date, is_standard_leaver: bool, is_due: bool
) -> None:
    found = deletion_return_due(last_day, CALENDAR, is_standard_leaver=is_standard_leaver)
    assert found.answer == (last_day if is_due else None)


def test_a_calendar_without_terms_excuses_nobody() -> None:
    bare = SchoolCalendar(years=(), closed=(), bank_holidays={}, day_times=())
    assert deletion_return_due(date(2027, 7, 21), bare, is_standard_leaver=True).answer is not None


@given(st.dates(date(2026, 9, 1), date(2027, 8, 31)))
def test_whatever_the_day_a_return_is_due_in_five_days_or_none_is(entered_on: date) -> None:
    for is_most_junior in (True, False):
        due = new_pupil_return_due(entered_on, CALENDAR, is_most_junior=is_most_junior).answer
        assert due in (entered_on + timedelta(days=5), None)


MOTHER = ReturnParent("Amina Khan", "Mother", "1 High Street", ("01632 960001",), True, True, True)
FATHER = ReturnParent("Ali Khan", "Father", "2 Low Street", (), False, True, True)
AUNT = ReturnParent("Jo Khan", "Aunt", "", ("01632 960002",), False, False, False)


def entry(**changed: object) -> ReturnEntry:
    given: dict[str, object] = {
        "full_name": "Sara Khan",
        "address": "1 High Street",
        "parents": (MOTHER, FATHER, AUNT),
        "particulars": (("Sex", "Female"), ("UPN", "")),
        "ground": "A: Registered at another school",
        "last_day": "20 November 2026",
    }
    return ReturnEntry(**(given | changed))  # type: ignore[arg-type]


def test_a_deletion_return_names_the_parents_at_home_with_a_number() -> None:
    lines = deletion_return_lines(entry(destination="Moor Lane School, from 23 November 2026"))
    said = {line.words: line.value for line in lines}
    assert said["Full name"] == "Sara Khan"
    assert said["Parent the pupil normally lives with"].startswith(
        "Amina Khan (Mother); 1 High Street; 01632"
    )
    assert said["Future address"] == "None notified"
    assert said["Next school or education"] == "Moor Lane School, from 23 November 2026"
    assert said["Ground of removal"] == "A: Registered at another school"
    assert "Ali" not in str(lines)
    assert not [line for line in lines if line.is_missing]


def test_what_a_return_lacks_is_marked() -> None:
    lines = deletion_return_lines(entry(address="", ground="", parents=(FATHER,)))
    assert {line.words for line in lines if line.is_missing} == {
        "Address",
        "Ground of removal",
        "Parent the pupil normally lives with",
    }
    no_number = ReturnParent("Amina Khan", "Mother", "1 High Street", ("01632 960001",), True, True, False)
    (parent,) = [line for line in deletion_return_lines(entry(parents=(no_number,))) if "Amina" in line.value]
    assert parent.is_missing
    assert "no emergency number recorded" in parent.value


def test_a_new_pupil_return_says_everything_the_admission_register_has() -> None:
    lines = new_pupil_return_lines(entry())
    said = [(line.words, line.is_missing) for line in lines]
    assert ("Sex", False) in said
    assert ("UPN", True) in said
    assert [words for words, _ in said].count("Parent") == 2
    other = next(line for line in lines if line.words == "Other contact")
    assert other.value == "Jo Khan (Aunt); no address recorded; no emergency number recorded"
    assert "the pupil normally lives with them" in next(
        line.value for line in lines if line.words == "Parent"
    )
