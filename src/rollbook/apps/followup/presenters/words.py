"""What is said of a step, a claim and an absence, the same on every page."""

from datetime import date, datetime
from typing import Any

from rollbook.apps.followup.models import CallClaim, ContactStep
from rollbook.apps.followup.queries.missing import Missing
from rollbook.apps.followup.queries.steps import Written, may_read
from rollbook.domain.absences import Absence
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.contact_steps import HOW, StepKind
from rollbook.domain.contacting import Do, Result
from rollbook.domain.pupil_facts import ordinal
from rollbook.ui.words import clock_time, local, short_day

_HOW = dict(HOW)
_ALL_TRIED = "Everybody was tried. Tell the pastoral lead: more is to be done."
_ONLY_FOR_SOME = (Do.TELL_PARTNER, Do.VISIT, Do.POLICE)


def missing_since(absence: Absence | None, on: date) -> str:
    """ "Since Mon 14 Sep, afternoon · 2nd school day"; for the first morning "Today"."""
    if absence is None or absence.first.on == on:
        return f"Today, {absence.first.session.words}" if absence else "Today"
    number = len(absence.days) + (on not in absence.days)
    return (
        f"Since {short_day(absence.first.on)}, {absence.first.session.words} · {ordinal(number)} school day"
    )


def why_first(viewer: Viewer, missing: Missing) -> list[str]:
    """What makes this pupil urgent, for those who may know; others learn that it is."""
    risks = missing.urgency.answer.risks
    if not risks:
        return []
    return [risk.words for risk in risks] if viewer.may(Permission.WELFARE_VIEW) else ["Ring first"]


def next_words(viewer: Viewer, missing: Missing) -> str:
    """What comes next. That somebody works with a pupil is for few eyes, so the office is told whom to turn to."""
    if missing.next.answer.do in _ONLY_FOR_SOME and not viewer.may(Permission.WELFARE_VIEW):
        return _ALL_TRIED
    return missing.next.because


def claim_words(claim: CallClaim, viewer: Viewer, pupil_id: int) -> str:
    """Who is ringing since when, and about whom where it is a brother or sister."""
    who = "You are" if claim.by_id == viewer.user_id else f"{claim.by_name} is"
    about = "" if claim.pupil_id == pupil_id else f" about {claim.pupil.forename} {claim.pupil.surname}"
    return f"{who} ringing{about} since {clock_time(local(claim.at))}"


def call_words(step: ContactStep) -> str:
    """ "Mo Parent (mother): no answer, 09:41"."""
    return f"{step.who}: {Result(step.result).words.lower()}, {clock_time(local(step.happened_at))}"


def timeline_row(viewer: Viewer, written: Written) -> dict[str, Any]:
    """A row of the timeline; of what this reader may not read, that it was done, when and by whom."""
    step, rule = written.step, written.kind.rule
    reads = may_read(viewer, step)
    wrong = written.put_right
    row: dict[str, Any] = {
        "id": step.pk,
        "title": rule.title,
        "when": _when(step.happened_at),
        "by": f"{step.by_name}, {step.by_position}",
        "written_at": "" if step.at == step.happened_at else _when(step.at),
        "is_hidden": not reads,
        "is_alarm": step.kind == StepKind.CONCERN and not written.is_taken_over and wrong is None,
        "wrong": f"Put right by {wrong.by_name}, {_when(wrong.at)}: {wrong.note}" if wrong else "",
        "lines": _lines(step) if reads else [],
        "answers": [
            {"title": each_kind(each), "by": f"{each.by_name}, {_when(each.at)}", "note": each.note}
            for each in written.answers
            if each.kind != StepKind.PUT_RIGHT and reads
        ],
        "may_put_right": reads
        and wrong is None
        and written.kind not in (StepKind.REASON, StepKind.MESSAGE, StepKind.TAKEN_OVER),
        "is_concern": step.kind == StepKind.CONCERN,
        "is_taken_over": written.is_taken_over,
        "is_referral": step.kind == StepKind.REFERRAL,
    }
    return row


def each_kind(step: ContactStep) -> str:
    """What an answer is: "News of a referral: Accepted"."""
    rule = StepKind(step.kind).rule
    words = rule.result_words(step.result)
    return f"{rule.title}: {words}" if words else rule.title


def _lines(step: ContactStep) -> list[str]:
    rule = StepKind(step.kind).rule
    found = []
    if step.kind == StepKind.CALL:
        found.append(f"{step.who}, {step.number}: {Result(step.result).words}")
    elif step.kind == StepKind.REASON:
        found.append(f"{step.who} told: {step.code}, {BY_SYMBOL[step.code].title}")
        if step.expected_return:
            found.append(f"Expected back {short_day(step.expected_return)}")
    else:
        found += [words for words in (rule.result_words(step.result), _people(step)) if words]
    if step.how:
        found.append(_HOW[step.how])
    if step.reference:
        found.append(f"Reference {step.reference}")
    return [*found, *([step.note] if step.note else [])]


def _people(step: ContactStep) -> str:
    parts = [step.who]
    if step.second_person:
        parts.append(f"with {step.second_person}")
    if step.seen_by:
        parts.append(f"seen by {step.seen_by}")
    return ", ".join(part for part in parts if part)


def _when(moment: datetime) -> str:
    at = local(moment)
    return f"{short_day(at.date())}, {clock_time(at)}"
