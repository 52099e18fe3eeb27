"""Marks of past days brought in from a file, and taken back again."""

from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from rollbook.apps.audit.models import Event
from rollbook.apps.registers.actions.history_import import import_marks, undo_import
from rollbook.apps.registers.models import Entry, HistoryImport
from rollbook.apps.registers.queries.history_plan import HistoryPlan, plan_history
from rollbook.apps.registers.queries.proof import prove
from rollbook.apps.registers.queries.year import forget_years, packed_year
from rollbook.apps.roll.models import Pupil
from rollbook.domain.access import Role
from rollbook.domain.refusals import Refused
from rollbook.formats.marks_file import read_marks
from tests.apps.registers.scene import Scene, at, mark
from tests.factories.people import make_person, make_school
from tests.factories.pupils import make_group, make_pupil

pytestmark = pytest.mark.django_db

TUESDAY, WEDNESDAY = date(2026, 9, 15), date(2026, 9, 16)
NOW = at(12, on=date(2026, 9, 21))


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    for number, pupil in enumerate((scene.amy, scene.ben, scene.cat, scene.dan)):
        numbered(pupil, f"A{number}")
    return scene


def numbered(pupil: Pupil, number: str) -> None:
    Pupil.objects.filter(pk=pupil.pk).update(admission_number=number)


def plan_of(scene: Scene, *rows: str, viewer: Any = None) -> HistoryPlan:
    cells = [row.split(",") for row in rows]
    file = read_marks([["pupil", "date", "session", "code", "minutes_late"], *cells])
    return plan_history(viewer or scene.viewer(scene.officer), file, NOW.date())


def load(scene: Scene, plan: HistoryPlan, *, good_rows_only: bool = False, by: Any = None) -> HistoryImport:
    viewer = scene.viewer(by or scene.officer)
    return import_marks(
        viewer=viewer,
        plan=plan,
        file_name="marks.csv",
        good_rows_only=good_rows_only,
        by=viewer.actor,
        at=NOW,
    )


def undo(
    scene: Scene, made: HistoryImport, reason: str = "Wrong school's file", by: Any = None
) -> HistoryImport:
    viewer = scene.viewer(by or scene.officer)
    return undo_import(viewer=viewer, import_id=made.pk, reason=reason, by=viewer.actor, at=NOW)[0]


def codes(pupil: Pupil, on: date = TUESDAY, session: str = "AM") -> list[str]:
    found = Entry.objects.filter(pupil=pupil, on=on, session=session).order_by("version")
    return [entry.code for entry in found]


def test_marks_become_entries_that_the_proof_covers(scene: Scene) -> None:
    made = load(scene, plan_of(scene, "A0,15/09/2026,AM,/,", "A1,15/09/2026,AM,L,12", "A0,16/09/2026,PM,I,"))
    assert (made.new_count, made.changed_count, made.first_day, made.last_day) == (3, 0, TUESDAY, WEDNESDAY)
    assert codes(scene.amy) == ["/"]
    late = Entry.objects.get(pupil=scene.ben)
    assert (late.code, late.minutes_late, late.version, late.by_name) == ("L", 12, 1, "Ann Officer")
    proof = prove(scene.school.pk)
    assert proof.is_whole
    assert (proof.save_count, proof.entry_count) == (2, 3)
    assert Event.objects.filter(type="register.marks.imported").get().facts["new"] == 3


def test_a_mark_that_is_there_is_amended_with_its_reason_or_left_if_it_is_the_same(scene: Scene) -> None:
    scene.take({scene.amy: "/", scene.ben: "N"}, on=TUESDAY, when=at(9, 5, on=TUESDAY))
    plan = plan_of(scene, "A0,15/09/2026,AM,/,", "A1,15/09/2026,AM,I,")
    assert (plan.new_count, plan.changed_count, plan.unchanged_count) == (0, 1, 1)
    load(scene, plan)
    assert codes(scene.amy) == ["/"]
    assert codes(scene.ben) == ["N", "I"]
    assert Entry.objects.get(pupil=scene.ben, version=2).reason == "Imported from marks.csv"


