"""Removing a name from the roll: proposed on a ground, decided by a second person, undone where it was a mistake."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.roll.actions.next_places import (
    NextPlace,
    destination_refusals,
    save_destination,
    text_refusals,
)
from rollbook.apps.roll.actions.permission import own_pupil
from rollbook.apps.roll.models import Enrolment, Membership, Pupil, RemovalRequest, ReturnDue
from rollbook.apps.roll.queries.moves import end_memberships
from rollbook.apps.roll.queries.removals import (
    approver_count,
    asked_for,
    check_of,
    ground_called,
    removal_facts,
    removal_of,
    spell_on_roll,
)
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.law import Finding
from rollbook.domain.refusals import Refusal, Refused
from rollbook.domain.removal import Answer, RemovalCheck
from rollbook.domain.removal_conditions import Ground
from rollbook.domain.removal_steps import Mover, RemovalMove, RemovalState, may_move
from rollbook.domain.roll_returns import deletion_return_due
from rollbook.ui.words import plain_day


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody proposes: the ground with the answers to its conditions, the evidence, the last day, where next."""

    letter: str
    answers: Mapping[str, Answer]
    last_day: date
    evidence: str
    evidence_seen_on: date
    place: NextPlace
    because: str = ""
    is_standard_leaver: bool = False


def propose_removal(
    *, viewer: Viewer, pupil_id: int, proposal: Proposal, by: Actor, at: datetime
) -> RemovalRequest:
    """Sends a request to the second person; nothing about the pupil changes yet. Errors: Refused."""
    if not viewer.may(Permission.ROLL_PROPOSE_REMOVAL):
        raise Refused.one("", "You may not propose a removal. The school office can.")
    with transaction.atomic():
        pupil = own_pupil(viewer, pupil_id)
        spell, ground = _spell(pupil, at.date()), _ground(proposal.letter, at.date())
        check = check_of(viewer, pupil, spell, ground, proposal.answers, proposal.last_day, at.date())
        if refusals := refusals_of(proposal, check, at.date()):
            raise Refused(refusals)
        facts = removal_facts(viewer, pupil, spell, proposal.last_day, at.date())
        kept = [
            each | {"answer": _plain(proposal.answers.get(each["name"]))} for each in asked_for(ground, facts)
        ]
        row = RemovalRequest.objects.create(
            pupil=pupil,
            enrolment=spell,
            ground=ground.letter,
            state=RemovalState.PROPOSED,
            last_day=proposal.last_day,
            facts={"conditions": kept, **_found(check)},
            evidence=proposal.evidence,
            evidence_seen_on=proposal.evidence_seen_on,
            because=proposal.because if check.warnings else "",
            is_standard_leaver=proposal.is_standard_leaver,
            destination=save_destination(pupil, proposal.place, by.name, at),
            proposed_at=at,
            proposed_by_id=by.person_id,
            proposed_by_name=by.name,
            proposed_by_position=by.position,
        )
        _note("roll.removal.proposed", viewer, row, {"evidence": row.evidence}, by, at)
    return row


def approve_removal(
    *,
    viewer: Viewer,
    removal_id: int,
    reason: str = "",
    alone_because: str = "",
    by: Actor,
    at: datetime,
) -> RemovalRequest:
    """The second person approves: the time on roll and the groups end with the last day, and the return is due.

    Looked at again as the registers stand now. Errors: Refused.
    """
    with transaction.atomic():
        row = _own_request(viewer, removal_id)
        row.state = _moved(viewer, row, RemovalMove.APPROVE, by, at, reason=reason, alone=alone_because)
        pupil, spell = row.pupil, row.enrolment
        if spell.last_day is not None:
            raise Refused.one("", f"The pupil's time on roll has ended on {plain_day(spell.last_day)}.")
        _check_again(viewer, row, spell, at.date())
        row.groups_ended = end_memberships(pupil.pk, spell.first_day, row.last_day)
        spell.last_day = row.last_day
        spell.save(update_fields=["last_day"])
        _decide(row, by, at, reason)
        row.alone_because = alone_because if row.proposed_by_id == by.user_id else ""
        due = deletion_return_due(
            row.last_day, timetable(viewer).calendar, is_standard_leaver=row.is_standard_leaver
        )
        if due.answer is None:
            row.state = RemovalState.DONE
        row.save()
        ReturnDue.objects.create(
            kind=ReturnDue.Kind.DELETION,
            pupil=pupil,
            enrolment=spell,
            removal=row,
            due_on=due.answer,
            because=due.because,
            prepared_at=at,
        )
        said = {"reason": reason, "nobody_else_because": row.alone_because, "return": due.because}
        _note("roll.pupil.removed", viewer, row, said, by, at)
    return row


