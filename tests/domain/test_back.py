"""Who is back, who is to be met by when, and what a record has to say: worked by hand."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.absences import absences, is_missed, is_seen
from rollbook.domain.back import (
    Back,
    CheckDraft,
    CheckDue,
    Feeling,
    check_due,
    check_problems,
    returns,
)
from rollbook.domain.calendar import AcademicYearDates, SchoolCalendar, TermDates
from rollbook.domain.sessions import SchoolSession

AM, PM = SchoolSession.AM, SchoolSession.PM
MONDAY = date(2026, 9, 14)
CALENDAR = SchoolCalendar(
    (
        AcademicYearDates(
            "2026-27",
            date(2026, 9, 1),
            date(2027, 8, 31),
            (TermDates("Autumn", date(2026, 9, 3), date(2026, 9, 25)),),
        ),
    ),
    (),
    {},
    (),
)
NOW = datetime(2026, 9, 21, 10)
MET = CheckDraft(is_met=True, at=NOW - timedelta(minutes=10))


def day(number: int) -> date:
    """The number-th school day from Monday 14 September on."""
    return CALENDAR.school_days(MONDAY, date(2026, 9, 25))[number]


def marks(codes: str) -> list[tuple[date, SchoolSession, str]]:
    """One letter a session from Monday's morning on; "." is no mark, p is present."""
    found = []
    for place, letter in enumerate(codes.replace(" ", "")):
        session = PM if place % 2 else AM
        symbol = ("/" if session is AM else "\\") if letter == "p" else letter
        if symbol != ".":
            found.append((day(place // 2), session, symbol))
    return found


@pytest.mark.policy("P-7.3-1")
@pytest.mark.parametrize(
    ("codes", "found"),
    [
        ("pp II pp", [(2, AM, 2)]),
        ("NN NN NU", [(2, PM, 5)]),  # U: the pupil came, though after the register closed
        ("II VV", [(1, AM, 2)]),  # seen on a trip is seen
        ("Ip NN pp", [(0, PM, 1), (2, AM, 2)]),
        ("II .. pp", [(2, AM, 2)]),
        ("II ##", []),  # the school was closed: nobody saw the pupil
        ("pp II II", []),
        ("pp CC pp", [(2, AM, 2)]),
    ],
)
def test_a_pupil_is_back_with_the_first_mark_that_says_so(
    codes: str, found: list[tuple[int, SchoolSession, int]]
) -> None:
    assert [(b.on, b.session, len(b.absence.sessions)) for b in returns(marks(codes))] == [
        (day(place), session, missed) for place, session, missed in found
    ]


def test_each_mark_is_seen_missed_or_neither() -> None:
    assert [(is_seen(symbol), is_missed(symbol)) for symbol in ("/", "V", "U", "I", "N", "#", "Y1")] == [
        (True, False), (True, False), (True, False), (False, True), (False, True), (False, False), (False, False),
    ]  # fmt: skip


@given(st.text("pINOCMUV#L.", max_size=20))
def test_there_is_a_return_for_each_absence_that_is_over(codes: str) -> None:
    listed = marks(codes[:20])
    found = returns(listed)

    assert [back.absence for back in found] == [each for each in absences(listed) if not each.is_open]
    for back in found:
        assert (back.on, back.session is PM) > (back.absence.last.on, back.absence.last.session is PM)


def back_after(codes: str) -> Back:
    return returns(marks(codes))[0]


@pytest.mark.policy("P-7.3-1")
@pytest.mark.parametrize(
    ("codes", "due"),
    [
        ("Np", CheckDue(is_full=False, due_on=day(0))),
        ("II II II II pp", CheckDue(is_full=False, due_on=day(4))),
        # Five school days: the full check, by the end of the next school day, over the weekend.
        ("II II II I. I. pp", CheckDue(is_full=True, due_on=day(6))),
        # Back on a Friday: until Monday.
        ("pp pp pp pp II II II II II pp", CheckDue(is_full=True, due_on=day(9))),
    ],
)
def test_light_on_the_day_and_full_by_the_next_school_day(codes: str, due: CheckDue) -> None:
    found = check_due(back_after(codes), CALENDAR, from_sessions=1, full_from_days=5)

    assert found.answer == due


def test_below_the_schools_own_number_of_sessions_nobody_is_met() -> None:
    found = check_due(back_after("Np"), CALENDAR, from_sessions=2, full_from_days=5)

    assert found.answer is None
    assert found.because == "1 sessions were missed; a pupil is met from 2."


def problems(draft: CheckDraft, *, is_full: bool = False) -> set[str]:
    return {each.field for each in check_problems(draft, is_full=is_full, back_on=MONDAY, now=NOW)}


@pytest.mark.policy("P-7.3-2", "P-7.3-4")
def test_a_light_check_says_when_they_met_and_a_full_one_how_the_pupil_is_and_what_was_agreed() -> None:
    assert problems(MET) == set()
    assert problems(MET, is_full=True) == {"feeling", "is_ready", "adjusted_times"}
    full = replace(MET, feeling=Feeling.READY.value, is_ready=True, work_missed="Maths, with Mr Asare")
    assert problems(full, is_full=True) == set()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"at": None}, "at"),
        ({"at": NOW + timedelta(minutes=1)}, "at"),
        ({"at": datetime.combine(MONDAY - timedelta(days=1), time(10))}, "at"),
        ({"feeling": "purple"}, "feeling"),
        ({"note": "x" * 601}, "note"),
        ({"note": "a\0b"}, "note"),
        ({"check_ins": "x" * 301}, "check_ins"),
        ({"next_check_on": NOW.date()}, "next_check_on"),
        ({"next_check_on": NOW.date() + timedelta(days=61)}, "next_check_on"),
    ],
)
def test_what_can_not_be_is_refused(changed: dict[str, object], field: str) -> None:
    assert problems(replace(MET, **changed)) == {field}  # type: ignore[arg-type]


def test_a_further_meeting_is_within_sixty_days() -> None:
    assert problems(replace(MET, next_check_on=NOW.date() + timedelta(days=1))) == set()
    assert problems(replace(MET, next_check_on=NOW.date() + timedelta(days=60))) == set()


def test_not_needed_asks_why() -> None:
    assert problems(CheckDraft(is_met=False)) == {"because"}
    assert problems(CheckDraft(is_met=False, because="x" * 301)) == {"because"}
    assert problems(CheckDraft(is_met=False, because="Back from the orthodontist")) == set()


def test_each_feeling_has_its_zone_and_plain_words() -> None:
    assert [each.zone.split()[0] for each in Feeling] == ["Blue", "Green", "Yellow", "Red"]
    assert len({each.plain for each in Feeling}) == 4
