"""How far is a pupil from persistent absence, and can it still be left by the end of the term or the year?

All of it follows from one line: absent * 10 >= possible is persistent absence. Nothing is rounded.
Source: domain.md 4.1 and 4.1.1; the school's policy, section 8.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rollbook.domain.dfe_windows import METHOD
from rollbook.domain.law import Citation, Finding, words_for_day
from rollbook.domain.rates import Totals, is_persistently_absent

_METHOD = Citation(METHOD, "persistent absence: 10% or more of possible sessions")
_LINE = 10


@dataclass(frozen=True, slots=True)
class Outlook:
    """What can still become of a pupil by the end of a period?

    `may_miss`: how many of the sessions to come may be missed without being persistently absent at the end, None where
    even none is too many. `attend_in_a_row` of them, from the next, lift the pupil out of it, on the day `clear_on`
    (0 and None where the pupil is not in it, None where there are not enough). Units: sessions.
    """

    to_come: int
    may_miss: int | None
    attend_in_a_row: int | None
    clear_on: date | None


def sessions_before_persistent(of: Totals) -> Finding[int]:
    """How many sessions in a row, missed from now on, make the pupil persistently absent? 0: they are already."""
    answer = max(0, -((10 * of.absent - of.possible) // 9)) if of.possible else 1
    now = is_persistently_absent(of)
    if now.answer:
        because = f"{now.because} The pupil is already persistently absent."
        return Finding(0, "forecast.sessions_left", because, now.facts, _METHOD)
    because = (
        f"Missed {of.absent} of {of.possible}; {_sessions(answer)} more, missed in a row, would make "
        f"{of.absent + answer} of {of.possible + answer}, which is 10% or more."
    )
    return Finding(answer, "forecast.sessions_left", because, now.facts, _METHOD)


def outlook(of: Totals, to_come: Sequence[date]) -> Finding[Outlook]:
    """Can persistent absence be kept off, or be left, by the end of the period, and how?

    Shape: `to_come` has the day of each possible session still to come, in order, a whole day twice.
    """
    remaining = len(to_come)
    in_all = of.possible + remaining
    # The largest number of absences with absent * 10 < possible.
    most = (in_all - 1) // _LINE if in_all else 0
    may_miss = min(remaining, most - of.absent) if most >= of.absent else None
    is_in = is_persistently_absent(of).answer
    needed: int | None = max(0, _LINE * of.absent - of.possible + 1) if is_in else 0
    if needed is not None and needed > remaining:
        needed = None
    clear_on = to_come[needed - 1] if needed else None
    answer = Outlook(remaining, may_miss, needed, clear_on)
    facts = {"absent": of.absent, "possible": of.possible, "to_come": remaining, "most": most}
    return Finding(answer, "forecast.outlook", _because(of, answer), facts, _METHOD)


def _because(of: Totals, outlook: Outlook) -> str:
    so_far = f"Missed {of.absent} of {of.possible} so far, with {_sessions(outlook.to_come)} to come"
    if outlook.attend_in_a_row is None:
        in_all = of.possible + outlook.to_come
        return f"{so_far}: even if every one is attended, {of.absent} of {in_all} is 10% or more."
    if outlook.clear_on is None:
        return f"{so_far}: {outlook.may_miss} more may be missed before 10% of all sessions is reached."
    return (
        f"{so_far}: attending the next {outlook.attend_in_a_row} brings it under 10% on "
        f"{words_for_day(outlook.clear_on)}; of all to come {outlook.may_miss} may be missed."
    )


def _sessions(count: int) -> str:
    return "1 session" if count == 1 else f"{count} sessions"
