"""The bundled figures against the tables that were printed from the same publications (domain.md 4.3)."""

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from rollbook.domain.benchmarks import DayFrom, Level, Published, PublishedPhase, Series
from rollbook.domain.rates import round_half_up
from rollbook.formats.benchmarks import MEASURES, make, published
from rollbook.formats.benchmarks.making import write
from rollbook.formats.benchmarks.reading import FIGURES, FOLDER, rows_of

# Table B1, all areas of one year and one area of all years: attendance, absence, authorised, unauthorised, illness, PA.
DAILY = """
y2223 England all        92.47  7.53  5.03 2.49 3.83 22.31
y2223 England special    86.93 13.07  9.96 3.11 5.62 38.74
y2223 Birmingham special 85.23 14.77 10.90 3.86 6.95 45.68
y2324 England secondary  90.94  9.06  5.49 3.57 3.88 26.75
y2324 Birmingham primary 93.45  6.55  4.31 2.24 3.26 20.23
y2425 England all        93.13  6.87  4.54 2.33 3.24 18.70
y2425 England primary    94.75  5.25  3.74 1.51 2.86 13.50
y2425 England secondary  91.41  8.59  5.30 3.30 3.63 24.32
y2425 England special    87.12 12.88  9.51 3.37 5.12 35.80
y2425 WestMidlands all   93.06  6.94  4.55 2.39 3.33 19.47
y2425 Birmingham special 85.27 14.73 10.49 4.24 5.95 47.54
y2526 England all        93.12  6.88  4.52 2.36 3.21 18.78
y2526 England primary    94.72  5.28  3.73 1.55 2.79 13.77
y2526 England secondary  91.51  8.49  5.22 3.27 3.63 23.77
y2526 England special    86.83 13.17  9.57 3.60 5.02 36.06
y2526 WestMidlands all   93.04  6.96  4.51 2.45 3.28 19.69
y2526 WestMidlands primary   94.56  5.44 3.76 1.68 2.85 14.76
y2526 WestMidlands secondary 91.56  8.44 5.14 3.30 3.68 24.45
y2526 WestMidlands special   87.13 12.87 9.31 3.56 5.23 37.62
y2526 Birmingham all     92.96  7.04  4.37 2.67 3.18 21.63
y2526 Birmingham primary 94.17  5.83  3.87 1.96 2.98 17.16
y2526 Birmingham secondary 91.98 8.02 4.61 3.41 3.27 25.10
y2526 Birmingham special 84.78 15.22 10.66 4.56 5.84 47.91
"""
# Table B2: a code's share of the possible sessions of 2025/26, England all, England special, Birmingham special.
BY_CODE = """
present 89.981 84.500 82.882
L  1.860 0.767 0.923
B  0.254 0.889 0.368
K  0.047 0.101 0.064
P  0.110 0.048 0.012
V  0.725 0.464 0.500
W  0.139 0.061 0.034
I  3.210 5.019 5.845
M  0.335 1.015 1.141
C  0.422 1.675 2.643
C1 0.004 0.005 0.001
C2 0.266 1.588 0.647
E  0.152 0.174 0.201
J1 0.016 0.010 0.008
R  0.062 0.053 0.154
S  0.046 0.023 0.018
T  0.009 0.007 0.001
G  0.434 0.407 0.538
N  0.050 0.069 0.046
O  1.649 2.800 3.204
U  0.230 0.323 0.770
"""
# Table B4, 2024/25 by term: absence, authorised, unauthorised, PA within the term.
BY_TERM = """
a2425 England all         6.52  4.47 2.05 19.14
s2425 England all         6.94  4.76 2.18 20.22
u2425 England all         7.25  4.40 2.85 23.98
a2425 England special    12.73  9.62 3.11 36.07
u2425 WestMidlands secondary 9.46 5.39 4.08 31.99
a2425 Birmingham special 14.47 10.74 3.73 43.10
s2425 Birmingham special 15.14 10.86 4.28 43.57
u2425 Birmingham special 14.54  9.69 4.85 45.34
"""
# Table B3: absence, authorised, unauthorised, persistent, severe; a dash where none is published.
CENSUS = """
c2122 England all        7.55 - - 22.51 1.65
c2425 England all        6.78 - - 18.14 2.39
c2425 England primary    5.20 3.70 1.50 12.99 0.93
c2425 WestMidlands secondary 8.35 5.11 3.23 23.80 3.80
c2324 WestMidlands special  12.69 9.40 3.29 36.39 6.36
c2425 Birmingham special 14.30 10.05 4.25 41.20 8.60
"""


