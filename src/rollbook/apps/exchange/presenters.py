"""What the pages of an import show: its columns, what it would do, what it did, what undoing puts back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.forms import BaseForm

from rollbook.apps.exchange.actions.kinds import KINDS, ImportKind
from rollbook.apps.exchange.actions.loading import Opened
from rollbook.apps.exchange.models import FileImport, ImportedRow
from rollbook.apps.exchange.queries.imports import KEPT_FOR, UNDONE_WITHIN, kinds_for, may_be_undone
from rollbook.apps.exchange.queries.plans import Outcome, Plan
from rollbook.apps.exchange.queries.undoing import Step, digest_of
from rollbook.domain.access import Permission, Viewer
from rollbook.formats.tables import RowProblem, Sheet

_ROWS_A_PAGE = 100
_SAMPLE_LENGTH = 60
_LINES_NAMED = 12
_LEFT_SHOWN = 500
_TABS = (
    (Outcome.REFUSED, "To put right"),
    (Outcome.NEW, "New"),
    (Outcome.CHANGED, "Changed"),
    (Outcome.UNCHANGED, "Unchanged"),
)


def list_context(viewer: Viewer, imports: Iterable[FileImport]) -> dict[str, Any]:
    """Everything `exchange/imports.html` needs."""
    return {
        "kinds": [KINDS[name] for name in kinds_for(viewer)],
        "imports": [_past(each) for each in imports],
        "kept_days": KEPT_FOR.days,
    }


def _past(each: FileImport) -> dict[str, Any]:
    undone = "Undone in part" if each.result.get("left") else "Undone"
    state = undone if each.undone_at else "Loaded" if each.loaded_at else "Not loaded"
    look = {"Loaded": "good", "Not loaded": "warn"}.get(state, "")
    return {
        "row": each,
        "kind": KINDS[each.kind].title,
        "state": state,
        "look": look,
        "counts": _counts(each.result),
    }


def _counts(result: Mapping[str, Any]) -> str:
    words = (("new", "new"), ("changed", "changed"), ("unchanged", "unchanged"), ("refused", "left out"))
    return ", ".join(f"{result[name]:,} {word}" for name, word in words if result.get(name))


def columns_context(kept: FileImport, kind: ImportKind, sheet: Sheet, form: BaseForm) -> dict[str, Any]:
    """Everything `exchange/columns.html` needs."""
    proposed = kind.proposed(sheet.headings)
    known_twice = {
        place
        for place, heading in enumerate(sheet.headings)
        if place not in proposed and kind.proposed([heading]) and heading
    }
    return {
        "file": kept,
        "kind": kind,
        "form": form,
        "notes": sheet.notes,
        "sheets": sheet.sheets if len(sheet.sheets) > 1 else (),
        "row_count": len(sheet.rows),
        "columns": [
            {
                "field": form[f"column-{place}"],
                "heading": heading,
                "samples": [_short(each) for each in sheet.samples(place)],
                "is_double": place in known_twice,
            }
            for place, heading in enumerate(sheet.headings)
        ],
        "needed": [field.words for field in kind.fields if field.is_required],
        "is_remembered": kept.columns is not None,
    }


def _short(text: str) -> str:
    return text if len(text) <= _SAMPLE_LENGTH else f"{text[: _SAMPLE_LENGTH - 1]}…"


def dry_run_context(file: Opened, plan: Plan, wanted: str, page: str) -> dict[str, Any]:
    """Everything `exchange/dry_run.html` needs. `wanted` is the outcome whose rows are shown."""
    counts = plan.counts
    shown = _outcome(wanted, counts)
    found = Paginator(plan.of(shown), _ROWS_A_PAGE).get_page(page)
    loadable = counts["new"] + counts["changed"]
    taken = set(file.places.values())
    return {
        "file": file.kept,
        "kind": file.kind,
        "plan": plan,
        "counts": {name: f"{number:,}" for name, number in counts.items()},
        "tabs": _tabs(counts, shown),
        "shown": shown.value,
        "page_obj": found,
        "rows": list(found),
        "row_count": len(plan.rows),
        "refused_count": counts["refused"],
        "loadable_count": loadable,
        "has_nothing_to_do": not loadable and not counts["refused"],
        "notes": (*file.sheet.notes, *plan.notes),
        "warnings": _by_message(row_problem for row in plan.rows for row_problem in row.warnings),
        "ignored": [
            heading for place, heading in enumerate(file.sheet.headings) if heading and place not in taken
        ],
        "digest": plan.digest,
        "kept_days": KEPT_FOR.days,
    }


def _outcome(wanted: str, counts: Mapping[str, int]) -> Outcome:
    if wanted in set(Outcome):
        return Outcome(wanted)
    return next((outcome for outcome, _ in _TABS if counts[outcome.value]), Outcome.UNCHANGED)


def _tabs(counts: Mapping[str, int], shown: Outcome) -> list[dict[str, Any]]:
    return [
        {
            "words": f"{words} {counts[outcome.value]:,}",
            "href": f"?{urlencode({'show': outcome.value})}",
            "current": outcome is shown,
        }
        for outcome, words in _TABS
    ]


def _by_message(warnings: Iterable[RowProblem]) -> list[dict[str, Any]]:
    """Warnings that say the same are one line: 300 pupils without a UPN are one thing to know."""
    lines: dict[tuple[str, str], list[int]] = defaultdict(list)
    for warning in warnings:
        lines[(warning.field, warning.message)].append(warning.line)
    return [
        {
            "field": field,
            "message": message,
            "count": len(found),
            "lines": ", ".join(map(str, found[:_LINES_NAMED])) + (" …" if len(found) > _LINES_NAMED else ""),
        }
        for (field, message), found in lines.items()
    ]


def result_context(kept: FileImport, rows: Sequence[ImportedRow], at: datetime) -> dict[str, Any]:
    """Everything `exchange/result.html` needs."""
    result: dict[str, Any] = kept.result
    names = ("new", "changed", "unchanged", "refused")
    return {
        "file": kept,
        "kind": KINDS[kept.kind],
        "result": result,
        "counts": {name: f"{result.get(name, 0):,}" for name in names},
        "notes": result.get("notes", ()),
        "has_left_out": bool(result.get("refused")) and kept.content is not None,
        "can_undo": may_be_undone(kept, rows, at),
        "left": [
            {"line": line, "who": who, "why": why} for line, who, why in result.get("left", ())[:_LEFT_SHOWN]
        ],
        "left_count": len(result.get("left", ())),
        "undo_days": UNDONE_WITHIN.days,
        "kept_days": KEPT_FOR.days,
        "invited": [row for row in rows if row.after.get("invite") and not row.undone],
    }


def undo_context(kept: FileImport, steps: Sequence[Step], page: str) -> dict[str, Any]:
    """Everything `exchange/undo.html` needs."""
    good = [step for step in steps if not step.problem]
    shown: Page[Any] = Paginator(good, _ROWS_A_PAGE).get_page(page)
    return {
        "file": kept,
        "kind": KINDS[kept.kind],
        "page_obj": shown,
        "steps": [_step(each) for each in shown],
        "good_count": len(good),
        "stuck": [_step(each) for each in steps if each.problem][:_ROWS_A_PAGE],
        "stuck_count": len(steps) - len(good),
        "digest": digest_of(steps),
    }


def _step(step: Step) -> dict[str, Any]:
    return {"line": step.row.line, "who": step.row.who, "words": step.words, "problem": step.problem}


def may_make_groups(viewer: Viewer) -> bool:
    """Is the viewer offered to have groups made?"""
    return viewer.may(Permission.GROUPS_MANAGE)
