"""Days, states and history of a record in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rollbook.apps.absence.models import Record
from rollbook.ui.words import plain_day, short_day, short_day_with_year


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a record stands on a day: in words, with the look of its tag."""

    words: str
    look: str
    is_past: bool


def standing_of(record: Record, today: date, ended: str = "Cancelled") -> Standing:
    """Is it running, still to come, over, or was it taken back?"""
    if record.ended_at is not None:
        return Standing(ended, "", is_past=True)
    if today < record.first_day:
        return Standing(f"From {short_day(record.first_day)}", "info", is_past=False)
    if today > record.last_day:
        return Standing("Over", "", is_past=True)
    return Standing("Running", "good", is_past=False)


def days_words(first_day: date, last_day: date, today: date) -> str:
    """The days in short: "Tue 24 Nov", "Tue 24 Nov to Fri 27 Nov", with the year where it is not this one."""
    said = short_day if {first_day.year, last_day.year} == {today.year} else short_day_with_year
    return said(first_day) if first_day == last_day else f"{said(first_day)} to {said(last_day)}"


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened to a record."""

    words: str
    because: str
    changes: list[str]
    by: str
    at: datetime


_WHAT = {
    "absence.activity.recorded": "Recorded",
    "absence.activity.changed": "Changed",
    "absence.activity.pupils_added": "Added",
    "absence.activity.pupils_taken_off": "Took off",
    "absence.activity.cancelled": "Cancelled",
    "absence.activity.confirmed": "Attendance confirmed",
    "absence.dual.recorded": "Recorded",
    "absence.dual.changed": "Changed",
    "absence.dual.ended": "Ended",
    "absence.timetable.drafted": "Prepared",
    "absence.timetable.changed": "Changed",
    "absence.timetable.agreed": "Agreed",
    "absence.timetable.ended": "Ended early",
    "absence.timetable.withdrawn": "Withdrawn",
    "absence.timetable.reviewed": "Reviewed",
    "absence.suspension.recorded": "Recorded",
    "absence.suspension.changed": "Changed",
    "absence.suspension.withdrawn": "Withdrawn",
    "absence.report.recorded": "Recorded",
    "absence.report.changed": "Changed",
    "absence.report.withdrawn": "Withdrawn",
    "absence.report.mark_kept": "Left a mark as it was",
    "absence.leave.asked": "Recorded",
    "absence.leave.changed": "Changed",
    "absence.leave.withdrawn": "Withdrawn by the family",
    "absence.leave.granted": "Granted",
    "absence.leave.refused": "Refused",
    "absence.leave.told": "The family was told",
    "absence.leave.evidence_asked": "Evidence asked for",
    "absence.leave.evidence_received": "Evidence shown",
}
# Fields whose content is not repeated in a history: it is in the record, or known to few.
_UNSAID = {
    "next",
    "is_believed",
    "caller",
    "staff_id",
    "contact_id",
    "half_days",
    "weekdays",
    "state",
    "reason",
}
_FIELDS = {
    "title": "name",
    "la_contact": "local authority’s contact",
    "la_told_on": "local authority told",
    "social_worker_told_on": "social worker told",
    "confirmed_how": "how attendance is confirmed",
    "told_how": "how told",
    "told_on": "parents told",
    "provision_code": "code of the provision",
    "provision_from": "provision from",
    "first_session": "from the",
    "last_session": "until the end of the",
    "expected_back_on": "expected back",
    "proposed_code": "code proposed",
    "is_test_met": "the law’s question answered yes",
    "is_evidence_seen": "evidence shown",
    "leaves_at": "leaves at",
    "returns_at": "back at",
    "why": "why",
    "long_reason": "why longer than six weeks",
    "parent_name": "parent",
    "parent_agreed_on": "parent agreed on",
    "parent_agreed_how": "how the parent agreed",
}


def history_lines(events: Iterable[Any]) -> list[HistoryLine]:
    """What happened to a record, newest first, from its events in the audit log."""
    return [
        HistoryLine(
            words=_happened(event.type, event.facts),
            because=str(event.facts.get("because", "")),
            changes=_changes(event.facts),
            by=", ".join(filter(None, [event.by_name, event.by_position])),
            at=event.at,
        )
        for event in events
    ]


def _happened(type: str, facts: Mapping[str, Any]) -> str:
    words = _WHAT.get(type, "Changed")
    if names := facts.get("added") or facts.get("taken_off"):
        return f"{words} {', '.join(names)}"
    if type == "absence.activity.confirmed":
        half = "morning" if facts.get("session") == "AM" else "afternoon"
        return f"{words}: {_said(facts.get('on'))}, {half}"
    return words


def _changes(facts: Mapping[str, Any]) -> list[str]:
    was, now = facts.get("from"), facts.get("to")
    if not isinstance(was, dict) or not isinstance(now, dict):
        return []
    lines = []
    for name, value in now.items():
        words = _FIELDS.get(name, name.replace("_", " "))
        said = f"{words[:1].upper()}{words[1:]}"
        if name in _UNSAID:
            lines.append(f"{said.removesuffix(' id')} changed")
        else:
            lines.append(f"{said}: {_said(was.get(name)) or 'empty'} → {_said(value) or 'empty'}")
    return lines


def _said(value: Any) -> str:
    if isinstance(value, str) and len(value) == 10:
        try:
            return plain_day(date.fromisoformat(value))
        except ValueError:
            return value
    return "" if value is None else str(value)