@pytest.fixture(scope="module")
def birmingham() -> Published:
    return published("Birmingham")


def _shown(found: Published, measure: str, place: list[str], places: int, pupils: str = "") -> str:
    window, area, phase = place
    name = area.replace("WestMidlands", "West Midlands")
    where = next(each for each in found.areas.values() if each.name == name)
    figure = found.figure(measure, found.windows[window], where, PublishedPhase(phase), pupils)
    return "-" if figure is None else str(round_half_up(figure * 100, places))


def _lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.strip().splitlines()]


@pytest.mark.parametrize(
    ("table", "measures"),
    [
        (DAILY, ["attendance", "absence", "authorised", "unauthorised", "I", "persistent"]),
        (BY_TERM, ["absence", "authorised", "unauthorised", "persistent"]),
        (CENSUS, ["absence", "authorised", "unauthorised", "persistent", "severe"]),
    ],
    ids=["B1", "B4", "B3"],
)
@pytest.mark.policy("P-3.4-2", "P-8.1-5")
def test_the_figures_are_those_of_the_printed_tables(
    birmingham: Published, table: str, measures: list[str]
) -> None:
    for line in _lines(table):
        place, printed = line[:3], line[3:]

        assert [_shown(birmingham, measure, place, 2) for measure in measures] == printed, place


def test_the_shares_of_the_codes_are_those_of_the_printed_table(birmingham: Published) -> None:
    places = [
        ["y2526", "England", "all"],
        ["y2526", "England", "special"],
        ["y2526", "Birmingham", "special"],
    ]
    for code, *printed in _lines(BY_CODE):
        assert [_shown(birmingham, code, place, 3) for place in places] == printed, code


def test_groups_of_pupils_have_their_own_figures(birmingham: Published) -> None:
    assert _shown(birmingham, "absence", ["a2425", "England", "all"], 1, "ehc-plan") == "13.1"
    assert _shown(birmingham, "persistent", ["a2425", "England", "all"], 1, "fsm") == "31.7"
    assert _shown(birmingham, "persistent", ["c2425", "Birmingham", "all"], 1, "looked-after") == "20.5"
    assert _shown(birmingham, "absence", ["c2425", "WestMidlands", "all"], 1, "protection-plan") == "20.0"


def test_what_was_not_published_is_not_there(birmingham: Published) -> None:
    # All schools of one authority together: only from 2025/26. Codes of all schools: weighted until then.
    assert _shown(birmingham, "attendance", ["y2425", "Birmingham", "all"], 2) == "-"
    assert _shown(birmingham, "O", ["y2425", "England", "all"], 2) == "-"
    assert _shown(birmingham, "severe", ["y2526", "England", "all"], 2) == "-"


def test_persistent_absence_of_a_year_to_a_week(birmingham: Published) -> None:
    assert _shown(birmingham, "persistent", ["w2425-08", "England", "special"], 2) == "36.02"
    assert _shown(birmingham, "attendance", ["w2425-08", "England", "special"], 2) == "-"


def test_one_reads_the_areas_of_one_school() -> None:
    assert [area.name for area in published("Birmingham City Council").areas.values()] == [
        "England",
        "West Midlands",
        "Birmingham",
    ]
    assert [area.level for area in published("Nowhere").areas.values()] == [Level.NATION]


def test_every_line_has_a_known_table_area_and_phase() -> None:
    windows = {row["key"]: row for row in rows_of(FOLDER / "windows.csv")}
    areas = {row["code"] for row in rows_of(FOLDER / "areas.csv")}
    for name in FIGURES:
        rows = list(rows_of(FOLDER / name))
        assert rows
        for row in rows:
            assert row["area"] in areas
            assert (windows[row["window"]]["series"] == Series.CENSUS) == (name == "census.csv")
            shares = [Fraction(row[each]) for each in MEASURES if row.get(each)]
            assert all(0 <= share <= 100 for share in shares)


