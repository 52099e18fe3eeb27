"""What was written down about missing pupils, and who is ringing whom just now."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from rollbook.apps.followup.models import CallClaim, ContactStep
from rollbook.apps.registers.queries.newest import HalfDay, Standing, standing_marks
from rollbook.apps.roll.queries.calling import Contact, ToCall
from rollbook.clock import LONDON
from rollbook.domain.absences import NOT_ESTABLISHED
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.contact_steps import StepKind
from rollbook.domain.contacting import Attempt, Person, Result, Tried, digits

LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Written:
    """A step that stands, with what answers it: who took a concern over, news of a referral."""

    step: ContactStep
    answers: tuple[ContactStep, ...] = ()

    @property
    def kind(self) -> StepKind:
        """What kind of step it is."""
        return StepKind(self.step.kind)

    @property
    def is_taken_over(self) -> bool:
        """Has somebody said that they have this concern?"""
        return any(each.kind == StepKind.TAKEN_OVER for each in self.answers)

    @property
    def put_right(self) -> ContactStep | None:
        """The row that says what was wrong with this one; None for one that stands."""
        return next((each for each in self.answers if each.kind == StepKind.PUT_RIGHT), None)


def _own(viewer: Viewer) -> QuerySet[ContactStep]:
    return ContactStep.objects.filter(school_id=viewer.school_id)


def may_read(viewer: Viewer, step: ContactStep) -> bool:
    """May this person read what was written? What is restricted: those whose work is with welfare, and who wrote it."""
    return (
        not StepKind(step.kind).rule.is_restricted
        or viewer.may(Permission.WELFARE_VIEW)
        or step.by_id == viewer.user_id
    )


def steps_since(viewer: Viewer, pupil_ids: Collection[int], first_day: date) -> dict[int, list[ContactStep]]:
    """What stands about these pupils from a day on, in order; what was put right is left out. One query."""
    found: dict[int, list[ContactStep]] = {}
    if not pupil_ids:
        return found
    for step in standing_steps(_own(viewer).filter(pupil_id__in=pupil_ids, on__gte=first_day)):
        found.setdefault(step.pupil_id, []).append(step)
    return found


def standing_steps(rows: Iterable[ContactStep]) -> list[ContactStep]:
    """Without those that were put right, and without the rows that put them right. No query beside their own."""
    listed = list(rows)
    wrong = {each.answers_id for each in listed if each.kind == StepKind.PUT_RIGHT}
    return [each for each in listed if each.kind != StepKind.PUT_RIGHT and each.pk not in wrong]


def written_about(viewer: Viewer, pupil_id: int, first_day: date) -> list[Written]:
    """Everything written about one pupil from a day on, put right or not, newest first. One query."""
    rows = list(_own(viewer).filter(pupil_id=pupil_id, on__gte=first_day))
    answers: dict[int, list[ContactStep]] = {}
    for row in rows:
        if row.answers_id is not None:
            answers.setdefault(row.answers_id, []).append(row)
    alone = [row for row in rows if row.answers_id is None]
    found = [Written(row, tuple(answers.get(row.pk, ()))) for row in alone]
    return sorted(found, key=lambda each: (each.step.happened_at, each.step.pk), reverse=True)


def calls_on(viewer: Viewer, on: date) -> list[ContactStep]:
    """Every call of a day about any pupil of the school, with its pupil. One query."""
    return standing_steps(
        _own(viewer)
        .filter(on=on, kind__in=[StepKind.CALL, StepKind.PUT_RIGHT])
        .select_related("pupil")
        .order_by("at", "id")
    )


def wrong_numbers(viewer: Viewer, pupil_ids: Collection[int]) -> dict[int, set[str]]:
    """The numbers that were found wrong, digits only, by pupil. One query, none for nobody."""
    found: dict[int, set[str]] = {}
    if pupil_ids:
        rows = _own(viewer).filter(
            pupil_id__in=pupil_ids, kind__in=[StepKind.CALL, StepKind.PUT_RIGHT],
            result__in=["", Result.WRONG_NUMBER],
        )  # fmt: skip
        for step in standing_steps(rows):
            if step.result == Result.WRONG_NUMBER:
                found.setdefault(step.pupil_id, set()).add(digits(step.number))
    return found


def step_of(viewer: Viewer, step_id: int) -> ContactStep | None:
    """One step of the viewer's school with its pupil; None for any other. One query."""
    if step_id > LARGEST_ID:
        return None
    return _own(viewer).filter(pk=step_id).select_related("pupil").first()


