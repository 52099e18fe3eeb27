"""One row of a pupil file: dates of every kind, numbers, words, names, contacts; what is wrong in plain words."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.formats.pupil_file import PupilRow, PupilSheet, read_pupils

ON = date(2026, 11, 23)
SOUND = {
    "Surname": "Evans",
    "Forename": "Ann",
    "Sex": "F",
    "Date of birth": "04/03/2012",
    "Teaching group": "9A",
    "UPN": "A802200106001",
}


def _read(**cells: str) -> PupilSheet:
    row = SOUND | {name.replace("_", " "): value for name, value in cells.items()}
    quoted = ",".join('"' + value.replace('"', '""') + '"' for value in row.values())
    return read_pupils(f"{','.join(row)}\n{quoted}\n".encode(), ON)


def _row(**cells: str) -> PupilRow:
    sheet = _read(**cells)
    assert sheet.errors == (), sheet.errors
    return sheet.rows[0]


def _message(**cells: str) -> str:
    sheet = _read(**cells)
    assert sheet.rows == ()
    assert len(sheet.errors) == 1, sheet.errors
    return sheet.errors[0].message


@pytest.mark.parametrize(
    "text",
    [
        "2012-03-04",
        "2012/03/04",
        "2012-03-04T00:00:00",
        "2012-03-04 00:00:00",
        "04/03/2012",
        "4/3/2012",
        "04-03-2012",
        "04.03.2012",
        "04/03/2012 00:00",
        "4 March 2012",
        "4th March 2012",
        "04-Mar-2012",
        "4 Mar, 2012",
        "Sunday 4 March 2012",
        " 04/03/2012 ",
        "4.3.2012",
        "04/03/12",
        "04-Mar-12",
        "40972",
    ],
)
def test_dates_day_first(text: str) -> None:
    assert _row(Date_of_birth=text).born_on == date(2012, 3, 4)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("04/03/62", "two digits"),
        ("04-Mar-99", "two digits"),
        ("04/03/012", "three digits"),
        ("03/25/2012", "no month 25"),
        ("31/02/2012", "no such day"),
        ("10972", "96 years old"),
        ("4 Mars 2012", "not an English one"),
        ("next year", "not a date"),
        ("4/3", "not a date"),
        ("04/03/0012", "year can't be right"),
        ("04/03/2030", "in the future"),
        ("04/03/2025", "1 year old"),
        ("04/03/1986", "40 years old"),
        ("", "date of birth is missing"),
    ],
)
def test_dates_that_are_refused(text: str, words: str) -> None:
    assert words in _message(Date_of_birth=text)


@given(
    st.dates(date(2008, 1, 1), date(2023, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%d-%b-%Y"]),
)
def test_every_day_reads_as_itself(day: date, pattern: str) -> None:
    assert _row(Date_of_birth=f"{day:{pattern}}").born_on == day


def test_starting_day() -> None:
    assert _row().starting_day is None
    assert _row(Admission_date="03/09/2026").starting_day == date(2026, 9, 3)
    assert "more than two years away" in _message(Admission_date="03/09/2031")
    assert "under 2" in _message(Admission_date="03/09/2012")


def test_leavers_are_not_loaded_as_if_they_were_here() -> None:
    assert "has left" in _message(Date_of_leaving="20/07/2026")
    sheet = _read(Date_of_leaving="20/07/2027")
    assert len(sheet.rows) == 1
    assert [(each.is_warning, "not loaded" in each.message) for each in sheet.problems] == [(True, True)]


@pytest.mark.parametrize(
    ("upn", "words"),
    [
        ("A802200106002", "should be P"),
        ("a802200106001", "capitals"),
        ("A80220010600", "13 characters"),
        ("8.02200106E+11", "13 characters"),
    ],
)
def test_a_upn_is_never_repaired(upn: str, words: str) -> None:
    assert words in _message(UPN=upn)


def test_no_upn_is_a_warning() -> None:
    sheet = _read(UPN="")
    assert [row.upn for row in sheet.rows] == [""]
    assert [(each.field, each.is_warning) for each in sheet.problems] == [("UPN", True)]


@pytest.mark.parametrize(
    ("value", "sex"),
    [("F", "F"), ("m", "M"), ("Female", "F"), ("MALE", "M"), ("Girl", "F"), ("boy", "M")],
)
def test_sex(value: str, sex: str) -> None:
    assert _row(Sex=value).sex == sex


def test_sex_that_the_register_does_not_have() -> None:
    assert "as M or F" in _message(Sex="Not specified")


@pytest.mark.parametrize("name", ["O'Brien-Łuk", "Ng", "Nguyễn", "X Æ A-12", "'t Hooft", "Smith=Jones"])
def test_names_stay_as_they_are(name: str) -> None:
    assert _row(Surname=name, Forename=name).surname == name


@pytest.mark.parametrize("column", ["Surname", "Forename", "Preferred_surname", "Contact_1_Surname"])
@pytest.mark.parametrize("name", ["=cmd|'/c calc'!A0", "+44", "-1+1x", "@SUM(A1)x", "\uff1d1+1"])
def test_a_name_is_no_formula(column: str, name: str) -> None:
    assert _message(**{column: name}) == (
        "A name can't begin with =, +, - or @: a spreadsheet would take it for a formula."
    )


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "a<b", "Ann\x07", "An\u202en", "x" * 101, "---"]
)
def test_names_that_are_none(name: str) -> None:
    assert _message(Surname=name)


def test_spaces_that_nobody_sees_are_tidied() -> None:
    assert _row(Surname="  Van\u00a0der   Berg ").surname == "Van der Berg"


def test_what_is_missing_is_named() -> None:
    sheet = _read(Surname="", Forename=" ", Sex="", Teaching_group="")
    assert [problem.message for problem in sheet.errors] == [
        "The surname is missing.",
        "The first name is missing.",
        "The sex is missing.",
        "The teaching group is missing.",
    ]


def test_a_plain_surname_is_the_legal_one_unless_a_legal_one_is_there() -> None:
    assert _row(Preferred_surname="Davies").particulars["surname"] == "Davies"
    row = _row(Legal_surname="Jones")
    assert (row.surname, row.particulars["surname"]) == ("Jones", "Evans")
    sheet = _read(Legal_surname="Jones", Preferred_surname="Davies")
    assert sheet.rows[0].particulars["surname"] == "Davies"
    assert sheet.ignored == ("Surname",)


@pytest.mark.parametrize(
    ("year", "offset"),
    [("9", 0), ("Year 9", 0), ("Yr 9", 0), ("09", 0), ("10", 1), ("8", -1), ("", None)],
)
def test_year_groups_beside_the_age(year: str, offset: int | None) -> None:
    born = "04/03/2013"
    sheet = _read(NC_Year=year, Date_of_birth=born)
    assert sheet.rows[0].year_offset == offset
    assert bool([each for each in sheet.problems if each.field == "Year group"]) is bool(offset)


def test_year_groups_that_cannot_be() -> None:
    assert "don't go together" in _message(NC_Year="3")
    assert "not a year group" in _message(NC_Year="Red")


def test_nursery_and_reception() -> None:
    assert _row(NC_Year="R", Date_of_birth="01/10/2021").year_offset == 0
    assert _row(NC_Year="N1", Date_of_birth="01/10/2022").year_offset == 0


def test_next_years_pupil_may_stand_with_next_years_year() -> None:
    row = _row(NC_Year="7", Date_of_birth="04/03/2016", Admission_date="01/09/2027")
    assert row.year_offset == 0


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("N", "N"), ("k", "K"), ("E", "E"), ("EHCP", "E"), ("SEN Support", "K"), ("K - SEN support", "K"),
        ("Education, health and care plan", "E"), ("No special educational need", "N"), ("E: EHC Plan", "E"),
    ],
)  # fmt: skip
def test_sen(value: str, kept: str) -> None:
    assert _row(SEN_status=value).particulars["sen_status"] == kept


def test_sen_of_long_ago() -> None:
    assert "before 2014" in _message(SEN_status="Statement")
    assert "Use N" in _message(SEN_status="Q")


@pytest.mark.parametrize(
    ("value", "kept"), [("Y", True), ("yes", True), ("1", True), ("N", False), ("false", False)]
)
def test_yes_and_no(value: str, kept: bool) -> None:
    assert _row(FSM=value).particulars["is_fsm"] is kept


def test_yes_and_no_that_say_neither() -> None:
    assert "Write Y or N" in _message(FSM="maybe")


@pytest.mark.parametrize(
    ("value", "kept"),
    [("WBRI", "WBRI"), ("wbri", "WBRI"), ("White - British", "WBRI"), ("Pakistani", "APKN")],
)
def test_ethnicity(value: str, kept: str) -> None:
    assert _row(Ethnicity=value).particulars["ethnicity"] == kept


def test_ethnicity_in_unknown_words() -> None:
    assert "four-letter code" in _message(Ethnicity="Martian")


def test_boarders() -> None:
    assert _row(Boarder="B").is_boarder is True
    assert _row(Boarder="N").is_boarder is False
    assert _row(Boarder="Not a boarder").is_boarder is False
    assert _row().is_boarder is None


def test_address_lines_make_one_address() -> None:
    row = _row(Address_line_1="1 High Street", Address_line_2="", Town="Birmingham", Postcode="b1 1aa")
    assert row.particulars["address"] == "1 High Street\nBirmingham"
    assert row.particulars["postcode"] == "B1 1AA"


def test_contacts() -> None:
    row = _row(
        Contact_1_Name="Mrs Amina Khan",
        Contact_1_Relationship="Mother",
        Contact_1_Mobile="7700900123",
        Contact_1_Home_telephone="01632 960001",
        Contact_1_Email="a@example.org",
        Contact_1_Lives_with="Y",
        Contact_2_Name="Khan, Yusuf",
        Contact_3_Surname="Shaw",
        Contact_3_Forename="Jo",
    )
    first, second, third = row.contacts
    assert (first.title, first.forename, first.surname) == ("Mrs", "Amina", "Khan")
    # A spreadsheet takes the 0 away.
    assert (first.telephone, first.other_telephone) == ("07700900123", "01632 960001")
    assert (first.email, first.lives_with, first.has_parental_responsibility) == ("a@example.org", True, None)
    assert (second.forename, second.surname) == ("Yusuf", "Khan")
    assert third.name == "Jo Shaw"


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"Contact_1_Telephone": "01632 960001"}, "no name"),
        ({"Contact_1_Name": "Jo Shaw", "Contact_1_Telephone": "ask"}, "not a telephone number"),
        ({"Contact_1_Name": "Jo Shaw", "Contact_1_Telephone": "4.47701E+11"}, "rounded"),
        ({"Contact_1_Name": "Jo Shaw", "Contact_1_Email": "jo at home"}, "not an e-mail address"),
        ({"Contact_1_Name": "Jo <b>Shaw"}, "< or >"),
        ({"Contact_1_Name": "Parent 0", "Contact_1_Telephone": "01632 960001"}, "“0” is read as the surname"),
        ({"Contact_1_Name": "1 2", "Contact_1_Telephone": "01632 960001"}, "“2” is read as the surname"),
        ({"Contact_1_Name": "0, Jo"}, "“0” is read as the surname"),
        ({"Contact_1_Surname": "0", "Contact_1_Telephone": "01632 960001"}, "“0” is read as the surname"),
        ({"Contact_1_Name": "Jo Shaw", "Contact_1_Lives_with": "sometimes"}, "Y or N"),
    ],
)
def test_contacts_that_are_refused(cells: dict[str, str], words: str) -> None:
    assert words in _message(**cells)


def test_numbers_twice_in_the_file() -> None:
    head = "Surname,Forename,Sex,DOB,Class,UPN,Admission number"
    rows = ["Evans,Ann,F,04/03/2012,9A,A802200106001,1", "Evans,Ben,M,04/03/2012,9A,A802200106001,1"]
    sheet = read_pupils("\n".join([head, *rows]).encode(), ON)
    assert [row.forename for row in sheet.rows] == ["Ann"]
    assert [(each.line, each.message) for each in sheet.errors] == [
        (3, "The same UPN is on line 2. Two pupils can't share it."),
        (3, "The same admission number is on line 2. Two pupils can't share it."),
    ]


def test_a_problem_names_the_pupil_the_column_and_a_short_value() -> None:
    (problem,) = _read(Sex="x" * 60).errors
    assert (problem.line, problem.who, problem.field) == (2, "Evans, Ann", "Sex")
    assert problem.value == "x" * 39 + "…"
