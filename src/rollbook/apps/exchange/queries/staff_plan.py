"""What loading a list of staff would do, row by row. Nobody gives themselves more than they have."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from rollbook.apps.accounts.actions.appointments import is_more
from rollbook.apps.accounts.queries import Person, Post, accounts_with, people_of
from rollbook.domain.access import Viewer
from rollbook.formats.staff_file import StaffRow, StaffSheet
from rollbook.formats.tables import RowProblem
from rollbook.ui.words import plain_day


@dataclass(frozen=True, slots=True)
class PlannedPerson:
    """What one row does. `held` is somebody of the school, `post` the appointment in the same role that goes on."""

    row: StaffRow
    on: date
    held: Person | None
    post: Post | None
    has_account: bool

    @property
    def is_unchanged(self) -> bool:
        """Does everything stand already?"""
        return self.post is not None and self.post.position == self.row.position


@dataclass(frozen=True, slots=True)
class StaffPlan:
    """The whole of a list."""

    rows: tuple[PlannedPerson, ...]
    problems: tuple[RowProblem, ...]

    @property
    def refused_count(self) -> int:
        """How many rows can't be loaded."""
        return len({problem.line for problem in self.problems if not problem.is_warning})

    @property
    def digest(self) -> str:
        """A short sum over everything the plan does, to see whether it is still the one somebody looked at."""
        said = [
            (each.row, each.on, each.held and each.held.id, each.post and each.post.id) for each in self.rows
        ]
        lines = sorted(problem.line for problem in self.problems)
        return sha256(repr((said, lines)).encode()).hexdigest()[:16]


def plan_staff(viewer: Viewer, sheet: StaffSheet, takes_effect_on: date) -> StaffPlan:
    """What loading this list would do as things stand. Five queries."""
    people = [*people_of(viewer, takes_effect_on), *people_of(viewer, takes_effect_on, past=True)]
    known = {person.email: person for person in people}
    elsewhere = accounts_with(row.email for row in sheet.rows if row.email not in known)
    rows: list[PlannedPerson] = []
    problems = [*sheet.problems]
    lines: dict[str, StaffRow] = {}
    for row in sheet.rows:
        first = lines.setdefault(row.email, row)
        message = _refusal(viewer, row, first, known, takes_effect_on)
        if message:
            problems.append(RowProblem(row.line, row.name, "", message, row.email))
            continue
        person = known.get(row.email)
        planned = _planned(row, person, takes_effect_on, has_account=row.email in elsewhere)
        rows.append(planned)
        if person is not None and person.name.casefold() != row.name.casefold():
            words = (
                f"This address is {person.name}’s. The name stays; change it on their page if it is wrong."
            )
            problems.append(RowProblem(row.line, row.name, "Full name", words, is_warning=True))
    return StaffPlan(tuple(rows), tuple(sorted(problems, key=lambda problem: problem.line)))


def _refusal(
    viewer: Viewer, row: StaffRow, first: StaffRow, known: Mapping[str, Person], takes_effect_on: date
) -> str:
    """Why a row can't be loaded; "" where it can."""
    person = known.get(row.email)
    if first.name.casefold() != row.name.casefold():
        return (
            f"Line {first.line} gives the same address to {first.name}. Each person signs in with their own."
        )
    if person is None:
        return ""
    if not person.is_active:
        return f"The account of {person.name} is closed. Open it on their page first."
    on = row.first_day or takes_effect_on
    if person.id == viewer.user_id and is_more(viewer, row.role) and _held(row, person, on) is None:
        return "You can't give yourself a role that may do more than yours. Ask another person who manages staff."
    post = _held(row, person, on)
    if post is not None and post.position != row.position and post.first_day >= on:
        return (
            f"{person.name} holds this role as {post.position} from {plain_day(post.first_day)}. "
            "A new position must begin after that."
        )
    return ""


def _held(row: StaffRow, person: Person, on: date) -> Post | None:
    """The appointment in the same role that goes on, or begins, on or after a day."""
    same = (post for post in person.posts if post.role is row.role)
    return next((post for post in same if post.last_day is None or post.last_day >= on), None)


def _planned(
    row: StaffRow, person: Person | None, takes_effect_on: date, *, has_account: bool
) -> PlannedPerson:
    on = row.first_day or takes_effect_on
    return PlannedPerson(row, on, person, _held(row, person, on) if person else None, has_account)
