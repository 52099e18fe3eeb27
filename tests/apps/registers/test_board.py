"""The board: what each register's state is at each time, who is missing, who has no reason, and for how long."""

from datetime import date, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from rollbook.apps.audit import immutable
from rollbook.apps.registers.actions.amending import RightMark, amend_mark
from rollbook.apps.registers.actions.planning import plan_mark
from rollbook.apps.registers.presenters.board import board_context
from rollbook.apps.registers.queries.board import Board, board_of
from rollbook.apps.schools.queries import timetable
from rollbook.domain.marks import SchoolSession
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at, mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


def board(scene: Scene, now: datetime, on: date = MONDAY, session: SchoolSession = AM) -> Board:
    found = board_of(scene.viewer(scene.office, on), on, session, now)
    assert found is not None
    return found


def states(scene: Scene, now: datetime) -> dict[str, str]:
    """The state of each group's register as the board words it."""
    viewer = scene.viewer(scene.office)
    found = board_of(viewer, MONDAY, AM, now)
    context = board_context(viewer, found, MONDAY, AM, now, timetable(viewer).calendar)
    return {row["name"]: f"{row['state']} {row['state_words']}".strip() for row in context["registers"]}


@pytest.mark.policy("P-3.5-2", "P-4.1-2")
def test_an_untouched_register_from_before_opening_to_after_close(scene: Scene) -> None:
    assert states(scene, at(8, 59, 59))["7A"] == "not_open"
    assert states(scene, at(9, 0))["7A"] == "open"
    assert states(scene, at(9, 14, 59))["7A"] == "open"
    assert states(scene, at(9, 15))["7A"] == "late"
    assert states(scene, at(9, 29, 59))["7A"] == "late"
    assert states(scene, at(9, 30))["7A"] == "closed"
    assert states(scene, at(9, 30) + timedelta(days=3))["7A"] == "closed"


def test_a_register_half_done_is_part_marked_and_then_names_what_is_missing(scene: Scene) -> None:
    scene.take({scene.amy: "/"})

    assert states(scene, at(9, 6))["7A"] == "part"
    assert states(scene, at(9, 20))["7A"] == "part"
    assert states(scene, at(9, 30))["7A"] == "closed Closed – 2 missing"


@pytest.mark.policy("P-3.5-2")
@pytest.mark.parametrize(("when", "state"), [(at(9, 15), "submitted"), (at(9, 15, 1), "submitted_late")])
def test_submitted_within_fifteen_minutes_or_late(scene: Scene, when: datetime, state: str) -> None:
    scene.take({scene.amy: "/", scene.ben: "/", scene.cat: "/"}, when=when)

    assert states(scene, at(9, 40))["7A"] == state


def test_finished_on_a_later_day_is_late(scene: Scene) -> None:
    everyone = {scene.amy: "/", scene.ben: "/", scene.cat: "/"}
    scene.take(everyone, by=scene.office, when=at(9, 5, on=date(2026, 9, 15)))

    assert states(scene, at(10, 0, on=date(2026, 9, 15)))["7A"] == "submitted_late"


def test_finished_bit_by_bit_at_the_desk_was_never_submitted_in_time(scene: Scene) -> None:
    scene.take({scene.amy: "/", scene.ben: "/"}, when=at(9, 5))
    viewer = scene.viewer(scene.officer)
    amend_mark(
        viewer=viewer, pupil_id=scene.cat.pk, on=MONDAY, school_session=AM, right=RightMark("/", "Seen in class"),
        seen_version=0, key=uuid4(), by=viewer.actor, at=at(9, 50),
    )  # fmt: skip

    assert states(scene, at(9, 55))["7A"] == "submitted_late"


def test_a_late_arrival_after_submission_does_not_make_the_register_late(scene: Scene) -> None:
    scene.take({scene.amy: "/", scene.ben: "N", scene.cat: "/"}, when=at(9, 5))
    scene.take([mark(scene.ben, "L", minutes=25, seen=1)], reason="Arrived 09:25", when=at(9, 25))

    assert states(scene, at(9, 40))["7A"] == "submitted"


