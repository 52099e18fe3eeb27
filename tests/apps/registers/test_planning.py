"""What is known before registration: shown with where it comes from, a mark only when the register is taken."""

from datetime import date
from typing import Any

import pytest

from rollbook.apps.audit.models import Event
from rollbook.apps.registers.actions.planning import plan_mark, withdraw_plan
from rollbook.apps.registers.models import Entry, PlannedMark
from rollbook.apps.registers.presenters.register import Typed, register_context
from rollbook.apps.registers.queries.register import register_sheet
from rollbook.domain.access import Role
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at
from tests.factories.people import make_person, make_school, viewer_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


def plan(scene: Scene, **changes: Any) -> PlannedMark:
    """Amy at the dentist on Monday morning, recorded by the office, unless changed."""
    viewer = scene.viewer(changes.pop("by", scene.office))
    values: dict[str, Any] = {
        "pupil_id": scene.amy.pk, "first_day": MONDAY, "last_day": MONDAY, "sessions": "AM", "code": "M",
        "note": "Dental appointment, back 10:30", "origin": "telephone",
    }  # fmt: skip
    return plan_mark(viewer=viewer, by=viewer.actor, at=at(8, 20), **(values | changes))


def shown(scene: Scene, session: Any = AM) -> dict[str, tuple[str, str]]:
    """What the teacher's screen shows of each pupil: the mark filled in, and the words beside the name."""
    viewer = scene.viewer(scene.teacher)
    sheet = register_sheet(viewer, scene.group.pk, MONDAY, session, at(9, 1))
    assert sheet is not None
    rows = register_context(viewer, sheet, at(9, 1), Typed())["rows"]
    return {row["forename"]: (row["code"], row["planned"]["words"] if row["planned"] else "") for row in rows}


@pytest.mark.policy("P-3.6-1")
def test_a_plan_is_filled_in_and_says_where_it_comes_from(scene: Scene) -> None:
    plan(scene)

    assert shown(scene) == {"Amy": ("M", "Dental appointment, back 10:30"), "Ben": ("", ""), "Cat": ("", "")}
    assert shown(scene, PM)["Amy"] == ("", "")
    assert Entry.objects.count() == 0
    assert Event.objects.get(type="register.mark.planned").subject == f"pupil:{scene.amy.pk}"


def test_a_teacher_may_save_the_planned_code_though_not_choose_it(scene: Scene) -> None:
    plan(scene)
    scene.take({scene.amy: "M"})
    assert scene.marks() == {"Amy": ["M"]}

    with pytest.raises(Refused, match="set by"):
        scene.take({scene.ben: "M"})


def test_a_withdrawn_plan_is_shown_no_more_and_its_marks_stay(scene: Scene) -> None:
    planned = plan(scene)
    scene.take({scene.amy: "M"})
    viewer = scene.viewer(scene.office)
    withdraw_plan(viewer=viewer, plan_id=planned.pk, because="Cancelled", by=viewer.actor, at=at(9, 10))
    withdraw_plan(viewer=viewer, plan_id=planned.pk, because="Twice", by=viewer.actor, at=at(9, 11))

    assert shown(scene)["Amy"] == ("M", "")
    planned.refresh_from_db()
    assert planned.withdrawn_because == "Cancelled"
    assert Event.objects.filter(type="register.plan.withdrawn").count() == 1


def test_a_plan_is_withdrawn_with_a_reason_or_not_at_all(scene: Scene) -> None:
    planned = plan(scene)
    viewer = scene.viewer(scene.office)
    with pytest.raises(Refused) as refused:
        withdraw_plan(viewer=viewer, plan_id=planned.pk, because="  ", by=viewer.actor, at=at(9, 10))
    assert [refusal.field for refusal in refused.value.refusals] == ["because"]
    planned.refresh_from_db()
    assert planned.withdrawn_at is None
    assert not Event.objects.filter(type="register.plan.withdrawn").exists()


def test_what_follows_from_a_record_is_not_withdrawn_by_itself(scene: Scene) -> None:
    scene.plan_trip(scene.amy)
    planned = PlannedMark.objects.get()
    viewer = scene.viewer(scene.head)
    with pytest.raises(Refused, match="Change the record"):
        withdraw_plan(viewer=viewer, plan_id=planned.pk, because="Cancelled", by=viewer.actor, at=at(9, 10))
    planned.refresh_from_db()
    assert planned.withdrawn_at is None


def test_of_two_plans_the_newer_one_is_shown(scene: Scene) -> None:
    plan(scene)
    plan(scene, code="I", note="Mother rang: not well after all")

    assert shown(scene)["Amy"] == ("I", "Mother rang: not well after all")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"last_day": date(2026, 9, 11)}, "before the first day"),
        ({"last_day": date(2028, 9, 11)}, "at most a year"),
        ({"first_day": date(2026, 10, 26), "last_day": date(2026, 10, 30)}, "closed on all of these days"),
        ({"code": "/"}, "can't be known beforehand"),
        ({"code": "L"}, "can't be known beforehand"),
        ({"code": "N"}, "can't be known beforehand"),
        ({"code": "C"}, "set by the head teacher"),
        ({"code": "J"}, "use J1"),
        ({"note": " "}, "shown on the register"),
        ({"sessions": "evening"}, "mornings, afternoons, or both"),
        ({"origin": "rumour"}, "where this comes from"),
    ],
)
def test_what_can_not_be_planned(scene: Scene, changes: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused, match=why):
        plan(scene, **changes)
    assert PlannedMark.objects.count() == 0


@pytest.mark.parametrize("role", [Role.CLASS_TEACHER, Role.GOVERNOR, Role.ADMINISTRATOR])
def test_who_may_not_plan(scene: Scene, role: Role) -> None:
    with pytest.raises(Refused, match="may not record"):
        plan(scene, by=make_person(scene.school, role))


def test_another_schools_pupil_and_plan_do_not_exist(scene: Scene) -> None:
    planned = plan(scene)
    elsewhere = make_school("Elsewhere School")
    stranger = viewer_of(make_person(elsewhere, Role.OFFICE), MONDAY, elsewhere)
    with pytest.raises(Refused, match="pupil of this school"):
        plan_mark(
            viewer=stranger, pupil_id=scene.amy.pk, first_day=MONDAY, last_day=MONDAY, sessions="both", code="M",
            note="Dentist", origin="letter", by=stranger.actor, at=at(8, 20),
        )  # fmt: skip
    with pytest.raises(Refused, match="not there any more"):
        withdraw_plan(viewer=stranger, plan_id=planned.pk, because="", by=stranger.actor, at=at(8, 30))
