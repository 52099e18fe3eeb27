"""Taking the register of a lesson: one form, all or nothing, safe to send twice, never over somebody else's mark.

What follows from a mark, an alert raised or closed, is done in the same transaction, so it is there the same minute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.lessons.actions.raising import follow_up
from rollbook.apps.lessons.models import Lesson, LessonMark, LessonSave
from rollbook.apps.lessons.queries.sheet import Held, LessonSheet, sheet_of, takes_own
from rollbook.apps.lessons.queries.switch import are_on, sees_all
from rollbook.apps.lessons.queries.timetable import who_of
from rollbook.apps.registers.actions.turns import turn_to_save
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.lessons import LessonCode
from rollbook.domain.refusals import Refusal, Refused
from rollbook.domain.sessions import seconds_between
from rollbook.ui.mark_form import SubmittedMark

REASON_NEEDED = "Say why you are changing a mark that was already saved."
CANT_CLEAR = "A saved mark can't be cleared. Choose the mark that is right; the first one stays beside it."


@dataclass(frozen=True, slots=True)
class LessonConflict:
    """Somebody else saved another mark since this form was opened: `theirs` is saved, `mine` is not."""

    pupil_id: int
    theirs: LessonMark
    mine: SubmittedMark


class LessonConflicts(Exception):
    """Nothing was saved: for these pupils a person must choose."""

    def __init__(self, conflicts: Sequence[LessonConflict]) -> None:
        super().__init__(f"{len(conflicts)} marks were saved by somebody else meanwhile")
        self.conflicts = tuple(conflicts)


@dataclass(frozen=True, slots=True)
class LessonTaken:
    """What came of saving the register of a lesson. `raised` are the names of pupils somebody is told about."""

    saved_count: int
    amended_count: int
    unmarked_count: int
    raised: tuple[str, ...] = ()


@dataclass
class _Draft:
    """What is being worked out of one form."""

    marks: list[LessonMark] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    conflicts: list[LessonConflict] = field(default_factory=list)


def take_lesson(
    *,
    viewer: Viewer,
    held: Held,
    marks: Sequence[SubmittedMark],
    reason: str,
    key: UUID,
    by: Actor,
    at: datetime,
) -> LessonTaken:
    """Saves the register of a lesson as it stands on the form, and raises or closes what follows from it.

    Only what differs from what is saved becomes a mark. A changed mark is an amendment and needs `reason`.
    Errors: Refused with every problem at once; LessonConflicts where somebody else's marks stand in the way. Then
    nothing is saved.
    """
    problem = why_not(viewer, held, at)
    if problem:
        raise Refused.one("", problem)
    with turn_to_save(), transaction.atomic():
        # Holding the lesson puts the saves of its register in one order: what is read now stays so until the end.
        Lesson.objects.select_for_update(of=("self",)).get(pk=held.lesson.pk)
        sheet = sheet_of(viewer, held)
        draft = _work_out(sheet, marks, reason.strip())
        _refuse_amendment_without_right(viewer, held, draft, at)
        if draft.refusals:
            raise Refused(draft.refusals)
        if draft.conflicts:
            raise LessonConflicts(draft.conflicts)
        marked = {*sheet.versions, *(mark.pupil_id for mark in draft.marks)}
        unmarked_count = sum(each.pupil.id not in marked for each in sheet.pupils)
        if not draft.marks:
            return LessonTaken(0, 0, unmarked_count)
        if LessonSave.objects.filter(school_id=viewer.school_id, key=key).exists():
            key = uuid4()  # the form was saved, called back and changed
        save = _save(viewer, held, draft.marks, key, by, at, is_complete=unmarked_count == 0)
        raised = follow_up(sheet=sheet, save=save, marks=draft.marks, by=by, at=at)
    amended = sum(mark.version > 1 for mark in draft.marks)
    return LessonTaken(len(draft.marks), amended, unmarked_count, raised)


def why_not(viewer: Viewer, held: Held, at: datetime) -> str:
    """Why this viewer can't save the register of this lesson now, in a sentence; "" where they can."""
    lesson, today = held.lesson, at.date()
    if not are_on(viewer, held.on):
        return "The school kept no lesson registers on this day."
    if not (sees_all(viewer) or takes_own(viewer, held)):
        return f"You don't take this lesson. {held.teacher_name} does, or the school office."
    if held.on > today or (held.on == today and at.time() < lesson.starts_at):
        when = "" if held.on == today else f" on {held.on:%A} {held.on.day} {held.on:%B}"
        return f"This lesson begins at {lesson.starts_at:%H:%M}{when}."
    if held.on < today and not sees_all(viewer):
        return "This day is over. Ask the school office to make the change, so that the reason is recorded."
    return ""


