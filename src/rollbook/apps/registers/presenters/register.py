"""One register as its template takes it: a row a pupil, with what was typed where a form came back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import uuid4

from django.urls import reverse

from rollbook.apps.registers.actions.taking import Conflict, SubmittedMark, why_not
from rollbook.apps.registers.presenters.advice import CodeLists, known_card, reasons
from rollbook.apps.registers.presenters.words import (
    amendment_words,
    mark_words,
    minutes_words,
    moment_words,
    moved_words,
)
from rollbook.apps.registers.queries.marks import Versions, is_marked
from rollbook.apps.registers.queries.register import RegisterSheet
from rollbook.apps.registers.queries.whereabouts import is_out
from rollbook.apps.roll.queries import RollPupil
from rollbook.domain.access import Viewer
from rollbook.domain.codes import BY_BYTE, Needs, code_for, present_symbol
from rollbook.domain.marks import RegisterState, SchoolSession, was_submitted_in_time
from rollbook.domain.rates import percent
from rollbook.domain.refusals import Refusal
from rollbook.ui.kinds import kind_of, title_of
from rollbook.ui.words import clock_time, local, long_day, short_day

Row = dict[str, Any]


@dataclass(frozen=True)
class Typed:
    """What a form that came back holds: nothing of it may be lost."""

    marks: Mapping[int, SubmittedMark] = field(default_factory=dict)
    reason: str = ""
    refusals: Sequence[Refusal] = ()
    conflicts: Sequence[Conflict] = ()
    raw_minutes: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Shown:
    """What is shown as a pupil's mark: what was typed, else what is saved, else what was planned."""

    code: str
    minutes_late: int | None
    note: str


def register_context(viewer: Viewer, sheet: RegisterSheet, now: datetime, typed: Typed) -> dict[str, Any]:
    """Everything `registers/take.html` needs."""
    lists = CodeLists(viewer, sheet.on, sheet.session)
    rows = [_row(viewer, sheet, pupil, place, typed, lists) for place, pupil in enumerate(sheet.pupils)]
    problem = why_not(viewer, sheet.group, sheet.on, sheet.times, now)
    return {
        "register": _register(sheet, rows, now, problem) | {"code_options": lists.usual()},
        "ruled_out": lists.ruled_out(),
        "rows": rows,
        "known": [card for pupil in sheet.pupils if (card := known_card(pupil.name, sheet.known[pupil.id]))],
        "errors": [
            {"href": _anchor(refusal.field), "message": _named(sheet, refusal)} for refusal in typed.refusals
        ],
        "conflicts": bool(typed.conflicts),
        "reason": typed.reason,
    }


def _anchor(place: str) -> str:
    return f"#{place}" if place else "#register"


def _named(sheet: RegisterSheet, refusal: Refusal) -> str:
    """A refusal with the pupil's name before it, so that the summary can be read on its own."""
    pupil_id = refusal.field.partition("-")[2]
    names = {str(pupil.id): pupil.name for pupil in sheet.pupils}
    return f"{names[pupil_id]}: {refusal.message}" if pupil_id in names else refusal.message


def _register(sheet: RegisterSheet, rows: Sequence[Row], now: datetime, problem: str) -> dict[str, Any]:
    is_today = sheet.on == now.date()
    closes = now.replace(
        hour=sheet.times.closes_at.hour, minute=sheet.times.closes_at.minute, second=0, microsecond=0
    )
    seconds_to_close = int((closes - now).total_seconds()) if is_today else None
    is_open_now = is_today and sheet.times.opens_at <= now.time() < sheet.times.closes_at
    return {
        "group_name": sheet.group.name,
        "teacher_names": sheet.group.teacher_names,
        "room": sheet.group.room,
        "on": sheet.on,
        "on_words": long_day(sheet.on),
        "session": sheet.session.value,
        "session_words": sheet.session.words,
        "present_symbol": present_symbol(sheet.session),
        "state": sheet.state.answer.value,
        "opens_at": sheet.times.opens_at,
        "closes_at": sheet.times.closes_at,
        "due_at": sheet.state.facts.get("due_at"),
        "is_open_now": is_open_now,
        "is_after_close": sheet.on < now.date() or (is_today and now.time() >= sheet.times.closes_at),
        "may_save": not problem,
        "why_not": problem,
        "length_minutes": sheet.times.open_minutes,
        "seconds_to_close": seconds_to_close if is_open_now else None,
        "saved_note": _saved_note(sheet, now),
        "submitted_note": _submitted_note(sheet),
        "counts": _counts(rows),
        "key": str(uuid4()),
        "has_saved_marks": bool(sheet.versions),
        **_neighbours(sheet),
    }


