"""How days, times and names are written."""

from datetime import UTC, date, datetime, time

import pytest

from rollbook.ui import words
from tests.ui.rendering import render

TUESDAY = date(2025, 10, 14)


def test_days_in_their_three_lengths() -> None:
    assert words.short_day(TUESDAY) == "Tue 14 Oct"
    assert words.short_day_with_year(TUESDAY) == "Tue 14 Oct 2025"
    assert words.long_day(TUESDAY) == "Tuesday 14 October 2025"
    assert words.plain_day(date(2013, 5, 4)) == "4 May 2013"


def test_september_has_three_letters_like_every_month() -> None:
    assert words.short_day(date(2025, 9, 1)) == "Mon 1 Sep"


def test_a_moment_is_told_by_the_schools_clock() -> None:
    """Half past eleven at night in summer by UTC is the next day at school."""
    late = datetime(2025, 6, 30, 23, 30, tzinfo=UTC)
    assert words.moment(late) == "Tue 1 Jul 2025 at 00:30"
    assert words.short_day(late) == "Tue 1 Jul"
    assert words.clock_time(late) == "00:30"
    assert words.clock_time(time(9, 5)) == "09:05"


@pytest.mark.parametrize(
    ("name", "expected"), [("Ruth Osei", "RO"), ("Anna van der Berg", "AB"), ("Cher", "C"), ("", "")]
)
def test_initials(name: str, expected: str) -> None:
    assert words.initials(name) == expected


@pytest.mark.parametrize(
    ("parts", "expected"), [([], ""), (["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")]
)
def test_lists_in_a_sentence(parts: list[str], expected: str) -> None:
    assert words.sentence_list(parts, "or") == expected


def test_filters_leave_nothing_as_nothing() -> None:
    for name in ("day", "day_year", "long_day", "plain_day", "clock", "moment"):
        assert render("{{ value|" + name + " }}", value=None) == ""


def test_the_clock_filter_takes_times_and_words() -> None:
    assert render("{{ a|clock }} {{ b|clock }}", a=time(9, 31), b="09:32") == "09:31 09:32"


@pytest.mark.parametrize(("count", "expected"), [(1, "1 pupil"), (0, "0 pupils"), (1184, "1,184 pupils")])
def test_counts_with_their_noun(count: int, expected: str) -> None:
    assert render('{{ n|plural:"pupil,pupils" }}', n=count) == expected