def _work_out(sheet: LessonSheet, marks: Sequence[SubmittedMark], reason: str) -> _Draft:
    known = {each.pupil.id for each in sheet.pupils}
    if any(mark.pupil_id not in known for mark in marks):
        message = (
            "A pupil on this form is not in this lesson. Nothing was saved: open it again to see who is."
        )
        raise Refused.one("", message)
    draft = _Draft()
    for mark in marks:
        _work_out_mark(sheet, draft, mark, reason)
    return draft


def _work_out_mark(sheet: LessonSheet, draft: _Draft, mark: SubmittedMark, reason: str) -> None:
    """Adds to the draft what one row of the form comes to: a mark, a refusal, a conflict, or nothing."""
    versions = sheet.versions.get(mark.pupil_id, [])
    now = versions[-1] if versions else None
    if mark.code == "":
        if now is not None and mark.seen_version >= now.version:
            draft.refusals.append(Refusal(f"m-{mark.pupil_id}", CANT_CLEAR))
        return
    if now is not None and (_is_same(mark, now) or mark.choice == "theirs"):
        return
    if now is not None and mark.seen_version < now.version:
        seen = versions[mark.seen_version - 1] if mark.seen_version else None
        if seen is None or not _is_same(mark, seen):
            draft.conflicts.append(LessonConflict(mark.pupil_id, now, mark))
        return
    draft.refusals += _check(sheet, mark)
    if now is not None and not reason and all(each.field != "reason" for each in draft.refusals):
        draft.refusals.append(Refusal("reason", REASON_NEEDED))
    draft.marks.append(
        LessonMark(
            lesson=sheet.held.lesson,
            on=sheet.held.on,
            pupil_id=mark.pupil_id,
            version=now.version + 1 if now else 1,
            code=mark.code,
            minutes_late=mark.minutes_late,
            reason=reason if now else "",
        )
    )


def _check(sheet: LessonSheet, mark: SubmittedMark) -> list[Refusal]:
    if mark.code not in set(LessonCode):
        message = "In a lesson a pupil is present, missing or late. Choose one of the three."
        return [Refusal(f"m-{mark.pupil_id}", message)]
    if mark.code != LessonCode.LATE:
        return []
    longest = seconds_between(sheet.times.starts_at, sheet.times.ends_at) // 60
    if mark.minutes_late is None or not 1 <= mark.minutes_late <= longest:
        message = f"Give the minutes late, from 1 to {longest}: the lesson is no longer."
        return [Refusal(f"late-{mark.pupil_id}", message)]
    return []


def _is_same(mark: SubmittedMark, saved: LessonMark) -> bool:
    return mark.code == saved.code and mark.minutes_late == saved.minutes_late


def _refuse_amendment_without_right(viewer: Viewer, held: Held, draft: _Draft, at: datetime) -> None:
    """A teacher corrects the marks of their own lesson on the day; anything else needs the right to amend."""
    if not any(mark.version > 1 for mark in draft.marks) or viewer.may(Permission.REGISTER_AMEND):
        return
    if held.on != at.date() or not takes_own(viewer, held):
        message = "You may not change marks that were already saved. Ask the school office."
        draft.refusals.append(Refusal("", message))


def _save(
    viewer: Viewer,
    held: Held,
    marks: Sequence[LessonMark],
    key: UUID,
    by: Actor,
    at: datetime,
    *,
    is_complete: bool,
) -> LessonSave:
    save = LessonSave.objects.create(
        school_id=viewer.school_id,
        lesson=held.lesson,
        on=held.on,
        key=key,
        is_complete=is_complete,
        at=at,
        by_id=by.person_id,
        by_name=by.name,
        by_position=by.position,
    )
    for mark in marks:
        mark.save_made = save
    LessonMark.objects.bulk_create(marks)
    record(
        type="lesson.register.saved",
        by=by,
        at=at,
        school_id=viewer.school_id,
        subject=f"lesson:{held.lesson.pk}",
        facts=_facts(held, marks),
    )
    return save


def _facts(held: Held, marks: Sequence[LessonMark]) -> Mapping[str, object]:
    amended = [
        {"pupil": mark.pupil_id, "code": mark.code, "reason": mark.reason}
        for mark in marks
        if mark.version > 1
    ]
    return {
        "lesson": f"{held.lesson.subject}, {who_of(held.lesson)}",
        "on": held.on.isoformat(),
        "entries": len(marks),
        "amended": amended,
    }
