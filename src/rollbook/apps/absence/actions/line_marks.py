"""What a report does to the register: planned marks before it opens, amendments after it, one question at a time."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from rollbook.apps.absence.actions.records import must, needs_reason, note
from rollbook.apps.absence.models import Call, KeptMark, Report
from rollbook.apps.absence.queries.line_sessions import Effect, State, effects_of
from rollbook.apps.registers.actions.amending_many import ChangedMeanwhile, amend_many
from rollbook.apps.registers.actions.many_marks import Change
from rollbook.apps.registers.actions.sourced_plans import Origin, SourcedPlan, replace_plans
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.refusals import Refused
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.told import Caller, Channel, Told
from rollbook.ui.words import local, short_day

_ORIGINS = {
    Channel.TELEPHONE: Origin.TELEPHONE,
    Channel.VOICEMAIL: Origin.TELEPHONE,
    Channel.EMAIL: Origin.EMAIL,
    Channel.WEB_FORM: Origin.WEB_FORM,
    Channel.LETTER: Origin.LETTER,
    Channel.IN_PERSON: Origin.IN_PERSON,
}
_SUMMED_UP = {Caller.PARENT: "Parent", Caller.CONTACT: "Contact", Caller.PUPIL: "Pupil"}
_MEANWHILE = "Somebody else changed this mark meanwhile. It is shown now: look, then decide again."


def apply(*, viewer: Viewer, report: Report, because: str, by: Actor, at: datetime) -> None:
    """Puts what a report says now in the place of what it planned, and settles the marks that only waited for it.

    What was marked N, and what nobody marked before the register closed, is amended; any other mark stays until
    somebody has looked at both. Errors: Refused.
    """
    effects = effects_of(viewer, [report], at)[report.pk]
    replace_plans(
        viewer=viewer,
        source=report.source,
        origin=_origin(report),
        plans=_plans(report, effects),
        because=because,
        by=by,
        at=at,
    )
    waiting = [each for each in effects if _only_waited(each)]
    key = uuid5(report.key, f"marks-{report.version}")
    _amend(viewer=viewer, report=report, effects=waiting, key=key, by=by, at=at)


def withdraw(*, viewer: Viewer, report: Report, because: str, by: Actor, at: datetime) -> None:
    """Takes back what a report planned; marks that were made stay."""
    replace_plans(
        viewer=viewer, source=report.source, origin=_origin(report), plans=[], because=because, by=by, at=at
    )


def settle_mark(
    *,
    viewer: Viewer,
    report_id: int,
    on: date,
    session: SchoolSession,
    seen_version: int,
    keep_because: str | None,
    key: UUID,
    by: Actor,
    at: datetime,
) -> None:
    """Amends one mark to what a parent told, or leaves it as it is with the reason in `keep_because`.

    Errors: Refused, also where somebody has changed the mark since it was looked at.
    """
    must(viewer, Permission.ABSENCE_RECORD, "settle what a parent told. The school office can")
    report = _own_report(viewer, report_id)
    effect = next(
        (
            each
            for each in effects_of(viewer, [report], at)[report.pk]
            if (each.on, each.session) == (on, session)
        ),
        None,
    )
    if effect is None or effect.mark is None or effect.state is State.MARKED:
        raise Refused.one("", "There is nothing to settle about this session any more.")
    if effect.mark.version != seen_version:
        raise Refused.one("", _MEANWHILE)
    with transaction.atomic():
        if keep_because is None:
            _amend(viewer=viewer, report=report, effects=[effect], key=key, by=by, at=at)
        else:
            _keep(report, effect, needs_reason(keep_because), by, at)


def _own_report(viewer: Viewer, report_id: int) -> Report:
    rows = Report.objects.filter(school_id=viewer.school_id, pk=min(report_id, 2**63 - 1), ended_at=None)
    report = rows.select_related("pupil", "call").first()
    if report is None:
        raise Refused.one("", "This report is not there any more. Open it again.")
    return report


def _keep(report: Report, effect: Effect, because: str, by: Actor, at: datetime) -> None:
    version = effect.mark.version if effect.mark else 0
    try:
        with transaction.atomic():
            KeptMark.objects.create(
                report=report,
                on=effect.on,
                session=effect.session.value,
                version=version,
                because=because[:300],
                at=at,
                by_id=by.person_id,
                by_name=by.name,
            )
    except IntegrityError:
        return  # the same form sent twice
    facts = {"pupil": report.pupil_id, "on": effect.on.isoformat(), "session": effect.session.value}
    note(of=report, type="absence.report.mark_kept", facts={**facts, "because": because}, by=by, at=at)


def _only_waited(effect: Effect) -> bool:
    if effect.code == "N" and effect.state is not State.MISSING:
        return False
    if effect.state is State.MISSING:
        return effect.found.answer.stands is None
    return effect.state is State.DIFFERS and effect.mark is not None and effect.mark.symbol == "N"


def _amend(
    *, viewer: Viewer, report: Report, effects: Iterable[Effect], key: UUID, by: Actor, at: datetime
) -> None:
    changes = [
        Change(
            report.pupil_id,
            each.on,
            each.session,
            each.mark.version if each.mark else 0,
            each.code,
            note=shown_note(report) if BY_SYMBOL[each.code].needs else "",
        )
        for each in effects
    ]
    if not changes:
        return
    try:
        amend_many(viewer=viewer, changes=changes, reason=reason_of(report, at), key=key, by=by, at=at)
    except ChangedMeanwhile:
        raise Refused.one("", _MEANWHILE) from None
    except Refused as refused:
        raise Refused.one("", str(refused)) from None


def reason_of(report: Report, at: datetime) -> str:
    """Why a mark is amended: "Parent told at 08:52", with the day where it was another one."""
    told_at = local(report.call.told_at)
    day = "" if told_at.date() == at.date() else f" on {short_day(told_at.date())}"
    who = _SUMMED_UP.get(Caller(report.caller), "Somebody else")
    return f"{who} told{day} at {told_at:%H:%M}"


def shown_note(report: Report) -> str:
    """What the register shows of it: what whoever took the call wrote for it, else the reason in a word."""
    told = Told(report.told)
    if not report.is_believed:
        return report.note or "Told by somebody else, a parent must confirm"
    return report.note or report.named or told.said.shown


def _origin(report: Report) -> Origin:
    call: Call = report.call
    return _ORIGINS[Channel(call.channel)] if report.is_believed else Origin.SOMEBODY


def _plans(report: Report, effects: Iterable[Effect]) -> list[SourcedPlan]:
    """The sessions with a code of this report's own, whole days in a row as one plan, half-days each by itself."""
    codes: dict[date, dict[SchoolSession, str]] = {}
    days: list[date] = []
    for each in effects:
        if each.on not in codes:
            days.append(each.on)
        codes.setdefault(each.on, {})
        if each.found.answer.stands is None and each.code != "Y4":
            codes[each.on][each.session] = each.code
    return [
        SourcedPlan(report.pupil_id, first, last, code, shown_note(report), sessions=sessions)
        for first, last, code, sessions in _runs(days, codes)
    ]


def _runs(
    days: Iterable[date], codes: Mapping[date, Mapping[SchoolSession, str]]
) -> list[tuple[date, date, str, str]]:
    found: list[tuple[date, date, str, str]] = []
    for on in days:
        both = [codes[on].get(each) for each in SchoolSession]
        parts = [(both[0], "both")] if both[0] == both[1] else [(both[0], "AM"), (both[1], "PM")]
        for code, sessions in parts:
            if code is None:
                found.append((on, on, "", ""))  # a gap ends a run
            elif found and found[-1][2:] == (code, sessions) and sessions == "both":
                found[-1] = (found[-1][0], on, code, sessions)
            else:
                found.append((on, on, code, sessions))
    return [each for each in found if each[2]]
