"""The list of pupils on a page and as a file."""

from collections.abc import Iterable
from string import ascii_uppercase
from typing import Any

from django.core.paginator import Page
from django.http import HttpRequest
from django.urls import reverse

from rollbook.apps.roll.queries.lists import ListedPupil, Listing, Search, Standing
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.roll import year_group_words
from rollbook.formats.spreadsheet import csv_file

PAGE_LENGTH = 100
# Below this the whole list is seen at a glance, and an index only stands in the way.
_INDEX_FROM = 20

HEADINGS = (
    "UPN", "Admission number", "Legal surname", "Legal forename", "Preferred surname", "Preferred forename", "Sex",
    "Date of birth", "Year", "Teaching group", "Starting day", "Last day on roll",
)  # fmt: skip

STANDING_WORDS = {
    Standing.NOW: "on roll now",
    Standing.LEFT: "who have left",
    Standing.COMING: "who start later",
}


_PAGES = {Standing.NOW: "roll:pupils", Standing.COMING: "roll:starting", Standing.LEFT: "roll:leavers"}
_HEADINGS = {Standing.NOW: "Pupils", Standing.COMING: "Starting", Standing.LEFT: "Leavers"}
_COUNTS = {
    Standing.COMING: ("starts later", "start later"),
    Standing.LEFT: ("has left; everything recorded stays", "have left; everything recorded stays"),
}


def list_context(
    request: HttpRequest, viewer: Viewer, listing: Listing, search: Search, page: "Page[ListedPupil]"
) -> dict[str, Any]:
    """Everything `roll/pupils.html` needs."""
    return {
        "page": page,
        "rows": [_row(each) for each in page.object_list],
        "search": search,
        "is_narrowed": any((search.words, search.group_id, search.year, search.only_missing)),
        "letters": _letters(request, listing, search),
        "count": len(listing.pupils),
        "standing_words": STANDING_WORDS[search.standing],
        "heading": _HEADINGS[search.standing],
        "page_url": reverse(_PAGES[search.standing]),
        "count_words": _count_words(viewer, listing, search),
        "elsewhere": [
            {
                "words": STANDING_WORDS[standing],
                "count": count,
                "href": reverse(_PAGES[standing]) + _address(request),
            }
            for standing, count in listing.elsewhere.items()
            if search.words
        ],
        "on_roll_count": listing.on_roll_count,
        "shows_all": viewer.may(Permission.PUPIL_VIEW_ANY),
        "may_edit": viewer.may(Permission.PUPIL_EDIT),
        "may_import": viewer.may(Permission.ROLL_IMPORT),
        "export_query": _export_query(request, search) if viewer.may(Permission.REGISTERS_EXPORT) else None,
    }


def _count_words(viewer: Viewer, listing: Listing, search: Search) -> str:
    if search.standing is Standing.NOW:
        where = "on roll today" if viewer.may(Permission.PUPIL_VIEW_ANY) else "in your groups today"
        return f"{_pupils(listing.on_roll_count)} {where}"
    one, many = _COUNTS[search.standing]
    count = len(listing.pupils)
    return f"{_pupils(count)} {one if count == 1 else many}"


def _pupils(count: int) -> str:
    return "1 pupil" if count == 1 else f"{count:,} pupils"


def _export_query(request: HttpRequest, search: Search) -> str:
    query = request.GET.copy()
    if search.standing is not Standing.NOW:
        query["show"] = search.standing.value
    return query.urlencode()


def _row(pupil: ListedPupil) -> dict[str, Any]:
    legal = f"{pupil.legal_forename} {pupil.legal_surname}"
    return {
        "pupil": pupil,
        "legal": legal if legal != f"{pupil.forename} {pupil.surname}" else "",
        "year": year_group_words(pupil.year),
        "errors": "; ".join(each.message for each in pupil.missing[: pupil.error_count]),
    }


def _letters(request: HttpRequest, listing: Listing, search: Search) -> list[dict[str, Any]]:
    if sum(listing.letters.values()) < _INDEX_FROM and not search.letter:
        return []
    others = sorted(set(listing.letters) - set(ascii_uppercase))
    return [
        {
            "letter": letter,
            "count": listing.letters[letter],
            "href": _address(request, letter="" if letter == search.letter else letter),
            "current": letter == search.letter,
        }
        for letter in (*ascii_uppercase, *others)
    ]


def _address(request: HttpRequest, **changed: str) -> str:
    query = request.GET.copy()
    for name in ("page", "letter", *changed):
        query.pop(name, None)
    for name, value in changed.items():
        if value:
            query[name] = value
    return f"?{query.urlencode()}"


def export_file(pupils: Iterable[ListedPupil]) -> bytes:
    """The list as a CSV file that a spreadsheet opens and Rollbook reads again."""
    return csv_file(HEADINGS, (_line(pupil) for pupil in pupils))


def _line(pupil: ListedPupil) -> list[str]:
    return [
        pupil.upn,
        pupil.admission_number,
        pupil.legal_surname,
        pupil.legal_forename,
        pupil.surname,
        pupil.forename,
        pupil.sex,
        pupil.born_on.isoformat(),
        year_group_words(pupil.year),
        pupil.group_name,
        pupil.starting_day.isoformat() if pupil.starting_day else "",
        pupil.last_day.isoformat() if pupil.last_day else "",
    ]
