"""The screen at the door: what it can do, for whom, and everything that its cookie must not open."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from rollbook.apps.accounts.models import Appointment
from rollbook.apps.audit.models import Event
from rollbook.apps.registers.actions.kiosks import PinAnswer, begin_kiosk, try_pin
from rollbook.apps.registers.models import Entry, Kiosk, Movement
from rollbook.apps.registers.queries.kiosks import names_beginning, open_kiosk
from rollbook.apps.registers.views.kiosk_screen import COOKIE
from rollbook.apps.roll.queries import OnRoll, everyone_on_roll
from rollbook.domain.access import Role
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import make_person, make_school, sign_in, viewer_of
from tests.factories.pupils import make_group, make_pupil
from tests.security.ground import FIXED, MEMBERS_PAGES, NOBODY

pytestmark = pytest.mark.django_db
PIN = "4071"
FORM = {"name": "Front door", "pin": PIN, "pin_again": PIN, "reasons": ["Overslept", "Traffic"]}


@pytest.fixture
def scene() -> Scene:
    cache.clear()
    scene = Scene()
    scene.take({scene.amy: "/", scene.ben: "N"})
    return scene


def kiosk(scene: Scene, **given: object) -> Client:
    """A device that the office has turned into a kiosk at nine."""
    device = Client()
    with time_machine.travel(at(9), tick=False):
        sign_in(device, scene.office)
        assert device.post(reverse("registers:kiosks"), FORM | given)["Location"] == "/kiosk/"
    return device


def touch(device: Client, where: str, hour: int = 9, minute: int = 12, **data: object) -> tuple[int, str]:
    with time_machine.travel(at(hour, minute), tick=False):
        response = device.post(where, data) if data else device.get(where)
    return response.status_code, response.content.decode()


def test_opening_a_kiosk_signs_the_member_of_staff_out_of_the_device(scene: Scene) -> None:
    device = kiosk(scene)
    cookie = device.cookies[COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/kiosk/", True, "Strict")
    assert touch(device, "/today/")[0] == 302
    row = Kiosk.objects.get()
    assert PIN not in row.pin
    assert row.token not in cookie.value
    assert Event.objects.filter(type="accounts.signed_out").count() == 1
    status, text = touch(device, "/kiosk/")
    assert status == 200
    assert "I have arrived" in text


def test_its_cookie_opens_nothing_else(scene: Scene) -> None:
    device = kiosk(scene)
    # As if somebody had copied the cookie to every address.
    device.cookies[COOKIE]["path"] = "/"
    for page in MEMBERS_PAGES:
        address = page.at(dict.fromkeys(page.places - FIXED.keys(), NOBODY))
        for response in (device.get(address), device.post(address)):
            assert response.status_code == 302, page.name
            assert response["Location"].startswith("/sign-in/"), page.name


def test_a_late_pupil_signs_in_with_surname_name_and_reason(scene: Scene) -> None:
    device = kiosk(scene)
    assert touch(device, "/kiosk/arrived/")[0] == 200
    status, text = touch(device, "/kiosk/arrived/", letters="bro")
    assert status == 200
    assert "Ben Brown" in text
    assert "7A" not in text
    _, text = touch(device, "/kiosk/arrived/", pupil=scene.ben.pk)
    assert "Overslept" in text
    assert "Family reason" not in text
    _, text = touch(device, "/kiosk/arrived/", pupil=scene.ben.pk, do="1", reason="Traffic")
    assert "You are signed in at 09:12. Go to your class." in text
    entry = Entry.objects.get(pupil=scene.ben, version=2)
    assert (entry.code, entry.minutes_late, entry.note) == ("L", 12, "Traffic")
    assert (entry.by, entry.by_name, entry.by_position) == (
        scene.office, "Ola Office", "Receptionist (kiosk Front door)",
    )  # fmt: skip
    assert Kiosk.objects.get().last_used_at is not None


def test_only_the_reasons_offered_are_taken(scene: Scene) -> None:
    device = kiosk(scene)
    for reason in ("", "Family reason", "<b>"):
        assert touch(device, "/kiosk/arrived/", pupil=scene.ben.pk, do="1", reason=reason)[0] == 422
    assert scene.marks()["Ben"] == ["N"]


def test_whatever_does_not_fit_sends_to_the_office_without_saying_why(scene: Scene) -> None:
    device = kiosk(scene)
    far = make_pupil(make_school("Far"), None, "Brown", "Far")
    answers = {
        touch(device, "/kiosk/arrived/", pupil=pupil)[1].split("csrf")[0]
        for pupil in (scene.amy.pk, far.pk, NOBODY, "x", "9" * 40)
    }
    assert len(answers) == 1
    assert "Please go to the office" in answers.pop()
    assert "Far" not in touch(device, "/kiosk/arrived/", letters="bro")[1]


def test_pressed_twice_it_is_done_once_and_says_so_both_times(scene: Scene) -> None:
    device = kiosk(scene, pupils_may_leave="on")
    late = {"pupil": scene.ben.pk, "do": "1", "reason": "Traffic", "key": uuid4()}
    for minute in (12, 13):
        assert "You are signed in at 09:12." in touch(device, "/kiosk/arrived/", 9, minute, **late)[1]
    leaving = {"pupil": scene.amy.pk, "do": "1", "reason": "Family reason", "key": uuid4()}
    for minute in (0, 1):
        assert "You are signed out at 10:00." in touch(device, "/kiosk/leaving/", 10, minute, **leaving)[1]
    assert (scene.marks()["Ben"], Movement.objects.count()) == (["N", "L"], 1)


def test_leaving_takes_the_pin_unless_pupils_may_sign_themselves_out(scene: Scene) -> None:
    device = kiosk(scene)
    act = {"pupil": scene.amy.pk, "do": "1", "reason": "Family reason"}
    status, text = touch(device, "/kiosk/leaving/", 10, 0, **act)
    assert (status, Movement.objects.count()) == (422, 0)
    assert "That is not the PIN" in text
    _, text = touch(device, "/kiosk/leaving/", 10, 0, pin=PIN, **act)
    assert "You are signed out at 10:00." in text
    moved = Movement.objects.get()
    assert (moved.reason, moved.kiosk, moved.by_position) == (
        "Family reason", Kiosk.objects.get(), "Receptionist (kiosk Front door)",
    )  # fmt: skip
    _, text = touch(device, "/kiosk/arrived/", 11, 0, pupil=scene.amy.pk, do="1")
    assert "You are signed in at 11:00" in text
    free = kiosk(scene, pupils_may_leave="on")
    assert "You are signed out at 11:30" in touch(free, "/kiosk/leaving/", 11, 30, **act)[1]


def test_five_wrong_pins_lock_it_for_a_quarter_of_an_hour(scene: Scene) -> None:
    device = kiosk(scene)
    for _ in range(4):
        assert touch(device, "/kiosk/leave/", pin="0000")[0] == 422
    assert touch(device, "/kiosk/leave/", pin="0000")[0] == 302
    for where, data in (
        ("/kiosk/", {}),
        ("/kiosk/leave/", {"pin": PIN}),
        ("/kiosk/arrived/", {"letters": "bro"}),
    ):
        status, text = touch(device, where, 9, 20, **data)
        assert status == 403
        assert "locked until 09:27" in text
        assert "Brown" not in text
    assert touch(device, "/kiosk/", 9, 27)[0] == 200
    assert Event.objects.filter(type="kiosk.pin.wrong").count() == 5
    # The right one in between begins the count anew.
    act = {"pupil": scene.amy.pk, "do": "1", "reason": "Family reason"}
    for _ in range(4):
        touch(device, "/kiosk/leave/", 10, 0, pin="0000")
    assert touch(device, "/kiosk/leaving/", 10, 0, pin=PIN, **act)[0] == 200
    assert touch(device, "/kiosk/leave/", 10, 1, pin="0000")[0] == 422
    assert touch(device, "/kiosk/", 10, 2)[0] == 200


@pytest.mark.django_db(transaction=True)
def test_many_pins_at_once_get_no_more_tries_than_one_after_the_other() -> None:
    scene = Scene()
    viewer = scene.viewer(scene.office)
    opened = begin_kiosk(
        viewer=viewer,
        name="Door",
        pin=PIN,
        reasons=["Overslept"],
        pupils_may_leave=False,
        by=viewer.actor,
        at=at(9),
    )
    found = open_kiosk(opened.token, MONDAY)
    assert found is not None
    answers: list[PinAnswer] = []

    def guess(number: int) -> None:
        try:
            answers.append(try_pin(opened=found, pin=f"{number:04}", by=found.actor, at=at(9, 1)))
        finally:
            connection.close()

    threads = [threading.Thread(target=guess, args=(5_000 + number,)) for number in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(answers) == 12
    assert answers.count(PinAnswer.WRONG) == 4
    assert try_pin(opened=found, pin=PIN, by=found.actor, at=at(9, 2)) is PinAnswer.LOCKED
    assert try_pin(opened=found, pin=PIN, by=found.actor, at=at(9, 17)) is PinAnswer.RIGHT


def test_names_can_not_be_read_out_in_bulk(scene: Scene) -> None:
    device = kiosk(scene)
    for _ in range(30):
        assert touch(device, "/kiosk/arrived/", letters="zzz")[0] == 422
    status, text = touch(device, "/kiosk/arrived/", letters="bro")
    assert status == 429
    assert "Brown" not in text


def test_a_closed_kiosk_and_one_whose_person_left_open_nothing(scene: Scene, client: Client) -> None:
    device, other = kiosk(scene), kiosk(scene)
    with time_machine.travel(at(9, 5), tick=False):
        sign_in(client, scene.officer)
        newest = Kiosk.objects.latest("pk")
        assert client.post(reverse("registers:close_kiosk", args=[newest.pk])).status_code == 302
    assert touch(other, "/kiosk/")[0] == 403
    assert "not set up" in touch(other, "/kiosk/arrived/", letters="bro")[1]
    assert touch(device, "/kiosk/")[0] == 200
    Appointment.objects.filter(user=scene.office).update(last_day=MONDAY - timedelta(days=1))
    assert touch(device, "/kiosk/")[0] == 403


def test_a_cookie_that_was_made_up_opens_nothing(scene: Scene) -> None:
    device = kiosk(scene)
    value = device.cookies[COOKIE].value
    for made_up in (value[:-1] + ("a" if value[-1] != "a" else "b"), "x", "x:y:z", Kiosk.objects.get().token):
        stranger = Client()
        stranger.cookies[COOKIE] = made_up
        assert touch(stranger, "/kiosk/")[0] == 403


def test_another_schools_kiosk_is_not_there(scene: Scene, client: Client) -> None:
    kiosk(scene)
    far = make_school("Farfield")
    with time_machine.travel(at(9, 5), tick=False):
        sign_in(client, make_person(far, Role.HEAD_TEACHER))
        assert client.post(reverse("registers:close_kiosk", args=[Kiosk.objects.get().pk])).status_code == 404
        assert "Ola Office" not in client.get(reverse("registers:kiosks")).content.decode()
    assert Kiosk.objects.get().closed_at is None


def test_the_pin_ends_kiosk_mode_and_asks_to_sign_in(scene: Scene) -> None:
    device = kiosk(scene)
    with time_machine.travel(at(9, 12), tick=False):
        assert device.post("/kiosk/leave/", {"pin": PIN})["Location"] == "/sign-in/"
    assert device.cookies[COOKIE].value == ""
    assert Kiosk.objects.get().closed_at == at(9, 12)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"pin": "12", "pin_again": "12"}, "Choose a PIN of 4 to 8 digits."),
        ({"pin": "12ab", "pin_again": "12ab"}, "Choose a PIN of 4 to 8 digits."),
        ({"pin": "1111", "pin_again": "1111"}, "guessed first"),
        ({"pin": "2345", "pin_again": "2345"}, "guessed first"),
        ({"pin_again": "4072"}, "The two PINs are not the same"),
        ({"name": " "}, "Name of the kiosk is missing"),
        ({"reasons": []}, "Choose at least one reason"),
        ({"reasons": ["Made up"]}, "Select a valid choice"),
    ],
)
def test_a_kiosk_that_can_not_be_opened_says_why(
    scene: Scene, client: Client, given: dict[str, object], words: str
) -> None:
    with time_machine.travel(at(9), tick=False):
        sign_in(client, scene.office)
        response = client.post(reverse("registers:kiosks"), FORM | given)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Kiosk.objects.exists()


def test_who_may_not_open_one_is_refused_by_the_action_too(scene: Scene) -> None:
    viewer = scene.viewer(scene.teacher)
    with pytest.raises(Refused, match="The school office can"):
        begin_kiosk(
            viewer=viewer,
            name="Door",
            pin=PIN,
            reasons=["x"],
            pupils_may_leave=False,
            by=viewer.actor,
            at=at(9),
        )


def test_which_names_letters_find(scene: Scene) -> None:
    group = make_group(scene.school, "9A")
    for number in range(9):
        make_pupil(scene.school, group, f"Smith{'abcdefghi'[number]}", "Sam")
    for surname, forename in (("Li", "Wei"), ("Lindgren", "Ole"), ("O'Brién", "Una")):
        make_pupil(scene.school, group, surname, forename)
    roll = everyone_on_roll(viewer_of(scene.office, MONDAY), MONDAY)

    def found(letters: str) -> list[str] | None:
        names: list[OnRoll] | None = names_beginning(roll, letters)
        return None if names is None else [pupil.surname for pupil in names]

    assert found("smi") is None  # nine of them: more letters
    assert found("smitha") == ["Smitha"]
    assert found("li") == ["Li"]  # short, and written in full
    assert found("lin") == ["Lindgren"]
    assert found("obr") == ["O'Brién"]
    assert found("ab") is None
    assert found("") is None
    assert found("%%%") is None
    assert found("rown") == []
