"""What parents told the demonstration school this morning and the day before, as the office wrote it down.

Recorded with the product's own actions, about pupils of whom nothing else is known for the day. One of each kind of
thing that an office must work off is among them.
"""

from datetime import date, datetime, time
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from rollbook.apps.absence.actions.line import record_reports
from rollbook.apps.absence.actions.line_calls import keep_message, transfer
from rollbook.apps.absence.actions.line_drafts import AbsenceDraft, CallDraft
from rollbook.apps.absence.queries.line_people import Family, family_of
from rollbook.apps.absence.queries.transfers import pastoral_leads, reported_on
from rollbook.apps.accounts.models import User
from rollbook.apps.accounts.queries import viewer_for
from rollbook.apps.registers.queries.clashes import marks_made, plans_in_the_way
from rollbook.apps.roll.queries import pupils_on_roll
from rollbook.apps.schools.queries import timetable
from rollbook.clock import LONDON
from rollbook.domain.access import Viewer
from rollbook.domain.sessions import SchoolSession

_MOST_YESTERDAY = 2


def record_calls(today: date, office_email: str) -> None:
    """Records the calls of the morning before the registers open, and those of the day before that fit its marks."""
    office = User.objects.get(email=office_email)
    viewer = viewer_for(office.pk, office.name, office.email, today)
    if viewer is None:
        raise ValueError(f"{office.name} has no role in the demonstration on {today}")
    free = _free(viewer, today)
    if len(free) < 5 or reported_on(viewer, today, _moment(today, time(9))):
        return  # there is nobody to tell of, or it was told already
    ill, dental, holiday, told_by_a_neighbour, anxious = free[:5]
    calendar = timetable(viewer).calendar
    back = calendar.school_day_after(today, 2)
    _told(viewer, ill, time(8, 21), AbsenceDraft(ill.pupil.pk, "ill", today, expected_back_on=back))
    appointment = AbsenceDraft(
        dental.pupil.pk, "dental", today, leaves_at=time(10, 30), returns_at=time(13, 20)
    )
    _told(viewer, dental, time(8, 34), appointment)
    refuses = AbsenceDraft(
        anxious.pupil.pk,
        "refuses",
        today,
        private_note="Has not slept; afraid of the bus. Mother would like to talk.",
    )
    made = _told(viewer, anxious, time(8, 41), refuses)
    _transfer(viewer, anxious, made, time(8, 43))
    last_day = calendar.school_day_after(today, 3)
    _told(viewer, holiday, time(8, 50), AbsenceDraft(holiday.pupil.pk, "holiday", today, last_day=last_day))
    neighbour = CallDraft("telephone", _moment(today, time(8, 53)), "somebody", "Mr Trevor Nash", "neighbour")
    _record(viewer, neighbour, AbsenceDraft(told_by_a_neighbour.pupil.pk, "ill", today))
    _message(viewer, free[5] if len(free) > 5 else ill, today)
    before = calendar.previous_school_days(today, 1)
    if before:
        _the_day_before(viewer, before[0])


def _free(viewer: Viewer, today: date) -> list[Family]:
    """The families with a parent on record of pupils of whom nothing is known for today, one child of each."""
    roll = pupils_on_roll(viewer, today)
    known = {plan.pupil_id for plan in plans_in_the_way(viewer, [each.id for each in roll], today, today)}
    found: list[Family] = []
    seen: set[int] = set()
    for pupil in sorted(roll, key=lambda each: each.id):
        if pupil.id in known or pupil.id in seen:
            continue
        family = family_of(viewer, pupil.id, today)
        if family is not None and any(each.is_parent for each in family.contacts):
            found.append(family)
            seen.update(each.id for each in family.siblings)
        if len(found) == 6:
            break
    return found


def _the_day_before(viewer: Viewer, on: date) -> None:
    """Pupils marked ill the day before: their parents had called."""
    roll = sorted(each.id for each in pupils_on_roll(viewer, on))
    marks = marks_made(viewer, roll, on, on)
    ill = [pupil for pupil in roll if marks.get((pupil, on, SchoolSession.AM)) == "I"]
    for number, pupil_id in enumerate(ill[:_MOST_YESTERDAY]):
        family = family_of(viewer, pupil_id, on)
        if family is not None and any(each.is_parent for each in family.contacts):
            _told(viewer, family, time(8, 25 + 7 * number), AbsenceDraft(pupil_id, "ill", on))


def _told(viewer: Viewer, family: Family, at: time, draft: AbsenceDraft) -> Any:
    parent = next(each for each in family.contacts if each.is_parent)
    call = CallDraft("telephone", _moment(draft.first_day, at), f"parent:{parent.parent_id}")
    return _record(viewer, call, draft)


def _record(viewer: Viewer, call: CallDraft, draft: AbsenceDraft) -> Any:
    key = uuid5(NAMESPACE_URL, f"call:{call.told_at.isoformat()}:{draft.pupil_id}")
    (report,) = record_reports(
        viewer=viewer, call=call, absences=[draft], key=key, by=viewer.actor, at=call.told_at
    )
    return report


def _transfer(viewer: Viewer, family: Family, report: Any, at: time) -> None:
    leads = pastoral_leads(viewer, report.first_day)
    if leads:
        transfer(
            viewer=viewer,
            pupil_id=family.pupil.pk,
            to_id=leads[0].id,
            what_for="support",
            notes="Mother asks for help with the mornings. Can be reached until eleven.",
            call_id=report.call_id,
            key=uuid5(NAMESPACE_URL, f"transfer:{report.pk}"),
            by=viewer.actor,
            at=_moment(report.first_day, at),
        )


def _message(viewer: Viewer, family: Family, today: date) -> None:
    pupil, at = family.pupil, _moment(today, time(7, 12))
    draft = CallDraft(
        "voicemail",
        at,
        "somebody",
        f"Ms {pupil.surname}",
        text=f"It's about {pupil.forename}, who has been sick all night and won't be in today. Can you ring me back?",
    )
    key = uuid5(NAMESPACE_URL, f"message:{today}")
    keep_message(viewer=viewer, call=draft, key=key, by=viewer.actor, at=_moment(today, time(8, 15)))


def _moment(on: date, at: time) -> datetime:
    return datetime.combine(on, at, tzinfo=LONDON)
