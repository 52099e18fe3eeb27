"""What is wrong with a calendar or with register times before they are kept?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations

from rollbook.domain.calendar_types import AcademicYearDates, ClosedSpan, Dates, DayTimes
from rollbook.domain.law import (
    GUIDANCE,
    POLICY,
    REGULATION_10_URL,
    REGULATIONS_2024,
    Citation,
    Confirmation,
    Dated,
    DatedValues,
    words_for_day,
)
from rollbook.domain.sessions import RegisterTimes, SchoolSession, minutes_after, words_for_time

_ONCE_EACH_SESSION = Citation(REGULATIONS_2024, "regulation 10(1)", Confirmation.CONFIRMED, REGULATION_10_URL)
_SAME_LENGTH = Citation(GUIDANCE, "how long a register stays open", Confirmation.SECONDARY)
_CALENDAR = Citation(POLICY, "section 4.1")

LONGEST_OPEN_MINUTES = DatedValues(Dated(30, date(2024, 8, 19), None, _SAME_LENGTH))
"""For how many minutes may a register stay open at most?"""


class IssueLevel(StrEnum):
    """Must it be mended, or only be known?"""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Issue:
    """What is wrong, in a sentence with what to do, and by which rule?"""

    level: IssueLevel
    message: str
    citation: Citation


def check_day_times(rows: Sequence[DayTimes]) -> list[Issue]:
    """What is wrong with these register times? Errors refuse them; warnings stand beside them."""
    issues = [*_check_repeats(rows)]
    for row in rows:
        issues += _check_order(row)
        issues += _check_longest(row)
    issues += _check_same_length(rows)
    return issues


def check_year(
    year: AcademicYearDates,
    closed: Iterable[ClosedSpan] = (),
    other_years: Iterable[AcademicYearDates] = (),
) -> list[Issue]:
    """What is wrong with this academic year, its terms, its closures and its place among the other years?"""
    messages = [*_check_ends(year), *_check_terms(year)]
    for span in closed:
        messages += _check_ends(span)
    for other in other_years:
        if _overlap(year, other):
            messages.append(
                f"{year.name} and {other.name} overlap; end one before the other begins, "
                "so that each day is in one year."
            )
    return [Issue(IssueLevel.ERROR, message, _CALENDAR) for message in messages]


def _check_repeats(rows: Sequence[DayTimes]) -> Iterator[Issue]:
    seen: set[tuple[int, date]] = set()
    for row in rows:
        key = (row.weekday, row.effective_from)
        if key in seen:
            yield Issue(
                IssueLevel.ERROR,
                f"{row.weekday_words} has two sets of times from {words_for_day(row.effective_from)}. "
                "Keep one of them.",
                _ONCE_EACH_SESSION,
            )
        seen.add(key)


def _check_order(row: DayTimes) -> Iterator[Issue]:
    for session in SchoolSession:
        times = row.of(session)
        if not times.opens_at < times.closes_at <= times.session_ends_at:
            yield Issue(
                IssueLevel.ERROR,
                f"{row.weekday_words} {session.words}: the register opens at "
                f"{words_for_time(times.opens_at)}, closes at {words_for_time(times.closes_at)} and the "
                f"session ends at {words_for_time(times.session_ends_at)}. "
                "Give three times that follow one another.",
                _ONCE_EACH_SESSION,
            )
    if row.pm.opens_at < row.am.session_ends_at:
        yield Issue(
            IssueLevel.ERROR,
            f"{row.weekday_words}: the afternoon register opens at {words_for_time(row.pm.opens_at)}, "
            f"before the morning session ends at {words_for_time(row.am.session_ends_at)}. "
            "Open it when the morning is over.",
            _ONCE_EACH_SESSION,
        )


def _check_longest(row: DayTimes) -> Iterator[Issue]:
    rule = LONGEST_OPEN_MINUTES
    # Times set before the rule began still have to meet it once it has.
    longest = rule.on(max(row.effective_from, min(dated.first_day for dated in rule)))
    for session in SchoolSession:
        times = row.of(session)
        latest = minutes_after(times.opens_at, longest.value)
        if times.closes_at > latest:
            yield Issue(
                IssueLevel.ERROR,
                f"{row.weekday_words} {session.words}: the register would be open for {times.open_minutes} "
                f"minutes. The longest allowed is {longest.value}; close it by {words_for_time(latest)}.",
                longest.citation,
            )


def _check_same_length(rows: Sequence[DayTimes]) -> Iterator[Issue]:
    for effective_from in sorted({row.effective_from for row in rows}):
        of_that_day = [row for row in rows if row.effective_from == effective_from]
        lengths = {times.open_minutes for row in of_that_day for times in (row.am, row.pm)}
        if len(lengths) > 1:
            yield Issue(
                IssueLevel.WARNING,
                f"From {words_for_day(effective_from)} the registers are not open for the same time "
                f"in every session: mornings {_lengths(row.am for row in of_that_day)}, "
                f"afternoons {_lengths(row.pm for row in of_that_day)}. "
                "The guidance asks for the same length each time; "
                "change the closing times, or tell the governors why.",
                _SAME_LENGTH,
            )


def _lengths(all_times: Iterable[RegisterTimes]) -> str:
    return " or ".join(
        f"{minutes} minutes" for minutes in sorted({times.open_minutes for times in all_times})
    )


def _check_ends(dates: Dates) -> Iterator[str]:
    if dates.last_day < dates.first_day:
        yield (
            f"{dates.name}: the last day, {words_for_day(dates.last_day)}, is before the first day, "
            f"{words_for_day(dates.first_day)}. Give a last day on or after the first."
        )


def _check_terms(year: AcademicYearDates) -> Iterator[str]:
    for term in year.terms:
        yield from _check_ends(term)
        if term.first_day < year.first_day or term.last_day > year.last_day:
            yield (
                f"{term.name} is not wholly within {year.name}, which goes from "
                f"{words_for_day(year.first_day)} to {words_for_day(year.last_day)}. "
                "Change the term or the year."
            )
    for one, other in combinations(year.terms, 2):
        if _overlap(one, other):
            yield f"{one.name} and {other.name} overlap; end one before the other begins."


def _overlap(one: Dates, other: Dates) -> bool:
    return one.first_day <= other.last_day and other.first_day <= one.last_day
