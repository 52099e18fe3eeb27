"""The figures of a file: for each group what `domain.rates` makes of its counts, and how many pupils are PA and SA."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from rollbook.analytics.counting import CodeCounts, MinuteCounts, PupilCounts
from rollbook.config.figures.groups import Groups
from rollbook.config.figures.marks import MarkStream
from rollbook.config.figures.selection import Selection, counted
from rollbook.domain.calendar_types import WEEKDAYS
from rollbook.domain.rates import (
    Totals,
    absence_rate,
    attendance_rate,
    authorised_rate,
    late_rate,
    totals_of,
    unauthorised_rate,
)
from rollbook.formats.marks_blocks import CountReader, Layout, Pupils, Refusals, Source

RATES: Mapping[str, Callable[[Totals], Fraction | None]] = {
    "attendance": attendance_rate,
    "absence": absence_rate,
    "authorised": authorised_rate,
    "unauthorised": unauthorised_rate,
    "late": late_rate,
}
_DIGITS = re.compile(r"(\d+)")
OnBytes = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Measure:
    """The figures of one group. `pupils`, `persistent` and `severe` are None for a file of counts.

    `minutes_late` is None for a file that has no such column.
    """

    keys: Mapping[str, str]
    totals: Totals
    pupils: int | None = None
    persistent: int | None = None
    severe: int | None = None
    minutes_late: int | None = None

    def as_object(self) -> dict[str, object]:
        """The figures as JSON holds them: counts, and each rate as an exact fraction and in per cent."""
        of = self.totals
        found: dict[str, object] = {
            **self.keys,
            "possible": of.possible,
            "attended": of.attended,
            "authorised": of.authorised,
            "unauthorised": of.unauthorised,
            "late": of.late,
            "codes": dict(of.by_code),
        }
        if self.pupils is not None:
            found |= {"pupils": self.pupils, "persistent": self.persistent, "severe": self.severe}
        if self.minutes_late is not None:
            found["minutes_late"] = self.minutes_late
        for name, rate_of in RATES.items():
            rate = rate_of(of)
            found[f"{name}_rate"] = None if rate is None else f"{rate.numerator}/{rate.denominator}"
            found[f"{name}_percent"] = None if rate is None else float(rate * 100)
        return found


@dataclass(frozen=True, slots=True)
class Result:
    """What came of reading a file: the figures, or the rows for which there are none; and what was passed over."""

    measures: Sequence[Measure]
    refusals: Refusals
    notes: Sequence[str]


def measure_marks(
    source: Source,
    layout: Layout,
    selection: Selection,
    by: Sequence[str],
    pupils: Pupils | None,
    on_bytes: OnBytes,
) -> Result:
    """The figures of a file of pupils' marks. Errors: UnknownColumn, Unreadable."""
    groups = Groups(by, layout, pupils)
    stream = MarkStream(source, layout, selection)
    codes, of_pupils, minutes = CodeCounts(), PupilCounts(), MinuteCounts()
    for block, rows in stream.blocks(groups.headings, on_bytes):
        if stream.refusals:
            continue  # nothing will be printed, but every bad row is named
        group = groups.of_marks(block, rows, stream.reader.enrolments)
        codes.add(group, rows.code)
        of_pupils.add(group, rows.enrolment, rows.code)
        minutes.add(group, rows.minutes)
    stream.finish()
    notes = stream.notes()
    if groups.unknown_pupils:
        missing = counted(groups.unknown_pupils, "pupil is", "pupils are")
        notes.append(f"{missing} not in the file of pupils; the columns from there are empty.")
    if stream.refusals:
        return Result((), stream.refusals, notes)
    by_pupils = of_pupils.result(len(groups)).tolist()
    has_minutes = "minutes_late" in layout.roles
    measures = []
    for number, (names, (pupil_count, persistent, severe)) in enumerate(
        zip(groups.names(), by_pupils, strict=True)
    ):
        keys = dict(zip(groups.by, names, strict=True))
        lost = minutes.of(number) if has_minutes else None
        measures.append(Measure(keys, _totals(codes, number), pupil_count, persistent, severe, lost))
    return Result(_sorted(measures), stream.refusals, notes)


def measure_counts(
    source: Source, layout: Layout, selection: Selection, by: Sequence[str], on_bytes: OnBytes
) -> Result:
    """The figures of a file of counts. Errors: UnknownColumn, Unreadable."""
    groups = Groups(by, layout, None)
    refusals = Refusals()
    needs_days = groups.needs_days or not selection.is_everything
    reader = CountReader(layout, refusals, needs_days=needs_days)
    codes = CodeCounts()
    wanted = list(dict.fromkeys([*reader.wanted, *groups.headings]))
    left_out = 0
    for block in source.blocks(wanted, refusals):
        rows = reader.read(block)
        everywhere = np.zeros(len(rows.day), dtype=np.int64)
        mask = selection.of(rows.day, everywhere, everywhere, [""])
        if mask is not None:
            left_out += int(rows.count[~mask].sum())
            rows = rows.those(np.flatnonzero(mask))
        if len(rows.rows) and not refusals:
            codes.add(groups.of_counts(block, rows), rows.code, rows.count)
        on_bytes(block.size)
    notes = (
        [f"{counted(left_out, 'mark is', 'marks are')} of days that were not asked about."]
        if left_out
        else []
    )
    if reader.without_mark:
        notes.append(f"{counted(reader.without_mark, 'is', 'are')} of sessions without a mark and left out.")
    if refusals:
        return Result((), refusals, notes)
    measures = [
        Measure(dict(zip(groups.by, names, strict=True)), _totals(codes, number))
        for number, names in enumerate(groups.names())
    ]
    return Result(_sorted(measures), refusals, notes)


def _totals(codes: CodeCounts, group: int) -> Totals:
    return totals_of(codes.of(group))


def _sorted(measures: Sequence[Measure]) -> list[Measure]:
    return sorted(measures, key=lambda each: [list(_order(text)) for text in each.keys.values()])


def _order(text: str) -> Iterator[tuple[int, int, str]]:
    """Year 7 before Year 10, Monday before Tuesday; what is empty comes last."""
    if text in WEEKDAYS:
        yield 0, WEEKDAYS.index(text), ""
        return
    if not text:
        yield 9, 0, ""
    for part in _DIGITS.split(text):
        if part.isascii() and part.isdecimal():
            yield 1, int(part) if len(part) < 30 else 10**30, part
        elif part:
            yield 2, 0, part
