"""Requests for leave with their decisions: the list, one of them, what the head needs to decide."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, Q, QuerySet

from rollbook.apps.absence.models import Leave, LeaveDecision
from rollbook.apps.absence.queries.people import with_id
from rollbook.apps.absence.queries.week import Slot, slots_between
from rollbook.apps.roll.queries import Pupil
from rollbook.apps.roll.queries.details import contacts_of
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.law import Finding
from rollbook.domain.leave import RULES, Ground, LeaveFacts, LeaveState, decide_by, lead_time
from rollbook.domain.roll import is_compulsory_school_age

SEE = (Permission.LEAVE_RECORD, Permission.LEAVE_DECIDE)
NOTICE_SETTING = "leave_notice_days"
_EVERY_WEEKDAY = 0b11111
_DAYS_TO_DECIDE = 5
# Who is not of compulsory school age is too young or too old: nobody becomes too old before the year of turning 16.
_TOO_OLD_FROM_YEARS = 16


def is_over_age(pupil: Pupil, on: date) -> bool:
    """Is the pupil above compulsory school age, so that they may ask themselves?"""
    is_old = on.year - pupil.born_on.year >= _TOO_OLD_FROM_YEARS
    return is_old and not is_compulsory_school_age(pupil.born_on, on).answer


def askers_of(pupil: Pupil, on: date) -> list[tuple[str, str]]:
    """Who may ask for leave: the parents with whom the pupil lives, and a pupil old enough ("pupil"). One query."""
    found = [
        (str(contact.pk), f"{contact.parent} ({contact.relationship})")
        for contact in contacts_of(pupil)
        if contact.is_parent and contact.lives_with
    ]
    return [*found, ("pupil", f"{pupil.forename} themselves")] if is_over_age(pupil, on) else found


def code_of(leave: Leave) -> str:
    """As what is leave of this ground marked?"""
    return RULES[Ground(leave.ground)].code


def facts_of(leave: Leave) -> LeaveFacts:
    """A request as the rules take it; who asked was looked at when it was recorded."""
    return LeaveFacts(
        ground=Ground(leave.ground),
        first_day=leave.first_day,
        last_day=leave.last_day,
        received_on=leave.received_on,
        detail=leave.detail,
        circumstance=leave.circumstance,
        words=leave.words,
        asked_by=leave.asked_by_name,
        sessions=leave.sessions,
    )


def decisions_of(leave: Leave) -> list[LeaveDecision]:
    """Every decision about a request, in order. One query where they were not fetched."""
    return list(leave.decisions.all())


def decision_of(leave: Leave) -> LeaveDecision | None:
    """The decision that stands, None for one that waits."""
    return max(leave.decisions.all(), key=lambda each: each.number, default=None)


def slots_asked(viewer: Viewer, leave: Leave) -> list[Slot]:
    """The sessions asked for."""
    return slots_between(viewer, leave.first_day, leave.last_day, _EVERY_WEEKDAY, leave.sessions)


def slots_granted(viewer: Viewer, decision: LeaveDecision | None) -> list[Slot]:
    """The sessions granted; none where it was refused or waits."""
    if decision is None or decision.first_day is None or decision.last_day is None:
        return []
    return slots_between(viewer, decision.first_day, decision.last_day, _EVERY_WEEKDAY, decision.sessions)


def leave_of(viewer: Viewer, leave_id: int) -> Leave | None:
    """One request of the viewer's school with its decisions and letters; None for any other. Three queries."""
    return _with_decisions(with_id(viewer, Leave, leave_id)).first()


def leaves_of_pupil(viewer: Viewer, pupil_id: int, without: int = 0) -> list[Leave]:
    """A pupil's requests, latest first. Three queries."""
    rows = Leave.objects.filter(school_id=viewer.school_id, pupil_id=pupil_id).exclude(pk=without)
    return list(_with_decisions(rows).order_by("-first_day", "-id"))


def _with_decisions(rows: QuerySet[Leave]) -> QuerySet[Leave]:
    decisions = LeaveDecision.objects.order_by("number").prefetch_related("tellings")
    return rows.select_related("pupil", "contact__parent").prefetch_related(Prefetch("decisions", decisions))


@dataclass(frozen=True, slots=True)
class Leaves:
    """The school's requests: waiting for a decision, decided and still to end, over or withdrawn (latest first)."""

    waiting: list[Leave]
    coming: list[Leave]
    past: list[Leave]


def leaves_on(viewer: Viewer, today: date, since: date) -> Leaves:
    """Every request that waits or is to come, and those since a day that are past. Three queries."""
    is_open = Q(state=LeaveState.ASKED.value) | Q(last_day__gte=since)
    rows = _with_decisions(Leave.objects.filter(is_open, school_id=viewer.school_id))
    found = list(rows.order_by("first_day", "pupil__surname", "id"))
    waiting = [each for each in found if each.state == LeaveState.ASKED]
    decided = [each for each in found if each.state != LeaveState.ASKED]
    coming = [each for each in decided if each.ended_at is None and each.last_day >= today]
    past = [each for each in decided if each.ended_at is not None or each.last_day < today]
    return Leaves(waiting, coming, sorted(past, key=lambda each: (each.last_day, each.pk), reverse=True))


def waiting_count(viewer: Viewer, today: date) -> int:
    """How many requests wait for a decision, for the one who decides; 0 for others. One query."""
    if not viewer.may(Permission.LEAVE_DECIDE):
        return 0
    waiting = Leave.objects.filter(school_id=viewer.school_id, state=LeaveState.ASKED.value)
    return waiting.filter(received_on__lte=today).count()


def lead_time_of(viewer: Viewer, leave: Leave) -> Finding[bool]:
    """Was it asked for as early as the school's policy wants?"""
    wanted = timetable(viewer).setting(NOTICE_SETTING, leave.received_on)
    return lead_time(leave.received_on, leave.first_day, wanted)


def decide_by_of(viewer: Viewer, leave: Leave) -> date:
    """By which day should it be decided?"""
    fifth = timetable(viewer).calendar.school_day_after(leave.received_on, _DAYS_TO_DECIDE)
    return decide_by(leave.received_on, leave.first_day, fifth)


def pupils_with_open_leave(viewer: Viewer, on: date) -> dict[int, str]:
    """Pupils whose request waits, or whose leave is still to end: their marks stay. One query."""
    is_open = Q(state=LeaveState.ASKED.value) | Q(state=LeaveState.GRANTED.value, last_day__gte=on)
    rows = Leave.objects.filter(is_open, school_id=viewer.school_id)
    return dict.fromkeys(rows.values_list("pupil_id", flat=True), "leave of absence is asked for or granted")


def local_day(at: datetime, now: datetime) -> date:
    """The day of a moment by the clock of `now`."""
    return at.astimezone(now.tzinfo).date()
