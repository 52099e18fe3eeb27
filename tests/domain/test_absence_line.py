"""What a parent told becomes a code: every reason with every fact of the caller and the pupil."""

from dataclasses import replace
from datetime import date, datetime, time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.absence_line import (
    Call,
    CallTimes,
    Next,
    Proposal,
    by_hand,
    for_session,
    how_late,
    is_in_advance,
    is_missed,
    proposed,
)
from rollbook.domain.access import ROLE_SETTERS, Role
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.law import Finding
from rollbook.domain.precedence import precedence
from rollbook.domain.pupil_facts import Planned, PupilFacts
from rollbook.domain.told import TOLD, Caller, Channel, Lateness, Told
from tests.domain.school import AFTERNOON, MORNING

MONDAY = date(2026, 9, 14)
N = "N"
# The reason alone, told by a parent of a pupil of compulsory school age: nothing known, and each fact that may matter.
# Columns: nothing | told in advance | appointment shown | the law's question answered yes | and the day named.
MATRIX = {
    Told.ILL: "I I I I I",
    Told.MEDICAL: "N M M N N",
    Told.DENTAL: "N M M N N",
    Told.REFUSES: "N N N N N",
    Told.BEREAVEMENT: "N N N N N",
    Told.FAMILY: "N N N N N",
    Told.RELIGIOUS: "N N N N R",
    Told.HOLIDAY: "G G G G G",
    Told.TRANSPORT: "N N N Y1 Y1",
    Told.NOT_ARRANGED: "N N N Q Q",
    Told.WEATHER: "N N N Y2 Y2",
    Told.TRAVELLING: "N N N T T",
    Told.INTERVIEW: "N N N N N",
    Told.STUDY: "N N N N N",
    Told.PERFORMANCE: "N N N N N",
    Told.SUSPENDED: "N N N N N",
    Told.OTHER_SCHOOL: "N N N N N",
    Told.OTHER: "N N N N N",
    Told.NO_REASON: "N N N N N",
}
FACTS: tuple[dict[str, object], ...] = (
    {},
    {"is_in_advance": True},
    {"is_evidence_seen": True},
    {"is_test_met": True},
    {"is_test_met": True, "named": "Eid al-Adha"},
)
EACH = list(product(Told, range(len(FACTS))))
WAITS_FOR = {
    Told.MEDICAL: Next.EVIDENCE,
    Told.DENTAL: Next.EVIDENCE,
    Told.REFUSES: Next.SUPPORT,
    Told.BEREAVEMENT: Next.LEAVE,
    Told.FAMILY: Next.LEAVE,
    Told.RELIGIOUS: Next.TEST,
    Told.TRANSPORT: Next.TEST,
    Told.NOT_ARRANGED: Next.TEST,
    Told.WEATHER: Next.TEST,
    Told.TRAVELLING: Next.TEST,
    Told.INTERVIEW: Next.LEAVE,
    Told.STUDY: Next.LEAVE,
    Told.PERFORMANCE: Next.LEAVE,
    Told.SUSPENDED: Next.RECORD,
    Told.OTHER_SCHOOL: Next.RECORD,
    Told.OTHER: Next.REASON,
    Told.NO_REASON: Next.REASON,
}


def test_every_reason_has_a_row_and_words_of_its_own() -> None:
    assert set(MATRIX) == set(TOLD) == set(Told)
    assert len({row.words for row in TOLD.values()}) == len(TOLD)
    assert all(channel.words and channel.did for channel in Channel)
    assert [told.value for told in Told if told.is_appointment] == ["medical", "dental"]


@pytest.mark.policy("P-4.2-4", "P-4.3-1")
@pytest.mark.parametrize(("told", "column"), EACH)
def test_each_reason_with_each_fact_gives_its_code(told: Told, column: int) -> None:
    found = proposed(Call(told, **FACTS[column]))  # type: ignore[arg-type]
    assert found.answer.code == MATRIX[told].split()[column]
    assert found.answer.next is (WAITS_FOR[told] if found.answer.code == N else Next.NOTHING)
    assert found.answer.is_settled is (found.answer.code != N)
    assert found.because.endswith(".")
    assert (found.answer.next.words == "") is found.answer.is_settled


@pytest.mark.policy("P-4.2-5")
@pytest.mark.parametrize(("told", "column"), EACH)
def test_a_doubt_makes_n_of_every_reason_and_goes_to_the_head(told: Told, column: int) -> None:
    call = replace(Call(told, **FACTS[column]), is_doubted=True)  # type: ignore[arg-type]
    assert proposed(call).answer == Proposal(N, Next.HEAD)


@pytest.mark.parametrize(("told", "column"), EACH)
def test_a_caller_who_is_no_contact_makes_n_of_every_reason_until_a_parent_confirms(
    told: Told, column: int
) -> None:
    call = replace(Call(told, **FACTS[column]), caller=Caller.SOMEBODY)  # type: ignore[arg-type]
    assert proposed(call).answer == Proposal(N, Next.PARENT)
    assert proposed(replace(call, is_doubted=True)).answer == Proposal(N, Next.PARENT)
    assert proposed(replace(call, caller=Caller.CONTACT)).answer.code == MATRIX[told].split()[column]


