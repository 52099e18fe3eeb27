"""Loading a pupil file: all of it or nothing, and never a pupil twice."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models

from rollbook.apps.audit.actions import record
from rollbook.apps.roll.actions.permission import one_load, refuse_plan
from rollbook.apps.roll.actions.returns import prepare_entry_returns
from rollbook.apps.roll.models import Contact, Enrolment, Membership, Parent, Pupil
from rollbook.apps.roll.queries.file_contacts import ContactPlan
from rollbook.apps.roll.queries.file_plan import LoadOptions, LoadPlan, PlannedPupil, plan_load
from rollbook.apps.roll.queries.footprints import Footprint, added, changed, entered, moved, subject_of
from rollbook.apps.roll.queries.known_roll import fold
from rollbook.apps.roll.queries.moves import put_in, waits_for_group
from rollbook.apps.roll.queries.particulars import change_facts
from rollbook.apps.schools.actions.groups import add_group
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.roll_returns import NEW_PUPIL_DAYS
from rollbook.formats.pupil_file import PupilSheet

_BATCH = 400


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did. `footprints` are the records it added or changed, the groups it made first."""

    new_count: int
    changed_count: int
    unchanged_count: int
    refused_count: int
    groups_made: tuple[str, ...]
    footprints: tuple[Footprint, ...]


def load_pupils(
    *,
    viewer: Viewer,
    name: str,
    sheet: PupilSheet,
    options: LoadOptions,
    good_rows_only: bool = False,
    seen: str = "",
    by: Actor,
    at: datetime,
) -> Loaded:
    """Loads the pupils of a file into the viewer's school.

    Where any row is refused nothing is loaded, unless the person chose `good_rows_only`. `seen` is the digest of the
    plan the person looked at: if the roll has changed since, nothing is loaded and they look again.
    Errors: Refused.
    """
    with one_load(viewer):
        plan = plan_load(viewer, sheet, options)
        count = len(plan.new) + len(plan.changed) + plan.unchanged_count
        refuse_plan(plan, count, seen=seen, good_rows_only=good_rows_only)
        groups = _make_groups(viewer, plan, by, at)
        _save(plan)
        prepare_entry_returns(viewer, _begun(plan, at.date()), at)
        loaded = _loaded(plan, groups)
        record(
            type="roll.file.loaded",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"school:{viewer.school_id}",
            facts=_facts(name, plan, loaded, options),
        )
    return loaded


def _begun(plan: LoadPlan, today: date) -> list[tuple[Pupil, Enrolment]]:
    """Whose new pupil return this load makes due: those who start now or later.

    Whoever started longer ago than a return may take was entered, and reported, in the system the file comes from.
    """
    since = today - timedelta(days=NEW_PUPIL_DAYS)
    return [
        (each.pupil, each.new_enrolment)
        for each in (*plan.new, *plan.changed)
        if each.new_enrolment is not None and each.new_enrolment.first_day >= since
    ]


def _loaded(plan: LoadPlan, groups: list[Footprint]) -> Loaded:
    return Loaded(
        new_count=len(plan.new),
        changed_count=len(plan.changed),
        unchanged_count=plan.unchanged_count,
        refused_count=plan.refused_count,
        groups_made=plan.groups_to_make,
        footprints=(
            *groups,
            *(each for planned in (*plan.new, *plan.changed) for each in _footprints(planned)),
        ),
    )


def _footprints(planned: PlannedPupil) -> Iterator[Footprint]:
    line, who = planned.row.line, planned.row.name
    if planned.is_new and planned.new_enrolment is not None:
        # Their time on roll and group go with the entry; the adults stay with the name.
        yield entered(line, who, planned.pupil, planned.new_enrolment, planned.new_membership)
        yield from changed(line, who, planned.contacts.touched)
        return
    if planned.new_enrolment is not None:
        yield added(line, who, planned.new_enrolment)
    yield from changed(line, who, planned.touched)
    if any(change.field == "group" for change in planned.changes):
        rows = (planned.new_membership, *planned.changed_memberships)
        here = (row for row in rows if row is not None and row.group_id != planned.was_in_group)
        yield from (moved(line, who, row, planned.was_in_group) for row in here)
    yield from contact_footprints(line, who, planned.contacts)


