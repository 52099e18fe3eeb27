"""The absence line in words: what was told, what became of it, what comes next."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.urls import reverse

from rollbook.apps.absence.models import Call, KeptMark, Report, Transfer
from rollbook.apps.absence.presenters.words import days_words
from rollbook.apps.absence.queries.line_inbox import Row
from rollbook.apps.absence.queries.line_sessions import Effect, State
from rollbook.domain.absence_line import Next, Proposal
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.law import Finding
from rollbook.domain.told import TOLD, Channel, Illness, Lateness, Told
from rollbook.ui.words import clock_time, local, moment, sentence_list, short_day

_LATENESS_TAGS = {
    Lateness.LATE: ("Late call", "warn"),
    Lateness.AFTERWARDS: ("Told afterwards", "warn"),
    Lateness.ACCEPTED: ("After the time asked for", "outline"),
}
_STATES = {
    State.PLANNED: "is filled in when the register is taken",
    State.STANDS: "stands from another record",
    State.MARKED: "is marked",
    State.DIFFERS: "is to be decided",
    State.SINCE: "was marked otherwise later",
    State.KEPT: "was left as it was",
    State.MISSING: "was never marked",
}
_SUMS = {
    State.MARKED: "marked",
    State.PLANNED: "to be filled in",
    State.STANDS: "from another record",
    State.DIFFERS: "to be decided",
    State.SINCE: "marked otherwise later",
    State.KEPT: "left as it was",
    State.MISSING: "not marked",
}
OUT_OF_HOURS = (
    "Thank you for telling us. Where you can, please make appointments outside school hours. If it has to be in the "
    "school day, let us know beforehand, and let your child come before it and come back after it."
)
"""What is said in reply to an appointment (sections 3.7 and 4.3 of the policy)."""
_HALVES = {"AM": "morning", "PM": "afternoon"}


def pupil_name(pupil: Any) -> str:
    """Amy Abbott."""
    return f"{pupil.forename} {pupil.surname}"


def who_told(call: Call) -> str:
    """ "Anna Abbott (mother)"."""
    return f"{call.caller_name} ({call.caller_relation})" if call.caller_relation else call.caller_name


def how_told(call: Call) -> str:
    """ "Anna Abbott (mother) telephoned on Mon 14 Sep 2026 at 08:40"."""
    return f"{who_told(call)} {Channel(call.channel).did} on {moment(call.told_at)}"


def away_words(report: Report, today: date) -> str:
    """The days in short, with the half-days at their ends."""
    words = days_words(report.first_day, report.last_day, today)
    if report.first_day == report.last_day and report.first_session == report.last_session:
        return f"{words}, {_HALVES[report.first_session]} only"
    if report.first_session == "PM":
        words = f"{words}, from the afternoon"
    return f"{words}, until the last morning" if report.last_session == "AM" else words


def day_rows(rows: Iterable[Row], today: date, groups: Mapping[int, str]) -> list[dict[str, Any]]:
    """What was told, as lines of the day's table. Shape: `groups` by pupil id."""
    return [_day_row(row, today, groups) for row in rows]


def _day_row(row: Row, today: date, groups: Mapping[int, str]) -> dict[str, Any]:
    report = row.report
    tag = _LATENESS_TAGS.get(row.lateness.answer)
    return {
        "report": report,
        "pupil": report.pupil,
        "group": groups.get(report.pupil_id, ""),
        "url": reverse("absence:report", args=[report.pk]),
        "time": clock_time(report.call.told_at),
        "who": who_told(report.call),
        "channel": Channel(report.call.channel).words,
        "reason": Told(report.told).said.words if report.is_believed else "Not a parent: not yet a reason",
        "days": away_words(report, today),
        "code": report.code,
        "tag": tag,
        "is_late": row.lateness.answer.is_late,
        "did": done_words(row),
        "waits": waits_words(row),
        "is_withdrawn": report.ended_at is not None,
    }


def done_words(row: Row) -> str:
    """What a report did to the register, in a few words."""
    if row.report.ended_at is not None:
        return f"Withdrawn: {row.report.ended_because}"
    if not row.effects:
        return "No session of the register is missed."
    counts: dict[State, int] = {}
    for each in row.effects:
        counts[each.state] = counts.get(each.state, 0) + 1
    return f"{sentence_list([f'{_sessions(count)} {_SUMS[state]}' for state, count in counts.items()])}."


def _sessions(count: int) -> str:
    return "1 session" if count == 1 else f"{count} sessions"


def waits_words(row: Row) -> str:
    """What is still to be done about a report, "" for nothing."""
    if not row.is_open:
        return ""
    said = []
    if row.differing:
        effect = row.differing[0]
        more = f" and {len(row.differing) - 1} more" if len(row.differing) > 1 else ""
        said.append(f"Marked {mark_words(effect)} on {half_day(effect)}{more}, told {effect.code}")
    for then in row.waits_for:
        if then is Next.HAND:
            code = row.report.proposed_code
            said.append(f"{code} ({BY_SYMBOL[code].title.lower()}): {then.words[0].lower()}{then.words[1:]}")
        else:
            said.append(then.words)
    return ". ".join(said)


