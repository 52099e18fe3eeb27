"""By which columns figures are asked for, and in which group each mark is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from rollbook.domain.calendar_types import WEEKDAYS
from rollbook.domain.dfe_windows import dfe_term_of, dfe_year_of
from rollbook.domain.thresholds import monday_of
from rollbook.formats.marks_blocks import Block, Column, Layout, MarkRows, Pupils
from rollbook.formats.marks_blocks.block import combined, compact
from rollbook.formats.marks_blocks.meaning import CountRows, Enrolments
from rollbook.formats.tables.values import tidy

Numbers = NDArray[np.int64]
NOT_KNOWN = ""

DERIVED: Mapping[str, Callable[[date], str]] = MappingProxyType(
    {
        "week": lambda day: monday_of(day).isoformat(),
        "month": lambda day: f"{day:%Y-%m}",
        "academic_year": lambda day: dfe_year_of(day).name,
        "dfe_term": lambda day: dfe_term_of(day).answer.value,
        "weekday": lambda day: WEEKDAYS[day.weekday()],
        "date": lambda day: day.isoformat(),
    }
)
"""What can be asked for by the day of a mark. Weeks are named by their Monday."""


class UnknownColumn(Exception):
    """No figures can be had by this column; the text says by which they can."""


@dataclass(frozen=True, slots=True)
class _Key:
    """One column asked for: a heading of the file, of the pupils' file, a derivation of the day, or the session."""

    heading: str = ""
    of_pupil: int = -1
    derive: Callable[[date], str] | None = None
    is_session: bool = False


class Groups:
    """Gives every combination of keys a number, in the order in which they are met."""

    def __init__(self, by: Sequence[str], layout: Layout, pupils: Pupils | None) -> None:
        self.by = tuple(by)
        self._pupils = pupils
        self._keys = [_key(name, layout, pupils) for name in by]
        self._numbers: dict[tuple[str, ...], int] = {} if by else {(): 0}
        # For each column of the pupils' file: its values, and the value's place for each pupil met so far.
        self._values: list[dict[str, int]] = [{} for _ in (pupils.keys if pupils else ())]
        self._value_of: Numbers = np.zeros((0, len(self._values)), dtype=np.int64)
        self.unknown_pupils = 0

    @property
    def headings(self) -> list[str]:
        """The file's own columns that are needed."""
        return [key.heading for key in self._keys if key.heading]

    @property
    def needs_days(self) -> bool:
        """Is anything asked for by the day?"""
        return any(key.derive for key in self._keys)

    def __len__(self) -> int:
        return len(self._numbers)

    def names(self) -> list[tuple[str, ...]]:
        """The keys of each group, by its number."""
        return list(self._numbers)

    def of_marks(self, block: Block, rows: MarkRows, enrolments: Enrolments) -> Numbers:
        """The group of each mark."""
        if self._pupils is not None:
            self._look_up(self._pupils, enrolments)
        columns = []
        for key in self._keys:
            if key.of_pupil >= 0:
                values = list(self._values[key.of_pupil])
                columns.append(Column(values, self._value_of[rows.enrolment, key.of_pupil].astype(np.int32)))
            elif key.is_session:
                columns.append(Column(["AM", "PM"], rows.is_pm.astype(np.int32)))
            else:
                columns.append(_of_row(key, block, rows.rows, rows.day))
        return self._numbered(columns, len(rows.rows))

    def of_counts(self, block: Block, rows: CountRows) -> Numbers:
        """The group of each count."""
        columns = [_of_row(key, block, rows.rows, rows.day) for key in self._keys]
        return self._numbered(columns, len(rows.rows))

    def _numbered(self, columns: Sequence[Column], count: int) -> Numbers:
        if not columns:
            return np.zeros(count, dtype=np.int64)
        distinct, places = combined(columns)
        numbers = [self._numbers.setdefault(names, len(self._numbers)) for names in distinct]
        return np.array(numbers, dtype=np.int64)[places]

    def _look_up(self, pupils: Pupils, enrolments: Enrolments) -> None:
        """What the pupils' file says of the pupils met since last time. Those it does not name have empty values."""
        known = len(self._value_of)
        new = []
        for number in range(known, len(enrolments)):
            values = pupils.of(enrolments.schools[number], enrolments.pupils[number])
            if values is None:
                self.unknown_pupils += 1
                values = (NOT_KNOWN,) * len(self._values)
            new.append(
                [known.setdefault(text, len(known)) for known, text in zip(self._values, values, strict=True)]
            )
        if new:
            self._value_of = np.concatenate([self._value_of, np.array(new, dtype=np.int64)])


def _of_row(key: _Key, block: Block, rows: NDArray[np.intp], days: Numbers) -> Column:
    if key.derive is None:
        column = block.columns[key.heading]
        return Column([tidy(text) for text in column.distinct], column.places[rows])
    first, last = int(days.min()), int(days.max())
    used, places = compact(days - first, last - first + 1)
    texts = [key.derive(date.fromordinal(first + day)) for day in used.tolist()]
    return Column(texts, places.astype(np.int32))


def _key(name: str, layout: Layout, pupils: Pupils | None) -> _Key:
    """What a name after --by stands for. The file's own columns go before those of the pupils and derived ones."""
    role = layout.role_of(name)
    if name in layout.roles and role is None and name not in layout.keys:
        role, heading = name, layout.roles[name]  # "pupil", where the file calls it UPN
    else:
        heading = name
    if role == "date":
        return _Key(derive=DERIVED["date"])
    if role == "session" and not layout.is_counts:
        return _Key(is_session=True)
    if heading in layout.keys:
        return _Key(heading=heading)
    if pupils is not None and name in pupils.keys:
        return _Key(of_pupil=pupils.keys.index(name))
    if name in DERIVED and "date" in layout.roles:
        return _Key(derive=DERIVED[name])
    choices = [*layout.keys, *(pupils.keys if pupils else ())]
    choices += [each for each in DERIVED if "date" in layout.roles and each not in choices]
    raise UnknownColumn(f"There is no column {name[:60]} to go by. There are: {', '.join(choices)}.")
