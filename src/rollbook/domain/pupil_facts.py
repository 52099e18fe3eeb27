"""What is known of a pupil before a register is taken, as far as it decides which codes can be right?

Source: regulation 10 of SI 2024/208; sections 4.1, 4.3 and Appendix 1 of the school's policy.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.precedence import Precedence, precedence
from rollbook.domain.roll import is_compulsory_school_age
from rollbook.domain.sessions import SchoolSession

__all__ = [
    "LAST_DAY_OF_E",
    "PartTime",
    "Planned",
    "PupilFacts",
    "Suspension",
    "expected",
    "facts_from",
    "in_order",
    "may_be_filled_in",
    "ordinal",
    "suspension_notice",
]

EVERY_WEEKDAY = 0b1111111
BOTH_SESSIONS = "both"
LAST_DAY_OF_E = 5
"""From the next school day of a suspension in a row full-time education must be arranged. Units: school days."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What does a record or a message say a pupil's mark will be, on which days and in which sessions?

    `sessions` is "both", "AM" or "PM"; `weekdays` one bit a weekday, 1 for Monday. `is_provision`: it is education
    arranged for this pupil elsewhere, not an activity of the school (see `precedence`).
    """

    code: str
    first_day: date
    last_day: date
    nature: str = ""
    where_from: str = ""
    sessions: str = BOTH_SESSIONS
    weekdays: int = EVERY_WEEKDAY
    provider: str = ""
    supervisor: str = ""
    is_provision: bool = False

    @property
    def precedence(self) -> Precedence:
        """On which line of the order is it, where more than one thing is planned for a session?"""
        return precedence(self.code, is_provision=self.is_provision)

    def covers(self, on: date) -> bool:
        """Is the day within its first and last, whatever the weekday?"""
        return self.first_day <= on <= self.last_day

    def is_for(self, on: date, session: SchoolSession) -> bool:
        """Is it about this very session?"""
        is_that_weekday = self.weekdays >> on.weekday() & 1 == 1
        return self.covers(on) and is_that_weekday and self.sessions in (BOTH_SESSIONS, session.value)


@dataclass(frozen=True, slots=True)
class PartTime:
    """Which part-time timetable was agreed last: until when, and is the pupil agreed to be away in this session?"""

    last_day: date
    is_agreed_absence: bool


@dataclass(frozen=True, slots=True)
class Suspension:
    """Since when is the pupil suspended without a break, and which school day of it is this? The first is 1."""

    first_day: date
    school_day: int


@dataclass(frozen=True, slots=True)
class PupilFacts:
    """What is known of one pupil for one session.

    `known` is what was planned for this very session, in the order in which it was recorded. `other_school` is ""
    where no second school is recorded for the day, `is_compulsory_age` None where nobody has looked.
    """

    is_compulsory_age: bool | None = None
    other_school: str = ""
    is_due_elsewhere: bool = False
    part_time: PartTime | None = None
    suspension: Suspension | None = None
    known: tuple[Planned, ...] = ()
    is_site_closed: bool = False

    def known_as(self, code: str) -> Planned | None:
        """What was planned with this code for the session? The one recorded last."""
        return next((each for each in reversed(self.known) if each.code == code), None)

    @property
    def provision(self) -> Planned | None:
        """Where, by name, is the pupil taught this session, so that E can't be right?"""
        taught = (each for each in in_order(self) if each.precedence is Precedence.TAUGHT_ELSEWHERE)
        return next((each for each in taught if each.provider.strip()), None)


def facts_from(
    planned: Sequence[Planned],
    *,
    born_on: date,
    on: date,
    session: SchoolSession,
    calendar: SchoolCalendar,
    is_site_closed: bool = False,
) -> PupilFacts:
    """What do a pupil's records say about one session?

    `planned` holds all that covers the day, of every weekday and session, and of part-time timetables and suspensions
    also what has ended: a suspension that follows another without a school day between goes on counting.
    """
    begun = [each for each in planned if each.first_day <= on]
    known = tuple(each for each in begun if each.is_for(on, session))
    return PupilFacts(
        is_compulsory_age=is_compulsory_school_age(born_on, on).answer,
        other_school=next((each.provider for each in begun if _is_dual(each, on)), ""),
        is_due_elsewhere=any(each.code == "D" for each in known),
        part_time=_part_time(begun, on, session),
        suspension=_suspension(begun, known, on, calendar),
        known=known,
        is_site_closed=is_site_closed,
    )


def _is_dual(planned: Planned, on: date) -> bool:
    return planned.code == "D" and planned.covers(on) and planned.provider != ""


def _part_time(begun: Iterable[Planned], on: date, session: SchoolSession) -> PartTime | None:
    agreed = [each for each in begun if each.code == "C2"]
    if not agreed:
        return None
    return PartTime(max(each.last_day for each in agreed), any(each.is_for(on, session) for each in agreed))


def _suspension(
    begun: Sequence[Planned], known: Iterable[Planned], on: date, calendar: SchoolCalendar
) -> Suspension | None:
    first_days = [each.first_day for each in known if each.code == "E"]
    if not first_days:
        return None
    first_day = min(first_days)
    spells = [each for each in begun if each.code == "E"]
    while True:
        before = calendar.previous_school_days(first_day, 1)
        earlier = [each.first_day for each in spells if before and each.covers(before[0])]
        if not earlier:
            return Suspension(first_day, len(calendar.school_days(first_day, on)))
        first_day = min(earlier)


def in_order(facts: PupilFacts) -> tuple[Planned, ...]:
    """What was planned for the session, what goes before the rest first; of two alike the one recorded last."""
    newest_first = facts.known[::-1]
    return tuple(sorted(newest_first, key=lambda each: each.precedence))


def may_be_filled_in(planned: Planned, facts: PupilFacts) -> bool:
    """May a register show this plan as the pupil's mark? Not where a plan can't make right what the law rules out.

    A plan that only lacks a name (V without staff, K without a provider) is shown: the teacher can't mend it. An
    activity of the school is not, on any day of a suspension: from the sixth, too, somebody must first say where the
    pupil is taught.
    """
    if planned.code == "X":
        return not facts.is_compulsory_age
    if planned.code == "E":
        return facts.suspension is None or facts.suspension.school_day <= LAST_DAY_OF_E
    return facts.suspension is None or planned.precedence is not Precedence.ACTIVITY


def expected(facts: PupilFacts) -> Planned | None:
    """Which of the plans is shown on the register as the pupil's mark? None where none can be."""
    return next((each for each in in_order(facts) if may_be_filled_in(each, facts)), None)


def suspension_notice(facts: PupilFacts) -> str:
    """What must whoever takes the register know of a suspension that E no longer covers? "" where nothing."""
    suspension = facts.suspension
    if suspension is None or suspension.school_day <= LAST_DAY_OF_E:
        return ""
    if any(each.precedence is Precedence.TAUGHT_ELSEWHERE for each in facts.known):
        return ""
    return (
        f"{ordinal(suspension.school_day)} day of the suspension: full-time education must be arranged; "
        "use the code of that provision."
    )


def ordinal(number: int) -> str:
    """How is a place in a row written? "6th", "21st"."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
