"""Closed days and days open although a bank holiday: added, changed, taken out, never over marks unasked."""

from datetime import date
from typing import Any
from unittest.mock import patch

import pytest

from rollbook.apps.audit.models import Event
from rollbook.apps.schools.actions.entries import (
    add_calendar_entry,
    change_calendar_entry,
    remove_calendar_entry,
)
from rollbook.apps.schools.models import CalendarEntry
from rollbook.domain.calendar import DayKind
from rollbook.domain.refusals import Refused
from tests.apps.schools.scene import Scene, no_marks, only_event
from tests.factories.people import viewer_of

INSET_DAY = date(2026, 11, 27)
TRAINING = {"kind": "inset", "name": "Staff training", "first_day": INSET_DAY, "last_day": INSET_DAY}


def add(scene: Scene, **changes: Any) -> CalendarEntry:
    """Adds an INSET day on Friday 27 November, unless said otherwise."""
    return add_calendar_entry(**({"marks_on": no_marks} | scene.told | TRAINING | changes))


def refusal(scene: Scene, **changes: Any) -> tuple[str, str]:
    """The one reason why an entry is not taken; nothing was changed."""
    before, version = list(CalendarEntry.objects.values_list()), scene.version()
    with pytest.raises(Refused) as refused:
        add(scene, **changes)
    assert list(CalendarEntry.objects.values_list()) == before
    assert scene.version() == version
    assert not Event.objects.exists()
    (reason,) = refused.value.refusals
    return reason.field, reason.message


@pytest.mark.policy("P-A-9")
def test_added_days_are_no_school_days_from_the_next_look_on(scene: Scene) -> None:
    assert scene.calendar.is_school_day(INSET_DAY)
    add(scene)
    assert scene.calendar.day(INSET_DAY).answer is DayKind.INSET


def test_adding_is_an_event_and_a_new_version(scene: Scene) -> None:
    version = scene.version()
    entry = add(scene)
    event = only_event()
    assert scene.version() == version + 1
    assert (event.type, event.subject) == ("calendar.entry.added", f"calendar-entry:{entry.pk}")
    assert event.facts == {
        "kind": "inset",
        "name": "Staff training",
        "first_day": "2026-11-27",
        "last_day": "2026-11-27",
    }
    assert (event.by_name, event.by_position) == ("Ann Officer", "Attendance Officer")


def test_the_same_entry_sent_twice_is_there_once(scene: Scene) -> None:
    first, second = add(scene), add(scene)
    assert first.pk == second.pk
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"kind": "party"}, "kind", "Choose what kind"),
        ({"name": "  "}, "name", "Give the days a name"),
        ({"name": "x" * 101}, "name", "100 characters"),
        ({"last_day": date(2026, 11, 26)}, "last_day", "before the first day"),
        (
            {"first_day": date(2028, 5, 1), "last_day": date(2028, 5, 1)},
            "first_day",
            "Mon 1 May 2028 is in no academic year",
        ),
        ({"last_day": date(2027, 9, 3)}, "last_day", "outside 2026/27"),
        (
            {"first_day": date(2026, 11, 28), "last_day": date(2026, 11, 29)},
            "first_day",
            "at the weekend",
        ),
        (
            {"kind": "half_term", "first_day": date(2026, 12, 21), "last_day": date(2026, 12, 23)},
            "first_day",
            "within one term",
        ),
        (
            {"kind": "half_term", "first_day": date(2026, 10, 30), "last_day": date(2026, 11, 2)},
            "first_day",
            "Autumn half term, Mon 26 Oct 2026 to Fri 30 Oct 2026, already has",
        ),
    ],
)
def test_refused_with_a_reason_beside_the_field(
    scene: Scene, changes: dict[str, Any], field: str, words: str
) -> None:
    where, message = refusal(scene, **changes)
    assert where == field
    assert words in message


def test_refused_to_those_who_may_not(scene: Scene) -> None:
    viewer = viewer_of(scene.teacher)
    field, message = refusal(scene, viewer=viewer, by=viewer.actor)
    assert field == ""
    assert "may not change" in message


def test_days_with_marks_are_closed_only_when_confirmed(scene: Scene) -> None:
    def marks_on(school_id: int, days: Any) -> dict[date, int]:
        assert school_id == scene.school.pk
        return {day: 64 for day in days if day == INSET_DAY}

    field, message = refusal(scene, marks_on=marks_on)
    assert field == "is_confirmed"
    assert "64 on Fri 27 Nov 2026" in message
    assert "stay in the register" in message
    add(scene, marks_on=marks_on, is_confirmed=True)
    assert not scene.calendar.is_school_day(INSET_DAY)


