"""A pupil file as a whole: letters, separators, headings, and everything that is no pupil file."""

import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rollbook.formats.pupil_file import PupilSheet, read_pupils
from rollbook.formats.pupil_file.fields import TEMPLATE, meaning
from rollbook.formats.tables import SIZE_LIMIT, Unreadable, take

ON = date(2026, 11, 23)
HEAD = "Surname,Forename,Sex,Date of birth,Teaching group,UPN"
ROW = "Evans,Siân,F,04/03/2012,9A,A802200106001"
TEXT = f"{HEAD}\n{ROW}\n"


def _refused(data: bytes) -> str:
    with pytest.raises(Unreadable) as refused:
        read_pupils(data, ON)
    return str(refused.value)


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (TEXT.encode(), ""),
        (TEXT.encode("utf-8-sig"), ""),
        (TEXT.encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.encode("utf-16-le"), "UTF-16"),
        (TEXT.encode("cp1252"), "Windows-1252"),
        (TEXT.replace(",", ";").encode(), "semicolons"),
        (TEXT.replace(",", "\t").encode(), "tabs"),
        (TEXT.replace("\n", "\r\n").encode(), ""),
        (TEXT.replace("\n", "\r").encode(), ""),
        (TEXT.rstrip("\n").encode(), ""),
    ],
)
def test_letters_separators_and_line_ends(data: bytes, note: str) -> None:
    sheet = read_pupils(data, ON)
    assert [row.forename for row in sheet.rows] == ["Siân"]
    assert sheet.problems == ()
    assert note in " ".join(sheet.notes)
    assert bool(sheet.notes) == bool(note)


def test_garbled_names_are_pointed_out() -> None:
    garbled = TEXT.encode().decode("cp1252").encode("cp1252") + b"Jos\xe9,X,M,04/03/2012,9A,\n"
    assert "garbled" in " ".join(read_pupils(garbled, ON).notes)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \r\n ", "empty"),
        (b"PK\x03\x04....[Content_Types].xml xl/workbook.xml", "damaged"),
        (b"PK\x03\x04....pupils.csv", "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\x1f\x8b\x08\x00", "compressed"),
        (b"<html><table><tr><td>Surname</td></tr></table></html>", "web page"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><CTfile/>', "XML"),
        (b"Surname,Fore\x00name\n" * 9, "NUL"),
        (b"\x81\x8d\x8f" * 40, "encoding"),
        (TEXT.encode("utf-16")[:-1], "cut off"),
        ((HEAD + "\nÉvans,Sia").encode() + "é".encode()[:1], "cut off"),
        (b"Surname,Forename\n" + b"x" * 10_001, "longer than 10,000"),
        (TEXT.encode() + b'"Evans,Ann,F,04/03/2012,9A,\n' * 2, "quotation mark"),
        (TEXT.encode() + b'"Evans"x,Ann,F,04/03/2012,9A,\n', "quotation marks"),
        (b"a,b,c\n1,2,3\n", "No headings"),
        (b"Surname,Forename,Gender,DOB\nEvans,Ann,F,04/03/2012\n", "Teaching group is missing"),
        (b"Surname,Gender,DOB\nEvans,F,04/03/2012\n", "columns Forename, Teaching group are missing"),
        (HEAD.encode(), "no pupils below"),
        (f"{HEAD},Class\n{ROW},9A\n".encode(), "“Teaching group” and “Class”"),
        (f"{HEAD},UPN\n{ROW},\n".encode(), "Two columns are both the upn"),
    ],
)
def test_what_is_no_pupil_file_is_one_clear_sentence(data: bytes, words: str) -> None:
    sentence = _refused(data)
    assert words in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 300


def test_a_hundred_megabytes_are_refused_after_twenty() -> None:
    class Endless(io.RawIOBase):
        """A file of one line that would be 100 MB long; it is made as it is read."""

        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
            length = min(len(buffer), 100 * 1024 * 1024 - self.given)
            buffer[:length] = b"x" * length
            self.given += length
            return length

    endless = Endless()
    with pytest.raises(Unreadable, match="larger than 20 MB"):
        take(io.BufferedReader(endless))
    assert endless.given <= SIZE_LIMIT + 1024 * 1024


def test_a_file_within_the_limit_is_taken() -> None:
    assert take(io.BytesIO(TEXT.encode())) == TEXT.encode()
    with pytest.raises(Unreadable, match="20 MB"):
        read_pupils(b"x" * (SIZE_LIMIT + 1), ON)


def test_lines_are_numbered_as_a_spreadsheet_does() -> None:
    # A cell of two lines is one row to a spreadsheet, and an empty line is one too.
    text = f'{HEAD},Address\n{ROW},"1 High Street\nBirmingham"\n\nEvans,Ann,?,04/03/2012,9A,,\n'
    sheet = read_pupils(text.encode(), ON)
    assert [row.line for row in sheet.rows] == [2]
    assert sheet.rows[0].particulars["address"] == "1 High Street\nBirmingham"
    assert [problem.line for problem in sheet.errors] == [4]


