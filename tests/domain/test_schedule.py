"""When the background's work is due: by the school's calendar, its register times and its clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.calendar import (
    AcademicYearDates,
    ClosedSpan,
    DayKind,
    DayTimes,
    RegisterTimes,
    SchoolCalendar,
    TermDates,
)
from rollbook.domain.schedule import Slot, due_slot, next_slot, parse_when

LONDON = ZoneInfo("Europe/London")
_MORNING = RegisterTimes(time(9), time(9, 30), time(12, 15))
_AFTERNOON = RegisterTimes(time(12, 45), time(13), time(15, 5))
_LATER = RegisterTimes(time(9), time(9, 40), time(12, 15))


def calendar(*closed: ClosedSpan, bank: dict[date, str] | None = None) -> SchoolCalendar:
    """2026/27: terms 3 September to 18 December and 4 January to 26 March; half term 26 to 30 October."""
    year = AcademicYearDates(
        "2026/27",
        date(2026, 9, 1),
        date(2027, 8, 31),
        (
            TermDates("Autumn", date(2026, 9, 3), date(2026, 12, 18)),
            TermDates("Spring", date(2027, 1, 4), date(2027, 3, 26)),
            TermDates("Summer", date(2027, 4, 12), date(2027, 7, 21)),
        ),
    )
    half_term = ClosedSpan(DayKind.HALF_TERM, "Half term", date(2026, 10, 26), date(2026, 10, 30))
    times = tuple(DayTimes(day, date(2020, 9, 1), _MORNING, _AFTERNOON) for day in range(5))
    return SchoolCalendar((year,), (half_term, *closed), bank or {}, times)


CALENDAR = calendar()


def london(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=LONDON)  # type: ignore[misc,arg-type]


def due(words: str, now: datetime, school: SchoolCalendar = CALENDAR) -> str | None:
    """The name of the slot that is due."""
    slot = due_slot(parse_when(words), school, now)
    return slot.key if slot else None


def coming(words: str, now: datetime, school: SchoolCalendar = CALENDAR) -> datetime | None:
    """When the next one is, by the school's clock."""
    slot = next_slot(parse_when(words), school, now)
    return slot.due_at.astimezone(LONDON) if slot else None


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        (london(2026, 9, 14, 6, 59, 59), None),
        (london(2026, 9, 14, 7), "2026-09-14"),
        # A worker that started late makes up for the morning, until the day is over.
        (london(2026, 9, 14, 23, 59, 59), "2026-09-14"),
        (london(2026, 9, 15, 0), None),
        # Saturday, half term, Christmas, and after the last year of the calendar.
        (london(2026, 9, 19, 12), None),
        (london(2026, 10, 28, 12), None),
        (london(2026, 12, 25, 12), None),
        (london(2027, 9, 6, 12), None),
    ],
)
def test_at_seven_on_school_days(now: datetime, slot: str | None) -> None:
    assert due("at 07:00 on school days", now) == slot


def test_a_week_that_was_missed_is_not_made_up_for_day_by_day() -> None:
    """The worker stood from Tuesday to Friday: on Friday at ten, Friday's is due and no other."""
    assert due("at 07:00 on school days", london(2026, 9, 18, 10)) == "2026-09-18"


def test_every_day_means_holidays_too() -> None:
    assert due("at 02:00 every day", london(2026, 12, 25, 2)) == "2026-12-25"
    assert coming("at 02:00 every day", london(2026, 12, 25, 2)) == london(2026, 12, 26, 2)


def test_when_the_register_closes_by_the_times_of_that_day() -> None:
    when = "when the morning register closes"
    assert due(when, london(2026, 9, 14, 9, 29, 59)) is None
    assert due(when, london(2026, 9, 14, 9, 30)) == "2026-09-14"
    assert due("10 minutes after the morning register closes", london(2026, 9, 14, 9, 39)) is None
    assert due("10 minutes after the morning register closes", london(2026, 9, 14, 9, 40)) == "2026-09-14"
    assert due("when the afternoon register closes", london(2026, 9, 14, 12, 59)) is None
    assert due("when the afternoon register closes", london(2026, 9, 14, 13)) == "2026-09-14"


