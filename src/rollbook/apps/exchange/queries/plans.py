"""What loading a file would do, the same for every kind of file: each row with its outcome."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rollbook.formats.tables import RowProblem, Sheet


class Outcome(StrEnum):
    """What becomes of a row?"""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be loaded: from which day where a row names none, and whether groups are made.

    `today` is the day on which ages and dates in the file are judged.
    """

    takes_effect_on: date
    today: date
    makes_groups: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing a row changes, in words; `before` "" where there was nothing."""

    words: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One row of the file. `line` is its number in a spreadsheet."""

    line: int
    who: str
    outcome: Outcome
    changes: tuple[Shown, ...] = ()
    problems: tuple[RowProblem, ...] = ()

    @property
    def errors(self) -> tuple[RowProblem, ...]:
        """Why the row can't be loaded."""
        return tuple(each for each in self.problems if not each.is_warning)

    @property
    def warnings(self) -> tuple[RowProblem, ...]:
        """What is loaded and should be looked at."""
        return tuple(each for each in self.problems if each.is_warning)


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole of a file as it would be loaded now. `digest` sums it up, to see whether it is still the same later."""

    rows: tuple[PlannedRow, ...]
    digest: str
    notes: tuple[str, ...] = ()

    def of(self, outcome: Outcome) -> list[PlannedRow]:
        """The rows with this outcome, in the order of the file."""
        return [row for row in self.rows if row.outcome is outcome]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each outcome."""
        return {outcome.value: len(self.of(outcome)) for outcome in Outcome}


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody asked to have loaded. `seen` is the digest of the plan they looked at."""

    name: str
    sheet: Sheet
    places: Mapping[str, int]
    options: Options
    good_rows_only: bool = False
    seen: str = ""


def put_together(
    good: Iterable[PlannedRow], problems: Iterable[RowProblem], digest: str, notes: Iterable[str] = ()
) -> Plan:
    """The plan of a file from its sound rows and all problems, warnings beside their rows."""
    by_line: dict[int, list[RowProblem]] = defaultdict(list)
    for problem in problems:
        by_line[problem.line].append(problem)
    rows = [
        PlannedRow(row.line, row.who, row.outcome, row.changes, tuple(by_line.pop(row.line, ())))
        for row in good
    ]
    rows += [
        PlannedRow(line, found[0].who, Outcome.REFUSED, (), tuple(found)) for line, found in by_line.items()
    ]
    return Plan(tuple(sorted(rows, key=lambda row: row.line)), digest, tuple(notes))
