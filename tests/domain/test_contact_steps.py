"""What each kind of step must say before it is written down."""

from datetime import UTC, datetime, timedelta

import pytest

from rollbook.domain.contact_steps import BY_ITSELF, STEPS, Ask, StepKind, check_step

NOW = datetime(2026, 9, 14, 11, 0, tzinfo=UTC)
VISIT = {"result": "nobody", "who": "Pat Lead", "second_person": "Ann Officer", "note": "Curtains drawn"}


def fields(kind: StepKind, values: dict[str, str], happened_at: datetime | None = None) -> list[str]:
    return [each.field for each in check_step(kind, values, happened_at, NOW)]


def test_every_kind_has_a_rule_and_those_with_a_form_say_what_they_ask() -> None:
    assert set(STEPS) == set(StepKind)
    for kind in StepKind:
        rule = kind.rule
        assert rule.kind is kind
        assert rule.title
        assert rule.act
        assert bool(rule.results) is bool(rule.result_label)
        assert rule.asks or kind not in BY_ITSELF


@pytest.mark.policy("P-4.5-3")
def test_a_visit_names_two_people_and_what_was_found() -> None:
    assert fields(StepKind.VISIT, VISIT, NOW) == []
    assert fields(StepKind.VISIT, VISIT | {"second_person": " "}) == ["second_person"]
    assert fields(StepKind.VISIT, VISIT | {"result": "seen"}) == ["seen_by"]
    assert fields(StepKind.VISIT, VISIT | {"result": "seen", "seen_by": "Pat Lead"}) == []
    assert fields(StepKind.VISIT, {}) == ["result", "who", "second_person", "note"]


@pytest.mark.policy("P-4.5-4")
def test_a_call_to_the_police_has_their_reference() -> None:
    assert fields(StepKind.POLICE, {"note": "Reported missing"}) == ["reference"]
    assert fields(StepKind.POLICE, {"note": "Reported missing", "reference": "BP/20260914/0211"}) == []


def test_what_is_still_to_come_has_not_happened() -> None:
    assert fields(StepKind.VISIT, VISIT, NOW + timedelta(minutes=1)) == ["happened_at"]


def test_a_way_of_telling_that_nobody_knows_is_refused() -> None:
    told = {"result": "social_worker", "who": "Sam Worker", "how": "telephone"}
    assert fields(StepKind.PARTNER, told) == []
    assert fields(StepKind.PARTNER, told | {"how": "pigeon"}) == ["how"]
    assert fields(StepKind.PARTNER, told | {"how": ""}) == ["how"]


@pytest.mark.parametrize("note", ["x" * 2001, "a\0b"])
def test_text_that_does_not_fit_is_refused(note: str) -> None:
    assert fields(StepKind.CONCERN, {"note": note}) == ["note"]


def test_a_result_that_is_none_of_the_kind_is_refused() -> None:
    assert fields(StepKind.CALL, {"result": "seen"}) == ["result"]
    assert fields(StepKind.CALL, {"result": "reached"}) == []
    assert STEPS[StepKind.OFFER].result_words("accepted") == "Accepted"
    assert STEPS[StepKind.OFFER].result_words("perhaps") == ""


def test_what_is_needed_for_some_results_only() -> None:
    ask = Ask("seen_by", "Who?", when_result=("seen",))
    assert ask.is_needed_for("seen")
    assert not ask.is_needed_for("nobody")
