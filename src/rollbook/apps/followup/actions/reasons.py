"""A named person confirms that the reason of absences stays unknown: N becomes O, on the last day or after it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from rollbook.apps.followup.queries.reasons import may_confirm
from rollbook.apps.registers.actions.amending_many import AmendedMany, amend_many
from rollbook.apps.registers.actions.many_marks import Change
from rollbook.apps.registers.queries.marks import save_of_form
from rollbook.apps.registers.queries.newest import standing_marks
from rollbook.apps.schools.queries import timetable
from rollbook.domain.absences import NOT_ESTABLISHED
from rollbook.domain.access import Actor, Viewer
from rollbook.domain.reasons import UNKNOWN, may_settle_as_unknown, reason_dates
from rollbook.domain.refusals import Refusal, Refused

_MAY_NOT = (
    "You may not settle a reason as unknown. The pastoral lead, the attendance officer or the head can."
)


def confirm_unknown(
    *, viewer: Viewer, changes: Sequence[Change], reason: str, key: UUID, by: Actor, at: datetime
) -> AmendedMany:
    """Makes O of each of these sessions in one save with one reason; each entry has the person's name and position.

    `changes` name the sessions and the versions seen; their code is O. The same form sent twice confirms once.
    Errors: Refused with every problem, where a mark is not N or may still be found out; ChangedMeanwhile.
    """
    if not may_confirm(viewer, at.date()):
        raise Refused.one("", _MAY_NOT)
    if save_of_form(viewer.school_id, key) is None and (refusals := _refusals(viewer, changes, at)):
        raise Refused(refusals)
    return amend_many(viewer=viewer, changes=changes, reason=reason, key=key, by=by, at=at)


def _refusals(viewer: Viewer, changes: Sequence[Change], at: datetime) -> list[Refusal]:
    if not changes:
        return [Refusal("take", "Nothing is ticked. Tick each session whose reason stays unknown.")]
    if any(change.code != UNKNOWN for change in changes):
        return [
            Refusal("take", "What is confirmed here is O. Another code is entered on the mark’s own page.")
        ]
    calendar = timetable(viewer).calendar
    stand = standing_marks(
        viewer.school_id, {each.on for each in changes}, {each.pupil_id for each in changes}
    )
    refusals: dict[str, Refusal] = {}
    for change in changes:
        now = stand.get(change.pupil_id, {}).get((change.on, change.session))
        found = may_settle_as_unknown(reason_dates(calendar, change.on), at.date())
        # A mark changed since it was shown is left to the save, which says whose it is now.
        if now is not None and now.version == change.seen_version and now.symbol != NOT_ESTABLISHED:
            message = "One of these marks is not N. Open the page again."
            refusals[message] = Refusal("take", message)
        elif not found.answer:
            refusals[found.because] = Refusal("take", found.because)
    return list(refusals.values())
