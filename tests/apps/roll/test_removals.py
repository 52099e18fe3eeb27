"""Removing a name: proposed with evidence, decided by a second person, undone; the returns; places withdrawn."""

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from rollbook.apps.accounts.models import User
from rollbook.apps.registers.models import Entry
from rollbook.apps.roll.actions import enrolments, next_places, removals, returns
from rollbook.apps.roll.actions.enrolments import Spell, change_enrolment, take_back, withdraw_place
from rollbook.apps.roll.actions.next_places import (
    NewAddress,
    NextPlace,
    record_address_change,
    record_destination,
)
from rollbook.apps.roll.actions.removals import (
    Proposal,
    approve_removal,
    propose_removal,
    refuse_removal,
    undo_removal,
    withdraw_removal,
)
from rollbook.apps.roll.actions.returns import require_return, send_return
from rollbook.apps.roll.models import (
    AddressChange,
    Contact,
    Destination,
    Enrolment,
    Membership,
    Parent,
    Pupil,
    RemovalRequest,
    ReturnDue,
    WithdrawnPlace,
)
from rollbook.apps.roll.queries import pupils_of_group
from rollbook.apps.roll.queries.removals import waiting_count
from rollbook.apps.schools.models import School
from rollbook.domain.access import Role
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import MONDAY, Scene, at, mark
from tests.apps.roll.scene import events, whole_roll
from tests.factories.people import make_person, viewer_of

pytestmark = pytest.mark.django_db

TUESDAY = MONDAY + timedelta(days=1)
F: dict[str, Any] = {
    "is_in_writing": True,
    "notice_on": MONDAY,
    "stated_last_day": MONDAY,
    "order_in_force": False,
}


@pytest.fixture
def scene() -> Scene:
    return Scene()


def by(scene: Scene, person: User, when: datetime | None = None) -> dict[str, Any]:
    viewer = scene.viewer(person)
    return {"viewer": viewer, "by": viewer.actor, "at": when or at(10)}


def proposal(**changed: Any) -> Proposal:
    given: dict[str, Any] = {
        "letter": "F",
        "answers": F,
        "last_day": MONDAY,
        "evidence": "Mrs Abbott's letter of 7 September, in the pupil's file",
        "evidence_seen_on": MONDAY,
        "place": NextPlace("home"),
    }
    return Proposal(**(given | changed))


def propose(
    scene: Scene, pupil: Pupil | None = None, person: User | None = None, **changed: Any
) -> RemovalRequest:
    who = by(scene, person or scene.office)
    return propose_removal(pupil_id=(pupil or scene.amy).pk, proposal=proposal(**changed), **who)


def approve(scene: Scene, row: RemovalRequest, person: User | None = None, **more: Any) -> RemovalRequest:
    return approve_removal(removal_id=row.pk, **more, **by(scene, person or scene.head))


# --- Two people --------------------------------------------------------------------------------------------------


@pytest.mark.policy("P-4.1-1")
def test_a_name_comes_off_after_the_last_day_once_a_second_person_has_approved(scene: Scene) -> None:
    scene.take({scene.amy: "/"})
    row = propose(scene)
    assert (row.state, waiting_count(scene.viewer(scene.head), MONDAY)) == ("proposed", 1)
    assert Enrolment.objects.get(pupil=scene.amy).last_day is None, "a proposal changes nothing"
    row = approve(scene, row, reason="Spoke to the mother")
    assert (row.state, row.decided_by_name, row.alone_because) == ("approved", "Hal Head", "")
    viewer = scene.viewer(scene.teacher)
    assert scene.amy.pk in {each.id for each in pupils_of_group(viewer, scene.group.pk, MONDAY)}
    assert scene.amy.pk not in {each.id for each in pupils_of_group(viewer, scene.group.pk, TUESDAY)}
    assert Membership.objects.get(pupil=scene.amy).last_day == MONDAY
    assert Entry.objects.filter(pupil=scene.amy).count() == 1, "what was recorded stays"
    (due,) = ReturnDue.objects.filter(pupil=scene.amy)
    assert (due.kind, due.due_on, due.removal) == ("deletion", MONDAY, row)
    (event,) = events("roll.pupil.removed")
    assert event.subject == f"pupil:{scene.amy.pk}"
    assert event.facts["ground"] == "F"
    assert event.facts["last_day"] == "2026-09-14"
    assert events("roll.removal.proposed")[0].facts["evidence"].startswith("Mrs Abbott's letter")


