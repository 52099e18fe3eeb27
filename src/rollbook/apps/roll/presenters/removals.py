"""Removals and returns as pages show them: grounds to choose, answers to check, requests to decide."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from rollbook.apps.roll.models import Pupil, RemovalRequest, ReturnDue
from rollbook.apps.roll.queries.removals import GroundOffered, ground_called
from rollbook.apps.roll.queries.returns import destination_words
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.law import Finding
from rollbook.domain.removal_conditions import Ground
from rollbook.domain.removal_steps import RemovalState
from rollbook.domain.roll_returns import ReturnLine
from rollbook.ui.words import plain_day

_LOOKS = {
    RemovalState.PROPOSED: "warn",
    RemovalState.APPROVED: "info",
    RemovalState.DONE: "good",
    RemovalState.REFUSED: "",
    RemovalState.WITHDRAWN: "",
}
_TITLES = {
    "conditions": "What must be so",
    "evidence": "Evidence and next school",
    "check": "Check before you send",
}


def ground_title(letter: str, on: date) -> str:
    """A ground as a page names it: its letter and title."""
    ground = ground_called(letter, on)
    return f"{letter}: {ground.title}" if ground else letter


def grounds_context(pupil: Pupil, offered: Sequence[GroundOffered]) -> dict[str, Any]:
    """Everything `roll/removal_grounds.html` needs."""
    return {
        "pupil": pupil,
        "open": [each.ground for each in offered if each.opening.answer],
        "shut": [
            {"ground": each.ground, "because": each.opening.because}
            for each in offered
            if not each.opening.answer
        ],
    }


def steps_context(
    pupil: Pupil, ground: Ground, step: str, warnings: Sequence[Finding[bool]], findings: Sequence[str]
) -> dict[str, Any]:
    """Everything `roll/removal_form.html` needs besides the form itself, for the page of it that is shown."""
    return {
        "pupil": pupil,
        "ground": ground,
        "step": step,
        "title": _TITLES[step],
        "place": list(_TITLES).index(step) + 2,
        "places": len(_TITLES) + 1,
        "warnings": [warning.because for warning in warnings],
        "findings": findings,
        "asks_because": step == "evidence" and bool(warnings),
    }


def _state_words(row: RemovalRequest) -> str:
    """The state of a request; one that was approved before it was taken back is undone."""
    state = RemovalState(row.state)
    return "Undone" if state is RemovalState.WITHDRAWN and row.decided_at else state.words


def listed(row: RemovalRequest) -> dict[str, Any]:
    """A request in a list."""
    return {
        "id": row.pk,
        "pupil": row.pupil,
        "ground": ground_title(row.ground, row.proposed_at.date()),
        "state": _state_words(row),
        "look": _LOOKS[RemovalState(row.state)],
        "last_day": row.last_day,
        "proposed": row,
    }


def removal_context(viewer: Viewer, row: RemovalRequest, returns: Sequence[ReturnDue]) -> dict[str, Any]:
    """Everything `roll/removal.html` needs besides its forms."""
    state = RemovalState(row.state)
    ground = ground_called(row.ground, row.proposed_at.date())
    may_approve = viewer.may(Permission.ROLL_APPROVE_REMOVAL)
    return {
        "row": row,
        "pupil": row.pupil,
        "ground": ground,
        "title": ground_title(row.ground, row.proposed_at.date()),
        "state": _state_words(row),
        "look": _LOOKS[state],
        "conditions": [
            {"question": each["question"], "answer": _answer(each["kind"], each["answer"])}
            for each in row.facts["conditions"]
        ],
        "worked_out": row.facts["worked_out"],
        "warnings": row.facts["warnings"],
        "destination": destination_words(row.destination),
        "is_waiting": state is RemovalState.PROPOSED,
        "is_over": state in {RemovalState.APPROVED, RemovalState.DONE},
        "may_withdraw": state is RemovalState.PROPOSED and viewer.may(Permission.ROLL_PROPOSE_REMOVAL),
        "may_decide": state is RemovalState.PROPOSED and may_approve,
        "may_undo": state in {RemovalState.APPROVED, RemovalState.DONE} and may_approve,
        "is_own": row.proposed_by_id == viewer.user_id,
        "returns": [return_row(each) for each in returns],
    }


def _answer(kind: str, answer: object) -> str:
    if isinstance(answer, bool):
        return "Yes" if answer else "No"
    if kind == "date" and isinstance(answer, str):
        return plain_day(date.fromisoformat(answer))
    return str(answer or "Not answered")


def return_row(due: ReturnDue, today: date | None = None) -> dict[str, Any]:
    """A return in a list."""
    is_waiting = due.sent_on is None and not due.cancelled_because and due.due_on is not None
    if due.cancelled_because:
        words, look = "Not needed any more", ""
    elif due.sent_on is not None:
        words, look = f"Sent on {plain_day(due.sent_on)}", "good"
    elif due.due_on is None:
        words, look = "None due", ""
    elif today is not None and due.due_on < today:
        words, look = "Overdue", "alarm"
    else:
        words, look = "To send", "warn"
    return {
        "id": due.pk,
        "pupil": due.pupil,
        "kind": due.get_kind_display(),
        "due_on": due.due_on,
        "because": due.because,
        "words": words,
        "look": look,
        "is_waiting": is_waiting,
        "sent": f"{due.sent_how}, {due.sent_by_name}" if due.sent_on else "",
    }


def return_context(due: ReturnDue, lines: Sequence[ReturnLine], today: date) -> dict[str, Any]:
    """Everything `roll/return.html` needs besides its form; what was sent is shown as it was sent."""
    shown = (
        due.content
        if due.sent_on
        else [{"words": each.words, "value": each.value, "is_missing": each.is_missing} for each in lines]
    )
    return {
        "due": due,
        "row": return_row(due, today),
        "pupil": due.pupil,
        "lines": shown,
        "missing_count": sum(1 for each in shown if each["is_missing"]),
        "is_new_pupil": due.kind == ReturnDue.Kind.NEW_PUPIL,
    }
