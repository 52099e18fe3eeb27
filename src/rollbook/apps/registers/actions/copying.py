"""The quickest way into the tables of saves and entries: COPY on PostgreSQL, one INSERT for many pupils on SQLite.

Only rows are written here, in the order given; what they say and how they are chained is decided by the caller, who
holds the school's chain.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper

from rollbook.apps.registers.actions.past import PastMarks


@dataclass(slots=True)
class SaveRow:
    """A row of the table of saves."""

    id: int
    school_id: int
    number: int
    key: UUID
    kind: str
    group_id: int | None
    on: date
    session: str
    at: datetime
    by_id: int | None
    by_name: str
    by_position: str
    entry_count: int
    is_complete: bool
    previous_digest: str
    digest: str = ""
    # Past registers come from another system, never from paper.
    taken_on_paper_at: None = None
    taken_by_name: None = None

    def values(self) -> tuple[object, ...]:
        """The row in the order of its fields."""
        return (
            self.id, self.school_id, self.number, self.key, self.kind, self.group_id, self.on, self.session, self.at,
            self.by_id, self.by_name, self.by_position, self.entry_count, self.is_complete, self.previous_digest,
            self.digest,
        )  # fmt: skip


EntryRows = tuple[SaveRow, PastMarks, Sequence[int]]
"""Rows of the table of entries that differ only in the pupil: the save, the mark, the pupils' ids."""


class RowWriter(Protocol):
    """Writes rows into the tables of registers inside the caller's transaction."""

    def save_ids(self, count: int) -> Sequence[int]:
        """So many ids for saves that nobody else will use, rising."""

    def add(self, table: str, columns: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Adds rows of any table; `columns` in the order of the values."""

    def add_entries(self, rows: Iterable[EntryRows]) -> None:
        """Adds the entries in this order. They may still be on their way when it returns: see `wait`."""

    def wait(self) -> None:
        """Returns once everything is in the tables: before the caller uses the connection itself. Errors: any of it."""


@contextmanager
def writer(connection: BaseDatabaseWrapper) -> Iterator[RowWriter]:
    """The writer for this database, inside a transaction."""
    if connection.vendor == "postgresql":
        with connection.wrap_database_errors, ThreadPoolExecutor(max_workers=1) as beside:
            rows = _Postgres(connection.connection, beside)
            yield rows
            rows.wait()
        return
    driver = connection.connection
    [usual] = driver.execute("PRAGMA cache_size").fetchone()
    # In the usual cache what the transaction has written would be put out and read again many times over.
    driver.execute(f"PRAGMA cache_size = {_CACHE_KILOBYTES}")
    try:
        with connection.wrap_database_errors:
            yield _Sqlite(connection)
    finally:
        driver.execute(f"PRAGMA cache_size = {usual}")


_CACHE_KILOBYTES = -400_000
_IDS_AHEAD = 200
_ENTRY_COLUMNS = (
    'school_id, save_made_id, "on", session, version, code, minutes_late, arrived_at, note, reason, '
    "at, by_id, by_name, by_position, pupil_id"
)
_INSERT_ENTRIES = f"INSERT INTO registers_entry ({_ENTRY_COLUMNS})"
_MARKS = ", ".join(["?"] * 14)  # for all columns but the last


class _Sqlite:
    """One statement a group of entries: the pupils come as a JSON list, which SQLite takes apart by itself."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        # The driver's own cursor: Django's would look through every statement for its place-holders.
        self._driver = connection.connection.cursor()

    def save_ids(self, count: int) -> Sequence[int]:
        # The transaction holds SQLite's one write lock from its start, so nobody else adds a save meanwhile.
        row = self._driver.execute("SELECT seq FROM sqlite_sequence WHERE name = 'registers_save'").fetchone()
        first = (row[0] if row else 0) + 1
        return range(first, first + count)

    def wait(self) -> None:
        """Nothing is ever on its way: SQLite works in the calling thread."""

    def add(self, table: str, columns: str, rows: Sequence[tuple[object, ...]]) -> None:
        marks = ", ".join(["?"] * len(columns.split(", ")))
        values = [tuple([_sqlite_value(value) for value in row]) for row in rows]
        self._driver.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)  # noqa: S608

    def add_entries(self, rows: Iterable[EntryRows]) -> None:
        many = f"{_INSERT_ENTRIES} SELECT {_MARKS}, value FROM json_each(?)"  # noqa: S608  # both are constants
        one = f"{_INSERT_ENTRIES} VALUES ({_MARKS}, ?)"
        execute = self._driver.execute
        save: SaveRow | None = None
        for of, marks, pupil_ids in rows:
            if of is not save:
                save, on, at = of, of.on.isoformat(), _sqlite_moment(of.at)
            values = (
                of.school_id, of.id, on, of.session, marks.version, marks.code, marks.minutes_late,
                marks.arrived_at and marks.arrived_at.isoformat(), marks.note, marks.reason, at, of.by_id, of.by_name,
                of.by_position,
            )  # fmt: skip
            if len(pupil_ids) == 1:
                execute(one, (*values, pupil_ids[0]))
            else:
                execute(many, (*values, str(pupil_ids)))


