"""By when a reason is to be known, worked by hand over half term, bank holidays and the end of the year."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.calendar import AcademicYearDates, ClosedSpan, DayKind, SchoolCalendar, TermDates
from rollbook.domain.reasons import ReasonDates, Urgency, may_settle_as_unknown, reason_dates

THIS_YEAR = AcademicYearDates(
    "2026-27",
    date(2026, 9, 1),
    date(2027, 8, 31),
    (
        TermDates("Autumn", date(2026, 9, 3), date(2026, 12, 18)),
        TermDates("Spring", date(2027, 1, 4), date(2027, 3, 25)),
        TermDates("Summer", date(2027, 4, 12), date(2027, 7, 21)),
    ),
)
NEXT_YEAR = AcademicYearDates(
    "2027-28",
    date(2027, 9, 1),
    date(2028, 8, 31),
    (TermDates("Autumn", date(2027, 9, 3), date(2027, 12, 17)),),
)
CLOSED = (
    ClosedSpan(DayKind.HALF_TERM, "Half term", date(2026, 10, 26), date(2026, 10, 30)),
    ClosedSpan(DayKind.HALF_TERM, "Half term", date(2027, 5, 31), date(2027, 6, 4)),
)
BANK_HOLIDAYS = {
    date(2026, 12, 25): "Christmas Day",
    date(2026, 12, 28): "Boxing Day (in lieu)",
    date(2027, 1, 1): "New Year’s Day",
    date(2027, 5, 3): "Early May",
    date(2027, 8, 30): "Summer",
}
CALENDAR = SchoolCalendar((THIS_YEAR, NEXT_YEAR), CLOSED, BANK_HOLIDAYS, ())


@pytest.mark.policy("P-4.5-7")
@pytest.mark.parametrize(
    ("on", "due", "policy", "aim"),
    [
        # domain.md 8.2: 23 October, then 2, 3, 4, 5 November; the fifth working day is in half term.
        (date(2026, 10, 22), date(2026, 11, 5), date(2026, 10, 29), date(2026, 10, 23)),
        # An ordinary Monday: the next Monday for both.
        (date(2026, 9, 14), date(2026, 9, 21), date(2026, 9, 21), date(2026, 9, 21)),
        # The Friday before half term: that very day is the last on which anybody could find out.
        (date(2026, 10, 23), date(2026, 11, 6), date(2026, 10, 30), date(2026, 10, 23)),
        # The last day of term: 4 to 8 January; 21, 22, 23, 24 and, after two bank holidays, 29 December.
        (date(2026, 12, 18), date(2027, 1, 8), date(2026, 12, 29), date(2026, 12, 18)),
        # Over the early May bank holiday: 30 April, 4, 5, 6 and 7 May for both.
        (date(2027, 4, 29), date(2027, 5, 7), date(2027, 5, 7), date(2027, 5, 7)),
        # The end of the year: 21 July, then 3, 6, 7 and 8 September.
        (date(2027, 7, 20), date(2027, 9, 8), date(2027, 7, 27), date(2027, 7, 21)),
    ],
)
def test_both_days_and_the_one_to_aim_for(on: date, due: date, policy: date, aim: date) -> None:
    assert reason_dates(CALENDAR, on) == ReasonDates(on, due, policy, aim)


def test_a_school_open_on_a_bank_holiday_counts_it_and_aims_for_the_earlier_day() -> None:
    opened = (*CLOSED, ClosedSpan(DayKind.SCHOOL_DAY, "Open", date(2027, 5, 3), date(2027, 5, 3)))
    dates = reason_dates(SchoolCalendar((THIS_YEAR,), opened, BANK_HOLIDAYS, ()), date(2027, 4, 29))

    assert (dates.due, dates.policy, dates.aim) == (date(2027, 5, 6), date(2027, 5, 7), date(2027, 5, 6))


def test_where_the_calendar_ends_the_policys_day_counts() -> None:
    dates = reason_dates(SchoolCalendar((THIS_YEAR,), (), {}, ()), date(2027, 7, 20))

    assert (dates.due, dates.last_day) == (None, date(2027, 7, 27))
    assert not may_settle_as_unknown(dates, date(2027, 7, 26)).answer
    assert may_settle_as_unknown(dates, date(2027, 7, 27)).answer


def test_a_day_before_every_year_is_its_own_aim() -> None:
    assert reason_dates(CALENDAR, date(2026, 8, 3)).aim == date(2026, 8, 3)


@pytest.mark.parametrize(
    ("today", "urgency", "may"),
    [
        (date(2026, 11, 4), Urgency.SOON, False),
        (date(2026, 11, 5), Urgency.TODAY, True),
        (date(2026, 11, 6), Urgency.OVERDUE, True),
    ],
)
def test_only_on_the_last_day_and_after_it_may_a_reason_be_settled_as_unknown(
    today: date, urgency: Urgency, *, may: bool
) -> None:
    dates = reason_dates(CALENDAR, date(2026, 10, 22))
    found = may_settle_as_unknown(dates, today)

    assert (dates.urgency(today), found.answer) == (urgency, may)
    assert "Thursday 5 November 2026" in found.because


@given(st.dates(date(2026, 9, 3), date(2027, 7, 21)))
def test_the_aim_is_between_the_day_itself_and_the_laws_last_day(on: date) -> None:
    dates = reason_dates(CALENDAR, on)

    assert dates.due is not None
    assert on <= dates.aim <= min(dates.due, dates.policy)
    assert dates.due >= dates.policy - timedelta(days=1)
