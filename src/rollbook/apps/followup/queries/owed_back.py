"""Which pupils were to be met on coming back, by when, and when somebody met them."""

from collections.abc import Iterator
from datetime import date, datetime, time

from django.urls import reverse

from rollbook.apps.followup.models import BackCheck
from rollbook.apps.followup.queries.back import Returned, returned
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.duties import Owed
from rollbook.ui.words import short_day


def owed(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Owed]:
    """Each return of these days, and each further meeting that was agreed. Two queries, and one for each year."""
    calendar = timetable(viewer).calendar
    found: list[Owed] = []
    for each in returned(viewer, first_day, last_day, now):
        found.append(_first(each, calendar, now))
        found.extend(_further(each, now))
    return found


def _first(each: Returned, calendar: SchoolCalendar, now: datetime) -> Owed:
    times = calendar.times(each.back.on, each.back.session)
    check = each.checks[0] if each.checks else None
    is_met = check is not None and check.kind == BackCheck.Kind.MET
    days = len(each.back.absence.days)
    away = "1 school day" if days == 1 else f"{days} school days"
    return Owed(
        "back.checked",
        _about(each),
        f"Welcome back after {away}{', the full check' if each.due.is_full else ''}",
        datetime.combine(each.back.on, times.opens_at if times else time.min, tzinfo=now.tzinfo),
        _end(each.due.due_on, now),
        _url(each),
        pupil_id=each.pupil_id,
        done_at=check.met_at if check and is_met else None,
        dropped_because=check.because if check and not is_met else "",
    )


def _further(each: Returned, now: datetime) -> Iterator[Owed]:
    for place, check in enumerate(each.checks):
        if check.next_check_on is None:
            continue
        later = each.checks[place + 1] if place + 1 < len(each.checks) else None
        is_met = later is not None and later.kind == BackCheck.Kind.MET
        yield Owed(
            "back.checked",
            _about(each),
            f"Meet again, as agreed on {short_day(check.at.astimezone(now.tzinfo).date())}",
            check.at,
            _end(check.next_check_on, now),
            _url(each),
            pupil_id=each.pupil_id,
            done_at=later.met_at if later and is_met else None,
            dropped_because=later.because if later and not is_met else "",
        )


def _about(each: Returned) -> str:
    return f"{each.forename} {each.surname}, {each.group_name}"


def _url(each: Returned) -> str:
    return reverse("followup:back_check", args=[each.pupil_id, each.back.on])


def _end(on: date, now: datetime) -> datetime:
    return datetime.combine(on, time.max, tzinfo=now.tzinfo)
