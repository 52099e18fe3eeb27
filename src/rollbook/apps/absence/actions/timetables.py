"""Part-time timetables: prepared, agreed by the head with a parent, reviewed, ended; only agreed ones plan C2."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from rollbook.apps.absence.actions.records import (
    columns_of_new,
    made_once,
    must,
    must_any,
    needs_reason,
    note,
    own_pupil,
    own_record,
    plain,
    plan,
    put,
    without_private,
)
from rollbook.apps.absence.models import PartTimeTimetable, TimetableReview
from rollbook.apps.absence.queries.timetables import facts_of, has_ehc_plan
from rollbook.apps.registers.actions.sourced_plans import SourcedPlan
from rollbook.apps.roll.queries import Pupil
from rollbook.apps.roll.queries.details import contact_of
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.part_time import (
    TimetableEvent,
    TimetableFacts,
    TimetableState,
    check_agreement,
    check_timetable,
    state_after,
)
from rollbook.domain.refusals import Refusal, Refused
from rollbook.domain.week_grid import WeekGrid

_NOTE = "Part-time timetable"
_PRIVATE = ("why", "long_reason")  # they may be about health
_MAY_NOT_DRAFT = "prepare a part-time timetable. The pastoral lead, the SENCO or the head teacher can"


@dataclass(frozen=True, slots=True)
class TimetableDraft:
    """A part-time timetable as a form describes it. `half_days` are those at school."""

    why: str
    is_not_for_behaviour: bool
    half_days: WeekGrid
    first_day: date
    last_day: date
    long_reason: str
    review_days: tuple[date, ...]
    la_told_on: date | None = None
    social_worker_told_on: date | None = None


@dataclass(frozen=True, slots=True)
class ParentsAgreement:
    """Which parent agreed, when and how. `contact_id` is one of the pupil's contacts."""

    contact_id: int
    agreed_on: date
    agreed_how: str


def facts_of_draft(pupil: Pupil, draft: TimetableDraft) -> TimetableFacts:
    """The draft as the rules take it."""
    return TimetableFacts(
        born_on=pupil.born_on,
        first_day=draft.first_day,
        last_day=draft.last_day,
        attended=draft.half_days,
        why=draft.why.strip(),
        is_not_for_behaviour=draft.is_not_for_behaviour,
        review_days=draft.review_days,
        long_reason=draft.long_reason.strip(),
        is_ehc_plan=has_ehc_plan(pupil),
        la_told_on=draft.la_told_on,
        has_social_worker=bool(pupil.social_worker),
        social_worker_told_on=draft.social_worker_told_on,
    )


def check_timetable_draft(
    viewer: Viewer, pupil_id: int, draft: TimetableDraft, today: date
) -> TimetableFacts:
    """The facts of a draft that can be kept. Errors: Refused with every problem."""
    facts = facts_of_draft(own_pupil(viewer, pupil_id), draft)
    refusals = [_in_form(refusal) for refusal in check_timetable(facts)]
    for name in ("la_told_on", "social_worker_told_on"):
        told_on = getattr(draft, name)
        if told_on is not None and told_on > today:
            refusals.append(Refusal(name, "This day can't be in the future."))
    if refusals:
        raise Refused(refusals)
    return facts


def _in_form(refusal: Refusal) -> Refusal:
    names = {"attended": "half_days", "review_days": "review_1"}
    return replace(refusal, field=names.get(refusal.field, refusal.field))


def draft_timetable(
    *, viewer: Viewer, pupil_id: int, draft: TimetableDraft, key: UUID, by: Actor, at: datetime
) -> PartTimeTimetable:
    """Prepares a part-time timetable. It plans nothing until the head agrees it. Errors: Refused."""
    must(viewer, Permission.TIMETABLES_DRAFT, _MAY_NOT_DRAFT)
    check_timetable_draft(viewer, pupil_id, draft, at.date())

    def make() -> PartTimeTimetable:
        timetable = PartTimeTimetable.objects.create(
            **columns_of_new(viewer, key, by, at),
            pupil_id=pupil_id,
            state=TimetableState.DRAFT.value,
            **_values(draft),
        )
        _set_reviews(timetable, draft.review_days)
        note(of=timetable, type="absence.timetable.drafted", facts={"pupil": pupil_id}, by=by, at=at)
        return timetable

    return made_once(viewer, PartTimeTimetable, key, make)


