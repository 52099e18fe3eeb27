"""What a pupil file would do, and what it did."""

from collections import defaultdict
from typing import Any

from rollbook.apps.roll.models import PupilFile
from rollbook.apps.roll.queries.file_plan import LoadPlan, PlannedPupil
from rollbook.formats.pupil_csv import FIELD_WORDS, RowProblem
from rollbook.ui.words import sentence_list

# What a page shows of a long list; the whole is in the file of problems, or in the roll once it is loaded.
_PROBLEMS_SHOWN = 200
_SHOWN = 50


def report_context(kept: PupilFile, plan: LoadPlan) -> dict[str, Any]:
    """Everything `roll/import_report.html` needs."""
    loadable = len(plan.new) + len(plan.changed)
    return {
        "file": kept,
        "plan": plan,
        "counts": {
            "new": f"{len(plan.new):,}",
            "changed": f"{len(plan.changed):,}",
            "unchanged": f"{plan.unchanged_count:,}",
            "refused": f"{plan.refused_count:,}",
        },
        "row_count": plan.sheet.row_count,
        "loadable_count": loadable,
        "has_nothing_to_do": not loadable and not plan.refused_count,
        "notes": plan.sheet.notes,
        "ignored": sentence_list(list(plan.sheet.ignored)),
        "columns": [
            {"heading": heading, "field": FIELD_WORDS[name]} for name, heading in plan.sheet.columns.items()
        ],
        "errors": plan.errors[:_PROBLEMS_SHOWN],
        "error_rest": max(0, len(plan.errors) - _PROBLEMS_SHOWN),
        "warnings": _by_message(plan.warnings),
        "new": [_new(each) for each in plan.new[:_SHOWN]],
        "new_rest": max(0, len(plan.new) - _SHOWN),
        "changed": [_changed(each) for each in plan.changed[:_SHOWN]],
        "changed_rest": max(0, len(plan.changed) - _SHOWN),
        "groups": sentence_list(list(plan.groups_to_make)),
        "digest": plan.digest,
    }


def _new(planned: PlannedPupil) -> dict[str, Any]:
    enrolment, membership = planned.new_enrolment, planned.new_membership
    return {
        "line": planned.row.line,
        "name": f"{planned.pupil.surname}, {planned.pupil.forename}",
        "group": planned.row.group,
        "starting_day": enrolment.first_day if enrolment else None,
        "in_group_from": membership.first_day if membership else None,
        "contacts": len(planned.contacts.new_contacts),
    }


def _changed(planned: PlannedPupil) -> dict[str, Any]:
    return {
        "line": planned.row.line,
        "id": planned.pupil.pk,
        "name": f"{planned.pupil.surname}, {planned.pupil.forename}",
        "changes": planned.changes,
    }


def _by_message(warnings: tuple[RowProblem, ...]) -> list[dict[str, Any]]:
    """Warnings that say the same are one line: 300 pupils without a UPN are one thing to know."""
    lines: dict[tuple[str, str], list[RowProblem]] = defaultdict(list)
    for warning in warnings:
        lines[(warning.field, warning.message)].append(warning)
    return [
        {
            "field": field,
            "message": message,
            "count": len(found),
            "lines": ", ".join(str(each.line) for each in found[:12]) + (" …" if len(found) > 12 else ""),
        }
        for (field, message), found in lines.items()
    ]


def result_context(kept: PupilFile) -> dict[str, Any]:
    """Everything `roll/import_result.html` needs."""
    result: dict[str, Any] = kept.result
    return {
        "file": kept,
        "result": result,
        "counts": {name: f"{result.get(name, 0):,}" for name in ("new", "changed", "unchanged", "refused")},
        "groups": sentence_list(list(result.get("groups_made", ()))),
        "left_out": [
            dict(zip(("line", "pupil", "field", "value", "message"), row, strict=False))
            for row in result.get("left_out", ())
        ],
    }
