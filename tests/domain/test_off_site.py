"""Approved activities off site (K, V, P, W, B) and registration at two schools (D): what each needs."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.codes import BY_SYMBOL, Category, Needs
from rollbook.domain.off_site import (
    ActivityFacts,
    ActivityKind,
    ConfirmedHow,
    DualFacts,
    check_activity,
    check_dual,
    register_words,
)

TRIP = ActivityFacts(
    kind=ActivityKind.TRIP,
    title="Science museum",
    nature="workshop on electricity",
    place="Millennium Point",
    provider="",
    supervisor="Kwabena Asare",
    has_own_staff=True,
    la_contact="",
    first_day=date(2026, 11, 24),
    last_day=date(2026, 11, 24),
    session_count=2,
)


def fields(facts: ActivityFacts) -> list[str]:
    return [refusal.field for refusal in check_activity(facts)]


def test_a_trip_led_by_own_staff_may_be_recorded() -> None:
    assert check_activity(TRIP) == []


@pytest.mark.policy("P-A-10")
def test_v_without_own_staff_is_refused_and_b_offered() -> None:
    refused = check_activity(replace(TRIP, has_own_staff=False))
    assert [each.field for each in refused] == ["staff"]
    assert "(B)" in refused[0].message
    assert check_activity(replace(TRIP, has_own_staff=False, kind=ActivityKind.OTHER)) == []


@pytest.mark.policy("P-4.1-11", "P-A-2", "P-5.1-21", "P-5.1-22")
@pytest.mark.parametrize("kind", ActivityKind)
def test_the_nature_is_asked_for_with_every_code(kind: ActivityKind) -> None:
    assert "nature" in fields(replace(TRIP, kind=kind, nature=""))
    assert Needs.NATURE_OF_ACTIVITY in BY_SYMBOL[kind.code].needs
    assert BY_SYMBOL[kind.code].category is Category.APPROVED_ACTIVITY
    assert kind.words


@pytest.mark.policy("P-A-2")
@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        (ActivityKind.AUTHORITY, ["provider", "la_contact"]),
        (ActivityKind.WORK, ["provider", "supervisor"]),
        (ActivityKind.SPORT, ["supervisor"]),
        (ActivityKind.OTHER, ["supervisor"]),
    ],
)
def test_what_each_kind_needs_besides(kind: ActivityKind, missing: list[str]) -> None:
    assert fields(replace(TRIP, kind=kind, provider="", supervisor="", la_contact="")) == missing
    assert fields(replace(TRIP, kind=kind, provider="College", supervisor="Jo", la_contact="Ann")) == []


@pytest.mark.parametrize("place", ["Home", " at home.", "online"])
def test_learning_at_home_is_no_approved_activity(place: str) -> None:
    refused = check_activity(replace(TRIP, place=place))
    assert [each.field for each in refused] == ["place"]
    assert "Learning at home" in refused[0].message


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"place": ""}, "place"),
        ({"last_day": date(2026, 11, 23)}, "last_day"),
        ({"last_day": date(2027, 11, 26)}, "last_day"),
        ({"session_count": 0}, "first_day"),
    ],
)
def test_what_else_is_refused(change: dict[str, object], field: str) -> None:
    assert fields(replace(TRIP, **change)) == [field]  # type: ignore[arg-type]


def test_the_register_says_what_and_with_whom() -> None:
    assert register_words("Museum", "workshop", "Jo Hall") == "Museum: workshop, with Jo Hall"
    assert register_words("Gala", "swimming", "") == "Gala: swimming"


def test_each_way_of_confirming_has_words() -> None:
    assert len({each.words for each in ConfirmedHow}) == len(ConfirmedHow)


DUAL = DualFacts("Hill School", "0121 496 0002", "e-mail", date(2026, 9, 14), date(2027, 7, 21), 2, 70)


@pytest.mark.policy("P-A-2")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"other_school": ""}, "other_school"),
        ({"telephone": ""}, "telephone"),
        ({"told_how": ""}, "told_how"),
        ({"last_day": date(2026, 9, 1)}, "last_day"),
        ({"last_day": date(2027, 12, 1)}, "last_day"),
        ({"half_day_count": 0}, "half_days"),
        ({"session_count": 0}, "first_day"),
    ],
)
def test_d_needs_the_other_school_and_how_it_tells(change: dict[str, object], field: str) -> None:
    assert check_dual(DUAL) == []
    assert [each.field for each in check_dual(replace(DUAL, **change))] == [field]  # type: ignore[arg-type]


@given(st.sampled_from(ActivityKind), st.booleans(), st.text(max_size=3), st.text(max_size=3))
def test_no_trip_is_ever_allowed_without_own_staff(
    kind: ActivityKind, has_own_staff: bool, supervisor: str, provider: str
) -> None:
    facts = replace(TRIP, kind=kind, has_own_staff=has_own_staff, supervisor=supervisor, provider=provider)
    if kind is ActivityKind.TRIP and not has_own_staff:
        assert check_activity(facts)
    if not check_activity(facts):
        assert facts.supervisor or facts.has_own_staff or facts.la_contact