def test_the_same_file_again_changes_nothing(scene: Scene) -> None:
    rows = ("A0,15/09/2026,AM,/,", "A1,15/09/2026,AM,L,12")
    load(scene, plan_of(scene, *rows))
    plan = plan_of(scene, *rows)
    assert (plan.new_count, plan.changed_count, plan.unchanged_count) == (0, 0, 2)
    with pytest.raises(Refused, match="nothing to import"):
        load(scene, plan)
    assert Entry.objects.count() == 2


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("A9,15/09/2026,AM,/,", "No pupil here has the UPN or admission number 'A9'."),
        ("A0,19/09/2026,AM,/,", "Sat 19 Sep 2026 is not a school day: "),
        ("A0,21/09/2026,AM,/,", "Mon 21 Sep 2026 is not over yet. Only marks of past days are imported."),
        ("A0,15/09/2031,AM,/,", "Mon 15 Sep 2031 is not over yet."),
        ("A0,15/09/2015,AM,/,", "Tue 15 Sep 2015 is in no academic year of the school calendar."),
        ("A0,15/09/2026,AM,Q9,", "'Q9' is not an attendance code."),
    ],
    ids=["pupil", "weekend", "today", "future", "no year", "code"],
)
def test_a_row_that_cannot_be_taken_refuses_the_file_unless_left_out(
    scene: Scene, row: str, words: str
) -> None:
    plan = plan_of(scene, "A1,15/09/2026,AM,/,", row)
    [reason] = plan.reasons()
    assert reason.message.startswith(words)
    assert reason.first_line == 3
    with pytest.raises(Refused, match="1 row can't be taken, so nothing was imported"):
        load(scene, plan)
    assert not Entry.objects.exists()
    made = load(scene, plan, good_rows_only=True)
    assert (made.new_count, made.refused_count) == (1, 1)


def test_a_pupil_who_was_not_on_roll_that_day_gets_no_mark(scene: Scene) -> None:
    numbered(make_pupil(scene.school, scene.group, "New", "Nia", first_day=WEDNESDAY), "A7")
    plan = plan_of(scene, "A7,15/09/2026,AM,/,", "A7,16/09/2026,AM,/,")
    assert plan.new_count == 1
    assert [reason.message for reason in plan.reasons()] == ["Nia New was not on roll on some of these days."]


def test_a_file_that_names_another_school_is_the_wrong_file(scene: Scene) -> None:
    file = read_marks(
        [["school", "pupil", "date", "session", "code"], ["Elm Bank", "A0", "15/09/2026", "AM", "/"]]
    )
    plan = plan_history(scene.viewer(scene.officer), file, NOW.date())
    assert plan.new_count == 0
    assert plan.refused_count == 1
    assert plan.reasons()[0].message.startswith("The file names the school 'Elm Bank', and this is ")


def test_pupils_of_another_school_are_nobody_here(scene: Scene) -> None:
    other = make_school("Another School")
    numbered(make_pupil(other, make_group(other, "7A"), "Far", "Fay"), "F1")
    assert plan_of(scene, "F1,15/09/2026,AM,/,").new_count == 0


@pytest.mark.parametrize("role", [Role.CLASS_TEACHER, Role.OFFICE, Role.GOVERNOR, Role.ADMINISTRATOR])
def test_only_those_who_may_import_and_undo(scene: Scene, role: Role) -> None:
    made = load(scene, plan_of(scene, "A0,15/09/2026,AM,/,"))
    person = make_person(scene.school, role, name="Pat Person")
    with pytest.raises(Refused, match="may not import"):
        load(scene, plan_of(scene, "A1,15/09/2026,AM,/,"), by=person)
    with pytest.raises(Refused, match="may not undo"):
        undo(scene, made, by=person)
    assert codes(scene.amy) == ["/"]


def test_a_mark_made_meanwhile_refuses_the_import_and_changes_nothing(scene: Scene) -> None:
    plan = plan_of(scene, "A0,15/09/2026,AM,/,", "A1,15/09/2026,AM,/,")
    scene.take({scene.ben: "N"}, on=TUESDAY, when=at(9, 5, on=TUESDAY))
    with pytest.raises(Refused, match="changed meanwhile"):
        load(scene, plan)
    assert codes(scene.amy) == []
    assert not HistoryImport.objects.exists()
    assert prove(scene.school.pk).is_whole


# --- Undoing ----------------------------------------------------------------------------------------------------


def test_undoing_takes_marks_back_and_sets_changed_ones_to_what_stood_before(scene: Scene) -> None:
    scene.take({scene.ben: "N"}, on=TUESDAY, when=at(9, 5, on=TUESDAY))
    made = load(scene, plan_of(scene, "A0,15/09/2026,AM,/,", "A1,15/09/2026,AM,I,"))
    undone = undo(scene, made)
    assert codes(scene.amy) == ["/", "-"]
    assert codes(scene.ben) == ["N", "I", "N"]
    assert undone.undone_count == 2
    assert Entry.objects.get(pupil=scene.amy, version=2).reason == "Import undone: Wrong school's file"
    assert prove(scene.school.pk).is_whole


def test_a_mark_that_was_taken_back_is_missing_everywhere_and_can_be_made_again(scene: Scene) -> None:
    undo(scene, load(scene, plan_of(scene, "A0,15/09/2026,AM,/,")))
    forget_years()
    year = packed_year(scene.school.pk, (date(2026, 9, 1), date(2027, 8, 31)))
    assert year.of_pupil(scene.amy.pk)[year.column(TUESDAY, is_pm=False)] == 0
    made = load(scene, plan_of(scene, "A0,15/09/2026,AM,I,"))
    assert (made.new_count, made.changed_count) == (0, 1)
    assert codes(scene.amy) == ["/", "-", "I"]


