"""What every change of a record begins and ends with: whose it is, that nobody else changed it, what is noted."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Model

from rollbook.apps.absence.models import Call, Record, Transfer
from rollbook.apps.absence.queries.people import with_id
from rollbook.apps.audit.actions import record
from rollbook.apps.registers.actions.sourced_plans import Origin, SourcedPlan, replace_plans
from rollbook.apps.roll.queries import Pupil, pupil_of
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refused

R = TypeVar("R", bound=Record)
M = TypeVar("M", bound=Model)
_LARGEST_ID = 2**63 - 1
Differs = dict[str, dict[str, Any]]
"""Shape: {"from": ..., "to": ...}, each the fields that differ, as JSON has them."""


def must(viewer: Viewer, permission: Permission, what: str) -> None:
    """Errors: Refused for somebody without the permission; `what` ends "You may not ..."."""
    if not viewer.may(permission):
        raise Refused.one("", f"You may not {what}.")


def must_any(viewer: Viewer, permissions: Collection[Permission], what: str) -> None:
    """Errors: Refused for somebody with none of the permissions; `what` ends "You may not ..."."""
    if not viewer.permissions & set(permissions):
        raise Refused.one("", f"You may not {what}.")


def made_once(viewer: Viewer, model: type[M], key: UUID, make: Callable[[], M]) -> M:
    """The record that `make` makes in one transaction, or the one that the same form made when it was sent before."""
    found = _made_by(viewer, model, key)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return make()
    except IntegrityError:
        # The same form, sent twice at the same moment.
        found = _made_by(viewer, model, key)
        if found is None:
            raise
        return found


def columns_of_new(viewer: Viewer, key: UUID, recorded_by: Actor, recorded_at: datetime) -> dict[str, Any]:
    """The columns that say of every new record whose it is and who recorded it when."""
    return {
        "school_id": viewer.school_id,
        "key": key,
        "recorded_at": recorded_at,
        "recorded_by_id": recorded_by.person_id,
        "recorded_by_name": recorded_by.name,
    }


def _made_by(viewer: Viewer, model: type[M], key: UUID) -> M | None:
    return model._default_manager.filter(school_id=viewer.school_id, key=key).first()


def own_record(viewer: Viewer, model: type[R], record_id: int, seen_version: int | None = None) -> R:
    """A record of the viewer's school, locked until the change is over.

    `seen_version` is the one that was on the screen. Errors: Refused for any other school's, and where somebody else
    has changed it since.
    """
    found = with_id(viewer, model, record_id).select_for_update().first()
    if found is None:
        raise Refused.one("", "This is not among your school's records.")
    if seen_version is not None and found.version != seen_version:
        raise Refused.one(
            "",
            "Somebody else changed this after you opened it. What you typed is still here. "
            "Open it in another window, compare, then save again if yours is right.",
        )
    return found


def open_record(
    viewer: Viewer, model: type[R], record_id: int, seen_version: int | None, was_ended: str
) -> R:
    """The same for one that is to go on. Errors: Refused also where it was taken back, with how in `was_ended`."""
    found = own_record(viewer, model, record_id, seen_version)
    if found.ended_at is not None:
        raise Refused.one("", f"{was_ended} Record a new one.")
    return found


def own_pupil(viewer: Viewer, pupil_id: int) -> Pupil:
    """A pupil of the viewer's school. Errors: Refused for any other."""
    pupil = pupil_of(viewer, pupil_id) if pupil_id <= _LARGEST_ID else None
    if pupil is None:
        raise Refused.one("pupil", "Choose a pupil of this school.")
    return pupil


def needs_reason(because: str) -> str:
    """The reason as it is kept. Errors: Refused without one."""
    because = because.strip()
    if not because:
        raise Refused.one("because", "Say why: the reason stays with the record.")
    return because


def put(thing: Record, values: Mapping[str, Any]) -> Differs:
    """Sets these fields and counts the version up. Shape: {"from": ..., "to": ...} of what differs, as JSON has it."""
    differs = {name: value for name, value in values.items() if getattr(thing, name) != value}
    was = {name: plain(getattr(thing, name)) for name in differs}
    for name, value in differs.items():
        setattr(thing, name, value)
    if differs:
        thing.version += 1
    return {"from": was, "to": {name: plain(value) for name, value in differs.items()}}


def without_private(differs: Differs, names: Collection[str]) -> dict[str, Any]:
    """What differs, for the log; of these fields, which are for few eyes, it says only that they changed."""
    private = [name for name in names if name in differs["to"]]
    kept = {
        side: {name: value for name, value in values.items() if name not in private}
        for side, values in differs.items()
    }
    return {**kept, "private": [name.replace("_", " ") for name in private]}


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def plan(
    *, of: Record, plans: Sequence[SourcedPlan], viewer: Viewer, because: str, by: Actor, at: datetime
) -> None:
    """Puts what a record says now in the place of all that it planned before."""
    replace_plans(
        viewer=viewer,
        source=of.source,
        origin=Origin(of.KIND),
        plans=plans,
        because=because,
        by=by,
        at=at,
    )


def note(
    *, of: Record | Call | Transfer, type: str, facts: Mapping[str, Any], by: Actor, at: datetime
) -> None:
    """Puts what happened to a record into the audit log, which is its history too."""
    with transaction.atomic():
        record(type=type, by=by, at=at, school_id=of.school_id, subject=of.source, facts=facts)
