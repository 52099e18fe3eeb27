"""Which reasons were owed, by when, and when each was settled: from the register's entries (reg 10(7) to (9))."""

from datetime import date, datetime, time

from django.urls import reverse

from rollbook.apps.registers.queries.reasons import NotEstablished, Settled, reasons_between
from rollbook.apps.roll.queries.spells import register_spells
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.duties import Owed
from rollbook.domain.reasons import reason_dates
from rollbook.ui.words import sentence_list, short_day


def owed(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Owed]:
    """Each day of a pupil on which a session stood as N when its register had closed. Two queries.

    One that was put right while the register was still open, as when the pupil came late, was never owed.
    """
    calendar = timetable(viewer).calendar
    days: dict[tuple[date, int], list[NotEstablished]] = {}
    for each in reasons_between(viewer, first_day, min(last_day, now.date())):
        if _stood(each, calendar):
            days.setdefault((each.on, each.pupil_id), []).append(each)
    if not days:
        return []
    spells = register_spells(viewer, min(on for on, _ in days), now.date(), {pupil for _, pupil in days})
    names = {spell.pupil_id: f"{spell.forename} {spell.surname}, {spell.group_name}" for spell in spells}
    lasts = {on: reason_dates(calendar, on).last_day for on in {on for on, _ in days}}
    return [
        _owed(names[pupil_id], lasts[on], marks, now)
        for (on, pupil_id), marks in days.items()
        if pupil_id in names
    ]


def _stood(each: NotEstablished, calendar: SchoolCalendar) -> bool:
    """Did N stand when the register closed, or later? A day that is no school day any more has no such time."""
    times = calendar.times(each.on, each.session)
    if each.settled is None or times is None:
        return True
    local = each.settled.at
    return (local.date(), local.time()) > (each.on, times.closes_at)


def _owed(about: str, last_day: date, marks: list[NotEstablished], now: datetime) -> Owed:
    first = marks[0]
    halves = sentence_list([each.session.words for each in marks])
    settled = [each.settled for each in marks if each.settled is not None]
    is_done = len(settled) == len(marks)
    # A mark that was taken back leaves nothing to find a reason for.
    kept = [each for each in settled if not each.is_taken_back]
    open_mark = next((each for each in marks if each.settled is None), first)
    return Owed(
        "reason.settled",
        about,
        f"Settle the reason: {short_day(first.on)}, {halves}{_how(kept) if is_done else ''}",
        min(each.marked_at for each in marks),
        datetime.combine(last_day, time.max, tzinfo=now.tzinfo),
        reverse("registers:mark", args=[first.pupil_id, first.on, open_mark.session]),
        pupil_id=first.pupil_id,
        done_at=max(each.at for each in kept) if is_done and kept else None,
        dropped_because="The mark was taken back." if is_done and not kept else "",
    )


def _how(settled: list[Settled]) -> str:
    """ ": I, Illness, by Ann Officer"."""
    ways = dict.fromkeys(f"{each.code}, {BY_SYMBOL[each.code].title}, by {each.by_name}" for each in settled)
    return f": {'; '.join(ways)}" if ways else ""