def test_times_changed_during_the_day_make_no_second_occasion() -> None:
    later = SchoolCalendar(
        CALENDAR.years, (), {}, (*CALENDAR.day_times, DayTimes(0, date(2026, 9, 14), _LATER, _AFTERNOON))
    )
    before = due("when the morning register closes", london(2026, 9, 14, 9, 35))
    after = due("when the morning register closes", london(2026, 9, 14, 9, 45), later)

    assert before == after == "2026-09-14"
    assert coming("when the morning register closes", london(2026, 9, 14, 9, 35), later) == london(
        2026, 9, 14, 9, 40
    )


def test_a_school_without_times_has_no_closing_register() -> None:
    without = SchoolCalendar(CALENDAR.years, (), {}, ())

    assert due("when the morning register closes", london(2026, 9, 14, 12), without) is None
    assert coming("when the morning register closes", london(2026, 9, 14, 12), without) is None


def test_each_monday_of_a_school_week() -> None:
    when = "at 07:00 each Monday of a school week"
    assert due(when, london(2026, 9, 14, 6, 59)) is None
    assert due(when, london(2026, 9, 14, 7)) == "2026-09-14"
    # Made up for until Sunday midnight, and then no more.
    assert due(when, london(2026, 9, 20, 23, 59)) == "2026-09-14"
    assert due(when, london(2026, 9, 21, 0)) is None
    # No school in the half term week.
    assert due(when, london(2026, 10, 28, 12)) is None
    assert coming(when, london(2026, 10, 19, 7)) == london(2026, 11, 2, 7)


def test_a_closed_monday_moves_to_the_weeks_first_school_day() -> None:
    # Early May bank holiday 2027: the week begins on Tuesday.
    may = calendar(bank={date(2027, 5, 3): "Early May bank holiday"})
    when = "at 07:00 each Monday of a school week"

    assert due(when, london(2027, 5, 3, 12), may) is None
    assert due(when, london(2027, 5, 4, 7), may) == "2027-05-04"
    assert due(when, london(2027, 5, 5, 7), may) == "2027-05-04"
    assert coming(when, london(2027, 5, 2, 12), may) == london(2027, 5, 4, 7)


def test_a_closed_friday_has_no_later_day_in_its_week() -> None:
    inset = calendar(ClosedSpan(DayKind.INSET, "INSET", date(2026, 9, 18), date(2026, 9, 18)))
    when = "at 15:00 each Friday of a school week"

    assert due(when, london(2026, 9, 18, 16), inset) is None
    assert coming(when, london(2026, 9, 17, 16), inset) == london(2026, 9, 25, 15)


def test_monthly_is_the_months_first_school_day() -> None:
    when = "at 07:00 on the first school day of the month"
    assert due(when, london(2026, 9, 3, 7)) == "2026-09-03"
    assert due(when, london(2026, 9, 30, 23)) == "2026-09-03"
    # Sunday 1 November: Monday the 2nd, after half term.
    assert due(when, london(2026, 11, 1, 12)) is None
    assert due(when, london(2026, 11, 2, 7)) == "2026-11-02"
    assert coming(when, london(2026, 12, 1, 8)) == london(2027, 1, 4, 7)
    # In August nobody is there.
    assert due(when, london(2027, 8, 31, 12)) is None


def test_every_quarter_of_an_hour_only_the_latest() -> None:
    when = parse_when("every 15 minutes")
    now = london(2026, 9, 14, 10, 22)

    assert due_slot(when, CALENDAR, now) == Slot(
        "2026-09-14T09:15Z",
        datetime(2026, 9, 14, 9, 15, tzinfo=UTC),
        datetime(2026, 9, 14, 9, 30, tzinfo=UTC),
    )
    assert coming("every 15 minutes", now) == london(2026, 9, 14, 10, 30)