class _Postgres:
    """COPY, with the lines written here: adapting each value by itself would take most of the time.

    The database takes rows in while the next ones are made: a thread waits for it. One statement at a time is under
    way, in the order in which they were asked for; what went wrong in one is raised by the next, or by `wait`.
    """

    def __init__(self, driver: Any, beside: Executor) -> None:
        self._driver = driver
        self._beside = beside
        self._under_way: Future[None] | None = None
        self._ids: list[int] = []

    def wait(self) -> None:
        """Waits for the statement under way. Errors: what it failed with."""
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.result()

    def save_ids(self, count: int) -> Sequence[int]:
        if len(self._ids) < count:
            self.wait()
            self._reserve(count)
        ids, self._ids = self._ids[:count], self._ids[count:]
        return ids

    def _reserve(self, count: int) -> None:
        with self._driver.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence('registers_save', 'id')) FROM generate_series(1, %s)",
                [count],
            )
            self._ids += [row[0] for row in cursor.fetchall()]

    def add(self, table: str, columns: str, rows: Sequence[tuple[object, ...]]) -> None:
        text = "\n".join([_line(*row) for row in rows])
        self.wait()
        self._copy(table, columns, text)

    def add_entries(self, rows: Iterable[EntryRows]) -> None:
        text: list[str] = []
        for save, marks, pupil_ids in rows:
            line = _line(
                save.school_id, save.id, save.on, save.session, marks.version, marks.code, marks.minutes_late,
                marks.arrived_at, marks.note, marks.reason, save.at, save.by_id, save.by_name, save.by_position,
            )  # fmt: skip
            text += [f"{line}\t{pupil_id}\n" for pupil_id in pupil_ids]
        self.wait()
        # Asked for now, so that the next saves need not wait for these entries.
        self._reserve(_IDS_AHEAD)
        self._under_way = self._beside.submit(self._copy, "registers_entry", _ENTRY_COLUMNS, "".join(text))

    def _copy(self, table: str, columns: str, text: str) -> None:
        with self._driver.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            copy.write(text)


_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _line(*values: object) -> str:
    """One line of PostgreSQL's COPY text, without its end."""
    return "\t".join([_copied(value) for value in values])


def _copied(value: object) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPED) if "\\" in value or not value.isprintable() else value
    return str(value)


def _sqlite_value(value: object) -> object:
    """As Django writes it."""
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, datetime):
        return _sqlite_moment(value)
    return value.hex if isinstance(value, UUID) else str(value)


def _sqlite_moment(at: datetime) -> str:
    """As Django writes it: UTC without a zone."""
    return str(at.astimezone(UTC).replace(tzinfo=None))
