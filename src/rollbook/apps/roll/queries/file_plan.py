"""What loading a pupil file would do: who is new, what changes for whom, and which rows can't be loaded and why."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from rollbook.apps.roll.models import Enrolment, Membership, Pupil
from rollbook.apps.roll.queries.asking import marks_between
from rollbook.apps.roll.queries.file_contacts import ContactPlan, FileContacts
from rollbook.apps.roll.queries.footprints import Touched
from rollbook.apps.roll.queries.known_roll import KnownGroup, KnownRoll, Unmatched, fold, known_roll
from rollbook.apps.roll.queries.moves import membership_on, plan_move, put_in, waits_for_group
from rollbook.apps.roll.queries.particulars import Change, changes, simple_change
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.formats.pupil_file import FIELD_WORDS, PupilRow, PupilSheet
from rollbook.formats.tables import RowProblem
from rollbook.ui.words import plain_day


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How a file is to be loaded. A changed group, and a starting day the file leaves out, is `takes_effect_on`."""

    takes_effect_on: date
    makes_groups: bool = False


@dataclass(slots=True)
class PlannedPupil:
    """What one row does. Rows of the database to add or to save are ready in it; nothing is saved yet."""

    row: PupilRow
    pupil: Pupil
    is_new: bool
    changes: list[Change] = field(default_factory=list)
    changed_fields: set[str] = field(default_factory=set)
    new_enrolment: Enrolment | None = None
    changed_enrolment: Enrolment | None = None
    new_membership: Membership | None = None
    changed_memberships: list[Membership] = field(default_factory=list)
    contacts: ContactPlan = field(default_factory=ContactPlan)
    touched: list[Touched] = field(default_factory=list)
    was_in_group: int | None = None

    @property
    def group_to_make(self) -> str:
        """The folded name of the group that has still to be made for the new membership, "" where there is none."""
        waits = [self.new_membership, *self.changed_memberships]
        return fold(self.row.group) if any(waits_for_group(row) for row in waits) else ""


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """The whole of a file: what is loaded, what is not, and which groups are made. `digest` sums it all up."""

    sheet: PupilSheet
    new: tuple[PlannedPupil, ...]
    changed: tuple[PlannedPupil, ...]
    unchanged: tuple[PlannedPupil, ...]
    problems: tuple[RowProblem, ...]
    groups_to_make: tuple[str, ...]
    groups_begin_on: date

    @property
    def unchanged_count(self) -> int:
        """For how many rows everything stands already."""
        return len(self.unchanged)

    @property
    def errors(self) -> tuple[RowProblem, ...]:
        """What keeps rows from being loaded."""
        return tuple(problem for problem in self.problems if not problem.is_warning)

    @property
    def warnings(self) -> tuple[RowProblem, ...]:
        """What is loaded and should be looked at."""
        return tuple(problem for problem in self.problems if problem.is_warning)

    @property
    def refused_count(self) -> int:
        """How many rows can't be loaded."""
        return len({problem.line for problem in self.errors})

    @property
    def digest(self) -> str:
        """A short sum over everything the plan does, to see whether it is still the one somebody looked at."""
        said = [
            (each.row.line, each.is_new, tuple((change.words, change.after_words) for change in each.changes))
            for each in (*self.new, *self.changed)
        ]
        refused = sorted({problem.line for problem in self.errors})
        return sha256(repr((said, refused, self.groups_to_make, self.unchanged_count)).encode()).hexdigest()[
            :16
        ]


def plan_load(viewer: Viewer, sheet: PupilSheet, options: LoadOptions) -> LoadPlan:
    """What loading this file into the viewer's school would do as things stand. Nine queries whatever the size."""
    year = timetable(viewer).calendar.year_of(options.takes_effect_on)
    groups_begin_on = year.first_day if year else options.takes_effect_on
    planner = _Planner(viewer, known_roll(viewer, options.takes_effect_on), options, groups_begin_on)
    for row in sheet.rows:
        planner.add(row)
    problems = sorted((*sheet.problems, *planner.problems), key=lambda problem: problem.line)
    return LoadPlan(
        sheet=sheet,
        new=tuple(planner.new),
        changed=tuple(planner.changed),
        unchanged=tuple(planner.unchanged),
        problems=tuple(problems),
        groups_to_make=tuple(planner.groups_to_make.values()),
        groups_begin_on=groups_begin_on,
    )


class _Refused(Exception):
    """This row can't be loaded."""

    def __init__(self, part: str, message: str) -> None:
        self.part = part
        super().__init__(message)


