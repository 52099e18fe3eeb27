"""The imports of a school: who may see which, staged ones and past ones, the columns remembered."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from types import MappingProxyType

from rollbook.apps.exchange.models import ColumnMap, FileImport, ImportedRow
from rollbook.domain.access import Permission, Viewer
from rollbook.formats.tables import fold

# A staged file, and rows that were left out of a load, are personal data that nobody needs for longer.
KEPT_FOR = timedelta(days=14)
# What each record was before is kept for as long as an import can be undone.
UNDONE_WITHIN = timedelta(days=90)
_SHOWN = 30

# Every one of these must be held to see, load or undo an import of the kind.
NEEDED: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {
        "pupils": frozenset({Permission.ROLL_IMPORT}),
        "contacts": frozenset({Permission.ROLL_IMPORT}),
        "groups": frozenset({Permission.ROLL_IMPORT, Permission.GROUPS_MANAGE}),
        "members": frozenset({Permission.ROLL_IMPORT}),
        "staff": frozenset({Permission.STAFF_MANAGE}),
        "marks": frozenset({Permission.MARKS_IMPORT}),
    }
)


def kinds_for(viewer: Viewer) -> list[str]:
    """The kinds of file the viewer may import."""
    return [kind for kind, needed in NEEDED.items() if all(viewer.may(each) for each in needed)]


def imports_of(viewer: Viewer) -> list[FileImport]:
    """The latest imports of the viewer's school, of the kinds they may see, without their content. One query."""
    found = FileImport.objects.filter(school_id=viewer.school_id, kind__in=kinds_for(viewer))
    return list(found.select_related("uploaded_by").defer("content")[:_SHOWN])


def import_of(viewer: Viewer, import_id: int) -> FileImport | None:
    """One import of the viewer's school; None for any other, and for a kind they may not import. One query."""
    found = FileImport.objects.filter(school_id=viewer.school_id, pk=import_id, kind__in=kinds_for(viewer))
    return found.select_related("uploaded_by").first()


def rows_of(viewer: Viewer, import_id: int) -> list[ImportedRow]:
    """What an import of the viewer's school did, record by record. One query."""
    return list(ImportedRow.objects.filter(file_import__school_id=viewer.school_id, file_import_id=import_id))


def may_be_undone(kept: FileImport, rows: Sequence[ImportedRow], at: datetime) -> bool:
    """Is there time left to undo an import, and a record of it that is not put back yet?"""
    is_in_time = kept.loaded_at is not None and at - kept.loaded_at <= UNDONE_WITHIN
    return is_in_time and not all(row.undone for row in rows)


def headings_key(headings: Sequence[str]) -> str:
    """By which files with the same headings are known again."""
    return sha256("\n".join(map(fold, headings)).encode()).hexdigest()


def remembered(viewer: Viewer, kind: str, headings: Sequence[str]) -> dict[int, str] | None:
    """The columns the school agreed to for these headings, None where there are none. One query."""
    found = ColumnMap.objects.filter(
        school_id=viewer.school_id, kind=kind, headings=headings_key(headings)
    ).first()
    return None if found is None else {int(place): name for place, name in found.columns.items()}
