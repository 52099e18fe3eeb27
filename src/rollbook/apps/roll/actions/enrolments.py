"""Time on roll and time in a teaching group: starting days, moves, coming back, places withdrawn.

A last day on roll comes from a removal on a ground of regulation 9 (`actions.removals`) and from nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.roll.actions.permission import must_edit, own_pupil
from rollbook.apps.roll.actions.returns import move_entry_return, prepare_entry_return
from rollbook.apps.roll.models import Enrolment, Membership, RemovalRequest, ReturnDue, WithdrawnPlace
from rollbook.apps.roll.queries.asking import marks_between
from rollbook.apps.roll.queries.completeness import holds
from rollbook.apps.roll.queries.moves import membership_on, plan_move
from rollbook.apps.roll.queries.particulars import change_facts, changes
from rollbook.apps.schools.queries import group_on
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refusal, Refused
from rollbook.domain.removal import words_for_marks
from rollbook.ui.words import plain_day


@dataclass(frozen=True, slots=True)
class Spell:
    """A time on roll as somebody enters it."""

    first_day: date
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
    """Changes a time on roll, and with it the teaching groups: none before the first day.

    A starting day is not moved past marks already made. False where it stood so already. Errors: Refused.
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
        others = [each for each in spells if each is not row]
        refusals = _refusals(spell, row.last_day, others, pupil.born_on)
        refusals += _refuse_marks_before(viewer, row, spell.first_day, at.date())
        if refusals:
            raise Refused(refusals)
        _fit_memberships(row, spell.first_day)
        for change in found:
            setattr(row, change.field, values[change.field])
        row.save(update_fields=[change.field for change in found])
        if "first_day" in {change.field for change in found}:
            move_entry_return(viewer, pupil, row)
        record(
            type="roll.pupil.changed",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"pupil:{pupil.pk}",
            facts=change_facts(found),
        )
    return True


def _refuse_marks_before(viewer: Viewer, row: Enrolment, first_day: date, today: date) -> list[Refusal]:
    until = min(first_day - timedelta(days=1), today)
    before = marks_between(viewer, row.pupil_id, row.first_day, until)
    if not before:
        return []
    named = words_for_marks(sorted((day, session, symbol) for (day, session), symbol in before.items()))
    message = f"The register has marks before that day: {named}. Marks stay for good, so the pupil was on roll then."
    return [Refusal("first_day", message)]


def _refusals(
    spell: Spell, last_day: date | None, others: Sequence[Enrolment], born_on: date
) -> list[Refusal]:
    refusals = []
    if last_day is not None and last_day < spell.first_day:
        refusals.append(
            Refusal(
                "first_day", f"The starting day can't be after the last day on roll, {plain_day(last_day)}."
            )
        )
    if (spell.first_day - born_on).days < 2 * 365:
        refusals.append(Refusal("first_day", "On the starting day the pupil would have been under 2."))
    for other in others:
        begins_within = other.first_day <= spell.first_day and (
            other.last_day is None or spell.first_day <= other.last_day
        )
        reaches_into = other.first_day > spell.first_day and (last_day is None or last_day >= other.first_day)
        if begins_within or reaches_into:
            message = f"The pupil is on roll from {plain_day(other.first_day)} already."
            refusals.append(Refusal("first_day", message))
    return refusals


def _fit_memberships(row: Enrolment, first_day: date) -> None:
    """Lets the first group begin with the starting day, and drops those that were over by then."""
    was_first, was_last = row.first_day, row.last_day
    of_spell = [
        each
        for each in Membership.objects.filter(pupil_id=row.pupil_id).order_by("first_day")
        if each.first_day >= was_first and (was_last is None or each.first_day <= was_last)
    ]
    kept = []
    for each in of_spell:
        if each.last_day is not None and each.last_day < first_day:
            each.delete()
        else:
            kept.append(each)
    if kept and (kept[0].first_day == was_first or kept[0].first_day < first_day):
        kept[0].first_day = first_day
        kept[0].save(update_fields=["first_day"])


def take_back(
    *, viewer: Viewer, pupil_id: int, spell: Spell, group_id: int, by: Actor, at: datetime
) -> Enrolment:
    """Enters a pupil who has left again: a new time on roll beside the old ones, which stay. Errors: Refused."""
    must_edit(viewer)
    with transaction.atomic():
        pupil = own_pupil(viewer, pupil_id)
        others = list(Enrolment.objects.filter(pupil=pupil).order_by("first_day"))
        refusals = _refusals(spell, None, others, pupil.born_on)
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
        Membership.objects.create(pupil=pupil, group_id=group_id, first_day=spell.first_day)
        prepare_entry_return(viewer, pupil, row, at)
        record(
            type="roll.pupil.added",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"pupil:{pupil.pk}",
            facts={"starting_day": spell.first_day.isoformat(), "group": group_id, "again": True},
        )
    return row


def withdraw_place(
    *, viewer: Viewer, pupil_id: int, enrolment_id: int, because: str, by: Actor, at: datetime
) -> WithdrawnPlace:
    """Takes back a place that is not taken up, or an entry made in error; what stood stays on record with the reason.

    Nobody who was marked, or whose return was sent, leaves this way: that takes a ground. An entry whose day has come
    is cancelled only by somebody who may approve removals. Errors: Refused.
    """
    must_edit(viewer)
    with transaction.atomic():
        pupil = own_pupil(viewer, pupil_id)
        row = Enrolment.objects.filter(pupil=pupil, pk=enrolment_id).first()
        if row is None:
            raise Refused.one("", "This time on roll is no longer there.")
        if refusals := _withdrawal_refusals(viewer, row, because, at.date()):
            raise Refused(refusals)
        place = WithdrawnPlace.objects.create(
            pupil=pupil,
            first_day=row.first_day,
            agreed_on=row.agreed_on,
            agreed_with=row.agreed_with,
            because=because,
            withdrawn_at=at,
            withdrawn_by_name=by.name,
        )
        Membership.objects.filter(pupil=pupil, first_day__gte=row.first_day).delete()
        row.delete()
        record(
            type="roll.place.withdrawn",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"pupil:{pupil.pk}",
            facts={
                "starting_day": place.first_day.isoformat(),
                "agreed_with": place.agreed_with,
                "because": because,
            },
        )
    return place


def _withdrawal_refusals(viewer: Viewer, row: Enrolment, because: str, today: date) -> list[Refusal]:
    refusals = [] if because.strip() else [Refusal("because", "Say why the place is withdrawn.")]
    if "<" in because or ">" in because:
        refusals.append(Refusal("because", "It can't hold < or >. Take them out."))
    leave = "A pupil leaves only on a ground: use Remove from the roll."
    if row.last_day is not None or RemovalRequest.objects.filter(enrolment=row).exists():
        refusals.append(Refusal("", f"A removal was asked for. {leave}"))
    if ReturnDue.objects.filter(enrolment=row).exclude(sent_on=None).exists():
        refusals.append(Refusal("", f"The new pupil return was sent to the local authority. {leave}"))
    if row.first_day <= today:
        marks = marks_between(viewer, row.pupil_id, row.first_day, today)
        if marks:
            named = words_for_marks(
                sorted((day, session, symbol) for (day, session), symbol in marks.items())
            )
            refusals.append(Refusal("", f"The pupil was marked: {named}. {leave}"))
        if not viewer.may(Permission.ROLL_APPROVE_REMOVAL):
            message = "The starting day has come. Only the head teacher cancels an entry made in error from then on."
            refusals.append(Refusal("", message))
    return refusals
