"""Moving a pupil to another teaching group from a day on: which memberships end, change and begin."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from rollbook.apps.roll.models import Membership, Pupil


@dataclass(slots=True)
class Move:
    """What a move does. `ended` and `changed` are rows to save, `begun` is a new one."""

    was: Membership | None
    ended: Membership | None = None
    changed: Membership | None = None
    begun: Membership | None = None


def membership_on(memberships: Iterable[Membership], on: date) -> Membership | None:
    """The membership that holds on a day."""
    for membership in memberships:
        if membership.first_day <= on and (membership.last_day is None or membership.last_day >= on):
            return membership
    return None


def plan_move(
    pupil: Pupil,
    memberships: Iterable[Membership],
    group_id: int | None,
    on: date,
    leaves_on: date | None = None,
) -> Move | None:
    """From `on` the pupil is in this group, until the next change that is already planned; None where they are in it.

    The membership before ends the day before. `group_id` None stands for a group that has still to be made;
    `leaves_on` is the last day on roll where one is set.
    """
    rows = sorted(memberships, key=lambda row: row.first_day)
    was = membership_on(rows, on)
    if was is not None and group_id is not None and was.group_id == group_id:
        return None
    move = Move(was)
    if was is None:
        following = next((row for row in rows if row.first_day > on), None)
        until = following.first_day - timedelta(days=1) if following else leaves_on
        move.begun = Membership(pupil=pupil, first_day=on, last_day=until)
        put_in(move.begun, group_id)
    elif was.first_day == on:
        put_in(was, group_id)
        move.changed = was
    else:
        move.begun = Membership(pupil=pupil, first_day=on, last_day=was.last_day)
        put_in(move.begun, group_id)
        was.last_day = on - timedelta(days=1)
        move.ended = was
    return move


def put_in(membership: Membership, group_id: int | None) -> None:
    """Gives a membership its group, or leaves it open for a group that is made before the membership is saved."""
    # The field's type has no None, although a row that is not saved yet may well be without its group.
    membership.group_id = cast("int", group_id)


def waits_for_group(membership: Membership | None) -> bool:
    """Is this a membership whose group has still to be made?"""
    return membership is not None and membership.group_id is None


def end_memberships(pupil_id: int, first_day: date, last_day: date) -> list[dict[str, Any]]:
    """Ends a pupil's groups with the last day on roll, planned moves after it too; what stood, to be able to undo it.

    Belongs to an action, which holds the transaction and the event.
    """
    held = list(Membership.objects.filter(pupil_id=pupil_id, first_day__gte=first_day).order_by("first_day"))
    for each in held:
        if each.first_day > last_day:
            each.delete()
        elif each.last_day is None or each.last_day > last_day:
            Membership.objects.filter(pk=each.pk).update(last_day=last_day)
    return [
        {
            "group": each.group_id,
            "first_day": each.first_day.isoformat(),
            "last_day": each.last_day.isoformat() if each.last_day else None,
        }
        for each in held
        if each.first_day > last_day or each.last_day is None or each.last_day > last_day
    ]
