"""Appointments and accounts in words."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rollbook.apps.accounts.inspections import TAKEN
from rollbook.apps.accounts.queries import Person, Post
from rollbook.apps.audit.queries import Known
from rollbook.domain.access import GIVEN_BY_A_SCHOOL, ROLE_PERMISSIONS, Role
from rollbook.ui.access_words import permission_words
from rollbook.ui.words import local, plain_day


def dates_words(post: Post, on: date) -> str:
    """`since 1 September 2020`, `from 4 January 2027`, `1 September 2020 to 18 December 2026`."""
    first = plain_day(post.first_day)
    if post.last_day is None:
        return f"from {first}" if post.is_to_come(on) else f"since {first}"
    return f"{first} to {plain_day(post.last_day)}"


@dataclass(frozen=True, slots=True)
class PostLine:
    """An appointment on a page."""

    id: int
    role: str
    position: str
    dates: str
    state: str

    @property
    def is_titled(self) -> bool:
        """Does the position say more than the role?"""
        return self.position.casefold() != self.role.casefold()

    @property
    def is_over(self) -> bool:
        """Has its last day passed?"""
        return self.state == "over"

    @property
    def is_to_come(self) -> bool:
        """Does it begin later?"""
        return self.state == "to come"


def post_line(post: Post, on: date) -> PostLine:
    """One appointment as a page shows it."""
    state = "now" if post.is_held(on) else "to come" if post.is_to_come(on) else "over"
    return PostLine(post.id, post.role.words, post.position, dates_words(post, on), state)


def _by_date(person: Person, on: date) -> list[PostLine]:
    order = {"now": 0, "to come": 1, "over": 2}
    lines = [post_line(post, on) for post in person.posts]
    return sorted(lines, key=lambda line: order[line.state])


def staff_row(person: Person, on: date) -> dict[str, Any]:
    """A line of the list of people: what they hold or, for those who left, what they held."""
    lines = _by_date(person, on)
    shown = [line for line in lines if not line.is_over] or lines
    return {"person": person, "posts": shown, "account": account_words(person)}


def person_page(person: Person, on: date) -> dict[str, Any]:
    """Everything the page of one person shows."""
    return {"person": person, "posts": _by_date(person, on), "account": account_words(person)}


def account_words(person: Person) -> tuple[str, str]:
    """The state of an account in words, and the look of its tag; both empty for one in ordinary use."""
    if not person.is_active:
        return "Account closed", "outline"
    if not person.has_password:
        return "No password yet", "warn"
    return "", ""


def role_table() -> list[tuple[str, str]]:
    """What each role may do, in the policy's order."""
    return [(role.words, _may(role)) for role in GIVEN_BY_A_SCHOOL]


def _may(role: Role) -> str:
    words = permission_words(ROLE_PERMISSIONS[role]).replace(" or ", " and ").replace("your own", "their own")
    return words[:1].upper() + words[1:]


@dataclass(frozen=True, slots=True)
class LookLine:
    """What an inspector opened or took out. `detail` is the file's name, or the days of the page."""

    at: datetime
    words: str
    url: str
    is_file: bool
    detail: str

    @property
    def day(self) -> date:
        """The day by the school's clock."""
        return local(self.at).date()


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_UNNAMED = {"pupil": "a pupil", "group": "a group"}


def look_line(event: Any, known: Mapping[str, Known], *, may_see_pupils: bool) -> LookLine:
    """One event of an inspection as the page shows it."""
    what, subject = str(event.facts.get("what") or "a page"), known.get(event.subject)
    of = subject.words if subject else _UNNAMED.get(event.subject.partition(":")[0], "")
    words = f"{what} of {of}" if of else what
    file, page = str(event.facts.get("file") or ""), str(event.facts.get("page") or "")
    return LookLine(
        at=event.at,
        words=words[:1].upper() + words[1:],
        url=subject.url if subject else "",
        is_file=event.type == TAKEN,
        # A file is named after its pupil.
        detail=file if may_see_pupils and file else _days_of(page),
    )


def _days_of(address: str) -> str:
    """The days that an address names: 14 September 2026, or 1 September 2026 to 18 September 2026."""
    days = []
    for text in dict.fromkeys(_DAY.findall(address)):
        with suppress(ValueError):  # somebody may have typed 2026-99-99
            days.append(plain_day(date.fromisoformat(text)))
    return " to ".join(days)
