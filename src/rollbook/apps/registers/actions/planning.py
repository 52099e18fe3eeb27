"""What is known before registration: recorded by the office, shown on the register with where it comes from."""

from datetime import date, datetime

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.roll.queries import pupil_of
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.codes import UnknownCode, code_for
from rollbook.domain.marks import check_mark
from rollbook.domain.refusals import Refusal, Refused
from rollbook.domain.sessions import SchoolSession

LONGEST_DAYS = 366


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
    by: Actor,
    at: datetime,
) -> PlannedMark:
    """Records what a pupil's mark is expected to be. The register shows it; saving that makes a mark.

    Errors: Refused with every problem.
    """
    _refuse(viewer, pupil_id, first_day, last_day, sessions, code, note, origin)
    with transaction.atomic():
        plan = PlannedMark.objects.create(
            school_id=viewer.school_id,
            pupil_id=pupil_id,
            first_day=first_day,
            last_day=last_day,
            sessions=sessions,
            code=code,
            note=note.strip(),
            origin=origin,
            recorded_at=at,
            recorded_by_id=by.person_id,
            recorded_by_name=by.name,
        )
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


def withdraw_plan(*, viewer: Viewer, plan_id: int, because: str, by: Actor, at: datetime) -> None:
    """Withdraws a planned mark; marks already made from it stay. Errors: Refused."""
    if not viewer.may(Permission.PLANNED_RECORD):
        raise Refused.one("", "You may not change planned absences. The school office can.")
    with transaction.atomic():
        plan = PlannedMark.objects.select_for_update().filter(pk=plan_id, school_id=viewer.school_id).first()
        if plan is None:
            raise Refused.one("", "This planned absence is not there any more.")
        if plan.withdrawn_at is not None:
            return
        plan.withdrawn_at, plan.withdrawn_by_id, plan.withdrawn_because = at, by.user_id, because.strip()
        plan.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
        record(
            type="register.plan.withdrawn",
            by=by,
            at=at,
            school_id=viewer.school_id,
            subject=f"pupil:{plan.pupil_id}",
            facts={"plan": plan.pk, "because": because.strip()},
        )


def _refuse(
    viewer: Viewer,
    pupil_id: int,
    first_day: date,
    last_day: date,
    sessions: str,
    code: str,
    note: str,
    origin: str,
) -> None:
    if not viewer.may(Permission.PLANNED_RECORD):
        raise Refused.one("", "You may not record planned absences. The school office can.")
    refusals = []
    if pupil_of(viewer, pupil_id) is None:
        refusals.append(Refusal("pupil", "Choose a pupil of this school."))
    if last_day < first_day:
        refusals.append(Refusal("last_day", "The last day can't be before the first day."))
    elif (last_day - first_day).days > LONGEST_DAYS:
        refusals.append(Refusal("last_day", "Plan at most a year ahead."))
    elif not timetable(viewer).calendar.school_days(first_day, last_day):
        refusals.append(Refusal("first_day", "The school is closed on all of these days."))
    if sessions not in PlannedMark.Sessions.values:
        refusals.append(Refusal("sessions", "Choose mornings, afternoons, or both."))
    if origin not in PlannedMark.Origin.values:
        refusals.append(Refusal("origin", "Say where this comes from."))
    if not note.strip():
        refusals.append(Refusal("note", "Say in a few words what it is: it is shown on the register."))
    refusals.extend(_code_problems(viewer, first_day, sessions, code, note))
    if refusals:
        raise Refused(refusals)


def _code_problems(viewer: Viewer, first_day: date, sessions: str, symbol: str, note: str) -> list[Refusal]:
    try:
        code = code_for(symbol, first_day)
    except UnknownCode as unknown:
        return [Refusal("code", str(unknown))]
    if code.is_present_mark or code.is_late or symbol == "N":
        return [Refusal("code", "This can't be known beforehand. It is marked when the register is taken.")]
    calendar = timetable(viewer).calendar
    school_session = SchoolSession.PM if sessions == "PM" else SchoolSession.AM
    times = calendar.times(calendar.next_school_day(first_day) or first_day, school_session)
    if times is None:
        return []
    return [
        Refusal("code" if refusal.field == "code" else "note", refusal.message)
        for refusal in check_mark(
            code=code,
            session=school_session,
            minutes_late=None,
            note=note,
            times=times,
            roles_allowed=viewer.setters,
            may_keep=None,
        )
    ]
