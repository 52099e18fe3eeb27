"""`rollbook measures`: exact figures of any file, or the lines for which there are none."""

import csv
import io
import os
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from rollbook.domain.codes import CODES
from rollbook.domain.rates import is_persistently_absent, is_severely_absent, totals
from rollbook.formats.marks_blocks import csv_blocks, parquet_blocks
from tests.figures.typed import typed

HEADINGS = ["school", "pupil", "date", "session", "code", "minutes_late"]
FIRST = date(2025, 9, 1)
NOW = [code.symbol for code in CODES if code.in_force.last_day is None]

MARKS = """\
school,pupil,date,session,code,minutes_late
Ashdown,1,2025-09-08,AM,/,
Ashdown,1,2025-09-08,PM,\\,
Ashdown,1,2025-09-09,AM,L,12
Ashdown,1,2025-09-09,PM,I,
Ashdown,2,2025-09-08,AM,U,50
Ashdown,2,2025-09-08,PM,N,
Ashdown,2,2025-09-09,AM,Y4,
Ashdown,2,2025-09-09,PM,-,
Beech,1,2025-09-08,AM,V,
"""


def written(folder: Path, text: str | bytes, name: str = "marks.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_one_total_of_the_whole_file(tmp_path: Path) -> None:
    said = typed("measures", written(tmp_path, MARKS), "--format", "json")
    [total] = said.json()
    assert total == {
        "possible": 7,
        "attended": 4,
        "authorised": 1,
        "unauthorised": 2,
        "late": 2,
        "codes": {"/": 1, "\\": 1, "L": 1, "V": 1, "I": 1, "Y4": 1, "N": 1, "U": 1},
        "pupils": 3,
        "persistent": 2,
        "severe": 1,
        "minutes_late": 62,
        "attendance_rate": "4/7",
        "attendance_percent": float(Fraction(400, 7)),
        "absence_rate": "3/7",
        "absence_percent": float(Fraction(300, 7)),
        "authorised_rate": "1/7",
        "authorised_percent": float(Fraction(100, 7)),
        "unauthorised_rate": "2/7",
        "unauthorised_percent": float(Fraction(200, 7)),
        "late_rate": "2/7",
        "late_percent": float(Fraction(200, 7)),
    }
    assert said.err == "Note: 1 row holds no mark and counts nowhere.\n"


def test_by_columns_of_the_file_of_the_pupils_and_of_the_day(tmp_path: Path) -> None:
    pupils = written(tmp_path, "pupil,school,year\n1,Ashdown,10\n2,Ashdown,7\n", "pupils.csv")
    said = typed(
        "measures",
        written(tmp_path, MARKS),
        "--by",
        "year",
        "weekday",
        "--pupils",
        pupils,
        "--format",
        "json",
    )
    assert [
        (each["year"], each["weekday"], each["possible"], each["attendance_rate"]) for each in said.json()
    ] == [
        ("7", "Monday", 2, "0/1"),
        ("7", "Tuesday", 0, None),
        ("10", "Monday", 2, "1/1"),
        ("10", "Tuesday", 2, "1/2"),
        ("", "Monday", 1, "1/1"),
    ]
    assert "1 pupil is not in the file of pupils; the columns from there are empty." in said.err


def test_by_what_the_day_says(tmp_path: Path) -> None:
    by = ["week", "month", "academic_year", "dfe_term", "date", "session"]
    found = typed("measures", written(tmp_path, MARKS), "--by", *by, "--format", "json").json()
    assert [found[0][name] for name in by] == [
        "2025-09-08",
        "2025-09",
        "2025/26",
        "autumn",
        "2025-09-08",
        "AM",
    ]


def test_persistent_absence_is_of_the_pupil_s_sessions_within_the_group(tmp_path: Path) -> None:
    found = typed(
        "measures", written(tmp_path, MARKS), "--by", "school", "session", "--format", "json"
    ).json()
    assert [(each["school"], each["session"], each["pupils"], each["severe"]) for each in found] == [
        ("Ashdown", "AM", 2, 1),
        ("Ashdown", "PM", 2, 2),
        ("Beech", "AM", 1, 0),
    ]


def test_a_table_for_people_and_csv_for_spreadsheets(tmp_path: Path) -> None:
    path = written(tmp_path, MARKS.replace("Beech", "=HYPERLINK(1)"))
    table = typed("measures", path, "--by", "school").out.splitlines()
    assert re.split("  +", table[0]) == [
        *("school", "possible", "attendance %", "absence %", "authorised %", "unauthorised %", "late %"),
        *("pupils", "persistent", "severe"),
    ]
    assert table[1].split() == ["=HYPERLINK(1)", "1", "100.00", "0.00", "0.00", "0.00", "0.00", "1", "0", "0"]
    rows = list(csv.DictReader(io.StringIO(typed("measures", path, "--by", "school", "--format", "csv").out)))
    assert [row["school"] for row in rows] == ["'=HYPERLINK(1)", "Ashdown"]
    assert (rows[1]["attendance_rate"], rows[1]["code I"], rows[1]["code V"]) == ("1/2", "1", "0")


def test_days_can_be_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, MARKS)
    for options in (["--from", "9/9/2025"], ["--exclude-date", "2025-09-08"]):
        said = typed("measures", path, *options, "--format", "json")
        assert [each["possible"] for each in said.json()] == [2]
        assert "5 marks are of days that were not asked about." in said.err
    assert typed("measures", path, "--to", "2025-09-08", "--format", "json").json()[0]["possible"] == 5
    assert "before" in typed("measures", path, "--from", "2025-09-09", "--to", "2025-09-08").err


