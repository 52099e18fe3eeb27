"""Whom the demonstration's agreements are about, and the marks that follow from the suspension before today."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from rollbook.apps.registers.actions.past import PastMarks
from rollbook.config.simulation.plan import SchoolPlan

_SUSPENDED_DAYS_BEFORE: Final = 2
_LONGEST_BREAK: Final = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The pupils of the agreements, by their places in the plan. Shape: `trip` are several."""

    trip: tuple[int, ...]
    college: tuple[int, ...]
    dual: int
    part_time: int
    suspended: int


def choose(school: SchoolPlan, today: date) -> Chosen:
    """Who it is, the same for everybody on the same day: nobody for whom something else is planned now.

    The one suspended was at school in the days before, with nothing planned.
    """
    expected = {plan.pupil for plan in school.planned if plan.last_day >= today}
    lately = {plan.pupil for plan in school.planned if plan.last_day >= today - _LONGEST_BREAK}
    by_group: dict[str, list[int]] = {}
    for membership in school.memberships:
        is_current = membership.first_day <= today and (membership.last_day or today) >= today
        if is_current and membership.pupil not in expected:
            by_group.setdefault(school.groups[membership.group].name, []).append(membership.pupil)
    *eight, part_time = by_group["8A"]
    ten = by_group["10B"]
    return Chosen(
        trip=(*eight, *by_group["8B"]),
        college=tuple(ten[:2]),
        dual=by_group["9B"][0],
        part_time=part_time,
        suspended=next((each for each in reversed(ten[2:]) if each not in lately), ten[-1]),
    )


def suspended_since(school: SchoolPlan, today: date) -> date | None:
    """The first day of the suspension whose third day is today; None where a holiday lies between."""
    days = school.calendar.previous_school_days(today, _SUSPENDED_DAYS_BEFORE)
    if len(days) < _SUSPENDED_DAYS_BEFORE or today - days[0] > _LONGEST_BREAK:
        return None
    return days[0]


def suspend(school: SchoolPlan, pupil: int, first_day: date) -> None:
    """Makes the marks of a pupil E from a day on, as a school that had recorded the suspension would have."""
    saves = []
    for save in school.saves:
        if save.on < first_day or all(pupil not in each.pupils for each in save.marks):
            saves.append(save)
            continue
        others = [
            replace(each, pupils=tuple(other for other in each.pupils if other != pupil))
            for each in save.marks
        ]
        marks = [each for each in others if each.pupils]
        if any(pupil in each.pupils and each.version == 1 for each in save.marks):
            marks.append(PastMarks((pupil,), "E"))
        if marks:
            saves.append(replace(save, marks=tuple(marks)))
    school.saves[:] = saves
