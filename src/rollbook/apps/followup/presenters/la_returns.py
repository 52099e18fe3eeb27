"""Returns on absence as the list, the page of one and the file for the authority show them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from rollbook.apps.followup.models import ReturnStep
from rollbook.apps.followup.queries.la_returns import LaReturn
from rollbook.domain.la_returns import IllSpell, ReturnKind, ReturnLine, days_words
from rollbook.domain.runs import UNAUTHORISED_DAYS_DUE, Due
from rollbook.ui.words import short_day

FILE_HEADINGS = ("Return", "Full name", "Address", "Cause", "Days", "Came to it on", "Due by")


def returns_context(found: Sequence[LaReturn], today: date) -> dict[str, Any]:
    """The list in its parts: to decide or send, coming near, settled."""
    rows = [return_row(each, today) for each in found]
    return {
        "open": [row for row in rows if row["state"] == "open"],
        "near": [row for row in rows if row["state"] == "near"],
        "settled": [row for row in reversed(rows) if row["state"] == "settled"],
        "files": [
            (kind, kind.words)
            for kind in ReturnKind
            if any(each.kind is kind and each.is_to_send for each in found)
        ],
    }


def return_row(each: LaReturn, today: date) -> dict[str, Any]:
    """One return on the list."""
    is_settled = each.sent is not None or each.is_declined
    # An illness that is over before it came to fifteen days waits for nothing.
    is_open = not is_settled and (each.due_on is not None or each.is_to_send)
    words, look = _standing(each, today)
    return {
        "state": "settled" if is_settled else "open" if is_open else "near",
        "name": f"{each.forename} {each.surname}",
        "surname": each.surname,
        "forename": each.forename,
        "group": each.group_name,
        "kind": each.kind.words,
        "url": reverse("followup:la_return", args=[each.kind, each.pupil_id, each.first_day]),
        "days": f"{short_day(each.first_day)} to {short_day(each.last_day)}",
        "count": count_words(each),
        "due_on": each.due_on,
        "is_overdue": is_open and each.due_on is not None and each.due_on < today,
        "words": words,
        "look": look,
    }


def count_words(each: LaReturn) -> str:
    """How many days it is about."""
    if isinstance(each.of, IllSpell):
        more = each.of.expected - each.of.so_far
        expected = f", {days_words(more)} more expected" if more else ""
        return f"{days_words(each.of.so_far)} ill this year{expected}"
    if each.reached_on is not None:
        return f"{len(each.of.days)} school days in a row"
    return f"{len(each.of.days)} of {UNAUTHORISED_DAYS_DUE} school days in a row"


def _standing(each: LaReturn, today: date) -> tuple[str, str]:
    if each.sent is not None:
        return f"Sent {short_day(each.sent.sent_on) if each.sent.sent_on else ''}, {each.sent.how}", "good"
    if each.is_declined:
        return "None due, the head decided", ""
    late = each.due_on is not None and each.due_on < today
    if each.is_to_send:
        return ("To send, overdue", "alarm") if late else ("To send", "warn")
    if isinstance(each.of, IllSpell):
        if each.reached_on is None:
            return "Review: does the head expect fifteen days?", "outline"
        return ("The head decides, overdue", "alarm") if late else ("The head decides", "warn")
    return ("Ask again now", "warn") if each.of.due is Due.CHASE else ("Prepare", "outline")


def step_rows(steps: Sequence[ReturnStep], *, may_read: bool) -> list[dict[str, Any]]:
    """What was decided and sent, newest first; why it was decided only for those who work with welfare."""
    return [
        {
            "title": _title(each),
            "text": each.text if may_read else "",
            "content": each.content,
            "by": f"{each.by_name}, {each.by_position}",
            "at": each.at,
        }
        for each in reversed(steps)
    ]


def _title(step: ReturnStep) -> str:
    if step.what == ReturnStep.What.SENT:
        return f"Sent on {short_day(step.sent_on) if step.sent_on else ''}: {step.how}"
    return "A return is due" if step.is_due else "No return is due"


def file_row(each: LaReturn, lines: Sequence[ReturnLine]) -> list[str]:
    """One return as a line of the file; see `FILE_HEADINGS`."""
    reached = each.reached_on.isoformat() if each.reached_on else ""
    due = each.due_on.isoformat() if each.due_on else ""
    return [each.kind.words, *(line.value for line in lines), reached, due]
