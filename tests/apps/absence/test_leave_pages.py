"""The pages of leave: who may open them, the way from the request to the letter, and what comes back."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rollbook.apps.absence.models import Leave, LeaveDecision, LeaveTelling
from rollbook.apps.absence.presenters.leave_card import pupil_card
from rollbook.apps.post.models import Message
from rollbook.domain.access import Role
from tests.apps.absence.leave_records import REFUSED, THURSDAY, WEDNESDAY, decide, leave
from tests.apps.absence.records import parent_of, planned, trip
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import make_person, make_school, sign_in

MAY_DECIDE = {Role.HEAD_TEACHER, Role.SENIOR_ATTENDANCE_CHAMPION}
MAY_RECORD = MAY_DECIDE | {Role.ATTENDANCE_OFFICER, Role.PASTORAL_LEAD, Role.OFFICE}


@pytest.fixture(autouse=True)
def _monday() -> Any:
    with time_machine.travel(at(9, 10), tick=False):
        yield


def client_of(scene: Scene, person: Any = None) -> Client:
    return sign_in(Client(), person or scene.head)


def request_data(contact_id: int, **changes: Any) -> dict[str, Any]:
    return {
        "asked_by": contact_id,
        "received_on": MONDAY,
        "received_how": "letter",
        "words": "Could Amy come with us to the funeral?",
        "ground": "exceptional",
        "circumstance": "funeral",
        "detail": "Her grandmother’s funeral",
        "first_day": WEDNESDAY,
        "last_day": THURSDAY,
        "sessions": "both",
        "key": uuid4(),
        "act": "preview",
    } | changes


def decision_data(**changes: Any) -> dict[str, Any]:
    return {
        "outcome": "grant",
        "granted_first_day": WEDNESDAY,
        "granted_last_day": WEDNESDAY,
        "granted_sessions": "both",
        "considered": "Close family",
        "because": "One day is enough.",
        "seen_version": 1,
        "act": "preview",
    } | changes


@pytest.mark.parametrize("role", Role)
def test_who_may_open_the_pages(scene: Scene, role: Role) -> None:
    made, decided = leave(scene), leave(scene, scene.ben)
    decide(scene, decided)
    client = client_of(scene, make_person(scene.school, role))
    for name, args, allowed in (
        ("leaves", [], MAY_RECORD),
        ("new_leave", [], MAY_RECORD),
        ("record_leave", [scene.amy.pk], MAY_RECORD),
        ("leave_request_form", [], MAY_RECORD),
        ("leave", [made.pk], MAY_RECORD),
        ("change_leave", [made.pk], MAY_RECORD),
        ("decide_leave", [made.pk], MAY_DECIDE),
        ("leave_letter", [decided.pk], MAY_RECORD),
    ):
        expected = 200 if role in allowed else 403
        assert client.get(reverse(f"absence:{name}", args=args)).status_code == expected, (name, role)


def test_another_schools_leave_is_not_found(scene: Scene) -> None:
    made = leave(scene)
    decide(scene, made)
    far = make_school("Farfield")
    client = sign_in(Client(), make_person(far, Role.HEAD_TEACHER))
    for name in ("leave", "change_leave", "decide_leave", "leave_letter"):
        assert client.get(reverse(f"absence:{name}", args=[made.pk])).status_code == 404, name
    assert client.get(reverse("absence:record_leave", args=[scene.amy.pk])).status_code == 404


@pytest.mark.policy("P-4.3-6", "P-5.1-9")
def test_a_request_goes_from_the_pupil_over_the_check_to_its_page(scene: Scene) -> None:
    contact = parent_of(scene.amy)
    client = client_of(scene, scene.office)
    chosen = client.get(reverse("absence:new_leave"), {"pupil": scene.amy.pk})
    to = reverse("absence:record_leave", args=[scene.amy.pk])
    assert chosen.headers["Location"] == to
    body = client.get(to).content.decode()
    assert "Mo Abbott (mother)" in body
    assert "Family holiday (C)" in body
    assert "Medical" not in body.partition("Not recorded here")[0]
    check = client.post(to, request_data(contact.pk)).content.decode()
    assert "Asked for 9 days before it begins; the policy wants 14 where possible." in check
    assert "The head teacher decides first." in check
    assert not Leave.objects.exists()
    saved = client.post(to, request_data(contact.pk, act="save"), follow=True)
    made = Leave.objects.get()
    assert saved.redirect_chain[-1][0] == reverse("absence:leave", args=[made.pk])
    page = saved.content.decode()
    assert "Waiting for a decision" in page
    assert reverse("absence:decide_leave", args=[made.pk]) not in page


def test_what_is_wrong_stands_beside_the_fields_and_nothing_typed_is_lost(scene: Scene) -> None:
    contact = parent_of(scene.amy)
    to = reverse("absence:record_leave", args=[scene.amy.pk])
    response = client_of(scene, scene.office).post(to, request_data(contact.pk, circumstance=""))
    assert response.status_code == 422
    body = response.content.decode()
    assert "Choose what kind of circumstance it is." in body
    assert "Could Amy come with us to the funeral?" in body
    wrong = request_data(contact.pk, asked_by="12345", ground="beach", words="a\0b")
    assert client_of(scene, scene.office).post(to, wrong).status_code == 422
    assert not Leave.objects.exists()


@pytest.mark.policy("P-5.1-15", "P-5.1-16", "P-5.1-6")
def test_advice_of_a_religious_body_is_kept_and_other_codes_have_their_own_place(scene: Scene) -> None:
    contact = parent_of(scene.amy)
    to = reverse("absence:record_leave", args=[scene.amy.pk])
    client = client_of(scene, scene.officer)
    assert reverse("absence:timetables") in client.get(to).content.decode()
    asked = "Asked the diocesan office on Monday: the day is set apart."
    data = request_data(contact.pk, ground="religious", detail="St Sava’s day", advice=asked, act="save")
    body = client.post(to, data, follow=True).content.decode()
    assert asked in body
    assert "Religious observance" in body
    assert Leave.objects.get().circumstance == ""


def test_without_a_parent_the_pupil_lives_with_the_form_says_what_to_do(scene: Scene) -> None:
    parent_of(scene.amy, lives_with=False)
    body = client_of(scene).get(reverse("absence:record_leave", args=[scene.amy.pk])).content.decode()
    assert "No parent is recorded with whom the pupil normally lives." in body


def test_a_waiting_request_is_changed(scene: Scene) -> None:
    made = leave(scene)
    client = client_of(scene, scene.office)
    to = reverse("absence:change_leave", args=[made.pk])
    assert "Her grandmother’s funeral in Kraków" in client.get(to).content.decode()
    data = request_data(made.contact_id or 0, last_day=WEDNESDAY, because="Letter of today", seen_version=1)
    assert "Letter of today" in client.post(to, data).content.decode()
    assert client.post(to, data | {"act": "save"}).status_code == 302
    made.refresh_from_db()
    assert made.last_day == WEDNESDAY
    assert client.post(to, data | {"act": "save"}).status_code == 422


@pytest.mark.policy("P-5.1-8", "P-5.1-11")
def test_the_head_decides_with_everything_at_hand_and_a_second_look(scene: Scene) -> None:
    earlier = leave(
        scene, ground="holiday", first_day=MONDAY + timedelta(days=2), last_day=MONDAY + timedelta(days=3)
    )
    decide(scene, earlier, REFUSED)
    made = leave(scene)
    trip(scene, [scene.amy], first_day=WEDNESDAY, last_day=WEDNESDAY)
    scene.take({scene.amy: "/"})
    client = client_of(scene)
    to = reverse("absence:decide_leave", args=[made.pk])
    body = client.get(to).content.decode()
    for words in (
        "the policy wants 14 where possible",
        "Family holiday",
        "Refused",
        "100.0%",
        "Science museum",
        "4, marked",
    ):
        assert words in body, words
    check = client.post(to, decision_data()).content.decode()
    assert "Is this right?" in check
    assert "2 sessions asked for are not granted" in check
    assert "Grant leave" in check
    assert not LeaveDecision.objects.filter(leave=made).exists()
    missing = client.post(to, decision_data(considered=""))
    assert missing.status_code == 422
    done = client.post(to, decision_data(act="save"), follow=True)
    assert "The letter is ready" in done.content.decode()
    assert "Granted in part" in done.content.decode()
    assert "The family is not recorded as told." in done.content.decode()
    assert set(planned(made.source)) == {"Amy"}
    assert client.post(to, decision_data(act="save")).status_code == 422  # the same form once more
    assert LeaveDecision.objects.filter(leave=made).count() == 1


@pytest.mark.policy("P-5.1-10")
def test_a_holiday_begins_at_refuse_and_is_granted_only_with_a_confirmation(scene: Scene) -> None:
    made = leave(scene, ground="holiday")
    client = client_of(scene)
    to = reverse("absence:decide_leave", args=[made.pk])
    page = client.get(to)
    assert page.context["form"]["outcome"].value() == "refuse"
    assert "unlikely to be granted" in page.content.decode()
    refused = client.post(to, decision_data())
    assert refused.status_code == 422
    assert "only be granted where you can say" in refused.content.decode()
    assert (
        "only in exceptional circumstances"
        in client.post(to, decision_data(is_confirmed="on")).content.decode()
    )
    check = client.post(to, decision_data(outcome="refuse")).content.decode()
    assert "Nothing: the days stay school days." in check
    client.post(to, decision_data(outcome="refuse", act="save"))
    assert planned(made.source) == {}
    assert Leave.objects.get().state == "refused"


def test_the_letter_is_printed_sent_and_recorded(scene: Scene) -> None:
    made = leave(scene)
    client = client_of(scene, scene.office)
    letter, told = (reverse(f"absence:{name}", args=[made.pk]) for name in ("leave_letter", "tell_leave"))
    assert client.get(letter).status_code == 404
    assert client.post(told, {"how": "post"}).status_code == 404
    decide(scene, made)
    pdf = client.get(letter)
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert b"/MarkInfo" in pdf.content or b"/StructTreeRoot" in pdf.content
    data = {"how": "email", "on": MONDAY, "key": uuid4(), "number": 1}
    assert client.post(told, data).status_code == 422  # no address is kept
    assert made.contact is not None
    made.contact.parent.email = "mo@example.org"
    made.contact.parent.save()
    page = client.post(told, data, follow=True).content.decode()
    client.post(told, data)
    assert "By e-mail, from here, Mo Abbott" in page
    message = Message.objects.get()
    assert "I grant leave on Wednesday 23 September 2026." in message.body
    assert LeaveTelling.objects.get().message_id == message.pk
    assert client.post(told, {"how": "hand", "on": "", "key": uuid4(), "number": 1}).status_code == 422
    client.post(told, {"how": "hand", "on": MONDAY, "key": uuid4(), "number": 1})
    assert LeaveTelling.objects.count() == 2


@pytest.mark.policy("P-5.1-14")
def test_evidence_is_asked_for_shown_and_the_request_withdrawn(scene: Scene) -> None:
    made = leave(scene)
    ask, shown, withdraw = (
        reverse(f"absence:{name}", args=[made.pk])
        for name in ("ask_leave_evidence", "leave_evidence", "withdraw_leave")
    )
    head, office = client_of(scene), client_of(scene, scene.office)
    assert office.post(ask, {"what": "x"}).status_code == 403
    assert head.post(ask, {"what": ""}).status_code == 422
    assert "Nothing yet" in head.post(ask, {"what": "Order of service"}, follow=True).content.decode()
    assert office.post(shown, {"what": "", "received_on": MONDAY}).status_code == 422
    office.post(shown, {"what": "Seen in the office", "received_on": MONDAY})
    assert "Seen in the office" in head.get(reverse("absence:leave", args=[made.pk])).content.decode()
    assert office.post(withdraw, {"because": ""}).status_code == 422
    body = office.post(withdraw, {"because": "They stay"}, follow=True).content.decode()
    assert "The family withdrew it:" in body
    assert head.get(reverse("absence:decide_leave", args=[made.pk])).status_code == 404


@pytest.mark.policy("P-5.1-13")
def test_the_request_form_is_printed_as_a_tagged_pdf(scene: Scene) -> None:
    pdf = client_of(scene, scene.office).get(reverse("absence:leave_request_form"))
    assert pdf.content.startswith(b"%PDF")
    assert b"/StructTreeRoot" in pdf.content or b"/MarkInfo" in pdf.content


def test_who_was_away_without_leave_is_listed_with_the_mark(scene: Scene) -> None:
    made = leave(scene)
    decide(scene, made)
    for on, code in ((WEDNESDAY, "C"), (THURSDAY, "N")):
        scene.take({scene.amy: code}, on=on)
    with time_machine.travel(at(14, on=THURSDAY), tick=False):
        client = client_of(scene)
        for to in (reverse("absence:leaves"), reverse("absence:leave", args=[made.pk])):
            body = client.get(to).content.decode()
            assert "Away without leave" in body
            assert f"/pupils/{scene.amy.pk}/" in body or "Look at the mark" in body
            assert reverse("registers:mark", args=[scene.amy.pk, THURSDAY, "AM"]) in body
            assert reverse("registers:mark", args=[scene.amy.pk, WEDNESDAY, "AM"]) not in body


def test_the_pupils_page_shows_leave_to_those_who_may_see_it(scene: Scene) -> None:
    leave(scene)
    card = pupil_card(scene.viewer(scene.office), at(9), scene.amy.pk)
    assert card is not None
    assert [(line.words, line.urgent) for line in card.lines] == [("Wed 23 Sep to Thu 24 Sep", "Waits")]
    assert pupil_card(scene.viewer(scene.teacher), at(9), scene.amy.pk) is None


def test_the_list_takes_as_many_queries_for_many_as_for_few(scene: Scene) -> None:
    client = client_of(scene)
    counts = []
    for pupils in ([scene.amy], [scene.ben, scene.cat, scene.dan]):
        for pupil in pupils:
            decide(scene, leave(scene, pupil))
            leave(scene, pupil, first_day=THURSDAY)
        client.get(reverse("absence:leaves"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("absence:leaves")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16, counts
