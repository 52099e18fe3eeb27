"""Any measure by any group over any period, beside earlier periods and beside what the DfE published."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from rollbook.apps.insight.queries.benchmarks import Comparison, compared_with
from rollbook.apps.insight.queries.dimensions import Dimension
from rollbook.apps.insight.queries.ground import Ground, ground
from rollbook.apps.insight.queries.measures import MINUTES, Counted, Measure, counted
from rollbook.apps.insight.queries.narrowing import choices_of, narrowed
from rollbook.apps.schools.queries import school_of, timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.benchmarks import Level, Series
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.disclosure import SMALLEST_GROUP, hidden_groups
from rollbook.domain.periods import Period, period_before, same_period_last_year
from rollbook.domain.spans import Span

SORTS = ("group", "pupils", "figure", "before", "last-year", "gap")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: which figure, told apart by what, when, of whom, compared with which area of which series.

    `only` narrows to one group as in queries.narrowing; `sort` is one of SORTS, with "-" in front from the highest.
    """

    measure: Measure
    dimension: Dimension
    period: Period
    only: str = ""
    is_comparable: bool = False
    level: Level = Level.NATION
    series: Series = Series.DAILY
    sort: str = "group"


@dataclass(frozen=True, slots=True)
class Row:
    """One group, or all together. Hidden groups have nothing but their name."""

    label: str
    now: Counted | None
    before: Counted | None
    last_year: Counted | None
    gap: Fraction | None
    published: Fraction | None = None

    @property
    def value(self) -> Fraction | None:
        """The figure itself."""
        return None if self.now is None else self.now.value


@dataclass(frozen=True)
class Explored:
    """The answer. `rows` as they were asked to be sorted; `filters` the groups one may narrow to.

    `late_without_minutes` are late sessions of which nobody wrote down how late: a figure of minutes lacks them.
    `why_not_comparable` is said where the DfE's population can't be shown to this viewer.
    """

    question: Question
    rows: list[Row]
    total: Row
    before: Period | None
    last_year: Period | None
    comparison: Comparison
    filters: list[tuple[str, list[tuple[str, str]]]]
    unexplained_count: int
    missing_count: int
    late_without_minutes: int
    why_not_comparable: str = ""

    @property
    def worst(self) -> Row | None:
        """The shown group that is worst off: the one its pupils' leaders look at first."""
        known = [row for row in self.rows if row.value is not None]
        if len(known) < 2 or self.question.measure.more_is_better is None:
            return None
        return min(known, key=self._goodness)

    def _goodness(self, row: Row) -> Fraction:
        value = row.value or Fraction(0)
        return value if self.question.measure.more_is_better else -value


def explore(viewer: Viewer, question: Question, now: datetime) -> Explored:
    """The table behind the page. Twelve queries, and one more for each further academic year."""
    calendar = timetable(viewer).calendar
    names = viewer.may(Permission.MEASURES_VIEW)
    everybody = ground(viewer, question.period.first_day, question.period.last_day, now)
    why_not = "" if names else _why_not_comparable(question, everybody)
    is_comparable = question.is_comparable and not why_not
    last_year = same_period_last_year(calendar, question.period)
    before = period_before(calendar, question.period)
    if last_year is not None and before is not None and before.first_day == last_year.first_day:
        before = None

    def of(period: Period | None) -> Ground | None:
        if period is None:
            return None
        found = ground(viewer, period.first_day, period.last_day, now)
        return narrowed(found, question.only, is_comparable=is_comparable)

    found = narrowed(everybody, question.only, is_comparable=is_comparable)
    grounds = [found, of(before), of(last_year)]
    by_label, together = _columns(question, grounds, names=names)
    comparison = compared_with(
        school_of(viewer),
        question.measure,
        question.dimension,
        _school_days(calendar, question.period),
        question.series,
        question.level,
        now.date(),
    )
    total = _row("All pupils" if not question.only else "Together", together, comparison)
    rows = [_row(label, columns, comparison) for label, columns in by_label.items()]
    return Explored(
        question=question,
        rows=_sorted(rows, question),
        total=total,
        before=before if _has_marks(together[1]) else None,
        last_year=last_year if _has_marks(together[2]) else None,
        comparison=comparison,
        filters=choices_of(everybody) if names else [],
        unexplained_count=found.unexplained_count,
        missing_count=found.missing_count,
        late_without_minutes=sum(minutes is None for *_, minutes in found.lates)
        if question.measure.name == MINUTES
        else 0,
        why_not_comparable=why_not,
    )


