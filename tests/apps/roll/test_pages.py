"""The pages of the roll: who may open which, what they show and do, and what never shows."""

import csv
import io
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from rollbook.apps.accounts.models import User
from rollbook.apps.roll.models import Contact, Enrolment, Membership, Parent, Pupil
from rollbook.domain.access import Role
from rollbook.formats.pupil_file import read_pupils
from tests.apps.roll.files import school_file
from tests.apps.roll.scene import AT, ON, Scene, events, make_scene
from tests.factories.people import make_person, sign_in
from tests.factories.pupils import make_pupil

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_monday")]


@pytest.fixture
def _monday() -> Any:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    return make_scene()


@pytest.fixture
def office(scene: Scene, client: Client) -> Client:
    return sign_in(client, scene.officer)


@pytest.fixture
def pupil(scene: Scene) -> Pupil:
    pupil = make_pupil(scene.school, scene.groups["9A"], "Khan", "Sara")
    Pupil.objects.filter(pk=pupil.pk).update(medical_note="Carries an inhaler", social_worker="Pat Reed")
    adult = Parent.objects.create(
        school=scene.school, forename="Amina", surname="Khan", telephone="01632 960001"
    )
    Contact.objects.create(pupil=pupil, parent=adult, relationship="Mother", lives_with=True)
    return pupil


def _text(response: Any) -> str:
    return str(response.content.decode())


# --- Who may open what ---------------------------------------------------------------------------------------


_SEES_ANY = {
    Role.HEAD_TEACHER,
    Role.SENIOR_ATTENDANCE_CHAMPION,
    Role.ATTENDANCE_OFFICER,
    Role.OFFICE,
    Role.PASTORAL_LEAD,
    Role.SENCO,
    Role.TRUST_LEAD,
    Role.INSPECTOR,
}
_EDITS = _SEES_ANY - {Role.PASTORAL_LEAD, Role.SENCO, Role.TRUST_LEAD, Role.INSPECTOR}


@pytest.mark.parametrize("role", Role)
def test_who_may_open_which_page(scene: Scene, client: Client, pupil: Pupil, role: Role) -> None:
    sign_in(client, make_person(scene.school, role))
    contact, enrolment = Contact.objects.get(pupil=pupil), Enrolment.objects.get(pupil=pupil)
    pages = {
        reverse("roll:pupils"): _SEES_ANY | {Role.CLASS_TEACHER, Role.ADMINISTRATOR},
        reverse("roll:details", args=[pupil.pk]): _SEES_ANY,
        reverse("roll:change", args=[pupil.pk, "names"]): _EDITS,
        reverse("roll:change", args=[pupil.pk, "care"]): _EDITS,
        reverse("roll:add"): _EDITS,
        reverse("roll:contact_add", args=[pupil.pk]): _EDITS,
        reverse("roll:contact", args=[pupil.pk, contact.pk]): _EDITS,
        reverse("roll:contact_remove", args=[pupil.pk, contact.pk]): _EDITS,
        reverse("roll:move", args=[pupil.pk]): _EDITS,
        reverse("roll:enrolment", args=[pupil.pk, enrolment.pk]): _EDITS,
        reverse("roll:export"): _SEES_ANY - {Role.SENCO},
    }
    for page, roles in pages.items():
        status = client.get(page).status_code
        allowed = {200, 302} if role in roles else {403, 404}
        assert status in allowed, f"{role} got {status} at {page}"


def test_nobody_gets_in_without_signing_in(client: Client) -> None:
    response = client.get(reverse("roll:pupils"))
    assert response.status_code == 302
    assert reverse("account_login") in response["Location"]


