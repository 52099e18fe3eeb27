"""The DfE's own tables from its own daily file, every cell to the last printed digit."""

import csv
import lzma
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from rollbook.domain.dfe_windows import DfeYear
from rollbook.formats.dfe_tables import Period, columns_of
from rollbook.formats.dfe_tables.columns import Columns, TotalRule
from rollbook.formats.dfe_tables.tables import number, rule_of
from tests.figures.typed import typed

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
AUTUMN = EXAMPLES / "dfe-2022-autumn"
Row = dict[str, str]
Key = tuple[str, ...]
# The daily file leaves out the days on which a single school of an authority reported, and the published tables
# have them: nobody could make these rows of the file. On the third, one of two authorities is meant.
NOT_IN_THE_FILE = {
    ("Kensington and Chelsea", "Special"): "Week 37",
    ("Richmond upon Thames", "Special"): "Week 39",
    ("Kirklees", "Special"): "Week 41",
}


@pytest.fixture(scope="module")
def autumn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of autumn 2022, unpacked."""
    folder = tmp_path_factory.mktemp("autumn")
    for packed in AUTUMN.glob("*.xz"):
        (folder / packed.stem).write_bytes(lzma.decompress(packed.read_bytes()))
    (folder / "raw.csv").write_bytes(next(folder.glob("raw_daily*")).read_bytes())
    return folder


def read(text: str) -> tuple[list[str], dict[Key, Row]]:
    """The headings, and the rows by time, area and type of school."""
    reader = csv.DictReader(text.splitlines())
    rows = list(reader)
    phase = "school_type" if "school_type" in rows[0] else "education_phase"
    keys = ("time_period", "time_identifier", "geographic_level", "region_code", "new_la_code", phase)
    return list(reader.fieldnames or ()), {tuple(row[key] for key in keys): row for row in rows}


def is_equal(ours: str, published: str) -> bool:
    """Is it the same text, or the same number as far as it was printed?"""
    if ours == published:
        return True
    if not ours or "c" in (ours, published):
        return False
    step = Decimal(1).scaleb(Decimal(published).as_tuple().exponent)  # type: ignore[arg-type]
    return Decimal(ours).quantize(step, rounding=ROUND_HALF_EVEN) == Decimal(published)


@pytest.mark.parametrize(
    ("option", "name", "cells"), [("--weekly", "weekly", 147_105), ("--ytd", "ytd", 29_421)]
)
def test_the_published_tables_of_autumn_2022(autumn: Path, option: str, name: str, cells: int) -> None:
    published = autumn / f"published_{name}.csv"
    said = typed("dfe-tables", autumn / "raw.csv", option, "--census", published)
    assert said.code == 0
    headings, ours = read(said.out)
    expected_headings, expected = read(published.read_text())

    assert headings == expected_headings
    assert ours.keys() == expected.keys()
    assert sum(map(len, expected.values())) == cells
    differing = {
        (expected[key]["la_name"], key[-1], key[1])
        for key in expected
        if not all(is_equal(ours[key][heading], expected[key][heading]) for heading in headings)
    }
    assert differing == {
        (area, phase, week if name == "weekly" else "Academic year")
        for (area, phase), week in NOT_IN_THE_FILE.items()
    }


def test_what_can_not_be_known_is_said(autumn: Path) -> None:
    said = typed("dfe-tables", autumn / "raw.csv", "--weekly", "--census", autumn / "published_weekly.csv")
    _, ours = read(said.out)
    hidden = {
        (row["la_name"], key[1], row["num_schools"]) for key, row in ours.items() if row["enrolments"] == "c"
    }
    assert hidden == {
        ("Kensington and Chelsea", "Week 37", "1.2"),
        ("Richmond upon Thames", "Week 39", "2.6"),
    }
    assert "2 rows show c: they rest on a single school" in said.err
    assert "14 October 2022, Special: a single school of Kirklees or Barnsley reported" in said.err


def test_the_bank_holiday_may_be_kept(autumn: Path) -> None:
    raw, census = autumn / "raw.csv", autumn / "published_weekly.csv"
    _, ours = read(typed("dfe-tables", raw, "--weekly", "--census", census, "--with-bank-holidays").out)
    _, published = read(census.read_text())
    england = ("2022", "Week 38", "National", "", "", "Primary")
    assert int(ours[england]["possible_sessions"]) > int(published[england]["possible_sessions"])
    _, without = read(typed("dfe-tables", raw, "--weekly", "--exclude-date", "2022-09-20").out)
    assert int(without[england]["possible_sessions"]) < int(published[england]["possible_sessions"])
    assert without[england]["total_enrolments"] == ""
    assert without[(*england[:-1], "Total")]["attendance_perc"] == ""


def as_raw(published: Sequence[Row], on: date) -> str:
    """A daily file of one day whose counts are those of a published year: its sums are then that year's."""
    dropped = {"total_num_schools", "total_enrolments"}
    headings = [name for name in published[0] if not name.endswith("_perc") and name not in dropped]
    lines = [[*headings, "attendance_date"]]
    for row in published:
        whole = {name: str(round(float(row[name]))) for name in ("num_schools", "enrolments")}
        lines.append([*((row | whole)[name] for name in headings), on.isoformat()])
    return "\n".join(",".join(line) for line in lines)