def test_nobody_approves_their_own_request(scene: Scene) -> None:
    make_person(scene.school, Role.SENIOR_ATTENDANCE_CHAMPION)
    row = propose(scene, person=scene.head)
    before = whole_roll(scene.school)
    with pytest.raises(Refused, match="Somebody else"):
        approve(scene, row, alone_because="There is nobody")
    with pytest.raises(Refused, match="may not decide"):
        approve(scene, row, person=scene.office)
    assert whole_roll(scene.school) == before
    assert RemovalRequest.objects.get().state == "proposed"


def test_the_only_one_who_may_approve_says_why_there_is_no_second_person(scene: Scene) -> None:
    row = propose(scene, person=scene.head)
    with pytest.raises(Refused, match="nobody else here may approve it"):
        approve(scene, row)
    row = approve(scene, row, alone_because="The deputy has left, the post is empty")
    assert row.state == "approved"
    assert row.alone_because == "The deputy has left, the post is empty"
    assert events("roll.pupil.removed")[0].facts["nobody_else_because"] == row.alone_because


def test_a_refusal_says_why_and_the_pupil_stays(scene: Scene) -> None:
    row = propose(scene)
    with pytest.raises(Refused, match="Say why"):
        refuse_removal(removal_id=row.pk, reason=" ", **by(scene, scene.head))
    row = refuse_removal(removal_id=row.pk, reason="No letter on file", **by(scene, scene.head))
    assert (row.state, row.decided_because) == ("refused", "No letter on file")
    assert Enrolment.objects.get(pupil=scene.amy).last_day is None
    with pytest.raises(Refused, match="not open to that any more: refused"):
        approve(scene, row)
    assert events("roll.removal.refused")[0].facts["reason"] == "No letter on file"
    assert propose(scene).state == "proposed", "a new request may follow"


def test_a_request_is_withdrawn_by_those_who_propose(scene: Scene) -> None:
    row = propose(scene)
    row = withdraw_removal(removal_id=row.pk, reason="Wrong sister", **by(scene, scene.office))
    assert (row.state, row.undone["because"], row.undone["by"]) == ("withdrawn", "Wrong sister", "Ola Office")
    assert events("roll.removal.withdrawn")


def test_the_database_itself_wants_a_second_person(scene: Scene) -> None:
    from django.db import IntegrityError, transaction

    row = propose(scene)
    with pytest.raises(IntegrityError, match=r"second_person|CHECK"), transaction.atomic():
        RemovalRequest.objects.filter(pk=row.pk).update(state="approved", decided_by=row.proposed_by)


# --- What is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"answers": F | {"is_in_writing": False}}, "is_in_writing"),
        ({"answers": {}}, "stated_last_day"),
        ({"evidence": "  "}, "evidence"),
        ({"evidence": "<b>letter</b>"}, "evidence"),
        ({"evidence_seen_on": TUESDAY}, "evidence_seen_on"),
        ({"place": NextPlace("school")}, "next_name"),
        ({"place": NextPlace("school", "Moor Lane School")}, "next_starts_on"),
        ({"place": NextPlace("")}, "next_kind"),
        ({"place": NextPlace("home", notified_on=TUESDAY)}, "next_notified_on"),
        ({"last_day": date(2026, 9, 2)}, "last_day"),
        ({"letter": "Z"}, ""),
        ({"letter": "N"}, ""),
    ],
)
def test_a_proposal_that_is_refused_changes_nothing(
    scene: Scene, changed: dict[str, Any], field: str
) -> None:
    before = whole_roll(scene.school)
    with pytest.raises(Refused) as refused:
        propose(scene, **changed)
    assert field in {refusal.field for refusal in refused.value.refusals}
    assert whole_roll(scene.school) == before
    assert not RemovalRequest.objects.exists()
    assert not Destination.objects.exists()


