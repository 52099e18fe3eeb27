"""The Today board and the list of registers, as their templates take them."""

from collections import Counter
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.urls import reverse

from rollbook.apps.registers.presenters.words import minutes_words
from rollbook.apps.registers.queries.board import Board, BoardRow
from rollbook.apps.roll.queries import RollPupil
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.codes import Category
from rollbook.domain.marks import RegisterState, SchoolSession, submission_due
from rollbook.domain.rates import round_half_up
from rollbook.ui.kinds import STATE_TAGS
from rollbook.ui.words import clock_time, short_day

Rows = list[dict[str, Any]]

# Figures of fewer pupils than this say something about one of them.
SMALLEST_GROUP = 5

# How many registers not taken are named beside the page before "and 12 more".
_MOST_NOT_TAKEN = 8

# What needs an act stands first on the board.
_URGENCY = {
    RegisterState.CLOSED: 0,
    RegisterState.LATE: 1,
    RegisterState.PART: 2,
    RegisterState.OPEN: 3,
    RegisterState.NOT_OPEN: 4,
    RegisterState.SUBMITTED: 5,
}


def board_context(
    viewer: Viewer,
    board: Board | None,
    on: date,
    school_session: SchoolSession,
    now: datetime,
    calendar: SchoolCalendar,
) -> dict[str, Any]:
    """Everything `registers/today.html` needs; names only for those who may see pupils."""
    context: dict[str, Any] = {
        "on": on,
        "session_words": school_session.words,
        "now": now,
        "is_now": on == now.date(),
        "switch": _switch(on, school_session, calendar, now.date()),
        "names": viewer.may(Permission.BOARD_VIEW),
        # Those who lead on attendance have the figures of the year beside the registers.
        "leads": viewer.may(Permission.MEASURES_VIEW) or viewer.may(Permission.MEASURES_TOTALS),
        "board": board,
        "because": calendar.day(on).because if board is None else "",
        "can_sign_in": viewer.may(Permission.ARRIVALS_SIGN_IN) and on == now.date(),
        "can_close": viewer.may(Permission.CLOSURE_DECLARE) and on == now.date(),
        "may_take": viewer.may(Permission.REGISTER_TAKE_ANY),
        "may_mark_absent": viewer.may(Permission.REGISTER_AMEND),
    }
    if board is None:
        return context
    return context | {
        **_not_taken(board, now),
        "rate": _rate(board.attended_count, board.possible_count),
        "rate_note": _compared(board),
        "is_below": _below(board),
        "registers": [_register(row) | _hidden(viewer, row) for row in _by_urgency(board.rows)],
        "no_reason": [_absent(board, pupil) for pupil in board.no_reason],
        "long_count": sum(1 for count in board.days_without_reason.values() if count > 1),
        "missing": [pupil for pupil in _missing(board, now) if pupil.id not in board.known],
        "known_unmarked": [
            (pupil, board.known[pupil.id]) for pupil in _missing(board, now) if pupil.id in board.known
        ],
        "late_rows": [_late(pupil, entry, on, school_session) for pupil, entry in board.late],
        "late_count": board.codes["L"],
        "after_count": board.codes["U"],
        "minutes_lost": board.minutes_lost,
        "other_count": board.count(Category.AUTHORISED),
        "elsewhere_count": board.count(Category.APPROVED_ACTIVITY),
        "unmarked_count": board.codes[""],
        "totals": _totals_row(board),
    }


def _not_taken(board: Board, now: datetime) -> dict[str, Any]:
    """The registers still to come, the latest first; those that are not open yet are counted and not listed."""
    untaken = [row for row in board.rows if row.state.answer is not RegisterState.SUBMITTED]
    due = [row for row in _by_urgency(untaken) if row.state.answer is not RegisterState.NOT_OPEN]
    return {
        "not_taken_count": len(untaken),
        "not_taken_now": due,
        "not_taken": [
            _register(row) | {"lateness": _lateness(row, board, now)} for row in due[:_MOST_NOT_TAKEN]
        ],
        "not_taken_more": max(0, len(due) - _MOST_NOT_TAKEN),
    }


