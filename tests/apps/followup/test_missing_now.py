"""Who is on the list at which time, in which order, and who is not although the register says N."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rollbook.apps.followup.queries.missing import missing_now
from rollbook.apps.registers.actions.departures import write_down
from rollbook.apps.registers.models import Save, UnplannedClosure
from rollbook.domain.access import Role
from rollbook.domain.contacting import Do
from rollbook.domain.on_site import MovementKind
from tests.apps.absence.test_line_queries import told
from tests.apps.followup.scene import Morning
from tests.apps.registers.scene import MONDAY, PM, at, mark
from tests.factories.people import make_person, make_school, viewer_of
from tests.factories.pupils import make_group, make_pupil

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def morning() -> Morning:
    return Morning()


@pytest.mark.policy("P-4.5-1", "P-4.5-2")
def test_the_list_is_there_once_the_register_has_closed(morning: Morning) -> None:
    morning.registers(ben="N")
    before = morning.now(at(9, 29))
    assert (before.has_closed, before.missing) == (False, [])
    assert morning.names(at(9, 30)) == ["Ben"]


def test_before_that_it_says_who_is_known_to_be_away(morning: Morning) -> None:
    morning.plan_trip(morning.amy)
    ((pupil, code, words),) = morning.now(at(9, 1)).expected_away
    assert (pupil.forename, code, words) == ("Amy", "V", "Science museum")


def test_a_pupil_on_a_trip_is_not_on_it_whatever_the_register_says(morning: Morning) -> None:
    morning.plan_trip(morning.amy)
    morning.registers(amy="N", ben="N")
    found = morning.now(at(9, 31))
    assert [each.placed.pupil.forename for each in found.missing] == ["Ben"]
    assert [(each.pupil.forename, each.standing.because) for each in found.explained] == [
        ("Amy", "Trip or activity: Science museum.")
    ]


@pytest.mark.parametrize(("believed", "asked_after"), [(True, ["Ben"]), (False, ["Amy", "Ben"])])
def test_who_was_told_of_by_a_parent_is_not_rung_about_and_by_a_stranger_is(
    morning: Morning, believed: bool, asked_after: list[str]
) -> None:
    told(morning, morning.amy, MONDAY, MONDAY, is_believed=believed)
    morning.registers(amy="N", ben="N")
    found = morning.now(at(9, 31))
    assert [each.placed.pupil.forename for each in found.missing] == asked_after
    if believed:
        assert found.explained[0].standing.because == "Anna Abbott (mother) told at 08:40: Ill."


def test_whom_the_desk_saw_is_looked_for_in_school_first(morning: Morning) -> None:
    office = morning.viewer(morning.office)
    morning.registers(amy="N", ben="N")
    write_down(
        viewer=office, pupil_id=morning.amy.pk, on=MONDAY, kind=MovementKind.ARRIVED, moved_at=time(8, 20),
        key=uuid4(), by=office.actor, at=at(9, 31),
    )  # fmt: skip
    found = morning.now(at(9, 31))
    assert [each.pupil.forename for each in found.look_here] == ["Amy"]
    assert [each.placed.pupil.forename for each in found.missing] == ["Ben"]


def test_who_signed_out_is_explained_in_the_afternoon_and_a_morning_arrival_is_not(morning: Morning) -> None:
    office = morning.viewer(morning.office)
    write_down(
        viewer=office, pupil_id=morning.amy.pk, on=MONDAY, kind=MovementKind.ARRIVED, moved_at=time(8, 20),
        key=uuid4(), by=office.actor, at=at(8, 30),
    )  # fmt: skip
    morning.registers()
    write_down(
        viewer=office, pupil_id=morning.ben.pk, on=MONDAY, kind=MovementKind.LEFT, moved_at=time(11, 20),
        reason="Unwell, going home", key=uuid4(), by=office.actor, at=at(11, 30),
    )  # fmt: skip
    morning.take({morning.amy: "N", morning.ben: "N", morning.cat: "\\"}, session=PM, when=at(12, 50))
    assert morning.names(at(12, 55)) == []
    found = morning.now(at(13, 1))
    assert [each.placed.pupil.forename for each in found.missing] == ["Amy"]
    assert [each.pupil.forename for each in found.explained] == ["Ben"]


def test_a_register_that_nobody_has_taken_is_asked_for_not_its_parents(morning: Morning) -> None:
    morning.take({morning.amy: "/", morning.cat: "/"}, when=at(9, 5))
    found = morning.now(at(9, 31))
    assert found.untaken == {"7B": 1}
    # Ben was left out of a register that was taken.
    assert [each.placed.pupil.forename for each in found.missing] == ["Ben"]


def test_a_closed_school_rings_nobody(morning: Morning) -> None:
    morning.registers(ben="N")
    UnplannedClosure.objects.create(
        school=morning.school, save_made=Save.objects.latest("pk"), on=MONDAY, session="AM",
        reason="No heating", decided_by="Head",
    )  # fmt: skip
    assert morning.names(at(9, 31)) == []


def test_there_is_no_list_on_a_saturday(morning: Morning) -> None:
    assert not morning.now(at(9, 31, on=MONDAY + timedelta(days=5))).is_school_day


def test_risk_first_then_the_longer_absence(morning: Morning) -> None:
    morning.registers(cat="N")
    morning.registers(on=TUESDAY, amy="N", ben="N", cat="N", dan="N")
    morning.dan.is_looked_after = True
    morning.dan.save()
    morning.ben.has_child_protection_plan = True
    morning.ben.save()
    found = morning.now(at(9, 31, on=TUESDAY))
    assert [each.placed.pupil.forename for each in found.missing] == ["Ben", "Dan", "Cat", "Amy"]
    assert [each.urgency.because for each in found.missing[:3]] == [
        "Child protection plan.",
        "Looked after.",
        "2nd school day in a row.",
    ]


def test_who_turns_up_leaves_the_list_and_stays_under_found_out(morning: Morning) -> None:
    morning.registers(ben="N")
    morning.call(morning.ben, morning.bens_mother, "no_answer")
    assert morning.names(at(9, 41)) == ["Ben"]
    morning.take([mark(morning.ben, "I", seen=1)], by=morning.office, reason="Mother rang", when=at(9, 45))
    found = morning.now(at(9, 46))
    assert found.missing == []
    assert [(pupil.forename, step.result) for pupil, step in found.settled] == [("Ben", "no_answer")]


def test_what_comes_next_follows_the_calls(morning: Morning) -> None:
    morning.registers(ben="N", amy="N", dan="N")
    ben = next(each for each in morning.now(at(9, 31)).missing if each.pupil_id == morning.ben.pk)
    assert (ben.next.answer.do, ben.next.because) == (Do.CALL, "Ring Mary Brown (mother).")
    morning.call(morning.ben, morning.bens_mother, "no_answer")
    morning.call(morning.ben, morning.bens_gran, "wrong_number", when=at(9, 42))
    # One call about Amy serves her brother too.
    morning.call(morning.amy, morning.amys_mother, "reached", when=at(9, 43))
    by_name = {each.placed.pupil.forename: each for each in morning.now(at(9, 44)).missing}
    assert by_name["Ben"].next.answer.do is Do.VISIT
    assert by_name["Dan"].next.because == "Mo Abbott was reached at 09:43 about Amy. Enter what was told."
    # The next day the number that was wrong is not offered again.
    morning.registers(on=TUESDAY, ben="N")
    (ben,) = morning.now(at(9, 31, on=TUESDAY)).missing
    assert ben.next.answer.number == "07700 900222"
    morning.call(morning.ben, morning.bens_mother, "message", when=at(9, 32, on=TUESDAY))
    (ben,) = morning.now(at(9, 33, on=TUESDAY)).missing
    assert ben.next.answer.do is Do.VISIT


def test_the_other_school_s_pupils_are_never_on_it(morning: Morning) -> None:
    other = make_school("Far School")
    head = make_person(other, Role.HEAD_TEACHER)
    make_pupil(other, make_group(other, "7A", head), "Far", "Fay")
    morning.registers(ben="N")
    found = missing_now(viewer_of(head, MONDAY, other), at(9, 31))
    assert [each.pupil.forename for each in found.explained] == []
    assert found.missing == []
    assert found.untaken == {"7A": 1}


def test_many_missing_pupils_take_no_more_queries_than_few(morning: Morning) -> None:
    morning.registers(ben="N")
    viewer = morning.viewer(morning.pastoral)
    missing_now(viewer, at(9, 31))
    with CaptureQueriesContext(connection) as few:
        missing_now(viewer, at(9, 31))
    group = make_group(morning.school, "9C", morning.teacher)
    many = [make_pupil(morning.school, group, f"Many{number}", "Max") for number in range(30)]
    for pupil in many:
        morning.contact(pupil, morning.mary, "Mother")
    morning.take(dict.fromkeys(many, "N"), group=group)
    with CaptureQueriesContext(connection) as queries:
        found = missing_now(viewer, at(9, 31))
    assert len(found.missing) == 31
    assert len(queries) == len(few)
    assert len(queries) <= 18
