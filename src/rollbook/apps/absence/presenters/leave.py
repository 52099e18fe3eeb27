"""Leave of absence as its pages take it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from rollbook.apps.absence.actions.leave import LeaveDraft
from rollbook.apps.absence.actions.leave_deciding import DecisionDraft
from rollbook.apps.absence.models import Leave, LeaveDecision, LeaveTelling
from rollbook.apps.absence.presenters.words import Standing, days_words
from rollbook.apps.absence.queries.leave import decide_by_of, decision_of, lead_time_of
from rollbook.apps.absence.queries.leave_away import AwayRow
from rollbook.domain.access import Viewer
from rollbook.domain.leave import HOLIDAY_CODE, NO_LEAVE_CODE, Circumstance, Ground, LeaveState
from rollbook.domain.sessions import SchoolSession
from rollbook.ui.words import short_day, short_day_with_year

_LOOKS = {"asked": "info", "granted": "good", "refused": "warn", "withdrawn": ""}
_HALVES = {"both": "", "AM": ", mornings only", "PM": ", afternoons only"}
_MOST_SESSIONS = 6


def leave_row(viewer: Viewer, leave: Leave, today: date) -> dict[str, Any]:
    """One request on the list."""
    decision = decision_of(leave)
    is_waiting = leave.state == LeaveState.ASKED
    lead = lead_time_of(viewer, leave)
    by = decide_by_of(viewer, leave)
    return {
        "leave": leave,
        "what": ground_words(leave),
        "days": asked_words(leave, today),
        "standing": leave_standing(leave, decision),
        "granted": granted_words(decision, today),
        "until": until_words(leave.first_day, today),
        "is_waiting": is_waiting,
        "is_urgent": is_waiting and by <= today,
        "decide_by": by,
        "late": "" if lead.answer else lead.because,
        "is_told": decision is not None and bool(decision.tellings.all()),
        "is_decided": decision is not None and leave.ended_at is None,
    }


def leave_standing(leave: Leave, decision: LeaveDecision | None) -> Standing:
    """Where a request stands, in words; leave for a part of the days says so."""
    state = LeaveState(leave.state)
    words = state.words
    if state is LeaveState.GRANTED and decision is not None and is_part(leave, decision):
        words = "Granted in part"
    return Standing(words, _LOOKS[state.value], is_past=state is LeaveState.WITHDRAWN)


def is_part(leave: Leave, decision: LeaveDecision) -> bool:
    """Were fewer days or sessions granted than asked for?"""
    granted = (decision.first_day, decision.last_day, decision.sessions)
    return decision.is_granted and granted != (leave.first_day, leave.last_day, leave.sessions)


def ground_words(leave: Leave) -> str:
    """What it is for: the circumstance where there is one."""
    if leave.circumstance:
        return Circumstance(leave.circumstance).words
    return Ground(leave.ground).words


def asked_words(leave: Leave | LeaveDraft, today: date) -> str:
    """The days asked for."""
    return days_words(leave.first_day, leave.last_day, today) + _HALVES[leave.sessions]


def granted_words(decision: LeaveDecision | DecisionDraft | None, today: date) -> str:
    """The days granted, "" where none are."""
    if decision is None or decision.first_day is None or decision.last_day is None:
        return ""
    return days_words(decision.first_day, decision.last_day, today) + _HALVES[decision.sessions]


def until_words(first_day: date, today: date) -> str:
    """How long until it begins: "in 12 days", "tomorrow", "begun"."""
    days = (first_day - today).days
    if days < 0:
        return f"Began {short_day(first_day)}"
    return {0: "Begins today", 1: "Begins tomorrow"}.get(days, f"In {days} days")


def request_answers(of: Leave | LeaveDraft, asked_by: str, today: date) -> list[tuple[str, str]]:
    """What a request says."""
    how = {"form": "request form", "letter": "letter", "email": "e-mail"}[of.received_how]
    pairs = [
        ("For", Ground(of.ground).words),
        ("Circumstance", Circumstance(of.circumstance).words if of.circumstance else ""),
        ("Days asked for", asked_words(of, today)),
        ("The facts", of.detail),
        ("Advice of the religious body", of.advice),
        ("Asked by", asked_by),
        ("Received", f"{short_day_with_year(of.received_on)}, {how}"),
        ("In the family’s words", of.words),
    ]
    return [(label, words) for label, words in pairs if words]


def asked_by_words(leave: Leave) -> str:
    """ "Mo Abbott (mother)"."""
    return f"{leave.asked_by_name} ({leave.asked_by_relationship})"


def evidence_answers(leave: Leave) -> list[tuple[str, str]]:
    """What the family was asked to show, and what it has shown."""
    pairs = []
    if leave.evidence_asked_on is not None:
        pairs.append(("Asked for", f"{short_day_with_year(leave.evidence_asked_on)}: {leave.evidence_asked}"))
    if leave.evidence_received_on is not None:
        pairs.append(
            ("Shown", f"{short_day_with_year(leave.evidence_received_on)}: {leave.evidence_received}")
        )
    elif pairs:
        pairs.append(("Shown", "Nothing yet"))
    return pairs


def decision_answers(of: LeaveDecision | DecisionDraft, today: date) -> list[tuple[str, str]]:
    """What was decided, and why."""
    pairs = [
        ("Decision", "Granted" if of.is_granted else "Refused"),
        ("Days granted", granted_words(of, today)),
        ("Considered", of.considered),
        ("Reason for the family", of.because),
        ("Conditions", of.conditions),
        ("Why again", of.again_because),
    ]
    return [(label, words) for label, words in pairs if words]


def decision_lines(decisions: Sequence[LeaveDecision], today: date) -> list[dict[str, Any]]:
    """Every decision, newest first, with how the family was told of it."""
    return [
        {
            "decision": each,
            "answers": decision_answers(each, today),
            "tellings": list(each.tellings.all()),
            "stands": place == 0,
        }
        for place, each in enumerate(sorted(decisions, key=lambda row: -row.number))
    ]


def told_words(telling: LeaveTelling) -> str:
    """How and when the family was told."""
    how = {"email": "E-mailed", "post": "Posted", "hand": "Given"}[telling.how]
    return f"{how} to {telling.to_name} on {short_day_with_year(telling.on)}"


def away_line(row: AwayRow, today: date) -> dict[str, Any]:
    """A request whose pupil was away without leave: its sessions with their marks and what they should be."""
    shown = sorted(row.sessions, key=lambda each: (not each.should_be, each.on))[:_MOST_SESSIONS]
    decision = decision_of(row.leave)
    return {
        "leave": row.leave,
        "asked": asked_words(row.leave, today),
        "granted": granted_words(decision, today),
        "standing": leave_standing(row.leave, decision),
        "sessions": [
            {
                "day": each.on,
                "session": each.session.words,
                "code": each.code,
                "should_be": each.should_be,
                "url": reverse(
                    "registers:mark", args=[row.leave.pupil_id, each.on, SchoolSession(each.session).value]
                ),
            }
            for each in sorted(shown, key=lambda each: (each.on, each.session))
        ],
        "more_count": len(row.sessions) - len(shown),
        "wrong_count": row.wrong_count,
    }


def without_leave_code(leave: Leave) -> str:
    """As what is an absence marked on days for which leave was asked and not granted?"""
    return HOLIDAY_CODE if leave.ground == Ground.HOLIDAY else NO_LEAVE_CODE


def earlier_line(leave: Leave, today: date) -> dict[str, Any]:
    """An earlier request of the same pupil and what came of it."""
    decision = decision_of(leave)
    return {
        "leave": leave,
        "what": ground_words(leave),
        "days": asked_words(leave, today),
        "standing": leave_standing(leave, decision),
        "granted": granted_words(decision, today),
    }
