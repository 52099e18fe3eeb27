"""Filling an empty installation from a back-up, and proving that every row arrived."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.keeping.queries.tables import (
    Model,
    applied_migrations,
    backed_up_models,
    columns_of,
    insert,
    matches,
    row_count,
    rows_of,
)
from rollbook.apps.registers.queries.proof import Proof, heads_of_chains, prove
from rollbook.apps.schools.queries import all_schools
from rollbook.domain.access import Actor
from rollbook.domain.refusals import Refused
from rollbook.formats.backup_archive import BadArchive, Manifest, Reader, Table, line_of


@dataclass(frozen=True, slots=True)
class Restored:
    """What came out of a back-up, and what verifying each school's registers said. Shape: proofs by school's name."""

    manifest: Manifest
    proofs: dict[str, Proof]


def restore(
    *, source: Path, by: Actor, at: datetime, progress: Callable[[int], object] = lambda _: None
) -> Restored:
    """Puts everything of a back-up into this empty database, all or nothing; `progress` hears of the rows added.

    Afterwards every table is read again and must give the back-up's digest, row for row. Errors: Refused.
    """
    try:
        with source.open("rb") as file, Reader(file) as archive:
            models = _models_for(archive.manifest)
            _refuse_unless_empty(models)
            with transaction.atomic():
                for model, table in zip(models, archive.manifest.tables, strict=True):
                    insert(model, archive.rows(table), progress)
                connection.check_constraints()
                _count_on(models)
                _compare(models, archive.manifest)
                proofs = {school.name: prove(school.pk) for school in all_schools()}
                _note(source, archive.manifest, by=by, at=at)
            return Restored(archive.manifest, proofs)
    except OSError as error:
        raise Refused.one("", f"The back-up can't be read: {error}") from error
    except BadArchive as error:
        raise Refused.one("", f"{error} Nothing was restored.") from error
    except (DatabaseError, ValueError, TypeError, OverflowError) as error:
        message = (
            f"The back-up holds something that this database does not take: {error}. Nothing was restored."
        )
        raise Refused.one("", message) from error


def _models_for(manifest: Manifest) -> list[Model]:
    """The tables of this version, where they are those of the back-up. Errors: Refused."""
    models = backed_up_models()
    fits = len(models) == len(manifest.tables) and all(map(matches, models, manifest.tables))
    if not fits or manifest.migrations != applied_migrations():
        message = (
            f"This back-up was made by Rollbook {manifest.version} and its tables are not those of the version "
            "installed here. Install the version that made it, prepare an empty database with it, restore, and "
            "then update."
        )
        raise Refused.one("", message)
    return models


def _refuse_unless_empty(models: list[Model]) -> None:
    filled = [model._meta.label_lower for model in models if row_count(model)]
    if filled:
        message = (
            "This database is not empty: a back-up is only restored into a fresh one, so that nothing is "
            "overwritten. Name an empty one in DATABASE_URL and run `rollbook prepare` first. "
            f"There are rows in {', '.join(filled[:5])}."
        )
        raise Refused.one("", message)


def _count_on(models: list[Model]) -> None:
    """New rows get numbers after the restored ones: SQLite sees to it by itself, PostgreSQL is told."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _compare(models: list[Model], manifest: Manifest) -> None:
    """Errors: BadArchive where a table as read back differs from the back-up, or a chain ends elsewhere."""
    for model, table in zip(models, manifest.tables, strict=True):
        if _as_found(model) != table:
            raise BadArchive(f"The table {table.name} did not arrive as it was backed up.")
    if {str(school): head for school, head in heads_of_chains().items()} != manifest.heads:
        raise BadArchive("The registers do not end where the back-up says they do.")


def _as_found(model: Model) -> Table:
    digest, count = hashlib.sha256(), 0
    for row in rows_of(model):
        digest.update(line_of(row))
        count += 1
    return Table(model._meta.label_lower, columns_of(model), count, digest.hexdigest())


def _note(source: Path, manifest: Manifest, *, by: Actor, at: datetime) -> None:
    for school in all_schools():
        record(
            type="keeping.backup.restored",
            by=by,
            at=at,
            school_id=school.pk,
            facts={"name": source.name, "made_at": manifest.made_at},
        )
