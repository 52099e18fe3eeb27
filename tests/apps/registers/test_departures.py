"""Leaving during the day, coming back, arriving in good time: a log that grows and never touches a mark."""

import threading
from datetime import time
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rollbook.apps.accounts.models import User
from rollbook.apps.audit.models import Event
from rollbook.apps.registers.actions import departures
from rollbook.apps.registers.actions.arrivals import sign_in as arrive
from rollbook.apps.registers.actions.departures import put_right, write_down
from rollbook.apps.registers.models import Entry, Movement
from rollbook.apps.registers.queries.whereabouts import everyone_placed
from rollbook.apps.roll.models import Enrolment, Pupil
from rollbook.domain.access import Role
from rollbook.domain.on_site import MovementKind, Whereabouts
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import MONDAY, PM, Scene, at
from tests.factories.people import make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_group, make_pupil

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.take({scene.amy: "/", scene.ben: "N", scene.cat: "I"}, by=scene.office)
    return scene


def move(scene: Scene, pupil: Pupil, kind: MovementKind, hour: int, minute: int, **said: Any) -> Movement:
    viewer = scene.viewer(scene.office)
    return write_down(
        viewer=viewer, pupil_id=pupil.pk, on=MONDAY, kind=kind, moved_at=time(hour, minute), by=viewer.actor,
        at=at(hour, minute, 30), **{"key": uuid4()} | said,
    )  # fmt: skip


def leave(
    scene: Scene, pupil: Pupil, hour: int = 10, minute: int = 0, *, why: str = "Unwell", **said: Any
) -> Movement:
    return move(scene, pupil, MovementKind.LEFT, hour, minute, reason=why, collected_by="Aunt", **said)


def back(scene: Scene, pupil: Pupil, hour: int, minute: int = 0) -> Movement:
    return move(scene, pupil, MovementKind.RETURNED, hour, minute)


def here(scene: Scene, pupil: Pupil, hour: int, minute: int = 0) -> Movement:
    return move(scene, pupil, MovementKind.ARRIVED, hour, minute)


def is_where(scene: Scene, pupil: Pupil, hour: int = 12, minute: int = 0) -> Whereabouts:
    placed = everyone_placed(scene.viewer(scene.office), at(hour, minute))
    return next(each.is_where for each in placed if each.pupil.id == pupil.pk)


@pytest.mark.policy("P-4.3-4")
def test_leaving_and_coming_back_are_recorded_and_the_mark_stays(scene: Scene) -> None:
    before = scene.marks()
    leave(scene, scene.amy, 10, 5, why="Medical or dental appointment")
    assert is_where(scene, scene.amy) is Whereabouts.LEFT
    back(scene, scene.amy, 11, 20)
    assert is_where(scene, scene.amy) is Whereabouts.ON_SITE

    assert scene.marks() == before
    out, again = Movement.objects.order_by("id")
    assert (out.kind, out.moved_at, out.reason, out.collected_by) == (
        "left", time(10, 5), "Medical or dental appointment", "Aunt",
    )  # fmt: skip
    assert (out.by_name, out.by_position) == ("Ola Office", "Receptionist")
    assert (again.kind, again.moved_at, again.number) == ("returned", time(11, 20), 2)
    assert list(Event.objects.filter(type__startswith="register.movement.").order_by("id").values_list("type")) == [
        ("register.movement.left",), ("register.movement.returned",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "words"),
    [
        (
            "ben",
            "Ben can't be signed out yet. No reason yet this morning. If they are here, sign them in first",
        ),
        ("cat", "Cat can't be signed out yet. Authorised absence this morning."),
        ("dan", "Nobody has marked this pupil today. Sign them in, or have their teacher mark the register"),
    ],
)
def test_who_is_absent_or_not_marked_can_not_leave(scene: Scene, who: str, words: str) -> None:
    events = Event.objects.count()
    with pytest.raises(Refused) as refused:
        leave(scene, getattr(scene, who))
    assert words in str(refused.value)
    assert not Movement.objects.exists()
    assert Event.objects.count() == events


