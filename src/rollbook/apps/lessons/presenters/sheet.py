"""The register of one lesson as its template takes it: the rows have the names of the attendance register's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import uuid4

from django.urls import reverse

from rollbook.apps.lessons.actions.taking import LessonConflict, why_not
from rollbook.apps.lessons.models import LessonMark
from rollbook.apps.lessons.queries.sheet import LessonSheet
from rollbook.apps.lessons.queries.timetable import who_of
from rollbook.apps.registers.queries.whereabouts import Placed
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.lessons import LessonCode
from rollbook.domain.on_site import Whereabouts
from rollbook.domain.refusals import Refusal
from rollbook.ui.kinds import title_of
from rollbook.ui.mark_form import SubmittedMark
from rollbook.ui.words import clock_time, local, short_day

Row = dict[str, Any]
WITH_THE_OFFICE = "reason kept by the school office"


@dataclass(frozen=True)
class LessonTyped:
    """What a form that came back holds: nothing of it may be lost."""

    marks: Mapping[int, SubmittedMark] = field(default_factory=dict)
    reason: str = ""
    refusals: Sequence[Refusal] = ()
    conflicts: Sequence[LessonConflict] = ()
    raw_minutes: Mapping[int, str] = field(default_factory=dict)


def sheet_context(viewer: Viewer, sheet: LessonSheet, now: datetime, typed: LessonTyped) -> dict[str, Any]:
    """Everything `lessons/take.html` needs."""
    rows = [_row(viewer, sheet, placed, typed) for placed in sheet.pupils]
    problem = why_not(viewer, sheet.held, now)
    lesson = sheet.held.lesson
    names = {str(each.pupil.id): f"{each.pupil.forename} {each.pupil.surname}" for each in sheet.pupils}
    return {
        "register": {
            "subject": lesson.subject,
            "who": who_of(lesson),
            "on": sheet.held.on,
            "starts_at": lesson.starts_at,
            "ends_at": lesson.ends_at,
            "room": lesson.room,
            "teacher_name": sheet.held.teacher_name,
            "is_covered": sheet.held.cover is not None,
            "session_words": sheet.times.session.words,
            "state": _state(sheet, now),
            "may_save": not problem,
            "why_not": problem,
            "key": str(uuid4()),
            "counts": _counts(rows),
            "absent_words": "Missing",
            "saved_note": _saved_note(sheet, now),
        },
        "rows": rows,
        "known": [row for row in rows if row["planned"]],
        "errors": [_error(refusal, names) for refusal in typed.refusals],
        "conflicts": bool(typed.conflicts),
        "reason": typed.reason,
    }


def _state(sheet: LessonSheet, now: datetime) -> dict[str, Any]:
    """Where the lesson is in the day, beside the heading."""
    lesson, on = sheet.held.lesson, sheet.held.on
    is_over = on < now.date() or (on == now.date() and now.time() >= lesson.ends_at)
    is_on = on == now.date() and lesson.starts_at <= now.time() < lesson.ends_at
    return {"is_over": is_over, "is_on": is_on}


def _error(refusal: Refusal, names: Mapping[str, str]) -> dict[str, str]:
    name = names.get(refusal.field.partition("-")[2])
    return {
        "href": f"#{refusal.field}" if refusal.field else "#register",
        "message": f"{name}: {refusal.message}" if name else refusal.message,
    }


def _counts(rows: Sequence[Row]) -> dict[str, int]:
    kinds = {LessonCode.PRESENT: "present", LessonCode.LATE: "late", LessonCode.MISSING: "absent"}
    counts = {"present": 0, "late": 0, "absent": 0, "unmarked": 0, "total": len(rows)}
    for row in rows:
        counts[kinds.get(row["code"], "unmarked")] += 1
    return counts | {"rest": counts["unmarked"]}


def _saved_note(sheet: LessonSheet, now: datetime) -> str:
    saves = [version.save_made for versions in sheet.versions.values() for version in versions]
    if not saves:
        return ""
    newest = max(saves, key=lambda save: save.at)
    at = local(newest.at)
    when = clock_time(at) if at.date() == now.date() else f"{short_day(at)}, {clock_time(at)}"
    return f"Saved {when} by {newest.by_name}"


def _row(viewer: Viewer, sheet: LessonSheet, placed: Placed, typed: LessonTyped) -> Row:
    pupil = placed.pupil
    versions = sheet.versions.get(pupil.id, [])
    now = versions[-1] if versions else None
    mine = typed.marks.get(pupil.id)
    conflict = next((each for each in typed.conflicts if each.pupil_id == pupil.id), None)
    known = registered(sheet, placed)
    code, minutes = _shown(known, mine, now)
    seen = mine.seen_version if mine and not conflict else (now.version if now else 0)
    reason = sheet.planned.get(pupil.id)
    return {
        "pupil_id": pupil.id,
        "surname": pupil.surname,
        "forename": pupil.forename,
        "group_name": "" if sheet.held.lesson.group_id else pupil.group_name,
        "pupil_url": _pupil_url(viewer, pupil.id),
        "registered": known,
        "planned": {"symbol": reason.code, "words": reason.words} if reason else None,
        "code": code,
        "minutes": typed.raw_minutes.get(pupil.id, "" if minutes is None else minutes),
        "version": seen,
        "saved_symbol": now.code if now else "",
        "errors": [r.message for r in typed.refusals if r.field.partition("-")[2] == str(pupil.id)],
        "conflict": _conflict(conflict) if conflict else None,
        "amended": [_amended(viewer, *pair) for pair in pairwise(versions)],
    }


def _shown(
    known: Mapping[str, Any], mine: SubmittedMark | None, now: LessonMark | None
) -> tuple[str, int | None]:
    """What is shown as the mark: what was typed, else what is saved, else missing where the register says absent.

    Only the attendance register fills in; that a pupil missed the lesson before says nothing of this one.
    """
    if mine is not None:
        return mine.code, mine.minutes_late
    if now is not None:
        return now.code, now.minutes_late
    return (LessonCode.MISSING.value if known["is_away"] else ""), None


def _pupil_url(viewer: Viewer, pupil_id: int) -> str:
    """A teacher of a lesson isn't the teacher of its pupils' group: the pupil's page is for those who may open any."""
    return reverse("registers:pupil", args=[pupil_id]) if viewer.may(Permission.PUPIL_VIEW_ANY) else ""


