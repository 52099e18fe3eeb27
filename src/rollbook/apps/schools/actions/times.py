"""The week's register and session times from a day on. What has begun is never changed: marks were judged by it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from rollbook.apps.schools.actions.changing import note_change, one_at_a_time
from rollbook.apps.schools.models import DayTimes
from rollbook.apps.schools.queries.timetables import as_day_times
from rollbook.domain import calendar as days
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.calendar import IssueLevel, check_day_times
from rollbook.domain.refusals import Refusal, Refused
from rollbook.ui.words import clock_time, plain_day

BEGUN = "Times that have begun stay as they are: marks were judged by them. Add a new set from a later day."


def set_day_times(
    *,
    viewer: Viewer,
    effective_from: date,
    rows: Sequence[days.DayTimes],
    replaces: date | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Sets the times of all five weekdays from a day on; `replaces` names the coming set that this one is instead of.

    A register open for longer than allowed is refused; unequal lengths are not, they stand as a warning.
    Errors: Refused; what is wrong with one day's times has the field `am_closes_0` (Monday) to `pm_closes_4`.
    Source: regulation 10(1) of SI 2024/208; domain.md 1.1.6, 1.4.7 and 6.4.
    """
    today = at.date()
    with transaction.atomic():
        one_at_a_time(viewer)
        own = DayTimes.objects.filter(school_id=viewer.school_id)
        sets = set(own.values_list("effective_from", flat=True).distinct())
        _refuse(effective_from, rows, replaces, sets, today)
        if replaces is not None:
            own.filter(effective_from=replaces).delete()
        DayTimes.objects.bulk_create(_row(viewer.school_id, row) for row in rows)
        note_change(
            school_id=viewer.school_id,
            type="calendar.times.changed" if replaces else "calendar.times.set",
            subject=f"day-times:{effective_from.isoformat()}",
            facts={"replaces": replaces.isoformat() if replaces else None, "times": _facts(rows)},
            by=by,
            at=at,
        )


def remove_day_times(*, viewer: Viewer, effective_from: date, by: Actor, at: datetime) -> None:
    """Takes back a set of times that has not begun. Errors: Refused."""
    with transaction.atomic():
        one_at_a_time(viewer)
        own = DayTimes.objects.filter(school_id=viewer.school_id, effective_from=effective_from)
        rows = [as_day_times(row) for row in own]
        if not rows:
            raise Refused.one("", f"There are no times from {plain_day(effective_from)} any more.")
        if effective_from <= at.date():
            raise Refused.one("", BEGUN)
        own.delete()
        note_change(
            school_id=viewer.school_id,
            type="calendar.times.removed",
            subject=f"day-times:{effective_from.isoformat()}",
            facts={"times": _facts(rows)},
            by=by,
            at=at,
        )


def _refuse(
    effective_from: date,
    rows: Sequence[days.DayTimes],
    replaces: date | None,
    sets: set[date],
    today: date,
) -> None:
    refusals = []
    if replaces is not None and replaces not in sets:
        raise Refused.one("", f"There are no times from {plain_day(replaces)} any more.")
    if replaces is not None and replaces <= today:
        raise Refused.one("", BEGUN)
    has_begun = any(each <= today for each in sets)
    if effective_from <= today and has_begun:
        message = (
            "Choose a day after today. Times that have begun stay as they are: marks were judged by them."
        )
        refusals.append(Refusal("effective_from", message))
    elif effective_from in sets - {replaces}:
        message = f"There is a set of times from {plain_day(effective_from)} already. Change that one."
        refusals.append(Refusal("effective_from", message))
    if sorted(row.weekday for row in rows) != [0, 1, 2, 3, 4]:
        refusals.append(Refusal("", "Give the times of each day from Monday to Friday once."))
    refusals += [refusal for row in rows for refusal in _row_refusals(row)]
    if refusals:
        raise Refused(refusals)


def _row_refusals(row: days.DayTimes) -> list[Refusal]:
    errors = [issue.message for issue in check_day_times([row]) if issue.level is IssueLevel.ERROR]
    in_morning = f" {days.SchoolSession.AM.words}: "
    return [
        Refusal(f"{'am' if in_morning in message else 'pm'}_closes_{row.weekday}", message)
        for message in errors
    ]


def _row(school_id: int, row: days.DayTimes) -> DayTimes:
    return DayTimes(
        school_id=school_id,
        effective_from=row.effective_from,
        weekday=row.weekday,
        am_opens_at=row.am.opens_at,
        am_closes_at=row.am.closes_at,
        am_ends_at=row.am.session_ends_at,
        pm_opens_at=row.pm.opens_at,
        pm_closes_at=row.pm.closes_at,
        pm_ends_at=row.pm.session_ends_at,
    )


def _facts(rows: Iterable[days.DayTimes]) -> list[dict[str, Any]]:
    return [
        {
            "weekday": row.weekday_words,
            "from": row.effective_from.isoformat(),
            **{
                name: [
                    clock_time(times.opens_at),
                    clock_time(times.closes_at),
                    clock_time(times.session_ends_at),
                ]
                for name, times in (("morning", row.am), ("afternoon", row.pm))
            },
        }
        for row in rows
    ]
