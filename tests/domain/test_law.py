from datetime import date

import pytest

from rollbook.domain.law import (
    Citation,
    Confirmation,
    Dated,
    DatedValues,
    Finding,
    NotInForce,
    words_for_day,
)

ACT = Citation("Some Act", "section 1")
THREE_YEARS = Dated(3, date(2006, 9, 1), date(2024, 8, 18), ACT)
SIX_YEARS = Dated(6, date(2024, 8, 19), None, ACT)
RETENTION = DatedValues(SIX_YEARS, THREE_YEARS)


@pytest.mark.parametrize(
    ("day", "years"),
    [
        (date(2006, 9, 1), 3),
        (date(2024, 8, 18), 3),
        (date(2024, 8, 19), 6),
        (date(2099, 1, 1), 6),
    ],
)
def test_value_of_the_day_the_facts_happened(day: date, years: int) -> None:
    assert RETENTION.on(day).value == years
    assert RETENTION.on(day).is_in_force(day)


def test_no_value_before_the_first() -> None:
    with pytest.raises(NotInForce, match="in force on 31 August 2006"):
        RETENTION.on(date(2006, 8, 31))


def test_values_come_in_order_of_time() -> None:
    assert list(RETENTION) == [THREE_YEARS, SIX_YEARS]


@pytest.mark.parametrize("last_day", [None, date(2024, 8, 19)])
def test_two_values_may_not_claim_one_day(last_day: date | None) -> None:
    with pytest.raises(ValueError, match="both in force on 19 August 2024"):
        DatedValues(Dated(3, date(2006, 9, 1), last_day, ACT), SIX_YEARS)


def test_a_citation_reads_as_one() -> None:
    assert str(ACT) == "Some Act, section 1"
    assert ACT.confirmation is Confirmation.CONFIRMED


def test_levels_of_confirmation_have_words() -> None:
    assert len({level.words for level in Confirmation}) == len(Confirmation)


def test_a_finding_cannot_be_changed() -> None:
    finding = Finding(True, "rule", "Because.", {}, ACT)
    with pytest.raises(AttributeError):
        finding.answer = False  # type: ignore[misc]


def test_a_date_in_words() -> None:
    assert words_for_day(date(2024, 8, 9)) == "9 August 2024"