def test_a_calendar_says_when_the_school_was_closed(tmp_path: Path) -> None:
    path = written(tmp_path, MARKS)
    closed = written(tmp_path, "date,status,session\n2025-09-08,closed,PM\n", "calendar.csv")
    said = typed("measures", path, "--calendar", closed, "--format", "json")
    assert said.json()[0]["possible"] == 5
    assert "2 marks are of days on which the calendar says the school was closed." in said.err
    opened = written(
        tmp_path, "date,last_day,status,school\n2025-09-09,2025-09-12,open,Ashdown\n", "open.csv"
    )
    found = typed("measures", path, "--calendar", opened, "--by", "school", "--format", "json").json()
    assert [(each["school"], each["possible"]) for each in found] == [("Ashdown", 2), ("Beech", 1)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("date\n2025-09-08\n", "The first line must name the columns"),
        ("day,status\n2025-09-08,open\n", "no column date"),
        ("date,status\n2025-09-08,shut\n", "'shut' is not a status"),
        ("date,status\n31/02/2025,open\n", "There is no such day."),
        ("date,last_day,status\n2025-09-08,2025-09-01,open\n", "The last day is before the first"),
        ("date,last_day,status\n2025-09-08,never,open\n", "The date 'never' can't be taken."),
        ("date,session,status\n2025-09-08,night,open\n", "'night' is not a session"),
    ],
)
def test_a_calendar_that_is_wrong_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    said = typed("measures", written(tmp_path, MARKS), "--calendar", written(tmp_path, text, "calendar.csv"))
    assert (said.code, said.out) == (1, "")
    assert problem in said.err


COUNTS = """\
area,attendance_date,code,count
North,2022-09-12,/,900
North,2022-09-12,H,60
North,2022-09-12,F,40
South,2022-09-12,/,50
South,2022-09-19,/,7
South,2022-09-12,#,9
"""