def step_of_form(school_id: int, key: UUID) -> ContactStep | None:
    """What came of a form that was sent before; None for one that was not. One query."""
    return ContactStep.objects.filter(school_id=school_id, key=key).first()


def open_concerns(viewer: Viewer) -> list[ContactStep]:
    """The concerns that were handed over and nobody has taken over, the oldest first, with their pupils. One query."""
    rows = _own(viewer).filter(kind=StepKind.CONCERN).exclude(answered_by__isnull=False)
    return list(rows.select_related("pupil").order_by("at", "id"))


def unexplained_marks(viewer: Viewer, pupil_id: int, days: Collection[date]) -> dict[HalfDay, Standing]:
    """The sessions of these days that stand as N, in order. One query."""
    found = standing_marks(viewer.school_id, days, [pupil_id]).get(pupil_id, {})
    return {key: mark for key, mark in sorted(found.items()) if mark.symbol == NOT_ESTABLISHED}


# --- What the rules ask ---------------------------------------------------------------------------------------------


def person_of(contact: Contact) -> Person:
    """A contact as the rules take it: the numbers as they are rung."""
    parent = contact.parent
    numbers = tuple(
        dict.fromkeys(each for each in (parent.telephone, parent.other_telephone) if digits(each))
    )
    relationship = contact.relationship.lower()
    return Person(contact.pk, str(parent), relationship, numbers)


def lines_of(call: ToCall) -> frozenset[str]:
    """What a claim is on: each number of each contact, for a contact without one the parent."""
    found = set()
    for contact in call.contacts:
        numbers = person_of(contact).numbers
        found |= {digits(number) for number in numbers} or {f"parent:{contact.parent_id}"}
    return frozenset(found) or frozenset({f"pupil:{call.pupil.pk}"})


def attempts_about(call: ToCall, calls: Iterable[ContactStep]) -> list[Attempt]:
    """The day's calls to this pupil's contacts, about this pupil or about a brother or sister."""
    own = {digits(number) for contact in call.contacts for number in person_of(contact).numbers}
    return [
        Attempt(
            each.number,
            Result(each.result),
            each.happened_at.astimezone(LONDON),
            "" if each.pupil_id == call.pupil.pk else each.pupil.forename,
        )
        for each in calls
        if each.pupil_id == call.pupil.pk or digits(each.number) in own
    ]


def tried_of(steps: Sequence[ContactStep], on: date) -> Tried:
    """What was done besides calling: a visit or a sight today, the rest at any time in this absence."""
    kinds = {StepKind(each.kind) for each in steps}
    today = [each for each in steps if each.on == on]
    return Tried(
        was_visited=any(each.kind == StepKind.VISIT for each in today),
        was_seen=any(
            each.kind == StepKind.SEEN or (each.kind == StepKind.VISIT and each.result == "seen")
            for each in today
        ),
        is_partner_told=StepKind.PARTNER in kinds,
        is_handed_over=StepKind.CONCERN in kinds,
        are_police_told=StepKind.POLICE in kinds,
    )


# --- Claims -----------------------------------------------------------------------------------------------------


def live_claims(viewer: Viewer, now: datetime) -> list[CallClaim]:
    """Who is ringing whom at this moment; what has lapsed is left out. One query."""
    rows = CallClaim.objects.filter(school_id=viewer.school_id, ended_at=None, ends_at__gt=now)
    return list(rows.select_related("pupil"))


def claim_on(claims: Iterable[CallClaim], call: ToCall) -> CallClaim | None:
    """The claim that keeps others from ringing about this pupil: on the pupil, or on a parent who is shared."""
    lines = lines_of(call)
    held = [each for each in claims if each.line in lines]
    return next((each for each in held if each.pupil_id == call.pupil.pk), held[0] if held else None)
