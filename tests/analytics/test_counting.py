"""The counts of many marks at once against the rules, one by one."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.analytics.counting import CodeCounts, MinuteCounts, PupilCounts
from rollbook.analytics.pages import MarkPages
from rollbook.analytics.windows import first_met
from rollbook.domain.codes import BY_BYTE
from rollbook.domain.rates import is_persistently_absent, is_severely_absent, totals
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.thresholds import Alignment, Missed, counts, school_weeks, threshold

BYTES = sorted(BY_BYTE)
COUNTS = np.array([byte in BY_BYTE and counts(BY_BYTE[byte].symbol) for byte in range(256)])
FIRST = date(2025, 9, 1).toordinal()

# (group, pupil, code): few of each, so that they meet often.
marks = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5), st.sampled_from(BYTES)), max_size=120)
Mark = tuple[int, int, int]


def arrays(rows: Sequence[Sequence[int]], width: int) -> list["np.ndarray[tuple[int], np.dtype[np.int64]]"]:
    return [np.array([row[place] for row in rows], dtype=np.int64) for place in range(width)]


@given(marks, st.integers(0, 120))
def test_codes_are_counted_by_group(made: list[Mark], cut: int) -> None:
    counter = CodeCounts()
    for part in (made[:cut], made[cut:]):
        groups, _, codes = arrays(part, 3)
        counter.add(groups, codes)

    for group in range(6):
        by_rule = totals(BY_BYTE[code].symbol for at, _, code in made if at == group)
        assert counter.of(group) == dict(by_rule.by_code)


def test_many_marks_count_as_many() -> None:
    counter = CodeCounts()
    counter.add(np.array([0, 1, 0]), np.array([1, 1, 1]), np.array([10**14, 7, 1]))

    assert counter.of(0) == {"/": 10**14 + 1}
    assert counter.of(1) == {"/": 7}


@given(marks, st.integers(0, 120))
def test_pupils_persistently_and_severely_absent_are_those_of_the_rules(made: list[Mark], cut: int) -> None:
    counter = PupilCounts()
    for part in (made[:cut], made[cut:]):
        counter.add(*arrays(part, 3))

    expected = [[0, 0, 0] for _ in range(5)]
    of_pupil: dict[tuple[int, int], list[str]] = defaultdict(list)
    for group, pupil, code in made:
        of_pupil[group, pupil].append(BY_BYTE[code].symbol)
    for (group, _), symbols in of_pupil.items():
        of = totals(symbols)
        expected[group][0] += 1
        expected[group][1] += is_persistently_absent(of).answer
        expected[group][2] += is_severely_absent(of).answer
    assert counter.result(5).tolist() == expected


def test_pupils_are_summed_up_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rollbook.analytics.counting._GATHERED", 3)
    counter = PupilCounts()
    for number in range(40):
        counter.add(np.array([0, 0]), np.array([number % 7, number % 5]), np.array([19, 1]))

    assert counter.result(1).tolist() == [[7, 7, 2]]  # the last two are never present


def test_minutes_add_up_where_there_are_any() -> None:
    counter = MinuteCounts()
    counter.add(np.array([0, 2, 2, 1]), np.array([5, 20, 60, -1]))

    assert [counter.of(group) for group in range(4)] == [5, 0, 80, 0]


half_days = st.tuples(st.integers(0, 6), st.integers(0, 500), st.integers(0, 1), st.sampled_from(BYTES))
HalfDay = tuple[int, int, int, int]


@given(st.lists(st.lists(half_days, max_size=60), max_size=4))
def test_pages_keep_the_first_mark_and_tell_the_others(parts: list[list[HalfDay]]) -> None:
    pages = MarkPages()
    standing: dict[tuple[int, int, int], int] = {}
    for part in parts:
        pupils, days, is_pm, codes = arrays(part, 4)
        cells = pages.cells_of(pupils, days + FIRST, is_pm)
        repeats = pages.add(cells, codes.astype(np.uint8))
        same, other = [], []
        for place, (*where, code) in enumerate(part):
            at = (where[0], where[1], where[2])
            if at in standing:
                (same if standing[at] == code else other).append(place)
            else:
                standing[at] = code
        assert (repeats.same.tolist(), repeats.other.tolist()) == (same, other)
        assert [pages.code_at(cell) for cell in cells.tolist()] == [standing[p, d, h] for p, d, h, _ in part]

    found = pages.marks_with(COUNTS)
    assert list(zip(*(each.tolist() for each in found), strict=True)) == [
        (pupil, day + FIRST, half, code)
        for (pupil, day, half), code in sorted(standing.items())
        if COUNTS[code]
    ]


@given(st.lists(half_days, max_size=80, unique_by=lambda row: row[:3]))
def test_days_met_are_those_with_a_possible_session(made: list[HalfDay]) -> None:
    pages = MarkPages()
    pupils, days, is_pm, codes = arrays(made, 4)
    pages.add(pages.cells_of(pupils, days + FIRST, is_pm), codes.astype(np.uint8))

    schools, met = pages.days_met(np.arange(7) % 2, 2)

    assert set(zip(schools.tolist(), met.tolist(), strict=True)) == {
        (pupil % 2, day + FIRST) for pupil, day, _, code in made if BY_BYTE[code].is_possible
    }


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.integers(0, 300), st.integers(0, 1), st.sampled_from([29, 30, 31, 32, 1])
        ),
        max_size=150,
        unique_by=lambda row: row[:3],
    ),
    st.sampled_from(list(Alignment)),
    st.integers(1, 12),
)
def test_the_threshold_of_many_pupils_is_that_of_each(
    made: list[HalfDay], alignment: Alignment, least: int
) -> None:
    school_of = np.array([0, 1, 0, 2])
    pages = MarkPages()
    pupils, days, is_pm, codes = arrays(made, 4)
    pages.add(pages.cells_of(pupils, days + FIRST, is_pm), codes.astype(np.uint8))

    missed_by, on, half, _ = pages.marks_with(COUNTS)
    met = first_met(missed_by, on, school_of, pages.days_met(school_of, 3), least=least, alignment=alignment)
    found = {
        int(missed_by[last]): [(int(on[at]), int(half[at])) for at in range(first, last + 1)]
        for first, last in zip(met.first.tolist(), met.last.tolist(), strict=True)
    }

    expected = {}
    for pupil in range(4):
        open_days = [
            date(2025, 9, 1) + timedelta(days=day)
            for who, day, *_ in made
            if school_of[who] == school_of[pupil]
        ]
        missed = [
            Missed(date.fromordinal(FIRST + day), list(SchoolSession)[pm], BY_BYTE[code].symbol)
            for who, day, pm, code in made
            if who == pupil and COUNTS[code]
        ]
        answer = threshold(missed, school_weeks(open_days), alignment=alignment, least=least).answer
        if answer.first_met:
            expected[pupil] = [(each.on.toordinal(), int(each.session == "PM")) for each in answer.sessions]
    assert found == expected
