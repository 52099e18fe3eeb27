"""The roll call of an evacuation: begun once, ticked by several people at once, ended once, kept for good."""

from datetime import datetime

from django.db import IntegrityError, transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.registers.actions.turns import turn_to_save
from rollbook.apps.registers.models import RollCall, RollCallEnd, RollCallPupil, RollCallTick
from rollbook.apps.registers.queries.roll_calls import (
    is_on_list,
    last_number,
    newest_tick,
    roll_call_of,
    running_call,
)
from rollbook.apps.registers.queries.whereabouts import Placed, everyone_placed
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refused

LONGEST_NOTE = 200
LONGEST_END_NOTE = 4000


def begin_roll_call(*, viewer: Viewer, kind: str, by: Actor, at: datetime) -> RollCall:
    """Begins a roll call with the list as it is now; where one is running already, that one is the answer.

    Errors: Refused.
    """
    _refuse_others(viewer)
    if kind not in RollCall.Kind.values:
        raise Refused.one("kind", "Choose whether it is an evacuation or a drill.")
    # Before the look for a running one: of two people at the same moment the second finds the number taken.
    number = last_number(viewer) + 1
    running = running_call(viewer, at.date())
    if running is not None:
        return running
    placed = everyone_placed(viewer, at)
    if not placed:
        raise Refused.one("", "Nobody is on the roll today, so there is nobody to call.")
    call = RollCall(
        school_id=viewer.school_id,
        number=number,
        kind=kind,
        at=at,
        by_id=by.person_id,
        by_name=by.name,
        by_position=by.position,
    )
    try:
        with turn_to_save(), transaction.atomic():
            call.save(force_insert=True)
            RollCallPupil.objects.bulk_create(_row(call, each) for each in placed)
            facts = {"kind": kind, "pupils": len(placed)}
            _record("register.roll_call.begun", viewer, call, by, at, facts)
    except IntegrityError:
        other = running_call(viewer, at.date())
        if other is None:
            raise
        return other
    return call


def _row(call: RollCall, placed: Placed) -> RollCallPupil:
    pupil = placed.pupil
    return RollCallPupil(
        roll_call=call,
        pupil_id=pupil.id,
        surname=pupil.surname,
        forename=pupil.forename,
        group_name=pupil.group_name,
        whereabouts=placed.is_where.value,
        because=placed.found.because,
    )


def tick(
    *, viewer: Viewer, call_id: int, pupil_id: int, state: str, note: str, by: Actor, at: datetime
) -> None:
    """Says of one pupil that they are here, missing, safe elsewhere, or (taking it back) not found yet.

    What was said before stays; the newest counts. The same said twice counts once. Errors: Refused.
    """
    _refuse_over(viewer, call_id)
    if state not in RollCallTick.State.values:
        raise Refused.one("state", "Say whether the pupil is here, missing or safe elsewhere.")
    if not is_on_list(call_id, pupil_id):
        raise Refused.one("pupil", "This pupil is not on the list of this roll call.")
    text = " ".join(note.replace("\x00", " ").split())
    if len(text) > LONGEST_NOTE:
        raise Refused.one("note", f"Write at most {LONGEST_NOTE} characters.")
    if state == RollCallTick.State.ELSEWHERE and not text:
        raise Refused.one("note", "Say where the pupil is, or who has them: for example, with the nurse.")
    last = newest_tick(call_id, pupil_id)
    if (last.state, last.note) == (state, text) if last else state == RollCallTick.State.OPEN:
        return
    with turn_to_save(), transaction.atomic():
        RollCallTick.objects.create(
            roll_call_id=call_id,
            pupil_id=pupil_id,
            state=state,
            note=text,
            at=at,
            by_id=by.person_id,
            by_name=by.name,
            by_position=by.position,
        )
        record(
            type="register.roll_call.ticked",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"pupil:{pupil_id}",
            facts={"roll_call": call_id, "state": state} | ({"note": text} if text else {}),
        )


def end_roll_call(*, viewer: Viewer, call_id: int, note: str, by: Actor, at: datetime) -> None:
    """Ends a roll call with what there was to say. Ended twice at the same moment, it is ended once.

    Errors: Refused, also for those who neither began it nor see the Today board.
    """
    call = _refuse_over(viewer, call_id)
    if not may_end(viewer, call):
        message = f"{call.by_name} began this roll call and can end it, or the school office can."
        raise Refused.one("", message)
    text = note.replace("\x00", " ").strip()
    if len(text) > LONGEST_END_NOTE:
        raise Refused.one("note", f"Write at most {LONGEST_END_NOTE:,} characters.")
    try:
        with turn_to_save(), transaction.atomic():
            RollCallEnd.objects.create(
                roll_call=call,
                note=text,
                at=at,
                by_id=by.person_id,
                by_name=by.name,
                by_position=by.position,
            )
            _record("register.roll_call.ended", viewer, call, by, at, {"note": text} if text else {})
    except IntegrityError:
        raise Refused.one("", "Somebody has just ended this roll call.") from None


def may_end(viewer: Viewer, call: RollCall) -> bool:
    """Whether this person may end a roll call: who began it, and those who see the whole school's day."""
    return viewer.user_id == call.by_id or viewer.may(Permission.BOARD_VIEW)


def _refuse_others(viewer: Viewer) -> None:
    if not viewer.may(Permission.ROLLCALL_TAKE):
        raise Refused.one("", "You may not take part in a roll call. Teachers and the school office can.")


def _refuse_over(viewer: Viewer, call_id: int) -> RollCall:
    _refuse_others(viewer)
    call = roll_call_of(viewer, call_id)
    if call is None:
        raise Refused.one("", "There is no such roll call in your school.")
    if hasattr(call, "end"):
        raise Refused.one(
            "", f"{call.end.by_name} has ended this roll call. Nothing is added to it any more."
        )
    return call


def _record(
    type: str, viewer: Viewer, call: RollCall, by: Actor, at: datetime, facts: dict[str, object]
) -> None:
    record(
        type=type,
        by=by,
        at=at,
        school_id=viewer.school_id,
        subject=f"roll_call:{call.pk}",
        facts={"number": call.number, **facts},
    )
