"""Amending many marks in one act with one reason: all of them or none, never over what somebody else has saved.

Each mark keeps its own history, as if it had been amended alone (reg 6 of SI 2024/208).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rollbook.apps.registers.actions.many_marks import MOST_CHANGES, Change, Effect, Outcome, outcomes_of
from rollbook.apps.registers.actions.writing import (
    LONGEST_TEXT,
    AlreadySaved,
    NewEntry,
    Occasion,
    VersionTaken,
    add_entries,
)
from rollbook.apps.registers.models import Save
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refusal, Refused


class ChangedMeanwhile(Exception):
    """Somebody else changed some of these marks after they were shown; nothing was saved."""

    def __init__(self, outcomes: Sequence[Outcome]) -> None:
        super().__init__("changed meanwhile")
        self.outcomes = tuple(outcomes)


@dataclass(frozen=True, slots=True)
class AmendedMany:
    """What came of it: the save, how many marks it holds, and how many changes were the mark that stood already."""

    save_id: int
    saved_count: int
    unchanged_count: int


def amend_many(
    *,
    viewer: Viewer,
    changes: Sequence[Change],
    reason: str,
    key: UUID,
    by: Actor,
    at: datetime,
) -> AmendedMany:
    """Adds a version to each of these marks, or the first one where a mark is missing, in one save.

    The same form sent twice amends once. A change to the mark that stands already is left out.
    Errors: Refused with every problem, each at the mark's address; ChangedMeanwhile. Nothing is saved then.
    """
    if not viewer.may(Permission.REGISTER_AMEND):
        raise Refused.one(
            "", "You may not amend the register. The school office or the attendance officer can."
        )
    earlier = Save.objects.filter(school_id=viewer.school_id, key=key).first()
    if earlier is not None:
        return AmendedMany(earlier.pk, earlier.entry_count, 0)
    _refuse_outright(changes)
    outcomes = outcomes_of(viewer, changes, at)
    refusals = [_named(each, refusal) for each in outcomes for refusal in each.refusals]
    if refusals := [*refusals, *_about_texts(changes, reason)]:
        raise Refused(refusals)
    if meanwhile := [each for each in outcomes if each.effect is Effect.MEANWHILE]:
        raise ChangedMeanwhile(meanwhile)
    entries = [_entry(each, reason) for each in outcomes if each.is_open]
    if not entries:
        raise Refused.one("", "These are the marks that stand. Nothing would change.")
    try:
        save = add_entries(occasion=_occasion(viewer, key, entries), entries=entries, by=by, at=at)
    except AlreadySaved as sent_twice:
        return AmendedMany(sent_twice.save.pk, sent_twice.save.entry_count, 0)
    except VersionTaken:
        # Between the look and the save: look again, and say whose marks these are now.
        taken = [
            each
            for each in outcomes_of(viewer, changes, at)
            if each.effect in (Effect.MEANWHILE, Effect.NOTHING)
        ]
        raise ChangedMeanwhile(taken) from None
    return AmendedMany(save.pk, len(entries), len(outcomes) - len(entries))


def _occasion(viewer: Viewer, key: UUID, entries: Sequence[NewEntry]) -> Occasion:
    """The save: of one mark it is about that session like any amendment, of many about no one session."""
    one = entries[0] if len(entries) == 1 else None
    return Occasion(
        viewer.school_id,
        Save.Kind.AMENDMENT,
        key,
        on=one.on if one else None,
        session=one.session if one else None,
    )


def _refuse_outright(changes: Sequence[Change]) -> None:
    refusals = []
    if not changes:
        refusals.append(Refusal("", "No mark is chosen. Change a mark in the grid first."))
    if len(changes) > MOST_CHANGES:
        message = (
            f"{len(changes):,} marks at once are too many to look through. Change up to {MOST_CHANGES:,}."
        )
        refusals.append(Refusal("", message))
    if len({change.cell for change in changes}) < len(changes):
        refusals.append(Refusal("", "The same mark is there twice. Open the grid again and change it once."))
    if refusals:
        raise Refused(refusals)


def _about_texts(changes: Sequence[Change], reason: str) -> list[Refusal]:
    refusals = []
    if not reason.strip():
        refusals.append(Refusal("reason", "Say why: the reason stays with each mark for good."))
    if len(reason.strip()) > LONGEST_TEXT or "\x00" in reason:
        refusals.append(Refusal("reason", f"Keep the reason to {LONGEST_TEXT} characters."))
    too_long = {
        change.note: change
        for change in changes
        if len(change.note.strip()) > LONGEST_TEXT or "\x00" in change.note
    }
    for change in too_long.values():
        message = f"Keep the note of {change.code} to {LONGEST_TEXT} characters."
        refusals.append(Refusal(f"note-{change.cell}", message))
    return refusals


def _named(outcome: Outcome, refusal: Refusal) -> Refusal:
    """The refusal at the mark's address; minutes and notes are asked for beside it."""
    cell = outcome.change.cell
    place = cell if refusal.field == cell else f"{refusal.field}-{cell}"
    return Refusal(place, refusal.message)


def _entry(outcome: Outcome, reason: str) -> NewEntry:
    change, now = outcome.change, outcome.now
    return NewEntry(
        pupil_id=change.pupil_id,
        on=change.on,
        session=change.session,
        version=now.version + 1 if now else 1,
        code=change.code,
        minutes_late=change.minutes_late,
        note=change.note.strip(),
        reason=reason.strip(),
    )
