"""The register's page over invented rows, without a database behind it: what its script and styles do."""

from datetime import date, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from rollbook.ui.kinds import Kind, kind_of, title_of

PUPILS = (
    ("Abbott", "Amelia"),
    ("Adeyemi", "Leo"),
    ("Ahmed", "Grace"),
    ("Barnes", "Rohan"),
    ("Begum", "Hannah"),
    ("Clarke", "Poppy"),
    ("Davies", "George"),
    ("Doyle", "Siân"),
)
SYMBOLS = ("B", "C", "C1", "E", "I", "M", "V", "Y1", "Y2")
NEED_NATURE = ("B", "V", "Y1", "Y2")
sent: list[dict[str, str]] = []


def options() -> list[dict[str, Any]]:
    """The list of other codes."""
    return [
        {
            "symbol": symbol,
            "title": title_of(symbol),
            "needs_note": symbol in NEED_NATURE,
            "note_label": "Nature of it",
        }
        for symbol in SYMBOLS
    ]


def row(number: int, **changes: Any) -> dict[str, Any]:
    """One pupil, unmarked unless told otherwise; the fourth has a dental appointment."""
    surname, forename = PUPILS[number - 1]
    half = {"symbol": "/", "kind": Kind.PRESENT, "words": "Present"}
    planned = {"symbol": "M", "words": "Dental appointment, back 10:30", "origin": "Parent’s letter"}
    values: dict[str, Any] = {
        "pupil_id": number,
        "surname": surname,
        "forename": forename,
        "days": [{"label": f"Day {n}", "am": half, "pm": half} for n in range(5)],
        "percent": "93.3%",
        "is_low": False,
        "code": "M" if number == 4 else "",
        "minutes": None,
        "note": "",
        "version": 0,
        "saved_symbol": "",
        "history_url": "",
        "planned": planned if number == 4 else None,
        "also": [],
        "notice": "",
        "options": options(),
        "is_new": False,
        "errors": [],
        "conflict": None,
        "pupil_url": "",
        "amended": False,
        "amended_words": "",
    }
    return values | changes


def conflict(theirs: str, mine: str) -> dict[str, Any]:
    """Two marks for one pupil."""
    return {
        "theirs_symbol": theirs,
        "theirs_words": title_of(theirs),
        "theirs_by": "Dan Kaye",
        "theirs_at": time(9, 6),
        "mine_symbol": mine,
        "mine_words": title_of(mine),
    }


def rows(variant: str) -> list[dict[str, Any]]:
    """The rows of a fresh register, a saved one, one with errors, or one with a conflict."""
    numbers = range(1, len(PUPILS) + 1)
    if variant == "saved":
        saved = {"code": "/", "saved_symbol": "/", "version": 1, "history_url": "/history/"}
        return [row(number, **saved) for number in numbers]
    fresh = [row(number) for number in numbers]
    if variant == "errors":
        fresh[1] = row(2, code="L", errors=["Type how many minutes late Leo was, 1 to 29."])
        fresh[2] = row(3, code="V", errors=["Say which visit."])
    if variant == "conflict":
        clash = conflict("I", "/")
        fresh[1] = row(2, code="/", saved_symbol="I", version=1, conflict=clash)
    return fresh


def context(variant: str = "fresh", *, may_save: bool = True, session: str = "AM") -> dict[str, Any]:
    """Everything the register's page is given."""
    shown = rows(variant)
    kinds = [str(kind_of(each["code"])) for each in shown]
    counts = {
        "present": kinds.count("present"),
        "late": kinds.count("late"),
        "absent": sum(each["code"] == "N" for each in shown),
        "other": kinds.count("other"),
        "unmarked": kinds.count("missing"),
        "rest": kinds.count("missing"),
        "total": len(shown),
    }
    register = {
        "group_name": "7A",
        "teacher_names": "Ms R Osei",
        "room": "Room B10",
        "on": date(2025, 10, 14),
        "session": session,
        "session_words": "morning" if session == "AM" else "afternoon",
        "state": "open",
        "opens_at": time(9),
        "closes_at": time(9, 30),
        "due_at": time(9, 15),
        "is_open_now": True,
        "is_after_close": False,
        "may_save": may_save,
        "why_not": "" if may_save else "This register is another group's.",
        "length_minutes": 30,
        "seconds_to_close": 754,
        "saved_note": "Saved 09:07 by Ruth Osei" if variant == "saved" else "",
        "submitted_note": "",
        "counts": counts,
        "code_options": options(),
        "key": "a-key",
        "previous": None,
        "next": None,
    }
    errors = (
        [
            {"href": "#late-2", "message": "Leo Adeyemi: type how many minutes late."},
            {"href": "#note-3", "message": "Grace Ahmed: say which visit."},
        ]
        if variant == "errors"
        else []
    )
    known = [{"symbol": "M", "name": "Rohan Barnes", "words": "Dental appointment, back 10:30"}]
    return {
        "register": register,
        "rows": shown,
        "known": known,
        "errors": errors,
        "conflicts": variant == "conflict",
        "reason": "",
    }


def take(request: HttpRequest, variant: str) -> HttpResponse:
    """Shows the register; keeps what is sent for the test to look at, and answers as a finished save does."""
    if request.method == "POST":
        sent.append({name: str(value) for name, value in request.POST.items()})
        return render(request, "ui/base.html")
    return render(request, "registers/take.html", context(variant))


urlpatterns = [path("<str:variant>/", take)]
