"""Which reasons are still to be found, and by when: every N of the school, those that run out first."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rollbook.apps.absence.queries.line import Reported, reports_of
from rollbook.apps.followup.queries.owed_reasons import owed
from rollbook.apps.registers.queries.reasons import NotEstablished, standing_reasons
from rollbook.apps.registers.queries.year import year_bounds
from rollbook.apps.roll.queries.spells import RegisterSpell, register_spells
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.codes import codes_offered
from rollbook.domain.duties import Kept, kept
from rollbook.domain.reasons import UNKNOWN, ReasonDates, Urgency, reason_dates
from rollbook.domain.sessions import SchoolSession


@dataclass(frozen=True, slots=True)
class DayWithoutReason:
    """A pupil's day of which one session or both stand as N. `told` is what parents have told about that day."""

    pupil_id: int
    surname: str
    forename: str
    group_name: str
    on: date
    marks: tuple[NotEstablished, ...]
    dates: ReasonDates
    told: tuple[Reported, ...]


def days_without_reason(
    viewer: Viewer, today: date, *, only_running_out: bool = False
) -> list[DayWithoutReason]:
    """Every day with N at the viewer's school, the earliest due first. Three queries however many pupils.

    `only_running_out` leaves out those whose last day is still to come: where there are none, one query is all.
    """
    calendar = timetable(viewer).calendar
    found = standing_reasons(viewer, today)
    if only_running_out:
        days = dict.fromkeys(each.on for each in found)
        due = {day for day in days if reason_dates(calendar, day).urgency(today) is not Urgency.SOON}
        found = [each for each in found if each.on in due]
    if not found:
        return []
    pupil_ids = {each.pupil_id for each in found}
    spells = _spells(register_spells(viewer, found[0].on, today, pupil_ids))
    told = reports_of(viewer, pupil_ids, found[0].on, found[-1].on)
    dates = {on: reason_dates(calendar, on) for on in dict.fromkeys(each.on for each in found)}
    rows = []
    for (on, pupil_id), marks in _by_day(found).items():
        spell = _spell_on(spells.get(pupil_id, ()), on)
        if spell is not None:
            about = tuple(each for each in told.get(pupil_id, ()) if each.covers(on))
            names = (spell.surname, spell.forename, spell.group_name)
            rows.append(DayWithoutReason(pupil_id, *names, on, tuple(marks), dates[on], about))
    return sorted(rows, key=lambda row: (row.dates.last_day, row.on, row.surname, row.forename, row.pupil_id))


def running_out_count(viewer: Viewer, on: date) -> int:
    """How many sessions stand as N on or after their last day? One query."""
    calendar = timetable(viewer).calendar
    found = standing_reasons(viewer, on)
    days = {each.on for each in found}
    late = {day for day in days if reason_dates(calendar, day).urgency(on) is not Urgency.SOON}
    return sum(each.on in late for each in found)


def kept_this_year(viewer: Viewer, now: datetime) -> Kept:
    """How was it kept in this academic year that reasons are settled in five school days? Units: days of pupils."""
    first_day, _ = year_bounds(timetable(viewer).calendar, now.date())
    return kept(owed(viewer, first_day, now.date(), now), now)


def may_confirm(viewer: Viewer, on: date) -> bool:
    """May this person confirm that a reason is unknown: amend the register, and set O?"""
    offered = codes_offered(on, SchoolSession.AM, viewer.setters)
    return viewer.may(Permission.REGISTER_AMEND) and any(code.symbol == UNKNOWN for code in offered)


def _by_day(found: Iterable[NotEstablished]) -> dict[tuple[date, int], list[NotEstablished]]:
    days: dict[tuple[date, int], list[NotEstablished]] = {}
    for each in found:
        days.setdefault((each.on, each.pupil_id), []).append(each)
    return days


def _spells(rows: Collection[RegisterSpell]) -> dict[int, list[RegisterSpell]]:
    found: dict[int, list[RegisterSpell]] = {}
    for row in rows:
        found.setdefault(row.pupil_id, []).append(row)
    return found


def _spell_on(spells: Sequence[RegisterSpell], on: date) -> RegisterSpell | None:
    """The spell of that day; where the pupil's dates were changed since, any: the mark stands all the same."""
    return next((each for each in spells if each.covers(on)), spells[0] if spells else None)
