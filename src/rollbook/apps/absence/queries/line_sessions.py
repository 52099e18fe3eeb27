"""The sessions an absence was told for, and what the pupil's records make of each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from rollbook.apps.absence.models import KeptMark, Report
from rollbook.apps.absence.queries.week import Slot
from rollbook.apps.registers.queries.facts import as_planned
from rollbook.apps.registers.queries.made import made_at
from rollbook.apps.registers.queries.marks import plans_around
from rollbook.apps.registers.queries.newest import Standing, standing_marks
from rollbook.apps.roll.queries.spells import register_spells
from rollbook.apps.schools.queries import timetable
from rollbook.domain.absence_line import Next, Proposal, for_session, is_missed
from rollbook.domain.access import Viewer
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.law import POLICY, Citation, Finding
from rollbook.domain.off_site import LONGEST_DAYS
from rollbook.domain.pupil_facts import Planned, facts_from
from rollbook.domain.sessions import SchoolSession

_AS_RECORDED = Citation(POLICY, "section 4.2")


@dataclass(frozen=True, slots=True)
class Away:
    """The span of an absence as it was away. Times only where it is one day's appointment."""

    first_day: date
    first_session: str
    last_day: date
    last_session: str
    leaves_at: time | None = None
    returns_at: time | None = None


class State(StrEnum):
    """What became of what was told in one session?"""

    PLANNED = "planned"
    STANDS = "stands"
    MARKED = "marked"
    DIFFERS = "differs"
    SINCE = "since"
    KEPT = "kept"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Effect:
    """One session of a report: which code it should have and why, the mark that stands, and how the two go together."""

    on: date
    session: SchoolSession
    found: Finding[Proposal]
    mark: Standing | None
    state: State

    @property
    def code(self) -> str:
        """The code that was away."""
        return self.found.answer.code


def sessions_told(viewer: Viewer, away: Away) -> list[Slot]:
    """The sessions of the school that are missed; none where the days are out of order or more than a year apart."""
    if not 0 <= (away.last_day - away.first_day).days <= LONGEST_DAYS:
        return []
    calendar = timetable(viewer).calendar
    slots = []
    for on in calendar.school_days(away.first_day, away.last_day):
        for session in SchoolSession:
            is_before = on == away.first_day and away.first_session == "PM" and session is SchoolSession.AM
            is_after = on == away.last_day and away.last_session == "AM" and session is SchoolSession.PM
            times = calendar.times(on, session)
            if is_before or is_after or times is None:
                continue
            if is_missed(times, away.leaves_at, away.returns_at):
                slots.append((on, session))
    return slots


def span_of(report: Report) -> Away:
    """The span of a report as it is kept."""
    return Away(
        report.first_day,
        report.first_session,
        report.last_day,
        report.last_session,
        report.leaves_at,
        report.returns_at,
    )


def plans_beside(
    viewer: Viewer, pupil_ids: Collection[int], first_day: date, last_day: date
) -> dict[int, list[tuple[str, Planned]]]:
    """What is planned for these pupils around these days, each with the record it follows from. One query."""
    around = plans_around(viewer.school_id, first_day, last_day, pupil_ids)
    return {pupil: [(plan.source, as_planned(plan)) for plan in plans] for pupil, plans in around.items()}


def per_session(
    viewer: Viewer,
    base: Finding[Proposal],
    born_on: date,
    slots: Sequence[Slot],
    known: Sequence[Planned],
    closed: Collection[Slot] = (),
) -> dict[Slot, Finding[Proposal]]:
    """What the reason comes to in each of these sessions. `closed` are those in which the whole school is closed."""
    calendar = timetable(viewer).calendar
    return {
        (on, session): for_session(
            base,
            facts_from(
                known,
                born_on=born_on,
                on=on,
                session=session,
                calendar=calendar,
                is_site_closed=(on, session) in closed,
            ),
        )
        for on, session in slots
    }


