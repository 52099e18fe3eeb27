"""Which reviews of support were owed, by whom, and when each was held."""

from collections.abc import Iterator
from datetime import date, datetime, time

from django.urls import reverse

from rollbook.apps.audit.queries import facts_told
from rollbook.apps.support.models import Support
from rollbook.domain.access import Viewer
from rollbook.domain.duties import Owed


def owed(viewer: Viewer, first_day: date, last_day: date, now: datetime) -> list[Owed]:
    """Each review agreed by the last of these days and due on the first or later. Three queries.

    It is asked of the one who sees to the support.
    """
    rows = list(
        Support.objects.filter(school_id=viewer.school_id, first_day__lte=last_day)
        .select_related("pupil")
        .prefetch_related("reviews")
    )
    begun = facts_told(viewer, "support.started", [row.source for row in rows])
    found = []
    for row in rows:
        first_due = begun.get(row.source, {}).get("review_on")
        for arose_at, due_on, held_at in _reviews(row, date.fromisoformat(first_due) if first_due else None):
            if due_on >= first_day and arose_at.astimezone(now.tzinfo).date() <= last_day:
                found.append(_owed(row, arose_at, due_on, held_at, now))
    return found


def _reviews(support: Support, first_due: date | None) -> Iterator[tuple[datetime, date, datetime | None]]:
    """When each review was agreed, due and held. The first day of all is in the log: a review moves it on."""
    held = sorted(support.reviews.all(), key=lambda review: review.pk)
    arose_at, due_on = support.started_at, first_due if held else support.review_on
    for review in held:
        if due_on is not None:
            yield arose_at, due_on, review.written_at
        arose_at, due_on = review.written_at, review.next_review_on
    if due_on is not None:
        yield arose_at, due_on, None


def _owed(
    support: Support, arose_at: datetime, due_on: date, held_at: datetime | None, now: datetime
) -> Owed:
    return Owed(
        "support.review",
        f"{support.pupil.forename} {support.pupil.surname}",
        f"Review: {support.title}",
        arose_at,
        datetime.combine(due_on, time.max, tzinfo=now.tzinfo),
        reverse("support:support", args=[support.pk]),
        pupil_id=support.pupil_id,
        person_ids=frozenset({support.owner_id}),
        done_at=held_at,
        dropped_because="It was ended before." if support.ended_at is not None else "",
    )
