"""What the rows of a block mean, as numbers, and which rows can't be taken.

Each distinct text (a day, a code, a pupil) is understood once and then looked up, so a row costs a few look-ups in
arrays. The words are those of the importer of marks: what it takes is taken here, what it refuses is refused.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rollbook.domain.codes import BY_SYMBOL, CODES, TAKEN_BACK, UnknownCode, code_for
from rollbook.formats.marks_blocks.block import Block, Column, Numbers, Refusals, combined
from rollbook.formats.marks_blocks.layout import Layout
from rollbook.formats.marks_file.words import SESSIONS, read_day
from rollbook.formats.tables.values import tidy

NO_MARK = frozenset({"", "-", "--", "*", "!"})
"""What other systems write where nobody made a mark. # and Z are codes here: they are counted, but not as possible."""

LONGEST_MINUTES = 600
_NONE = -1
_LONGEST_COUNT = 15
_PRESENT = 2  # the bytes of / and \ are 1 and 2; which of them it is the session decides
_LATE = np.array([BY_SYMBOL["L"].byte, BY_SYMBOL["U"].byte])
_FIRST_DAY = np.zeros(256, dtype=np.int64)
_LAST_DAY = np.zeros(256, dtype=np.int64)
for _code in CODES:
    _FIRST_DAY[_code.byte] = _code.in_force.first_day.toordinal()
    _LAST_DAY[_code.byte] = (_code.in_force.last_day or date.max).toordinal()
_SYMBOLS = {code.byte: code.symbol for code in CODES}


@dataclass(frozen=True, slots=True)
class MarkRows:
    """The marks of a block that can be taken; the same place in each array belongs to one row.

    Shape: `rows[i]` is the row's place in the block, `lines[i]` its line in the file, `enrolment[i]` a pupil at a
    school, by number, `day[i]` an ordinal, `is_pm[i]` 0 or 1, `code[i]` the code's byte, `minutes[i]` minutes or -1.
    """

    rows: NDArray[np.intp]
    lines: Numbers
    enrolment: Numbers
    day: Numbers
    is_pm: Numbers
    code: Numbers
    minutes: Numbers

    def those(self, places: NDArray[np.intp]) -> "MarkRows":
        """Some of the rows."""
        return MarkRows(
            self.rows[places],
            self.lines[places],
            self.enrolment[places],
            self.day[places],
            self.is_pm[places],
            self.code[places],
            self.minutes[places],
        )


@dataclass(frozen=True, slots=True)
class CountRows:
    """The counts of a block that can be taken. Shape: as MarkRows; `day[i]` is -1 in a file without days."""

    rows: NDArray[np.intp]
    lines: Numbers
    day: Numbers
    code: Numbers
    count: Numbers

    def those(self, places: NDArray[np.intp]) -> "CountRows":
        """Some of the rows."""
        return CountRows(
            self.rows[places], self.lines[places], self.day[places], self.code[places], self.count[places]
        )


@dataclass(slots=True)
class _Understood:
    """Remembers every text of a column, as the number it means or, below -1, as why it can't be taken."""

    read: Callable[[str], int | str]
    messages: list[str] = field(default_factory=list)
    known: dict[str, int] = field(default_factory=dict)

    def of(self, column: Column) -> Numbers:
        numbers = np.fromiter(map(self._number, column.distinct), dtype=np.int64, count=len(column.distinct))
        return numbers[column.places] if len(numbers) else np.zeros(0, dtype=np.int64)

    def _number(self, text: str) -> int:
        number = self.known.get(text)
        if number is None:
            meaning = self.read(tidy(text))
            if isinstance(meaning, str):
                self.messages.append(meaning)
                meaning = -1 - len(self.messages)
            number = self.known[text] = meaning
        return number

    def refuse(self, numbers: Numbers, lines: Numbers, refusals: Refusals) -> NDArray[np.bool_]:
        """Notes the rows whose text can't be taken. Which rows can?"""
        bad = numbers < _NONE
        if bad.any():
            refusals.add_all(lines[bad], -2 - numbers[bad], self.messages)
        return ~bad


class Enrolments:
    """Pupils at schools, numbered in the order in which they are met.

    Shape: pupil i is called `pupils[i]`, at the school `schools[i]`, which is `school_names[school_of[i]]`.
    """

    def __init__(self) -> None:
        self.schools: list[str] = []
        self.pupils: list[str] = []
        self.school_names: list[str] = []
        self.school_of: list[int] = []
        self._school_numbers: dict[str, int] = {}
        self._numbers: dict[tuple[str, str], int] = {}

    def __len__(self) -> int:
        return len(self.pupils)

    def of(self, school: Column | None, pupil: Column) -> Numbers:
        """The number of each row's pupil at its school; -1 for a row that names no pupil."""
        distinct, places = combined([pupil] if school is None else [pupil, school])
        numbers = [self._number(tidy("".join(at)), tidy(who)) for who, *at in distinct]
        return np.array(numbers, dtype=np.int64)[places]

    def _number(self, school: str, pupil: str) -> int:
        if not pupil:
            return _NONE
        number = self._numbers.setdefault((school, pupil), len(self.pupils))
        if number == len(self.pupils):
            self.schools.append(school)
            self.pupils.append(pupil)
            at = self._school_numbers.setdefault(school, len(self.school_names))
            if at == len(self.school_names):
                self.school_names.append(school)
            self.school_of.append(at)
        return number