def test_each_refusal_says_what_to_do(scene: Scene) -> None:
    with pytest.raises(Refused, match="Say why the pupil leaves"):
        leave(scene, scene.amy, why="  ")
    with pytest.raises(Refused, match="at most 200"):
        leave(scene, scene.amy, why="x" * 201)
    with pytest.raises(Refused, match="was not signed out"):
        back(scene, scene.amy, 11)
    with pytest.raises(Refused, match="is in the log already"):
        here(scene, scene.amy, 11)
    leave(scene, scene.amy, 10, 30)
    with pytest.raises(Refused, match=r"has left already\. Signed out at 10:30"):
        leave(scene, scene.amy, 10, 40)
    with pytest.raises(Refused, match=r"of 10:30\. Give a later time"):
        back(scene, scene.amy, 10, 20)
    viewer = scene.viewer(scene.office)
    for when, now in ((time(12), at(11)), (time(9, 59), at(9, 30))):
        with pytest.raises(Refused, match="Give a time today that has passed"):
            write_down(
                viewer=viewer,
                pupil_id=scene.amy.pk,
                on=MONDAY,
                kind=MovementKind.RETURNED,
                moved_at=when,
                key=uuid4(),
                by=viewer.actor,
                at=now,
            )
    assert Movement.objects.count() == 1


def test_a_teacher_and_a_governor_may_not(scene: Scene) -> None:
    for person in (scene.teacher, make_person(scene.school, Role.GOVERNOR)):
        viewer = scene.viewer(person)
        with pytest.raises(Refused, match="The school office can"):
            write_down(
                viewer=viewer, pupil_id=scene.amy.pk, on=MONDAY, kind=MovementKind.LEFT, moved_at=time(10),
                reason="x", key=uuid4(), by=viewer.actor, at=at(10),
            )  # fmt: skip


def test_the_same_form_twice_counts_once(scene: Scene) -> None:
    key = uuid4()
    assert leave(scene, scene.amy, key=key).pk == leave(scene, scene.amy, key=key).pk
    assert Movement.objects.count() == 1


def test_an_early_arrival_makes_no_mark_and_a_late_one_in_the_afternoon_does(scene: Scene) -> None:
    here(scene, scene.dan, 8, 20)
    assert is_where(scene, scene.dan, 8, 30) is Whereabouts.ON_SITE
    assert not Entry.objects.filter(pupil=scene.dan).exists()
    # Between the sessions: not late, on site.
    here(scene, scene.ben, 12, 20)
    assert is_where(scene, scene.ben, 12, 30) is Whereabouts.ON_SITE
    assert scene.marks()["Ben"] == ["N"]


def test_signing_in_late_after_leaving_gives_the_afternoon_its_mark(scene: Scene) -> None:
    leave(scene, scene.amy, 11)
    scene.take({scene.amy: "N"}, session=PM, by=scene.office, when=at(12, 50))
    viewer = scene.viewer(scene.office)
    arrive(
        viewer=viewer, pupil_id=scene.amy.pk, on=MONDAY, arrived_at=time(13, 20), why_late="", key=uuid4(),
        by=viewer.actor, at=at(13, 21),
    )  # fmt: skip
    assert scene.marks(session=PM)["Amy"] == ["N", "U"]
    assert is_where(scene, scene.amy, 13, 30) is Whereabouts.ON_SITE


def test_a_wrong_entry_is_put_right_by_a_further_one_that_says_why(scene: Scene) -> None:
    wrong = leave(scene, scene.amy)
    viewer = scene.viewer(scene.officer)
    put_right(
        viewer=viewer, movement_id=wrong.pk, because="Wrong pupil", key=uuid4(), by=viewer.actor, at=at(10, 5)
    )
    assert is_where(scene, scene.amy) is Whereabouts.ON_SITE
    assert Movement.objects.get(pk=wrong.pk).reason == "Unwell"
    void = Movement.objects.get(voids=wrong)
    assert (void.reason, void.by_name) == ("Wrong pupil", "Ann Officer")
    with pytest.raises(Refused, match="Ann Officer has put this right already"):
        put_right(
            viewer=viewer, movement_id=wrong.pk, because="Again", key=uuid4(), by=viewer.actor, at=at(10, 6)
        )
    leave(scene, scene.amy, 10, 30)  # and the day goes on
    assert is_where(scene, scene.amy) is Whereabouts.LEFT


