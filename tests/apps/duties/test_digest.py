"""The morning's e-mail: to whom, with what, once a day, and without a name."""

import pytest

from rollbook.apps.duties.actions.digest import send_digests
from rollbook.apps.post.models import Message
from rollbook.apps.roll.models import Membership
from rollbook.apps.schools.models import PolicySetting
from rollbook.apps.schools.queries import forget_timetables
from tests.apps.registers.scene import MONDAY, Scene, at

pytestmark = pytest.mark.django_db

NOW = at(9, 20)


@pytest.fixture
def scene() -> Scene:
    """The groups' first morning at 09:20: 7A's register is in, 7B's is not."""
    scene = Scene()
    Membership.objects.filter(pupil__school=scene.school).update(first_day=MONDAY)
    scene.take({scene.amy: "/", scene.ben: "/", scene.cat: "/"}, when=at(9, 10))
    return scene


def test_whoever_has_something_to_do_is_written_to_and_nobody_else(scene: Scene) -> None:
    result = send_digests(scene.school.pk, NOW, NOW)
    written = {message.to_name: message for message in Message.objects.filter(school=scene.school)}
    assert set(written) == {"Omar Other", "Ola Office", "Ann Officer", "Hal Head"} & set(written)
    assert {"Omar Other", "Ola Office"} <= set(written)
    assert "Tess Teacher" not in written
    assert result.startswith(f"{len(written)} of ")
    mail = written["Omar Other"]
    assert mail.subject == "To do: 1 overdue (Hollin Bank School)"
    assert "- Submit the register: 1 (policy, section 3.5)" in mail.body
    assert "/to-do/" in mail.body


def test_no_name_of_a_pupil_or_group_leaves_the_school(scene: Scene) -> None:
    send_digests(scene.school.pk, NOW, NOW)
    text = "".join(message.subject + message.body for message in Message.objects.all())
    for name in ("Dan", "Dale", "7B", "Abbott"):
        assert name not in text


def test_the_same_morning_it_is_written_once(scene: Scene) -> None:
    send_digests(scene.school.pk, NOW, NOW)
    before = Message.objects.count()
    send_digests(scene.school.pk, NOW, at(9, 25))
    assert Message.objects.count() == before


def test_a_school_may_choose_that_none_is_sent(scene: Scene) -> None:
    PolicySetting.objects.create(
        school=scene.school, name="duty_digest", value=0, effective_from=MONDAY, approved_at_meeting="Board"
    )
    forget_timetables()
    assert "none is sent" in send_digests(scene.school.pk, NOW, NOW)
    assert not Message.objects.exists()


def test_another_schools_people_hear_of_their_own_school_only(scene: Scene) -> None:
    Scene()
    send_digests(scene.school.pk, NOW, NOW)
    assert set(Message.objects.values_list("school_id", flat=True)) == {scene.school.pk}
