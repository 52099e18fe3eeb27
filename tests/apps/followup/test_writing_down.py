"""Calls, reasons and further steps: what is kept, what is refused, and who may read it."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from rollbook.apps.audit.models import Event
from rollbook.apps.followup.actions import claiming
from rollbook.apps.followup.actions.claiming import claim, let_go
from rollbook.apps.followup.actions.recording import answer_step, put_right, record_call
from rollbook.apps.followup.actions.telling import ReasonDraft, tell_reason
from rollbook.apps.followup.models import CallClaim, ContactStep
from rollbook.apps.followup.queries.steps import may_read, open_concerns, written_about
from rollbook.apps.registers.models import Entry, PlannedMark
from rollbook.domain.access import Role
from rollbook.domain.contact_steps import StepKind
from rollbook.domain.contacting import Do
from rollbook.domain.refusals import Refused
from rollbook.domain.sessions import SchoolSession
from tests.apps.followup.scene import VISIT, Morning
from tests.apps.registers.scene import MONDAY, at, mark
from tests.factories.people import make_person, make_school, viewer_of

pytestmark = pytest.mark.django_db
AM, PM = SchoolSession.AM, SchoolSession.PM
TUESDAY, FRIDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=4)


@pytest.fixture
def morning() -> Morning:
    morning = Morning()
    morning.registers(amy="N", ben="N", dan="N")
    return morning


# --- Who is on it -----------------------------------------------------------------------------------------------


def test_two_people_never_ring_one_parent(morning: Morning) -> None:
    morning.ring(morning.amy)
    # Dan is Amy's brother: his mother is being rung already.
    with pytest.raises(Refused) as refused:
        morning.ring(morning.dan, by=morning.office, when=at(9, 45))
    assert str(refused.value) == (
        "Pat Lead is ringing the same parent about Amy Abbott since 09:40. Ask them, or take it over."
    )
    morning.ring(morning.ben, by=morning.office, when=at(9, 45))
    held = {(each.pupil_id, each.by_name) for each in CallClaim.objects.filter(ended_at=None)}
    assert held == {(morning.amy.pk, "Pat Lead"), (morning.ben.pk, "Ola Office")}


def test_a_claim_lapses_after_the_minutes_that_are_set(morning: Morning) -> None:
    morning.ring(morning.amy)
    with pytest.raises(Refused):
        morning.ring(morning.amy, by=morning.office, when=at(9, 54))
    morning.ring(morning.amy, by=morning.office, when=at(9, 55))
    assert {each.by_name for each in CallClaim.objects.filter(ended_at=None)} == {"Ola Office"}


def test_of_two_who_take_a_call_on_at_the_same_instant_one_is_told(
    morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    morning.ring(morning.amy)
    # The other one looked before the first had saved.
    monkeypatch.setattr(claiming, "_held", lambda *_: [])
    with pytest.raises(Refused) as refused:
        morning.ring(morning.dan, by=morning.office)
    assert str(refused.value) == "Somebody else took this on at the same moment. Look again."
    assert {each.by_name for each in CallClaim.objects.filter(ended_at=None)} == {"Pat Lead"}


def test_a_claim_is_taken_over_let_go_and_ended_by_reaching_a_parent(morning: Morning) -> None:
    morning.ring(morning.amy)
    morning.ring(morning.amy, by=morning.office, when=at(9, 41), takes_over=True)
    assert Event.objects.get(type="followup.claim.taken_over").facts == {"taken_from": "Pat Lead"}
    office = morning.viewer(morning.office)
    pastoral = morning.viewer(morning.pastoral)
    let_go(viewer=pastoral, pupil_id=morning.amy.pk, by=pastoral.actor, at=at(9, 42))
    assert CallClaim.objects.filter(ended_at=None).exists()  # somebody else's stays
    let_go(viewer=office, pupil_id=morning.amy.pk, by=office.actor, at=at(9, 42))
    assert not CallClaim.objects.filter(ended_at=None).exists()
    morning.ring(morning.amy)
    morning.call(morning.amy, morning.amys_mother, "no_answer")
    assert CallClaim.objects.filter(ended_at=None).exists()
    morning.call(morning.amy, morning.amys_mother, "reached", when=at(9, 43))
    assert not CallClaim.objects.filter(ended_at=None).exists()


def test_a_pupil_without_contacts_can_be_taken_on_too(morning: Morning) -> None:
    morning.ring(morning.cat)
    assert CallClaim.objects.get().line == f"pupil:{morning.cat.pk}"
    silent = morning.parent("Al", "Carr", "")
    morning.contact(morning.cat, silent, "Uncle")
    morning.ring(morning.cat, when=at(9, 41))
    assert f"parent:{silent.pk}" in {each.line for each in CallClaim.objects.filter(ended_at=None)}


# --- Calls ------------------------------------------------------------------------------------------------------


@pytest.mark.policy("P-4.5-2")
def test_a_call_is_kept_with_time_number_result_and_who_made_it(morning: Morning) -> None:
    key = uuid4()
    step = morning.call(morning.ben, morning.bens_mother, "message", key=key, note="On her voicemail")
    again = morning.call(morning.ben, morning.bens_mother, "message", key=key)
    assert step.pk == again.pk
    assert (step.who, step.number, step.result, step.note) == (
        "Mary Brown (mother)",
        "07700 900222",
        "message",
        "On her voicemail",
    )
    assert (step.by_name, step.by_position, step.at) == ("Pat Lead", "Pastoral Lead", at(9, 40))
    event = Event.objects.get(type="followup.step.recorded")
    assert event.facts["step_words"] == "Call"
    assert "voicemail" not in str(event.facts)


def test_a_call_that_cannot_have_been_is_refused_and_nothing_is_kept(morning: Morning) -> None:
    cases = [
        {"contact": morning.amys_mother, "result": "no_answer"},  # not Ben's
        {"contact": morning.bens_mother, "result": "no_answer", "number": "0800 1"},
        {"contact": morning.bens_mother, "result": "shouted"},
        {"contact": morning.bens_mother, "result": "no_answer", "note": "x" * 2001},
    ]
    for case in cases:
        with pytest.raises(Refused):
            morning.call(morning.ben, **case)  # type: ignore[arg-type]
    teacher = morning.viewer(morning.teacher)
    with pytest.raises(Refused):
        record_call(
            viewer=teacher, pupil_id=morning.ben.pk, contact_id=morning.bens_mother.pk, number="07700 900222",
            result="reached", note="", key=uuid4(), by=teacher.actor, at=at(9, 40),
        )  # fmt: skip
    assert not ContactStep.objects.exists()
    assert not Event.objects.filter(type__startswith="followup.").exists()


def test_another_school_s_pupil_is_out_of_reach(morning: Morning) -> None:
    far = make_school("Far School")
    viewer = viewer_of(make_person(far, Role.PASTORAL_LEAD), MONDAY, far)
    with pytest.raises(Refused):
        claim(viewer=viewer, pupil_id=morning.ben.pk, by=viewer.actor, at=at(9, 40))
    step = morning.call(morning.ben, morning.bens_mother, "no_answer")
    with pytest.raises(Refused):
        put_right(viewer=viewer, step_id=step.pk, because="x", key=uuid4(), by=viewer.actor, at=at(9, 41))
    assert written_about(viewer, morning.ben.pk, MONDAY) == []


def test_the_database_itself_refuses_to_change_a_step(morning: Morning) -> None:
    step = morning.call(morning.ben, morning.bens_mother, "no_answer")
    with pytest.raises(DatabaseError), transaction.atomic():
        ContactStep.objects.filter(pk=step.pk).update(result="reached")
    with pytest.raises(DatabaseError), transaction.atomic():
        ContactStep.objects.filter(pk=step.pk).delete()


def test_a_wrong_row_is_struck_out_and_counts_no_longer(morning: Morning) -> None:
    step = morning.call(morning.ben, morning.bens_mother, "reached")
    pastoral = morning.viewer(morning.pastoral)
    args = {"viewer": pastoral, "step_id": step.pk, "by": pastoral.actor}
    with pytest.raises(Refused):
        put_right(because=" ", key=uuid4(), at=at(9, 42), **args)  # type: ignore[arg-type]
    put_right(because="That was Dan's mother", key=uuid4(), at=at(9, 42), **args)  # type: ignore[arg-type]
    with pytest.raises(Refused):
        put_right(because="Once more", key=uuid4(), at=at(9, 43), **args)  # type: ignore[arg-type]
    (written,) = written_about(pastoral, morning.ben.pk, MONDAY)
    assert written.put_right is not None
    assert written.put_right.note == "That was Dan's mother"
    ben = next(each for each in morning.now(at(9, 44)).missing if each.pupil_id == morning.ben.pk)
    assert (ben.next.answer.do, ben.calls_today) == (Do.CALL, [])


# --- The reason -------------------------------------------------------------------------------------------------


def told(morning: Morning, draft: ReasonDraft, *, when: date = MONDAY, by: object = None) -> ContactStep:
    viewer = morning.viewer(by or morning.pastoral, when)  # type: ignore[arg-type]
    return tell_reason(
        viewer=viewer,
        pupil_id=morning.ben.pk,
        draft=draft,
        key=uuid4(),
        by=viewer.actor,
        at=at(9, 42, on=when),
    )


def draft_of(morning: Morning, **given: object) -> ReasonDraft:
    whole = ReasonDraft(morning.bens_mother.pk, "I", ((MONDAY, AM),), note="Sick in the night")
    return replace(whole, **given)  # type: ignore[arg-type]


@pytest.mark.policy("P-4.5-5", "P-4.5-6", "P-3.7-3")
def test_a_reason_told_becomes_the_right_code_and_the_days_to_come_are_planned(morning: Morning) -> None:
    step = told(morning, draft_of(morning, expected_return=MONDAY + timedelta(days=3)))
    assert morning.marks()["Ben"] == ["N", "I"]
    entry = Entry.objects.get(pupil=morning.ben, version=2)
    assert entry.reason == "Mary Brown (mother) told at 09:42"
    plans = PlannedMark.objects.filter(pupil=morning.ben).order_by("first_day")
    assert [(each.first_day, each.last_day, each.sessions, each.code) for each in plans] == [
        (MONDAY, MONDAY, "PM", "I"),
        (TUESDAY, TUESDAY + timedelta(days=1), "both", "I"),
    ]
    assert (step.code, step.note, step.who) == ("I", "Sick in the night", "Mary Brown (mother)")
    assert "Sick" not in str(list(Event.objects.values_list("facts", flat=True)))
    assert morning.names(at(9, 43)) == ["Amy", "Dan"]


def test_back_this_afternoon_plans_nothing(morning: Morning) -> None:
    told(morning, draft_of(morning, code="M", expected_return=MONDAY))
    assert not PlannedMark.objects.filter(pupil=morning.ben).exists()


def test_earlier_days_of_the_same_absence_are_settled_with_it(morning: Morning) -> None:
    morning.registers(on=TUESDAY, ben="N")
    told(morning, draft_of(morning, half_days=((MONDAY, AM), (TUESDAY, AM))), when=TUESDAY)
    assert (morning.marks()["Ben"], morning.marks(TUESDAY)["Ben"]) == (["N", "I"], ["N", "I"])


def test_a_reason_that_cannot_be_entered_changes_nothing(morning: Morning) -> None:
    for wrong, field in (
        ({"contact_id": None}, "contact"),
        ({"half_days": ()}, "half_days"),
        ({"code": "N"}, "code"),
        ({"code": "zz"}, "code"),
        ({"code": "B"}, "nature"),
        ({"note": "a\0b"}, "note"),
        ({"expected_return": MONDAY - timedelta(days=1)}, "expected_return"),
        ({"half_days": ((MONDAY, PM),)}, "code"),
    ):
        with pytest.raises(Refused) as refused:
            told(morning, draft_of(morning, **wrong))
        assert field in {each.field for each in refused.value.refusals}, wrong
    assert morning.marks()["Ben"] == ["N"]
    assert not ContactStep.objects.exists()
    assert not PlannedMark.objects.exists()


def test_a_mark_that_somebody_settled_meanwhile_is_never_gone_over(morning: Morning) -> None:
    morning.take([mark(morning.ben, "C", seen=1)], by=morning.head, reason="Leave", when=at(9, 41))
    with pytest.raises(Refused) as refused:
        told(morning, draft_of(morning))
    assert "Somebody else has changed" in str(refused.value)
    assert morning.marks()["Ben"] == ["N", "C"]


def test_who_may_not_amend_the_register_cannot_enter_the_reason(morning: Morning) -> None:
    senco = make_person(morning.school, Role.SENCO)
    with pytest.raises(Refused):
        told(morning, draft_of(morning), by=senco)
    morning.call(morning.ben, morning.bens_mother, "reached", by=senco)
    assert morning.marks()["Ben"] == ["N"]


# --- Further steps ----------------------------------------------------------------------------------------------


@pytest.mark.policy("P-4.5-3", "P-4.5-9", "P-4.5-13")
def test_each_step_is_kept_and_what_is_restricted_is_for_few_eyes(morning: Morning) -> None:
    visit = morning.step(morning.ben, StepKind.VISIT, **VISIT)
    office, senco = morning.viewer(morning.office), morning.viewer(make_person(morning.school, Role.SENCO))
    assert not may_read(office, visit)
    assert may_read(senco, visit)
    own = morning.step(morning.ben, StepKind.CONCERN, by=morning.office, note="Bruise seen last week")
    assert may_read(office, own)
    with pytest.raises(Refused):
        morning.step(morning.ben, StepKind.VISIT, by=morning.office, **VISIT)
    with pytest.raises(Refused):
        morning.step(morning.ben, StepKind.CALL, result="reached")
    with pytest.raises(Refused) as refused:
        morning.step(morning.ben, StepKind.POLICE, note="Rang 101")
    assert [each.field for each in refused.value.refusals] == ["reference"]


@pytest.mark.policy("P-4.5-9", "P-3.4-4")
def test_a_concern_waits_until_the_head_takes_it_over(morning: Morning) -> None:
    concern = morning.step(morning.ben, StepKind.CONCERN, by=morning.office, note="Bruise seen last week")
    head, pastoral = morning.viewer(morning.head), morning.viewer(morning.pastoral)
    assert [each.pk for each in open_concerns(head)] == [concern.pk]
    for viewer, note in ((pastoral, "I have it"), (head, "")):
        with pytest.raises(Refused):
            answer_step(
                viewer=viewer,
                step_id=concern.pk,
                values={"note": note},
                key=uuid4(),
                by=viewer.actor,
                at=at(10),
            )
    answer_step(
        viewer=head,
        step_id=concern.pk,
        values={"note": "Social care rung"},
        key=uuid4(),
        by=head.actor,
        at=at(10),
    )
    assert open_concerns(head) == []
    with pytest.raises(Refused):
        answer_step(
            viewer=head, step_id=concern.pk, values={"note": "Again"}, key=uuid4(), by=head.actor, at=at(11)
        )
    (written,) = written_about(head, morning.ben.pk, MONDAY)
    assert written.is_taken_over


def test_news_of_a_referral_is_added_to_it(morning: Morning) -> None:
    referral = morning.step(morning.ben, StepKind.REFERRAL, who="CAMHS", note="Anxious about school")
    pastoral, office = morning.viewer(morning.pastoral), morning.viewer(morning.office)
    for viewer, is_allowed in ((office, False), (pastoral, True), (pastoral, True)):
        values = {"result": "waiting", "note": ""}
        act = {"viewer": viewer, "step_id": referral.pk, "by": viewer.actor, "at": at(10)}
        if is_allowed:
            answer_step(values=values, key=uuid4(), **act)  # type: ignore[arg-type]
        else:
            with pytest.raises(Refused):
                answer_step(values=values, key=uuid4(), **act)  # type: ignore[arg-type]
    (written,) = written_about(pastoral, morning.ben.pk, MONDAY)
    assert [each.result for each in written.answers] == ["waiting", "waiting"]
    call = morning.call(morning.ben, morning.bens_mother, "reached")
    with pytest.raises(Refused):
        answer_step(viewer=pastoral, step_id=call.pk, values={}, key=uuid4(), by=pastoral.actor, at=at(10))


@pytest.mark.policy("P-4.5-12")
def test_an_offer_of_support_is_kept_with_what_was_said_to_it(morning: Morning) -> None:
    with pytest.raises(Refused) as refused:
        morning.step(morning.ben, StepKind.OFFER, who="Mary Brown", note="Breakfast club")
    assert [each.field for each in refused.value.refusals] == ["result"]
    for result in ("declined", "accepted"):
        morning.step(morning.ben, StepKind.OFFER, result=result, who="Mary Brown", note="Breakfast club")
    written = written_about(morning.viewer(morning.office), morning.ben.pk, MONDAY)
    assert [each.step.result for each in written] == ["accepted", "declined"]
