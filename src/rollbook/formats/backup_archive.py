"""A back-up as one file that any database can be filled from: a ZIP of JSON lines with a manifest of what is in it.

`manifest.json` says when and by which version it was made, which migrations the tables had, and of every table its
columns, the number of its rows and the SHA-256 of its lines. `tables/NAME.jsonl` holds a row a line, as an array in
the order of the columns. Rows are written and read one at a time, so years of a large school need little memory.
"""

import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Self

FORMAT: Final = "rollbook-backup"
FORMAT_VERSION: Final = 1
LONGEST_LINE: Final = 64 * 1024 * 1024
"""Units: bytes. The longest honest line is an uploaded file of pupils."""
LONGEST_MANIFEST: Final = 16 * 1024 * 1024
_MANIFEST = "manifest.json"
# What reading a file raises that somebody cut or changed, wherever in it that was.
_DAMAGED = (
    AttributeError, EOFError, LookupError, OSError, OverflowError, RuntimeError, TypeError, ValueError,
    struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
# Sorted, because PostgreSQL keeps the keys of a JSON value in an order of its own.
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class BadArchive(ValueError):
    """The file is no whole back-up; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Table:
    """What the manifest says of one table."""

    name: str
    columns: tuple[str, ...]
    row_count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the back-up says of itself. Shape: `heads` the number of saves and the end of the chain of each school."""

    made_at: str
    version: str
    migrations: tuple[str, ...]
    tables: tuple[Table, ...]
    heads: Mapping[str, tuple[int, str]]

    @property
    def row_count(self) -> int:
        """The rows of all tables."""
        return sum(table.row_count for table in self.tables)


def line_of(row: Sequence[object]) -> bytes:
    """A row as its line, the same for the same values whichever database gave them."""
    return (_encode(row) + "\n").encode()


class Writer:
    """Writes an archive from beginning to end: every table, then what it says of itself.

    Without its `finish` a file has no manifest, and no reader takes it for a back-up.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=6)
        self._tables: list[Table] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        # Where writing failed, as on a full disk, closing may fail too: the first error is the one to hear of.
        with suppress(OSError) if kind else nullcontext():
            self._zip.close()

    def add_table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
        """Adds a table. Shape: what the manifest will say of it."""
        digest, count = hashlib.sha256(), 0
        with self._zip.open(_member(name), "w", force_zip64=True) as member:
            for row in rows:
                line = line_of(row)
                member.write(line)
                digest.update(line)
                count += 1
        table = Table(name, tuple(columns), count, digest.hexdigest())
        self._tables.append(table)
        return table

    def finish(
        self, *, made_at: str, version: str, migrations: Sequence[str], heads: Mapping[str, tuple[int, str]]
    ) -> Manifest:
        """Adds the manifest: the archive is complete once it is closed."""
        manifest = Manifest(made_at, version, tuple(migrations), tuple(self._tables), heads)
        fields = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "made_at": made_at,
            "version": version,
            "migrations": list(migrations),
            "heads": {school: list(head) for school, head in heads.items()},
            "tables": [
                {
                    "name": table.name,
                    "columns": list(table.columns),
                    "rows": table.row_count,
                    "sha256": table.sha256,
                }
                for table in self._tables
            ],
        }
        self._zip.writestr(_MANIFEST, json.dumps(fields, ensure_ascii=False, indent=1))
        return manifest


class Reader:
    """Reads an archive; what is not as the manifest says is an error. Errors: BadArchive."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except _DAMAGED as error:
            raise BadArchive("This file is no back-up of Rollbook, or it was cut short.") from error
        try:
            self.manifest = self._manifest()
        except BadArchive:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _manifest(self) -> Manifest:
        try:
            if self._zip.getinfo(_MANIFEST).file_size > LONGEST_MANIFEST:
                raise BadArchive("This file's list of contents is too long for a back-up of Rollbook.")
            fields = json.loads(self._zip.read(_MANIFEST))
            if fields["format"] != FORMAT:
                raise BadArchive("This file is no back-up of Rollbook.")
            if fields["format_version"] != FORMAT_VERSION:
                raise BadArchive(
                    "This back-up was made by a newer Rollbook. Install that version to read it."
                )
            manifest = _as_manifest(fields)
        except _DAMAGED as error:
            if isinstance(error, BadArchive):
                raise
            raise BadArchive("This file is no back-up of Rollbook, or it was changed.") from error
        members = sorted(self._zip.namelist())
        if members != sorted([_MANIFEST, *(_member(table.name) for table in manifest.tables)]):
            raise BadArchive("This back-up does not hold the tables that it lists.")
        return manifest

    def rows(self, table: Table) -> Iterator[list[Any]]:
        """Every row of a table in order; at its end it is sure that nothing was changed. Errors: BadArchive."""
        digest, count = hashlib.sha256(), 0
        try:
            with self._zip.open(_member(table.name)) as member:
                while line := member.readline(LONGEST_LINE):
                    digest.update(line)
                    count += 1
                    row = json.loads(line)
                    if not isinstance(row, list) or len(row) != len(table.columns):
                        raise BadArchive(_changed(table))
                    yield row
        except _DAMAGED as error:
            if isinstance(error, BadArchive):
                raise
            raise BadArchive(_changed(table)) from error
        if (count, digest.hexdigest()) != (table.row_count, table.sha256):
            raise BadArchive(_changed(table))


def check(path: Path) -> Manifest:
    """Whether every table is exactly what was backed up. Shape: its manifest. Errors: BadArchive; OSError."""
    with path.open("rb") as file, Reader(file) as archive:
        for table in archive.manifest.tables:
            for _ in archive.rows(table):
                pass
        return archive.manifest


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


def _changed(table: Table) -> str:
    return f"The table {table.name} in this back-up is not what was backed up: it was changed or damaged."


def _as_manifest(fields: Mapping[str, Any]) -> Manifest:
    tables = tuple(
        Table(
            name=str(table["name"]),
            columns=tuple(str(column) for column in table["columns"]),
            row_count=int(table["rows"]),
            sha256=str(table["sha256"]),
        )
        for table in fields["tables"]
    )
    return Manifest(
        made_at=str(fields["made_at"]),
        version=str(fields["version"]),
        migrations=tuple(str(name) for name in fields["migrations"]),
        tables=tables,
        heads={str(school): (int(count), str(digest)) for school, (count, digest) in fields["heads"].items()},
    )
