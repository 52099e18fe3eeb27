"""Lateness in words and pictures, as its template and its file take it."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page
from django.urls import reverse

from rollbook.apps.insight.presenters.words import behind_url, call_url, change, change_words
from rollbook.apps.insight.queries.narrowing import SEPARATOR
from rollbook.apps.insight.queries.punctuality import LateAsked, Lateness, LatePupil, Punctuality, Slot
from rollbook.apps.support.queries.meetings import MeetingStanding
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.calendar_types import WEEKDAYS
from rollbook.domain.meetings import About, Origin
from rollbook.domain.punctuality import Late
from rollbook.domain.rates import MinutesLost, percent
from rollbook.domain.sessions import SchoolSession
from rollbook.ui.charts import bars
from rollbook.ui.words import short_day

SHOWN_SESSIONS = 5
FEWEST_FOR_A_DAY = 20
ON_A_PAGE = 50
FILE_HEADINGS = (
    "Surname", "Forename", "Group", "Late sessions", "Code L", "Code U", "Minutes", "Sessions without minutes",
    "Late sessions this half term", "Minutes this half term", "Repeated lateness", "Why",
)  # fmt: skip


def punctuality_context(
    viewer: Viewer,
    found: Punctuality,
    asked: LateAsked,
    shown: "Page[LatePupil]",
    meetings: Mapping[int, MeetingStanding],
) -> dict[str, Any]:
    """Everything `insight/punctuality.html` needs but its form; `shown` is a part of the list, with its `meetings`."""
    names = viewer.may(Permission.MEASURES_VIEW)
    moved = change(found.total.rate, found.rate_before, more_is_better=False)
    than = "" if found.before is None else found.before.name[0].lower() + found.before.name[1:]
    return {
        "found": found,
        "period": found.period,
        "period_words": found.period.words.replace("Week of", "week of"),
        "names": names,
        "only": asked.only.partition(SEPARATOR)[2],
        "only_repeated": asked.only_repeated,
        "total": found.total,
        "minutes": minutes_words(found.total.lost),
        "note": change_words(moved, f"the {than}" if than.startswith("week of") else than),
        "is_worse": moved is not None and moved.is_worse,
        "dimension": asked.dimension,
        "trigger_words": f"{found.trigger.lates} late sessions within {found.trigger.school_days} school days",
        "late_url": behind_url(found.period, which="late", only=asked.only) if names else "",
        "slots": _slots(found),
        "slots_title": _slots_title(found),
        "weekdays": bars(_weekdays(found)),
        "groups": [_group(label, group, found, asked, names=names) for label, group in found.groups.items()],
        "page": shown,
        "rows": [_row(row, found, meetings.get(row.member.id)) for row in shown],
        "calls": viewer.may(Permission.SUPPORT_RECORD),
    }


def minutes_words(lost: MinutesLost) -> str:
    """ "2 hours 5 minutes"; with how many sessions have none written down. "" without a late session."""
    hours, minutes = divmod(lost.minutes, 60)
    parts = [f"{hours} h" if hours else "", f"{minutes} min" if minutes or not hours else ""]
    words = " ".join(filter(None, parts))
    return f"{words}, {lost.unknown} without minutes" if lost.unknown else words


def file_rows(found: Punctuality) -> Iterator[list[str]]:
    """The list as a file has it: a row for each pupil."""
    for row in found.rows:
        after = sum(late.code == "U" for late in row.lates)
        yield [
            row.member.surname,
            row.member.forename,
            row.member.group_name,
            str(len(row.lates)),
            str(len(row.lates) - after),
            str(after),
            str(row.lost.minutes),
            str(row.lost.unknown),
            str(row.half_term_lates),
            str(row.half_term_lost.minutes),
            "yes" if row.finding.answer.is_repeated else "no",
            row.finding.because,
        ]


def _row(row: LatePupil, found: Punctuality, meeting: MeetingStanding | None) -> dict[str, Any]:
    pupil_url = reverse("registers:pupil", args=[row.member.id])
    after = sum(late.code == "U" for late in row.lates)
    newest = row.lates[-SHOWN_SESSIONS:][::-1]
    return {
        "member": row.member,
        "url": f"{pupil_url}?{urlencode({'on': found.period.last_day})}",
        "sessions": len(row.lates),
        "before_close": len(row.lates) - after,
        "after_close": after,
        "minutes": minutes_words(row.lost),
        "half_term": row.half_term_lates,
        "half_term_minutes": minutes_words(row.half_term_lost),
        "is_repeated": row.finding.answer.is_repeated,
        "because": row.finding.because,
        "meeting": meeting,
        "call_url": call_url(row.member.id, Origin.PUNCTUALITY, About.LATENESS)
        if meeting is None or meeting.is_settled
        else "",
        "marks": [_mark(late, row.member.id) for late in newest],
        "more": len(row.lates) - len(newest),
    }


def _mark(late: Late, pupil_id: int) -> dict[str, Any]:
    minutes = "no minutes written down" if late.minutes is None else f"{late.minutes} min"
    return {
        "words": f"{short_day(late.on)}, {late.session.words}",
        "code": late.code,
        "minutes": minutes,
        "url": reverse("registers:mark", args=[pupil_id, late.on, late.session.value]),
    }


def _group(
    label: str, group: Lateness | None, found: Punctuality, asked: LateAsked, *, names: bool
) -> dict[str, Any]:
    url = behind_url(found.period, which="late", by=asked.dimension.name, group=label, only=asked.only)
    return {
        "label": label,
        "figures": group,
        "minutes": "" if group is None else minutes_words(group.lost),
        "url": url if names and group is not None and group.late else "",
    }


def _weekdays(found: Punctuality) -> list[tuple[str, int, str]]:
    counted: dict[int, int] = {}
    for (weekday, _), slot in found.slots.items():
        counted[weekday] = counted.get(weekday, 0) + slot.late
    return [(WEEKDAYS[weekday], count, "late") for weekday, count in counted.items()]


def _slots(found: Punctuality) -> list[dict[str, Any]]:
    """The weekdays with their two sessions: late of possible."""
    return [
        {
            "weekday": WEEKDAYS[weekday],
            "cells": [
                {"session": session.words.capitalize(), "figures": found.slots.get((weekday, session))}
                for session in SchoolSession
            ],
        }
        for weekday in sorted({weekday for weekday, _ in found.slots})
    ]


def _slots_title(found: Punctuality) -> str:
    """What the picture says: the half-day of the week with the largest part of its sessions late."""
    late = {slot: each for slot, each in found.slots.items() if each.late}
    if found.total.sessions < FEWEST_FOR_A_DAY:
        count = found.total.sessions
        return (
            "Nobody came late"
            if not count
            else f"By weekday: {count} late, too few to say that one day is worse"
        )

    def share(slot: Slot) -> float:
        return late[slot].late / late[slot].possible

    worst = max(late, key=share)
    weekday, session = worst
    figures = late[worst]
    rate = percent(found.total.rate)
    return (
        f"Most often late on {WEEKDAYS[weekday]} {session.words}s: {figures.late} of {figures.possible:,} sessions; "
        f"over the whole week {rate}"
    )
