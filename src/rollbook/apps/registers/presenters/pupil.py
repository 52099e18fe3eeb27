"""The pupil page and the page of one mark, as their templates take them."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from rollbook.apps.registers.models import Entry, Movement
from rollbook.apps.registers.presenters.plans import records_of_pupil
from rollbook.apps.registers.presenters.words import (
    amendment_words,
    mark_words,
    moved_words,
    paper_words,
    reason_words,
)
from rollbook.apps.registers.queries.marks import Versions, saves_of
from rollbook.apps.registers.queries.pupil import PupilYear
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.calendar import DayKind
from rollbook.domain.codes import BY_SYMBOL, Category
from rollbook.domain.marks import SchoolSession
from rollbook.domain.rates import attendance_rate
from rollbook.domain.roll import age_on, year_group, year_group_words
from rollbook.ui.charts import HalfDay, bars, year_strip
from rollbook.ui.kinds import title_of

_BARS = (
    ("Present", Category.PRESENT, "present"),
    ("Approved activity elsewhere", Category.APPROVED_ACTIVITY, "other"),
    ("Authorised absence", Category.AUTHORISED, "other"),
    ("Unauthorised absence", Category.UNAUTHORISED, "noreason"),
)


def pupil_context(
    viewer: Viewer, year: PupilYear, now: datetime, moved: Sequence[Movement], symbol: str = ""
) -> dict[str, Any]:
    """Everything `registers/pupil.html` needs; `moved` is of today, `symbol` the code whose sessions are listed."""
    pupil = year.pupil
    today = now.date()
    by_code = _by_code(year, today)
    shown_on = min(today, year.last_day)
    return {
        "pupil": pupil,
        "group": year.group,
        "on_shown": shown_on,
        "behind": _behind(year, symbol),
        "year_words": year_group_words(
            year_group(pupil.born_on, min(today, year.last_day, year.last_on_roll), pupil.year_offset)
        ),
        "age": age_on(pupil.born_on, today),
        "status": _status(year, today),
        "may_see_details": viewer.may(Permission.PUPIL_VIEW_ANY),
        "may_plan": viewer.may(Permission.PLANNED_RECORD),
        "may_amend": viewer.may(Permission.REGISTER_AMEND),
        "strip": _strip(year),
        "year_name": _year_name(year),
        "years": _years(year, today),
        "totals": year.totals,
        "rate": attendance_rate(year.totals),
        "missing_count": year.missing_count,
        "uncounted_count": year.uncounted_count,
        "minutes_lost": year.minutes_lost,
        "bars": bars([(words, _count(year, category), kind) for words, category, kind in _BARS]),
        "not_counted": _count(year, Category.NOT_POSSIBLE),
        "by_code": by_code,
        "amended": [_amended(viewer, year, versions) for versions in year.amended],
        **_planned(viewer, year, today),
        "today_marks": _today(year, today),
        "moved": moved_words(viewer, moved),
    }


def _planned(viewer: Viewer, year: PupilYear, today: date) -> dict[str, Any]:
    """What is agreed and planned: the records for those who see every pupil, what registers show for a teacher."""
    if not viewer.may(Permission.PUPIL_VIEW_ANY):
        return {"plans": year.plans, "records": []}
    records = records_of_pupil(viewer, year.pupil.pk, year.plans, today)
    return {"plans": [plan for plan in year.plans if not plan.source], "records": records}


def _status(year: PupilYear, today: date) -> str:
    """Where the pupil stands on the roll; "" for one on roll today."""
    if any(e.first_day <= today and (e.last_day is None or e.last_day >= today) for e in year.enrolments):
        return ""
    later = [e.first_day for e in year.enrolments if e.first_day > today]
    if later:
        return f"Starts on {min(later).day} {min(later):%B %Y}"
    left = [e.last_day for e in year.enrolments if e.last_day is not None]
    return f"Left on {max(left).day} {max(left):%B %Y}" if left else "Not on the roll"


def _count(year: PupilYear, category: Category) -> int:
    return sum(1 for symbol in year.counted.values() if symbol and BY_SYMBOL[symbol].category is category)


def _behind(year: PupilYear, symbol: str) -> dict[str, Any] | None:
    """The sessions behind a figure: those with one code, latest first; None where no code was asked for."""
    found = [(on, each) for (on, each), code in year.counted.items() if code and code == symbol]
    if not found:
        return None
    sessions = [
        {
            "on": on,
            "words": each.words,
            "url": reverse("registers:mark", args=[year.pupil.pk, on, each.value]),
        }
        for on, each in sorted(found, reverse=True)
    ]
    return {"symbol": symbol, "sessions": sessions}


def _by_code(year: PupilYear, today: date) -> list[dict[str, Any]]:
    """Each code used this year with its count, most used first, and the link to its sessions."""
    counts = Counter(symbol for symbol in year.counted.values() if symbol)
    on = min(today, year.last_day).isoformat()
    return [
        {
            "symbol": symbol,
            "title": title_of(symbol),
            "count": count,
            "category": BY_SYMBOL[symbol].category.words,
            "url": f"?{urlencode({'on': on, 'code': symbol})}#behind",
        }
        for symbol, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def _year_name(year: PupilYear) -> str:
    named = next((each.name for each in year.years if each.first_day == year.first_day), "")
    return named or f"{year.first_day.year}/{year.last_day.year % 100}"


def _years(year: PupilYear, today: date) -> list[dict[str, Any]]:
    """The academic years this pupil can be looked at in."""
    return [
        {
            "words": each.name,
            "href": f"{reverse('registers:pupil', args=[year.pupil.pk])}?on={min(today, each.last_day)}",
            "current": each.first_day == year.first_day,
        }
        for each in year.years
        if each.first_day <= today
        and any(
            e.first_day <= each.last_day and (e.last_day is None or e.last_day >= each.first_day)
            for e in year.enrolments
        )
    ]


def _strip(year: PupilYear) -> Any:
    amended = {(versions[0].on, versions[0].session) for versions in year.amended}
    half_days = [
        HalfDay(
            on=on,
            session=school_session,
            symbol=symbol or None,
            words=title_of(symbol or None),
            url=reverse("registers:mark", args=[year.pupil.pk, on, school_session.value]),
            is_amended=(on, school_session.value) in amended,
        )
        for (on, school_session), symbol in year.marks.items()
    ]
    return year_strip(year.first_day, year.last_day, half_days, _closed(year), year.ahead)


def _closed(year: PupilYear) -> dict[date, str]:
    """The weekdays without school, each with why."""
    closed = {}
    day = year.first_day
    while day <= year.last_day:
        if day.weekday() < 5:
            found = year.calendar.day(day)
            if found.answer is not DayKind.SCHOOL_DAY:
                closed[day] = str(found.facts.get("name") or found.answer.words)
        day += timedelta(days=1)
    return closed


def _amended(viewer: Viewer, year: PupilYear, versions: Versions) -> dict[str, Any]:
    first = versions[0]
    school_session = SchoolSession(first.session)
    return {
        "on": first.on,
        "session_words": school_session.words,
        "url": reverse("registers:mark", args=[year.pupil.pk, first.on, school_session.value]),
        "original": first.code,
        "now": versions[-1].code,
        "lines": [amendment_words(viewer, before, after) for before, after in pairwise(versions)],
    }


def _today(year: PupilYear, today: date) -> list[dict[str, Any]]:
    return [
        {
            "words": school_session.words,
            "symbol": year.marks[today, school_session],
            "url": reverse("registers:mark", args=[year.pupil.pk, today, school_session.value]),
        }
        for school_session in SchoolSession
        if (today, school_session) in year.marks
    ]


def mark_context(
    viewer: Viewer,
    year: PupilYear,
    on: date,
    school_session: SchoolSession,
    versions: Versions,
    moved: Sequence[Movement],
) -> dict[str, Any]:
    """Everything `registers/mark.html` needs but its form."""
    saves = saves_of(versions)
    calendar = year.calendar
    return {
        "pupil": year.pupil,
        "group": year.group,
        "on": on,
        "session_words": school_session.words,
        "latest": versions[-1] if versions else None,
        "is_missing": not versions and (on, school_session) in year.marks,
        "because": ""
        if versions or (on, school_session) in year.marks
        else _why_no_mark(year, on, school_session),
        "history": [
            _version(viewer, place, entry, versions) | {"paper": paper_words(saves[entry.save_made_id])}
            for place, entry in enumerate(versions)
        ][::-1],
        "moved": moved_words(viewer, moved),
        "times": calendar.times(on, school_session),
        "pupil_url": f"{reverse('registers:pupil', args=[year.pupil.pk])}?on={on}",
        "may_amend": viewer.may(Permission.REGISTER_AMEND),
    }


def _why_no_mark(year: PupilYear, on: date, school_session: SchoolSession) -> str:
    found = year.calendar.day(on)
    if found.answer is not DayKind.SCHOOL_DAY:
        return found.because
    if not any(e.first_day <= on and (e.last_day is None or on <= e.last_day) for e in year.enrolments):
        return f"{year.pupil.forename} was not on the roll on this day."
    times = year.calendar.times(on, school_session)
    hours = f" It is open from {times.opens_at:%H:%M} to {times.closes_at:%H:%M}." if times else ""
    return f"Not marked yet: this register has not closed.{hours}"


def _version(viewer: Viewer, place: int, entry: Entry, versions: Versions) -> dict[str, Any]:
    return {
        "name": "Original entry"
        if place == 0
        else ("Amendment" if len(versions) == 2 else f"Amendment {place}"),
        "stands": place == len(versions) - 1,
        "entry": entry,
        "words": mark_words(entry),
        "reason": reason_words(viewer, entry),
        "was": versions[place - 1].code if place else "",
    }