def test_another_schools_pupil_is_not_found_on_any_page(client: Client, pupil: Pupil) -> None:
    sign_in(client, make_scene("Other School").officer)
    contact, enrolment = Contact.objects.get(pupil=pupil), Enrolment.objects.get(pupil=pupil)
    for name, arguments in (
        ("details", []),
        ("change", ["names"]),
        ("contact_add", []),
        ("contact", [contact.pk]),
        ("contact_remove", [contact.pk]),
        ("move", []),
        ("enrolment", [enrolment.pk]),
        ("start_again", []),
    ):
        assert client.get(reverse(f"roll:{name}", args=[pupil.pk, *arguments])).status_code == 404, name
    assert client.post(reverse("roll:contact_move", args=[pupil.pk, contact.pk])).status_code == 404


def test_a_teacher_sees_names_group_year_and_birthday_and_no_more(
    scene: Scene, client: Client, pupil: Pupil
) -> None:
    sign_in(client, scene.teacher)
    text = _text(client.get(reverse("roll:details", args=[pupil.pk])))
    assert "Sara Khan" in text
    assert "17 May 2014" in text
    for hidden in ("inhaler", "Pat Reed", "01632", "Amina", "UPN", "Missing", "Background"):
        assert hidden not in text, hidden
    listed = _text(client.get(reverse("roll:pupils")))
    assert "Khan" in listed
    assert "missing" not in listed
    assert client.get(reverse("roll:change", args=[pupil.pk, "names"])).status_code == 403


@pytest.mark.parametrize("role", [Role.PASTORAL_LEAD, Role.SENCO])
def test_those_who_look_after_welfare_see_it_and_change_nothing(
    scene: Scene, client: Client, pupil: Pupil, role: Role
) -> None:
    sign_in(client, make_person(scene.school, role))
    text = _text(client.get(reverse("roll:details", args=[pupil.pk])))
    assert "Carries an inhaler" in text
    assert reverse("roll:change", args=[pupil.pk, "needs"]) not in text


# --- The list ------------------------------------------------------------------------------------------------


def test_the_search_of_the_bar(scene: Scene, office: Client, pupil: Pupil) -> None:
    make_pupil(scene.school, scene.groups["9A"], "Khan", "Zara")
    assert office.get(reverse("roll:pupils"), {"q": "sara khan"})["Location"] == reverse(
        "registers:pupil", args=[pupil.pk]
    )
    both = _text(office.get(reverse("roll:pupils"), {"q": "khan"}))
    assert "Sara" in both
    assert "Zara" in both
    assert "No pupil matches" in _text(office.get(reverse("roll:pupils"), {"q": "nobody"}))


@pytest.mark.parametrize(
    "query", ["group=x", "group=99999", "year=x", "show=x", "page=x", "letter=%00", "q=" + "x" * 500]
)
def test_an_address_that_makes_no_sense_is_borne(office: Client, pupil: Pupil, query: str) -> None:
    assert office.get(f"{reverse('roll:pupils')}?{query}").status_code == 200


def test_empty_states(scene: Scene, office: Client) -> None:
    assert "No pupils yet" in _text(office.get(reverse("roll:pupils")))
    assert "Nobody has left" in _text(office.get(reverse("roll:leavers")))
    assert "Nobody starts later" in _text(office.get(reverse("roll:starting")))
    old = office.get(reverse("roll:pupils"), {"show": "left", "q": "khan"})
    assert old["Location"] == reverse("roll:leavers") + "?q=khan"
    sign_in(office, scene.teacher)
    assert "No pupils in your groups" in _text(office.get(reverse("roll:pupils")))


def test_the_list_as_a_file_is_safe_in_a_spreadsheet_and_is_noted(scene: Scene, office: Client) -> None:
    make_pupil(scene.school, scene.groups["9A"], "=HYPERLINK(1)", "+Siân")
    response = office.get(reverse("roll:export"))
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows[1][2:4] == ["'=HYPERLINK(1)", "'+Siân"]
    assert "attachment" in response["Content-Disposition"]
    assert events("roll.exported")[0].facts == {"pupils": 1, "search": ""}
    # It can be loaded again as it is.
    assert read_pupils(response.content, ON).row_count == 1


