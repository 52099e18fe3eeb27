"""The pages of the absence line: whom it is about, the call, what became of it, messages and transferred calls."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rollbook.apps.absence.models import Call, KeptMark, Report, Transfer
from rollbook.apps.audit.models import Event
from rollbook.apps.roll.models import Parent
from rollbook.domain.access import Role
from tests.apps.absence.calls import away, call_of, mother_of, plans_of, told
from tests.apps.registers.scene import MONDAY, PM, Scene, at
from tests.factories.people import make_person, make_school, sign_in
from tests.factories.pupils import make_group, make_pupil

TUESDAY = MONDAY + timedelta(days=1)
MAY_RECORD = {
    Role.HEAD_TEACHER,
    Role.SENIOR_ATTENDANCE_CHAMPION,
    Role.ATTENDANCE_OFFICER,
    Role.PASTORAL_LEAD,
    Role.OFFICE,
}


@pytest.fixture(autouse=True)
def _monday() -> Any:
    with time_machine.travel(at(8, 40), tick=False):
        yield


@pytest.fixture
def mother(scene: Scene) -> Parent:
    return mother_of(scene, scene.amy, scene.dan)


def client_of(scene: Scene, person: Any = None) -> Client:
    return sign_in(Client(), person or scene.office)


def form(mother: Parent, **changes: Any) -> dict[str, Any]:
    return {
        "caller": f"parent:{mother.pk}",
        "channel": "telephone",
        "told_on": MONDAY,
        "told_at": "08:38",
        "told": "ill",
        "first_day": MONDAY,
        "first_session": "AM",
        "last_session": "PM",
        "key": uuid4(),
        "act": "save",
    } | changes


def new_url(pupil: Any, message: Call | None = None) -> str:
    extra = f"&message={message.pk}" if message else ""
    return f"{reverse('absence:new_report')}?pupil={pupil.pk}{extra}"


def sibling(pupil: Any, **values: Any) -> dict[str, Any]:
    own = {"also": "on", "first_session": "AM", "last_session": "PM"} | values
    return {f"s{pupil.pk}-{name}": value for name, value in own.items()}


@pytest.mark.parametrize("role", Role)
def test_who_may_open_the_absence_line(scene: Scene, mother: Parent, role: Role) -> None:
    (report,) = told(scene, call_of(mother), away(scene.amy))
    moved = transfer(scene, client_of(scene))
    client = client_of(scene, make_person(scene.school, role))
    pages = [
        ("line", []),
        ("new_report", []),
        ("report", [report.pk]),
        ("change_report", [report.pk]),
        ("new_message", []),
        ("appointments", []),
    ]
    for name, args in pages:
        status = client.get(reverse(f"absence:{name}", args=args)).status_code
        assert status == (200 if role in MAY_RECORD else 403), name
    for name, args in (("transfers", []), ("transfer", [moved.pk])):
        status = client.get(reverse(f"absence:{name}", args=args)).status_code
        assert status == (200 if role in MAY_RECORD | {Role.SENCO} else 403), name


def transfer(scene: Scene, client: Client, to: Any = None, **values: Any) -> Transfer:
    url = f"{reverse('absence:new_transfer')}?pupil={scene.amy.pk}"
    sent = {
        "to": (to or scene.officer).pk,
        "what_for": "support",
        "notes": "Cannot cope",
        "key": uuid4(),
    } | values
    assert client.post(url, sent).status_code == 302
    return Transfer.objects.latest("pk")


@pytest.mark.policy("P-3.6-1")
def test_the_pupil_is_found_by_a_part_of_the_name(scene: Scene, mother: Parent) -> None:
    client = client_of(scene)
    page = client.get(reverse("absence:line"), {"q": "ab am"}).content.decode()
    assert f"?pupil={scene.amy.pk}" in page
    assert f"?pupil={scene.ben.pk}" not in page
    none = client.get(reverse("absence:new_report"), {"q": "zzz\x00"}).content.decode()
    assert "No pupil on roll today has this in the name" in none


@pytest.mark.policy("P-3.6-1", "P-3.7-4", "P-4.2-2")
def test_a_call_about_two_pupils_is_recorded_with_one_form(scene: Scene, mother: Parent) -> None:
    client = client_of(scene)
    shown = client.get(new_url(scene.amy)).content.decode()
    assert "Anna Abbott, mother" in shown
    assert "0121 1" in shown
    assert "Dan Dale, 7B" in shown
    sent = form(mother, expected_back_on=TUESDAY + timedelta(days=1)) | sibling(scene.dan, first_session="PM")
    answer = client.post(new_url(scene.amy), sent, follow=True)
    page = answer.content.decode()
    assert "Recorded: Amy Abbott, Dan Dale." in page
    assert [(report.pupil.forename, plans_of(report)) for report in Report.objects.order_by("pk")] == [
        ("Amy", [("09-14", "09-15", "I", "both")]),
        ("Dan", [("09-14", "09-14", "I", "PM"), ("09-15", "09-15", "I", "both")]),
    ]
    assert "4 sessions to be filled in." in page
    assert "08:38" in page


def test_brothers_and_sisters_may_have_days_of_their_own(scene: Scene, mother: Parent) -> None:
    sent = form(mother, last_day=TUESDAY) | sibling(scene.dan, first_day=TUESDAY)
    client_of(scene).post(new_url(scene.amy), sent)
    dan = Report.objects.get(pupil=scene.dan)
    assert (dan.first_day, dan.last_day) == (TUESDAY, TUESDAY)


def test_the_code_is_shown_with_why_before_anything_is_saved(scene: Scene, mother: Parent) -> None:
    answer = client_of(scene).post(new_url(scene.amy), form(mother, told="holiday", act="look"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "A holiday without leave is G." in page
    assert "G is set by the attendance officer" in page
    assert not Call.objects.exists()


def test_what_was_typed_comes_back_with_what_is_wrong(scene: Scene, mother: Parent) -> None:
    sent = form(mother, told="", note="Kept <b>here", last_day="2026-13-40")
    answer = client_of(scene).post(new_url(scene.amy), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose the reason that was given, or that none was." in page
    assert "Kept &lt;b&gt;here" in page
    late = client_of(scene).post(new_url(scene.amy), form(mother, told_at="08:41"))
    assert "still to come" in late.content.decode()
    assert not Call.objects.exists()


def test_what_was_told_already_today_is_said_first(scene: Scene, mother: Parent) -> None:
    told(scene, call_of(mother), away(scene.amy))
    assert "Told already today" in client_of(scene).get(new_url(scene.amy)).content.decode()
    assert "Told already today" not in client_of(scene).get(new_url(scene.dan)).content.decode()


@pytest.mark.policy("P-4.2-1")
def test_a_late_call_is_flagged_and_an_early_one_not(scene: Scene, mother: Parent) -> None:
    told(scene, call_of(mother), away(scene.amy))
    assert "Late call" not in client_of(scene).get(reverse("absence:line")).content.decode()
    with time_machine.travel(at(9, 10), tick=False):
        told(scene, call_of(mother, at(8, 52)), away(scene.dan), now=at(9, 10))
        told(scene, call_of(mother, at(9, 5)), away(scene.ben), away(scene.amy, at="s-"), now=at(9, 10))
        page = client_of(scene).get(reverse("absence:line")).content.decode()
    assert page.count("Late call") == 2
    assert page.count("After the time asked for") == 1
    assert "4 pupils told of, 2 late" in page


def test_both_values_are_shown_and_decided_one_by_one(scene: Scene, mother: Parent) -> None:
    client = client_of(scene)
    with time_machine.travel(at(9, 10), tick=False):
        scene.take({scene.amy: "/", scene.ben: "/", scene.cat: "/"})
        answer = client.post(new_url(scene.amy), form(mother, told_at="09:08"), follow=True)
        report = Report.objects.get()
        page = answer.content.decode()
        assert answer.redirect_chain[-1][0] == reverse("absence:report", args=[report.pk])
        assert "/ (present (morning)), by Tess Teacher" in page
        assert "Amend to I" in page
        url = reverse("absence:decide", args=[report.pk, MONDAY, "AM"])
        sent = {"seen_version": 1, "key": uuid4(), "act": "keep", "because": "Seen in the hall"}
        assert "left as it was" in client.post(url, sent, follow=True).content.decode()
        assert KeptMark.objects.get().by_name == "Ola Office"
        amended = client.post(url, sent | {"act": "amend", "key": uuid4()}, follow=True).content.decode()
        assert "The mark was amended." in amended
        assert scene.marks()["Amy"] == ["/", "I"]
        again = client.post(url, sent, follow=True).content.decode()
        assert "nothing to settle" in again
        assert "something was missing" in client.post(url, {}, follow=True).content.decode()


@pytest.mark.policy("P-4.3-3", "P-3.7-6")
def test_an_appointment_ends_with_what_to_say_to_the_parent(scene: Scene, mother: Parent) -> None:
    sent = form(mother, told="dental", leaves_at="10:00", returns_at="13:30")
    page = client_of(scene).post(new_url(scene.amy), sent, follow=True).content.decode()
    assert "please make appointments outside school hours" in page
    assert "leaves at 10:00, back at 13:30" in page


@pytest.mark.policy("P-3.7-6")
def test_appointments_are_counted_by_pupil(scene: Scene) -> None:
    scene.take({scene.amy: "M", scene.ben: "/", scene.cat: "M"}, by=scene.officer)
    scene.take(
        {scene.amy: "M", scene.ben: "\\", scene.cat: "\\"}, by=scene.officer, session=PM, when=at(12, 50)
    )
    with time_machine.travel(at(14), tick=False):
        page = client_of(scene).get(reverse("absence:appointments")).content.decode()
    assert page.index("Abbott, Amy") < page.index("Carr, Cat")
    assert "Brown, Ben" not in page
    assert "please make appointments outside school hours" in page


@pytest.mark.policy("P-4.2-4")
def test_what_is_private_is_read_only_by_those_who_look_after_welfare(scene: Scene, mother: Parent) -> None:
    lead = make_person(scene.school, Role.PASTORAL_LEAD)
    sent = form(mother, illness="mental", private_note="Has not slept", doubt="")
    client_of(scene).post(new_url(scene.amy), sent)
    report = Report.objects.get()
    url = reverse("absence:report", args=[report.pk])
    office = client_of(scene).get(url).content.decode()
    assert "Has not slept" not in office
    assert "Of the mind" not in office
    assert not Event.objects.filter(type="roll.pupil.viewed").exists()
    seen = client_of(scene, lead).get(url).content.decode()
    assert "Has not slept" in seen
    assert "Of the mind" in seen
    assert Event.objects.get(type="roll.pupil.viewed").by_name == lead.name
    change = reverse("absence:change_report", args=[report.pk])
    assert "Has not slept" not in client_of(scene).get(change).content.decode()
    kept = {"because": "Two days", "seen_version": 1, "last_day": TUESDAY}
    client_of(scene).post(change, form(mother) | kept)
    report.refresh_from_db()
    assert (report.last_day, report.illness, report.private_note) == (TUESDAY, "mental", "Has not slept")
    assert "Has not slept" not in str([event.facts for event in Event.objects.all()])


def test_a_report_is_changed_with_a_reason_and_withdrawn(scene: Scene, mother: Parent) -> None:
    (report,) = told(scene, call_of(mother), away(scene.amy))
    client = client_of(scene)
    change = reverse("absence:change_report", args=[report.pk])
    assert client.post(change, form(mother, seen_version=1)).status_code == 422
    looked = client.post(change, form(mother, seen_version=1, because="x", told="none", act="look"))
    assert "The caller gave no reason" in looked.content.decode()
    sent = form(mother, seen_version=1, because="Rang again", told="none")
    assert "Rang again" in client.post(change, sent, follow=True).content.decode()
    assert "changed this" in client.post(change, sent).content.decode()
    withdraw = reverse("absence:withdraw_report", args=[report.pk])
    assert client.post(withdraw, {"because": ""}).status_code == 422
    page = client.post(withdraw, {"because": "Wrong pupil"}, follow=True).content.decode()
    assert "This was withdrawn:" in page
    assert "Withdrawn: Wrong pupil" in client.get(reverse("absence:line")).content.decode()


def test_a_message_waits_until_a_report_is_made_of_it(scene: Scene, mother: Parent) -> None:
    client = client_of(scene)
    sent = {
        "channel": "voicemail",
        "told_on": MONDAY,
        "told_at": "07:10",
        "caller_name": "Anna A",
        "text": "Amy has a cold",
        "key": uuid4(),
    }
    assert client.post(reverse("absence:new_message"), sent | {"text": ""}).status_code == 422
    page = client.post(reverse("absence:new_message"), sent, follow=True).content.decode()
    assert "Voicemail from Anna A" in page
    message = Call.objects.get()
    found = client.get(reverse("absence:new_report"), {"message": message.pk, "q": "amy"}).content.decode()
    assert f"message={message.pk}" in found
    assert "Amy has a cold" in found
    shown = client.get(new_url(scene.amy, message)).content.decode()
    assert "07:10" in shown
    made = form(mother, told_at="07:10", channel="voicemail")
    client.post(new_url(scene.amy, message), made)
    client.post(new_url(scene.amy, message), made)
    assert Call.objects.count() == 1
    report = Report.objects.get()
    assert (report.call_id, report.call.text, report.call.caller_name) == (
        message.pk,
        "Amy has a cold",
        "Anna Abbott",
    )
    assert "Voicemail from" not in client.get(reverse("absence:line")).content.decode()
    assert client.get(new_url(scene.amy, message)).status_code == 404


def test_a_message_that_tells_of_no_absence_is_set_aside_with_a_reason(scene: Scene) -> None:
    client = client_of(scene)
    sent = {
        "channel": "email",
        "told_on": MONDAY,
        "told_at": "07:10",
        "caller_name": "A shop",
        "text": "Buy!",
    }
    client.post(reverse("absence:new_message"), sent | {"key": uuid4()})
    url = reverse("absence:set_aside", args=[Call.objects.get().pk])
    assert "Buy!" in client.get(url).content.decode()
    assert client.post(url, {"because": " "}).status_code == 422
    client.post(url, {"because": "Advertising"})
    call = Call.objects.get()
    assert (call.ended_because, call.ended_by_name) == ("Advertising", "Ola Office")
    assert "A shop" not in client.get(reverse("absence:line")).content.decode()
    assert Event.objects.filter(type="absence.message.set_aside").count() == 1


@pytest.mark.policy("P-3.6-2")
def test_a_call_is_transferred_taken_on_and_closed_with_what_was_said(scene: Scene, mother: Parent) -> None:
    (report,) = told(scene, call_of(mother), away(scene.amy))
    lead = make_person(scene.school, Role.PASTORAL_LEAD, name="Pat Lead")
    office, pastoral = client_of(scene), client_of(scene, lead)
    other_office = client_of(scene, make_person(scene.school, Role.OFFICE))
    url = f"{reverse('absence:new_transfer')}?pupil={scene.amy.pk}&call={report.call_id}"
    assert office.get(url).content.decode().index("Pat Lead") < office.get(url).content.decode().index(
        "Ann Officer"
    )
    sent = {"to": lead.pk, "what_for": "support", "notes": "Cannot cope", "key": uuid4()}
    assert office.post(url, sent | {"notes": ""}).status_code == 422
    office.post(url, sent)
    office.post(url, sent)
    moved = Transfer.objects.get()
    page = reverse("absence:transfer", args=[moved.pk])
    assert "Amy Abbott" in office.get(reverse("absence:line")).content.decode()
    assert "Nobody has taken it on" in office.get(reverse("absence:transfers")).content.decode()
    assert "Cannot cope" in office.get(page).content.decode()
    assert "Cannot cope" not in other_office.get(page).content.decode()
    assert (
        "Only whom it was transferred to"
        in other_office.post(page, {"said": "x", "seen_version": 1}).content.decode()
    )
    assert "Cannot cope" in pastoral.get(page).content.decode()
    pastoral.post(reverse("absence:take_on", args=[moved.pk]))
    moved.refresh_from_db()
    assert moved.acknowledged_by_name == "Pat Lead"
    assert pastoral.post(page, {"said": "", "seen_version": 2}).status_code == 422
    assert pastoral.post(page, {"said": "x", "seen_version": 1}).status_code == 422
    pastoral.post(page, {"said": "Meeting on Thursday", "seen_version": 2})
    moved.refresh_from_db()
    assert (moved.said, moved.closed_by_name) == ("Meeting on Thursday", "Pat Lead")
    again = pastoral.post(page, {"said": "y", "seen_version": 3}).content.decode()
    assert "closed this already" in again
    types = {event.type for event in Event.objects.filter(subject=moved.source)}
    assert types == {"absence.call.transferred", "absence.transfer.acknowledged", "absence.transfer.closed"}
    assert "cope" not in str([event.facts for event in Event.objects.all()])


def test_what_another_school_recorded_is_not_there(scene: Scene, mother: Parent) -> None:
    (report,) = told(scene, call_of(mother), away(scene.amy))
    moved = transfer(scene, client_of(scene))
    other = make_school("Elsewhere")
    make_pupil(other, make_group(other, "1A", make_person(other, Role.CLASS_TEACHER)), "Far", "Fay")
    client = client_of(scene, make_person(other, Role.HEAD_TEACHER))
    for name, args in (
        ("report", [report.pk]),
        ("change_report", [report.pk]),
        ("transfer", [moved.pk]),
        ("set_aside", [report.call_id]),
        ("report", [2**62]),
        ("transfer", [2**63 + 5]),
    ):
        assert client.get(reverse(f"absence:{name}", args=args)).status_code == 404, name
    assert client.get(new_url(scene.amy)).status_code == 404
    assert client.get(f"{reverse('absence:new_report')}?message={report.call_id}").status_code == 404
    assert "Amy" not in client.get(reverse("absence:line")).content.decode()
    for name, args in (("withdraw_report", [report.pk]), ("take_on", [moved.pk])):
        assert client.post(reverse(f"absence:{name}", args=args), {"because": "x"}).status_code == 404


def test_the_line_costs_the_same_queries_however_many_have_called(scene: Scene, mother: Parent) -> None:
    client = client_of(scene)

    def count() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse("absence:line")).status_code == 200
        return len(found)

    told(scene, call_of(mother), away(scene.amy))
    client.get(reverse("absence:line"))
    few = count()
    told(scene, call_of(mother), away(scene.ben), away(scene.cat, at="s-"), away(scene.dan, at="t-"))
    assert count() == few


def test_another_day_is_shown_and_no_day_that_is_none(scene: Scene, mother: Parent) -> None:
    told(scene, call_of(mother), away(scene.amy))
    client = client_of(scene)
    assert (
        "Nobody has told of an absence"
        in client.get(reverse("absence:line"), {"on": "2026-09-11"}).content.decode()
    )
    for text in ("2026-99-99", "x", "2031-01-01"):
        assert "Abbott, Amy" in client.get(reverse("absence:line"), {"on": text}).content.decode()


@pytest.mark.parametrize(
    ("reason", "where"),
    [
        ("bereavement", "absence:record_leave"),
        ("refuses", "absence:new_transfer"),
        ("other", "absence:change_report"),
    ],
)
def test_what_waits_leads_to_where_it_is_done(scene: Scene, mother: Parent, reason: str, where: str) -> None:
    (report,) = told(scene, call_of(mother), away(scene.amy, reason))
    args = {"absence:record_leave": [scene.amy.pk], "absence:change_report": [report.pk]}.get(where, [])
    page = client_of(scene).get(reverse("absence:report", args=[report.pk])).content.decode()
    assert "Go there" in page
    assert reverse(where, args=args) in page
