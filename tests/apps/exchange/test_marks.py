"""Marks of past days through the same pages as every other file."""

import pytest

from rollbook.apps.exchange.actions.loading import undo_steps
from rollbook.apps.exchange.models import ImportedRow
from rollbook.apps.exchange.queries.plans import Outcome
from rollbook.apps.registers.models import Entry
from rollbook.apps.registers.queries.proof import prove
from rollbook.domain.access import Role, Viewer
from rollbook.domain.refusals import Refused
from tests.apps.exchange.scene import HEADINGS, load, plan_of, staged, text_file, undo
from tests.apps.roll.scene import ON, Scene
from tests.factories.people import make_person, viewer_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(scene: Scene) -> Viewer:
    return viewer_of(make_person(scene.school, Role.ATTENDANCE_OFFICER, name="Ann Officer"), ON)


def marks(*rows: tuple[str, ...]) -> bytes:
    return text_file(HEADINGS["marks"], rows)


def codes() -> list[str]:
    return [
        f"{entry.pupil.admission_number} {entry.on:%d %b} {entry.session} {entry.code} v{entry.version}"
        for entry in Entry.objects.order_by("id")
    ]


def test_a_file_of_marks_is_shown_row_by_row_loaded_and_undone(officer: Viewer) -> None:
    rows = (("00000", "18/11/2026", "AM", "/", ""), ("00001", "18/11/2026", "AM", "L", "7"))
    kept = load(officer, "marks", marks(*rows))
    assert kept.result == {"new": 2, "changed": 0, "unchanged": 0, "refused": 0, "notes": []}
    assert codes() == ["00000 18 Nov AM / v1", "00001 18 Nov AM L v1"]
    [step] = undo_steps(officer, kept, ON)
    assert step.words.startswith("Marks that go back to “not marked”: 2.")
    undo(officer, kept)
    assert codes()[2:] == ["00000 18 Nov AM - v2", "00001 18 Nov AM - v2"]
    assert ImportedRow.objects.get().undone
    assert prove(officer.school_id).is_whole


def test_each_row_that_cannot_be_taken_is_named_and_nothing_is_loaded(officer: Viewer) -> None:
    rows = [
        ("00000", "18/11/2026", "AM", "/", ""),
        ("00009", "18/11/2026", "AM", "/", ""),
        ("00000", "21/11/2026", "AM", "/", ""),
        ("00000", "18/11/2026", "AM", "I", ""),
        ("00000", "18/11/2026", "PM", "#", ""),
        ("00000", "09/21/2026", "PM", "I", ""),
        ("00000", "03/04/2026", "PM", "I", ""),
    ]
    kept = staged(officer, "marks", marks(*rows))
    plan = plan_of(officer, kept)
    assert {row.line: row.errors[0].message.split(" ")[0] for row in plan.of(Outcome.REFUSED)} == {
        3: "No",
        4: "Sat",
        5: "Line",
        7: "The",
        8: "Line",
    }
    assert plan.of(Outcome.REFUSED)[0].who == "00009, 18/11/2026, AM"
    assert plan.notes == ("Rows that hold no mark were passed over: 1.",)
    with pytest.raises(Refused, match="need putting right"):
        load(officer, "marks", marks(*rows))
    assert codes() == []
    load(officer, "marks", marks(*rows), good_rows_only=True)
    assert codes() == ["00000 18 Nov AM / v1"]


def test_a_mark_that_would_be_amended_is_shown_beside_the_one_that_stands(officer: Viewer) -> None:
    load(officer, "marks", marks(("00000", "18/11/2026", "AM", "L", "7")))
    plan = plan_of(officer, staged(officer, "marks", marks(("00000", "18/11/2026", "AM", "I", ""))))
    [row] = plan.of(Outcome.CHANGED)
    [shown] = row.changes
    assert (shown.before, shown.after) == (
        "L (Late, before register closed, 7 minutes)",
        "I (Illness)",
    )


def test_an_import_whose_marks_were_all_changed_since_cannot_be_undone(officer: Viewer) -> None:
    kept = load(officer, "marks", marks(("00000", "18/11/2026", "AM", "N", "")))
    load(officer, "marks", marks(("00000", "18/11/2026", "AM", "I", "")))
    [step] = undo_steps(officer, kept, ON)
    assert step.problem == "Every one of these marks was changed since the import."