class _Planner:
    """Goes through the rows; a row that is refused leaves no trace in the plan."""

    def __init__(self, viewer: Viewer, roll: KnownRoll, options: LoadOptions, groups_begin_on: date) -> None:
        self.viewer = viewer
        self.school_id = viewer.school_id
        self.roll = roll
        self.options = options
        self.groups_begin_on = groups_begin_on
        self.new: list[PlannedPupil] = []
        self.changed: list[PlannedPupil] = []
        self.unchanged: list[PlannedPupil] = []
        self.problems: list[RowProblem] = []
        self.groups_to_make: dict[str, str] = {}
        self._contacts = FileContacts(roll, viewer.school_id)
        self._lines: dict[int, int] = {}
        self._new_names: dict[tuple[str, str, date], list[PupilRow]] = {}

    def add(self, row: PupilRow) -> None:
        """Plans one row, or notes why it can't be loaded."""
        try:
            pupil = self.roll.pupil(row)
            if pupil is None:
                self._refuse_double(row)
                planned = self._new(row)
            else:
                self._refuse_second_row(row, pupil)
                planned = self._existing(row, pupil)
        except (_Refused, Unmatched) as problem:
            self._note(row, problem.part, str(problem), is_warning=False)
            return
        planned.contacts = self._contacts.plan(row.line, row.contacts, planned.pupil)
        planned.changes += planned.contacts.changes
        for number, message in planned.contacts.warnings:
            self._note(row, f"contact_{number}_name", message, is_warning=True)
        if planned.is_new:
            self.new.append(planned)
        elif planned.changes:
            self.changed.append(planned)
        else:
            self.unchanged.append(planned)

    def _note(self, row: PupilRow, part: str, message: str, *, is_warning: bool) -> None:
        words = FIELD_WORDS.get(part, "")
        value = {"upn": row.upn, "admission_number": row.admission_number, "group": row.group}.get(part, "")
        self.problems.append(RowProblem(row.line, row.name, words, message, value, is_warning=is_warning))

    def _refuse_second_row(self, row: PupilRow, pupil: Pupil) -> None:
        first = self._lines.setdefault(pupil.pk, row.line)
        if first != row.line:
            raise _Refused("", f"This is the same pupil as on line {first}.")

    def _refuse_double(self, row: PupilRow) -> None:
        """Two new pupils of one name and birthday must have numbers that tell them apart."""
        key = (fold(row.surname), fold(row.forename), row.born_on)
        for other in self._new_names.setdefault(key, []):
            apart = (row.upn and other.upn) or (row.admission_number and other.admission_number)
            if not apart:
                raise _Refused(
                    "",
                    f"Line {other.line} has the same name and date of birth. If it is another pupil, "
                    "give both a UPN or an admission number.",
                )
        self._new_names[key].append(row)

    def _new(self, row: PupilRow) -> PlannedPupil:
        starting_day = row.starting_day or self.options.takes_effect_on
        group_id, group_from = self._group(row, max(starting_day, self.options.takes_effect_on))
        pupil = Pupil(school_id=self.school_id, surname=row.surname, forename=row.forename)
        for name, value in _pupil_values(row).items():
            setattr(pupil, name, value)
        enrolment = Enrolment(pupil=pupil, first_day=starting_day, **_enrolment_values(row))
        membership = Membership(pupil=pupil, first_day=max(starting_day, group_from))
        put_in(membership, group_id)
        return PlannedPupil(
            row=row, pupil=pupil, is_new=True, new_enrolment=enrolment, new_membership=membership
        )

    def _group(self, row: PupilRow, on: date) -> tuple[int | None, date]:
        """The group of a row, None where it has to be made, and its first day. Errors: _Refused."""
        group: KnownGroup | None = self.roll.group(row.group, on)
        if group is not None:
            return group.id, group.first_day
        coming = self.roll.coming_group(row.group, on)
        if coming is not None:
            raise _Refused("group", f"The group {coming.name} only begins on {plain_day(coming.first_day)}.")
        if not self.options.makes_groups:
            raise _Refused("group", f"There is no teaching group {row.group} on {plain_day(on)}.")
        self.groups_to_make.setdefault(fold(row.group), row.group)
        return None, self.groups_begin_on

    def _existing(self, row: PupilRow, pupil: Pupil) -> PlannedPupil:
        planned = PlannedPupil(row=row, pupil=pupil, is_new=False)
        spell = self._enrolment(planned, row, pupil)
        self._move(planned, row, pupil, spell)
        values = _pupil_values(row)
        for name in ("surname", "forename"):
            # The name used at school follows the legal one, where it was the same and the file has no other.
            if name not in values and getattr(pupil, name) == getattr(pupil, f"legal_{name}"):
                values[name] = values[f"legal_{name}"]
        found = changes(pupil, values)
        for change in found:
            setattr(pupil, change.field, values[change.field])
        planned.changed_fields = {change.field for change in found}
        planned.touched.append((pupil, found))
        planned.changes = found + planned.changes
        return planned

    def _enrolment(self, planned: PlannedPupil, row: PupilRow, pupil: Pupil) -> Enrolment:
        """The time on roll that the row is about: the one that holds, or a new one for a pupil who comes back."""
        spells = self.roll.enrolments.get(pupil.pk, [])
        last = spells[-1] if spells else None
        today = self.options.takes_effect_on
        if last is None or (last.last_day is not None and last.last_day < today):
            first_day = row.starting_day or today
            if (
                last is not None
                and last.last_day is not None
                and (row.starting_day is None or first_day <= last.last_day)
            ):
                raise _Refused(
                    "starting_day",
                    f"This pupil left on {plain_day(last.last_day)}. If the pupil is back, give a later starting day.",
                )
            planned.new_enrolment = Enrolment(pupil=pupil, first_day=first_day, **_enrolment_values(row))
            planned.changes.append(simple_change("first_day", "On roll again from", "", plain_day(first_day)))
            return planned.new_enrolment
        values: dict[str, Any] = _enrolment_values(row)
        if row.starting_day is not None and row.starting_day != last.first_day:
            self._starting_day(planned, last, spells[:-1], row.starting_day)
            values["first_day"] = row.starting_day
        found = changes(last, values)
        for change in found:
            setattr(last, change.field, values[change.field])
        if found:
            planned.changed_enrolment = last
            planned.touched.append((last, found))
            planned.changes += found
        return last

    def _starting_day(
        self, planned: PlannedPupil, spell: Enrolment, earlier: Iterable[Enrolment], day: date
    ) -> None:
        """Moves the first membership of a spell along with its starting day. Errors: _Refused."""
        if spell.last_day is not None and day > spell.last_day:
            raise _Refused(
                "starting_day",
                f"The starting day is after the last day on roll, {plain_day(spell.last_day)}.",
            )
        if any(each.last_day is not None and each.last_day >= day for each in earlier):
            raise _Refused("starting_day", "The starting day lies within an earlier time on roll.")
        # Any mark of the first years shows it; a mistyped year is not looked through day by day.
        until = min(day - timedelta(days=1), spell.first_day + timedelta(days=3 * 366))
        if marks_between(self.viewer, spell.pupil_id, spell.first_day, until):
            raise _Refused(
                "starting_day",
                f"The pupil, on roll from {plain_day(spell.first_day)}, has marks from before this day. "
                "Marks stay for good.",
            )
        held = self.roll.memberships.get(spell.pupil_id, [])
        first = next((row for row in held if row.first_day >= spell.first_day), None)
        if first is None or first.first_day != spell.first_day:
            return
        if first.last_day is not None and first.last_day < day:
            raise _Refused(
                "starting_day",
                f"The pupil was in {first.group.name} until {plain_day(first.last_day)}, before this starting day.",
            )
        first.first_day = day
        planned.changed_memberships.append(first)

    def _move(self, planned: PlannedPupil, row: PupilRow, pupil: Pupil, spell: Enrolment) -> None:
        on = max(self.options.takes_effect_on, spell.first_day)
        held = self.roll.memberships.get(pupil.pk, [])
        current = membership_on(held, on)
        if current is not None and fold(current.group.name) == fold(row.group):
            return
        group_id, group_from = self._group(row, on)
        was = current.group.name if current else ""
        planned.was_in_group = current.group_id if current else None
        move = plan_move(
            pupil, held, group_id, on if current else max(spell.first_day, group_from), spell.last_day
        )
        if move is None:
            return
        planned.new_membership = move.begun
        planned.changed_memberships += [each for each in (move.ended, move.changed) if each is not None]
        begins = (move.begun or move.changed or current).first_day  # type: ignore[union-attr]
        words = f"Teaching group from {plain_day(begins)}"
        planned.changes.append(simple_change("group", words, was, row.group))


def _pupil_values(row: PupilRow) -> dict[str, Any]:
    """What a row says of the pupil; what it leaves open is not in it, and so stays as it is."""
    values: dict[str, Any] = {
        "legal_surname": row.surname,
        "legal_forename": row.forename,
        "sex": row.sex,
        "born_on": row.born_on,
    }
    if row.upn:
        values["upn"] = row.upn
    if row.admission_number:
        values["admission_number"] = row.admission_number
    if row.year_offset is not None:
        values["year_offset"] = row.year_offset
    return values | dict(row.particulars)


def _enrolment_values(row: PupilRow) -> dict[str, Any]:
    told = {"agreed_on": row.agreed_on, "agreed_with": row.agreed_with or None, "is_boarder": row.is_boarder}
    return {name: value for name, value in told.items() if value is not None}
