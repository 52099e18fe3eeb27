"""A session nobody uses ends; a page that refreshes by itself is nobody."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.apps.audit.models import Event
from rollbook.domain.access import Role
from tests.factories.people import PASSWORD, make_person, make_school, sign_in

pytestmark = pytest.mark.django_db

MINUTE = 60
PAGE = "/account/"


@pytest.fixture
def moving(time_machine: Any) -> Any:
    """A clock that only the test moves, on a school morning."""
    time_machine.move_to("2026-09-14 08:00+00:00", tick=False)
    return time_machine


@pytest.fixture
def client(moving: Any, client: Client) -> Client:
    """Somebody signed in at nine by the school's clock, who has opened a page."""
    sign_in(client, make_person(make_school(), Role.OFFICE, email="office@example.org"))
    assert client.get(PAGE).status_code == 200
    return client


def test_thirty_minutes_without_a_request_end_it_and_the_page_says_so(client: Client, moving: Any) -> None:
    moving.shift(30 * MINUTE)
    assert client.get(PAGE).status_code == 200
    moving.shift(30 * MINUTE + 1)
    answer = client.get(f"{PAGE}?a=b")
    assert answer.headers["Location"] == "/sign-in/?ended=idle&next=%2Faccount%2F%3Fa%3Db"
    page = client.get(answer.headers["Location"]).content.decode()
    assert "nothing was done for 30 minutes" in page
    assert "Sign in to go back to where you were." in page
    back = client.post(answer.headers["Location"], {"login": "office@example.org", "password": PASSWORD})
    assert back.headers["Location"] == f"{PAGE}?a=b"
    assert client.get(PAGE).status_code == 200
    assert [event.facts for event in Event.objects.filter(type="accounts.signed_out")] == [{"why": "idle"}]


def test_the_minutes_can_be_set(client: Client, moving: Any, settings: Any) -> None:
    settings.ROLLBOOK_IDLE_MINUTES = 5
    moving.shift(5 * MINUTE + 1)
    assert client.get(PAGE).status_code == 302


def test_twelve_hours_end_it_however_busy(client: Client, moving: Any) -> None:
    for _ in range(12 * 3):
        moving.shift(20 * MINUTE)
        assert client.get(PAGE).status_code == 200
    moving.shift(1)
    answer = client.get(PAGE)
    assert answer.headers["Location"].startswith("/sign-in/?ended=day")
    assert "after 12 hours" in client.get(answer.headers["Location"]).content.decode()


@pytest.mark.parametrize(
    "automatic", [{"QUERY_STRING": "auto=1"}, {"HTTP_X_ROLLBOOK_REFRESH": "board"}], ids=str
)
def test_a_page_that_refreshes_by_itself_keeps_nothing_alive(
    client: Client, moving: Any, automatic: dict[str, str]
) -> None:
    for _ in range(3):
        moving.shift(10 * MINUTE)
        assert client.get(PAGE, **automatic).status_code == 200
    moving.shift(1)
    assert client.get(PAGE, HTTP_SEC_FETCH_DEST="empty", **automatic).status_code == 401


@pytest.mark.parametrize(
    "header",
    [{"HTTP_SEC_FETCH_DEST": "empty"}, {"HTTP_X_REQUESTED_WITH": "fetch"}],
    ids=lambda h: next(iter(h)),
)
def test_a_script_is_told_that_the_session_is_over_and_not_sent_a_page(
    client: Client, moving: Any, header: dict[str, str]
) -> None:
    moving.shift(31 * MINUTE)
    answer = client.get("/account/?part=1", **header)
    assert answer.status_code == 401
    assert "Sign in again" in answer.content.decode()


def test_a_form_sent_too_late_returns_to_its_page_and_never_to_another_site(
    client: Client, moving: Any
) -> None:
    moving.shift(31 * MINUTE)
    answer = client.post("/account/school/", HTTP_REFERER="http://testserver/account/school/")
    assert answer.headers["Location"].endswith("next=%2Faccount%2Fschool%2F")
    sign_in(client, make_person(make_school("Another School"), Role.OFFICE))
    client.get(PAGE)
    moving.shift(31 * MINUTE)
    answer = client.post("/account/school/", HTTP_REFERER="http://evil.example.org/account/school/")
    assert answer.headers["Location"].endswith("next=%2F")


def test_the_sign_in_page_itself_opens_at_once(client: Client, moving: Any) -> None:
    moving.shift(31 * MINUTE)
    assert client.get("/sign-in/").status_code == 200


def test_the_session_is_written_once_a_minute_at_most(client: Client, moving: Any) -> None:
    def writes() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        return sum('UPDATE "django_session"' in query["sql"] for query in queries)

    moving.shift(59)
    assert writes() == 0
    moving.shift(2)
    assert writes() == 1
    assert writes() == 0


def test_a_session_that_ended_is_gone_from_the_database(client: Client, moving: Any) -> None:
    assert Session.objects.count() == 1
    moving.shift(31 * MINUTE)
    client.get(PAGE)
    assert not Session.objects.exists()


def test_a_shared_computer_keeps_no_page(client: Client) -> None:
    assert client.get(PAGE).headers["Cache-Control"] == "private, no-store"


def test_signing_in_starts_the_twelve_hours(moving: Any) -> None:
    make_person(make_school(), Role.OFFICE, email="desk@example.org")
    client = Client()
    client.get("/sign-in/")
    client.post("/sign-in/", {"login": "desk@example.org", "password": PASSWORD})
    assert client.session["started_at"] == client.session["seen_at"]
    assert client.cookies["rollbook-session"]["expires"] == "", "the cookie outlives the browser"