def change_timetable(
    *,
    viewer: Viewer,
    timetable_id: int,
    draft: TimetableDraft,
    because: str,
    seen_version: int,
    by: Actor,
    at: datetime,
) -> PartTimeTimetable:
    """Changes a timetable that is not agreed yet. Errors: Refused; an agreed one is ended and a new one prepared."""
    must(viewer, Permission.TIMETABLES_DRAFT, _MAY_NOT_DRAFT)
    because = needs_reason(because)
    with transaction.atomic():
        timetable = own_record(viewer, PartTimeTimetable, timetable_id, seen_version)
        _move(timetable, TimetableEvent.CHANGE)
        check_timetable_draft(viewer, timetable.pupil_id, draft, at.date())
        was = [review.due_on.isoformat() for review in timetable.reviews.all()]
        differs = put(timetable, _values(draft))
        now = [day.isoformat() for day in draft.review_days]
        if now != was:
            timetable.version += 1
            differs["from"]["reviews"], differs["to"]["reviews"] = ", ".join(was), ", ".join(now)
        timetable.save()
        _set_reviews(timetable, draft.review_days)
        facts = {"pupil": timetable.pupil_id, "because": because, **without_private(differs, _PRIVATE)}
        note(of=timetable, type="absence.timetable.changed", facts=facts, by=by, at=at)
    return timetable


def agree_timetable(
    *,
    viewer: Viewer,
    timetable_id: int,
    parents: ParentsAgreement,
    seen_version: int,
    by: Actor,
    at: datetime,
) -> PartTimeTimetable:
    """The head agrees the timetable with a parent, and C2 is planned on the half-days not attended. Errors: Refused."""
    must(viewer, Permission.TIMETABLES_AGREE, "agree a part-time timetable. The head teacher can")
    with transaction.atomic():
        timetable = own_record(viewer, PartTimeTimetable, timetable_id, seen_version)
        state = _move(timetable, TimetableEvent.AGREE)
        contact = contact_of(viewer, timetable.pupil_id, parents.contact_id)
        if contact is None:
            raise Refused.one("parent", "Choose one of the pupil's parents.")
        put(
            timetable,
            {
                "contact_id": contact.pk,
                "parent_name": str(contact.parent),
                "parent_agreed_on": parents.agreed_on,
                "parent_agreed_how": parents.agreed_how.strip(),
                "state": state.value,
                "agreed_at": at,
                "agreed_by_name": by.name,
                "agreed_by_position": by.position,
                "agreed_last_day": timetable.last_day,
            },
        )
        _refuse_agreement(viewer, timetable, at.date())
        timetable.save()
        _plan(viewer, timetable, "agreed", by, at)
        facts = {
            "pupil": timetable.pupil_id,
            "first_day": plain(timetable.first_day),
            "last_day": plain(timetable.last_day),
        }
        note(of=timetable, type="absence.timetable.agreed", facts=facts, by=by, at=at)
    return timetable


def end_timetable(
    *, viewer: Viewer, timetable_id: int, last_day: date, because: str, by: Actor, at: datetime
) -> PartTimeTimetable:
    """Ends an agreed timetable after a day before its last: the pupil is full-time from the next. Errors: Refused."""
    must_any(viewer, _EITHER, _MAY_NOT_DRAFT)
    because = needs_reason(because)
    with transaction.atomic():
        timetable = own_record(viewer, PartTimeTimetable, timetable_id)
        state = _move(timetable, TimetableEvent.END_EARLY)
        if not timetable.first_day <= last_day < timetable.last_day:
            raise Refused.one("last_day", "Choose a day from the first to the one before the last.")
        values = {"last_day": last_day, "state": state.value, "ended_at": at, "ended_because": because}
        put(timetable, values)
        timetable.save()
        _plan(viewer, timetable, because, by, at)
        facts = {"pupil": timetable.pupil_id, "because": because, "last_day": plain(last_day)}
        note(of=timetable, type="absence.timetable.ended", facts=facts, by=by, at=at)
    return timetable


def withdraw_timetable(
    *, viewer: Viewer, timetable_id: int, because: str, by: Actor, at: datetime
) -> PartTimeTimetable:
    """Withdraws a timetable that was never agreed. Errors: Refused."""
    must_any(viewer, _EITHER, _MAY_NOT_DRAFT)
    because = needs_reason(because)
    with transaction.atomic():
        timetable = own_record(viewer, PartTimeTimetable, timetable_id)
        state = _move(timetable, TimetableEvent.WITHDRAW)
        put(timetable, {"state": state.value, "ended_at": at, "ended_because": because})
        timetable.save()
        facts = {"pupil": timetable.pupil_id, "because": because}
        note(of=timetable, type="absence.timetable.withdrawn", facts=facts, by=by, at=at)
    return timetable


