"""Records of absence as short as a test wants them."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from rollbook.apps.absence.actions.activities import ActivityDraft, record_activity
from rollbook.apps.absence.actions.dual import DualDraft, record_dual
from rollbook.apps.absence.actions.suspensions import SuspensionDraft, record_suspension
from rollbook.apps.absence.actions.timetables import TimetableDraft, draft_timetable
from rollbook.apps.absence.models import (
    DualRegistration,
    OffSiteActivity,
    PartTimeTimetable,
    Suspension,
)
from rollbook.apps.accounts.models import User
from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.roll.models import Contact, Parent, Pupil
from rollbook.domain.off_site import ActivityKind
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.week_grid import WeekGrid
from tests.apps.registers.scene import MONDAY, Scene, at

AM, PM = SchoolSession.AM, SchoolSession.PM
TUESDAY = MONDAY + timedelta(days=1)
FRIDAY = MONDAY + timedelta(days=4)


def draft(scene: Scene, **changes: Any) -> ActivityDraft:
    """A trip to the science museum on Tuesday, led by 7A's teacher, with changes."""
    return replace(
        ActivityDraft(
            kind=ActivityKind.TRIP,
            title="Science museum",
            nature="workshop on electricity",
            place="Millennium Point",
            provider="",
            staff_id=scene.teacher.pk,
            supervisor="",
            confirmed_how="staff",
            la_contact="",
            reference="RA 12",
            first_day=TUESDAY,
            last_day=TUESDAY,
            weekdays=0b11111,
            sessions="both",
        ),
        **changes,
    )


def trip(
    scene: Scene,
    pupils: list[Pupil] | None = None,
    *,
    by: User | None = None,
    when: datetime | None = None,
    key: UUID | None = None,
    **changes: Any,
) -> OffSiteActivity:
    """The trip, recorded by the office on Monday for Amy and Ben, unless said otherwise."""
    viewer = scene.viewer(by or scene.office)
    return record_activity(
        viewer=viewer,
        draft=draft(scene, **changes),
        pupil_ids=[pupil.pk for pupil in ([scene.amy, scene.ben] if pupils is None else pupils)],
        key=key or uuid4(),
        by=viewer.actor,
        at=when or at(9),
    )


def dual_draft(**changes: Any) -> DualDraft:
    """Tuesdays, and Thursday afternoons, at Hill School until Christmas."""
    return replace(
        DualDraft(
            other_school="Hill School",
            telephone="0121 496 0002",
            contact="Mrs Hill",
            told_how="E-mail by 10:00",
            first_day=MONDAY,
            last_day=date(2026, 12, 18),
            half_days=WeekGrid.of([(1, AM), (1, PM), (3, PM)]),
        ),
        **changes,
    )


def dual(scene: Scene, pupil: Pupil | None = None, **changes: Any) -> DualRegistration:
    """Amy at two schools."""
    viewer = scene.viewer(scene.office)
    return record_dual(
        viewer=viewer,
        pupil_id=(pupil or scene.amy).pk,
        draft=dual_draft(**changes),
        key=uuid4(),
        by=viewer.actor,
        at=at(9),
    )


def planned(source: str) -> dict[str, list[tuple[str, str, str, str, int]]]:
    """What stands planned from a record: first day, last day, code and sessions, weekdays, by first name."""
    found: dict[str, list[tuple[str, str, str, str, int]]] = {}
    for plan in PlannedMark.objects.filter(source=source, withdrawn_at=None).order_by("first_day", "id"):
        days = (plan.first_day.isoformat()[5:], plan.last_day.isoformat()[5:])
        found.setdefault(plan.pupil.forename, []).append((*days, plan.code, plan.sessions, plan.weekdays))
    return found


MORNINGS = WeekGrid.of((day, AM) for day in range(5))


def timetable_draft(**changes: Any) -> TimetableDraft:
    """Mornings only for four weeks from Monday, reviewed after two."""
    return replace(
        TimetableDraft(
            why="Back after an operation",
            is_not_for_behaviour=True,
            half_days=MORNINGS,
            first_day=MONDAY,
            last_day=date(2026, 10, 9),
            long_reason="",
            review_days=(date(2026, 9, 28),),
        ),
        **changes,
    )


def timetable(scene: Scene, pupil: Pupil | None = None, **changes: Any) -> PartTimeTimetable:
    """Amy's part-time timetable, prepared by the head on Monday."""
    viewer = scene.viewer(scene.head)
    return draft_timetable(
        viewer=viewer,
        pupil_id=(pupil or scene.amy).pk,
        draft=timetable_draft(**changes),
        key=uuid4(),
        by=viewer.actor,
        at=at(8),
    )


def parent_of(pupil: Pupil, *, lives_with: bool = True) -> Contact:
    """A parent of the pupil."""
    parent = Parent.objects.create(school=pupil.school, forename="Mo", surname=pupil.surname)
    return Contact.objects.create(pupil=pupil, parent=parent, relationship="mother", lives_with=lives_with)


def suspension_draft(**changes: Any) -> SuspensionDraft:
    """Two school days from Monday morning; the parents are told."""
    return replace(
        SuspensionDraft(
            reason="disruptive",
            first_day=MONDAY,
            first_session="AM",
            school_day_count=2,
            last_day=None,
            told_on=MONDAY,
            told_how="Telephone and letter",
            provision_code="",
            provider="",
            provision_from=None,
        ),
        **changes,
    )


def suspension(scene: Scene, pupil: Pupil | None = None, **changes: Any) -> Suspension:
    """Amy's suspension, recorded by the head."""
    viewer = scene.viewer(scene.head)
    return record_suspension(
        viewer=viewer,
        pupil_id=(pupil or scene.amy).pk,
        draft=suspension_draft(**changes),
        key=uuid4(),
        by=viewer.actor,
        at=at(8),
    )
