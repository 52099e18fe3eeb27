"""The purge takes whole histories that are six years old, leaves a signed line, and nothing else gets out."""

from collections.abc import Callable
from datetime import date
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from rollbook.apps.accounts.models import User
from rollbook.apps.audit.models import Event
from rollbook.apps.registers.actions.planning import plan_mark
from rollbook.apps.registers.actions.purging import purge_year
from rollbook.apps.registers.models import Chain, Entry, Purge, PurgedPart, Save
from rollbook.apps.registers.queries.digests import entry_line, lines_digest
from rollbook.apps.registers.queries.keeping import old_year, old_years, purges_of
from rollbook.apps.registers.queries.proof import prove
from rollbook.apps.registers.queries.year import packed_year
from rollbook.apps.roll.models import Enrolment, ReturnDue
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.refusals import Refused
from tests.apps.keeping.past import MONDAY, OLD_YEAR, TUESDAY, Past, save_old
from tests.apps.keeping.scene import contents, evidence_open
from tests.apps.registers.scene import MONDAY as TODAY
from tests.apps.registers.scene import Scene, at
from tests.factories.people import make_person, make_school
from tests.factories.pupils import make_pupil

pytestmark = pytest.mark.django_db

REASON = "Six years are over."


@pytest.fixture
def past() -> Past:
    return Past()


def purge(
    past: Past,
    *,
    by: User | None = None,
    count: int | None = 4,
    reason: str = REASON,
    key: UUID | None = None,
) -> Purge:
    viewer = past.scene.viewer(by or past.head)
    return purge_year(
        viewer=viewer,
        first_day=OLD_YEAR,
        expected_count=count,
        reason=reason,
        key=key or uuid4(),
        by=viewer.actor,
        at=at(16, 0),
    )


def left() -> list[tuple[str, date, str, int]]:
    return [
        (entry.pupil.forename, entry.on, entry.session, entry.version)
        for entry in Entry.objects.order_by("pupil__forename", "on", "session", "version")
    ]


# --- What may go -----------------------------------------------------------------------------------------------


@pytest.mark.policy("P-4.1-13")
def test_what_may_go_of_a_year(past: Past) -> None:
    [year] = old_years(past.scene.viewer(past.head), TODAY)
    assert (year.name, year.entry_count, year.count, year.pupil_count) == ("2014/15", 9, 4, 2)
    # Lea's Tuesday was amended this year: the original stays with the amendment.
    assert year.may_go == {past.lea.pk: 2, past.max.pk: 2}
    assert year.young_count == 2
    assert year.kept_for == {"on roll": (1, 3)}


@pytest.mark.parametrize(
    ("today", "count"),
    [
        (date(2020, 9, 14), 0),
        (date(2020, 9, 15), 2),  # Lea's Monday; Max's was amended on 1 October
        (date(2020, 9, 30), 2),
        (date(2020, 10, 1), 4),
    ],
)
def test_a_history_may_go_on_the_day_its_newest_entry_is_six_years_old(
    past: Past, today: date, count: int
) -> None:
    year = old_year(past.scene.viewer(past.head), OLD_YEAR, today)
    assert year is not None
    assert year.count == count


def test_a_planned_absence_keeps_a_pupil(past: Past) -> None:
    viewer = past.scene.viewer(past.scene.office)
    Enrolment.objects.filter(pupil=past.max).update(last_day=date(2026, 9, 30))
    plan_mark(
        viewer=viewer, pupil_id=past.max.pk, first_day=TODAY, last_day=TODAY, sessions="both", code="M",
        note="Dentist", origin="letter", by=viewer.actor, at=at(8, 30),
    )  # fmt: skip
    Enrolment.objects.filter(pupil=past.max).update(last_day=date(2018, 7, 20))
    year = old_year(viewer, OLD_YEAR, TODAY)
    assert year is not None
    assert year.kept_for == {"on roll": (1, 3), "something is planned for them": (1, 2)}
    assert year.may_go == {past.lea.pk: 2}


def test_a_return_that_is_not_sent_keeps_a_pupil(past: Past) -> None:
    due = ReturnDue.objects.create(
        kind="deletion", pupil=past.max, enrolment=Enrolment.objects.get(pupil=past.max), due_on=TODAY,
        because="Removed", prepared_at=at(8),
    )  # fmt: skip
    viewer = past.scene.viewer(past.head)
    year = old_year(viewer, OLD_YEAR, TODAY)
    assert year is not None
    assert year.kept_for["a return to the local authority is not sent"] == (1, 2)
    due.sent_on = TODAY
    due.save()
    year = old_year(viewer, OLD_YEAR, TODAY)
    assert year is not None
    assert year.count == 4


def test_another_app_may_know_of_an_open_case(past: Past, settings: object) -> None:
    settings.ROLLBOOK_OPEN_CASES = ["tests.apps.keeping.test_purge.everybody_is_a_case"]  # type: ignore[attr-defined]
    year = old_year(past.scene.viewer(past.head), OLD_YEAR, TODAY)
    assert year is not None
    assert year.count == 0
    with pytest.raises(Refused, match="No entry of this year may be purged"):
        purge(past, count=0)


