"""What the demonstration school has planned and agreed: a trip, a college course, two schools, part-time, a suspension.

Recorded with the product's own actions by the head, on the days on which a school would have; near the end of a year
what the calendar leaves no room for is left out.
"""

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from rollbook.apps.absence.actions.activities import ActivityDraft, record_activity
from rollbook.apps.absence.actions.dual import DualDraft, record_dual
from rollbook.apps.absence.actions.suspensions import SuspensionDraft, record_suspension
from rollbook.apps.absence.actions.timetables import (
    ParentsAgreement,
    TimetableDraft,
    agree_timetable,
    draft_timetable,
)
from rollbook.apps.accounts.models import User
from rollbook.apps.accounts.queries import viewer_for
from rollbook.apps.roll.models import Pupil
from rollbook.apps.roll.queries.details import contacts_of
from rollbook.clock import LONDON
from rollbook.config.simulation.chosen import choose, suspended_since
from rollbook.config.simulation.plan import SchoolPlan
from rollbook.domain.off_site import ActivityKind
from rollbook.domain.refusals import Refused
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.week_grid import WeekGrid

AM, PM = SchoolSession.AM, SchoolSession.PM


def record_agreements(school: SchoolPlan, today: date, head_email: str, leader_email: str) -> None:
    """Records everything in the school that was loaded, as the head did on the days before today."""
    head, chosen = User.objects.get(email=head_email), choose(school, today)
    viewer = viewer_for(head.pk, head.name, head.email, today)
    if viewer is None:
        raise ValueError(f"{head.name} has no role in the demonstration on {today}")
    leader_id = User.objects.get(email=leader_email).pk
    before = school.calendar.previous_school_days(today, 1)
    recorded_on = before[0] if before else today
    act: dict[str, Any] = {"viewer": viewer, "by": viewer.actor, "at": _moment(recorded_on, time(14, 40))}
    first = school.calendar.next_school_day(today)
    if first is not None:
        with suppress(Refused):
            _trip(school, chosen.trip, leader_id, first, act)
        with suppress(Refused):
            _college(school, chosen.college, first, act)
        with suppress(Refused):
            _dual(school, chosen.dual, first, act)
        with suppress(Refused):
            _part_time(school, chosen.part_time, first, recorded_on, act)
    since = suspended_since(school, today)
    if since is not None:
        _suspension(school, chosen.suspended, since, act | {"at": _moment(since, time(8, 40))})


def _trip(
    school: SchoolPlan, pupils: tuple[int, ...], leader_id: int, first: date, act: dict[str, Any]
) -> None:
    on = school.calendar.next_school_day(first) or first
    draft = ActivityDraft(
        kind=ActivityKind.TRIP,
        title="Botanical gardens",
        nature="habitats and plant life",
        place="Kilnbrook Botanical Gardens",
        provider="",
        staff_id=leader_id,
        supervisor="",
        confirmed_how="staff",
        la_contact="",
        reference="Risk assessment 41",
        first_day=on,
        last_day=on,
        weekdays=0b11111,
        sessions="both",
    )
    ids = [_pupil(school, each).pk for each in pupils]
    record_activity(draft=draft, pupil_ids=ids, key=_key("trip", on), **act)


def _college(school: SchoolPlan, pupils: tuple[int, ...], first: date, act: dict[str, Any]) -> None:
    draft = ActivityDraft(
        kind=ActivityKind.OTHER,
        title="Catering course",
        nature="level 1 catering",
        place="Larkmere College",
        provider="Larkmere College",
        staff_id=None,
        supervisor="Beatrix Onslow",
        confirmed_how="email",
        la_contact="",
        reference="LC 2207",
        first_day=first,
        last_day=first + timedelta(weeks=4),
        weekdays=0b01010,
        sessions="PM",
    )
    ids = [_pupil(school, each).pk for each in pupils]
    record_activity(draft=draft, pupil_ids=ids, key=_key("college", first), **act)


def _dual(school: SchoolPlan, pupil: int, first: date, act: dict[str, Any]) -> None:
    draft = DualDraft(
        other_school="Kilnbrook Academy",
        telephone="0121 496 0177",
        contact="Femi Adeyemi-Clark",
        told_how="E-mail from its office by 10:00",
        first_day=first,
        last_day=max(first, school.years[-1].dates.last_day),
        half_days=WeekGrid.of([(2, AM), (2, PM)]),
    )
    record_dual(pupil_id=_pupil(school, pupil).pk, draft=draft, key=_key("dual", first), **act)


def _part_time(school: SchoolPlan, pupil: int, first: date, recorded_on: date, act: dict[str, Any]) -> None:
    found = _pupil(school, pupil)
    lives_with = [each for each in contacts_of(found) if each.is_parent and each.lives_with]
    draft = TimetableDraft(
        why="Coming back after an operation; the consultant advises mornings only at first.",
        is_not_for_behaviour=True,
        half_days=WeekGrid.of((day, AM) for day in range(5)),
        first_day=first,
        last_day=first + timedelta(days=25),
        long_reason="",
        review_days=(first + timedelta(days=11),),
        la_told_on=recorded_on,
        social_worker_told_on=recorded_on if found.social_worker else None,
    )
    made = draft_timetable(pupil_id=found.pk, draft=draft, key=_key("part-time", first), **act)
    if lives_with:
        parents = ParentsAgreement(lives_with[0].pk, recorded_on, "Signed at the meeting")
        agree_timetable(timetable_id=made.pk, parents=parents, seen_version=made.version, **act)


def _suspension(school: SchoolPlan, pupil: int, since: date, act: dict[str, Any]) -> None:
    draft = SuspensionDraft(
        reason="disruptive",
        first_day=since,
        first_session="AM",
        school_day_count=6,
        last_day=None,
        told_on=since,
        told_how="Telephone and letter",
        provision_code="",
        provider="",
        provision_from=None,
    )
    with suppress(Refused):
        record_suspension(
            pupil_id=_pupil(school, pupil).pk, draft=draft, key=_key("suspension", since), **act
        )


def _pupil(school: SchoolPlan, place: int) -> Pupil:
    plan = school.pupils[place]
    return Pupil.objects.get(
        school__name=school.facts.name, surname=plan.surname, forename=plan.forename, born_on=plan.born_on
    )


def _moment(on: date, at: time) -> datetime:
    return datetime.combine(on, at, LONDON)


def _key(what: str, on: date) -> Any:
    return uuid5(NAMESPACE_URL, f"rollbook:demonstration:{what}:{on}")