def test_only_a_table_whose_file_names_its_day_is_said_to_have_one() -> None:
    for row in rows_of(FOLDER / "windows.csv"):
        named = f"as_at_{row['published_on']}" in row["file"]
        assert (row["day_from"] == DayFrom.FILE) == named, row
        assert (row["day_from"] == DayFrom.TIMETABLE) == (row["series"] == Series.CENSUS), row


def test_attendance_and_absence_are_the_whole(birmingham: Published) -> None:
    pairs = [each for each in birmingham.figures.values() if {"attendance", "absence"} <= each.keys()]

    assert len(pairs) > 50
    # Each of the two is rounded once, to the fifth place of a percentage.
    assert all(abs(1 - each["attendance"] - each["absence"]) <= Fraction(2, 10**7) for each in pairs)


HEAD = [
    *("time_identifier", "geographic_level", "country_code", "country_name", "region_code", "region_name"),
    *("new_la_code", "la_name", "school_type", "possible_sessions", "late_sessions", "attendance_perc"),
    *(
        "overall_absence_perc",
        "authorised_absence_perc",
        "unauthorised_absence_perc",
        "pa_perc",
        "illness_perc",
    ),
]
NORTH = ["E92000001", "England", "E12000001", "North"]


def test_the_next_year_is_made_from_its_file(tmp_path: Path) -> None:
    rows = [
        [
            "Academic year",
            "National",
            *NORTH[:2],
            "",
            "",
            "",
            "",
            "Total",
            "300",
            "9",
            "90",
            "10",
            "6",
            "4",
            "20",
            "3",
        ],
        [
            *("Academic year", "Regional", *NORTH, "", "", "Special", "300", "7"),
            *("86.123456", "13.876544", "6", "4", "20", "3"),
        ],
        ["Academic year", "Local authority", *NORTH, "E1", "Town", "Special", *"c" * 8],
        ["Autumn term", "Regional", *NORTH, "", "", "Special", "1", "1", "1", "1", "1", "1", "1", "1"],
    ]
    with (tmp_path / "next.csv").open("w", newline="") as file:
        csv.writer(file).writerows([HEAD, *rows])
    window = {
        "key": "y1",
        "begins_in": "2024",
        "stretch": "year",
        "file": "next.csv",
        "rows": "Academic year",
    }

    areas, figures = make(tmp_path, [window])

    assert areas[1:] == [
        ["E1", "Town", "authority", "E12000001"],
        ["E12000001", "North", "region", ""],
        ["E92000001", "England", "nation", ""],
    ]
    # A suppressed row is left out, a row of all schools to 2024/25 has no shares of codes, L and U are 7 of 300.
    assert figures[1:] == [
        ["y1", "E12000001", "special", "86.12346", "13.87654", "6", "4", "20", "3", "2.33333"],
        ["y1", "E92000001", "all", "90", "10", "6", "4", "20", "3"],
    ]


def test_a_file_without_the_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "next.csv").write_text("time_identifier\nAutumn term\n")
    window = {
        "key": "y1",
        "begins_in": "2024",
        "stretch": "year",
        "file": "next.csv",
        "rows": "Academic year",
    }

    with pytest.raises(KeyError, match="no rows of 'Academic year'"):
        make(tmp_path, [window])


@pytest.mark.parametrize("name", ["figures.csv", "figures.csv.gz"])
def test_what_is_written_is_read_again_whole_or_for_some_areas(tmp_path: Path, name: str) -> None:
    lines = [["window", "area", "phase", "absence"], ["y1", "E1", "all", "6.5"], ["y1", "E2", "all"]]
    write(tmp_path / name, lines)
    write(tmp_path / f"again-{name}", lines)

    first, second = rows_of(tmp_path / name)
    assert first == {"window": "y1", "area": "E1", "phase": "all", "absence": "6.5"}
    assert second == {"window": "y1", "area": "E2", "phase": "all", "absence": ""}
    assert list(rows_of(tmp_path / name, {"E2"})) == [second]
    assert list(rows_of(tmp_path / name, set())) == []
    assert (tmp_path / name).read_bytes() == (tmp_path / f"again-{name}").read_bytes()
