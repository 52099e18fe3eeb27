"""The pages of removals, returns and what is missing: who may open which, the way through, and bad input."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from rollbook.apps.accounts.models import User
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
from rollbook.apps.roll.queries.lacking import Wanted, lacking
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.admission_register import Lack
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.apps.roll.scene import events
from tests.apps.roll.test_removals import F, approve, propose
from tests.factories.people import make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_pupil

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_morning")]


@pytest.fixture
def _morning() -> Any:
    with time_machine.travel(at(10), tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    return Scene()


def as_(person: User) -> Client:
    return sign_in(Client(), person)


def text(response: Any) -> str:
    return str(response.content.decode())


def page(name: str, *arguments: Any) -> str:
    return reverse(f"roll:{name}", args=arguments)


# --- Who may -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_who_may_open_which_page(scene: Scene, role: Role) -> None:
    row = approve(scene, propose(scene))
    due, spell = ReturnDue.objects.get(), Enrolment.objects.get(pupil=scene.ben)
    client = as_(make_person(scene.school, role))
    held = ROLE_PERMISSIONS[role]
    either = {Permission.ROLL_PROPOSE_REMOVAL, Permission.ROLL_APPROVE_REMOVAL}
    for address, permitted in {
        page("starting"): {Permission.PUPIL_VIEW_ANY},
        page("leavers"): {Permission.PUPIL_VIEW_ANY},
        page("missing"): {Permission.PUPIL_VIEW_ANY},
        page("missing_export"): {Permission.REGISTERS_EXPORT},
        page("removals"): either,
        page("removal", row.pk): either,
        page("removal_choose", scene.ben.pk): {Permission.ROLL_PROPOSE_REMOVAL},
        page("removal_propose", scene.ben.pk, "F"): {Permission.ROLL_PROPOSE_REMOVAL},
        page("returns"): {Permission.PUPIL_EDIT},
        page("return", due.pk): {Permission.PUPIL_EDIT},
        page("address_change", scene.ben.pk): {Permission.PUPIL_EDIT},
        page("destination", scene.ben.pk): {Permission.PUPIL_EDIT},
        page("withdraw_place", scene.ben.pk, spell.pk): {Permission.PUPIL_EDIT},
    }.items():
        expected = 200 if permitted & held else 403
        assert client.get(address).status_code == expected, f"{role} at {address}"
    for name, permission in (
        ("removal_decide", Permission.ROLL_APPROVE_REMOVAL),
        ("removal_undo", Permission.ROLL_APPROVE_REMOVAL),
        ("removal_withdraw", Permission.ROLL_PROPOSE_REMOVAL),
    ):
        expected = 422 if permission in held else 403
        assert client.post(page(name, row.pk)).status_code == expected, f"{role} at {name}"


def test_another_schools_pages_are_not_found(scene: Scene) -> None:
    row = approve(scene, propose(scene))
    due, spell = ReturnDue.objects.get(), Enrolment.objects.get(pupil=scene.ben)
    client = as_(Scene(make_school("Other School")).head)
    for address in (
        page("removal", row.pk),
        page("return", due.pk),
        page("removal_choose", scene.ben.pk),
        page("removal_propose", scene.ben.pk, "F"),
        page("address_change", scene.ben.pk),
        page("destination", scene.ben.pk),
        page("withdraw_place", scene.ben.pk, spell.pk),
    ):
        assert client.get(address).status_code == 404, address
    for name in ("removal_decide", "removal_undo", "removal_withdraw"):
        assert client.post(page(name, row.pk)).status_code == 404
    assert client.post(page("return_ask_for", due.pk)).status_code == 404
    for listed in (page("removals"), page("returns"), page("leavers"), page("missing")):
        assert f"/{scene.amy.pk}/" not in text(client.get(listed))


# --- The way through ---------------------------------------------------------------------------------------------

_CONDITIONS = {
    "is_in_writing": "yes",
    "notice_on": "2026-09-14",
    "stated_last_day": "2026-09-14",
    "order_in_force": "no",
    "last_day": "2026-09-14",
}
_EVIDENCE = {
    "evidence": "Letter of 7 September",
    "evidence_seen_on": "2026-09-14",
    "next_kind": "home",
    "because": "",
}


def test_page_by_page_to_the_second_person(scene: Scene) -> None:
    office = as_(scene.office)
    address = page("removal_propose", scene.amy.pk, "F")
    assert "Has moved too far away" in text(office.get(page("removal_choose", scene.amy.pk)))
    first = office.get(address)
    assert "page 2 of 4" in text(first)
    assert "(optional)" not in text(first)
    second = office.post(address, {"step": "conditions", "act": "next"} | _CONDITIONS)
    assert "page 3 of 4" in text(second)
    assert 'name="is_in_writing" value="yes"' in text(second), "what was answered travels with the page"
    back = office.post(address, {"step": "evidence", "act": "back"} | _CONDITIONS | _EVIDENCE)
    assert "page 2 of 4" in text(back)
    assert "Letter of 7 September" in text(back)
    third = office.post(address, {"step": "evidence", "act": "next"} | _CONDITIONS | _EVIDENCE)
    assert "page 4 of 4" in text(third)
    assert "Educated at home" in text(third)
    assert not RemovalRequest.objects.exists()
    sent = office.post(address, {"step": "check", "act": "send"} | _CONDITIONS | _EVIDENCE)
    row = RemovalRequest.objects.get()
    assert sent["Location"] == page("removal", row.pk)
    assert row.evidence == "Letter of 7 September"
    shown = text(office.get(sent["Location"]))
    assert "Waiting for somebody who may approve" in shown
    assert "Save the decision" not in shown
    assert '<span class="count">1<span class="vh"> waiting</span></span>' in text(
        office.get(page("removals"))
    )

    head = as_(scene.head)
    assert "Letter of 7 September" in text(head.get(page("removal", row.pk)))
    nothing = head.post(page("removal_decide", row.pk), {})
    assert nothing.status_code == 422
    assert "Choose approve or refuse." in text(nothing)
    refused = head.post(page("removal_decide", row.pk), {"decision": "refuse"})
    assert "Say why: the reason stays on the record." in text(refused)
    head.post(page("removal_decide", row.pk), {"decision": "approve", "reason": "Spoke to the mother"})
    row.refresh_from_db()
    assert row.state == "approved"
    again = head.post(page("removal_decide", row.pk), {"decision": "approve"})
    assert again.status_code == 422
    assert Membership.objects.get(pupil=scene.amy).last_day == MONDAY

    due = ReturnDue.objects.get()
    shown = text(office.get(page("return", due.pk)))
    assert "F: To be educated otherwise than at school" in shown
    office.post(page("return", due.pk), {"sent_on": "2026-09-14", "how": "The portal"})
    row.refresh_from_db()
    assert row.state == "done"
    assert "Sent on 14 September 2026 by Ola Office: The portal." in text(office.get(page("return", due.pk)))
    with time_machine.travel(at(10, on=MONDAY + timedelta(days=1)), tick=False):
        office = as_(scene.office)
        assert "Abbott" in text(office.get(page("leavers")))
        assert "Abbott" not in text(office.get(page("pupils")))
        details = text(office.get(page("details", scene.amy.pk)))
        assert "Removed on ground F: To be educated otherwise than at school" in details
        assert office.get(reverse("registers:pupil", args=[scene.amy.pk])).status_code == 200


@pytest.mark.parametrize(
    ("step", "changed", "words"),
    [
        ("conditions", {"is_in_writing": "no"}, "Ask for it in writing"),
        ("conditions", {"is_in_writing": ""}, "Answer yes or no."),
        ("conditions", {"is_in_writing": "perhaps"}, "not one of the available choices"),
        ("conditions", {"stated_last_day": "soon"}, "Enter a real date"),
        ("conditions", {"last_day": ""}, "Choose the last day on roll."),
        ("conditions", {"last_day": "2026-09-01"}, "was not on roll before"),
        ("evidence", {"evidence": ""}, "Say what you have seen"),
        ("evidence", {"evidence": "x" * 2001}, "at most 2000 characters"),
        ("evidence", {"next_kind": ""}, "Say where the pupil goes next"),
        ("evidence", {"next_kind": "school"}, "Name the school."),
        # Somebody changes a hidden answer on the last page: it is looked at again.
        ("check", {"is_in_writing": "no"}, "Ask for it in writing"),
        ("nonsense", {"order_in_force": "yes"}, "Speak to the local authority"),
    ],
)
def test_what_is_not_right_is_said_on_its_page_and_nothing_is_lost(
    scene: Scene, step: str, changed: dict[str, str], words: str
) -> None:
    act = "send" if step == "check" else "next"
    data = _CONDITIONS | _EVIDENCE | changed | {"step": step, "act": act}
    response = as_(scene.office).post(page("removal_propose", scene.amy.pk, "F"), data)
    assert response.status_code == 422
    assert words in text(response)
    assert "2026-09-14" in text(response)
    assert not RemovalRequest.objects.exists()


def test_the_school_of_a_condition_is_where_the_pupil_goes_unless_somebody_says_else(scene: Scene) -> None:
    data = {"other_school": "Elm Grove School", "is_registered_there": "yes", "last_day": "2026-09-14"}
    address = page("removal_propose", scene.amy.pk, "A")
    office = as_(scene.office)
    shown = office.post(address, data | {"step": "conditions", "act": "next"})
    form = shown.context["form"]
    assert (form["next_kind"].value(), form["next_name"].value()) == ("school", "Elm Grove School")
    other = {"next_kind": "unknown", "step": "conditions", "act": "next"}
    form = office.post(address, data | other).context["form"]
    assert (form["next_kind"].value(), form["next_name"].value()) == ("unknown", None)


def test_a_warning_asks_for_the_reason_beside_it(scene: Scene) -> None:
    data = {"is_sentenced": "yes", "is_long": "no", "is_expected": "no", "last_day": "2026-09-14"}
    address = page("removal_propose", scene.amy.pk, "J")
    office = as_(scene.office)
    response = office.post(address, data | {"step": "conditions", "act": "next"})
    assert "Why is the name to be removed all the same?" in text(response)
    response = office.post(address, data | _EVIDENCE | {"step": "evidence", "act": "next"})
    assert response.status_code == 422
    assert "Say why the name is to be removed all the same." in text(response)
    given = data | _EVIDENCE | {"because": "Two sentences in a row", "step": "check", "act": "send"}
    assert office.post(address, given).status_code == 302
    assert RemovalRequest.objects.get().because == "Two sentences in a row"


def test_addresses_that_make_no_sense(scene: Scene) -> None:
    office = as_(scene.office)
    assert office.get(page("removal_propose", scene.amy.pk, "Z")).status_code == 404
    assert office.get(page("removal_propose", scene.amy.pk, "f")).status_code == 404
    Enrolment.objects.filter(pupil=scene.amy).update(last_day=MONDAY)
    for name in ("removal_choose", "removal_propose"):
        arguments = [scene.amy.pk] + (["F"] if name == "removal_propose" else [])
        assert office.get(page(name, *arguments))["Location"] == page("details", scene.amy.pk)


def test_the_head_alone_gives_the_reason_on_the_page(scene: Scene) -> None:
    row = propose(scene, person=scene.head)
    head = as_(scene.head)
    assert "Why can no second person decide this?" in text(head.get(page("removal", row.pk)))
    missing = head.post(page("removal_decide", row.pk), {"decision": "approve"})
    assert "Say why no second person could." in text(missing)
    make_person(scene.school, Role.SENIOR_ATTENDANCE_CHAMPION)
    shown = text(head.get(page("removal", row.pk)))
    assert "Somebody else who may approve removals has to decide it." in shown
    assert head.post(page("removal_decide", row.pk), {"decision": "approve"}).status_code == 422
    head.post(page("removal_withdraw", row.pk), {"reason": "To be proposed by the office"})
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_a_mistake_is_undone_on_the_page(scene: Scene) -> None:
    row = approve(scene, propose(scene))
    head = as_(scene.head)
    assert head.post(page("removal_undo", row.pk), {"reason": ""}).status_code == 422
    head.post(page("removal_undo", row.pk), {"reason": "The wrong Amy"})
    assert Enrolment.objects.get(pupil=scene.amy).last_day is None
    shown = text(head.get(page("removal", row.pk)))
    assert "The wrong Amy" in shown
    assert ">Undone</span>" in shown
    settled = text(head.get(page("returns")))
    assert "Not needed any more" in settled


def test_addresses_and_schools_to_come_and_places_withdrawn(scene: Scene) -> None:
    adult = Parent.objects.create(school=scene.school, forename="Ada", surname="Abbott")
    contact = Contact.objects.create(pupil=scene.amy, parent=adult, relationship="Mother")
    office = as_(scene.office)
    given = {
        "contact": contact.pk,
        "address": "9 New Road",
        "from_day": "2026-09-01",
        "notified_on": "2026-09-14",
    }
    assert office.post(page("address_change", scene.amy.pk), given | {"contact": ""}).status_code == 422
    assert office.post(page("address_change", scene.amy.pk), given).status_code == 302
    assert AddressChange.objects.get().parent == adult
    assert office.post(page("destination", scene.amy.pk), {"kind": "school"}).status_code == 422
    there = {"kind": "school", "name": "Moor Lane School", "starts_on": "2026-10-01", "notified_on": ""}
    assert office.post(page("destination", scene.amy.pk), there).status_code == 302
    assert Destination.objects.get().name == "Moor Lane School"
    details = text(office.get(page("details", scene.amy.pk)))
    assert "From 1 September 2026 with Ada Abbott: 9 New Road" in details
    assert "Moor Lane School, from 1 October 2026" in details
    assert "A new address was notified from 1 September 2026." in details

    spell = Enrolment.objects.get(pupil=scene.ben)
    Enrolment.objects.filter(pk=spell.pk).update(first_day=MONDAY + timedelta(days=7))
    assert "Brown" in text(office.get(page("starting")))
    address = page("withdraw_place", scene.ben.pk, spell.pk)
    assert office.post(address, {"reason": ""}).status_code == 422
    office.post(address, {"reason": "Chose another school"})
    assert WithdrawnPlace.objects.get().because == "Chose another school"
    assert "Chose another school" in text(office.get(page("details", scene.ben.pk)))
    assert "Never started" in text(office.get(page("leavers")))


# --- What is missing ---------------------------------------------------------------------------------------------


@pytest.mark.policy("P-3.7-5")
def test_the_office_works_through_what_is_missing(scene: Scene) -> None:
    office = as_(scene.office)
    shown = text(office.get(page("missing"), {"kind": "address"}))
    assert shown.count("There is no address of the pupil.") == 4
    assert "UPN" in text(office.get(page("missing")))
    form = page("change", scene.amy.pk, "address") + "?kind=address&then=missing"
    assert form.replace("&", "&amp;") in shown
    saved = office.post(form, {"address": "1 High Street", "postcode": "", "seen": "{}"}, follow=True)
    assert saved.redirect_chain == [(f"{page('missing')}?kind=address&after={scene.amy.pk}", 302)]
    assert "Ben Brown: There is no address of the pupil." in text(saved)
    last = office.get(page("missing"), {"kind": "address", "after": scene.dan.pk})
    assert "Dan Dale: There is no address" in text(last), "the same pupil while it is still missing"
    Pupil.objects.update(address="1 High Street")
    done = text(office.get(page("missing"), {"kind": "address", "after": scene.dan.pk}))
    assert "That was the last of this list" in done
    assert "Nothing of that kind is missing" in done


def test_nobody_is_led_to_a_form_they_may_not_open(scene: Scene) -> None:
    senco = as_(make_person(scene.school, Role.SENCO))
    shown = text(senco.get(page("missing"), {"after": scene.amy.pk}))
    assert "There is no address of the pupil." in shown
    assert "then=missing" not in shown
    assert "Take out as CSV" not in shown


@pytest.mark.parametrize(
    "query", ["kind=x", "level=x", "group=x", "after=x", "after=-1", "after=" + "9" * 40, "page=x"]
)
def test_a_query_that_makes_no_sense_is_borne(scene: Scene, query: str) -> None:
    assert as_(scene.office).get(f"{page('missing')}?{query}").status_code == 200


def test_the_list_as_a_file_is_safe_and_noted(scene: Scene) -> None:
    Pupil.objects.filter(pk=scene.amy.pk).update(surname="=1+1")
    response = as_(scene.office).get(page("missing_export"), {"level": "error"})
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[0][0] == "Surname"
    assert {row[5] for row in rows[1:]} == {"Missing"}
    assert "'=1+1" in {row[0] for row in rows}
    assert "level=error" in events("roll.exported")[0].facts["search"]


def test_leavers_are_left_out_and_starters_are_in(scene: Scene) -> None:
    Enrolment.objects.filter(pupil=scene.amy).update(last_day=date(2026, 9, 4))
    Enrolment.objects.filter(pupil=scene.ben).update(first_day=MONDAY + timedelta(days=7))
    found = lacking(viewer_of(scene.office), Wanted(), MONDAY)
    assert [row.pupil.forename for row in found.rows] == ["Ben", "Cat", "Dan"]
    assert found.counts[Lack.AGREEMENT] == 1
    by_group = lacking(viewer_of(scene.office), Wanted(group_id=scene.other_group.pk), MONDAY)
    assert [row.pupil.forename for row in by_group.rows] == ["Dan"]
    assert (by_group.pupil_count, by_group.complete_count) == (1, 0)


def test_the_list_takes_the_same_queries_whatever_its_size(
    scene: Scene, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    viewer = viewer_of(scene.office)
    for _ in range(2):
        with django_assert_num_queries(9):
            lacking(viewer, Wanted(), MONDAY)
        for number in range(40):
            make_pupil(scene.school, scene.group, f"More{number}", "Mo")


def test_a_return_is_opened_again_by_the_authority(scene: Scene) -> None:
    row = approve(scene, propose(scene, answers=F))
    ReturnDue.objects.filter(removal=row).update(due_on=None)
    due = ReturnDue.objects.get()
    office = as_(scene.office)
    assert "The local authority has asked for it" in text(office.get(page("return", due.pk)))
    office.post(page("return_ask_for", due.pk))
    due.refresh_from_db()
    assert due.due_on == MONDAY
    assert office.post(page("return_ask_for", due.pk), follow=True).status_code == 200
    wrong = office.post(page("return", due.pk), {"sent_on": "2026-09-15", "how": ""})
    assert wrong.status_code == 422
    assert "Say how it was sent." in text(wrong)
