"""When is work of the background due, by the school's calendar and its clock?

A job's times are written in plain words (`parse_when`), so that the page shows what the program goes by.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.calendar_types import WEEKDAYS
from rollbook.domain.sessions import SchoolSession

_ONE_DAY = timedelta(days=1)
_FARTHEST = 400
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
MOST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Slot:
    """One occasion of a job: its name, when it is due, and from when on it makes no sense to begin it any more.

    The name stays the same when the times of the day change, so a register that closes later today is no
    second occasion. Units: moments in UTC.
    """

    key: str
    due_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class OnDays:
    """A job that is due at most once a day: at which moment of a day by the wall clock, and for how long it keeps.

    `moment` answers None on days that are none of the job's; `last_day` says until the end of which day it may be
    made up for; `look_back` is the longest such time.
    """

    words: str
    moment: Callable[[SchoolCalendar, date], datetime | None]
    last_day: Callable[[date], date]
    look_back: int


@dataclass(frozen=True, slots=True)
class Every:
    """A job that is due every so many minutes, day and night."""

    words: str
    minutes: int


When = OnDays | Every


def parse_when(words: str) -> When:
    """Which rule do these words name? Errors: ValueError for words that are no rule.

    Shape: "every 15 minutes"; "at 07:00 every day"; "at 07:00 on school days"; "at 07:00 each Monday of a school
    week" (its first school day from then on, where the school is closed); "at 07:00 on the first school day of the
    month"; "when the morning register closes"; "10 minutes after the afternoon register closes".
    """
    for pattern, make in _FORMS:
        if found := re.fullmatch(pattern, words):
            return make(words, *found.groups())
    raise ValueError(f"'{words}' says no time for a job.")


def _every(words: str, minutes: str) -> When:
    if not 1 <= int(minutes) <= MOST_MINUTES:
        raise ValueError(f"'{words}': give 1 to {MOST_MINUTES} minutes.")
    return Every(words, int(minutes))


def _daily(words: str, at: str) -> When:
    clock = time.fromisoformat(at)
    return OnDays(words, lambda _, day: datetime.combine(day, clock), _same_day, 0)


def _on_school_days(words: str, at: str) -> When:
    clock = time.fromisoformat(at)

    def moment(calendar: SchoolCalendar, day: date) -> datetime | None:
        return datetime.combine(day, clock) if calendar.is_school_day(day) else None

    return OnDays(words, moment, _same_day, 0)


def _weekly(words: str, at: str, weekday: str) -> When:
    clock, number = time.fromisoformat(at), WEEKDAYS.index(weekday)

    def moment(calendar: SchoolCalendar, day: date) -> datetime | None:
        wanted = day - (day.weekday() - number) * _ONE_DAY
        is_first = calendar.school_days(wanted, day)[:1] == [day]
        return datetime.combine(day, clock) if is_first else None

    return OnDays(words, moment, _sunday_of, 6)


def _monthly(words: str, at: str) -> When:
    clock = time.fromisoformat(at)

    def moment(calendar: SchoolCalendar, day: date) -> datetime | None:
        is_first = calendar.school_days(day.replace(day=1), day)[:1] == [day]
        return datetime.combine(day, clock) if is_first else None

    return OnDays(words, moment, _end_of_month, 30)


def _after_register(words: str, minutes: str | None, half: str) -> When:
    session = SchoolSession.AM if half == "morning" else SchoolSession.PM
    later = timedelta(minutes=int(minutes or 0))
    if later >= timedelta(hours=6):
        raise ValueError(f"'{words}': give fewer than 360 minutes.")

    def moment(calendar: SchoolCalendar, day: date) -> datetime | None:
        times = calendar.times(day, session)
        return None if times is None else datetime.combine(day, times.closes_at) + later

    return OnDays(words, moment, _same_day, 0)


_AT = r"at ((?:[01]\d|2[0-3]):[0-5]\d)"
_FORMS: tuple[tuple[str, Callable[..., When]], ...] = (
    (r"every (\d{1,4}) minutes", _every),
    (rf"{_AT} every day", _daily),
    (rf"{_AT} on school days", _on_school_days),
    (rf"{_AT} each ({'|'.join(WEEKDAYS[:5])}) of a school week", _weekly),
    (rf"{_AT} on the first school day of the month", _monthly),
    (r"when the (?:()(morning|afternoon)) register closes", _after_register),
    (r"(\d{1,3}) minutes after the (morning|afternoon) register closes", _after_register),
)


def due_slot(when: When, calendar: SchoolCalendar, now: datetime) -> Slot | None:
    """Which occasion of a job is due by now, and still makes sense? At most one: earlier ones are past.

    A day's job may be made up for on that day, a week's in that week, a month's in that month. Units: `now` by the
    school's clock, with its zone.
    """
    if isinstance(when, Every):
        return _latest(when, now)
    zone = _zone(now)
    today = now.astimezone(zone).date()
    for number in range(when.look_back + 1):
        slot = _slot_on(when, calendar, today - number * _ONE_DAY, zone)
        if slot is not None and slot.due_at <= now.astimezone(UTC) < slot.until:
            return slot
    return None


def next_slot(when: When, calendar: SchoolCalendar, now: datetime) -> Slot | None:
    """Which occasion comes next after now? None where the calendar ends before it."""
    if isinstance(when, Every):
        latest = _latest(when, now)
        return _interval(latest.until, when.minutes)
    zone = _zone(now)
    slots = (_slot_on(when, calendar, day, zone) for day in _days_from(now.astimezone(zone).date()))
    return next((slot for slot in slots if slot is not None and slot.due_at > now.astimezone(UTC)), None)


def _latest(when: Every, now: datetime) -> Slot:
    # By the hours of UTC: they come once each, also on the night when the clocks go back.
    step = timedelta(minutes=when.minutes)
    return _interval(_EPOCH + (now.astimezone(UTC) - _EPOCH) // step * step, when.minutes)


def _interval(start: datetime, minutes: int) -> Slot:
    return Slot(f"{start:%Y-%m-%dT%H:%MZ}", start, start + timedelta(minutes=minutes))


def _slot_on(when: OnDays, calendar: SchoolCalendar, day: date, zone: tzinfo) -> Slot | None:
    moment = when.moment(calendar, day)
    if moment is None:
        return None
    # A time that the night of the clocks leaves out, or has twice, is the first moment it can mean.
    due_at = moment.replace(tzinfo=zone, fold=0).astimezone(UTC)
    midnight = datetime.combine(when.last_day(day) + _ONE_DAY, time(), zone).astimezone(UTC)
    return Slot(day.isoformat(), due_at, midnight)


def _zone(now: datetime) -> tzinfo:
    if now.tzinfo is None:
        raise ValueError("The moment must have its zone.")
    return now.tzinfo


def _days_from(day: date) -> Iterator[date]:
    return (day + number * _ONE_DAY for number in range(_FARTHEST))


def _same_day(day: date) -> date:
    return day


def _sunday_of(day: date) -> date:
    return day + (6 - day.weekday()) * _ONE_DAY


def _end_of_month(day: date) -> date:
    following = (day.replace(day=1) + 31 * _ONE_DAY).replace(day=1)
    return following - _ONE_DAY