def test_many_days_with_marks_are_summed_up(scene: Scene) -> None:
    _, message = refusal(
        scene,
        kind="planned_closure",
        first_day=date(2026, 11, 23),
        marks_on=lambda _school, days: dict.fromkeys(days, 1000),
    )
    assert "1,000 on Mon 23 Nov 2026, 1,000 on Tue 24 Nov 2026, 1,000 on Wed 25 Nov 2026" in message
    assert "2,000 on 2 more days" in message


def test_days_closed_before_are_not_asked_about(scene: Scene) -> None:
    asked: list[date] = []

    def marks_on(_school: int, days: Any) -> dict[date, int]:
        asked.extend(days)
        return {}

    add(scene, kind="holiday", first_day=date(2026, 10, 23), last_day=date(2026, 10, 26), marks_on=marks_on)
    assert asked == [date(2026, 10, 23)]


def test_a_bank_holiday_can_be_a_school_day(scene: Scene) -> None:
    may_day = date(2027, 5, 3)
    assert scene.calendar.day(may_day).answer is DayKind.BANK_HOLIDAY
    add(scene, kind="school_day", name="Early May, open", first_day=may_day, last_day=may_day)
    assert scene.calendar.is_school_day(may_day)


def test_a_change_keeps_what_was_in_the_event(scene: Scene) -> None:
    entry = add(scene)
    change_calendar_entry(
        entry_id=entry.pk, **(TRAINING | {"name": "Safeguarding"}), marks_on=no_marks, **scene.told
    )
    event = Event.objects.get(type="calendar.entry.changed")
    assert (event.facts["from"]["name"], event.facts["to"]["name"]) == ("Staff training", "Safeguarding")
    assert scene.calendar.day(INSET_DAY).facts["name"] == "Safeguarding"


def test_a_change_that_changes_nothing_is_no_event(scene: Scene) -> None:
    entry = add(scene)
    change_calendar_entry(entry_id=entry.pk, **TRAINING, marks_on=no_marks, **scene.told)
    assert Event.objects.count() == 1


def test_moving_an_entry_onto_marks_asks(scene: Scene) -> None:
    entry = add(scene)
    moved = TRAINING | {"first_day": date(2026, 11, 30), "last_day": date(2026, 11, 30)}
    with pytest.raises(Refused) as refused:
        change_calendar_entry(
            entry_id=entry.pk,
            **moved,
            marks_on=lambda _school, days: dict.fromkeys(days, 3),
            **scene.told,
        )
    assert [each.field for each in refused.value.refusals] == ["is_confirmed"]
    assert not scene.calendar.is_school_day(INSET_DAY)


def test_taken_out(scene: Scene) -> None:
    entry = add(scene)
    remove_calendar_entry(entry_id=entry.pk, marks_on=no_marks, **scene.told)
    assert scene.calendar.is_school_day(INSET_DAY)
    assert Event.objects.get(type="calendar.entry.removed").facts["name"] == "Staff training"


def test_taking_out_an_open_day_with_marks_asks(scene: Scene) -> None:
    may_day = date(2027, 5, 3)
    entry = add(scene, kind="school_day", name="Open", first_day=may_day, last_day=may_day)
    with pytest.raises(Refused, match="64 on Mon 3 May 2027"):
        remove_calendar_entry(
            entry_id=entry.pk, marks_on=lambda _school, days: dict.fromkeys(days, 64), **scene.told
        )
    assert scene.calendar.is_school_day(may_day)


def test_an_entry_of_another_school_is_not_there(scene: Scene) -> None:
    theirs = CalendarEntry.objects.filter(school=scene.other)[0]
    for act in (
        lambda: change_calendar_entry(entry_id=theirs.pk, **TRAINING, marks_on=no_marks, **scene.told),
        lambda: remove_calendar_entry(entry_id=theirs.pk, marks_on=no_marks, **scene.told),
    ):
        with pytest.raises(Refused, match="no longer in the calendar"):
            act()
    theirs.refresh_from_db()


def test_without_the_event_nothing_is_changed(scene: Scene) -> None:
    version = scene.version()
    with (
        patch("rollbook.apps.schools.actions.changing.record", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        add(scene)
    assert not CalendarEntry.objects.filter(name="Staff training").exists()
    assert scene.version() == version
