"""Leave of absence that families asked the demonstration school for: two that wait, one granted in part, one refused.

Recorded with the product's own actions by the head, on the days on which a school would have; what the calendar leaves
no room for is left out. The refused holiday is that of a pupil whom the register shows away on the day.
"""

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from rollbook.apps.absence.actions.leave import LeaveDraft, record_leave
from rollbook.apps.absence.actions.leave_deciding import DecisionDraft, decide_leave
from rollbook.apps.absence.models import Leave
from rollbook.apps.accounts.models import User
from rollbook.apps.accounts.queries import viewer_for
from rollbook.apps.registers.queries.clashes import marks_made, plans_in_the_way
from rollbook.apps.roll.models import Contact
from rollbook.apps.roll.queries import pupils_on_roll
from rollbook.apps.schools.queries import timetable
from rollbook.clock import LONDON
from rollbook.domain.access import Viewer
from rollbook.domain.refusals import Refused
from rollbook.domain.sessions import SchoolSession

_LOOK_AHEAD, _LOOK_BACK = timedelta(days=28), timedelta(days=21)
_ASKED_BEFORE = timedelta(days=18)
_AM = SchoolSession.AM


def record_leaves(today: date, head_email: str) -> None:
    """Records the requests and the head's decisions in the school that was loaded."""
    head = User.objects.get(email=head_email)
    viewer = viewer_for(head.pk, head.name, head.email, today)
    if viewer is None:
        raise ValueError(f"{head.name} has no role in the demonstration on {today}")
    calendar = timetable(viewer).calendar
    asked_on = next(iter(calendar.previous_school_days(today, 1)), today)
    soon = calendar.school_day_after(today, 2)
    later = calendar.school_day_after(today, 12)
    free = _free(viewer, today)
    if len(free) < 3 or soon is None or Leave.objects.filter(school_id=viewer.school_id).exists():
        return
    after_soon = calendar.next_school_day(soon) or soon
    funeral = _draft(free[0], "exceptional", soon, after_soon, asked_on, _FUNERAL)
    granted = _draft(free[1], "exceptional", soon, after_soon, asked_on, _CEREMONY)
    with suppress(Refused):
        _ask(viewer, free[0], funeral)
        _decide(viewer, _ask(viewer, free[1], granted), soon, asked_on)
        if later is not None:
            last_day = calendar.school_day_after(later, 2) or later
            _ask(viewer, free[2], _draft(free[2], "holiday", later, last_day, asked_on, _HOLIDAY))
    _refused(viewer, today)


_FUNERAL = (
    "funeral",
    "A grandmother’s funeral in Kraków",
    "My mother has died. Could we have two days to travel?",
)
_CEREMONY = (
    "other",
    "An aunt’s citizenship ceremony in Cardiff",
    "It is once in a lifetime, and we come back late.",
)
_HOLIDAY = (
    "",
    "The family’s employer closes in that week only",
    "It is the one week in which both of us are free.",
)
_TAKEN = ("", "Flights are cheaper before the holidays", "We would like to leave a little earlier this time.")


def _refused(viewer: Viewer, today: date) -> None:
    """A holiday that was refused in time, of a pupil whom the register shows away all the same."""
    roll = {each.id for each in pupils_on_roll(viewer, today)}
    marks = marks_made(viewer, roll, today - _LOOK_BACK, today - timedelta(days=1))
    away = sorted((on, pupil) for (pupil, on, each), code in marks.items() if code == "O" and each is _AM)
    for on, pupil_id in reversed(away):
        parent = _parent_of(pupil_id)
        if parent is not None:
            asked_on = on - _ASKED_BEFORE
            draft = _draft(parent, "holiday", on, on, asked_on, _TAKEN)
            with suppress(Refused):
                _decide(viewer, _ask(viewer, parent, draft), None, asked_on)
            return


def _free(viewer: Viewer, today: date) -> list[Contact]:
    """A parent each of the last pupils on roll for whom nothing is planned in the next weeks."""
    roll = sorted((each.id for each in pupils_on_roll(viewer, today)), reverse=True)
    known = {plan.pupil_id for plan in plans_in_the_way(viewer, roll, today, today + _LOOK_AHEAD)}
    found = []
    for pupil_id in roll:
        parent = None if pupil_id in known else _parent_of(pupil_id)
        if parent is not None:
            found.append(parent)
        if len(found) == 3:
            break
    return found


def _parent_of(pupil_id: int) -> Contact | None:
    return Contact.objects.filter(pupil_id=pupil_id, is_parent=True, lives_with=True).first()


def _draft(
    parent: Contact, ground: str, first_day: date, last_day: date, asked_on: date, said: tuple[str, str, str]
) -> LeaveDraft:
    circumstance, detail, words = said
    return LeaveDraft(
        ground=ground,
        circumstance=circumstance,
        detail=detail,
        advice="",
        words=words,
        first_day=first_day,
        last_day=last_day,
        sessions="both",
        received_on=asked_on,
        received_how="form",
        contact_id=parent.pk,
    )


def _ask(viewer: Viewer, parent: Contact, draft: LeaveDraft) -> Leave:
    key = uuid5(NAMESPACE_URL, f"rollbook:demonstration:leave:{parent.pupil_id}:{draft.first_day}")
    return record_leave(
        viewer=viewer,
        pupil_id=parent.pupil_id,
        draft=draft,
        key=key,
        **_by(viewer, draft.received_on, time(9, 50)),
    )


def _decide(viewer: Viewer, leave: Leave, granted: date | None, on: date) -> None:
    draft = DecisionDraft(
        is_granted=granted is not None,
        first_day=granted,
        last_day=granted,
        sessions="both",
        considered="What the family wrote, and attendance so far this year.",
        because="One day is enough to be there and back."
        if granted
        else "The policy grants leave for a holiday only in exceptional circumstances.",
        conditions="",
        is_confirmed=False,
        again_because="",
    )
    if leave.state == "asked":
        decide_leave(
            viewer=viewer,
            leave_id=leave.pk,
            draft=draft,
            seen_version=leave.version,
            **_by(viewer, on, time(15, 20)),
        )


def _by(viewer: Viewer, on: date, at: time) -> dict[str, Any]:
    return {"by": viewer.actor, "at": datetime.combine(on, at, tzinfo=LONDON)}
