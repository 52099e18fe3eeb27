"""What a school may choose about following absence up: illness, the return to school, returns to the authority."""

from typing import Any

from rollbook.apps.schools.queries.setting import Setting
from rollbook.domain.law import GUIDANCE, POLICY, Citation, Confirmation

_RETURNS = Citation(GUIDANCE, "attendance returns", Confirmation.SECONDARY)


def _back(*, unit: str, default: int, lowest: int, highest: int, **words: Any) -> Setting:
    """A part of how a pupil who was away is welcomed back, which the policy leaves to the school."""
    its = Citation(POLICY, "section 7.3")
    return Setting(
        unit=unit, default=default, lowest=lowest, highest=highest, citation=its, bound_citation=its, **words
    )


FOLLOW_UP = (
    _back(
        name="back_checks",
        title="Pupils are welcomed back",
        explanation="Whether somebody is to meet each pupil who comes back after an absence.",
        unit="",
        default=1,
        lowest=0,
        highest=1,
        because="The policy asks for it; a school that begins in the middle of a year may begin with it later.",
        words=("Off", "On"),
    ),
    _back(
        name="back_from_sessions",
        title="A pupil is welcomed back after",
        explanation="So many sessions missed at least, before somebody meets the pupil on the return.",
        unit="sessions missed",
        default=1,
        lowest=1,
        highest=10,
        because="The policy says after any absence; after more than a week nobody would ask any more.",
    ),
    _back(
        name="back_full_from_days",
        title="An absence is lengthy from",
        explanation="So many school days missed or more make it the full check: how the pupil feels, and what is "
        "agreed.",
        unit="school days",
        default=5,
        lowest=2,
        highest=20,
        because="One day is not lengthy, and four weeks always are.",
    ),
    _back(
        name="zones_of_regulation",
        title="How a pupil feels is told in Zones of Regulation",
        explanation="On: blue, green, yellow and red zone. Off: the same four in plain words.",
        unit="",
        default=1,
        lowest=0,
        highest=1,
        because="The policy names the Zones of Regulation; another school may use its own words.",
        words=("Off", "On"),
    ),
    Setting(
        name="evidence_from_day",
        title="Evidence of illness may be asked for from",
        explanation="The day of one spell of illness from which a parent may be asked for evidence without a "
        "doubt. Somebody always decides on it and says why.",
        unit="days of illness",
        default=6,
        lowest=6,
        highest=15,
        because="The policy says longer than five days; nobody is asked unnecessarily.",
        citation=Citation(POLICY, "section 4.2"),
        bound_citation=Citation(POLICY, "section 4.2"),
    ),
    Setting(
        name="unauthorised_return_days",
        title="Ten days without authorisation are told within",
        explanation="The interval agreed with the local authority, counted from the tenth school day.",
        unit="days",
        default=28,
        lowest=1,
        highest=28,
        because="The authority is told at least once in every calendar month, and 28 days are never more.",
        citation=_RETURNS,
        bound_citation=_RETURNS,
    ),
)
