"""Loading a staged file in one transaction, and undoing an import by ordinary changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.exchange.actions.kinds import KINDS, ImportKind
from rollbook.apps.exchange.actions.staging import sheet_in
from rollbook.apps.exchange.models import FileImport, ImportedRow
from rollbook.apps.exchange.queries.imports import UNDONE_WITHIN, import_of, kinds_for, rows_of
from rollbook.apps.exchange.queries.plans import Options, Order, Outcome, Plan
from rollbook.apps.exchange.queries.undoing import Step, digest_of
from rollbook.apps.roll.queries.footprints import Footprint
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.refusals import Refused
from rollbook.formats.spreadsheet import csv_file
from rollbook.formats.tables import Sheet
from rollbook.ui.words import moment

_BATCH = 400
# The shortest of what the records that are put back can hold: a mark that is taken back.
UNDO_REASON_LENGTH = 250


class LoadedBefore(Refused):
    """This file has been loaded already; nothing was done again."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A staged file with everything that planning and loading need."""

    kept: FileImport
    kind: ImportKind
    sheet: Sheet
    places: dict[str, int]
    options: Options

    def plan(self, viewer: Viewer) -> Plan:
        """What loading it would do as things stand."""
        return self.kind.plan(viewer, self.sheet, self.places, self.options)


def opened(viewer: Viewer, import_id: int, at: datetime) -> Opened:
    """A staged file of the viewer's school whose columns are agreed. Errors: Refused; Unreadable."""
    kept = import_of(viewer, import_id)
    if kept is None:
        raise Refused.one("", "This file is no longer there.")
    if kept.loaded_at is not None:
        when = f"on {moment(kept.loaded_at)} by {kept.loaded_by_name}"
        raise LoadedBefore.one("", f"This file was loaded {when}. Nothing was done again.")
    if kept.content is None or kept.columns is None:
        raise Refused.one("", "Say first which column holds what.")
    kind = KINDS[kept.kind]
    options = Options(kept.takes_effect_on, at.date(), makes_groups=kept.makes_groups)
    places = {name: int(place) for place, name in kept.columns.items()}
    return Opened(kept, kind, sheet_in(bytes(kept.content), kind, kept.sheet), places, options)


def load_import(
    *, viewer: Viewer, import_id: int, good_rows_only: bool, seen: str, by: Actor, at: datetime
) -> None:
    """Loads a staged file. Errors: LoadedBefore for the second time, Refused for all else; then nothing is loaded."""
    file = opened(viewer, import_id, at)
    order = Order(file.kept.name, file.sheet, file.places, file.options, good_rows_only, seen)
    with transaction.atomic():
        kept = FileImport.objects.select_for_update().get(pk=import_id)
        if kept.loaded_at is not None or kept.columns != file.kept.columns or kept.sheet != file.kept.sheet:
            raise LoadedBefore.one("", "Somebody else was quicker with this file. Nothing was done again.")
        plan = file.plan(viewer)
        footprints = file.kind.load(viewer=viewer, order=order, by=by, at=at)
        _keep(import_id, footprints)
        kept.loaded_at = at
        kept.loaded_by_name = by.name
        kept.result = plan.counts | {"notes": list(plan.notes)}
        kept.content = refused_file(file.sheet, plan) if plan.of(Outcome.REFUSED) else None
        kept.save(update_fields=["loaded_at", "loaded_by_name", "result", "content"])
        record(
            type="exchange.import.loaded",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"import:{import_id}",
            facts={"kind": kept.kind, "file": kept.name, "sha256": kept.sha256, **plan.counts},
        )


def _keep(import_id: int, footprints: Iterable[Footprint]) -> None:
    ImportedRow.objects.bulk_create(
        (
            ImportedRow(
                file_import_id=import_id,
                line=each.line,
                who=each.who[:300],
                subject=each.subject,
                before=each.before,
                after=each.after,
            )
            for each in footprints
        ),
        batch_size=_BATCH,
    )


