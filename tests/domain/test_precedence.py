"""What goes before what, worked out by hand from domain.md note 2.1 and codes C2, D and E."""

from itertools import pairwise

import pytest

from rollbook.domain.codes import CODES
from rollbook.domain.precedence import precedence

# One code or more of each line, the first line first: the on-site fact, then closure, then who teaches the pupil
# elsewhere, then the suspension, then activities, then leave and illness, then C2 ("other codes win if they apply"),
# then G, N and O.
IN_ORDER = ["/\\LU", ["#", "Y4"], "KD", "E", "VPWB", ["M", "I", "C", "R", "Y5"], ["C2", "X"], "G", "N", "O"]


@pytest.mark.policy("P-4.1-9", "P-A-12")
def test_each_line_goes_before_the_next() -> None:
    for earlier, later in pairwise(IN_ORDER):
        assert all(precedence(first) < precedence(second) for first in earlier for second in later)
    for line in IN_ORDER:
        assert len({precedence(code) for code in line}) == 1


def test_provision_made_for_a_suspended_pupil_goes_before_the_suspension_and_an_activity_does_not() -> None:
    assert precedence("B", is_provision=True) < precedence("E") < precedence("B")


def test_nothing_planned_goes_before_a_pupil_who_is_seen_at_school() -> None:
    others = [code.symbol for code in CODES if not code.is_on_site and code.symbol != "U"]
    assert all(precedence(seen) < precedence(other) for seen in "/\\LU" for other in others)


def test_only_b_can_be_either_an_activity_or_provision() -> None:
    moved = [
        code.symbol for code in CODES if precedence(code.symbol) != precedence(code.symbol, is_provision=True)
    ]
    assert moved == ["B"]
