"""What do a file's headings say: one mark a row or counts, which column is which, and which are keys?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rollbook.formats.marks_file import FIELDS
from rollbook.formats.tables import Unreadable, fold, propose

_MARK_ROLES = ("pupil", "date", "session", "code")
_DAY_OF_COUNTS = frozenset({"date", "attendance date", "mark date"})
_WHAT_IS_NEEDED = (
    "A file of pupils' marks has the columns school, pupil, date, session and code; "
    "a file of counts has the columns code and count beside any others."
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which heading has which role. `keys` are all headings by which figures may be asked for.

    The roles of marks: pupil, date, session, code, and perhaps school and minutes_late; of counts: code, count, and
    perhaps date.
    """

    is_counts: bool
    roles: Mapping[str, str]
    keys: tuple[str, ...]

    def role_of(self, heading: str) -> str | None:
        """Which role has this heading, if any?"""
        return next((role for role, name in self.roles.items() if name == heading), None)


def layout_of(headings: Sequence[str]) -> Layout:
    """What these headings say. Errors: Unreadable where a needed column is missing or two columns are the same one."""
    by_role: dict[str, list[str]] = {}
    for name in headings:
        role = role_of(name)
        if role:
            by_role.setdefault(role, []).append(name)
    counts = [name for name in headings if fold(name) == "count"]
    if all(role in by_role for role in _MARK_ROLES):
        roles = {role: _one(role, names) for role, names in by_role.items()}
        keys = tuple(name for name in headings if name and name not in _not_keys(roles))
        return Layout(is_counts=False, roles=roles, keys=keys)
    if counts and "code" in by_role:
        days = [name for name in headings if fold(name) in _DAY_OF_COUNTS]
        roles = {"code": _one("code", by_role["code"]), "count": _one("count", counts)}
        roles |= {"date": days[0]} if days else {}
        keys = tuple(name for name in headings if name and name not in (roles["code"], roles["count"]))
        return Layout(is_counts=True, roles=roles, keys=keys)
    missing = [role for role in _MARK_ROLES if role not in by_role]
    raise Unreadable(f"The file has no column {' and no column '.join(missing)}. {_WHAT_IS_NEEDED}")


def role_of(heading: str) -> str:
    """What a column of marks is for, by the headings that the importer of marks knows; "" for any other."""
    return next(iter(propose([heading], FIELDS).values()), "")


def _one(role: str, names: Sequence[str]) -> str:
    """The heading of a role: of several, the one that is written just so."""
    exact = [name for name in names if name.casefold() == role]
    if len(names) > 1 and len(exact) != 1:
        shown = " and ".join(name[:40] for name in names)
        raise Unreadable(f"The columns {shown} would both be the {role}. Leave only one of them in the file.")
    return exact[0] if exact else names[0]


def _not_keys(roles: Mapping[str, str]) -> set[str]:
    return {roles["code"], roles.get("minutes_late", "")}