def test_one_request_at_a_time_and_only_about_who_is_on_the_roll(scene: Scene) -> None:
    propose(scene)
    with pytest.raises(Refused, match="A request by Ola Office waits"):
        propose(scene)
    Enrolment.objects.filter(pupil=scene.ben).update(first_day=TUESDAY)
    with pytest.raises(Refused, match="Withdraw the place instead"):
        propose(scene, scene.ben)
    Enrolment.objects.filter(pupil=scene.cat).update(last_day=date(2026, 9, 11))
    with pytest.raises(Refused, match="not on the roll"):
        propose(scene, scene.cat)
    with pytest.raises(Refused, match="may not propose"):
        propose(scene, scene.dan, person=scene.teacher)


def test_a_remembered_condition_takes_a_reason(scene: Scene) -> None:
    sentence = {"is_sentenced": True, "is_long": False, "is_expected": False}
    with pytest.raises(Refused) as refused:
        propose(scene, letter="J", answers=sentence)
    assert {refusal.field for refusal in refused.value.refusals} == {"because"}
    row = propose(scene, letter="J", answers=sentence, because="Two sentences that follow one another")
    assert row.because == "Two sentences that follow one another"
    assert len(row.facts["warnings"]) == 1


def test_the_authority_that_placed_the_pupil_is_asked(scene: Scene) -> None:
    Pupil.objects.filter(pk=scene.amy.pk).update(commissioning_local_authority="Birmingham")
    with pytest.raises(Refused) as refused:
        propose(scene)
    assert {refusal.field for refusal in refused.value.refusals} == {"authority_consents"}
    School.objects.filter(pk=scene.school.pk).update(phase=School.Phase.SECONDARY)
    assert propose(scene).state == "proposed"


def test_marks_after_the_last_day_stand_in_the_way_and_are_named(scene: Scene) -> None:
    scene.take({scene.amy: "/"})
    friday = date(2026, 9, 11)
    with pytest.raises(Refused, match="/ on 14 September 2026 in the morning"):
        propose(scene, last_day=friday, answers=F | {"stated_last_day": friday, "notice_on": friday})


def test_a_pupil_who_comes_back_meanwhile_stays_on_the_roll(scene: Scene) -> None:
    friday = date(2026, 9, 11)
    row = propose(scene, last_day=friday, answers=F | {"stated_last_day": friday, "notice_on": friday})
    scene.take({scene.amy: "/"})
    with pytest.raises(Refused, match="/ on 14 September 2026 in the morning"):
        approve(scene, row)
    assert RemovalRequest.objects.get().state == "proposed"
    assert Enrolment.objects.get(pupil=scene.amy).last_day is None


def test_twenty_days_are_counted_from_the_register_itself(scene: Scene) -> None:
    days = [date(2026, 9, 3) + timedelta(days=number) for number in range(28)]
    school_days = [day for day in days if day.weekday() < 5]
    last = school_days[19]
    for day in school_days[:20]:
        for session in ("AM", "PM"):
            scene.take(
                [mark(scene.amy, "N")], by=scene.head, on=day, session=_session(session), when=at(15, on=day)
            )
    answers = {"may_be_ill": False, "has_enquired": True}
    late = at(16, on=last)
    who = by(scene, scene.office, late)
    nineteen = proposal(letter="I", answers=answers, last_day=school_days[18], evidence_seen_on=last)
    with pytest.raises(Refused, match="the last 19 school days"):
        propose_removal(pupil_id=scene.amy.pk, proposal=nineteen, **who)
    right = proposal(letter="I", answers=answers, last_day=last, evidence_seen_on=last)
    row = propose_removal(pupil_id=scene.amy.pk, proposal=right, **who)
    assert "the last 20 school days" in row.facts["worked_out"][0]["because"]


