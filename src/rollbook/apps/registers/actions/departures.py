"""Leaving during the day, coming back, coming without being late: a log of its own that changes no mark.

A pupil who leaves after registration still attended (domain.md 1.4.8), so none of this touches the register.
"""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from django.db import IntegrityError, transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.registers.actions.turns import turn_to_save
from rollbook.apps.registers.models import Movement
from rollbook.apps.registers.queries.whereabouts import (
    Placed,
    count_of_day,
    movement_of,
    movement_of_form,
    pupils_placed,
)
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.on_site import MovementKind, Whereabouts
from rollbook.domain.refusals import Refused

LONGEST_TEXT = 200
LEAVING_REASONS = (
    "Medical or dental appointment",
    "Unwell, going home",
    "Collected early, agreed",
    "Family reason",
    "Interview or visit",
    "Lesson or activity off site",
)
_MEANWHILE = "Somebody has just signed this pupil in or out. Look at where they are now, then do it again."


class DeskAct(StrEnum):
    """What can happen to a pupil at the desk."""

    LATE = "late"
    HERE = "here"
    LEAVE = "leave"
    BACK = "back"

    @property
    def movement(self) -> MovementKind | None:
        """What the log calls it; None for a late arrival, which makes a mark instead."""
        return _MOVEMENTS.get(self)


_MOVEMENTS = {
    DeskAct.HERE: MovementKind.ARRIVED,
    DeskAct.LEAVE: MovementKind.LEFT,
    DeskAct.BACK: MovementKind.RETURNED,
}


def write_down(
    *,
    viewer: Viewer,
    pupil_id: int,
    on: date,
    kind: MovementKind,
    moved_at: time,
    key: UUID,
    by: Actor,
    at: datetime,
    reason: str = "",
    collected_by: str = "",
    kiosk_id: int | None = None,
) -> Movement:
    """Writes down that a pupil leaves during the day, is back, or came in good time; the mark stays: they attended.

    Errors: Refused where the pupil is elsewhere as far as the school knows, saying what to do first.
    Source: domain.md 1.4.8, P-4.3-4.
    """
    _refuse_others(viewer)
    earlier = movement_of_form(viewer.school_id, key)
    if earlier is not None:
        return earlier
    if kind is MovementKind.LEFT and not reason.strip():
        raise Refused.one("reason", "Say why the pupil leaves: choose a reason, or write one.")
    if on != at.date() or moved_at > at.time():
        raise Refused.one("moved_at", f"Give a time today that has passed; it is now {at:%H:%M}.")
    # Before the look at where the pupil is: what another desk writes after it takes the number.
    number = count_of_day(pupil_id, on) + 1
    placed = next(iter(pupils_placed(viewer, at, [pupil_id])), None)
    if placed is None:
        raise Refused.one("pupil", "Choose a pupil who is on the roll today.")
    _refuse_state(placed, kind)
    _refuse_earlier(placed, moved_at)
    movement = Movement(
        school_id=viewer.school_id, pupil_id=pupil_id, on=on, number=number, key=key, kind=kind.value,
        moved_at=moved_at, reason=_text("reason", reason), collected_by=_text("collected_by", collected_by),
        kiosk_id=kiosk_id,
    )  # fmt: skip
    return _add(movement, by, at)


def put_right(
    *, viewer: Viewer, movement_id: int, because: str, key: UUID, by: Actor, at: datetime
) -> Movement:
    """Takes a movement out of account by a further row that says why; the first row stays. Errors: Refused."""
    _refuse_others(viewer)
    earlier = movement_of_form(viewer.school_id, key)
    if earlier is not None:
        return earlier
    wrong = movement_of(viewer, movement_id)
    if wrong is None:
        raise Refused.one("", "This is not in your school's log.")
    if hasattr(wrong, "voided_by"):
        raise Refused.one("", f"{wrong.voided_by.by_name} has put this right already.")
    if not because.strip():
        raise Refused.one("because", "Say what was wrong: the reason stays in the log.")
    return _add(
        Movement(
            school_id=viewer.school_id,
            pupil_id=wrong.pupil_id,
            on=wrong.on,
            number=count_of_day(wrong.pupil_id, wrong.on) + 1,
            key=key,
            kind=Movement.Kind.VOID,
            moved_at=wrong.moved_at,
            reason=_text("because", because),
            voids=wrong,
        ),
        by,
        at,
    )