def registered(sheet: LessonSheet, placed: Placed) -> dict[str, Any]:
    """The mark of the attendance register for this half-day, and what the desk saw since."""
    mark = next((each for each in placed.marks if each.session is sheet.times.session), None)
    left = placed.is_where is Whereabouts.LEFT
    return {
        "symbol": mark.code if mark else "",
        "words": title_of(mark.code) if mark else "Not marked yet",
        "is_away": left or (mark is not None and not BY_SYMBOL[mark.code].is_on_site),
        "more": placed.found.because if placed.moved else "",
    }


def mark_words(code: str, minutes_late: int | None) -> str:
    """ "present", "missing" or "late, 5 minutes"."""
    words = LessonCode(code).words if code in set(LessonCode) else "not marked"
    if not minutes_late:
        return words
    return f"{words}, {'1 minute' if minutes_late == 1 else f'{minutes_late} minutes'}"


def _conflict(conflict: LessonConflict) -> dict[str, Any]:
    mine, theirs = conflict.mine, conflict.theirs
    return {
        "theirs_symbol": theirs.code,
        "theirs_words": mark_words(theirs.code, theirs.minutes_late),
        "theirs_by": theirs.save_made.by_name,
        "theirs_at": local(theirs.save_made.at),
        "mine_symbol": mine.code,
        "mine_words": mark_words(mine.code, mine.minutes_late),
    }


def _amended(viewer: Viewer, before: LessonMark, after: LessonMark) -> str:
    """Was, is, why, when, who in what position; why only for those who may read it, as in the attendance register."""
    save, at = after.save_made, local(after.save_made.at)
    may_read = viewer.may(Permission.PUPIL_VIEW_ANY) or save.by_id == viewer.user_id
    was = mark_words(before.code, before.minutes_late)
    return (
        f"{was[:1].upper()}{was[1:]} amended to {mark_words(after.code, after.minutes_late)}: "
        f"{after.reason if may_read else WITH_THE_OFFICE}. "
        f"{save.by_name}, {save.by_position}, {short_day(at)} at {clock_time(at)}"
    )
