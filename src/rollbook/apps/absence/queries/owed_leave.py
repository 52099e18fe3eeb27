"""What leave asks of the school, and when it was done: a decision, and the letter about it."""

from datetime import date, datetime, time, timedelta

from django.db.models import Prefetch
from django.urls import reverse

from rollbook.apps.absence.models import Leave, LeaveDecision
from rollbook.apps.absence.queries.leave import decide_by_of, local_day
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.duties import Owed
from rollbook.domain.leave import LeaveState

_WITHDRAWN = "The family withdrew the request."
# Nobody decides months later; a request that nobody decided is looked at for as long as this.
_LOOK_BACK = timedelta(days=120)


def owed(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Owed]:
    """Decisions about leave, and the letters that follow from them. Three queries."""
    decisions = LeaveDecision.objects.order_by("number").prefetch_related("tellings")
    rows = Leave.objects.filter(
        school_id=viewer.school_id,
        received_on__gte=first_day - _LOOK_BACK,
        received_on__lte=last_day,
    )
    rows = rows.select_related("pupil").prefetch_related(Prefetch("decisions", decisions))
    calendar = timetable(viewer).calendar
    found = []
    for leave in rows:
        made = list(leave.decisions.all())
        found.append(_decision(viewer, leave, made, now))
        found += [_letter(leave, each, made[-1], calendar, now) for each in made]
    return [each for each in found if each.arose_at.date() <= last_day and _is_in(each, first_day)]


def _is_in(each: Owed, first_day: date) -> bool:
    """Did it arise on these days, or was it still to be done when they began?"""
    is_open = each.done_at is None and not each.dropped_because
    return each.arose_at.date() >= first_day or each.due_at.date() >= first_day or is_open


def _decision(viewer: Viewer, leave: Leave, made: list[LeaveDecision], now: datetime) -> Owed:
    return Owed(
        "leave.decided",
        f"{leave.pupil.forename} {leave.pupil.surname}",
        "Decide about leave",
        datetime.combine(leave.received_on, time.min, tzinfo=now.tzinfo),
        datetime.combine(decide_by_of(viewer, leave), time.max, tzinfo=now.tzinfo),
        reverse("absence:leave", args=[leave.pk]),
        pupil_id=leave.pupil_id,
        done_at=made[0].at.astimezone(now.tzinfo) if made else None,
        dropped_because=_WITHDRAWN if leave.state == LeaveState.WITHDRAWN else "",
    )


def _letter(
    leave: Leave, decision: LeaveDecision, newest: LeaveDecision, calendar: SchoolCalendar, now: datetime
) -> Owed:
    """By the next school day, and before the first day asked for where that is still to come."""
    on = local_day(decision.at, now)
    next_day = calendar.next_school_day(on) or on + timedelta(days=1)
    due_on = max(on, min(next_day, leave.first_day - timedelta(days=1)))
    dropped = _WITHDRAWN if leave.state == LeaveState.WITHDRAWN else ""
    if decision.pk != newest.pk:
        dropped = "It was decided again."
    return Owed(
        "leave.told",
        f"{leave.pupil.forename} {leave.pupil.surname}",
        "Send the letter about leave",
        decision.at.astimezone(now.tzinfo),
        datetime.combine(due_on, time.max, tzinfo=now.tzinfo),
        reverse("absence:leave", args=[leave.pk]),
        pupil_id=leave.pupil_id,
        done_at=min((each.at.astimezone(now.tzinfo) for each in decision.tellings.all()), default=None),
        dropped_because=dropped,
    )
