"""What is known before registration: recorded by the office, shown on the register with where it comes from."""

from datetime import date, datetime

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.registers.queries.facts import as_planned
from rollbook.apps.registers.queries.marks import plans_around
from rollbook.apps.roll.queries import pupil_of
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.adviser import CodeAdvice, Fit, advise_on
from rollbook.domain.codes import BY_SYMBOL, UnknownCode, code_for
from rollbook.domain.law import words_for_day
from rollbook.domain.marks import check_mark
from rollbook.domain.pupil_facts import Planned, facts_from
from rollbook.domain.refusals import Refusal, Refused
from rollbook.domain.sessions import SchoolSession

LONGEST_DAYS = 366
FROM_A_RECORD = "This follows from a record and ends with it. Change the record, and it changes with it."


def plan_mark(
    *,
    viewer: Viewer,
    pupil_id: int,
    first_day: date,
    last_day: date,
    sessions: str,
    code: str,
    note: str,
    origin: str,
    provider: str = "",
    supervisor: str = "",
    by: Actor,
    at: datetime,
) -> PlannedMark:
    """Records what a pupil's mark is expected to be. The register shows it; saving that makes a mark.

    `provider` is the other school, provider or place, `supervisor` who is in charge of the pupil there.
    Errors: Refused with every problem; among them each code that can't be right for the pupil on one of the days.
    """
    planned = Planned(
        code,
        first_day,
        last_day,
        note.strip(),
        "",
        sessions,
        provider=provider.strip(),
        supervisor=supervisor.strip(),
    )
    _refuse(viewer, pupil_id, planned, origin)
    with transaction.atomic():
        plan = _add(viewer, pupil_id, planned, origin, by, at)
        facts = {
            "code": code,
            "from": first_day.isoformat(),
            "to": last_day.isoformat(),
            "sessions": sessions,
        }
        record(
            type="register.mark.planned",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"pupil:{pupil_id}",
            facts={"plan": plan.pk, **facts},
        )
    return plan


def _add(
    viewer: Viewer, pupil_id: int, planned: Planned, origin: str, by: Actor, at: datetime
) -> PlannedMark:
    return PlannedMark.objects.create(
        school_id=viewer.school_id,
        pupil_id=pupil_id,
        first_day=planned.first_day,
        last_day=planned.last_day,
        sessions=planned.sessions,
        code=planned.code,
        note=planned.nature,
        origin=origin,
        provider=planned.provider,
        supervisor=planned.supervisor,
        recorded_at=at,
        recorded_by_id=by.person_id,
        recorded_by_name=by.name,
    )


def withdraw_plan(*, viewer: Viewer, plan_id: int, because: str, by: Actor, at: datetime) -> None:
    """Withdraws a planned mark, with the reason; marks already made from it stay.

    One that follows from a record ends with that record, not by itself. Errors: Refused.
    """
    if not viewer.may(Permission.PLANNED_RECORD):
        raise Refused.one("", "You may not change planned absences. The school office can.")
    because = because.strip()
    with transaction.atomic():
        plan = PlannedMark.objects.select_for_update().filter(pk=plan_id, school_id=viewer.school_id).first()
        if plan is None:
            raise Refused.one("", "This planned absence is not there any more.")
        if plan.withdrawn_at is not None:
            return
        if plan.source:
            raise Refused.one("", FROM_A_RECORD)
        if not because:
            raise Refused.one("because", "Say why it is withdrawn: the reason is kept with your name.")
        plan.withdrawn_at, plan.withdrawn_by_id, plan.withdrawn_because = at, by.user_id, because
        plan.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
        record(
            type="register.plan.withdrawn",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"pupil:{plan.pupil_id}",
            facts={"plan": plan.pk, "because": because},
        )


