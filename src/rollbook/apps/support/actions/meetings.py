"""A meeting with parents is set, they are invited, it is moved, held, missed or cancelled."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from rollbook.apps.audit.actions import record
from rollbook.apps.support.actions.meeting_plans import (
    LONGEST_REASON,
    MeetingDraft,
    MeetingPlan,
    check_draft,
    check_reason,
    checked_plan,
    columns_of,
    parents_of,
    plain,
    refuse,
    stripped,
    wall,
)
from rollbook.apps.support.models import LONGEST_INVITATION, Meeting, MeetingParent, MeetingStep
from rollbook.apps.support.queries.meetings import meeting_of, starts_of
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.law import words_for_day
from rollbook.domain.meetings import (
    About,
    How,
    MeetingEvent,
    MeetingState,
    Outcome,
    check_outcome,
    state_after,
    why_not,
)
from rollbook.domain.refusals import Refusal, Refused


@dataclass(frozen=True, slots=True)
class Sent:
    """A form about one meeting: which edition of it was on the page, and the key made when the form was shown."""

    meeting_id: int
    seen_version: int
    key: UUID


def set_meeting(
    *, viewer: Viewer, pupil_id: int, draft: MeetingDraft, key: UUID, by: Actor, at: datetime
) -> Meeting:
    """Sets a meeting with a pupil's parents. The same form sent twice sets it once.

    Errors: Refused with every problem.
    """
    _must(viewer)
    if (made := Meeting.objects.filter(school_id=viewer.school_id, key=key).first()) is not None:
        return made
    draft = replace(draft, why=draft.why.strip(), plan=stripped(draft.plan))
    refusals = list(check_draft(viewer, pupil_id, draft, at.date()))
    checked = checked_plan(viewer, pupil_id, draft.plan, at, refusals)
    if _unsettled(pupil_id, draft.about):
        raise _set_already()
    try:
        with transaction.atomic():
            meeting = Meeting.objects.create(
                school_id=viewer.school_id,
                pupil_id=pupil_id,
                key=key,
                about=draft.about,
                origin=draft.origin,
                why=draft.why,
                state=MeetingState.SET,
                set_at=at,
                set_by_id=by.person_id,
                set_by_name=by.name,
                **columns_of(draft.plan, checked.leader_name),
            )
            MeetingParent.objects.bulk_create(parents_of(meeting, checked))
            _note(meeting, "set", {"about": About(draft.about).words}, by, at)
    except IntegrityError:
        # The same form, or the same meeting from two desks, at the same moment.
        made = Meeting.objects.filter(school_id=viewer.school_id, key=key).first()
        if made is None:
            raise _set_already() from None
        return made
    return meeting


def invite(
    *, viewer: Viewer, sent: Sent, how: str, given_on: date, text: str, by: Actor, at: datetime
) -> Meeting:
    """Records how the parents were told of the time, on which day, and in what words. Errors: Refused."""
    text = text.strip()

    def checked(meeting: Meeting) -> dict[str, Any]:
        refusals = []
        if how not in set(How):
            refusals.append(Refusal("how", "Choose how they were invited."))
        first, last = localtime(meeting.set_at).date(), min(at.date(), meeting.on)
        if not first <= given_on <= last:
            refusals.append(
                Refusal("given_on", f"Choose a day from {words_for_day(first)} to {words_for_day(last)}.")
            )
        if not text or "\0" in text or len(text) > LONGEST_INVITATION:
            refusals.append(
                Refusal("text", f"Say what they were told, in up to {LONGEST_INVITATION:,} characters.")
            )
        if not any(parent.is_asked and parent.contact_id for parent in meeting.parents.all()):
            refusals.append(
                Refusal(
                    "", "None of those invited is a contact of the pupil any more. Move it to choose others."
                )
            )
        if refusals:
            raise Refused(refusals)
        return {"how": how, "given_on": given_on, "text": text}

    return _happens(viewer, sent, MeetingEvent.INVITE, checked, by, at)


def move(*, viewer: Viewer, sent: Sent, plan: MeetingPlan, because: str, by: Actor, at: datetime) -> Meeting:
    """Sets a new time, place or circle for it, for a reason. Who was invited must be told anew. Errors: Refused."""
    plan, because = stripped(plan), because.strip()

    def checked(meeting: Meeting) -> dict[str, Any]:
        found = checked_plan(viewer, meeting.pupil_id, plan, at, check_reason(because))
        asked = list(meeting.parents.all())
        for parent in asked:
            parent.is_asked = parent.contact_id in plan.contact_ids
        MeetingParent.objects.bulk_update(asked, ["is_asked"])
        known = {parent.contact_id for parent in asked}
        MeetingParent.objects.bulk_create(
            parent for parent in parents_of(meeting, found) if parent.contact_id not in known
        )
        for name, value in columns_of(plan, found.leader_name).items():
            setattr(meeting, name, value)
        return {"because": because}

    return _happens(viewer, sent, MeetingEvent.MOVE, checked, by, at)


def miss(*, viewer: Viewer, sent: Sent, because: str, by: Actor, at: datetime) -> Meeting:
    """Records that nobody came, with what is known of why. Errors: Refused."""
    because = because.strip()

    def checked(meeting: Meeting) -> dict[str, Any]:
        if starts_of(meeting) > wall(at):
            raise Refused.one("", "This meeting has not begun yet. Move or cancel it where nobody will come.")
        refuse(check_reason(because))
        return {"because": because}

    return _happens(viewer, sent, MeetingEvent.MISS, checked, by, at)


def cancel(*, viewer: Viewer, sent: Sent, because: str, by: Actor, at: datetime) -> Meeting:
    """Calls it off for a reason; the row stays. Errors: Refused."""
    because = because.strip()

    def checked(_: Meeting) -> dict[str, Any]:
        refuse(check_reason(because))
        return {"because": because}

    return _happens(viewer, sent, MeetingEvent.CANCEL, checked, by, at)


def hold(
    *,
    viewer: Viewer,
    sent: Sent,
    came_ids: Sequence[int],
    others_came: str,
    outcome: Outcome,
    by: Actor,
    at: datetime,
) -> Meeting:
    """Records who came, what was said and agreed, and what is next. Errors: Refused with every problem."""
    outcome = Outcome(**{name: plain(value) for name, value in asdict(outcome).items()})
    others_came = others_came.strip()

    def checked(meeting: Meeting) -> dict[str, Any]:
        asked = [parent for parent in meeting.parents.all() if parent.is_asked]
        refusals = check_outcome(About(meeting.about), outcome, at.date())
        if meeting.on > at.date():
            refusals.append(Refusal("", "This meeting is still to come. Move it to the day it was held."))
        if not {parent.pk for parent in asked} & set(came_ids):
            refusals.append(
                Refusal("came", "Tick which of the parents came. Where none did, record that nobody came.")
            )
        if "\0" in others_came or len(others_came) > LONGEST_REASON:
            refusals.append(Refusal("others_came", f"Use up to {LONGEST_REASON} characters."))
        refuse(refusals)
        for parent in asked:
            parent.came = parent.pk in came_ids
        MeetingParent.objects.bulk_update(asked, ["came"])
        meeting.others_came = others_came
        for name, value in asdict(outcome).items():
            setattr(meeting, name, value)
        return {}

    return _happens(viewer, sent, MeetingEvent.HOLD, checked, by, at)


def note_letter(*, viewer: Viewer, step: MeetingStep, by: Actor, at: datetime) -> None:
    """Records that the letters of an invitation were printed. Errors: Refused."""
    _must(viewer)
    with transaction.atomic():
        record(
            type="extract.taken",
            by=by,
            at=at,
            school_id=step.meeting.school_id,
            subject=step.meeting.source,
            facts={
                "what": "the letters of an invitation",
                "format": "PDF",
                "from": step.was_on.isoformat(),
                "to": step.was_on.isoformat(),
            },
        )


_EVENTS = {
    MeetingEvent.INVITE: "invited",
    MeetingEvent.MOVE: "moved",
    MeetingEvent.HOLD: "held",
    MeetingEvent.MISS: "missed",
    MeetingEvent.CANCEL: "cancelled",
}


def _happens(
    viewer: Viewer,
    sent: Sent,
    event: MeetingEvent,
    checked: Callable[[Meeting], dict[str, Any]],
    by: Actor,
    at: datetime,
) -> Meeting:
    """One step of a meeting, with all its checks and its audit event; `checked` gives what the step's row says."""
    _must(viewer)
    with transaction.atomic():
        meeting = _locked(viewer, sent.meeting_id)
        if meeting.steps.filter(key=sent.key).exists():
            return meeting
        state = state_after(MeetingState(meeting.state), event)
        if state is None:
            raise Refused.one("", why_not(MeetingState(meeting.state)))
        if meeting.version != sent.seen_version:
            raise Refused.one(
                "",
                "Somebody else changed this after you opened it. What you typed is still here. Open it in another "
                "window, compare, then send it again from there.",
            )
        was = {"was_on": meeting.on, "was_at": meeting.starts_at}
        row = checked(meeting)
        meeting.state, meeting.version = state, meeting.version + 1
        meeting.save()
        MeetingStep.objects.create(
            meeting=meeting,
            key=sent.key,
            event=event,
            at=at,
            by_id=by.person_id,
            by_name=by.name,
            **was,
            **row,
        )
        how = {"how": How(row["how"]).words} if "how" in row else {}
        _note(meeting, _EVENTS[event], how, by, at)
    return meeting