def waits_url(viewer: Viewer, row: Row) -> str:
    """Where what waits is done, for those who may open it; "" where it is done on this page."""
    pupil_id = row.report.pupil_id
    if Next.LEAVE in row.waits_for and viewer.may(Permission.LEAVE_RECORD):
        return reverse("absence:record_leave", args=[pupil_id])
    if Next.ACTIVITY in row.waits_for and viewer.may(Permission.ACTIVITIES_RECORD):
        return reverse("absence:activities")
    if Next.SUPPORT in row.waits_for:
        query = urlencode({"pupil": pupil_id, "call": row.report.call_id})
        return f"{reverse('absence:new_transfer')}?{query}"
    return reverse("absence:change_report", args=[row.report.pk]) if row.waits_for else ""


def half_day(effect: Effect) -> str:
    """Mon 14 Sep, morning."""
    return f"{short_day(effect.on)}, {effect.session.words}"


def mark_words(effect: Effect) -> str:
    """The mark that stands, with its meaning."""
    if effect.mark is None or not effect.mark.symbol:
        return "nothing"
    return f"{effect.mark.symbol} ({BY_SYMBOL[effect.mark.symbol].title.lower()})"


def session_rows(row: Row, kept: Iterable[KeptMark]) -> list[dict[str, Any]]:
    """Each session of a report: what was told, what stands, and what may be decided."""
    because = {(each.on, each.session, each.version): each for each in kept}
    found = []
    for each in row.effects:
        version = each.mark.version if each.mark else 0
        left = because.get((each.on, each.session.value, version))
        found.append(
            {
                "effect": each,
                "half_day": half_day(each),
                "code": each.code,
                "mark": each.mark.symbol if each.mark else "",
                "mark_words": mark_words(each),
                "by": each.mark.by_name if each.mark else "",
                "version": version,
                "key": uuid4(),
                "state": _STATES[each.state],
                "why": each.found.because if each.found.rule != "line.recorded" else "",
                "kept": f"{left.by_name}: {left.because}" if left else "",
                "is_to_decide": each.state is State.DIFFERS and row.report.ended_at is None,
                "may_change": each.state in (State.SINCE, State.KEPT) and row.report.ended_at is None,
            }
        )
    return found


def proposal_words(found: Finding[Proposal], own: Finding[Proposal]) -> dict[str, Any]:
    """The proposed code with why and what comes next, for the form."""
    return {
        "code": own.answer.code,
        "proposed": found.answer.code,
        "because": own.because,
        "next": own.answer.next.words,
        "citation": str(found.citation),
    }


def report_answers(report: Report, today: date) -> list[tuple[str, str]]:
    """What everybody who sees the report may read of it."""
    told = Told(report.told)
    answers = [("Reason told", told.said.words), ("Away", away_words(report, today))]
    if report.leaves_at or report.returns_at:
        leaves = f"leaves at {clock_time(report.leaves_at)}" if report.leaves_at else "not coming first"
        back = f"back at {clock_time(report.returns_at)}" if report.returns_at else "not back that day"
        answers.append(("Appointment", f"{leaves}, {back}"))
    if report.expected_back_on:
        answers.append(("Expected back", short_day(report.expected_back_on)))
    if told.said.test:
        answers.append((told.said.test, "Yes" if report.is_test_met else "Not established"))
    if report.named:
        answers.append(("Religious day", report.named))
    if told.is_appointment:
        answers.append(("Card, letter or message shown", "Yes" if report.is_evidence_seen else "No"))
    if report.code_because:
        answers.append((f"{report.code} instead of {report.proposed_code}", report.code_because))
    answers.append(("On the register", report.note or told.said.shown))
    return answers


def private_answers(report: Report) -> list[tuple[str, str]]:
    """What is for those who look after pupils' welfare."""
    kinds = {Illness.PHYSICAL.value: "Of the body", Illness.MENTAL.value: "Of the mind"}
    rows = [
        ("Kind of illness", kinds.get(report.illness, "")),
        ("Doubt about the reason", report.doubt),
        ("Private note", report.private_note),
        ("What stood in the message", report.call.text),
    ]
    return [(label, words) for label, words in rows if words]


def message_rows(calls: Iterable[Call]) -> list[dict[str, Any]]:
    """Messages that wait, with what stands in them."""
    return [
        {
            "call": call,
            "who": who_told(call),
            "channel": Channel(call.channel).words,
            "when": moment(call.told_at),
            "text": call.text,
            "url": f"{reverse('absence:new_report')}?message={call.pk}",
        }
        for call in calls
    ]


def transfer_rows(
    transfers: Iterable[Transfer], groups: Mapping[int, str], now: datetime
) -> list[dict[str, Any]]:
    """Transferred calls as lines of a list."""
    return [
        {
            "transfer": each,
            "name": pupil_name(each.pupil),
            "group": groups.get(each.pupil_id, ""),
            "url": reverse("absence:transfer", args=[each.pk]),
            "when": moment(each.transferred_at),
            "what_for": each.get_what_for_display(),
            "is_overdue": each.closed_at is None and local(each.transferred_at).date() < now.date(),
        }
        for each in transfers
    ]


def tests_by_reason() -> dict[str, str]:
    """The question that goes with each reason, for the form."""
    return {told.value: row.test for told, row in TOLD.items() if row.test}
