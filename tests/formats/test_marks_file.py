"""Files of marks: what is read, what is passed over, what is refused and in which words."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.sessions import SchoolSession
from rollbook.formats.marks_file import MarksFile, marks_by_session, read_marks
from rollbook.formats.tables import Unreadable, rows_of

HEAD = ["pupil", "date", "session", "code", "minutes_late"]


def read(*rows: list[str], head: list[str] | None = None) -> MarksFile:
    return read_marks([head or HEAD, *rows])


def said(file: MarksFile) -> list[str]:
    """The rows as they were understood."""
    return [
        f"{file.pupils[file.pupil_of[i]]} {date.fromordinal(file.day_of[i])} {'PM' if file.is_pm[i] else 'AM'} "
        f"{file.codes[file.code_of[i]]} {file.minutes_of[i]}"
        for i in range(len(file))
    ]


def test_a_row_is_a_mark() -> None:
    file = read(
        ["A1", "14/09/2025", "AM", "/", ""],
        ["A1", "14/09/2025", "PM", "L", "12"],
        ["A2", "2025-09-14", "am", "i", ""],
    )
    assert said(file) == ["A1 2025-09-14 AM / -1", "A1 2025-09-14 PM L 12", "A2 2025-09-14 AM I -1"]
    assert list(file.line_of) == [2, 3, 4]
    assert file.problem_count == 0


@pytest.mark.parametrize(
    "written",
    ["14/09/2025", "2025-09-14", "14.9.2025", "14-09-25", "14 Sep 2025", "14-Sep-25", "Sunday, 14 September 2025",
     "2025-09-14T00:00:00", "14/09/2025 00:00:00", "45914"],
)  # fmt: skip
def test_days_of_every_kind(written: str) -> None:
    assert said(read(["A1", written, "AM", "/", ""])) == ["A1 2025-09-14 AM / -1"]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            "09/14/2025",
            "The date '09/14/2025' can't be taken. There is no month 14. Dates are read day first: 4 March is "
            "04/03/2012.",
        ),
        ("31/02/2025", "The date '31/02/2025' can't be taken. There is no such day. Check the date."),
        (
            "yesterday",
            "The date 'yesterday' can't be taken. It is not a date. Write it as 04/03/2012, day first.",
        ),
        ("", "The row has no date."),
        ("14/09", "The date '14/09' can't be taken. It is not a date. Write it as 04/03/2012, day first."),
        ("14/09/1899", "The date '14/09/1899' can't be taken. The year can't be right. Check it."),
        ("14/09/1999", "The date '14/09/1999' can't be taken. The year can't be right. Check it."),
        (
            "9" * 400,
            f"The date '{'9' * 40}' can't be taken. It is not a date. Write it as 04/03/2012, day first.",
        ),
        (
            "=TODAY()",
            "The date '=TODAY()' can't be taken. It is not a date. Write it as 04/03/2012, day first.",
        ),
    ],
)
def test_what_is_no_day_is_refused_with_the_way_to_write_it(written: str, message: str) -> None:
    file = read(["A1", written, "AM", "/", ""])
    assert len(file) == 0
    assert [(each.line, each.message) for each in file.problems] == [(2, message)]


def test_beside_a_date_of_america_no_date_that_could_be_two_days_is_guessed_at() -> None:
    file = read(
        ["A1", "03/04/2025", "AM", "/", ""],
        ["A1", "25/03/2025", "AM", "I", ""],
        ["A1", "03/25/2025", "PM", "\\", ""],
        ["A1", "04/04/2025", "PM", "\\", ""],
        ["A1", "04/03/2025", "PM", "\\", ""],
    )
    assert said(file) == ["A1 2025-03-25 AM I -1", "A1 2025-04-04 PM \\ -1"]
    assert list(file.line_of) == [3, 5]
    assert sorted((each.line, each.message.split(",")[0]) for each in file.problems) == [
        (2, "Line 4 has its month before its day"),
        (4, "The date '03/25/2025' can't be taken. There is no month 25. Dates are read day first: 4 March is "
            "04/03/2012."),
        (6, "Line 4 has its month before its day"),
    ]  # fmt: skip
    assert file.problem_count == 3


def test_the_present_mark_is_the_sessions_own() -> None:
    file = read(["A1", "14/09/2025", "PM", "/", ""], ["A1", "15/09/2025", "AM", "\\", ""])
    assert said(file) == ["A1 2025-09-14 PM \\ -1", "A1 2025-09-15 AM / -1"]


def test_codes_that_ended_are_taken_for_the_days_they_were_in_force() -> None:
    file = read(["A1", "14/09/2023", "AM", "H", ""], ["A1", "14/09/2025", "AM", "H", ""])
    assert said(file) == ["A1 2023-09-14 AM H -1"]
    [problem] = file.problems
    assert (
        problem.message == "H ended on 18 August 2024; use C if the head teacher granted leave, or G if not."
    )


@pytest.mark.parametrize("code", ["", "-", "--", "#", "Z", " "])
def test_rows_without_a_mark_are_passed_over_and_counted(code: str) -> None:
    file = read(["A1", "14/09/2025", "AM", code, ""])
    assert (len(file), file.problem_count, file.without_mark_count) == (0, 0, 1)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (["A1", "14/09/2025", "AM", "Q9", ""], "'Q9' is not an attendance code."),
        (["A1", "14/09/2025", "evening", "/", ""], "'evening' is not a session. Write AM or PM."),
        (["", "14/09/2025", "AM", "/", ""], "The row names no pupil."),
        (["A1", "14/09/2025"], "The row has too few columns."),
        (
            ["A1", "14/09/2025", "AM", "L", "soon"],
            "'soon' are no minutes late. Write a whole number up to 600.",
        ),
        (["A1", "14/09/2025", "AM", "L", "-5"], "'-5' are no minutes late. Write a whole number up to 600."),
        (
            ["A1", "14/09/2025", "AM", "U", "9" * 5000],
            f"'{'9' * 40}' are no minutes late. Write a whole number up to 600.",
        ),
    ],
    ids=["code", "session", "pupil", "columns", "minutes", "negative", "enormous"],
)
def test_what_cannot_be_taken_is_refused_by_line(row: list[str], message: str) -> None:
    file = read(["A0", "14/09/2025", "AM", "/", ""], row)
    assert len(file) == 1
    assert [(each.line, each.message) for each in file.problems] == [(3, message)]


def test_the_same_row_twice_counts_once_and_another_mark_is_refused() -> None:
    file = read(
        ["A1", "14/09/2025", "AM", "/", ""],
        [" A1", "2025-09-14", "1", "/", ""],
        ["A1", "14/09/2025", "AM", "I", ""],
    )
    assert said(file) == ["A1 2025-09-14 AM / -1"]
    assert file.repeated_count == 1
    [problem] = file.problems
    assert problem.message == (
        "Line 2 gives another mark (/) for the same pupil and session. Leave only the right one."
    )


def test_minutes_belong_to_late_marks_only() -> None:
    assert said(read(["A1", "14/09/2025", "AM", "I", "0"], ["A2", "14/09/2025", "AM", "L", "7.0"])) == [
        "A1 2025-09-14 AM I -1",
        "A2 2025-09-14 AM L 7",
    ]


def test_headings_of_other_systems_are_known() -> None:
    head = ["School Name", "Adm No.", "Mark Date", "AM/PM", "Attendance Code", "Mins Late"]
    file = read(["Larch", "A1", "14/09/2025", "AM", "L", "4"], head=head)
    assert said(file) == ["A1 2025-09-14 AM L 4"]
    assert file.schools == ["Larch"]


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (["pupil", "date", "code"], "The file has no column session."),
        (
            ["pupil", "date", "session", "code", "Mark"],
            "The columns code and Mark mean the same. Leave only one of them in the file.",
        ),
        ([], "The file has no column pupil and no column date and no column session and no column code."),
    ],
)
def test_headings_that_do_not_fit_refuse_the_file(head: list[str], message: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_marks([head])
    assert str(refused.value).startswith(message)


def test_only_the_first_problems_are_kept_but_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rollbook.formats.marks_file.marks.PROBLEMS_KEPT", 1_000)
    file = read(*(["", "14/09/2025", "AM", "/", ""] for _ in range(1_500)))
    assert (file.problem_count, len(file.problems)) == (1_500, 1_000)


def test_rows_come_by_session_in_order() -> None:
    file = read(
        ["A1", "15/09/2025", "AM", "/", ""],
        ["A1", "14/09/2025", "PM", "/", ""],
        ["A2", "15/09/2025", "AM", "/", ""],
    )
    assert list(marks_by_session(file)) == [
        (date(2025, 9, 14), SchoolSession.PM, [1]),
        (date(2025, 9, 15), SchoolSession.AM, [0, 2]),
    ]


@given(st.lists(st.lists(st.text(max_size=12), max_size=7), max_size=20))
def test_every_row_is_a_mark_or_passed_over_or_refused(rows: list[list[str]]) -> None:
    file = read(*rows)
    blank = sum(1 for row in rows if len(row) < 4 and not any(row))
    assert len(file) + file.problem_count + file.without_mark_count + file.repeated_count + blank == len(rows)


# --- Files ------------------------------------------------------------------------------------------------------


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "marks.csv"
    path.write_bytes(content)
    return path


TEXT = "pupil,date,session,code\nZoë,14/09/2025,AM,/\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("cp1252"),
        TEXT.replace(",", ";").encode(),
        TEXT.replace(",", "\t").encode(),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("Zoë", '"Zoë"').encode(),
    ],
    ids=["utf-8", "mark", "utf-16", "windows", "semicolons", "tabs", "windows lines", "quoted"],
)
def test_files_as_they_are_exported(tmp_path: Path, content: bytes) -> None:
    assert read_marks(rows_of(written(tmp_path, content))).pupils == ["Zoë"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04xlsx", "This is an Excel workbook or a ZIP file."),
        (b"%PDF-1.7", "This is a PDF, not a table."),
        (b"pupil,date\x00,session,code\n", "The file holds NUL bytes"),
        (b"just words\n", "The file has no column pupil"),
        (b"\n\n\n", "The file is empty."),
        (b"pupil,date,session,code\n" + b"A" * 20_000, "Line 2 is longer than 10,000 characters"),
        (b'pupil,date,session,code\n"A1,14/09/2025,AM,/\n', "From line 2 on a quotation mark is opened"),
        (TEXT.encode("utf-16")[:-1], "The file is cut off in the middle of a letter"),
    ],
    ids=["empty", "excel", "pdf", "nul", "words", "blank", "long line", "quotation", "cut off"],
)
def test_files_of_another_kind_are_refused_with_what_to_do(
    tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        read_marks(rows_of(written(tmp_path, content)))
    assert str(refused.value).startswith(message)


def test_a_line_of_a_hundred_megabytes_fills_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "marks.csv"
    with path.open("wb") as file:
        file.write(TEXT.encode())
        for _ in range(100):
            file.write(b"A" * (1 << 20))
    with pytest.raises(Unreadable, match="Line 3 is longer"):
        read_marks(rows_of(path))