def refused_file(sheet: Sheet, plan: Plan) -> bytes:
    """The rows that can't be loaded as a CSV file, each with its line and what is wrong, to mend and send again."""
    cells = dict(sheet.rows)
    rows = (
        [
            str(row.line),
            " ".join(_said(each.field, each.message) for each in row.errors),
            *cells.get(row.line, []),
        ]
        for row in plan.of(Outcome.REFUSED)
    )
    return csv_file(("Line", "What is wrong", *sheet.headings), rows)


def _said(field: str, message: str) -> str:
    return f"{field}: {message}" if field else message


# --- Undoing ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Undone:
    """How many records were put back, and which were left, each with its line, whom it is about and why."""

    count: int
    left: tuple[tuple[int, str, str], ...]


def undo_steps(viewer: Viewer, kept: FileImport, today: date) -> list[Step]:
    """What undoing an import would do to the records that are not put back yet, the last one first."""
    rows = [row for row in rows_of(viewer, kept.pk) if not row.undone]
    return list(reversed(KINDS[kept.kind].preview_undo(viewer, rows, today)))


def undo_import(*, viewer: Viewer, import_id: int, reason: str, seen: str, by: Actor, at: datetime) -> Undone:
    """Puts back what an import did, each record by an ordinary change; what was changed since stays.

    Errors: Refused, and then nothing is put back.
    """
    if not reason.strip():
        raise Refused.one("reason", "Say why the import is undone.")
    if len(reason.strip()) > UNDO_REASON_LENGTH:
        raise Refused.one("reason", f"Keep the reason to {UNDO_REASON_LENGTH} characters.")
    with transaction.atomic():
        found = FileImport.objects.select_for_update().filter(
            school_id=viewer.school_id, pk=import_id, kind__in=kinds_for(viewer)
        )
        kept = found.first()
        steps = undo_steps(viewer, kept, at.date()) if kept else []
        if kept is None or kept.loaded_at is None or not steps:
            raise Refused.one("", "This import is not one that can be undone.")
        if at - kept.loaded_at > UNDONE_WITHIN:
            raise Refused.one("", f"An import can be undone for {UNDONE_WITHIN.days} days.")
        if seen != digest_of(steps):
            raise Refused.one("", "Something has changed since you looked. Look at the list again.")
        done = _put_back(viewer, kept, steps, reason.strip(), by, at)
        kept.undone_at, kept.undone_by_name, kept.undo_reason = at, by.name, reason.strip()
        kept.result |= {"put_back": kept.result.get("put_back", 0) + done.count, "left": done.left}
        kept.save(update_fields=["undone_at", "undone_by_name", "undo_reason", "result"])
        facts = {"kind": kept.kind, "file": kept.name, "because": reason.strip(), "records": done.count,
                 "left": len(done.left)}  # fmt: skip
        record(
            type="exchange.import.undone",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"import:{import_id}",
            facts=facts,
        )
    return done


def _put_back(
    viewer: Viewer, kept: FileImport, steps: list[Step], reason: str, by: Actor, at: datetime
) -> Undone:
    kind = KINDS[kept.kind]
    done: list[int] = []
    left: list[tuple[int, str, str]] = []
    for step in steps:
        about = step.row.line, step.row.who
        if step.problem:
            left.append((*about, step.problem))
            continue
        try:
            # What one record meets, such as a return that was sent, keeps no other from being put back.
            with transaction.atomic():
                kind.undo_row(viewer=viewer, row=step.row, reason=reason, by=by, at=at)
        except Refused as refused:
            left.append((*about, str(refused)))
        else:
            done.append(step.row.pk)
    if not done:
        line, who, why = left[0]
        raise Refused.one("", f"Nothing can be put back. Line {line}, {who}: {why}")
    ImportedRow.objects.filter(pk__in=done).update(undone=True)
    return Undone(len(done), tuple(left))