def _session(name: str) -> Any:
    from rollbook.domain.sessions import SchoolSession

    return SchoolSession(name)


def test_another_schools_requests_are_as_if_they_were_not(scene: Scene) -> None:
    row = approve(scene, propose(scene))
    due = ReturnDue.objects.get()
    other = Scene(_other_school())
    for action, arguments in (
        (approve_removal, {"removal_id": row.pk}),
        (refuse_removal, {"removal_id": row.pk, "reason": "no"}),
        (withdraw_removal, {"removal_id": row.pk, "reason": "no"}),
        (undo_removal, {"removal_id": row.pk, "reason": "no"}),
        (send_return, {"return_id": due.pk, "sent_on": MONDAY, "how": "post"}),
        (require_return, {"return_id": due.pk}),
    ):
        with pytest.raises(Refused, match="is not there"):
            action(**arguments, **by(other, other.head))  # type: ignore[operator]
    with pytest.raises(Refused, match="not in your school"):
        propose_removal(pupil_id=scene.ben.pk, proposal=proposal(), **by(other, other.office))


def _other_school() -> School:
    from tests.factories.people import make_school

    return make_school("Other School")


# --- Undone, and back again --------------------------------------------------------------------------------------


def test_a_removal_that_was_a_mistake_is_undone_with_a_reason(scene: Scene) -> None:
    Membership.objects.filter(pupil=scene.amy, group=scene.group).update(last_day=date(2026, 9, 30))
    Membership.objects.create(pupil=scene.amy, group=scene.other_group, first_day=date(2026, 10, 1))
    before = _times_in_groups(scene.amy)
    row = approve(scene, propose(scene))
    assert Membership.objects.filter(pupil=scene.amy).count() == 1
    with pytest.raises(Refused, match="Say why"):
        undo_removal(removal_id=row.pk, reason="", **by(scene, scene.head))
    with pytest.raises(Refused, match="may not decide"):
        undo_removal(removal_id=row.pk, reason="x", **by(scene, scene.office))
    undo_removal(removal_id=row.pk, reason="The wrong Amy", **by(scene, scene.head))
    after = _times_in_groups(scene.amy)
    assert after == before
    assert Enrolment.objects.get(pupil=scene.amy).last_day is None
    assert "undone" in ReturnDue.objects.get().cancelled_because
    assert events("roll.removal.undone")[0].facts["reason"] == "The wrong Amy"


def _times_in_groups(pupil: Pupil) -> list[Any]:
    rows = Membership.objects.filter(pupil=pupil).order_by("first_day")
    return list(rows.values_list("group", "first_day", "last_day"))


def test_a_pupil_who_started_again_is_not_put_back_by_undoing(scene: Scene) -> None:
    row = approve(scene, propose(scene))
    spell = Spell(TUESDAY, None, "", is_boarder=False)
    take_back(pupil_id=scene.amy.pk, spell=spell, group_id=scene.group.pk, **by(scene, scene.office))
    with pytest.raises(Refused, match="started again since"):
        undo_removal(removal_id=row.pk, reason="x", **by(scene, scene.head))
    assert [each.last_day for each in Enrolment.objects.filter(pupil=scene.amy)] == [MONDAY, None]


# --- Returns -----------------------------------------------------------------------------------------------------


