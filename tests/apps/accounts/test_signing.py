"""Signing in, out, and getting back in: what people meet at the door."""

import re
from datetime import date
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from rollbook.apps.accounts.models import User
from rollbook.apps.accounts.queries import writer_for
from rollbook.apps.audit.models import Event
from rollbook.domain.access import Role
from tests.factories.people import PASSWORD, appoint, make_person, make_school, sign_in

pytestmark = pytest.mark.django_db

SIGN_IN = "/sign-in/"
NEW_PASSWORD = "seven-slow-bicycles-sing"


@pytest.fixture(autouse=True)
def nobody_counted() -> None:
    """Failed tries are counted in the cache, which outlives a test's transaction on no database, but be sure."""
    cache.clear()


def _try(client: Client, email: str, password: str, path: str = SIGN_IN, **extra: Any) -> Any:
    return client.post(path, {"login": email, "password": password}, **extra)


def _events(*types: str) -> list[Event]:
    return list(Event.objects.filter(type__in=types).order_by("pk"))


# --- In and out -------------------------------------------------------------------------------------------------


def test_signing_in_goes_to_the_start_and_leaves_an_event(client: Client) -> None:
    school = make_school()
    person = make_person(school, Role.OFFICE, name="Meera Patel", position="Receptionist")
    answer = _try(client, person.email.upper(), PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    (event,) = _events("accounts.signed_in")
    assert (event.by_id, event.by_name, event.by_position) == (person.pk, "Meera Patel", "Receptionist")
    assert (event.school_id, event.facts) == (school.pk, {"second_step": False})


def test_signing_in_returns_to_the_page_asked_for_but_never_to_another_site(client: Client) -> None:
    person = make_person(make_school(), Role.OFFICE)
    answer = client.get("/account/")
    assert answer.headers["Location"] == "/sign-in/?next=/account/"
    assert _try(client, person.email, PASSWORD, answer.headers["Location"]).headers["Location"] == "/account/"
    elsewhere = _try(Client(), person.email, PASSWORD, "/sign-in/?next=//evil.example.org/")
    assert elsewhere.headers["Location"] == "/"


def test_signing_out_is_a_press_of_a_button_and_leaves_an_event(client: Client) -> None:
    person = make_person(make_school(), Role.OFFICE)
    sign_in(client, person)
    assert client.get("/sign-out/").status_code == 200
    assert client.get("/account/").status_code == 200
    assert client.post("/sign-out/").headers["Location"] == SIGN_IN
    assert client.get("/account/").status_code == 302
    (event,) = _events("accounts.signed_out")
    assert (event.by_id, event.facts) == (person.pk, {"why": "asked"})


def test_nobody_can_sign_up_or_reach_what_is_not_ours(client: Client) -> None:
    for path in ("/signup/", "/accounts/signup/", "/email/", "/login/code/confirm/", "/2fa/", "/webauthn/"):
        assert client.get(path).status_code == 404


def test_an_audit_log_that_cannot_be_written_lets_nobody_in(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_person(make_school(), Role.OFFICE)
    monkeypatch.setattr("rollbook.apps.accounts.actions.signing.record", _fail)
    client.raise_request_exception = False
    assert _try(client, person.email, PASSWORD).status_code == 500
    person.refresh_from_db()
    assert person.last_login is None
    assert client.get("/account/").status_code == 302


def _fail(**_facts: object) -> None:
    raise RuntimeError("the log is full")


# --- Wrong passwords --------------------------------------------------------------------------------------------


def test_unknown_address_and_wrong_password_read_the_same(client: Client) -> None:
    person = make_person(make_school(), Role.OFFICE)
    wrong = _try(client, person.email, "not the password").content.decode()
    unknown = _try(client, "nobody@example.org", "not the password").content.decode()
    assert "The e-mail address or the password is not right." in wrong
    strip = re.compile(r'value="[^"]*"')
    assert strip.sub("", wrong) == strip.sub("", unknown)


def test_an_unknown_address_costs_as_much_hashing_as_a_known_one(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = []
    make_person(make_school(), Role.OFFICE)
    monkeypatch.setattr(User, "set_password", lambda _self, password: hashed.append(password))
    _try(client, "nobody@example.org", "not the password")
    assert hashed == ["not the password"]


def test_a_failed_try_is_recorded_with_the_address_and_without_the_password(client: Client) -> None:
    school = make_school()
    person = make_person(school, Role.OFFICE)
    _try(client, person.email, "a-secret-typed-wrongly")
    _try(client, "stranger@example.org", "a-secret-typed-wrongly")
    known, unknown = _events("accounts.sign_in_failed")
    assert (known.by_id, known.subject, known.school_id) == (None, f"person:{person.pk}", school.pk)
    assert known.facts == {"address": person.email, "step": "password", "locked": False}
    # With one school only, even a stranger's try is in its log.
    assert (unknown.subject, unknown.school_id) == ("", school.pk)
    assert not Event.objects.filter(facts__icontains="a-secret").exists()


def test_a_strangers_try_is_in_no_schools_log_where_there_are_several(client: Client) -> None:
    make_person(make_school(), Role.OFFICE)
    make_person(make_school("Another School"), Role.OFFICE)
    _try(client, "stranger@example.org", "x")
    assert _events("accounts.sign_in_failed")[0].school_id is None


def test_ten_wrong_tries_lock_that_account_alone_and_say_for_how_long(client: Client, settings: Any) -> None:
    school = make_school()
    person, neighbour = make_person(school, Role.OFFICE), make_person(school, Role.CLASS_TEACHER)
    for _ in range(10):
        assert "is not right" in _try(client, person.email, "wrong").content.decode()
    # Another process: nothing but the database is shared.
    other = Client()
    page = _try(other, person.email.upper(), PASSWORD).content.decode()
    assert "Wait 15 minutes, then try again." in page
    assert "choose a new password" in page
    assert "_auth_user_id" not in other.session
    # Behind the same address everybody else still gets in.
    assert _try(other, neighbour.email, PASSWORD).status_code == 302
    assert [event.facts["locked"] for event in _events("accounts.sign_in_failed")] == [False] * 9 + [True]


def test_the_lock_opens_by_itself(client: Client, time_machine: Any) -> None:
    time_machine.move_to("2026-09-14 08:30+00:00", tick=False)
    person = make_person(make_school(), Role.OFFICE)
    for _ in range(10):
        _try(client, person.email, "wrong")
    time_machine.shift(14 * 60 + 1)
    assert "Wait 1 minute, then" in _try(client, person.email, PASSWORD).content.decode()
    time_machine.shift(60)
    assert _try(client, person.email, PASSWORD).status_code == 302


def test_a_new_password_by_link_opens_the_lock(client: Client) -> None:
    person = make_person(make_school(), Role.OFFICE)
    for _ in range(11):
        _try(client, person.email, "wrong")
    _follow(client, _asked_for_link(client, person.email))
    assert _try(client, person.email, NEW_PASSWORD).status_code == 302


def test_signing_in_rightly_now_and_then_does_not_reset_the_count(client: Client) -> None:
    person = make_person(make_school(), Role.OFFICE)
    for round_of_tries in range(10):
        _try(client, person.email, "wrong")
        if round_of_tries == 5:
            assert _try(Client(), person.email, PASSWORD).status_code == 302
    assert "Too many tries" in _try(client, person.email, PASSWORD).content.decode()


def test_a_closed_account_is_told_so_only_with_the_right_password(client: Client) -> None:
    person = make_person(make_school(), Role.OFFICE)
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert "This account is closed." in _try(client, person.email, PASSWORD).content.decode()
    assert "is not right" in _try(client, person.email, "wrong").content.decode()
    assert "_auth_user_id" not in client.session


# --- A forgotten password ---------------------------------------------------------------------------------------


def _asked_for_link(client: Client, email: str) -> str:
    client.post("/password/forgotten/", {"email": email})
    found = re.search(r"https?://testserver(/password/choose/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def _follow(client: Client, link: str, password: str = NEW_PASSWORD) -> Any:
    page = client.get(link, follow=True)
    form = page.redirect_chain[-1][0]
    return client.post(form, {"password1": password, "password2": password}, follow=True)


def test_a_forgotten_password_is_chosen_anew_by_a_link_that_works_once(client: Client) -> None:
    person = make_person(make_school(), Role.OFFICE, name="Meera Patel")
    elsewhere = sign_in(Client(), person)
    link = _asked_for_link(client, person.email)
    assert mail.outbox[-1].to == [person.email]
    assert "Dear Meera Patel," in mail.outbox[-1].body
    assert "You can sign in now" in _follow(client, link).content.decode()
    assert elsewhere.get("/account/").status_code == 302, "a session from before the change still counts"
    assert _try(Client(), person.email, PASSWORD).status_code == 200
    assert _try(Client(), person.email, NEW_PASSWORD).status_code == 302
    assert "This link no longer works" in Client().get(link, follow=True).content.decode()
    (event,) = _events("accounts.password.changed")
    assert (event.by_id, event.facts) == (person.pk, {"with_link": True})
    # The person was told, and allauth kept no second list of addresses.
    assert "was changed" in mail.outbox[-1].subject
    assert not EmailAddress.objects.exists()


def test_a_link_is_void_after_three_days(client: Client, time_machine: Any) -> None:
    time_machine.move_to("2026-09-14 08:30+00:00", tick=False)
    person = make_person(make_school(), Role.OFFICE)
    link = _asked_for_link(client, person.email)
    time_machine.shift(3 * 24 * 60 * 60 + 1)
    assert "This link no longer works" in client.get(link, follow=True).content.decode()


def test_asking_for_a_link_tells_nobody_whether_the_address_is_known(client: Client) -> None:
    person = make_person(make_school(), Role.OFFICE)
    known = client.post("/password/forgotten/", {"email": person.email})
    unknown = client.post("/password/forgotten/", {"email": "stranger@example.org"})
    assert known.status_code == unknown.status_code == 302
    assert known.headers["Location"] == unknown.headers["Location"]
    # Both take a letter, and so as long.
    assert [message.to for message in mail.outbox] == [[person.email], ["stranger@example.org"]]
    assert "/password/choose/" not in mail.outbox[1].body


def test_a_closed_account_gets_no_link(client: Client) -> None:
    person = make_person(make_school(), Role.OFFICE)
    User.objects.filter(pk=person.pk).update(is_active=False)
    client.post("/password/forgotten/", {"email": person.email})
    assert "/password/choose/" not in mail.outbox[-1].body


def test_too_many_letters_are_refused_with_a_page(client: Client) -> None:
    person = make_person(make_school(), Role.OFFICE)
    for _ in range(3):
        assert client.post("/password/forgotten/", {"email": person.email}).status_code == 302
    answer = client.post("/password/forgotten/", {"email": person.email})
    assert answer.status_code == 429
    assert "Wait 15 minutes" in answer.content.decode()


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short-one", "at least 12 characters"),
        ("123456789012345", "entirely numeric"),
        ("meera.patel@example.org", "too similar"),
    ],
)
def test_a_weak_password_is_refused(client: Client, password: str, words: str) -> None:
    person = make_person(make_school(), Role.OFFICE, email="meera.patel@example.org")
    page = _follow(client, _asked_for_link(client, person.email), password).content.decode()
    assert words in page


# --- Changing it ------------------------------------------------------------------------------------------------


def _change(client: Client, old: str, new: str, again: str | None = None) -> Any:
    return client.post(
        reverse("account_change_password"), {"oldpassword": old, "password1": new, "password2": again or new}
    )


def test_changing_the_password_keeps_this_session_and_ends_the_others(client: Client) -> None:
    person = make_person(make_school(), Role.OFFICE)
    sign_in(client, person)
    other = sign_in(Client(), person)
    assert _change(client, PASSWORD, NEW_PASSWORD).headers["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    (event,) = _events("accounts.password.changed")
    assert event.facts == {"with_link": False}


def test_changing_it_needs_the_old_one_and_the_new_one_twice(client: Client) -> None:
    sign_in(client, make_person(make_school(), Role.OFFICE))
    assert "This is not your password now." in _change(client, "wrong", NEW_PASSWORD).content.decode()
    assert (
        "The two passwords are not the same." in _change(client, PASSWORD, NEW_PASSWORD, "x").content.decode()
    )
    assert not _events("accounts.password.changed")


def test_the_password_stays_where_its_event_cannot_be_written(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_person(make_school(), Role.OFFICE)
    sign_in(client, person)
    monkeypatch.setattr("rollbook.apps.accounts.actions.signing.record", _fail)
    client.raise_request_exception = False
    assert _change(client, PASSWORD, NEW_PASSWORD).status_code == 500
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_signing_out_everywhere_ends_every_session(client: Client) -> None:
    person = make_person(make_school(), Role.OFFICE)
    sign_in(client, person)
    other = sign_in(Client(), person)
    assert client.post("/account/sign-out-everywhere/").headers["Location"] == SIGN_IN
    assert other.get("/account/").status_code == client.get("/account/").status_code == 302
    assert [event.facts for event in _events("accounts.signed_out")] == [{"why": "everywhere"}]


def test_somebody_without_a_role_today_can_sign_in_and_is_told_why_nothing_opens(client: Client) -> None:
    school = make_school()
    person = User.objects.create_user(email="new@example.org", name="New Person", password=PASSWORD)
    appoint(person, school, Role.OFFICE, first_day=date(2999, 1, 1))
    assert _try(client, person.email, PASSWORD).status_code == 302
    answer = client.get("/account/")
    assert answer.status_code == 403
    assert "you hold no role at a school today" in answer.content.decode()
    assert _events("accounts.signed_in")[0].school_id == school.pk
    assert writer_for(person, date(2026, 9, 14))[0].position == ""
