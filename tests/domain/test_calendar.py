"""The calendar round half terms, bank holidays, INSET, weekends and the ends of the year."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollbook.domain.calendar import (
    AcademicYearDates,
    ClosedSpan,
    DayKind,
    SchoolCalendar,
    SchoolSession,
    TermDates,
)
from tests.domain.school import (
    AFTERNOON,
    CALENDAR,
    CLOSED,
    FRIDAY_AFTERNOON,
    MORNING,
    MORNING_FROM_JANUARY,
    YEAR,
)
from tests.strategies import calendars, days

K = DayKind
EMPTY = SchoolCalendar((), (), {}, ())
OUTSIDE = "is in none of the academic years set up for this school."


@pytest.mark.parametrize(
    ("on", "kind", "because"),
    [
        (date(2026, 8, 31), K.OUTSIDE_YEAR, f"Monday 31 August 2026 {OUTSIDE}"),
        (date(2026, 9, 1), K.INSET, "Tuesday 1 September 2026 is an INSET day: First INSET day."),
        (date(2026, 9, 2), K.SCHOOL_DAY, "Wednesday 2 September 2026 is a school day: Autumn term."),
        (date(2026, 9, 5), K.WEEKEND, "Saturday 5 September 2026 is at the weekend."),
        (date(2026, 10, 23), K.SCHOOL_DAY, "Friday 23 October 2026 is a school day: Autumn term."),
        (date(2026, 10, 24), K.WEEKEND, "Saturday 24 October 2026 is at the weekend."),
        (date(2026, 10, 26), K.HALF_TERM, "Monday 26 October 2026 is in the half-term holiday: October half term."),
        (date(2026, 10, 30), K.HALF_TERM, "Friday 30 October 2026 is in the half-term holiday: October half term."),
        (date(2026, 11, 2), K.SCHOOL_DAY, "Monday 2 November 2026 is a school day: Autumn term."),
        (date(2026, 11, 12), K.PLANNED_CLOSURE, "Thursday 12 November 2026 is a planned closure: Polling station."),
        (date(2026, 12, 18), K.SCHOOL_DAY, "Friday 18 December 2026 is a school day: Autumn term."),
        (date(2026, 12, 22), K.HOLIDAY, "Tuesday 22 December 2026 is in a holiday: Christmas."),
        (date(2026, 12, 25), K.BANK_HOLIDAY, "Friday 25 December 2026 is a bank holiday: Christmas Day."),
        (date(2026, 12, 26), K.WEEKEND, "Saturday 26 December 2026 is at the weekend."),
        (date(2027, 3, 25), K.SCHOOL_DAY, "Thursday 25 March 2027 is a school day: Spring term."),
        (date(2027, 3, 26), K.BANK_HOLIDAY, "Friday 26 March 2027 is a bank holiday: Good Friday."),
        (date(2027, 3, 30), K.HOLIDAY, "Tuesday 30 March 2027 is outside the school's terms."),
        (date(2027, 5, 3), K.SCHOOL_DAY, "Monday 3 May 2027 is a school day: Open for examinations."),
        (date(2027, 5, 31), K.BANK_HOLIDAY, "Monday 31 May 2027 is a bank holiday: Spring bank holiday."),
        (date(2027, 6, 1), K.HALF_TERM, "Tuesday 1 June 2027 is in the half-term holiday: May half term."),
        (date(2027, 7, 21), K.SCHOOL_DAY, "Wednesday 21 July 2027 is a school day: Summer term."),
        (date(2027, 7, 22), K.HOLIDAY, "Thursday 22 July 2027 is outside the school's terms."),
        (date(2027, 8, 31), K.HOLIDAY, "Tuesday 31 August 2027 is outside the school's terms."),
        (date(2027, 9, 1), K.OUTSIDE_YEAR, f"Wednesday 1 September 2027 {OUTSIDE}"),
    ],
)  # fmt: skip
def test_kind_of_day_and_why(on: date, kind: DayKind, because: str) -> None:
    finding = CALENDAR.day(on)
    assert (finding.answer, finding.because) == (kind, because)
    assert CALENDAR.is_school_day(on) is (kind is K.SCHOOL_DAY)


@pytest.mark.parametrize(
    ("sunday", "friday_before", "monday_after", "days_from_to"),
    [
        (date(2026, 10, 25), K.SCHOOL_DAY, K.HALF_TERM, 1),
        (date(2027, 3, 28), K.BANK_HOLIDAY, K.BANK_HOLIDAY, 0),
    ],
)
def test_the_days_on_which_the_clocks_change(
    sunday: date, friday_before: DayKind, monday_after: DayKind, days_from_to: int
) -> None:
    """Days are counted as dates, so one of 23 or 25 hours is neither lost nor counted twice."""
    friday, monday = sunday - timedelta(days=2), sunday + timedelta(days=1)
    assert CALENDAR.day(sunday).answer is K.WEEKEND
    assert (CALENDAR.day(friday).answer, CALENDAR.day(monday).answer) == (friday_before, monday_after)
    assert len(CALENDAR.school_days(friday, monday)) == days_from_to


def test_a_bank_holiday_of_the_school_s_own() -> None:
    jubilee = ClosedSpan(K.BANK_HOLIDAY, "Jubilee", date(2026, 9, 14), date(2026, 9, 14))
    calendar = replace(CALENDAR, closed=(*CLOSED, jubilee))
    assert calendar.day(date(2026, 9, 14)).because == "Monday 14 September 2026 is a bank holiday: Jubilee."


def test_an_entry_without_a_name() -> None:
    calendar = replace(CALENDAR, closed=(ClosedSpan(K.INSET, "", date(2026, 9, 14), date(2026, 9, 14)),))
    assert calendar.day(date(2026, 9, 14)).because == "Monday 14 September 2026 is an INSET day."


@pytest.mark.policy("P-4.1-14", "P-4.1-16", "P-4.1-17", "P-4.1-18")
def test_times_by_weekday() -> None:
    thursday, friday = date(2026, 9, 3), date(2026, 9, 4)
    assert CALENDAR.times(thursday, SchoolSession.AM) == MORNING
    assert CALENDAR.times(thursday, SchoolSession.PM) == AFTERNOON
    assert CALENDAR.times(friday, SchoolSession.AM) == MORNING
    assert CALENDAR.times(friday, SchoolSession.PM) == FRIDAY_AFTERNOON


def test_a_change_in_january_leaves_the_autumn_as_it_was() -> None:
    assert CALENDAR.times(date(2026, 12, 14), SchoolSession.AM) == MORNING
    assert CALENDAR.times(date(2027, 1, 4), SchoolSession.AM) == MORNING_FROM_JANUARY
    assert CALENDAR.times(date(2027, 1, 5), SchoolSession.AM) == MORNING  # only Mondays changed
    backwards = replace(CALENDAR, day_times=CALENDAR.day_times[::-1])
    assert backwards.times(date(2026, 12, 14), SchoolSession.AM) == MORNING
    assert backwards.times(date(2027, 1, 4), SchoolSession.AM) == MORNING_FROM_JANUARY


def test_no_times_where_the_school_does_not_meet_or_has_set_none() -> None:
    assert CALENDAR.times(date(2026, 10, 26), SchoolSession.AM) is None
    assert CALENDAR.times(date(2026, 10, 24), SchoolSession.AM) is None
    assert replace(CALENDAR, day_times=()).times(date(2026, 9, 2), SchoolSession.AM) is None


def test_the_deadline_for_n_goes_by_school_days_across_half_term() -> None:
    """domain.md 8.2: N on Thursday 22 October 2026; the fifth school day is Thursday 5 November."""
    on = date(2026, 10, 22)
    assert CALENDAR.school_days(on + timedelta(days=1), date(2026, 11, 5)) == [
        date(2026, 10, 23),
        date(2026, 11, 2),
        date(2026, 11, 3),
        date(2026, 11, 4),
        date(2026, 11, 5),
    ]
    assert CALENDAR.school_day_after(on, 5) == date(2026, 11, 5)


def test_school_days_around_a_day() -> None:
    monday_after = date(2026, 11, 2)
    assert CALENDAR.previous_school_days(monday_after, 5) == [date(2026, 10, day) for day in range(19, 24)]
    assert CALENDAR.previous_school_days(date(2026, 9, 4), 5) == [date(2026, 9, 2), date(2026, 9, 3)]
    assert CALENDAR.previous_school_days(monday_after, 0) == []
    assert CALENDAR.next_school_day(date(2026, 10, 23)) == monday_after
    assert CALENDAR.next_school_day(date(2026, 8, 1)) == date(2026, 9, 2)
    assert CALENDAR.last_school_day(date(2026, 11, 1)) == date(2026, 10, 23)
    assert CALENDAR.last_school_day(date(2026, 10, 23)) == date(2026, 10, 23)
    assert CALENDAR.last_school_day(date(2028, 1, 1)) == date(2027, 7, 21)


def test_the_calendar_ends() -> None:
    assert CALENDAR.next_school_day(date(2027, 7, 21)) is None
    assert CALENDAR.school_day_after(date(2027, 7, 20), 2) is None
    assert CALENDAR.last_school_day(date(2026, 9, 1)) is None
    assert CALENDAR.school_days(date(2026, 9, 3), date(2026, 9, 2)) == []


def test_from_one_year_into_the_next() -> None:
    next_year = AcademicYearDates(
        "2027/28",
        date(2027, 9, 1),
        date(2028, 8, 31),
        (TermDates("Autumn term", date(2027, 9, 2), date(2027, 12, 17)),),
    )
    calendar = replace(CALENDAR, years=(next_year, YEAR))
    assert calendar.next_school_day(date(2027, 7, 21)) == date(2027, 9, 2)
    assert calendar.previous_school_days(date(2027, 9, 3), 2) == [date(2027, 7, 21), date(2027, 9, 2)]


def test_where_one_year_touches_the_next_no_day_is_counted_twice() -> None:
    """Thursday 30 August 2029 ends one year and Friday 31 August begins the next; both are school days."""
    ending = AcademicYearDates(
        "2028/29",
        date(2028, 9, 1),
        date(2029, 8, 30),
        (TermDates("Summer term", date(2029, 8, 30), date(2029, 8, 30)),),
    )
    beginning = AcademicYearDates(
        "2029/30",
        date(2029, 8, 31),
        date(2030, 8, 31),
        (TermDates("Autumn term", date(2029, 8, 31), date(2029, 9, 4)),),
    )
    calendar = SchoolCalendar((ending, beginning), (), {}, ())
    meets = [date(2029, 8, 30), date(2029, 8, 31), date(2029, 9, 3), date(2029, 9, 4)]
    assert [calendar.school_day_after(date(2029, 8, 29), n) for n in (1, 2, 3, 4)] == meets
    assert calendar.previous_school_days(date(2029, 9, 5), 5) == meets


def test_counting_begins_at_one() -> None:
    with pytest.raises(ValueError, match="n is 1 or more"):
        CALENDAR.school_day_after(date(2026, 9, 2), 0)


def test_a_calendar_without_years() -> None:
    assert EMPTY.year_of(date(2026, 9, 2)) is None
    assert EMPTY.next_school_day(date(2026, 9, 2)) is None
    assert EMPTY.last_school_day(date(2026, 9, 2)) is None


def test_year_of() -> None:
    assert CALENDAR.year_of(date(2026, 9, 1)) is YEAR
    assert CALENDAR.year_of(date(2027, 8, 31)) is YEAR
    assert CALENDAR.year_of(date(2027, 9, 1)) is None


def test_half_terms() -> None:
    assert CALENDAR.half_terms(YEAR) == (
        TermDates("Autumn term, first half", date(2026, 9, 2), date(2026, 10, 23)),
        TermDates("Autumn term, second half", date(2026, 11, 2), date(2026, 12, 18)),
        TermDates("Spring term, first half", date(2027, 1, 4), date(2027, 2, 12)),
        TermDates("Spring term, second half", date(2027, 2, 22), date(2027, 3, 25)),
        TermDates("Summer term, first half", date(2027, 4, 12), date(2027, 5, 28)),
        TermDates("Summer term, second half", date(2027, 6, 7), date(2027, 7, 21)),
    )


def test_terms_cut_once_never_and_twice() -> None:
    uncut = replace(CALENDAR, closed=())
    assert [half.name for half in uncut.half_terms(YEAR)] == ["Autumn term", "Spring term", "Summer term"]
    second_break = ClosedSpan(K.HALF_TERM, "Study week", date(2026, 11, 16), date(2026, 11, 20))
    twice = replace(CALENDAR, closed=(second_break, *CLOSED)).half_terms(YEAR)[:3]
    assert [half.name for half in twice] == [f"Autumn term, part {number}" for number in (1, 2, 3)]
    assert twice[1] == TermDates("Autumn term, part 2", date(2026, 11, 2), date(2026, 11, 13))


def test_a_half_without_a_school_day_is_none() -> None:
    at_the_end = ClosedSpan(K.HALF_TERM, "Early break", date(2026, 12, 14), date(2026, 12, 18))
    halves = replace(CALENDAR, closed=(at_the_end,)).half_terms(YEAR)
    assert halves[0] == TermDates("Autumn term", date(2026, 9, 1), date(2026, 12, 11))


@given(calendars(), days)
def test_every_day_is_of_one_kind_and_says_why(calendar: SchoolCalendar, day: date) -> None:
    finding = calendar.day(day)
    assert finding.answer in DayKind
    assert finding.because.endswith(".")
    assert calendar.is_school_day(day) is (finding.answer is K.SCHOOL_DAY)
    for session in SchoolSession:
        assert calendar.is_school_day(day) or calendar.times(day, session) is None


@settings(max_examples=40)
@given(calendars(), st.randoms(use_true_random=False))
def test_the_order_of_closures_decides_nothing(calendar: SchoolCalendar, chance: random.Random) -> None:
    shuffled = replace(calendar, closed=tuple(chance.sample(calendar.closed, len(calendar.closed))))
    year = calendar.years[0]
    every_day = [year.first_day + timedelta(days=number) for number in range(-8, 374)]
    assert [calendar.day(day).answer for day in every_day] == [shuffled.day(day).answer for day in every_day]


@settings(max_examples=40)
@given(calendars(), st.integers(-10, 375), st.integers(1, 8))
def test_looking_back_and_forth_agree_with_the_list_of_school_days(
    calendar: SchoolCalendar, offset: int, n: int
) -> None:
    year = calendar.years[0]
    on = year.first_day + timedelta(days=offset)
    all_days = calendar.school_days(year.first_day, year.last_day)
    before = [day for day in all_days if day < on]
    after = [day for day in all_days if day > on]
    assert calendar.previous_school_days(on, n) == before[-n:]
    assert calendar.school_day_after(on, n) == (after[n - 1] if len(after) >= n else None)
    assert calendar.next_school_day(on) == (after[0] if after else None)
    assert calendar.last_school_day(on) == max((day for day in all_days if day <= on), default=None)


@settings(max_examples=40)
@given(calendars())
def test_half_terms_hold_every_school_day_of_the_terms(calendar: SchoolCalendar) -> None:
    """But those on which an entry opens the school inside a half-term holiday."""
    year = calendar.years[0]
    halves = calendar.half_terms(year)
    held = [day for half in halves for day in calendar.school_days(half.first_day, half.last_day)]
    in_terms = [day for term in year.terms for day in calendar.school_days(term.first_day, term.last_day)]
    in_breaks = {
        day
        for day in in_terms
        if any(
            span.kind is K.HALF_TERM and span.first_day <= day <= span.last_day for span in calendar.closed
        )
    }
    assert [day for day in in_terms if day not in in_breaks] == [day for day in held if day not in in_breaks]
    assert all(half.first_day <= half.last_day for half in halves)
