"""Marks of past days: each row a mark, read and loaded by the attendance register's own import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from rollbook.apps.exchange.actions.kinds.kind import ImportKind
from rollbook.apps.exchange.models import ImportedRow
from rollbook.apps.exchange.queries.plans import (
    Options,
    Order,
    Outcome,
    Plan,
    PlannedRow,
    Shown,
    put_together,
)
from rollbook.apps.exchange.queries.undoing import Step
from rollbook.apps.registers.actions.history_import import import_marks, undo_import
from rollbook.apps.registers.queries.history_plan import HistoryPlan, plan_history
from rollbook.apps.registers.queries.history_undo import history_import, plan_undo
from rollbook.apps.roll.actions.permission import refuse_plan
from rollbook.apps.roll.queries.footprints import Footprint
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.sessions import SchoolSession
from rollbook.formats.marks_file import FIELDS, MarksFile, marks_by_session, read_marks
from rollbook.formats.tables import RowProblem, Sheet, cells_of
from rollbook.ui.words import short_day_with_year


def plan_marks_file(viewer: Viewer, sheet: Sheet, places: Mapping[str, int], options: Options) -> Plan:
    """What loading these marks would do, row by row."""
    read = _plan(viewer, sheet, places, options)
    plan, file = read.history, read.history.file
    outcomes = dict.fromkeys(plan.unchanged_lines, Outcome.UNCHANGED)
    outcomes |= dict.fromkeys(plan.changed_lines, Outcome.CHANGED)
    refused = {line for each in plan.refused.values() for line in each.lines}
    rows = []
    for on, session, found in marks_by_session(file):
        for place in found:
            line = file.line_of[place]
            if line not in refused:
                who = f"{file.pupils[file.pupil_of[place]]}, {_when(on, session)}"
                outcome = outcomes.get(line, Outcome.NEW)
                rows.append(PlannedRow(line, who, outcome, _shown(plan, place, outcome)))
    written = dict(sheet.rows)
    problems = [
        RowProblem(line, _written(written.get(line, []), places), "", each.message)
        for each in plan.reasons()
        for line in each.lines
    ]
    return put_together(rows, [*problems, *read.problems], read.digest, _notes(file))


def load_marks_file(*, viewer: Viewer, order: Order, by: Actor, at: datetime) -> Sequence[Footprint]:
    """Adds the marks to the registers. Errors: Refused, and then nothing is added."""
    read = _plan(viewer, order.sheet, order.places, order.options)
    plan = read.history
    count = plan.new_count + plan.changed_count + plan.unchanged_count
    refuse_plan(read, count, seen=order.seen, good_rows_only=order.good_rows_only)
    if not plan.sessions:
        return []
    made = import_marks(
        viewer=viewer, plan=plan, file_name=order.name, good_rows_only=order.good_rows_only, by=by, at=at
    )
    counts = {"new": made.new_count, "changed": made.changed_count}
    return [Footprint(1, order.name, f"marks-import:{made.pk}", None, counts)]


def preview_marks(viewer: Viewer, rows: Sequence[ImportedRow], today: date) -> list[Step]:  # noqa: ARG001
    """What undoing would do to the marks, all of them in one step."""
    return [_step(viewer, row) for row in rows]


def put_marks_back(*, viewer: Viewer, row: ImportedRow, reason: str, by: Actor, at: datetime) -> None:
    """Takes the marks back by amendment. Errors: Refused."""
    undo_import(viewer=viewer, import_id=_number(row), reason=reason, by=by, at=at)


@dataclass(frozen=True, slots=True)
class _Read:
    """A sheet's plan, and the problems of rows that could not even be told apart into cells."""

    history: HistoryPlan
    problems: list[RowProblem]

    @property
    def refused_count(self) -> int:
        """How many rows can't be taken."""
        return self.history.refused_count + len({problem.line for problem in self.problems})

    @property
    def digest(self) -> str:
        """A short sum over what would be done, to see whether it is still the same."""
        plan = self.history
        refused = [(each.message, each.lines) for each in plan.reasons()]
        said = (plan.new_count, plan.changed_lines, plan.unchanged_count, refused, len(self.problems))
        return sha256(repr(said).encode()).hexdigest()[:16]


def _plan(viewer: Viewer, sheet: Sheet, places: Mapping[str, int], options: Options) -> _Read:
    names = [field.name for field in FIELDS if field.name in places]
    rows, lines, problems = [names], list[int](), list[RowProblem]()
    for cells in cells_of(sheet, places, FIELDS, ("pupil",)):
        if cells.has_error:
            problems += cells.problems
        else:
            rows.append([cells.text(name) for name in names])
            lines.append(cells.line)
    return _Read(plan_history(viewer, read_marks(rows, lines=lines), options.today), problems)


def _written(cells: Sequence[str], places: Mapping[str, int]) -> str:
    """Whose mark a row that can't be taken is about, as the row says it."""
    named = (places[name] for name in ("pupil", "date", "session"))
    return ", ".join(cells[place].strip()[:40] for place in named if place < len(cells))


def _shown(plan: HistoryPlan, place: int, outcome: Outcome) -> tuple[Shown, ...]:
    if outcome is Outcome.UNCHANGED:
        return ()
    file = plan.file
    stood = plan.changed_lines.get(file.line_of[place])
    minutes = file.minutes_of[place]
    mark = (file.codes[file.code_of[place]], None if minutes < 0 else minutes)
    return (Shown("Mark", _mark_words(*stood) if stood else "", _mark_words(*mark)),)


def _mark_words(symbol: str, minutes: int | None) -> str:
    late = "" if minutes is None else f", {minutes} minutes"
    return f"{symbol} ({BY_SYMBOL[symbol].title}{late})"


def _when(on: date, session: SchoolSession) -> str:
    return f"{short_day_with_year(on)}, {session.words}"


def _notes(file: MarksFile) -> list[str]:
    notes = []
    if file.without_mark_count:
        notes.append(f"Rows that hold no mark were passed over: {file.without_mark_count:,}.")
    if file.repeated_count:
        notes.append(f"Rows that say the same again were passed over: {file.repeated_count:,}.")
    return notes


def _step(viewer: Viewer, row: ImportedRow) -> Step:
    made = history_import(viewer, _number(row))
    if made is None:
        return Step(row, "", "It is no longer there.")
    plan = plan_undo(viewer, made)
    words = (
        f"Marks that go back to “not marked”: {plan.taken_back_count:,}. Marks set back to what stood before: "
        f"{plan.set_back_count:,}. Changed by somebody since, so they stay: {plan.kept_count:,}."
    )
    return Step(row, words, "" if plan.count else "Every one of these marks was changed since the import.")


def _number(row: ImportedRow) -> int:
    return int(row.subject.partition(":")[2])


MARKS = ImportKind(
    name="marks",
    title="Marks of past days",
    noun="mark,marks",
    about=(
        "One mark a row. Needed: UPN or admission number, date, session (AM or PM) and code. Also read: minutes late.",
        "Only days that are over. A mark that is there already is amended, and the reason names the file. Whole past "
        "years are brought in quickest by the command rollbook import marks.",
    ),
    fields=FIELDS,
    plan=plan_marks_file,
    load=load_marks_file,
    preview_undo=preview_marks,
    undo_row=put_marks_back,
)