def _refuse(viewer: Viewer, pupil_id: int, planned: Planned, origin: str) -> None:
    if not viewer.may(Permission.PLANNED_RECORD):
        raise Refused.one("", "You may not record planned absences. The school office can.")
    refusals = []
    pupil = pupil_of(viewer, pupil_id)
    if pupil is None:
        refusals.append(Refusal("pupil", "Choose a pupil of this school."))
    refusals.extend(_problems_of_days(viewer, planned))
    if origin not in PlannedMark.Origin.values:
        refusals.append(Refusal("origin", "Say where this comes from."))
    if not planned.nature:
        refusals.append(Refusal("note", "Say in a few words what it is: it is shown on the register."))
    refusals.extend(_problems_of_code(viewer, planned))
    if not refusals and pupil is not None:
        refusals.extend(_problems_for_pupil(viewer, pupil_id, pupil.born_on, planned))
    if refusals:
        raise Refused(refusals)


def _problems_of_days(viewer: Viewer, planned: Planned) -> list[Refusal]:
    refusals = []
    if planned.last_day < planned.first_day:
        refusals.append(Refusal("last_day", "The last day can't be before the first day."))
    elif (planned.last_day - planned.first_day).days > LONGEST_DAYS:
        refusals.append(Refusal("last_day", "Plan at most a year ahead."))
    elif not timetable(viewer).calendar.school_days(planned.first_day, planned.last_day):
        refusals.append(Refusal("first_day", "The school is closed on all of these days."))
    if planned.sessions not in PlannedMark.Sessions.values:
        refusals.append(Refusal("sessions", "Choose mornings, afternoons, or both."))
    return refusals


def _problems_of_code(viewer: Viewer, planned: Planned) -> list[Refusal]:
    first_day = planned.first_day
    try:
        code = code_for(planned.code, first_day)
    except UnknownCode as unknown:
        return [Refusal("code", str(unknown))]
    if code.is_present_mark or code.is_late or code.symbol == "N":
        return [Refusal("code", "This can't be known beforehand. It is marked when the register is taken.")]
    calendar = timetable(viewer).calendar
    school_session = SchoolSession.PM if planned.sessions == "PM" else SchoolSession.AM
    times = calendar.times(calendar.next_school_day(first_day) or first_day, school_session)
    if times is None:
        return []
    return [
        Refusal("code" if refusal.field == "code" else "note", refusal.message)
        for refusal in check_mark(
            code=code,
            session=school_session,
            minutes_late=None,
            note=planned.nature,
            times=times,
            roles_allowed=viewer.setters,
            may_keep=None,
        )
    ]


def _problems_for_pupil(viewer: Viewer, pupil_id: int, born_on: date, planned: Planned) -> list[Refusal]:
    """Why the code can't be right for this pupil: the first session of the plan for which it can't. One query.

    The plan itself counts among what is known, but no part-time timetable follows from a plan typed in by itself: that
    takes the agreement of a parent (reg 11(6)), which its own record holds.
    """
    rows = plans_around(viewer.school_id, planned.first_day, planned.last_day, [pupil_id]).get(pupil_id, [])
    known = [*(as_planned(row) for row in rows), *([] if planned.code == "C2" else [planned])]
    calendar = timetable(viewer).calendar
    for on in calendar.school_days(planned.first_day, planned.last_day):
        for school_session in SchoolSession:
            if not planned.is_for(on, school_session):
                continue
            facts = facts_from(known, born_on=born_on, on=on, session=school_session, calendar=calendar)
            said = advise_on(facts, BY_SYMBOL[planned.code], on, school_session)
            if said.fit is Fit.CANNOT:
                return [_refusal(said, on, is_one_day=planned.first_day == planned.last_day)]
    return []


def _refusal(said: CodeAdvice, on: date, *, is_one_day: bool) -> Refusal:
    if said.lacks:
        return Refusal(said.lacks, _LACKS[said.code.symbol])
    return Refusal("code", said.because if is_one_day else f"For {words_for_day(on)}: {said.because}")


_LACKS = {
    "V": "V needs a member of the school's staff in charge. Name them, or use B.",
    "K": "K needs the provider that the local authority has arranged. Name it, or use B where the school arranged "
    "the place.",
    "D": "D is only for a pupil who is registered at a second school too. Name that school, or choose the code for "
    "why they are away.",
}
