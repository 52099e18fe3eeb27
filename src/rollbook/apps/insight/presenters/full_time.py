"""Who is not at school full-time, in words: what they are offered, since when, until when, by what arrangement."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from rollbook.apps.absence.queries.arrangements import Arrangement
from rollbook.apps.insight.queries.full_time import FullTimeReport, NotFullTime
from rollbook.domain.full_time import REPEATED, Cause, agreed_share
from rollbook.domain.rates import percent
from rollbook.ui.words import short_day_with_year

FILE_HEADINGS = (
    "Surname", "Forename", "Group", "Why", "Sessions of full time", "Attended at school", "Offered at school, absent",
    "Elsewhere", "Without education", "Not marked", "Offered of full time", "Since", "Until", "Next review",
    "Agreements", "Codes",
)  # fmt: skip


def full_time_context(found: FullTimeReport, today: date) -> dict[str, Any]:
    """Everything `insight/full_time.html` needs but its form."""
    counts = {cause: sum(cause in row.found.causes for row in found.rows) for cause in Cause}
    return {
        "found": found,
        "period": found.period,
        "rows": [_row(row, found, today) for row in found.rows],
        "causes": [{"words": cause.words, "count": count} for cause, count in counts.items()],
        "repeated": REPEATED,
    }


def file_rows(found: FullTimeReport) -> Iterator[list[str | int]]:
    """The list as lines of a file."""
    for row in found.rows:
        of = row.found
        yield [
            row.member.surname,
            row.member.forename,
            row.member.group_name,
            _causes(row),
            of.full,
            of.attended,
            of.absent,
            of.elsewhere,
            of.without,
            of.unmarked,
            percent(of.offered_rate),
            row.since.isoformat(),
            row.until.isoformat() if row.until else "",
            row.next_review.isoformat() if row.next_review else "",
            "; ".join(_agreement_words(each) for each in row.arrangements),
            ", ".join(f"{symbol} {count}" for symbol, count in of.by_code.items()),
        ]


def _row(row: NotFullTime, found: FullTimeReport, today: date) -> dict[str, Any]:
    of = row.found
    return {
        "member": row.member,
        "url": _pupil_url(row, found),
        "causes": _causes(row),
        "found": of,
        "rate": of.offered_rate,
        "because": row.finding.because,
        "codes": [
            {"symbol": symbol, "count": count, "url": f"{_pupil_url(row, found, symbol)}#behind"}
            for symbol, count in of.by_code.items()
        ],
        "since": short_day_with_year(row.since),
        "until": short_day_with_year(row.until) if row.until else "not said",
        "next_review": short_day_with_year(row.next_review) if row.next_review else "",
        "is_review_due": row.next_review is not None and row.next_review <= today,
        "agreements": [{"words": _agreement_words(each), "url": each.url} for each in row.arrangements],
    }


def _agreement_words(each: Arrangement) -> str:
    """The record with its part of a full week, and its days: "… , 5 of 10 half-days a week (50.0% of full time)"."""
    share = ""
    if each.at_school is not None:
        share = f", {len(each.at_school)} of 10 half-days a week ({percent(agreed_share(each.at_school), 0)})"
    return (
        f"{each.words}{share}, {short_day_with_year(each.first_day)} to {short_day_with_year(each.last_day)}"
    )


def _causes(row: NotFullTime) -> str:
    return ", ".join(cause.words for cause in row.found.causes)


def _pupil_url(row: NotFullTime, found: FullTimeReport, code: str = "") -> str:
    query = {"on": found.period.last_day} | ({"code": code} if code else {})
    return f"{reverse('registers:pupil', args=[row.member.id])}?{urlencode(query)}"
