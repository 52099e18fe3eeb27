"""Who is looking, and whom they see: never anybody of another school."""

from datetime import date
from typing import Any

import pytest

from rollbook.apps.accounts.models import User
from rollbook.apps.accounts.queries import (
    first_gap,
    has_second_step,
    holders,
    own_posts,
    people_of,
    person_of,
    schools_to_choose,
    viewer_for,
)
from rollbook.domain.access import Permission, Role
from rollbook.domain.spans import Span
from tests.factories.people import appoint, make_person, make_school, viewer_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 9, 14)


@pytest.mark.policy("P-4.1-8")
def test_the_position_is_that_of_the_highest_role(django_assert_num_queries: Any) -> None:
    school = make_school()
    person = make_person(school, Role.CLASS_TEACHER, position="Teacher of 7A")
    appoint(person, school, Role.PASTORAL_LEAD, position="Pastoral Lead")
    with django_assert_num_queries(1):
        viewer = viewer_for(person.pk, person.name, person.email, TODAY)
    assert viewer is not None
    assert viewer.position == "Pastoral Lead"
    assert viewer.roles == {Role.CLASS_TEACHER, Role.PASTORAL_LEAD}


def test_roles_count_from_their_first_day_to_their_last() -> None:
    school = make_school()
    person = make_person(school, Role.OFFICE, first_day=date(2026, 9, 10), last_day=date(2026, 9, 20))
    days = [date(2026, 9, day) for day in (9, 10, 20, 21)]
    seen = [viewer_for(person.pk, person.name, person.email, day) is not None for day in days]
    assert seen == [False, True, True, False]


def test_with_two_schools_one_looks_at_one_with_the_rights_held_there(django_assert_num_queries: Any) -> None:
    first, second = make_school("First School"), make_school("Second School")
    person = make_person(first, Role.CLASS_TEACHER)
    appoint(person, second, Role.HEAD_TEACHER)
    here, there = viewer_of(person), viewer_of(person, school=second)
    assert (here.school_name, there.school_name) == ("First School", "Second School")
    assert not here.may(Permission.STAFF_MANAGE)
    assert there.may(Permission.STAFF_MANAGE)
    # A school where they hold nothing today is not theirs to choose.
    third = make_school("Third School")
    appoint(person, third, Role.OFFICE, last_day=date(2026, 8, 31))
    assert viewer_of(person, school=third).school_id == first.pk
    with django_assert_num_queries(2):
        assert schools_to_choose(here, TODAY) == [(first.pk, "First School"), (second.pk, "Second School")]
    assert [name for name, _ in own_posts(here)] == ["Third School", "Second School", "First School"]


def test_the_list_shows_this_schools_people_alone(django_assert_num_queries: Any) -> None:
    school, other = make_school(), make_school("Another School")
    head = make_person(school, Role.HEAD_TEACHER, name="Ruth Osei")
    shared = make_person(school, Role.OFFICE, name="Ada King")
    appoint(shared, other, Role.SENCO, position="SENCO elsewhere")
    make_person(other, Role.OFFICE, name="Stranger")
    make_person(school, Role.CLASS_TEACHER, name="Left Long Ago", last_day=date(2024, 7, 31))
    make_person(school, Role.CLASS_TEACHER, name="Comes Later", first_day=date(2027, 1, 4))
    closed = make_person(school, Role.CLASS_TEACHER, name="Closed Account")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    viewer = viewer_of(head)
    with django_assert_num_queries(2):
        people = people_of(viewer, TODAY)
    assert [person.name for person in people] == ["Ada King", "Comes Later", "Ruth Osei"]
    assert [post.position for post in people[0].posts] == ["School office"], "the other school's role shows"
    assert [person.name for person in people_of(viewer, TODAY, past=True)] == [
        "Closed Account",
        "Left Long Ago",
    ]
    assert [person.name for person in people_of(viewer, TODAY, name="osei RUTH")] == ["Ruth Osei"]
    assert [person.name for person in people_of(viewer, TODAY, role=Role.CLASS_TEACHER)] == ["Comes Later"]
    assert [p.name for p in people_of(viewer, TODAY, role=Role.SENCO)] == []


def test_one_person_of_this_school_alone(django_assert_num_queries: Any) -> None:
    school = make_school()
    viewer = viewer_of(make_person(school, Role.HEAD_TEACHER))
    stranger = make_person(make_school("Another School"), Role.OFFICE)
    with django_assert_num_queries(2):
        assert person_of(viewer, viewer.user_id) is not None
    assert person_of(viewer, stranger.pk) is None


@pytest.mark.policy("P-3.3-11", "P-3.4-7")
def test_who_to_ask_names_the_holders_of_today(django_assert_num_queries: Any) -> None:
    school = make_school()
    head = make_person(school, Role.HEAD_TEACHER, name="Ruth Osei", email="ruth@example.org")
    appoint(head, school, Role.SENIOR_ATTENDANCE_CHAMPION)
    officer = make_person(school, Role.ATTENDANCE_OFFICER, name="Dan Webb")
    User.objects.filter(pk=officer.pk).update(telephone="0121 496 0199")
    make_person(school, Role.ATTENDANCE_OFFICER, name="Before Dan", last_day=date(2026, 8, 31))
    make_person(make_school("Another School"), Role.ATTENDANCE_OFFICER, name="Stranger")
    viewer = viewer_of(head)
    with django_assert_num_queries(3):
        found = dict(holders(viewer, TODAY))
    assert [person.email for person, _ in found[Role.SENIOR_ATTENDANCE_CHAMPION]] == ["ruth@example.org"]
    assert [(person.name, person.telephone) for person, _ in found[Role.ATTENDANCE_OFFICER]] == [
        ("Dan Webb", "0121 496 0199")
    ]
    assert found[Role.SENCO] == []


def test_has_second_step(django_assert_num_queries: Any) -> None:
    person = make_person(make_school(), Role.OFFICE)
    with django_assert_num_queries(1):
        assert not has_second_step(person.pk)


@pytest.mark.parametrize(
    ("spans", "gap"),
    [
        ([], TODAY),
        ([(date(2020, 1, 1), None)], None),
        ([(date(2026, 9, 15), None)], TODAY),
        ([(date(2020, 1, 1), date(2026, 9, 30))], date(2026, 10, 1)),
        ([(date(2020, 1, 1), date(2026, 9, 30)), (date(2026, 10, 1), None)], None),
        ([(date(2020, 1, 1), date(2026, 9, 30)), (date(2026, 10, 2), None)], date(2026, 10, 1)),
        ([(date(2020, 1, 1), date(2026, 9, 1)), (date(2020, 1, 1), date(2026, 12, 1))], date(2026, 12, 2)),
        ([(date(2026, 10, 1), None), (date(2020, 1, 1), date(2027, 1, 1))], None),
    ],
)
def test_the_first_day_nobody_covers(spans: list[tuple[date, date | None]], gap: date | None) -> None:
    assert first_gap((Span(*span) for span in spans), TODAY) == gap
