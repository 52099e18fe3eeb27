"""Who came back after an absence, and what was recorded about it. Returns are worked out from the marks."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rollbook.analytics.packed import PackedYear
from rollbook.analytics.seen_again import SeenAgain, seen_again
from rollbook.apps.followup.models import BackCheck
from rollbook.apps.registers.queries.year import packed_year, year_bounds
from rollbook.apps.roll.queries.spells import RegisterSpell, register_spells
from rollbook.apps.schools.queries import Timetable, timetable
from rollbook.domain.absences import Absence, Missed
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.back import Back, CheckDue, check_due
from rollbook.domain.codes import BY_BYTE
from rollbook.domain.sessions import SchoolSession

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Returned:
    """A pupil who came back, by when somebody is to meet the pupil, and the records about it, oldest first."""

    pupil_id: int
    surname: str
    forename: str
    group_name: str
    back: Back
    due: CheckDue
    checks: tuple[BackCheck, ...]

    @property
    def is_open(self) -> bool:
        """Is the first meeting still to come?"""
        return not self.checks

    @property
    def next_check_on(self) -> date | None:
        """When they meet again; None where nothing more was agreed."""
        return self.checks[-1].next_check_on if self.checks else None


def returned(
    viewer: Viewer, first_day: date, last_day: date, now: datetime, pupil_id: int | None = None
) -> list[Returned]:
    """Every pupil who came back on these days and is to be met, by day and name.

    Two queries, and one for each academic year among the days. An absence that ended with the year is over.
    """
    calendar = timetable(viewer).calendar
    found: list[tuple[int, Back]] = []
    day, last_day = first_day, min(last_day, now.date())
    while day <= last_day:
        bounds = year_bounds(calendar, day)
        end = min(last_day, bounds[1])
        found += _backs(packed_year(viewer.school_id, bounds), day, end, pupil_id)
        day = end + _ONE_DAY
    if not found:
        return []
    spells = _spell_of(viewer, first_day, last_day, {pupil for pupil, _ in found})
    return _joined(viewer, timetable(viewer), found, spells)


def may_read_private(viewer: Viewer, check: BackCheck) -> bool:
    """May this person read how the pupil was? Those whose work is with welfare, and who wrote it."""
    return viewer.may(Permission.WELFARE_VIEW) or check.by_id == viewer.user_id


def zones_are_named(viewer: Viewer, on: date) -> bool:
    """Does the school tell feelings in Zones of Regulation?"""
    return bool(timetable(viewer).setting("zones_of_regulation", on))


def _backs(year: PackedYear, first_day: date, last_day: date, pupil_id: int | None) -> list[tuple[int, Back]]:
    first, end = year.column(first_day, is_pm=False), year.column(last_day, is_pm=True) + 1
    if pupil_id is not None:
        row = year.of_pupil(pupil_id)
        return [(pupil_id, _back(year, row, each)) for each in seen_again(row[None, :], first, end)]
    pupil_of = {row: pupil for pupil, row in year.row_of.items()}
    marks = year.marks
    return [
        (pupil_of[each.row], _back(year, marks[each.row], each)) for each in seen_again(marks, first, end)
    ]


def _back(year: PackedYear, marks: Iterable[int], found: SeenAgain) -> Back:
    codes = list(marks)
    missed = tuple(
        Missed(year.day_of(column), _session(column), BY_BYTE[int(codes[column])].symbol)
        for column in found.missed
    )
    return Back(Absence(missed, is_open=False), year.day_of(found.seen), _session(found.seen))


def _session(column: int) -> SchoolSession:
    return SchoolSession.PM if column % 2 else SchoolSession.AM


def _spell_of(
    viewer: Viewer, first_day: date, last_day: date, pupil_ids: set[int]
) -> dict[int, list[RegisterSpell]]:
    spells: dict[int, list[RegisterSpell]] = {}
    for spell in register_spells(viewer, first_day, last_day, pupil_ids):
        spells.setdefault(spell.pupil_id, []).append(spell)
    return spells


def _joined(
    viewer: Viewer,
    rules: Timetable,
    found: Sequence[tuple[int, Back]],
    spells: dict[int, list[RegisterSpell]],
) -> list[Returned]:
    """Those who are on a register and to be met, each with the records about this return. One query."""
    rows = BackCheck.objects.filter(
        school_id=viewer.school_id,
        pupil_id__in=spells,
        returned_on__gte=min(back.absence.first.on for _, back in found),
        returned_on__lte=max(back.on for _, back in found),
    )
    checks: dict[int, list[BackCheck]] = {}
    for row in rows:
        checks.setdefault(row.pupil_id, []).append(row)
    backs: dict[int, list[Back]] = {}
    for pupil_id, back in found:
        backs.setdefault(pupil_id, []).append(back)
    joined = []
    for pupil_id, own in spells.items():
        of_return = checks_of_returns(backs[pupil_id], checks.get(pupil_id, []))
        for back in backs[pupil_id]:
            spell = next((each for each in own if each.covers(back.on)), None)
            due = due_of(rules, back) if spell else None
            if spell is not None and due is not None:
                names = (spell.surname, spell.forename, spell.group_name)
                joined.append(Returned(pupil_id, *names, back, due, tuple(of_return.get(back.on, ()))))
    return sorted(joined, key=lambda each: (each.back.on, each.surname, each.forename, each.pupil_id))


def due_of(rules: Timetable, back: Back) -> CheckDue | None:
    """By when somebody meets a pupil by the school's settings of that day; None where nobody has to."""
    if not rules.setting("back_checks", back.on):
        return None
    return check_due(
        back,
        rules.calendar,
        from_sessions=rules.setting("back_from_sessions", back.on),
        full_from_days=rules.setting("back_full_from_days", back.on),
    ).answer


def checks_of_returns(backs: Sequence[Back], checks: Iterable[BackCheck]) -> dict[date, list[BackCheck]]:
    """Which record is about which return, by the day of it.

    A record names the day on which the pupil was back; where that day's marks were amended since, it is about the
    absence that the day now lies in.
    """
    ordered = sorted(backs, key=lambda back: back.on)
    days, begun = {back.on for back in ordered}, [back.absence.first.on for back in ordered]
    found: dict[date, list[BackCheck]] = {}
    for check in checks:
        on = check.returned_on
        if on not in days:
            place = bisect_right(begun, on) - 1
            if place < 0 or ordered[place].on < on:
                continue
            on = ordered[place].on
        found.setdefault(on, []).append(check)
    return found
