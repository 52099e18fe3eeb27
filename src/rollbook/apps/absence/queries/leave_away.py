"""Who was away on days for which leave was not granted, or stayed away after it: what the registers say of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rollbook.analytics.packed import PackedYear
from rollbook.apps.absence.models import Leave
from rollbook.apps.absence.queries.leave import decision_of, facts_of, slots_granted
from rollbook.apps.registers.queries.year import packed_year, year_bounds
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.codes import BY_BYTE, BY_SYMBOL
from rollbook.domain.leave import Away, away_without_leave
from rollbook.domain.sessions import SchoolSession

_ABSENT = frozenset(symbol for symbol, code in BY_SYMBOL.items() if code.is_absence and not code.is_on_site)


@dataclass(frozen=True, slots=True)
class AwayRow:
    """A request whose pupil was away without leave, with those sessions in order."""

    leave: Leave
    sessions: tuple[Away, ...]

    @property
    def wrong_count(self) -> int:
        """How many of the marks should be another one?"""
        return sum(bool(each.should_be) for each in self.sessions)


def away_rows(viewer: Viewer, leaves: Iterable[Leave], today: date) -> list[AwayRow]:
    """Those of these requests whose pupil was away without leave up to today. One query for each academic year.

    A request is looked at until the end of the year in which it begins.
    """
    calendar = timetable(viewer).calendar
    years: dict[tuple[date, date], PackedYear] = {}
    found = []
    for leave in leaves:
        if leave.first_day > today:
            continue
        bounds = year_bounds(calendar, leave.first_day)
        if bounds not in years:
            years[bounds] = packed_year(viewer.school_id, bounds)
        marks = _marks(calendar, years[bounds], leave, min(bounds[1], today))
        granted = frozenset(slots_granted(viewer, decision_of(leave)) if leave.ended_at is None else ())
        sessions = away_without_leave(facts_of(leave), granted, marks, _ABSENT)
        if sessions:
            found.append(AwayRow(leave, tuple(sessions)))
    return found


def to_put_right(viewer: Viewer, leaves: Sequence[Leave], today: date) -> list[AwayRow]:
    """Those among them with a mark that should be another one, latest first."""
    rows = [row for row in away_rows(viewer, leaves, today) if row.wrong_count]
    return sorted(rows, key=lambda row: row.sessions[-1].on, reverse=True)


def _marks(
    calendar: SchoolCalendar, year: PackedYear, leave: Leave, last_day: date
) -> Iterator[tuple[date, SchoolSession, str]]:
    row = year.of_pupil(leave.pupil_id)
    for day in calendar.school_days(leave.first_day, last_day) if leave.first_day <= last_day else ():
        for each in SchoolSession:
            byte = int(row[year.column(day, each is SchoolSession.PM)])
            if byte:
                yield day, each, BY_BYTE[byte].symbol
