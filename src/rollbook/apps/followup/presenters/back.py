"""Pupils who came back, as the list, the page of one return and the pupil's page show them."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.urls import reverse

from rollbook.apps.absence.queries.line import Reported
from rollbook.apps.followup.models import BackCheck
from rollbook.apps.followup.queries.back import Returned, may_read_private, returned, zones_are_named
from rollbook.apps.registers.queries.year import year_bounds
from rollbook.apps.schools.queries import timetable
from rollbook.domain.absences import Absence
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.back import Feeling
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.duty_table import DUTIES
from rollbook.ui.cards import Card, CardLine
from rollbook.ui.words import clock_time, local, short_day

_MOST_LINES = 4
_DUTY = DUTIES["back.checked"]


def feeling_words(feeling: str, *, zones: bool) -> str:
    """How a pupil is, in the words that the school uses."""
    return (Feeling(feeling).zone if zones else Feeling(feeling).plain) if feeling else ""


def back_context(found: Sequence[Returned], now: datetime) -> dict[str, Any]:
    """The list in its parts: overdue, today, coming; and those met again later or already met.

    A welcome that is past helping is only counted: it stays in the figure of the policy.
    """
    today = now.date()
    rows = [back_row(each, today) for each in found]
    waiting = [row for row in rows if row["state"] != "done"]
    waiting.sort(key=lambda row: (row["due_on"], row["on"], row["surname"], row["forename"]))
    late = [row for row in waiting if row["due_on"] < today]
    overdue = [row for row in late if not _DUTY.is_past_helping(_end_of(row["due_on"], now), now)]
    return {
        "overdue": list(reversed(overdue)),
        "past_count": len(late) - len(overdue),
        "waiting": [row for row in waiting if row["due_on"] >= today],
        "done": [row for row in reversed(rows) if row["state"] == "done"],
    }


def _end_of(day: date, now: datetime) -> datetime:
    return datetime.combine(day, time.max, tzinfo=now.tzinfo)


def back_row(each: Returned, today: date) -> dict[str, Any]:
    """A return on the list: what is to be done by when, or what was."""
    due_on = each.due.due_on if each.is_open else each.next_check_on
    last = each.checks[-1] if each.checks else None
    state = "done" if due_on is None else "first" if each.is_open else "again"
    if due_on is None:
        due_on = each.due.due_on
    return {
        "surname": each.surname,
        "forename": each.forename,
        "name": f"{each.forename} {each.surname}",
        "group": each.group_name,
        "pupil_url": reverse("registers:pupil", args=[each.pupil_id]),
        "url": reverse("followup:back_check", args=[each.pupil_id, each.back.on]),
        "on": each.back.on,
        "session": each.back.session.words,
        "away": away_words(each.back.absence),
        "codes": each.back.absence.codes,
        "is_full": each.due.is_full,
        "state": state,
        "due_on": due_on,
        "is_overdue": state != "done" and due_on < today,
        "last": check_line(last) if last else "",
    }


def away_words(absence: Absence) -> str:
    """ "3 school days, Mon 14 to Wed 16 Sep"."""
    days, first, last = len(absence.days), absence.first, absence.last
    if days == 1:
        halves = " and ".join(each.session.words for each in absence.sessions)
        return f"{short_day(first.on)}, {halves}"
    return f"{days} school days, {short_day(first.on)} to {short_day(last.on)}"


def check_line(check: BackCheck) -> str:
    """One record in a line."""
    if check.kind == BackCheck.Kind.NOT_NEEDED:
        return f"Not needed, {check.by_name}: {check.because}"
    met = local(check.met_at) if check.met_at else local(check.at)
    return f"Met by {check.met_by_name}, {short_day(met.date())} {clock_time(met)}"


def check_rows(viewer: Viewer, checks: Sequence[BackCheck]) -> list[dict[str, Any]]:
    """The records of one return. Of how the pupil was, only what this reader may read."""
    rows = []
    for check in reversed(checks):
        reads = may_read_private(viewer, check)
        zones = zones_are_named(viewer, local(check.at).date())
        has_private = bool(check.feeling or check.note or check.is_ready is not None)
        rows.append(
            {
                "line": check_line(check),
                "by": f"{check.by_name}, {check.by_position}",
                "at": check.at,
                "feeling": feeling_words(check.feeling, zones=zones) if reads else "",
                "ready": {True: "Ready to go back into the classroom", False: "Not ready yet", None: ""}[
                    check.is_ready
                ]
                if reads
                else "",
                "note": check.note if reads else "",
                "is_hidden": has_private and not reads,
                "reason": "Reason confirmed" if check.is_reason_confirmed else "",
                "agreed": [
                    (words, text)
                    for words, text in (
                        ("Times", check.adjusted_times),
                        ("Check-ins", check.check_ins),
                        ("Work missed", check.work_missed),
                    )
                    if text
                ],
                "next": check.next_check_on,
            }
        )
    return rows


def reason_rows(absence: Absence, told: Sequence[Reported]) -> dict[str, Any]:
    """What the register and the parents say of why the pupil was away."""
    return {
        "codes": [(symbol, BY_SYMBOL[symbol].title) for symbol in absence.codes],
        "unexplained": len(absence.unexplained),
        "told": [
            f"{each.who_told}: {each.reason}" if each.gave_reason else f"{each.who_told} gave no reason"
            for each in told
            if each.first_day <= absence.last.on and each.last_day >= absence.first.on
        ],
    }


def pupil_card(viewer: Viewer, now: datetime, pupil_id: int) -> Card | None:
    """The latest returns of a pupil this year and whether somebody met the pupil; None where there is none to show."""
    if not viewer.may(Permission.CONTACT_RECORD):
        return None
    first_day, _ = year_bounds(timetable(viewer).calendar, now.date())
    found = returned(viewer, first_day, now.date(), now, pupil_id)
    if not found:
        return None
    lines = []
    for each in reversed(found[-_MOST_LINES:]):
        row = back_row(each, now.date())
        words = "to be met" if row["state"] == "first" else "to be met again"
        urgent = "" if row["state"] == "done" else f"{words} by {short_day(row['due_on'])}"
        lines.append(
            CardLine(
                words=f"{short_day(each.back.on)}, {each.back.session.words}",
                href=row["url"],
                more=row["last"] or f"Away {row['away']}",
                urgent=urgent,
            )
        )
    return Card(id="back-at-school", title="Back at school", lines=lines)