def test_titles_above_the_headings_are_left_out() -> None:
    sheet = read_pupils(f"Pupil list 2026,,,,,\n\n{TEXT}".encode(), ON)
    assert [row.line for row in sheet.rows] == [4]
    assert "line 3" in sheet.notes[0]


def test_unknown_columns_are_told() -> None:
    sheet = read_pupils(f"{HEAD},Shoe size,\n{ROW},4,\n".encode(), ON)
    assert sheet.ignored == ("Shoe size",)
    assert sheet.columns["legal_surname"] == "Surname"


def test_more_values_than_headings() -> None:
    sheet = read_pupils(f"{HEAD}\nEvans,Ann,F,04/03/2012,9A,,1 High Street, Birmingham\n".encode(), ON)
    assert "8 values, but there are 6 headings" in sheet.errors[0].message


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_row_that_breaks_off_is_never_taken_as_it_is(cut: int) -> None:
    whole = f"{HEAD},Postcode\n{ROW},B1 1AA\n{ROW.replace('A802200106001', '')},B1 1AB\n"
    part = whole.encode()[:-cut].decode()
    sheet = read_pupils(part.encode(), ON)
    last_is_whole = part.endswith(("B1 1AA", "B1 1AB", "\n"))
    if part.count(",") < whole.count(",") and not last_is_whole:
        assert "ends in the middle" in sheet.errors[-1].message


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("UPN", "upn"),
        ("Unique Pupil Number", "upn"),
        ("Legal Surname", "legal_surname"),
        ("Preferred Surname", "preferred_surname"),
        ("Known as", "preferred_forename"),
        ("Legal Forename", "legal_forename"),
        ("Gender", "sex"),
        ("D.O.B.", "born_on"),
        ("DOB", "born_on"),
        ("Date of Birth", "born_on"),
        ("NC Year (actual)", "year"),
        ("Reg Group", "group"),
        ("Registration Group", "group"),
        ("Tutor Group", "group"),
        ("Class", "group"),
        ("Admission date", "starting_day"),
        ("Date of admission", "starting_day"),
        ("Starting day", "starting_day"),
        ("Admission No.", "admission_number"),
        ("Post Code", "postcode"),
        ("Address Line 2", "address_2"),
        ("FSM", "is_fsm"),
        ("Looked After", "is_looked_after"),
        ("SEN Status", "sen_status"),
        ("Contact 1 Name", "contact_1_name"),
        ("Contact 2 Relationship", "contact_2_relationship"),
        ("Contact 3 E-mail", "contact_3_email"),
        ("Contact Name 2", "contact_2_name"),
        ("Parent 1 Mobile", "contact_1_telephone"),
        ("Contact 1 Home Telephone", "contact_1_other_telephone"),
        ("Contact 1 Lives with", "contact_1_lives_with"),
        ("Contact 1 Parental responsibility", "contact_1_has_parental_responsibility"),
        ("Emergency contact number", "contact_1_telephone"),
        ("Contact 4 Name", None),
        ("Parentage", None),
        ("House", None),
        ("", None),
    ],
)
def test_headings(heading: str, field: str | None) -> None:
    assert meaning(heading) == field
    assert meaning(heading.upper()) == field
    assert meaning(f"  {heading.lower()} ") == field


def test_the_file_to_fill_in_is_understood_whole() -> None:
    found = [meaning(heading) for heading in TEMPLATE]
    assert None not in found
    assert len(set(found)) == len(found)


PIECES = st.sampled_from(
    [
        *(",", ";", "\t", '"', "\n", "\r\n", "Surname", "DOB", "Sex", "Forename", "Class", "UPN"),
        *("é", "\ufeff", "04/03/2012", "F", "=1+1", "<script>", "\x00", " "),
    ]
)


@settings(max_examples=300)
@given(
    st.one_of(
        st.binary(max_size=400), st.lists(PIECES, max_size=60).map(lambda parts: "".join(parts).encode())
    )
)
def test_any_bytes_give_rows_or_one_sentence(data: bytes) -> None:
    _sound(data)


@settings(max_examples=200)
@given(st.binary(max_size=80), st.integers(0, len(TEXT)))
def test_a_damaged_file_gives_rows_or_one_sentence(noise: bytes, place: int) -> None:
    whole = TEXT.encode()
    _sound(whole[:place] + noise + whole[place:])


@given(st.lists(st.text(max_size=20), min_size=6, max_size=6))
def test_any_cells_give_a_row_or_its_problems(cells: list[str]) -> None:
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    _sound(f"{HEAD}\n{quoted}\n".encode("utf-8", "surrogatepass"))


def _sound(data: bytes) -> None:
    try:
        sheet: PupilSheet | None = read_pupils(data, ON)
        sentence = "."
    except Unreadable as refused:
        sheet, sentence = None, str(refused)
    assert sentence.endswith(".")
    if sheet is not None:
        bad = {problem.line for problem in sheet.errors}
        assert not bad & {row.line for row in sheet.rows}
        assert len(bad) + len(sheet.rows) == sheet.row_count
        assert all(problem.message and len(problem.value) <= 40 for problem in sheet.problems)
