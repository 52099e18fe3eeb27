"""Taking a register: one form of a group, all or nothing, safe to send twice, never over somebody else's mark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from rollbook.apps.accounts.queries import person_of
from rollbook.apps.registers.actions.writing import (
    AlreadySaved,
    NewEntry,
    Occasion,
    VersionTaken,
    add_entries,
)
from rollbook.apps.registers.models import Entry, Save
from rollbook.apps.registers.queries.facts import Known, is_closed_by, known_about
from rollbook.apps.registers.queries.marks import Versions, is_marked, versions_of
from rollbook.apps.roll.queries import RollPupil, pupils_of_group
from rollbook.apps.schools.queries import Group, group_on, timetable
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.adviser import advise_on
from rollbook.domain.codes import UnknownCode, code_for
from rollbook.domain.marks import RegisterTimes, SchoolSession, check_mark
from rollbook.domain.refusals import Refusal, Refused
from rollbook.ui.mark_form import SubmittedMark as SubmittedMark

REASON_NEEDED = "Say why you are changing a mark that was already saved."
CANT_CLEAR = (
    "A saved mark can't be cleared. Choose the mark that is right; the first one stays in the history."
)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else saved another mark since this form was opened: `theirs` is saved, `mine` is not."""

    pupil_id: int
    theirs: Entry
    mine: SubmittedMark


class Conflicts(Exception):
    """Nothing was saved: for these pupils a person must choose."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        super().__init__(f"{len(conflicts)} marks were saved by somebody else meanwhile")
        self.conflicts = tuple(conflicts)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of saving a register."""

    saved_count: int
    amended_count: int
    unmarked_count: int
    was_saved_before: bool = False


@dataclass(frozen=True, slots=True)
class OnPaper:
    """When and by whom a register was taken on paper that is now keyed in."""

    at: datetime
    person_id: int


@dataclass(frozen=True)
class _Form:
    """One form as it came in, with the register it is for."""

    viewer: Viewer
    group: Group
    on: date
    session: SchoolSession
    times: RegisterTimes
    marks: Sequence[SubmittedMark]
    reason: str
    born_on: Mapping[int, date]
    taken_on_paper_at: datetime | None = None
    taken_by_name: str | None = None

    @property
    def pupil_ids(self) -> Sequence[int]:
        """Everybody on the register."""
        return tuple(self.born_on)


@dataclass
class _Draft:
    """What is being worked out of one form."""

    marked_before: set[int]
    entries: list[NewEntry] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    def refuse(self, refusals: Sequence[Refusal]) -> None:
        """Adds refusals, each only once."""
        self.refusals.extend(refusal for refusal in refusals if refusal not in self.refusals)


def take_register(
    *,
    viewer: Viewer,
    group_id: int,
    on: date,
    school_session: SchoolSession,
    marks: Sequence[SubmittedMark],
    reason: str,
    key: UUID,
    by: Actor,
    at: datetime,
    paper: OnPaper | None = None,
) -> Taken:
    """Saves a group's register as it stands on the form, or keys in one that was taken on `paper`.

    Only what differs from what is saved becomes an entry. A changed mark is an amendment and needs `reason`.
    Errors: Refused with every problem at once; Conflicts where somebody else's marks stand in the way. Then nothing is
    saved.
    """
    group, times = _register(viewer, group_id, on, school_session, at)
    roster = pupils_of_group(viewer, group_id, on)
    _refuse_strangers(marks, roster, group, on)
    born_on = {pupil.id: pupil.born_on for pupil in roster}
    form = _Form(viewer, group, on, school_session, times, marks, reason.strip(), born_on)
    if paper is not None:
        taken_by = who_took_it(viewer, on, times, paper, at)
        form = replace(form, taken_on_paper_at=paper.at, taken_by_name=taken_by)
    draft = _checked_draft(form, at)
    try:
        return _save(form, draft, key, by, at)
    except AlreadySaved:
        # The same form again. Usually nothing is left to do; a form called back and changed is worked out afresh.
        draft = _checked_draft(form, at)
        taken = _save(form, draft, uuid4(), by, at)
        return replace(taken, was_saved_before=not draft.entries)
    except VersionTaken:
        # Somebody was faster between our reading and our saving: read again and show both values.
        draft = _checked_draft(form, at)
        return _save(form, draft, uuid4(), by, at)


