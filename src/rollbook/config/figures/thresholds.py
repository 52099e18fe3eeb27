"""Who meets the threshold of sessions missed without authorisation, when, and with which sessions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rollbook.analytics.windows import first_met
from rollbook.config.figures.marks import MarkStream
from rollbook.config.figures.selection import Selection
from rollbook.domain.codes import BY_BYTE, CODES
from rollbook.domain.thresholds import PROVISIONAL, Alignment
from rollbook.formats.marks_blocks import Layout, OpenDays, Refusals, Source

Numbers = NDArray[np.int64]
_COUNTS = np.zeros(256, dtype=np.bool_)
for _code in CODES:
    _COUNTS[_code.byte] = _code.counts_to_threshold


@dataclass(frozen=True, slots=True)
class Reached:
    """A pupil who meets the threshold. Shape: `sessions` are [day, AM or PM, code], earliest first."""

    school: str
    pupil: str
    first_met: str
    sessions: Sequence[tuple[str, str, str]]

    @property
    def provisional(self) -> int:
        """How many of the sessions are N?"""
        return sum(code == PROVISIONAL for _, _, code in self.sessions)

    def as_object(self) -> dict[str, object]:
        """The pupil as JSON holds them."""
        return {
            "school": self.school,
            "pupil": self.pupil,
            "first_met": self.first_met,
            "sessions": [list(session) for session in self.sessions],
            "confirmed": len(self.sessions) - self.provisional,
            "provisional": self.provisional,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """Who meets it, or the rows for which nobody can say; and what was passed over."""

    reached: Sequence[Reached]
    refusals: Refusals
    notes: Sequence[str]


def find_reached(
    source: Source,
    layout: Layout,
    selection: Selection,
    *,
    least: int,
    alignment: Alignment,
    on_bytes: Callable[[int], object],
) -> Answer:
    """Everybody with `least` sessions or more in ten school weeks, by school and pupil. Errors: Unreadable."""
    stream = MarkStream(source, layout, selection)
    for _ in stream.blocks((), on_bytes):
        pass
    stream.finish()
    if stream.refusals:
        return Answer((), stream.refusals, stream.notes())
    enrolments = stream.reader.enrolments
    school_of = np.array(enrolments.school_of, dtype=np.int64)
    pupils, days, is_pm, codes = stream.pages.marks_with(_COUNTS)
    met = first_met(
        pupils,
        days,
        school_of,
        _days_met(stream, selection.calendar, school_of),
        least=least,
        alignment=alignment,
    )
    reached = [
        _reached(
            enrolments.schools, enrolments.pupils, pupils[last], days, is_pm, codes, slice(first, last + 1)
        )
        for first, last in zip(met.first.tolist(), met.last.tolist(), strict=True)
    ]
    return Answer(
        sorted(reached, key=lambda each: (each.school, each.pupil)), stream.refusals, stream.notes()
    )


def _days_met(stream: MarkStream, calendar: OpenDays | None, school_of: Numbers) -> tuple[Numbers, Numbers]:
    """On which days each school met: by its marks, or by the calendar where that names its open days."""
    names = stream.reader.enrolments.school_names
    schools, days = stream.pages.days_met(school_of, len(names))
    for number, name in enumerate(names) if calendar else ():
        opened = calendar.days_open(name) if calendar else None
        if opened is not None:
            others = schools != number
            ordinals = np.array([day.toordinal() for day in opened], dtype=np.int64)
            schools = np.concatenate([schools[others], np.full(len(ordinals), number)])
            days = np.concatenate([days[others], ordinals])
    return schools, days


def _reached(
    schools: Sequence[str],
    pupils: Sequence[str],
    pupil: int,
    days: Numbers,
    is_pm: Numbers,
    codes: Numbers,
    which: slice,
) -> Reached:
    sessions = [
        (date.fromordinal(day).isoformat(), "PM" if half else "AM", BY_BYTE[code].symbol)
        for day, half, code in zip(
            days[which].tolist(), is_pm[which].tolist(), codes[which].tolist(), strict=True
        )
    ]
    return Reached(schools[pupil], pupils[pupil], sessions[-1][0], sessions)
