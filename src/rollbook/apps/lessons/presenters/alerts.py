"""Alerts as the office's list and the card on Today take them, and a pupil's lessons as a card on the pupil's page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse

from rollbook.apps.lessons.models import LessonAlert
from rollbook.apps.lessons.presenters.sheet import mark_words
from rollbook.apps.lessons.queries.alerts import Followed
from rollbook.apps.lessons.queries.timetable import who_of
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.lessons import Concern
from rollbook.domain.on_site import MovementKind
from rollbook.ui.words import clock_time, local, short_day


def since_words(alert: LessonAlert, now: datetime) -> str:
    """How long somebody has been looked for: "12 minutes", "1 hour 5 minutes", else the day and time."""
    at = local(alert.raised_at)
    if at.date() != now.date():
        return f"since {short_day(at)}, {clock_time(at)}"
    minutes = max(0, int((now - alert.raised_at).total_seconds()) // 60)
    hours, rest = divmod(minutes, 60)
    words = [_count(hours, "hour")] if hours else []
    return f"for {' '.join([*words, _count(rest, 'minute')])}"


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def alert_row(alert: LessonAlert, now: datetime) -> dict[str, Any]:
    """One alert in words."""
    lesson, at = alert.lesson, local(alert.raised_at)
    return {
        "alert": alert,
        "pupil": alert.pupil,
        "pupil_url": reverse("registers:pupil", args=[alert.pupil_id]),
        "kind": Concern(alert.kind).words,
        "is_missing": alert.kind == Concern.MISSING,
        "because": alert.because,
        "lesson": f"{lesson.subject}, {who_of(lesson)}",
        "lesson_url": reverse("lessons:take", args=[lesson.pk, alert.on]),
        "times": f"{clock_time(lesson.starts_at)}–{clock_time(lesson.ends_at)}",
        "day": "" if alert.on == now.date() else short_day(alert.on),
        "room": lesson.room,
        "teacher": lesson.teacher.name,
        "telephone": lesson.teacher.telephone,
        "raised": clock_time(at) if at.date() == now.date() else f"{short_day(at)}, {clock_time(at)}",
        "raised_by": alert.raised_by_name,
        "since": since_words(alert, now),
        "url": reverse("lessons:alert", args=[alert.pk]),
        "closed": _closed(alert),
    }


def followed_row(each: Followed, now: datetime) -> dict[str, Any]:
    """One open alert with where its pupil was last seen."""
    return alert_row(each.alert, now) | {"last_seen": last_seen(each)}


def last_seen(each: Followed) -> str:
    """The latest that any register or the desk says of the pupil being somewhere that day."""
    seen = []
    if each.placed is not None:
        for mark in each.placed.marks:
            if BY_SYMBOL[mark.code].is_on_site:
                at = mark.arrived_at or mark.opens_at
                signed = "Signed in" if mark.arrived_at else f"Registered this {mark.session.words}"
                seen.append((at, f"{signed}, {clock_time(at)}"))
        for moved in each.placed.moved:
            words = "Signed out" if moved.kind is MovementKind.LEFT else "Signed in at the desk"
            seen.append((moved.at, f"{words}, {clock_time(moved.at)}"))
    for lesson_mark in each.seen_in:
        lesson = lesson_mark.lesson
        where = ", ".join(filter(None, [lesson.subject, lesson.room]))
        said = mark_words(lesson_mark.code, lesson_mark.minutes_late)
        seen.append((lesson.starts_at, f"{where}, {clock_time(lesson.starts_at)} ({said})"))
    return max(seen, key=lambda one: one[0])[1] if seen else "Nowhere yet that day"


def _closed(alert: LessonAlert) -> dict[str, Any] | None:
    if alert.closed_at is None:
        return None
    at = local(alert.closed_at)
    return {
        "when": f"{short_day(at)}, {clock_time(at)}",
        "by": alert.closed_by_name or "By itself",
        "position": alert.closed_by_position,
        "found": alert.found,
    }


def alerts_context(
    waiting: Sequence[Followed], closed: Sequence[LessonAlert], now: datetime
) -> dict[str, Any]:
    """Everything `lessons/alerts.html` needs."""
    return {
        "now": now,
        "waiting": [followed_row(each, now) for each in waiting],
        "closed": [alert_row(alert, now) for alert in closed],
    }
