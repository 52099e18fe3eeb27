"""What the figures add to a pupil's page, in words and pictures."""

from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.urls import reverse

from rollbook.apps.insight.presenters.words import behind_url, change, change_words, month_names
from rollbook.apps.insight.queries.ground import Measures
from rollbook.apps.insight.queries.pupil import Ahead, PupilInsight, Ruler, Spell, WeekdaySlot, pupil_insight
from rollbook.apps.registers.queries.pupil import PupilYear
from rollbook.apps.registers.queries.register import groups_taken
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.forecasts import Outlook
from rollbook.domain.periods import Period, PeriodKind
from rollbook.domain.rates import (
    Totals,
    agreed_timetable_rate,
    attendance_rate,
    authorised_rate,
    is_persistently_absent,
    is_severely_absent,
    late_rate,
    percent,
    unauthorised_rate,
)
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.thresholds import (
    SESSIONS_EARLY,
    SESSIONS_MET,
    SESSIONS_NEAR,
    Missed,
    Nearness,
    monday_of,
)
from rollbook.ui.charts import LineChart, RateBar, Series, line_chart, rate_bars
from rollbook.ui.kinds import kind_of, title_of
from rollbook.ui.parts import Part
from rollbook.ui.words import short_day

_LINE = Fraction(9, 10)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
# Below so many sessions in a half-day of the week, one absence more moves its share by over ten points.
_ENOUGH_SESSIONS = 8


def parts(viewer: Viewer, now: datetime, year: PupilYear) -> dict[str, Part]:
    """The parts for those who may see figures of any pupil, and for the teacher of the pupil's own group."""
    if not (viewer.may(Permission.MEASURES_VIEW) or _is_own(viewer, year, now.date())):
        return {}
    found = pupil_insight(viewer, year, now)
    if found is None or not year.totals.possible:
        return {}
    main = {
        "pupil": year.pupil,
        "status": _status(year.totals),
        "ahead": None if found.ahead is None else _ahead(found.ahead, year.totals),
        "line": _line(found),
        "line_title": _line_title(found),
        "weekdays": _weekdays(found.slots),
        "weekday_title": _weekday_title(found.slots),
        "ruler": None if found.ruler is None else _ruler(found.ruler, year),
    }
    aside = {
        "beside": _beside(viewer, found),
        "agreed": _agreed(year.totals),
        "history": _history([each for each in found.history if each.kind is not PeriodKind.HALF_TERM], year),
        "half_terms": _history([each for each in found.history if each.kind is PeriodKind.HALF_TERM], year),
    }
    return {
        "main": Part("insight/pupil_main.html", main),
        "aside": Part("insight/pupil_aside.html", aside),
    }


def _is_own(viewer: Viewer, year: PupilYear, today: date) -> bool:
    return (
        viewer.may(Permission.PUPIL_VIEW_OWN)
        and year.group is not None
        and year.group.id in groups_taken(viewer, today)
    )


def _status(totals: Totals) -> dict[str, str]:
    """Whether the pupil is persistently or severely absent, and why that is so."""
    persistent, severe = is_persistently_absent(totals), is_severely_absent(totals)
    if severe.answer:
        return {"words": "Severely absent", "look": "alarm", "because": severe.because}
    if persistent.answer:
        return {"words": "Persistently absent", "look": "warn", "because": persistent.because}
    return {"words": "Not persistently absent", "look": "good", "because": persistent.because}


def _ahead(ahead: Ahead, totals: Totals) -> list[dict[str, str]]:
    """How far it is to or from persistent absence: a line each for what comes next, the term and the year."""
    lines = []
    by_year, by_term = ahead.by_year, ahead.by_term
    if by_term is not None and by_term.answer.clear_on is not None:
        words = _leaves(
            by_term.answer.clear_on,
            by_term.answer.attend_in_a_row or 0,
            f", before the {_lower(ahead.term)} ends",
        )
        return [{"words": words, "because": by_term.because}]
    if ahead.left.answer:
        lines.append({"words": _may_miss_next(ahead.left.answer), "because": ahead.left.because})
    if by_term is not None and ahead.term_last_day is not None:
        end = f"By the end of the {_lower(ahead.term)} ({short_day(ahead.term_last_day)})"
        lines.append({"words": _by(end, by_term.answer, totals), "because": by_term.because})
    words = _by("By the end of the year", by_year.answer, totals)
    lines.append({"words": words, "because": by_year.because})
    return lines


