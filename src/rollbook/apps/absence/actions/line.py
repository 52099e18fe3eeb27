"""The absence line: what a parent tells becomes reports, one for each pupil, and each report marks of the register."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from rollbook.apps.absence.actions import line_marks
from rollbook.apps.absence.actions.line_drafts import (
    AbsenceDraft,
    CallDraft,
    Looked,
    look_at,
    look_at_call,
)
from rollbook.apps.absence.actions.line_mail import tell_of_call
from rollbook.apps.absence.actions.records import (
    columns_of_new,
    made_once,
    must,
    needs_reason,
    note,
    open_record,
    own_record,
    put,
    without_private,
)
from rollbook.apps.absence.models import Call, Report
from rollbook.apps.roll.queries.families import contacts_of_pupils
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.words import local

_MAY_NOT = "record absence. The school office, the pastoral lead and the attendance officer can"
_PRIVATE = ("told", "illness", "doubt", "private_note", "code_because", "named", "note")
_LARGEST_ID = 2**63 - 1


def record_reports(
    *,
    viewer: Viewer,
    call: CallDraft,
    absences: Sequence[AbsenceDraft],
    key: UUID,
    call_id: int | None = None,
    by: Actor,
    at: datetime,
) -> list[Report]:
    """Records what was told in one call about one pupil or several, and does to the registers what follows from it.

    `call_id` is the message that waited to be worked off, where it is one. Errors: Refused with every problem; the
    fields of each pupil begin with its draft's `at`.
    """
    must(viewer, Permission.ABSENCE_RECORD, _MAY_NOT)
    if not absences:
        raise Refused.one("", "Choose the pupil this is about.")

    def make() -> Call:
        kept = look_at_call(call, at)
        looked = look_at(viewer, kept, absences)
        columns = _call_columns(viewer, kept, looked)
        if call_id is not None:
            made = _worked_off(viewer, call_id, columns)
        else:
            made = Call.objects.create(**columns, **columns_of_new(viewer, key, by, at))
        facts = {"channel": kept.channel, "pupils": [each.pupil.pk for each in looked]}
        note(of=made, type="absence.call.recorded", facts=facts, by=by, at=at)
        reports = [_add(viewer, made, each, key, by, at) for each in looked]
        tell_of_call(viewer=viewer, call=made, reports=reports, by=by, at=at)
        return made

    if call_id is not None and (earlier := _of_form(viewer, key)):
        return earlier
    if call_id is not None:
        with transaction.atomic():
            made = make()
    else:
        made = made_once(viewer, Call, key, make)
    return list(Report.objects.filter(call=made).select_related("pupil", "call").order_by("pk"))


def _of_form(viewer: Viewer, key: UUID) -> list[Report]:
    """The reports that the same form made from a waiting message when it was sent before."""
    first = Report.objects.filter(school_id=viewer.school_id, key=uuid5(key, "report-0")).first()
    if first is None:
        return []
    return list(first.call.reports.select_related("pupil", "call").order_by("pk"))


def _worked_off(viewer: Viewer, call_id: int, columns: Mapping[str, object]) -> Call:
    """The message that waited, with what is known of its caller now; what stood in it stays."""
    call = own_call(viewer, call_id)
    if call.ended_at is not None or call.reports.exists():
        raise Refused.one(
            "", "This message was worked off meanwhile. Look at the list, then record what is new."
        )
    for name in set(columns) - {"text"}:
        setattr(call, name, columns[name])
    call.version += 1
    call.save()
    return call


def _call_columns(viewer: Viewer, call: CallDraft, looked: Sequence[Looked]) -> dict[str, object]:
    name, relation = call.caller_name, looked[0].relation
    if call.parent_id is not None:
        contacts = contacts_of_pupils(viewer, [each.pupil.pk for each in looked])
        known = {each.parent_id: each.parent for rows in contacts.values() for each in rows}
        if call.parent_id not in known:
            raise Refused.one("caller", "Choose who told the school.")
        name = str(known[call.parent_id])
    elif call.caller == "pupil":
        name = f"{looked[0].pupil.forename} {looked[0].pupil.surname}"
    return {
        "channel": call.channel,
        "told_at": call.told_at,
        "parent_id": call.parent_id,
        "caller_name": name[:120],
        "caller_relation": relation[:60],
        "text": call.text,
    }


def own_call(viewer: Viewer, call_id: int) -> Call:
    """A call of the viewer's school, locked. Errors: Refused for any other."""
    rows = Call.objects.select_for_update().filter(school_id=viewer.school_id, pk=min(call_id, _LARGEST_ID))
    call = rows.first()
    if call is None:
        raise Refused.one("", "This message is not there any more.")
    return call


