"""Which amendments take back that a pupil came, and which of the two present marks is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.amendments import loses_presence, symbol_in
from rollbook.domain.codes import BY_SYMBOL, CODES
from rollbook.domain.sessions import SchoolSession

codes = st.sampled_from(CODES)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("/", "I", True),  # somebody saw the pupil, and illness says that nobody did
        ("\\", "N", True),
        ("L", "Y4", True),
        ("L", "U", True),  # still came, but no longer in time to count as attending
        ("/", "U", True),
        ("U", "M", True),  # U says that the pupil came that session
        ("/", "L", False),
        ("L", "/", False),
        ("U", "L", False),
        ("N", "I", False),
        ("V", "I", False),  # attended elsewhere: nobody saw the pupil at the register
        ("I", "/", False),
    ],
)
def test_what_an_amendment_takes_back(before: str, after: str, expected: bool) -> None:
    assert loses_presence(BY_SYMBOL[before], BY_SYMBOL[after]) is expected


@given(before=codes, after=codes)
def test_only_a_mark_of_somebody_who_came_can_be_lost_and_never_to_itself(before, after) -> None:  # type: ignore[no-untyped-def]
    assert not loses_presence(before, before)
    if loses_presence(before, after):
        assert before.is_on_site
        assert not loses_presence(after, before)


def test_present_is_the_mark_of_its_session_and_every_other_code_stays() -> None:
    for symbol in ("/", "\\"):
        assert symbol_in(symbol, SchoolSession.AM) == "/"
        assert symbol_in(symbol, SchoolSession.PM) == "\\"
    for code in CODES:
        if not code.is_present_mark:
            assert {symbol_in(code.symbol, each) for each in SchoolSession} == {code.symbol}