def refuse_removal(
    *, viewer: Viewer, removal_id: int, reason: str, by: Actor, at: datetime
) -> RemovalRequest:
    """The second person says no, and why; the pupil stays on the roll. Errors: Refused."""
    with transaction.atomic():
        row = _own_request(viewer, removal_id)
        row.state = _moved(viewer, row, RemovalMove.REFUSE, by, at, reason=reason)
        _decide(row, by, at, reason)
        row.save()
        _note("roll.removal.refused", viewer, row, {"reason": reason}, by, at)
    return row


def withdraw_removal(
    *, viewer: Viewer, removal_id: int, reason: str, by: Actor, at: datetime
) -> RemovalRequest:
    """Takes a request back that nobody has decided. Errors: Refused."""
    with transaction.atomic():
        row = _own_request(viewer, removal_id)
        row.state = _moved(viewer, row, RemovalMove.WITHDRAW, by, at, reason=reason)
        row.undone = _undone(reason, by, at)
        row.save(update_fields=["state", "undone"])
        _note("roll.removal.withdrawn", viewer, row, {"reason": reason}, by, at)
    return row


def undo_removal(*, viewer: Viewer, removal_id: int, reason: str, by: Actor, at: datetime) -> RemovalRequest:
    """Puts a removal right that was a mistake: the time on roll goes on as if it had not ended, in the same groups.

    Not once the pupil has started again. A return that was sent stays on record. Errors: Refused.
    """
    with transaction.atomic():
        row = _own_request(viewer, removal_id)
        row.state = _moved(viewer, row, RemovalMove.UNDO, by, at, reason=reason)
        spell = row.enrolment
        later = Enrolment.objects.filter(pupil_id=row.pupil_id, first_day__gt=spell.first_day)
        if later.exists():
            raise Refused.one("", "The pupil has started again since, so this removal stands.")
        spell.last_day = None
        spell.save(update_fields=["last_day"])
        for was in row.groups_ended:
            Membership.objects.update_or_create(
                pupil_id=row.pupil_id,
                group_id=was["group"],
                first_day=date.fromisoformat(was["first_day"]),
                defaults={"last_day": date.fromisoformat(was["last_day"]) if was["last_day"] else None},
            )
        row.undone = _undone(reason, by, at)
        row.save(update_fields=["state", "undone"])
        ReturnDue.objects.filter(removal=row, sent_on=None).update(
            cancelled_because="The removal was a mistake and was undone."
        )
        _note("roll.removal.undone", viewer, row, {"reason": reason}, by, at)
    return row


def _spell(pupil: Pupil, today: date) -> Enrolment:
    spell = spell_on_roll(pupil)
    if spell is None:
        raise Refused.one("", "The pupil is not on the roll, or a last day is set already.")
    if spell.first_day > today:
        raise Refused.one("", "The pupil has not started yet. Withdraw the place instead.")
    waiting = RemovalRequest.objects.filter(pupil=pupil, state=RemovalState.PROPOSED).first()
    if waiting is not None:
        raise Refused.one("", f"A request by {waiting.proposed_by_name} waits for a decision already.")
    return spell


def _ground(letter: str, on: date) -> Ground:
    ground = ground_called(letter, on)
    if ground is None:
        raise Refused.one("", "There is no such ground. A name is removed only on grounds A to O.")
    return ground


