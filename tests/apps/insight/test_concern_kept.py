"""What the rules said of a pupil is said again only while they would be told the same: after any change as anew."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.apps.insight.queries import concern as module
from rollbook.apps.insight.queries.concern import Concerns, forget_concerns
from rollbook.apps.insight.queries.ground import Ground
from rollbook.apps.roll.queries.cohort import Member
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.concern import Concern, Known, concern
from rollbook.domain.periods import Period, PeriodKind
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.spans import Span

SCHOOL = 7
MONDAYS = [date(2026, 9, 7) + timedelta(weeks=n) for n in range(6)]
DAYS = [monday + timedelta(days=n) for monday in MONDAYS for n in range(5)]
HALF_DAYS = [(day, session) for day in DAYS for session in SchoolSession]
YEAR = Period(PeriodKind.YEAR, "2026/27", DAYS[0], DAYS[-1], DAYS[-1])
BEFORE, NOW = (
    Period(PeriodKind.HALF_TERM, "First half", DAYS[0], DAYS[14], DAYS[14]),
    Period(PeriodKind.HALF_TERM, "Second half", DAYS[15], DAYS[-1], DAYS[-1]),
)
CALENDAR = SchoolCalendar((), (), {}, ())
BYTES = [0, *(BY_SYMBOL[symbol].byte for symbol in "/LUIONGC")]
COMMON = BY_SYMBOL["/"].byte

Marks = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
marks_of_pupils = st.lists(
    st.one_of(
        st.lists(st.sampled_from(BYTES), min_size=60, max_size=60),
        # Most pupils come nearly always: then a single change decides.
        st.lists(st.sampled_from(BYTES), min_size=8, max_size=8).map(lambda last: [COMMON] * 52 + last),
    ),
    min_size=5,
    max_size=5,
)
changes = st.lists(
    st.one_of(
        st.tuples(st.just("mark"), st.integers(0, 4), st.integers(0, 59), st.sampled_from(BYTES)),
        st.tuples(st.just("born"), st.integers(0, 4), st.sampled_from([date(2010, 9, 1), date(2023, 1, 1)])),
        st.tuples(st.just("line"), st.sampled_from([92, 95, 98])),
        st.tuples(st.just("day"), st.integers(20, 29)),
        st.tuples(st.just("leaves"), st.integers(0, 4)),
    ),
    max_size=6,
)


class School:
    """Five pupils and their marks in six weeks, seen on one of the days."""

    def __init__(self, marks: list[list[int]]) -> None:
        self.marks = np.array(marks, dtype=np.uint8)
        self.members = [_member(n) for n in range(len(marks))]
        self.below = Fraction(95, 100)
        self.day = 29

    def change(self, what: str, *how: object) -> None:
        """One change of what the rules are told."""
        match what, how:
            case "mark", (int(row), int(column), int(byte)):
                self.marks[row, column] = byte
            case "born", (int(row), date() as day):
                self.members[row] = replace(self.members[row], born_on=day)
            case "leaves", (int(row),):
                self.members[row] = replace(self.members[row], spans=(Span(DAYS[0], DAYS[10]),))
            case "line", (int(percent),):
                self.below = Fraction(percent, 100)
            case "day", (int(day),):
                self.day = day

    def concerns(self) -> Concerns:
        """Who is of concern, from a ground of its own."""
        today, columns = DAYS[self.day], 2 * (self.day + 1)
        marks = self.marks[:, :columns].copy()
        ground = Ground(
            CALENDAR,
            DAYS[0],
            today,
            list(self.members),
            HALF_DAYS[:columns],
            marks,
            np.ones(marks.shape, dtype=np.bool_),
            columns,
            years=[],
        )
        look = module._look(ground, today, self.below, YEAR, NOW, BEFORE)
        return module._concerns(SCHOOL, YEAR, look)


def _member(n: int) -> Member:
    return Member(
        id=100 + n,
        surname=f"Surname{n}",
        forename="Kit",
        born_on=date(2014, 1, 1),
        year_offset=0,
        sex="F",
        sen_status="N",
        is_fsm=False,
        is_looked_after=False,
        ethnicity="",
        home_local_authority="",
        transport="",
        interpreter_language="",
        spans=(Span(date(2025, 9, 1), None),),
        group_id=None,
        group_name="7A",
    )


def _anew(school: School) -> Concerns:
    forget_concerns()
    return school.concerns()


@given(marks_of_pupils, changes)
def test_after_any_changes_the_answer_is_that_of_asking_everybody(
    marks: list[list[int]], changes: list[tuple[object, ...]]
) -> None:
    forget_concerns()
    school = School(marks)
    school.concerns()
    for what, *how in changes:
        school.change(str(what), *how)
        school.concerns()
    kept = school.concerns()

    assert kept == _anew(school)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Known]:
    """What the rule was told, each time it was asked."""
    told: list[Known] = []

    def noting(known: Known) -> Concern:
        told.append(known)
        return concern(known)

    monkeypatch.setattr(module, "concern", noting)
    forget_concerns()
    return told


def test_only_those_whose_marks_changed_are_asked_about_again(asked: list[Known]) -> None:
    ill = BY_SYMBOL["I"].byte
    school = School([[COMMON] * 48 + [ill] * 12 for _ in range(5)])
    school.concerns()
    assert len(asked) == 5

    school.concerns()
    assert len(asked) == 5

    school.change("mark", 2, 0, ill)
    found = school.concerns()
    assert len(asked) == 6
    assert {row.member.id: row.totals.absent for row in found.rows}[102] == 13


def test_a_new_day_or_another_line_asks_about_everybody(asked: list[Known]) -> None:
    school = School([[COMMON] * 40 + [BY_SYMBOL["I"].byte] * 20 for _ in range(5)])
    school.change("day", 28)
    school.concerns()

    school.change("day", 29)
    school.concerns()
    assert len(asked) == 10

    school.change("line", 98)
    school.concerns()
    assert len(asked) == 15


def test_another_schools_answers_are_not_mixed_in(asked: list[Known]) -> None:
    school = School([[BY_SYMBOL["I"].byte] * 60 for _ in range(5)])
    school.concerns()
    today = DAYS[-1]
    ground = Ground(
        CALENDAR,
        DAYS[0],
        today,
        school.members,
        HALF_DAYS,
        school.marks,
        school.marks > 0,
        len(HALF_DAYS),
        [],
    )

    module._concerns(SCHOOL + 1, YEAR, module._look(ground, today, school.below, YEAR, NOW, BEFORE))

    assert len(asked) == 10