def _checked_draft(form: "_Form", at: datetime) -> "_Draft":
    """What the form comes to against the marks as they are now. Errors: Refused, Conflicts."""
    current = versions_of(form.viewer.school_id, form.on, form.session, form.pupil_ids)
    draft = _work_out(form, current)
    _refuse_amendment_without_right(form, draft, at)
    if draft.refusals:
        raise Refused(draft.refusals)
    if draft.conflicts:
        raise Conflicts(draft.conflicts)
    return draft


def _save(form: "_Form", draft: "_Draft", key: UUID, by: Actor, at: datetime) -> Taken:
    marked = {entry.pupil_id for entry in draft.entries} | draft.marked_before
    unmarked_count = sum(pupil not in marked for pupil in form.pupil_ids)
    if draft.entries:
        occasion = Occasion(
            school_id=form.viewer.school_id,
            kind=Save.Kind.REGISTER,
            key=key,
            group_id=form.group.id,
            on=form.on,
            session=form.session,
            is_complete=unmarked_count == 0,
            taken_on_paper_at=form.taken_on_paper_at,
            taken_by_name=form.taken_by_name,
        )
        add_entries(occasion=occasion, entries=draft.entries, by=by, at=at)
    return Taken(len(draft.entries), sum(entry.version > 1 for entry in draft.entries), unmarked_count)


def _register(
    viewer: Viewer, group_id: int, on: date, school_session: SchoolSession, at: datetime
) -> tuple[Group, RegisterTimes]:
    """The group and times of a register this viewer may write now. Errors: Refused."""
    group = group_on(viewer, group_id, on)
    if group is None:
        raise Refused.one("", "There is no such teaching group on this day.")
    calendar = timetable(viewer).calendar
    times = calendar.times(on, school_session)
    if times is None:
        raise Refused.one("", f"No register is taken on this day: {calendar.day(on).because}")
    problem = why_not(viewer, group, on, times, at)
    if problem:
        raise Refused.one("", problem)
    return group, times


def why_not(viewer: Viewer, group: Group, on: date, times: RegisterTimes, at: datetime) -> str:
    """Why this viewer can't save this register now, in a sentence; "" where they can."""
    today = at.date()
    if viewer.may(Permission.REGISTER_TAKE_ANY):
        whole_school = True
    elif viewer.may(Permission.REGISTER_TAKE_OWN) and viewer.user_id in group.teacher_ids:
        whole_school = False
    else:
        return f"You don't take the register of {group.name}. The school office can change who does."
    if on > today or (on == today and at.time() < times.opens_at):
        when = "" if on == today else f" on {on:%A} {on.day} {on:%B}"
        return f"This register opens at {times.opens_at:%H:%M}{when}."
    if on < today and not whole_school:
        return "This day is over. Ask the school office to make the change, so that the reason is recorded."
    return ""


def who_took_it(viewer: Viewer, on: date, times: RegisterTimes, paper: OnPaper, at: datetime) -> str:
    """The name of whoever took a register on paper. Errors: Refused where it can't have been so.

    Domain.md 1.1.2: paper is a contingency that is keyed in.
    """
    if not viewer.may(Permission.REGISTER_TAKE_ANY):
        raise Refused.one("", "Registers taken on paper are keyed in by the school office.")
    refusals = []
    if paper.at.date() != on:
        refusals.append(Refusal("taken_at", "A register is taken on its own day."))
    elif paper.at > at:
        refusals.append(Refusal("taken_at", f"It is {at:%H:%M} now: enter when the register was taken."))
    elif not times.opens_at <= paper.at.time() <= times.session_ends_at:
        session = f"{times.opens_at:%H:%M} to {times.session_ends_at:%H:%M}"
        refusals.append(
            Refusal("taken_at", f"This session runs from {session}. Enter the time on the paper.")
        )
    person = person_of(viewer, paper.person_id)
    if person is None or not person.held(on):
        refusals.append(Refusal("taken_by", "Choose somebody who worked at the school on this day."))
    if refusals or person is None:
        raise Refused(refusals)
    return person.name


