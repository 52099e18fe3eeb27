"""Academic years: set up whole or not at all, copied a year on, changed, removed."""

from datetime import date
from typing import Any
from unittest.mock import patch

import pytest

from rollbook.apps.audit.models import Event
from rollbook.apps.schools.actions.years import (
    change_academic_year,
    remove_academic_year,
    set_up_academic_year,
)
from rollbook.apps.schools.models import AcademicYear, CalendarEntry, Term
from rollbook.apps.schools.queries.years import (
    a_year_on,
    dates_of,
    first_plan,
    year_of_viewer,
    year_to_show,
    years_of,
)
from rollbook.domain.calendar import AcademicYearDates, ClosedSpan, DayKind, TermDates
from rollbook.domain.refusals import Refused
from tests.apps.schools.scene import Scene, no_marks, only_event
from tests.factories.people import viewer_of

AUTUMN = TermDates("Autumn term", date(2027, 9, 2), date(2027, 12, 17))
SPRING = TermDates("Spring term", date(2028, 1, 4), date(2028, 3, 31))
NEXT = AcademicYearDates("2027/28", date(2027, 9, 1), date(2028, 8, 31), (AUTUMN, SPRING))
HALF = ClosedSpan(DayKind.HALF_TERM, "Autumn half term", date(2027, 10, 25), date(2027, 10, 29))


def own_year(scene: Scene) -> AcademicYear:
    """2026/27 of Hollin Bank."""
    return AcademicYear.objects.get(school=scene.school)


def with_(year: AcademicYearDates, **changes: Any) -> AcademicYearDates:
    """The same year with other parts."""
    parts = {
        "name": year.name,
        "first_day": year.first_day,
        "last_day": year.last_day,
        "terms": year.terms,
    }
    return AcademicYearDates(**(parts | changes))


def test_set_up_with_its_terms_and_entries(scene: Scene) -> None:
    version = scene.version()
    set_up_academic_year(year=NEXT, entries=[HALF], **scene.told)
    assert scene.calendar.is_school_day(date(2027, 9, 2))
    assert not scene.calendar.is_school_day(date(2027, 10, 27))
    assert scene.version() == version + 1
    event = only_event()
    assert event.type == "calendar.year.set_up"
    assert [term["name"] for term in event.facts["terms"]] == ["Autumn term", "Spring term"]
    assert event.facts["entries"][0]["first_day"] == "2027-10-25"


@pytest.mark.parametrize(
    ("year", "entries", "field", "words"),
    [
        (with_(NEXT, name=" "), (), "name", "Give the year a name"),
        (with_(NEXT, name="2026/27"), (), "name", "2026/27 already"),
        (with_(NEXT, name="x" * 21), (), "name", "20 characters"),
        (with_(NEXT, last_day=date(2062, 8, 31)), (), "last_day", "can't be this long"),
        (with_(NEXT, first_day=date(2027, 8, 30)), (), "", "overlap"),
        (with_(NEXT, terms=()), (), "", "at least one term"),
        (with_(NEXT, terms=(TermDates("", date(2027, 9, 2), date(2027, 12, 1)),)), (), "term-0", "name"),
        (
            with_(NEXT, terms=(AUTUMN, TermDates("Late", date(2027, 12, 1), date(2028, 2, 1)))),
            (),
            "",
            "Autumn term and Late overlap",
        ),
        (
            NEXT,
            (HALF, ClosedSpan(DayKind.INSET, "INSET", date(2026, 11, 2), date(2026, 11, 2))),
            "entry-1",
            "INSET: Mon 2 Nov 2026 is in no academic year",
        ),
    ],
)
def test_refused_and_nothing_set_up(
    scene: Scene, year: AcademicYearDates, entries: tuple[ClosedSpan, ...], field: str, words: str
) -> None:
    rows = CalendarEntry.objects.count()
    with pytest.raises(Refused) as refused:
        set_up_academic_year(year=year, entries=entries, **scene.told)
    assert [(each.field, words in each.message) for each in refused.value.refusals] == [(field, True)]
    assert AcademicYear.objects.count() == 2
    assert CalendarEntry.objects.count() == rows
    assert not Event.objects.exists()


def test_sent_twice_is_refused_the_second_time(scene: Scene) -> None:
    set_up_academic_year(year=NEXT, **scene.told)
    with pytest.raises(Refused, match="2027/28 already"):
        set_up_academic_year(year=NEXT, **scene.told)


