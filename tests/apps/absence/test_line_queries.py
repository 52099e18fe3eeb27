"""What parents told about some days, for whoever needs to know it."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from rollbook.apps.absence.models import Call, Report
from rollbook.apps.absence.queries.line import Reported, reports_of
from rollbook.apps.roll.models import Pupil
from rollbook.domain.access import Role
from rollbook.domain.sessions import SchoolSession
from tests.apps.registers.scene import MONDAY, Scene, at
from tests.factories.people import make_person, make_school, viewer_of

pytestmark = pytest.mark.django_db
AM, PM = SchoolSession.AM, SchoolSession.PM
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)


def told(scene: Scene, pupil: Pupil, first_day: date, last_day: date, **values: Any) -> Report:
    """What Anna Abbott told at 08:40 on Monday."""
    by = {"recorded_at": at(8, 41), "recorded_by": scene.office, "recorded_by_name": "Ola Office"}
    call = Call.objects.create(
        school=scene.school,
        key=uuid4(),
        channel="telephone",
        told_at=at(8, 40),
        caller_name="Anna Abbott",
        caller_relation="mother",
        **by,
    )
    common = {"caller": "parent", "is_believed": True, "told": "ill", "proposed_code": "I", "code": "I"}
    return Report.objects.create(
        school=scene.school,
        key=uuid4(),
        call=call,
        pupil=pupil,
        first_day=first_day,
        last_day=last_day,
        **(by | common | values),
    )


def asked(scene: Scene, first_day: date, last_day: date, *pupils: Pupil) -> list[Reported]:
    ids = [pupil.pk for pupil in pupils] or None
    found = reports_of(scene.viewer(scene.office), ids, first_day, last_day)
    return [each for reports in found.values() for each in reports]


def test_what_was_told_is_found_by_its_days_and_pupils(
    scene: Scene, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    told(scene, scene.amy, MONDAY, TUESDAY, expected_back_on=WEDNESDAY)
    told(scene, scene.ben, WEDNESDAY, WEDNESDAY)
    viewer = scene.viewer(scene.office)
    with django_assert_num_queries(1):
        found = reports_of(viewer, None, TUESDAY, TUESDAY)
    ((amy,),) = found.values()
    assert (amy.pupil_id, amy.who_told, amy.reason, amy.code) == (
        scene.amy.pk,
        "Anna Abbott (mother)",
        "Ill",
        "I",
    )
    assert (amy.expected_back_on, amy.told_at, amy.gave_reason) == (WEDNESDAY, at(8, 40), True)
    assert [each.pupil_id for each in asked(scene, MONDAY, WEDNESDAY, scene.ben)] == [scene.ben.pk]
    assert asked(scene, MONDAY, TUESDAY, scene.ben) == []


def test_what_was_withdrawn_and_what_another_school_was_told_are_left_out(scene: Scene) -> None:
    told(scene, scene.amy, MONDAY, MONDAY, ended_at=at(9))
    told(scene, scene.ben, MONDAY, MONDAY)
    assert [each.pupil_id for each in asked(scene, MONDAY, MONDAY)] == [scene.ben.pk]
    other = make_school("Elsewhere")
    person = make_person(other, Role.OFFICE)
    assert reports_of(viewer_of(person, MONDAY, other), None, MONDAY, MONDAY) == {}
    assert reports_of(viewer_of(person, MONDAY, other), [scene.ben.pk], MONDAY, MONDAY) == {}


def test_an_unknown_caller_gives_no_reason_that_counts(scene: Scene) -> None:
    told(scene, scene.amy, MONDAY, MONDAY, is_believed=False, caller="somebody")
    told(scene, scene.ben, MONDAY, MONDAY, told="none")
    assert [each.gave_reason for each in asked(scene, MONDAY, MONDAY)] == [False, False]


def test_a_report_covers_its_sessions_from_the_first_to_the_last(scene: Scene) -> None:
    told(scene, scene.amy, MONDAY, WEDNESDAY, first_session="PM", last_session="AM")
    (found,) = asked(scene, MONDAY, MONDAY)
    days = [MONDAY, TUESDAY, WEDNESDAY, WEDNESDAY + timedelta(days=1)]
    assert [[found.covers(day, AM), found.covers(day, PM), found.covers(day)] for day in days] == [
        [False, True, True],
        [True, True, True],
        [True, False, True],
        [False, False, False],
    ]
