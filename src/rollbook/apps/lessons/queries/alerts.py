"""What somebody must see to: pupils missing from lessons, or in one though absent in the register."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from rollbook.apps.lessons.models import LessonAlert, LessonMark
from rollbook.apps.lessons.queries.switch import are_on, sees_all
from rollbook.apps.registers.queries.whereabouts import Placed, pupils_placed
from rollbook.domain.access import Viewer
from rollbook.domain.lessons import LessonCode

RECENT_DAYS = 28


@dataclass(frozen=True)
class Followed:
    """An alert with where its pupil is now (None where not on roll today) and the later lessons they were in."""

    alert: LessonAlert
    placed: Placed | None
    seen_in: tuple[LessonMark, ...]


def open_count(viewer: Viewer, today: date) -> int:
    """How many alerts wait for somebody. One query, none for those who don't see to them."""
    if not (sees_all(viewer) and are_on(viewer, today)):
        return 0
    return LessonAlert.objects.filter(school_id=viewer.school_id, closed_at=None).count()


def open_alerts(viewer: Viewer) -> list[LessonAlert]:
    """The alerts that wait, the newest first. One query."""
    return list(_alerts(viewer).filter(closed_at=None))


def closed_alerts(viewer: Viewer, today: date) -> list[LessonAlert]:
    """The alerts of the last four weeks that are closed, the newest first. One query."""
    since = today - timedelta(days=RECENT_DAYS)
    return list(_alerts(viewer).filter(closed_at__isnull=False, on__gte=since)[:200])


def alert_of(viewer: Viewer, alert_id: int) -> LessonAlert | None:
    """One alert of the viewer's school; None for any other. One query."""
    return _alerts(viewer).filter(pk=alert_id).first() if alert_id < 2**63 else None


def followed(viewer: Viewer, alerts: list[LessonAlert], now: datetime) -> list[Followed]:
    """These alerts with what has been seen of their pupils since. Five queries, none without alerts."""
    if not alerts:
        return []
    pupils = {alert.pupil_id for alert in alerts}
    placed = {each.pupil.id: each for each in pupils_placed(viewer, now, pupils)}
    seen = _present_marks(viewer, {(alert.on, alert.pupil_id) for alert in alerts})
    today = now.date()
    return [
        Followed(
            alert,
            placed.get(alert.pupil_id) if alert.on == today else None,
            tuple(seen.get((alert.on, alert.pupil_id), ())),
        )
        for alert in alerts
    ]


def _present_marks(viewer: Viewer, wanted: set[tuple[date, int]]) -> dict[tuple[date, int], list[LessonMark]]:
    """The newest marks that say present or late, by day and pupil, in the order of the lessons."""
    rows = (
        LessonMark.objects.filter(
            lesson__school_id=viewer.school_id,
            on__in={on for on, _ in wanted},
            pupil__in={pupil for _, pupil in wanted},
        )
        .select_related("lesson")
        .order_by("version")
    )
    newest = {(mark.on, mark.pupil_id, mark.lesson_id): mark for mark in rows}
    found: dict[tuple[date, int], list[LessonMark]] = {}
    for (on, pupil, _), mark in sorted(newest.items(), key=lambda each: each[1].lesson.starts_at):
        if mark.code != LessonCode.MISSING:
            found.setdefault((on, pupil), []).append(mark)
    return found


def _alerts(viewer: Viewer) -> QuerySet[LessonAlert]:
    return LessonAlert.objects.filter(school_id=viewer.school_id).select_related(
        "pupil", "lesson", "lesson__teacher", "lesson__group", "lesson__lesson_set"
    )