def test_without_the_event_nothing_is_set_up(scene: Scene) -> None:
    with (
        patch("rollbook.apps.schools.actions.changing.record", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        set_up_academic_year(year=NEXT, entries=[HALF], **scene.told)
    assert not AcademicYear.objects.filter(name="2027/28").exists()
    assert not CalendarEntry.objects.filter(first_day=HALF.first_day).exists()
    assert not Term.objects.filter(first_day=AUTUMN.first_day).exists()


def test_a_year_on_keeps_every_weekday(scene: Scene) -> None:
    plan = a_year_on(scene.officer, own_year(scene))
    assert (plan.year.name, plan.year.first_day, plan.year.last_day) == (
        "2027/28",
        date(2027, 9, 1),
        date(2028, 8, 31),
    )
    before = dates_of(own_year(scene))
    for old, new in zip(before.terms, plan.year.terms, strict=True):
        assert (new.first_day - old.first_day).days == 364
        assert new.last_day.weekday() == old.last_day.weekday()
    # 1 September 2026, 52 weeks on, would be 31 August 2027: still the year before.
    assert plan.entries[0].first_day == plan.entries[0].last_day == date(2027, 9, 1)
    assert all(span.first_day.weekday() < 5 for span in plan.entries)


def test_a_year_on_leaves_out_what_belongs_to_one_year(scene: Scene) -> None:
    for kind in ("bank_holiday", "school_day"):
        CalendarEntry.objects.create(
            school=scene.school, kind=kind, name=kind, first_day=date(2027, 5, 3), last_day=date(2027, 5, 3)
        )
    plan = a_year_on(scene.officer, own_year(scene))
    assert {span.kind for span in plan.entries} == {DayKind.INSET, DayKind.HALF_TERM}


def test_what_a_copy_plans_can_be_set_up(scene: Scene) -> None:
    plan = a_year_on(scene.officer, own_year(scene))
    set_up_academic_year(year=plan.year, entries=plan.entries, **scene.told)
    for day in (date(2027, 9, 2), date(2027, 10, 27), date(2028, 8, 28)):
        assert scene.calendar.day(day).answer is plan.calendar.day(day).answer


@pytest.mark.parametrize(
    ("on", "name"), [(date(2026, 6, 30), "2025/26"), (date(2026, 7, 1), "2026/27")], ids=str
)
def test_a_first_plan_is_for_the_year_at_hand(on: date, name: str) -> None:
    plan = first_plan(on)
    assert plan.year.name == name
    assert len(plan.year.terms) == 3


def test_changing_dates_that_hide_marks_asks_first(scene: Scene) -> None:
    row = own_year(scene)
    year = dates_of(row)
    shorter = with_(
        year,
        terms=(TermDates("Autumn term", date(2026, 9, 2), date(2026, 12, 16)), *year.terms[1:]),
    )

    def marks_on(_school: int, days: Any) -> dict[date, int]:
        return {day: 60 for day in days if day == date(2026, 12, 17)}

    change: dict[str, Any] = {"year_id": row.pk, "year": shorter, "marks_on": marks_on}
    with pytest.raises(Refused, match="60 on Thu 17 Dec 2026"):
        change_academic_year(**change, **scene.told)
    assert scene.calendar.is_school_day(date(2026, 12, 17))
    change_academic_year(**change, is_confirmed=True, **scene.told)
    assert not scene.calendar.is_school_day(date(2026, 12, 17))
    event = only_event()
    assert event.type == "calendar.year.changed"
    assert event.facts["from"]["terms"][0]["last_day"] == "2026-12-18"
    assert event.facts["to"]["terms"][0]["last_day"] == "2026-12-16"


def test_a_change_that_changes_nothing_is_no_event(scene: Scene) -> None:
    row = own_year(scene)
    change_academic_year(year_id=row.pk, year=dates_of(row), marks_on=no_marks, **scene.told)
    assert not Event.objects.exists()


def test_removed_with_what_is_in_it(scene: Scene) -> None:
    remove_academic_year(year_id=own_year(scene).pk, marks_on=no_marks, **scene.told)
    assert scene.calendar.years == ()
    assert not CalendarEntry.objects.filter(school=scene.school).exists()
    assert CalendarEntry.objects.filter(school=scene.other).count() == 4
    assert len(only_event().facts["entries"]) == 4


def test_a_year_with_marks_is_removed_only_when_confirmed(scene: Scene) -> None:
    with pytest.raises(Refused, match="Tick the box"):
        remove_academic_year(
            year_id=own_year(scene).pk, marks_on=lambda _school, days: {days[0]: 1}, **scene.told
        )
    assert own_year(scene).terms.count() == 3


def test_a_year_of_another_school_is_not_there(scene: Scene) -> None:
    theirs = AcademicYear.objects.get(school=scene.other)
    assert year_of_viewer(scene.officer, theirs.pk) is None
    assert [year.school_id for year in years_of(scene.officer)] == [scene.school.pk]
    with pytest.raises(Refused, match="no longer in the calendar"):
        change_academic_year(year_id=theirs.pk, year=NEXT, marks_on=no_marks, **scene.told)
    with pytest.raises(Refused, match="no longer in the calendar"):
        remove_academic_year(year_id=theirs.pk, marks_on=no_marks, **scene.told)


def test_those_who_may_not_change_no_year(scene: Scene) -> None:
    viewer = viewer_of(scene.teacher)
    told = scene.told | {"viewer": viewer, "by": viewer.actor}
    with pytest.raises(Refused, match="may not change"):
        set_up_academic_year(year=NEXT, **told)


@pytest.mark.parametrize(
    ("on", "name"),
    [
        (date(2026, 12, 25), "2026/27"),
        (date(2026, 8, 31), "2026/27"),
        (date(2027, 9, 1), "2027/28"),
        (date(2030, 1, 1), "2027/28"),
    ],
)
def test_which_year_a_page_opens_with(scene: Scene, on: date, name: str) -> None:
    set_up_academic_year(year=NEXT, **scene.told)
    shown = year_to_show(years_of(scene.officer), on)
    assert shown is not None
    assert shown.name == name
    assert year_to_show([], on) is None
