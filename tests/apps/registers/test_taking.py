"""Taking a register: what is saved, what is refused, and what happens when two people do it at once."""

from datetime import date
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from rollbook.apps.audit.models import Event
from rollbook.apps.registers.actions.taking import Conflicts
from rollbook.apps.registers.models import Entry, Save
from rollbook.apps.registers.queries.proof import prove
from rollbook.domain.access import Role
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import PM, Scene, at, mark
from tests.factories.people import make_person, make_school
from tests.factories.pupils import make_group, make_pupil

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


def messages_of(refused: pytest.ExceptionInfo[Refused]) -> dict[str, str]:
    return {refusal.field: refusal.message for refusal in refused.value.refusals}


@pytest.mark.policy("P-3.5-1", "P-4.1-3")
def test_a_whole_register_is_saved_with_who_and_when(scene: Scene) -> None:
    taken = scene.take([mark(scene.amy, "/"), mark(scene.ben, "N"), mark(scene.cat, "L", minutes=7)])

    assert (taken.saved_count, taken.amended_count, taken.unmarked_count) == (3, 0, 0)
    assert scene.marks() == {"Amy": ["/"], "Ben": ["N"], "Cat": ["L"]}
    late = Entry.objects.get(pupil=scene.cat)
    assert late.minutes_late == 7
    assert (late.by_name, late.by_position, late.version) == ("Tess Teacher", "Teacher of 7A", 1)
    save = Save.objects.get()
    assert save.is_complete
    assert save.number == 1
    event = Event.objects.get(type="register.saved")
    assert (event.by_name, event.by_position, event.facts["entries"]) == ("Tess Teacher", "Teacher of 7A", 3)


def test_a_pupil_nobody_marked_stays_unmarked(scene: Scene) -> None:
    taken = scene.take({scene.amy: "/", scene.ben: "", scene.cat: ""})

    assert taken.unmarked_count == 2
    assert scene.marks() == {"Amy": ["/"]}
    assert not Save.objects.get().is_complete


def test_the_save_that_completes_the_register_says_so(scene: Scene) -> None:
    scene.take({scene.amy: "/"})
    scene.take([mark(scene.amy, "/", seen=1), mark(scene.ben, "/"), mark(scene.cat, "/")], when=at(9, 14))

    assert [save.is_complete for save in Save.objects.order_by("number")] == [False, True]


def test_saving_again_without_a_change_writes_nothing(scene: Scene) -> None:
    scene.take({scene.amy: "/", scene.ben: "N"})
    taken = scene.take([mark(scene.amy, "/", seen=1), mark(scene.ben, "N", seen=1)])

    assert taken.saved_count == 0
    assert Save.objects.count() == 1


def test_the_same_form_sent_twice_is_saved_once(scene: Scene) -> None:
    key = uuid4()
    scene.take({scene.amy: "/", scene.ben: "N"}, key=key)
    scene.take({scene.amy: "/", scene.ben: "N"}, key=key)

    assert Save.objects.count() == 1
    assert Entry.objects.count() == 2


def test_a_form_called_back_with_the_browser_and_added_to_is_not_lost(scene: Scene) -> None:
    """The same key, but another pupil marked: the new mark must not be swallowed as "sent twice"."""
    key = uuid4()
    scene.take({scene.amy: "/"}, key=key)
    taken = scene.take({scene.amy: "/", scene.ben: "N"}, key=key)

    assert taken.saved_count == 1
    assert scene.marks() == {"Amy": ["/"], "Ben": ["N"]}


@pytest.mark.policy("P-4.1-4", "P-4.1-5", "P-4.1-6", "P-4.1-7", "P-4.1-8")
def test_a_changed_mark_is_an_amendment_with_five_parts(scene: Scene) -> None:
    scene.take({scene.amy: "N"})
    scene.take([mark(scene.amy, "/", seen=1)], reason="She was in the library", when=at(9, 20))

    first, second = Entry.objects.filter(pupil=scene.amy).order_by("version")
    assert (first.code, first.version, first.reason) == ("N", 1, "")
    assert (second.code, second.version, second.reason) == ("/", 2, "She was in the library")
    assert second.at == at(9, 20)
    assert (second.by_name, second.by_position) == ("Tess Teacher", "Teacher of 7A")


def test_a_changed_mark_without_a_reason_is_refused_and_nothing_is_saved(scene: Scene) -> None:
    scene.take({scene.amy: "N"})
    with pytest.raises(Refused) as refused:
        scene.take([mark(scene.amy, "/", seen=1), mark(scene.ben, "/")])

    assert messages_of(refused) == {"reason": "Say why you are changing a mark that was already saved."}
    assert scene.marks() == {"Amy": ["N"]}


def test_clearing_a_saved_mark_is_refused(scene: Scene) -> None:
    scene.take({scene.amy: "N"})
    with pytest.raises(Refused) as refused:
        scene.take([mark(scene.amy, "", seen=1)])

    assert "can't be cleared" in messages_of(refused)[f"m-{scene.amy.pk}"]


