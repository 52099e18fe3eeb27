"""Kept views go out each week through a real mail server: once, to whom they may go, with what they may see."""

import email.header
from collections.abc import Iterator
from datetime import date, timedelta
from email.message import Message

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError

from rollbook.apps.accounts.models import Appointment, User
from rollbook.apps.audit.models import Event
from rollbook.apps.insight.actions.saved_views import save_view, send_weekly, take_on
from rollbook.apps.insight.models import SavedView, ViewLetter
from rollbook.apps.insight.queries.saved_views import due_letters
from rollbook.apps.roll.models import Pupil
from rollbook.domain.access import Role
from tests.apps.insight.test_exploring import FIRST_WEEK, worked
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import make_person, make_school, viewer_of
from tests.mail import Box, text_of

pytestmark = pytest.mark.django_db

QUERY = "measure=attendance&by=group&period_name=week"
FRIDAY = FIRST_WEEK[-1]


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    worked(scene)
    return scene


@pytest.fixture
def friday() -> Iterator[None]:
    """Friday after school."""
    with time_machine.travel(at(16, on=FRIDAY), tick=False):
        yield


def kept(scene: Scene, people: list[User], *, weekday: int = 4, query: str = QUERY) -> SavedView:
    viewer = scene.viewer(scene.head)
    act = {"viewer": viewer, "by": viewer.actor, "at": at(9)}
    view = save_view(name="The week", query=query, is_shared=False, **act)
    return send_weekly(view_id=view.pk, weekday=weekday, people=[each.pk for each in people], **act)


def send() -> None:
    call_command("send_views", address="https://rollbook.example.org/")


def parts(letter: Message) -> tuple[str, str]:
    body, table = letter.get_payload()  # type: ignore[misc]
    assert isinstance(body, Message)
    assert isinstance(table, Message)
    assert table.get_filename() == "the-week-2026-09-18.csv"
    return text_of(body), text_of(table)


@pytest.mark.policy("P-3.4-3", "P-8.1-6")
def test_each_reader_gets_what_they_may_see(scene: Scene, mail_server: Box, friday: None) -> None:
    governor = make_person(scene.school, Role.GOVERNOR, name="Gus Governor")
    kept(scene, [scene.head, governor])

    send()

    by_address = {letter["To"]: letter for letter in mail_server.letters}
    assert set(by_address) == {scene.head.email, governor.email}
    subject = by_address[scene.head.email]["Subject"]
    assert str(email.header.make_header(email.header.decode_header(subject))) == (
        "The week: Week of 14 September 2026, Hollin Bank School"
    )
    text, table = parts(by_address[scene.head.email])
    assert "7A: 76.7% (3 pupils, " in text
    assert "All pupils: 76.7% (3 pupils" in text
    assert f"https://rollbook.example.org/figures/explore/?{QUERY}&view=" in text
    assert "Department for Education, Pupil attendance in schools" in text
    assert "7A,3,23,30,76.7" in table
    text, table = parts(by_address[governor.email])
    assert "7A: not shown, too few pupils" in text
    assert "7A,Not shown: too few pupils" in table
    assert "points to England" in text
    for pupil in Pupil.objects.all():
        assert pupil.surname not in text + table
    assert Event.objects.filter(type="figures.view.sent").count() == 2


def test_running_it_twice_sends_once(scene: Scene, mail_server: Box, friday: None) -> None:
    kept(scene, [scene.head])

    send()
    send()

    assert len(mail_server.letters) == 1


def test_another_week_is_another_letter_and_a_missed_day_is_made_up_for(
    scene: Scene, mail_server: Box
) -> None:
    kept(scene, [scene.head])
    with time_machine.travel(at(7, on=FRIDAY - timedelta(days=1)), tick=False):
        send()
    assert mail_server.letters == []
    for day in (FRIDAY + timedelta(days=3), FRIDAY + timedelta(days=7)):
        with time_machine.travel(at(7, on=day), tick=False):
            send()

    assert list(ViewLetter.objects.order_by("on").values_list("on", flat=True)) == [
        FRIDAY,
        FRIDAY + timedelta(days=7),
    ]


def test_a_day_before_it_was_asked_for_is_not_made_up_for(scene: Scene) -> None:
    kept(scene, [scene.head], weekday=4)

    # Asked for on Monday: the Friday before is none of its days.
    assert due_letters(at(9)) == []
    assert [due.on for due in due_letters(at(9, on=FRIDAY))] == [FRIDAY]


def test_with_the_server_down_the_next_run_sends_it(scene: Scene, no_mail_server: None, friday: None) -> None:
    kept(scene, [scene.head])

    with pytest.raises(CommandError, match="Not sent: The week to"):
        send()

    assert not ViewLetter.objects.exists()
    assert not Event.objects.filter(type="figures.view.sent").exists()
    assert len(due_letters(at(16, on=FRIDAY))) == 1


def test_a_letter_that_another_run_took_on_is_left_to_it_for_an_hour(scene: Scene) -> None:
    kept(scene, [scene.head])
    now = at(7, on=FRIDAY)
    (due,) = due_letters(now)

    assert take_on(due, now) is not None
    assert take_on(due, now) is None
    assert due_letters(now) == []
    later = now + timedelta(hours=1)
    assert [each.on for each in due_letters(later)] == [FRIDAY]
    assert take_on(due, later) is not None
    assert take_on(due, later) is None


def test_who_holds_no_role_with_figures_any_more_gets_nothing(scene: Scene) -> None:
    senco = make_person(scene.school, Role.SENCO)
    closed = make_person(scene.school, Role.SENCO)
    moved = make_person(scene.school, Role.SENCO)
    kept(scene, [senco, closed, moved])
    User.objects.filter(pk=closed.pk).update(is_active=False)
    Appointment.objects.filter(user=moved).update(school=make_school("Elm Road School"))
    assert [due.reader.user_id for due in due_letters(at(9, on=FRIDAY))] == [senco.pk]

    Appointment.objects.filter(user=senco).update(last_day=date(2026, 9, 17))

    assert due_letters(at(9, on=FRIDAY)) == []


def test_a_governor_is_not_sent_a_private_question(scene: Scene, mail_server: Box, friday: None) -> None:
    governor = make_person(scene.school, Role.GOVERNOR)
    kept(scene, [scene.head, governor], query="measure=attendance&by=looked-after&period_name=week")

    with pytest.raises(CommandError, match="may not see this view"):
        send()

    assert [letter["To"] for letter in mail_server.letters] == [scene.head.email]


def test_the_reader_is_told_who_put_them_on_the_list(scene: Scene, mail_server: Box, friday: None) -> None:
    viewer = viewer_of(scene.head, MONDAY)
    kept(scene, [scene.head])
    send()

    assert (
        f'because {viewer.name} put you on the list of the view "The week"'
        in parts(mail_server.letters[0])[0]
    )
