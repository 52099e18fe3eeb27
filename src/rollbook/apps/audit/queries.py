"""What the evidence says."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet
from django.utils.module_loading import import_string

from rollbook.apps.audit.models import Event
from rollbook.clock import LONDON
from rollbook.domain.access import Viewer

PAGE = 50
_BATCH = 500


def was_recorded(*, type: str, by_id: int, subject: str, since: datetime) -> bool:
    """Whether a person did this to this subject since a moment."""
    return Event.objects.filter(subject=subject, type=type, by_id=by_id, at__gte=since).exists()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are asked for; what is left empty narrows nothing.

    Shape: `types` are beginnings of types, `subjects` "pupil:12"; the days are both included.
    """

    by_name: str = ""
    by_id: int | None = None
    types: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    subjects: tuple[str, ...] | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of events, newest first, with the ids from which the pages beside it go on."""

    events: list[Event]
    newer_than: int | None
    older_than: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """How often somebody did one thing on one day, and when for the last time."""

    by_id: int | None
    type: str
    on: date
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What a subject is called, and the address of its page for those who may open it."""

    words: str
    url: str = ""


def page_of(viewer: Viewer, wanted: Wanted, *, before: int | None = None, after: int | None = None) -> Page:
    """A page of the events of the viewer's school: those before an id, or after one, else the newest. One query."""
    events = _matching(viewer, wanted)
    if after is not None:
        found = list(events.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
        has_newer, has_older = len(found) > PAGE, True
        found = found[:PAGE][::-1]
    else:
        older = events.filter(pk__lt=before) if before is not None else events
        found = list(older.order_by("-pk")[: PAGE + 1])
        has_newer, has_older = before is not None, len(found) > PAGE
        found = found[:PAGE]
    return Page(
        events=found,
        newer_than=found[0].pk if found and has_newer else None,
        older_than=found[-1].pk if found and has_older else None,
    )


def count_by_day(viewer: Viewer, types: tuple[str, ...]) -> list[Counted]:
    """How often each person did what these types name, day by day, the earliest first. One query."""
    rows = _matching(viewer, Wanted(types=types)).order_by().values_list("by_id", "type", "at__date")
    return [Counted(*row) for row in rows.annotate(count=Count("pk"), last_at=Max("at")).order_by("at__date")]


def batches_of(viewer: Viewer, wanted: Wanted) -> Iterator[list[Event]]:
    """Every event asked for, newest first, some hundreds at a time. One query each."""
    last: int | None = None
    while True:
        events = _matching(viewer, wanted)
        if last is not None:
            events = events.filter(pk__lt=last)
        found = list(events.order_by("-pk")[:_BATCH])
        if not found:
            return
        yield found
        last = found[-1].pk


def _matching(viewer: Viewer, wanted: Wanted) -> QuerySet[Event]:
    events = Event.objects.filter(school_id=viewer.school_id)
    for word in wanted.by_name.split():
        events = events.filter(by_name__icontains=word)
    if wanted.by_id is not None:
        events = events.filter(by_id=wanted.by_id)
    if wanted.types:
        events = events.filter(_begins(wanted.types))
    if wanted.without:
        events = events.exclude(_begins(wanted.without))
    if wanted.subjects is not None:
        events = events.filter(_about(wanted.subjects))
    if wanted.first_day is not None:
        events = events.filter(at__gte=_midnight(wanted.first_day))
    if wanted.last_day is not None:
        events = events.filter(at__lt=_midnight(wanted.last_day + timedelta(days=1)))
    return events


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=LONDON)


def _begins(beginnings: Iterable[str]) -> Q:
    either = Q()
    for beginning in beginnings:
        either |= Q(type__startswith=beginning)
    return either


def _about(subjects: Iterable[str]) -> Q:
    either = Q(subject__in=list(subjects))
    for subject in subjects:
        kind, _, number = subject.partition(":")
        if kind == "pupil":
            # A register saved again may amend marks of several pupils, and a file changes many: they are named in
            # the facts. The two databases write the same JSON with and without a space.
            for written in (f'"pupil":{number}', f'"pupil": {number}'):
                for end in ",}":
                    either |= Q(facts__amended__icontains=written + end) | Q(
                        facts__pupils__icontains=written + end
                    )
    return either


# --- What only the apps above know ------------------------------------------------------------------------------


def known_subjects(viewer: Viewer, subjects: Iterable[str]) -> Mapping[str, Known]:
    """What pupils, groups and people are called; those that the viewer may not know are left out."""
    found: Mapping[str, tuple[str, str]] = _ask("audit_subjects", viewer, sorted(set(subjects)))
    return {subject: Known(words, url) for subject, (words, url) in found.items()}


def pupils_called(viewer: Viewer, name: str) -> tuple[str, ...]:
    """The pupils of the viewer's school with this name, as subjects; none for those who may not see pupils."""
    return tuple(_ask("audit_pupils_called", viewer, name))


def _ask(question: str, *arguments: object) -> Any:
    return import_string(settings.ROLLBOOK_ANSWERS[question])(*arguments)


def facts_told(viewer: Viewer, type: str, subjects: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """The facts of the first event of this type about each subject of the viewer's school. One query."""
    rows = Event.objects.filter(school_id=viewer.school_id, type=type, subject__in=list(subjects))
    return dict(reversed(rows.order_by("pk").values_list("subject", "facts")))
