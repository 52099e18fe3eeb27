"""One pupil's call sheet: whom to ring, what was done, what can be done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.urls import reverse

from rollbook.apps.followup.actions.recording import may_take_over, may_write
from rollbook.apps.followup.presenters.words import (
    claim_words,
    missing_since,
    next_words,
    timeline_row,
    why_first,
)
from rollbook.apps.followup.queries.missing import Missing
from rollbook.apps.followup.queries.steps import Written
from rollbook.apps.roll.queries import Pupil
from rollbook.apps.roll.queries.calling import Contact
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.contact_steps import BY_ITSELF, ENQUIRIES_BY_TENTH_DAY, JOINT, STEPS, StepKind
from rollbook.domain.contacting import Do, Result, digits
from rollbook.domain.missing import Standing
from rollbook.ui.words import clock_time, local, short_day

_ENQUIRE_FROM = 5
_ACTS = {
    Do.TELL_PARTNER: StepKind.PARTNER,
    Do.VISIT: StepKind.VISIT,
    Do.HAND_OVER: StepKind.CONCERN,
    Do.POLICE: StepKind.POLICE,
}


def sheet_context(
    viewer: Viewer, missing: Missing, written: Sequence[Written], siblings: Sequence[Pupil], now: datetime
) -> dict[str, Any]:
    """Everything the call sheet shows."""
    pupil, on = missing.call.pupil, now.date()
    claim = missing.claim
    is_mine = claim is not None and claim.by_id == viewer.user_id
    is_missing = missing.placed.standing.answer is Standing.MISSING
    since = missing_since(missing.absence, on)
    rows = [timeline_row(viewer, each) for each in written]
    return {
        "pupil": pupil,
        "group": missing.placed.pupil.group_name,
        "is_missing": is_missing,
        "standing": missing.placed.standing.because,
        "since": since[:1].lower() + since[1:],
        "why": why_first(viewer, missing),
        "next": next_words(viewer, missing) if is_missing else "",
        "next_act": _next_act(viewer, missing) if is_missing else None,
        "claim": claim_words(claim, viewer, pupil.pk) if claim else "",
        "claim_ends": clock_time(local(claim.ends_at)) if claim else "",
        "is_mine": is_mine,
        "is_theirs": claim is not None and not is_mine,
        "contacts": [
            _contact(each, missing, may_ring=is_mine, is_missing=is_missing) for each in missing.call.contacts
        ],
        "results": [(each.value, each.words) for each in Result],
        "timeline": rows,
        "seen": _last_seen(written),
        "acts": [
            (STEPS[kind].act, reverse("followup:step", args=[pupil.pk, kind.value]))
            for kind in BY_ITSELF
            if may_write(viewer, kind) and kind is not StepKind.ENQUIRY
        ],
        "enquiries": _enquiries(viewer, missing, written),
        "siblings": [
            {"name": f"{each.forename} {each.surname}", "url": reverse("followup:sheet", args=[each.pk])}
            for each in siblings
        ],
        "care": _care(pupil) if viewer.may(Permission.WELFARE_VIEW) else [],
        "may_amend": viewer.may(Permission.REGISTER_AMEND),
        "may_take_over": may_take_over(viewer),
        "may_welfare": viewer.may(Permission.WELFARE_VIEW),
        "pupil_url": reverse("registers:pupil", args=[pupil.pk]),
        "interpreter": pupil.interpreter_language,
    }


def _next_act(viewer: Viewer, missing: Missing) -> tuple[str, str] | None:
    """The button of what comes next, where it is a step with a form of its own."""
    kind = _ACTS.get(missing.next.answer.do)
    if kind is None or not may_write(viewer, kind):
        return None
    return STEPS[kind].act, reverse("followup:step", args=[missing.pupil_id, kind.value])


def _contact(contact: Contact, missing: Missing, *, may_ring: bool, is_missing: bool) -> dict[str, Any]:
    step = missing.next.answer
    person = next(each for each in missing.people if each.id == contact.pk)
    facts = []
    if contact.is_parent:
        facts.append("parent" if contact.has_parental_responsibility else "parent without responsibility")
    if contact.lives_with:
        facts.append("lives with the pupil")
    if contact.is_worked_with:
        facts.append("the school works with them")
    return {
        "name": person.name,
        "relationship": person.relationship,
        "facts": ", ".join(facts),
        "numbers": [
            {
                "shown": number,
                "tel": digits(number) if may_ring else "",
                "is_next": is_missing
                and step.do is Do.CALL
                and step.person == person
                and step.number == number,
                "tried": [
                    f"{Result(each.result).words}, {clock_time(local(each.happened_at))}"
                    for each in missing.calls_today
                    if digits(each.number) == digits(number)
                ],
                "contact": contact.pk,
                "key": uuid4(),
            }
            for number in person.numbers
        ],
    }


def _last_seen(written: Sequence[Written]) -> str:
    """Who saw or heard the pupil last in this absence, when and how; "" where nobody did."""
    for each in written:
        step = each.step
        is_sight = each.kind is StepKind.SEEN or (each.kind is StepKind.VISIT and step.result == "seen")
        if is_sight and each.put_right is None:
            at = local(step.happened_at)
            how = (
                each.kind.rule.result_words(step.result) if each.kind is StepKind.SEEN else "Seen at a visit"
            )
            return f"{how} by {step.seen_by}, {short_day(at.date())}, {clock_time(at)}"
    return ""


def _enquiries(viewer: Viewer, missing: Missing, written: Sequence[Written]) -> list[dict[str, Any]]:
    """The enquiries of a long absence with what was done of each; none before the fifth day."""
    days = missing.urgency.answer.school_days
    if not may_write(viewer, StepKind.ENQUIRY) or days < _ENQUIRE_FROM:
        return []
    made = {
        each.step.result: each.step
        for each in reversed(written)
        if each.kind is StepKind.ENQUIRY and each.put_right is None
    }
    listed = [
        *((*row, 10) for row in ENQUIRIES_BY_TENTH_DAY),
        (JOINT, "With the local authority: what was found", 20),
    ]
    url = reverse("followup:step", args=[missing.pupil_id, StepKind.ENQUIRY.value])
    return [
        {"words": words, "by_day": by_day, "done": _done(made.get(key)), "url": f"{url}?result={key}"}
        for key, words, by_day in listed
    ]


def _done(step: Any) -> str:
    return f"{step.by_name}, {short_day(local(step.happened_at).date())}" if step else ""


def _care(pupil: Pupil) -> list[tuple[str, str]]:
    """Who works with the pupil and what is to be known when looking for them."""
    listed = [
        ("Social worker", pupil.social_worker),
        ("Youth offending worker", pupil.youth_offending_worker),
        ("Virtual school", pupil.virtual_school),
        ("Medical condition", pupil.medical_note),
        ("Transport", pupil.transport),
        ("Address", ", ".join(filter(None, [*pupil.address.splitlines(), pupil.postcode]))),
    ]
    return [(name, value) for name, value in listed if value.strip()]
