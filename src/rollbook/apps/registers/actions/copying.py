"""The quickest way into the tables of saves and entries: COPY on PostgreSQL, one INSERT for many pupils on SQLite.

Only rows are written here, in the order given; what they say and how they are chained is decided by the caller, who
holds the school's chain.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper


class _Marks(Protocol):
    """What the entries of one save with the same mark have in common."""

    @property
    def pupil_ids(self) -> tuple[int, ...]: ...
    @property
    def code(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def minutes_late(self) -> int | None: ...
    @property
    def arrived_at(self) -> time | None: ...
    @property
    def note(self) -> str: ...
    @property
    def reason(self) -> str: ...


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


@dataclass(frozen=True, slots=True)
class EntryRows:
    """Rows of the table of entries that differ only in the pupil."""

    save: SaveRow
    marks: _Marks


class RowWriter(Protocol):
    """Writes rows into the two tables inside the caller's transaction."""

    def save_ids(self, count: int) -> Sequence[int]:
        """So many ids for saves that nobody else will use, rising."""

    def add_saves(self, rows: Sequence[SaveRow]) -> None:
        """Adds the saves."""

    def add_entries(self, rows: Iterable[EntryRows]) -> None:
        """Adds the entries in this order."""


def writer(connection: BaseDatabaseWrapper) -> RowWriter:
    """The writer for this database."""
    return _Postgres(connection) if connection.vendor == "postgresql" else _Sqlite(connection)


_SAVE_COLUMNS = (
    'id, school_id, number, "key", kind, group_id, "on", session, at, by_id, by_name, by_position, '
    "entry_count, is_complete, previous_digest, digest"
)
_ENTRY_COLUMNS = (
    'school_id, save_made_id, pupil_id, "on", session, version, code, minutes_late, arrived_at, note, reason, '
    "at, by_id, by_name, by_position"
)


class _Sqlite:
    """One statement a group of entries: the pupils come as a JSON list, which SQLite takes apart by itself."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        # The driver's own cursor: Django's would look through every statement for its place-holders.
        self._driver = connection.connection.cursor()

    def save_ids(self, count: int) -> Sequence[int]:
        # The transaction holds SQLite's one write lock from its start, so nobody else adds a save meanwhile.
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = 'registers_save'")
            row = cursor.fetchone()
        first = (row[0] if row else 0) + 1
        return range(first, first + count)

    def add_saves(self, rows: Sequence[SaveRow]) -> None:
        marks = ", ".join(["?"] * 16)
        values = [
            (
                row.id, row.school_id, row.number, row.key.hex, row.kind, row.group_id, row.on.isoformat(),
                row.session, _sqlite_moment(row.at), row.by_id, row.by_name, row.by_position, row.entry_count,
                row.is_complete, row.previous_digest, row.digest,
            )
            for row in rows
        ]  # fmt: skip
        self._driver.executemany(f"INSERT INTO registers_save ({_SAVE_COLUMNS}) VALUES ({marks})", values)  # noqa: S608

    def add_entries(self, rows: Iterable[EntryRows]) -> None:
        select = "SELECT ?, ?, value, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM json_each(?)"
        statement = f"INSERT INTO registers_entry ({_ENTRY_COLUMNS}) {select}"
        for row in rows:
            save, marks = row.save, row.marks
            values = (
                save.school_id, save.id, save.on.isoformat(), save.session, marks.version, marks.code,
                marks.minutes_late, str(marks.arrived_at) if marks.arrived_at else None, marks.note,
                marks.reason, _sqlite_moment(save.at), save.by_id, save.by_name, save.by_position,
                str(list(marks.pupil_ids)),
            )  # fmt: skip
            self._driver.execute(statement, values)


class _Postgres:
    """COPY, with the lines written here: adapting each value by itself would take most of the time."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection

    def save_ids(self, count: int) -> Sequence[int]:
        with self._connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence('registers_save', 'id')) FROM generate_series(1, %s)",
                [count],
            )
            return [row[0] for row in cursor.fetchall()]

    def add_saves(self, rows: Sequence[SaveRow]) -> None:
        lines = [
            _line(
                row.id, row.school_id, row.number, row.key, row.kind, row.group_id, row.on, row.session, row.at,
                row.by_id, row.by_name, row.by_position, row.entry_count, row.is_complete, row.previous_digest,
                row.digest,
            )
            for row in rows
        ]  # fmt: skip
        self._copy("registers_save", _SAVE_COLUMNS, "".join(lines))

    def add_entries(self, rows: Iterable[EntryRows]) -> None:
        text: list[str] = []
        for row in rows:
            save, marks = row.save, row.marks
            before = f"{save.school_id}\t{save.id}\t"
            after = "\t" + _line(
                save.on, save.session, marks.version, marks.code, marks.minutes_late, marks.arrived_at, marks.note,
                marks.reason, save.at, save.by_id, save.by_name, save.by_position,
            )  # fmt: skip
            text += [f"{before}{pupil_id}{after}" for pupil_id in marks.pupil_ids]
        self._copy("registers_entry", _ENTRY_COLUMNS, "".join(text))

    def _copy(self, table: str, columns: str, text: str) -> None:
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            copy.write(text)


_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _line(*values: object) -> str:
    """One line of PostgreSQL's COPY text."""
    return "\t".join([_copied(value) for value in values]) + "\n"


def _copied(value: object) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPED) if "\\" in value or not value.isprintable() else value
    return str(value)


def _sqlite_moment(at: datetime) -> str:
    """As Django writes it: UTC without a zone."""
    return str(at.astimezone(UTC).replace(tzinfo=None))
