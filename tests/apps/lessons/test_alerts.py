"""Who is told of a lesson mark: raised with it, closed by a correction or by whoever saw to it."""

from uuid import uuid4

import pytest

from rollbook.apps.audit.models import Event
from rollbook.apps.lessons.actions.raising import close_alert
from rollbook.apps.lessons.models import LessonAlert
from rollbook.apps.lessons.presenters.alerts import last_seen, since_words
from rollbook.apps.lessons.presenters.cards import alerts_card, pupil_card
from rollbook.apps.lessons.queries.alerts import alert_of, closed_alerts, followed, open_alerts, open_count
from rollbook.apps.registers.actions.departures import write_down
from rollbook.apps.registers.models import Entry
from rollbook.domain.on_site import MovementKind
from rollbook.domain.refusals import Refused
from tests.apps.lessons.scene import LessonScene
from tests.apps.registers.scene import MONDAY, PM, at, mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> LessonScene:
    made = LessonScene()
    made.register(ben="N")
    return made


@pytest.mark.policy("P-3.8-2")
def test_present_at_registration_but_missing_raises_an_alert_with_the_save(scene: LessonScene) -> None:
    taken = scene.teach({scene.amy: "N", scene.ben: "N", scene.cat: "/"})
    assert taken.raised == ("Amy Abbott",)
    alert = LessonAlert.objects.get()
    assert alert.because == "Marked present this morning. Missing from the lesson at 10:00."
    assert (alert.raised_at, alert.raised_by_name) == (at(10, 4), "Tess Teacher")
    event = Event.objects.get(type="lesson.alert.raised")
    assert (event.subject, event.facts["lesson"]) == (f"pupil:{scene.amy.pk}", "Maths")


def test_in_the_lesson_but_absent_in_the_register_tells_the_office_and_changes_no_mark(
    scene: LessonScene,
) -> None:
    taken = scene.teach({scene.ben: "/"})
    assert taken.raised == ("Ben Brown",)
    assert scene.alerts() == [("Ben", "not_registered", True)]
    assert Entry.objects.get(pupil=scene.ben).code == "N"


def test_signed_out_or_known_beforehand_raises_none(scene: LessonScene) -> None:
    office = scene.viewer(scene.office)
    write_down(
        viewer=office,
        pupil_id=scene.amy.pk,
        on=MONDAY,
        kind=MovementKind.LEFT,
        moved_at=at(9, 40).time(),
        reason="Unwell",
        collected_by="Mother",
        key=uuid4(),
        by=office.actor,
        at=at(9, 41),
    )
    scene.plan_trip(scene.cat)
    scene.teach({scene.amy: "N", scene.cat: "N"})
    assert scene.alerts() == []


def test_a_correction_in_the_lesson_closes_the_alert_by_itself(scene: LessonScene) -> None:
    scene.teach({scene.amy: "N"})
    scene.teach([mark(scene.amy, "L", minutes=9, seen=1)], reason="Came at nine past", when=at(10, 10))
    alert = LessonAlert.objects.get()
    assert (alert.closed_at, alert.closed_by, alert.closed_by_name) == (at(10, 10), None, "")
    assert alert.found == "Marked late in the lesson after all."
    assert Event.objects.filter(type="lesson.alert.closed").count() == 1


def test_missing_again_after_that_is_a_new_alert(scene: LessonScene) -> None:
    scene.teach({scene.amy: "N"})
    scene.teach([mark(scene.amy, "/", seen=1)], reason="Was there", when=at(10, 10))
    scene.teach([mark(scene.amy, "N", seen=2)], reason="No, her sister", when=at(10, 12))
    assert scene.alerts() == [("Amy", "missing", False), ("Amy", "missing", True)]


def test_from_one_kind_to_the_other(scene: LessonScene) -> None:
    scene.teach({scene.ben: "/"})
    scene.teach([mark(scene.ben, "N", seen=1)], reason="Wrong Ben", when=at(10, 10))
    assert scene.alerts() == [("Ben", "not_registered", False)]


def close(
    scene: LessonScene, found: str = "In the library", by: str = "office", **changes: object
) -> LessonAlert:
    viewer = scene.viewer(getattr(scene, by))
    given = {"alert_id": LessonAlert.objects.earliest("id").pk, "found": found} | changes
    return close_alert(viewer=viewer, by=viewer.actor, at=at(10, 20), **given)


