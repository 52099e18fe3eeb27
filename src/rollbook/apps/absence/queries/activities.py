"""Activities with the pupils on them, and how far their attendance is confirmed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q
from django.utils.timezone import localtime

from rollbook.apps.absence.models import ActivityPupil, AttendanceConfirmation, OffSiteActivity
from rollbook.apps.absence.queries.people import with_id
from rollbook.apps.absence.queries.week import Slot, has_begun, slots_between
from rollbook.apps.accounts.queries import people_of
from rollbook.apps.registers.queries.clashes import marks_made
from rollbook.domain.access import Role, Viewer
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.sessions import SchoolSession

_ONE_DAY = timedelta(days=1)
# Governors and administrators of the system do not take pupils out.
_NO_LEADERS = frozenset({Role.GOVERNOR, Role.ADMINISTRATOR, Role.INSPECTOR})


def own_staff(viewer: Viewer, on: date) -> list[tuple[int, str]]:
    """The school's own staff who may be in charge of a trip, by name. Two queries."""
    return [
        (person.id, person.name)
        for person in people_of(viewer, on)
        if any(post.role not in _NO_LEADERS for post in person.posts if post.is_held(on))
    ]


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """An activity on the list.

    Shape: `today` has its sessions of today that have begun, each with whether attendance is confirmed; `later_today`
    how many are still to begin.
    """

    activity: OffSiteActivity
    pupil_count: int
    today: tuple[tuple[SchoolSession, bool], ...]
    later_today: int


def activity_rows(viewer: Viewer, now: datetime, *, past: bool) -> list[ActivityRow]:
    """The school's activities that are over or cancelled, latest first, or the others, soonest first. Two queries."""
    today = now.date()
    is_past = Q(last_day__lt=today) | ~Q(ended_at=None)
    found = OffSiteActivity.objects.filter(school_id=viewer.school_id)
    found = (
        found.filter(is_past).order_by("-last_day", "-id")
        if past
        else found.exclude(is_past).order_by("first_day", "title", "id")
    )
    activities = list(found.annotate(pupil_count=Count("places", filter=Q(places__off_from=None))))
    confirmed = set(
        AttendanceConfirmation.objects.filter(activity__in=activities, on=today).values_list(
            "activity_id", "session"
        )
    )
    rows = []
    for activity in activities:
        slots = [] if past else slots_of(viewer, activity, today, today)
        begun = tuple(
            (slot[1], (activity.pk, slot[1].value) in confirmed)
            for slot in slots
            if has_begun(viewer, slot, now)
        )
        rows.append(ActivityRow(activity, activity.pupil_count, begun, len(slots) - len(begun)))
    return rows


def activity_of(viewer: Viewer, activity_id: int) -> OffSiteActivity | None:
    """One activity of the viewer's school; None for any other. One query."""
    return with_id(viewer, OffSiteActivity, activity_id).first()


def slots_of(viewer: Viewer, activity: OffSiteActivity, first_day: date, last_day: date) -> list[Slot]:
    """The sessions of an activity between two days; of one that was cancelled those of the days before."""
    first, last = max(first_day, activity.first_day), min(last_day, activity.last_day)
    if activity.ended_at is not None:
        last = min(last, localtime(activity.ended_at).date() - _ONE_DAY)
    return slots_between(viewer, first, last, activity.weekdays, activity.sessions)


def begun_slots_of(viewer: Viewer, activity: OffSiteActivity, first_day: date, now: datetime) -> list[Slot]:
    """The sessions of an activity from a day on that have begun: those whose attendance can be confirmed."""
    slots = slots_of(viewer, activity, first_day, now.date())
    return [slot for slot in slots if has_begun(viewer, slot, now)]


def places_of(activity: OffSiteActivity) -> list[ActivityPupil]:
    """Everybody who is or was on an activity, by name. One query."""
    return list(ActivityPupil.objects.filter(activity=activity).select_related("pupil"))


def goes_on(place: ActivityPupil, on: date) -> bool:
    """Is the pupil on the activity that day?"""
    return place.goes_from <= on and (place.off_from is None or on < place.off_from)


@dataclass(frozen=True, slots=True)
class Absent:
    """A pupil who was not at an activity, with the mark that stands, "" for none yet.

    `is_to_mend`: the mark says the pupil was there.
    """

    pupil_id: int
    name: str
    code: str

    @property
    def is_to_mend(self) -> bool:
        """Does the register say that the pupil attended?"""
        return bool(self.code) and BY_SYMBOL[self.code].is_attended


@dataclass(frozen=True, slots=True)
class SessionState:
    """One session of an activity: the newest confirmation with who was not there, None where nobody confirmed."""

    on: date
    session: SchoolSession
    confirmation: AttendanceConfirmation | None
    earlier_count: int
    absent: tuple[Absent, ...]


def session_states(viewer: Viewer, activity: OffSiteActivity, slots: Collection[Slot]) -> list[SessionState]:
    """How far the attendance of these sessions is confirmed, in their order. Three queries at most."""
    if not slots:
        return []
    days = [on for on, _ in slots]
    rows = AttendanceConfirmation.objects.filter(activity=activity, on__range=(min(days), max(days)))
    by_slot: dict[Slot, list[AttendanceConfirmation]] = {}
    for row in rows.order_by("id").prefetch_related("not_there"):
        by_slot.setdefault((row.on, SchoolSession(row.session)), []).append(row)
    ids = {pupil.pk for found in by_slot.values() for pupil in found[-1].not_there.all()}
    marks = marks_made(viewer, ids, min(days), max(days)) if ids else {}
    states = []
    for on, each in slots:
        found = by_slot.get((on, each), [])
        absent = found[-1].not_there.all() if found else ()
        states.append(
            SessionState(
                on=on,
                session=each,
                confirmation=found[-1] if found else None,
                earlier_count=max(len(found) - 1, 0),
                absent=tuple(
                    Absent(pupil.pk, f"{pupil.forename} {pupil.surname}", marks.get((pupil.pk, on, each), ""))
                    for pupil in absent
                ),
            )
        )
    return states
