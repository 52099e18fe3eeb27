"""Time on roll and time in a teaching group: starting days, last days, moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.roll.actions.permission import must_edit, own_pupil
from rollbook.apps.roll.models import Enrolment, Membership
from rollbook.apps.roll.queries.completeness import holds
from rollbook.apps.roll.queries.moves import membership_on, plan_move
from rollbook.apps.roll.queries.particulars import change_facts, changes
from rollbook.apps.schools.queries import group_on
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.refusals import Refusal, Refused
from rollbook.ui.words import plain_day


@dataclass(frozen=True, slots=True)
class Spell:
    """A time on roll as somebody enters it."""

    first_day: date
    last_day: date | None
    agreed_on: date | None
    agreed_with: str
    is_boarder: bool


def move_to_group(*, viewer: Viewer, pupil_id: int, group_id: int, on: date, by: Actor, at: datetime) -> None:
    """Moves a pupil to another teaching group from a day on; the group before ends the day before.

    A move that is already planned for later still happens. Errors: Refused.
    """
    must_edit(viewer)
    with transaction.atomic():
        pupil = own_pupil(viewer, pupil_id)
        group = group_on(viewer, group_id, on)
        if group is None:
            raise Refused.one("group", f"There is no such teaching group on {plain_day(on)}.")
        spell = _spell_on(list(Enrolment.objects.filter(pupil=pupil).order_by("first_day")), on)
        held = list(Membership.objects.filter(pupil=pupil).select_related("group").order_by("first_day"))
        current = membership_on(held, on)
        was = current.group.name if current else ""
        move = plan_move(pupil, held, group_id, on, spell.last_day)
        if move is None:
            raise Refused.one("group", f"The pupil is in {group.name} on {plain_day(on)} already.")
        for membership in (move.ended, move.changed):
            if membership is not None:
                membership.save()
        if move.begun is not None:
            move.begun.save()
        facts = {"from": was, "to": group.name, "on": on.isoformat()}
        record(
            type="roll.pupil.moved",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"pupil:{pupil.pk}",
            facts=facts,
        )


def _spell_on(spells: Sequence[Enrolment], on: date) -> Enrolment:
    for spell in spells:
        if holds(spell.first_day, spell.last_day, on):
            return spell
    raise Refused.one("on", f"The pupil is not on roll on {plain_day(on)}.")


def change_enrolment(
    *, viewer: Viewer, pupil_id: int, enrolment_id: int, spell: Spell, by: Actor, at: datetime
) -> bool:
    """Changes a time on roll, and with it the teaching groups: none before the first day, none after the last.

    False where it stood so already. Errors: Refused.
    """
    must_edit(viewer)
    with transaction.atomic():
        pupil = own_pupil(viewer, pupil_id)
        spells = list(Enrolment.objects.filter(pupil=pupil).order_by("first_day"))
        row = next((each for each in spells if each.pk == enrolment_id), None)
        if row is None:
            raise Refused.one("", "This time on roll is no longer there.")
        values = {name: getattr(spell, name) for name in Spell.__dataclass_fields__}
        found = changes(row, values)
        if not found:
            return False
        if refusals := _refusals(spell, [each for each in spells if each is not row], pupil.born_on):
            raise Refused(refusals)
        _fit_memberships(row, spell)
        for change in found:
            setattr(row, change.field, values[change.field])
        row.save(update_fields=[change.field for change in found])
        record(
            type="roll.pupil.changed",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"pupil:{pupil.pk}",
            facts=change_facts(found),
        )
    return True


def _refusals(spell: Spell, others: Sequence[Enrolment], born_on: date) -> list[Refusal]:
    refusals = []
    if spell.last_day is not None and spell.last_day < spell.first_day:
        refusals.append(Refusal("last_day", "The last day on roll can't be before the starting day."))
    if (spell.first_day - born_on).days < 2 * 365:
        refusals.append(Refusal("first_day", "On the starting day the pupil would have been under 2."))
    for other in others:
        begins_within = other.first_day <= spell.first_day and (
            other.last_day is None or spell.first_day <= other.last_day
        )
        reaches_into = other.first_day > spell.first_day and (
            spell.last_day is None or spell.last_day >= other.first_day
        )
        if begins_within or reaches_into:
            field = "first_day" if begins_within else "last_day"
            refusals.append(
                Refusal(field, f"The pupil is on roll from {plain_day(other.first_day)} already.")
            )
    return refusals


def _fit_memberships(row: Enrolment, spell: Spell) -> None:
    """Ends the groups with the last day on roll, or lets them go on where there is none any more."""
    was_first, was_last = row.first_day, row.last_day
    of_spell = [
        each
        for each in Membership.objects.filter(pupil_id=row.pupil_id).order_by("first_day")
        if each.first_day >= was_first and (was_last is None or each.first_day <= was_last)
    ]
    kept = []
    for each in of_spell:
        is_gone = (each.last_day is not None and each.last_day < spell.first_day) or (
            spell.last_day is not None and each.first_day > spell.last_day
        )
        if is_gone:
            each.delete()
        else:
            kept.append(each)
    if not kept:
        return
    if kept[0].first_day == was_first or kept[0].first_day < spell.first_day:
        kept[0].first_day = spell.first_day
    last = kept[-1]
    overruns = spell.last_day is not None and (last.last_day is None or last.last_day > spell.last_day)
    if overruns or last.last_day == was_last:
        last.last_day = spell.last_day
    for each in kept:
        each.save(update_fields=["first_day", "last_day"])


def take_back(
    *, viewer: Viewer, pupil_id: int, spell: Spell, group_id: int, by: Actor, at: datetime
) -> Enrolment:
    """Enters a pupil who has left again, from a new starting day. Errors: Refused."""
    must_edit(viewer)
    with transaction.atomic():
        pupil = own_pupil(viewer, pupil_id)
        others = list(Enrolment.objects.filter(pupil=pupil).order_by("first_day"))
        refusals = _refusals(spell, others, pupil.born_on)
        if group_on(viewer, group_id, spell.first_day) is None:
            refusals.append(
                Refusal("group", f"There is no such teaching group on {plain_day(spell.first_day)}.")
            )
        if refusals:
            raise Refused(refusals)
        row = Enrolment.objects.create(
            pupil=pupil, **{name: getattr(spell, name) for name in Spell.__dataclass_fields__}
        )
        yesterday = spell.first_day - timedelta(days=1)
        Membership.objects.filter(pupil=pupil, last_day=None, first_day__lte=yesterday).update(
            last_day=yesterday
        )
        Membership.objects.create(
            pupil=pupil, group_id=group_id, first_day=spell.first_day, last_day=spell.last_day
        )
        record(
            type="roll.pupil.added",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"pupil:{pupil.pk}",
            facts={"starting_day": spell.first_day.isoformat(), "group": group_id, "again": True},
        )
    return row
