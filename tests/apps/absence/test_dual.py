"""Pupils registered at two schools: D is planned for the half-days at the other one."""

from datetime import date
from typing import Any

import pytest

from rollbook.apps.absence.actions.dual import change_dual, end_dual, record_dual
from rollbook.apps.absence.models import DualRegistration
from rollbook.apps.audit.models import Event
from rollbook.apps.registers.models import PlannedMark
from rollbook.domain.refusals import Refused
from rollbook.domain.week_grid import WHOLE_WEEK, WeekGrid
from tests.apps.absence.records import AM, dual, dual_draft, planned
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import make_school
from tests.factories.pupils import make_group, make_pupil

pytestmark = pytest.mark.django_db


def act(scene: Scene, when: Any = None) -> dict[str, Any]:
    viewer = scene.viewer(scene.office)
    return {"viewer": viewer, "by": viewer.actor, "at": when or at(10)}


@pytest.mark.policy("P-A-2", "P-5.1-20")
def test_d_is_planned_on_the_half_days_at_the_other_school(scene: Scene) -> None:
    made = dual(scene)
    assert planned(made.source) == {
        "Amy": [("09-14", "12-18", "D", "both", 0b10), ("09-14", "12-18", "D", "PM", 0b1000)]
    }
    plan = PlannedMark.objects.filter(source=made.source)[0]
    assert (plan.note, plan.provider, plan.origin) == ("At Hill School", "Hill School", "dual")


def test_problems_are_named_and_nothing_is_recorded(scene: Scene) -> None:
    with pytest.raises(Refused) as refused:
        dual(scene, other_school=" ", telephone="", told_how="", half_days=WeekGrid(0))
    assert [each.field for each in refused.value.refusals] == [
        "other_school",
        "telephone",
        "told_how",
        "half_days",
    ]
    far_school = make_school("Farfield")
    with pytest.raises(Refused, match="of this school"):
        dual(scene, make_pupil(far_school, make_group(far_school, "9Z"), "Far", "Fay"))
    teacher = scene.viewer(scene.teacher)
    with pytest.raises(Refused, match="You may not"):
        record_dual(
            viewer=teacher,
            pupil_id=scene.amy.pk,
            draft=dual_draft(),
            key="0b3bd64e-5a1c-4d0e-8a5e-2f3c1d5b7a90",  # type: ignore[arg-type]
            by=teacher.actor,
            at=at(9),
        )
    assert not DualRegistration.objects.exists()
    assert not PlannedMark.objects.exists()


def test_a_change_plans_anew(scene: Scene) -> None:
    made = dual(scene)
    change_dual(
        dual_id=made.pk,
        draft=dual_draft(half_days=WeekGrid.of([(4, AM)])),
        because="New agreement",
        seen_version=1,
        **act(scene),
    )
    assert planned(made.source) == {"Amy": [("09-14", "12-18", "D", "AM", 0b10000)]}
    assert Event.objects.get(type="absence.dual.changed").facts["because"] == "New agreement"
    with pytest.raises(Refused, match="Somebody else changed"):
        change_dual(
            dual_id=made.pk,
            draft=dual_draft(half_days=WHOLE_WEEK),
            because="x",
            seen_version=1,
            **act(scene),
        )


def test_ended_early_d_stops_after_the_last_day(scene: Scene) -> None:
    made = dual(scene)
    with pytest.raises(Refused, match="between the first and the last"):
        end_dual(dual_id=made.pk, last_day=date(2027, 1, 8), because="Moved", **act(scene))
    end_dual(dual_id=made.pk, last_day=date(2026, 10, 2), because="Moved", **act(scene))
    assert {days[1] for days in planned(made.source)["Amy"]} == {"10-02"}
    made.refresh_from_db()
    assert (made.ended_because, made.last_day) == ("Moved", date(2026, 10, 2))
    end_dual(dual_id=made.pk, last_day=MONDAY, because="again", **act(scene))
    assert Event.objects.filter(type="absence.dual.ended").count() == 1
    with pytest.raises(Refused, match="was ended"):
        change_dual(dual_id=made.pk, draft=dual_draft(), because="x", seen_version=2, **act(scene))
