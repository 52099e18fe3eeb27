"""The policy's own choices and the school's particulars."""

from datetime import date
from typing import Any
from unittest.mock import patch

import pytest

from rollbook.apps.audit.models import Event
from rollbook.apps.schools.actions.particulars import FIELDS, change_particulars
from rollbook.apps.schools.actions.settings import remove_policy_setting, set_policy_setting
from rollbook.apps.schools.models import PolicySetting, School
from rollbook.apps.schools.queries import timetable
from rollbook.apps.schools.queries.settings import SETTINGS, setting_row, settings_on
from rollbook.domain.refusals import Refused
from tests.apps.schools.scene import TODAY, Scene, at, only_event
from tests.factories.people import viewer_of

JANUARY = date(2027, 1, 4)
MEETING = "Full governing board, 12 November 2026, item 4"


def choose(scene: Scene, **changes: Any) -> PolicySetting:
    """Ten minutes from January, unless said otherwise."""
    return set_policy_setting(
        **(
            scene.told
            | {
                "name": "submit_within_minutes",
                "value": 10,
                "effective_from": JANUARY,
                "approved_at_meeting": MEETING,
            }
            | changes
        )
    )


def test_what_holds_until_the_school_chooses(scene: Scene) -> None:
    known = timetable(scene.officer)
    assert known.setting("submit_within_minutes", TODAY) == 15
    assert known.setting("low_attendance_percent", TODAY) == 90
    assert {each.setting.name: each.since for each in settings_on(scene.officer, TODAY)} == dict.fromkeys(
        SETTINGS
    )
    with pytest.raises(KeyError):
        known.setting("tea_time", TODAY)


def test_a_choice_holds_from_its_day_and_names_the_meeting(scene: Scene) -> None:
    row = choose(scene)
    known = timetable(scene.officer)
    assert known.setting("submit_within_minutes", date(2027, 1, 3)) == 15
    assert known.setting("submit_within_minutes", JANUARY) == 10
    event = only_event()
    assert (event.type, event.subject) == ("policy.setting.chosen", f"policy-setting:{row.pk}")
    assert event.facts == {
        "name": "submit_within_minutes",
        "value": 10,
        "effective_from": "2027-01-04",
        "approved_at_meeting": MEETING,
    }


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"value": 0}, "value", "Choose from 1 to 30 minutes"),
        ({"value": 31}, "value", "may not be open for more than 30 minutes"),
        ({"name": "low_attendance_percent", "value": 89}, "value", "Choose from 90 to 100%"),
        ({"name": "low_attendance_percent", "value": 101}, "value", "persistently absent"),
        ({"approved_at_meeting": " "}, "approved_at_meeting", "Name the meeting"),
        ({"approved_at_meeting": "x" * 201}, "approved_at_meeting", "200 characters"),
        ({"name": "tea_time"}, "", "no such setting"),
    ],
)
def test_refused_beyond_what_the_law_leaves_open(
    scene: Scene, changes: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(Refused) as refused:
        choose(scene, **changes)
    assert [(each.field, words in each.message) for each in refused.value.refusals] == [(field, True)]
    assert not PolicySetting.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize("value", [1, 30])
def test_the_bounds_themselves_are_allowed(scene: Scene, value: int) -> None:
    assert choose(scene, value=value).value == value


def test_every_setting_says_where_its_bounds_come_from() -> None:
    for setting in SETTINGS.values():
        assert setting.lowest <= setting.default <= setting.highest
        assert setting.because.endswith(".")
        assert str(setting.bound_citation)


def test_the_first_choice_may_tell_of_the_past_but_no_later_one(scene: Scene) -> None:
    choose(scene, effective_from=date(2025, 9, 1), value=15)
    with pytest.raises(Refused, match="Choose a day after today"):
        choose(scene, effective_from=TODAY)
    choose(scene)
    with pytest.raises(Refused, match="from 4 January 2027 already"):
        choose(scene)


def test_taken_back_until_it_has_begun(scene: Scene) -> None:
    row = choose(scene)
    with pytest.raises(Refused, match="has begun"):
        remove_policy_setting(row_id=row.pk, **(scene.told | {"at": at(on=JANUARY)}))
    remove_policy_setting(row_id=row.pk, **scene.told)
    assert timetable(scene.officer).setting("submit_within_minutes", JANUARY) == 15
    assert Event.objects.filter(type="policy.setting.taken_back").count() == 1
    with pytest.raises(Refused, match="no longer there"):
        remove_policy_setting(row_id=row.pk, **scene.told)


def test_another_school_has_its_own(scene: Scene) -> None:
    row = choose(scene)
    stranger = viewer_of(scene.stranger)
    assert timetable(stranger).setting("submit_within_minutes", JANUARY) == 15
    assert setting_row(stranger, row.pk) is None
    with pytest.raises(Refused, match="no longer there"):
        remove_policy_setting(row_id=row.pk, viewer=stranger, by=stranger.actor, at=at())


def test_the_history_is_one_query(scene: Scene, django_assert_num_queries: Any) -> None:
    choose(scene, effective_from=date(2025, 9, 1), value=12)
    choose(scene)
    viewer = scene.officer
    with django_assert_num_queries(1):
        history = settings_on(viewer, TODAY)[0]
    assert (history.now, history.since) == (12, date(2025, 9, 1))
    assert [row.value for row in history.rows] == [10, 12]


def test_without_the_event_nothing_is_chosen(scene: Scene) -> None:
    with (
        patch("rollbook.apps.schools.actions.changing.record", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        choose(scene)
    assert not PolicySetting.objects.exists()


# --- Particulars ------------------------------------------------------------------------------------------------


def particulars(scene: Scene, **changes: str) -> School:
    """Changes some particulars and leaves the others."""
    school = School.objects.get(pk=scene.school.pk)
    values = {name: str(getattr(school, name)) for name in FIELDS} | changes
    return change_particulars(values=values, **scene.told)


def test_particulars_are_changed_with_what_they_were(scene: Scene) -> None:
    particulars(scene, urn="123456", dfe_number="330/1234", telephone=" 0121 496 0123 ")
    event = only_event()
    assert event.type == "school.particulars.changed"
    assert event.facts == {
        "urn": ["", "123456"],
        "dfe_number": ["", "330/1234"],
        "telephone": ["", "0121 496 0123"],
    }


def test_nothing_changed_is_no_event(scene: Scene) -> None:
    particulars(scene)
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 201),
        ("urn", "12345"),
        ("urn", "12345a"),
        ("dfe_number", "3301234"),
        ("phase", "middle"),
        ("legal_type", "club"),
        ("telephone", "0" * 31),
        ("email", "office"),
    ],
)
def test_particulars_that_cannot_be(scene: Scene, field: str, value: str) -> None:
    with pytest.raises(Refused) as refused:
        particulars(scene, **{field: value})
    assert {each.field for each in refused.value.refusals} == {field}
    assert not Event.objects.exists()


def test_particulars_need_the_permission(scene: Scene) -> None:
    viewer = viewer_of(scene.teacher)
    with pytest.raises(Refused, match="may not change"):
        change_particulars(values=dict.fromkeys(FIELDS, "x"), viewer=viewer, by=viewer.actor, at=at())
