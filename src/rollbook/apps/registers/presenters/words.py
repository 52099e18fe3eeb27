"""How marks and moments of the register are said in a line; single words come from `rollbook.ui`."""

from collections.abc import Sequence
from datetime import date, datetime

from rollbook.apps.registers.models import Entry, Movement, Save
from rollbook.apps.registers.queries.marks import may_read_reason
from rollbook.apps.registers.queries.newest import HalfDay
from rollbook.domain.access import Viewer
from rollbook.ui.kinds import title_of
from rollbook.ui.words import clock_time, local, moment, short_day


def moment_words(at: datetime, today: date) -> str:
    """A moment as short as it can be said on a day: "09:31" today, else "Tue 14 Oct, 09:31"."""
    day = local(at).date()
    if day == today:
        return clock_time(at)
    return f"{short_day(day)}, {clock_time(at)}" if day.year == today.year else moment(at)


def minutes_words(minutes: int | None) -> str:
    """12 minutes; "" for none."""
    if not minutes:
        return ""
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def mark_words(entry: Entry) -> str:
    """An entry in words with what was recorded with it: "L Late, 12 minutes"."""
    return ", ".join(
        filter(None, [f"{entry.code} {title_of(entry.code)}", minutes_words(entry.minutes_late)])
    )


def paper_words(save: Save) -> str:
    """What is said of a mark that was keyed in: "Taken on paper at 09:05 by Tess Teacher"; "" for any other."""
    if save.taken_on_paper_at is None:
        return ""
    return f"Taken on paper at {clock_time(save.taken_on_paper_at)} by {save.taken_by_name}"


WITH_THE_OFFICE = "reason kept by the school office"


def reason_words(viewer: Viewer, entry: Entry) -> str:
    """Why a mark was amended, or for those who may not read it that the office knows."""
    return entry.reason if may_read_reason(viewer, entry) or not entry.reason else WITH_THE_OFFICE


_MOVED = {
    Movement.Kind.LEFT: "signed out",
    Movement.Kind.RETURNED: "signed back in",
    Movement.Kind.ARRIVED: "signed in",
}


def moved_words(viewer: Viewer, moved: Sequence[Movement]) -> str:
    """What the desk wrote down, in a line: "Signed out 10:05 (Unwell, with Mum), signed back in 11:20"; "" for nothing.

    Why and with whom only for those who may read it.
    """
    line = ", ".join(_one_move(viewer, each) for each in moved)
    return line[:1].upper() + line[1:]


def _one_move(viewer: Viewer, movement: Movement) -> str:
    words = f"{_MOVED[Movement.Kind(movement.kind)]} {clock_time(movement.moved_at)}"
    whom = f"with {movement.collected_by}" if movement.collected_by else ""
    why = ", ".join(filter(None, [movement.reason, whom])) if may_read_reason(viewer, movement) else ""
    return f"{words} ({why})" if why else words


def amendment_words(viewer: Viewer, before: Entry, after: Entry) -> str:
    """The five things an amendment must show (reg 6), in a line: was, is, why, when, who in what position."""
    when = local(after.at)
    return (
        f"{before.code} amended to {after.code}: {reason_words(viewer, after)}. "
        f"{after.by_name}, {after.by_position}, {short_day(when.date())} {when.year} at {clock_time(after.at)}"
    )


def span_words(half_days: Sequence[HalfDay]) -> str:
    """Half-days in a line, the earliest first: "Tue 17 Nov, both sessions", "Mon 16 Nov to Wed 18 Nov, 5 sessions"."""
    first, last = half_days[0], half_days[-1]
    if first == last:
        return f"{short_day(first[0])}, {first[1].words}"
    if first[0] == last[0]:
        return f"{short_day(first[0])}, both sessions"
    return f"{short_day(first[0])} to {short_day(last[0])}, {len(half_days)} sessions"
