"""Days the school is closed as planned, or open although a bank holiday: put into the calendar, changed, taken out."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from rollbook.apps.schools.actions.changing import note_change, one_at_a_time
from rollbook.apps.schools.models import SPAN_MESSAGE, CalendarEntry
from rollbook.apps.schools.queries.timetables import read_timetable
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.calendar import DayKind, SchoolCalendar
from rollbook.domain.refusals import Refusal, Refused
from rollbook.ui.words import sentence_list, short_day_with_year

MarksOn = Callable[[int, Sequence[date]], Mapping[date, int]]
"""How many marks of a school stand in the register on these days? Registers are above schools: it is passed in."""

NAME_LENGTH = 100
_GONE = "This entry is no longer in the calendar."
_SHOWN_DAYS = 3


def add_calendar_entry(
    *,
    viewer: Viewer,
    kind: str,
    name: str,
    first_day: date,
    last_day: date,
    marks_on: MarksOn,
    is_confirmed: bool = False,
    by: Actor,
    at: datetime,
) -> CalendarEntry:
    """Puts days into the calendar. The same entry sent twice is there once.

    Errors: Refused; with field `is_confirmed` where marks stand on days that would be closed.
    """
    with transaction.atomic():
        one_at_a_time(viewer)
        wanted = CalendarEntry(
            school_id=viewer.school_id, kind=kind, name=name.strip(), first_day=first_day, last_day=last_day
        )
        there = CalendarEntry.objects.filter(**_identity(wanted)).first()
        if there is not None:
            return there
        before = read_timetable(viewer.school_id).calendar
        raise_if_any(entry_refusals(wanted, before, _others(wanted)))
        wanted.save()
        refuse_hidden_marks(
            viewer.school_id, before, (first_day, last_day), marks_on, is_confirmed=is_confirmed
        )
        note_change(
            school_id=viewer.school_id,
            type="calendar.entry.added",
            subject=f"calendar-entry:{wanted.pk}",
            facts=entry_facts(wanted),
            by=by,
            at=at,
        )
    return wanted


def change_calendar_entry(
    *,
    viewer: Viewer,
    entry_id: int,
    kind: str,
    name: str,
    first_day: date,
    last_day: date,
    marks_on: MarksOn,
    is_confirmed: bool = False,
    by: Actor,
    at: datetime,
) -> CalendarEntry:
    """Changes an entry of the calendar. Errors: Refused, as for adding one."""
    with transaction.atomic():
        one_at_a_time(viewer)
        entry = _entry(viewer, entry_id)
        was = entry_facts(entry)
        affected = (min(entry.first_day, first_day), max(entry.last_day, last_day))
        entry.kind, entry.name = kind, name.strip()
        entry.first_day, entry.last_day = first_day, last_day
        if entry_facts(entry) == was:
            return entry
        before = read_timetable(viewer.school_id).calendar
        raise_if_any(entry_refusals(entry, before, _others(entry)))
        entry.save()
        refuse_hidden_marks(viewer.school_id, before, affected, marks_on, is_confirmed=is_confirmed)
        note_change(
            school_id=viewer.school_id,
            type="calendar.entry.changed",
            subject=f"calendar-entry:{entry.pk}",
            facts={"from": was, "to": entry_facts(entry)},
            by=by,
            at=at,
        )
    return entry


def remove_calendar_entry(
    *,
    viewer: Viewer,
    entry_id: int,
    marks_on: MarksOn,
    is_confirmed: bool = False,
    by: Actor,
    at: datetime,
) -> None:
    """Takes an entry out of the calendar. Errors: Refused; taking out an "open" entry may close days with marks."""
    with transaction.atomic():
        one_at_a_time(viewer)
        entry = _entry(viewer, entry_id)
        before = read_timetable(viewer.school_id).calendar
        facts, affected, number = entry_facts(entry), (entry.first_day, entry.last_day), entry.pk
        entry.delete()
        refuse_hidden_marks(viewer.school_id, before, affected, marks_on, is_confirmed=is_confirmed)
        note_change(
            school_id=viewer.school_id,
            type="calendar.entry.removed",
            subject=f"calendar-entry:{number}",
            facts=facts,
            by=by,
            at=at,
        )


def entry_refusals(
    entry: CalendarEntry, calendar: SchoolCalendar, others: Sequence[CalendarEntry] = ()
) -> list[Refusal]:
    """What is wrong with an entry, given the years it must lie in and the entries beside it?"""
    refusals = []
    if entry.kind not in CalendarEntry.Kind.values:
        refusals.append(Refusal("kind", "Choose what kind of days these are."))
    if not entry.name:
        refusals.append(Refusal("name", "Give the days a name, for example 'Staff training'."))
    if len(entry.name) > NAME_LENGTH:
        refusals.append(Refusal("name", f"Keep the name to {NAME_LENGTH} characters."))
    if entry.last_day < entry.first_day:
        return [*refusals, Refusal("last_day", SPAN_MESSAGE)]
    return refusals or [*_place_refusals(entry, calendar), *_overlap_refusals(entry, others)]


def _place_refusals(entry: CalendarEntry, calendar: SchoolCalendar) -> list[Refusal]:
    year = calendar.year_of(entry.first_day)
    if year is None:
        message = f"{short_day_with_year(entry.first_day)} is in no academic year. Set that year up first."
        return [Refusal("first_day", message)]
    if calendar.year_of(entry.last_day) != year:
        message = f"The last day lies outside {year.name}. Make a second entry in the next academic year."
        return [Refusal("last_day", message)]
    weekdays = [day for day in _days(entry.first_day, entry.last_day) if day.weekday() < 5]
    if not weekdays:
        return [Refusal("first_day", "These days are at the weekend, when the school is closed anyway.")]
    in_term = any(term.first_day <= weekdays[0] and weekdays[-1] <= term.last_day for term in year.terms)
    if entry.kind == DayKind.HALF_TERM and not in_term:
        message = "A half-term holiday lies within one term. Outside the terms the school is closed anyway."
        return [Refusal("first_day", message)]
    return []


def _overlap_refusals(entry: CalendarEntry, others: Sequence[CalendarEntry]) -> list[Refusal]:
    for other in others:
        same_kind = other.kind == entry.kind
        if same_kind and other.first_day <= entry.last_day and entry.first_day <= other.last_day:
            message = (
                f"{other.name}, {short_day_with_year(other.first_day)} to "
                f"{short_day_with_year(other.last_day)}, already has some of these days. Change that entry instead."
            )
            return [Refusal("first_day", message)]
    return []


def refuse_hidden_marks(
    school_id: int,
    before: SchoolCalendar,
    affected: tuple[date, date],
    marks_on: MarksOn,
    *,
    is_confirmed: bool,
) -> None:
    """Asks for confirmation where days with marks have just ceased to be school days.

    Call it inside the change's transaction, after writing: refusing undoes the change. Errors: Refused.
    """
    after = read_timetable(school_id).calendar
    closing = [day for day in before.school_days(*affected) if not after.is_school_day(day)]
    marks = marks_on(school_id, closing) if closing and not is_confirmed else {}
    if not marks:
        return
    shown = [f"{marks[day]:,} on {short_day_with_year(day)}" for day in sorted(marks)[:_SHOWN_DAYS]]
    if len(marks) > _SHOWN_DAYS:
        rest = sum(marks[day] for day in sorted(marks)[_SHOWN_DAYS:])
        shown.append(f"{rest:,} on {len(marks) - _SHOWN_DAYS} more days")
    message = (
        f"The register holds marks for days that would no longer be school days: {sentence_list(shown)}. "
        "They stay in the register. Tick the box if the school really was closed."
    )
    raise Refused.one("is_confirmed", message)


def raise_if_any(refusals: Sequence[Refusal]) -> None:
    """Stops the action where there is a reason to. Errors: Refused."""
    if refusals:
        raise Refused(refusals)


def entry_facts(entry: CalendarEntry) -> dict[str, Any]:
    """An entry as the audit log keeps it."""
    return {
        "kind": str(entry.kind),
        "name": entry.name,
        "first_day": entry.first_day.isoformat(),
        "last_day": entry.last_day.isoformat(),
    }


def _entry(viewer: Viewer, entry_id: int) -> CalendarEntry:
    entry = CalendarEntry.objects.filter(school_id=viewer.school_id, pk=entry_id).first()
    if entry is None:
        raise Refused.one("", _GONE)
    return entry


def _identity(entry: CalendarEntry) -> dict[str, Any]:
    return {
        "school_id": entry.school_id,
        "kind": entry.kind,
        "name": entry.name,
        "first_day": entry.first_day,
        "last_day": entry.last_day,
    }


def _others(entry: CalendarEntry) -> list[CalendarEntry]:
    return list(CalendarEntry.objects.filter(school_id=entry.school_id).exclude(pk=entry.pk))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
