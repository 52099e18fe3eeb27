"""Teaching groups, and who takes their registers on which days."""

from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from rollbook.apps.audit.models import Event
from rollbook.apps.schools.actions.groups import add_group, change_group, end_group
from rollbook.apps.schools.actions.teachers import end_teaching, give_group, take_back_teaching
from rollbook.apps.schools.models import GroupTeacher, TeachingGroup
from rollbook.apps.schools.queries import group_on, groups_on
from rollbook.apps.schools.queries.groups import group_row, group_rows, past_groups, teaching_of
from rollbook.domain.access import Role
from rollbook.domain.refusals import Refused
from tests.apps.schools.scene import TODAY, Scene, only_event
from tests.factories.people import make_person, viewer_of
from tests.factories.pupils import make_group

TOMORROW = TODAY + timedelta(days=1)
YESTERDAY = TODAY - timedelta(days=1)


def add(scene: Scene, name: str = "7A", room: str = "B10", first_day: date = TODAY) -> TeachingGroup:
    """Adds 7A from today on."""
    return add_group(name=name, room=room, first_day=first_day, **scene.told)


def give(scene: Scene, group: TeachingGroup, **changes: Any) -> GroupTeacher:
    """Gives the group to Tess Teacher from today on, unless said otherwise."""
    start = {"user_id": scene.teacher.pk, "first_day": TODAY, "last_day": None}
    return give_group(**(scene.told | {"group_id": group.pk} | start | changes))


def names_on(scene: Scene, group: TeachingGroup, on: date) -> str:
    """Who takes the group on a day, as every register asks it."""
    found = group_on(scene.officer, group.pk, on)
    assert found is not None
    return found.teacher_names


def test_added_and_there_from_its_first_day(scene: Scene) -> None:
    add(scene, " 7A ", " B10 ", TOMORROW)
    assert groups_on(scene.officer, TODAY) == []
    assert [(group.name, group.room) for group in groups_on(scene.officer, TOMORROW)] == [("7A", "B10")]
    event = only_event()
    assert event.type == "group.added"
    assert event.facts == {"name": "7A", "room": "B10", "first_day": TOMORROW.isoformat()}


@pytest.mark.parametrize(
    ("name", "room", "field"),
    [("", "", "name"), ("x" * 41, "", "name"), ("7B", "x" * 41, "room"), ("7a", "", "name")],
)
def test_a_group_that_cannot_be_added(scene: Scene, name: str, room: str, field: str) -> None:
    make_group(scene.school, "7A")
    with pytest.raises(Refused) as refused:
        add(scene, name, room)
    assert [each.field for each in refused.value.refusals] == [field]
    assert not Event.objects.exists()


def test_a_name_is_free_again_when_its_group_has_ended(scene: Scene) -> None:
    old = make_group(scene.school, "7A")
    old.last_day = YESTERDAY
    old.save()
    add(scene)
    with pytest.raises(Refused, match="There is a group 7A already"):
        add(scene)
    make_group(scene.other, "8A")
    add(scene, "8A")


def test_renamed_and_moved(scene: Scene) -> None:
    group = add(scene)
    change_group(group_id=group.pk, name="7B", room="C1", **scene.told)
    assert Event.objects.get(type="group.changed").facts == {
        "from": {"name": "7A", "room": "B10"},
        "to": {"name": "7B", "room": "C1"},
    }
    change_group(group_id=group.pk, name="7B", room="C1", **scene.told)
    assert Event.objects.filter(type="group.changed").count() == 1
    make_group(scene.school, "9A")
    with pytest.raises(Refused, match="There is a group 9A already"):
        change_group(group_id=group.pk, name="9A", room="", **scene.told)


def test_ended_with_those_who_take_it(scene: Scene) -> None:
    group = add(scene)
    stays = give(scene, group)
    later = give(scene, group, user_id=scene.person.pk, first_day=TODAY + timedelta(days=10))
    end_group(group_id=group.pk, last_day=TOMORROW, **scene.told)
    stays.refresh_from_db()
    assert stays.last_day == TOMORROW
    assert not GroupTeacher.objects.filter(pk=later.pk).exists()
    assert groups_on(scene.officer, TOMORROW + timedelta(days=1)) == []
    assert Event.objects.filter(type="group.ended").count() == 1
    end_group(group_id=group.pk, last_day=TOMORROW, **scene.told)
    assert Event.objects.filter(type="group.ended").count() == 1


def test_a_group_ends_neither_in_the_past_nor_with_pupils_in_it(scene: Scene) -> None:
    group = make_group(scene.school, "7A")
    for last_day, pupils, words in (
        (date(2020, 8, 31), 0, "before the first day"),
        (YESTERDAY, 0, "today or a later day"),
        (TODAY, 1, "1 pupil is still in 7A"),
        (TODAY, 8, "8 pupils are still in 7A"),
    ):
        with pytest.raises(Refused, match=words):
            end_group(group_id=group.pk, last_day=last_day, pupil_count=pupils, **scene.told)
    assert not Event.objects.exists()


def test_cover_for_a_day_comes_on_top(scene: Scene) -> None:
    group = add(scene)
    give(scene, group)
    give(scene, group, user_id=scene.person.pk, first_day=TOMORROW, last_day=TOMORROW)
    assert names_on(scene, group, TODAY) == "Tess Teacher"
    assert set(names_on(scene, group, TOMORROW).split(", ")) == {"Tess Teacher", "Ann Officer"}
    assert names_on(scene, group, TOMORROW + timedelta(days=1)) == "Tess Teacher"
    assert Event.objects.filter(type="group.teacher.given").count() == 2