def _may_miss_next(left: int) -> str:
    """The next `left` sessions missed in a row would be one too many, so one fewer may be missed."""
    if left == 1:
        return "The very next session missed would make persistent absence."
    return f"May miss {_sessions(left - 1, 'more ')} before persistent absence; {left} in a row would be it."


def _by(end: str, outlook: Outlook, totals: Totals) -> str:
    """What can still become of it by then. "Present" is meant: every session to come attended."""
    if not outlook.to_come:
        return f"{end}: no session is still to come."
    if outlook.attend_in_a_row is None:
        best = Fraction(totals.attended + outlook.to_come, totals.possible + outlook.to_come)
        return (
            f"{end}: persistent absence can't be left any more. Present at all {_sessions(outlook.to_come)} to come, "
            f"attendance would be {percent(best)}."
        )
    if outlook.clear_on is not None:
        return f"{end}: {_lower(_leaves(outlook.clear_on, outlook.attend_in_a_row or 0))}"
    return (
        f"{end}: may miss {outlook.may_miss} of the {_sessions(outlook.to_come)} to come and stay out of it."
    )


def _leaves(clear_on: date, in_a_row: int, when: str = "") -> str:
    return (
        f"Can leave persistent absence on {short_day(clear_on)}{when}, if present at each of the next "
        f"{_sessions(in_a_row)}."
    )


def _sessions(count: int, more: str = "") -> str:
    return f"1 {more}session" if count == 1 else f"{count:,} {more}sessions"


def _lower(name: str) -> str:
    """A term's name within a sentence: "autumn term"."""
    return name[:1].lower() + name[1:]


def _line(found: PupilInsight) -> LineChart:
    """The pupil's attendance of the year so far at the end of each week, with the year group's and the 90% line."""
    places = [f"Up to the week of {short_day(week.monday)}" for week in found.weeks]
    series = [Series("90% line", "aim", [_LINE] * len(places))]
    if found.group is not None:
        series.append(Series(found.group_words, "before", [week.others for week in found.weeks]))
    series.append(Series(found.year.pupil.forename, "now", [week.own for week in found.weeks]))
    names = month_names([week.monday for week in found.weeks])
    return line_chart(series, places, names, f"{_line_title(found)}.")


def _line_title(found: PupilInsight) -> str:
    own = attendance_rate(found.year.totals)
    if found.group is None:
        return f"Attendance so far: {percent(own)}"
    moved = change(own, attendance_rate(found.group.totals))
    return f"Attendance so far: {percent(own)}, {change_words(moved, found.group_words)}"


def _weekdays(slots: list[WeekdaySlot]) -> list[dict[str, Any]]:
    """A row a weekday, its morning and its afternoon beside each other."""
    rows: list[dict[str, Any]] = []
    for weekday, name in enumerate(_WEEKDAYS):
        bars: list[RateBar] = rate_bars(
            (each.session.words, each.attended, each.possible) for each in slots if each.weekday == weekday
        )
        rows.append({"name": name, "bars": bars})
    return rows


def _weekday_title(slots: list[WeekdaySlot]) -> str:
    """Which half-day of the week is lowest, where there are sessions enough to say so."""
    known = [each for each in slots if each.possible]
    if not known or min(each.possible for each in known) < _ENOUGH_SESSIONS:
        return "By weekday: too few sessions to tell days apart"
    share = min(Fraction(each.attended, each.possible) for each in known)
    lowest = [each for each in known if Fraction(each.attended, each.possible) == share]
    if len(lowest) == len(known):
        return f"By weekday: {percent(share)} in every half-day"
    day = _WEEKDAYS[lowest[0].weekday]
    of = sum(each.possible for each in lowest)
    if len(lowest) == 1:
        half = "mornings" if lowest[0].session is SchoolSession.AM else "afternoons"
        return f"By weekday: lowest on {day} {half}, {percent(share)} of {of} sessions"
    if {each.weekday for each in lowest} == {lowest[0].weekday}:
        return f"By weekday: lowest on {day}s, {percent(share)} of {of} sessions"
    return f"By weekday: lowest {percent(share)}, in {len(lowest)} half-days of the week"