def test_putting_right_needs_a_reason_and_ones_own_school(scene: Scene) -> None:
    wrong = leave(scene, scene.amy)
    viewer = scene.viewer(scene.officer)
    with pytest.raises(Refused, match="Say what was wrong"):
        put_right(viewer=viewer, movement_id=wrong.pk, because=" ", key=uuid4(), by=viewer.actor, at=at(11))
    elsewhere = make_school("Elsewhere")
    far = make_person(elsewhere, Role.OFFICE)
    stranger = viewer_of(far, MONDAY, elsewhere)
    with pytest.raises(Refused, match="not in your school's log"):
        put_right(
            viewer=stranger, movement_id=wrong.pk, because="x", key=uuid4(), by=stranger.actor, at=at(11)
        )
    with pytest.raises(Refused, match="on the roll today"):
        write_down(
            viewer=stranger, pupil_id=scene.amy.pk, on=MONDAY, kind=MovementKind.LEFT, moved_at=time(10),
            reason="x", key=uuid4(), by=stranger.actor, at=at(11),
        )  # fmt: skip
    assert Movement.objects.count() == 1


@pytest.mark.parametrize(
    "statement", ["UPDATE registers_movement SET reason = 'x'", "DELETE FROM registers_movement"]
)
def test_the_database_refuses_to_change_the_log(scene: Scene, statement: str) -> None:
    leave(scene, scene.amy)
    with (
        pytest.raises(DatabaseError, match="never changed or removed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_nothing_stands_where_its_event_could_not_be_written(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("no audit")

    monkeypatch.setattr(departures, "record", fail)
    with pytest.raises(RuntimeError):
        leave(scene, scene.amy)
    assert not Movement.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_desks_at_the_same_moment_one_signs_the_pupil_out() -> None:
    scene = Scene()
    scene.take({scene.amy: "/"})
    meeting, results = threading.Barrier(2), []

    def desk() -> None:
        meeting.wait()
        try:
            results.append(leave(scene, scene.amy).kind)
        except Refused as refused:
            results.append(str(refused))
        finally:
            connection.close()

    desks = [threading.Thread(target=desk) for _ in range(2)]
    for each in desks:
        each.start()
    for each in desks:
        each.join()
    assert Movement.objects.count() == 1
    assert results.count("left") == 1
    refused = next(each for each in results if each != "left")
    assert "just signed this pupil" in refused or "has left already" in refused


def test_boarders_and_pupils_without_a_group_are_not_forgotten(scene: Scene) -> None:
    boarder = make_pupil(scene.school, scene.group, "Eve", "Border")
    Enrolment.objects.filter(pupil=boarder).update(is_boarder=True)
    loose = make_pupil(scene.school, None, "Fox", "Finn")
    assert is_where(scene, boarder) is Whereabouts.NOT_KNOWN
    assert is_where(scene, loose) is Whereabouts.NOT_KNOWN
    here(scene, boarder, 9, 40)
    leave(scene, boarder, 10)
    assert is_where(scene, boarder) is Whereabouts.LEFT


# --- The page -----------------------------------------------------------------------------------------------------


def at_the_desk(client: Client) -> None:
    """Signs the receptionist in anew: an earlier session is over after half an hour."""
    client.logout()
    sign_in(client, User.objects.get(name="Ola Office"))


def page(client: Client, hour: int = 9, minute: int = 12, **query: object) -> str:
    with time_machine.travel(at(hour, minute), tick=False):
        at_the_desk(client)
        response = client.get(reverse("registers:arrivals"), query)
    assert response.status_code == 200
    return response.content.decode()


def send(client: Client, hour: int, minute: int, **data: object) -> tuple[int, str]:
    values = {"key": uuid4(), "moved_at": f"{hour:02}:{minute:02}", "other_reason": "", **data}
    with time_machine.travel(at(hour, minute), tick=False):
        at_the_desk(client)
        response = client.post(reverse("registers:arrivals"), values, follow=True)
    return response.status_code, response.content.decode()


@pytest.mark.policy("P-4.4-1", "P-4.4-2")
def test_the_desk_says_code_and_minutes_before_they_are_pressed(scene: Scene, client: Client) -> None:
    assert "L, 12 minutes late" in page(client, pupil=scene.ben.pk)
    assert "U, 40 minutes late" in page(client, 9, 40, pupil=scene.ben.pk)
    assert "I stays as the reason" in page(client, 9, 40, pupil=scene.cat.pk)
    assert "Leaving" in page(client, pupil=scene.amy.pk)
    assert "Arrived, not late" in page(client, 8, 30, pupil=scene.dan.pk)


def test_the_search_finds_parts_of_names_accents_and_groups(scene: Scene, client: Client) -> None:
    make_pupil(scene.school, scene.other_group, "Núñez", "Zoë")
    make_pupil(scene.school, scene.other_group, "Nunn", "Zara")
    found = page(client, q="zo nunez")
    assert "Núñez" in found
    assert "Nunn" not in found
    both = page(client, q="7B nu")
    assert both.index("Nunn, Zara") < both.index("Núñez, Zoë")
    assert "No pupil on roll today" in page(client, q="Nobody")
    assert "&lt;b&gt;" in page(client, q="<b>")


def test_one_press_each_from_arriving_to_leaving_and_back(scene: Scene, client: Client) -> None:
    ben = {"pupil": scene.ben.pk}
    _, text = send(client, 9, 12, act="late", reason="Overslept", **ben)
    assert "Ben Brown is signed in with code L." in text
    assert "12 minutes" in text
    _, text = send(client, 10, 0, act="leave", reason="Unwell, going home", collected_by="Mum", **ben)
    assert "Ben Brown is signed out at 10:00. The mark stays as it is." in text
    assert "with Mum" in text
    _, text = send(client, 11, 0, act="back", **ben)
    assert "Ben Brown is back on site since 11:00." in text
    assert scene.marks()["Ben"] == ["N", "L"]
    _, text = send(client, 8, 30, act="here", pupil=scene.dan.pk)
    assert "Dan Dale is on site since 08:30." in text
    log = page(client, 11, 5)
    assert log.index("Back again") < log.index("Unwell, going home") < log.index("Overslept")


def test_a_written_reason_wins_over_the_button(scene: Scene, client: Client) -> None:
    send(client, 9, 12, act="late", reason="Overslept", other_reason="Flat tyre", pupil=scene.ben.pk)
    assert Entry.objects.get(pupil=scene.ben, version=2).note == "Flat tyre"


def test_a_refused_form_keeps_what_was_typed(scene: Scene, client: Client) -> None:
    status, text = send(client, 10, 0, act="leave", collected_by="Grandmother", pupil=scene.amy.pk)
    assert status == 422
    assert "Say why the pupil leaves" in text
    assert 'value="Grandmother"' in text
    for pupil in (987654321, "abc", "9" * 30, ""):
        status, text = send(client, 10, 0, act="late", pupil=pupil)
        assert status == 422, pupil
    status, _ = send(client, 10, 0, act="fly", pupil=scene.amy.pk)
    assert status == 422
    assert not Movement.objects.exists()


def test_an_entry_is_put_right_on_its_page(scene: Scene, client: Client) -> None:
    wrong = leave(scene, scene.amy)
    address = reverse("registers:put_right", args=[wrong.pk])
    assert address in page(client, 10, 5)
    with time_machine.travel(at(10, 5), tick=False):
        assert client.get(reverse("registers:put_right", args=[987])).status_code == 404
        assert client.post(address, {"because": "", "key": uuid4()}).status_code == 422
        text = client.post(address, {"because": "Wrong pupil", "key": uuid4()}, follow=True).content.decode()
    assert "Put right by Ola Office: Wrong pupil" in text


def test_the_desk_costs_as_many_queries_for_many_pupils_as_for_few(scene: Scene, client: Client) -> None:

    def cost(**query: object) -> int:
        with time_machine.travel(at(9, 12), tick=False):
            at_the_desk(client)
            client.get(reverse("registers:arrivals"), query)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse("registers:arrivals"), query).status_code == 200
        return len(queries)

    few = cost(q="a"), cost(pupil=scene.amy.pk), cost()
    for number in range(30):
        pupil = make_pupil(scene.school, scene.group, f"More {number:02}", "Ada")
        scene.take({pupil: "/"}, by=scene.office)
        leave(scene, pupil, 10, number)
    assert (cost(q="a"), cost(pupil=scene.amy.pk), cost()) == few


def test_a_group_without_pupils_is_shown_as_such(scene: Scene, client: Client) -> None:
    make_group(scene.school, "9Z", scene.teacher)
    for person, address in (
        (scene.office, reverse("registers:today")),
        (scene.office, reverse("registers:mine")),
        (scene.teacher, reverse("registers:mine")),
    ):
        sign_in(client, person)
        with time_machine.travel(at(9, 12), tick=False):
            text = client.get(address).content.decode()
        assert "9Z" in text
        assert "No pupils yet" in text
    sign_in(client, scene.office)
    with time_machine.travel(at(9, 12), tick=False):
        board = client.get(reverse("registers:today")).content.decode()
    assert "1 of 2 taken" in board  # 7A and 7B: a group without pupils is neither taken nor missing