def test_every_problem_of_a_form_is_told_at_once(scene: Scene) -> None:
    with pytest.raises(Refused) as refused:
        scene.take([mark(scene.amy, "L", minutes=30), mark(scene.ben, "I"), mark(scene.cat, "ZZ")])

    told = messages_of(refused)
    assert told[f"late-{scene.amy.pk}"] == "L can't be used after 09:30; use U."
    assert "set by the school office" in told[f"m-{scene.ben.pk}"]
    assert "ZZ" in told[f"m-{scene.cat.pk}"]
    assert Entry.objects.count() == 0


def test_the_office_may_set_what_a_teacher_may_not(scene: Scene) -> None:
    scene.take({scene.ben: "I"}, by=scene.office)

    assert scene.marks() == {"Ben": ["I"]}


@pytest.mark.policy("P-4.1-11")
def test_an_approved_activity_needs_its_nature(scene: Scene) -> None:
    with pytest.raises(Refused) as refused:
        scene.take({scene.ben: "B"}, by=scene.officer)
    assert "nature of the activity" in messages_of(refused)[f"note-{scene.ben.pk}"]

    scene.take([mark(scene.ben, "B", note="Taster day at college")], by=scene.officer)
    assert Entry.objects.get().note == "Taster day at college"


@pytest.mark.policy("P-4.1-12")
def test_exceptional_circumstances_need_their_nature(scene: Scene) -> None:
    with pytest.raises(Refused) as refused:
        scene.take({scene.ben: "Y1"}, by=scene.officer)

    assert "nature of the circumstances" in messages_of(refused)[f"note-{scene.ben.pk}"]


# --- Who may, and when ----------------------------------------------------------------------------------------


def test_a_teacher_may_not_take_another_groups_register(scene: Scene) -> None:
    with pytest.raises(Refused) as refused:
        scene.take({scene.dan: "/"}, group=scene.other_group)

    assert "You don't take the register of 7B" in messages_of(refused)[""]
    assert Entry.objects.count() == 0


def test_a_pupil_of_another_group_can_not_be_slipped_in(scene: Scene) -> None:
    with pytest.raises(Refused) as refused:
        scene.take({scene.amy: "/", scene.dan: "N"})

    assert "not in 7A" in messages_of(refused)[""]
    assert Entry.objects.count() == 0


def test_another_schools_group_does_not_exist(scene: Scene) -> None:
    elsewhere = make_school("Elsewhere School")
    group = make_group(elsewhere, "7A", scene.teacher)
    pupil = make_pupil(elsewhere, group, "Far", "Fay")
    with pytest.raises(Refused):
        scene.take({pupil: "/"}, group=group, by=scene.head)

    assert Entry.objects.count() == 0


@pytest.mark.parametrize("role", [Role.GOVERNOR, Role.ADMINISTRATOR, Role.SENCO])
def test_roles_without_the_right_take_no_register(scene: Scene, role: Role) -> None:
    person = make_person(scene.school, role)
    with pytest.raises(Refused):
        scene.take({scene.amy: "/"}, by=person)


@pytest.mark.policy("P-4.1-16")
@pytest.mark.parametrize(("when", "is_open"), [(at(8, 59, 59), False), (at(9, 0), True)])
def test_a_register_can_be_taken_from_its_opening(scene: Scene, when: object, is_open: bool) -> None:
    if is_open:
        scene.take({scene.amy: "/"}, when=when)  # type: ignore[arg-type]
        return
    with pytest.raises(Refused) as refused:
        scene.take({scene.amy: "/"}, when=when)  # type: ignore[arg-type]
    assert messages_of(refused)[""] == "This register opens at 09:00."


def test_the_afternoon_has_its_own_mark_and_times(scene: Scene) -> None:
    with pytest.raises(Refused) as refused:
        scene.take({scene.amy: "/"}, session=PM, when=at(12, 50))
    assert "use \\" in messages_of(refused)[f"m-{scene.amy.pk}"]

    scene.take({scene.amy: "\\"}, session=PM, when=at(12, 50))
    assert scene.marks(session=PM) == {"Amy": ["\\"]}


def test_a_day_that_is_over_is_for_the_office(scene: Scene) -> None:
    tuesday = at(9, 5, on=date(2026, 9, 15))
    with pytest.raises(Refused) as refused:
        scene.take({scene.amy: "/"}, when=tuesday)
    assert "This day is over" in messages_of(refused)[""]

    scene.take({scene.amy: "/"}, by=scene.office, when=tuesday)
    assert scene.marks() == {"Amy": ["/"]}


@pytest.mark.parametrize(
    ("on", "why"),
    [
        (date(2026, 9, 12), "weekend"),
        (date(2026, 10, 28), "half term"),
        (date(2026, 12, 25), "25 December"),
        (date(2031, 1, 8), "none of the academic years"),
    ],
)
def test_no_register_on_days_without_school(scene: Scene, on: date, why: str) -> None:
    with pytest.raises(Refused) as refused:
        scene.take({scene.amy: "/"}, on=on)

    assert why in messages_of(refused)[""].lower() or why in messages_of(refused)[""]


