"""Part-time timetables with what decides about them: the pupil, the parents, the reviews."""

from dataclasses import dataclass, replace
from datetime import date

from rollbook.apps.absence.models import PartTimeTimetable, TimetableReview
from rollbook.apps.absence.queries.people import records_of, school_days_between
from rollbook.apps.roll.queries import Pupil
from rollbook.apps.roll.queries.details import contact_of, contacts_of
from rollbook.domain.access import Viewer
from rollbook.domain.part_time import Share, TimetableFacts, TimetableState, share_absent
from rollbook.domain.week_grid import WeekGrid


def facts_of(viewer: Viewer, timetable: PartTimeTimetable) -> TimetableFacts:
    """What a timetable says, with what the admission register says today. Two queries."""
    contact_id = timetable.contact_id
    contact = contact_of(viewer, timetable.pupil_id, contact_id) if contact_id else None
    return replace(
        _plain_facts(timetable),
        parent_name=timetable.parent_name,
        parent_lives_with=bool(contact and contact.is_parent and contact.lives_with),
        agreed_on=timetable.parent_agreed_on,
        agreed_how=timetable.parent_agreed_how,
    )


def has_ehc_plan(pupil: Pupil) -> bool:
    """Has the pupil an education, health and care plan?"""
    return pupil.sen_status == Pupil.SenStatus.PLAN.value


def parents_of(pupil: Pupil) -> list[tuple[int, str]]:
    """The pupil's parents in the legal sense, in the order in which they are rung. One query."""
    return [
        (contact.pk, f"{contact.parent} ({contact.relationship})")
        for contact in contacts_of(pupil)
        if contact.is_parent
    ]


def share_of(viewer: Viewer, attended: WeekGrid, first_day: date, last_day: date) -> Share:
    """How much of the sessions between two days C2 makes, by the school's calendar."""
    return share_absent(attended, school_days_between(viewer, first_day, last_day))


@dataclass(frozen=True, slots=True)
class TimetableRow:
    """A timetable on the list, with the next review that nobody has held."""

    timetable: PartTimeTimetable
    facts: TimetableFacts
    share: Share
    next_review: TimetableReview | None


def timetable_rows(viewer: Viewer, today: date, *, past: bool) -> list[TimetableRow]:
    """The school's timetables that are over, ended or withdrawn, or the others. Two queries, none for each."""
    timetables = records_of(viewer, PartTimeTimetable, today, past=past, with_many="reviews")
    rows = []
    for timetable in timetables:
        facts = _plain_facts(timetable)
        share = share_of(viewer, facts.attended, timetable.first_day, timetable.last_day)
        waiting = [review for review in timetable.reviews.all() if review.held_on is None]
        is_open = timetable.state == TimetableState.AGREED.value
        rows.append(TimetableRow(timetable, facts, share, waiting[0] if waiting and is_open else None))
    return rows


def _plain_facts(timetable: PartTimeTimetable) -> TimetableFacts:
    """The facts without the parent's agreement, which a list does not show."""
    return TimetableFacts(
        born_on=timetable.pupil.born_on,
        first_day=timetable.first_day,
        last_day=timetable.last_day,
        attended=WeekGrid(timetable.half_days),
        why=timetable.why,
        is_not_for_behaviour=timetable.is_not_for_behaviour,
        review_days=tuple(review.due_on for review in timetable.reviews.all()),
        long_reason=timetable.long_reason,
        is_ehc_plan=has_ehc_plan(timetable.pupil),
        la_told_on=timetable.la_told_on,
        has_social_worker=bool(timetable.pupil.social_worker),
        social_worker_told_on=timetable.social_worker_told_on,
    )