def test_a_pupil_nobody_marked_shouts_after_close_and_never_counts_as_anything(scene: Scene) -> None:
    scene.take({scene.amy: "/", scene.ben: "N"})
    found = board(scene, at(9, 31))

    assert [pupil.name for pupil in found.missing] == ["Cat Carr", "Dan Dale"]
    assert [pupil.name for pupil in found.no_reason] == ["Ben Brown"]
    assert (found.attended_count, found.possible_count, found.expected_count) == (1, 2, 4)

    viewer = scene.viewer(scene.office)
    calendar = timetable(viewer).calendar
    assert board_context(viewer, found, MONDAY, AM, at(9, 29, 59), calendar)["missing"] == []
    assert len(board_context(viewer, found, MONDAY, AM, at(9, 30), calendar)["missing"]) == 2


def test_a_pupil_known_to_be_away_is_listed_apart_from_those_really_missing(scene: Scene) -> None:
    viewer = scene.viewer(scene.office)
    plan_mark(
        viewer=viewer, pupil_id=scene.cat.pk, first_day=MONDAY, last_day=MONDAY, sessions="AM", code="M",
        note="Dentist, back 10:30", origin="telephone", by=viewer.actor, at=at(8, 20),
    )  # fmt: skip
    found = board(scene, at(9, 31))
    context = board_context(viewer, found, MONDAY, AM, at(9, 31), timetable(viewer).calendar)

    assert [pupil.forename for pupil in context["missing"]] == ["Amy", "Ben", "Dan"]
    assert [(pupil.forename, plan.note) for pupil, plan in context["known_unmarked"]] == [
        ("Cat", "Dentist, back 10:30")
    ]
    assert context["unmarked_count"] == 4


def test_days_without_a_reason_are_counted_over_the_weekend(scene: Scene) -> None:
    friday = date(2026, 9, 11)
    for day in (date(2026, 9, 10), friday):
        scene.take({scene.amy: "N"}, on=day)
        scene.take({scene.amy: "N"}, on=day, session=PM, when=at(12, 50, on=day))
    scene.take({scene.amy: "N", scene.ben: "N"})

    assert board(scene, at(9, 31)).days_without_reason == {scene.amy.pk: 3, scene.ben.pk: 1}


def test_minutes_lost_count_the_mark_that_stands(scene: Scene) -> None:
    scene.take([mark(scene.amy, "L", minutes=5), mark(scene.ben, "L", minutes=9)])
    scene.take([mark(scene.amy, "L", minutes=7, seen=1)], reason="Seven, by the gate's clock")

    assert board(scene, at(9, 20)).minutes_lost == 16


def test_last_week_is_what_the_rate_is_compared_with(scene: Scene) -> None:
    scene.take({scene.amy: "/", scene.ben: "N"}, on=date(2026, 9, 7))
    scene.take({scene.amy: "/", scene.ben: "/"})

    assert board(scene, at(9, 20)).last_week == (1, 2)


def test_no_board_on_a_day_without_school(scene: Scene) -> None:
    assert board_of(scene.viewer(scene.office), date(2026, 9, 13), AM, at(9, 5)) is None


# --- rollbook verify ------------------------------------------------------------------------------------------


def verify(**options: str) -> str:
    out = StringIO()
    call_command("verify", stdout=out, **options)
    return out.getvalue()


def test_verify_says_whole_and_gives_the_digest(scene: Scene) -> None:
    scene.take({scene.amy: "/"})
    said = verify()

    assert "Hollin Bank School: whole. 1 saves, 1 entries." in said
    digest = said.split("digest ")[1].strip()
    scene.take({scene.ben: "/"})
    assert "2 saves, 2 entries" in verify(expect=digest)
    with pytest.raises(CommandError, match="not in any chain"):
        verify(expect="0" * 64)
    with pytest.raises(CommandError, match="no such school"):
        verify(school="Nowhere")


def test_verify_names_the_save_that_was_tampered_with(scene: Scene) -> None:
    scene.take({scene.amy: "N"})
    immutable.remove(connection)
    out = StringIO()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE registers_entry SET code = '/'")
        with pytest.raises(CommandError, match="not what was saved"):
            call_command("verify", stdout=out)
        transaction.set_rollback(True)
    immutable.install(connection)
    assert "NOT WHOLE" in out.getvalue()
    assert "Save 1, made on 14 September 2026 by Tess Teacher, is not what was saved." in out.getvalue()
