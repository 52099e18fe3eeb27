"""What is refused and what is warned of before times and years are kept: domain.md 1.4.7 and 6.4."""

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given

from rollbook.domain.calendar import (
    AcademicYearDates,
    ClosedSpan,
    DayKind,
    DayTimes,
    Issue,
    IssueLevel,
    TermDates,
    check_day_times,
    check_year,
)
from rollbook.domain.calendar_checks import LONGEST_OPEN_MINUTES
from rollbook.domain.law import Confirmation, NotInForce
from rollbook.domain.marks import RegisterTimes
from tests.domain.school import AFTERNOON, CLOSED, DAY_TIMES, MORNING, YEAR
from tests.strategies import register_times

LONG_AFTERNOON = RegisterTimes(time(12, 45), time(13, 15), time(15, 5))
SOUND = DayTimes(0, date(2026, 9, 1), MORNING, LONG_AFTERNOON)


def messages(issues: list[Issue], level: IssueLevel = IssueLevel.ERROR) -> list[str]:
    return [issue.message for issue in issues if issue.level is level]


def closing(at: time) -> DayTimes:
    return replace(SOUND, am=replace(MORNING, closes_at=at))


def test_sound_times_have_no_issue() -> None:
    assert check_day_times([SOUND, replace(SOUND, weekday=1)]) == []
    assert check_day_times([]) == []


@pytest.mark.policy("P-4.1-16")
def test_a_register_open_for_31_minutes_is_refused() -> None:
    assert messages(check_day_times([closing(time(9, 30))])) == []
    assert messages(check_day_times([closing(time(9, 31))])) == [
        "Monday morning: the register would be open for 31 minutes. The longest allowed is 30; close it by 09:30."
    ]
    assert len(messages(check_day_times([closing(time(9, 30, 1))]))) == 1


def test_times_set_before_the_rule_still_have_to_meet_it() -> None:
    old = replace(closing(time(9, 45)), effective_from=date(2020, 9, 1))
    assert len(messages(check_day_times([old]))) == 1


def test_the_limit_says_how_far_it_was_confirmed() -> None:
    [issue] = check_day_times(
        [replace(closing(time(9, 31)), pm=replace(LONG_AFTERNOON, closes_at=time(13, 16)))]
    )[:1]
    assert issue.level == "error"
    assert issue.citation.confirmation is Confirmation.SECONDARY


def test_the_limit_is_the_law_from_19_august_2024() -> None:
    assert LONGEST_OPEN_MINUTES.on(date(2024, 8, 19)).value == 30
    with pytest.raises(NotInForce):
        LONGEST_OPEN_MINUTES.on(date(2024, 8, 18))


@pytest.mark.policy("P-4.1-17")
def test_the_policy_s_own_times_load_with_a_standing_warning() -> None:
    autumn = [row for row in DAY_TIMES if row.effective_from == date(2026, 9, 1)]
    issues = check_day_times(autumn)
    assert messages(issues) == []
    assert messages(issues, IssueLevel.WARNING) == [
        "From 1 September 2026 the registers are not open for the same time in every session: mornings 30 minutes, "
        "afternoons 15 minutes. The guidance asks for the same length each time; change the closing times, or tell "
        "the governors why."
    ]


def test_weekdays_that_differ_are_warned_of_too() -> None:
    tuesday = DayTimes(
        1,
        date(2026, 9, 1),
        replace(MORNING, closes_at=time(9, 20)),
        replace(LONG_AFTERNOON, closes_at=time(13, 5)),
    )
    [warning] = messages(check_day_times([SOUND, tuesday]), IssueLevel.WARNING)
    assert "mornings 20 minutes or 30 minutes, afternoons 20 minutes or 30 minutes" in warning


def test_each_day_of_change_is_looked_at_by_itself() -> None:
    january = DayTimes(0, date(2027, 1, 4), replace(MORNING, closes_at=time(9, 20)), LONG_AFTERNOON)
    [warning] = messages(check_day_times([SOUND, january]), IssueLevel.WARNING)
    assert warning.startswith("From 4 January 2027 ")


