"""What Hypothesis may draw: codes, marks, times, calendars and pupils, in the shapes that a school could have."""

from datetime import date, datetime, time, timedelta
from functools import partial

from hypothesis import strategies as st

from rollbook.domain.calendar import (
    AcademicYearDates,
    ClosedSpan,
    DayKind,
    DayTimes,
    SchoolCalendar,
    TermDates,
)
from rollbook.domain.codes import CODES, Setter
from rollbook.domain.marks import RegisterTimes, SchoolSession
from rollbook.domain.pupil_facts import PartTime, Planned, PupilFacts, Suspension

_MIDNIGHT = datetime(2026, 9, 1)

codes = st.sampled_from(CODES)
symbols = st.sampled_from(sorted(code.symbol for code in CODES))
marks = st.none() | symbols
school_sessions = st.sampled_from(list(SchoolSession))
setter_sets = st.frozensets(st.sampled_from(list(Setter)))
times_of_day = st.times()
days = st.dates(date(2020, 1, 1), date(2032, 12, 31))
births = st.dates(date(2000, 1, 1), date(2024, 12, 31))


@st.composite
def register_times(draw: st.DrawFn) -> RegisterTimes:
    """Times that follow one another: open for 2 to 30 minutes, the session up to four hours."""
    opens = draw(st.integers(7 * 60, 14 * 60))
    open_minutes = draw(st.integers(2, 30))
    rest = draw(st.integers(1, 240))
    return RegisterTimes(_at(opens), _at(opens + open_minutes), _at(opens + open_minutes + rest))


@st.composite
def calendars(draw: st.DrawFn) -> SchoolCalendar:
    """One academic year with some terms, closures of every kind anywhere, and times for some weekdays."""
    year = _year(draw)
    closed = draw(st.lists(_closed_spans(year), max_size=8))
    holidays = draw(st.sets(_days_within(year), max_size=6))
    rows = draw(st.lists(_day_times(year), max_size=8))
    return SchoolCalendar(
        (year,), tuple(closed), dict.fromkeys(sorted(holidays), "Bank holiday"), tuple(rows)
    )


@st.composite
def planned_marks(draw: st.DrawFn) -> Planned:
    """What one record says of a pupil: any code, up to three weeks of a term, any weekdays and sessions."""
    first_day = draw(st.dates(date(2026, 9, 1), date(2026, 12, 18)))
    return Planned(
        code=draw(st.sampled_from(["C2", "E", "D", "K", "V", "B", "X", "M", "I", "Y4", "G"])),
        first_day=first_day,
        last_day=first_day + timedelta(days=draw(st.integers(0, 20))),
        nature=draw(st.sampled_from(["", "Zoo"])),
        sessions=draw(st.sampled_from(["both", "AM", "PM"])),
        weekdays=draw(st.integers(1, 127)),
        provider=draw(st.sampled_from(["", "Ashdown School"])),
        supervisor=draw(st.sampled_from(["", "Mr Asare"])),
        is_provision=draw(st.booleans()),
    )


pupil_facts = partial(
    st.builds,
    PupilFacts,
    is_compulsory_age=st.none() | st.booleans(),
    other_school=st.sampled_from(["", "Ashdown School"]),
    is_due_elsewhere=st.booleans(),
    part_time=st.none() | st.builds(PartTime, days, st.booleans()),
    suspension=st.none() | st.builds(Suspension, days, st.integers(1, 20)),
    known=st.lists(planned_marks(), max_size=4).map(tuple),
    is_site_closed=st.booleans(),
)
"""Anything that could be known of a pupil, together or not."""


def _at(minutes: int) -> time:
    return (_MIDNIGHT + timedelta(minutes=minutes)).time()


def _days_within(year: AcademicYearDates) -> st.SearchStrategy[date]:
    return st.dates(year.first_day - timedelta(days=7), year.last_day + timedelta(days=7))


def _year(draw: st.DrawFn) -> AcademicYearDates:
    first_day = date(draw(st.integers(2024, 2028)), 9, 1)
    last_day = date(first_day.year + 1, 8, 31)
    edges = sorted(draw(st.sets(st.integers(0, 364), max_size=6)))
    starts_and_ends = zip(edges[::2], edges[1::2], strict=False)
    terms = tuple(
        TermDates(f"Term {number}", first_day + timedelta(days=start), first_day + timedelta(days=end))
        for number, (start, end) in enumerate(starts_and_ends, start=1)
    )
    return AcademicYearDates(f"{first_day.year}/{last_day.year % 100}", first_day, last_day, terms)


@st.composite
def _closed_spans(draw: st.DrawFn, year: AcademicYearDates) -> ClosedSpan:
    first_day = draw(_days_within(year))
    kinds = [kind for kind in DayKind if kind not in (DayKind.WEEKEND, DayKind.OUTSIDE_YEAR)]
    kind = draw(st.sampled_from(kinds))
    return ClosedSpan(kind, kind.words, first_day, first_day + timedelta(days=draw(st.integers(0, 20))))


@st.composite
def _day_times(draw: st.DrawFn, year: AcademicYearDates) -> DayTimes:
    return DayTimes(
        draw(st.integers(0, 4)), draw(_days_within(year)), draw(register_times()), draw(register_times())
    )
