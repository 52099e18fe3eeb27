"""Which figures would say something about one pupil, and so stay within the staff team?"""

from collections.abc import Mapping
from typing import TypeVar

from rollbook.domain.law import POLICY, Citation

SMALLEST_GROUP = 5
"""Figures of fewer pupils than this are hidden from governors, displays and websites. Source: domain.md 4.1.12."""

CITATION = Citation(POLICY, "section 8.1")

Key = TypeVar("Key")


def hidden_groups(pupils: Mapping[Key, int], smallest: int = SMALLEST_GROUP) -> frozenset[Key]:
    """Which groups are hidden from those outside the staff team? `pupils` counts each group of one school.

    Every group with a pupil but fewer than `smallest`; and where their pupils together are fewer than that, the next
    smallest groups too: otherwise the school's total less what is shown would tell the hidden figure.
    """
    by_size = sorted((count, place) for place, count in enumerate(pupils.values()) if count)
    hidden = [each for each in by_size if each[0] < smallest]
    for each in by_size[len(hidden) :]:
        if not hidden or sum(count for count, _ in hidden) >= smallest:
            break
        hidden.append(each)
    places = {place for _, place in hidden}
    return frozenset(key for place, key in enumerate(pupils) if place in places)
