"""Signing in a pupil who comes late: L before the register closes, U after it, worked out from the clock."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from rollbook.apps.registers.actions.writing import (
    AlreadySaved,
    NewEntry,
    Occasion,
    VersionTaken,
    add_entries,
)
from rollbook.apps.registers.models import Entry, Save
from rollbook.apps.registers.queries.marks import save_of_form, versions_of
from rollbook.apps.roll.queries import pupils_on_roll
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.codes import TAKEN_BACK, code_for
from rollbook.domain.law import Finding
from rollbook.domain.marks import Arrival, RegisterTimes, SchoolSession, arrival
from rollbook.domain.refusals import Refused

# Asked for in a list and not only as free text, so that figures on reasons can be made of them.
LATE_REASONS = (
    "Bus or taxi late",
    "Overslept",
    "Traffic",
    "Family reason",
    "Appointment",
    "Unwell this morning",
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What an arrival came to, and why in a sentence."""

    code: str
    minutes_late: int | None
    session: SchoolSession
    because: str


def session_at(calendar: SchoolCalendar, on: date, at: time) -> tuple[SchoolSession, RegisterTimes]:
    """Which session an arrival belongs to: the morning until it ends, then the afternoon. Errors: Refused."""
    morning, afternoon = calendar.times(on, SchoolSession.AM), calendar.times(on, SchoolSession.PM)
    if morning is None or afternoon is None:
        raise Refused.one("pupil", f"No register is taken on this day: {calendar.day(on).because}")
    if at < morning.session_ends_at:
        return SchoolSession.AM, morning
    return SchoolSession.PM, afternoon


def sign_in(
    *,
    viewer: Viewer,
    pupil_id: int,
    on: date,
    arrived_at: time,
    why_late: str,
    key: UUID,
    by: Actor,
    at: datetime,
) -> SignedIn:
    """Signs a late pupil in, as the first mark or as an amendment that keeps what stood before.

    A better reason stays: a pupil back from the dentist at 10:30 keeps M, with the time of arrival.
    Errors: Refused, in a sentence. Source: SI 2024/208 reg 10; domain.md 1.4.1, 1.4.4, 2.1, 8.1.
    """
    if not viewer.may(Permission.ARRIVALS_SIGN_IN):
        raise Refused.one("", "You may not sign pupils in. The school office can.")
    earlier = save_of_form(viewer.school_id, key)
    if earlier is not None:
        return _signed_in_before(earlier)
    if on != at.date() or arrived_at > at.time():
        raise Refused.one("arrived_at", f"Give a time today that has passed; it is now {at:%H:%M}.")
    school_session, times = session_at(timetable(viewer).calendar, on, arrived_at)
    if pupil_id not in {pupil.id for pupil in pupils_on_roll(viewer, on)}:
        raise Refused.one("pupil", "Choose a pupil who is on the roll today.")
    found = _arrival(times, school_session, arrived_at)
    versions = versions_of(viewer.school_id, on, school_session, [pupil_id]).get(pupil_id, [])
    entry = _entry(found.answer, pupil_id, on, school_session, arrived_at, why_late, versions)
    occasion = Occasion(viewer.school_id, Save.Kind.ARRIVAL, key, on=on, session=school_session)
    try:
        add_entries(occasion=occasion, entries=[entry], by=by, at=at)
    except AlreadySaved as again:
        return _signed_in_before(again.save)
    except VersionTaken:
        message = "Somebody has just changed this pupil's mark. Look at it, then sign them in."
        raise Refused.one("pupil", message) from None
    because = found.because
    if entry.code != found.answer.code:
        reason = code_for(entry.code, on).title
        because = f"{reason} stays as the reason; the arrival at {arrived_at:%H:%M} is recorded."
    return SignedIn(entry.code, entry.minutes_late, school_session, because)


def _signed_in_before(save: Save) -> SignedIn:
    """What came of the same form the first time: the pupil is signed in once."""
    entry = save.entries.get()
    because = f"Signed in at {entry.arrived_at:%H:%M}; the form was sent twice and counts once."
    return SignedIn(entry.code, entry.minutes_late, SchoolSession(entry.session), because)


def _arrival(times: RegisterTimes, school_session: SchoolSession, arrived_at: time) -> Finding[Arrival]:
    found = arrival(times, school_session, arrived_at)
    if found.answer is None:
        raise Refused.one("arrived_at", found.because)
    if found.answer.minutes_late is None:
        message = (
            f"At {arrived_at:%H:%M} the pupil is not late: the {school_session.words} register opens at "
            f"{times.opens_at:%H:%M}, and their teacher marks them present."
        )
        raise Refused.one("arrived_at", message)
    return Finding(found.answer, found.rule, found.because, found.facts, found.citation)


def _entry(
    came: Arrival,
    pupil_id: int,
    on: date,
    school_session: SchoolSession,
    arrived_at: time,
    why_late: str,
    versions: list[Entry],
) -> NewEntry:
    now = versions[-1] if versions else None
    code, minutes_late, note = came.code, came.minutes_late, why_late.strip()
    reason = ""
    if now is not None:
        standing = code_for(now.code, on)
        if standing.is_present_mark:
            raise Refused.one(
                "pupil", "This pupil is marked present already. If that is wrong, amend the mark instead."
            )
        if now.arrived_at is not None:
            raise Refused.one("pupil", f"This pupil was signed in at {now.arrived_at:%H:%M}.")
        reason = f"Arrived {arrived_at:%H:%M}" + (f": {note}" if note else "")
        if code == "U" and now.code not in {"N", "O", "U", "G", TAKEN_BACK.symbol}:
            code, minutes_late, note = now.code, None, now.note
    return NewEntry(
        pupil_id=pupil_id,
        on=on,
        session=school_session,
        version=now.version + 1 if now else 1,
        code=code,
        minutes_late=minutes_late,
        arrived_at=arrived_at,
        note=note,
        reason=reason,
    )
