"""Every code against section 2 of domain.md and Appendix 1 of the policy, copied by hand from there."""

from datetime import date

import pytest
from hypothesis import given

from rollbook.domain.codes import (
    BY_BYTE,
    BY_SYMBOL,
    CODES,
    MISSING_BYTE,
    TAKEN_BACK,
    AttendanceCode,
    Category,
    Needs,
    Setter,
    UnknownCode,
    byte_of,
    code_for,
    codes_in_force,
    codes_offered,
    present_symbol,
)
from rollbook.domain.law import Confirmation
from rollbook.domain.marks import SchoolSession
from tests.strategies import codes, days

LAST_OLD_DAY = date(2024, 8, 18)
FIRST_NEW_DAY = date(2024, 8, 19)

CATEGORIES = {
    "P": Category.PRESENT,
    "AEA": Category.APPROVED_ACTIVITY,
    "AA": Category.AUTHORISED,
    "UA": Category.UNAUTHORISED,
    "NP": Category.NOT_POSSIBLE,
    "NC": Category.NOT_COLLECTED,
}
SETTERS = {
    "T": Setter.TEACHER,
    "O": Setter.OFFICE,
    "A": Setter.ATTENDANCE,
    "H": Setter.HEAD,
    "calendar": Setter.CALENDAR,
}
NEEDS = {
    "minutes": Needs.MINUTES,
    "activity": Needs.NATURE_OF_ACTIVITY,
    "circumstances": Needs.NATURE_OF_CIRCUMSTANCES,
}

