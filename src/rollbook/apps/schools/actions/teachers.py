"""Who takes a group's registers, from which day to which: for good, or as cover for a day."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from rollbook.apps.accounts.queries import appointments_held
from rollbook.apps.schools.actions.changing import note_change, one_at_a_time
from rollbook.apps.schools.actions.groups import own_group
from rollbook.apps.schools.models import SPAN_MESSAGE, GroupTeacher, TeachingGroup
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refusal, Refused
from rollbook.ui.words import plain_day


def give_group(
    *,
    viewer: Viewer,
    group_id: int,
    user_id: int,
    first_day: date,
    last_day: date | None,
    by: Actor,
    at: datetime,
) -> GroupTeacher:
    """Lets somebody take a group's registers on these days; others who take it keep it. The same sent twice is once.

    Errors: Refused for somebody who holds no appointment at the school on the first day.
    """
    with transaction.atomic():
        one_at_a_time(viewer, Permission.GROUPS_MANAGE)
        group = own_group(viewer, group_id)
        wanted = {"group": group, "user_id": user_id, "first_day": first_day, "last_day": last_day}
        there = GroupTeacher.objects.filter(**wanted).first()
        if there is not None:
            return there
        refusals = _refusals(viewer, group, user_id, first_day, last_day)
        if refusals:
            raise Refused(refusals)
        row = GroupTeacher.objects.create(**wanted)
        note_change(
            school_id=viewer.school_id,
            type="group.teacher.given",
            subject=f"group:{group.pk}",
            facts=_facts(row),
            by=by,
            at=at,
        )
    return row


def end_teaching(
    *, viewer: Viewer, teaching_id: int, last_day: date, by: Actor, at: datetime
) -> GroupTeacher:
    """Says on which day somebody takes a group for the last time. Errors: Refused."""
    with transaction.atomic():
        one_at_a_time(viewer, Permission.GROUPS_MANAGE)
        row = _own(viewer, teaching_id)
        if row.last_day == last_day:
            return row
        if last_day < row.first_day:
            raise Refused.one("last_day", SPAN_MESSAGE)
        if row.group.last_day and last_day > row.group.last_day:
            raise Refused.one("last_day", f"The group ends on {plain_day(row.group.last_day)}.")
        row.last_day = last_day
        row.save(update_fields=["last_day"])
        note_change(
            school_id=viewer.school_id,
            type="group.teacher.ended",
            subject=f"group:{row.group_id}",
            facts=_facts(row),
            by=by,
            at=at,
        )
    return row


def take_back_teaching(*, viewer: Viewer, teaching_id: int, by: Actor, at: datetime) -> None:
    """Undoes what has not begun yet. Errors: Refused once it has: then it can only end."""
    with transaction.atomic():
        one_at_a_time(viewer, Permission.GROUPS_MANAGE)
        row = _own(viewer, teaching_id)
        if row.first_day <= at.date():
            raise Refused.one("", "This has begun, so it stays on record. Give it a last day instead.")
        facts, group_id = _facts(row), row.group_id
        row.delete()
        note_change(
            school_id=viewer.school_id,
            type="group.teacher.taken_back",
            subject=f"group:{group_id}",
            facts=facts,
            by=by,
            at=at,
        )


def _refusals(
    viewer: Viewer, group: TeachingGroup, user_id: int, first_day: date, last_day: date | None
) -> list[Refusal]:
    refusals = []
    if last_day is not None and last_day < first_day:
        refusals.append(Refusal("last_day", SPAN_MESSAGE))
    if first_day < group.first_day or (group.last_day and first_day > group.last_day):
        until = f" to {plain_day(group.last_day)}" if group.last_day else " on"
        message = f"{group.name} is there from {plain_day(group.first_day)}{until}. Choose a day within that."
        refusals.append(Refusal("first_day", message))
    held = appointments_held(user_id, first_day)
    if not any(appointment.school_id == viewer.school_id for appointment in held):
        refusals.append(Refusal("user", "Choose somebody who works at this school on the first day."))
    overlapping = GroupTeacher.objects.filter(
        Q(last_day=None) | Q(last_day__gte=first_day), group=group, user_id=user_id
    )
    if last_day is not None:
        overlapping = overlapping.filter(first_day__lte=last_day)
    other = overlapping.select_related("user").first()
    if other is not None:
        until = f" until {plain_day(other.last_day)}" if other.last_day else ""
        message = f"{other.user.name} takes {group.name} from {plain_day(other.first_day)}{until} already."
        refusals.append(Refusal("user", message))
    return refusals


def _own(viewer: Viewer, teaching_id: int) -> GroupTeacher:
    row = (
        GroupTeacher.objects.select_related("group")
        .filter(group__school_id=viewer.school_id, pk=teaching_id)
        .first()
    )
    if row is None:
        raise Refused.one("", "This is no longer on record.")
    return row


def _facts(row: GroupTeacher) -> dict[str, object]:
    return {
        "group": row.group.name,
        "user": row.user_id,
        "name": row.user.name,
        "first_day": row.first_day.isoformat(),
        "last_day": row.last_day.isoformat() if row.last_day else None,
    }