def _switch(on: date, school_session: SchoolSession, calendar: SchoolCalendar, today: date) -> dict[str, Any]:
    before = calendar.previous_school_days(on, 1)
    after = calendar.next_school_day(on)
    value = school_session.value
    return {
        "previous": reverse("registers:today_at", args=[before[0], value]) if before else "",
        "next": reverse("registers:today_at", args=[after, value]) if after and after <= today else "",
        "options": [
            {
                "words": each.value,
                "href": reverse("registers:today_at", args=[on, each.value]),
                "current": each is school_session,
            }
            for each in SchoolSession
        ],
    }


def _rate(attended: int, possible: int) -> Fraction | None:
    return Fraction(attended, possible) if possible else None


def _compared(board: Board) -> str:
    """How far the rate is from a week ago, in points; "" where there is nothing to compare yet."""
    rate = _rate(board.attended_count, board.possible_count)
    if rate is None or board.last_week is None:
        return ""
    points = round_half_up((rate - Fraction(*board.last_week)) * 100, 1)
    if points == 0:
        return f"the same as last {board.on:%A}"
    return f"{abs(points)} {'below' if points < 0 else 'above'} last {board.on:%A}"


def _below(board: Board) -> bool:
    rate = _rate(board.attended_count, board.possible_count)
    return rate is not None and board.last_week is not None and rate < Fraction(*board.last_week)


def _by_urgency(rows: list[BoardRow]) -> list[BoardRow]:
    return sorted(rows, key=lambda row: _URGENCY[row.state.answer])


def _register(row: BoardRow) -> dict[str, Any]:
    state = row.state.answer
    return {
        "name": row.group.name,
        "teachers": row.group.teacher_names,
        "room": row.group.room,
        "state": "submitted_late" if state is RegisterState.SUBMITTED and row.is_late else state,
        "state_words": _state_words(row, state),
        "because": row.state.because,
        "is_alarm": state in (RegisterState.CLOSED, RegisterState.LATE),
        "when": clock_time(row.submitted.taken_at)
        if row.submitted and state is RegisterState.SUBMITTED
        else "",
        "summary": _summary(row.codes),
        "present_count": row.codes["/"] + row.codes["\\"],
        "late_count": row.codes["L"],
        "no_reason_count": row.codes["N"],
        "missing_count": row.missing_count,
        "other_count": row.marked_count - row.codes["/"] - row.codes["\\"] - row.codes["L"] - row.codes["N"],
        "group_id": row.group.id,
    }


def _lateness(row: BoardRow, board: Board, now: datetime) -> str:
    """How far a register is behind: "26 min late" counted from when it was due, else its state."""
    state = row.state.answer
    if state in (RegisterState.LATE, RegisterState.CLOSED) and board.on == now.date():
        due_at = submission_due(board.times, row.within_minutes)
        due = datetime.combine(board.on, due_at, now.tzinfo)
        return f"{int((now - due).total_seconds()) // 60} min late"
    return _state_words(row, state) or STATE_TAGS[state.value][0]


def _hidden(viewer: Viewer, row: BoardRow) -> dict[str, Any]:
    """What takes the place of a very small group's counts for people outside the staff team (domain.md 4.1.12)."""
    if viewer.may(Permission.BOARD_VIEW) or len(row.pupils) >= SMALLEST_GROUP:
        return {}
    counts = ("present_count", "late_count", "no_reason_count", "missing_count", "other_count")
    return dict.fromkeys(counts, "–") | {"summary": "Not shown: fewer than five pupils"}


def _summary(codes: Counter[str]) -> str:
    """The counts of a register in a line, for a narrow screen: "6 present, 1 late, 1 not marked"."""
    present = codes["/"] + codes["\\"]
    other = codes.total() - present - codes["L"] - codes["N"] - codes[""]
    counts = (
        (present, "present"),
        (codes["L"], "late"),
        (codes["N"], "no reason"),
        (other, "other"),
        (codes[""], "not marked"),
    )
    return ", ".join(f"{count} {words}" for count, words in counts if count)


def _state_words(row: BoardRow, state: RegisterState) -> str:
    """A closed register says whether anybody was marked at all; the other states have their usual words."""
    if state is RegisterState.CLOSED and row.marked_count:
        return f"Closed – {row.missing_count} missing"
    return ""