@pytest.mark.parametrize("closes_at", [time(8, 59), time(9), time(12, 1)])
def test_times_follow_one_another(closes_at: time) -> None:
    found = messages(check_day_times([closing(closes_at)]))
    assert found[0] == (
        f"Monday morning: the register opens at 09:00, closes at {closes_at:%H:%M} and the session ends at 12:00. "
        "Give three times that follow one another."
    )


def test_a_register_may_close_with_its_session_and_the_afternoon_follow_at_once() -> None:
    short = RegisterTimes(time(9), time(9, 30), time(9, 30))
    at_once = RegisterTimes(time(9, 30), time(10), time(15, 5))
    assert check_day_times([replace(SOUND, am=short, pm=at_once)]) == []


def test_the_afternoon_begins_after_the_morning() -> None:
    early = replace(SOUND, pm=RegisterTimes(time(11, 45), time(12, 15), time(15, 5)))
    assert messages(check_day_times([early])) == [
        "Monday: the afternoon register opens at 11:45, before the morning session ends at 12:00. "
        "Open it when the morning is over."
    ]


def test_a_weekday_has_one_set_of_times_from_a_day() -> None:
    assert messages(check_day_times([SOUND, SOUND])) == [
        "Monday has two sets of times from 1 September 2026. Keep one of them."
    ]
    assert check_day_times([SOUND, replace(SOUND, effective_from=date(2027, 1, 4))]) == []


@given(register_times())
def test_times_of_up_to_thirty_minutes_are_never_refused_for_their_length(times: RegisterTimes) -> None:
    row = DayTimes(2, date(2026, 9, 1), times, AFTERNOON)
    assert not [message for message in messages(check_day_times([row])) if "longest" in message]


def test_a_sound_year_has_no_issue() -> None:
    next_year = AcademicYearDates("2027/28", date(2027, 9, 1), date(2028, 8, 31), ())
    assert check_year(YEAR, CLOSED, [next_year]) == []


def test_years_do_not_overlap() -> None:
    other = AcademicYearDates("2027/28", date(2027, 8, 31), date(2028, 8, 31), ())
    assert messages(check_year(YEAR, other_years=[other])) == [
        "2026/27 and 2027/28 overlap; end one before the other begins, so that each day is in one year."
    ]


def test_terms_lie_within_the_year() -> None:
    early = TermDates("Autumn term", date(2026, 8, 31), date(2026, 12, 18))
    late = TermDates("Summer term", date(2027, 4, 12), date(2027, 9, 1))
    assert messages(check_year(replace(YEAR, terms=(early, late)))) == [
        "Autumn term is not wholly within 2026/27, which goes from 1 September 2026 to 31 August 2027. "
        "Change the term or the year.",
        "Summer term is not wholly within 2026/27, which goes from 1 September 2026 to 31 August 2027. "
        "Change the term or the year.",
    ]


def test_a_term_may_fill_the_year() -> None:
    assert check_year(replace(YEAR, terms=(TermDates("The year", YEAR.first_day, YEAR.last_day),))) == []


def test_terms_do_not_overlap() -> None:
    autumn = TermDates("Autumn term", date(2026, 9, 1), date(2026, 12, 18))
    spring = TermDates("Spring term", date(2026, 12, 18), date(2027, 3, 25))
    assert messages(check_year(replace(YEAR, terms=(autumn, spring)))) == [
        "Autumn term and Spring term overlap; end one before the other begins."
    ]
    assert len(check_year(replace(YEAR, terms=(spring, autumn)))) == 1
    day_later = replace(spring, first_day=date(2026, 12, 19))
    assert check_year(replace(YEAR, terms=(autumn, day_later))) == []


def test_last_days_are_not_before_first_days() -> None:
    year = AcademicYearDates(
        "2026/27",
        date(2027, 8, 31),
        date(2026, 9, 1),
        (TermDates("Autumn term", date(2027, 9, 2), date(2027, 9, 1)),),
    )
    half_term = ClosedSpan(DayKind.HALF_TERM, "Half term", date(2026, 10, 30), date(2026, 10, 26))
    found = messages(check_year(year, [half_term]))
    assert found[0] == (
        "2026/27: the last day, 1 September 2026, is before the first day, 31 August 2027. "
        "Give a last day on or after the first."
    )
    assert [message.split(":")[0] for message in found if "is before" in message] == [
        "2026/27",
        "Autumn term",
        "Half term",
    ]
