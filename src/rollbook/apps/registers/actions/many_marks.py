"""What would become of many marks at once: looked at before anything is saved, by the rules of a single amendment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from rollbook.apps.registers.queries.facts import KnownOverDays
from rollbook.apps.registers.queries.grid import has_opened
from rollbook.apps.registers.queries.newest import HalfDay, Standing, standing_marks
from rollbook.apps.roll.queries.spells import RegisterSpell, register_spells
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.adviser import advise_on
from rollbook.domain.amendments import loses_presence
from rollbook.domain.calendar import RegisterTimes, SchoolCalendar
from rollbook.domain.codes import BY_SYMBOL, UnknownCode, code_for
from rollbook.domain.marks import SchoolSession, check_mark
from rollbook.domain.refusals import Refusal

MOST_CHANGES = 3_000
"""More than half a term of a group: what is changed at once must still be looked through by a person."""


@dataclass(frozen=True, slots=True)
class Change:
    """One mark as it should be. `seen_version` is the version on the person's screen, 0 for a missing mark."""

    pupil_id: int
    on: date
    session: SchoolSession
    seen_version: int
    code: str
    minutes_late: int | None = None
    note: str = ""

    @property
    def cell(self) -> str:
        """The mark's address: 12-2026-09-14-AM."""
        return f"{self.pupil_id}-{self.on.isoformat()}-{self.session.value}"


class Effect(StrEnum):
    """What a change would do."""

    LOSES_PRESENCE = "loses"
    AMENDS = "amends"
    FILLS = "fills"
    NOTHING = "nothing"
    MEANWHILE = "meanwhile"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one change would do, and why it can't be as it is: `refusals` may also ask for minutes or a note."""

    change: Change
    surname: str
    forename: str
    now: Standing | None
    effect: Effect
    refusals: tuple[Refusal, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it would change a mark once what is missing is given."""
        return self.effect in (Effect.LOSES_PRESENCE, Effect.AMENDS, Effect.FILLS)


def outcomes_of(viewer: Viewer, changes: Sequence[Change], at: datetime) -> list[Outcome]:
    """What each of these changes would do now, in the order of pupils' names and days. Three queries for all."""
    if not changes:
        return []
    days = {change.on for change in changes}
    pupil_ids = {change.pupil_id for change in changes}
    spells: dict[int, list[RegisterSpell]] = {}
    for spell in register_spells(viewer, min(days), max(days), pupil_ids):
        spells.setdefault(spell.pupil_id, []).append(spell)
    marks = standing_marks(viewer.school_id, days, spells)
    look = _Look(viewer, at, KnownOverDays(viewer, min(days), max(days), spells))
    found = [look.at(each, spells.get(each.pupil_id, []), marks.get(each.pupil_id, {})) for each in changes]
    return sorted(found, key=_in_order)


def _in_order(outcome: Outcome) -> tuple[str, str, int, date, str]:
    change = outcome.change
    return outcome.surname, outcome.forename, change.pupil_id, change.on, change.session.value


class _Look:
    """One look at many changes: what is the same for all marks of a half-day is found once."""

    def __init__(self, viewer: Viewer, at: datetime, known: KnownOverDays) -> None:
        self._viewer = viewer
        self._at = at
        self._known = known
        self._calendar: SchoolCalendar = timetable(viewer).calendar
        self._times: dict[HalfDay, RegisterTimes | None] = {}

    def at(self, change: Change, spells: Sequence[RegisterSpell], marks: dict[HalfDay, Standing]) -> Outcome:
        """What this change would do."""
        half_day = change.on, change.session
        if half_day not in self._times:
            self._times[half_day] = self._calendar.times(*half_day)
        now = marks.get(half_day)
        names = (spells[0].surname, spells[0].forename) if spells else ("", "")
        if why := self._why_not(change, spells):
            return Outcome(change, *names, now, Effect.REFUSED, (Refusal(change.cell, why),))
        if now is not None and _is_same(change, now):
            return Outcome(change, *names, now, Effect.NOTHING)
        if change.seen_version != (now.version if now else 0):
            return Outcome(change, *names, now, Effect.MEANWHILE)
        problems = tuple(self._problems(change, spells[0].born_on, now))
        if any(problem.field == "code" for problem in problems):
            cell = (Refusal(change.cell, problem.message) for problem in problems if problem.field == "code")
            return Outcome(change, *names, now, Effect.REFUSED, tuple(cell))
        return Outcome(change, *names, now, _effect(change, now), problems)

    def _why_not(self, change: Change, spells: Iterable[RegisterSpell]) -> str:
        times = self._times[change.on, change.session]
        if times is None:
            return f"No register is taken on this day: {self._calendar.day(change.on).because}"
        if not has_opened(times, change.on, self._at):
            return "This register has not opened yet. What you know beforehand goes under planned absences."
        if not any(spell.covers(change.on) for spell in spells):
            return "This pupil was not on the register on this day."
        return ""

    def _problems(self, change: Change, born_on: date, now: Standing | None) -> Iterable[Refusal]:
        try:
            code = code_for(change.code, change.on)
        except UnknownCode as unknown:
            return [Refusal("code", str(unknown))]
        known = self._known.of(change.pupil_id, born_on, change.on, change.session)
        stands = now is not None and now.symbol == change.code
        return check_mark(
            code=code,
            session=change.session,
            minutes_late=change.minutes_late,
            note=change.note,
            times=self._times[change.on, change.session],
            roles_allowed=self._viewer.setters,
            may_keep=change.code if stands or change.code in known.may_keep else None,
            advice=advise_on(known.facts, code, change.on, change.session),
        )


def _is_same(change: Change, now: Standing) -> bool:
    """Filled in over a mark that has this code already, the code alone changes nothing."""
    return (
        change.code == now.code
        and change.minutes_late in (None, now.minutes_late)
        and change.note.strip() in ("", now.note)
    )


def _effect(change: Change, now: Standing | None) -> Effect:
    if now is None or not now.symbol:
        return Effect.FILLS
    loses = loses_presence(BY_SYMBOL[now.code], BY_SYMBOL[change.code])
    return Effect.LOSES_PRESENCE if loses else Effect.AMENDS
