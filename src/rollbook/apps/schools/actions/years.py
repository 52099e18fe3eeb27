"""Academic years with their terms: set up, changed, removed."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from rollbook.apps.schools.actions.changing import note_change, one_at_a_time
from rollbook.apps.schools.actions.entries import (
    MarksOn,
    entry_facts,
    entry_refusals,
    raise_if_any,
    refuse_hidden_marks,
)
from rollbook.apps.schools.models import AcademicYear, CalendarEntry, Term
from rollbook.apps.schools.queries.timetables import bank_holidays, read_timetable
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.calendar import AcademicYearDates, ClosedSpan, SchoolCalendar, check_year
from rollbook.domain.refusals import Refusal, Refused

LONGEST_YEAR_DAYS = 380
_NAME_LENGTH, _TERM_NAME_LENGTH = 20, 30


def set_up_academic_year(
    *,
    viewer: Viewer,
    year: AcademicYearDates,
    entries: Sequence[ClosedSpan] = (),
    by: Actor,
    at: datetime,
) -> AcademicYear:
    """Adds an academic year with its terms and the days closed in it, all or none.

    Errors: Refused; a refusal about entry n has the field `entry-n`.
    """
    with transaction.atomic():
        one_at_a_time(viewer)
        refuse_plan(viewer, year, entries)
        rows = _rows(viewer, entries)
        row = AcademicYear.objects.create(
            school_id=viewer.school_id,
            name=year.name.strip(),
            first_day=year.first_day,
            last_day=year.last_day,
        )
        _put_terms(row, year)
        CalendarEntry.objects.bulk_create(rows)
        note_change(
            school_id=viewer.school_id,
            type="calendar.year.set_up",
            subject=f"academic-year:{row.pk}",
            facts=_year_facts(year) | {"entries": [entry_facts(entry) for entry in rows]},
            by=by,
            at=at,
        )
    return row


def change_academic_year(
    *,
    viewer: Viewer,
    year_id: int,
    year: AcademicYearDates,
    marks_on: MarksOn,
    is_confirmed: bool = False,
    by: Actor,
    at: datetime,
) -> AcademicYear:
    """Gives a year other dates or other terms. Errors: Refused; `is_confirmed` where days with marks would close."""
    with transaction.atomic():
        one_at_a_time(viewer)
        row = _year(viewer, year_id)
        before = read_timetable(viewer.school_id).calendar
        was = next(each for each in before.years if each.name == row.name)
        if was == year:
            return row
        raise_if_any(year_refusals(year, [each for each in before.years if each != was]))
        row.name, row.first_day, row.last_day = year.name.strip(), year.first_day, year.last_day
        row.save()
        _put_terms(row, year)
        affected = (min(was.first_day, year.first_day), max(was.last_day, year.last_day))
        refuse_hidden_marks(viewer.school_id, before, affected, marks_on, is_confirmed=is_confirmed)
        note_change(
            school_id=viewer.school_id,
            type="calendar.year.changed",
            subject=f"academic-year:{row.pk}",
            facts={"from": _year_facts(was), "to": _year_facts(year)},
            by=by,
            at=at,
        )
    return row


def remove_academic_year(
    *,
    viewer: Viewer,
    year_id: int,
    marks_on: MarksOn,
    is_confirmed: bool = False,
    by: Actor,
    at: datetime,
) -> None:
    """Removes a year with its terms and the entries within it. Errors: Refused, as for changing one."""
    with transaction.atomic():
        one_at_a_time(viewer)
        row = _year(viewer, year_id)
        before = read_timetable(viewer.school_id).calendar
        was = next(each for each in before.years if each.name == row.name)
        within = CalendarEntry.objects.filter(
            school_id=viewer.school_id, first_day__gte=row.first_day, last_day__lte=row.last_day
        )
        facts = _year_facts(was) | {"entries": [entry_facts(entry) for entry in within]}
        number = row.pk
        within.delete()
        row.delete()
        affected = (was.first_day, was.last_day)
        refuse_hidden_marks(viewer.school_id, before, affected, marks_on, is_confirmed=is_confirmed)
        note_change(
            school_id=viewer.school_id,
            type="calendar.year.removed",
            subject=f"academic-year:{number}",
            facts=facts,
            by=by,
            at=at,
        )


def refuse_plan(viewer: Viewer, year: AcademicYearDates, entries: Sequence[ClosedSpan]) -> None:
    """Says what would keep this year from being set up, and changes nothing. Errors: Refused."""
    raise_if_any(year_refusals(year, read_timetable(viewer.school_id).calendar.years))
    raise_if_any(_entries_refusals(year, _rows(viewer, entries)))


def year_refusals(year: AcademicYearDates, others: Iterable[AcademicYearDates]) -> list[Refusal]:
    """What is wrong with an academic year, beside the other years of the school?"""
    others = list(others)
    refusals = []
    name = year.name.strip()
    if not name:
        refusals.append(Refusal("name", "Give the year a name, for example '2026/27'."))
    if len(name) > _NAME_LENGTH:
        refusals.append(Refusal("name", f"Keep the year's name to {_NAME_LENGTH} characters."))
    if any(other.name.casefold() == name.casefold() for other in others):
        refusals.append(Refusal("name", f"There is an academic year {name} already."))
    if (year.last_day - year.first_day).days > LONGEST_YEAR_DAYS:
        message = "An academic year can't be this long. Check the year in both dates."
        return [*refusals, Refusal("last_day", message)]
    if not year.terms:
        refusals.append(Refusal("", "Give the year at least one term, with its first and last day."))
    for number, term in enumerate(year.terms):
        if not 0 < len(term.name.strip()) <= _TERM_NAME_LENGTH:
            message = f"Give every term a name of at most {_TERM_NAME_LENGTH} characters."
            refusals.append(Refusal(f"term-{number}", message))
    return [*refusals, *(Refusal("", issue.message) for issue in check_year(year, (), others))]


def _rows(viewer: Viewer, entries: Iterable[ClosedSpan]) -> list[CalendarEntry]:
    return [
        CalendarEntry(
            school_id=viewer.school_id,
            kind=span.kind.value,
            name=span.name.strip(),
            first_day=span.first_day,
            last_day=span.last_day,
        )
        for span in entries
    ]


def _entries_refusals(year: AcademicYearDates, rows: Sequence[CalendarEntry]) -> list[Refusal]:
    calendar = SchoolCalendar(years=(year,), closed=(), bank_holidays=bank_holidays((year,)), day_times=())
    return [
        Refusal(f"entry-{number}", f"{row.name or 'An entry without a name'}: {refusal.message}")
        for number, row in enumerate(rows)
        for refusal in entry_refusals(row, calendar, rows[:number])
    ]


def _put_terms(row: AcademicYear, year: AcademicYearDates) -> None:
    row.terms.all().delete()
    Term.objects.bulk_create(
        Term(academic_year=row, name=term.name.strip(), first_day=term.first_day, last_day=term.last_day)
        for term in year.terms
    )


def _year(viewer: Viewer, year_id: int) -> AcademicYear:
    row = AcademicYear.objects.filter(school_id=viewer.school_id, pk=year_id).first()
    if row is None:
        raise Refused.one("", "This academic year is no longer in the calendar.")
    return row


def _year_facts(year: AcademicYearDates) -> dict[str, Any]:
    def dates(each: Any) -> dict[str, str]:
        return {
            "name": each.name,
            "first_day": _iso(each.first_day),
            "last_day": _iso(each.last_day),
        }

    return dates(year) | {"terms": [dates(term) for term in year.terms]}


def _iso(day: date) -> str:
    return day.isoformat()