def _refuse_others(viewer: Viewer) -> None:
    if not viewer.may(Permission.ARRIVALS_SIGN_IN):
        raise Refused.one("", "You may not sign pupils in and out. The school office can.")


def _refuse_state(placed: Placed, kind: MovementKind) -> None:
    """Says why this can't be written down of a pupil who is where they are, and what to do first."""
    name, because = placed.pupil.forename, placed.found.because
    where = placed.is_where
    if kind is MovementKind.LEFT and where is not Whereabouts.ON_SITE:
        if where is Whereabouts.LEFT:
            raise Refused.one("pupil", f"{name} has left already. {because}")
        raise Refused.one("pupil", f"{name} can't be signed out yet. {because} {_FIRST[where]}")
    if kind is MovementKind.RETURNED and where is not Whereabouts.LEFT:
        raise Refused.one("pupil", f"{name} was not signed out, so can't come back. {because}")
    if kind is MovementKind.ARRIVED and where in (Whereabouts.ON_SITE, Whereabouts.LEFT):
        raise Refused.one("pupil", f"{name} is in the log already. {because}")


_FIRST = {
    Whereabouts.NOT_KNOWN: "Sign them in, or have their teacher mark the register, then sign them out.",
    Whereabouts.EXPECTED_AWAY: "If they are here, sign them in first.",
    Whereabouts.ABSENT: "If they are here, sign them in first; if the mark is wrong, amend it.",
    Whereabouts.ELSEWHERE: "If they are here, sign them in first.",
}


def _refuse_earlier(placed: Placed, moved_at: time) -> None:
    """What is written down of one pupil stays in order of time."""
    last = max(placed.moved, key=lambda moved: moved.at, default=None)
    if last is not None and moved_at < last.at:
        message = f"The last entry of {placed.pupil.forename} is of {last.at:%H:%M}. Give a later time."
        raise Refused.one("moved_at", message)


def _text(field: str, text: str) -> str:
    clean = " ".join(text.replace("\x00", " ").split())
    if len(clean) > LONGEST_TEXT:
        raise Refused.one(field, f"Write at most {LONGEST_TEXT} characters.")
    return clean


def _add(movement: Movement, by: Actor, at: datetime) -> Movement:
    """Adds the row with its event. A number of the day is taken once, so of two desks the second is refused."""
    movement.at, movement.by_id = at, by.person_id
    movement.by_name, movement.by_position = by.name, by.position
    try:
        with turn_to_save(), transaction.atomic():
            movement.save(force_insert=True)
            record(
                type=f"register.movement.{_EVENT[Movement.Kind(movement.kind)]}",
                by=by,
                at=at,
                school_id=movement.school_id,
                subject=f"pupil:{movement.pupil_id}",
                facts={"on": movement.on.isoformat(), "time": f"{movement.moved_at:%H:%M}"}
                | ({"reason": movement.reason} if movement.reason else {})
                | ({"collected_by": movement.collected_by} if movement.collected_by else {}),
            )
    except IntegrityError as error:
        again = movement_of_form(movement.school_id, movement.key)
        if again is not None:
            return again
        raise Refused.one("pupil", _MEANWHILE) from error
    return movement


_EVENT = {
    Movement.Kind.LEFT: "left",
    Movement.Kind.RETURNED: "returned",
    Movement.Kind.ARRIVED: "arrived",
    Movement.Kind.VOID: "put_right",
}
