"""Which published figure compares with one of ours: the series, the phase, the areas and the stretch of the year."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.benchmarks import (
    NEAR_ENOUGH_DAYS,
    Area,
    DayFrom,
    Level,
    Published,
    PublishedPhase,
    Series,
    Stretch,
    Window,
    areas_for,
    phases_for,
    window_for,
)
from rollbook.domain.spans import Span


def window(
    key: str,
    stretch: Stretch,
    begins_in: int,
    first: date,
    last: date,
    out: date,
    series: Series = Series.DAILY,
) -> Window:
    return Window(key, series, stretch, begins_in, Span(first, last), out)


YEAR_24 = window("y24", Stretch.YEAR, 2024, date(2024, 9, 9), date(2025, 7, 25), date(2025, 8, 7))
YEAR_25 = window("y25", Stretch.YEAR, 2025, date(2025, 9, 8), date(2026, 7, 10), date(2026, 7, 23))
AUTUMN = window("a24", Stretch.AUTUMN, 2024, date(2024, 9, 9), date(2024, 12, 21), date(2025, 8, 7))
SPRING = window("s24", Stretch.SPRING, 2024, date(2025, 1, 6), date(2025, 4, 12), date(2025, 8, 7))
TO_MARCH = window("w12", Stretch.TO_WEEK, 2024, date(2024, 9, 9), date(2025, 3, 21), date(2025, 8, 7))
TO_MAY = window("w21", Stretch.TO_WEEK, 2024, date(2024, 9, 9), date(2025, 5, 23), date(2025, 8, 7))
TO_JULY = window("w30", Stretch.TO_WEEK, 2024, date(2024, 9, 9), date(2025, 7, 25), date(2025, 8, 7))
CENSUS_24 = window(
    "c24", Stretch.YEAR, 2024, date(2024, 9, 1), date(2025, 7, 31), date(2026, 3, 31), Series.CENSUS
)
DAILY = [YEAR_24, YEAR_25, AUTUMN, SPRING, TO_MARCH, TO_MAY]
TODAY = date(2026, 11, 20)

ENGLAND = Area("E9", "England", Level.NATION)
MIDLANDS = Area("E5", "West Midlands", Level.REGION)
LONDON = Area("E7", "London", Level.REGION)
BIRMINGHAM = Area("E08", "Birmingham", Level.AUTHORITY, "E5")
CITY = Area("E09", "City of London", Level.AUTHORITY, "E7")
HERTS = Area("E10", "Hertfordshire", Level.AUTHORITY, "E6")
AREAS = [ENGLAND, MIDLANDS, LONDON, BIRMINGHAM, CITY, HERTS]


def chosen(first: date, last: date, *, today: date = TODAY, by_period: bool = False) -> Window | None:
    return window_for(DAILY, first, last, today, by_period=by_period).answer


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (
            date(2026, 9, 3),
            date(2026, 11, 20),
            AUTUMN,
        ),  # the year so far in November: the newest autumn before it
        (
            date(2025, 9, 3),
            date(2026, 7, 17),
            YEAR_25,
        ),  # a whole year: the same year, though another ends nearer
        (date(2024, 9, 3), date(2025, 7, 22), YEAR_24),
        (date(2023, 9, 4), date(2024, 7, 22), YEAR_24),  # before the first that is kept: the first after
        (date(2026, 11, 16), date(2026, 11, 20), AUTUMN),  # a week: the term it lies in
        (date(2027, 1, 5), date(2027, 2, 12), SPRING),
        (date(2026, 9, 3), date(2027, 3, 19), TO_MARCH),
    ],
)
def test_the_stretch_of_the_year_that_lies_nearest(first: date, last: date, expected: Window) -> None:
    assert chosen(first, last, today=date(2027, 8, 31)) == expected


def test_what_is_not_out_yet_compares_with_nothing() -> None:
    assert chosen(date(2025, 9, 3), date(2026, 7, 17), today=date(2026, 7, 22)) == YEAR_24
    found = window_for(DAILY, date(2024, 9, 3), date(2024, 12, 20), date(2025, 8, 6), by_period=False)
    assert (found.answer, found.because) == (None, "No such figure is published.")


def test_persistent_absence_compares_with_a_stretch_as_long_only() -> None:
    # From 9 Sep to 21 Dec against 3 Sep to 20 Nov: 6 and 31 days, 37 together. To 13 Nov it is 44, too far.
    assert chosen(date(2026, 9, 3), date(2026, 11, 20), by_period=True) == AUTUMN
    found = window_for(DAILY, date(2026, 9, 3), date(2026, 11, 13), TODAY, by_period=True)
    assert found.answer is None
    assert "too far from these days" in found.because
    assert NEAR_ENOUGH_DAYS == 42


def test_a_year_to_a_week_compares_with_the_same_week_and_a_whole_year_with_a_whole_year() -> None:
    windows = [*DAILY, TO_JULY]

    assert window_for(windows, date(2026, 9, 3), date(2027, 5, 20), TODAY, by_period=True).answer == TO_MAY
    assert window_for(windows, date(2024, 9, 9), date(2025, 7, 25), TODAY, by_period=True).answer == YEAR_24


def test_the_census_compares_with_whole_years_only() -> None:
    whole = window_for([CENSUS_24], date(2024, 9, 3), date(2025, 7, 22), TODAY, by_period=False)
    part = window_for([CENSUS_24], date(2024, 9, 3), date(2025, 2, 14), TODAY, by_period=False)

    assert whole.answer == CENSUS_24
    assert part.answer is None
    assert "Pupil absence" in str(whole.citation)
    assert whole.because.startswith("DfE school census (accredited), 2024/25: ")


@given(
    st.dates(date(2023, 1, 1), date(2027, 12, 31)),
    st.integers(0, 400),
    st.dates(date(2023, 1, 1), date(2028, 12, 31)),
    st.booleans(),
)
def test_no_window_is_from_the_future_or_of_another_series(
    first: date, length: int, today: date, by_period: bool
) -> None:
    last = date.fromordinal(first.toordinal() + length)

    found = window_for(DAILY, first, last, today, by_period=by_period).answer

    assert found is None or (found.published_on <= today and found.series is Series.DAILY)
    if by_period and found is not None:
        nearest = min(each.distance(first, last) for each in DAILY if each.published_on <= today)
        assert nearest <= NEAR_ENOUGH_DAYS


@pytest.mark.parametrize(
    ("day_from", "says"),
    [
        (DayFrom.FILE, "as at 7 August 2025"),
        (
            DayFrom.YEARS_FILE,
            "as at 7 August 2025, the day of the whole year's table, which it agrees with; it has no day of its own",
        ),
        (
            DayFrom.TIMETABLE,
            "out since August 2025 by the DfE's timetable. The day itself is not known here; the last of the month "
            "is assumed",
        ),
    ],
)
def test_a_day_of_publication_that_is_assumed_is_said_to_be(day_from: DayFrom, says: str) -> None:
    of = replace(YEAR_24, day_from=day_from)

    found = window_for([of], date(2024, 9, 9), date(2025, 7, 25), TODAY, by_period=False)

    assert found.because == (f"DfE daily attendance data, 2024/25: 9 September 2024 to 25 July 2025, {says}.")


def test_names_of_windows() -> None:
    assert YEAR_24.name == "2024/25"
    assert AUTUMN.name == "autumn term 2024/25"
    assert TO_MARCH.name == "2024/25 to 21 March 2025"
    with pytest.raises(ValueError, match="last day"):
        _ = Window("x", Series.DAILY, Stretch.YEAR, 2024, Span(date(2024, 9, 1)), TODAY).last_day


@pytest.mark.parametrize(
    ("phase", "is_independent", "phases", "says"),
    [
        ("special", False, (PublishedPhase.SPECIAL,), "state-funded special schools."),
        ("special", True, (PublishedPhase.SPECIAL, PublishedPhase.SECONDARY), "neither compares directly"),
        ("primary", True, (PublishedPhase.PRIMARY,), "a rough one"),
        ("secondary", False, (PublishedPhase.SECONDARY,), "secondary schools."),
        ("all-through", False, (PublishedPhase.ALL,), "all schools."),
        ("alternative", False, (), "nothing to compare with"),
    ],
)
def test_the_phase_and_what_is_said_of_it(
    phase: str, is_independent: bool, phases: tuple[PublishedPhase, ...], says: str
) -> None:
    found = phases_for(phase, is_independent=is_independent)

    assert found.answer == phases
    assert says in found.because


@pytest.mark.parametrize(
    ("written", "areas"),
    [
        ("Birmingham", (ENGLAND, MIDLANDS, BIRMINGHAM)),
        ("birmingham city council", (ENGLAND, MIDLANDS, BIRMINGHAM)),
        ("City of London", (ENGLAND, LONDON, CITY)),
        ("Hertfordshire County Council", (ENGLAND, HERTS)),  # of a region that is not among these
        ("Atlantis", (ENGLAND,)),
        ("", (ENGLAND,)),
    ],
)
def test_the_region_follows_from_the_authority(written: str, areas: tuple[Area, ...]) -> None:
    assert areas_for(written, AREAS).answer == areas


def test_what_is_said_of_an_authority_that_is_not_found() -> None:
    assert "'Atlantis'" in areas_for("Atlantis", AREAS).because
    assert "name no local authority" in areas_for("", AREAS).because
    assert areas_for("Birmingham", AREAS).because == (
        "Birmingham is the school's authority; it is in West Midlands."
    )


def test_a_figure_is_found_by_its_place_and_missing_ones_are_none() -> None:
    figures = {("y24", "E9", PublishedPhase.SPECIAL, ""): {"absence": Fraction(1, 8)}}
    published = Published({"E9": ENGLAND, "E5": MIDLANDS}, {"y24": YEAR_24, "c24": CENSUS_24}, figures)

    assert published.figure("absence", YEAR_24, ENGLAND, PublishedPhase.SPECIAL) == Fraction(1, 8)
    assert published.figure("absence", YEAR_24, MIDLANDS, PublishedPhase.SPECIAL) is None
    assert published.figure("severe", YEAR_24, ENGLAND, PublishedPhase.SPECIAL) is None
    assert published.windows_with("absence", Series.DAILY, PublishedPhase.SPECIAL) == [YEAR_24]
    assert published.windows_with("absence", Series.CENSUS, PublishedPhase.SPECIAL) == []
    assert published.windows_with("absence", Series.DAILY, PublishedPhase.SPECIAL, "fsm") == []
    assert [series.words for series in Series] == [
        "DfE daily attendance data",
        "DfE school census (accredited)",
    ]
    assert PublishedPhase.SPECIAL.words == "special schools"