def test_a_return_is_sent_once_with_what_it_said_and_the_removal_is_done(scene: Scene) -> None:
    adult = Parent.objects.create(
        school=scene.school, forename="Ada", surname="Abbott", address="1 High St", telephone="0121 496 0000"
    )
    Contact.objects.create(pupil=scene.amy, parent=adult, relationship="Mother", lives_with=True)
    row = approve(scene, propose(scene))
    due = ReturnDue.objects.get()
    for sent_on, how, words in (
        (TUESDAY, "portal", "to come"),
        (MONDAY, " ", "how it was sent"),
        (MONDAY, "<", "<"),
    ):
        with pytest.raises(Refused, match=words):
            send_return(return_id=due.pk, sent_on=sent_on, how=how, **by(scene, scene.office))
    send_return(return_id=due.pk, sent_on=MONDAY, how="The authority's portal", **by(scene, scene.office))
    due.refresh_from_db()
    said = {line["words"]: line["value"] for line in due.content}
    assert said["Ground of removal"] == "F: To be educated otherwise than at school"
    assert said["Next school or education"] == "Educated at home or otherwise than at school"
    assert said["Parent the pupil normally lives with"].startswith("Ada Abbott (Mother); 1 High St; 0121")
    assert (due.sent_by_name, due.sent_how) == ("Ola Office", "The authority's portal")
    row.refresh_from_db()
    assert row.state == "done"
    with pytest.raises(Refused, match="It was sent on 14 September 2026 by Ola Office"):
        send_return(return_id=due.pk, sent_on=MONDAY, how="again", **by(scene, scene.office))
    Parent.objects.update(address="Elsewhere")
    due.refresh_from_db()
    assert "1 High St" in str(due.content), "what was sent stays as it was sent"
    assert events("roll.return.sent")[0].facts["how"] == "The authority's portal"


def test_no_return_for_a_standard_leaver_until_the_authority_asks(scene: Scene) -> None:
    end, when = date(2027, 7, 21), at(12, on=date(2027, 7, 20))
    Pupil.objects.filter(pk=scene.amy.pk).update(born_on=date(2011, 3, 1))
    leaver = proposal(
        letter="L",
        answers={"is_leaving": True},
        last_day=end,
        evidence_seen_on=when.date(),
        is_standard_leaver=True,
        place=NextPlace("work"),
    )
    row = propose_removal(pupil_id=scene.amy.pk, proposal=leaver, **by(scene, scene.office, when))
    row = approve_removal(removal_id=row.pk, **by(scene, scene.head, when))
    due = ReturnDue.objects.get()
    assert (row.state, due.due_on) == ("done", None)
    assert "No return" in due.because
    require_return(return_id=due.pk, **by(scene, scene.office, when))
    due.refresh_from_db()
    assert due.due_on == when.date()
    with pytest.raises(Refused, match="due on 20 July 2027 already"):
        require_return(return_id=due.pk, **by(scene, scene.office, when))
    assert events("roll.return.asked_for")


# --- Notified changes --------------------------------------------------------------------------------------------


def test_a_change_of_address_and_the_next_school_are_recorded_by_date(scene: Scene) -> None:
    adult = Parent.objects.create(school=scene.school, forename="Ada", surname="Abbott")
    contact = Contact.objects.create(pupil=scene.amy, parent=adult, relationship="Mother")
    new = NewAddress(contact.pk, "9 New Road", "B9 9ZZ", date(2026, 10, 1), MONDAY)
    who = by(scene, scene.office)
    record_address_change(pupil_id=scene.amy.pk, new=new, **who)
    (row,) = AddressChange.objects.all()
    assert (row.parent_name, row.from_day, row.recorded_by_name) == (
        "Ada Abbott",
        date(2026, 10, 1),
        "Ola Office",
    )
    assert events("roll.address_change.recorded")
    for wrong, words in (
        (NewAddress(contact.pk + 99, "x", "", MONDAY, MONDAY), "Choose the parent"),
        (NewAddress(contact.pk, " ", "", MONDAY, MONDAY), "Enter the new address"),
        (NewAddress(contact.pk, "<i>", "", MONDAY, MONDAY), "<"),
        (NewAddress(contact.pk, "x", "", MONDAY, TUESDAY), "to come"),
    ):
        with pytest.raises(Refused, match=words):
            record_address_change(pupil_id=scene.amy.pk, new=wrong, **who)
    place = NextPlace("school", "Moor Lane School", "Moor Lane", date(2026, 10, 5), MONDAY)
    record_destination(pupil_id=scene.amy.pk, place=place, **who)
    assert events("roll.destination.recorded")[0].facts["next"] == (
        "Moor Lane School, Moor Lane, from 5 October 2026"
    )
    with pytest.raises(Refused, match="Name the school"):
        record_destination(pupil_id=scene.amy.pk, place=NextPlace("school"), **who)
    with pytest.raises(Refused, match="may not change"):
        record_destination(pupil_id=scene.amy.pk, place=place, **by(scene, scene.teacher))
    assert (AddressChange.objects.count(), Destination.objects.count()) == (1, 1)


