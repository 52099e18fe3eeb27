"""The page Keeping and the purge: who may open them, what they say, what they refuse."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rollbook.apps.keeping.models import Backup
from rollbook.apps.keeping.presenters import earliest_words, size_words
from rollbook.apps.registers.models import Entry, Purge
from rollbook.apps.roll.models import Enrolment
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from tests.apps.keeping.past import OLD_YEAR, Past
from tests.apps.registers.scene import Scene, at
from tests.factories.people import appoint, make_person, make_school, sign_in

pytestmark = pytest.mark.django_db

PAGE = "/school/keeping/"
PURGE = "/school/keeping/purge/2014-09-01/"
KEY = "0b3bd64e-5a1c-4d0e-8a5e-2f3c1d5b7a90"
GOOD = {"reason": "Six years are over.", "expected_count": "4", "key": KEY}


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    """It is 16:00 on Monday 14 September 2026."""
    with time_machine.travel(at(16, 0), tick=False):
        yield


@pytest.fixture
def past() -> Past:
    return Past()


@pytest.fixture
def head(past: Past) -> Client:
    return sign_in(Client(), past.head)


def a_backup(made_at: datetime, kept_until: date = date(2033, 8, 31)) -> Backup:
    return Backup.objects.create(
        made_at=made_at, file_name=f"rollbook-{made_at:%Y-%m-%d}.zip", folder="elsewhere", size=8_143_047,
        row_count=9, sha256="0" * 64, by_name="root", by_position="On the server", kept_until=kept_until,
    )  # fmt: skip


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    ("address", "permission"), [(PAGE, Permission.KEEPING_VIEW), (PURGE, Permission.KEEPING_PURGE)]
)
def test_who_may_open_them(past: Past, role: Role, address: str, permission: Permission) -> None:
    client = sign_in(Client(), make_person(past.school, role))
    expected = 200 if permission in ROLE_PERMISSIONS[role] else 403
    assert client.get(address).status_code == expected
    if expected == 403:
        assert client.post(address, GOOD).status_code == 403
        assert not Purge.objects.exists()


def test_the_page_says_what_may_go_and_why_the_rest_stays(head: Client) -> None:
    page = head.get(PAGE).content.decode()
    assert "2014/15" in page
    assert "4 of 2 pupils" in page
    assert "2 made or amended less than six years ago" in page
    assert "3 of 1 pupil: on roll" in page
    assert PURGE in page


def test_who_may_not_purge_is_told_who_may(past: Past) -> None:
    page = sign_in(Client(), past.scene.officer).get(PAGE).content.decode()
    assert PURGE not in page
    assert "Only the head teacher may purge" in page


def test_a_young_school_is_told_from_when_something_may_go() -> None:
    scene = Scene()
    client = sign_in(Client(), scene.head)
    assert "There are no entries yet." in client.get(PAGE).content.decode()
    scene.take({scene.amy: "/"})
    page = client.get(PAGE).content.decode()
    assert "14 September 2026 and may go from 14 September 2032 at the earliest" in page
    assert client.get("/school/keeping/purge/2026-09-01/").status_code == 404


def test_the_head_purges_a_year(head: Client, past: Past) -> None:
    page = head.get(PURGE).content.decode()
    assert "This can’t be taken back." in page
    answer = head.post(PURGE, GOOD, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "4 entries were purged." in page
    assert "Hal Head, Head Teacher" in page
    assert "Six years are over." in page
    assert Entry.objects.count() == 5
    assert head.post(PURGE, GOOD, follow=True).status_code == 200
    assert Purge.objects.count() == 1
    log = head.get("/audit/?kind=keeping").content.decode()
    assert "Purged 4 entries of the registers from 1 September 2014 to 31 August 2015" in log


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"expected_count": "5"}, "4 entries may be purged"),
        ({"expected_count": "four"}, "in figures"),
        ({"expected_count": "²"}, "in figures"),
        ({"expected_count": ""}, "Number of entries to purge is missing."),
        ({"expected_count": "9" * 20}, "4 entries may be purged"),
        ({"reason": " "}, "Reason is missing."),
        ({"reason": "=HYPERLINK()" * 40}, "at most 300"),
        ({"reason": "a\x00b"}, "Null characters are not allowed"),
    ],
)
def test_what_is_not_meant_is_asked_again(
    head: Client, past: Past, change: dict[str, str], words: str
) -> None:
    answer = head.post(PURGE, GOOD | change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Entry.objects.count() == 9


def test_a_number_with_a_comma_is_a_number(head: Client) -> None:
    assert head.post(PURGE, GOOD | {"expected_count": " 4, "}).status_code == 302


def test_a_year_whose_marks_all_stay_has_no_button(head: Client, past: Past) -> None:
    Enrolment.objects.update(last_day=None)
    page = head.get(PURGE).content.decode()
    assert "Nothing of this year may be purged today" in page
    assert head.post(PURGE, GOOD).status_code == 422


def test_the_other_school_s_year_is_not_there(past: Past) -> None:
    other = Scene(make_school("Ash Grove School"))
    client = sign_in(Client(), other.head)
    assert client.get(PURGE).status_code == 404
    assert client.post(PURGE, GOOD).status_code == 404
    assert "2014/15" not in client.get(PAGE).content.decode()
    assert Entry.objects.count() == 9


# --- Back-ups --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made_at", "words"),
    [
        (None, "There is no back-up yet."),
        (at(2, 0, on=date(2026, 8, 13)), "The last back-up is 32 days old."),
        (at(2, 0, on=date(2026, 8, 14)), ""),
    ],
)
def test_an_overdue_backup_is_said_on_the_first_pages(made_at: datetime | None, words: str) -> None:
    scene = Scene()
    if made_at:
        a_backup(made_at)
    client = sign_in(Client(), scene.head)
    for address in ("/today/", "/school/"):
        page = client.get(address).content.decode()
        assert ("The law asks for one at least once a month." in page) == bool(words)
        assert words in page
    page = client.get(PAGE).content.decode()
    assert ("overdue" in page or "There is no back-up yet." in page) == bool(words)


def test_nobody_else_is_troubled_with_it() -> None:
    scene = Scene()
    for person in (scene.office, scene.teacher, make_person(scene.school, Role.GOVERNOR)):
        client = sign_in(Client(), person)
        for address in ("/today/", "/school/"):
            assert "back-up" not in client.get(address, follow=True).content.decode()


def test_backups_past_their_date_are_listed(head: Client) -> None:
    a_backup(at(2, 0, on=date(2019, 10, 1)), date(2026, 8, 31))
    a_backup(at(2, 0, on=date(2026, 9, 13)), date(2033, 8, 31))
    page = head.get(PAGE).content.decode()
    listed = page.partition("Back-ups that need no longer be kept")[2].partition("</section>")[0]
    assert "rollbook-2019-10-01.zip" in listed
    assert "rollbook-2026-09-13.zip" not in listed
    assert "elsewhere" not in page


def test_the_page_costs_the_same_however_many_backups_and_pupils(head: Client, past: Past) -> None:
    head.get(PAGE)
    with CaptureQueriesContext(connection) as before:
        head.get(PAGE)
    for day in range(1, 20):
        a_backup(at(2, 0, on=date(2026, 8, day)), date(2026, 8, 31))
    with CaptureQueriesContext(connection) as after:
        head.get(PAGE)
    assert len(after) == len(before) <= 20


@pytest.mark.parametrize(
    ("size", "words"),
    [(999, "999 bytes"), (8_143_047, "8.1 MB"), (156_000, "156 kB"), (2_000_000_000_000_000, "2,000 TB")],
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert size_words(size) == words


def test_the_earliest_day_in_words() -> None:
    assert "1 March 2034" in earliest_words(date(2028, 2, 29))


def test_an_address_names_a_real_day(head: Client) -> None:
    assert reverse("keeping:purge", args=[OLD_YEAR]) == PURGE
    assert head.get("/school/keeping/purge/2014-02-30/").status_code == 404


def test_somebody_of_two_schools_purges_one(past: Past) -> None:
    second = make_school("Ash Grove School")
    appoint(past.head, second, Role.HEAD_TEACHER)
    client = sign_in(Client(), past.head)
    client.post("/account/school/", {"school": second.pk})
    assert client.get(PURGE).status_code == 404
    client.post("/account/school/", {"school": past.school.pk})
    assert client.get(PURGE).status_code == 200