def test_whoever_saw_to_it_closes_it_with_what_was_found(scene: LessonScene) -> None:
    scene.teach({scene.amy: "N"})
    alert = close(scene, " In the library ")
    assert (alert.found, alert.closed_by_name, alert.closed_by_position) == (
        "In the library",
        "Ola Office",
        "Receptionist",
    )
    with pytest.raises(Refused, match="Closed at 10:20 already by Ola Office: In the library"):
        close(scene, "In the gym")
    assert LessonAlert.objects.get().found == "In the library"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"found": "  "}, "Say what was found"),
        ({"found": "x" * 301}, "Keep it to 300"),
        ({"by": "teacher"}, "The school office does"),
        ({"alert_id": 987_654}, "no such alert"),
    ],
)
def test_what_does_not_close_it(scene: LessonScene, given: dict[str, object], words: str) -> None:
    scene.teach({scene.amy: "N"})
    with pytest.raises(Refused, match=words):
        close(scene, **given)
    assert scene.alerts() == [("Amy", "missing", True)]
    assert not Event.objects.filter(type="lesson.alert.closed").exists()


def test_another_schools_alert_is_never_seen_or_closed(scene: LessonScene) -> None:
    scene.teach({scene.amy: "N"})
    other = LessonScene()
    stranger = other.viewer(other.office)
    alert = LessonAlert.objects.get()
    assert alert_of(stranger, alert.pk) is None
    assert (open_alerts(stranger), closed_alerts(stranger, MONDAY), open_count(stranger, MONDAY)) == (
        [],
        [],
        0,
    )
    with pytest.raises(Refused, match="no such alert"):
        close(other, alert_id=alert.pk)


def test_a_teacher_has_no_count_and_no_card(scene: LessonScene) -> None:
    scene.teach({scene.amy: "N"})
    assert open_count(scene.viewer(scene.office), MONDAY) == 1
    assert open_count(scene.viewer(scene.teacher), MONDAY) == 0
    assert alerts_card(scene.viewer(scene.teacher), at(10, 5)) is None
    card = alerts_card(scene.viewer(scene.office), at(10, 16))
    assert card is not None
    assert [(line.words, line.urgent) for line in card.lines] == [("Amy Abbott", "for 12 minutes")]


def test_where_a_pupil_was_last_seen(scene: LessonScene) -> None:
    scene.teach({scene.amy: "N"})
    viewer = scene.viewer(scene.office)

    def seen(hour: int) -> str:
        (one,) = followed(viewer, open_alerts(viewer), at(hour, 0))
        return last_seen(one)

    assert seen(11) == "Registered this morning, 09:00"
    scene.take({scene.amy: "\\"}, session=PM, when=at(12, 50))
    assert seen(13) == "Registered this afternoon, 12:45"
    scene.teach({scene.amy: "L"}, lesson=scene.art, when=at(13, 40))
    assert seen(14) == "Art, Studio, 13:30 (late, 5 minutes)"


def test_how_long_somebody_has_been_looked_for(scene: LessonScene) -> None:
    scene.teach({scene.amy: "N"})
    alert = LessonAlert.objects.get()
    assert since_words(alert, at(10, 4)) == "for 0 minutes"
    assert since_words(alert, at(10, 5)) == "for 1 minute"
    assert since_words(alert, at(12, 9)) == "for 2 hours 5 minutes"
    assert since_words(alert, at(9, 0, on=MONDAY.replace(day=15))) == "since Mon 14 Sep, 10:04"


def test_the_pupils_page_says_how_many_lessons_were_missed(scene: LessonScene) -> None:
    office = scene.viewer(scene.office)
    assert pupil_card(office, at(10, 5), scene.amy.pk) is None
    scene.teach({scene.amy: "N"})
    scene.teach({scene.amy: "L", scene.dan: "/"}, lesson=scene.art, when=at(13, 40))
    close(scene)
    card = pupil_card(office, at(14), scene.amy.pk)
    assert card is not None
    assert card.summary == "1 of 2 lessons in the last 4 weeks, late to 1."
    assert [(line.words, line.more, line.urgent) for line in card.lines] == [
        ("Art, Mon 14 Sep", "13:30", "late, 5 minutes"),
        ("Maths, Mon 14 Sep", "10:00, In the library", "missing"),
    ]
    teachers = pupil_card(scene.viewer(scene.teacher), at(14), scene.amy.pk)
    assert teachers is not None
    assert [line.more for line in teachers.lines] == ["13:30", "10:00"], "what was found is with the office"
    other = LessonScene()
    assert pupil_card(other.viewer(other.office), at(14), scene.amy.pk) is None
