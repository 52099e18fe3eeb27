"""Who was to be back, or to be told of again, and is not here; parents who wait to be spoken with; what is owed."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from rollbook.apps.absence.actions.line_calls import close_transfer, transfer
from rollbook.apps.absence.models import Report, Transfer
from rollbook.apps.absence.presenters.cards import pupil_card
from rollbook.apps.absence.queries.owed_line import owed
from rollbook.apps.absence.queries.still_away import Asked, still_away
from rollbook.apps.absence.queries.transfers import pupils_with_open_transfers
from rollbook.apps.registers.actions.amending import RightMark, amend_mark
from rollbook.apps.registers.actions.arrivals import sign_in
from rollbook.domain.access import Role
from rollbook.domain.duties import Standing
from tests.apps.absence.calls import away, call_of, mother_of, told
from tests.apps.registers.scene import AM, MONDAY, Scene, at
from tests.factories.people import make_person, make_school, viewer_of
from tests.factories.people import sign_in as signed_in

pytestmark = pytest.mark.django_db
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)


def ill(scene: Scene, **changes: Any) -> Report:
    """Amy's mother told at 08:40 on Monday that she is ill."""
    mother = mother_of(scene, scene.amy)
    (report,) = told(scene, call_of(mother), away(scene.amy, **changes))
    scene.take({scene.amy: "I", scene.ben: "/", scene.cat: "/"})
    return report


def take(scene: Scene, code: str, on: date = TUESDAY) -> None:
    scene.take({scene.amy: code, scene.ben: "/", scene.cat: "/"}, on=on)


def asked(scene: Scene, now: Any, on: date = TUESDAY) -> list[Asked]:
    return still_away(scene.viewer(scene.office, on), on, on, now)


@pytest.mark.policy("P-3.7-3")
def test_a_parent_who_does_not_tell_again_on_the_next_day_is_to_be_asked(scene: Scene) -> None:
    report = ill(scene)
    take(scene, "N")
    assert asked(scene, at(9, 29, on=TUESDAY)) == []
    (found,) = asked(scene, at(9, 30, on=TUESDAY))
    assert (found.report, found.session, found.was_expected, found.done_at) == (report, AM, False, None)
    assert (found.arose_at, found.due_at) == (at(9, 30, on=TUESDAY), at(10, 30, on=TUESDAY))
    (owing,) = owed(scene.viewer(scene.office, TUESDAY), TUESDAY, TUESDAY, at(10, 31, on=TUESDAY))
    assert (owing.duty, owing.about) == ("contact.no_call", "Amy Abbott")
    assert owing.standing(at(10, 31, on=TUESDAY)) is Standing.OVERDUE


@pytest.mark.policy("P-3.7-4")
def test_a_pupil_who_is_not_back_on_the_day_that_was_named_is_to_be_asked_after(scene: Scene) -> None:
    ill(scene, expected_back_on=WEDNESDAY)
    take(scene, "I", TUESDAY)
    assert asked(scene, at(10, on=TUESDAY)) == []
    take(scene, "N", WEDNESDAY)
    (found,) = asked(scene, at(10, on=WEDNESDAY), WEDNESDAY)
    assert found.was_expected
    (owing,) = owed(scene.viewer(scene.office, WEDNESDAY), MONDAY, WEDNESDAY, at(10, on=WEDNESDAY))
    assert owing.duty == "line.expected_return"


def test_nobody_is_asked_after_who_is_back_or_of_whom_a_parent_has_told_again(scene: Scene) -> None:
    ill(scene)
    take(scene, "/")
    assert asked(scene, at(10, on=TUESDAY)) == []


def test_a_call_before_the_register_closes_leaves_nothing_to_ask(scene: Scene) -> None:
    report = ill(scene)
    again = call_of(report.call.parent, at(8, 30, on=TUESDAY))
    told(scene, again, away(scene.amy, first_day=TUESDAY))
    take(scene, "I")
    assert asked(scene, at(10, on=TUESDAY)) == []


def test_what_is_told_later_that_day_settles_it_at_that_time(scene: Scene) -> None:
    report = ill(scene)
    take(scene, "N")
    again = call_of(report.call.parent, at(10, 5, on=TUESDAY))
    told(scene, again, away(scene.amy, first_day=TUESDAY))
    (found,) = asked(scene, at(11, on=TUESDAY))
    assert found.done_at == at(10, 5, on=TUESDAY)


def test_a_reason_that_somebody_finds_out_settles_it_and_so_does_the_pupil_who_comes(scene: Scene) -> None:
    ill(scene)
    take(scene, "N")
    viewer = scene.viewer(scene.office, TUESDAY)
    act: dict[str, Any] = {"viewer": viewer, "by": viewer.actor}
    right = RightMark("I", "Rang the mother")
    amend_mark(
        pupil_id=scene.amy.pk,
        on=TUESDAY,
        school_session=AM,
        right=right,
        seen_version=1,
        key=uuid4(),
        at=at(10, 20, on=TUESDAY),
        **act,
    )
    (found,) = asked(scene, at(11, on=TUESDAY))
    assert found.done_at == at(10, 20, on=TUESDAY)


