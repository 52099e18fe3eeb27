"""An unplanned closure of the whole site: Y4 for every pupil not already coded, in one act (domain.md 2, P-A-8)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from rollbook.apps.registers.actions.writing import (
    AlreadySaved,
    NewEntry,
    Occasion,
    VersionTaken,
    add_entries,
)
from rollbook.apps.registers.models import Save, UnplannedClosure
from rollbook.apps.registers.queries.marks import versions_of
from rollbook.apps.roll.queries import RollPupil, pupils_on_roll
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.marks import SchoolSession
from rollbook.domain.refusals import Refusal, Refused

CLOSED = "Y4"


@dataclass(frozen=True, slots=True)
class ClosurePreview:
    """What declaring the closure would do to one session."""

    session: SchoolSession
    coded: tuple[RollPupil, ...]
    kept: tuple[tuple[RollPupil, str], ...]

    @property
    def kept_by_code(self) -> list[tuple[str, int]]:
        """How many marks of each code stay as they are."""
        return sorted(Counter(code for _, code in self.kept).items())


def preview_closure(viewer: Viewer, on: date, school_session: SchoolSession) -> ClosurePreview:
    """Who would be coded Y4, and whose mark stays because it was made before the closure."""
    pupils = pupils_on_roll(viewer, on)
    marks = versions_of(viewer.school_id, on, school_session, [pupil.id for pupil in pupils])
    return ClosurePreview(
        session=school_session,
        coded=tuple(pupil for pupil in pupils if pupil.id not in marks),
        kept=tuple((pupil, marks[pupil.id][-1].code) for pupil in pupils if pupil.id in marks),
    )


def declare_closure(
    *,
    viewer: Viewer,
    on: date,
    sessions: Sequence[SchoolSession],
    reason: str,
    decided_by: str,
    key: UUID,
    by: Actor,
    at: datetime,
) -> int:
    """Codes every pupil not already coded Y4 for these sessions, and remembers the reason and who decided.

    Shape: how many marks were made, 0 for a form sent before. Errors: Refused.
    Marks made before the closure are never touched.
    """
    if (
        viewer.may(Permission.CLOSURE_DECLARE)
        and Save.objects.filter(school_id=viewer.school_id, key=key).exists()
    ):
        return 0
    refuse_closure(viewer, on, sessions, reason, decided_by, at)
    made = 0
    try:
        with transaction.atomic():
            for number, school_session in enumerate(sessions):
                # The two sessions of one form are two saves; the second key follows from the first.
                session_key = key if number == 0 else UUID(int=key.int ^ 1)
                made += _close(viewer, on, school_session, reason, decided_by, session_key, by, at)
    except AlreadySaved:
        return 0
    except IntegrityError:
        # Two people at the same moment, and no pupil left to code: only the closure itself is there twice.
        raise Refused.one("sessions", "Somebody else has just declared this closure.") from None
    except VersionTaken:
        raise Refused.one(
            "", "A register was saved at this moment. Look at the preview again, then confirm."
        ) from None
    return made


def _close(
    viewer: Viewer,
    on: date,
    school_session: SchoolSession,
    reason: str,
    decided_by: str,
    key: UUID,
    by: Actor,
    at: datetime,
) -> int:
    preview = preview_closure(viewer, on, school_session)
    entries = [
        NewEntry(
            pupil_id=pupil.id, on=on, session=school_session, version=1, code=CLOSED, note=reason.strip()
        )
        for pupil in preview.coded
    ]
    occasion = Occasion(
        viewer.school_id, Save.Kind.CLOSURE, key, on=on, session=school_session, is_complete=True
    )
    save = add_entries(occasion=occasion, entries=entries, by=by, at=at)
    UnplannedClosure.objects.create(
        school_id=viewer.school_id,
        save_made=save,
        on=on,
        session=school_session.value,
        reason=reason.strip(),
        decided_by=decided_by.strip(),
    )
    return len(entries)


def refuse_closure(
    viewer: Viewer, on: date, sessions: Sequence[SchoolSession], reason: str, decided_by: str, at: datetime
) -> None:
    """Says what stands against declaring this closure, and changes nothing. Errors: Refused."""
    if not viewer.may(Permission.CLOSURE_DECLARE):
        raise Refused.one("", "You may not declare a closure. The head teacher can.")
    refusals = []
    calendar = timetable(viewer).calendar
    if not sessions:
        refusals.append(Refusal("sessions", "Choose the morning, the afternoon, or both."))
    if not calendar.is_school_day(on):
        refusals.append(
            Refusal("on", f"The school is not open on this day anyway: {calendar.day(on).because}")
        )
    if on > at.date():
        message = (
            "An unplanned closure is recorded on the day. A closure you plan goes into the school calendar."
        )
        refusals.append(Refusal("on", message))
    if not reason.strip():
        refusals.append(Refusal("reason", "Say why the school had to close, for example 'no heating'."))
    if not decided_by.strip():
        refusals.append(Refusal("decided_by", "Name the person who decided to close."))
    for school_session in sessions:
        if UnplannedClosure.objects.filter(
            school_id=viewer.school_id, on=on, session=school_session.value
        ).exists():
            message = f"The closure of this {school_session.words} was declared before."
            refusals.append(Refusal("sessions", message))
    if refusals:
        raise Refused(refusals)