def contact_footprints(line: int, who: str, plan: ContactPlan) -> Iterator[Footprint]:
    """What a line did to the adults of its pupil."""
    for contact in plan.new_contacts:
        yield added(line, who, contact)
    yield from changed(line, who, plan.touched)


def _make_groups(viewer: Viewer, plan: LoadPlan, by: Actor, at: datetime) -> list[Footprint]:
    """Makes the groups that pupils wait for, puts them in, and says which were made for which line."""
    made = {
        fold(name): add_group(viewer=viewer, name=name, room="", first_day=plan.groups_begin_on, by=by, at=at)
        for name in plan.groups_to_make
    }
    found: dict[str, Footprint] = {}
    for planned in (*plan.new, *plan.changed):
        if waiting := planned.group_to_make:
            group = made[waiting]
            after = {"name": group.name, "room": group.room}
            line = planned.row.line
            found.setdefault(waiting, Footprint(line, group.name, subject_of(group), None, after))
            for membership in (planned.new_membership, *planned.changed_memberships):
                if membership is not None and waits_for_group(membership):
                    put_in(membership, group.pk)
    return list(found.values())


def _save(plan: LoadPlan) -> None:
    """Everything at once: a fixed number of statements for each kind of row, in batches."""
    planned = [*plan.new, *plan.changed]
    add_all(Pupil, (each.pupil for each in plan.new))
    change_all(Pupil, [(each.pupil, each.changed_fields) for each in plan.changed if each.changed_fields])
    add_all(Enrolment, (each.new_enrolment for each in planned))
    spell_fields = {"first_day", "agreed_on", "agreed_with", "is_boarder"}
    change_all(
        Enrolment, [(each.changed_enrolment, spell_fields) for each in planned if each.changed_enrolment]
    )
    # First what ends, then what begins: a pupil has one open membership at a time.
    moved = [row for each in planned for row in each.changed_memberships]
    change_all(Membership, [(row, {"group", "first_day", "last_day"}) for row in moved])
    add_all(Membership, (each.new_membership for each in planned))
    save_contacts([each.contacts for each in planned])


def save_contacts(plans: Sequence[ContactPlan]) -> None:
    """Adds and changes adults and what they are to pupils, all at once."""
    add_all(Parent, (parent for each in plans for parent in each.new_parents))
    change_all(Parent, [pair for each in plans for pair in each.changed_parents])
    change_all(Contact, [pair for each in plans for pair in each.changed_contacts])
    add_all(Contact, (contact for each in plans for contact in each.new_contacts))


def add_all(model: type[models.Model], rows: Iterable[models.Model | None]) -> None:
    """Adds rows in batches."""
    model._default_manager.bulk_create([row for row in rows if row is not None], batch_size=_BATCH)


def change_all(model: type[models.Model], rows: Sequence[tuple[Any, set[str]]]) -> None:
    """Saves rows by the fields that changed in any of them; each row once."""
    fields = sorted(set().union(*(names for _, names in rows)))
    once = list({row.pk: row for row, _ in rows}.values())
    if once and fields:
        model._default_manager.bulk_update(once, fields, batch_size=_BATCH)


def _facts(name: str, plan: LoadPlan, loaded: Loaded, options: LoadOptions) -> dict[str, Any]:
    return {
        "file": name,
        "new": loaded.new_count,
        "changed": loaded.changed_count,
        "unchanged": loaded.unchanged_count,
        "refused": loaded.refused_count,
        "takes_effect_on": options.takes_effect_on.isoformat(),
        "groups_made": list(loaded.groups_made),
        "pupils": [{"pupil": each.pupil.pk, **change_facts(each.changes)} for each in plan.changed],
    }
