"""Late pupils signed in at the desk: the clock decides between L and U, a better reason stays, nothing is lost."""

from datetime import date, time
from uuid import UUID, uuid4

import pytest

from rollbook.apps.audit.models import Event
from rollbook.apps.registers.actions.arrivals import SignedIn, sign_in
from rollbook.apps.registers.models import Entry
from rollbook.apps.roll.models import Pupil
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import MONDAY, PM, Scene, at, mark
from tests.factories.people import make_school
from tests.factories.pupils import make_group, make_pupil

pytestmark = pytest.mark.django_db

FRIDAY = date(2026, 9, 18)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def arrive(
    scene: Scene, pupil: Pupil, arrived: time, *, why: str = "", on: date = MONDAY, key: UUID | None = None
) -> SignedIn:
    """Signed in by the office a minute after arriving."""
    viewer = scene.viewer(scene.office, on)
    moment = at(arrived.hour, arrived.minute + 1 if arrived.minute < 59 else 59, 59, on=on)
    return sign_in(
        viewer=viewer, pupil_id=pupil.pk, on=on, arrived_at=arrived, why_late=why,
        key=key or uuid4(), by=viewer.actor, at=moment,
    )  # fmt: skip


@pytest.mark.policy("P-4.1-15", "P-4.4-1", "P-4.4-2")
@pytest.mark.parametrize(
    ("arrived", "code", "minutes"),
    [(time(9, 0, 1), "L", 1), (time(9, 29), "L", 29), (time(9, 30), "U", 30), (time(12, 14), "U", 194)],
)
def test_worked_example_8_1(scene: Scene, arrived: time, code: str, minutes: int) -> None:
    signed = arrive(scene, scene.amy, arrived, why="Bus late")

    entry = Entry.objects.get()
    assert (signed.code, signed.minutes_late) == (code, minutes)
    assert (entry.code, entry.minutes_late, entry.arrived_at, entry.note) == (
        code,
        minutes,
        arrived,
        "Bus late",
    )


def test_after_the_morning_has_ended_it_is_no_arrival_in_the_morning(scene: Scene) -> None:
    """At 12:20 the morning is over and the afternoon register has not opened: the morning mark stays as it is."""
    scene.take({scene.amy: "N"})
    with pytest.raises(Refused, match="12:45"):
        arrive(scene, scene.amy, time(12, 20))

    assert scene.marks() == {"Amy": ["N"]}


@pytest.mark.policy("P-4.1-18")
def test_on_a_friday_nobody_arrives_after_two(scene: Scene) -> None:
    arrive(scene, scene.amy, time(13, 30), on=FRIDAY)
    assert scene.marks(on=FRIDAY, session=PM) == {"Amy": ["U"]}

    with pytest.raises(Refused, match="14:00"):
        arrive(scene, scene.ben, time(14, 5), on=FRIDAY)


def test_an_absence_becomes_a_late_arrival_with_its_reason(scene: Scene) -> None:
    scene.take({scene.amy: "N"})
    arrive(scene, scene.amy, time(9, 12), why="Overslept")

    assert scene.marks() == {"Amy": ["N", "L"]}
    assert Entry.objects.get(version=2).reason == "Arrived 09:12: Overslept"
    assert (
        Event.objects.filter(type="register.arrival.signed_in", subject=f"pupil:{scene.amy.pk}").count() == 1
    )


def test_a_better_reason_stays_after_close_with_the_time_of_arrival(scene: Scene) -> None:
    """M beats U (domain.md 1.4.4)."""
    scene.take({scene.amy: "M"}, by=scene.office)
    signed = arrive(scene, scene.amy, time(10, 30))

    assert signed.code == "M"
    entry = Entry.objects.get(version=2)
    assert (entry.code, entry.arrived_at, entry.minutes_late) == ("M", time(10, 30), None)


def test_being_here_before_close_beats_any_planned_reason(scene: Scene) -> None:
    """Precedence 2.1: on site first."""
    scene.take({scene.amy: "I"}, by=scene.office)
    arrive(scene, scene.amy, time(9, 20))

    assert scene.marks() == {"Amy": ["I", "L"]}


def test_a_pupil_who_is_here_or_signed_in_is_not_signed_in_again(scene: Scene) -> None:
    scene.take({scene.amy: "/"})
    with pytest.raises(Refused, match="present already"):
        arrive(scene, scene.amy, time(9, 12))

    arrive(scene, scene.ben, time(9, 12))
    with pytest.raises(Refused, match="signed in at 09:12"):
        arrive(scene, scene.ben, time(9, 14))


def test_a_late_mark_of_the_teacher_may_get_its_time_at_the_desk(scene: Scene) -> None:
    scene.take([mark(scene.amy, "L", minutes=5)])
    arrive(scene, scene.amy, time(9, 7))

    newest = Entry.objects.get(version=2)
    assert (newest.code, newest.minutes_late, newest.arrived_at) == ("L", 7, time(9, 7))


def test_the_same_form_twice_signs_in_once(scene: Scene) -> None:
    key = uuid4()
    first = arrive(scene, scene.amy, time(9, 12), key=key)
    second = arrive(scene, scene.amy, time(9, 12), key=key)

    assert (second.code, second.minutes_late) == (first.code, first.minutes_late)
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("arrived", [time(8, 50), time(9, 0)])
def test_who_is_not_late_is_the_teachers(scene: Scene, arrived: time) -> None:
    with pytest.raises(Refused, match="is not late"):
        arrive(scene, scene.amy, arrived)


def test_a_time_to_come_is_refused(scene: Scene) -> None:
    viewer = scene.viewer(scene.office)
    with pytest.raises(Refused, match="it is now 09:10"):
        sign_in(
            viewer=viewer, pupil_id=scene.amy.pk, on=MONDAY, arrived_at=time(9, 40), why_late="",
            key=uuid4(), by=viewer.actor, at=at(9, 10),
        )  # fmt: skip


def test_the_other_schools_pupil_and_the_wrong_role_are_refused(scene: Scene) -> None:
    elsewhere = make_school("Elsewhere School")
    stranger = make_pupil(elsewhere, make_group(elsewhere, "7A"), "Far", "Fay")
    with pytest.raises(Refused, match="on the roll today"):
        arrive(scene, stranger, time(9, 12))

    viewer = scene.viewer(scene.teacher)
    with pytest.raises(Refused, match="The school office can"):
        sign_in(
            viewer=viewer, pupil_id=scene.amy.pk, on=MONDAY, arrived_at=time(9, 12), why_late="",
            key=uuid4(), by=viewer.actor, at=at(9, 13),
        )  # fmt: skip
    assert Entry.objects.count() == 0