def _must(viewer: Viewer) -> None:
    if not viewer.may(Permission.SUPPORT_RECORD):
        raise Refused.one(
            "", "You may not call parents to a meeting. The attendance officer or a pastoral lead can."
        )


def _locked(viewer: Viewer, meeting_id: int) -> Meeting:
    """One of the viewer's school, locked until the step is over. Errors: Refused for any other."""
    if meeting_of(viewer, meeting_id) is None:
        raise Refused.one("", "This is not among your school’s meetings.")
    return Meeting.objects.select_for_update().get(pk=meeting_id)


def _unsettled(pupil_id: int, about: str) -> bool:
    return Meeting.objects.filter(
        pupil_id=pupil_id, about=about, state__in=["set", "invited", "missed"]
    ).exists()


def _set_already() -> Refused:
    return Refused.one(
        "about", "A meeting about this is set for the pupil already. Open it from the pupil’s page."
    )


def _note(meeting: Meeting, what: str, more: dict[str, str], by: Actor, at: datetime) -> None:
    """What was said, and why, may be about health or home: it stays on the meeting's own page."""
    facts = {"pupil": meeting.pupil_id, "for": meeting.on.isoformat(), "time": f"{meeting.starts_at:%H:%M}"}
    record(
        type=f"support.meeting.{what}",
        by=by,
        at=at,
        school_id=meeting.school_id,
        subject=meeting.source,
        facts=facts | more,
    )