@pytest.mark.parametrize(
    ("year", "on", "phase"),
    [
        ("2023-24", date(2024, 2, 1), "school_type"),  # the codes until August 2024, weighted
        ("2024-25", date(2025, 2, 3), "school_type"),  # today's codes, weighted
        ("2025-26", date(2026, 2, 2), "education_phase"),  # today's codes, pooled
    ],
)
def test_the_rates_of_other_years_with_their_codes_and_their_rule(
    tmp_path: Path, year: str, on: date, phase: str
) -> None:
    published = list(csv.DictReader((EXAMPLES / "dfe-years" / f"ytd_{year}.csv").read_text().splitlines()))
    parts = [row for row in published if row[phase] != "Total"]
    (tmp_path / "raw.csv").write_text(as_raw(parts, on))
    census = EXAMPLES / "dfe-years" / f"ytd_{year}.csv"

    headings, ours = read(typed("dfe-tables", tmp_path / "raw.csv", "--ytd", "--census", census).out)

    assert headings == [name for name in published[0] if name != "pa_perc"]
    assert len(ours) == len(published)
    for row in published:
        key = ("time_period", "time_identifier", "geographic_level", "region_code", "new_la_code", phase)
        found = ours[tuple(row[name] for name in key)]
        for name in headings:
            if name.endswith("_perc"):
                # Published from floating-point numbers, so the last of fifteen digits may be off by a few.
                assert float(found[name]) == pytest.approx(float(row[name]), rel=1e-13, abs=1e-15), name
            elif name not in ("num_schools", "enrolments"):
                assert found[name] == row[name], name


RAW = """\
time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,new_la_code,la_name,\
old_la_code,attendance_date,education_phase,num_schools,enrolments,present_sessions,overall_attendance,\
approved_educational_activity,overall_absence,authorised_absence,unauthorised_absence,late_sessions,possible_sessions,\
reason_present,reason_i_authorised_illness,reason_c2_authorised_temp_reduced_timetable,reason_y1_not_attending
2025,Week 39,Local authority,E,England,R,North,A,Aton,1,2025-09-22,Primary,1,100,c,c,c,c,c,c,c,c,c,c,c,c
2025,Week 39,Local authority,E,England,R,North,B,Beton,2,2025-09-22,Primary,2,100,180,180,0,20,20,0,0,200,180,15,5,3
2025,Week 39,Local authority,E,England,R,North,B,Beton,2,2025-09-23,Primary,3,101,170,170,0,30,30,0,0,200,170,30,0,0
2025,Week 39,Local authority,E,England,R,North,B,Beton,2,2025-09-22,Secondary,2,50,50,50,0,50,50,0,0,100,50,50,0,0
"""


