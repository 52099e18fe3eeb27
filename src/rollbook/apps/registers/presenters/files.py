"""The register on paper and in files."""

from datetime import datetime
from itertools import pairwise
from typing import Any

from rollbook.apps.registers.presenters.words import amendment_words, minutes_words
from rollbook.apps.registers.queries.export import ExportLine
from rollbook.apps.registers.queries.register import RegisterSheet
from rollbook.domain.access import Viewer
from rollbook.domain.codes import BY_SYMBOL
from rollbook.formats.spreadsheet import safe
from rollbook.ui.kinds import title_of
from rollbook.ui.words import local

HEADINGS = (
    "Date",
    "Session",
    "Surname",
    "First name",
    "UPN",
    "Entry",
    "Code",
    "Meaning",
    "Category",
    "Minutes late",
    "Arrived",
    "Nature or note",
    "Amended from",
    "Reason for amendment",
    "Made on",
    "Made by",
    "Position",
    "Stands",
)


def as_row(line: ExportLine) -> list[str]:
    """A version of a mark as a line of the file; the columns are `HEADINGS`."""
    entry = line.entry
    made = local(entry.at)
    return [
        entry.on.isoformat(),
        entry.session,
        safe(entry.pupil.surname),
        safe(entry.pupil.forename),
        entry.pupil.upn,
        "original" if entry.version == 1 else f"amendment {entry.version - 1}",
        entry.code,
        title_of(entry.code),
        BY_SYMBOL[entry.code].category.words,
        "" if entry.minutes_late is None else str(entry.minutes_late),
        f"{entry.arrived_at:%H:%M}" if entry.arrived_at else "",
        safe(entry.note),
        line.before.code if line.before else "",
        safe(entry.reason),
        f"{made:%Y-%m-%d %H:%M}",
        safe(entry.by_name),
        safe(entry.by_position),
        "yes" if line.stands else "no",
    ]


def sheet_context(viewer: Viewer, sheets: list[RegisterSheet], now: datetime) -> dict[str, Any]:
    """Everything `registers/sheet.html` needs: a row a pupil, a cell a session."""
    first = sheets[0]
    return {
        "group": first.group,
        "on": first.on,
        "now": now,
        "sessions": [
            {"words": sheet.session.words, "state": sheet.state, "times": sheet.times} for sheet in sheets
        ],
        "rows": [
            {"pupil": pupil, "cells": [_cell(viewer, sheet, pupil.id) for sheet in sheets]}
            for pupil in first.pupils
        ],
    }


def _cell(viewer: Viewer, sheet: RegisterSheet, pupil_id: int) -> dict[str, Any]:
    versions = sheet.versions.get(pupil_id, [])
    if not versions:
        return {"session": sheet.session.words, "symbol": "", "words": "", "note": "", "amendments": []}
    last = versions[-1]
    return {
        "session": sheet.session.words,
        "symbol": last.code,
        "words": ", ".join(filter(None, [title_of(last.code), minutes_words(last.minutes_late)])),
        "note": last.note,
        "amendments": [amendment_words(viewer, a, b) for a, b in pairwise(versions)],
    }
