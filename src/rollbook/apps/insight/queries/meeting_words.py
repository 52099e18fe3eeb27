"""Why a pupil's parents are called to a meeting, in words for the parents: as the page says it that leads there."""

from datetime import datetime

from rollbook.apps.insight.queries.concern import concern_words
from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.apps.insight.queries.patterns import pupil_patterns
from rollbook.apps.insight.queries.punctuality import LateAsked, LatePupil, punctuality
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.law import words_for_day
from rollbook.domain.meetings import Origin
from rollbook.domain.periods import Period, PeriodKind, period_on
from rollbook.ui.words import short_day

_PERIODS = (PeriodKind.HALF_TERM, PeriodKind.YEAR)
# More days than this make a letter unreadable; the count says the rest.
_MOST_DAYS = 12


def meeting_words(viewer: Viewer, pupil_id: int, origin: str, now: datetime) -> list[str]:
    """The facts behind a call, a sentence each; none where the viewer may not see figures or there is nothing to say.

    The queries of the page that the call comes from.
    """
    if not viewer.may(Permission.MEASURES_VIEW):
        return []
    if origin == Origin.PUNCTUALITY:
        return _late_words(viewer, pupil_id, now)
    if origin == Origin.PATTERN:
        return _pattern_words(viewer, pupil_id, now)
    return concern_words(viewer, pupil_id, now)


def _late_words(viewer: Viewer, pupil_id: int, now: datetime) -> list[str]:
    """Lateness of this half term, or of the year where there is none in it."""
    calendar = timetable(viewer).calendar
    for kind in _PERIODS:
        period = period_on(calendar, kind, now.date())
        if period is None:
            continue
        found = punctuality(viewer, LateAsked(period, DIMENSIONS["group"]), now)
        for row in found.rows:
            if row.member.id == pupil_id:
                return [_counted(row, period), *_days(row), *_repeated(row)]
    return []


def _counted(row: LatePupil, period: Period) -> str:
    after = sum(late.code == "U" for late in row.lates)
    count = len(row.lates)
    sessions = "1 session" if count == 1 else f"{count} sessions"
    minutes = f", {row.lost.minutes} minutes in all" if row.lost.minutes else ""
    closed = f", {after} of them after the register had closed" if after else ""
    days = f"{words_for_day(period.first_day)} to {words_for_day(period.last_day)}"
    return f"{row.member.forename} came late in {sessions} from {days}{minutes}{closed}."


def _days(row: LatePupil) -> list[str]:
    shown = sorted(row.lates)[-_MOST_DAYS:]
    last = "The last of them" if len(shown) < len(row.lates) else "They were"
    listed = ", ".join(f"{short_day(late.on)} ({late.session.words})" for late in shown)
    return [f"{last}: {listed}."]


def _repeated(row: LatePupil) -> list[str]:
    found = row.finding
    if not found.answer.is_repeated:
        return []
    within = f"{found.facts['lates']} late sessions lie within {found.facts['school_days']} school days"
    return [f"{within}; the school asks for a talk from {found.facts['least']} on."]


def _pattern_words(viewer: Viewer, pupil_id: int, now: datetime) -> list[str]:
    period = period_on(timetable(viewer).calendar, PeriodKind.YEAR, now.date())
    found = None if period is None else pupil_patterns(viewer, pupil_id, period, now)
    return [each.finding.because for each in ([] if found is None else found.found) if each.is_marked]