def _neighbours(sheet: RegisterSheet) -> dict[str, Any]:
    """Links to the half-days before and after: the other session of the day, or the school day beside it."""
    other = SchoolSession.PM if sheet.session is SchoolSession.AM else SchoolSession.AM
    if sheet.session is SchoolSession.AM:
        days = sheet.calendar.previous_school_days(sheet.on, 1)
        return {
            "previous": _link(sheet, days[0], other) if days else None,
            "next": _link(sheet, sheet.on, other),
        }
    after = sheet.calendar.next_school_day(sheet.on)
    return {"previous": _link(sheet, sheet.on, other), "next": _link(sheet, after, other) if after else None}


def _link(sheet: RegisterSheet, on: date, school_session: SchoolSession) -> dict[str, str]:
    href = reverse("registers:take", args=[sheet.group.id, on, school_session.value])
    words = school_session.words
    return {"href": href, "words": words.capitalize() if on == sheet.on else f"{short_day(on)}, {words}"}


def _saved_note(sheet: RegisterSheet, now: datetime) -> str:
    entries = [entry for versions in sheet.versions.values() for entry in versions]
    if not entries:
        return ""
    newest = max(entries, key=lambda entry: entry.at)
    return f"Saved {moment_words(newest.at, now.date())} by {newest.by_name}"


def _submitted_note(sheet: RegisterSheet) -> str:
    """When the last pupil got a first mark, and whether that was within the minutes the policy gives."""
    if sheet.state.answer is not RegisterState.SUBMITTED or not sheet.versions:
        return ""
    paper = sheet.paper
    taken = [
        paper.taken_at if paper and versions[0].save_made_id == paper.pk else versions[0].at
        for versions in sheet.versions.values()
    ]
    complete = local(max(taken))
    if complete.date() != sheet.on:
        return f"Submitted on {short_day(complete)}, after the day"
    found = was_submitted_in_time(sheet.times, complete.time(), sheet.within_minutes)
    if paper is not None:
        keyed_in = f"keyed in {short_day(local(paper.at))}, {clock_time(paper.at)} by {paper.by_name}"
        late = "" if found.answer else ", late"
        return f"Taken on paper at {clock_time(paper.taken_at)}{late} by {paper.taken_by_name}, {keyed_in}"
    return f"Submitted {clock_time(complete)}" + ("" if found.answer else ", late")


def _counts(rows: Sequence[Row]) -> dict[str, int]:
    counts = {"present": 0, "late": 0, "absent": 0, "other": 0, "unmarked": 0, "rest": 0, "total": len(rows)}
    for row in rows:
        code = row["code"]
        if not code:
            counts["unmarked"] += 1
            counts["rest"] += not row["is_out"]
        elif code in ("/", "\\"):
            counts["present"] += 1
        elif code == "L":
            counts["late"] += 1
        elif code == "N":
            counts["absent"] += 1
        else:
            counts["other"] += 1
    return counts