def _add(viewer: Viewer, call: Call, looked: Looked, key: UUID, by: Actor, at: datetime) -> Report:
    number = call.reports.count()
    report = Report.objects.create(
        call=call,
        pupil=looked.pupil,
        **columns_of_new(viewer, uuid5(key, f"report-{number}"), by, at),
        **looked.columns,
    )
    line_marks.apply(viewer=viewer, report=report, because="Told by a parent", by=by, at=at)
    facts = {
        "pupil": report.pupil_id,
        "from": report.first_day.isoformat(),
        "to": report.last_day.isoformat(),
        "code": report.code,
    }
    note(of=report, type="absence.report.recorded", facts=facts, by=by, at=at)
    return report


def change_report(
    *,
    viewer: Viewer,
    report_id: int,
    draft: AbsenceDraft,
    because: str,
    seen_version: int,
    by: Actor,
    at: datetime,
) -> Report:
    """Changes what is recorded of a report, with a reason; marks already made stay until somebody has looked at them.

    Errors: Refused.
    """
    must(viewer, Permission.ABSENCE_RECORD, _MAY_NOT)
    because = needs_reason(because)
    with transaction.atomic():
        report = open_record(viewer, Report, report_id, seen_version, "This report was withdrawn.")
        if draft.pupil_id != report.pupil_id:
            raise Refused.one("", "A report stays with its pupil. Withdraw it, and record a new one.")
        (looked,) = look_at(viewer, as_draft(report), [draft], report.source)
        differs = put(report, looked.columns)
        if differs["to"]:
            report.changed_at = at
            report.save()
            line_marks.apply(viewer=viewer, report=report, because=because, by=by, at=at)
            facts = {"pupil": report.pupil_id, "because": because, **without_private(differs, _PRIVATE)}
            note(of=report, type="absence.report.changed", facts=facts, by=by, at=at)
    return report


def as_draft(report: Report) -> CallDraft:
    """The call that a report came with, as a form would describe it."""
    call = report.call
    caller = f"parent:{call.parent_id}" if call.parent_id else report.caller
    if caller not in ("pupil", "somebody") and not call.parent_id:
        caller = "somebody"  # a parent who is on no record any more
    return CallDraft(call.channel, local(call.told_at), caller, call.caller_name, call.caller_relation)


def withdraw_report(*, viewer: Viewer, report_id: int, because: str, by: Actor, at: datetime) -> Report:
    """Withdraws a report that was a mistake: nothing is planned from it any more; marks that were made stay.

    Errors: Refused.
    """
    must(viewer, Permission.ABSENCE_RECORD, _MAY_NOT)
    because = needs_reason(because)
    with transaction.atomic():
        report = own_record(viewer, Report, report_id)
        if report.ended_at is not None:
            return report
        put(report, {"ended_at": at, "ended_because": because[:300]})
        report.save()
        line_marks.withdraw(viewer=viewer, report=report, because=because, by=by, at=at)
        facts = {"pupil": report.pupil_id, "because": because}
        note(of=report, type="absence.report.withdrawn", facts=facts, by=by, at=at)
    return report
