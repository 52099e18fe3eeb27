"""The pastoral lead is told of reported absence and of transferred calls: names and a link, never a reason."""

from typing import Any
from uuid import uuid4

import pytest

from rollbook.apps.absence.actions.line_calls import transfer
from rollbook.apps.absence.actions.line_mail import send_morning_lists
from rollbook.apps.accounts.models import User
from rollbook.apps.post.models import Message
from rollbook.apps.schools.models import PolicySetting
from rollbook.apps.schools.queries import forget_timetables
from rollbook.domain.access import Role
from tests.apps.absence.calls import away, call_of, mother_of, told
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import make_person, make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(scene: Scene) -> User:
    return make_person(scene.school, Role.PASTORAL_LEAD, name="Pat Lead")


def choose(scene: Scene, value: int) -> None:
    PolicySetting.objects.create(
        school=scene.school,
        name="reported_absence_mail",
        value=value,
        effective_from=MONDAY,
        approved_at_meeting="Board",
    )
    forget_timetables()


def texts() -> str:
    return "".join(each.subject + each.body for each in Message.objects.all())


@pytest.mark.policy("P-4.2-3")
def test_each_pastoral_lead_is_told_of_a_call_with_no_more_than_they_need(scene: Scene, lead: User) -> None:
    mother = mother_of(scene, scene.amy, scene.dan)
    key = uuid4()
    reports = told(
        scene,
        call_of(mother),
        away(scene.amy, private_note="Has not slept"),
        away(scene.dan, at="s-", private_note="Has not slept"),
        key=key,
    )
    told(scene, call_of(mother), away(scene.amy), away(scene.dan, at="s-"), key=key)
    message = Message.objects.get()
    assert (message.to_name, message.to_address) == ("Pat Lead", lead.email)
    assert message.subject == "Absence reported (Hollin Bank School)"
    assert "- Amy Abbott, 7A\n- Dan Dale, 7B\n" in message.body
    assert message.body.endswith("/absence/line/")
    for word in ("ill", "slept", "mother", "Anna", "I "):
        assert word not in message.subject
    for word in ("Illness", "slept", "Anna", "mother"):
        assert word not in message.body
    assert str(reports[0].pk) not in message.subject


def test_one_pupil_is_led_to_by_the_link(scene: Scene, lead: User) -> None:
    (report,) = told(scene, call_of(mother_of(scene, scene.amy)), away(scene.amy))
    message = Message.objects.get()
    assert message.body.endswith(f"/absence/line/{report.pk}/")
    assert message.pupil_id == scene.amy.pk


def test_who_takes_the_call_and_who_has_no_address_is_not_written_to(scene: Scene, lead: User) -> None:
    told(scene, call_of(mother_of(scene, scene.amy)), away(scene.amy), by=lead)
    assert not Message.objects.exists()


def test_no_message_is_left_of_what_was_refused(scene: Scene, lead: User) -> None:
    with pytest.raises(Exception, match="Choose the reason"):
        told(scene, call_of(mother_of(scene, scene.amy)), away(scene.amy, "x"))
    assert not Message.objects.exists()


@pytest.mark.policy("P-4.2-3")
def test_a_school_may_choose_one_list_a_morning_or_none(scene: Scene, lead: User) -> None:
    choose(scene, 2)
    mother = mother_of(scene, scene.amy, scene.ben)
    told(scene, call_of(mother), away(scene.amy), away(scene.ben, at="s-"))
    assert not Message.objects.exists()
    said = send_morning_lists(scene.school.pk, at(9, 45), at(9, 45))
    send_morning_lists(scene.school.pk, at(9, 45), at(9, 50))
    assert said == "1 written to, about 2 pupils."
    message = Message.objects.get()
    assert message.subject == "Absences reported this morning: 2 (Hollin Bank School)"
    assert "- Amy Abbott, 7A\n- Ben Brown, 7A\n" in message.body


@pytest.mark.parametrize(
    ("value", "said"), [(0, "no list is sent"), (1, "no list is sent"), (2, "Nothing to tell")]
)
def test_the_morning_list_says_why_it_was_not_sent(scene: Scene, lead: User, value: int, said: str) -> None:
    choose(scene, value)
    assert said in send_morning_lists(scene.school.pk, at(9, 45), at(9, 45))
    assert not Message.objects.exists()


def test_a_school_without_a_pastoral_lead_or_anybody_is_told_so(scene: Scene) -> None:
    choose(scene, 2)
    told(scene, call_of(mother_of(scene, scene.amy)), away(scene.amy))
    assert "no pastoral lead" in send_morning_lists(scene.school.pk, at(9, 45), at(9, 45))
    assert send_morning_lists(make_school("Empty").pk, at(9, 45), at(9, 45)) == "Nobody works here."


def test_with_none_chosen_nothing_is_sent_at_once(scene: Scene, lead: User) -> None:
    choose(scene, 0)
    told(scene, call_of(mother_of(scene, scene.amy)), away(scene.amy))
    assert not Message.objects.exists()


@pytest.mark.policy("P-3.6-2")
def test_whom_a_call_is_transferred_to_is_told_without_what_it_is_about(scene: Scene, lead: User) -> None:
    viewer = scene.viewer(scene.office)
    act: dict[str, Any] = {"viewer": viewer, "by": viewer.actor, "at": at(9)}
    made = transfer(
        pupil_id=scene.amy.pk,
        to_id=lead.pk,
        what_for="concern",
        notes="Bruises",
        call_id=None,
        key=uuid4(),
        **act,
    )
    message = Message.objects.get()
    assert (message.to_address, message.purpose) == (lead.email, "absence.transferred")
    assert "- Amy Abbott, 7A" in message.body
    assert message.body.endswith(f"/absence/line/transfers/{made.pk}/")
    assert "Bruises" not in texts()
    assert "oncern" not in texts()
