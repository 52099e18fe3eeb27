"""Pupils to ask after, and appointments, as lines of their tables."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from rollbook.apps.absence.presenters.line import away_words, how_told, pupil_name
from rollbook.apps.absence.queries.appointments import YearOfAppointments
from rollbook.apps.absence.queries.still_away import Asked
from rollbook.ui.words import clock_time, short_day


def still_away_rows(found: Iterable[Asked], groups: Mapping[int, str], now: datetime) -> list[dict[str, Any]]:
    """Whom to ask after, those still open first."""
    rows = [
        {
            "asked": each,
            "name": pupil_name(each.report.pupil),
            "group": groups.get(each.report.pupil_id, ""),
            "why": why_words(each),
            "told": how_told(each.report.call),
            "away": away_words(each.report, now.date()),
            "url": reverse("absence:report", args=[each.report.pk]),
            "record_url": f"{reverse('absence:new_report')}?pupil={each.report.pupil_id}",
            "due": f"by {clock_time(each.due_at)}",
            "is_overdue": each.done_at is None and each.due_at < now,
            "done": f"Known since {clock_time(each.done_at)}" if each.done_at is not None else "",
        }
        for each in found
    ]
    return sorted(rows, key=lambda row: bool(row["done"]))


def why_words(asked: Asked) -> str:
    """Why somebody asks."""
    if asked.was_expected:
        return f"Was to be back on {short_day(asked.on)} and is not here."
    return f"Told of until {short_day(asked.report.last_day)}; nobody has told of today."


def appointment_rows(found: YearOfAppointments, groups: Mapping[int, str]) -> list[dict[str, Any]]:
    """The pupils with appointments in school hours."""
    return [
        {
            "row": each,
            "name": f"{each.pupil.surname}, {each.pupil.forename}",
            "group": groups.get(each.pupil.id, ""),
            "url": reverse("registers:pupil", args=[each.pupil.id]),
            "last": short_day(each.last_on),
        }
        for each in found.rows
    ]
