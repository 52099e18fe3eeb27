"""What a missing pupil brings to whose list, and how it leaves it again; the rules themselves are in tests/domain."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rollbook.apps.followup.actions.recording import answer_step
from rollbook.apps.followup.queries.owed_contacts import owed
from rollbook.domain.access import Role
from rollbook.domain.contact_steps import StepKind
from rollbook.domain.duties import Owed, Standing, to_do
from rollbook.domain.duty_table import DUTIES
from rollbook.domain.sessions import SchoolSession
from tests.apps.followup.scene import Morning
from tests.apps.registers.scene import MONDAY, at, mark
from tests.factories.people import make_person, make_school, viewer_of
from tests.factories.pupils import make_group, make_pupil
from tests.factories.registers import make_marks

pytestmark = pytest.mark.django_db
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
AM, PM = SchoolSession.AM, SchoolSession.PM


@pytest.fixture
def morning() -> Morning:
    morning = Morning()
    morning.registers(ben="N")
    return morning


def asked(morning: Morning, now: datetime, first_day: date = MONDAY) -> list[Owed]:
    return owed(morning.viewer(morning.pastoral, now.date()), first_day, now.date(), now)


@pytest.mark.policy("P-4.5-2", "P-6-1")
def test_the_first_day_s_call_is_on_the_list_until_somebody_has_rung(morning: Morning) -> None:
    assert asked(morning, at(9, 29)) == []
    (call,) = asked(morning, at(9, 41))
    assert (call.duty, call.about, call.due_at) == ("contact.first_day", "Ben Brown, 7A", at(10, 30))
    lists = to_do(
        [call],
        DUTIES,
        roles=[Role.PASTORAL_LEAD],
        person_id=morning.pastoral.pk,
        now=at(10, 31),
        until=MONDAY,
    )
    assert lists[Standing.OVERDUE] == [call]
    morning.call(morning.ben, morning.bens_mother, "no_answer", when=at(9, 42))
    (call,) = asked(morning, at(10, 31))
    assert (call.done_at, call.standing(at(10, 31))) == (at(9, 42), Standing.DONE)


@pytest.mark.policy("P-3.7-3", "P-4.5-8", "P-8.4-10", "P-4.5-10", "P-4.5-11")
def test_the_second_and_the_third_day_bring_more(morning: Morning) -> None:
    morning.ben.social_worker = "Sam Worker"
    morning.ben.save()
    make_marks(morning.viewer(morning.office), {(morning.ben, MONDAY, PM): "N"}, at(13, 0))
    for on in (TUESDAY, WEDNESDAY):
        morning.registers(on=on, ben="N")
        make_marks(morning.viewer(morning.office), {(morning.ben, on, PM): "N"}, at(13, 0, on=on))
    now = at(13, 30, on=WEDNESDAY)
    assert [(each.duty, each.due_at.date()) for each in asked(morning, now)] == [
        ("contact.first_day", MONDAY),
        ("partner.told", MONDAY),
        ("contact.each_day", TUESDAY),
        ("visit.two_days", TUESDAY),
        ("contact.each_day", WEDNESDAY),
        ("partner.welfare_officer", WEDNESDAY),
    ]
    morning.step(morning.ben, StepKind.NO_VISIT, when=at(13, on=TUESDAY), note="Grandmother was rung")
    morning.step(
        morning.ben, StepKind.PARTNER, when=at(11), result="social_worker", who="Sam Worker", how="telephone"
    )
    done = {each.duty: each.done_at for each in asked(morning, now)}
    assert done["visit.two_days"] == at(13, on=TUESDAY)
    assert done["partner.told"] == at(11)
    # Asked about one day only, the days before are looked at all the same.
    assert {each.duty for each in asked(morning, now, WEDNESDAY)} == {
        "contact.each_day",
        "partner.welfare_officer",
    }


def test_the_reason_ends_it(morning: Morning) -> None:
    morning.take([mark(morning.ben, "I", seen=1)], by=morning.office, reason="Mother rang", when=at(9, 50))
    (call,) = asked(morning, at(11))
    assert call.done_at == at(9, 50)


@pytest.mark.policy("P-4.5-9")
def test_a_concern_is_owed_by_the_end_of_the_school_day(morning: Morning) -> None:
    concern = morning.step(morning.ben, StepKind.CONCERN, when=at(10), by=morning.office, note="A bruise")
    after_school = morning.step(morning.ben, StepKind.CONCERN, when=at(16), by=morning.office, note="Another")
    saturday = at(10, on=MONDAY + timedelta(days=5))
    weekend = morning.step(
        morning.ben, StepKind.CONCERN, when=saturday, by=morning.office, note="Seen in town"
    )
    head = morning.viewer(morning.head)
    answer_step(
        viewer=head, step_id=concern.pk, values={"note": "Done"}, key=uuid4(), by=head.actor, at=at(11)
    )
    found = {each.arose_at: each for each in asked(morning, saturday) if each.duty == "concern.acknowledged"}
    assert (found[concern.at].due_at, found[concern.at].done_at) == (at(15, 5), at(11))
    assert found[after_school.at].due_at == at(15, 5, on=TUESDAY)
    assert found[weekend.at].due_at == at(15, 5, on=MONDAY + timedelta(days=7))


def test_another_school_is_told_nothing_and_the_future_owes_nothing(morning: Morning) -> None:
    far = make_school("Far School")
    viewer = viewer_of(make_person(far, Role.HEAD_TEACHER), MONDAY, far)
    assert owed(viewer, MONDAY, MONDAY, at(11)) == []
    assert asked(morning, at(11), first_day=TUESDAY) == []


def test_many_pupils_take_no_more_queries_than_one(morning: Morning) -> None:
    asked(morning, at(11))
    with CaptureQueriesContext(connection) as one:
        asked(morning, at(11))
    group = make_group(morning.school, "9C")
    pupils = [make_pupil(morning.school, group, f"Many{number}", "Max") for number in range(20)]
    make_marks(morning.viewer(morning.office), {(pupil, MONDAY, AM): "N" for pupil in pupils}, at(9, 5))
    with CaptureQueriesContext(connection) as many:
        assert len(asked(morning, at(11))) == 21
    assert len(many) == len(one) <= 8
