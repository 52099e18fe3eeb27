"""Group files: the teaching groups with room and teacher, and which pupil is in which group."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from rollbook.formats import pupil_key
from rollbook.formats.pupil_key import PupilKey
from rollbook.formats.tables import Field, RowProblem, Sheet, cells_of, values

_GROUP_NAMES = (
    "Group", "Group name", "Reg group", "Registration group", "Class", "Class name", "Tutor group", "Form",
    "Form group", "Reg form", "Registration form", "Reg", "Teaching group name",
)  # fmt: skip
_FROM = ("From", "Start date", "Starting day", "Start", "Begins", "From date", "Effective from", "First day")

GROUP_FIELDS: tuple[Field, ...] = (
    Field("name", "Teaching group", ("Name", *_GROUP_NAMES), is_required=True),
    Field("room", "Room", ("Room name", "Main room", "Base", "Location")),
    Field(
        "teacher",
        "Teacher’s e-mail",
        ("Teacher email", "Tutor email", "Form tutor email", "Email", "Staff email", "Main teacher email",
         "Registration tutor email", "Email address"),
    ),
    Field("first_day", "From", _FROM, is_date=True),
)  # fmt: skip
MEMBER_FIELDS: tuple[Field, ...] = (
    *pupil_key.FIELDS,
    Field("group", "Teaching group", _GROUP_NAMES, is_required=True),
    Field("first_day", "From", _FROM, is_date=True),
)


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One teaching group. Empty text and None mean that the file says nothing about it."""

    line: int
    name: str
    room: str
    teacher: str
    first_day: date | None


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One pupil and the teaching group they are in from a day on."""

    line: int
    who: str
    pupil: PupilKey
    group: str
    first_day: date | None


@dataclass(frozen=True, slots=True)
class GroupSheet:
    """A list of groups as it was read: sound rows, and the problems of the others."""

    rows: tuple[GroupRow, ...]
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True)
class MemberSheet:
    """A list of who is in which group as it was read: sound rows, and the problems of the others."""

    rows: tuple[MemberRow, ...]
    problems: tuple[RowProblem, ...]


def missing_of_members(taken: Mapping[str, int]) -> list[str]:
    """What a list of who is in which group lacks as a whole, in sentences."""
    if pupil_key.says_which_pupil(list(taken)):
        return []
    return ["Choose the column that says which pupil: UPN, admission number, or names and date of birth."]


def read_groups(sheet: Sheet, places: Mapping[str, int]) -> GroupSheet:
    """Every group of a sheet of which it is known which column holds which field."""
    rows: list[GroupRow] = []
    problems: list[RowProblem] = []
    lines: dict[str, int] = {}
    for row in cells_of(sheet, places, GROUP_FIELDS, ("name",)):
        if not row.has_error:
            name = row.required("name", "name of the group", values.number(40))
            room = row.read("room", values.text(40)) or ""
            teacher = row.read("teacher", values.email) or ""
            first_day = row.read("first_day", values.day)
            if name and lines.setdefault(name.casefold(), row.line) != row.line:
                row.refuse("name", f"The same group is on line {lines[name.casefold()]}.")
            if name and not row.has_error:
                rows.append(GroupRow(row.line, name, room, teacher.lower(), first_day))
        problems += row.problems
    return GroupSheet(tuple(rows), tuple(problems))


def read_members(sheet: Sheet, places: Mapping[str, int]) -> MemberSheet:
    """Every pupil with a group of a sheet of which it is known which column holds which field."""
    rows: list[MemberRow] = []
    problems: list[RowProblem] = []
    for row in cells_of(sheet, places, MEMBER_FIELDS, pupil_key.NAMED_BY):
        if not row.has_error:
            key = pupil_key.pupil_key(row)
            group = row.required("group", "teaching group", values.number(40))
            first_day = row.read("first_day", values.day)
            if group and not row.has_error:
                rows.append(MemberRow(row.line, row.who, key, group, first_day))
        problems += row.problems
    return MemberSheet(tuple(rows), tuple(problems))
