"""Activities of many pupils at once: recorded, changed, pupils put on and taken off, cancelled, confirmed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from rollbook.apps.absence.actions.activities import (
    add_pupils,
    cancel_activity,
    change_activity,
    take_off_pupils,
)
from rollbook.apps.absence.actions.confirming import confirm_session
from rollbook.apps.absence.models import ActivityPupil, AttendanceConfirmation, OffSiteActivity
from rollbook.apps.absence.queries.activities import (
    activity_rows,
    begun_slots_of,
    own_staff,
    session_states,
    slots_of,
)
from rollbook.apps.absence.queries.previews import preview_of
from rollbook.apps.absence.queries.week import slots_between
from rollbook.apps.audit.models import Event
from rollbook.apps.registers.models import Entry, PlannedMark
from rollbook.apps.registers.queries.register import register_sheet
from rollbook.apps.roll.queries import pupils_on_roll
from rollbook.domain.access import Role
from rollbook.domain.off_site import ActivityKind
from rollbook.domain.refusals import Refused
from tests.apps.absence.records import AM, FRIDAY, PM, TUESDAY, draft, planned, trip
from tests.apps.registers.scene import MONDAY, Scene, at, mark
from tests.factories.people import make_person, make_school, viewer_of
from tests.factories.pupils import make_group, make_pupil

pytestmark = pytest.mark.django_db


def act(scene: Scene, when: Any = None) -> dict[str, Any]:
    viewer = scene.viewer(scene.office)
    return {"viewer": viewer, "by": viewer.actor, "at": when or at(10)}


def fields(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [each.field for each in refused.value.refusals]


@pytest.mark.policy("P-A-2", "P-4.1-11", "P-5.1-19")
def test_a_trip_is_filled_in_for_everybody_who_goes_with_the_reason(scene: Scene) -> None:
    made = trip(scene)
    assert planned(made.source) == {
        "Amy": [("09-15", "09-15", "V", "both", 31)],
        "Ben": [("09-15", "09-15", "V", "both", 31)],
    }
    plan = PlannedMark.objects.filter(source=made.source).first()
    assert plan is not None
    assert plan.note == "Science museum: workshop on electricity, with Tess Teacher"
    assert (plan.provider, plan.supervisor, plan.origin) == ("Millennium Point", "Tess Teacher", "activity")
    sheet = register_sheet(scene.viewer(scene.teacher), scene.group.pk, TUESDAY, AM, at(8, on=TUESDAY))
    assert sheet is not None
    plans = {pupil.forename: sheet.known[pupil.pk].plan for pupil in (scene.amy, scene.ben, scene.cat)}
    assert {name: plan and plan.code for name, plan in plans.items()} == {"Amy": "V", "Ben": "V", "Cat": None}
    event = Event.objects.get(type="absence.activity.recorded")
    assert (event.subject, event.facts["pupils"], event.by_name) == (made.source, 2, "Ola Office")


def test_a_teacher_submits_what_was_filled_in_and_the_nature_stays_with_the_mark(scene: Scene) -> None:
    made = trip(scene)
    note = PlannedMark.objects.filter(source=made.source)[0].note
    scene.take([mark(scene.amy, "V", note=note)], on=TUESDAY)
    entry = Entry.objects.get(pupil=scene.amy)
    assert (entry.code, entry.note) == ("V", note)


def test_the_same_form_sent_twice_is_recorded_once(scene: Scene) -> None:
    key = uuid4()
    assert trip(scene, key=key) == trip(scene, key=key)
    assert OffSiteActivity.objects.count() == 1
    assert PlannedMark.objects.count() == 2


@pytest.mark.policy("P-A-10")
def test_v_asks_for_staff_of_this_school_on_that_day(scene: Scene) -> None:
    governor = make_person(scene.school, Role.GOVERNOR)
    far = make_person(make_school("Farfield"), Role.CLASS_TEACHER)
    gone = make_person(scene.school, Role.CLASS_TEACHER, last_day=MONDAY)
    offered = dict(own_staff(scene.viewer(scene.office), TUESDAY))
    assert scene.teacher.pk in offered
    for person in (governor, far, gone):
        assert person.pk not in offered
        with pytest.raises(Refused) as refused:
            trip(scene, staff_id=person.pk)
        assert fields(refused) == ["staff"]
    assert not OffSiteActivity.objects.exists()


def test_every_problem_is_named_at_once_and_nothing_is_changed(scene: Scene) -> None:
    with pytest.raises(Refused) as refused:
        trip(scene, [], nature=" ", staff_id=None)
    assert fields(refused) == ["nature", "staff", "pupils"]
    assert not OffSiteActivity.objects.exists()
    assert not PlannedMark.objects.exists()


def test_pupils_of_another_school_and_leavers_are_refused(scene: Scene) -> None:
    far_school = make_school("Farfield")
    far = make_pupil(far_school, make_group(far_school, "9Z"), "Far", "Fay")
    left = make_pupil(scene.school, scene.group, "Left", "Lou", last_day=MONDAY - timedelta(days=3))
    for pupil in (far, left):
        with pytest.raises(Refused) as refused:
            trip(scene, [scene.amy, pupil])
        assert fields(refused) == ["pupils"]
    assert not OffSiteActivity.objects.exists()


@pytest.mark.parametrize("person", ["teacher", "governor"])
def test_only_those_who_may_record_activities(scene: Scene, person: str) -> None:
    by = scene.teacher if person == "teacher" else make_person(scene.school, Role.GOVERNOR)
    with pytest.raises(Refused, match="You may not"):
        trip(scene, by=by)


def test_a_failing_audit_log_leaves_nothing_behind(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr("rollbook.apps.absence.actions.records.record", fail)
    with pytest.raises(RuntimeError):
        trip(scene)
    assert not OffSiteActivity.objects.exists()
    assert not PlannedMark.objects.exists()


def test_a_change_plans_anew_and_keeps_what_it_was(scene: Scene) -> None:
    made = trip(scene)
    change_activity(
        activity_id=made.pk,
        draft=draft(scene, first_day=FRIDAY, last_day=FRIDAY, sessions="AM"),
        because="Museum is closed on Tuesday",
        seen_version=1,
        **act(scene),
    )
    assert planned(made.source) == {
        "Amy": [("09-18", "09-18", "V", "AM", 31)],
        "Ben": [("09-18", "09-18", "V", "AM", 31)],
    }
    facts = Event.objects.get(type="absence.activity.changed").facts
    assert facts["from"] == {"first_day": "2026-09-15", "last_day": "2026-09-15", "sessions": "both"}
    assert facts["because"] == "Museum is closed on Tuesday"
    assert PlannedMark.objects.filter(source=made.source, withdrawn_at__isnull=False).count() == 2


def test_a_change_that_changes_nothing_is_no_change(scene: Scene) -> None:
    made = trip(scene)
    change_activity(activity_id=made.pk, draft=draft(scene), because="x", seen_version=1, **act(scene))
    made.refresh_from_db()
    assert made.version == 1
    assert not Event.objects.filter(type="absence.activity.changed").exists()


@pytest.mark.parametrize(
    ("seen", "because", "words"), [(1, "why", "Somebody else changed"), (2, " ", "Say why")]
)
def test_a_change_over_somebody_elses_or_without_a_reason_is_refused(
    scene: Scene, seen: int, because: str, words: str
) -> None:
    made = trip(scene)
    change_activity(
        activity_id=made.pk, draft=draft(scene, title="Art"), because="x", seen_version=1, **act(scene)
    )
    with pytest.raises(Refused, match=words):
        change_activity(
            activity_id=made.pk, draft=draft(scene), because=because, seen_version=seen, **act(scene)
        )
    made.refresh_from_db()
    assert made.title == "Art"


def test_a_pupil_put_on_later_goes_from_that_day(scene: Scene) -> None:
    made = trip(scene, first_day=MONDAY, last_day=FRIDAY, when=at(8))
    ids = [scene.cat.pk, scene.amy.pk]
    count = add_pupils(
        activity_id=made.pk, pupil_ids=ids, because="Wants to come", **act(scene, at(10, on=TUESDAY))
    )
    assert count == 1
    assert planned(made.source)["Cat"] == [("09-15", "09-18", "V", "both", 31)]
    assert planned(made.source)["Amy"] == [("09-14", "09-18", "V", "both", 31)]
    assert Event.objects.get(type="absence.activity.pupils_added").facts["added"] == ["Cat Carr"]


def test_a_pupil_taken_off_keeps_the_days_that_were(scene: Scene) -> None:
    made = trip(scene, first_day=MONDAY, last_day=FRIDAY, when=at(8))
    later = act(scene, at(10, on=TUESDAY + timedelta(days=1)))
    take_off_pupils(activity_id=made.pk, pupil_ids=[scene.amy.pk], because="Unwell", **later)
    assert planned(made.source) == {
        "Amy": [("09-14", "09-15", "V", "both", 31)],
        "Ben": [("09-14", "09-18", "V", "both", 31)],
    }
    place = ActivityPupil.objects.get(pupil=scene.amy)
    assert (place.off_because, place.off_by_name) == ("Unwell", "Ola Office")
    with pytest.raises(Refused, match="Nobody would be left"):
        take_off_pupils(activity_id=made.pk, pupil_ids=[scene.ben.pk], because="Unwell", **later)
    with pytest.raises(Refused, match="Choose whom"):
        take_off_pupils(activity_id=made.pk, pupil_ids=[scene.amy.pk], because="Unwell", **later)


def test_cancelled_before_it_began_nothing_is_planned_any_more(scene: Scene) -> None:
    made = trip(scene)
    cancel_activity(activity_id=made.pk, because="Coach broken down", **act(scene))
    assert planned(made.source) == {}
    made.refresh_from_db()
    assert made.ended_because == "Coach broken down"
    with pytest.raises(Refused, match="was cancelled"):
        add_pupils(activity_id=made.pk, pupil_ids=[scene.cat.pk], because="x", **act(scene))
    cancel_activity(activity_id=made.pk, because="again", **act(scene))
    assert Event.objects.filter(type="absence.activity.cancelled").count() == 1


def test_cancelled_while_it_runs_the_days_that_were_stay(scene: Scene) -> None:
    made = trip(scene, first_day=MONDAY, last_day=FRIDAY, when=at(8))
    cancel_activity(activity_id=made.pk, because="Ill leader", **act(scene, at(8, on=TUESDAY)))
    assert planned(made.source)["Amy"] == [("09-14", "09-14", "V", "both", 31)]


def test_the_preview_names_who_clashes_and_what_stands(scene: Scene) -> None:
    trip(scene, [scene.amy], title="Gala", kind=ActivityKind.SPORT, supervisor="Jo")
    scene.take({scene.ben: "N"}, when=at(9, 5))
    viewer = scene.viewer(scene.office)
    pupils = [each for each in pupils_on_roll(viewer, MONDAY) if each.id in (scene.amy.pk, scene.ben.pk)]
    slots = slots_between(viewer, MONDAY, TUESDAY, 31, "both")
    preview = preview_of(viewer, pupils, slots, "V")
    assert preview.session_count == 8
    assert [(each.name, each.code, each.days) for each in preview.plans] == [("Amy Abbott", "P", (TUESDAY,))]
    assert [(each.name, each.code, each.days) for each in preview.marks] == [("Ben Brown", "N", (MONDAY,))]
    assert preview_of(viewer, pupils, [], "V").clashes == ()
    assert preview.staying == []
    below = preview_of(viewer, pupils, slots, "C2")
    assert [(each.name, each.code) for each in below.staying] == [("Amy Abbott", "P")]
    assert below.plans == []


@pytest.mark.policy("P-4.1-11")
def test_a_session_is_confirmed_and_who_was_away_is_shown_with_the_mark(scene: Scene) -> None:
    made = trip(scene)
    note = PlannedMark.objects.filter(source=made.source)[0].note
    scene.take([mark(scene.amy, "V", note=note), mark(scene.ben, "V", note=note)], on=TUESDAY)
    confirm = {"activity_id": made.pk, "on": TUESDAY, "how": "staff"} | act(scene, at(11, on=TUESDAY))
    confirm_session(school_session=AM, told_by="Tess", not_there=[scene.amy.pk], **confirm)
    viewer = scene.viewer(scene.office)
    states = session_states(viewer, made, slots_of(viewer, made, TUESDAY, TUESDAY))
    assert [state.confirmation is not None for state in states] == [True, False]
    assert [(each.name, each.code, each.is_to_mend) for each in states[0].absent] == [
        ("Amy Abbott", "V", True)
    ]
    confirm_session(school_session=AM, told_by="Tess again", not_there=[], **confirm)
    states = session_states(viewer, made, slots_of(viewer, made, TUESDAY, TUESDAY))
    assert (states[0].absent, states[0].earlier_count) == ((), 1)
    assert AttendanceConfirmation.objects.count() == 2
    assert Entry.objects.count() == 2, "confirming changes no mark"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"on": FRIDAY}, ""),
        ({"how": "pigeon"}, "how"),
        ({"told_by": " "}, "told_by"),
        ({"not_there": [0]}, "not_there"),
        ({"at": at(9)}, ""),
        ({"at": at(12, 30, on=TUESDAY)}, ""),  # the afternoon begins later
    ],
)
def test_what_can_not_be_confirmed(scene: Scene, change: dict[str, Any], field: str) -> None:
    made = trip(scene)
    values = {"activity_id": made.pk, "on": TUESDAY, "how": "staff", "told_by": "T", "not_there": []}
    with pytest.raises(Refused) as refused:
        confirm_session(school_session=PM, **(act(scene, at(14, on=TUESDAY)) | values | change))
    assert fields(refused) == [field]
    assert not AttendanceConfirmation.objects.exists()


def test_only_what_has_begun_waits_for_confirmation(scene: Scene) -> None:
    made = trip(scene)
    viewer = scene.viewer(scene.office)
    for hour, begun, later in ((8, [], 2), (9, [AM], 1), (14, [AM, PM], 0)):
        now = at(hour, on=TUESDAY)
        row = activity_rows(viewer, now, past=False)[0]
        assert ([each for each, _ in row.today], row.later_today) == (begun, later)
        assert [each for _, each in begun_slots_of(viewer, made, TUESDAY, now)] == begun


def test_of_a_cancelled_activity_only_the_days_before_are_still_to_confirm(scene: Scene) -> None:
    made = trip(scene, first_day=MONDAY, last_day=FRIDAY)
    cancel_activity(activity_id=made.pk, because="Coach broke down", **act(scene, at(15, on=TUESDAY)))
    made.refresh_from_db()
    assert slots_of(scene.viewer(scene.office), made, MONDAY, FRIDAY) == [(MONDAY, AM), (MONDAY, PM)]


def test_nothing_of_another_school_is_seen_or_changed(scene: Scene) -> None:
    made = trip(scene)
    far_school = make_school("Farfield")
    stranger = viewer_of(make_person(far_school, Role.HEAD_TEACHER), MONDAY, far_school)
    assert activity_rows(stranger, at(9), past=False) == []
    with pytest.raises(Refused, match="not among"):
        cancel_activity(viewer=stranger, activity_id=made.pk, because="x", by=stranger.actor, at=at(9))
    for number in (made.pk + 1, 10**30):
        with pytest.raises(Refused, match="not among"):
            cancel_activity(activity_id=number, because="x", **act(scene))
    assert len(planned(made.source)) == 2
