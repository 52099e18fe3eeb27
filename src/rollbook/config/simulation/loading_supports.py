"""What an invented school has done for its pupils, into the database in bulk, as the actions of support leave it.

Each row and each event is what `start_support`, `review_support` and `end_support` would have made at those moments;
a test holds the two together.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.apps import apps

from rollbook.config.simulation.plan import SchoolPlan, StaffMember, SupportPlan


def add_supports(
    school: SchoolPlan, school_id: int, pupil_ids: Sequence[int], staff_ids: Sequence[int]
) -> None:
    """Adds the supports of a school with their reviews, and the events of the audit log in order of time."""
    supports, reviews = apps.get_model("support.Support"), apps.get_model("support.Review")
    made = supports._default_manager.bulk_create(
        [
            supports(
                school_id=school_id,
                pupil_id=pupil_ids[each.pupil],
                owner_id=staff_ids[each.owner],
                started_by_id=staff_ids[each.owner],
                **_fields(each, school.staff[each.owner].name),
            )
            for each in school.supports
        ],
        batch_size=1_000,
    )
    reviews._default_manager.bulk_create(
        [
            reviews(
                support_id=row.pk,
                key=review.key,
                on=review.on,
                note=review.note,
                next_review_on=review.next_review_on,
                written_at=review.at,
                written_by_id=staff_ids[each.owner],
                written_by_name=school.staff[each.owner].name,
            )
            for row, each in zip(made, school.supports, strict=True)
            for review in each.reviews
        ],
        batch_size=1_000,
    )
    _add_events(school, school_id, made, staff_ids)


def _fields(each: SupportPlan, name: str) -> dict[str, Any]:
    return {
        "key": each.key,
        "kind": each.kind,
        "title": each.title,
        "why": each.why,
        "aim": each.aim,
        "first_day": each.first_day,
        "review_on": each.reviews[-1].next_review_on if each.reviews else each.first_review_on,
        "last_day": each.last_day,
        "owner_name": name,
        "version": 1 + len(each.reviews) + (each.ended_at is not None),
        "started_at": each.started_at,
        "started_by_name": name,
        "ended_at": each.ended_at,
        "ended_by_name": name if each.ended_at else "",
        "outcome": each.outcome,
        "ended_because": each.ended_because,
    }


def _add_events(school: SchoolPlan, school_id: int, made: Sequence[Any], staff_ids: Sequence[int]) -> None:
    event = apps.get_model("audit.Event")
    rows = []
    for row, each in zip(made, school.supports, strict=True):
        who = school.staff[each.owner]
        for at, type, facts in _events(row, each, who):
            rows.append(
                event(
                    school_id=school_id,
                    at=at,
                    by_id=staff_ids[each.owner],
                    by_name=who.name,
                    by_position=who.position,
                    type=type,
                    subject=f"support:{row.pk}",
                    facts=facts,
                )
            )
    event._default_manager.bulk_create(sorted(rows, key=lambda each: each.at), batch_size=1_000)


def _events(row: Any, each: SupportPlan, who: StaffMember) -> list[tuple[datetime, str, dict[str, Any]]]:
    facts = {
        "pupil": row.pupil_id,
        "kind": each.kind,
        "first_day": each.first_day.isoformat(),
        "review_on": each.first_review_on.isoformat(),
        "owner": who.name,
    }
    events = [(each.started_at, "support.started", facts)]
    for review in each.reviews:
        facts = {
            "pupil": row.pupil_id,
            "next_review_on": review.next_review_on.isoformat(),
            "private": ["note"],
        }
        events.append((review.at, "support.reviewed", facts))
    if each.ended_at is not None and each.last_day is not None:
        facts = {
            "pupil": row.pupil_id,
            "last_day": each.last_day.isoformat(),
            "outcome": row.get_outcome_display(),
            "private": ["why it ended"],
        }
        events.append((each.ended_at, "support.ended", facts))
    return events
