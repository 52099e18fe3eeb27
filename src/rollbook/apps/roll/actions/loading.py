"""Loading a pupil file: all of it or nothing, and never a pupil twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, models, transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.roll.models import Contact, Enrolment, Membership, Parent, Pupil
from rollbook.apps.roll.queries.file_plan import LoadOptions, LoadPlan, PlannedPupil, plan_load
from rollbook.apps.roll.queries.known_roll import fold
from rollbook.apps.roll.queries.moves import put_in, waits_for_group
from rollbook.apps.roll.queries.particulars import change_facts
from rollbook.apps.schools.actions.groups import add_group
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.formats.pupil_csv import RowProblem, Unreadable, read_pupils

_BATCH = 400


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did."""

    new_count: int
    changed_count: int
    unchanged_count: int
    refused_count: int
    groups_made: tuple[str, ...]
    left_out: tuple[RowProblem, ...]
    sha256: str


def load_pupils(
    *,
    viewer: Viewer,
    name: str,
    content: bytes,
    options: LoadOptions,
    good_rows_only: bool = False,
    seen: str = "",
    by: Actor,
    at: datetime,
) -> Loaded:
    """Loads a pupil file into the viewer's school.

    Where any row is refused nothing is loaded, unless the person chose `good_rows_only`. `seen` is the digest of the
    plan the person looked at: if the roll has changed since, nothing is loaded and they look again.
    Errors: Refused.
    """
    if not viewer.may(Permission.ROLL_IMPORT):
        raise Refused.one("", "You may not import pupils. The school office or the attendance officer can.")
    try:
        sheet = read_pupils(content, at.date())
    except Unreadable as problem:
        raise Refused.one("file", str(problem)) from None
    try:
        with transaction.atomic():
            plan = plan_load(viewer, sheet, options)
            _refuse(plan, seen, good_rows_only=good_rows_only)
            _make_groups(viewer, plan, by, at)
            _save(plan)
            loaded = _loaded(plan, content)
            record(
                type="roll.file.loaded",
                by=by,
                at=at,
                school_id=viewer.school_id,
                subject=f"school:{viewer.school_id}",
                facts=_facts(name, plan, loaded, options),
            )
    except IntegrityError:
        # Somebody else added one of these pupils between our looking and our writing.
        raise Refused.one("", _MEANWHILE) from None
    return loaded


def _loaded(plan: LoadPlan, content: bytes) -> Loaded:
    return Loaded(
        new_count=len(plan.new),
        changed_count=len(plan.changed),
        unchanged_count=plan.unchanged_count,
        refused_count=plan.refused_count,
        groups_made=plan.groups_to_make,
        left_out=plan.errors,
        sha256=sha256(content).hexdigest(),
    )


_MEANWHILE = (
    "Somebody else changed the roll at the same time, so nothing was loaded. Look at the report again."
)


def _refuse(plan: LoadPlan, seen: str, *, good_rows_only: bool) -> None:
    if seen and seen != plan.digest:
        raise Refused.one("", _MEANWHILE)
    if plan.refused_count and not good_rows_only:
        rows = "One row needs" if plan.refused_count == 1 else f"{plan.refused_count} rows need"
        raise Refused.one("", f"{rows} putting right, so nothing was loaded.")
    if not (plan.new or plan.changed or plan.unchanged_count):
        raise Refused.one("", "No row of this file can be loaded.")


def _make_groups(viewer: Viewer, plan: LoadPlan, by: Actor, at: datetime) -> None:
    made = {
        fold(name): add_group(
            viewer=viewer, name=name, room="", first_day=plan.groups_begin_on, by=by, at=at
        ).pk
        for name in plan.groups_to_make
    }
    for planned in (*plan.new, *plan.changed):
        if waiting := planned.group_to_make:
            for membership in (planned.new_membership, *planned.changed_memberships):
                if membership is not None and waits_for_group(membership):
                    put_in(membership, made[waiting])


def _save(plan: LoadPlan) -> None:
    """Everything at once: a fixed number of statements for each kind of row, in batches."""
    planned = [*plan.new, *plan.changed]
    _add(Pupil, (each.pupil for each in plan.new))
    _change(Pupil, [(each.pupil, each.changed_fields) for each in plan.changed if each.changed_fields])
    _add(Enrolment, (each.new_enrolment for each in planned))
    spell_fields = {"first_day", "agreed_on", "agreed_with", "is_boarder"}
    _change(Enrolment, [(each.changed_enrolment, spell_fields) for each in planned if each.changed_enrolment])
    # First what ends, then what begins: a pupil has one open membership at a time.
    moved = [row for each in planned for row in each.changed_memberships]
    _change(Membership, [(row, {"group", "first_day", "last_day"}) for row in moved])
    _add(Membership, (each.new_membership for each in planned))
    _save_contacts(planned)


def _save_contacts(planned: Sequence[PlannedPupil]) -> None:
    plans = [each.contacts for each in planned]
    _add(Parent, (parent for each in plans for parent in each.new_parents))
    _change(Parent, [pair for each in plans for pair in each.changed_parents])
    _change(Contact, [pair for each in plans for pair in each.changed_contacts])
    _add(Contact, (contact for each in plans for contact in each.new_contacts))


def _add(model: type[models.Model], rows: Iterable[models.Model | None]) -> None:
    model._default_manager.bulk_create([row for row in rows if row is not None], batch_size=_BATCH)


def _change(model: type[models.Model], rows: Sequence[tuple[Any, set[str]]]) -> None:
    """Saves rows by the fields that changed in any of them; each row once."""
    fields = sorted(set().union(*(names for _, names in rows)))
    once = list({row.pk: row for row, _ in rows}.values())
    if once and fields:
        model._default_manager.bulk_update(once, fields, batch_size=_BATCH)


def _facts(name: str, plan: LoadPlan, loaded: Loaded, options: LoadOptions) -> dict[str, Any]:
    return {
        "file": name,
        "sha256": loaded.sha256,
        "new": loaded.new_count,
        "changed": loaded.changed_count,
        "unchanged": loaded.unchanged_count,
        "refused": loaded.refused_count,
        "takes_effect_on": options.takes_effect_on.isoformat(),
        "groups_made": list(loaded.groups_made),
        "pupils": [{"pupil": each.pupil.pk, **change_facts(each.changes)} for each in plan.changed],
    }
