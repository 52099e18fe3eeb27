"""What does a pupil see of their own attendance: days here, days missed, times on time, best run, how it changed?

Counts only: no reason, no code, nobody else (POL 3.8: pupils attend every day, on time; checklist P-3.8-1). A day is
two half-days, as registers are taken; a half-day that counts nowhere (a closure, the other school) is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.law import POLICY, Citation, Finding
from rollbook.domain.sessions import SchoolSession

CITATION = Citation(POLICY, "section 3.8")
FEWEST = 10
"""Half-days of a half term below which nothing is said of a change: one day would turn it."""
ABOUT_THE_SAME = Fraction(2, 100)

Half = tuple[date, SchoolSession, str]
"""A half-day with its mark's symbol."""


class Here(StrEnum):
    """What a school day was to the pupil: all of it here, half of it, or none?"""

    ALL = "all"
    HALF = "half"
    NONE = "none"


class Turn(StrEnum):
    """How does this half term compare with the one before?"""

    MORE = "more"
    SAME = "same"
    LESS = "less"
    TOO_SOON = "too-soon"


@dataclass(frozen=True, slots=True)
class OwnCount:
    """What some half-days come to. Units: half-days, but `best` and `run`, which are school days in a row.

    Always here + missed = counted. `on_time` and `late` are the times of arrival: one who came late was, or was in
    part, here. `best` is the longest run of days without a half-day missed, `run` the one that goes on.
    """

    counted: int
    here: int
    missed: int
    on_time: int
    late: int
    best: int
    best_first: date | None
    best_last: date | None
    run: int


def count_own(halves: Iterable[Half]) -> OwnCount:
    """What do a pupil's half-days come to, in whatever order?"""
    counting = sorted((half for half in halves if BY_SYMBOL[half[2]].is_possible), key=_place)
    codes = [BY_SYMBOL[symbol] for _, _, symbol in counting]
    here = sum(code.is_attended for code in codes)
    late = sum(code.is_late for code in codes)
    best: list[date] = []
    run: list[date] = []
    for day, what in days_of(counting):
        run = [*run, day] if what is Here.ALL else []
        if len(run) > len(best):
            best = run
    return OwnCount(
        counted=len(codes),
        here=here,
        missed=len(codes) - here,
        on_time=sum(code.is_attended and not code.is_late for code in codes),
        late=late,
        best=len(best),
        best_first=best[0] if best else None,
        best_last=best[-1] if best else None,
        run=len(run),
    )


def days_of(halves: Iterable[Half]) -> list[tuple[date, Here]]:
    """Each school day that counts, in order, and how much of it the pupil was here.

    A day of which one half-day counts is all or none.
    """
    by_day: dict[date, list[bool]] = {}
    for day, _, symbol in sorted(halves, key=_place):
        code = BY_SYMBOL[symbol]
        if code.is_possible:
            by_day.setdefault(day, []).append(code.is_attended)
    return [(day, _here(attended)) for day, attended in by_day.items()]


def compare(now: OwnCount, before: OwnCount) -> Finding[Turn]:
    """Is the pupil here for more or less of the time than in the half term before?

    Within two in a hundred it is about the same; below ten half-days in either it is too soon to say.
    """
    because = f"Here {now.here} of {now.counted} half-days; before {before.here} of {before.counted}."
    facts = {"now": (now.here, now.counted), "before": (before.here, before.counted)}
    return Finding(_turn(now, before), "own_view.change", because, facts, CITATION)


def _turn(now: OwnCount, before: OwnCount) -> Turn:
    if min(now.counted, before.counted) < FEWEST:
        return Turn.TOO_SOON
    moved = Fraction(now.here, now.counted) - Fraction(before.here, before.counted)
    if abs(moved) <= ABOUT_THE_SAME:
        return Turn.SAME
    return Turn.MORE if moved > 0 else Turn.LESS


def days_words(half_days: int) -> str:
    """So many half-days as a child says them: "2 days", "1 and a half days", "half a day"."""
    whole, half = divmod(half_days, 2)
    if not half:
        return "1 day" if whole == 1 else f"{whole} days"
    return f"{whole} and a half days" if whole else "half a day"


def _here(attended: Sequence[bool]) -> Here:
    if all(attended):
        return Here.ALL
    return Here.HALF if any(attended) else Here.NONE


def _place(half: Half) -> tuple[date, str]:
    return half[0], half[1].value
