"""What was done about a missing pupil is written down: a call, a visit, who was told, what was wrong with a row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.followup.actions.claiming import let_go, must_contact, own_to_call
from rollbook.apps.followup.models import ContactStep
from rollbook.apps.followup.queries.steps import may_read, person_of, step_of, step_of_form
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.contact_steps import BY_ITSELF, StepKind, check_step
from rollbook.domain.contacting import Result, digits
from rollbook.domain.duty_table import DUTIES
from rollbook.domain.refusals import Refusal, Refused

_TEXTS = ("result", "who", "second_person", "seen_by", "how", "reference", "note")


@dataclass(frozen=True, slots=True)
class StepDraft:
    """A step as a form describes it. Shape: `values` by field; `happened_at` None for now."""

    kind: StepKind
    values: Mapping[str, str] = field(default_factory=dict)
    happened_at: datetime | None = None


def record_call(
    *,
    viewer: Viewer,
    pupil_id: int,
    contact_id: int,
    number: str,
    result: str,
    note: str,
    key: UUID,
    by: Actor,
    at: datetime,
) -> ContactStep:
    """Writes down a call to one number of one contact, with what came of it.

    Who has reached nobody keeps the claim; with a parent on the line it is over. The same form sent twice is one call.
    Errors: Refused.
    """
    must_contact(viewer)
    call = own_to_call(viewer, pupil_id)
    contact = next((each for each in call.contacts if each.pk == contact_id), None)
    if contact is None:
        raise Refused.one("", "This contact is no longer there. Open the page again.")
    person = person_of(contact)
    if digits(number) not in {digits(each) for each in person.numbers}:
        raise Refused.one("", "This number has been changed meanwhile. Open the page again.")
    _raise_if_any(check_step(StepKind.CALL, {"result": result, "note": note}, None, at))

    def make() -> ContactStep:
        step = _add(
            viewer, pupil_id, StepKind.CALL, key, by, at,
            contact_id=contact.pk, number=number, result=result, note=note.strip(),
            who=f"{person.name} ({person.relationship})",
        )  # fmt: skip
        if Result(result).is_spoken:
            let_go(viewer=viewer, pupil_id=pupil_id, by=by, at=at)
        return step

    return _once(viewer, key, make)


def record_step(
    *, viewer: Viewer, pupil_id: int, draft: StepDraft, key: UUID, by: Actor, at: datetime
) -> ContactStep:
    """Writes down one of the further steps: a visit, who was told, what was decided or offered.

    What is restricted is for those who may read it; a concern is handed over by anybody. Errors: Refused.
    """
    must_contact(viewer)
    own_to_call(viewer, pupil_id)
    if draft.kind not in BY_ITSELF:
        raise Refused.one("", "This is written down elsewhere.")
    if not may_write(viewer, draft.kind):
        raise Refused.one("", "You may not write this down. Hand it over to the pastoral lead.")
    _raise_if_any(check_step(draft.kind, draft.values, draft.happened_at, at))
    values = {name: draft.values.get(name, "").strip() for name in _TEXTS}
    return _once(
        viewer,
        key,
        lambda: _add(
            viewer, pupil_id, draft.kind, key, by, at, happened_at=draft.happened_at or at, **values
        ),
    )


def may_write(viewer: Viewer, kind: StepKind) -> bool:
    """May this person write such a step down?"""
    is_for_all = not kind.rule.is_restricted or kind is StepKind.CONCERN
    return viewer.may(Permission.CONTACT_RECORD) and (is_for_all or viewer.may(Permission.WELFARE_VIEW))


def may_take_over(viewer: Viewer) -> bool:
    """Is this one of those whom a safeguarding concern is handed to?"""
    return not DUTIES["concern.acknowledged"].roles.isdisjoint(viewer.roles)


def answer_step(
    *, viewer: Viewer, step_id: int, values: Mapping[str, str], key: UUID, by: Actor, at: datetime
) -> ContactStep:
    """Takes a concern over, or writes down news of a referral. Errors: Refused."""
    must_contact(viewer)
    step = _own_step(viewer, step_id)
    if step.kind == StepKind.CONCERN:
        kind, is_allowed = StepKind.TAKEN_OVER, may_take_over(viewer)
    elif step.kind == StepKind.REFERRAL:
        kind, is_allowed = StepKind.REFERRAL_NEWS, viewer.may(Permission.WELFARE_VIEW)
    else:
        raise Refused.one("", "There is nothing to answer here.")
    if not is_allowed:
        raise Refused.one("", "This is for the head teacher and those who lead on attendance.")
    _raise_if_any(check_step(kind, values, None, at))
    given = {name: values.get(name, "").strip() for name in ("result", "note")}
    return _once(
        viewer, key, lambda: _add(viewer, step.pupil_id, kind, key, by, at, answers_id=step.pk, **given)
    )


def put_right(
    *, viewer: Viewer, step_id: int, because: str, key: UUID, by: Actor, at: datetime
) -> ContactStep:
    """Says that a row is wrong, and why: it stays, struck out, and counts no longer. Errors: Refused."""
    must_contact(viewer)
    step = _own_step(viewer, step_id)
    if step.kind in (StepKind.PUT_RIGHT, StepKind.REASON, StepKind.MESSAGE, StepKind.TAKEN_OVER):
        raise Refused.one("", "This can’t be put right here: it is kept with what it did.")
    if not may_read(viewer, step):
        raise Refused.one("", "Only those who may read it can put it right.")
    _raise_if_any(check_step(StepKind.PUT_RIGHT, {"note": because}, None, at))
    return _once(
        viewer,
        key,
        lambda: _add(
            viewer, step.pupil_id, StepKind.PUT_RIGHT, key, by, at, answers_id=step.pk, note=because.strip()
        ),
    )


def add_step(
    *,
    viewer: Viewer,
    pupil_id: int,
    kind: StepKind,
    key: UUID,
    by: Actor,
    at: datetime,
    code: str = "",
    expected_return: date | None = None,
    contact_id: int | None = None,
    who: str = "",
    note: str = "",
    how: str = "",
) -> ContactStep:
    """Adds the row of something that another action has just done: a reason entered, a message sent."""
    return _add(
        viewer, pupil_id, kind, key, by, at,
        code=code, expected_return=expected_return, contact_id=contact_id, who=who, note=note, how=how,
    )  # fmt: skip


def _own_step(viewer: Viewer, step_id: int) -> ContactStep:
    found = step_of(viewer, step_id)
    if found is None:
        raise Refused.one("", "This is not among your school’s records.")
    return found


def _once(viewer: Viewer, key: UUID, make: Callable[[], ContactStep]) -> ContactStep:
    """What `make` makes in one transaction, or what the same form made when it was sent before."""
    made = step_of_form(viewer.school_id, key)
    if made is not None:
        return made
    try:
        with transaction.atomic():
            return make()
    except IntegrityError:
        made = step_of_form(viewer.school_id, key)
        if made is None:
            raise Refused.one("", "Somebody else did this at the same moment. Open the page again.") from None
        return made


def _add(
    viewer: Viewer,
    pupil_id: int,
    kind: StepKind,
    key: UUID,
    by: Actor,
    at: datetime,
    **values: object,
) -> ContactStep:
    """The row and its event; call it inside a transaction."""
    columns: dict[str, object] = {"happened_at": at, **values}
    with transaction.atomic():
        step = ContactStep(
            school_id=viewer.school_id,
            pupil_id=pupil_id,
            key=key,
            kind=kind.value,
            on=at.date(),
            at=at,
            by_id=by.person_id,
            by_name=by.name,
            by_position=by.position,
        )
        for name, value in columns.items():
            setattr(step, name, value)
        step.save(force_insert=True)
        record(
            type="followup.step.put_right" if kind is StepKind.PUT_RIGHT else "followup.step.recorded",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"pupil:{pupil_id}",
            # What was said may be about health or safety: it stays with the step.
            facts={"step_words": kind.rule.title, "step_id": step.pk, "private": ["what was said"]},
        )
    return step


def _raise_if_any(refusals: list[Refusal]) -> None:
    if refusals:
        raise Refused(refusals)
