"""Punctuality and patterns kept, shared, sent each week and taken out, and never more than may be seen."""

import csv
import io
from collections.abc import Iterator
from email.message import Message

import openpyxl
import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from rollbook.apps.audit.models import Event
from rollbook.apps.insight.actions.saved_views import save_view, send_weekly
from rollbook.apps.insight.models import SavedView
from rollbook.apps.roll.models import Pupil
from rollbook.domain.access import Role
from tests.apps.insight.test_patterns_page import DAYS, FRIDAYS, NOW, habits
from tests.apps.registers.scene import Scene, at
from tests.factories.people import make_person, make_school, sign_in
from tests.mail import Box, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tenth_friday")]

PAGES = ("punctuality", "patterns")


@pytest.fixture
def tenth_friday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    """Ben is away on eight of nine Fridays; nobody is late."""
    scene = Scene()
    habits(scene)
    return scene


def kept(scene: Scene, page: str, query: str = "period_name=year&by=group") -> SavedView:
    viewer = scene.viewer(scene.head, DAYS[-1])
    return save_view(
        viewer=viewer,
        name="Ours",
        page=page,
        query=query,
        is_shared=True,
        by=viewer.actor,
        at=at(9, on=DAYS[-1]),
    )


@pytest.mark.parametrize("page", PAGES)
def test_a_question_is_kept_from_its_page_and_opens_there(scene: Scene, client: Client, page: str) -> None:
    sign_in(client, scene.head)
    shown = client.get(f"/figures/{page}/?by=group&period_name=year&only=group:7A").content.decode()
    assert 'name="page" value="' + page in shown

    answer = client.post(
        "/figures/views/new/",
        {
            "name": "7A",
            "page": page,
            "query": "by=group&period_name=year&only=group%3A7A&first_day=2026-09-01",
            "is_shared": "on",
        },
    )

    view = SavedView.objects.get()
    assert (view.page, view.is_shared) == (page, True)
    assert view.query == "period_name=year&by=group&only=group%3A7A"
    assert answer["Location"] == f"/figures/{page}/?{view.query}&view={view.pk}"
    opened = client.get(answer["Location"]).content.decode()
    assert "<b>7A</b>, a view of Hal Head" in opened
    listed = client.get("/figures/views/").content.decode()
    assert f"{page.capitalize()} by teaching group" in listed
    # On another page the view's name would be wrong.
    assert "a view of" not in client.get(f"/figures/explore/?view={view.pk}").content.decode()


@pytest.mark.parametrize(
    ("page", "query"),
    [("concern", "by=group"), ("patterns", "by=shoe-size"), ("punctuality", "period_name=moon")],
)
def test_what_can_not_be_kept_is_not(scene: Scene, client: Client, page: str, query: str) -> None:
    answer = sign_in(client, scene.head).post(
        "/figures/views/new/", {"name": "Mine", "page": page, "query": query}
    )

    assert answer.status_code == 422
    assert "Mine" in answer.content.decode()
    assert not SavedView.objects.exists()


def parts(letter: Message) -> tuple[str, str]:
    body, table = letter.get_payload()  # type: ignore[misc]
    assert isinstance(body, Message)
    assert isinstance(table, Message)
    return text_of(body), text_of(table)


@pytest.mark.policy("P-4.4-3", "P-8.4-2")
@pytest.mark.parametrize("page", PAGES)
def test_each_reader_is_sent_what_they_may_see_and_nobody_a_name(
    scene: Scene, mail_server: Box, page: str
) -> None:
    governor = make_person(scene.school, Role.GOVERNOR, name="Gus Governor")
    view = kept(scene, page)
    viewer = scene.viewer(scene.head, DAYS[-1])
    send_weekly(
        viewer=viewer,
        view_id=view.pk,
        weekday=4,
        people=[scene.head.pk, governor.pk],
        by=viewer.actor,
        at=at(9, on=DAYS[-1]),
    )

    call_command("send_views", address="https://rollbook.example.org/")

    letters = {letter["To"]: parts(letter) for letter in mail_server.letters}
    text, table = letters[scene.head.email]
    assert f"https://rollbook.example.org/figures/{page}/?period_name=year&by=group&view={view.pk}" in text
    assert "7A: not shown" not in text
    assert next(csv.reader(io.StringIO(table.lstrip("\ufeff"))))[0] == "Teaching group"
    if page == "patterns":
        assert "of 4 pupils have a pattern; the page names them." in text
    else:
        assert "All together: 0.0% late (0 of" in text
    text, table = letters[governor.email]
    assert "7A: not shown, too few pupils" in text
    assert "Not shown: too few pupils" in table
    for each in letters.values():
        for pupil in Pupil.objects.all():
            assert pupil.surname not in "".join(each)


@pytest.mark.parametrize("page", PAGES)
def test_a_workbook_has_the_pupils_for_the_staff_team_and_groups_for_a_governor(
    scene: Scene, client: Client, page: str
) -> None:
    sign_in(client, scene.head)
    asked = "?period_name=year&by=group&format=xlsx"

    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/figures/{page}/file/{asked}").content))

    assert book.sheetnames == ["Pupils", "Groups", "About"]
    names = [row[0] for row in book["Pupils"].iter_rows(min_row=2, values_only=True)]
    assert ("Brown" in names) == (page == "patterns")
    assert ("School", "Hollin Bank School") in [*book["About"].iter_rows(values_only=True)]
    event = Event.objects.get(type="extract.taken")
    assert event.facts["format"] == "XLSX"
    sign_in(client, make_person(scene.school, Role.GOVERNOR))
    theirs = client.get(f"/figures/{page}/file/{asked}")
    book = openpyxl.load_workbook(io.BytesIO(theirs.content))
    assert book.sheetnames == ["Groups", "About"]
    assert "Not shown: too few pupils" in [row[1] for row in book["Groups"].iter_rows(values_only=True)]
    text = client.get(f"/figures/{page}/file/?period_name=year&by=group").content.decode()
    assert "Brown" not in text
    assert client.get(f"/figures/{page}/file/?format=exe").status_code == 404


def test_the_pattern_of_a_pupil_is_a_row_with_its_counts(scene: Scene, client: Client) -> None:
    Pupil.objects.filter(pk=scene.ben.pk).update(surname="=1+1")

    text = (
        sign_in(client, scene.head)
        .get("/figures/patterns/file/?period_name=year")
        .content.decode("utf-8-sig")
    )

    rows = {row["Pattern"]: row for row in csv.DictReader(io.StringIO(text)) if row["Surname"] == "'=1+1"}
    assert rows["Fridays"]["Seen"] == rows["Fridays"]["Of"] == "8"
    assert rows["Fridays"]["Chances"] == str(len(DAYS))
    assert rows["Fridays"]["By chance"] == "less than 1 in 10,000 by chance"
    assert len(FRIDAYS) == 9


def test_another_schools_view_is_not_opened(scene: Scene, client: Client) -> None:
    view = kept(scene, "patterns")
    stranger = make_person(make_school("Elm Road School"), Role.HEAD_TEACHER)

    answer = sign_in(client, stranger).get(f"/figures/patterns/?view={view.pk}")

    # A school without a pupil has its page too.
    assert answer.status_code == 200
    assert "Ours" not in answer.content.decode()
