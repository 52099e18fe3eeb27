"""Suspensions: E planned, the provision from its day, days counted and warned of, withdrawn."""

from datetime import date, timedelta
from typing import Any

import pytest

from rollbook.apps.absence.actions.suspensions import (
    change_suspension,
    record_suspension,
    withdraw_suspension,
)
from rollbook.apps.absence.models import Suspension
from rollbook.apps.absence.queries.suspensions import count_of, suspension_rows, waiting_count
from rollbook.apps.audit.models import Event
from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.registers.queries.register import register_sheet
from rollbook.domain.access import Role
from rollbook.domain.refusals import Refused
from tests.apps.absence.records import AM, FRIDAY, TUESDAY, planned, suspension, suspension_draft
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import make_person, make_school, viewer_of

pytestmark = pytest.mark.django_db
NEXT_MONDAY = MONDAY + timedelta(days=7)
NEXT_TUESDAY = MONDAY + timedelta(days=8)


def act(scene: Scene) -> dict[str, Any]:
    viewer = scene.viewer(scene.head)
    return {"viewer": viewer, "by": viewer.actor, "at": at(10)}


def filled_in(scene: Scene, on: date) -> str:
    """What Amy's register is filled in with on a morning."""
    sheet = register_sheet(scene.viewer(scene.teacher, on), scene.group.pk, on, AM, at(8, on=on))
    assert sheet is not None
    plan = sheet.known[scene.amy.pk].plan
    return plan.code if plan else ""


@pytest.mark.policy("P-A-4", "P-5.1-18")
def test_e_is_planned_for_so_many_school_days(scene: Scene) -> None:
    made = suspension(scene, school_day_count=6)
    assert made.last_day == NEXT_MONDAY
    assert planned(made.source) == {"Amy": [("09-14", "09-21", "E", "both", 127)]}
    plan = PlannedMark.objects.get(source=made.source)
    assert (plan.note, plan.origin) == ("Suspended", "suspension")
    facts = Event.objects.get(type="absence.suspension.recorded").facts
    assert "disruptive" not in str(facts)


@pytest.mark.policy("P-A-12")
def test_from_the_sixth_day_the_register_is_filled_in_with_the_provision_and_never_with_e(
    scene: Scene,
) -> None:
    made = suspension(scene, school_day_count=7)
    assert [filled_in(scene, day) for day in (MONDAY, FRIDAY, NEXT_MONDAY)] == ["E", "E", ""]
    change_suspension(
        suspension_id=made.pk,
        draft=suspension_draft(
            school_day_count=7, provision_code="B", provider="Hill Centre", provision_from=NEXT_MONDAY
        ),
        because="Place found",
        seen_version=1,
        **act(scene),
    )
    assert [filled_in(scene, day) for day in (FRIDAY, NEXT_MONDAY, NEXT_TUESDAY)] == ["E", "B", "B"]
    plan = PlannedMark.objects.get(source=made.source, code="B", withdrawn_at=None)
    assert (plan.note, plan.provider) == ("Taught by Hill Centre", "Hill Centre")


def test_from_the_afternoon_the_first_morning_is_left_alone(scene: Scene) -> None:
    made = suspension(scene, first_session="PM")
    assert planned(made.source)["Amy"] == [
        ("09-14", "09-14", "E", "PM", 127),
        ("09-15", "09-15", "E", "both", 127),
    ]
    assert [filled_in(scene, day) for day in (MONDAY, TUESDAY)] == ["", "E"]
    one = suspension(scene, scene.ben, first_session="PM", school_day_count=1)
    assert planned(one.source)["Ben"] == [("09-14", "09-14", "E", "PM", 127)]


