"""Who is missing without a reason, and who is asked after first: worked by hand, then for any facts at all."""

from datetime import UTC, datetime, time
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.codes import CODES
from rollbook.domain.missing import Known, Risk, Standing, Urgency, standing_of, urgency
from rollbook.domain.sessions import SchoolSession

AM, PM = SchoolSession.AM, SchoolSession.PM
CLOSED_AT = datetime(2026, 9, 14, 9, 30, tzinfo=UTC)

times = st.none() | st.times()
sentences = st.sampled_from(["", "Trip or activity: Science museum."])
knowns = st.builds(
    Known,
    session=st.sampled_from([AM, PM]),
    code=st.just("") | st.sampled_from(sorted(code.symbol for code in CODES)),
    is_expected=st.booleans(),
    is_site_closed=st.booleans(),
    planned=sentences,
    told=sentences,
    arrived_at=times,
    left_at=times,
    has_closed=st.booleans(),
    is_begun=st.booleans(),
)


@pytest.mark.policy("P-4.5-1")
@pytest.mark.parametrize(
    ("known", "standing", "because"),
    [
        (Known(AM, "N"), Standing.MISSING, "No reason this morning."),
        (Known(PM, ""), Standing.MISSING, "Nobody has marked this pupil this afternoon."),
        (Known(AM, "", is_begun=False), Standing.ASK_TEACHER, "Nobody has taken this register this morning."),
        (Known(AM, "N", has_closed=False), Standing.WAITING, "The register is open until 09:30."),
        (Known(AM, "N", arrived_at=time(8, 20)), Standing.LOOK_HERE, "Signed in at the desk at 08:20."),
        (Known(PM, "N", left_at=time(11, 5)), Standing.EXPLAINED, "Signed out at the desk at 11:05."),
        (
            Known(AM, "N", planned="Trip or activity: Science museum.", told="Mother told."),
            Standing.EXPLAINED,
            "Trip or activity: Science museum.",
        ),
        (Known(AM, "N", told="Mother told at 08:20: ill."), Standing.EXPLAINED, "Mother told at 08:20: ill."),
        (Known(AM, "L"), Standing.SETTLED, "Marked this morning: late, before register closed."),
        (Known(AM, "I"), Standing.SETTLED, "Marked this morning: illness."),
        (Known(AM, "/"), Standing.SETTLED, "Marked this morning: present."),
        (Known(AM, "N", is_expected=False), Standing.SETTLED, "Not on a register this morning."),
        (Known(AM, "", is_site_closed=True), Standing.SETTLED, "The school is closed this morning."),
    ],
)
def test_the_first_fact_that_explains_it_decides(known: Known, standing: Standing, because: str) -> None:
    found = standing_of(known)
    assert (found.answer, found.because) == (standing, because)
    assert found.citation.provision == "section 4.5"


@given(knowns)
def test_nobody_is_missing_whom_anything_explains(known: Known) -> None:
    if standing_of(known).answer is Standing.MISSING:
        assert known.code in ("", "N")
        assert known.has_closed
        assert known.is_expected
        explains = [known.planned, known.told, known.arrived_at, known.left_at, known.is_site_closed]
        assert not any(each not in ("", None, False) for each in explains)


@given(knowns)
def test_each_answer_says_why(known: Known) -> None:
    assert standing_of(known).because.endswith(".")


def test_risk_goes_before_days_and_days_before_time() -> None:
    later = datetime(2026, 9, 14, 13, 0, tzinfo=UTC)
    in_order = [
        urgency([Risk.MEDICAL_CONDITION, Risk.CHILD_PROTECTION_PLAN], 1, later),
        urgency([Risk.LOOKED_AFTER], 1, CLOSED_AT),
        urgency([Risk.CHILD_IN_NEED], 4, CLOSED_AT),
        urgency([Risk.SOCIAL_WORKER], 4, CLOSED_AT),
        urgency([Risk.MEDICAL_CONDITION], 9, CLOSED_AT),
        urgency([Risk.YOUTH_OFFENDING_WORKER], 9, CLOSED_AT),
        urgency([], 3, later),
        urgency([], 2, CLOSED_AT),
        urgency([], 2, later),
    ]
    for shuffled in list(permutations(in_order[:4])) + list(permutations(in_order[5:])):
        assert sorted(shuffled, key=lambda each: each.answer.key) == sorted(shuffled, key=in_order.index)


def test_urgency_says_what_makes_it_so() -> None:
    found = urgency([Risk.SOCIAL_WORKER, Risk.CHILD_IN_NEED, Risk.SOCIAL_WORKER], 2, CLOSED_AT)
    assert found.answer == Urgency((Risk.CHILD_IN_NEED, Risk.SOCIAL_WORKER), 2, CLOSED_AT)
    assert found.because == "Child in need; Social worker; 2nd school day in a row."
    first = urgency([], 1, CLOSED_AT)
    assert first.because == "First day, and nothing else is known that makes it urgent."
