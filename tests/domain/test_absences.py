"""One absence is what a parent means by one; worked by hand from the sections of the policy that go by it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.absences import Absence, Missed, absences
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.sessions import SchoolSession

AM, PM = SchoolSession.AM, SchoolSession.PM
THU, FRI, MON, TUE = date(2026, 10, 15), date(2026, 10, 16), date(2026, 10, 19), date(2026, 10, 20)


def marks(*days: tuple[date, str]) -> list[tuple[date, SchoolSession, str]]:
    """`(FRI, "N I")` is N in the morning and I in the afternoon; "-" is a session without a mark."""
    return [
        (on, session, code)
        for on, codes in days
        for session, code in zip((AM, PM), codes.split(), strict=True)
        if code != "-"
    ]


def test_nothing_missed_is_no_absence() -> None:
    assert absences(marks((FRI, "/ \\"), (MON, "L V"))) == []
    assert absences([]) == []


def test_an_absence_goes_on_over_a_weekend_until_the_pupil_is_seen() -> None:
    (found,) = absences(marks((THU, "/ \\"), (FRI, "N N"), (MON, "I I"), (TUE, "/ \\")))
    assert (found.first, found.last, found.is_open) == (Missed(FRI, AM, "N"), Missed(MON, PM, "I"), False)
    assert found.days == (FRI, MON)
    assert found.codes == ("N", "I")
    assert found.unexplained == (Missed(FRI, AM, "N"), Missed(FRI, PM, "N"))
    assert found.ill == (Missed(MON, AM, "I"), Missed(MON, PM, "I"))


def test_back_for_an_afternoon_makes_two() -> None:
    first, second = absences(marks((FRI, "I \\"), (MON, "I I")))
    assert (first.days, first.is_open) == ((FRI,), False)
    assert (second.days, second.is_open) == ((MON,), True)


def test_arriving_after_the_register_closed_ends_it_and_is_none_itself() -> None:
    (found,) = absences(marks((FRI, "O O"), (MON, "U \\")))
    assert (found.days, found.is_open) == ((FRI,), False)


@pytest.mark.parametrize("symbol", ["V", "B", "P", "W", "K"])
def test_a_pupil_on_a_trip_was_seen(symbol: str) -> None:
    (found,) = absences(marks((FRI, "N N"), (MON, f"{symbol} {symbol}")))
    assert not found.is_open


@pytest.mark.parametrize("symbol", ["C2", "X", "D", "Y1", "Y4", "Q", "#"])
def test_what_was_no_possible_session_or_agreed_off_neither_begins_nor_ends_one(symbol: str) -> None:
    assert absences(marks((FRI, f"/ {symbol}"))) == []
    (found,) = absences(marks((FRI, f"N {symbol}"), (MON, "N N")))
    assert (found.days, found.is_open) == ((FRI, MON), True)
    assert symbol not in found.codes


def test_a_session_without_a_mark_is_passed_over() -> None:
    (found,) = absences(marks((FRI, "N -"), (MON, "- N")))
    assert found.days == (FRI, MON)


SESSIONS = st.dictionaries(
    st.tuples(st.dates(date(2026, 9, 1), date(2026, 12, 18)), st.sampled_from([AM, PM])),
    st.sampled_from(sorted(BY_SYMBOL)),
    max_size=40,
)


@given(SESSIONS, st.randoms())
def test_every_session_missed_is_in_one_absence_whatever_the_order(sessions: dict, random: object) -> None:
    rows = [(on, session, code) for (on, session), code in sessions.items()]
    found = absences(rows)
    random.shuffle(rows)  # type: ignore[attr-defined]
    assert absences(rows) == found
    missed = [each for absence in found for each in absence.sessions]
    assert len(missed) == len(set(missed))
    assert {(each.on, each.session) for each in missed} == {
        (on, session)
        for on, session, code in rows
        if BY_SYMBOL[code].is_absence and not BY_SYMBOL[code].is_on_site and code != "C2"
    }
    assert all(not absence.is_open for absence in found[:-1])
    assert all(isinstance(absence, Absence) and absence.sessions for absence in found)
