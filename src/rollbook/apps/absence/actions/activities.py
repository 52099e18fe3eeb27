"""Trips, sport, work experience and other approved activities: recorded for many pupils at once, changed, cancelled."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from rollbook.apps.absence.actions.records import (
    columns_of_new,
    made_once,
    must,
    needs_reason,
    note,
    open_record,
    own_record,
    plan,
    put,
)
from rollbook.apps.absence.models import ActivityPupil, OffSiteActivity
from rollbook.apps.absence.queries.activities import own_staff, places_of
from rollbook.apps.absence.queries.people import on_roll_then
from rollbook.apps.absence.queries.week import slots_between
from rollbook.apps.registers.actions.sourced_plans import SourcedPlan
from rollbook.apps.roll.queries import RollPupil
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.off_site import ActivityFacts, ActivityKind, check_activity, register_words
from rollbook.domain.refusals import Refusal, Refused

_ONE_DAY = timedelta(days=1)
_MAY_NOT = "record activities. The school office can"


@dataclass(frozen=True, slots=True)
class ActivityDraft:
    """An activity as a form describes it. `staff_id` is who of the school's own staff is in charge of a trip.

    Shape: `weekdays` one bit each, 1 for Monday; `sessions` "both", "AM" or "PM".
    """

    kind: ActivityKind
    title: str
    nature: str
    place: str
    provider: str
    staff_id: int | None
    supervisor: str
    confirmed_how: str
    la_contact: str
    reference: str
    first_day: date
    last_day: date
    weekdays: int
    sessions: str


def check_draft(viewer: Viewer, draft: ActivityDraft) -> ActivityDraft:
    """The draft as it would be kept: the name of the member of staff in charge put in. Errors: Refused."""
    staff = dict(own_staff(viewer, draft.first_day)) if draft.kind is ActivityKind.TRIP else {}
    staff_id = draft.staff_id if draft.staff_id in staff else None
    supervisor = staff[staff_id] if staff_id is not None else draft.supervisor.strip()
    slots = slots_between(viewer, draft.first_day, draft.last_day, draft.weekdays, draft.sessions)
    facts = ActivityFacts(
        kind=draft.kind,
        title=draft.title.strip(),
        nature=draft.nature.strip(),
        place=draft.place.strip(),
        provider=draft.provider.strip(),
        supervisor=supervisor,
        has_own_staff=staff_id is not None,
        la_contact=draft.la_contact.strip(),
        first_day=draft.first_day,
        last_day=draft.last_day,
        session_count=len(slots),
    )
    if refusals := check_activity(facts):
        raise Refused(refusals)
    return ActivityDraft(
        kind=draft.kind,
        title=facts.title,
        nature=facts.nature,
        place=facts.place,
        provider=facts.provider,
        staff_id=staff_id,
        supervisor=supervisor,
        confirmed_how=draft.confirmed_how,
        la_contact=facts.la_contact,
        reference=draft.reference.strip(),
        first_day=draft.first_day,
        last_day=draft.last_day,
        weekdays=draft.weekdays,
        sessions=draft.sessions,
    )


def check_pupils(viewer: Viewer, pupil_ids: Collection[int], today: date, first_day: date) -> list[RollPupil]:
    """The chosen pupils. Errors: Refused without one, and for any who is not on the roll."""
    if not pupil_ids:
        raise Refused.one("pupils", "Choose at least one pupil or group.")
    found = [pupil for pupil in on_roll_then(viewer, today, first_day) if pupil.id in pupil_ids]
    if len(found) < len(set(pupil_ids)):
        raise Refused.one("pupils", "Somebody you chose is not on the roll of your school. Choose again.")
    return found


def record_activity(
    *,
    viewer: Viewer,
    draft: ActivityDraft,
    pupil_ids: Collection[int],
    key: UUID,
    by: Actor,
    at: datetime,
) -> OffSiteActivity:
    """Records an activity with its pupils and plans its code for them. The same form sent twice is recorded once.

    Errors: Refused with every problem.
    """
    must(viewer, Permission.ACTIVITIES_RECORD, _MAY_NOT)
    refusals: list[Refusal] = []
    try:
        draft = check_draft(viewer, draft)
    except Refused as refused:
        refusals += refused.refusals
    try:
        pupils = check_pupils(viewer, pupil_ids, at.date(), draft.first_day)
    except Refused as refused:
        refusals += refused.refusals
    if refusals:
        raise Refused(refusals)

    def make() -> OffSiteActivity:
        activity = OffSiteActivity.objects.create(
            **columns_of_new(viewer, key, by, at),
            **_values(draft),
        )
        _add(activity, [pupil.id for pupil in pupils], draft.first_day, by, at)
        _plan(viewer, activity, "recorded", by, at)
        note(
            of=activity,
            type="absence.activity.recorded",
            facts={"name": draft.title, "pupils": len(pupils)},
            by=by,
            at=at,
        )
        return activity

    return made_once(viewer, OffSiteActivity, key, make)


def change_activity(
    *,
    viewer: Viewer,
    activity_id: int,
    draft: ActivityDraft,
    because: str,
    seen_version: int,
    by: Actor,
    at: datetime,
) -> OffSiteActivity:
    """Changes an activity; what it planned is planned anew. Marks already made stay. Errors: Refused."""
    must(viewer, Permission.ACTIVITIES_RECORD, _MAY_NOT)
    because = needs_reason(because)
    draft = check_draft(viewer, draft)
    with transaction.atomic():
        activity = _open(viewer, activity_id, seen_version)
        was_first_day = activity.first_day
        differs = put(activity, _values(draft))
        if not differs["to"]:
            return activity
        activity.save()
        # Those who went from its first day go from the new first day; those added later keep their own.
        ActivityPupil.objects.filter(activity=activity, goes_from=was_first_day, off_from=None).update(
            goes_from=draft.first_day
        )
        _plan(viewer, activity, because, by, at)
        note(
            of=activity, type="absence.activity.changed", facts={"because": because, **differs}, by=by, at=at
        )
    return activity


def add_pupils(
    *,
    viewer: Viewer,
    activity_id: int,
    pupil_ids: Collection[int],
    because: str,
    by: Actor,
    at: datetime,
) -> int:
    """Puts more pupils on an activity, from its first day or, once it runs, from today. Shape: how many were added."""
    must(viewer, Permission.ACTIVITIES_RECORD, _MAY_NOT)
    because = needs_reason(because)
    with transaction.atomic():
        activity = _open(viewer, activity_id)
        on_it = {place.pupil_id for place in places_of(activity) if place.off_from is None}
        chosen = check_pupils(viewer, pupil_ids, at.date(), activity.first_day)
        new = [pupil for pupil in chosen if pupil.id not in on_it]
        if not new:
            return 0
        _add(activity, [pupil.id for pupil in new], max(activity.first_day, at.date()), by, at)
        _plan(viewer, activity, because, by, at)
        facts = {"because": because, "pupils": len(new), "added": [pupil.name for pupil in new]}
        note(of=activity, type="absence.activity.pupils_added", facts=facts, by=by, at=at)
    return len(new)


def take_off_pupils(
    *,
    viewer: Viewer,
    activity_id: int,
    pupil_ids: Collection[int],
    because: str,
    by: Actor,
    at: datetime,
) -> int:
    """Takes pupils off an activity, from today on; the rows of when they went stay. Shape: how many.

    Errors: Refused, also where nobody would be left: then the activity is cancelled.
    """
    must(viewer, Permission.ACTIVITIES_RECORD, _MAY_NOT)
    because = needs_reason(because)
    with transaction.atomic():
        activity = _open(viewer, activity_id)
        standing = [place for place in places_of(activity) if place.off_from is None]
        going = [place for place in standing if place.pupil_id in pupil_ids]
        if not going:
            raise Refused.one("pupils", "Choose whom to take off.")
        if len(going) == len(standing):
            raise Refused.one("pupils", "Nobody would be left. Cancel the activity instead.")
        for place in going:
            place.off_from = max(at.date(), place.goes_from)
            place.off_at, place.off_by_name, place.off_because = at, by.name, because
        fields = ["off_from", "off_at", "off_by_name", "off_because"]
        ActivityPupil.objects.bulk_update(going, fields)
        _plan(viewer, activity, because, by, at)
        names = [f"{place.pupil.forename} {place.pupil.surname}" for place in going]
        facts = {"because": because, "pupils": len(going), "taken_off": names}
        note(of=activity, type="absence.activity.pupils_taken_off", facts=facts, by=by, at=at)
    return len(going)


def cancel_activity(*, viewer: Viewer, activity_id: int, because: str, by: Actor, at: datetime) -> None:
    """Cancels an activity from today on: what it planned for days gone by stays, as do marks. Errors: Refused."""
    must(viewer, Permission.ACTIVITIES_RECORD, _MAY_NOT)
    because = needs_reason(because)
    with transaction.atomic():
        activity = own_record(viewer, OffSiteActivity, activity_id)
        if activity.ended_at is not None:
            return
        put(activity, {"ended_at": at, "ended_because": because})
        activity.save()
        _plan(viewer, activity, because, by, at)
        note(
            of=activity,
            type="absence.activity.cancelled",
            facts={"name": activity.title, "because": because},
            by=by,
            at=at,
        )


def _open(viewer: Viewer, activity_id: int, seen_version: int | None = None) -> OffSiteActivity:
    return open_record(viewer, OffSiteActivity, activity_id, seen_version, "This activity was cancelled.")


def _values(draft: ActivityDraft) -> dict[str, Any]:
    return asdict(draft) | {"kind": draft.kind.value}


def _add(
    activity: OffSiteActivity, pupil_ids: Collection[int], goes_from: date, by: Actor, at: datetime
) -> None:
    ActivityPupil.objects.bulk_create(
        ActivityPupil(
            activity=activity, pupil_id=pupil_id, goes_from=goes_from, added_at=at, added_by_name=by.name
        )
        for pupil_id in pupil_ids
    )


def _plan(viewer: Viewer, activity: OffSiteActivity, because: str, by: Actor, at: datetime) -> None:
    """Plans the activity's code for everybody on it, as long as each goes and it is not cancelled."""
    end = activity.last_day
    if activity.ended_at is not None:
        end = min(end, at.date() - _ONE_DAY)
    plans = []
    for place in places_of(activity):
        first = max(activity.first_day, place.goes_from)
        last = min(end, place.off_from - _ONE_DAY) if place.off_from else end
        if last < first:
            continue
        plans.append(
            SourcedPlan(
                pupil_id=place.pupil_id,
                first_day=first,
                last_day=last,
                code=ActivityKind(activity.kind).code,
                note=register_words(activity.title, activity.nature, activity.supervisor),
                sessions=activity.sessions,
                weekdays=activity.weekdays,
                provider=activity.provider or activity.place,
                supervisor=activity.supervisor,
            )
        )
    plan(of=activity, plans=plans, viewer=viewer, because=because, by=by, at=at)