def test_given_twice_is_given_once(scene: Scene) -> None:
    group = add(scene)
    assert give(scene, group).pk == give(scene, group).pk
    assert Event.objects.filter(type="group.teacher.given").count() == 1


def test_who_cannot_be_given_a_group(scene: Scene) -> None:
    group = add(scene)
    gone = make_person(scene.school, Role.CLASS_TEACHER, last_day=YESTERDAY)
    give(scene, group, first_day=TODAY, last_day=TOMORROW)
    for changes, field, words in (
        ({"user_id": scene.stranger.pk}, "user", "who works at this school"),
        ({"user_id": gone.pk}, "user", "who works at this school"),
        ({"user_id": scene.person.pk, "first_day": YESTERDAY}, "first_day", "is there from 14 September"),
        ({"user_id": scene.person.pk, "last_day": YESTERDAY}, "last_day", "before the first day"),
        ({"first_day": TOMORROW}, "user", "takes 7A from 14 September 2026 until 15 September"),
    ):
        with pytest.raises(Refused) as refused:
            give(scene, group, **changes)
        assert [(each.field, words in each.message) for each in refused.value.refusals] == [(field, True)]


def test_a_last_day_and_what_has_not_begun(scene: Scene) -> None:
    group = add(scene)
    row = give(scene, group)
    with pytest.raises(Refused, match="has begun"):
        take_back_teaching(teaching_id=row.pk, **scene.told)
    with pytest.raises(Refused, match="before the first day"):
        end_teaching(teaching_id=row.pk, last_day=YESTERDAY, **scene.told)
    end_teaching(teaching_id=row.pk, last_day=TODAY, **scene.told)
    end_teaching(teaching_id=row.pk, last_day=TODAY, **scene.told)
    assert names_on(scene, group, TOMORROW) == ""
    assert Event.objects.filter(type="group.teacher.ended").count() == 1
    coming = give(scene, group, first_day=TOMORROW)
    take_back_teaching(teaching_id=coming.pk, **scene.told)
    assert Event.objects.get(type="group.teacher.taken_back").facts["name"] == "Tess Teacher"


def test_nobody_takes_a_group_past_its_end(scene: Scene) -> None:
    group = add(scene)
    row = give(scene, group)
    end_group(group_id=group.pk, last_day=TOMORROW, **scene.told)
    with pytest.raises(Refused, match="The group ends on 15 September 2026"):
        end_teaching(teaching_id=row.pk, last_day=date(2026, 12, 1), **scene.told)
    with pytest.raises(Refused, match="Choose a day within that"):
        give(scene, group, user_id=scene.person.pk, first_day=date(2026, 12, 1))


def test_another_schools_groups_are_not_there(scene: Scene) -> None:
    theirs = make_group(scene.other, "7A", scene.stranger)
    teaching = GroupTeacher.objects.get(group=theirs)
    assert group_rows(scene.officer, TODAY) == []
    assert group_row(scene.officer, theirs.pk, TODAY) is None
    assert teaching_of(scene.officer, teaching.pk) is None
    for act in (
        lambda: change_group(group_id=theirs.pk, name="x", room="", **scene.told),
        lambda: end_group(group_id=theirs.pk, last_day=TODAY, **scene.told),
        lambda: give(scene, theirs),
        lambda: end_teaching(teaching_id=teaching.pk, last_day=TODAY, **scene.told),
        lambda: take_back_teaching(teaching_id=teaching.pk, **scene.told),
    ):
        with pytest.raises(Refused, match="no longer"):
            act()
    assert not Event.objects.exists()


def test_those_who_may_not_change_no_group(scene: Scene) -> None:
    viewer = viewer_of(scene.teacher)
    with pytest.raises(Refused, match="may not change"):
        add_group(name="7A", room="", first_day=TODAY, **(scene.told | {"viewer": viewer}))


def test_without_the_event_nobody_is_given_a_group(scene: Scene) -> None:
    group = add(scene)
    with (
        patch("rollbook.apps.schools.actions.changing.record", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        give(scene, group)
    assert not GroupTeacher.objects.exists()


def test_the_page_of_groups_is_two_queries(scene: Scene, django_assert_num_queries: Any) -> None:
    for name in ("10B", "7A", "9C"):
        group = make_group(scene.school, name, scene.teacher)
        give(scene, group, user_id=scene.person.pk, first_day=TOMORROW, last_day=TOMORROW)
    viewer = scene.officer
    with django_assert_num_queries(2):
        rows = group_rows(viewer, TODAY)
        told = [
            (row.group.name, [t.user.name for t in row.today], [t.user.name for t in row.later])
            for row in rows
        ]
    assert told == [(name, ["Tess Teacher"], ["Ann Officer"]) for name in ("7A", "9C", "10B")]


def test_groups_that_have_ended(scene: Scene) -> None:
    group = add(scene)
    end_group(group_id=group.pk, last_day=TODAY, **scene.told)
    assert past_groups(scene.officer, TODAY) == []
    assert past_groups(scene.officer, TOMORROW) == [group]
