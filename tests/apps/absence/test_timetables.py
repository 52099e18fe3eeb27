"""Part-time timetables: prepared, agreed by the head with a parent, reviewed, ended."""

from datetime import date
from typing import Any

import pytest

from rollbook.apps.absence.actions.timetables import (
    ParentsAgreement,
    agree_timetable,
    change_timetable,
    draft_timetable,
    end_timetable,
    record_review,
    withdraw_timetable,
)
from rollbook.apps.absence.models import PartTimeTimetable
from rollbook.apps.absence.queries.timetables import timetable_rows
from rollbook.apps.accounts.models import User
from rollbook.apps.audit.models import Event
from rollbook.apps.registers.models import PlannedMark
from rollbook.domain.access import Role
from rollbook.domain.refusals import Refused
from rollbook.domain.week_grid import WeekGrid
from tests.apps.absence.records import AM, PM, parent_of, planned, timetable, timetable_draft
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import make_person, make_school, viewer_of

pytestmark = pytest.mark.django_db


def act(scene: Scene, person: User | None = None, when: Any = None) -> dict[str, Any]:
    viewer = scene.viewer(person or scene.head)
    return {"viewer": viewer, "by": viewer.actor, "at": when or at(9)}


def agree(
    scene: Scene, made: PartTimeTimetable, person: User | None = None, **changes: Any
) -> PartTimeTimetable:
    contact = changes.pop("contact", None) or parent_of(scene.amy)
    values = {"contact_id": contact.pk, "agreed_on": MONDAY, "agreed_how": "Signed"} | changes
    return agree_timetable(
        timetable_id=made.pk,
        parents=ParentsAgreement(**values),
        seen_version=made.version,
        **act(scene, person),
    )


