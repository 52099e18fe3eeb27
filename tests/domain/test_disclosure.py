"""Which groups are hidden from those outside the staff team."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.disclosure import SMALLEST_GROUP, hidden_groups


@pytest.mark.policy("P-3.1-11")
@pytest.mark.parametrize(
    ("pupils", "hidden"),
    [
        ({"7": 12, "8": 14}, set()),
        # Four alone could be worked out as the school less the others, so the next smallest is hidden with them.
        ({"7": 4, "8": 14, "9": 12}, {"7", "9"}),
        ({"7": 4, "8": 3, "9": 12}, {"7", "8"}),
        ({"7": 4, "8": 5}, {"7", "8"}),
        ({"7": 3}, {"7"}),
        ({"7": 0, "8": 20}, set()),
        ({"7": 1, "8": 2, "9": 20, "10": 20}, {"7", "8", "9"}),
    ],
)
def test_small_groups_are_hidden_and_can_not_be_worked_out(pupils: dict[str, int], hidden: set[str]) -> None:
    assert hidden_groups(pupils) == hidden


@given(st.dictionaries(st.integers(), st.integers(0, 30), max_size=8))
def test_what_is_hidden_is_never_one_small_figure(pupils: dict[int, int]) -> None:
    hidden = hidden_groups(pupils)
    together = sum(pupils[key] for key in hidden)
    shown = [count for key, count in pupils.items() if key not in hidden and count]

    assert all(count >= SMALLEST_GROUP for count in shown)
    assert not hidden or together >= SMALLEST_GROUP or not shown