def test_days_are_counted_and_the_fourth_warns(scene: Scene) -> None:
    made = suspension(scene, school_day_count=6)
    viewer = scene.viewer(scene.head)
    thursday = MONDAY + timedelta(days=3)
    assert count_of(viewer, made, MONDAY + timedelta(days=2)).is_due is False
    count = count_of(viewer, made, thursday)
    assert (count.day, count.total, count.provision_due, count.is_due) == (4, 6, NEXT_MONDAY, True)
    assert (waiting_count(viewer, TUESDAY), waiting_count(viewer, thursday)) == (0, 1)
    assert waiting_count(scene.viewer(scene.office), thursday) == 0


def test_two_in_a_row_are_counted_together(scene: Scene) -> None:
    suspension(scene, school_day_count=4)
    second = suspension(scene, first_day=FRIDAY, school_day_count=3)
    count = count_of(scene.viewer(scene.head), second, FRIDAY)
    assert (count.total, count.provision_due, count.is_due) == (7, NEXT_MONDAY, True)
    rows = suspension_rows(scene.viewer(scene.head), FRIDAY, past=False)
    assert [row.count for row in rows] == [count]
    assert filled_in(scene, NEXT_MONDAY) == ""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"last_day": FRIDAY}, ["last_day"]),
        ({"school_day_count": None}, ["school_day_count"]),
        ({"school_day_count": 4000}, ["school_day_count"]),
        ({"first_day": MONDAY - timedelta(days=1)}, ["first_day"]),
        ({"reason": "because"}, ["reason"]),
        ({"told_on": TUESDAY}, ["told_on"]),
        ({"provision_code": "K"}, ["provider", "provision_from"]),
    ],
)
def test_what_is_refused(scene: Scene, change: dict[str, Any], expected: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        suspension(scene, **change)
    assert [each.field for each in refused.value.refusals] == expected
    assert not Suspension.objects.exists()
    assert not PlannedMark.objects.exists()


@pytest.mark.parametrize("role", [Role.OFFICE, Role.SENCO, Role.CLASS_TEACHER])
def test_who_may_not_record_one(scene: Scene, role: Role) -> None:
    viewer = scene.viewer(make_person(scene.school, role))
    with pytest.raises(Refused, match="You may not"):
        record_suspension(
            viewer=viewer,
            pupil_id=scene.amy.pk,
            draft=suspension_draft(),
            key="0b3bd64e-5a1c-4d0e-8a5e-2f3c1d5b7a90",  # type: ignore[arg-type]
            by=viewer.actor,
            at=at(9),
        )


def test_a_change_of_the_reason_is_kept_quiet_in_the_log(scene: Scene) -> None:
    made = suspension(scene)
    change_suspension(
        suspension_id=made.pk,
        draft=suspension_draft(reason="theft", school_day_count=3),
        because="New facts",
        seen_version=1,
        **act(scene),
    )
    facts = Event.objects.get(type="absence.suspension.changed").facts
    assert facts["private"] == ["reason"]
    assert "theft" not in str(facts)
    assert facts["to"]["last_day"] == "2026-09-16"


def test_withdrawn_nothing_is_planned_and_the_days_are_free_again(scene: Scene) -> None:
    made = suspension(scene)
    withdraw_suspension(suspension_id=made.pk, because="Overturned", **act(scene))
    assert planned(made.source) == {}
    assert suspension(scene).pk != made.pk
    with pytest.raises(Refused, match="was withdrawn"):
        change_suspension(
            suspension_id=made.pk, draft=suspension_draft(), because="x", seen_version=2, **act(scene)
        )


def test_another_school_sees_and_changes_nothing(scene: Scene) -> None:
    made = suspension(scene)
    far = make_school("Farfield")
    stranger = viewer_of(make_person(far, Role.HEAD_TEACHER), MONDAY, far)
    assert suspension_rows(stranger, MONDAY, past=False) == []
    with pytest.raises(Refused, match="not among"):
        withdraw_suspension(viewer=stranger, suspension_id=made.pk, because="x", by=stranger.actor, at=at(9))
    assert len(planned(made.source)) == 1