def _refuse_strangers(
    marks: Sequence[SubmittedMark], roster: Sequence[RollPupil], group: Group, on: date
) -> None:
    known = {pupil.id for pupil in roster}
    if any(mark.pupil_id not in known for mark in marks):
        raise Refused.one(
            "",
            f"A pupil on this form is not in {group.name} on {on:%a} {on.day} {on:%b}. Nothing was saved: "
            "open the register again to see who is in the group now.",
        )


def _work_out(form: _Form, current: Mapping[int, Versions]) -> _Draft:
    draft = _Draft(marked_before={pupil for pupil, versions in current.items() if is_marked(versions)})
    is_site_closed = is_closed_by(current.values())
    known = known_about(form.viewer, form.on, form.session, form.born_on, is_site_closed=is_site_closed)
    for mark in form.marks:
        _work_out_mark(form, draft, mark, current.get(mark.pupil_id, []), known[mark.pupil_id])
    return draft


def _work_out_mark(form: _Form, draft: _Draft, mark: SubmittedMark, versions: Versions, known: Known) -> None:
    """Adds to the draft what one row of the form comes to: an entry, a refusal, a conflict, or nothing."""
    now = versions[-1] if versions else None
    if mark.code == "":
        if is_marked(versions) and now is not None and mark.seen_version >= now.version:
            draft.refuse([Refusal(f"m-{mark.pupil_id}", CANT_CLEAR)])
        return
    if now is not None and (_is_same(mark, now) or mark.choice == "theirs"):
        return
    if now is not None and mark.seen_version < now.version:
        seen = versions[mark.seen_version - 1] if mark.seen_version else None
        if seen is None or not _is_same(mark, seen):
            draft.conflicts.append(Conflict(mark.pupil_id, now, mark))
        return
    stands = now is not None and mark.code == now.code
    draft.refuse(_check(form, mark, known, mark.code if stands or mark.code in known.may_keep else None))
    if now is not None and not form.reason:
        draft.refuse([Refusal("reason", REASON_NEEDED)])
    draft.entries.append(
        NewEntry(
            pupil_id=mark.pupil_id,
            on=form.on,
            session=form.session,
            version=now.version + 1 if now else 1,
            code=mark.code,
            minutes_late=mark.minutes_late,
            note=mark.note.strip(),
            reason=form.reason if now else "",
        )
    )


def _check(form: _Form, mark: SubmittedMark, known: Known, may_keep: str | None) -> list[Refusal]:
    try:
        code = code_for(mark.code, form.on)
    except UnknownCode as unknown:
        return [Refusal(f"m-{mark.pupil_id}", str(unknown))]
    refusals = check_mark(
        code=code,
        session=form.session,
        minutes_late=mark.minutes_late,
        note=mark.note,
        times=form.times,
        roles_allowed=form.viewer.setters,
        may_keep=may_keep,
        advice=advise_on(known.facts, code, form.on, form.session),
    )
    places = {"minutes_late": "late", "note": "note"}
    return [Refusal(f"{places.get(r.field, 'm')}-{mark.pupil_id}", r.message) for r in refusals]


def _is_same(mark: SubmittedMark, entry: Entry) -> bool:
    return (
        mark.code == entry.code
        and mark.minutes_late == entry.minutes_late
        and (mark.note.strip() == entry.note or not mark.note.strip())
    )


def _refuse_amendment_without_right(form: _Form, draft: _Draft, at: datetime) -> None:
    """A teacher corrects their own group's marks on the day; anything else needs the right to amend."""
    amends = any(entry.version > 1 for entry in draft.entries)
    if not amends or form.viewer.may(Permission.REGISTER_AMEND):
        return
    if form.on != at.date() or form.viewer.user_id not in form.group.teacher_ids:
        draft.refuse(
            [Refusal("", "You may not change marks that were already saved. Ask the school office.")]
        )
