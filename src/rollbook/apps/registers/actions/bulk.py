"""Putting a whole history of registers into an empty chain at once: for invented schools and for moving in.

What it leaves behind is what saving register by register would have left: the same rows, the same chain of digests.
Only the evidence differs: one event says that a history was loaded, by whom and how large it was.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import cast
from uuid import UUID

from django.db import connection, transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.registers.actions.copying import EntryRows, RowWriter, SaveRow, writer
from rollbook.apps.registers.models import Chain, Entry, PlannedMark, Save, UnplannedClosure
from rollbook.apps.registers.queries.digests import digest_of, entry_line
from rollbook.domain.access import Actor

_SAVES_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class PastMarks:
    """The same version of a mark for several pupils, as one save made it."""

    pupil_ids: tuple[int, ...]
    code: str
    version: int = 1
    minutes_late: int | None = None
    arrived_at: time | None = None
    note: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PastSave:
    """One act of saving that has happened, with the marks it made; `closure` is (reason, who decided)."""

    kind: str
    key: UUID
    on: date
    session: str
    at: datetime
    by: Actor
    marks: tuple[PastMarks, ...]
    group_id: int | None = None
    is_complete: bool = False
    closure: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class PastPlan:
    """Something that was known before registration."""

    pupil_id: int
    first_day: date
    last_day: date
    sessions: str
    code: str
    note: str
    origin: str
    at: datetime
    by_id: int
    by_name: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load came to."""

    save_count: int
    entry_count: int
    plan_count: int


@dataclass(slots=True)
class _Line:
    """One entry or save as the digest reads it: model rows by the hundred thousand would cost more than the digests."""

    pupil_id: int
    on: date
    session: str
    version: int
    code: str
    minutes_late: int | None
    arrived_at: time | None
    note: str
    reason: str
    at: datetime
    by_id: int | None
    by_name: str
    by_position: str


def load_history(
    *,
    school_id: int,
    saves: Iterable[PastSave],
    plans: Iterable[PastPlan],
    by: Actor,
    at: datetime,
    on_entries: Callable[[int], object] = bool,
) -> Loaded:
    """Adds saves, oldest first, to the end of a school's chain, and what was planned; all or nothing.

    `on_entries` hears how many entries each step added. Errors: IntegrityError where a mark is there already.
    """
    with transaction.atomic():
        Chain.objects.bulk_create([Chain(school_id=school_id)], ignore_conflicts=True)
        chain = Chain.objects.select_for_update().get(pk=school_id)
        before = chain.length
        entry_count = 0
        rows = writer(connection)
        for part in _parts(saves):
            added = _add_saves(chain, part, rows)
            entry_count += added
            on_entries(added)
        Chain.objects.filter(pk=school_id).update(length=chain.length, digest=chain.digest)
        plan_count = _add_plans(school_id, plans)
        loaded = Loaded(chain.length - before, entry_count, plan_count)
        record(
            type="register.history.loaded",
            by=by,
            at=at,
            school_id=school_id,
            subject=f"school:{school_id}",
            facts={"saves": loaded.save_count, "entries": entry_count, "planned": plan_count},
        )
    return loaded


def _parts(saves: Iterable[PastSave]) -> Iterator[list[PastSave]]:
    part: list[PastSave] = []
    for save in saves:
        part.append(save)
        if len(part) == _SAVES_AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _add_saves(chain: Chain, saves: list[PastSave], rows: RowWriter) -> int:
    """Chains these saves and writes them with their entries. Shape: how many entries."""
    ids = rows.save_ids(len(saves))
    save_rows, entries, closures = [], list[EntryRows](), list[UnplannedClosure]()
    for save_id, save in zip(ids, saves, strict=True):
        row = _save_row(chain, save_id, save)
        lines = []
        for marks in save.marks:
            line = _entry_line(save, marks)
            lines += [f"[{pupil_id}{line}" for pupil_id in marks.pupil_ids]
            entries.append(EntryRows(row, marks))
        row.digest = digest_of(cast("Save", row), lines)
        chain.length, chain.digest = row.number, row.digest
        save_rows.append(row)
        if save.closure is not None:
            closures.append(_closure(chain.school_id, save_id, save))
    rows.add_saves(save_rows)
    rows.add_entries(entries)
    UnplannedClosure.objects.bulk_create(closures)
    return sum(row.entry_count for row in save_rows)


def _save_row(chain: Chain, save_id: int, save: PastSave) -> SaveRow:
    return SaveRow(
        id=save_id,
        school_id=chain.school_id,
        number=chain.length + 1,
        key=save.key,
        kind=save.kind,
        group_id=save.group_id,
        on=save.on,
        session=save.session,
        at=save.at,
        by_id=save.by.user_id,
        by_name=save.by.name,
        by_position=save.by.position,
        entry_count=sum([len(marks.pupil_ids) for marks in save.marks]),
        is_complete=save.is_complete,
        previous_digest=chain.digest,
    )


def _entry_line(save: PastSave, marks: PastMarks) -> str:
    """What comes after the pupil in the digest's line of each of these entries: the same for all of them."""
    line = _Line(
        pupil_id=0,
        on=save.on,
        session=save.session,
        version=marks.version,
        code=marks.code,
        minutes_late=marks.minutes_late,
        arrived_at=marks.arrived_at,
        note=marks.note,
        reason=marks.reason,
        at=save.at,
        by_id=save.by.user_id,
        by_name=save.by.name,
        by_position=save.by.position,
    )
    return entry_line(cast("Entry", line)).removeprefix("[0")


def _closure(school_id: int, save_id: int, save: PastSave) -> UnplannedClosure:
    reason, decided_by = save.closure or ("", "")
    return UnplannedClosure(
        school_id=school_id,
        save_made_id=save_id,
        on=save.on,
        session=save.session,
        reason=reason,
        decided_by=decided_by,
    )


def _add_plans(school_id: int, plans: Iterable[PastPlan]) -> int:
    rows = [
        PlannedMark(
            school_id=school_id,
            pupil_id=plan.pupil_id,
            first_day=plan.first_day,
            last_day=plan.last_day,
            sessions=plan.sessions,
            code=plan.code,
            note=plan.note,
            origin=plan.origin,
            recorded_at=plan.at,
            recorded_by_id=plan.by_id,
            recorded_by_name=plan.by_name,
        )
        for plan in plans
    ]
    PlannedMark.objects.bulk_create(rows, batch_size=2_000)
    return len(rows)
