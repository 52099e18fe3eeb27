"""What the absence line asks of the school: calls that were transferred, and pupils who are not back."""

from datetime import date, datetime, time, timedelta

from django.urls import reverse

from rollbook.apps.absence.models import Transfer
from rollbook.apps.absence.queries.still_away import still_away
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.duties import Owed
from rollbook.domain.sessions import SchoolSession
from rollbook.ui.words import local


def owed(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Owed]:
    """Parents to be spoken with, and to be asked. Five queries for a school year."""
    return [*_transfers(viewer, first_day, last_day, now), *_not_back(viewer, first_day, last_day, now)]


def _transfers(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Owed]:
    start = datetime.combine(first_day, time.min, tzinfo=now.tzinfo)
    end = datetime.combine(last_day, time.min, tzinfo=now.tzinfo) + timedelta(days=1)
    rows = Transfer.objects.filter(
        school_id=viewer.school_id, transferred_at__gte=start, transferred_at__lt=end
    )
    return [
        Owed(
            "line.transferred",
            f"{row.pupil.forename} {row.pupil.surname}",
            f"Speak with the parent who was transferred to {row.to_name}",
            local(row.transferred_at),
            due_by(viewer, local(row.transferred_at)),
            reverse("absence:transfer", args=[row.pk]),
            pupil_id=row.pupil_id,
            person_ids=frozenset({row.to_id}),
            done_at=local(row.closed_at) if row.closed_at else None,
        )
        for row in rows.select_related("pupil")
    ]


def due_by(viewer: Viewer, moment: datetime) -> datetime:
    """The end of the school day; of the next one for what comes after it or while the school is closed."""
    calendar = timetable(viewer).calendar
    on: date | None = moment.date()
    while on is not None:
        times = calendar.times(on, SchoolSession.PM)
        if times is not None:
            end = datetime.combine(on, times.session_ends_at, tzinfo=moment.tzinfo)
            if moment <= end:
                return end
        on = calendar.next_school_day(on)
    return moment + timedelta(days=1)


def _not_back(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Owed]:
    found = []
    for each in still_away(viewer, first_day, last_day, now):
        pupil = each.report.pupil
        found.append(
            Owed(
                "line.expected_return" if each.was_expected else "contact.no_call",
                f"{pupil.forename} {pupil.surname}",
                "Ask why the pupil is not back"
                if each.was_expected
                else "Ask the parent, who has not told again",
                each.arose_at,
                each.due_at,
                reverse("absence:still_away"),
                pupil_id=pupil.pk,
                done_at=each.done_at,
            )
        )
    return found
