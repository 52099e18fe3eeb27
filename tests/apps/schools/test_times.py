"""Register times from a day on: never too long, never over what has begun."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from rollbook.apps.audit.models import Event
from rollbook.apps.schools.actions.times import remove_day_times, set_day_times
from rollbook.apps.schools.models import DayTimes as Row
from rollbook.apps.schools.queries import timetable, timetable_of_school
from rollbook.apps.schools.queries.times import times_history
from rollbook.domain.calendar import DayTimes, RegisterTimes, SchoolSession
from rollbook.domain.marks import arrival
from rollbook.domain.refusals import Refused
from tests.apps.schools.scene import TODAY, Scene, at, only_event
from tests.factories.people import viewer_of

AM, PM = SchoolSession.AM, SchoolSession.PM
JANUARY = date(2027, 1, 4)
MORNING = RegisterTimes(time(8, 50), time(9, 10), time(12, 15))
AFTERNOON = RegisterTimes(time(12, 45), time(13, 5), time(15, 5))


def week(
    first_day: date = JANUARY, am: RegisterTimes = MORNING, pm: RegisterTimes = AFTERNOON
) -> list[DayTimes]:
    """The same times on all five days."""
    return [DayTimes(weekday, first_day, am, pm) for weekday in range(5)]


def set_times(
    scene: Scene, first_day: date = JANUARY, rows: Sequence[DayTimes] | None = None, **more: Any
) -> None:
    """Sets times from January, unless said otherwise."""
    set_day_times(
        effective_from=first_day,
        rows=week(first_day) if rows is None else rows,
        **(scene.told | more),
    )


@pytest.mark.policy("P-4.1-14", "P-4.1-18")
def test_the_day_begins_and_ends_as_the_policy_says(scene: Scene) -> None:
    calendar = scene.calendar
    for day in calendar.school_days(date(2026, 9, 14), date(2026, 9, 18)):
        morning, afternoon = calendar.times(day, AM), calendar.times(day, PM)
        assert morning is not None
        assert afternoon is not None
        assert morning.opens_at == time(9, 0)
        assert afternoon.session_ends_at == (time(14, 0) if day.weekday() == 4 else time(15, 5))


@pytest.mark.policy("P-4.1-18")
def test_on_friday_nobody_arrives_late_after_two(scene: Scene) -> None:
    friday, thursday = (scene.calendar.times(date(2026, 9, day), PM) for day in (18, 17))
    assert friday is not None
    assert thursday is not None
    late = arrival(thursday, PM, time(14, 0)).answer
    assert late is not None
    assert late.code == "U"
    assert arrival(friday, PM, time(14, 0)).answer is None


@pytest.mark.policy("P-4.1-16", "P-4.1-17")
def test_the_policys_own_times_stand_with_a_warning(scene: Scene) -> None:
    now = times_history(scene.officer, TODAY).now
    assert now is not None
    assert (now.rows[0].am.opens_at, now.rows[0].am.closes_at) == (time(9, 0), time(9, 30))
    assert (now.rows[0].pm.opens_at, now.rows[0].pm.closes_at) == (time(12, 45), time(13, 0))
    (warning,) = now.warnings
    assert "mornings 30 minutes, afternoons 15 minutes" in warning.message


def test_a_set_holds_from_its_day_and_is_an_event(scene: Scene) -> None:
    version = scene.version()
    set_times(scene)
    assert scene.version() == version + 1
    assert scene.calendar.times(JANUARY, AM) == MORNING
    event = only_event()
    assert (event.type, event.subject) == ("calendar.times.set", "day-times:2027-01-04")
    assert event.facts["times"][0] == {
        "weekday": "Monday",
        "from": "2027-01-04",
        "morning": ["08:50", "09:10", "12:15"],
        "afternoon": ["12:45", "13:05", "15:05"],
    }


def test_what_september_was_judged_by_stays(scene: Scene) -> None:
    september = date(2026, 9, 14)
    before = scene.calendar.times(september, AM)
    set_times(scene)
    after = scene.calendar.times(september, AM)
    assert before == after
    assert after is not None
    late = arrival(after, AM, time(9, 20)).answer
    assert late is not None
    assert late.code == "L", "in September 09:20 is before closing; by January's times it would be U"
    january = arrival(MORNING, AM, time(9, 20)).answer
    assert january is not None
    assert january.code == "U"


@pytest.mark.parametrize("days", [0, -1, -300])
def test_times_that_have_begun_are_never_replaced(scene: Scene, days: int) -> None:
    rows = list(Row.objects.values_list())
    with pytest.raises(Refused, match="Choose a day after today"):
        set_times(scene, TODAY + timedelta(days=days))
    assert list(Row.objects.values_list()) == rows


def test_a_school_without_times_may_begin_at_once(scene: Scene) -> None:
    Row.objects.filter(school=scene.school).delete()
    set_times(scene, date(2026, 9, 1))
    assert scene.calendar.times(TODAY, AM) == MORNING


@pytest.mark.policy("P-4.1-16")
def test_a_register_open_longer_than_thirty_minutes_is_refused(scene: Scene) -> None:
    for minute, refused in ((20, False), (21, True)):
        rows = week(am=RegisterTimes(time(8, 50), time(9, minute), time(12, 15)))
        if not refused:
            set_times(scene, rows=rows)
            remove_day_times(effective_from=JANUARY, **scene.told)
            continue
        with pytest.raises(Refused) as reasons:
            set_times(scene, rows=rows)
        assert [each.field for each in reasons.value.refusals] == [f"am_closes_{day}" for day in range(5)]
        assert "open for 31 minutes. The longest allowed is 30" in reasons.value.refusals[0].message


def test_unequal_lengths_are_taken_and_warned_of(scene: Scene) -> None:
    set_times(scene, rows=week(pm=RegisterTimes(time(12, 45), time(12, 55), time(15, 5))))
    (coming,) = times_history(scene.officer, TODAY).coming
    assert [warning.level for warning in coming.warnings] == ["warning"]


@pytest.mark.parametrize("rows", [[], week()[:4], [*week()[:4], week()[0]]], ids=["none", "four", "twice"])
def test_every_weekday_is_given_once(scene: Scene, rows: list[DayTimes]) -> None:
    with pytest.raises(Refused, match="Monday to Friday once"):
        set_times(scene, rows=rows)


def test_times_out_of_order_are_refused(scene: Scene) -> None:
    for changes, field in (
        ({"am": RegisterTimes(time(9, 10), time(8, 50), time(12, 15))}, "am_closes_0"),
        ({"pm": RegisterTimes(time(12, 45), time(12, 40), time(15, 5))}, "pm_closes_0"),
        ({"pm": RegisterTimes(time(12, 10), time(12, 30), time(15, 5))}, "pm_closes_0"),
    ):
        with pytest.raises(Refused) as refused:
            set_times(scene, rows=week(**changes))
        assert refused.value.refusals[0].field == field


def test_a_coming_set_can_be_changed_and_moved(scene: Scene) -> None:
    set_times(scene)
    set_times(scene, date(2027, 1, 11), replaces=JANUARY)
    assert [each.first_day for each in times_history(scene.officer, TODAY).coming] == [date(2027, 1, 11)]
    assert Event.objects.filter(type="calendar.times.changed").count() == 1


def test_two_sets_from_one_day_are_refused(scene: Scene) -> None:
    set_times(scene)
    with pytest.raises(Refused, match="4 January 2027 already"):
        set_times(scene)


def test_a_set_that_has_begun_is_neither_changed_nor_taken_back(scene: Scene) -> None:
    set_times(scene)
    later = {"at": at(on=JANUARY)}
    with pytest.raises(Refused, match="have begun"):
        set_times(scene, date(2027, 2, 1), replaces=JANUARY, **later)
    with pytest.raises(Refused, match="have begun"):
        remove_day_times(effective_from=JANUARY, **(scene.told | later))
    assert scene.calendar.times(JANUARY, AM) == MORNING


def test_a_set_that_is_not_there(scene: Scene) -> None:
    with pytest.raises(Refused, match="no times from 4 January 2027"):
        set_times(scene, replaces=JANUARY)
    with pytest.raises(Refused, match="no times from 4 January 2027"):
        remove_day_times(effective_from=JANUARY, **scene.told)


def test_taken_back(scene: Scene) -> None:
    set_times(scene)
    remove_day_times(effective_from=JANUARY, **scene.told)
    assert times_history(scene.officer, TODAY).coming == ()
    assert Event.objects.filter(type="calendar.times.removed").count() == 1


def test_the_other_schools_times_are_untouched(scene: Scene) -> None:
    set_times(scene)
    theirs = times_history(viewer_of(scene.stranger), TODAY)
    assert [each.first_day for each in theirs.sets] == [date(2020, 9, 1)]


def test_without_the_event_nothing_is_set(scene: Scene) -> None:
    set_times(scene)
    with (
        patch("rollbook.apps.schools.actions.changing.record", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        set_times(scene, date(2027, 2, 1), replaces=JANUARY)
    assert [each.first_day for each in times_history(scene.officer, TODAY).coming] == [JANUARY]


def test_history_tells_what_held_when(scene: Scene, django_assert_num_queries: Any) -> None:
    set_times(scene)
    viewer = scene.officer
    with django_assert_num_queries(1):
        history = times_history(viewer, JANUARY)
    assert history.now is not None
    assert history.now.first_day == JANUARY
    assert [(each.first_day, each.last_day) for each in history.past] == [
        (date(2020, 9, 1), date(2027, 1, 3))
    ]
    assert history.coming == ()


def test_another_process_renews_what_it_keeps(scene: Scene) -> None:
    """A process keeps the calendar of a version; after a change made elsewhere it asks for the next version."""
    old_viewer = scene.officer
    kept = timetable(old_viewer)
    set_times(scene)
    assert timetable(old_viewer) is kept, "the version that a request began with stays as it was"
    fresh = timetable(scene.officer)
    assert fresh.calendar.times(JANUARY, AM) == MORNING
    assert timetable_of_school(scene.school.pk) is fresh
