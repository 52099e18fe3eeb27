"""The tables as they go into a back-up and come out of it: the same values whichever database holds them."""

import base64
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from rollbook.formats.backup_archive import Table

# What an installation makes by itself: names of tables, and what ends with the machine it began on: sessions, the
# queue, and what its workers did. A message that waits is put into the queue again by the job that follows messages.
_APPS_LEFT_OUT = {"auth", "contenttypes", "sessions", "django_tasks_database", "jobs"}
_ROWS_AT_ONCE = 2_000
_AS_THEY_ARE = {
    "AutoField", "BigAutoField", "BigIntegerField", "BooleanField", "CharField", "FileField", "FloatField",
    "IntegerField", "PositiveBigIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField", "SlugField",
    "SmallIntegerField", "TextField",
}  # fmt: skip

Model = type[models.Model]


def backed_up_models() -> list[Model]:
    """Every table that says something about the schools: what a row points to comes before it, else by name."""
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.app_label not in _APPS_LEFT_OUT
    ]
    waiting = sorted(found, key=lambda model: model._meta.label_lower)
    ordered: list[Model] = []
    while waiting:
        # An entry's trigger looks for its save at once; other keys are only checked at the end.
        ready = [model for model in waiting if not _points_to(model) & {*waiting} - {model}] or waiting[:1]
        ordered += ready
        waiting = [model for model in waiting if model not in ready]
    return ordered


def _points_to(model: Model) -> set[Model]:
    return {
        field.related_model
        for field in model._meta.concrete_fields
        if field.remote_field is not None and isinstance(field.related_model, type)
    }


def applied_migrations() -> tuple[str, ...]:
    """Which migrations the tables have had, as "app.name"."""
    return tuple(sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()))


def columns_of(model: Model) -> tuple[str, ...]:
    """The columns of a table in the order of its rows."""
    return tuple(str(field.column) for field in model._meta.concrete_fields)


def row_count(model: Model) -> int:
    """How many rows a table has."""
    return model._base_manager.count()


def rows_of(model: Model) -> Iterator[list[object]]:
    """Every row of a table in the order of its key, in values that JSON holds; a part at a time from the database."""
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.order_by("pk").values_list(*names)
    for row in rows.iterator(chunk_size=_ROWS_AT_ONCE):
        yield [_plain(value) for value in row]


def _plain(value: object) -> object:
    """Times in UTC, bytes in base 64. Errors: TypeError for what no back-up can hold."""
    if value is None or isinstance(value, (str, int, float, dict, list)):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    raise TypeError(f"A back-up can't hold {type(value).__name__}.")


def reader_of(field: "models.Field[Any, Any]") -> Callable[[Any], Any] | None:
    """How a value of a back-up becomes one that this database takes; None where it does as it is.

    Errors: TypeError for a kind of field that no back-up knows.
    """
    while field.remote_field is not None:
        field = field.target_field  # type: ignore[attr-defined]
    kind, ops = field.get_internal_type(), connection.ops
    if kind in _AS_THEY_ARE:
        return None
    readers: dict[str, Callable[[Any], Any]] = {
        "DateTimeField": lambda value: ops.adapt_datetimefield_value(datetime.fromisoformat(value)),
        "DateField": lambda value: ops.adapt_datefield_value(date.fromisoformat(value)),
        "TimeField": lambda value: ops.adapt_timefield_value(time.fromisoformat(value)),
        "UUIDField": lambda value: field.get_db_prep_value(UUID(value), connection),
        "DecimalField": lambda value: field.get_db_prep_save(Decimal(value), connection),
        "BinaryField": lambda value: field.get_db_prep_value(base64.b64decode(value), connection),
        "JSONField": lambda value: ops.adapt_json_value(value, None),
    }
    if kind not in readers:
        raise TypeError(f"A back-up can't hold the {kind} {field.name}.")
    return readers[kind]


def insert(model: Model, rows: Iterable[list[Any]], progress: Callable[[int], object]) -> None:
    """Adds rows as they stand, keys included. Errors: ValueError, TypeError, django.db.Error for what can't be."""
    fields = model._meta.concrete_fields
    readers = [
        (place, reader, field.null) for place, field in enumerate(fields) if (reader := reader_of(field))
    ]
    quote = connection.ops.quote_name
    statement = "INSERT INTO {table} ({columns}) VALUES ({places})".format(  # noqa: S608  # names from our models
        table=quote(model._meta.db_table),
        columns=", ".join(map(quote, columns_of(model))),
        places=", ".join(["%s"] * len(fields)),
    )
    source = iter(rows)
    with connection.cursor() as cursor:
        while part := list(islice(source, _ROWS_AT_ONCE)):
            for row in part:
                for place, read, may_be_null in readers:
                    # A JSON value may be null in a column that may not: it is read as any other.
                    if row[place] is not None or not may_be_null:
                        row[place] = read(row[place])
            cursor.executemany(statement, part)
            progress(len(part))


def matches(model: Model, table: Table) -> bool:
    """Has this table the columns that a back-up has for it?"""
    return model._meta.label_lower == table.name and columns_of(model) == table.columns


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside is as it was at one moment, while others go on saving.

    Errors: RuntimeError inside a transaction, which has seen a moment of its own.
    """
    if connection.in_atomic_block:
        raise RuntimeError("A back-up reads in a transaction of its own.")
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    # A transaction that only reads must not take SQLite's one write lock, as ours otherwise do at their start.
    usual, connection.transaction_mode = connection.transaction_mode, None  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            yield
    finally:
        connection.transaction_mode = usual  # type: ignore[attr-defined]
