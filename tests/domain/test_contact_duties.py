"""When is a call, a visit or an enquiry owed, and was it made? Worked by hand in the policy's school.

Monday 14 September 2026 is a school day; the morning register closes at 09:30, the day ends at 15:05, Fridays at 14:00.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.contact_duties import ContactPolicy, Did, Followed, Occasion, WasN, occasions
from rollbook.domain.contact_steps import ENQUIRIES_BY_TENTH_DAY, JOINT, StepKind
from rollbook.domain.contacting import Result
from rollbook.domain.sessions import SchoolSession
from tests.domain.school import CALENDAR

AM, PM = SchoolSession.AM, SchoolSession.PM
MON = date(2026, 9, 14)
DAYS = CALENDAR.school_days(MON, date(2026, 10, 23))
TUE, WED, THU, FRI = DAYS[1:5]
POLICY = ContactPolicy(60, 3)


def at(hour: int, minute: int = 0, on: date = MON) -> datetime:
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=UTC)


def moment(on: date, when: time) -> datetime:
    return datetime.combine(on, when, UTC)


def whole(*days: tuple[date, str]) -> list[tuple[date, SchoolSession, str]]:
    """`(MON, "N I")`: N in the morning, I in the afternoon; "-" is none."""
    return [
        (on, session, code)
        for on, codes in days
        for session, code in zip((AM, PM), codes.split(), strict=True)
        if code != "-"
    ]


def n(on: date, session: SchoolSession = AM, settled: datetime | None = None) -> WasN:
    return WasN(on, session, at(9 if session is AM else 12, 50 if session is PM else 5, on), settled)


def found(
    marks: Sequence[tuple[date, SchoolSession, str]],
    *did: Did,
    was_n: Sequence[WasN] = (),
    policy: ContactPolicy = POLICY,
    partners: frozenset[str] = frozenset(),
) -> list[Occasion]:
    return occasions(Followed(marks, was_n, did, partners), CALENDAR, lambda _: policy, moment)


def of(all_of_them: list[Occasion], duty: str) -> list[Occasion]:
    return [each for each in all_of_them if each.duty == duty]


# --- Calls ------------------------------------------------------------------------------------------------------


@pytest.mark.policy("P-4.5-2", "P-6-1")
def test_the_first_day_is_rung_within_an_hour_of_the_register_closing() -> None:
    (call,) = found(whole((MON, "N -")), was_n=[n(MON)])
    assert (call.duty, call.on, call.arose_at, call.due_at) == (
        "contact.first_day",
        MON,
        at(9, 30),
        at(10, 30),
    )
    assert call.done_at is None


def test_a_call_discharges_it_and_so_does_the_reason() -> None:
    no_answer = Did(StepKind.CALL, MON, at(9, 41), Result.NO_ANSWER)
    wrong = Did(StepKind.CALL, MON, at(9, 35), Result.WRONG_NUMBER)
    (call,) = found(whole((MON, "N -")), no_answer, wrong, was_n=[n(MON)])
    assert call.done_at == at(9, 41)
    (call,) = found(whole((MON, "I -")), was_n=[n(MON, settled=at(9, 50))])
    assert call.done_at == at(9, 50)
    reply = Did(StepKind.REPLY, MON, at(9, 33))
    (call,) = found(whole((MON, "N -")), no_answer, reply, was_n=[n(MON)])
    assert call.done_at == at(9, 33)


def test_a_pupil_who_came_before_the_register_closed_is_nobodys_call() -> None:
    assert found(whole((MON, "L \\")), was_n=[n(MON, settled=at(9, 20))]) == []


def test_one_who_came_later_was_missing_until_then() -> None:
    (call,) = found(whole((MON, "U \\")), was_n=[n(MON, settled=at(10, 5))])
    assert (call.duty, call.done_at) == ("contact.first_day", at(10, 5))


def test_an_afternoon_has_its_own_hour() -> None:
    (call,) = found(whole((MON, "/ N")), was_n=[n(MON, PM)])
    assert (call.arose_at, call.due_at) == (at(13), at(14))


def test_a_morning_keyed_in_late_is_owed_from_then() -> None:
    (call,) = found(whole((MON, "N -")), was_n=[WasN(MON, AM, at(11), None)])
    assert (call.arose_at, call.due_at) == (at(11), at(10, 30))


@pytest.mark.policy("P-4.5-8")
def test_each_further_day_is_rung_again_over_a_weekend_until_the_pupil_is_seen() -> None:
    marks = whole((FRI, "N N"), (DAYS[5], "N N"), (DAYS[6], "/ \\"), (DAYS[7], "N N"))
    calls = found(marks, was_n=[n(FRI), n(FRI, PM), n(DAYS[5]), n(DAYS[7])])
    named = [(each.duty, each.on) for each in calls if each.duty.startswith("contact.")]
    assert named == [
        ("contact.first_day", FRI),
        ("contact.each_day", DAYS[5]),
        ("contact.first_day", DAYS[7]),
    ]
    assert of(calls, "contact.each_day")[0].what == "Missing without a reason, 2nd day"


def test_a_day_that_the_calendar_has_closed_since_asks_nothing() -> None:
    saturday = date(2026, 9, 19)
    assert found(whole((saturday, "N N")), was_n=[n(saturday)]) == []


@pytest.mark.policy("P-4.5-11")
def test_those_who_work_with_the_pupil_are_told_the_same_day() -> None:
    both = frozenset({"social_worker", "youth_offending"})
    social = Did(StepKind.PARTNER, MON, at(10), "social_worker")
    (told,) = of(found(whole((MON, "N N")), social, was_n=[n(MON)], partners=both), "partner.told")
    assert (told.due_at, told.done_at) == (at(15, 5), None)
    assert told.what == "Tell the social worker and the youth offending worker"
    youth = Did(StepKind.PARTNER, MON, at(11), "youth_offending")
    (told,) = of(found(whole((MON, "N N")), social, youth, was_n=[n(MON)], partners=both), "partner.told")
    assert told.done_at == at(11)
    settled = found(whole((MON, "I N")), social, was_n=[n(MON, settled=at(9, 45))], partners=both)
    assert of(settled, "partner.told")[0].done_at == at(9, 45)


# --- Days in a row ----------------------------------------------------------------------------------------------


@pytest.mark.policy("P-8.4-10")
def test_the_second_day_asks_for_a_visit_or_for_the_reason_against_it() -> None:
    marks = whole((MON, "N N"), (TUE, "I -"))
    (visit,) = found(marks)
    assert (visit.duty, visit.on, visit.due_at) == ("visit.two_days", TUE, at(15, 5, TUE))
    (visit,) = found(marks, Did(StepKind.NO_VISIT, TUE, at(10, 0, TUE)))
    assert visit.done_at == at(10, 0, TUE)
    (visit,) = found(marks, Did(StepKind.VISIT, TUE, at(12, 0, TUE), "seen"))
    assert visit.done_at == at(12, 0, TUE)


@pytest.mark.parametrize(
    "marks",
    [
        whole((MON, "N N"), (TUE, "/ \\"), (WED, "N N")),  # seen in between
        whole((MON, "N N"), (TUE, "C C")),  # leave rests on a record
        whole((MON, "/ N"), (TUE, "N N")),  # the first day was met in part
        whole((MON, "N N"), (TUE, "N \\")),  # and so was the last
    ],
)
def test_no_visit_where_two_days_in_a_row_were_not_missed(
    marks: list[tuple[date, SchoolSession, str]],
) -> None:
    assert of(found(marks), "visit.two_days") == []


def test_a_school_may_leave_illness_to_the_rules_on_evidence() -> None:
    quiet = ContactPolicy(60, 3, visits_for_illness=False)
    assert found(whole((MON, "I I"), (TUE, "I I")), policy=quiet) == []
    assert [each.duty for each in found(whole((MON, "N N"), (TUE, "I I")), policy=quiet)] == [
        "visit.two_days"
    ]


@pytest.mark.policy("P-4.5-10")
def test_a_welfare_officer_is_considered_from_the_day_that_is_set() -> None:
    marks = whole((MON, "O O"), (TUE, "O O"), (WED, "N N"))
    decided = Did(StepKind.WELFARE_OFFICER, WED, at(14, on=WED), "not_yet")
    (officer,) = of(found(marks, decided), "partner.welfare_officer")
    assert (officer.on, officer.due_at, officer.done_at) == (WED, at(15, 5, WED), at(14, on=WED))
    assert of(found(marks, policy=ContactPolicy(60, 4)), "partner.welfare_officer") == []
    # A reason in between begins a new count.
    assert of(found(whole((MON, "O O"), (TUE, "I I"), (WED, "N N"))), "partner.welfare_officer") == []


def _missing(days: int) -> list[tuple[date, SchoolSession, str]]:
    return whole(*((on, "O O") for on in DAYS[:days]))


def test_the_tenth_day_asks_for_every_enquiry() -> None:
    assert of(found(_missing(9)), "missing.tenth_day") == []
    keys = [key for key, _ in ENQUIRIES_BY_TENTH_DAY]
    done = [Did(StepKind.ENQUIRY, DAYS[8], at(9 + place, on=DAYS[8]), key) for place, key in enumerate(keys)]
    (tenth,) = of(found(_missing(10), *done[1:]), "missing.tenth_day")
    assert DAYS[9] == date(2026, 9, 25)  # a Friday
    assert (tenth.on, tenth.due_at, tenth.done_at) == (DAYS[9], at(14, on=DAYS[9]), None)
    (tenth,) = of(found(_missing(10), *done), "missing.tenth_day")
    assert tenth.done_at == at(9 + len(keys) - 1, on=DAYS[8])


def test_the_twentieth_day_asks_for_what_was_found_with_the_authority() -> None:
    joint = Did(StepKind.ENQUIRY, DAYS[19], at(11, on=DAYS[19]), JOINT)
    (twentieth,) = of(found(_missing(20), joint), "missing.twentieth_day")
    assert (twentieth.on, twentieth.done_at) == (DAYS[19], at(11, on=DAYS[19]))
    (twentieth,) = of(found(_missing(21)), "missing.twentieth_day")
    assert (twentieth.on, twentieth.done_at, twentieth.dropped_because) == (DAYS[19], None, "")


def test_whom_somebody_has_seen_is_not_missing() -> None:
    seen = Did(StepKind.SEEN, DAYS[7], at(12, on=DAYS[7]), "sight")
    all_of_them = found(_missing(20), seen)
    for duty in ("missing.tenth_day", "missing.twentieth_day"):
        assert of(all_of_them, duty)[0].dropped_because == "Somebody has seen or heard the pupil since."


def test_what_was_done_in_an_earlier_absence_discharges_nothing_now() -> None:
    marks = whole((MON, "N N"), (TUE, "N N"), (WED, "/ \\"), (THU, "N N"), (FRI, "N N"))
    visits = of(found(marks, Did(StepKind.VISIT, TUE, at(12, on=TUE))), "visit.two_days")
    assert [each.done_at for each in visits] == [at(12, on=TUE), None]
    late = of(found(marks, Did(StepKind.NO_VISIT, WED, at(12, on=WED))), "visit.two_days")
    assert [each.done_at for each in late] == [at(12, on=WED), None]


codes = st.sampled_from(["N", "O", "I", "C", "V", "/", "U", "C2", "G", "-"])


@given(st.lists(st.tuples(codes, codes), min_size=1, max_size=25), st.integers(0, 4))
def test_every_occasion_is_due_after_it_arose_and_once_a_day(days: list[tuple[str, str]], shift: int) -> None:
    marks = whole(*((on, f"{am} {pm}") for on, (am, pm) in zip(DAYS[shift:], days, strict=False)))
    was_n = [WasN(on, session, at(9, 5, on), None) for on, session, code in marks if code in ("N", "O")]
    all_of_them = found(marks, was_n=was_n)
    for each in all_of_them:
        assert each.arose_at <= each.due_at <= each.arose_at + timedelta(hours=6)
    named = [(each.duty, each.on) for each in all_of_them]
    assert len(named) == len(set(named))
    assert len([each for each in all_of_them if each.duty.startswith("contact.")]) == len(
        {each.on for each in was_n}
    )
