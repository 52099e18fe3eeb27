"""The attendance certificate: what is on it, for the page, the PDF and the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from rollbook.apps.registers.queries.marks import is_marked
from rollbook.apps.registers.queries.span import PupilSpan
from rollbook.apps.reports.presenters.marks import NOBODY, Amendment, amendments_of, cell, minutes_words
from rollbook.apps.schools.queries import School
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.codes import BY_SYMBOL, Category
from rollbook.domain.marks import SchoolSession
from rollbook.domain.rates import (
    Totals,
    absence_rate,
    attendance_rate,
    authorised_rate,
    percent,
    unauthorised_rate,
)
from rollbook.domain.spans import Span
from rollbook.ui.kinds import title_of
from rollbook.ui.words import moment, plain_day, short_day

NAME = "Attendance certificate"
WITHHELD_NOTE = "Reasons that were given to the school office in confidence are not printed here."
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SCHOOL_WEEK = 5
# As many weeks stand above one another on a page that also holds the totals and some amendments.
_WEEKS_IN_A_COLUMN = 21


@dataclass(frozen=True)
class Certificate:
    """A certificate with everything in words. `weeks` are the rows of the grid, `weekdays` its columns."""

    name: str
    facts: list[tuple[str, str]]
    period: str
    weekdays: list[str]
    weeks: list[dict[str, Any]]
    totals: list[tuple[str, int, str]]
    codes: list[tuple[str, str, str, int]]
    late: str
    missing_count: int
    amendments: list[Amendment]
    withheld_note: str
    made: str


def certificate_of(viewer: Viewer, school: School, span: PupilSpan, now: datetime) -> Certificate:
    """A pupil's certificate for the days of `span`, as this viewer may see it."""
    amendments = amendments_of(viewer, span.amended)
    weekdays = _SCHOOL_WEEK if all(day.weekday() < _SCHOOL_WEEK for day in span.days) else len(_WEEKDAYS)
    return Certificate(
        name=f"{span.pupil.forename} {span.pupil.surname}",
        facts=_facts(viewer, school, span),
        period=f"{plain_day(span.first_day)} to {plain_day(span.last_day)}",
        weekdays=list(_WEEKDAYS[:weekdays]),
        weeks=_weeks(span, weekdays),
        totals=_totals(span.totals),
        codes=_codes(span, amendments),
        late=_late(span),
        missing_count=span.totals.missing,
        amendments=amendments,
        withheld_note=WITHHELD_NOTE if any(each.is_withheld for each in amendments) else "",
        made=f"Made on {moment(now)} by {viewer.name}, {viewer.position}",
    )


