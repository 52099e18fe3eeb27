"""The desk: what can be done for a pupil now, in words said before it is pressed, and the log of the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from rollbook.apps.registers.actions.arrivals import LATE_REASONS, session_at
from rollbook.apps.registers.actions.departures import LEAVING_REASONS, DeskAct
from rollbook.apps.registers.models import Movement
from rollbook.apps.registers.presenters.words import minutes_words
from rollbook.apps.registers.queries.desk import LateArrival, Search
from rollbook.apps.registers.queries.whereabouts import Placed
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.marks import arrival
from rollbook.domain.on_site import Mark, Whereabouts
from rollbook.domain.refusals import Refused
from rollbook.ui.words import clock_time


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that can be done for a pupil now."""

    act: DeskAct
    title: str
    says: str
    button: str
    code: str = ""
    reasons: tuple[str, ...] = ()

    @property
    def asks_who_with(self) -> bool:
        """Whether it is asked with whom the pupil goes."""
        return self.act is DeskAct.LEAVE

    @property
    def asks_why(self) -> bool:
        """Whether a reason is asked for."""
        return bool(self.reasons)


def offers_for(placed: Placed, calendar: SchoolCalendar, now: datetime) -> list[Offer]:
    """What can be done for a pupil at this moment, the likeliest first; empty where there is nothing to do."""
    where, late = placed.is_where, _late(placed, calendar, now)
    if where is Whereabouts.ON_SITE:
        return [_LEAVING, late] if late else [_LEAVING]
    if late:
        return [late]
    if where is Whereabouts.LEFT:
        return [_BACK]
    return [_HERE] if calendar.is_school_day(now.date()) else []


_LEAVING = Offer(
    DeskAct.LEAVE,
    "Leaving",
    "The mark stays as it is: leaving after registration still counts as attending.",
    "Sign out",
    reasons=LEAVING_REASONS,
)
_BACK = Offer(
    DeskAct.BACK, "Back again", "The pupil is on site again from this time. No mark changes.", "Sign back in"
)
_HERE = Offer(
    DeskAct.HERE,
    "Arrived, not late",
    "On site from this time. No mark is made: their teacher marks them when the register is taken.",
    "Sign in",
)


def _late(placed: Placed, calendar: SchoolCalendar, now: datetime) -> Offer | None:
    """A late arrival with the code and minutes it comes to; None where the pupil is not late."""
    if not placed.pupil.is_marked:
        return None
    try:
        school_session, times = session_at(calendar, now.date(), now.time())
    except Refused:
        return None
    mark = next((each for each in placed.marks if each.session is school_session), None)
    if mark is not None and (mark.arrived_at is not None or BY_SYMBOL[mark.code].is_on_site):
        return None
    came = arrival(times, school_session, now.time()).answer
    if came is None or came.minutes_late is None:
        return None
    code, says = came.code, f"{came.code}, {minutes_words(came.minutes_late)} late"
    if code == "U" and mark is not None and mark.code not in {"N", "O", "U", "G"}:
        code, says = mark.code, f"{mark.code} stays as the reason; the arrival is recorded"
    return Offer(DeskAct.LATE, "Arrived late", says, "Sign in", code=code, reasons=LATE_REASONS)


def found_rows(search: Search, calendar: SchoolCalendar, now: datetime) -> list[dict[str, Any]]:
    """The pupils a search found, each with where they are and what can be done."""
    return [
        {
            "pupil": placed.pupil,
            "where": _short(placed),
            "acts": " or ".join(offer.title for offer in offers_for(placed, calendar, now)),
            "url": f"{reverse('registers:arrivals')}?pupil={placed.pupil.id}",
        }
        for placed in search.found
    ]


def _short(placed: Placed) -> str:
    mark = _newest(placed.marks)
    if placed.is_where is Whereabouts.ABSENT and mark is not None:
        return f"{mark.code} {BY_SYMBOL[mark.code].title}"
    return placed.is_where.words if placed.is_where is not Whereabouts.NOT_KNOWN else "Not marked"


def _newest(marks: Sequence[Mark]) -> Mark | None:
    return max(marks, key=lambda mark: mark.session.value, default=None)


def log_rows(arrivals: Sequence[LateArrival], movements: Sequence[Movement]) -> list[dict[str, Any]]:
    """The log of the day, latest first: late arrivals, departures, returns; also what was put right since."""
    rows = [_arrival_row(each) for each in arrivals] + [_movement_row(each) for each in movements]
    return sorted(rows, key=lambda row: row["sort"], reverse=True)


def _arrival_row(late: LateArrival) -> dict[str, Any]:
    entry = late.entry
    when = clock_time(entry.arrived_at) if entry.arrived_at else ""
    return {
        "sort": (when or clock_time(entry.at), entry.pk),
        "pupil": entry.pupil,
        "when": when,
        "code": entry.code,
        "what": "Arrived late" if entry.code in ("L", "U") else "Arrived",
        "minutes": minutes_words(entry.minutes_late),
        "why": entry.note if entry.code in ("L", "U") else "",
        "with": "",
        "by": _by(entry),
        "wrong": f"Amended to {late.amended.code} by {late.amended.by_name}" if late.amended else "",
        "url": reverse("registers:mark", args=[entry.pupil_id, entry.on, entry.session]),
    }


def _movement_row(movement: Movement) -> dict[str, Any]:
    void = getattr(movement, "voided_by", None)
    return {
        "sort": (clock_time(movement.moved_at), movement.pk),
        "pupil": movement.pupil,
        "when": clock_time(movement.moved_at),
        "code": "",
        "what": Movement.Kind(movement.kind).label,
        "minutes": "",
        "why": movement.reason,
        "with": movement.collected_by,
        "by": _by(movement),
        "wrong": f"Put right by {void.by_name}: {void.reason}" if void else "",
        "url": reverse("registers:put_right", args=[movement.pk]),
    }


def _by(row: Any) -> str:
    """Who wrote it, and at which kiosk: that is in the position."""
    _, bracket, kiosk = row.by_position.rpartition("(kiosk ")
    return f"Kiosk {kiosk.removesuffix(')')}" if bracket else row.by_name


def done_words(name: str, act: DeskAct, at: str, extra: str = "") -> str:
    """What was done, for the message after it."""
    return {
        DeskAct.LATE: f"{name} is signed in {extra}",
        DeskAct.HERE: f"{name} is on site since {at}. Their teacher marks them when the register is taken.",
        DeskAct.LEAVE: f"{name} is signed out at {at}. The mark stays as it is.",
        DeskAct.BACK: f"{name} is back on site since {at}.",
    }[act].strip()
