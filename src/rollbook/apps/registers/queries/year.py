"""A school's year of marks in memory, always fresh: each look folds in the entries made since the last one.

Safe because a school's saves are put in one order by the lock on its chain: their entries become visible in the order
of their ids, so "all with a higher id" misses none (docs/adr/0004). Kept per process; a restart costs one cold fold.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Lock
from typing import Any

from django.db import connection

from rollbook.analytics.packed import PackedYear
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.codes import BY_SYMBOL

KEPT_YEARS = 64
_BYTES = {symbol: code.byte for symbol, code in BY_SYMBOL.items()}
_LATE = frozenset(symbol for symbol, code in BY_SYMBOL.items() if code.is_late)

# The first row is none of an entry: its id, zero or less, tells the last purge, after which the year is read anew.
_LAST_PURGE = (
    "SELECT -COALESCE(MAX(id), 0), 0, NULL, '', '', NULL FROM registers_purge WHERE school_id = %s UNION ALL"
)
_NEW_ENTRIES = f"""
{_LAST_PURGE}
SELECT id, pupil_id, "on", session, code, minutes_late FROM registers_entry
WHERE school_id = %s AND id > %s ORDER BY 1
"""  # noqa: S608  # a constant
_YEAR_ENTRIES = f"""
{_LAST_PURGE}
SELECT id, pupil_id, "on", session, code, minutes_late FROM registers_entry
WHERE school_id = %s AND id > %s AND "on" BETWEEN %s AND %s ORDER BY 1
"""  # noqa: S608  # a constant


@dataclass
class _Kept:
    year: PackedYear
    column_of: dict[object, int]
    last_id: int = 0
    last_purge: int = 0
    lock: Lock = field(default_factory=Lock)


_kept: OrderedDict[tuple[int, date, date], _Kept] = OrderedDict()
_kept_lock = Lock()


def forget_years() -> None:
    """Drops what is kept in memory (for tests, whose entries are rolled back)."""
    with _kept_lock:
        _kept.clear()


def year_bounds(calendar: SchoolCalendar, on: date) -> tuple[date, date]:
    """The academic year a day belongs to; for a day outside every year, 1 September to 31 August."""
    year = calendar.year_of(on)
    if year is not None:
        return year.first_day, year.last_day
    start = date(on.year if on.month >= 9 else on.year - 1, 9, 1)
    return start, date(start.year + 1, 8, 31)


def packed_year(school_id: int, bounds: tuple[date, date]) -> PackedYear:
    """The marks of a school's academic year, up to the newest entry. One query.

    Shape: see analytics.packed. The matrix is shared: read it, never write it.
    """
    kept = _kept_for(school_id, bounds)
    with kept.lock:
        _fold_new(school_id, bounds, kept)
    return kept.year


def _kept_for(school_id: int, bounds: tuple[date, date]) -> _Kept:
    key = (school_id, *bounds)
    with _kept_lock:
        if key not in _kept:
            _kept[key] = _Kept(PackedYear(*bounds), _columns(*bounds))
            while len(_kept) > KEPT_YEARS:
                _kept.popitem(last=False)
        _kept.move_to_end(key)
        return _kept[key]


def _columns(first_day: date, last_day: date) -> dict[object, int]:
    """The column of the morning of each day, under the forms in which the two databases give a date."""
    columns: dict[object, int] = {}
    for number in range((last_day - first_day).days + 1):
        day = first_day + timedelta(days=number)
        columns[day] = columns[day.isoformat()] = 2 * number
    return columns


def _fold_new(school_id: int, bounds: tuple[date, date], kept: _Kept) -> None:
    (last_purge, *_), *rows = _rows(school_id, bounds, kept.last_id)
    if last_purge != kept.last_purge:
        kept.last_purge = last_purge
        if kept.last_id:
            # What was purged since may be among the marks that are kept here.
            kept.year, kept.last_id = PackedYear(*bounds), 0
            _, *rows = _rows(school_id, bounds, 0)
    if not rows:
        return
    column_of = kept.column_of
    inside = [row for row in rows if row[2] in column_of]
    # The minutes first: the fold of the marks ends with the new edition.
    kept.year.fold_minutes(
        (row[1], column_of[row[2]] + (row[3] == "PM"), row[5]) for row in inside if row[4] in _LATE
    )
    kept.year.fold(
        [row[1] for row in inside],
        [column_of[row[2]] + (row[3] == "PM") for row in inside],
        [_BYTES[row[4]] for row in inside],
    )
    kept.last_id = rows[-1][0]


def _rows(school_id: int, bounds: tuple[date, date], last_id: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        if last_id == 0:
            cursor.execute(_YEAR_ENTRIES, [school_id, school_id, 0, *bounds])
        else:
            cursor.execute(_NEW_ENTRIES, [school_id, school_id, last_id])
        return list(cursor.fetchall())
