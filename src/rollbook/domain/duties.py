"""What the policy and the law ask: of whom, from when, by when, what discharges it, and whether it was done.

A `Duty` is the rule; an `Owed` is one occasion on which it arose, worked out afresh from what was recorded, so that no
list has to be kept in step with the registers. Each thing that somebody has to do is an occasion of a duty in
`duty_table`; nothing else keeps a list of its own.
Source: domain.md 5, 6 and the policy's sections as each duty cites them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from rollbook.domain.access import Role
from rollbook.domain.law import Citation


@dataclass(frozen=True, slots=True)
class Duty:
    """What is asked, by which clause, of which roles, and what of it.

    `trigger`, `by_when`, `discharged_by` and `when_late` are sentences for those who are asked. `kept_words` is how the
    head's page names the figure: "Registers submitted in time". `late_roles` hear of it too once it is overdue.
    `listed_days`: so long after it was due it can no longer be made good (a first-day call of last month) and stands on
    nobody's list, only in the figure; None where it stays until it is done. Units: days.
    """

    key: str
    title: str
    citation: Citation
    roles: frozenset[Role]
    trigger: str
    by_when: str
    discharged_by: str
    when_late: str
    kept_words: str
    late_roles: frozenset[Role] = frozenset()
    listed_days: int | None = None

    def is_past_helping(self, due_at: datetime, now: datetime) -> bool:
        """Is it so long overdue that doing it now would help nobody?"""
        return self.listed_days is not None and now - due_at > timedelta(days=self.listed_days)

    def is_for(self, roles: Iterable[Role], *, is_late: bool) -> bool:
        """Does it stand on the list of somebody with these roles?"""
        asked = self.roles | self.late_roles if is_late else self.roles
        return not asked.isdisjoint(roles)


class Standing(StrEnum):
    """Where does one occasion of a duty stand?"""

    OVERDUE = "overdue"
    TODAY = "today"
    COMING = "coming"
    DONE = "done"
    DONE_LATE = "done_late"
    NOT_NEEDED = "not_needed"

    @property
    def is_open(self) -> bool:
        """Is there still something to do?"""
        return self in (Standing.OVERDUE, Standing.TODAY, Standing.COMING)


@dataclass(frozen=True, slots=True)
class Owed:
    """One occasion of a duty.

    `about` names whom or what it is about ("Amy Doyle, 9A"), `what` says what is to be done in a line, `url` leads to
    where it is done. `person_ids` are those asked, None where it is everybody with the role. `done_at` is when it was
    discharged; `dropped_because` why it need not be, with a reason that somebody gave or a fact that ended it.
    """

    duty: str
    about: str
    what: str
    arose_at: datetime
    due_at: datetime
    url: str
    pupil_id: int | None = None
    person_ids: frozenset[int] | None = None
    done_at: datetime | None = None
    dropped_because: str = ""

    def standing(self, now: datetime) -> Standing:
        """Where does it stand? It is in time up to the very moment at which it is due."""
        if self.done_at is not None:
            return Standing.DONE if self.done_at <= self.due_at else Standing.DONE_LATE
        if self.dropped_because:
            return Standing.NOT_NEEDED
        if self.due_at < now:
            return Standing.OVERDUE
        return Standing.TODAY if self.due_at.date() == now.date() else Standing.COMING


@dataclass(frozen=True, slots=True)
class Kept:
    """How was a duty kept over a period? Units: occasions. What is not due yet and not done counts in neither part."""

    in_time: int
    late: int
    overdue: int
    waiting: int
    not_needed: int

    @property
    def due(self) -> int:
        """How many were due, or done already?"""
        return self.in_time + self.late + self.overdue

    @property
    def total(self) -> int:
        """How many occasions were there, whatever became of them?"""
        return self.due + self.waiting + self.not_needed

    @property
    def share(self) -> Fraction | None:
        """Which part of them was done in time? None where none was due."""
        return Fraction(self.in_time, self.due) if self.due else None


def kept(owed: Iterable[Owed], now: datetime) -> Kept:
    """How was it kept? Each occasion counts once."""
    counts = dict.fromkeys(Standing, 0)
    for each in owed:
        counts[each.standing(now)] += 1
    return Kept(
        in_time=counts[Standing.DONE],
        late=counts[Standing.DONE_LATE],
        overdue=counts[Standing.OVERDUE],
        waiting=counts[Standing.TODAY] + counts[Standing.COMING],
        not_needed=counts[Standing.NOT_NEEDED],
    )


def kept_by_duty(owed: Iterable[Owed], now: datetime) -> dict[str, Kept]:
    """How was each duty kept of which there is an occasion?"""
    by_duty: dict[str, list[Owed]] = {}
    for each in owed:
        by_duty.setdefault(each.duty, []).append(each)
    return {duty: kept(occasions, now) for duty, occasions in by_duty.items()}


def to_do(
    owed: Iterable[Owed],
    duties: Mapping[str, Duty],
    *,
    roles: Iterable[Role],
    person_id: int,
    now: datetime,
    until: date,
) -> dict[Standing, list[Owed]]:
    """What has this person to do: what is overdue, what is due today, and what is due by `until`?

    What certain people are asked for stands on nobody else's list until it is late; then those who hear of lateness
    see it too.
    Shape: by standing, overdue first; in each the earliest due first.
    """
    held = frozenset(roles)
    lists: dict[Standing, list[Owed]] = {Standing.OVERDUE: [], Standing.TODAY: [], Standing.COMING: []}
    for each in owed:
        standing = each.standing(now)
        if standing not in lists or (standing is Standing.COMING and each.due_at.date() > until):
            continue
        duty = duties[each.duty]
        if not duty.is_past_helping(each.due_at, now) and _is_asked(each, duty, held, person_id, standing):
            lists[standing].append(each)
    for found in lists.values():
        found.sort(key=lambda each: (each.due_at, each.arose_at, each.about, each.duty))
    return lists


def _is_asked(each: Owed, duty: Duty, held: frozenset[Role], person_id: int, standing: Standing) -> bool:
    is_late = standing is Standing.OVERDUE
    if each.person_ids is None:
        return duty.is_for(held, is_late=is_late)
    return person_id in each.person_ids or (is_late and not duty.late_roles.isdisjoint(held))


def by_clause(duties: Sequence[Duty]) -> list[tuple[str, list[Duty]]]:
    """The duties by the document that asks for them, as in the table, each once."""
    found: dict[str, list[Duty]] = {}
    for duty in duties:
        found.setdefault(duty.citation.source, []).append(duty)
    return list(found.items())