# --- Starting days and places ------------------------------------------------------------------------------------


@pytest.mark.policy("P-A-7")
def test_a_pupil_to_come_is_on_no_register_before_the_starting_day_and_then_by_themselves(
    scene: Scene,
) -> None:
    Enrolment.objects.filter(pupil=scene.amy).update(first_day=TUESDAY)
    viewer = scene.viewer(scene.teacher)
    assert scene.amy.pk not in {each.id for each in pupils_of_group(viewer, scene.group.pk, MONDAY)}
    assert scene.amy.pk in {each.id for each in pupils_of_group(viewer, scene.group.pk, TUESDAY)}


def test_a_starting_day_is_not_moved_past_marks(scene: Scene) -> None:
    scene.take({scene.amy: "/"})
    row = Enrolment.objects.get(pupil=scene.amy)
    before = whole_roll(scene.school)
    spell = Spell(TUESDAY, None, "", is_boarder=False)
    with pytest.raises(Refused, match="/ on 14 September 2026 in the morning"):
        change_enrolment(pupil_id=scene.amy.pk, enrolment_id=row.pk, spell=spell, **by(scene, scene.office))
    assert whole_roll(scene.school) == before
    spell = Spell(MONDAY, None, "", is_boarder=False)
    assert change_enrolment(
        pupil_id=scene.amy.pk, enrolment_id=row.pk, spell=spell, **by(scene, scene.office)
    )


def test_a_place_is_withdrawn_with_a_reason_and_what_stood_is_kept(scene: Scene) -> None:
    Enrolment.objects.filter(pupil=scene.amy).update(first_day=TUESDAY, agreed_with="Ada Abbott")
    Membership.objects.filter(pupil=scene.amy).update(first_day=TUESDAY)
    row = Enrolment.objects.get(pupil=scene.amy)
    who = by(scene, scene.office)
    for because, words in ((" ", "Say why"), ("<b>", "<")):
        with pytest.raises(Refused, match=words):
            withdraw_place(pupil_id=scene.amy.pk, enrolment_id=row.pk, because=because, **who)
    withdraw_place(pupil_id=scene.amy.pk, enrolment_id=row.pk, because="Went elsewhere", **who)
    (place,) = WithdrawnPlace.objects.all()
    assert (place.first_day, place.agreed_with, place.because) == (TUESDAY, "Ada Abbott", "Went elsewhere")
    assert not Enrolment.objects.filter(pupil=scene.amy).exists()
    assert not Membership.objects.filter(pupil=scene.amy).exists()
    assert Pupil.objects.filter(pk=scene.amy.pk).exists()
    assert events("roll.place.withdrawn")[0].facts["because"] == "Went elsewhere"
    with pytest.raises(Refused, match="no longer there"):
        withdraw_place(pupil_id=scene.amy.pk, enrolment_id=row.pk, because="x", **who)


