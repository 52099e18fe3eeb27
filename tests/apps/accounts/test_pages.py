"""The pages about people: who may open them, what they show, what they do."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client
from django.urls import reverse

from rollbook.apps.accounts.models import Appointment, User
from rollbook.apps.audit.models import Event
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from tests.factories.people import PASSWORD, appoint, make_person, make_school, sign_in

pytestmark = pytest.mark.django_db

INLINE = re.compile(r"<[^>]+\s(?:style|on[a-z]+)\s*=|<script(?![^>]*\ssrc=)[^>]*>|<style", re.IGNORECASE)


@pytest.fixture(autouse=True)
def _a_school_morning(time_machine: Any) -> Iterator[None]:
    time_machine.move_to("2026-09-14 09:00+00:00", tick=False)
    return


@pytest.fixture
def head() -> User:
    return make_person(make_school(), Role.HEAD_TEACHER, name="Ruth Osei", email="ruth@example.org")


@pytest.fixture
def desk(client: Client, head: User) -> Client:
    """The head teacher at a browser."""
    return sign_in(client, head)


def _colleague(head: User, role: Role = Role.OFFICE, **about: Any) -> User:
    return make_person(head.appointments.get().school, role, **about)


# --- Who may open what ------------------------------------------------------------------------------------------

MANAGING = [
    ("accounts:staff", ()),
    ("accounts:add", ()),
    ("accounts:person", ("person",)),
    ("accounts:details", ("person",)),
    ("accounts:appoint", ("person",)),
    ("accounts:end", ("person", "post")),
    ("accounts:position", ("person", "post")),
]
PRESSED = [
    ("accounts:send_link", ("person",)),
    ("accounts:close", ("person",)),
    ("accounts:reopen", ("person",)),
    ("accounts:remove_second_step", ("person",)),
    ("accounts:withdraw", ("person", "post")),
]
OWN = [
    ("accounts:account", ()),
    ("accounts:choose_school", ()),
    ("accounts:who_to_ask", ()),
    ("account_change_password", ()),
    ("mfa_index", ()),
]


def _address(name: str, needs: tuple[str, ...], person: User) -> str:
    numbers = {"person": person.pk, "post": person.appointments.get().pk}
    return reverse(name, args=[numbers[need] for need in needs])


@pytest.mark.policy("P-3.2-3")
@pytest.mark.parametrize(("name", "needs"), MANAGING + PRESSED, ids=lambda value: str(value))
@pytest.mark.parametrize("role", Role, ids=str)
def test_only_who_manages_staff_opens_the_staff_pages(
    head: User, role: Role, name: str, needs: tuple[str, ...]
) -> None:
    colleague = _colleague(head)
    client = sign_in(Client(), _colleague(head, role))
    address = _address(name, needs, colleague)
    pressed = (name, needs) in PRESSED
    answer = client.post(address) if pressed else client.get(address)
    if Permission.STAFF_MANAGE in ROLE_PERMISSIONS[role]:
        assert answer.status_code == (302 if pressed else 200)
    else:
        assert answer.status_code == 403


@pytest.mark.parametrize(("name", "needs"), OWN, ids=lambda value: str(value))
@pytest.mark.parametrize("role", Role, ids=str)
def test_everybody_opens_their_own_pages(head: User, role: Role, name: str, needs: tuple[str, ...]) -> None:
    assert sign_in(Client(), _colleague(head, role)).get(reverse(name)).status_code == 200


@pytest.mark.parametrize(("name", "needs"), MANAGING + PRESSED + OWN, ids=lambda value: str(value))
def test_who_is_not_signed_in_is_asked_to(
    client: Client, head: User, name: str, needs: tuple[str, ...]
) -> None:
    address = _address(name, needs, head)
    answer = client.post(address) if (name, needs) in PRESSED else client.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/sign-in/?next={address}"


@pytest.mark.parametrize(("name", "needs"), [each for each in MANAGING + PRESSED if each[1]], ids=str)
def test_people_of_another_school_are_not_found(desk: Client, name: str, needs: tuple[str, ...]) -> None:
    stranger = make_person(make_school("Another School"), Role.OFFICE)
    address = _address(name, needs, stranger)
    answer = desk.post(address) if (name, needs) in PRESSED else desk.get(address)
    assert answer.status_code == 404


def test_an_appointment_of_somebody_else_is_not_found(desk: Client, head: User) -> None:
    colleague = _colleague(head)
    address = reverse("accounts:end", args=[colleague.pk, head.appointments.get().pk])
    assert desk.get(address).status_code == 404


# --- Pages as they are sent -------------------------------------------------------------------------------------

PUBLIC = [
    "/sign-in/",
    "/sign-in/?ended=idle",
    "/password/forgotten/",
    "/password/forgotten/sent/",
    "/password/chosen/",
]
SECRET = "JBSWY3DPEHPK3PXP"


def test_no_page_has_inline_script_or_style(desk: Client, head: User) -> None:
    colleague = _colleague(head)
    pages = [_address(name, needs, colleague) for name, needs in MANAGING + OWN]
    pages += ["/sign-out/", "/account/confirm/?next=/account/", "/audit/"]
    answers = {page: desk.get(page) for page in pages} | {page: Client().get(page) for page in PUBLIC}
    desk.post("/account/confirm/?next=/account/", {"password": PASSWORD})
    answers["app"] = desk.get("/account/second-step/app/")
    TOTP.activate(head, SECRET)
    for page in ("", "remove/", "codes/new/"):
        answers[page] = desk.get(f"/account/second-step/{page}")
    waiting = Client()
    waiting.post("/sign-in/", {"login": head.email, "password": PASSWORD})
    answers["code"] = waiting.get("/sign-in/code/")
    answers["bad link"] = Client().get("/password/choose/1-abc-def/")
    for page, answer in answers.items():
        assert answer.status_code == 200, page
        html = answer.content.decode()
        assert not INLINE.search(html), f"{page}: {INLINE.search(html)}"
        assert 'placeholder="E-mail' not in html
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        assert "default-src 'none'" in policy


def test_signing_in_starts_in_the_address() -> None:
    page = Client().get("/sign-in/").content.decode()
    (field,) = re.findall(r"<input[^>]*autofocus[^>]*>", page)
    assert 'name="login"' in field


# --- The list and one person ------------------------------------------------------------------------------------


def test_the_list_shows_roles_dates_and_last_sign_in(desk: Client, head: User) -> None:
    _colleague(
        head, Role.CLASS_TEACHER, name="Tom Reid", position="Teacher of 7A", first_day=date(2027, 1, 4)
    )
    User.objects.filter(name="Tom Reid").update(password="!unset")
    page = desk.get("/staff/").content.decode()
    for words in (
        "Ruth Osei",
        "Teacher of 7A",
        "from 4 January 2027",
        "since 1 September 2020",
        "No password yet",
    ):
        assert words in page
    assert "Mon 14 Sep 2026 at 10:00" in page
    assert "Tom Reid" not in desk.get("/staff/?name=ruth").content.decode()
    assert (
        "Ruth Osei"
        not in desk.get("/staff/?role=class_teacher").content.decode().split("<tbody")[1].split("</tbody")[0]
    )
    assert "Nobody has left" in desk.get("/staff/?show=past").content.decode()
    assert "Nobody found" in desk.get("/staff/?name=zzz").content.decode()
    assert desk.get("/staff/?role=nonsense").status_code == 200


def test_the_list_costs_the_same_for_any_number_of_people(
    desk: Client, head: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        _colleague(head)
    desk.get("/staff/")
    with django_assert_max_num_queries(5):
        desk.get("/staff/")


NEW = {
    "name": "Tom Reid",
    "email": "tom@example.org",
    "telephone": "",
    "role": "class_teacher",
    "position": "Teacher of 7A",
    "first_day": "2026-09-14",
}


def test_adding_somebody_sends_a_link_with_which_they_come_in(desk: Client) -> None:
    answer = desk.post("/staff/new/", NEW, follow=True)
    assert "A letter went to tom@example.org." in answer.content.decode()
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (["tom@example.org"], "Your Rollbook account at Hollin Bank School")
    link = re.search(r"//testserver(/\S+)", str(letter.body))
    assert link
    newcomer = Client()
    form = newcomer.get(link[1], follow=True).redirect_chain[-1][0]
    newcomer.post(form, {"password1": "nine-quiet-otters-swim", "password2": "nine-quiet-otters-swim"})
    newcomer.post("/sign-in/", {"login": "tom@example.org", "password": "nine-quiet-otters-swim"})
    assert "Teacher of 7A" in newcomer.get("/account/").content.decode()
    assert Event.objects.filter(type="accounts.link.sent").count() == 1


def test_where_no_letter_gets_out_the_link_is_shown_once_and_never_a_password(
    desk: Client, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    answer = desk.post("/staff/new/", NEW)
    page = answer.content.decode()
    assert re.search(r"http://testserver/password/choose/\w+-\w+-\w+/", page)
    assert "Rollbook sends no e-mail here." in page
    assert answer.headers["Cache-Control"] == "no-store"
    assert Event.objects.filter(type="accounts.link.shown").count() == 1
    person = User.objects.get(email="tom@example.org")
    assert "/password/choose/" not in desk.get(f"/staff/{person.pk}/").content.decode()


def test_the_link_of_somebody_with_two_schools_is_never_shown(
    desk: Client, head: User, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    shared = _colleague(head)
    appoint(shared, make_school("Another School"), Role.HEAD_TEACHER)
    page = desk.post(f"/staff/{shared.pk}/link/", follow=True).content.decode()
    assert "/password/choose/" not in page
    assert "also work for another school or a trust" in page


def test_mistakes_are_said_beside_their_fields_and_nothing_typed_is_lost(desk: Client) -> None:
    answer = desk.post("/staff/new/", {**NEW, "email": "ruth@example.org"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Ruth Osei is on the list with this address already." in page
    assert 'href="#id_email"' in page
    assert 'value="Teacher of 7A"' in page
    assert "Name is missing." in desk.post("/staff/new/", {**NEW, "name": ""}).content.decode()


def test_somebody_with_an_account_elsewhere_is_welcomed(desk: Client) -> None:
    make_person(make_school("Another School"), Role.SENCO, name="Ada King", email="ada@example.org")
    page = desk.post("/staff/new/", {**NEW, "email": "ada@example.org"}, follow=True).content.decode()
    assert "Ada King was added, with the account they have already." in page
    assert mail.outbox[0].subject == "Rollbook: you now work at Hollin Bank School"
    assert "/password/choose/" not in mail.outbox[0].body


def test_roles_are_given_changed_ended_and_taken_back(desk: Client, head: User) -> None:
    person = _colleague(head, position="Receptionist")
    post = person.appointments.get()
    desk.post(
        f"/staff/{person.pk}/roles/new/",
        {"role": "senco", "position": "SENCO", "first_day": "2027-01-04", "last_day": ""},
    )
    coming = person.appointments.get(role="senco")
    page = desk.get(f"/staff/{person.pk}/").content.decode()
    assert "To come" in page
    desk.post(f"/staff/{person.pk}/roles/{coming.pk}/withdraw/")
    desk.post(
        f"/staff/{person.pk}/roles/{post.pk}/position/",
        {"position": "Office Manager", "first_day": "2026-09-15"},
    )
    newest = person.appointments.get(position="Office Manager")
    desk.post(f"/staff/{person.pk}/roles/{newest.pk}/end/", {"last_day": "2026-10-01"})
    assert list(person.appointments.values_list("position", "last_day")) == [
        ("Receptionist", date(2026, 9, 14)),
        ("Office Manager", date(2026, 10, 1)),
    ]


def test_refusals_are_shown_and_nothing_changes(desk: Client, head: User) -> None:
    post = head.appointments.get()
    answer = desk.post(f"/staff/{head.pk}/roles/{post.pk}/end/", {"last_day": "2026-09-30"})
    assert answer.status_code == 422
    assert "From 1 October 2026 nobody at Hollin Bank School could manage staff" in answer.content.decode()
    page = desk.post(f"/staff/{head.pk}/close/", follow=True).content.decode()
    assert "close your own account" in page
    assert Appointment.objects.get(pk=post.pk).last_day is None


def test_a_closed_account_is_out_at_once_and_can_be_opened_again(desk: Client, head: User) -> None:
    person = _colleague(head, name="Jo Bell")
    theirs = sign_in(Client(), person)
    assert (
        "Jo Bell can sign in no more."
        in desk.post(f"/staff/{person.pk}/close/", follow=True).content.decode()
    )
    assert theirs.get("/account/").status_code == 302
    assert "Open it first" in desk.post(f"/staff/{person.pk}/link/", follow=True).content.decode()
    assert "Jo Bell" in desk.get("/staff/?show=past").content.decode()
    desk.post(f"/staff/{person.pk}/open/")
    assert User.objects.get(pk=person.pk).is_active


def test_details_are_put_right(desk: Client, head: User) -> None:
    person = _colleague(head, name="Jo Bel")
    desk.post(
        f"/staff/{person.pk}/details/",
        {"name": "Jo Bell", "email": "jo@example.org", "telephone": "0121 496 0111"},
    )
    person.refresh_from_db()
    assert (person.name, person.email, person.telephone) == ("Jo Bell", "jo@example.org", "0121 496 0111")


# --- One's own account ------------------------------------------------------------------------------------------


def test_ones_own_page_shows_every_role_with_its_dates(desk: Client, head: User) -> None:
    appoint(
        head,
        make_school("Another School"),
        Role.GOVERNOR,
        position="Parent governor",
        last_day=date(2024, 7, 31),
    )
    page = desk.get("/account/").content.decode()
    for words in (
        "Ruth Osei",
        "ruth@example.org",
        "Head teacher",
        "Parent governor",
        "1 September 2020 to 31 July 2024",
    ):
        assert words in page
    assert "Go to another school" not in page


def test_going_from_one_school_to_another(desk: Client, head: User) -> None:
    other, former = make_school("Another School"), make_school("Former School")
    appoint(head, other, Role.CLASS_TEACHER)
    appoint(head, former, Role.HEAD_TEACHER, last_day=date(2024, 7, 31))
    page = desk.get("/account/school/").content.decode()
    assert "Another School" in page
    assert "Former School" not in page
    answer = desk.post("/account/school/", {"school": other.pk, "next": "//evil.example.org/"})
    assert answer.headers["Location"] == "/"
    assert "Another School" in desk.get("/account/").content.decode()
    assert desk.get("/staff/").status_code == 403, "rights held at the other school still count"
    for wrong in (former.pk, 999_999, "x"):
        assert desk.post("/account/school/", {"school": wrong}).status_code == 404


@pytest.mark.policy("P-3.3-11", "P-3.4-7")
def test_everybody_sees_whom_to_ask(head: User) -> None:
    officer = _colleague(head, Role.ATTENDANCE_OFFICER, name="Dan Webb", email="dan@example.org")
    User.objects.filter(pk=officer.pk).update(telephone="0121 496 0199")
    _colleague(head, Role.SENIOR_ATTENDANCE_CHAMPION, name="Priya Shah", email="priya@example.org")
    page = sign_in(Client(), _colleague(head, Role.CLASS_TEACHER)).get("/who-to-ask/").content.decode()
    for words in (
        "Dan Webb",
        "mailto:dan@example.org",
        "0121 496 0199",
        "Priya Shah",
        "mailto:priya@example.org",
    ):
        assert words in page
