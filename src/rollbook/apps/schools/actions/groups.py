"""Teaching groups: added, renamed, moved to another room, ended."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import ProtectedError, Q, RestrictedError

from rollbook.apps.schools.actions.changing import note_change, one_at_a_time
from rollbook.apps.schools.models import SPAN_MESSAGE, GroupTeacher, TeachingGroup
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refusal, Refused
from rollbook.ui.words import plain_day

_LENGTH = 40


def add_group(
    *, viewer: Viewer, name: str, room: str, first_day: date, by: Actor, at: datetime
) -> TeachingGroup:
    """Adds a teaching group from a day on. Errors: Refused where another group has the name on any of its days."""
    name, room = name.strip(), room.strip()
    with transaction.atomic():
        one_at_a_time(viewer, Permission.GROUPS_MANAGE)
        _refuse_names(viewer.school_id, name, room, first_day, None)
        group = TeachingGroup.objects.create(
            school_id=viewer.school_id, name=name, room=room, first_day=first_day
        )
        note_change(
            school_id=viewer.school_id,
            type="group.added",
            subject=f"group:{group.pk}",
            facts={"name": name, "room": room, "first_day": first_day.isoformat()},
            by=by,
            at=at,
        )
    return group


def change_group(
    *, viewer: Viewer, group_id: int, name: str, room: str, by: Actor, at: datetime
) -> TeachingGroup:
    """Renames a group or moves it to another room. Errors: Refused."""
    name, room = name.strip(), room.strip()
    with transaction.atomic():
        one_at_a_time(viewer, Permission.GROUPS_MANAGE)
        group = own_group(viewer, group_id)
        if (group.name, group.room) == (name, room):
            return group
        _refuse_names(viewer.school_id, name, room, group.first_day, group)
        was = {"name": group.name, "room": group.room}
        group.name, group.room = name, room
        group.save(update_fields=["name", "room"])
        note_change(
            school_id=viewer.school_id,
            type="group.changed",
            subject=f"group:{group.pk}",
            facts={"from": was, "to": {"name": name, "room": room}},
            by=by,
            at=at,
        )
    return group


def end_group(
    *, viewer: Viewer, group_id: int, last_day: date, pupil_count: int = 0, by: Actor, at: datetime
) -> TeachingGroup:
    """Ends a group, and with it who takes it. Errors: Refused while pupils are in it after that day.

    `pupil_count` is how many would be left without a group; the roll is built on schools, so the caller asks it.
    """
    with transaction.atomic():
        one_at_a_time(viewer, Permission.GROUPS_MANAGE)
        group = own_group(viewer, group_id)
        if group.last_day == last_day:
            return group
        if last_day < group.first_day:
            raise Refused.one("last_day", SPAN_MESSAGE)
        if last_day < at.date():
            message = "Choose today or a later day: registers of days gone by keep their group."
            raise Refused.one("last_day", message)
        if pupil_count:
            pupils = "1 pupil is" if pupil_count == 1 else f"{pupil_count} pupils are"
            message = f"{pupils} still in {group.name} after that day. Move them to other groups first."
            raise Refused.one("last_day", message)
        group.last_day = last_day
        group.save(update_fields=["last_day"])
        open_ended = Q(last_day=None) | Q(last_day__gt=last_day)
        GroupTeacher.objects.filter(open_ended, group=group, first_day__lte=last_day).update(
            last_day=last_day
        )
        GroupTeacher.objects.filter(group=group, first_day__gt=last_day).delete()
        note_change(
            school_id=viewer.school_id,
            type="group.ended",
            subject=f"group:{group.pk}",
            facts={"name": group.name, "last_day": last_day.isoformat()},
            by=by,
            at=at,
        )
    return group


def withdraw_group(*, viewer: Viewer, group_id: int, reason: str, by: Actor, at: datetime) -> None:
    """Withdraws a group that was added by mistake and never used. Errors: Refused once pupils or registers name it."""
    try:
        with transaction.atomic():
            one_at_a_time(viewer, Permission.GROUPS_MANAGE)
            group = own_group(viewer, group_id)
            name = group.name
            GroupTeacher.objects.filter(group=group).delete()
            group.delete()
            note_change(
                school_id=viewer.school_id,
                type="group.withdrawn",
                subject=f"group:{group_id}",
                facts={"name": name, "because": reason},
                by=by,
                at=at,
            )
    except (ProtectedError, RestrictedError):
        message = (
            "Pupils or registers name this group, so it stays. End it on the page of the groups instead."
        )
        raise Refused.one("", message) from None


def own_group(viewer: Viewer, group_id: int) -> TeachingGroup:
    """A group of the viewer's school. Errors: Refused for any other."""
    group = TeachingGroup.objects.filter(school_id=viewer.school_id, pk=group_id).first()
    if group is None:
        raise Refused.one("", "This teaching group is no longer there.")
    return group


def _refuse_names(
    school_id: int, name: str, room: str, first_day: date, itself: TeachingGroup | None
) -> None:
    refusals = []
    if not name:
        refusals.append(Refusal("name", "Give the group a name, for example '7A'."))
    if len(name) > _LENGTH:
        refusals.append(Refusal("name", f"The name has {len(name)} characters. Keep it to {_LENGTH}."))
    if len(room) > _LENGTH:
        refusals.append(Refusal("room", f"The room has {len(room)} characters. Keep it to {_LENGTH}."))
    same = TeachingGroup.objects.filter(
        Q(last_day=None) | Q(last_day__gte=first_day), school_id=school_id, name__iexact=name
    )
    other = (same.exclude(pk=itself.pk) if itself else same).first()
    if other is not None:
        until = f" until {plain_day(other.last_day)}" if other.last_day else ""
        refusals.append(Refusal("name", f"There is a group {other.name} already{until}."))
    if refusals:
        raise Refused(refusals)