def test_what_somebody_has_changed_since_stays(scene: Scene) -> None:
    made = load(scene, plan_of(scene, "A0,15/09/2026,AM,N,", "A1,15/09/2026,AM,/,"))
    load(scene, plan_of(scene, "A0,15/09/2026,AM,I,"))
    undone = undo(scene, made)
    assert codes(scene.amy) == ["N", "I"]
    assert codes(scene.ben) == ["/", "-"]
    event = Event.objects.get(type="register.import.undone")
    assert (undone.undone_count, event.facts["kept"]) == (1, 1)


def test_undoing_sets_back_minutes_and_note_too(scene: Scene) -> None:
    load(scene, plan_of(scene, "A0,15/09/2026,AM,L,12"))
    undo(scene, load(scene, plan_of(scene, "A0,15/09/2026,AM,I,")))
    last = Entry.objects.get(pupil=scene.amy, version=3)
    assert (last.code, last.minutes_late) == ("L", 12)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 251])
def test_undoing_needs_a_reason(scene: Scene, reason: str) -> None:
    made = load(scene, plan_of(scene, "A0,15/09/2026,AM,/,"))
    with pytest.raises(Refused):
        undo(scene, made, reason)
    assert codes(scene.amy) == ["/"]


def test_an_import_is_undone_once_and_only_by_its_own_school(scene: Scene) -> None:
    made = load(scene, plan_of(scene, "A0,15/09/2026,AM,/,"))
    other = Scene(make_school("Another School"))
    with pytest.raises(Refused, match="no such import"):
        undo(other, made)
    undo(scene, made)
    with pytest.raises(Refused, match="has undone this import already"):
        undo(scene, made)
    assert codes(scene.amy) == ["/", "-"]


def test_a_register_with_a_mark_taken_back_asks_for_it_again_with_a_reason(scene: Scene) -> None:
    undo(scene, load(scene, plan_of(scene, "A0,15/09/2026,AM,/,")))
    rows = [mark(scene.amy, "", seen=2), mark(scene.ben, "I"), mark(scene.cat, "/")]
    taken = scene.take(rows, by=scene.office, on=TUESDAY, when=NOW)
    assert (taken.saved_count, taken.unmarked_count) == (2, 1)
    with pytest.raises(Refused, match="Say why you are changing"):
        scene.take([mark(scene.amy, "I", seen=2)], by=scene.office, on=TUESDAY, when=NOW)
    scene.take([mark(scene.amy, "I", seen=2)], by=scene.office, on=TUESDAY, when=NOW, reason="Parent rang")
    assert codes(scene.amy) == ["/", "-", "I"]


# --- The command ------------------------------------------------------------------------------------------------


def _file(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "marks.csv"
    path.write_text("\n".join(["pupil,date,session,code,minutes_late", *rows]), encoding="utf-8")
    return path


def test_the_command_imports_in_somebodys_name(scene: Scene, tmp_path: Path) -> None:
    out = StringIO()
    path = _file(tmp_path, "A0,15/09/2026,AM,/,", "A1,15/09/2026,PM,I,", "A9,15/09/2026,PM,I,")
    with time_machine.travel(NOW, tick=False):
        call_command("import_marks", str(path), by=scene.officer.email, load_good_rows=True, stdout=out)
    assert out.getvalue().splitlines() == [
        "2 new marks, 0 to amend, 0 unchanged, 1 row that can't be taken.",
        "  Line 4: No pupil here has the UPN or admission number 'A9'.",
        "Imported: 2 new marks, 0 amended.",
    ]
    assert codes(scene.amy) == ["/"]


def test_a_dry_run_changes_nothing_and_says_by_its_exit_whether_the_file_is_good(
    scene: Scene, tmp_path: Path
) -> None:
    bad = _file(tmp_path, "A0,15/09/2026,AM,/,", "A9,15/09/2026,AM,/,")
    with time_machine.travel(NOW, tick=False), pytest.raises(SystemExit):
        call_command("import_marks", str(bad), by=scene.officer.email, dry_run=True, stdout=StringIO())
    assert not Entry.objects.exists()


@pytest.mark.parametrize("by", ["nobody@example.org", ""])
def test_the_command_needs_a_person_of_the_school(scene: Scene, tmp_path: Path, by: str) -> None:
    err = StringIO()
    with pytest.raises(SystemExit):
        call_command("import_marks", str(_file(tmp_path, "A0,15/09/2026,AM,/,")), by=by, stderr=err)
    assert "holds a role" in err.getvalue()


def test_a_file_that_is_none_is_refused_by_the_command(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "marks.pdf"
    path.write_bytes(b"%PDF-1.7")
    err = StringIO()
    with pytest.raises(SystemExit):
        call_command("import_marks", str(path), by=scene.officer.email, stderr=err)
    assert "This is a PDF" in err.getvalue()
    with pytest.raises(SystemExit):
        call_command("import_marks", str(tmp_path / "none.csv"), by=scene.officer.email, stderr=err)
    assert "can't be read" in err.getvalue()
