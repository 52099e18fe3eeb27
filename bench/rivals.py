"""The answer of `rollbook measures FILE --by school` by DuckDB and by Polars: `python bench/rivals.py duckdb FILE`."""

import json
import sys
from pathlib import Path
from typing import Any

from rollbook.domain.codes import CODES

_NAMES = ("attended", "authorised", "unauthorised", "late")
_SUMS = ("possible", *_NAMES, "pupils", "persistent", "severe")


def classes() -> dict[str, tuple[bool, bool, bool, bool]]:
    """For each code: attended, authorised, unauthorised, late. DuckDB and Polars know no codes."""
    return {
        code.symbol: (
            code.is_attended,
            code.category.value == "authorised",
            code.category.value == "unauthorised",
            code.is_late,
        )
        for code in CODES
    }


def by_duckdb(path: Path) -> list[dict[str, Any]]:
    """One pass over the file into counts of pupils by code; everything else is made of those."""
    import duckdb

    database = duckdb.connect()
    database.execute(
        "create table classes(code varchar, attended int, authorised int, unauthorised int, late int)"
    )
    rows = [(code, *map(int, flags)) for code, flags in classes().items()]
    database.executemany("insert into classes values (?, ?, ?, ?, ?)", rows)
    source = f"read_csv('{path}', all_varchar=true)" if path.suffix == ".csv" else f"'{path}'"
    database.execute(
        f"create temp table counts as select school, pupil, code, count(*) n from {source} group by all"
    )
    sums = database.execute(
        """
        with of_pupil as (
            select school, pupil, sum(n * attended) attended, sum(n * authorised) authorised,
                   sum(n * unauthorised) unauthorised, sum(n * late) late
            from counts join classes using (code) group by all
        ), with_possible as (
            select *, authorised + unauthorised as absent, attended + authorised + unauthorised as possible
            from of_pupil
        )
        select school, sum(possible), sum(attended), sum(authorised), sum(unauthorised), sum(late), count(*),
               count(*) filter (possible > 0 and absent * 10 >= possible),
               count(*) filter (possible > 0 and absent * 2 >= possible)
        from with_possible group by school
        """
    ).fetchall()
    codes: dict[str, dict[str, int]] = {}
    for school, code, count in database.execute(
        "select school, code, sum(n)::bigint from counts group by all"
    ).fetchall():
        codes.setdefault(school, {})[code] = count
    return [
        {"school": school, **dict(zip(_SUMS, map(int, values), strict=True)), "codes": codes[school]}
        for school, *values in sums
    ]


def by_polars(path: Path) -> list[dict[str, Any]]:
    """The same with the streaming engine."""
    import polars as pl

    known = classes()
    flags = pl.LazyFrame(
        {"code": list(known)}
        | {name: [int(each[at]) for each in known.values()] for at, name in enumerate(_NAMES)}
    )
    source = pl.scan_csv(path, infer_schema=False) if path.suffix == ".csv" else pl.scan_parquet(path)
    counts = source.group_by("school", "pupil", "code").len().collect(engine="streaming")
    of_pupil = (
        counts.lazy()
        .join(flags, on="code")
        .group_by("school", "pupil")
        .agg([(pl.col("len").cast(pl.Int64) * pl.col(name)).sum().alias(name) for name in _NAMES])
        .with_columns(absent=pl.col("authorised") + pl.col("unauthorised"))
        .with_columns(possible=pl.col("attended") + pl.col("absent"))
    )
    some = pl.col("possible") > 0
    sums = of_pupil.group_by("school").agg(
        *(pl.col(name).sum() for name in ("possible", *_NAMES)),
        pl.len().alias("pupils"),
        (some & (pl.col("absent") * 10 >= pl.col("possible"))).sum().alias("persistent"),
        (some & (pl.col("absent") * 2 >= pl.col("possible"))).sum().alias("severe"),
    )
    codes: dict[str, dict[str, int]] = {}
    for school, code, count in counts.group_by("school", "code").agg(pl.col("len").sum()).rows():
        codes.setdefault(school, {})[code] = count
    return [row | {"codes": codes[row["school"]]} for row in sums.collect().to_dicts()]


if __name__ == "__main__":
    answer = {"duckdb": by_duckdb, "polars": by_polars}[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps(answer))