def _school_days(calendar: SchoolCalendar, period: Period) -> Span:
    """From the first to the last school day of a period: holidays at its ends are in no published table either."""
    days = calendar.school_days(period.first_day, period.last_day)
    return Span(min(days), max(days)) if days else Span(period.first_day, period.last_day)


Columns = list[Counted | None]


def _columns(
    question: Question, grounds: list[Ground | None], *, names: bool
) -> tuple[dict[str, Columns], Columns]:
    """What each group, and all together, come to in each period; None where nobody was there or it is hidden.

    The groups are those of the first period, in their own order. A group that is hidden there is hidden in all.
    """
    by_label: dict[str, Columns] = {}
    together: Columns = []
    hidden_now: frozenset[str] = frozenset()
    for place, found in enumerate(grounds):
        if found is None:
            together.append(None)
            for columns in by_label.values():
                columns.append(None)
            continue
        parts, wholes = question.measure.part_of(found), question.measure.whole_of(found)
        together.append(counted(parts, wholes))
        of_label = {
            label: counted(parts, wholes, rows) for label, rows in found.labelled(question.dimension).items()
        }
        hidden = hidden_now
        if not names:
            hidden |= hidden_groups({label: column.pupils for label, column in of_label.items()})
        if place == 0:
            hidden_now = hidden
            by_label = {label: [] for label in sorted(of_label, key=question.dimension.order)}
        for label, columns in by_label.items():
            columns.append(None if label in hidden else of_label.get(label))
    return by_label, together


def _has_marks(column: Counted | None) -> bool:
    return column is not None and column.whole > 0


def _row(label: str, columns: Columns, comparison: Comparison) -> Row:
    now, before, last_year = columns
    value = None if now is None else now.value
    figure = comparison.figure
    gap = None if value is None or figure is None else value - figure
    return Row(label, now, before, last_year, gap, None if now is None else comparison.groups.get(label))


def _sorted(rows: list[Row], question: Question) -> list[Row]:
    """In the order asked for; groups without that figure stay last."""
    name = question.sort.removeprefix("-")
    if name == "group":
        return rows[::-1] if question.sort.startswith("-") else rows
    keys = {row.label: _sort_key(row, name) for row in rows}
    known = [row for row in rows if keys[row.label] is not None]
    known.sort(key=lambda row: keys[row.label] or Fraction(0), reverse=question.sort.startswith("-"))
    return known + [row for row in rows if keys[row.label] is None]


def _sort_key(row: Row, name: str) -> Fraction | None:
    if name == "pupils":
        return None if row.now is None else Fraction(row.now.pupils)
    if name == "gap":
        return row.gap
    column = {"before": row.before, "last-year": row.last_year}.get(name)
    if name == "figure" or row.value is None:
        return row.value
    return None if column is None or column.value is None else row.value - column.value


def _why_not_comparable(question: Question, everybody: Ground) -> str:
    """Whoever sees no single pupils could tell the few that the DfE leaves out by taking one total from the other."""
    if not question.is_comparable:
        return ""
    with_all = counted(everybody.by_pupil.attended, everybody.by_pupil.possible).pupils
    fewer = narrowed(everybody, "", is_comparable=True)
    left_out = with_all - counted(fewer.by_pupil.attended, fewer.by_pupil.possible).pupils
    if 0 < left_out < SMALLEST_GROUP:
        return (
            f"Fewer than {SMALLEST_GROUP} pupils are left out of the DfE's figures here, so their own would show. "
            "All pupils are counted instead."
        )
    return ""
