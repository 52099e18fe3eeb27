"""Messages to parents: to whom, what they say, who is left out and why, and that one goes once a day."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from rollbook import clock
from rollbook.apps.followup.actions.messaging import send_messages
from rollbook.apps.followup.models import ContactStep
from rollbook.apps.followup.queries.messages import message_plan
from rollbook.apps.post.carriers import notify
from rollbook.apps.post.models import Message
from rollbook.domain.access import Role
from rollbook.domain.refusals import Refused
from tests.apps.followup.scene import Morning
from tests.apps.registers.scene import MONDAY, at, mark
from tests.factories.people import make_person, sign_in

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def morning() -> Morning:
    morning = Morning()
    morning.plan_trip(morning.amy)
    morning.registers(amy="N", ben="N", cat="N")
    return morning


def sent(morning: Morning, *pupils: Any, when: Any = None, key: Any = None, channel: str = "email") -> int:
    viewer = morning.viewer(morning.office)
    return send_messages(
        viewer=viewer,
        pupil_ids=[pupil.pk for pupil in pupils],
        channel=channel,
        key=key or uuid4(),
        by=viewer.actor,
        at=when or at(9, 41),
    )


def test_a_parent_is_never_told_absent_for_a_pupil_on_a_trip(morning: Morning) -> None:
    plan = message_plan(morning.viewer(morning.office), at(9, 41))
    assert [each.missing.placed.pupil.forename for each in plan.may_go] == ["Ben"]
    assert plan.kept_back == [
        ("Cat Carr", "7A", "Nobody is recorded who could be told."),
        ("Amy Abbott", "7A", "Trip or activity: Science museum."),
    ]
    with pytest.raises(Refused):
        sent(morning, morning.amy)
    assert not Message.objects.exists()


def test_before_the_register_closes_nobody_is_told_anything(morning: Morning) -> None:
    assert message_plan(morning.viewer(morning.office), at(9, 29)).may_go == []
    with pytest.raises(Refused):
        sent(morning, morning.ben, when=at(9, 29))


def test_a_message_names_the_pupil_alone_and_is_kept_with_the_calls(morning: Morning) -> None:
    key = uuid4()
    assert sent(morning, morning.ben, key=key) == 1
    assert sent(morning, morning.ben, key=key) == 0  # the same form again
    message = Message.objects.get()
    assert (message.to_name, message.to_address, message.pupil_id) == (
        "Mary Brown",
        "mary.brown@example.org",
        morning.ben.pk,
    )
    assert message.until == at(15, 5)
    assert "Ben was not in school" in message.body
    assert not any(word in message.body for word in ("Amy", "Cat", "Carr", "Brown school"))
    step = ContactStep.objects.get()
    assert (step.kind, step.how, step.who, step.note) == (
        "message",
        "email",
        "Mary Brown (mother)",
        message.body,
    )
    with pytest.raises(Refused):  # another form on the same day
        sent(morning, morning.ben)
    plan = message_plan(morning.viewer(morning.office), at(9, 50))
    assert ("Ben Brown", "7A", "A message went out today at 09:41.") in plan.kept_back
    morning.registers(on=TUESDAY, ben="N")
    plan = message_plan(morning.viewer(morning.office, TUESDAY), at(9, 41, on=TUESDAY))
    assert [each.missing.placed.pupil.forename for each in plan.may_go] == ["Ben"]


def test_whose_reason_came_meanwhile_is_left_out(morning: Morning) -> None:
    morning.take([mark(morning.ben, "I", seen=1)], by=morning.office, reason="Mother rang", when=at(9, 40))
    with pytest.raises(Refused):
        sent(morning, morning.ben)


def test_who_was_reached_gets_no_message(morning: Morning) -> None:
    morning.call(morning.ben, morning.bens_mother, "reached")
    plan = message_plan(morning.viewer(morning.office), at(9, 41))
    assert ("Ben Brown", "7A", "A parent was reached today.") in plan.kept_back


def test_only_a_parent_the_school_works_with_is_told(morning: Morning) -> None:
    father = morning.parent("Bob", "Brown", "07700 900444")
    morning.contact(morning.ben, father, "Father", priority=3, is_worked_with=True)
    (message,) = message_plan(morning.viewer(morning.office), at(9, 41)).may_go
    assert message.to_name == "Bob Brown"
    father.email = ""
    father.save()
    plan = message_plan(morning.viewer(morning.office), at(9, 41))
    assert plan.may_go == []
    assert ("Ben Brown", "7A", "Mary Brown is not the parent the school works with.") in plan.kept_back


def test_a_text_message_goes_to_a_mobile_where_the_server_can(
    morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = morning.viewer(morning.office)
    assert message_plan(viewer, at(9, 41), "sms").channel == "email"
    monkeypatch.setattr(notify, "is_set_up", lambda channel: channel == "sms")
    plan = message_plan(viewer, at(9, 41), "sms")
    assert (plan.channel, plan.may_go[0].address) == ("sms", "07700 900222")
    assert sent(morning, morning.ben, channel="sms") == 1
    assert Message.objects.get().body == plan.may_go[0].text.short


def test_the_page_shows_each_text_and_sends_what_is_ticked(
    morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(9, 41))
    office = sign_in(Client(), morning.office)
    url = reverse("followup:messages")
    page = office.get(url).content.decode()
    assert "Please ring Hollin Bank School today" in page
    assert "Trip or activity: Science museum." in page
    assert office.post(url, {"key": uuid4()}).status_code == 422
    assert office.post(url, {"key": uuid4(), "pupil": ["x", str(morning.amy.pk)]}).status_code == 422
    assert not Message.objects.exists()
    assert office.post(url, {"key": uuid4(), "pupil": str(morning.ben.pk)})["Location"] == reverse(
        "followup:missing"
    )
    assert Message.objects.count() == 1
    assert "No message may go now" in office.get(url).content.decode()
    sheet = office.get(reverse("followup:sheet", args=[morning.ben.pk])).content.decode()
    assert "Message to a parent" in sheet
    assert sign_in(Client(), make_person(morning.school, Role.GOVERNOR)).get(url).status_code == 403