@pytest.mark.policy("P-4.1-1")
def test_a_pupil_is_on_the_register_from_the_starting_day(scene: Scene) -> None:
    newcomer = make_pupil(scene.school, scene.group, "Dean", "Dee", first_day=date(2026, 9, 15))
    with pytest.raises(Refused):
        scene.take({newcomer: "/"})

    scene.take({newcomer: "/"}, on=date(2026, 9, 15))
    assert scene.marks(on=date(2026, 9, 15)) == {"Dee": ["/"]}


# --- Two people -----------------------------------------------------------------------------------------------


def test_the_second_person_sees_both_values_and_nothing_is_lost(scene: Scene) -> None:
    scene.take({scene.amy: "/", scene.ben: "/"})
    with pytest.raises(Conflicts) as conflicts:
        scene.take({scene.amy: "N", scene.ben: "/", scene.cat: "/"}, by=scene.office)

    (conflict,) = conflicts.value.conflicts
    assert (conflict.pupil_id, conflict.theirs.code, conflict.mine.code) == (scene.amy.pk, "/", "N")
    assert scene.marks() == {"Amy": ["/"], "Ben": ["/"]}


def test_choosing_theirs_keeps_it_and_saves_the_rest(scene: Scene) -> None:
    scene.take({scene.amy: "/"})
    scene.take([mark(scene.amy, "N", seen=1, choice="theirs"), mark(scene.cat, "/")], by=scene.office)

    assert scene.marks() == {"Amy": ["/"], "Cat": ["/"]}


def test_choosing_mine_amends_with_a_reason(scene: Scene) -> None:
    scene.take({scene.amy: "/"})
    row = mark(scene.amy, "N", seen=1, choice="mine")
    with pytest.raises(Refused):
        scene.take([row], by=scene.office)

    scene.take([row], by=scene.office, reason="Not in the room at 09:10")
    assert scene.marks() == {"Amy": ["/", "N"]}


def test_a_row_left_as_it_was_shown_never_undoes_a_newer_mark(scene: Scene) -> None:
    """B's screen shows Amy as N; A corrects her to present; B saves Ben. Amy stays present."""
    scene.take({scene.amy: "N"})
    scene.take([mark(scene.amy, "/", seen=1)], reason="Found her", by=scene.office)
    scene.take([mark(scene.amy, "N", seen=1), mark(scene.ben, "/")])

    assert scene.marks() == {"Amy": ["N", "/"], "Ben": ["/"]}


def test_a_row_left_empty_never_undoes_a_newer_mark(scene: Scene) -> None:
    scene.take({scene.amy: "/"}, by=scene.office)
    scene.take({scene.amy: "", scene.ben: "/"})

    assert scene.marks() == {"Amy": ["/"], "Ben": ["/"]}


# --- Kept for good --------------------------------------------------------------------------------------------


def test_nothing_is_saved_when_the_audit_event_can_not_be_written(scene: Scene) -> None:
    with (
        patch(
            "rollbook.apps.registers.actions.writing.event_to_record", side_effect=RuntimeError("disk full")
        ),
        pytest.raises(RuntimeError),
    ):
        scene.take({scene.amy: "/"})

    assert Entry.objects.count() == 0
    assert Save.objects.count() == 0


@pytest.mark.parametrize("table", ["registers_entry", "registers_save", "audit_event"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET by_name = 'Nobody'", "DELETE FROM {}"])
def test_sql_can_not_change_or_remove_what_was_saved(scene: Scene, table: str, statement: str) -> None:
    scene.take({scene.amy: "/"})
    with (
        pytest.raises(DatabaseError, match="never changed or removed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


def test_python_can_not_change_or_remove_an_entry(scene: Scene) -> None:
    scene.take({scene.amy: "/"})
    entry = Entry.objects.get()
    entry.code = "N"
    for change in (entry.save, entry.delete, Entry.objects.all().delete):
        with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
            change()
    assert Entry.objects.get().code == "/"


def test_the_database_refuses_an_amendment_without_a_reason(scene: Scene) -> None:
    scene.take({scene.amy: "/"})
    first = Entry.objects.get()
    first.pk, first.version, first._state.adding = None, 2, True
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save()


def test_verify_finds_the_register_whole_and_every_kind_of_tampering(scene: Scene) -> None:
    from rollbook.apps.audit import immutable

    scene.take({scene.amy: "/", scene.ben: "N"})
    scene.take([mark(scene.ben, "L", seen=1)], reason="Arrived", when=at(9, 10))
    proof = prove(scene.school.pk)
    assert proof.is_whole
    assert (proof.save_count, proof.entry_count) == (2, 3)

    tampering = [
        "UPDATE registers_entry SET code = '/' WHERE code = 'N'",
        "UPDATE registers_entry SET reason = 'Other' WHERE reason <> ''",
        "DELETE FROM registers_entry WHERE version = 2",
        "UPDATE registers_save SET by_name = 'Nobody' WHERE number = 1",
        "DELETE FROM registers_entry",
    ]
    immutable.remove(connection)
    for statement in tampering:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            assert not prove(scene.school.pk).is_whole, statement
            transaction.set_rollback(True)
    immutable.install(connection)
    assert prove(scene.school.pk).is_whole
