"""What suspensions and part-time timetables ask of the school, and when it was done."""

from datetime import date, datetime, time, timedelta

from django.urls import reverse

from rollbook.apps.absence.models import PartTimeTimetable, Suspension, TimetableReview
from rollbook.apps.absence.queries.suspensions import as_suspended
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.duties import Owed
from rollbook.domain.part_time import TimetableState
from rollbook.domain.suspension import count_days


def owed(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Owed]:
    """Education from the sixth day of suspensions, and reviews of part-time timetables. Three queries."""
    return [*_provisions(viewer, first_day, last_day, now), *_reviews(viewer, first_day, last_day, now)]


def _provisions(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Owed]:
    """Of each suspension that will have a sixth day; it arises with the first, so that there is time."""
    calendar = timetable(viewer).calendar
    year_before = first_day - timedelta(days=366)
    rows = Suspension.objects.filter(
        school_id=viewer.school_id, last_day__gte=year_before, first_day__lte=last_day
    )
    of_pupil: dict[int, list[Suspension]] = {}
    for row in rows.select_related("pupil"):
        of_pupil.setdefault(row.pupil_id, []).append(row)
    found = []
    for own in of_pupil.values():
        for row in own:
            others = [as_suspended(each) for each in own if each.pk != row.pk and each.ended_at is None]
            due_on = count_days(as_suspended(row), others, calendar, row.last_day).provision_due
            if due_on is None or not first_day <= row.first_day <= last_day:
                continue
            is_in_time = row.provision_from is not None and row.provision_from <= due_on
            done_on = (due_on if is_in_time else row.provision_from) if row.provision_from else None
            found.append(
                Owed(
                    "suspension.provision",
                    f"{row.pupil.forename} {row.pupil.surname}",
                    "Arrange education from the sixth school day",
                    _start(row.first_day, now),
                    _end(due_on, now),
                    reverse("absence:suspension", args=[row.pk]),
                    pupil_id=row.pupil_id,
                    done_at=_start(done_on, now) if done_on else None,
                    dropped_because="The suspension was withdrawn." if row.ended_at else "",
                )
            )
    return found


def _reviews(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Owed]:
    """Each review of a timetable that was agreed; one is needed no more once the timetable has ended."""
    rows = TimetableReview.objects.filter(
        timetable__school_id=viewer.school_id, due_on__gte=first_day, timetable__agreed_at__isnull=False
    ).select_related("timetable__pupil")
    found = []
    for row in rows:
        kept: PartTimeTimetable = row.timetable
        if kept.agreed_at is None or kept.agreed_at.astimezone(now.tzinfo).date() > last_day:
            continue
        is_over = kept.state != TimetableState.AGREED.value
        found.append(
            Owed(
                "timetable.review",
                f"{kept.pupil.forename} {kept.pupil.surname}",
                "Review the part-time timetable",
                kept.agreed_at,
                _end(row.due_on, now),
                reverse("absence:timetable", args=[kept.pk]),
                pupil_id=kept.pupil_id,
                done_at=_start(row.held_on, now) if row.held_on else None,
                dropped_because="The timetable ended before." if is_over else "",
            )
        )
    return found


def _start(on: date, now: datetime) -> datetime:
    return datetime.combine(on, time.min, tzinfo=now.tzinfo)


def _end(on: date, now: datetime) -> datetime:
    return datetime.combine(on, time.max, tzinfo=now.tzinfo)
