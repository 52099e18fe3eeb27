"""Who was to be back, or to be told of again, and is not here (sections 3.7 and 4.2 of the policy).

A parent tells of an absence for some days. On the first school day after them the pupil comes, or a parent tells again;
where neither happens somebody asks. What goes on after that day without a reason is an unexplained absence.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rollbook.apps.absence.models import Report
from rollbook.apps.absence.queries.line import Reported, as_reported
from rollbook.apps.registers.queries.made import made_at
from rollbook.apps.registers.queries.newest import HalfDay, Standing, standing_marks
from rollbook.apps.registers.queries.year import packed_year, year_bounds
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.codes import BY_BYTE, BY_SYMBOL
from rollbook.domain.sessions import SchoolSession, minutes_after
from rollbook.ui.words import local

_NOT_KNOWN = "N"
_ABSENT = [byte in BY_BYTE and BY_BYTE[byte].is_absence for byte in range(256)]
# A report that ended longer ago has no first school day after it in the days that are asked about: holidays included.
_LONGEST_BREAK = timedelta(days=70)


@dataclass(frozen=True, slots=True)
class Asked:
    """One pupil to ask after. `was_expected`: a return was named for this day; else nobody called on a later day.

    `done_at` is when the reason or the pupil came; None while nobody knows.
    """

    report: Report
    on: date
    session: SchoolSession
    was_expected: bool
    arose_at: datetime
    due_at: datetime
    done_at: datetime | None


def still_away(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Asked]:
    """Whom to ask after on these days, by day. Four queries for a school year, one where nothing was told."""
    calendar = timetable(viewer).calendar
    days = [day for day in calendar.school_days(first_day, min(last_day, now.date())) if day <= now.date()]
    if not days:
        return []
    reports = _told_before(viewer, days[0], days[-1])
    after: dict[date, list[Report]] = {}
    for report in reports:
        day = report.expected_back_on or calendar.next_school_day(report.last_day)
        if day is not None and not calendar.is_school_day(day):
            day = calendar.next_school_day(day)
        if day in days:
            after.setdefault(day, []).append(report)
    missing = _those_missing(viewer, after)
    if not missing:
        return []
    look = _Look(
        viewer, now, list(missing), {each.pupil_id for found in missing.values() for each in found}, reports
    )
    found = {}
    for day in sorted(missing):
        for report in missing[day]:
            asked = look.at(report, day)
            if asked is not None:
                found[report.pupil_id, day] = asked  # the report that was told last, where there are two
    return list(found.values())


def _told_before(viewer: Viewer, first_day: date, last_day: date) -> list[Report]:
    """What was told that may end before one of these days, or be about it, in the order in which it was told."""
    rows = Report.objects.filter(
        school_id=viewer.school_id,
        ended_at=None,
        first_day__lte=last_day,
        last_day__gte=first_day - _LONGEST_BREAK,
    )
    return list(rows.select_related("pupil", "call").order_by("call__told_at", "pk"))


def _those_missing(viewer: Viewer, after: Mapping[date, list[Report]]) -> dict[date, list[Report]]:
    """Only those who were absent at all on the day: a look at the year that is in memory. One query a year."""
    calendar = timetable(viewer).calendar
    found: dict[date, list[Report]] = {}
    for day, reports in after.items():
        year = packed_year(viewer.school_id, year_bounds(calendar, day))
        column = year.column(day, is_pm=False)
        for report in reports:
            row = year.row_of.get(report.pupil_id)
            if row is not None and any(_ABSENT[mark] for mark in year.marks[row][column : column + 2]):
                found.setdefault(day, []).append(report)
    return found


class _Look:
    """The marks of those who may be asked after, read once."""

    def __init__(
        self, viewer: Viewer, now: datetime, days: list[date], pupils: set[int], reports: Iterable[Report]
    ) -> None:
        self._viewer, self._now = viewer, now
        self._marks = standing_marks(viewer.school_id, days, pupils)
        self._made = made_at(viewer, days, pupils)
        self._told: dict[int, list[Reported]] = {}
        for report in reports:
            if report.pupil_id in pupils:
                self._told.setdefault(report.pupil_id, []).append(as_reported(report))

    def at(self, report: Report, on: date) -> Asked | None:
        """Is this pupil to be asked after on this day, and is it done? None where there was nothing to ask."""
        marks: Mapping[HalfDay, Standing] = self._marks.get(report.pupil_id, {})
        session = _first_missed(marks, on)
        times = timetable(self._viewer).calendar.times(on, session) if session is not None else None
        if session is None or times is None:
            return None
        closes = datetime.combine(on, times.closes_at, tzinfo=self._now.tzinfo)
        told = [
            each.told_at
            for each in self._told.get(report.pupil_id, [])
            if each.id != report.pk and each.covers(on, session) and each.gave_reason
        ]
        if closes > self._now or (told and min(told) <= closes):
            return None
        mark = marks[on, session]
        made = local(self._made[report.pupil_id, on, session])
        ends = [*told, *self._came(marks, report.pupil_id, on)]
        if mark.symbol != _NOT_KNOWN:
            if mark.version == 1 or made <= closes:
                return None  # somebody knew the reason when the register was taken
            ends.append(made)
        minutes = timetable(self._viewer).setting("call_within_minutes", on)
        due = datetime.combine(on, minutes_after(times.closes_at, minutes), tzinfo=self._now.tzinfo)
        return Asked(
            report=report,
            on=on,
            session=session,
            was_expected=report.expected_back_on is not None,
            arose_at=closes,
            due_at=due,
            done_at=min(ends) if ends else None,
        )

    def _came(self, marks: Mapping[HalfDay, Standing], pupil_id: int, on: date) -> list[datetime]:
        """When a mark of the day says that the pupil came."""
        return [
            local(self._made[pupil_id, on, each])
            for each in SchoolSession
            if (on, each) in marks and marks[on, each].symbol and _is_here(marks[on, each].symbol)
        ]


def _is_here(symbol: str) -> bool:
    return BY_SYMBOL[symbol].is_attended or symbol == "U"


def _first_missed(marks: Mapping[HalfDay, Standing], on: date) -> SchoolSession | None:
    """The first possible session of the day, where it was missed; None where the pupil came, or nobody knows."""
    for session in SchoolSession:
        mark = marks.get((on, session))
        if mark is None or not mark.symbol or not BY_SYMBOL[mark.symbol].is_possible:
            continue
        return session if BY_SYMBOL[mark.symbol].is_absence and not _is_here(mark.symbol) else None
    return None
