"""The back-ups that were made: the last one, whether the next is due, and which need no longer be kept."""

from datetime import date

from rollbook.apps.keeping.models import Backup
from rollbook.apps.registers.queries.year import year_bounds
from rollbook.apps.schools.queries import all_schools, timetable_of_school
from rollbook.clock import LONDON
from rollbook.domain.keeping import backup_kept_until, is_backup_overdue


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


def backup_is_overdue(today: date) -> bool:
    """Was no back-up made, or the last one more than 31 days ago? One query."""
    last = last_backup()
    return is_backup_overdue(last.made_at.astimezone(LONDON).date() if last else None, today)