def test_the_hour_that_comes_twice_has_every_quarter_twice_and_a_daily_job_once() -> None:
    """Sunday 25 October 2026: 01:00 to 02:00 comes twice."""
    start = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    moments = [(start + timedelta(minutes=minute)).astimezone(LONDON) for minute in range(120)]

    assert len({due("every 15 minutes", now) for now in moments}) == 8
    assert {due("at 01:30 every day", now) for now in moments[30:]} == {"2026-10-25"}
    slot = due_slot(parse_when("at 01:30 every day"), CALENDAR, moments[-1])
    assert slot is not None
    assert slot.due_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert slot.until - slot.due_at == timedelta(hours=23, minutes=30)


def test_a_time_that_the_night_leaves_out_comes_all_the_same() -> None:
    """Sunday 28 March 2027: after 00:59 comes 02:00."""
    assert due("at 01:30 every day", london(2027, 3, 28, 0, 59)) is None
    assert due("at 01:30 every day", london(2027, 3, 28, 2, 30)) == "2027-03-28"


def test_seven_o_clock_is_seven_in_winter_and_in_summer() -> None:
    when = parse_when("at 07:00 on school days")
    summer, winter = (due_slot(when, CALENDAR, london(*day, 12)) for day in ((2026, 10, 23), (2026, 11, 2)))

    assert summer is not None
    assert winter is not None
    assert (summer.due_at.hour, winter.due_at.hour) == (6, 7)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "at 7:00 every day",
        "at 24:00 every day",
        "at 07:00",
        "every 0 minutes",
        "every 1441 minutes",
        "at 07:00 each Saturday of a school week",
        "360 minutes after the morning register closes",
        "when the evening register closes",
        "At 07:00 every day",
    ],
)
def test_words_that_say_no_time_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r"minutes|says no time"):
        parse_when(words)


def test_a_moment_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        due_slot(parse_when("at 07:00 every day"), CALENDAR, datetime(2026, 9, 14, 7))
    with pytest.raises(ValueError, match="zone"):
        next_slot(parse_when("at 07:00 every day"), CALENDAR, datetime(2026, 9, 14, 7))


_WORDS = st.sampled_from(
    [
        "every 10 minutes",
        "at 07:00 every day",
        "at 01:30 every day",
        "at 07:00 on school days",
        "at 07:00 each Monday of a school week",
        "at 07:00 on the first school day of the month",
        "when the morning register closes",
    ]
)
_MOMENTS = st.integers(0, 365 * 24 * 60).map(
    lambda minutes: (datetime(2026, 9, 1, tzinfo=UTC) + timedelta(minutes=minutes)).astimezone(LONDON)
)


@given(_WORDS, _MOMENTS)
def test_what_is_due_has_begun_and_still_makes_sense_and_the_next_is_later(words: str, now: datetime) -> None:
    when, moment = parse_when(words), now.astimezone(UTC)
    found, following = due_slot(when, CALENDAR, now), next_slot(when, CALENDAR, now)

    if found is not None:
        assert found.due_at <= moment < found.until
    if following is not None:
        assert following.due_at > moment
        assert due_slot(when, CALENDAR, following.due_at.astimezone(LONDON)) == following
        assert found is None or found.key != following.key


@given(_WORDS, _MOMENTS, st.integers(1, 600))
def test_however_late_a_worker_looks_it_finds_the_same_slot_or_none(
    words: str, now: datetime, minutes: int
) -> None:
    when = parse_when(words)
    found = due_slot(when, CALENDAR, now)
    later = (now.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(LONDON)
    then = due_slot(when, CALENDAR, later)

    if found is not None and then is not None and then.key == found.key:
        assert then == found
    if found is not None and then is not None:
        assert then.due_at >= found.due_at
