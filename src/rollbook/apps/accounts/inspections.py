"""Inspections: whose they are, until when, and what was opened and taken out, put together from the log."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import ResolverMatch

from rollbook.apps.accounts.models import Appointment
from rollbook.apps.audit.queries import Counted, Known, Page, Wanted, count_by_day, known_subjects, page_of
from rollbook.domain.access import Role, Viewer
from rollbook.domain.spans import Span

TYPES = ("inspection.",)
TAKEN = "inspection.file.taken"

# What a page is called in the log; its pupil or group follows in the reader's words.
_PAGES = {
    "roll:pupils": "the list of pupils",
    "roll:starting": "the pupils who are starting",
    "roll:leavers": "the pupils who have left",
    "roll:missing": "what is missing in the admission register",
    "roll:missing_export": "what is missing in the admission register",
    "roll:export": "the list of pupils",
    "roll:details": "the entry in the admission register",
    "registers:mine": "the registers of the day",
    "registers:day": "the registers of a day",
    "registers:take": "a register",
    "registers:sheet": "a register for print",
    "registers:export": "the marks of some days",
    "registers:pupil": "the attendance",
    "registers:mark": "a mark and its history",
    "insight:own_view": "the page for the pupil",
    "insight:own_view_pdf": "the page for the pupil",
    "reports:print": "the page for prints and files",
    "reports:group_register": "a group's register",
    "reports:blank_register": "a blank register",
    "reports:certificate": "the attendance certificate",
    "reports:certificate_pdf": "the attendance certificate",
    "reports:certificate_csv": "the attendance certificate",
    "schools:calendar": "the calendar",
    "schools:year": "a year of the calendar",
    "schools:times": "the times of the day",
    "schools:groups": "the teaching groups",
    "schools:group": "the teaching group",
    "schools:settings": "the school's settings",
    "schools:codes": "the attendance codes",
    "accounts:who_to_ask": "who to ask",
}
_OTHER_PAGE = "another page"
_SUBJECTS = (("pupil_id", "pupil"), ("group_id", "group"))


def what_was_opened(match: ResolverMatch | None) -> tuple[str, str]:
    """What a page is called, and the pupil or group it is about ("pupil:12"); "" for neither."""
    if match is None:
        return _OTHER_PAGE, ""
    subjects = (f"{kind}:{match.kwargs[name]}" for name, kind in _SUBJECTS if name in match.kwargs)
    return _PAGES.get(match.view_name, _OTHER_PAGE), next(subjects, "")


@dataclass(frozen=True, slots=True)
class Inspection:
    """An inspector's time at the school, and how much was looked at in it."""

    id: int
    person_id: int
    name: str
    position: str
    first_day: date
    last_day: date | None
    page_count: int
    file_count: int
    last_look: datetime | None

    def is_open(self, on: date) -> bool:
        """May the inspector look on that day?"""
        return on in Span(self.first_day, self.last_day)

    def is_to_come(self, on: date) -> bool:
        """Does it begin later?"""
        return self.first_day > on


def inspections_of(viewer: Viewer) -> list[Inspection]:
    """Every inspection of the viewer's school, the newest first. Two queries."""
    rows = Appointment.objects.select_related("user").filter(school_id=viewer.school_id, role=Role.INSPECTOR)
    counted = count_by_day(viewer, TYPES)
    return [_inspection(row, counted) for row in rows.order_by("-first_day", "-id")]


def _inspection(row: Appointment, counted: Iterable[Counted]) -> Inspection:
    span = Span(row.first_day, row.last_day)
    looks = [each for each in counted if each.by_id == row.user_id and each.on in span]
    return Inspection(
        id=row.pk,
        person_id=row.user_id,
        name=row.user.name,
        position=row.position,
        first_day=row.first_day,
        last_day=row.last_day,
        page_count=sum(each.count for each in looks if each.type != TAKEN),
        file_count=sum(each.count for each in looks if each.type == TAKEN),
        last_look=max((each.last_at for each in looks), default=None),
    )


def looks_of(
    viewer: Viewer, inspection: Inspection, *, before: int | None, after: int | None, files_only: bool
) -> tuple[Page, dict[str, Known]]:
    """A page of what was looked at, the newest first, and what its pupils and groups are called for this viewer."""
    wanted = Wanted(
        by_id=inspection.person_id,
        types=(TAKEN,) if files_only else TYPES,
        first_day=inspection.first_day,
        last_day=inspection.last_day,
    )
    page = page_of(viewer, wanted, before=before, after=after)
    return page, dict(known_subjects(viewer, {event.subject for event in page.events} - {""}))
