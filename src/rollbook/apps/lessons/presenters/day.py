"""The lessons of a day as their list takes them: the one that is on, or the next, first."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from rollbook.apps.lessons.queries.day import LessonOfDay
from rollbook.apps.lessons.queries.switch import sees_all
from rollbook.apps.lessons.queries.timetable import who_of
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.ui.words import clock_time, local, short_day


def day_context(viewer: Viewer, lessons: Sequence[LessonOfDay], on: date, now: datetime) -> dict[str, Any]:
    """Everything `lessons/day.html` needs."""
    calendar = timetable(viewer).calendar
    before, after = calendar.previous_school_days(on, 1), calendar.next_school_day(on)
    rows = [_row(each, on, now) for each in lessons]
    return {
        "on": on,
        "now": now,
        "is_today": on == now.date(),
        "rows": rows,
        "next_up": next((row for row in rows if row["is_own"] and row["is_ahead"]), None)
        if on == now.date()
        else None,
        "sees_all": sees_all(viewer),
        "may_cover": viewer.may(Permission.GROUPS_MANAGE) and on >= now.date(),
        "not_taken": sum(row["is_due"] for row in rows),
        "because": "" if calendar.is_school_day(on) else calendar.day(on).because,
        "previous": reverse("lessons:day", args=[before[0]]) if before else "",
        "next": reverse("lessons:day", args=[after]) if after else "",
        "switch": [{"words": short_day(on), "href": reverse("lessons:day", args=[on]), "current": True}],
    }


def _row(each: LessonOfDay, on: date, now: datetime) -> dict[str, Any]:
    lesson, save = each.lesson, each.save
    has_begun = on < now.date() or (on == now.date() and now.time() >= lesson.starts_at)
    is_over = on < now.date() or (on == now.date() and now.time() >= lesson.ends_at)
    is_done = save is not None and save.is_complete
    return {
        "lesson": lesson,
        "who": who_of(lesson),
        "teacher": each.held.teacher_name,
        "covered_for": lesson.teacher.name if each.held.cover else "",
        "is_own": each.is_own,
        "is_ahead": not is_over and not is_done,
        "is_due": has_begun and not is_done,
        "is_on": has_begun and not is_over,
        "state": _state(each, has_begun=has_begun, is_over=is_over),
        "when": clock_time(local(save.at)) if save else "",
        "missing_count": each.missing_count,
        "act": "Take" if has_begun and not is_done else "Look",
        "url": reverse("lessons:take", args=[lesson.pk, on]),
    }


def _state(each: LessonOfDay, *, has_begun: bool, is_over: bool) -> tuple[str, str]:
    """How far its register is, in words and as a look of a tag."""
    if each.save is not None:
        return ("Taken", "good") if each.save.is_complete else ("Part marked", "warn")
    if not has_begun:
        return "To come", "outline"
    return ("Not taken", "alarm") if is_over else ("On now", "info")
