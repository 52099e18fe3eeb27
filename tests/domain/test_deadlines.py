"""By when the reason of an absence must be settled: over weekends, half term and bank holidays."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.calendar import AcademicYearDates, ClosedSpan, DayKind, SchoolCalendar, TermDates
from rollbook.domain.deadlines import policy_reason_due, reason_due

YEAR = AcademicYearDates(
    "2026-27",
    date(2026, 9, 1),
    date(2027, 8, 31),
    (
        TermDates("Autumn", date(2026, 9, 3), date(2026, 12, 18)),
        TermDates("Spring", date(2027, 1, 4), date(2027, 3, 25)),
    ),
)
CALENDAR = SchoolCalendar(
    years=(YEAR,),
    closed=(ClosedSpan(DayKind.HALF_TERM, "Half term", date(2026, 10, 26), date(2026, 10, 30)),),
    bank_holidays={date(2026, 12, 25): "Christmas Day", date(2026, 12, 28): "Boxing Day (in lieu)"},
    day_times=(),
)


@pytest.mark.parametrize(
    ("on", "due"),
    [
        (date(2026, 10, 22), date(2026, 11, 5)),  # 23 October, 2, 3, 4 and 5 November: domain.md 8.2
        (date(2026, 9, 14), date(2026, 9, 21)),  # a Monday: the next Monday
        (date(2026, 12, 18), date(2027, 1, 8)),  # the last day of term: the fifth day of the next
    ],
)
def test_the_law_counts_school_days(on: date, due: date) -> None:
    found = reason_due(CALENDAR, on)
    assert found.answer == due
    assert "is the fifth school day after" in found.because


def test_where_the_calendar_ends_there_is_no_day() -> None:
    found = reason_due(CALENDAR, date(2027, 3, 22))
    assert found.answer is None
    assert found.because.startswith("The school calendar ends before")


@pytest.mark.parametrize(
    ("on", "due"),
    [
        (date(2026, 10, 22), date(2026, 10, 29)),  # in the holiday: domain.md 8.2
        (date(2026, 9, 18), date(2026, 9, 25)),
        (date(2026, 12, 21), date(2026, 12, 30)),  # neither 25 nor 28 December is a working day
    ],
)
def test_the_policy_counts_working_days(on: date, due: date) -> None:
    assert policy_reason_due(CALENDAR, on).answer == due


@given(st.dates(date(2026, 9, 3), date(2027, 3, 1)))
def test_the_day_is_a_school_day_after_at_least_five_days(on: date) -> None:
    due = reason_due(CALENDAR, on).answer
    assert due is not None
    assert CALENDAR.is_school_day(due)
    assert (due - on).days >= 5
    assert len([day for day in CALENDAR.school_days(on, due) if day > on]) == 5
