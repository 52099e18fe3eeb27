"""What of the attendance register is six years old, what of it may be purged, and what was."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.utils.module_loading import import_string

from rollbook.apps.registers.models import Entry, PlannedMark, Purge
from rollbook.apps.registers.queries.year import year_bounds
from rollbook.apps.schools.queries import timetable
from rollbook.clock import LONDON
from rollbook.domain.access import Viewer
from rollbook.domain.keeping import newest_day_to_purge

# Entries of marks of which any version is too young: the history of a mark stays together.
_YOUNG_ENTRIES = """
SELECT entry.pupil_id, COUNT(*) FROM registers_entry AS entry JOIN (
    SELECT DISTINCT pupil_id, "on", session FROM registers_entry
    WHERE school_id = %s AND "on" BETWEEN %s AND %s AND at >= %s
) AS young ON young."on" = entry."on" AND young.session = entry.session AND young.pupil_id = entry.pupil_id
GROUP BY entry.pupil_id
"""


@dataclass(frozen=True, slots=True)
class OldYear:
    """An academic year of marks some of which may be six years old. Units: entries."""

    first_day: date
    last_day: date
    entry_count: int
    may_go: Mapping[int, int]
    """How many entries of each pupil may be purged."""
    young_count: int
    """Of histories whose newest entry is not six years old."""
    kept_for: Mapping[str, tuple[int, int]]
    """The open matters in words: of how many pupils, and how many of their entries stay for it."""

    @property
    def name(self) -> str:
        """2019/20."""
        if self.first_day.year == self.last_day.year:
            return str(self.first_day.year)
        return f"{self.first_day.year}/{self.last_day.year % 100:02d}"

    @property
    def count(self) -> int:
        """How many entries may be purged."""
        return sum(self.may_go.values())

    @property
    def pupil_count(self) -> int:
        """Whose entries they are."""
        return len(self.may_go)


def old_years(viewer: Viewer, today: date) -> list[OldYear]:
    """The academic years with marks of six years ago and earlier, the oldest first. Three queries a year, and three."""
    newest = newest_day_to_purge(today)
    years: list[OldYear] = []
    day = first_day_of_entries(viewer)
    if day is None or day > newest:
        return years
    calendar, open_cases = timetable(viewer).calendar, open_cases_of(viewer, today)
    while day is not None and day <= newest:
        bounds = year_bounds(calendar, day)
        years.append(_year(viewer, bounds, newest, open_cases))
        day = first_day_of_entries(viewer, bounds[1])
    return years


def old_year(viewer: Viewer, first_day: date, today: date) -> OldYear | None:
    """The academic year that begins on this day, if there are marks of six years ago or earlier in it."""
    newest = newest_day_to_purge(today)
    bounds = year_bounds(timetable(viewer).calendar, first_day)
    if bounds[0] != first_day or first_day > newest:
        return None
    year = _year(viewer, bounds, newest, open_cases_of(viewer, today))
    return year if year.entry_count else None


def made_before(newest: date) -> datetime:
    """The moment from which on an entry is too young: the end of the newest day that may go, by the school's clock."""
    return datetime.combine(newest + timedelta(days=1), time(), tzinfo=LONDON)


def open_cases_of(viewer: Viewer, on: date) -> dict[int, str]:
    """The pupils whose marks no purge may take, with the reason; whoever knows of one is asked."""
    found: dict[int, str] = {}
    for name in settings.ROLLBOOK_OPEN_CASES:
        answers: Mapping[int, str] = import_string(name)(viewer, on)
        for pupil_id, words in answers.items():
            found.setdefault(pupil_id, words)
    return found


def pupils_with_plans(viewer: Viewer, on: date) -> dict[int, str]:
    """The pupils of the viewer's school for whom something is planned from a day on. One query."""
    plans = PlannedMark.objects.filter(
        school_id=viewer.school_id, last_day__gte=on, withdrawn_at=None
    ).values_list("pupil_id", flat=True)
    return dict.fromkeys(plans, "something is planned for them")


def purges_of(viewer: Viewer) -> list[Purge]:
    """The purges of the viewer's school with who did them, the newest first. One query."""
    return list(Purge.objects.filter(school_id=viewer.school_id).select_related("save_made").order_by("-pk"))


def _year(viewer: Viewer, bounds: tuple[date, date], newest: date, open_cases: Mapping[int, str]) -> OldYear:
    of_year = Entry.objects.filter(school_id=viewer.school_id, on__range=bounds).order_by()
    totals = dict(of_year.values_list("pupil_id").annotate(Count("pk")))
    with connection.cursor() as cursor:
        before = connection.ops.adapt_datetimefield_value(made_before(newest))
        cursor.execute(_YOUNG_ENTRIES, [viewer.school_id, *(day.isoformat() for day in bounds), before])
        young = dict(cursor.fetchall())
    may_go: dict[int, int] = {}
    kept_pupils, kept_entries = Counter[str](), Counter[str]()
    for pupil_id, total in totals.items():
        old = total - young.get(pupil_id, 0)
        if old and (words := open_cases.get(pupil_id)):
            kept_pupils[words] += 1
            kept_entries[words] += old
        elif old:
            may_go[pupil_id] = old
    kept_for = {words: (count, kept_entries[words]) for words, count in kept_pupils.items()}
    return OldYear(*bounds, sum(totals.values()), may_go, sum(young.values()), kept_for)


def first_day_of_entries(viewer: Viewer, after: date = date.min) -> date | None:
    """The first day with a mark in the viewer's school, or the first after a day. One query."""
    days = Entry.objects.filter(school_id=viewer.school_id, on__gt=after).order_by("on")
    return days.values_list("on", flat=True).first()