def _absent(board: Board, pupil: RollPupil) -> dict[str, Any]:
    days = board.days_without_reason.get(pupil.id, 1)
    return {"pupil": pupil, "days": days, "days_words": "Today" if days == 1 else f"{_ordinal(days)} day"}


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _missing(board: Board, now: datetime) -> list[RollPupil]:
    """Pupils nobody marked, once their register has closed: before that the register is simply not finished."""
    closed = board.on < now.date() or (board.on == now.date() and now.time() >= board.times.closes_at)
    return board.missing if closed else []


def _late(pupil: RollPupil, entry: Any, on: date, school_session: SchoolSession) -> dict[str, Any]:
    return {
        "pupil": pupil,
        "code": entry.code,
        "minutes": minutes_words(entry.minutes_late),
        "arrived": clock_time(entry.arrived_at) if entry.arrived_at else "",
        "url": reverse("registers:mark", args=[pupil.id, on, school_session.value]),
    }


def _totals_row(board: Board) -> dict[str, Any]:
    present = board.codes["/"] + board.codes["\\"]
    marked = board.expected_count - board.codes[""]
    return {
        "pupils": board.expected_count,
        "marked": marked,
        "present": present,
        "late": board.codes["L"],
        "no_reason": board.codes["N"],
        "other": marked - present - board.codes["L"] - board.codes["N"],
        "missing": board.codes[""],
        "summary": _summary(board.codes),
    }


def registers_context(
    viewer: Viewer,
    boards: list[Board | None],
    taken: frozenset[int],
    on: date,
    now: datetime,
    calendar: SchoolCalendar,
) -> dict[str, Any]:
    """Everything `registers/registers.html` needs: a row a group with its morning and its afternoon.

    `taken` are the groups this viewer takes today, whatever day is shown.
    """
    found = [board for board in boards if board is not None]
    whole_school = viewer.may(Permission.PUPIL_VIEW_ANY)
    is_today = on == now.date()
    rows: dict[int, dict[str, Any]] = {}
    for board in found:
        for row in board.rows:
            own = row.group.id in taken
            if not (own or whole_school):
                continue
            first = {"group": row.group, "own": own, "pupil_count": len(row.pupils), "sessions": []}
            shown = rows.setdefault(row.group.id, first)
            shown["sessions"].append(_session(row, board.session, is_mine=own and is_today))
    empty = [group for group in (found[0].empty_groups if found else []) if whole_school or group.id in taken]
    before, after = calendar.previous_school_days(on, 1), calendar.next_school_day(on)
    return {
        "on": on,
        "is_today": is_today,
        "empty_groups": [{"group": group, "own": group.id in taken} for group in empty],
        "rows": sorted(rows.values(), key=lambda row: not row["own"]),
        "whole_school": whole_school,
        "may_export": viewer.may(Permission.REGISTERS_EXPORT),
        "because": "" if found else calendar.day(on).because,
        "sessions": [
            {
                "words": board.session.words,
                "times": f"{board.times.opens_at:%H:%M}–{board.times.closes_at:%H:%M}",
            }
            for board in found
        ],
        "previous": reverse("registers:day", args=[before[0]]) if before else "",
        "next": reverse("registers:day", args=[after]) if after and after <= now.date() else "",
        "switch": [{"words": short_day(on), "href": reverse("registers:day", args=[on]), "current": True}],
    }


def _session(row: BoardRow, school_session: SchoolSession, *, is_mine: bool) -> dict[str, Any]:
    """One half-day of a group in the list of registers, with the act it asks for."""
    state = row.state.answer
    done = state in (RegisterState.SUBMITTED, RegisterState.NOT_OPEN)
    return _register(row) | {
        "session": school_session.value,
        "session_words": school_session.words,
        "act": "Look" if done else "Take register",
        "is_mine_now": is_mine and not done,
    }


def desk_context(
    board: Board | None, on: date, school_session: SchoolSession, now: datetime
) -> dict[str, Any]:
    """What the arrivals desk needs of the board: who is known not to be here, and who was signed in."""
    if board is None:
        return {
            "on": on,
            "session_words": school_session.words,
            "expected": [],
            "late_rows": [],
            "board": None,
        }
    return {
        "board": board,
        "on": on,
        "session_words": school_session.words,
        "expected": [*board.no_reason, *_missing(board, now)],
        "late_rows": [_late(pupil, entry, on, school_session) for pupil, entry in board.late],
        "minutes_lost": board.minutes_lost,
    }
