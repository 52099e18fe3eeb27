"""Reasons due as they are shown: the list of those that run out first, and the warning on Today."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from rollbook.apps.absence.queries.line import Reported
from rollbook.apps.followup.queries.reasons import DayWithoutReason, days_without_reason
from rollbook.apps.registers.queries.reasons import NotEstablished
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.reasons import ReasonDates, Urgency, may_settle_as_unknown
from rollbook.ui.cards import Card, CardLine
from rollbook.ui.words import short_day

_MOST_LINES = 6
_TITLES = {
    Urgency.OVERDUE: "Overdue: no N may be left",
    Urgency.TODAY: "Last day",
    Urgency.SOON: "Still to be found out",
}


def cell_of(mark: NotEstablished) -> str:
    """A session and the version that is shown, as the form sends it: "12-2026-09-14-AM-1"."""
    return f"{mark.pupil_id}-{mark.on.isoformat()}-{mark.session.value}-{mark.version}"


def reasons_context(days: Sequence[DayWithoutReason], today: date, ticked: frozenset[str]) -> dict[str, Any]:
    """The three parts of the list, the overdue first, and how many sessions each holds."""
    parts = []
    for urgency, title in _TITLES.items():
        rows = [_row(day, today, ticked) for day in days if day.dates.urgency(today) is urgency]
        count = sum(len(row["sessions"]) for row in rows)
        parts.append({"key": urgency.value, "title": title, "rows": rows, "count": count})
    return {"parts": parts, "counts": {part["key"]: part["count"] for part in parts}}


def _row(day: DayWithoutReason, today: date, ticked: frozenset[str]) -> dict[str, Any]:
    may = may_settle_as_unknown(day.dates, today).answer
    return {
        "id": f"{day.pupil_id}-{day.on.isoformat()}",
        "name": f"{day.forename} {day.surname}",
        "surname": day.surname,
        "forename": day.forename,
        "group": day.group_name,
        "url": reverse("registers:pupil", args=[day.pupil_id]),
        "on": day.on,
        "dates": day.dates,
        "aim_words": _aim_words(day.dates),
        "is_past_aim": day.dates.aim < today,
        "told": [_told_words(each) for each in day.told],
        "may": may,
        "sessions": [
            {
                "words": mark.session.words,
                "cell": cell_of(mark),
                "is_ticked": cell_of(mark) in ticked,
                "url": reverse("registers:mark", args=[mark.pupil_id, mark.on, mark.session]),
            }
            for mark in day.marks
        ],
    }


def _aim_words(dates: ReasonDates) -> str:
    """The day to aim for, and where the school is closed on the policy's own day, that day too."""
    if dates.aim == dates.policy:
        return short_day(dates.aim)
    return f"{short_day(dates.aim)} (the policy’s {short_day(dates.policy)})"


def _told_words(told: Reported) -> str:
    return f"{told.who_told}: {told.reason}" if told.gave_reason else f"{told.who_told} gave no reason"


def today_card(viewer: Viewer, now: datetime) -> Card | None:
    """The warning on Today: whose reasons must be settled today, or should have been. None where none must be."""
    if not (viewer.may(Permission.CONTACT_RECORD) and viewer.may(Permission.REGISTER_AMEND)):
        return None
    found = days_without_reason(viewer, now.date(), only_running_out=True)
    if not found:
        return None
    late = sum(day.dates.urgency(now.date()) is Urgency.OVERDUE for day in found)
    lines = [
        CardLine(
            words=f"{day.forename} {day.surname}",
            href=day_url(day),
            more=f"{day.group_name}, {short_day(day.on)}",
            urgent="overdue" if day.dates.urgency(now.date()) is Urgency.OVERDUE else "last day",
        )
        for day in found[:_MOST_LINES]
    ]
    return Card(
        id="reasons-due",
        title=f"Reasons that run out: {len(found)}",
        summary=f"{late} overdue. No N may be left." if late else "Today is the last day; no N may be left.",
        lines=lines,
        href=reverse("followup:reasons"),
        href_words="Open the list",
    )


def day_url(day: DayWithoutReason) -> str:
    """Where the reason of a day is put in."""
    mark = day.marks[0]
    return reverse("registers:mark", args=[mark.pupil_id, mark.on, mark.session])