_NEARNESS = {
    Nearness.NONE: ("", ""),
    Nearness.EARLY: (f"Early warning: {SESSIONS_EARLY} or more", "warn"),
    Nearness.NEAR: (f"Near: {SESSIONS_NEAR} or more", "warn"),
    Nearness.MET: (f"Met: {SESSIONS_MET} or more", "alarm"),
}


def _ruler(ruler: Ruler, year: PupilYear) -> dict[str, Any]:
    """Ten school weeks side by side, each with its unauthorised sessions."""
    standing = ruler.standing.answer
    words, look = _NEARNESS[standing.nearness]
    by_week: dict[date, list[Missed]] = {monday: [] for monday in ruler.weeks}
    for missed in standing.sessions:
        by_week.setdefault(monday_of(missed.on), []).append(missed)
    return {
        "count": len(standing.sessions),
        "confirmed": standing.confirmed,
        "provisional": standing.provisional,
        "met": SESSIONS_MET,
        "nearness": words,
        "look": look,
        "is_met_by_provisional": standing.nearness is Nearness.MET and standing.confirmed < SESSIONS_MET,
        "because": ruler.standing.because,
        "weeks": [
            {"monday": monday, "sessions": [_missed(each, year) for each in sessions]}
            for monday, sessions in sorted(by_week.items())
        ],
    }


def _missed(missed: Missed, year: PupilYear) -> dict[str, str]:
    provisional = ", provisional" if missed.is_provisional else ""
    return {
        "code": missed.code,
        "kind": kind_of(missed.code).value,
        "is_provisional": "1" if missed.is_provisional else "",
        "words": f"{short_day(missed.on)} {missed.session.words}: {title_of(missed.code)}{provisional}",
        "url": reverse("registers:mark", args=[year.pupil.pk, missed.on, missed.session.value]),
    }


def _beside(viewer: Viewer, found: PupilInsight) -> dict[str, Any]:
    """The pupil's rates beside those of the year group and the school."""
    year = found.year
    period = Period(PeriodKind.YEAR, "", year.first_day, year.last_day, year.last_day)
    names = viewer.may(Permission.MEASURES_VIEW)
    rows = [_rates(year.pupil.forename, year.totals, None, "")]
    if found.group is not None:
        url = behind_url(period, which="all", by="year-group", group=found.group_words) if names else ""
        rows.append(_rates(found.group_words, found.group.totals, found.group, url))
    url = behind_url(period, which="all") if names else ""
    rows.append(_rates("School", found.school.totals, found.school, url))
    return {"rows": rows, "is_group_hidden": found.group is None, "group": found.group_words}


def _rates(words: str, of: Totals, measures: Measures | None, url: str) -> dict[str, Any]:
    return {
        "words": words,
        "pupils": None if measures is None else measures.pupils,
        "url": url,
        "attendance": attendance_rate(of),
        "authorised": authorised_rate(of),
        "unauthorised": unauthorised_rate(of),
        "late": late_rate(of),
    }


def _agreed(totals: Totals) -> dict[str, Any] | None:
    """Attendance against a part-time timetable, beside the DfE's and never in its place; None without one."""
    leave = totals.by_code.get("C2", 0)
    if not leave:
        return None
    return {
        "rate": attendance_rate(totals),
        "of": _of(totals.attended, totals.possible),
        "agreed": agreed_timetable_rate(totals),
        "agreed_of": _of(totals.attended, totals.possible - leave),
        "leave": leave,
    }


def _of(count: int, of: int) -> str:
    return f"{count:,} of {_sessions(of)}"


def _history(spells: list[Spell], year: PupilYear) -> list[dict[str, Any]]:
    """Each of these with its rate and whether it was persistent or severe absence; half terms name their year."""
    return [
        {
            "name": spell.name,
            "is_year": spell.kind is PeriodKind.YEAR,
            "year": spell.year,
            "so_far": not spell.is_over,
            "rate": spell.rate,
            "of": _of(spell.totals.attended, spell.totals.possible),
            "words": "Severe" if spell.is_severe else "Persistent" if spell.is_persistent else "",
            "look": "alarm" if spell.is_severe else "warn",
            "url": f"{reverse('registers:pupil', args=[year.pupil.pk])}?on={spell.last_day.isoformat()}",
        }
        for spell in spells
    ]
