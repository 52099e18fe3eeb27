"""When is an occasion of a duty in time, late, or on whose list? Worked by hand."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.access import Role
from rollbook.domain.duties import Kept, Owed, Standing, by_clause, kept, kept_by_duty, to_do
from rollbook.domain.duty_table import DUTIES

NOW = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
CALL = "contact.first_day"


def at(hour: int, minute: int = 0, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def owed(due_at: datetime, *, duty: str = CALL, about: str = "Amy Doyle", **more: object) -> Owed:
    return Owed(duty, about, "Call home", at(9, 30, 1), due_at, "/", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "standing"),
    [
        (owed(at(10, 30)), Standing.TODAY),
        (owed(at(10, 29)), Standing.OVERDUE),
        (owed(at(9, day=23)), Standing.COMING),
        (owed(at(10, 30), done_at=at(10, 30)), Standing.DONE),
        (owed(at(10, 30), done_at=at(10, 31)), Standing.DONE_LATE),
        (owed(at(9), dropped_because="The pupil is on a trip."), Standing.NOT_NEEDED),
        # What was done stays done, whatever is said later.
        (owed(at(9), done_at=at(8), dropped_because="Not needed."), Standing.DONE),
    ],
)
def test_an_occasion_is_in_time_up_to_the_moment_it_is_due(one: Owed, standing: Standing) -> None:
    assert one.standing(NOW) is standing
    assert standing.is_open is (one.done_at is None and not one.dropped_because)


def test_what_is_neither_due_nor_done_counts_for_nothing() -> None:
    all_of_them = [
        owed(at(10), done_at=at(9)),
        owed(at(10), done_at=at(9)),
        owed(at(10), done_at=at(11)),
        owed(at(10)),
        owed(at(12)),
        owed(at(9, day=23)),
        owed(at(10), dropped_because="On a trip."),
    ]
    found = kept(all_of_them, NOW)
    assert found == Kept(in_time=2, late=1, overdue=1, waiting=2, not_needed=1)
    assert (found.due, found.share) == (4, Fraction(1, 2))
    assert kept([owed(at(12))], NOW).share is None


def test_each_duty_has_a_figure_of_its_own() -> None:
    figures = kept_by_duty([owed(at(10)), owed(at(12), duty="leave.decided")], NOW)
    assert {duty: each.overdue for duty, each in figures.items()} == {CALL: 1, "leave.decided": 0}


def lists(one: Owed, role: Role, person_id: int = 1) -> dict[Standing, list[Owed]]:
    return to_do([one], DUTIES, roles=[role], person_id=person_id, now=NOW, until=date(2026, 11, 27))


def test_the_head_hears_of_a_call_only_when_it_is_overdue() -> None:
    assert lists(owed(at(11)), Role.PASTORAL_LEAD)[Standing.TODAY]
    assert not any(lists(owed(at(11)), Role.HEAD_TEACHER).values())
    assert lists(owed(at(10)), Role.HEAD_TEACHER)[Standing.OVERDUE]
    assert not any(lists(owed(at(10)), Role.GOVERNOR).values())


def test_one_teachers_register_is_on_no_other_teachers_list() -> None:
    mine = owed(at(11), duty="register.submitted", person_ids=frozenset({7}))
    assert lists(mine, Role.CLASS_TEACHER, person_id=7)[Standing.TODAY]
    assert not any(lists(mine, Role.CLASS_TEACHER, person_id=8).values())
    late = owed(at(9), duty="support.review", person_ids=frozenset({7}))
    assert not any(lists(late, Role.PASTORAL_LEAD, person_id=8).values())
    assert lists(late, Role.ATTENDANCE_OFFICER, person_id=8)[Standing.OVERDUE]


def test_what_is_done_or_due_after_the_days_looked_at_is_on_no_list() -> None:
    assert lists(owed(at(9, day=27)), Role.OFFICE)[Standing.COMING]
    assert not any(lists(owed(at(9, day=28)), Role.OFFICE).values())
    assert not any(lists(owed(at(9), done_at=at(9)), Role.OFFICE).values())


def test_a_first_day_call_of_last_week_is_past_helping_and_still_counts() -> None:
    call = owed(at(10, 30, day=13))
    assert lists(call, Role.PASTORAL_LEAD)[Standing.OVERDUE] == [call]
    older = owed(at(10, 29, day=13))
    assert not any(lists(older, Role.PASTORAL_LEAD).values())
    assert kept([older], NOW).overdue == 1
    # A reason must still be settled, however late.
    reason = owed(at(10, day=1), duty="reason.settled")
    assert lists(reason, Role.ATTENDANCE_OFFICER)[Standing.OVERDUE] == [reason]


def test_the_earliest_due_comes_first() -> None:
    both = [owed(at(12), about="B"), owed(at(11), about="A")]
    found = to_do(both, DUTIES, roles=[Role.OFFICE], person_id=1, now=NOW, until=NOW.date())
    assert [each.about for each in found[Standing.TODAY]] == ["A", "B"]


def test_every_duty_says_who_from_when_by_when_and_where_it_comes_from() -> None:
    for key, duty in DUTIES.items():
        assert key == duty.key
        assert duty.roles
        assert not duty.roles & duty.late_roles
        texts = (duty.title, duty.trigger, duty.by_when, duty.discharged_by, duty.when_late, duty.kept_words)
        assert all(texts)
        assert all(
            text.endswith(".") for text in (duty.trigger, duty.by_when, duty.discharged_by, duty.when_late)
        )
    assert sorted(each.key for _, found in by_clause(list(DUTIES.values())) for each in found) == sorted(
        DUTIES
    )


MOMENTS = st.datetimes(datetime(2026, 11, 1), datetime(2026, 12, 1), timezones=st.just(UTC))
OCCASIONS = st.lists(
    st.builds(
        owed,
        MOMENTS,
        done_at=st.none() | MOMENTS,
        dropped_because=st.sampled_from(["", "Not needed."]),
    )
)


@given(OCCASIONS, MOMENTS)
def test_every_occasion_counts_exactly_once(occasions: list[Owed], now: datetime) -> None:
    found = kept(occasions, now)
    assert found.total == len(occasions)
    assert found.share is None or 0 <= found.share <= 1


@given(OCCASIONS, MOMENTS, MOMENTS)
def test_what_is_overdue_does_not_get_better_by_waiting(
    occasions: list[Owed], now: datetime, later: datetime
) -> None:
    now, later = sorted((now, later))
    assert kept(occasions, later).overdue >= kept(occasions, now).overdue