def test_a_pupil_who_comes_late_is_asked_after_no_more(scene: Scene) -> None:
    ill(scene)
    take(scene, "N")
    viewer = scene.viewer(scene.office, TUESDAY)
    now = at(9, 50, on=TUESDAY)
    sign_in(
        viewer=viewer,
        pupil_id=scene.amy.pk,
        on=TUESDAY,
        arrived_at=now.time(),
        why_late="Bus",
        key=uuid4(),
        by=viewer.actor,
        at=now,
    )
    assert asked(scene, at(11, on=TUESDAY)) == []


def test_a_reason_the_register_had_from_the_start_is_nothing_to_ask(scene: Scene) -> None:
    ill(scene)
    scene.take({scene.amy: "I", scene.ben: "/", scene.cat: "/"}, on=TUESDAY, by=scene.officer)
    assert asked(scene, at(10, on=TUESDAY)) == []


def test_over_the_weekend_the_next_school_day_counts(scene: Scene) -> None:
    friday, monday = MONDAY + timedelta(days=4), MONDAY + timedelta(days=7)
    ill(scene, last_day=friday)
    take(scene, "N", monday)
    (found,) = asked(scene, at(10, on=monday), monday)
    assert found.on == monday


def test_a_year_costs_as_many_queries_as_a_day(
    scene: Scene, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    ill(scene)
    take(scene, "N")
    viewer = scene.viewer(scene.office, TUESDAY)
    with django_assert_max_num_queries(6):
        assert len(owed(viewer, date(2026, 9, 1), date(2027, 7, 20), at(10, on=TUESDAY))) == 1
    other = make_school("Elsewhere")
    stranger = viewer_of(make_person(other, Role.OFFICE), TUESDAY, other)
    assert owed(stranger, date(2026, 9, 1), date(2027, 7, 20), at(10, on=TUESDAY)) == []


def handed_over(scene: Scene, when: Any) -> Transfer:
    viewer = scene.viewer(scene.office)
    return transfer(
        viewer=viewer,
        pupil_id=scene.amy.pk,
        to_id=scene.officer.pk,
        what_for="support",
        notes="Cannot cope",
        call_id=None,
        key=uuid4(),
        by=viewer.actor,
        at=when,
    )


@pytest.mark.policy("P-3.6-2")
def test_a_transferred_call_is_owed_by_the_end_of_the_school_day(scene: Scene) -> None:
    made = handed_over(scene, at(9, 10))
    viewer = scene.viewer(scene.officer)
    assert pupils_with_open_transfers(viewer, MONDAY) == {scene.amy.pk: "a transferred call is not closed"}
    (owing,) = owed(viewer, MONDAY, MONDAY, at(10))
    assert (owing.duty, owing.due_at, owing.done_at) == ("line.transferred", at(15, 5), None)
    assert scene.officer.pk in owing.person_ids
    close_transfer(
        viewer=viewer, transfer_id=made.pk, said="Meeting", seen_version=1, by=viewer.actor, at=at(11)
    )
    (done,) = owed(viewer, MONDAY, MONDAY, at(12))
    assert done.standing(at(12)) is Standing.DONE
    assert pupils_with_open_transfers(viewer, MONDAY) == {}


def test_after_school_and_at_the_weekend_it_is_due_on_the_next_school_day(scene: Scene) -> None:
    handed_over(scene, at(16, 0))
    (owing,) = owed(scene.viewer(scene.officer), MONDAY, MONDAY, at(17))
    assert owing.due_at == at(15, 5, on=TUESDAY)


def test_the_page_and_the_card_say_what_was_told(scene: Scene) -> None:
    report = ill(scene)
    take(scene, "N")
    client = signed_in(Client(), scene.office)
    with time_machine.travel(at(10, 40, on=TUESDAY), tick=False):
        page = client.get(reverse("absence:still_away")).content.decode()
    assert "nobody has told of today" in page
    assert f"?pupil={scene.amy.pk}" in page
    card = pupil_card(scene.viewer(scene.office), at(10), scene.amy.pk)
    assert card is not None
    assert card.lines[0].words == "Ill"
    assert card.lines[0].href == reverse("absence:report", args=[report.pk])
    assert pupil_card(scene.viewer(scene.teacher), at(10), scene.amy.pk) is None
    none = pupil_card(scene.viewer(scene.office), at(10), scene.ben.pk)
    assert none is not None
    assert none.summary == "Nobody has told of an absence."
