"""Letters go out through a real mail server, and a server that is down stops nothing."""

import email.header
import re

import pytest
from django.test import Client

from rollbook.apps.accounts.models import User
from rollbook.domain.access import Role
from tests.factories.people import PASSWORD, make_person, make_school, sign_in
from tests.mail import Box, text_of

pytestmark = pytest.mark.django_db


NEW = {
    "name": "Zoë Łukasz",
    "email": "zoe@example.org",
    "telephone": "",
    "role": "office",
    "position": "Receptionist",
    "first_day": "2026-09-14",
}


def test_an_invitation_and_a_forgotten_password_arrive(client: Client, mail_server: Box) -> None:
    school = make_school("St Mary’s & All Saints")
    head = make_person(school, Role.HEAD_TEACHER, name="Ruth O’Shea")
    sign_in(client, head)
    assert client.post("/staff/new/", NEW).status_code == 302
    Client().post("/password/forgotten/", {"email": "zoe@example.org"})
    invitation, reset = mail_server.letters
    subject = str(email.header.make_header(email.header.decode_header(invitation["Subject"])))
    assert subject == "Your Rollbook account at St Mary’s & All Saints"
    assert invitation["To"] == reset["To"] == "zoe@example.org"
    assert "Dear Zoë Łukasz," in text_of(invitation)
    assert "Ruth O’Shea has made an account for you" in text_of(invitation)
    for letter in (invitation, reset):
        link = re.search(r"testserver(/password/choose/\S+)", text_of(letter))
        assert link
        assert "New password" in Client().get(link[1], follow=True).content.decode()


def test_with_the_server_down_the_person_is_added_and_the_link_shown(
    client: Client, no_mail_server: None
) -> None:
    sign_in(client, make_person(make_school(), Role.HEAD_TEACHER))
    page = client.post("/staff/new/", NEW).content.decode()
    assert "The letter could not be sent just now." in page
    assert "/password/choose/" in page
    assert User.objects.filter(email="zoe@example.org").exists()


def test_with_the_server_down_a_forgotten_password_says_so_and_tells_no_more(
    client: Client, no_mail_server: None
) -> None:
    person = make_person(make_school(), Role.OFFICE)
    for address in (person.email, "stranger@example.org"):
        answer = client.post("/password/forgotten/", {"email": address})
        assert answer.status_code == 503
        assert "The letter could not be sent just now." in answer.content.decode()


def test_with_the_server_down_a_password_is_changed_all_the_same(
    client: Client, no_mail_server: None
) -> None:

    person = make_person(make_school(), Role.OFFICE)
    sign_in(client, person)
    new = "seven-slow-bicycles-sing"
    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/account/password/", sent).status_code == 302
    person.refresh_from_db()
    assert person.check_password(new)
