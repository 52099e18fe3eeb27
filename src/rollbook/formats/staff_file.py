"""Staff files: who works at the school, with their address, role and position. Passwords are never in them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from rollbook.domain.access import Role
from rollbook.formats.tables import Field, RowProblem, Sheet, cells_of, values
from rollbook.formats.tables.values import Unclear

FIELDS: tuple[Field, ...] = (
    Field("name", "Full name", ("Name", "Staff name", "Staff full name", "Display name")),
    Field("forename", "First name", ("Forename", "Given name", "Staff forename", "Legal forename", "Known as")),
    Field("surname", "Surname", ("Last name", "Family name", "Staff surname", "Legal surname")),
    Field(
        "email",
        "E-mail",
        ("Email", "Email address", "Work email", "Staff email", "E mail address", "Main email", "Primary email",
         "Username"),
        is_required=True,
    ),
    Field("telephone", "Telephone", ("Phone", "Mobile", "Telephone number", "Phone number", "Mobile number", "Tel")),
    Field("role", "Role", ("Staff role", "Roles", "Rollbook role", "System role"), is_required=True),
    Field("position", "Position", ("Job title", "Post", "Post title", "Job", "Title of post", "Staff position")),
    Field(
        "first_day",
        "From",
        ("Start date", "Starting day", "Start", "From date", "Employment start date", "First day", "Date of arrival"),
        is_date=True,
    ),
)  # fmt: skip

# What other systems call the roles, beside the policy's own words.
_ROLES = {
    Role.HEAD_TEACHER: "headteacher|principal|head|executive head",
    Role.SENIOR_ATTENDANCE_CHAMPION: "attendance champion|attendance lead|senior attendance lead",
    Role.ATTENDANCE_OFFICER: "attendance|attendance administrator|attendance manager",
    Role.PASTORAL_LEAD: "pastoral|head of year|pastoral manager|year leader",
    Role.SENCO: "sendco|senco lead|special needs coordinator",
    Role.CLASS_TEACHER: "teacher|form tutor|tutor|registration tutor|class tutor",
    Role.OFFICE: "office|admin|administration|school administrator|office staff|receptionist",
    Role.GOVERNOR: "governor link|attendance governor",
    Role.ADMINISTRATOR: "system administrator|it administrator|rollbook administrator",
    Role.INSPECTOR: "ofsted inspector|hmi",
}
_BY_WORDS = {
    spelt: role
    for role, others in _ROLES.items()
    for spelt in (role.words.casefold(), role.value.replace("_", " "), *others.split("|"))
}


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One person with one role."""

    line: int
    name: str
    email: str
    telephone: str
    role: Role
    position: str
    first_day: date | None


@dataclass(frozen=True, slots=True)
class StaffSheet:
    """A staff file as it was read: sound rows, and the problems of the others."""

    rows: tuple[StaffRow, ...]
    problems: tuple[RowProblem, ...]


def missing(taken: Mapping[str, int]) -> list[str]:
    """What a staff file lacks as a whole, in sentences."""
    return [] if "name" in taken or {"forename", "surname"} <= set(taken) else [
        "Choose the column with the full name, or those with first name and surname."
    ]  # fmt: skip


def role_of(value: str) -> Role:
    """The role that these words mean. Errors: Unclear."""
    folded = " ".join(re.sub(r"[^a-z]+", " ", value.casefold()).split())
    role = _BY_WORDS.get(folded)
    if role is None:
        known = ", ".join(each.words for each in Role)
        raise Unclear(f"It is not one of the roles: {known}.")
    return role


def read_staff(sheet: Sheet, places: Mapping[str, int]) -> StaffSheet:
    """Every person of a sheet of which it is known which column holds which field."""
    rows: list[StaffRow] = []
    problems: list[RowProblem] = []
    lines: dict[tuple[str, Role], int] = {}
    for row in cells_of(sheet, places, FIELDS, ("name", "forename", "surname")):
        if not row.has_error:
            whole = row.text("name") or " ".join(filter(None, (row.text("forename"), row.text("surname"))))
            name = row.take("name", whole, values.person(200))
            if not whole:
                row.refuse("name", "The name is missing.")
            email = row.required("email", "e-mail address", values.email)
            role = row.required("role", "role", role_of)
            position = row.read("position", values.text(100))
            telephone = row.read("telephone", values.telephone) or ""
            first_day = row.read("first_day", values.day)
            if email and role and lines.setdefault((email.lower(), role), row.line) != row.line:
                row.refuse("email", f"The same person and role is on line {lines[(email.lower(), role)]}.")
            if name and email and role and not row.has_error:
                words = position or role.words
                rows.append(StaffRow(row.line, name, email.lower(), telephone, role, words, first_day))
        problems += row.problems
    return StaffSheet(tuple(rows), tuple(problems))
