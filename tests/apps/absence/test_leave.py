"""Leave of absence: asked for, decided, told, withdrawn; only granted days are planned, and every overrun is found."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from rollbook.apps.absence.actions.leave import (
    ask_evidence,
    change_leave,
    record_evidence,
    record_leave,
    withdraw_leave,
)
from rollbook.apps.absence.actions.leave_deciding import Letter, decide_leave, tell_decision
from rollbook.apps.absence.models import Leave, LeaveDecision, LeaveTelling
from rollbook.apps.absence.presenters.leave_letter import letter_of
from rollbook.apps.absence.queries.leave import (
    askers_of,
    decide_by_of,
    lead_time_of,
    leave_of,
    leaves_on,
    pupils_with_open_leave,
    waiting_count,
)
from rollbook.apps.absence.queries.leave_away import away_rows, to_put_right
from rollbook.apps.absence.queries.owed_leave import owed
from rollbook.apps.absence.queries.sources import sources_of
from rollbook.apps.audit.models import Event
from rollbook.apps.post.models import Message
from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.registers.queries.register import register_sheet
from rollbook.apps.schools.models import PolicySetting
from rollbook.apps.schools.queries import forget_timetables
from rollbook.domain.access import Role, Viewer
from rollbook.domain.duties import Standing
from rollbook.domain.refusals import Refused
from tests.apps.absence.leave_records import (
    GRANTED,
    REFUSED,
    THURSDAY,
    WEDNESDAY,
    decide,
    leave,
    leave_draft,
)
from tests.apps.absence.records import AM, parent_of, planned
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import make_person, make_school, viewer_of

pytestmark = pytest.mark.django_db
NEXT_MONDAY = MONDAY + timedelta(days=7)
FRIDAY = THURSDAY + timedelta(days=1)


def act(scene: Scene, person: Any = None) -> dict[str, Any]:
    viewer = scene.viewer(person or scene.head)
    return {"viewer": viewer, "by": viewer.actor, "at": at(10)}


def refused_fields(refused: Any) -> list[str]:
    return [each.field for each in refused.value.refusals]


def stranger_to(scene: Scene) -> Viewer:
    far = make_school("Farfield")
    return viewer_of(make_person(far, Role.HEAD_TEACHER), MONDAY, far)


@pytest.mark.policy("P-4.3-2", "P-5.1-7")
def test_a_request_is_kept_as_it_was_written_and_plans_nothing(scene: Scene) -> None:
    made = leave(scene)
    assert (made.state, made.asked_by_name, made.asked_by_relationship) == ("asked", "Mo Abbott", "mother")
    assert (made.received_on, made.received_how) == (MONDAY, "letter")
    assert "My mother has died" in made.words
    assert planned(made.source) == {}
    facts = Event.objects.get(type="absence.leave.asked").facts
    assert facts == {"pupil": scene.amy.pk}


def test_the_same_form_twice_is_one_request(scene: Scene) -> None:
    key = uuid4()
    assert leave(scene, key=key).pk == leave(scene, key=key).pk
    assert Leave.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"ground": "holidays"}, ["ground"]),
        ({"circumstance": "party"}, ["circumstance"]),
        ({"sessions": "evenings"}, ["sessions"]),
        ({"received_how": "telephone"}, ["received_how"]),
        ({"words": " "}, ["words"]),
        ({"detail": ""}, ["detail"]),
        ({"received_on": MONDAY + timedelta(days=1)}, ["received_on"]),
        ({"first_day": date(2026, 9, 26), "last_day": date(2026, 9, 27)}, ["first_day"]),
        ({"contact_id": 2**40}, ["asked_by"]),
        ({"contact_id": None}, ["asked_by"]),
    ],
)
def test_what_can_not_be_kept(scene: Scene, change: dict[str, Any], expected: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        leave(scene, **change)
    assert refused_fields(refused)[0] == expected[0]
    assert not Leave.objects.exists()


def test_a_parent_with_whom_the_pupil_does_not_live_can_not_ask(scene: Scene) -> None:
    away = parent_of(scene.amy, lives_with=False)
    assert askers_of(scene.amy, MONDAY) == []
    with pytest.raises(Refused, match="normally lives with"):
        leave(scene, contact_id=away.pk)


def test_a_pupil_above_compulsory_school_age_may_ask(scene: Scene) -> None:
    scene.amy.born_on = date(2010, 5, 17)
    scene.amy.save()
    assert askers_of(scene.amy, MONDAY) == [("pupil", "Amy themselves")]
    made = leave(scene, contact_id=None)
    assert (made.asked_by_name, made.asked_by_relationship) == ("Amy Abbott", "pupil")
    decide(scene, made)
    found = leave_of(scene.viewer(scene.head), made.pk)
    assert found is not None
    body = letter_of(scene.viewer(scene.head), found, found.decisions.get(), at(11)).body
    assert "leave of absence for you on" in body


@pytest.mark.parametrize("role", [Role.CLASS_TEACHER, Role.SENCO, Role.GOVERNOR])
def test_who_may_not_record_a_request(scene: Scene, role: Role) -> None:
    viewer = scene.viewer(make_person(scene.school, role))
    with pytest.raises(Refused, match="You may not"):
        record_leave(
            viewer=viewer,
            pupil_id=scene.amy.pk,
            draft=leave_draft(parent_of(scene.amy)),
            key=uuid4(),
            by=viewer.actor,
            at=at(9),
        )


def test_a_waiting_request_is_changed_and_what_is_private_stays_out_of_the_log(scene: Scene) -> None:
    made = leave(scene)
    contact = made.contact
    with pytest.raises(Refused, match="Say why"):
        change_leave(leave_id=made.pk, draft=leave_draft(contact), because=" ", seen_version=1, **act(scene))
    draft = leave_draft(contact, detail="It was put off", last_day=WEDNESDAY)
    changed = change_leave(
        leave_id=made.pk, draft=draft, because="Letter of Tuesday", seen_version=1, **act(scene)
    )
    assert (changed.last_day, changed.version) == (WEDNESDAY, 2)
    facts = Event.objects.get(type="absence.leave.changed").facts
    assert facts["private"] == ["detail"]
    assert "put off" not in str(facts)
    with pytest.raises(Refused, match="Somebody else changed"):
        change_leave(leave_id=made.pk, draft=draft, because="x", seen_version=1, **act(scene))


@pytest.mark.policy("P-5.1-8")
def test_only_granted_days_are_filled_in(scene: Scene) -> None:
    made = leave(scene)
    decide(scene, made)
    assert planned(made.source) == {"Amy": [("09-23", "09-23", "C", "both", 127)]}
    plan = PlannedMark.objects.get(source=made.source)
    assert (plan.note, plan.origin) == ("Leave granted", "leave")
    filled = {}
    for on in (WEDNESDAY, THURSDAY):
        sheet = register_sheet(scene.viewer(scene.teacher, on), scene.group.pk, on, AM, at(8, on=on))
        assert sheet is not None
        known = sheet.known[scene.amy.pk].plan
        filled[on] = known.code if known else ""
    assert filled == {WEDNESDAY: "C", THURSDAY: ""}
    facts = Event.objects.get(type="absence.leave.granted").facts
    assert "funeral" not in str(facts).lower()
    assert facts["last_day"] == "2026-09-23"


@pytest.mark.parametrize(
    ("ground", "code"),
    [("performance", "C1"), ("interview", "J1"), ("study", "S"), ("religious", "R"), ("travelling", "T")],
)
@pytest.mark.policy("P-5.1-3", "P-5.1-4", "P-5.1-5", "P-5.1-15", "P-5.1-17")
def test_each_ground_is_planned_with_its_code(scene: Scene, ground: str, code: str) -> None:
    made = leave(scene, ground=ground)
    assert made.circumstance == ""
    decide(scene, made, is_confirmed=True, sessions="PM")
    assert planned(made.source) == {"Amy": [("09-23", "09-23", code, "PM", 127)]}


@pytest.mark.policy("P-5.1-11")
def test_what_can_not_be_decided(scene: Scene) -> None:
    made = leave(scene, ground="holiday")
    for changes, expected in (
        ({"considered": " "}, "considered"),
        ({"is_confirmed": False}, "is_confirmed"),
        ({"last_day": FRIDAY}, "granted_first_day"),
        ({"sessions": "evenings"}, "granted_sessions"),
    ):
        with pytest.raises(Refused) as refused:
            decide(scene, made, **{"is_confirmed": True, **changes})
        assert expected in refused_fields(refused)
    assert not LeaveDecision.objects.exists()
    assert not PlannedMark.objects.exists()


def test_leave_on_days_without_school_is_not_granted(scene: Scene) -> None:
    made = leave(scene, last_day=date(2026, 9, 28))
    with pytest.raises(Refused, match="closed on all of these days"):
        decide(scene, made, first_day=date(2026, 9, 26), last_day=date(2026, 9, 27))


def test_only_the_head_decides(scene: Scene) -> None:
    made = leave(scene)
    for person in (scene.office, scene.officer):
        scene.head, head = person, scene.head
        with pytest.raises(Refused, match="You may not decide about leave"):
            decide(scene, made)
        scene.head = head
    assert Leave.objects.get().state == "asked"


def test_decided_again_both_stay_and_the_plans_follow_the_last(scene: Scene) -> None:
    made = leave(scene)
    decide(scene, made)
    with pytest.raises(Refused) as refused:
        decide(scene, made, REFUSED)
    assert refused_fields(refused) == ["again_because"]
    decide(scene, made, REFUSED, again_because="The funeral is in the holidays now")
    assert planned(made.source) == {}
    assert list(LeaveDecision.objects.values_list("number", "is_granted")) == [(1, True), (2, False)]
    decide(scene, made, last_day=THURSDAY, again_because="It is not, after all")
    assert planned(made.source)["Amy"][0][1] == "09-24"
    with pytest.raises(Refused, match="The leave has begun"):
        decide(scene, made, REFUSED, again_because="Late", when=at(9, on=WEDNESDAY))


def test_the_head_sees_when_somebody_changed_the_request_meanwhile(scene: Scene) -> None:
    made = leave(scene)
    made.version = 7
    made.save()
    viewer = scene.viewer(scene.head)
    with pytest.raises(Refused, match="Somebody else changed"):
        decide_leave(
            viewer=viewer, leave_id=made.pk, draft=GRANTED, seen_version=1, by=viewer.actor, at=at(10)
        )


def test_the_family_withdraws_until_it_begins(scene: Scene) -> None:
    made = leave(scene)
    decide(scene, made)
    with pytest.raises(Refused, match="has begun"):
        withdraw_leave(leave_id=made.pk, because="x", **(act(scene) | {"at": at(9, on=WEDNESDAY)}))
    withdraw_leave(leave_id=made.pk, because="They go at the weekend", **act(scene))
    assert planned(made.source) == {}
    assert withdraw_leave(leave_id=made.pk, because="again", **act(scene)).ended_because.startswith("They")
    with pytest.raises(Refused, match="withdrawn"):
        decide(scene, made, again_because="x")


@pytest.mark.policy("P-5.1-14")
def test_the_head_may_ask_for_evidence_and_it_is_recorded_when_shown(scene: Scene) -> None:
    made = leave(scene)
    with pytest.raises(Refused, match="You may not ask for evidence"):
        ask_evidence(leave_id=made.pk, what="x", **act(scene, scene.office))
    with pytest.raises(Refused):
        ask_evidence(leave_id=made.pk, what=" ", **act(scene))
    ask_evidence(leave_id=made.pk, what="The order of service, since the date is unsure", **act(scene))
    with pytest.raises(Refused) as refused:
        record_evidence(leave_id=made.pk, what="Seen", received_on=WEDNESDAY, **act(scene))
    assert refused_fields(refused) == ["received_on"]
    with pytest.raises(Refused):
        record_evidence(leave_id=made.pk, what="", received_on=MONDAY, **act(scene))
    kept = record_evidence(
        leave_id=made.pk, what="Order of service", received_on=MONDAY, **act(scene, scene.office)
    )
    assert (kept.evidence_asked_on, kept.evidence_received) == (MONDAY, "Order of service")
    withdraw_leave(leave_id=made.pk, because="Not needed", **act(scene))
    with pytest.raises(Refused, match="withdrawn"):
        ask_evidence(leave_id=made.pk, what="More", **act(scene))


def letter_text(scene: Scene, made: Leave) -> str:
    viewer = scene.viewer(scene.head)
    found = leave_of(viewer, made.pk)
    assert found is not None
    return letter_of(viewer, found, list(found.decisions.all())[-1], at(11)).body


def test_the_letter_says_what_was_granted_and_what_follows_for_the_rest(scene: Scene) -> None:
    made = leave(scene)
    decide(scene, made, conditions="Maths homework comes along.")
    body = letter_text(scene, made)
    for words in (
        "Dear Mo Abbott\n",
        "I am very sorry for what your family is going through.",
        "on Wednesday 23 September 2026 and Thursday 24 September 2026",
        "I grant leave on Wednesday 23 September 2026.",
        "I am sorry that I can’t grant it for the rest",
        "back on Thursday 24 September 2026",
        "Please note: Maths homework comes along.",
        "marked as absence without leave and counts as unauthorised",
        "Hal Head",
    ):
        assert words in body
    assert "Close family" not in body  # what was considered stays with the decision


def test_the_letter_of_a_refused_holiday_names_it_as_one(scene: Scene) -> None:
    made = leave(scene, ground="holiday", last_day=FRIDAY)
    decide(scene, made, REFUSED)
    body = letter_text(scene, made)
    assert "from Wednesday 23 September 2026 to Friday 25 September 2026" in body
    assert "I can’t grant leave for these days" in body
    assert "The school holidays begin a week later." in body
    assert "holiday without leave" in body
    assert "back on" not in body


def tell(scene: Scene, made: Leave, how: str = "post", **changes: Any) -> LeaveTelling:
    wanted: dict[str, Any] = {
        "leave_id": made.pk,
        "number": 1,
        "how": how,
        "on": MONDAY,
        "letter": Letter("Mo Abbott", "mo@example.org" if how == "email" else "", "Leave", "Dear Mo"),
        "key": uuid4(),
        **act(scene, scene.office),
    }
    return tell_decision(**(wanted | changes))


def test_the_family_is_told_once_by_each_form(scene: Scene) -> None:
    made = leave(scene)
    with pytest.raises(Refused, match="no decision"):
        tell(scene, made)
    decide(scene, made)
    key = uuid4()
    first = tell(scene, made, "email", key=key)
    assert tell(scene, made, "email", key=key).pk == first.pk
    message = Message.objects.get()
    assert (message.to_address, message.purpose, message.pupil_id) == (
        "mo@example.org",
        "absence.leave",
        scene.amy.pk,
    )
    assert first.message_id == message.pk
    for changes, expected in (
        ({"how": "pigeon"}, "how"),
        ({"on": MONDAY + timedelta(days=1)}, "on"),
        ({"on": MONDAY - timedelta(days=1)}, "on"),
        ({"how": "email", "letter": Letter("Mo", "", "Leave", "x")}, "how"),
        ({"number": 2}, ""),
    ):
        with pytest.raises(Refused) as refused:
            tell(scene, made, **changes)  # type: ignore[arg-type]
        assert refused_fields(refused) == [expected]
    assert LeaveTelling.objects.count() == 1


@pytest.mark.policy("P-5.1-12")
def test_how_early_it_came_is_measured_against_the_schools_setting(scene: Scene) -> None:
    made = leave(scene)
    assert lead_time_of(scene.viewer(scene.head), made).answer is False
    PolicySetting.objects.create(
        school=scene.school,
        name="leave_notice_days",
        value=7,
        effective_from=date(2026, 9, 1),
        approved_at_meeting="Board",
    )
    forget_timetables()
    assert lead_time_of(scene.viewer(scene.head), made).answer is True


def test_lists_hold_what_waits_what_comes_and_what_is_over(scene: Scene) -> None:
    waiting, granted = leave(scene), leave(scene, scene.ben)
    decide(scene, granted)
    over = leave(scene, scene.cat)
    withdraw_leave(leave_id=over.pk, because="x", **act(scene))
    found = leaves_on(scene.viewer(scene.head), MONDAY, date(2026, 9, 1))
    assert [each.pk for each in found.waiting] == [waiting.pk]
    assert [each.pk for each in found.coming] == [granted.pk]
    assert [each.pk for each in found.past] == [over.pk]
    assert waiting_count(scene.viewer(scene.head), MONDAY) == 1
    assert waiting_count(scene.viewer(scene.office), MONDAY) == 0
    assert set(pupils_with_open_leave(scene.viewer(scene.head), MONDAY)) == {scene.amy.pk, scene.ben.pk}


@pytest.mark.policy("P-5.1-8")
def test_the_second_day_is_found_and_nothing_is_changed(scene: Scene) -> None:
    made = leave(scene)
    decide(scene, made)
    for on, code in ((WEDNESDAY, "C"), (THURSDAY, "N")):
        scene.take({scene.amy: code}, on=on)
    viewer = scene.viewer(scene.head, THURSDAY)
    found = leave_of(viewer, made.pk)
    assert found is not None
    (row,) = to_put_right(viewer, [found], THURSDAY)
    assert [(each.on, each.code, each.should_be) for each in row.sessions] == [(THURSDAY, "N", "O")]
    assert scene.marks(on=THURSDAY)["Amy"] == ["N"]
    assert away_rows(viewer, [found], WEDNESDAY) == []
    assert away_rows(viewer, [found], MONDAY) == []


def test_a_refused_holiday_taken_all_the_same_is_g(scene: Scene) -> None:
    made = leave(scene, ground="holiday")
    decide(scene, made, REFUSED)
    scene.take({scene.amy: "N"}, on=WEDNESDAY)
    viewer = scene.viewer(scene.head, THURSDAY)
    found = leave_of(viewer, made.pk)
    assert found is not None
    (row,) = away_rows(viewer, [found], THURSDAY)
    assert [each.should_be for each in row.sessions] == ["G"]


def test_a_decision_and_its_letter_are_owed_and_done(scene: Scene) -> None:
    made = leave(scene)
    viewer = scene.viewer(scene.head)
    assert decide_by_of(viewer, made) == NEXT_MONDAY
    (asked,) = owed(viewer, MONDAY, MONDAY, at(11))
    assert (asked.duty, asked.standing(at(11)), asked.due_at.date()) == (
        "leave.decided",
        Standing.COMING,
        NEXT_MONDAY,
    )
    decide(scene, made)
    decided, letter = owed(viewer, MONDAY, MONDAY, at(11))
    assert decided.standing(at(11)) is Standing.DONE
    assert (letter.duty, letter.due_at.date(), letter.done_at) == (
        "leave.told",
        MONDAY + timedelta(days=1),
        None,
    )
    tell(scene, made)
    assert owed(viewer, MONDAY, MONDAY, at(11))[1].standing(at(11)) is Standing.DONE
    decide(scene, made, REFUSED, again_because="New facts")
    assert [each.standing(at(11)) for each in owed(viewer, MONDAY, MONDAY, at(11))][1:] == [
        Standing.DONE,
        Standing.COMING,
    ]
    assert owed(viewer, date(2026, 8, 1), date(2026, 8, 31), at(11)) == []
    other = leave(scene, scene.ben, first_day=MONDAY + timedelta(days=1))
    withdraw_leave(leave_id=other.pk, because="x", **act(scene))
    of_ben = [each for each in owed(viewer, MONDAY, MONDAY, at(11)) if each.pupil_id == scene.ben.pk]
    assert [each.standing(at(11)) for each in of_ben] == [Standing.NOT_NEEDED]


def test_the_log_names_the_record_for_those_who_may_open_it(scene: Scene) -> None:
    made = leave(scene)
    assert sources_of(scene.viewer(scene.head), [made.source]) == {
        made.source: ("Leave of absence", f"/planned/leave/{made.pk}/")
    }
    assert sources_of(scene.viewer(scene.teacher), [made.source])[made.source][1] == ""


def test_another_school_sees_and_changes_nothing(scene: Scene) -> None:
    made = leave(scene)
    stranger = stranger_to(scene)
    assert leave_of(stranger, made.pk) is None
    assert leaves_on(stranger, MONDAY, MONDAY).waiting == []
    assert owed(stranger, MONDAY, MONDAY, at(11)) == []
    assert pupils_with_open_leave(stranger, MONDAY) == {}
    with pytest.raises(Refused, match="not among"):
        withdraw_leave(viewer=stranger, leave_id=made.pk, because="x", by=stranger.actor, at=at(9))
    with pytest.raises(Refused, match="Choose a pupil of this school"):
        record_leave(
            viewer=stranger,
            pupil_id=scene.amy.pk,
            draft=leave_draft(made.contact),
            key=uuid4(),
            by=stranger.actor,
            at=at(9),
        )
    assert Leave.objects.get().state == "asked"