def test_worked_by_hand(tmp_path: Path) -> None:
    """Beton: 350 of 400 and 50 of 100 attended, so 400 of 500 pooled and (87.5 * 3 + 50 * 1) / 4 weighted."""
    raw, census = tmp_path / "raw.csv", tmp_path / "census.csv"
    raw.write_text(RAW)
    census.write_text(
        "geographic_level,region_code,new_la_code,education_phase,total_num_schools,total_enrolments\n"
        "Local authority,R,B,Primary,4,300\nLocal authority,R,B,Secondary,2,100\nLocal authority,R,A,Primary,c,c\n"
    )
    _, rows = read(typed("dfe-tables", raw, "--ytd", "--census", census).out)
    beton = {key[-1]: row for key, row in rows.items() if row["la_name"] == "Beton"}
    assert [(row["num_schools"], row["enrolments"]) for row in beton.values()] == [
        ("2.5", "100.5"),
        ("2", "50"),
        ("4.5", "150.5"),
    ]
    assert [row["attendance_perc"] for row in beton.values()] == ["87.5", "50", "80"]
    assert [row["illness_perc"] for row in beton.values()] == ["11.25", "50", "19"]
    assert (beton["Total"]["total_num_schools"], beton["Total"]["total_enrolments"]) == ("6", "400")
    aton = {key[-1]: row for key, row in rows.items() if row["la_name"] == "Aton"}
    assert {
        row[name] for row in aton.values() for name in ("enrolments", "possible_sessions", "illness_perc")
    } == {"c"}
    assert [row["num_schools"] for row in aton.values()] == ["1", "1"]
    _, rows = read(typed("dfe-tables", raw, "--ytd", "--census", census, "--total", "weighted").out)
    assert "Total" not in {key[-1] for key in rows}  # authorities have such a row only where it is pooled


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("old_la_code,", ""), "The file has no column old_la_code."),
        (
            ("late_sessions,", "late_sessions,late_sessions,"),
            "The file has more than one column late_sessions.",
        ),
        (("education_phase", "phase"), "The file has no column school_type and none called education_phase."),
        (("2025-09-23", "2025-09-31"), "Line 4: The date '2025-09-31' can't be taken."),
        (("0,0,200,170", "0,0,20O,170"), "Line 4: '20O' in possible_sessions is not a whole number."),
        (
            ("2025-09-23,Primary,3,101", "2025-09-23,Primary,3,101,1"),
            "Line 4: It has 27 values, but there are 26",
        ),
    ],
)
def test_a_raw_file_that_is_wrong_is_refused(tmp_path: Path, change: tuple[str, str], problem: str) -> None:
    path = tmp_path / "raw.csv"
    path.write_text(RAW.replace(*change))
    said = typed("dfe-tables", path, "--weekly")
    assert (said.code, said.out) == (1, "")
    assert problem in said.err


def test_blank_lines_and_a_census_without_numbers_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "raw.csv"
    path.write_text(RAW + "\n\n")
    said = typed("dfe-tables", path, "--weekly", "--census", path)
    assert (said.code, said.out) == (1, "")
    assert "The file has no column total_num_schools." in said.err
    assert typed("dfe-tables", path, "--weekly").code == 0


def test_the_rule_of_all_schools_changed_with_2025_26() -> None:
    assert rule_of(DfeYear(2024)) is TotalRule.WEIGHTED
    assert rule_of(DfeYear(2025)) is TotalRule.POOLED


def test_columns_go_by_the_codes_of_the_file() -> None:
    old = Columns(
        ["school_type", "reason_t_authorised_grt_absence", "reason_h_x", "reason_d_aea", "reason_x_not"]
    )
    new = Columns(
        ["reason_t_authorised_mobile_child", "reason_h_x", "reason_d_aea", "reason_c2_x", "reason_y1_x"]
    )
    assert [name for name in columns_of(old, Period.WEEK) if name.startswith(("reason", "auth_"))] == [
        *(
            "reason_t_authorised_grt_absence",
            "reason_h_x",
            "reason_d_aea",
            "auth_grt_perc",
            "auth_holiday_perc",
        ),
    ]
    assert [name for name in columns_of(new, Period.WEEK) if name.startswith(("reason", "auth_"))] == [
        *(
            "reason_t_authorised_mobile_child",
            "reason_h_x",
            "reason_c2_x",
            "auth_mob_perc",
            "auth_part_time_perc",
        ),
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Fraction(4), "4"),
        (7, "7"),
        (Fraction(418, 5), "83.6"),
        (Fraction(1, 3), "0.333333333333333"),
        (Fraction(200, 3), "66.6666666666667"),
        (Fraction(2, 24483), "8.16893354572561e-05"),
    ],
)
def test_numbers_are_written_as_they_are_published(value: Fraction | int, written: str) -> None:
    assert number(value) == written
