"""Alerts: raised with the mark they follow from, closed by a correction in the lesson or by whoever saw to it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.lessons.models import LessonAlert, LessonMark, LessonSave
from rollbook.apps.lessons.queries.sheet import LessonSheet
from rollbook.apps.lessons.queries.switch import sees_all
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.law import Finding
from rollbook.domain.lessons import Concern, LessonCode, alert_for, why_closed
from rollbook.domain.refusals import Refused
from rollbook.ui.words import clock_time, local

LONGEST_FOUND = 300


def follow_up(
    *, sheet: LessonSheet, save: LessonSave, marks: Sequence[LessonMark], by: Actor, at: datetime
) -> tuple[str, ...]:
    """Raises and closes what follows from these marks, in the transaction of their save.

    Shape: the names of the pupils for whom an alert was raised.
    """
    placed = {each.pupil.id: each for each in sheet.pupils}
    waiting = {
        alert.pupil_id: alert
        for alert in LessonAlert.objects.filter(
            lesson=sheet.held.lesson, on=sheet.held.on, closed_at=None
        ).select_for_update()
    }
    raised = []
    with transaction.atomic():
        for mark in marks:
            reason = sheet.planned.get(mark.pupil_id)
            found = alert_for(
                marks=placed[mark.pupil_id].marks,
                movements=placed[mark.pupil_id].moved,
                times=sheet.times,
                code=LessonCode(mark.code),
                planned=reason.words if reason else "",
            )
            alert = waiting.get(mark.pupil_id)
            if alert is not None and (why := why_closed(Concern(alert.kind), LessonCode(mark.code), found)):
                _close(alert, why, by, at, is_by_itself=True)
                alert = None
            if alert is None and found.answer is not Concern.NONE:
                _raise(sheet, save, mark, found, by, at)
                pupil = placed[mark.pupil_id].pupil
                raised.append(f"{pupil.forename} {pupil.surname}")
    return tuple(raised)


def close_alert(*, viewer: Viewer, alert_id: int, found: str, by: Actor, at: datetime) -> LessonAlert:
    """Closes an alert with what was found, which stays with it. Errors: Refused."""
    if not sees_all(viewer):
        raise Refused.one("", "You don't see to these alerts. The school office does.")
    found = found.strip()
    with transaction.atomic():
        alerts = LessonAlert.objects.select_for_update(of=("self",)).select_related("lesson")
        alert = alerts.filter(school_id=viewer.school_id, pk=alert_id).first()
        if alert is None:
            raise Refused.one("", "There is no such alert.")
        if alert.closed_at is not None:
            closed_by = alert.closed_by_name or "a correction in the lesson"
            when = clock_time(local(alert.closed_at))
            raise Refused.one("", f"Closed at {when} already by {closed_by}: {alert.found}")
        if not found:
            raise Refused.one("found", "Say what was found: it stays with the alert.")
        if len(found) > LONGEST_FOUND:
            raise Refused.one("found", f"Keep it to {LONGEST_FOUND} characters.")
        _close(alert, found, by, at, is_by_itself=False)
    return alert


def _raise(
    sheet: LessonSheet,
    save: LessonSave,
    mark: LessonMark,
    found: Finding[Concern],
    by: Actor,
    at: datetime,
) -> None:
    alert = LessonAlert.objects.create(
        school_id=save.school_id,
        lesson=sheet.held.lesson,
        on=sheet.held.on,
        pupil_id=mark.pupil_id,
        kind=found.answer.value,
        because=found.because,
        raised_at=at,
        raised_by_name=by.name,
    )
    _note("lesson.alert.raised", alert, {"because": found.because}, by, at)


def _close(alert: LessonAlert, found: str, by: Actor, at: datetime, *, is_by_itself: bool) -> None:
    alert.closed_at, alert.found = at, found
    if not is_by_itself:
        alert.closed_by_id, alert.closed_by_name, alert.closed_by_position = (
            by.person_id,
            by.name,
            by.position,
        )
    alert.save(update_fields=["closed_at", "found", "closed_by", "closed_by_name", "closed_by_position"])
    _note("lesson.alert.closed", alert, {"found": found}, by, at)


def _note(type: str, alert: LessonAlert, facts: dict[str, object], by: Actor, at: datetime) -> None:
    record(
        type=type,
        by=by,
        at=at,
        school_id=alert.school_id,
        subject=f"pupil:{alert.pupil_id}",
        facts={"lesson": alert.lesson.subject, "on": alert.on.isoformat(), **facts},
    )