# The columns of section 2: code, Cat, Site, Den (possible), PA (absence), PN (threshold), Set by, and what is needed.
# Site of U is "yes, later": from arrival on. Z and # are the office's and the head's through roll and calendar only.
# Needs: P-4.1-11 and P-4.1-12 (6.26), and the minutes of L. The last column is the year the code began.
TABLE = """
/   P    yes  yes  no   no   T         -              2006
\\  P    yes  yes  no   no   T         -              2006
L   P    yes  yes  no   no   T,O       minutes        2006
K   AEA  no   yes  no   no   A,H       activity       2024
V   AEA  no   yes  no   no   O,A       activity       2006
P   AEA  no   yes  no   no   A,H       activity       2006
W   AEA  no   yes  no   no   A,H       activity       2006
B   AEA  no   yes  no   no   A,H       activity       2006
D   NP   no   no   no   no   A         -              2006
C1  AA   no   yes  yes  no   H         -              2024
M   AA   no   yes  yes  no   O,A       -              2006
J1  AA   no   yes  yes  no   H         -              2024
S   AA   no   yes  yes  no   H         -              2006
X   NP   no   no   no   no   A         -              2006
C2  AA   no   yes  yes  no   H         -              2024
C   AA   no   yes  yes  no   H         -              2006
T   AA   no   yes  yes  no   A,H       -              2006
R   AA   no   yes  yes  no   A,H       -              2006
I   AA   no   yes  yes  no   O,A       -              2006
E   AA   no   yes  yes  no   A,H       -              2006
Q   NP   no   no   no   no   A,H       circumstances  2024
Y1  NP   no   no   no   no   A,H       circumstances  2024
Y2  NP   no   no   no   no   H         circumstances  2024
Y3  NP   no   no   no   no   H         circumstances  2024
Y4  NP   no   no   no   no   H         circumstances  2024
Y5  NP   no   no   no   no   H         circumstances  2024
Y6  NP   no   no   no   no   H         circumstances  2024
Y7  NP   no   no   no   no   H         circumstances  2024
G   UA   no   yes  yes  yes  A,H       -              2006
N   UA   no   yes  yes  yes  T,O       -              2006
O   UA   no   yes  yes  yes  A         -              2006
U   UA   yes  yes  yes  yes  T,O       -              2006
Z   NC   no   no   no   no   calendar  -              2006
#   NC   no   no   no   no   calendar  -              2006
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]


@pytest.mark.policy("P-4.1-9", "P-4.1-10", "P-A-1", "P-A-2", "P-A-3", "P-A-4", "P-A-5", "P-A-6", "P-A-7")
@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_each_code_as_in_the_table(row: list[str]) -> None:
    symbol, category, site, possible, absence, threshold, set_by, needs, began = row
    code = code_for(symbol, date(2026, 9, 1))
    assert code.category is CATEGORIES[category]
    assert code.is_on_site is (site == "yes")
    assert code.is_possible is (possible == "yes")
    assert code.is_absence is (absence == "yes")
    assert code.is_attended is (possible == "yes" and absence == "no")
    assert code.counts_to_threshold is (threshold == "yes")
    assert code.set_by == {SETTERS[letter] for letter in set_by.split(",")}
    assert code.needs == (set() if needs == "-" else {NEEDS[needs]})
    assert code.in_force.first_day == (date(2006, 9, 1) if began == "2006" else FIRST_NEW_DAY)
    assert code.in_force.last_day is None


def test_the_table_and_nothing_else_is_in_force() -> None:
    assert [code.symbol for code in codes_in_force(date(2026, 9, 1))] == [row[0] for row in ROWS]


@pytest.mark.parametrize(("symbol", "category"), [("J", "AEA"), ("H", "AA"), ("F", "AA"), ("Y", "NP")])
def test_codes_that_ended(symbol: str, category: str) -> None:
    code = code_for(symbol, LAST_OLD_DAY)
    assert code.category is CATEGORIES[category]
    assert code.in_force.last_day == LAST_OLD_DAY
    assert code.set_by == set()
    assert not code.is_entered_by_hand


@pytest.mark.policy("P-A-11")
@pytest.mark.parametrize(
    ("symbol", "sentence"),
    [
        ("J", "J ended on 18 August 2024; use J1."),
        ("H", "H ended on 18 August 2024; use C if the head teacher granted leave, or G if not."),
        ("F", "F ended on 18 August 2024; use C if the head teacher granted leave, or G if not."),
        ("Y", "Y ended on 18 August 2024; use Q or one of Y1 to Y7."),
    ],
)
def test_old_codes_are_refused_with_what_to_use(symbol: str, sentence: str) -> None:
    with pytest.raises(UnknownCode) as refused:
        code_for(symbol, FIRST_NEW_DAY)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("symbol", "before"),
    [("K", "B"), ("C1", "C"), ("C2", "C"), ("J1", "J"), ("Q", "Y"), *((f"Y{n}", "Y") for n in range(1, 8))],
)
def test_new_codes_are_refused_for_earlier_days(symbol: str, before: str) -> None:
    assert code_for(symbol, FIRST_NEW_DAY).symbol == symbol
    with pytest.raises(UnknownCode) as refused:
        code_for(symbol, LAST_OLD_DAY)
    assert str(refused.value) == f"{symbol} began on 19 August 2024; use {before} for earlier days."


def test_no_code_before_the_earliest() -> None:
    with pytest.raises(
        UnknownCode, match=r"^/ began on 1 September 2006 and can't be used for earlier days\.$"
    ):
        code_for("/", date(2006, 8, 31))


@pytest.mark.parametrize("typed", ["A", "", "Y8", "C3", "//"])
def test_what_is_no_code(typed: str) -> None:
    with pytest.raises(UnknownCode, match=r"is not an attendance code; choose one from the list of codes\.$"):
        code_for(typed, FIRST_NEW_DAY)


@pytest.mark.parametrize(("typed", "meant"), [("n", "N"), (" N", "N"), ("y4", "Y4")])
def test_small_letters_are_not_repaired(typed: str, meant: str) -> None:
    with pytest.raises(UnknownCode, match=f"'{typed}' is not an attendance code; write it as {meant}."):
        byte_of(typed)


@pytest.mark.policy("P-4.1-3")
def test_the_four_things_a_register_says_of_a_pupil() -> None:
    """Present, at an approved activity elsewhere, absent, or unable to attend: each kind has its own codes."""
    symbols = {
        category: {code.symbol for code in codes_in_force(date(2026, 9, 1)) if code.category is category}
        for category in Category
    }
    assert symbols[Category.PRESENT] == {"/", "\\", "L"}
    assert symbols[Category.APPROVED_ACTIVITY] == {"K", "V", "P", "W", "B"}
    assert symbols[Category.AUTHORISED] == {"C1", "M", "J1", "S", "C2", "C", "T", "R", "I", "E"}
    assert symbols[Category.UNAUTHORISED] == {"G", "N", "O", "U"}
    unable_to_attend = {"Q", "Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7"}
    assert symbols[Category.NOT_POSSIBLE] == unable_to_attend | {"D", "X"}
    assert symbols[Category.NOT_COLLECTED] == {"Z", "#"}


def test_late_is_l_and_u() -> None:
    assert {code.symbol for code in CODES if code.is_late} == {"L", "U"}


def test_present_marks() -> None:
    assert present_symbol(SchoolSession.AM) == "/"
    assert present_symbol(SchoolSession.PM) == "\\"
    assert {code.symbol for code in CODES if code.is_present_mark} == {"/", "\\"}


BYTES = "/ \\ L K V P W B D C1 M J1 S X C2 C T R I E Q Y1 Y2 Y3 Y4 Y5 Y6 Y7 G N O U Z # J H F Y"


def test_bytes_are_for_good() -> None:
    """Packed registers on disk hold these numbers. A failure here means old files would be misread."""
    assert MISSING_BYTE == 0
    assert {code.symbol: code.byte for code in CODES} == {
        symbol: number for number, symbol in enumerate(BYTES.split(), start=1)
    }


@given(codes)
def test_byte_and_symbol_lead_back_to_the_code(code: AttendanceCode) -> None:
    assert BY_BYTE[byte_of(code.symbol)] is code
    assert BY_SYMBOL[code.symbol] is code


def test_a_symbol_never_means_two_things() -> None:
    assert len(BY_SYMBOL) - 1 == len(BY_BYTE) == len(CODES) == 38


def test_taking_a_mark_back_is_no_attendance_code() -> None:
    assert BY_SYMBOL["-"] is TAKEN_BACK
    assert TAKEN_BACK not in CODES
    assert TAKEN_BACK.byte == MISSING_BYTE
    assert not TAKEN_BACK.is_possible


@given(codes)
def test_every_code_is_one_thing_in_the_statistics(code: AttendanceCode) -> None:
    outside = code.category in (Category.NOT_POSSIBLE, Category.NOT_COLLECTED)
    assert [code.is_attended, code.is_absence, outside].count(True) == 1
    assert code.is_possible is not outside


@given(codes, days)
def test_a_code_is_found_on_exactly_the_days_it_is_in_force(code: AttendanceCode, day: object) -> None:
    assert isinstance(day, date)
    if day in code.in_force:
        assert code_for(code.symbol, day) is code
        assert code in codes_in_force(day)
    else:
        assert code not in codes_in_force(day)
        with pytest.raises(UnknownCode):
            code_for(code.symbol, day)


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.symbol)
def test_words_fit_where_they_are_shown(code: AttendanceCode) -> None:
    assert 0 < len(code.title) <= 28
    assert code.meaning.endswith(".")
    assert code.citation.source
    assert bool(code.nature_example) is bool(code.needs - {Needs.MINUTES})


def test_only_what_was_read_is_called_confirmed() -> None:
    """Tables 1 and the start of 2 were read, and the policy itself; the rest of regulation 10 second-hand."""
    confirmed = {code.symbol for code in CODES if code.citation.confirmation is Confirmation.CONFIRMED}
    assert confirmed == {"/", "\\", "L", "K", "V", "Z", "#"}


def test_words_of_the_enumerations_differ() -> None:
    for names in (Category, Setter, Needs):
        assert len({name.words for name in names}) == len(names)


T, O, A, H = Setter.TEACHER, Setter.OFFICE, Setter.ATTENDANCE, Setter.HEAD  # noqa: E741


@pytest.mark.policy("P-3.5-1")
@pytest.mark.parametrize(
    ("setters", "session", "offered"),
    [
        ({T}, SchoolSession.AM, "/ L N U"),
        ({T}, SchoolSession.PM, "\\ L N U"),
        ({T, O}, SchoolSession.AM, "/ L V M I N U"),
        ({T, O, A}, SchoolSession.PM, "\\ L K V P W B D M X T R I E Q Y1 G N O U"),
        (
            {T, O, A, H},
            SchoolSession.AM,
            "/ L K V P W B D C1 M J1 S X C2 C T R I E Q Y1 Y2 Y3 Y4 Y5 Y6 Y7 G N O U",
        ),
        (set(), SchoolSession.AM, ""),
    ],
)
def test_what_a_list_offers(setters: set[Setter], session: SchoolSession, offered: str) -> None:
    found = codes_offered(date(2026, 9, 2), session, frozenset(setters))
    assert [code.symbol for code in found] == offered.split()
