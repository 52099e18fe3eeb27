"""The second step of signing in: a code from an app, recovery codes, and what happens without them."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.test import Client

from rollbook.apps.accounts.models import User
from rollbook.apps.audit.models import Event
from rollbook.domain.access import Role
from tests.factories.people import PASSWORD, make_person, make_school, sign_in

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
# What allauth does at the end of a transaction must really happen.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


def _code(secret: str) -> str:
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))


def _person_with_app() -> User:
    person = make_person(make_school(), Role.HEAD_TEACHER, email="head@example.org")
    TOTP.activate(person, SECRET)
    return person


def _give_password(client: Client) -> Any:
    return client.post("/sign-in/?next=/account/", {"login": "head@example.org", "password": PASSWORD})


def _confirmed(client: Client, path: str) -> Any:
    """The page at `path`, after confirming the password where it asks for it."""
    answer = client.get(path)
    if answer.status_code == 302:
        assert answer.headers["Location"].startswith("/account/confirm/")
        answer = client.post(answer.headers["Location"], {"password": PASSWORD}, follow=True)
    return answer


def test_setting_it_up_needs_the_password_and_a_right_code(client: Client) -> None:
    person = make_person(make_school(), Role.HEAD_TEACHER)
    sign_in(client, person)
    page = _confirmed(client, "/account/second-step/app/").content.decode()
    assert "<svg" in page
    assert "<?xml" not in page
    found = re.search(r'<code class="key">(\w+)</code>', page)
    assert found
    wrong = client.post("/account/second-step/app/", {"code": "000000"}).content.decode()
    assert "This code is not right" in wrong
    assert found[1] in wrong, "a wrong code must not change the key that was scanned"
    answer = client.post("/account/second-step/app/", {"code": _code(found[1])})
    assert answer.headers["Location"] == "/account/second-step/codes/"
    codes = client.get("/account/second-step/codes/").content.decode()
    assert len(re.findall(r'<code class="key">\d{8}</code>', codes)) == 10
    assert client.get("/account/second-step/codes/download/").content.decode().count("\n") >= 12
    assert "second step is on" in mail.outbox[-1].subject or "second step is on" in mail.outbox[0].subject
    types = set(Event.objects.values_list("type", flat=True))
    assert "accounts.second_step.added" in types


def test_after_the_password_comes_the_code(client: Client) -> None:
    _person_with_app()
    assert _give_password(client).headers["Location"] == "/sign-in/code/"
    assert client.get("/account/").status_code == 302, "the password alone opened a page"
    wrong = client.post("/sign-in/code/", {"code": "000000"})
    assert "This code is not right" in wrong.content.decode()
    assert client.post("/sign-in/code/", {"code": _code(SECRET)}).headers["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    failed, signed_in = Event.objects.order_by("pk")
    assert (failed.type, failed.facts["step"]) == ("accounts.sign_in_failed", "code")
    assert (signed_in.type, signed_in.facts) == ("accounts.signed_in", {"second_step": True})


def test_a_code_opens_once(client: Client) -> None:
    _person_with_app()
    code = _code(SECRET)
    _give_password(client)
    assert client.post("/sign-in/code/", {"code": code}).status_code == 302
    other = Client()
    _give_password(other)
    assert "used already" in other.post("/sign-in/code/", {"code": code}).content.decode()


def test_codes_cannot_be_guessed_for_long(client: Client) -> None:
    _person_with_app()
    _give_password(client)
    for _ in range(10):
        client.post("/sign-in/code/", {"code": "000000"})
    assert "Too many tries" in client.post("/sign-in/code/", {"code": _code(SECRET)}).content.decode()


def test_a_recovery_code_stands_in_for_the_app_once(client: Client) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    person = _person_with_app()
    code = RecoveryCodes.activate(person).get_unused_codes()[0]
    for expected in (302, 200):
        fresh = Client()
        _give_password(fresh)
        assert fresh.post("/sign-in/code/", {"code": code}).status_code == expected


def test_starting_again_gives_the_password_page(client: Client) -> None:
    _person_with_app()
    _give_password(client)
    assert client.get("/sign-in/").headers["Location"] == "/sign-in/code/"
    client.post("/sign-out/")
    assert client.get("/sign-in/").status_code == 200


def test_doing_without_it_again(client: Client) -> None:
    person = _person_with_app()
    sign_in(client, person)
    answer = client.get("/account/second-step/remove/")
    client.post(answer.headers["Location"], {"password": PASSWORD})
    assert client.post("/account/second-step/remove/").headers["Location"] == "/account/second-step/"
    assert not Authenticator.objects.exists()
    assert Event.objects.filter(type="accounts.second_step.removed", by_id=person.pk).exists()


def test_new_recovery_codes_leave_an_event(client: Client) -> None:
    person = _person_with_app()
    sign_in(client, person)
    _confirmed(client, "/account/second-step/codes/new/")
    assert client.post("/account/second-step/codes/new/").status_code == 302
    assert Event.objects.filter(type="accounts.recovery_codes.made").count() == 1


def test_where_it_is_required_whole_school_roles_set_it_up_first(client: Client, settings: Any) -> None:
    settings.ROLLBOOK_SECOND_STEP_REQUIRED = True
    school = make_school()
    sign_in(client, make_person(school, Role.HEAD_TEACHER))
    assert client.get("/staff/").headers["Location"] == "/account/second-step/app/"
    assert client.get("/account/").status_code == 200
    teacher = sign_in(Client(), make_person(school, Role.CLASS_TEACHER))
    assert teacher.get("/who-to-ask/").status_code == 200


def test_where_it_is_required_it_stays(client: Client, settings: Any) -> None:
    settings.ROLLBOOK_SECOND_STEP_REQUIRED = True
    sign_in(client, _person_with_app())
    assert client.get("/staff/").status_code == 200
    # The page asks for the password or a code first; with it, it still says no.
    answer = client.get("/account/second-step/remove/")
    if answer.status_code == 302:
        client.post(answer.headers["Location"], {"password": PASSWORD})
    client.post("/account/second-step/remove/")
    assert Authenticator.objects.filter(type="totp").exists()