def test_counts_are_added_up(tmp_path: Path) -> None:
    path = written(tmp_path, COUNTS)
    said = typed("measures", path, "--by", "area", "--exclude-date", "2022-09-19", "--format", "json")
    found = said.json()
    assert [(each["area"], each["possible"], each["absence_rate"]) for each in found] == [
        ("North", 1000, "1/10"),
        ("South", 50, "0/1"),
    ]
    assert found[1]["codes"] == {"/": 50, "#": 9}
    assert "pupils" not in found[0]
    assert "7 marks are of days" in said.err
    assert typed("measures", path, "--by", "week").code == 0


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--by", "sex"], "There is no column sex to go by. There are: area, attendance_date, week,"),
        (["--pupils", "x.csv"], "names no pupils"),
        (["--calendar", "x.csv"], "x.csv can't be read: No such file or directory."),
    ],
)
def test_what_counts_can_not_answer(tmp_path: Path, options: list[str], problem: str) -> None:
    said = typed("measures", written(tmp_path, COUNTS), *options)
    assert (said.code, said.out) == (1, "")
    assert problem in said.err


BAD = [
    ("Ashdown,1,2025-09-08,AM,/", "Ashdown,1,2025-09-08,AM", "Line 2: The row has too few columns."),
    ("Ashdown,1,2025-09-08,AM,/", "Ashdown,1,2025-09-08,noon,/", "Line 2: 'noon' is not a session."),
    (
        "2,2025-09-08,PM,N,",
        "2,2025-02-30,PM,N,",
        "Line 7: The date '2025-02-30' can't be taken. There is no such day.",
    ),
    (
        "2,2025-09-08,PM,N,",
        "2,09/25/2025,PM,N,",
        "Line 7: The date '09/25/2025' can't be taken. There is no month 25.",
    ),
    ("2,2025-09-08,PM,N,", "2,2025-09-08,PM,Q9,", "Line 7: 'Q9' is not an attendance code."),
    ("2,2025-09-08,PM,N,", "2,2025-09-08,PM,=1+1,", "Line 7: '=1+1' is not an attendance code."),
    ("2,2025-09-08,PM,N,", "2,2025-09-08,PM,J,", "Line 7: J ended on 18 August 2024; use J1."),
    (
        "2,2025-09-08,PM,N,",
        "2,2024-08-18,PM,C2,",
        "Line 7: C2 began on 19 August 2024; use C for earlier days.",
    ),
    ("2,2025-09-08,PM,N,", ",2025-09-08,PM,N,", "Line 7: The row names no pupil."),
    ("U,50", "U,soon", "Line 6: 'soon' are no minutes late."),
    ("2,2025-09-08,PM,N,", '2,2025-09-08,PM,N,"', "Line 7: A quotation mark is opened and not closed"),
    ("2,2025-09-08,PM,N,", "2,2025-09-08,PM,N,,extra", "Line 7: It has 7 values, but there are 6 headings"),
    ("1,2025-09-09,PM,I,", "1,2025-09-08,PM,I,", "Line 5: Line 3 gives another mark (\\) for the same pupil"),
    (
        "1,2025-09-09,PM,I,",
        "1,2025-09-09,AM,L,13",
        "Line 5: Line 4 gives another mark (L) for the same pupil",
    ),
]


@pytest.mark.parametrize(("good", "bad", "problem"), BAD)
def test_bad_rows_are_refused_by_line(tmp_path: Path, good: str, bad: str, problem: str) -> None:
    said = typed("measures", written(tmp_path, MARKS.replace(good, bad, 1)), "--format", "json")
    assert (said.code, said.out) == (1, "")
    assert problem in said.err
    assert "marks.csv: 1 row can't be taken, so there are no figures." in said.err


def test_the_same_mark_twice_counts_once(tmp_path: Path) -> None:
    again = MARKS + "\n\nAshdown,1,09/09/2025,pm,i,\nAshdown,1,9 Sep 2025,am,L,12\n"
    said = typed("measures", written(tmp_path, again), "--format", "json")
    assert said.json() == typed("measures", written(tmp_path, MARKS, "once.csv"), "--format", "json").json()
    assert "2 rows were left out: their marks are there already." in said.err