@pytest.mark.parametrize("told", list(Told))
def test_a_pupil_is_believed_from_the_end_of_compulsory_school_age(told: Told) -> None:
    young = Call(told, caller=Caller.PUPIL)
    assert proposed(young).answer == Proposal(N, Next.PARENT)
    old = replace(young, is_compulsory_age=False)
    assert proposed(old).answer.code == MATRIX[told].split()[0]


@pytest.mark.parametrize("told", list(Told))
def test_outside_compulsory_school_age_the_code_is_the_same_and_counts_for_no_legal_step(told: Told) -> None:
    found = proposed(Call(told, is_compulsory_age=False))
    assert found.answer == proposed(Call(told)).answer
    assert ("no legal step" in found.because) is (found.answer.code in "GN")


def test_leave_is_never_made_of_a_call() -> None:
    callers = (Caller.PARENT, Caller.CONTACT)
    for told, facts, caller in product(Told, FACTS, callers):
        code = proposed(Call(told, caller, **facts)).answer.code  # type: ignore[arg-type]
        assert code not in {"C", "C1", "C2", "J1", "S", "E", "D", "X"}


def planned(code: str, **changes: str) -> Planned:
    return Planned(code, MONDAY, MONDAY, nature=f"known as {code}", **changes)


def facts(*known: Planned, **changes: bool) -> PupilFacts:
    return PupilFacts(is_compulsory_age=True, known=known, **changes)


ILL, HOLIDAY, ASKED = (proposed(Call(told)) for told in (Told.ILL, Told.HOLIDAY, Told.BEREAVEMENT))
# What stands for the session when it is planned already, for somebody ill, on holiday, and with a funeral to go to.
BESIDE_A_PLAN = {
    "D": "D D D",
    "E": "E E E",
    "C": "I C C",
    "M": "I M M",
    "J1": "I J1 J1",
    "R": "I R R",
    "Y1": "I Y1 Y1",
    "C2": "I C2 C2",
    "X": "I X X",
    "G": "I G G",
    "O": "I G N",
    "N": "I G N",
}


@pytest.mark.parametrize("code", BESIDE_A_PLAN)
def test_what_is_planned_stands_where_it_goes_before_what_was_told(code: str) -> None:
    of_age = facts(planned(code, provider="Moor School")) if code != "X" else None
    known = of_age or PupilFacts(is_compulsory_age=False, known=(planned("X"),))
    found = [for_session(base, known) for base in (ILL, HOLIDAY, ASKED)]
    assert [each.answer.code for each in found] == BESIDE_A_PLAN[code].split()
    for each, base in zip(found, (ILL, HOLIDAY, ASKED), strict=True):
        stands = each.answer.stands is not None
        assert stands is (each.answer.code == code and code != base.answer.code)
        assert (f"{code} stands" in each.because) is stands


@pytest.mark.parametrize("code", ["V", "P", "W", "B", "K"])
@pytest.mark.parametrize("base", [ILL, HOLIDAY, ASKED])
def test_a_pupil_told_to_be_away_is_to_be_taken_off_an_activity(code: str, base: Finding[Proposal]) -> None:
    trip = planned(code, supervisor="Tess Teacher", provider="Moor Farm")
    found = for_session(base, facts(trip))
    assert (found.answer.code, found.answer.next, found.answer.instead_of) == (
        base.answer.code,
        Next.ACTIVITY,
        trip,
    )
    assert f"known as {code}" in found.because


def test_a_closed_school_goes_before_every_reason() -> None:
    for told in Told:
        assert for_session(proposed(Call(told)), facts(is_site_closed=True)).answer.code == "Y4"


def test_with_nothing_planned_the_reason_alone_decides() -> None:
    assert for_session(ILL, facts()) == ILL


HANDS = {role: ROLE_SETTERS[role] for role in Role}
# Who may set what: the school office, the attendance officer (and pastoral lead), the head teacher.
BY_HAND = {
    "I": "I I I",
    "M": "M M M",
    "N": "N N N",
    "G": "N G G",
    "R": "N R R",
    "T": "N T T",
    "Q": "N Q Q",
    "Y1": "N Y1 Y1",
    "Y2": "N N Y2",
}


@pytest.mark.parametrize("code", BY_HAND)
def test_a_code_that_is_not_the_callers_taker_to_set_is_n_until_somebody_else_sets_it(code: str) -> None:
    base = replace(ILL, answer=Proposal(code))
    roles = (Role.OFFICE, Role.ATTENDANCE_OFFICER, Role.HEAD_TEACHER)
    found = [by_hand(base, HANDS[role]) for role in roles]
    assert [each.answer.code for each in found] == BY_HAND[code].split()
    for each in found:
        is_put_off = each.answer.code != code
        assert each.answer.next is (Next.HAND if is_put_off else Next.NOTHING)
        assert (f"{code} is set by" in each.because) is is_put_off


