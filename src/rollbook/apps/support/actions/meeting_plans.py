"""When, where and with whom a meeting is planned, and why a plan can't be taken as it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from django.utils.timezone import localtime

from rollbook.apps.absence.queries.activities import own_staff
from rollbook.apps.absence.queries.people import on_roll_then
from rollbook.apps.roll.queries import pupil_of
from rollbook.apps.roll.queries.details import contacts_of
from rollbook.apps.support.models import LONGEST_NOTE, Meeting, MeetingParent
from rollbook.domain.access import Viewer
from rollbook.domain.meetings import About, Origin, check_time
from rollbook.domain.refusals import Refusal, Refused

LONGEST_REASON = 300
_LONGEST_PLACE = 120


@dataclass(frozen=True, slots=True)
class MeetingPlan:
    """When and where, and who is asked to come: contacts of the pupil, who leads it, and others by name."""

    on: date
    starts_at: time
    place: str
    contact_ids: tuple[int, ...]
    leader_id: int
    others: str = ""


@dataclass(frozen=True, slots=True)
class MeetingDraft:
    """What is to be set, as a form describes it. `why` are the facts, as the parents will read them."""

    about: str
    origin: str
    why: str
    plan: MeetingPlan


@dataclass(frozen=True, slots=True)
class Checked:
    """The contacts of the plan, as (id, name, relationship), and who leads it by name."""

    contacts: list[tuple[int, str, str]]
    leader_name: str


def checked_plan(
    viewer: Viewer, pupil_id: int, plan: MeetingPlan, at: datetime, refusals: list[Refusal]
) -> Checked:
    """Who is asked to come, by name. Errors: Refused with these refusals and every problem of the plan."""
    refusals += _check_plan(plan, at)
    pupil = pupil_of(viewer, pupil_id)
    living = [] if pupil is None else contacts_of(pupil)
    chosen = [
        (each.pk, str(each.parent), each.relationship) for each in living if each.pk in plan.contact_ids
    ]
    if not chosen or len(chosen) < len(set(plan.contact_ids)):
        refusals.append(Refusal("contacts", "Choose at least one of the pupil’s contacts."))
    staff = dict(own_staff(viewer, at.date()))
    if plan.leader_id not in staff:
        refusals.append(Refusal("leader", "Choose who leads it from the school’s staff."))
    refuse(refusals)
    return Checked(chosen, staff[plan.leader_id])


def check_draft(viewer: Viewer, pupil_id: int, draft: MeetingDraft, today: date) -> Iterator[Refusal]:
    """Why can this not be set, apart from its plan?"""
    if pupil_id not in {pupil.id for pupil in on_roll_then(viewer, today)}:
        yield Refusal("", "Choose a pupil who is on the roll of this school.")
    if draft.about not in set(About):
        yield Refusal("about", "Choose what it is about.")
    if draft.origin not in set(Origin):
        yield Refusal("", "Open this form from the pupil’s page.")
    if not draft.why or "\0" in draft.why or len(draft.why) > LONGEST_NOTE:
        yield Refusal("why", f"Say why, in up to {LONGEST_NOTE:,} characters.")


def _check_plan(plan: MeetingPlan, at: datetime) -> Iterator[Refusal]:
    yield from check_time(datetime.combine(plan.on, plan.starts_at), wall(at))
    if not plan.place or "\0" in plan.place or len(plan.place) > _LONGEST_PLACE:
        yield Refusal("place", f"Say where, in up to {_LONGEST_PLACE} characters.")
    if "\0" in plan.others or len(plan.others) > LONGEST_REASON:
        yield Refusal("others", f"Use up to {LONGEST_REASON} characters.")


def check_reason(because: str) -> list[Refusal]:
    """Why is this no reason that can be kept?"""
    if because and "\0" not in because and len(because) <= LONGEST_REASON:
        return []
    return [Refusal("because", f"Say why, in up to {LONGEST_REASON} characters.")]


def refuse(refusals: Sequence[Refusal]) -> None:
    """Errors: Refused where there is anything to refuse."""
    if refusals:
        raise Refused(refusals)


def stripped(plan: MeetingPlan) -> MeetingPlan:
    """The plan without blanks around its texts."""
    return replace(plan, place=plan.place.strip(), others=plan.others.strip())


def plain(value: Any) -> Any:
    """A text without blanks around it; anything else as it is."""
    return value.strip() if isinstance(value, str) else value


def wall(at: datetime) -> datetime:
    """The moment as the school's clock on the wall says it."""
    return localtime(at).replace(tzinfo=None)


def columns_of(plan: MeetingPlan, leader_name: str) -> dict[str, Any]:
    """The plan as columns of a meeting."""
    return {
        "on": plan.on,
        "starts_at": plan.starts_at,
        "place": plan.place,
        "leader_id": plan.leader_id,
        "leader_name": leader_name,
        "others": plan.others,
    }


def parents_of(meeting: Meeting, checked: Checked) -> list[MeetingParent]:
    """A row for each contact who is asked, not saved yet."""
    return [
        MeetingParent(meeting=meeting, contact_id=contact_id, name=name, relationship=relationship)
        for contact_id, name, relationship in checked.contacts
    ]
