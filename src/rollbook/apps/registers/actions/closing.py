"""An unplanned closure of the whole site: Y4 for every pupil not already coded, in one act (domain.md 2, P-A-8).

On the day, or afterwards for days of the current academic year, such as snow days entered when school is open again.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from rollbook.apps.registers.actions.turns import turn_to_save
from rollbook.apps.registers.actions.writing import (
    AlreadySaved,
    NewEntry,
    Occasion,
    VersionTaken,
    add_entries,
)
from rollbook.apps.registers.models import Save, UnplannedClosure
from rollbook.apps.registers.queries.newest import standing_marks
from rollbook.apps.roll.queries import RollPupil
from rollbook.apps.roll.queries.spells import RegisterSpell, register_spells
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.calendar_types import words_for_weekday
from rollbook.domain.marks import SchoolSession
from rollbook.domain.refusals import Refusal, Refused

CLOSED = "Y4"
MOST_DAYS = 20


@dataclass(frozen=True, slots=True)
class ClosurePreview:
    """What declaring the closure would do to one session."""

    on: date
    session: SchoolSession
    coded: tuple[RollPupil, ...]
    kept: tuple[tuple[RollPupil, str], ...]

    @property
    def kept_by_code(self) -> list[tuple[str, int]]:
        """How many marks of each code stay as they are."""
        return sorted(Counter(code for _, code in self.kept).items())


def preview_closures(
    viewer: Viewer, on: date, last_day: date | None, sessions: Sequence[SchoolSession]
) -> list[ClosurePreview]:
    """Who would be coded Y4, and whose mark stays because it was made before the closure, by session.

    Of each school day from a day to a day. Two queries, however many days.
    """
    return [each.preview for each in _look(viewer, days_closed(viewer, on, last_day), sessions)]


def days_closed(viewer: Viewer, on: date, last_day: date | None) -> list[date]:
    """The school days of the closure; one without a last day is of one day."""
    return timetable(viewer).calendar.school_days(on, last_day or on)


@dataclass(frozen=True, slots=True)
class _Session:
    """A session of the closure, and of each pupil to be coded the last version there is, 0 for none."""

    preview: ClosurePreview
    versions: dict[int, int]


def _look(viewer: Viewer, days: Sequence[date], sessions: Sequence[SchoolSession]) -> list[_Session]:
    if not days:
        return []
    spells = register_spells(viewer, days[0], days[-1])
    marks = standing_marks(viewer.school_id, days, {spell.pupil_id for spell in spells})
    found = []
    for on in days:
        pupils = [_pupil(spell) for spell in spells if spell.covers(on)]
        for school_session in sessions:
            standing = {pupil.id: marks.get(pupil.id, {}).get((on, school_session)) for pupil in pupils}
            coded = tuple(pupil for pupil in pupils if not (now := standing[pupil.id]) or not now.symbol)
            kept = tuple(
                (pupil, now.symbol) for pupil in pupils if (now := standing[pupil.id]) and now.symbol
            )
            versions = {each.id: now.version if (now := standing[each.id]) else 0 for each in coded}
            found.append(_Session(ClosurePreview(on, school_session, coded, kept), versions))
    return found


def _pupil(spell: RegisterSpell) -> RollPupil:
    return RollPupil(
        id=spell.pupil_id,
        surname=spell.surname,
        forename=spell.forename,
        born_on=spell.born_on,
        year_offset=spell.year_offset,
        group_id=spell.group_id,
        group_name=spell.group_name,
        starting_day=spell.first_day,
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
    last_day: date | None = None,
) -> int:
    """Codes every pupil not already coded Y4 for these sessions, and remembers the reason and who decided.

    With a last day it is so for each school day up to it. Marks made before the closure are never touched.
    Shape: how many marks were made, 0 for a form sent before. Errors: Refused.
    """
    if (
        viewer.may(Permission.CLOSURE_DECLARE)
        and Save.objects.filter(school_id=viewer.school_id, key=key).exists()
    ):
        return 0
    refuse_closure(viewer, on, sessions, reason, decided_by, at, last_day)
    made = 0
    try:
        with turn_to_save(), transaction.atomic():
            looked = _look(viewer, days_closed(viewer, on, last_day), sessions)
            for number, each in enumerate(looked):
                # Each session of one form is a save of its own; the other keys follow from the first.
                session_key = UUID(int=key.int ^ number)
                made += _close(viewer, each, reason, decided_by, session_key, by, at)
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
    closed: _Session,
    reason: str,
    decided_by: str,
    key: UUID,
    by: Actor,
    at: datetime,
) -> int:
    preview = closed.preview
    entries = [
        NewEntry(
            pupil_id=pupil.id,
            on=preview.on,
            session=preview.session,
            version=closed.versions[pupil.id] + 1,
            code=CLOSED,
            note=reason.strip(),
            # Over a mark that was taken back it is a further version, which says why.
            reason=reason.strip() if closed.versions[pupil.id] else "",
        )
        for pupil in preview.coded
    ]
    occasion = Occasion(
        viewer.school_id,
        Save.Kind.CLOSURE,
        key,
        on=preview.on,
        session=preview.session,
        is_complete=True,
    )
    save = add_entries(occasion=occasion, entries=entries, by=by, at=at)
    UnplannedClosure.objects.create(
        school_id=viewer.school_id,
        save_made=save,
        on=preview.on,
        session=preview.session.value,
        reason=reason.strip(),
        decided_by=decided_by.strip(),
    )
    return len(entries)


def refuse_closure(
    viewer: Viewer,
    on: date,
    sessions: Sequence[SchoolSession],
    reason: str,
    decided_by: str,
    at: datetime,
    last_day: date | None = None,
) -> None:
    """Says what stands against declaring this closure, and changes nothing. Errors: Refused."""
    if not viewer.may(Permission.CLOSURE_DECLARE):
        raise Refused.one("", "You may not declare a closure. The head teacher can.")
    refusals = _about_days(viewer, on, last_day, at)
    if not sessions:
        refusals.append(Refusal("sessions", "Choose the morning, the afternoon, or both."))
    if not reason.strip():
        refusals.append(Refusal("reason", "Say why the school had to close, for example 'no heating'."))
    if not decided_by.strip():
        refusals.append(Refusal("decided_by", "Name the person who decided to close."))
    before = UnplannedClosure.objects.filter(
        school_id=viewer.school_id,
        on__range=(on, last_day or on),
        session__in=[each.value for each in sessions],
    )
    for each in before.order_by("on", "session"):
        words = f"this {SchoolSession(each.session).words}"
        if last_day and last_day != on:
            words = f"{words_for_weekday(each.on)}, {SchoolSession(each.session).words},"
        refusals.append(Refusal("sessions", f"The closure of {words} was declared before."))
    if refusals:
        raise Refused(refusals)


def _about_days(viewer: Viewer, on: date, last_day: date | None, at: datetime) -> list[Refusal]:
    """What stands against these days: that they are no school days, are to come, or are of a year that is over."""
    calendar, today = timetable(viewer).calendar, at.date()
    if last_day is not None and last_day < on:
        return [Refusal("last_day", "The last day can't be before the first day.")]
    field = "on" if last_day is None or on > today else "last_day"
    if (last_day or on) > today:
        message = (
            "An unplanned closure is recorded on the day. A closure you plan goes into the school calendar."
        )
        return [Refusal(field, message)]
    refusals = []
    if last_day is None and not calendar.is_school_day(on):
        because = calendar.day(on).because
        refusals.append(Refusal("on", f"The school is not open on this day anyway: {because}"))
    year, current = calendar.year_of(on), calendar.year_of(today)
    if current is not None and year is not None and year != current:
        message = (
            f"This day is in the academic year {year.name}, which is over. Amend the marks in the grid, where each "
            "keeps its reason."
        )
        refusals.append(Refusal("on", message))
    elif last_day is not None:
        days = days_closed(viewer, on, last_day)
        if not days:
            refusals.append(Refusal("on", "The school is not open on any of these days anyway."))
        if len(days) > MOST_DAYS:
            message = (
                f"These are {len(days)} school days. Declare up to {MOST_DAYS} at once, to look at each."
            )
            refusals.append(Refusal("last_day", message))
    return refusals