def paper(certificate: Certificate, school: School) -> dict[str, Any]:
    """The data of `reports/certificate.typ`."""
    rows = certificate.weeks
    columns = max(1, -(-len(rows) // _WEEKS_IN_A_COLUMN))
    length = -(-len(rows) // columns) or 1
    return {
        "title": f"{NAME}: {certificate.name}",
        "heading": NAME,
        "school": school.name,
        "address": _address(school),
        "facts": certificate.facts,
        "period": certificate.period,
        "weekdays": certificate.weekdays,
        "blocks": [rows[start : start + length] for start in range(0, len(rows), length)],
        "totals": certificate.totals,
        "codes": certificate.codes,
        "late": certificate.late,
        "missing": _missing_words(certificate.missing_count),
        "amendments": [
            [each.day_short, each.was_short, each.now_short, each.reason, each.when_words, each.by_words]
            for each in certificate.amendments
        ],
        "note": certificate.withheld_note,
        "made": certificate.made,
    }


HEADINGS = (
    "Date", "Session", "Code", "Meaning", "Counts as", "Minutes late", "Original entry", "Amended to", "Reason",
    "Amended on", "Amended by", "Position",
)  # fmt: skip


def file_rows(viewer: Viewer, span: PupilSpan) -> list[list[str]]:
    """The same as lines of a file: each half-day as it stands, and under it its amendments."""
    rows = []
    for half_day in sorted({*span.marks, *span.missing}):
        on, school_session = half_day
        head = [on.isoformat(), school_session.words]
        versions = span.marks.get(half_day, [])
        if is_marked(versions):
            standing, code = versions[-1], BY_SYMBOL[versions[-1].code]
            minutes = "" if standing.minutes_late is None else str(standing.minutes_late)
            rows.append([*head, code.symbol, code.title, code.category.words, minutes, *[""] * 6])
        else:
            rows.append([*head, "", title_of(None), "", "", *[""] * 6])
        rows += [
            [
                *head,
                *[""] * 4,
                each.was,
                each.now,
                each.reason,
                each.when_words,
                each.by_name,
                each.by_position,
            ]
            for each in amendments_of(viewer, [versions])
        ]
    return rows


def _address(school: School) -> str:
    lines = [line.strip() for line in school.address.splitlines() if line.strip()]
    return ", ".join(filter(None, [*lines, school.telephone]))


def _facts(viewer: Viewer, school: School, span: PupilSpan) -> list[tuple[str, str]]:
    pupil = span.pupil
    legal = " ".join(filter(None, [pupil.legal_forename, pupil.middle_names, pupil.legal_surname]))
    used = f"{pupil.forename} {pupil.surname}"
    facts = [("Name", legal)]
    if used != f"{pupil.legal_forename} {pupil.legal_surname}":
        facts.append(("Known as", used))
    facts.append(("Date of birth", plain_day(pupil.born_on)))
    if pupil.upn and viewer.may(Permission.PUPIL_VIEW_ANY):
        facts.append(("UPN", pupil.upn))
    if span.group is not None:
        facts.append(("Teaching group", span.group.name))
    spells = "; ".join(_spell(each.first_day, each.last_day) for each in span.enrolments)
    facts.append(("On roll", spells or "Not on the roll on any of these days"))
    if school.urn:
        facts.append(("School's URN", school.urn))
    return facts


def _spell(first_day: date, last_day: date | None) -> str:
    return f"{plain_day(first_day)} to {plain_day(last_day)}" if last_day else f"from {plain_day(first_day)}"


def _weeks(span: PupilSpan, weekdays: int) -> list[dict[str, Any]]:
    """A row a week that has a school day in it: the Monday's date, and a cell for each half-day."""
    school_days = set(span.days)
    mondays = sorted({day - timedelta(days=day.weekday()) for day in span.days})
    year = None
    rows = []
    for monday in mondays:
        words = short_day(monday).partition(" ")[2]
        rows.append(
            {
                "words": words if monday.year == year else f"{words} {monday.year}",
                "cells": [
                    _cell(span, monday + timedelta(days=number), school_session, school_days)
                    for number in range(weekdays)
                    for school_session in SchoolSession
                ],
            }
        )
        year = monday.year
    return rows


def _cell(span: PupilSpan, on: date, school_session: SchoolSession, school_days: set[date]) -> Any:
    half_day = (on, school_session)
    on_roll = any(on in Span(each.first_day, each.last_day) for each in span.enrolments)
    return cell(
        span.marks.get(half_day),
        is_missing=half_day in span.missing,
        is_expected=on in school_days and on_roll,
    )


def _totals(found: Totals) -> list[tuple[str, int, str]]:
    return [
        ("Possible sessions", found.possible, ""),
        ("Attended", found.attended, percent(attendance_rate(found))),
        ("Absent", found.absent, percent(absence_rate(found))),
        ("authorised", found.authorised, percent(authorised_rate(found))),
        ("unauthorised", found.unauthorised, percent(unauthorised_rate(found))),
    ]


_ORDER = list(Category)


def _codes(span: PupilSpan, amendments: Sequence[Amendment]) -> list[tuple[str, str, str, int]]:
    """Each code on the paper with its meaning, what it counts as and how often it stands, by category.

    A code that only an amendment names stands nowhere any more: its number is 0.
    """
    counts = span.totals.by_code
    codes = {BY_SYMBOL[symbol] for symbol in [*counts, *(each.was for each in amendments)]}
    ordered = sorted(codes, key=lambda code: (_ORDER.index(code.category), code.byte))
    return [(code.symbol, code.title, code.category.words, counts.get(code.symbol, 0)) for code in ordered]


def _late(span: PupilSpan) -> str:
    count = span.totals.late
    if not count:
        return "Never late."
    sessions = "1 session" if count == 1 else f"{count} sessions"
    return f"Late in {sessions}, {minutes_words(span.minutes_late)} in all."


def _missing_words(count: int) -> str:
    if not count:
        return ""
    if count == 1:
        return f"1 session was not marked by anybody ({NOBODY}): it counts neither as present nor as absent."
    return f"{count} sessions were not marked by anybody ({NOBODY}): they count neither as present nor as absent."
