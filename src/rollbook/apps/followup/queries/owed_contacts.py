"""Which calls, visits and enquiries were owed about missing pupils, by when, and whether they were made."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.urls import reverse

from rollbook.apps.followup.models import ContactStep
from rollbook.apps.followup.queries.steps import standing_steps
from rollbook.apps.registers.queries.reasons import reasons_between
from rollbook.apps.registers.queries.year_marks import PupilMarks, marks_of_year
from rollbook.apps.roll.queries.calling import partners_of
from rollbook.apps.roll.queries.spells import register_spells
from rollbook.apps.schools.queries import timetable
from rollbook.clock import LONDON
from rollbook.domain.access import Viewer
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.contact_duties import (
    TWENTIETH_DAY,
    ContactPolicy,
    Did,
    Followed,
    Occasion,
    WasN,
    occasions,
)
from rollbook.domain.contact_steps import StepKind
from rollbook.domain.duties import Owed
from rollbook.domain.sessions import SchoolSession

# A pupil's absence that ends in these days may have begun before: so far back is looked, in school days.
_LOOK_BACK = TWENTIETH_DAY + 5


def owed(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Owed]:
    """Each call, visit, person told, decision and enquiry that these days asked for, and each concern handed over.

    Seven queries however many pupils, and one for each academic year among the days.
    """
    until = min(last_day, now.date())
    if until < first_day:
        return []
    calendar = timetable(viewer).calendar
    begun = next(iter(calendar.previous_school_days(first_day, _LOOK_BACK)), first_day)
    spells = register_spells(viewer, begun, until)
    names = {each.pupil_id: f"{each.forename} {each.surname}, {each.group_name}" for each in spells}
    marks = _marks(viewer, calendar, list(names), begun, until)
    was_n: dict[int, list[WasN]] = {}
    for each in reasons_between(viewer, begun, until):
        settled = each.settled.at if each.settled else None
        was_n.setdefault(each.pupil_id, []).append(WasN(each.on, each.session, each.marked_at, settled))
    steps = _steps(viewer, begun)
    partners = partners_of(viewer, list(was_n))
    policy, closed = _policies(viewer), _closed(calendar, now)
    found: list[Owed] = []
    for pupil_id, own in marks.items():
        of = Followed(
            [mark for mark in own if closed(mark[0], mark[1])],
            [each for each in was_n.get(pupil_id, ()) if closed(each.on, each.session)],
            [_did(step) for step in steps.get(pupil_id, ())],
            partners.get(pupil_id, frozenset()),
        )
        given = occasions(of, calendar, policy, _moment)
        found += [_owed(pupil_id, names[pupil_id], one) for one in given if first_day <= one.on <= until]
    return found + _concerns(steps, names, calendar, first_day, until)


def _marks(
    viewer: Viewer, calendar: SchoolCalendar, pupil_ids: list[int], begun: date, until: date
) -> dict[int, PupilMarks]:
    """The marks of these days, which may lie in more than one academic year; pupils who missed nothing are left out."""
    found: dict[int, PupilMarks] = {}
    day: date | None = begun
    while day is not None and day <= until:
        year = calendar.year_of(day)
        for pupil_id, marks in marks_of_year(viewer, pupil_ids, day, until).items():
            found.setdefault(pupil_id, []).extend(mark for mark in marks if mark[0] >= begun)
        day = calendar.next_school_day(year.last_day) if year else None
    present = {"/", "\\", "L"}
    return {
        pupil_id: own for pupil_id, own in found.items() if any(code not in present for _, _, code in own)
    }


def _steps(viewer: Viewer, begun: date) -> dict[int, list[ContactStep]]:
    rows = ContactStep.objects.filter(school_id=viewer.school_id, on__gte=begun)
    found: dict[int, list[ContactStep]] = {}
    for step in standing_steps(rows):
        found.setdefault(step.pupil_id, []).append(step)
    return found


def _did(step: ContactStep) -> Did:
    return Did(StepKind(step.kind), step.on, step.happened_at.astimezone(LONDON), step.result)


def _policies(viewer: Viewer) -> Callable[[date], ContactPolicy]:
    """What the school had chosen for a day."""
    rules = timetable(viewer)

    def policy(on: date) -> ContactPolicy:
        return ContactPolicy(
            call_within_minutes=rules.setting("call_within_minutes", on),
            welfare_officer_day=rules.setting("welfare_officer_day", on),
            visits_for_illness=bool(rules.setting("visits_for_illness", on)),
        )

    return policy


def _closed(calendar: SchoolCalendar, now: datetime) -> Callable[[date, SchoolSession], bool]:
    """Has the register of a half-day closed? Before that nobody is missing."""

    def closed(on: date, session: SchoolSession) -> bool:
        if on != now.date():
            return on < now.date()
        times = calendar.times(on, session)
        return times is not None and times.closes_at <= now.time()

    return closed


def _owed(pupil_id: int, about: str, each: Occasion) -> Owed:
    return Owed(
        duty=each.duty,
        about=about,
        what=each.what,
        arose_at=each.arose_at,
        due_at=each.due_at,
        url=reverse("followup:sheet", args=[pupil_id]),
        pupil_id=pupil_id,
        done_at=each.done_at,
        dropped_because=each.dropped_because,
    )


def _concerns(
    steps: dict[int, list[ContactStep]],
    names: dict[int, str],
    calendar: SchoolCalendar,
    first_day: date,
    until: date,
) -> list[Owed]:
    """Each concern that was handed over on these days, to be taken over by the end of that school day."""
    everything = [step for those in steps.values() for step in those]
    taken = {step.answers_id: step.at for step in everything if step.kind == StepKind.TAKEN_OVER}
    return [
        Owed(
            duty="concern.acknowledged",
            about=names.get(step.pupil_id, "A pupil"),
            what=f"A concern from {step.by_name}",
            arose_at=step.at.astimezone(LONDON),
            due_at=_end_of_school_day(calendar, step.at.astimezone(LONDON)),
            url=f"{reverse('followup:sheet', args=[step.pupil_id])}#step-{step.pk}",
            pupil_id=step.pupil_id,
            done_at=taken[step.pk].astimezone(LONDON) if step.pk in taken else None,
        )
        for step in everything
        if step.kind == StepKind.CONCERN and first_day <= step.on <= until
    ]


def _end_of_school_day(calendar: SchoolCalendar, at: datetime) -> datetime:
    """The end of the school day on which it was handed over; after school, or on no school day, the next one's."""
    times = calendar.times(at.date(), SchoolSession.PM)
    if times is not None and at.time() < times.session_ends_at:
        return _moment(at.date(), times.session_ends_at)
    following = calendar.next_school_day(at.date())
    later = calendar.times(following, SchoolSession.PM) if following else None
    return _moment(following, later.session_ends_at) if following and later else at + timedelta(days=1)


def _moment(on: date, at: time) -> datetime:
    return datetime.combine(on, at, LONDON)
