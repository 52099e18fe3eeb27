"""The back-ups that were made: the last one, whether the next is due, and which need no longer be kept."""

from datetime import date, datetime

from django.urls import reverse

from rollbook.apps.keeping.models import Backup
from rollbook.apps.registers.queries.year import year_bounds
from rollbook.apps.schools.queries import all_schools, timetable_of_school
from rollbook.clock import LONDON
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.keeping import backup_kept_until, is_backup_overdue

_SHOWN = 5


def kept_until(made_on: date) -> date:
    """Until when a back-up of that day is kept: where the schools' years end on different days, the last counts."""
    calendars = [timetable_of_school(school.pk).calendar for school in all_schools()]
    ends = [year_bounds(calendar, made_on)[1] for calendar in calendars]
    return backup_kept_until(made_on, max(ends, default=_end_of_august(made_on)))


def _end_of_august(day: date) -> date:
    return date(day.year + (day.month >= 9), 8, 31)


def last_backup() -> Backup | None:
    """The newest back-up of this installation. One query."""
    return Backup.objects.order_by("-made_at", "-pk").first()


def recent_backups() -> list[Backup]:
    """The newest back-ups that are still to be kept or were only just made. One query."""
    return list(Backup.objects.order_by("-made_at", "-pk")[:_SHOWN])


def backups_past_their_date(today: date) -> list[Backup]:
    """The back-ups that need no longer be kept; whoever runs the server deletes their files. One query."""
    return list(Backup.objects.filter(kept_until__lt=today).order_by("made_at", "pk"))


def notices_for(viewer: Viewer, now: datetime) -> list[dict[str, str]]:
    """What a page warns of at its top: a back-up that is due. One query for those who see to it, none for others."""
    if not viewer.may(Permission.KEEPING_VIEW):
        return []
    last, today = last_backup(), now.date()
    made_on = last.made_at.astimezone(LONDON).date() if last else None
    if not is_backup_overdue(made_on, today):
        return []
    title = (
        f"The last back-up is {(today - made_on).days} days old." if made_on else "There is no back-up yet."
    )
    return [
        {
            "title": title,
            "text": "The law asks for one at least once a month.",
            "href": reverse("keeping:keeping"),
            "act": "Keeping",
        }
    ]