def refusals_of(proposal: Proposal, check: RemovalCheck, today: date) -> list[Refusal]:
    """Everything that stands in the way of a proposal, by the field it is about."""
    refusals = list(check.refusals)
    refusals += text_refusals(evidence=proposal.evidence, because=proposal.because)
    refusals += text_refusals(
        **{name: text for name, text in proposal.answers.items() if isinstance(text, str)}
    )
    if not proposal.evidence.strip():
        refusals.append(Refusal("evidence", "Say what you have seen, and where it is kept."))
    if proposal.evidence_seen_on > today:
        refusals.append(Refusal("evidence_seen_on", "This day is to come. Enter the day you saw it."))
    for refusal in destination_refusals(proposal.place, today):
        refusals.append(Refusal(f"next_{refusal.field}", refusal.message))
    if check.warnings and not proposal.because.strip():
        refusals.append(Refusal("because", "Say why the name is to be removed all the same."))
    return refusals


def _found(check: RemovalCheck) -> dict[str, list[dict[str, str]]]:
    def kept(findings: tuple[Finding[bool], ...]) -> list[dict[str, str]]:
        return [{"because": each.because, "citation": str(each.citation)} for each in findings]

    return {
        "warnings": kept(check.warnings),
        "worked_out": kept(tuple(each for each in check.findings if each.answer)),
    }


def _plain(answer: Answer) -> Any:
    return answer.isoformat() if isinstance(answer, date) else answer


def _own_request(viewer: Viewer, removal_id: int) -> RemovalRequest:
    found = removal_of(viewer, removal_id)
    if found is None:
        raise Refused.one("", "This request is not there.")
    own_pupil(viewer, found.pupil_id)
    # Read again behind the lock: somebody may have decided meanwhile.
    row = removal_of(viewer, removal_id)
    if row is None:
        raise Refused.one("", "This request is not there.")
    return row


def _moved(
    viewer: Viewer,
    row: RemovalRequest,
    move: RemovalMove,
    by: Actor,
    at: datetime,
    *,
    reason: str,
    alone: str = "",
) -> RemovalState:
    mover = Mover(
        permissions=viewer.permissions,
        is_proposer=row.proposed_by_id == by.user_id,
        approver_count=approver_count(viewer, at.date()),
        reason=reason,
        alone_because=alone,
    )
    refusals = [*text_refusals(reason=reason, alone_because=alone)]
    state, more = may_move(RemovalState(row.state), move, mover)
    if state is None or refusals:
        raise Refused([*refusals, *more])
    return state


def _check_again(viewer: Viewer, row: RemovalRequest, spell: Enrolment, today: date) -> None:
    ground = _ground(row.ground, today)
    check = check_of(viewer, row.pupil, spell, ground, answers_of(row, ground), row.last_day, today)
    if check.refusals:
        raise Refused(Refusal("", refusal.message) for refusal in check.refusals)


def answers_of(row: RemovalRequest, ground: Ground) -> dict[str, Answer]:
    """The answers that were given, with days as days again."""
    days = {each.name for each in ground.conditions if each.kind == "date"}
    return {
        each["name"]: date.fromisoformat(each["answer"])
        if each["name"] in days and each["answer"]
        else each["answer"]
        for each in row.facts["conditions"]
    }


def _decide(row: RemovalRequest, by: Actor, at: datetime, reason: str) -> None:
    row.decided_at, row.decided_by_id = at, by.person_id
    row.decided_by_name, row.decided_by_position, row.decided_because = by.name, by.position, reason


def _undone(reason: str, by: Actor, at: datetime) -> dict[str, str]:
    return {"at": at.isoformat(), "by": by.name, "position": by.position, "because": reason}


def _note(
    type: str, viewer: Viewer, row: RemovalRequest, facts: Mapping[str, str], by: Actor, at: datetime
) -> None:
    said = {"ground": row.ground, "last_day": row.last_day.isoformat(), **facts}
    subject = f"pupil:{row.pupil_id}"
    record(type=type, by=by, at=at, school_id=viewer.school_id, subject=subject, facts=said)