def everybody_is_a_case(viewer: object, on: date) -> dict[int, str]:
    return dict.fromkeys(Entry.objects.values_list("pupil_id", flat=True), "court papers are open")


def test_another_school_s_marks_are_not_counted(past: Past) -> None:
    other = Scene(make_school("Ash Grove School"))
    assert old_years(other.viewer(other.head), TODAY) == []
    assert old_year(other.viewer(other.head), OLD_YEAR, TODAY) is None


def test_no_year_begins_on_another_day(past: Past) -> None:
    assert old_year(past.scene.viewer(past.head), date(2014, 9, 2), TODAY) is None


# --- The purge -------------------------------------------------------------------------------------------------


@pytest.mark.policy("P-4.1-13")
def test_whole_histories_go_and_a_signed_line_stays(past: Past) -> None:
    gone = lines_digest(
        entry_line(entry)
        for entry in Entry.objects.filter(save_made=past.monday).exclude(pupil=past.scene.amy)
    )
    done = purge(past)

    assert left() == [
        ("Amy", MONDAY, "AM", 1),
        ("Amy", MONDAY, "PM", 1),
        ("Amy", TUESDAY, "AM", 1),
        ("Lea", TUESDAY, "AM", 1),
        ("Lea", TUESDAY, "AM", 2),
    ]
    assert (done.entry_count, done.pupil_count, done.reason) == (4, 2, REASON)
    assert done.made_until == date(2020, 9, 14)
    assert (done.save_made.number, done.save_made.by_name, done.save_made.by_position) == (
        6,
        "Hal Head",
        "Head Teacher",
    )
    parts = {part.save_cut_id: part for part in done.parts.all()}
    assert {pk: part.entry_count for pk, part in parts.items()} == {
        past.monday.pk: 2,
        past.afternoon.pk: 1,
        past.amended.pk: 1,
    }
    assert parts[past.monday.pk].removed_digest == gone
    assert Chain.objects.get().digest == done.save_made.digest
    event = Event.objects.get(type="keeping.purged")
    assert (event.by_name, event.facts["entries_purged"], event.facts["because"]) == ("Hal Head", 4, REASON)
    assert purges_of(past.scene.viewer(past.head)) == [done]


def test_the_register_is_whole_after_a_purge(past: Past) -> None:
    before = prove(past.school.pk)
    purge(past)
    proof = prove(past.school.pk)
    assert proof.faults == ()
    assert (proof.save_count, proof.entry_count) == (6, 5)
    # The digest noted before it is still in the chain.
    assert Save.objects.filter(digest=before.digest).exists()


def test_what_was_kept_for_a_case_goes_with_the_next_purge(past: Past) -> None:
    purge(past)
    Enrolment.objects.filter(pupil=past.scene.amy).update(last_day=date(2026, 9, 3))
    purge(past, count=3)
    assert left() == [("Lea", TUESDAY, "AM", 1), ("Lea", TUESDAY, "AM", 2)]
    assert PurgedPart.objects.filter(save_cut=past.monday).count() == 2
    assert prove(past.school.pk).faults == ()


def test_the_same_form_sent_twice_purges_once(past: Past) -> None:
    key = uuid4()
    assert purge(past, key=key) == purge(past, key=key)
    assert Purge.objects.count() == 1


def test_saving_goes_on_after_a_purge(past: Past) -> None:
    purge(past)
    past.scene.take({past.scene.amy: "/"})
    assert prove(past.school.pk).faults == ()


def test_another_school_keeps_everything(past: Past) -> None:
    other = Scene(make_school("Ash Grove School"))
    leaver = make_pupil(
        other.school, None, "Out", "Ola", first_day=date(2013, 9, 2), last_day=date(2018, 7, 20)
    )
    save_old(other.school, other.office, {leaver: "/"}, MONDAY)
    purge(past)
    assert Entry.objects.filter(school=other.school).count() == 1
    assert prove(other.school.pk).save_count == 1


def test_no_process_goes_on_showing_what_was_purged(past: Past) -> None:
    bounds = (OLD_YEAR, date(2015, 8, 31))
    assert {past.lea.pk, past.max.pk} <= set(packed_year(past.school.pk, bounds).row_of)
    purge(past)
    year = packed_year(past.school.pk, bounds)
    assert past.max.pk not in year.row_of
    assert {past.lea.pk, past.scene.amy.pk} <= set(year.row_of)


# --- What is refused -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"count": 5}, "4 entries may be purged"),
        ({"count": None}, "4 entries may be purged"),
        ({"reason": "  "}, "Enter the reason"),
        ({"reason": "x" * 301}, "at most 300"),
        ({"reason": "a\x00b"}, "at most 300"),
    ],
)
def test_a_purge_that_was_not_meant_changes_nothing(
    past: Past, change: dict[str, object], words: str
) -> None:
    before = contents()
    with pytest.raises(Refused, match=words):
        purge(past, **change)  # type: ignore[arg-type]
    assert contents() == before


OTHERS = [role for role in Role if Permission.KEEPING_PURGE not in ROLE_PERMISSIONS[role]]


