"""Files on their way in: taken, their columns agreed to, thrown away, forgotten."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.exchange.actions.kinds import KINDS, ImportKind
from rollbook.apps.exchange.models import ColumnMap, FileImport, ImportedRow
from rollbook.apps.exchange.queries.imports import (
    KEPT_FOR,
    UNDONE_WITHIN,
    headings_key,
    kinds_for,
    remembered,
)
from rollbook.apps.exchange.queries.plans import Options
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.refusals import Refusal, Refused
from rollbook.formats.tables import Sheet, Unreadable, read_table, sheet_of

_NAME_LENGTH = 200
_GONE = "This file is no longer there."


def sheet_in(content: bytes, kind: ImportKind, sheet: str = "") -> Sheet:
    """The rows of a file of this kind. Errors: Unreadable, also for headings without rows."""
    found = sheet_of(read_table(content, sheet, kind.row_limit), kind.proposed)
    if not found.rows:
        raise Unreadable("The file has headings but no rows below them.")
    return found


def stage(
    *, viewer: Viewer, kind: str, name: str, content: bytes, options: Options, by: Actor, at: datetime
) -> FileImport:
    """Takes a file in, until it is loaded or thrown away; nothing of it is loaded. Errors: Refused."""
    if kind not in kinds_for(viewer):
        raise Refused.one("", "You may not import files of this kind.")
    try:
        sheet = sheet_in(content, KINDS[kind])
    except Unreadable as problem:
        raise Refused.one("file", str(problem)) from None
    digest = sha256(content).hexdigest()
    with transaction.atomic():
        kept = FileImport.objects.create(
            school_id=viewer.school_id,
            kind=kind,
            name=name[-_NAME_LENGTH:],
            content=content,
            sha256=digest,
            uploaded_at=at,
            uploaded_by_id=by.person_id,
            sheet=sheet.sheet,
            takes_effect_on=options.takes_effect_on,
            makes_groups=options.makes_groups,
            columns=_known(viewer, KINDS[kind], sheet),
        )
        facts = {"kind": kind, "file": kept.name, "sha256": digest, "rows": len(sheet.rows)}
        _record("exchange.import.uploaded", viewer, kept, facts, by, at)
    return kept


def _known(viewer: Viewer, kind: ImportKind, sheet: Sheet) -> dict[str, str] | None:
    """The columns the school agreed to for these headings before, where they still will do."""
    known = remembered(viewer, kind.name, sheet.headings)
    if known is None or kind.lacks(known):
        return None
    return {str(place): name for place, name in known.items()}


def choose_sheet(*, viewer: Viewer, import_id: int, sheet: str, by: Actor, at: datetime) -> None:
    """Reads another sheet of a staged workbook. Errors: Refused."""
    with transaction.atomic():
        kept = staged(viewer, import_id)
        try:
            found = sheet_in(bytes(kept.content or b""), KINDS[kept.kind], sheet)
        except Unreadable as problem:
            raise Refused.one("sheet", str(problem)) from None
        kept.sheet = found.sheet
        kept.columns = _known(viewer, KINDS[kept.kind], found)
        kept.save(update_fields=["sheet", "columns"])
        _record(
            "exchange.import.sheet_chosen", viewer, kept, {"file": kept.name, "sheet": found.sheet}, by, at
        )


def agree_columns(
    *, viewer: Viewer, import_id: int, columns: Mapping[int, str], by: Actor, at: datetime
) -> None:
    """Says which column holds what, and remembers it for the school's next file with these headings.

    Errors: Refused where a needed field has no column, or a field has two.
    """
    with transaction.atomic():
        kept = staged(viewer, import_id)
        kind = KINDS[kept.kind]
        sheet = sheet_in(bytes(kept.content or b""), kind, kept.sheet)
        names = {field.name: field.words for field in kind.fields}
        chosen = {
            place: name
            for place, name in sorted(columns.items())
            if name in names and 0 <= place < len(sheet.headings)
        }
        if lacking := kind.lacks(chosen):
            raise Refused([Refusal("", sentence) for sentence in lacking])
        kept.columns = {str(place): name for place, name in chosen.items()}
        kept.save(update_fields=["columns"])
        ColumnMap.objects.update_or_create(
            school_id=viewer.school_id,
            kind=kept.kind,
            headings=headings_key(sheet.headings),
            defaults={"columns": kept.columns, "used_at": at},
        )
        read_as = {sheet.headings[place]: names[name] for place, name in chosen.items()}
        _record(
            "exchange.import.columns_agreed", viewer, kept, {"file": kept.name, "columns": read_as}, by, at
        )


def throw_away(*, viewer: Viewer, import_id: int, by: Actor, at: datetime) -> None:
    """Removes a file that was not loaded. Errors: Refused."""
    with transaction.atomic():
        kept = staged(viewer, import_id)
        _record("exchange.import.thrown_away", viewer, kept, {"kind": kept.kind, "file": kept.name}, by, at)
        kept.delete()


def forget_imports(*, by: Actor, at: datetime) -> tuple[int, int]:
    """Removes staged files and left-out rows after 14 days, and what records were before an import after 90.

    What each import did in numbers stays. Answers how many files and how many records were removed.
    """
    with transaction.atomic():
        old = FileImport.objects.filter(uploaded_at__lt=at - KEPT_FOR)
        staged_ones = old.filter(loaded_at=None)
        emptied = FileImport.objects.filter(loaded_at__lt=at - KEPT_FOR).exclude(content=None)
        rows = ImportedRow.objects.filter(file_import__loaded_at__lt=at - UNDONE_WITHIN)
        counts: dict[int, list[int]] = {}
        for which, files in ((0, staged_ones), (0, emptied)):
            for school_id in files.order_by().values_list("school_id", flat=True):
                counts.setdefault(school_id, [0, 0])[which] += 1
        for school_id in rows.order_by().values_list("file_import__school_id", flat=True):
            counts.setdefault(school_id, [0, 0])[1] += 1
        rows.delete()
        emptied.update(content=None)
        staged_ones.delete()
        for school_id, (files_count, rows_count) in counts.items():
            record(
                type="exchange.imports.forgotten",
                by=by,
                at=at,
                school_id=school_id,
                subject=f"school:{school_id}",
                facts={"files": files_count, "records": rows_count},
            )
    return sum(each[0] for each in counts.values()), sum(each[1] for each in counts.values())


def staged(viewer: Viewer, import_id: int) -> FileImport:
    """A staged import of the viewer's school, locked until the change is over. Errors: Refused for any other."""
    kept = (
        FileImport.objects.select_for_update(of=("self",))
        .filter(school_id=viewer.school_id, pk=import_id, kind__in=kinds_for(viewer))
        .first()
    )
    if kept is None:
        raise Refused.one("", _GONE)
    if kept.loaded_at is not None:
        raise Refused.one("", "This file was loaded already.")
    return kept


def _record(
    type: str, viewer: Viewer, kept: FileImport, facts: Mapping[str, object], by: Actor, at: datetime
) -> None:
    record(type=type, by=by, at=at, school_id=viewer.school_id, subject=f"import:{kept.pk}", facts=facts)
