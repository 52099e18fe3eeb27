"""Adding a pupil by hand, and changing what the admission register says of one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.roll.actions.permission import must_edit, own_pupil
from rollbook.apps.roll.actions.returns import prepare_entry_return
from rollbook.apps.roll.models import Enrolment, Membership, Pupil
from rollbook.apps.roll.queries.lists import fold
from rollbook.apps.roll.queries.particulars import change_facts, changes, plain_value, said, words_of
from rollbook.apps.schools.queries import group_on
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.refusals import Refusal, Refused
from rollbook.domain.roll import age_on, upn_problem
from rollbook.formats.spreadsheet import safe
from rollbook.ui.words import plain_day

_YOUNGEST, _OLDEST = 2, 20
_NAMES = ("legal_surname", "legal_forename", "surname", "forename")


@dataclass(frozen=True, slots=True)
class Start:
    """When a new pupil starts, with whom that was agreed, and in which teaching group."""

    first_day: date
    group_id: int
    agreed_on: date | None = None
    agreed_with: str = ""
    is_boarder: bool = False


def add_pupil(
    *,
    viewer: Viewer,
    values: Mapping[str, Any],
    start: Start,
    is_somebody_else: bool = False,
    by: Actor,
    at: datetime,
) -> Pupil:
    """Enters a pupil in the admission register: on every register of the group from the starting day.

    A pupil of the same name and date of birth is refused, unless the person says that this is somebody else.
    Errors: Refused.
    """
    must_edit(viewer)
    with transaction.atomic():
        pupil = Pupil(school_id=viewer.school_id, **values)
        refusals = pupil_refusals(viewer, None, values, at.date())
        refusals += _start_refusals(viewer, start, values.get("born_on"), at.date())
        if not refusals and not is_somebody_else:
            refusals = _same_refusals(viewer, pupil)
        if refusals:
            raise Refused(refusals)
        pupil.save(force_insert=True)
        spell = Enrolment.objects.create(
            pupil=pupil,
            first_day=start.first_day,
            agreed_on=start.agreed_on,
            agreed_with=start.agreed_with,
            is_boarder=start.is_boarder,
        )
        Membership.objects.create(pupil=pupil, group_id=start.group_id, first_day=start.first_day)
        prepare_entry_return(viewer, pupil, spell, at)
        blank = Pupil(school_id=viewer.school_id)
        facts = change_facts(changes(blank, values))
        record(
            type="roll.pupil.added",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"pupil:{pupil.pk}",
            facts={**facts, "starting_day": start.first_day.isoformat(), "group": start.group_id},
        )
    return pupil


def change_pupil(
    *,
    viewer: Viewer,
    pupil_id: int,
    values: Mapping[str, Any],
    seen: Mapping[str, Any] | None = None,
    by: Actor,
    at: datetime,
) -> bool:
    """Changes some fields of a pupil's entry; False where they said all that already.

    `seen` is what fields held on the person's screen, as JSON has it: where one has changed since, nothing is saved.
    Errors: Refused.
    """
    must_edit(viewer)
    with transaction.atomic():
        pupil = own_pupil(viewer, pupil_id)
        if seen is not None:
            _refuse_meanwhile(pupil, seen)
        found = changes(pupil, values)
        if not found:
            return False
        if refusals := pupil_refusals(viewer, pupil, values, at.date()):
            raise Refused(refusals)
        for change in found:
            setattr(pupil, change.field, values[change.field])
        pupil.save(update_fields=[change.field for change in found])
        record(
            type="roll.pupil.changed",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"pupil:{pupil.pk}",
            facts=change_facts(found),
        )
    return True


def _refuse_meanwhile(pupil: Pupil, seen: Mapping[str, Any]) -> None:
    since = [name for name, value in seen.items() if plain_value(getattr(pupil, name)) != value]
    if since:
        now = "; ".join(
            f"{words_of(Pupil, name)} is now “{said(Pupil, name, getattr(pupil, name)) or 'empty'}”"
            for name in since
        )
        raise Refused.one(
            "",
            f"Somebody else changed this after you opened it: {now}. What you typed is still here. "
            "Compare, then save again if yours is right.",
        )


def pupil_refusals(viewer: Viewer, pupil: Pupil | None, values: Mapping[str, Any], on: date) -> list[Refusal]:
    """What is wrong with values for a pupil's entry; only the fields that are given are judged."""
    refusals = [
        Refusal(name, "A name has at least one letter.") for name in _NAMES if _is_no_name(values, name)
    ]
    refusals += formula_refusals(values)
    refusals += [
        Refusal(name, "It can't hold < or >. Take them out.")
        for name, value in values.items()
        if isinstance(value, str) and ("<" in value or ">" in value)
    ]
    if values.get("upn") and (problem := upn_problem(values["upn"])):
        refusals.append(Refusal("upn", problem))
    for name, words in (("upn", "UPN"), ("admission_number", "admission number")):
        other = _holder(viewer, pupil, name, values.get(name))
        if other is not None:
            refusals.append(Refusal(name, f"{other.forename} {other.surname} has this {words} already."))
    if values.get("born_on"):
        refusals += _age_refusals(values["born_on"], on)
    return refusals