class MarkReader:
    """Reads blocks of pupils' marks; remembers pupils and texts from block to block."""

    def __init__(self, layout: Layout, refusals: Refusals) -> None:
        self.enrolments = Enrolments()
        self.without_mark = 0
        self._roles = layout.roles
        self._refusals = refusals
        self._days = _Understood(read_day)
        self._sessions = _Understood(_session)
        self._codes = _Understood(_code_byte)
        self._minutes = _Understood(_minutes)

    @property
    def wanted(self) -> list[str]:
        """The headings that must be read."""
        return list(self._roles.values())

    def read(self, block: Block) -> MarkRows:
        """The marks of a block; rows that say there is no mark are only counted, the others that go are refused."""
        refusals, lines = self._refusals, block.lines
        column = {role: block.columns[name] for role, name in self._roles.items()}
        enrolment = self.enrolments.of(column.get("school"), column["pupil"])
        day, is_pm, code = (
            understood.of(column[role])
            for role, understood in (("date", self._days), ("session", self._sessions), ("code", self._codes))
        )
        has_mark = code != _NONE
        self.without_mark += int(len(code) - np.count_nonzero(has_mark))
        named = enrolment != _NONE
        for line in lines[has_mark & ~named].tolist():
            refusals.add(line, "The row names no pupil.")
        left = has_mark & named
        for understood, numbers in ((self._days, day), (self._sessions, is_pm), (self._codes, code)):
            left &= understood.refuse(np.where(left, numbers, 0), lines, refusals)
        code = np.where((code > 0) & (code <= _PRESENT), 1 + is_pm, code)
        left &= _in_force(code, day, left, lines, refusals)
        minutes = np.full(len(block), _NONE, dtype=np.int64)
        if "minutes_late" in column:
            late = left & np.isin(code, _LATE)
            minutes = np.where(late, self._minutes.of(column["minutes_late"]), _NONE)
            left &= self._minutes.refuse(minutes, lines, refusals)
        everything = MarkRows(np.arange(len(block)), lines, enrolment, day, is_pm, code, minutes)
        return everything if left.all() else everything.those(np.flatnonzero(left))


class CountReader:
    """Reads blocks of counts: how many marks of a code there are under some keys."""

    def __init__(self, layout: Layout, refusals: Refusals, *, needs_days: bool) -> None:
        self.without_mark = 0
        self._roles = dict(layout.roles)
        if not needs_days:
            self._roles.pop("date", None)
        self._refusals = refusals
        self._days = _Understood(read_day)
        self._codes = _Understood(_code_byte)
        self._counts = _Understood(_count)

    @property
    def wanted(self) -> list[str]:
        """The headings that must be read."""
        return list(self._roles.values())

    def read(self, block: Block) -> CountRows:
        """The counts of a block. A code may stand in any year: published tables carry old ones on."""
        column = {role: block.columns[name] for role, name in self._roles.items()}
        code, count = self._codes.of(column["code"]), self._counts.of(column["count"])
        has_days = "date" in column
        day = self._days.of(column["date"]) if has_days else np.full(len(block), _NONE, dtype=np.int64)
        left = self._codes.refuse(code, block.lines, self._refusals)
        left &= self._counts.refuse(np.where(left, count, 0), block.lines, self._refusals)
        left &= self._days.refuse(np.where(left, day, 0), block.lines, self._refusals)
        self.without_mark += int(count[left & (code == _NONE)].sum())
        rows = np.flatnonzero(left & (code != _NONE))
        return CountRows(rows, block.lines[rows], day[rows], code[rows], count[rows])


def _session(written: str) -> int | str:
    found = SESSIONS.get(written.casefold())
    return f"'{written[:40]}' is not a session. Write AM or PM." if found is None else found


def _code_byte(written: str) -> int | str:
    if written in NO_MARK:
        return _NONE
    code = BY_SYMBOL.get(written.upper())
    if code is None or code is TAKEN_BACK:
        return f"'{written[:40]}' is not an attendance code."
    return code.byte


def _minutes(written: str) -> int | str:
    if not written:
        return _NONE
    whole = written.removesuffix(".0")
    if not (whole.isascii() and whole.isdecimal() and len(whole) <= 3 and int(whole) <= LONGEST_MINUTES):
        return f"'{written[:40]}' are no minutes late. Write a whole number up to {LONGEST_MINUTES}."
    return int(whole) or _NONE


def _count(written: str) -> int | str:
    whole = written.removesuffix(".0")
    if not (whole.isascii() and whole.isdecimal() and len(whole) <= _LONGEST_COUNT):
        return f"'{written[:40]}' is no number of marks. Write a whole number without commas."
    return int(whole)


def _in_force(
    code: Numbers, day: Numbers, among: NDArray[np.bool_], lines: Numbers, refusals: Refusals
) -> NDArray[np.bool_]:
    """Which marks are of a code that was in force on their day? The others are refused."""
    known = np.where(among, code, 1)
    bad = among & ((day < _FIRST_DAY[known]) | (day > _LAST_DAY[known]))
    if not bad.any():
        return ~bad
    for line, byte, ordinal in _rows(lines[bad], code[bad], day[bad]):
        refusals.add(line, _why_not(_SYMBOLS[byte], date.fromordinal(ordinal)))
    return ~bad


def _rows(*arrays: Numbers) -> Iterable[tuple[int, ...]]:
    return zip(*(array.tolist() for array in arrays), strict=True)


def _why_not(symbol: str, on: date) -> str:
    try:
        code_for(symbol, on)
    except UnknownCode as unknown:
        return str(unknown)
    raise AssertionError(f"{symbol} is in force on {on}")