def _row(
    viewer: Viewer, sheet: RegisterSheet, pupil: RollPupil, place: int, typed: Typed, lists: CodeLists
) -> Row:
    versions = sheet.versions.get(pupil.id, [])
    now = versions[-1] if versions else None
    mine = typed.marks.get(pupil.id)
    shown = _shown(sheet, pupil, versions, mine)
    attended, possible = sheet.counts[place]
    known, moved = sheet.known[pupil.id], sheet.moved.get(pupil.id, [])
    conflict = next((each for each in typed.conflicts if each.pupil_id == pupil.id), None)
    errors = [
        refusal.message for refusal in typed.refusals if refusal.field.partition("-")[2] == str(pupil.id)
    ]
    seen = mine.seen_version if mine and not conflict else (now.version if now else 0)
    return {
        "pupil_id": pupil.id,
        "surname": pupil.surname,
        "forename": pupil.forename,
        "days": [_day(sheet, pupil, on) for on in sheet.recent_days],
        "percent": percent(Fraction(attended, possible)) if possible else "",
        "is_low": possible > 0 and 100 * attended <= sheet.low_percent * possible,
        "code": shown.code,
        "minutes": typed.raw_minutes.get(pupil.id, "" if shown.minutes_late is None else shown.minutes_late),
        "note": shown.note,
        "version": seen,
        "saved_symbol": now.code if now and is_marked(versions) else "",
        "saved_minutes": now.minutes_late if now and now.minutes_late is not None else "",
        "history_url": reverse("registers:mark", args=[pupil.id, sheet.on, sheet.session.value.lower()])
        if now
        else "",
        "pupil_url": reverse("registers:pupil", args=[pupil.id]),
        **reasons(known),
        "options": lists.of(known),
        "is_new": pupil.starting_day >= sheet.recent_days[0] if sheet.recent_days else False,
        "errors": errors,
        "conflict": _conflict(conflict) if conflict else None,
        "moved": moved_words(viewer, moved),
        "is_out": is_out(moved),
        "amended": len(versions) > 1,
        "amended_words": _amended_words(viewer, versions),
    }


def _shown(sheet: RegisterSheet, pupil: RollPupil, versions: Versions, mine: SubmittedMark | None) -> _Shown:
    if mine is not None:
        return _Shown(mine.code, mine.minutes_late, mine.note)
    if is_marked(versions):
        return _Shown(versions[-1].code, versions[-1].minutes_late, versions[-1].note)
    plan = sheet.known[pupil.id].plan
    if plan is not None:
        needs = code_for(plan.code, sheet.on).needs - {Needs.MINUTES}
        return _Shown(plan.code, None, plan.note if needs else "")
    return _Shown("", None, "")


def _day(sheet: RegisterSheet, pupil: RollPupil, on: date) -> dict[str, Any]:
    cells: dict[str, Any] = {"label": short_day(on)}
    row = sheet.year.of_pupil(pupil.id)
    for school_session in SchoolSession:
        inside = sheet.year.first_day <= on <= sheet.year.last_day
        byte = int(row[sheet.year.column(on, school_session is SchoolSession.PM)]) if inside else 0
        symbol = BY_BYTE[byte].symbol if byte else ""
        cell = {"symbol": symbol, "kind": kind_of(symbol), "words": title_of(symbol)}
        # Nobody is missing before they start at the school.
        cells[school_session.value.lower()] = cell if symbol or on >= pupil.starting_day else None
    return cells


def _conflict(conflict: Conflict) -> dict[str, Any]:
    mine, theirs = conflict.mine, conflict.theirs
    minutes = minutes_words(mine.minutes_late)
    return {
        "theirs_symbol": theirs.code,
        "theirs_words": mark_words(theirs),
        "theirs_by": theirs.by_name,
        "theirs_at": theirs.at,
        "mine_symbol": mine.code,
        "mine_words": ", ".join(filter(None, [f"{mine.code} {title_of(mine.code)}", minutes])),
    }


def _amended_words(viewer: Viewer, versions: Versions) -> str:
    return amendment_words(viewer, versions[-2], versions[-1]) if len(versions) > 1 else ""
