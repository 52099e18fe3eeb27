"""One mark amended: a reason always, the right always, and never over somebody else's change."""

from datetime import date
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest

from rollbook.apps.accounts.models import User
from rollbook.apps.audit.models import Event
from rollbook.apps.registers.actions.amending import RightMark, amend_mark
from rollbook.apps.registers.models import Entry
from rollbook.domain.access import Role
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import AM, MONDAY, Scene, at, mark
from tests.factories.people import make_person
from tests.factories.pupils import make_pupil

pytestmark = pytest.mark.django_db

WEDNESDAY = date(2026, 9, 16)


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.take({scene.amy: "N"})
    return scene


def amend(
    scene: Scene,
    code: str = "I",
    *,
    by: User | None = None,
    reason: str = "Parent rang 15:10",
    seen: int = 1,
    minutes: int | None = None,
    note: str = "",
    on: date = MONDAY,
    pupil_id: int | None = None,
    key: UUID | None = None,
) -> None:
    """Amends Amy's Monday morning on Wednesday afternoon."""
    viewer = scene.viewer(by or scene.officer, WEDNESDAY)
    amend_mark(
        viewer=viewer, pupil_id=pupil_id or scene.amy.pk, on=on, school_session=AM,
        right=RightMark(code, reason, minutes, note), seen_version=seen, key=key or uuid4(), by=viewer.actor,
        at=at(15, 12, on=WEDNESDAY),
    )  # fmt: skip


def test_an_amendment_keeps_the_original_and_says_who_when_and_why(scene: Scene) -> None:
    amend(scene)

    first, second = Entry.objects.order_by("version")
    assert (first.code, first.by_name) == ("N", "Tess Teacher")
    assert (second.code, second.reason, second.by_name, second.by_position, second.at) == (
        "I", "Parent rang 15:10", "Ann Officer", "Attendance Officer", at(15, 12, on=WEDNESDAY),
    )  # fmt: skip
    event = Event.objects.get(type="register.mark.amended")
    assert event.facts["amended"][0]["reason"] == "Parent rang 15:10"


def test_the_position_stays_as_it_was_at_the_time(scene: Scene) -> None:
    amend(scene)
    scene.officer.appointments.update(position="Attendance Manager")

    assert Entry.objects.get(version=2).by_position == "Attendance Officer"


@pytest.mark.parametrize("reason", ["", "   "])
def test_no_amendment_without_a_reason(scene: Scene, reason: str) -> None:
    with pytest.raises(Refused, match="Say why"):
        amend(scene, reason=reason)
    assert Entry.objects.count() == 1


def test_no_amendment_over_a_change_not_seen(scene: Scene) -> None:
    amend(scene)
    with pytest.raises(Refused, match="Somebody else changed this mark"):
        amend(scene, "O", seen=1)
    assert scene.marks() == {"Amy": ["N", "I"]}


def test_the_same_mark_again_is_no_amendment(scene: Scene) -> None:
    with pytest.raises(Refused, match="the mark that stands"):
        amend(scene, "N")


@pytest.mark.parametrize("role", [Role.CLASS_TEACHER, Role.SENCO, Role.GOVERNOR, Role.ADMINISTRATOR])
def test_who_may_not_amend(scene: Scene, role: Role) -> None:
    with pytest.raises(Refused, match="may not amend"):
        amend(scene, by=make_person(scene.school, role))


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("C", "set by the head teacher"),
        ("#", "school calendar"),
        ("H", "ended on 18 August 2024"),
        ("", "Choose the mark"),
    ],
)
def test_codes_the_officer_can_not_set(scene: Scene, code: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        amend(scene, code)


def test_the_head_may_grant_leave(scene: Scene) -> None:
    amend(scene, "C", by=scene.head, reason="Funeral, granted 14 Sep")
    assert scene.marks() == {"Amy": ["N", "C"]}


def test_a_missing_mark_can_be_made_later_with_why(scene: Scene) -> None:
    amend(scene, "/", pupil_id=scene.ben.pk, seen=0, reason="Teacher confirmed from the seating plan")

    entry = Entry.objects.get(pupil=scene.ben)
    assert (entry.version, entry.code, entry.reason) == (1, "/", "Teacher confirmed from the seating plan")


@pytest.mark.parametrize(
    ("on", "why"),
    [(date(2026, 9, 13), "weekend"), (date(2026, 9, 17), "not opened yet"), (date(2026, 9, 1), "INSET")],
)
def test_days_that_have_no_mark_to_amend(scene: Scene, on: date, why: str) -> None:
    with pytest.raises(Refused, match=why):
        amend(scene, on=on, seen=0)


def test_a_pupil_who_was_not_on_roll_has_no_mark(scene: Scene) -> None:
    later = make_pupil(scene.school, scene.group, "Later", "Lou", first_day=date(2026, 9, 15))
    with pytest.raises(Refused, match="not on the register"):
        amend(scene, pupil_id=later.pk, seen=0)


def test_nothing_changes_when_the_audit_event_can_not_be_written(scene: Scene) -> None:
    with (
        patch(
            "rollbook.apps.registers.actions.writing.event_to_record", side_effect=RuntimeError("disk full")
        ),
        pytest.raises(RuntimeError),
    ):
        amend(scene)
    assert scene.marks() == {"Amy": ["N"]}


def test_a_third_amendment_keeps_all_that_came_before(scene: Scene) -> None:
    amend(scene)
    amend(scene, "O", seen=2, reason="Parent says she was not ill")
    scene.take([mark(scene.ben, "/")])

    assert scene.marks() == {"Amy": ["N", "I", "O"], "Ben": ["/"]}


def test_the_same_form_sent_twice_amends_once_and_is_no_error(scene: Scene) -> None:
    key = uuid4()
    amend(scene, key=key)
    amend(scene, key=key)

    assert scene.marks() == {"Amy": ["N", "I"]}
