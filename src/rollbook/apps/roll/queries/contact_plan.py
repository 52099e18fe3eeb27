"""What loading a contact file would do: who is new, what changes about whom, and which rows can't be loaded and why."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from rollbook.apps.roll.models import Pupil
from rollbook.apps.roll.queries.file_contacts import ContactPlan, FileContacts
from rollbook.apps.roll.queries.known_roll import Unmatched, fold, known_roll
from rollbook.domain.access import Viewer
from rollbook.formats.contact_file import ContactSheet, PupilContact
from rollbook.formats.tables import RowProblem

_MOST = 12


@dataclass(slots=True)
class PlannedContact:
    """What one row does to one adult of one pupil; nothing is saved yet."""

    row: PupilContact
    pupil: Pupil
    contacts: ContactPlan

    @property
    def is_new(self) -> bool:
        """Is the adult a new contact of this pupil?"""
        return bool(self.contacts.new_contacts)


@dataclass(frozen=True, slots=True)
class ContactsPlan:
    """The whole of a contact file."""

    new: tuple[PlannedContact, ...]
    changed: tuple[PlannedContact, ...]
    unchanged: tuple[PlannedContact, ...]
    problems: tuple[RowProblem, ...]

    @property
    def refused_count(self) -> int:
        """How many rows can't be loaded."""
        return len({problem.line for problem in self.problems if not problem.is_warning})

    @property
    def digest(self) -> str:
        """A short sum over everything the plan does, to see whether it is still the one somebody looked at."""
        said = [
            (
                each.row.line,
                each.pupil.pk,
                [(change.words, change.after_words) for change in each.contacts.changes],
            )
            for each in (*self.new, *self.changed)
        ]
        refused = sorted({problem.line for problem in self.problems if not problem.is_warning})
        return sha256(repr((said, refused, len(self.unchanged))).encode()).hexdigest()[:16]


def plan_contacts(viewer: Viewer, sheet: ContactSheet, on: date) -> ContactsPlan:
    """What loading these contacts into the viewer's school would do as things stand. Nine queries whatever the size."""
    planner = _Planner(viewer, on)
    for row in sheet.rows:
        planner.add(row)
    problems = sorted((*sheet.problems, *planner.problems), key=lambda problem: problem.line)
    return ContactsPlan(tuple(planner.new), tuple(planner.changed), tuple(planner.unchanged), tuple(problems))


class _Planner:
    def __init__(self, viewer: Viewer, on: date) -> None:
        self.roll = known_roll(viewer, on)
        self.new: list[PlannedContact] = []
        self.changed: list[PlannedContact] = []
        self.unchanged: list[PlannedContact] = []
        self.problems: list[RowProblem] = []
        self._contacts = FileContacts(self.roll, viewer.school_id)
        self._lines: dict[tuple[int, str, str], int] = {}

    def add(self, row: PupilContact) -> None:
        """Plans one row, or notes why it can't be loaded."""
        try:
            pupil = self.roll.known_pupil(row.pupil)
            self._refuse_second(row, pupil)
        except Unmatched as problem:
            self._note(row, str(problem), is_warning=False)
            return
        plan = self._contacts.plan(row.line, [row.contact], pupil)
        for _, message in plan.warnings:
            self._note(row, message, is_warning=True)
        # The next row about this pupil comes after the contacts of this one.
        self.roll.contacts.setdefault(pupil.pk, []).extend(plan.new_contacts)
        planned = PlannedContact(row, pupil, plan)
        (self.new if planned.is_new else self.changed if plan.changes else self.unchanged).append(planned)

    def _refuse_second(self, row: PupilContact, pupil: Pupil) -> None:
        key = (pupil.pk, fold(row.contact.forename), fold(row.contact.surname))
        first = self._lines.setdefault(key, row.line)
        if first != row.line:
            raise Unmatched("", f"This is the same adult of the same pupil as on line {first}.")
        held = self.roll.contacts.get(pupil.pk, [])
        is_held = any((fold(each.parent.forename), fold(each.parent.surname)) == key[1:] for each in held)
        if not is_held and len(held) >= _MOST:
            raise Unmatched("", f"This pupil has {_MOST} contacts already. Remove one first.")

    def _note(self, row: PupilContact, message: str, *, is_warning: bool) -> None:
        self.problems.append(RowProblem(row.line, row.who, "", message, is_warning=is_warning))
