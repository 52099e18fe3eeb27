"""Which arrangements stand behind a pupil who is not at school full-time: agreed for which days, reviewed when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from rollbook.apps.absence.models import (
    ActivityPupil,
    OffSiteActivity,
    PartTimeTimetable,
    Suspension,
)
from rollbook.apps.absence.queries.sources import sources_of
from rollbook.domain.access import Viewer
from rollbook.domain.off_site import ActivityKind
from rollbook.domain.part_time import TimetableState
from rollbook.domain.week_grid import WeekGrid

_AGREED = [TimetableState.AGREED.value, TimetableState.ENDED_EARLY.value]
_PROVISION = [ActivityKind.OTHER.value, ActivityKind.AUTHORITY.value]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A record that plans such sessions. `at_school` is None where it names no half-days of a week.

    `next_review` is the first review that nobody has held; `url` "" for those who may not open the record.
    """

    words: str
    first_day: date
    last_day: date
    next_review: date | None
    at_school: WeekGrid | None
    url: str


def arrangements(
    viewer: Viewer, pupil_ids: Collection[int], first_day: date, last_day: date
) -> dict[int, list[Arrangement]]:
    """The part-time timetables, suspensions and provision elsewhere of these pupils that touch these days.

    Shape: by pupil, the earliest first. What was cancelled or withdrawn is left out. Seven queries at most.
    """
    found: list[tuple[int, str, Arrangement]] = [
        *_timetables(viewer, pupil_ids, first_day, last_day),
        *_suspensions(viewer, pupil_ids, first_day, last_day),
        *_provision(viewer, pupil_ids, first_day, last_day),
    ]
    named = sources_of(viewer, {source for _, source, _ in found})
    by_pupil: dict[int, list[Arrangement]] = {}
    for pupil_id, source, each in sorted(found, key=lambda row: (row[2].first_day, row[1])):
        url = named[source][1] if source in named else ""
        by_pupil.setdefault(pupil_id, []).append(
            Arrangement(each.words, each.first_day, each.last_day, each.next_review, each.at_school, url)
        )
    return by_pupil


def _timetables(
    viewer: Viewer, pupil_ids: Collection[int], first_day: date, last_day: date
) -> list[tuple[int, str, Arrangement]]:
    rows = PartTimeTimetable.objects.filter(
        school_id=viewer.school_id,
        pupil_id__in=pupil_ids,
        state__in=_AGREED,
        first_day__lte=last_day,
        last_day__gte=first_day,
    ).prefetch_related("reviews")
    found = []
    for row in rows:
        waiting = [review.due_on for review in row.reviews.all() if review.held_on is None]
        is_open = row.state == TimetableState.AGREED.value
        grid = WeekGrid(row.half_days)
        words = f"Part-time timetable, at school {grid.words}"
        review = min(waiting) if waiting and is_open else None
        found.append(
            (
                row.pupil_id,
                row.source,
                Arrangement(words, row.first_day, row.last_day, review, grid, ""),
            )
        )
    return found


def _suspensions(
    viewer: Viewer, pupil_ids: Collection[int], first_day: date, last_day: date
) -> list[tuple[int, str, Arrangement]]:
    rows = Suspension.objects.filter(
        school_id=viewer.school_id,
        pupil_id__in=pupil_ids,
        ended_at=None,
        first_day__lte=last_day,
        last_day__gte=first_day,
    )
    return [
        (
            row.pupil_id,
            row.source,
            Arrangement(
                f"Suspension{f', from the sixth day at {row.provider}' if row.provider else ''}",
                row.first_day,
                row.last_day,
                None,
                None,
                "",
            ),
        )
        for row in rows
    ]


def _provision(
    viewer: Viewer, pupil_ids: Collection[int], first_day: date, last_day: date
) -> list[tuple[int, str, Arrangement]]:
    """Education elsewhere (B, K) that the pupil goes to on any of these days."""
    places = ActivityPupil.objects.filter(
        activity__school_id=viewer.school_id,
        activity__kind__in=_PROVISION,
        activity__ended_at=None,
        activity__first_day__lte=last_day,
        activity__last_day__gte=first_day,
        pupil_id__in=pupil_ids,
        off_from=None,
    ).select_related("activity")
    return [(place.pupil_id, place.activity.source, _of_activity(place.activity, place)) for place in places]


def _of_activity(activity: OffSiteActivity, place: ActivityPupil) -> Arrangement:
    where = activity.provider or activity.place
    first_day = max(activity.first_day, place.goes_from)
    return Arrangement(f"{activity.title}, {where}", first_day, activity.last_day, None, None, "")
