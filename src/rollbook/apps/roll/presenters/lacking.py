"""What is missing from the admission register, as a list to work through and as a file."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page
from django.urls import reverse

from rollbook.apps.roll.queries.lacking import Lacking, LackingList, Wanted
from rollbook.domain.admission_register import Lack, Level, Missing
from rollbook.domain.roll import year_group_words
from rollbook.formats.spreadsheet import csv_file

PAGE_LENGTH = 50
HEADINGS = ("Surname", "First name", "Admission number", "Group", "Year", "Kind", "What is missing", "Source")
_LEVEL_WORDS = {Level.ERROR: "Missing", Level.WARNING: "Check"}


def query_of(wanted: Wanted, **more: object) -> str:
    """The address's query for the same narrowing."""
    given = {
        "kind": wanted.kind.value if wanted.kind else None,
        "level": wanted.level.value if wanted.level else None,
        "group": wanted.group_id,
        **more,
    }
    return urlencode({name: value for name, value in given.items() if value is not None})


def lacking_context(
    found: LackingList, wanted: Wanted, page: "Page[Lacking]", *, may_edit: bool, has_come_back: bool
) -> dict[str, Any]:
    """Everything `roll/missing.html` needs besides its filter."""
    after = found.after
    return {
        "page": page,
        "rows": [_row(each, wanted, may_edit=may_edit) for each in page.object_list],
        "counts": [
            {
                "words": kind.words,
                "count": found.counts[kind],
                "is_error": found.levels[kind] is Level.ERROR,
                "href": "?" + query_of(Wanted(kind, None, wanted.group_id)),
                "current": kind is wanted.kind,
            }
            for kind in Lack
            if found.counts[kind]
        ],
        "count": len(found.rows),
        "pupil_count": found.pupil_count,
        "complete_count": found.complete_count,
        "next": _next(after, wanted) if after is not None else None,
        "has_come_back": has_come_back,
        "is_narrowed": wanted != Wanted(),
        "export_query": query_of(wanted),
        "may_edit": may_edit,
    }


def _row(each: Lacking, wanted: Wanted, *, may_edit: bool) -> dict[str, Any]:
    return {
        "pupil": each.pupil,
        "year": year_group_words(each.pupil.year),
        "items": [
            {
                "message": missing.message,
                "is_error": missing.level is Level.ERROR,
                "citation": str(missing.citation),
                "href": mending_url(each.pupil.id, missing, wanted) if may_edit else "",
            }
            for missing in each.missing
        ],
    }


def _next(row: Lacking, wanted: Wanted) -> dict[str, str]:
    return {
        "name": f"{row.pupil.forename} {row.pupil.surname}",
        "message": row.missing[0].message,
        "href": mending_url(row.pupil.id, row.missing[0], wanted),
    }


_SECTIONS = {"names": "names", "address": "address", "school": "school"}


def mending_url(pupil_id: int, missing: Missing, wanted: Wanted) -> str:
    """The form that puts this right; from there the way leads back to the list."""
    back = query_of(wanted, then="missing")
    if missing.part in _SECTIONS:
        url = reverse("roll:change", args=[pupil_id, _SECTIONS[missing.part]])
    elif missing.part == "group":
        url = reverse("roll:move", args=[pupil_id])
    elif missing.contact_id is not None:
        url = reverse("roll:contact", args=[pupil_id, missing.contact_id])
    elif missing.kind in (Lack.PARENT, Lack.ONE_ADULT):
        url = reverse("roll:contact_add", args=[pupil_id])
    else:
        anchor = {"contacts": "#contacts", "enrolment": "#on-roll"}.get(missing.part, "")
        return reverse("roll:details", args=[pupil_id]) + anchor
    return f"{url}?{back}"


def lacking_file(found: LackingList) -> bytes:
    """The list as a CSV file: one line for each thing that is missing."""
    return csv_file(
        HEADINGS,
        (
            [
                row.pupil.surname,
                row.pupil.forename,
                row.pupil.admission_number,
                row.pupil.group_name,
                year_group_words(row.pupil.year),
                _LEVEL_WORDS[missing.level],
                missing.message,
                str(missing.citation),
            ]
            for row in found.rows
            for missing in row.missing
        ),
    )
