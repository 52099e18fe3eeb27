"""Recording what is done about an illness, and the change from I to O once the parents have been told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.followup.models import IllnessStep
from rollbook.apps.followup.queries.illness import Spell, evidence_from, ill_marks, spell_on
from rollbook.apps.registers.actions.amending_many import AmendedMany, amend_many
from rollbook.apps.registers.actions.many_marks import Change
from rollbook.apps.registers.queries.marks import save_of_form
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.contact_steps import HOW
from rollbook.domain.illness import (
    UNAUTHORISED,
    IllnessDraft,
    IllnessStepKind,
    illness_problems,
    may_become_unauthorised,
)
from rollbook.domain.refusals import Refusal, Refused

_HOWS = tuple(value for value, _ in HOW)
_NO_SPELL = "The register does not show this illness any more. Open the list again."
_MEANWHILE = "Somebody else recorded something meanwhile. It is shown now: look, then decide again."


def record_illness_step(
    *,
    viewer: Viewer,
    pupil_id: int,
    on: date,
    draft: IllnessDraft,
    seen_count: int,
    key: UUID,
    by: Actor,
    at: datetime,
) -> IllnessStep:
    """Records a doubt, that evidence was asked for or came, the head's decision, or that parents were told.

    `on` is a day of the spell, `seen_count` how many records were on the screen. The same form twice records it once.
    Errors: Refused with every problem; nothing is kept then.
    """
    _must(viewer, draft.kind)
    if (made := _made(viewer, key)) is not None:
        return made
    draft = replace(draft, text=draft.text.strip(), who=draft.who.strip())
    spell = _spell(viewer, pupil_id, on, at)
    if len(spell.steps) != seen_count:
        raise Refused.one("", _MEANWHILE)
    from_day = evidence_from(viewer, at.date())
    if refusals := illness_problems(draft, len(spell.days), spell.done, from_day, at.date(), _HOWS):
        raise Refused(refusals)
    return _kept(viewer, spell, draft, key, by, at)


def make_unauthorised(
    *,
    viewer: Viewer,
    pupil_id: int,
    on: date,
    changes: Sequence[Change],
    reason: str,
    key: UUID,
    by: Actor,
    at: datetime,
) -> AmendedMany:
    """Makes O of these sessions of a spell marked I, in one save with one reason.

    Errors: Refused until the head has decided and the parents were told, and with every problem; ChangedMeanwhile.
    """
    _must(viewer, None)
    if save_of_form(viewer.school_id, key) is None:
        spell = _spell(viewer, pupil_id, on, at)
        may = may_become_unauthorised(spell.done)
        if not may.answer:
            raise Refused.one("", may.because)
        if refusals := _wrong_marks(viewer, spell, changes):
            raise Refused(refusals)
    return amend_many(viewer=viewer, changes=changes, reason=reason, key=key, by=by, at=at)


def _kept(
    viewer: Viewer, spell: Spell, draft: IllnessDraft, key: UUID, by: Actor, at: datetime
) -> IllnessStep:
    fields = ("kind", "text", "evidence", "on", "how", "who", "is_accepted")
    try:
        with transaction.atomic():
            step = IllnessStep.objects.create(
                school_id=viewer.school_id,
                pupil_id=spell.pupil_id,
                key=key,
                spell_from=spell.key_day,
                at=at,
                by_id=by.person_id,
                by_name=by.name,
                by_position=by.position,
                **{name: getattr(draft, name) for name in fields},
            )
            facts = {"spell_from": spell.key_day.isoformat(), "private": ["why"]}
            type = f"followup.illness.{draft.kind}"
            subject = f"pupil:{spell.pupil_id}"
            record(type=type, by=by, at=at, school_id=viewer.school_id, subject=subject, facts=facts)
    except IntegrityError:
        # The same form, sent twice at the same moment.
        made = _made(viewer, key)
        if made is None:
            raise
        return made
    return step


def _wrong_marks(viewer: Viewer, spell: Spell, changes: Sequence[Change]) -> list[Refusal]:
    if not changes:
        return [Refusal("take", "Nothing is ticked. Tick each session that is not accepted.")]
    ill = ill_marks(viewer, spell)
    if all(
        each.pupil_id == spell.pupil_id and each.code == UNAUTHORISED and (each.on, each.session) in ill
        for each in changes
    ):
        return []
    return [Refusal("take", "One of those ticked is not marked I in this illness. Open the page again.")]


def _must(viewer: Viewer, kind: IllnessStepKind | None) -> None:
    """Errors: Refused for those who may not do this; without a kind it is the change of the marks."""
    if kind is IllnessStepKind.DECIDED and not viewer.may(Permission.ILLNESS_DECIDE):
        raise Refused.one("", "You may not decide about an illness. The head teacher can.")
    if kind is None and not viewer.may(Permission.REGISTER_AMEND):
        raise Refused.one("", "You may not amend the register.")
    if not viewer.may(Permission.WELFARE_VIEW):
        raise Refused.one("", "You may not follow up an illness. The pastoral lead can.")


def _spell(viewer: Viewer, pupil_id: int, on: date, at: datetime) -> Spell:
    spell = spell_on(viewer, pupil_id, on, at)
    if spell is None:
        raise Refused.one("", _NO_SPELL)
    return spell


def _made(viewer: Viewer, key: UUID) -> IllnessStep | None:
    return IllnessStep.objects.filter(school_id=viewer.school_id, key=key).first()