def fields(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [each.field for each in refused.value.refusals]


def test_only_an_agreed_timetable_plans_c2_on_the_half_days_not_attended(scene: Scene) -> None:
    made = timetable(scene)
    assert planned(made.source) == {}
    agree(scene, made)
    assert planned(made.source) == {"Amy": [("09-14", "10-09", "C2", "PM", 0b11111)]}
    plan = PlannedMark.objects.get(source=made.source)
    assert (plan.note, plan.origin) == ("Part-time timetable", "timetable")
    made.refresh_from_db()
    assert (made.state, made.agreed_by_name, made.parent_name) == ("agreed", "Hal Head", "Mo Abbott")
    assert Event.objects.filter(type="absence.timetable.agreed", subject=made.source).exists()


def test_a_mixed_week_is_planned_in_as_few_rows_as_it_needs(scene: Scene) -> None:
    made = timetable(scene, half_days=WeekGrid.of([(0, AM), (1, AM), (1, PM), (2, PM)]))
    agree(scene, made)
    assert sorted(row[3:] for row in planned(made.source)["Amy"]) == [
        ("AM", 0b100),
        ("PM", 0b1),
        ("both", 0b11000),
    ]


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(scene: Scene) -> None:
    with pytest.raises(Refused) as refused:
        timetable(scene, why=" ", half_days=WeekGrid(0), review_days=(), la_told_on=date(2026, 9, 15))
    assert fields(refused) == ["why", "half_days", "review_1", "la_told_on"]
    with pytest.raises(Refused) as refused:
        timetable(scene, last_day=date(2026, 11, 13))
    assert fields(refused) == ["long_reason"]
    assert not PartTimeTimetable.objects.exists()
    assert not Event.objects.filter(type__startswith="absence.timetable").exists()


@pytest.mark.parametrize("role", [Role.PASTORAL_LEAD, Role.SENCO, Role.OFFICE, Role.ATTENDANCE_OFFICER])
def test_only_the_head_may_agree(scene: Scene, role: Role) -> None:
    made = timetable(scene)
    with pytest.raises(Refused, match="You may not agree"):
        agree(scene, made, make_person(scene.school, role))
    assert planned(made.source) == {}


@pytest.mark.parametrize("role", [Role.OFFICE, Role.CLASS_TEACHER, Role.GOVERNOR])
def test_who_may_not_prepare(scene: Scene, role: Role) -> None:
    person = make_person(scene.school, role)
    with pytest.raises(Refused, match="You may not prepare"):
        draft_timetable(
            pupil_id=scene.amy.pk,
            draft=timetable_draft(),
            key="0b3bd64e-5a1c-4d0e-8a5e-2f3c1d5b7a90",  # type: ignore[arg-type]
            **act(scene, person),
        )


def test_the_parent_must_live_with_the_pupil_and_have_agreed_by_today(scene: Scene) -> None:
    made = timetable(scene)
    elsewhere = parent_of(scene.amy, lives_with=False)
    with pytest.raises(Refused) as refused:
        agree(scene, made, contact=elsewhere, agreed_on=date(2026, 9, 15), agreed_how=" ")
    assert fields(refused) == ["parent", "agreed_on", "agreed_how"]
    with pytest.raises(Refused, match="Choose one of the pupil's parents"):
        agree(scene, made, contact=parent_of(scene.ben))
    made.refresh_from_db()
    assert (made.state, made.parent_name) == ("draft", "")


def test_two_timetables_do_not_overlap(scene: Scene) -> None:
    contact = parent_of(scene.amy)
    agree(scene, timetable(scene), contact=contact)
    with pytest.raises(Refused, match="Another part-time timetable"):
        agree(scene, timetable(scene), contact=contact)
    later = timetable(
        scene, first_day=date(2026, 10, 12), last_day=date(2026, 10, 23), review_days=(date(2026, 10, 16),)
    )  # fmt: skip
    agree(scene, later, contact=contact)
    assert planned(later.source)["Amy"][0][:2] == ("10-12", "10-23")


def test_a_draft_is_changed_and_an_agreed_one_is_not(scene: Scene) -> None:
    made = timetable(scene)
    change = {"timetable_id": made.pk, "because": "Doctor's letter"} | act(scene)
    change_timetable(
        draft=timetable_draft(why="Another reason", review_days=(date(2026, 9, 21), date(2026, 10, 5))),
        seen_version=1,
        **change,
    )
    made.refresh_from_db()
    assert [review.due_on.day for review in made.reviews.all()] == [21, 5]
    facts = Event.objects.get(type="absence.timetable.changed").facts
    assert facts["private"] == ["why"]
    assert "Another reason" not in str(facts)
    agree(scene, made)
    made.refresh_from_db()
    with pytest.raises(Refused, match="is agreed already"):
        change_timetable(draft=timetable_draft(), seen_version=made.version, **change)


def test_ended_early_c2_stops_after_that_day(scene: Scene) -> None:
    made = timetable(scene)
    end = {"timetable_id": made.pk, "because": "Well again"} | act(scene)
    with pytest.raises(Refused, match="not agreed yet"):
        end_timetable(last_day=date(2026, 9, 18), **end)
    agree(scene, made)
    for day in (date(2026, 9, 13), date(2026, 10, 9)):
        with pytest.raises(Refused, match="Choose a day"):
            end_timetable(last_day=day, **end)
    end_timetable(last_day=date(2026, 9, 18), **end)
    assert planned(made.source) == {"Amy": [("09-14", "09-18", "C2", "PM", 0b11111)]}
    made.refresh_from_db()
    assert (made.state, made.agreed_last_day) == ("ended_early", date(2026, 10, 9))


def test_a_draft_is_withdrawn_with_a_reason(scene: Scene) -> None:
    made = timetable(scene)
    with pytest.raises(Refused, match="Say why"):
        withdraw_timetable(timetable_id=made.pk, because=" ", **act(scene))
    withdraw_timetable(timetable_id=made.pk, because="Not needed", **act(scene))
    made.refresh_from_db()
    assert (made.state, made.ended_because) == ("withdrawn", "Not needed")
    with pytest.raises(Refused, match="was withdrawn"):
        agree(scene, made)


def test_reviews_are_recorded_once_each(scene: Scene) -> None:
    made = timetable(scene)
    review = made.reviews.get()
    later = act(scene, when=at(15, on=date(2026, 9, 28)))
    with pytest.raises(Refused, match="not agreed yet"):
        record_review(timetable_id=made.pk, review_id=review.pk, held_on=MONDAY, outcome="x", **later)
    agree(scene, made)
    with pytest.raises(Refused) as refused:
        record_review(timetable_id=made.pk, review_id=0, held_on=date(2026, 9, 29), outcome=" ", **later)
    assert fields(refused) == ["review", "held_on", "outcome"]
    on = date(2026, 9, 28)
    record_review(timetable_id=made.pk, review_id=review.pk, held_on=on, outcome="Goes well", **later)
    review.refresh_from_db()
    assert (review.held_on, review.outcome, review.recorded_by_name) == (on, "Goes well", "Hal Head")
    with pytest.raises(Refused, match="still to be held"):
        record_review(timetable_id=made.pk, review_id=review.pk, held_on=on, outcome="Again", **later)


def test_another_school_sees_and_changes_nothing(scene: Scene) -> None:
    made = timetable(scene)
    far = make_school("Farfield")
    stranger = viewer_of(make_person(far, Role.HEAD_TEACHER), MONDAY, far)
    assert timetable_rows(stranger, MONDAY, past=False) == []
    with pytest.raises(Refused, match="not among"):
        withdraw_timetable(viewer=stranger, timetable_id=made.pk, because="x", by=stranger.actor, at=at(9))