@pytest.mark.parametrize("role", OTHERS)
def test_only_the_head_purges(past: Past, role: Role) -> None:
    with pytest.raises(Refused, match="may not purge"):
        purge(past, by=make_person(past.school, role))
    assert Entry.objects.count() == 9


def test_a_register_that_is_not_whole_is_not_purged(past: Past) -> None:
    with evidence_open():
        Entry.objects.filter(pupil=past.max, version=1).update(code="/")
    with pytest.raises(Refused, match="Save 1 is not what was saved"):
        purge(past)
    assert not Purge.objects.exists()


def test_nothing_goes_when_the_log_can_not_be_written(past: Past) -> None:
    before = contents()
    with (
        patch("rollbook.apps.registers.actions.purging.record", side_effect=RuntimeError("the log")),
        pytest.raises(RuntimeError, match="the log"),
        transaction.atomic(),
    ):
        purge(past)
    assert contents() == before


# --- What the database itself refuses --------------------------------------------------------------------------


def remove(where: str, *values: object) -> None:
    with (
        pytest.raises(DatabaseError, match="never changed or removed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"DELETE FROM registers_entry WHERE {where}", values)


def test_no_entry_goes_without_a_purge_however_old(past: Past) -> None:
    remove("save_made_id = %s", past.amended.pk)
    assert Entry.objects.count() == 9


def test_not_one_entry_more_goes_than_the_purge_says(past: Past) -> None:
    purge(past)
    for save in (past.monday, past.afternoon, past.tuesday):
        remove("save_made_id = %s", save.pk)
    assert Entry.objects.count() == 5


def forge(save: Save, count: int) -> None:
    """A purge's record put in by hand, without the action."""
    other = Save.objects.create(
        school=save.school, number=99, key=uuid4(), kind=Save.Kind.PURGE, at=at(16, 0), by=save.by, by_name="X",
        by_position="X", entry_count=0, is_complete=False, previous_digest="", digest="",
    )  # fmt: skip
    purge = Purge.objects.create(
        school=save.school, save_made=other, first_day=OLD_YEAR, last_day=OLD_YEAR, made_until=OLD_YEAR,
        reason="forged", entry_count=count, pupil_count=1,
    )  # fmt: skip
    PurgedPart.objects.create(
        purge=purge, save_cut=save, entry_count=count, removed_digest="", left_digest=""
    )


def test_six_years_hold_even_against_a_forged_purge(past: Past) -> None:
    forge(past.late, 1)
    forge_of_tuesday = past.tuesday.pk
    remove("save_made_id = %s", past.late.pk)
    # The original is old, its amendment is not: they stay together.
    remove("save_made_id = %s AND pupil_id = %s", forge_of_tuesday, past.lea.pk)
    assert Entry.objects.count() == 9


def test_a_forged_purge_is_found(past: Past) -> None:
    forge(past.monday, 1)
    Entry.objects.filter(save_made=past.monday, pupil=past.scene.amy)._raw_delete("default")
    assert len(prove(past.school.pk).faults) >= 2


@pytest.mark.parametrize("table", ["registers_purge", "registers_purgedpart"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET entry_count = 1", "DELETE FROM {}"])
def test_the_signed_line_stays_as_it_is(past: Past, table: str, verb: str) -> None:
    purge(past)
    with (
        pytest.raises(DatabaseError, match="never changed or removed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb.format(table))


# --- What verifying finds --------------------------------------------------------------------------------------


def change_a_mark(past: Past) -> None:
    Entry.objects.filter(save_made=past.monday).update(code="N")


def remove_a_mark(past: Past) -> None:
    Entry.objects.filter(save_made=past.monday)._raw_delete("default")


def put_a_mark_back(past: Past) -> None:
    entry = Entry.objects.get(save_made=past.monday)
    entry.pk, entry.pupil = None, past.max
    entry.save(force_insert=True)


def say_that_more_went(past: Past) -> None:
    PurgedPart.objects.filter(save_cut=past.monday).update(entry_count=3)


def hide_a_removal(past: Past) -> None:
    remove_a_mark(past)
    say_that_more_went(past)


def change_the_reason(past: Past) -> None:
    Purge.objects.update(reason="Another.")


def change_what_is_left(past: Past) -> None:
    PurgedPart.objects.filter(save_cut=past.monday).update(left_digest="0" * 64)


def lose_the_signed_line(past: Past) -> None:
    PurgedPart.objects.all()._raw_delete("default")
    Purge.objects.all()._raw_delete("default")


@pytest.mark.parametrize(
    "tamper",
    [
        change_a_mark,
        remove_a_mark,
        put_a_mark_back,
        say_that_more_went,
        hide_a_removal,
        change_the_reason,
        change_what_is_left,
        lose_the_signed_line,
    ],
)
def test_tampering_after_a_purge_is_found(past: Past, tamper: Callable[[Past], None]) -> None:
    purge(past)
    assert prove(past.school.pk).is_whole
    with evidence_open():
        tamper(past)
    assert not prove(past.school.pk).is_whole
