"""The file that says of each pupil what figures are asked for by: year group, sex, SEN and so on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rollbook.formats.marks_blocks.block import Refusals
from rollbook.formats.marks_blocks.layout import role_of
from rollbook.formats.marks_blocks.opening import open_blocks
from rollbook.formats.tables import Unreadable
from rollbook.formats.tables.values import tidy


@dataclass(frozen=True, slots=True)
class Pupils:
    """What a pupils file says. `keys` are its headings but those of pupil and school, which tell pupils apart."""

    keys: tuple[str, ...]
    has_schools: bool
    rows: dict[tuple[str, str], tuple[str, ...]]
    refusals: Refusals
    row_word: str

    def of(self, school: str, pupil: str) -> tuple[str, ...] | None:
        """A pupil's values, in the order of `keys`; None for one whom the file does not name."""
        return self.rows.get((school if self.has_schools else "", pupil))


def read_pupils(path: Path, *, with_schools: bool) -> Pupils:
    """The pupils of a CSV or Parquet file. `with_schools`: whether the marks name schools, so that pupils go by both.

    A pupil who is there twice with different values is refused. Errors: Unreadable; OSError.
    """
    source = open_blocks(path)
    roles = {role: _heading_of(role, source.headings) for role in ("pupil", "school")}
    pupil, school = roles["pupil"], roles["school"] if with_schools else None
    if pupil is None:
        raise Unreadable("The file of pupils has no column pupil.")
    keys = tuple(name for name in source.headings if name and name not in (pupil, school))
    refusals = Refusals()
    rows: dict[tuple[str, str], tuple[str, ...]] = {}
    first_lines: dict[tuple[str, str], int] = {}
    wanted = [pupil, *([school] if school else []), *keys]
    for block in source.blocks(wanted, refusals):
        columns = [
            _texts(block.columns[name].distinct, block.columns[name].places.tolist()) for name in wanted
        ]
        for line, cells in zip(block.lines.tolist(), zip(*columns, strict=True), strict=True):
            who = (cells[1] if school else "", cells[0])
            values = cells[2 if school else 1 :]
            if not cells[0]:
                refusals.add(line, "The row names no pupil.")
            elif rows.setdefault(who, values) != values:
                refusals.add(
                    line, f"{source.row_word} {first_lines[who]} says something else of the same pupil."
                )
            else:
                first_lines.setdefault(who, line)
    return Pupils(keys, school is not None, rows, refusals, source.row_word)


def _heading_of(role: str, headings: Sequence[str]) -> str | None:
    named = [name for name in headings if role_of(name) == role]
    return next((name for name in named if name.casefold() == role), named[0] if named else None)


def _texts(distinct: Sequence[str], places: Sequence[int]) -> Iterator[str]:
    stripped = [tidy(text) for text in distinct]
    return (stripped[place] for place in places)
