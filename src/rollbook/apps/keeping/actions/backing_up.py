"""Making a back-up: one file with everything the installation holds, as it was at one moment."""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from rollbook import __version__
from rollbook.apps.audit.actions import record
from rollbook.apps.keeping.models import Backup
from rollbook.apps.keeping.queries.backups import kept_until
from rollbook.apps.keeping.queries.tables import (
    applied_migrations,
    backed_up_models,
    columns_of,
    rows_of,
    snapshot,
)
from rollbook.apps.registers.queries.proof import heads_of_chains
from rollbook.apps.schools.queries import all_schools
from rollbook.clock import LONDON
from rollbook.domain.access import Actor
from rollbook.domain.refusals import Refused
from rollbook.formats.backup_archive import BadArchive, Manifest, Writer, check

_ONLY_THE_OWNER = 0o600


@dataclass(frozen=True, slots=True)
class Made:
    """A back-up that is on the disk, read back and recorded."""

    path: Path
    manifest: Manifest
    row: Backup


def back_up(
    *, folder: Path, by: Actor, at: datetime, progress: Callable[[int], object] = lambda _: None
) -> Made:
    """Writes a back-up into a folder and records it; `progress` hears how many rows were written.

    The file has its name only once it is whole, on the disk and read back. Errors: Refused.
    """
    name = f"rollbook-{at.astimezone(LONDON):%Y-%m-%d-%H%M%S}.zip"
    path = folder / name
    if path.exists():
        raise Refused.one("", f"There is a file {path} already. Wait a second and try again.")
    partial = folder / f".{name}.partial"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        manifest = _write(partial, at, progress)
        check(partial)
        size, sha256 = partial.stat().st_size, _sha256(partial)
        partial.rename(path)
        _flush_folder(folder)
    except (OSError, BadArchive) as error:
        raise Refused.one("", f"No back-up was made in {folder}: {error}") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    row = Backup(
        made_at=at,
        file_name=name,
        folder=str(folder.absolute()),
        size=size,
        row_count=manifest.row_count,
        sha256=sha256,
        by_name=by.name,
        by_position=by.position,
        kept_until=kept_until(at.astimezone(LONDON).date()),
    )
    _note(row, by=by, at=at)
    return Made(path, manifest, row)


def _write(path: Path, at: datetime, progress: Callable[[int], object]) -> Manifest:
    """Everything of one moment, flushed to the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_THE_OWNER)
    with os.fdopen(handle, "wb") as file:
        with Writer(file) as archive, snapshot():
            for model in backed_up_models():
                table = archive.add_table(model._meta.label_lower, columns_of(model), rows_of(model))
                progress(table.row_count)
            manifest = archive.finish(
                made_at=at.astimezone(UTC).isoformat(timespec="seconds"),
                version=__version__,
                migrations=applied_migrations(),
                heads={str(school): head for school, head in heads_of_chains().items()},
            )
        file.flush()
        os.fsync(file.fileno())
    return manifest


def _note(row: Backup, *, by: Actor, at: datetime) -> None:
    """The record of it, and a line in the log of each school whose registers are in it."""
    facts = {"name": row.file_name, "sha256": row.sha256, "kept_until": row.kept_until.isoformat()}
    with transaction.atomic():
        row.save()
        for school in all_schools():
            record(type="keeping.backup.made", by=by, at=at, school_id=school.pk, facts=facts)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush_folder(folder: Path) -> None:
    """The new name too must outlive a loss of power; where a folder can't be opened (Windows) the system sees to it."""
    with suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
