"""How long is left to settle the reason of an absence, and from when may it be settled as unknown (O)?

Source: regulation 10(7) to (9) of SI 2024/208; section 4.5 of the school's policy; domain.md 5.2.3, 5.2.4, 6.6 and 8.2.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.calendar_types import words_for_weekday
from rollbook.domain.deadlines import policy_reason_due, reason_due
from rollbook.domain.law import REGULATION_10_URL, REGULATIONS_2024, Citation, Confirmation, Finding

UNKNOWN = "O"
_REGULATION = Citation(REGULATIONS_2024, "regulation 10(7) to (9)", Confirmation.SECONDARY, REGULATION_10_URL)


class Urgency(StrEnum):
    """How near is the last day?"""

    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"


@dataclass(frozen=True, slots=True)
class ReasonDates:
    """The days that a reason is to be known by.

    `due` is the law's last day, None where the calendar ends before it; `policy` the policy's; `aim` the last school
    day that keeps both.
    """

    on: date
    due: date | None
    policy: date
    aim: date

    @property
    def last_day(self) -> date:
        """The day that counts: the law's, or the policy's while the calendar does not reach the law's."""
        return self.due or self.policy

    def urgency(self, today: date) -> Urgency:
        """How near is it?"""
        if self.last_day < today:
            return Urgency.OVERDUE
        return Urgency.TODAY if self.last_day == today else Urgency.SOON


def reason_dates(calendar: SchoolCalendar, on: date) -> ReasonDates:
    """By which days must the reason of an absence be known: the law's, the policy's, and the one to aim for?

    A policy's day in a holiday is no day on which anybody could find out, so the aim is the last school day up to it.
    """
    due = reason_due(calendar, on).answer
    policy = policy_reason_due(calendar, on).answer
    aim = max(on, calendar.last_school_day(policy) or on)
    return ReasonDates(on, due, policy, min(aim, due) if due else aim)


def may_settle_as_unknown(dates: ReasonDates, today: date) -> Finding[bool]:
    """May N be confirmed as O now? From the last day on: until then the reason is still to be asked for."""
    day = words_for_weekday(dates.last_day)
    if today >= dates.last_day:
        because = f"{day} was the last day to find the reason; the mark may not stay N."
    else:
        because = f"The reason can still be found out until {day}."
    return Finding(today >= dates.last_day, "reason.unknown", because, {"due": dates.last_day}, _REGULATION)
