"""What is known of pupils before a register is taken: what is filled in, and which codes can be right."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.registers.queries.marks import Versions, plans_around
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.marks import SchoolSession
from rollbook.domain.pupil_facts import Planned, PupilFacts, expected, facts_from, in_order, may_be_filled_in
from rollbook.domain.roll import is_compulsory_school_age


@dataclass(frozen=True)
class Known:
    """What is known of one pupil for one session.

    `plan` is what the register is filled in with, None for nothing; `others` are further plans for the same session;
    `may_keep` the codes that were planned and may be saved by whoever takes the register.
    """

    facts: PupilFacts
    plan: PlannedMark | None
    others: tuple[PlannedMark, ...]
    may_keep: frozenset[str]


class KnownOverDays:
    """What is planned for some pupils on some days, read once: asked one pupil and one session at a time."""

    def __init__(self, viewer: Viewer, first_day: date, last_day: date, pupil_ids: Iterable[int]) -> None:
        """One query."""
        self._calendar = timetable(viewer).calendar
        plans = plans_around(viewer.school_id, first_day, last_day, pupil_ids)
        self._rows = {pupil: {as_planned(plan): plan for plan in found} for pupil, found in plans.items()}

    def plans_of(self, pupil_id: int) -> Collection[PlannedMark]:
        """Everything planned for a pupil around these days, in the order in which it was recorded."""
        return self._rows.get(pupil_id, {}).values()

    def of(
        self,
        pupil_id: int,
        born_on: date,
        on: date,
        school_session: SchoolSession,
        *,
        is_site_closed: bool = False,
    ) -> Known:
        """What is known of a pupil for one session of one of these days."""
        rows = self._rows.get(pupil_id)
        if not rows:  # nearly everybody, and every save of a register asks about all of its pupils
            return _nothing_planned(is_compulsory_school_age(born_on, on).answer, is_site_closed)
        facts = facts_from(
            tuple(rows),
            born_on=born_on,
            on=on,
            session=school_session,
            calendar=self._calendar,
            is_site_closed=is_site_closed,
        )
        return _known(facts, rows)


@cache
def _nothing_planned(is_compulsory_age: bool, is_site_closed: bool) -> Known:  # noqa: FBT001
    facts = PupilFacts(is_compulsory_age=is_compulsory_age, is_site_closed=is_site_closed)
    return Known(facts, None, (), frozenset())


def known_about(
    viewer: Viewer,
    on: date,
    school_session: SchoolSession,
    born_on: Mapping[int, date],
    *,
    is_site_closed: bool = False,
) -> dict[int, Known]:
    """What is known of these pupils for one session, for each of them. Shape: `born_on` by pupil id. One query."""
    known = KnownOverDays(viewer, on, on, born_on)
    return {
        pupil_id: known.of(pupil_id, birthday, on, school_session, is_site_closed=is_site_closed)
        for pupil_id, birthday in born_on.items()
    }


def planned_now(
    viewer: Viewer, on: date, school_session: SchoolSession, pupil_ids: Iterable[int]
) -> dict[int, PlannedMark]:
    """What was recorded beforehand for these pupils for one session; of two plans the one that wins. One query."""
    found = {}
    for pupil_id, plans in plans_around(viewer.school_id, on, on, pupil_ids).items():
        rows = {as_planned(plan): plan for plan in plans}
        known = tuple(each for each in rows if each.is_for(on, school_session))
        if known:
            found[pupil_id] = rows[in_order(PupilFacts(known=known))[0]]
    return found


def _known(facts: PupilFacts, rows: Mapping[Planned, PlannedMark]) -> Known:
    shown = expected(facts)
    return Known(
        facts=facts,
        plan=None if shown is None else rows[shown],
        others=tuple(rows[each] for each in in_order(facts) if each != shown),
        may_keep=frozenset(each.code for each in facts.known if may_be_filled_in(each, facts)),
    )


def as_planned(plan: PlannedMark) -> Planned:
    """A planned mark as the rules take it."""
    return Planned(
        code=plan.code,
        first_day=plan.first_day,
        last_day=plan.last_day,
        nature=plan.note,
        where_from=plan.get_origin_display(),
        sessions=plan.sessions,
        weekdays=plan.weekdays,
        provider=plan.provider,
        supervisor=plan.supervisor,
        is_provision=plan.code == "B"
        and plan.provider != ""
        and plan.origin != PlannedMark.Origin.ACTIVITY.value,
    )


def is_closed_by(marks: Iterable[Versions]) -> bool:
    """Is the whole school unexpectedly closed, going by the marks that stand? Y4 is never one pupil's alone."""
    return any(versions[-1].code == "Y4" for versions in marks if versions)
