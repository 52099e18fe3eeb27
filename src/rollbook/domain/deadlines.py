"""By when must the reason of an absence be settled? Regulation 10(7) to (9); the school's policy, section 4.5."""

from datetime import date, timedelta

from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.calendar_types import words_for_weekday
from rollbook.domain.law import (
    POLICY,
    REGULATION_10_URL,
    REGULATIONS_2024,
    Citation,
    Confirmation,
    Finding,
)

DAYS_FOR_A_REASON = 5
_SATURDAY = 5
_REGULATION = Citation(REGULATIONS_2024, "regulation 10(7) to (9)", Confirmation.SECONDARY, REGULATION_10_URL)
_POLICY = Citation(POLICY, "section 4.5")


def reason_due(calendar: SchoolCalendar, on: date) -> Finding[date | None]:
    """On which day must N have become the right code, or O? The fifth school day after the session.

    None where the calendar ends before it. In force: from 19 August 2024.
    """
    due = calendar.school_day_after(on, DAYS_FOR_A_REASON)
    if due is None:
        because = f"The school calendar ends before the fifth school day after {words_for_weekday(on)}."
    else:
        because = f"{words_for_weekday(due)} is the fifth school day after {words_for_weekday(on)}."
    return Finding(due, "reason.due", because, {"on": on, "due": due}, _REGULATION)


def policy_reason_due(calendar: SchoolCalendar, on: date) -> Finding[date]:
    """By which day does the school's policy want the reason? The fifth working day: Monday to Friday, no bank holidays.

    It may be a day on which the school is closed; then the last school day up to it is the day to aim for.
    """
    day, left = on, DAYS_FOR_A_REASON
    while left:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY and day not in calendar.bank_holidays:
            left -= 1
    because = f"{words_for_weekday(day)} is the fifth working day after {words_for_weekday(on)}."
    return Finding(day, "reason.policy_due", because, {"on": on, "due": day}, _POLICY)