def base_of(report: Report) -> Finding[Proposal]:
    """What was settled on for a report as a whole."""
    because = report.code_because or Next(report.next).words
    proposal = Proposal(report.code, Next(report.next))
    return Finding(proposal, "line.recorded", because, {"report": report.pk}, _AS_RECORDED)


def effects_of(viewer: Viewer, reports: Sequence[Report], now: datetime) -> dict[int, list[Effect]]:
    """What became of each of these reports of the viewer's school, session by session.

    Shape: by report id; `reports` come with their pupils. Five queries however many.
    """
    slots = {report.pk: sessions_told(viewer, span_of(report)) for report in reports}
    days = {on for found in slots.values() for on, _ in found}
    if not days:
        return {report.pk: [] for report in reports}
    pupils = {report.pupil_id for report in reports}
    look = _Look(viewer, now, days, pupils, {report.pk for report in reports})
    return {report.pk: look.at(report, slots[report.pk]) for report in reports}


class _Look:
    """One look at many reports: marks, plans and decisions are read once."""

    def __init__(
        self,
        viewer: Viewer,
        now: datetime,
        days: Collection[date],
        pupils: Collection[int],
        ids: Collection[int],
    ) -> None:
        self._viewer, self._now = viewer, now
        self._marks = standing_marks(viewer.school_id, days, pupils)
        self._made = made_at(viewer, days, pupils)
        self._plans = plans_beside(viewer, pupils, min(days), max(days))
        self._on_register = on_register(viewer, min(days), max(days), pupils)
        kept = KeptMark.objects.filter(report_id__in=ids)
        self._kept = set(kept.values_list("report_id", "on", "session", "version"))

    def at(self, report: Report, slots: Sequence[Slot]) -> list[Effect]:
        """What became of one report."""
        marks = self._marks.get(report.pupil_id, {})
        days = self._on_register.get(report.pupil_id, ())
        own = [slot for slot in slots if slot[0] in days]
        known = [plan for source, plan in self._plans.get(report.pupil_id, []) if source != report.source]
        closed = [slot for slot in own if slot in marks and marks[slot].symbol == "Y4"]
        decided = per_session(self._viewer, base_of(report), report.pupil.born_on, own, known, closed)
        return [
            Effect(*slot, decided[slot], marks.get(slot), self._state(report, slot, decided[slot].answer))
            for slot in own
        ]

    def _state(self, report: Report, slot: Slot, answer: Proposal) -> State:
        mark = self._marks.get(report.pupil_id, {}).get(slot)
        if mark is None or not mark.symbol:
            if answer.stands is not None:
                return State.STANDS
            return State.MISSING if has_closed(self._viewer, slot, self._now) else State.PLANNED
        if goes_with(mark.symbol, answer.code):
            return State.MARKED
        if (report.pk, slot[0], slot[1].value, mark.version) in self._kept:
            return State.KEPT
        # Whoever marked the pupil later had what was told before them; N over a reason that was told is an oversight.
        was_later = self._made[report.pupil_id, *slot] > report.settled_at
        return State.SINCE if was_later and mark.symbol != "N" else State.DIFFERS


def goes_with(marked: str, told: str) -> bool:
    """Does the mark go with what was told? Any absence does where no reason is settled yet (N)."""
    return marked == told or (told == "N" and not BY_SYMBOL[marked].is_attended and marked != "U")


def on_register(
    viewer: Viewer, first_day: date, last_day: date, pupils: Collection[int]
) -> Mapping[int, Collection[date]]:
    """The school days on which each pupil is on a group's register: boarders are on none."""
    days = timetable(viewer).calendar.school_days(first_day, last_day)
    found: dict[int, set[date]] = {}
    for spell in register_spells(viewer, first_day, last_day, pupils):
        found.setdefault(spell.pupil_id, set()).update(day for day in days if spell.covers(day))
    return found


def has_closed(viewer: Viewer, slot: Slot, now: datetime) -> bool:
    """Has the register of this session closed by now?"""
    times = timetable(viewer).calendar.times(*slot)
    return times is not None and (slot[0], times.closes_at) <= (now.date(), now.time())
