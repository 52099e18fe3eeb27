"""A pupil's own attendance in words for a child of nine, and in shapes; the same on the page and on paper."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from rollbook.apps.insight.queries.own_view import OwnView, Stretch, Turned
from rollbook.domain.law import MONTHS
from rollbook.domain.own_view import Here, Turn, days_words
from rollbook.domain.periods import PeriodKind
from rollbook.ui.words import plain_day

SCHOOL_WEEK = 5
HERE_WORDS = {
    Here.ALL: "You were here",
    Here.HALF: "You were here for half the day",
    Here.NONE: "You were away",
}
_TURN_WORDS = {
    Turn.MORE: "You are here more than last half term. Well done!",
    Turn.SAME: "You are here about as much as last half term.",
    Turn.LESS: "You are here less than last half term. Tell us what would help you.",
    Turn.TOO_SOON: "It is too soon to say how this half term is going.",
}


def own_context(found: OwnView) -> dict[str, Any]:
    """Everything `insight/own_view.html` and `insight/own_view.typ` need."""
    return {
        "forename": found.pupil.forename,
        "stretches": [_stretch(each, alone=len(found.stretches) == 1) for each in found.stretches],
        "weeks": _weeks(found.days),
        "days_title": "Your days this term",
        "legend": [{"here": here.value, "words": words} for here, words in HERE_WORDS.items()],
        "turned": None if found.turned is None else _turned(found.turned),
        "aims": found.aims,
    }


def own_paper(found: OwnView, school: str, now: datetime) -> dict[str, Any]:
    """The data of `insight/own_view.typ`."""
    return own_context(found) | {
        "title": f"Time at school: {found.pupil.forename} {found.pupil.surname}",
        "heading": heading(found),
        "school": school,
        "made": f"Made on {plain_day(now)}. Days up to today.",
    }


def heading(found: OwnView) -> str:
    """The name of the page."""
    return f"{found.pupil.forename}, this is your time at school"


def _stretch(stretch: Stretch, *, alone: bool) -> dict[str, Any]:
    """The figures of a term or year, each with its words."""
    count = stretch.count
    is_year = stretch.period.kind is PeriodKind.YEAR
    title = "This school year so far" if is_year else "This term so far"
    facts = [
        _days_fact(count.here, "here", "good"),
        _days_fact(count.missed, "missed", ""),
        {"figure": str(count.on_time), "words": f"{_times(count.on_time)} on time", "look": "good"},
        {
            "figure": str(stretch.minutes),
            "words": f"{'minute' if stretch.minutes == 1 else 'minutes'} lost by being late",
            "look": "",
        },
    ]
    return {
        "title": "This term and this school year so far" if alone else title,
        "facts": facts if count.counted else [],
        "lines": _lines(stretch) if count.counted else ["There are no days to show yet."],
    }


def _days_fact(half_days: int, words: str, look: str) -> dict[str, str]:
    """The days as a figure with a half: "44½ days here"."""
    day = "day" if half_days in (1, 2) else "days"
    return {"figure": _figure(half_days), "words": f"{day} {words}", "look": look}


def _figure(half_days: int) -> str:
    whole, half = divmod(half_days, 2)
    return f"{whole or ''}½" if half else str(whole)


def _lines(stretch: Stretch) -> list[str]:
    count = stretch.count
    lines = [f"You were here for {days_words(count.here)} out of {days_words(count.counted)}."]
    lines.append(
        "You have not missed any time." if not count.missed else f"You missed {days_words(count.missed)}."
    )
    lines.append("You were never late." if not count.late else f"You came late {_so_often(count.late)}.")
    if count.best_first is not None and count.best_last is not None:
        days = "1 school day" if count.best == 1 else f"{count.best} school days in a row"
        span = (
            f"on {_day(count.best_first)}"
            if count.best == 1
            else f"from {_day(count.best_first)} to {_day(count.best_last)}"
        )
        lines.append(f"Your best run is {days}, {span}.")
        if count.run == count.best:
            lines.append("That is your run right now. Keep it up!")
        elif count.run > 1:
            lines.append(f"Your run right now is {count.run} days.")
    return lines


def _turned(turned: Turned) -> dict[str, str]:
    more = ""
    if turned.finding.answer is not Turn.TOO_SOON:
        more = (
            f"Last half term you were here for {days_words(turned.before.here)} out of "
            f"{days_words(turned.before.counted)}. This half term it is {days_words(turned.now.here)} out of "
            f"{days_words(turned.now.counted)}."
        )
    return {"words": _TURN_WORDS[turned.finding.answer], "more": more}


def _weeks(days: Sequence[tuple[date, Here]]) -> list[dict[str, Any]]:
    """A row for each week with a day that counts, Monday to Friday; None where a day does not count."""
    here_on = dict(days)
    mondays = sorted({day - timedelta(days=day.weekday()) for day in here_on})
    weeks = []
    for monday in mondays:
        week = [here_on.get(monday + timedelta(days=place)) for place in range(SCHOOL_WEEK)]
        weeks.append(
            {
                "words": _day(monday),
                "days": [
                    None if here is None else {"here": here.value, "words": HERE_WORDS[here]} for here in week
                ],
                "total": _week_total(week),
            }
        )
    return weeks


_HALVES = {None: 0, Here.NONE: 0, Here.HALF: 1, Here.ALL: 2}


def _week_total(week: Sequence[Here | None]) -> str:
    """ "4½ of 5": the days of a week that the pupil was here, of those that count."""
    return f"{_figure(sum(_HALVES[here] for here in week))} of {sum(here is not None for here in week)}"


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"


def _times(count: int) -> str:
    return "time" if count == 1 else "times"


def _so_often(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
