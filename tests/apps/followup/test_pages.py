"""The pages of missing pupils: who may open them, what they show to whom, and what a press does."""

import re
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from rollbook import clock
from rollbook.apps.accounts.models import User
from rollbook.apps.audit.models import Event
from rollbook.apps.followup.models import ContactStep
from rollbook.domain.access import GIVEN_BY_A_SCHOOL, ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.contact_steps import StepKind
from tests.apps.followup.scene import VISIT, Morning
from tests.apps.registers.scene import MONDAY, at
from tests.factories.people import make_person, make_school, sign_in
from tests.factories.pupils import make_pupil

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning(monkeypatch: pytest.MonkeyPatch) -> Morning:
    set_time(monkeypatch, at(9, 41))
    morning = Morning()
    morning.registers(amy="N", ben="N", dan="N")
    return morning


def set_time(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def opened(person: User, name: str, *args: Any, **query: str) -> str:
    response = sign_in(Client(), person).get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def post(person: User, name: str, *args: Any, **data: Any) -> Any:
    return sign_in(Client(), person).post(reverse(name, args=args), data)


@pytest.mark.parametrize("role", GIVEN_BY_A_SCHOOL)
def test_only_those_who_follow_up_absence_open_the_pages(morning: Morning, role: Role) -> None:
    client = sign_in(Client(), make_person(morning.school, role))
    allowed = Permission.CONTACT_RECORD in ROLE_PERMISSIONS[role]
    step = morning.step(morning.ben, StepKind.SEEN, by=morning.office, result="sight", seen_by="A neighbour")
    for address in (
        reverse("followup:missing"),
        reverse("followup:sheet", args=[morning.ben.pk]),
        reverse("followup:reason", args=[morning.ben.pk]),
        reverse("followup:step", args=[morning.ben.pk, "no_visit"]),
        reverse("followup:put_right", args=[step.pk]),
    ):
        assert client.get(address).status_code == (200 if allowed else 403), address


def test_the_list_shows_why_to_those_who_may_know_and_ring_first_to_the_others(morning: Morning) -> None:
    morning.ben.has_child_protection_plan = True
    morning.ben.social_worker = "Sam Worker"
    morning.ben.save()
    assert "Child protection plan" in opened(morning.pastoral, "followup:missing")
    page = opened(morning.office, "followup:missing")
    assert "Child protection plan" not in page
    assert "Ring first" in page
    for contact in (morning.bens_mother, morning.bens_gran):
        morning.call(morning.ben, contact, "no_answer")
    assert "Tell those who work with the pupil" in opened(morning.pastoral, "followup:missing")
    page = opened(morning.office, "followup:sheet", morning.ben.pk)
    assert "Tell the pastoral lead" in page
    assert "Sam Worker" not in page
    assert "Social worker" not in page


def test_what_a_visit_found_is_hidden_from_the_office(morning: Morning) -> None:
    morning.step(morning.ben, StepKind.VISIT, **VISIT)
    assert "Curtains drawn" in opened(morning.pastoral, "followup:sheet", morning.ben.pk)
    page = opened(morning.office, "followup:sheet", morning.ben.pk)
    assert "Curtains drawn" not in page
    assert "Home visit" in page
    assert (
        sign_in(Client(), morning.office)
        .get(reverse("followup:put_right", args=[ContactStep.objects.get().pk]))
        .status_code
        == 403
    )


def test_a_look_at_a_call_sheet_is_in_the_log(morning: Morning) -> None:
    opened(morning.pastoral, "followup:sheet", morning.ben.pk)
    assert Event.objects.filter(type="roll.pupil.viewed", subject=f"pupil:{morning.ben.pk}").count() == 1


def test_numbers_are_links_only_for_whoever_has_taken_the_call_on(morning: Morning) -> None:
    assert "tel:" not in opened(morning.pastoral, "followup:sheet", morning.ben.pk)
    assert post(morning.pastoral, "followup:take", morning.ben.pk).status_code == 302
    page = opened(morning.pastoral, "followup:sheet", morning.ben.pk)
    assert 'href="tel:07700900222"' in page
    other = opened(morning.office, "followup:sheet", morning.ben.pk)
    assert "Pat Lead is ringing since 09:41" in other
    assert "tel:" not in other
    assert "Take it over" in other


def test_a_press_writes_the_call_down_and_reaching_somebody_asks_for_the_reason(morning: Morning) -> None:
    data = {"contact": morning.bens_mother.pk, "number": "07700 900222", "note": "", "key": uuid4()}
    response = post(morning.pastoral, "followup:called", morning.ben.pk, result="no_answer", **data)
    assert response["Location"] == reverse("followup:sheet", args=[morning.ben.pk])
    data["key"] = uuid4()
    response = post(morning.pastoral, "followup:called", morning.ben.pk, result="reached", **data)
    assert response["Location"] == reverse("followup:reason", args=[morning.ben.pk])
    data["key"] = uuid4()
    senco = make_person(morning.school, Role.SENCO)
    response = post(senco, "followup:called", morning.ben.pk, result="reached", **data)
    assert response["Location"] == reverse("followup:sheet", args=[morning.ben.pk])
    assert ContactStep.objects.count() == 3
    for wrong in ({"result": "shouted"}, {"contact": "x", "result": "reached"}):
        post(morning.pastoral, "followup:called", morning.ben.pk, **{**data, "key": uuid4(), **wrong})
    assert ContactStep.objects.count() == 3


def test_the_reason_is_entered_on_its_page(morning: Morning) -> None:
    morning.call(morning.ben, morning.bens_mother, "reached")
    page = opened(morning.office, "followup:reason", morning.ben.pk)
    # Who was reached is chosen already, and so is the session that waits.
    assert re.search(rf'name="contact" value="{morning.bens_mother.pk}"[^>]* checked', page)
    assert re.search(rf'name="half_days" value="{MONDAY}-AM"[^>]* checked', page)
    data = {
        "contact": morning.bens_mother.pk,
        "code": "I",
        "half_days": f"{MONDAY.isoformat()}-AM",
        "nature": "",
        "note": "Sick in the night",
        "expected_return": "",
        "key": uuid4(),
    }
    wrong = post(morning.office, "followup:reason", morning.ben.pk, **{**data, "code": ""})
    assert wrong.status_code == 422
    assert "Sick in the night" in wrong.content.decode()
    wrong = post(
        morning.office, "followup:reason", morning.ben.pk, **{**data, "expected_return": "2026-09-01"}
    )
    assert wrong.status_code == 422
    assert post(morning.office, "followup:reason", morning.ben.pk, **data).status_code == 302
    assert morning.marks()["Ben"] == ["N", "I"]
    assert "No session waits for a reason" in opened(morning.office, "followup:reason", morning.ben.pk)


def test_each_further_step_has_a_form_that_keeps_what_was_typed(morning: Morning) -> None:
    wrong = post(morning.pastoral, "followup:step", morning.ben.pk, "police", note="Rang 101", key=uuid4())
    assert wrong.status_code == 422
    assert "Rang 101" in wrong.content.decode()
    data = {
        "note": "Rang 101", "reference": "BP/1", "who": "PC Ford", "key": uuid4(),
        "happened_on": "2026-09-14", "happened_at": "09:40",
    }  # fmt: skip
    late = post(
        morning.pastoral, "followup:step", morning.ben.pk, "police", **{**data, "happened_at": "09:42"}
    )
    assert late.status_code == 422
    assert post(morning.pastoral, "followup:step", morning.ben.pk, "police", **data).status_code == 302
    step = ContactStep.objects.get()
    assert (step.reference, step.who, step.happened_at) == ("BP/1", "PC Ford", at(9, 40))
    assert post(morning.office, "followup:step", morning.ben.pk, "police", **data).status_code == 403
    assert post(morning.office, "followup:step", morning.ben.pk, "call", **data).status_code == 404


def test_the_head_finds_what_was_handed_over_and_takes_it_over(morning: Morning) -> None:
    concern = morning.step(morning.ben, StepKind.CONCERN, by=morning.office, note="Bruise seen last week")
    assert "Handed over to you" in opened(morning.head, "followup:missing")
    assert "Handed over to you" not in opened(morning.pastoral, "followup:missing")
    assert "Bruise seen last week" in opened(morning.head, "followup:answer", concern.pk)
    assert post(morning.pastoral, "followup:answer", concern.pk, note="Mine", key=uuid4()).status_code == 403
    assert post(morning.head, "followup:answer", concern.pk, note="", key=uuid4()).status_code == 422
    assert (
        post(morning.head, "followup:answer", concern.pk, note="Social care rung", key=uuid4()).status_code
        == 302
    )
    assert "Handed over to you" not in opened(morning.head, "followup:missing")


def test_a_row_is_put_right_on_its_page(morning: Morning) -> None:
    step = morning.call(morning.ben, morning.bens_mother, "reached")
    assert post(morning.pastoral, "followup:put_right", step.pk, note="", key=uuid4()).status_code == 422
    post(morning.pastoral, "followup:put_right", step.pk, note="Wrong child", key=uuid4())
    assert "Put right by Pat Lead" in opened(morning.pastoral, "followup:sheet", morning.ben.pk)
    assert post(morning.pastoral, "followup:answer", step.pk, note="x", key=uuid4()).status_code == 404


def test_enquiries_stand_on_the_sheet_of_a_long_absence(
    morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Enquiries where the pupil is" not in opened(morning.pastoral, "followup:sheet", morning.ben.pk)
    for day in range(15, 19):
        morning.registers(on=MONDAY.replace(day=day), ben="N")
    friday = at(9, 41, on=MONDAY.replace(day=18))
    set_time(monkeypatch, friday)
    page = opened(morning.pastoral, "followup:sheet", morning.ben.pk)
    assert "Enquiries where the pupil is" in page
    assert "5th school day" in page
    assert "Enquiries where the pupil is" not in opened(morning.office, "followup:sheet", morning.ben.pk)
    page = opened(morning.pastoral, "followup:step", morning.ben.pk, "enquiry", result="home")
    assert 'value="home"' in page
    morning.step(
        morning.ben, StepKind.ENQUIRY, when=friday, result="home", who="A neighbour", note="Nobody seen"
    )
    assert "Pat Lead, Fri 18 Sep" in opened(morning.pastoral, "followup:sheet", morning.ben.pk)


def test_last_seen_brothers_and_sisters_and_care_stand_beside_the_calls(morning: Morning) -> None:
    morning.ben.medical_note = "Epilepsy"
    morning.ben.save()
    morning.step(morning.ben, StepKind.SEEN, result="call", seen_by="Pat Lead")
    page = opened(morning.pastoral, "followup:sheet", morning.ben.pk)
    assert "Spoken to by telephone by Pat Lead, Mon 14 Sep, 10:00" in page
    assert "Epilepsy" in page
    assert "Epilepsy" not in opened(morning.office, "followup:sheet", morning.ben.pk)
    assert "Dan Dale" in opened(morning.office, "followup:sheet", morning.amy.pk)


def test_pupils_who_are_here_who_left_and_who_are_elsewhere(morning: Morning) -> None:
    assert "Marked this morning: present" in opened(morning.office, "followup:sheet", morning.cat.pk)
    gone = make_pupil(morning.school, morning.group, "Gone", "Gus", last_day=MONDAY.replace(day=10))
    assert "Not on a register" in opened(morning.office, "followup:sheet", gone.pk)
    assert "Nobody is recorded whom the school could ring" in opened(
        morning.office, "followup:sheet", gone.pk
    )
    far = make_pupil(make_school("Far School"), None, "Far", "Fay")
    client = sign_in(Client(), morning.office)
    for number in (far.pk, 2**63):
        assert client.get(reverse("followup:sheet", args=[number])).status_code == 404
    assert client.get(reverse("followup:answer", args=[2**63])).status_code == 404


def test_a_call_that_somebody_else_has_says_so(morning: Morning) -> None:
    morning.ring(morning.amy, when=at(9, 40))
    response = sign_in(Client(), morning.office).post(
        reverse("followup:take", args=[morning.dan.pk]), follow=True
    )
    assert "Pat Lead is ringing the same parent about Amy Abbott" in response.content.decode()
    assert "Pat Lead is ringing about Amy Abbott since 09:40" in opened(morning.office, "followup:missing")
    post(morning.office, "followup:take", morning.dan.pk, act="take_over")
    assert "You are ringing since 09:41" in opened(morning.office, "followup:missing")
    let_go = post(morning.office, "followup:take", morning.dan.pk, act="let_go")
    assert let_go["Location"] == reverse("followup:missing")
    assert post(morning.office, "followup:take", 2**63).status_code == 404


def test_after_the_hour_the_page_says_that_it_is_past(
    morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "10:30 is past" not in opened(morning.pastoral, "followup:missing")
    set_time(monkeypatch, at(10, 31))
    assert "10:30 is past" in opened(morning.pastoral, "followup:missing")
    set_time(monkeypatch, at(9, 10))
    assert "The registers are still open" in opened(morning.pastoral, "followup:missing")
    set_time(monkeypatch, at(9, 10, on=MONDAY.replace(day=19)))
    assert "No school today" in opened(morning.pastoral, "followup:missing")


def test_a_pupil_s_page_shows_what_was_done_and_today_what_was_handed_over(morning: Morning) -> None:
    pupil = reverse("registers:pupil", args=[morning.ben.pk])
    office = sign_in(Client(), morning.office)
    assert "No call and no visit is written down" in office.get(pupil).content.decode()
    morning.call(morning.ben, morning.bens_mother, "no_answer")
    morning.step(morning.ben, StepKind.CONCERN, note="Bruise seen last week")
    morning.step(morning.ben, StepKind.VISIT, **VISIT)
    page = office.get(pupil).content.decode()
    assert "No answer, Mon 14 Sep, 09:40, Pat Lead" in page
    assert "nobody has taken it over" in page
    assert "Bruise" not in page
    assert "Nobody answered" not in page  # what a visit found is for few eyes
    today = reverse("registers:today")
    assert "Concerns handed over" in sign_in(Client(), morning.head).get(today).content.decode()
    assert "Concerns handed over" not in office.get(today).content.decode()
    teacher = sign_in(Client(), morning.teacher).get(pupil).content.decode()
    assert "When missing" not in teacher


def test_earlier_absences_of_the_year_are_a_press_away(
    morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    morning.call(morning.ben, morning.bens_mother, "no_answer", note="Voicemail full")
    tuesday = MONDAY.replace(day=15)
    morning.registers(on=tuesday)
    morning.registers(on=MONDAY.replace(day=16), ben="N")
    set_time(monkeypatch, at(9, 41, on=MONDAY.replace(day=16)))
    assert "Voicemail full" not in opened(morning.pastoral, "followup:sheet", morning.ben.pk)
    assert "Voicemail full" in opened(morning.pastoral, "followup:sheet", morning.ben.pk, all="1")