def test_all_bad_rows_are_named_up_to_a_limit(tmp_path: Path) -> None:
    rows = "".join(f"{number},2025-09-08,AM,?\n" for number in range(1500))
    said = typed("measures", written(tmp_path, f"pupil,date,session,code\n{rows}"))
    lines = said.err.splitlines()
    assert len(lines) == 202
    assert lines[199] == "Line 201: '?' is not an attendance code."
    assert lines[200] == "... and 1,300 more."


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "The file is empty."),
        (b"pupil,date,session\n1,2025-09-08,AM\n", "The file has no column code."),
        (b"pupil,date,date,session,code\n", "Two columns are called date."),
        (
            b"upn,student,date,session,code\n1,2,2025-09-08,AM,/\n",
            "The columns upn and student would both be the pupil",
        ),
        (b"PK\x03\x04rest", "This is an Excel workbook"),
        (b"PAR1 but cut off", "This Parquet file is damaged"),
        (b"pupil,date,session,code\n1,2025-09-08,AM,/\n\x00\n", "NUL bytes"),
        (b"pupil,date,session,code\n" + b"x" * 20_000, "Line 2 is longer than 10,000 characters"),
        (b"pupil,date,session,code\n1,2025-09-08,AM,/\n" + b"x" * 20_000 + b"\n", "Line 3 is longer than"),
        (MARKS.encode("utf-16")[:-1], "cut off or mixes encodings"),
        ("pupil,date,session,code\nZoë".encode()[:-1], "cut off or mixes encodings"),
        (b'pupil,"date,session,code\n', "The line of headings is broken"),
    ],
)
def test_files_that_are_no_marks_are_refused_in_one_sentence(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    said = typed("measures", written(tmp_path, content))
    assert (said.code, said.out) == (1, "")
    assert problem in said.err


@pytest.mark.parametrize("at", [1, 60, 400])
@pytest.mark.parametrize("ends_with", ["\n", ""])
def test_a_line_may_have_ten_thousand_characters_and_no_more(tmp_path: Path, at: int, ends_with: str) -> None:
    lines = [f"Ashdown,{number},2025-09-08,AM,/" for number in range(500)]
    for length, code in ((10_000, 0), (10_001, 1)):
        long = ",7,2025-09-09,AM,/"
        lines[at] = "x" * (length - len(long)) + long
        text = (
            "\n".join(["school,pupil,date,session,code", *lines[: at + 1 if not ends_with else None]])
            + ends_with
        )
        said = typed("measures", written(tmp_path, text), "--format", "json")
        assert said.code == code
        assert code == 0 or f"Line {at + 2} is longer than 10,000 characters" in said.err


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_encoding_and_line_end(tmp_path: Path, encoding: str, end: str) -> None:
    text = MARKS.replace("Ashdown", "Ashdown Café").replace("\n", end)
    found = typed(
        "measures", written(tmp_path, text.encode(encoding)), "--by", "school", "--format", "json"
    ).json()
    assert [each["school"] for each in found] == ["Ashdown Café", "Beech"]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_any_separator_and_quotation_marks(tmp_path: Path, separator: str) -> None:
    quoted = "\n".join(separator.join(f'"{cell}"' for cell in line.split(",")) for line in MARKS.splitlines())
    assert (
        typed("measures", written(tmp_path, quoted)).out
        == typed("measures", written(tmp_path, MARKS, "b.csv")).out
    )


def test_a_pupils_file_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    pupils = written(tmp_path, "pupil,sex\n1,F\n2,M\n1,F\n2,F\n,M\n", "pupils.csv")
    said = typed("measures", written(tmp_path, MARKS), "--pupils", pupils)
    assert (said.code, said.out) == (1, "")
    assert "Line 5: Line 3 says something else of the same pupil." in said.err
    assert "Line 6: The row names no pupil." in said.err
    said = typed(
        "measures", written(tmp_path, MARKS), "--pupils", written(tmp_path, "name,sex\nA,F\n", "p.csv")
    )
    assert "The file of pupils has no column pupil." in said.err


def test_a_pupil_may_be_asked_for_by_the_plain_word(tmp_path: Path) -> None:
    path = written(tmp_path, MARKS.replace("pupil", "UPN"))
    for name in ("UPN", "pupil"):
        found = typed("measures", path, "--by", "school", name, "--format", "json").json()
        assert [each[name] for each in found] == ["1", "2", "1"]


def test_parquet_with_real_days_and_numbers(tmp_path: Path) -> None:
    table = pa.table(
        {
            "pupil": pa.array([1, 1, 2, 2], pa.int64()),
            "date": pa.array([FIRST, FIRST, FIRST, FIRST], pa.date32()),
            "session": pa.array(["AM", "PM", "AM", None]).dictionary_encode(),
            "code": ["/", "I", "U", None],
            "minutes_late": pa.array([None, None, 20.0, None], pa.float64()),
        }
    )
    parquet.write_table(table, tmp_path / "marks.parquet")
    said = typed("measures", tmp_path / "marks.parquet", "--by", "pupil", "--format", "json")
    assert [(each["pupil"], each["absence_rate"], each["minutes_late"]) for each in said.json()] == [
        ("1", "1/2", 0),
        ("2", "1/1", 20),
    ]
    bad = table.set_column(3, "code", pa.array(["/", "I", "U", "??"]))
    parquet.write_table(bad, tmp_path / "bad.parquet")
    assert "Row 4: '' is not a session." in typed("measures", tmp_path / "bad.parquet").err
    lists = table.set_column(3, "code", pa.array([["/"], ["I"], [], []]))
    parquet.write_table(lists, tmp_path / "lists.parquet")
    assert "The column code holds lists" in typed("measures", tmp_path / "lists.parquet").err
    whole = (tmp_path / "marks.parquet").read_bytes()
    cut = written(tmp_path, whole[: len(whole) // 2], "cut.parquet")
    assert "damaged or was not copied whole" in typed("measures", cut).err


half_days = st.tuples(
    st.sampled_from(["Ashdown", "Beech", ""]),
    st.integers(1, 6).map(str),
    st.integers(0, 330).map(lambda number: FIRST + timedelta(days=number)),
    st.sampled_from(["AM", "PM"]),
)
files = st.dictionaries(half_days, st.sampled_from([*NOW, "", "-"]), max_size=80)
File = dict[tuple[str, str, date, str], str]
KEYS = ["school", "pupil", "date", "session", "month", "weekday", "year"]


def year_of(school: str, pupil: str) -> str:
    return f"Year {(len(school) + int(pupil)) % 3}"


def oracle(made: File, by: Sequence[str]) -> dict[tuple[str, ...], dict[str, Any]]:
    """What the rules say of each group, pupil by pupil."""
    groups: dict[tuple[str, ...], dict[tuple[str, str], list[str]]] = defaultdict(lambda: defaultdict(list))
    for (school, pupil, on, session), written_code in made.items():
        code = {"/": "/" if session == "AM" else "\\"}.get(written_code.replace("\\", "/"), written_code)
        if code in ("", "-"):
            continue
        known = {
            "school": school,
            "pupil": pupil,
            "date": on.isoformat(),
            "session": session,
            "month": f"{on:%Y-%m}",
            "weekday": f"{on:%A}",
            "year": year_of(school, pupil),
        }
        groups[tuple(known[name] for name in by)][school, pupil].append(code)
    if not by:
        groups[()]  # there is always one total
    found = {}
    for names, pupils in groups.items():
        of = totals(code for codes in pupils.values() for code in codes)
        each = [totals(codes) for codes in pupils.values()]
        found[names] = {
            "possible": of.possible,
            "attended": of.attended,
            "authorised": of.authorised,
            "unauthorised": of.unauthorised,
            "late": of.late,
            "codes": dict(of.by_code),
            "pupils": len(each),
            "persistent": sum(is_persistently_absent(one).answer for one in each),
            "severe": sum(is_severely_absent(one).answer for one in each),
        }
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(files, st.lists(st.sampled_from(KEYS), max_size=3, unique=True), st.integers(40, 4000), st.booleans())
def test_the_figures_are_those_of_the_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: File, by: list[str], block: int, is_parquet: bool
) -> None:
    """In blocks of any size, from CSV and Parquet."""
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", block)
    monkeypatch.setattr(parquet_blocks, "BATCH_ROWS", 1 + block // 40)
    rows = [
        [school, pupil, on.isoformat(), session, code] for (school, pupil, on, session), code in made.items()
    ]
    if is_parquet:
        columns = {name: [row[place] for row in rows] for place, name in enumerate(HEADINGS[:5])}
        path = tmp_path / "marks.parquet"
        parquet.write_table(
            pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}), path
        )
    else:
        text = "".join(",".join(row) + "\n" for row in [HEADINGS[:5], *rows])
        path = written(tmp_path, text)
    pairs = {(school, pupil) for school, pupil, *_ in made}
    lines = ["school,pupil,year", *(f"{school},{pupil},{year_of(school, pupil)}" for school, pupil in pairs)]
    pupils = written(tmp_path, "\n".join(lines), "pupils.csv")

    options = ["--by", *by] if by else []
    found = typed("measures", path, *options, "--pupils", pupils, "--format", "json").json()

    expected = oracle(made, by)
    assert {tuple(each[name] for name in by) for each in found} == set(expected)
    assert len(found) == len(expected)
    for each in found:
        counted = expected[tuple(each[name] for name in by)]
        assert {name: each[name] for name in counted} == counted
    for each in found:
        for name, part in (("attendance", "attended"), ("authorised", "authorised"), ("late", "late")):
            rate = each[f"{name}_rate"]
            assert (rate is None) is (each["possible"] == 0)
            if rate is not None:
                assert Fraction(rate) == Fraction(each[part], each["possible"])
                assert each[f"{name}_percent"] == float(Fraction(rate) * 100)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            [*MARKS.encode().splitlines(), b'"', b"\r", b",", b"\xc3", b"\xe9", b"\xff\xfe", b"=1", b"\t"]
        )
        | st.binary(max_size=12),
        max_size=14,
    ),
    st.booleans(),
    st.integers(1, 400),
)
def test_whatever_the_bytes_there_is_an_answer_or_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: list[bytes], has_headings: bool, block: int
) -> None:
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", block)
    head = HEADINGS if has_headings else []
    content = (",".join(head) + "\n").encode() + b"\n".join(pieces)
    said = typed("measures", written(tmp_path, content), "--format", "json")
    assert said.code in (0, 1)
    if said.code:
        assert said.out == ""
        assert said.err
        assert "Traceback" not in said.err
    else:
        assert said.json()


def test_a_reader_who_has_had_enough_is_no_error(tmp_path: Path) -> None:
    """As `rollbook measures ... | head -1` with more to print than a pipe holds."""
    rows = "".join(f"{number},2025-09-08,AM,/\n" for number in range(4_000))
    path = written(tmp_path, f"pupil,date,session,code\n{rows}")
    script = "from rollbook.config.cli import main; main()"
    run = subprocess.Popen(
        [sys.executable, "-c", script, "measures", str(path), "--by", "pupil", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert run.stdout is not None
    assert run.stderr is not None
    assert run.stdout.readline() == b"[\n"
    run.stdout.close()
    with run.stderr:
        assert run.stderr.read() == b""
    assert run.wait() == 0


def test_it_runs_without_any_setting(tmp_path: Path) -> None:
    """As somebody would who has the program and a file: no database, no secret key, no school."""
    path = written(tmp_path, MARKS)
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    script = "from rollbook.config.cli import main; main()"
    run = subprocess.run(
        [sys.executable, "-c", script, "measures", str(path), "--by", "school"],
        capture_output=True,
        cwd=tmp_path,
        env=bare,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout.splitlines()[1].split()[:2]) == (0, ["Ashdown", "6"])
