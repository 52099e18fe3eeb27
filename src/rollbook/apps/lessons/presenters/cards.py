"""The cards of lessons on other pages: alerts on Today, lessons missed on a pupil's page."""

from datetime import datetime

from django.urls import reverse

from rollbook.apps.lessons.presenters.alerts import alert_row
from rollbook.apps.lessons.presenters.sheet import mark_words
from rollbook.apps.lessons.queries.alerts import open_alerts
from rollbook.apps.lessons.queries.pupil import WEEKS, lessons_of_pupil
from rollbook.apps.lessons.queries.switch import are_on, sees_all
from rollbook.domain.access import Permission, Viewer
from rollbook.ui.cards import Card, CardLine
from rollbook.ui.words import clock_time, short_day

_MOST_LINES = 6
# Those who work with pupils here; not those who look at registers from outside the school.
_STAFF = (Permission.REGISTER_TAKE_OWN, Permission.REGISTER_TAKE_ANY, Permission.PLANNED_RECORD)


def alerts_card(viewer: Viewer, now: datetime) -> Card | None:
    """The pupils somebody must look for, for those who see to it; None where nobody is. One query."""
    if not (sees_all(viewer) and are_on(viewer, now.date())):
        return None
    rows = [alert_row(alert, now) for alert in open_alerts(viewer)]
    if not rows:
        return None
    lines = [
        CardLine(
            words=f"{row['pupil'].forename} {row['pupil'].surname}",
            href=row["url"],
            more=", ".join(filter(None, [row["lesson"], row["day"], row["times"], row["room"]])),
            urgent=row["since"] if row["is_missing"] else "absent in the register",
        )
        for row in rows
    ]
    return Card(
        id="lesson-alerts",
        title="Missing from lessons",
        lines=lines,
        href=reverse("lessons:alerts"),
        href_words="Open the list",
        is_alarm=True,
    )


def pupil_card(viewer: Viewer, now: datetime, pupil_id: int) -> Card | None:
    """The lessons a pupil missed or came late to in the last weeks; None where none was marked. Two queries."""
    if not are_on(viewer, now.date()) or not any(map(viewer.may, _STAFF)):
        return None
    found = lessons_of_pupil(viewer, pupil_id, now.date())
    if not found.marked_count:
        return None
    not_there = sorted(
        [*found.missed, *found.late], key=lambda mark: (mark.on, mark.lesson.starts_at), reverse=True
    )
    # Where a pupil was found may be about health: a teacher needs to know only that the lesson was missed.
    found_in = found.found if viewer.may(Permission.PLANNED_RECORD) else {}
    lines = [
        CardLine(
            words=f"{mark.lesson.subject}, {short_day(mark.on)}",
            href=reverse("lessons:take", args=[mark.lesson_id, mark.on]) if sees_all(viewer) else "",
            more=", ".join(
                filter(
                    None,
                    [clock_time(mark.lesson.starts_at), found_in.get((mark.lesson_id, mark.on), "")],
                )
            ),
            urgent=mark_words(mark.code, mark.minutes_late),
        )
        for mark in not_there[:_MOST_LINES]
    ]
    lessons = "1 lesson" if found.marked_count == 1 else f"{found.marked_count} lessons"
    late = f", late to {len(found.late)}" if found.late else ""
    return Card(
        id="lessons",
        title="Lessons missed",
        lines=lines,
        summary=f"{len(found.missed)} of {lessons} in the last {WEEKS} weeks{late}.",
    )