def test_withdrawing_a_place_is_no_way_round_a_ground(scene: Scene) -> None:
    row = Enrolment.objects.get(pupil=scene.amy)
    here: dict[str, Any] = {"pupil_id": scene.amy.pk, "enrolment_id": row.pk, "because": "Entered twice"}
    with pytest.raises(Refused, match="Only the head teacher"):
        withdraw_place(**here, **by(scene, scene.office))
    scene.take({scene.amy: "N"})
    with pytest.raises(Refused, match="The pupil was marked: N on 14 September"):
        withdraw_place(**here, **by(scene, scene.head))
    propose(scene)
    with pytest.raises(Refused, match="A removal was asked for"):
        withdraw_place(**here, **by(scene, scene.head))
    assert Enrolment.objects.filter(pk=row.pk).exists()


def test_the_head_cancels_an_entry_made_in_error_before_anybody_was_marked(scene: Scene) -> None:
    row = Enrolment.objects.get(pupil=scene.amy)
    here: dict[str, Any] = {"pupil_id": scene.amy.pk, "enrolment_id": row.pk, "because": "Entered twice"}
    withdraw_place(**here, **by(scene, scene.head))
    assert not Enrolment.objects.filter(pk=row.pk).exists()
    row = Enrolment.objects.get(pupil=scene.ben)
    due = ReturnDue.objects.create(
        kind="new_pupil",
        pupil=scene.ben,
        enrolment=row,
        due_on=MONDAY,
        because="",
        prepared_at=at(9),
        sent_on=MONDAY,
    )
    with pytest.raises(Refused, match="return was sent"):
        withdraw_place(
            pupil_id=scene.ben.pk, enrolment_id=due.enrolment_id, because="x", **by(scene, scene.head)
        )


# --- Whole or not at all -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", [removals, returns, next_places, enrolments])
def test_nothing_changes_when_the_event_can_not_be_written(
    scene: Scene, broken: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, approved = propose(scene), approve(scene, propose(scene, scene.ben))
    due, row = ReturnDue.objects.get(), Enrolment.objects.get(pupil=scene.cat)
    Enrolment.objects.filter(pk=row.pk).update(first_day=TUESDAY)
    everything = _everything(scene)

    def fail(**_: object) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr(broken, "record", fail)
    office, head = by(scene, scene.office), by(scene, scene.head)
    tries: dict[Any, list[Any]] = {
        removals: [
            lambda: propose(scene, scene.dan),
            lambda: approve(scene, waiting),
            lambda: refuse_removal(removal_id=waiting.pk, reason="x", **head),
            lambda: withdraw_removal(removal_id=waiting.pk, reason="x", **office),
            lambda: undo_removal(removal_id=approved.pk, reason="x", **head),
        ],
        returns: [lambda: send_return(return_id=due.pk, sent_on=MONDAY, how="post", **office)],
        next_places: [lambda: record_destination(pupil_id=scene.dan.pk, place=NextPlace("home"), **office)],
        enrolments: [
            lambda: withdraw_place(pupil_id=scene.cat.pk, enrolment_id=row.pk, because="x", **office)
        ],
    }
    for attempt in tries[broken]:
        with pytest.raises(RuntimeError):
            attempt()
    assert _everything(scene) == everything


def _everything(scene: Scene) -> list[Any]:
    models = (RemovalRequest, ReturnDue, Destination, WithdrawnPlace)
    return [whole_roll(scene.school), *(list(model.objects.order_by("id").values_list()) for model in models)]


# --- At once -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_is_told_that_it_is_done(scene: Scene) -> None:
    second = make_person(scene.school, Role.SENIOR_ATTENDANCE_CHAMPION, name="Cal Champion")
    row = propose(scene)
    answers: list[str] = []
    start = threading.Barrier(2)

    def decide(person: User) -> None:
        viewer = viewer_of(person, MONDAY, scene.school)
        start.wait()
        try:
            approve_removal(removal_id=row.pk, viewer=viewer, by=viewer.actor, at=at(11))
            answers.append("approved")
        except Refused as refused:
            answers.append(str(refused))
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=[person]) for person in (scene.head, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [
        "This request is not open to that any more: approved, return to send.",
        "approved",
    ]
    assert ReturnDue.objects.count() == 1
    assert len(events("roll.pupil.removed")) == 1