def record_review(
    *,
    viewer: Viewer,
    timetable_id: int,
    review_id: int,
    held_on: date,
    outcome: str,
    by: Actor,
    at: datetime,
) -> TimetableReview:
    """Records that a review was held, and what came of it. Errors: Refused."""
    must_any(viewer, _EITHER, _MAY_NOT_DRAFT)
    with transaction.atomic():
        timetable = own_record(viewer, PartTimeTimetable, timetable_id)
        _move(timetable, TimetableEvent.REVIEW)
        review = timetable.reviews.filter(pk=review_id, held_on=None).first()
        refusals = []
        if review is None:
            refusals.append(Refusal("review", "Choose a review that is still to be held."))
        if held_on > at.date():
            refusals.append(Refusal("held_on", "A review can't have been held in the future."))
        if not outcome.strip():
            refusals.append(Refusal("outcome", "Say what came of the review."))
        if review is None or refusals:
            raise Refused(refusals)
        review.held_on, review.outcome = held_on, outcome.strip()
        review.recorded_at, review.recorded_by_name = at, by.name
        review.save()
        facts = {"pupil": timetable.pupil_id, "held_on": plain(held_on)}
        note(of=timetable, type="absence.timetable.reviewed", facts=facts, by=by, at=at)
    return review


_EITHER = (Permission.TIMETABLES_DRAFT, Permission.TIMETABLES_AGREE)


def _refuse_agreement(viewer: Viewer, timetable: PartTimeTimetable, today: date) -> None:
    refusals = [_in_form(refusal) for refusal in check_agreement(facts_of(viewer, timetable), today)]
    others = PartTimeTimetable.objects.filter(
        school_id=viewer.school_id,
        pupil_id=timetable.pupil_id,
        state__in=(TimetableState.AGREED.value, TimetableState.ENDED_EARLY.value),
        first_day__lte=timetable.last_day,
        last_day__gte=timetable.first_day,
    )
    if others.exclude(pk=timetable.pk).exists():
        refusals.append(
            Refusal("", "Another part-time timetable is agreed for some of these days. End that one first.")
        )
    if refusals:
        raise Refused(refusals)


def _move(timetable: PartTimeTimetable, event: TimetableEvent) -> TimetableState:
    """The state after the event. Errors: Refused where it can't happen to this timetable."""
    state = state_after(TimetableState(timetable.state), event)
    if state is None:
        words = {
            TimetableState.DRAFT: "is not agreed yet",
            TimetableState.AGREED: "is agreed already: end it, and prepare a new one",
            TimetableState.ENDED_EARLY: "was ended early",
            TimetableState.WITHDRAWN: "was withdrawn",
        }[TimetableState(timetable.state)]
        raise Refused.one("", f"This part-time timetable {words}.")
    return state


def _values(draft: TimetableDraft) -> dict[str, Any]:
    return {
        "why": draft.why.strip(),
        "is_not_for_behaviour": draft.is_not_for_behaviour,
        "half_days": draft.half_days.bits,
        "first_day": draft.first_day,
        "last_day": draft.last_day,
        "long_reason": draft.long_reason.strip(),
        "la_told_on": draft.la_told_on,
        "social_worker_told_on": draft.social_worker_told_on,
    }


def _set_reviews(timetable: PartTimeTimetable, days: tuple[date, ...]) -> None:
    """The reviews of a timetable not agreed yet: none of them has been held."""
    timetable.reviews.exclude(due_on__in=days).delete()
    known = set(timetable.reviews.values_list("due_on", flat=True))
    TimetableReview.objects.bulk_create(
        TimetableReview(timetable=timetable, due_on=day) for day in days if day not in known
    )


def _plan(viewer: Viewer, timetable: PartTimeTimetable, because: str, by: Actor, at: datetime) -> None:
    plans = [
        SourcedPlan(
            pupil_id=timetable.pupil_id,
            first_day=timetable.first_day,
            last_day=timetable.last_day,
            code="C2",
            note=_NOTE,
            sessions=sessions,
            weekdays=weekdays,
        )
        for sessions, weekdays in WeekGrid(timetable.half_days).rest.patterns()
    ]
    plan(of=timetable, plans=plans, viewer=viewer, because=because, by=by, at=at)