def test_what_stands_already_needs_nobodys_hand() -> None:
    stands = for_session(HOLIDAY, facts(planned("C")))
    assert by_hand(stands, HANDS[Role.OFFICE]) == stands
    closed = for_session(HOLIDAY, facts(is_site_closed=True))
    assert by_hand(closed, HANDS[Role.OFFICE]).answer.code == "Y4"


@pytest.mark.policy("P-4.3-4")
@pytest.mark.parametrize(
    ("leaves", "returns", "missed"),
    [
        (None, None, "both"),
        (time(10), None, "PM"),  # registered in the morning, gone for the rest of the day
        (time(10), time(12), ""),  # seen in the morning, back before the afternoon register
        (time(10), time(12, 59), ""),  # back before it closes: late, not absent
        (time(10), time(13), "PM"),
        (None, time(9, 29), ""),  # L
        (None, time(9, 30), "AM"),  # the register has closed: M goes before U
        (None, time(11), "AM"),
        (time(9), time(11), "AM"),  # not there when the register opened
        (time(9, 1), time(11), ""),  # there when it opened
        (time(13, 30), None, ""),
    ],
)
def test_an_appointment_takes_only_the_sessions_it_must(
    leaves: time | None, returns: time | None, missed: str
) -> None:
    found = [is_missed(times, leaves, returns) for times in (MORNING, AFTERNOON)]
    assert (
        found == {"both": [True, True], "AM": [True, False], "PM": [False, True], "": [False, False]}[missed]
    )


@pytest.mark.parametrize(
    ("told_at", "leaves", "advance"),
    [
        (datetime(2026, 9, 14, 8, 59), None, True),
        (datetime(2026, 9, 14, 9, 0), None, False),
        (datetime(2026, 9, 14, 10, 59), time(11), True),
        (datetime(2026, 9, 14, 11, 0), time(11), False),
        (datetime(2026, 9, 14, 8, 59), time(8), True),
        (datetime(2026, 9, 11, 17, 0), time(8), True),
        (datetime(2026, 9, 15, 8, 0), None, False),
    ],
)
def test_an_appointment_is_told_in_advance_before_the_pupil_would_be_missed(
    told_at: datetime, leaves: time | None, *, advance: bool
) -> None:
    assert is_in_advance(told_at, MONDAY, time(9), leaves) is advance


TIMES = CallTimes(time(8, 45), time(9))


@pytest.mark.policy("P-4.2-1", "P-3.7-3")
@pytest.mark.parametrize(
    ("told_at", "lateness"),
    [
        (datetime(2026, 9, 11, 16, 0), Lateness.IN_TIME),
        (datetime(2026, 9, 14, 7, 0), Lateness.IN_TIME),
        (datetime(2026, 9, 14, 8, 45), Lateness.IN_TIME),
        (datetime(2026, 9, 14, 8, 45, 1), Lateness.ACCEPTED),
        (datetime(2026, 9, 14, 9, 0), Lateness.ACCEPTED),
        (datetime(2026, 9, 14, 9, 0, 1), Lateness.LATE),
        (datetime(2026, 9, 15, 7, 0), Lateness.AFTERWARDS),
    ],
)
def test_a_call_is_in_time_until_a_quarter_to_nine_and_late_after_nine(
    told_at: datetime, lateness: Lateness
) -> None:
    found = how_late(told_at, MONDAY, TIMES)
    assert found.answer is lateness
    assert lateness.is_late is (lateness in (Lateness.LATE, Lateness.AFTERWARDS))
    assert found.because.endswith(".")


calls = st.builds(
    Call,
    told=st.sampled_from(Told),
    caller=st.sampled_from(Caller),
    is_doubted=st.booleans(),
    is_in_advance=st.booleans(),
    is_evidence_seen=st.booleans(),
    is_test_met=st.booleans(),
    named=st.sampled_from(["", " ", "Eid al-Adha"]),
    is_compulsory_age=st.booleans(),
)


@given(calls, st.sampled_from(sorted(BY_SYMBOL)), st.sampled_from(Role), st.booleans())
def test_whatever_is_told_n_is_unsettled_and_nothing_gives_way_to_what_comes_after_it(
    call: Call, code: str, role: Role, is_closed: bool
) -> None:
    base = proposed(call)
    assert (base.answer.code == N) is not base.answer.is_settled
    found = for_session(base, facts(planned(code), is_site_closed=is_closed))
    assert precedence(found.answer.code) <= precedence(base.answer.code)
    done = by_hand(found, HANDS[role])
    assert done.answer.code in {found.answer.code, N}
    is_own = done.answer.stands is None and done.answer.code != "Y4"
    assert not is_own or done.answer.code == N or BY_SYMBOL[done.answer.code].set_by & HANDS[role]
