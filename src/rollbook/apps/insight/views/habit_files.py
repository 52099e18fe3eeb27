"""Punctuality and patterns taken out as files: CSV, or a workbook with the groups and what is said beside them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse

from rollbook.apps.insight.actions.exporting import note_list
from rollbook.apps.insight.presenters.exporting import Cell
from rollbook.apps.insight.presenters.habit_files import GroupTable
from rollbook.domain.access import Viewer
from rollbook.formats.spreadsheet import csv_file
from rollbook.formats.workbook import Sheet, workbook
from rollbook.ui.answers import csv_answer, file_name, xlsx_answer

Pupils = tuple[Sequence[str], Iterable[Sequence[Cell]]]


def file_kind(request: HttpRequest) -> str:
    """The kind of file asked for; CSV where none is. Errors: Http404 for a kind there is none of."""
    kind = request.GET.get("format", "csv").lower()
    if kind not in ("csv", "xlsx"):
        raise Http404("no such file")
    return kind


def habit_file(
    viewer: Viewer, what: str, kind: str, groups: GroupTable, pupils: Pupils | None, now: datetime
) -> HttpResponse:
    """The pupils as CSV, or the groups for those who may not see pupils; all of it as a workbook.

    That it was taken out is in the audit log.
    """
    first_day, last_day = groups.period.first_day, groups.period.last_day
    note_list(
        viewer=viewer,
        what=f"the list of {what} pupils" if pupils else f"the groups of {what} pupils",
        kind=kind.upper(),
        first_day=first_day,
        last_day=last_day,
        by=viewer.actor,
        at=now,
    )
    name = file_name(what, first_day, last_day)
    if kind == "csv":
        if pupils is not None:
            return csv_answer(csv_file(*pupils), name)
        return csv_answer(csv_file(groups.headings, [*groups.rows, [""], *groups.notes]), name)
    sheets = [
        Sheet("Groups", groups.headings, groups.rows, fixed=1),
        Sheet("About", ["What", "Words"], groups.notes),
    ]
    if pupils is not None:
        sheets.insert(0, Sheet("Pupils", pupils[0], [*pupils[1]], fixed=2))
    return xlsx_answer(workbook(sheets, now), name)
