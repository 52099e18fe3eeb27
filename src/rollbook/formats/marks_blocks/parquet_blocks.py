"""Parquet files in batches of rows: every value as the text that it would be in a CSV file."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from rollbook.formats.marks_blocks.block import Block, Column, Refusals
from rollbook.formats.tables import Unreadable

BATCH_ROWS = 500_000
_DAMAGED = "This Parquet file is damaged or was not copied whole. Export it again."
_UNSOUND = (pa.ArrowException, OSError, ValueError, UnicodeError)


class ParquetRows:
    """A Parquet file; its rows are counted from 1."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._open() as file:
            schema = file.schema_arrow
            self.headings = tuple(str(name).strip() for name in schema.names)
            self._texts = [
                field.name
                for field in schema
                if pa.types.is_string(field.type) or pa.types.is_binary(field.type)
            ]
            self._lists = {field.name.strip() for field in schema if pa.types.is_nested(field.type)}
            self._rows = file.metadata.num_rows

    def blocks(self, wanted: Sequence[str], refusals: Refusals) -> Iterator[Block]:
        """The wanted columns, batch by batch. Errors: Unreadable."""
        del refusals  # no row can be out of shape
        for name in wanted:
            if name in self._lists:
                raise Unreadable(f"The column {name} holds lists of values. Give one value a row.")
        share = self._path.stat().st_size / max(1, self._rows)
        first = 1
        with self._open(self._texts) as file:
            names = {str(name).strip(): name for name in file.schema_arrow.names}
            try:
                for batch in file.iter_batches(BATCH_ROWS, columns=[names[name] for name in wanted]):
                    columns = {name: _column(batch.column(names[name])) for name in wanted}
                    lines = np.arange(first, first + batch.num_rows, dtype=np.int64)
                    yield Block(columns, lines, round(share * batch.num_rows))
                    first += batch.num_rows
            except _UNSOUND:
                raise Unreadable(_DAMAGED) from None

    def _open(self, dictionaries: Sequence[str] = ()) -> Any:
        try:
            return parquet.ParquetFile(self._path, read_dictionary=list(dictionaries))
        except _UNSOUND:
            raise Unreadable(_DAMAGED) from None


def _column(values: Any) -> Column:
    coded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    texts = [_text(value) for value in coded.dictionary.to_pylist()]
    places = coded.indices
    if places.null_count:
        texts.append("")
        places = places.fill_null(len(texts) - 1)
    return Column(texts, np.asarray(places).astype(np.int32, copy=False))


def _text(value: object) -> str:
    """What the value would be in a CSV file: 2026-09-07 for a day, no point in a whole number, nothing for none."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if value.time() == time(0) else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | Decimal) and value == value // 1:
        return str(int(value))
    return str(value)
