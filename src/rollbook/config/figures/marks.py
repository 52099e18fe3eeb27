"""A file of pupils' marks as it streams by: refused rows, marks that are there twice, and the marks asked about."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rollbook.analytics.pages import MarkPages
from rollbook.config.figures.selection import Selection, counted
from rollbook.domain.codes import BY_BYTE
from rollbook.formats.marks_blocks import Block, Layout, MarkReader, MarkRows, Refusals, Source

Numbers = NDArray[np.int64]
CONFLICTS_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class _Conflict:
    line: int
    cell: int
    code: int


class MarkStream:
    """The marks of a file, each half-day of a pupil once. The same mark again is left out, another one is refused.

    `pages` holds all marks that passed; `repeated` counts those left out; `refusals` is whole once all blocks were read
    and `finish` was called.
    """

    def __init__(self, source: Source, layout: Layout, selection: Selection) -> None:
        self.refusals = Refusals()
        self.reader = MarkReader(layout, self.refusals)
        self.pages = MarkPages()
        self.selection = selection
        self.repeated = 0
        self._source = source
        self._conflicts: list[_Conflict] = []
        self._late: list[tuple[Numbers, Numbers]] = []

    def blocks(
        self, keys: Sequence[str], on_bytes: Callable[[int], object]
    ) -> Iterator[tuple[Block, MarkRows]]:
        """Block after block with the marks that count. `keys` are columns wanted beside those of the marks."""
        wanted = list(dict.fromkeys([*self.reader.wanted, *keys]))
        for block in self._source.blocks(wanted, self.refusals):
            rows = self._selected(self.reader.read(block))
            if len(rows.rows):
                yield block, self._once(rows)
            on_bytes(block.size)

    def finish(self) -> None:
        """Finds the earlier line of every mark that contradicts one; only files that have such are read twice."""
        if not self._conflicts:
            return
        wanted = np.unique([conflict.cell for conflict in self._conflicts])
        lines = np.zeros(len(wanted), dtype=np.int64)
        again = Refusals()
        for block in self._source.blocks(self.reader.wanted, again):
            rows = self._selected(self.reader.read(block))
            cells = self.pages.cells_of(rows.enrolment, rows.day, rows.is_pm)
            hits = np.flatnonzero(np.isin(cells, wanted))
            for hit in hits.tolist():
                place = int(np.searchsorted(wanted, cells[hit]))
                lines[place] = lines[place] or rows.lines[hit]
        row_word = self._source.row_word
        for conflict in self._conflicts:
            earlier = lines[np.searchsorted(wanted, conflict.cell)]
            self.refusals.add(
                conflict.line,
                f"{row_word} {earlier} gives another mark ({BY_BYTE[conflict.code].symbol}) for the same pupil and "
                "session. Leave only the right one.",
            )

    def notes(self) -> list[str]:
        """What was passed over, in sentences."""
        notes = self.selection.notes()
        if self.reader.without_mark:
            notes.append(
                counted(
                    self.reader.without_mark, "row holds no mark and counts", "rows hold no mark and count"
                )
                + " nowhere."
            )
        if self.repeated:
            rows = counted(
                self.repeated, "row was left out: its mark is", "rows were left out: their marks are"
            )
            notes.append(f"{rows} there already.")
        return notes

    def _selected(self, rows: MarkRows) -> MarkRows:
        enrolments = self.reader.enrolments
        if self.selection.is_everything:
            return rows
        schools = np.array(enrolments.school_of, dtype=np.int64)[rows.enrolment]
        mask = self.selection.of(rows.day, rows.is_pm, schools, enrolments.school_names)
        return rows if mask is None or mask.all() else rows.those(np.flatnonzero(mask))

    def _once(self, rows: MarkRows) -> MarkRows:
        cells = self.pages.cells_of(rows.enrolment, rows.day, rows.is_pm)
        repeats = self.pages.add(cells, rows.code.astype(np.uint8))
        is_fresh = np.ones(len(cells), dtype=np.bool_)
        is_fresh[repeats.same] = is_fresh[repeats.other] = False
        late = np.flatnonzero(is_fresh & (rows.minutes >= 0))
        if late.size:
            self._late.append((cells[late], rows.minutes[late]))
        if is_fresh.all():
            return rows
        others = [repeats.other]
        if repeats.same.size:
            differs = self._minutes_at(cells[repeats.same]) != rows.minutes[repeats.same]
            others.append(repeats.same[differs])
        for place in np.concatenate(others).tolist():
            if len(self._conflicts) < CONFLICTS_KEPT:
                code = self.pages.code_at(int(cells[place]))
                self._conflicts.append(_Conflict(int(rows.lines[place]), int(cells[place]), code))
            else:
                self.refusals.count += 1
        self.repeated += len(cells) - int(np.count_nonzero(is_fresh)) - sum(map(len, others))
        return rows.those(np.flatnonzero(is_fresh))

    def _minutes_at(self, cells: Numbers) -> Numbers:
        """The minutes that were given with the marks that stand there; -1 for none."""
        if not self._late:
            return np.full(len(cells), -1, dtype=np.int64)
        known, minutes = (np.concatenate(parts) for parts in zip(*self._late, strict=True))
        order = np.argsort(known)
        self._late = [(known[order], minutes[order])]
        known, minutes = self._late[0]
        places = np.minimum(np.searchsorted(known, cells), len(known) - 1)
        return np.where(known[places] == cells, minutes[places], -1)
