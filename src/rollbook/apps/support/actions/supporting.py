"""Support, an intervention or a reward is begun, looked at again, and ended with what came of it."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from rollbook.apps.absence.queries.activities import own_staff
from rollbook.apps.absence.queries.people import on_roll_then
from rollbook.apps.audit.actions import record
from rollbook.apps.support.models import LONGEST_NOTE, Review, Support
from rollbook.apps.support.queries.supports import support_of
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refusal, Refused

LONGEST_REVIEW_DAYS = 190
"""Half a year: what nobody looks at for longer is forgotten."""
LONGEST_AGO_DAYS = 366
_KEEP = "What you typed is still here."
_TEXTS = (("title", 80, "Give it a name"), ("why", 3000, "Say why"), ("aim", 300, "Say what it is to reach"))


@dataclass(frozen=True, slots=True)
class SupportDraft:
    """What is to be begun, as a form describes it. `why` are the reasons as they stand today."""

    kind: str
    title: str
    why: str
    aim: str
    first_day: date
    review_on: date
    owner_id: int


def start_support(
    *, viewer: Viewer, pupil_id: int, draft: SupportDraft, key: UUID, by: Actor, at: datetime
) -> Support:
    """Begins something for a pupil. The same form sent twice begins it once. Errors: Refused with every problem."""
    _must(viewer)
    if (made := Support.objects.filter(school_id=viewer.school_id, key=key).first()) is not None:
        return made
    draft = replace(draft, title=draft.title.strip(), why=draft.why.strip(), aim=draft.aim.strip())
    owner_name = _checked(viewer, pupil_id, draft, at.date())
    try:
        with transaction.atomic():
            support = Support.objects.create(
                school_id=viewer.school_id,
                pupil_id=pupil_id,
                key=key,
                owner_name=owner_name,
                started_at=at,
                started_by_id=by.person_id,
                started_by_name=by.name,
                **asdict(draft),
            )
            facts = {
                "pupil": pupil_id,
                "kind": draft.kind,
                "first_day": draft.first_day.isoformat(),
                "review_on": draft.review_on.isoformat(),
                "owner": owner_name,
            }
            _note(support, "support.started", facts, by, at)
    except IntegrityError:
        # The same form, or the same support from two desks, at the same moment.
        made = Support.objects.filter(school_id=viewer.school_id, key=key).first()
        if made is None:
            raise _goes_on() from None
        return made
    return support


def _checked(viewer: Viewer, pupil_id: int, draft: SupportDraft, today: date) -> str:
    """The name of who sees to it. Errors: Refused with every problem of a draft."""
    owners = dict(own_staff(viewer, today))
    refusals = _refusals(draft, today)
    if pupil_id not in {pupil.id for pupil in on_roll_then(viewer, today, draft.first_day)}:
        refusals.append(Refusal("pupil", "Choose a pupil who is on the roll of this school."))
    if draft.owner_id not in owners:
        refusals.append(Refusal("owner", "Choose who sees to it from the school’s staff."))
    if refusals:
        raise Refused(refusals)
    already = Support.objects.filter(
        school_id=viewer.school_id,
        pupil_id=pupil_id,
        kind=draft.kind,
        title__iexact=draft.title,
        ended_at=None,
    )
    if already.exists():
        raise _goes_on()
    return owners[draft.owner_id]


def review_support(
    *,
    viewer: Viewer,
    support_id: int,
    note: str,
    next_review_on: date,
    seen_version: int,
    key: UUID,
    by: Actor,
    at: datetime,
) -> Review:
    """Writes down what a review found and when the next one is. Errors: Refused."""
    _must(viewer)
    note = note.strip()
    with transaction.atomic():
        support = _locked(viewer, support_id)
        if (made := support.reviews.filter(key=key).first()) is not None:
            return made
        if support.ended_at is not None:
            raise Refused.one("", "This was ended, so it is not reviewed any more.")
        _refuse_changed(support, seen_version)
        _check_review(support, note, next_review_on, at.date())
        review = Review.objects.create(
            support=support,
            key=key,
            on=at.date(),
            note=note,
            next_review_on=next_review_on,
            written_at=at,
            written_by_id=by.person_id,
            written_by_name=by.name,
        )
        support.review_on = next_review_on
        support.version += 1
        support.save(update_fields=["review_on", "version"])
        # The note may be about health or home: it stays on the support's own page.
        facts = {
            "pupil": support.pupil_id,
            "next_review_on": next_review_on.isoformat(),
            "private": ["note"],
        }
        _note(support, "support.reviewed", facts, by, at)
    return review


def end_support(
    *,
    viewer: Viewer,
    support_id: int,
    last_day: date,
    outcome: str,
    because: str,
    seen_version: int,
    by: Actor,
    at: datetime,
) -> Support:
    """Ends it after a day, with what came of it and why it ends. Errors: Refused."""
    _must(viewer)
    because = because.strip()
    with transaction.atomic():
        support = _locked(viewer, support_id)
        if support.ended_at is not None:
            raise Refused.one("", "This was ended already.")
        _refuse_changed(support, seen_version)
        refusals = []
        if not support.first_day <= last_day <= max(at.date(), support.first_day):
            refusals.append(Refusal("last_day", "Choose a day from its first day to today."))
        if outcome not in Support.Outcome.values:
            refusals.append(Refusal("outcome", "Choose what came of it."))
        if not because or "\0" in because or len(because) > 300:
            refusals.append(Refusal("because", "Say why it ends, in up to 300 characters."))
        if refusals:
            raise Refused(refusals)
        support.last_day, support.outcome, support.ended_because = last_day, outcome, because
        support.ended_at, support.ended_by_name = at, by.name
        support.version += 1
        support.save()
        facts = {
            "pupil": support.pupil_id,
            "last_day": last_day.isoformat(),
            "outcome": Support.Outcome(outcome).label,
            "private": ["why it ended"],
        }
        _note(support, "support.ended", facts, by, at)
    return support


def _check_review(support: Support, note: str, next_review_on: date, today: date) -> None:
    """Errors: Refused with every problem of a review."""
    refusals = []
    if not note or "\0" in note or len(note) > LONGEST_NOTE:
        refusals.append(Refusal("note", f"Say what the review found, in up to {LONGEST_NOTE:,} characters."))
    if not today < next_review_on <= today + timedelta(days=LONGEST_REVIEW_DAYS):
        refusals.append(Refusal("next_review_on", _review_words(today)))
    elif next_review_on < support.first_day:
        refusals.append(Refusal("next_review_on", "It has not begun by then. Choose a later day."))
    if refusals:
        raise Refused(refusals)


def _must(viewer: Viewer) -> None:
    if not viewer.may(Permission.SUPPORT_RECORD):
        raise Refused.one("", "You may not record support. The attendance officer or a pastoral lead can.")


def _refusals(draft: SupportDraft, today: date) -> list[Refusal]:
    found = []
    if draft.kind not in Support.Kind.values:
        found.append(Refusal("kind", "Choose support, an intervention or a reward."))
    for name, longest, words in _TEXTS:
        text = getattr(draft, name)
        if not text or "\0" in text or len(text) > longest:
            found.append(Refusal(name, f"{words}, in up to {longest:,} characters."))
    earliest, latest = today - timedelta(days=LONGEST_AGO_DAYS), today + timedelta(days=LONGEST_AGO_DAYS)
    if not earliest <= draft.first_day <= latest:
        found.append(Refusal("first_day", "Choose a first day within a year of today."))
    elif (
        not max(today, draft.first_day)
        < draft.review_on
        <= max(today, draft.first_day) + timedelta(days=LONGEST_REVIEW_DAYS)
    ):
        found.append(Refusal("review_on", _review_words(max(today, draft.first_day))))
    return found


def _review_words(after: date) -> str:
    latest = after + timedelta(days=LONGEST_REVIEW_DAYS)
    return f"Choose a day to review it after {after:%d/%m/%Y} and by {latest:%d/%m/%Y}, half a year on."


def _goes_on() -> Refused:
    return Refused.one(
        "title", "This goes on for the pupil already. Review that, end it first, or give this another name."
    )


def _locked(viewer: Viewer, support_id: int) -> Support:
    """One of the viewer's school, locked until the change is over. Errors: Refused for any other."""
    if support_of(viewer, support_id) is None:
        raise Refused.one("", "This is not among your school’s records.")
    return Support.objects.select_for_update().get(pk=support_id)


def _refuse_changed(support: Support, seen_version: int) -> None:
    if support.version != seen_version:
        raise Refused.one(
            "",
            f"Somebody else changed this after you opened it. {_KEEP} Open it in another window, compare, then send "
            "it again from there.",
        )


def _note(support: Support, type: str, facts: dict[str, object], by: Actor, at: datetime) -> None:
    record(type=type, by=by, at=at, school_id=support.school_id, subject=support.source, facts=facts)