def formula_refusals(values: Mapping[str, Any]) -> list[Refusal]:
    """A name is refused that a spreadsheet would run, as the reading of pupil files refuses it."""
    return [
        Refusal(name, "A name can't begin with =, +, - or @: a spreadsheet would take it for a formula.")
        for name in ("title", "middle_names", *_NAMES)
        if isinstance(values.get(name), str) and safe(values[name]) != values[name]
    ]


def _is_no_name(values: Mapping[str, Any], name: str) -> bool:
    return name in values and not any(letter.isalpha() for letter in values[name])


def _holder(viewer: Viewer, pupil: Pupil | None, name: str, value: str | None) -> Pupil | None:
    if not value:
        return None
    others = Pupil.objects.filter(school_id=viewer.school_id, **{name: value})
    return others.exclude(pk=pupil.pk).first() if pupil else others.first()


def _age_refusals(born_on: date, on: date) -> list[Refusal]:
    if born_on > on:
        return [Refusal("born_on", "The date of birth is in the future.")]
    age = age_on(born_on, on)
    if _YOUNGEST <= age <= _OLDEST:
        return []
    years = "1 year" if age == 1 else f"{age} years"
    return [Refusal("born_on", f"The pupil would be {years} old today. Check the date of birth.")]


def _start_refusals(viewer: Viewer, start: Start, born_on: date | None, on: date) -> list[Refusal]:
    refusals = []
    if born_on is not None and age_on(born_on, start.first_day) < _YOUNGEST:
        refusals.append(
            Refusal("first_day", "On the starting day the pupil would have been under 2. Check both dates.")
        )
    if (start.first_day - on).days > 2 * 365:
        refusals.append(Refusal("first_day", "The starting day is more than two years away. Check it."))
    if group_on(viewer, start.group_id, start.first_day) is None:
        message = f"There is no such teaching group on {plain_day(start.first_day)}. Choose another one or another day."
        refusals.append(Refusal("group", message))
    return refusals


def _same_refusals(viewer: Viewer, pupil: Pupil) -> list[Refusal]:
    key = fold(pupil.legal_surname), fold(pupil.legal_forename)
    for other in Pupil.objects.filter(school_id=viewer.school_id, born_on=pupil.born_on):
        if (fold(other.legal_surname), fold(other.legal_forename)) == key:
            message = (
                f"{other.forename} {other.surname}, born on {plain_day(other.born_on)}, is in the admission register "
                "already. Say below if this is another pupil of the same name."
            )
            return [Refusal("is_somebody_else", message)]
    return []
