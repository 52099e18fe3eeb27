"""Amending one mark: always with a reason, never over what somebody else has just saved (reg 6 of SI 2024/208)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from rollbook.apps.registers.actions.writing import (
    AlreadySaved,
    NewEntry,
    Occasion,
    VersionTaken,
    add_entries,
)
from rollbook.apps.registers.models import Entry, Save
from rollbook.apps.registers.queries.facts import Known, is_closed_by, known_about
from rollbook.apps.registers.queries.marks import save_of_form, versions_of
from rollbook.apps.roll.queries import RollPupil, pupils_on_roll
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.adviser import advise_on
from rollbook.domain.codes import UnknownCode, code_for
from rollbook.domain.marks import SchoolSession, check_mark
from rollbook.domain.refusals import Refusal, Refused


@dataclass(frozen=True, slots=True)
class RightMark:
    """What the mark should be, and why it is changed."""

    code: str
    reason: str
    minutes_late: int | None = None
    note: str = ""

    def is_same(self, entry: Entry) -> bool:
        """Whether this is the mark that stands already."""
        return (self.code, self.minutes_late, self.note.strip()) == (
            entry.code,
            entry.minutes_late,
            entry.note,
        )


def amend_mark(
    *,
    viewer: Viewer,
    pupil_id: int,
    on: date,
    school_session: SchoolSession,
    right: RightMark,
    seen_version: int,
    key: UUID,
    by: Actor,
    at: datetime,
) -> None:
    """Adds a version to a mark, or the first one where the mark is missing. The same form sent twice amends once.

    `seen_version` is the version on the person's screen, 0 for a missing mark; if another has come since, nothing is
    saved.
    Errors: Refused with every problem, in sentences.
    """
    if save_of_form(viewer.school_id, key) is not None:
        return
    versions = versions_of(viewer.school_id, on, school_session, [pupil_id]).get(pupil_id, [])
    now = versions[-1] if versions else None
    pupil = _pupil(viewer, pupil_id, on, school_session, now, seen_version, at)
    closed = is_closed_by([versions])
    known = known_about(viewer, on, school_session, {pupil_id: pupil.born_on}, is_site_closed=closed)
    if refusals := _problems(viewer, on, school_session, right, now, known[pupil_id]):
        raise Refused(refusals)
    entry = NewEntry(
        pupil_id=pupil_id,
        on=on,
        session=school_session,
        version=now.version + 1 if now else 1,
        code=right.code,
        minutes_late=right.minutes_late,
        note=right.note.strip(),
        reason=right.reason.strip(),
    )
    occasion = Occasion(viewer.school_id, Save.Kind.AMENDMENT, key, on=on, session=school_session)
    try:
        add_entries(occasion=occasion, entries=[entry], by=by, at=at)
    except AlreadySaved:
        return  # sent twice at the same instant
    except VersionTaken:
        raise Refused.one("", _MEANWHILE) from None


_MEANWHILE = "Somebody else changed this mark after you opened it. It is shown now: look, then decide again."


def _pupil(
    viewer: Viewer,
    pupil_id: int,
    on: date,
    school_session: SchoolSession,
    now: Entry | None,
    seen_version: int,
    at: datetime,
) -> RollPupil:
    """The pupil whose mark may be amended now. Errors: Refused."""
    if not viewer.may(Permission.REGISTER_AMEND):
        raise Refused.one(
            "", "You may not amend the register. The school office or the attendance officer can."
        )
    times = timetable(viewer).calendar.times(on, school_session)
    if times is None:
        raise Refused.one(
            "", f"No register is taken on this day: {timetable(viewer).calendar.day(on).because}"
        )
    if on > at.date() or (on == at.date() and at.time() < times.opens_at):
        raise Refused.one(
            "", "This register has not opened yet. What you know beforehand goes under planned absences."
        )
    pupil = next((each for each in pupils_on_roll(viewer, on) if each.id == pupil_id), None)
    if pupil is None:
        raise Refused.one("", "This pupil was not on the register on this day.")
    if (now.version if now else 0) != seen_version:
        raise Refused.one("", _MEANWHILE)
    return pupil


def _problems(
    viewer: Viewer,
    on: date,
    school_session: SchoolSession,
    right: RightMark,
    now: Entry | None,
    known: Known,
) -> list[Refusal]:
    refusals = _problems_of_code(viewer, on, school_session, right, now, known)
    if not right.reason.strip():
        refusals.append(Refusal("reason", "Say why: the reason stays with the mark for good."))
    if now is not None and right.is_same(now):
        message = "This is the mark that stands. Choose another one, or leave it as it is."
        refusals.append(Refusal("code", message))
    return refusals


def _problems_of_code(
    viewer: Viewer,
    on: date,
    school_session: SchoolSession,
    right: RightMark,
    now: Entry | None,
    known: Known,
) -> list[Refusal]:
    if not right.code:
        return [Refusal("code", "Choose the mark that is right.")]
    try:
        code = code_for(right.code, on)
    except UnknownCode as unknown:
        return [Refusal("code", str(unknown))]
    stands = now is not None and now.code == right.code
    return check_mark(
        code=code,
        session=school_session,
        minutes_late=right.minutes_late,
        note=right.note,
        times=timetable(viewer).calendar.times(on, school_session),
        roles_allowed=viewer.setters,
        may_keep=right.code if stands or right.code in known.may_keep else None,
        advice=advise_on(known.facts, code, on, school_session),
    )
