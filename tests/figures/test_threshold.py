"""`rollbook threshold`: the same answer as the rule, for every pupil of a file."""

import csv
import io
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.thresholds import Alignment, Missed, counts, school_weeks, threshold
from rollbook.formats.marks_blocks import csv_blocks
from tests.figures.typed import typed

Mark = tuple[str, str, date, str, str]
JULY, SEPTEMBER = date(2026, 7, 13), date(2026, 9, 7)
SESSIONS = {"AM": SchoolSession.AM, "PM": SchoolSession.PM}


def written(folder: Path, marks: Iterable[Mark], name: str = "marks.csv") -> Path:
    path = folder / name
    lines = [f"{school},{pupil},{on},{session},{code}" for school, pupil, on, session, code in marks]
    path.write_text("\n".join(["school,pupil,date,session,code", *lines]))
    return path


def example(in_week: int) -> list[Mark]:
    """domain.md 8.3: two G in the last week of July, seven O from September, and an eighth in the given week.

    Another pupil is present all the while, so that the school met in each of those weeks.
    """
    weeks = [JULY, *(SEPTEMBER + timedelta(days=7 * number) for number in range(14) if number != 7)]
    present = [("Ashdown", "2", week, "AM", "/") for week in weeks]
    closed = [("Ashdown", "2", JULY + timedelta(days=7 * number), "AM", "#") for number in range(1, 8)]
    missed = [("Ashdown", "1", JULY, session, "G") for session in SESSIONS]
    missed += [("Ashdown", "1", week, "AM", "O") for week in (*weeks[1:8], weeks[in_week])]
    return [*present, *closed, *missed]


def test_the_weeks_run_on_over_the_summer(tmp_path: Path) -> None:
    [found] = typed("threshold", written(tmp_path, example(in_week=9))).json()
    assert (found["school"], found["pupil"], found["first_met"]) == ("Ashdown", "1", "2026-11-09")
    assert (found["confirmed"], found["provisional"]) == (10, 0)
    assert found["sessions"][:3] == [
        ["2026-07-13", "AM", "G"],
        ["2026-07-13", "PM", "G"],
        ["2026-09-07", "AM", "O"],
    ]
    assert len(found["sessions"]) == 10


def test_in_the_tenth_week_july_is_outside(tmp_path: Path) -> None:
    path = written(tmp_path, example(in_week=10))
    assert typed("threshold", path).out == "[]\n"
    assert [each["first_met"] for each in typed("threshold", path, "--sessions", 8).json()] == ["2026-10-12"]


def test_the_calendar_may_name_the_weeks(tmp_path: Path) -> None:
    """With the summer's weeks open, the ten weeks are over before the autumn is."""
    calendar = tmp_path / "calendar.csv"
    calendar.write_text("date,last_day,status\n2026-07-13,2026-12-18,open\n")
    path = written(tmp_path, example(in_week=9))
    assert typed("threshold", path, "--calendar", calendar).out == "[]\n"
    calendar.write_text("date,last_day,status\n2026-07-13,2026-07-17,closed\n")
    said = typed("threshold", path, "--calendar", calendar)
    assert said.out == "[]\n"
    assert "3 marks are of days on which the calendar says the school was closed." in said.err


def test_a_table_and_csv(tmp_path: Path) -> None:
    path = written(tmp_path, example(in_week=9))
    assert typed("threshold", path, "--format", "table").out.splitlines()[1].split() == [
        *("Ashdown", "1", "2026-11-09", "10", "0"),
    ]
    [row] = csv.DictReader(io.StringIO(typed("threshold", path, "--format", "csv").out))
    assert row["sessions"].startswith("2026-07-13 AM G; 2026-07-13 PM G; ")


@pytest.mark.parametrize(
    ("text", "options", "problem"),
    [
        ("code,count\nO,10\n", [], "This is a file of counts."),
        ("pupil,date,session,code\n1,2026-09-07,AM,O\n", ["--sessions", "0"], "Give 1 to 100 sessions."),
        (
            "pupil,date,session,code\n1,2026-09-07,AM,O\n1,2026-09-07,am,I\n",
            [],
            "Line 3: Line 2 gives another mark",
        ),
    ],
)
def test_what_can_not_be_answered_is_refused(
    tmp_path: Path, text: str, options: list[str], problem: str
) -> None:
    path = tmp_path / "marks.csv"
    path.write_text(text)
    said = typed("threshold", path, *options)
    assert (said.code, said.out) == (1, "")
    assert problem in said.err


half_days = st.tuples(
    st.sampled_from(["Ashdown", "Beech"]),
    st.sampled_from(["1", "2", "3"]),
    st.integers(0, 330).map(lambda number: date(2025, 9, 1) + timedelta(days=number)),
    st.sampled_from(["AM", "PM"]),
)
files = st.dictionaries(
    half_days, st.sampled_from(["O", "N", "G", "U", "O", "O", "I", "#", "Y4"]), max_size=150
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(files, st.sampled_from(list(Alignment)), st.integers(2, 10), st.integers(60, 4000))
def test_it_is_the_answer_of_the_rule(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    made: dict[tuple[str, str, date, str], str],
    alignment: Alignment,
    least: int,
    block: int,
) -> None:
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", block)
    path = written(tmp_path, [(*where, code) for where, code in made.items()])
    said = typed("threshold", path, "--sessions", least, "--alignment", alignment.value)

    expected = []
    for school, pupil in sorted({(school, pupil) for school, pupil, *_ in made}):
        weeks = school_weeks(
            on for (at, _, on, _), code in made.items() if at == school and BY_SYMBOL[code].is_possible
        )
        missed = [
            Missed(on, SESSIONS[session], code)
            for (at, who, on, session), code in made.items()
            if (at, who) == (school, pupil) and counts(code)
        ]
        answer = threshold(missed, weeks, alignment=alignment, least=least).answer
        if answer.first_met:
            expected.append(
                {
                    "school": school,
                    "pupil": pupil,
                    "first_met": answer.first_met.isoformat(),
                    "sessions": [
                        [each.on.isoformat(), each.session.value, each.code] for each in answer.sessions
                    ],
                    "confirmed": answer.confirmed,
                    "provisional": answer.provisional,
                }
            )
    assert said.json() == expected