def test_a_long_list_takes_few_queries(
    scene: Scene, office: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    scene.load(school_file(240))
    with django_assert_max_num_queries(17):
        text = _text(office.get(reverse("roll:pupils")))
    assert "1 to 100 of 240" in text


# --- A pupil's entry -----------------------------------------------------------------------------------------


@pytest.mark.policy("P-3.7-5")
def test_what_is_missing_is_said_with_its_source(office: Client, pupil: Pupil) -> None:
    text = _text(office.get(reverse("roll:details", args=[pupil.pk])))
    assert "Missing from the admission register" in text
    assert "There is only one emergency number. The policy asks parents for more than one." in text
    Parent.objects.update(telephone="")
    text = _text(office.get(reverse("roll:details", args=[pupil.pk])))
    assert "There is no emergency number of Amina Khan, with whom the pupil lives." in text
    assert "Working together to improve school attendance (DfE), page 67" in text


def test_a_look_is_noted(office: Client, pupil: Pupil) -> None:
    for _ in range(2):
        office.get(reverse("roll:details", args=[pupil.pk]))
    (event,) = events("roll.pupil.viewed")
    assert (event.subject, event.by_name) == (f"pupil:{pupil.pk}", "Ruth Osei")


def test_a_section_is_changed(office: Client, pupil: Pupil) -> None:
    page = reverse("roll:change", args=[pupil.pk, "address"])
    assert _text(office.get(page)).count("<textarea") == 1
    response = office.post(page, {"address": "2 Low Street", "postcode": "B2 2BB", "seen": "{}"})
    assert response["Location"] == reverse("roll:details", args=[pupil.pk])
    pupil.refresh_from_db()
    assert (pupil.address, pupil.postcode, pupil.medical_note) == (
        "2 Low Street",
        "B2 2BB",
        "Carries an inhaler",
    )


def test_two_people_in_one_section_both_see_what_the_other_typed(office: Client, pupil: Pupil) -> None:
    page = reverse("roll:change", args=[pupil.pk, "address"])
    seen = '{"address": "", "postcode": ""}'
    office.post(page, {"address": "2 Low Street", "postcode": "", "seen": seen})
    response = office.post(page, {"address": "3 Mid Street", "postcode": "", "seen": seen})
    text = _text(response)
    assert response.status_code == 422
    assert "Address is now “2 Low Street”" in text
    assert "3 Mid Street" in text
    # The page now knows what stands; saving again is a decision.
    again = response.context["form"]["seen"].value()
    assert office.post(page, {"address": "3 Mid Street", "postcode": "", "seen": again}).status_code == 302


@pytest.mark.parametrize("seen", ["", "[]", "{", '{"address": 5, "x": 1}'])
def test_a_page_that_says_nothing_sound_about_what_it_showed(office: Client, pupil: Pupil, seen: str) -> None:
    response = office.post(
        reverse("roll:change", args=[pupil.pk, "address"]),
        {"address": "2 Low Street", "postcode": "", "seen": seen},
    )
    assert response.status_code in (302, 422)


def test_a_refused_upn_is_said_beside_it(office: Client, pupil: Pupil) -> None:
    values = {
        "legal_surname": "Khan",
        "legal_forename": "Sara",
        "surname": "Khan",
        "forename": "Sara",
        "sex": "F",
    }
    values |= {"born_on": "2014-05-17", "year_offset": "0", "upn": "A123", "seen": ""}
    response = office.post(reverse("roll:change", args=[pupil.pk, "names"]), values)
    assert response.status_code == 422
    assert "A UPN has 13 characters; this one has 4." in _text(response)


def test_a_pupil_is_added(scene: Scene, office: Client) -> None:
    page = reverse("roll:add")
    empty = office.post(page, {})
    assert empty.status_code == 422
    assert "Legal surname is missing." in _text(empty)
    values: dict[str, Any] = {
        "legal_surname": "Shaw",
        "legal_forename": "Kai",
        "sex": "M",
        "born_on": "2013-02-01",
    }
    values |= {"first_day": "2026-11-30", "group": scene.groups["9B"].pk, "agreed_with": "Jo Shaw"}
    added = office.post(page, values, follow=True)
    assert "Kai Shaw is in the admission register." in _text(added)
    pupil = Pupil.objects.get()
    assert (pupil.surname, pupil.forename, Membership.objects.get().group.name) == ("Shaw", "Kai", "9B")
    twice = office.post(page, values)
    assert "Say below if this is another pupil" in _text(twice)
    assert office.post(page, values | {"is_somebody_else": "on"}).status_code == 302
    assert Pupil.objects.count() == 2


def test_contacts_are_added_changed_moved_and_removed(office: Client, pupil: Pupil) -> None:
    values = {"forename": "Yusuf", "surname": "Khan", "relationship": "Father", "telephone": "07700 900001"}
    office.post(reverse("roll:contact_add", args=[pupil.pk]), values | {"is_parent": "on"})
    father = Contact.objects.get(relationship="Father")
    assert (father.priority, father.is_parent, father.lives_with) == (2, True, False)
    office.post(reverse("roll:contact_move", args=[pupil.pk, father.pk]), {"to": "up"})
    father.refresh_from_db()
    assert father.priority == 1
    page = reverse("roll:contact", args=[pupil.pk, father.pk])
    assert "07700 900001" in _text(office.get(page))
    wrong = office.post(page, values | {"telephone": "ask", "email": "x"})
    assert wrong.status_code == 422
    office.post(page, values | {"lives_with": "on"})
    father.refresh_from_db()
    assert father.lives_with
    remove = reverse("roll:contact_remove", args=[pupil.pk, father.pk])
    assert "Remove Yusuf Khan?" in _text(office.get(remove))
    office.post(remove)
    assert list(Contact.objects.values_list("relationship", flat=True)) == ["Mother"]


def test_moving_leaving_and_coming_back(scene: Scene, office: Client, pupil: Pupil) -> None:
    move = reverse("roll:move", args=[pupil.pk])
    assert "Now in 9A." in _text(office.get(move))
    office.post(move, {"group": scene.groups["9B"].pk, "on": "2026-11-30"})
    assert Membership.objects.filter(pupil=pupil, group__name="9B", first_day="2026-11-30").exists()
    Membership.objects.filter(pupil=pupil, group__name="9B").delete()
    assert office.post(move, {"group": scene.groups["9B"].pk, "on": "2020-01-01"}).status_code == 422
    row = Enrolment.objects.get(pupil=pupil)
    page = reverse("roll:enrolment", args=[pupil.pk, row.pk])
    assert office.get(page).status_code == 200
    # A last day comes from a removal and from nowhere else.
    office.post(page, {"first_day": "2026-09-04", "last_day": "2026-11-20"})
    row.refresh_from_db()
    assert (row.first_day, row.last_day) == (date(2026, 9, 4), None)
    Enrolment.objects.filter(pk=row.pk).update(last_day=date(2026, 11, 20))
    Membership.objects.filter(pupil=pupil).update(last_day=date(2026, 11, 20))
    again = reverse("roll:start_again", args=[pupil.pk])
    assert "On roll again" in _text(office.get(again))
    office.post(again, {"first_day": "2026-11-23", "group": scene.groups["9C"].pk})
    assert Enrolment.objects.filter(pupil=pupil).count() == 2
    assert office.get(again).status_code == 404


def test_a_governor_sees_no_list(scene: Scene, client: Client, pupil: Pupil) -> None:
    person: User = make_person(scene.school, Role.GOVERNOR)
    sign_in(client, person)
    assert client.get(reverse("roll:pupils")).status_code == 403
