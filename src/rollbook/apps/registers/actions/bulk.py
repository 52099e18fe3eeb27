"""Putting a whole history of registers into an empty chain at once: for invented schools and for moving in.

What it leaves behind is what saving register by register would have left: the same rows, the same chain of digests.
Only the evidence differs: one event says that a history was loaded, by whom and how large it was.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from typing import cast
from uuid import UUID

from django.db import connection, transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.registers.actions.copying import EntryRows, RowWriter, SaveRow, writer
from rollbook.apps.registers.actions.past import Cast, PastMarks, PastPlan, PastSave
from rollbook.apps.registers.models import Chain, Entry, Save, UnplannedClosure
from rollbook.apps.registers.queries.digests import digest_of, entry_line, plain
from rollbook.domain.access import Actor

_SAVES_AT_ONCE = 2_000
# Few enough that the database is at work while the next ones are made ready.
_ENTRIES_AT_ONCE = 10_000
_SAVE_COLUMNS = (
    'id, school_id, number, "key", kind, group_id, "on", session, at, by_id, by_name, by_position, '
    "entry_count, is_complete, previous_digest, digest"
)
_PLAN_COLUMNS = (
    "school_id, pupil_id, first_day, last_day, sessions, code, note, origin, recorded_at, recorded_by_id, "
    "recorded_by_name, withdrawn_because, provider, supervisor"
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load came to."""

    save_count: int
    entry_count: int
    plan_count: int


@dataclass(slots=True)
class _Line:
    """An entry as the digest reads it: model rows by the hundred thousand would cost more than the digests.

    `on` and `at` are plain already, once for all entries of a save.
    """

    pupil_id: int
    on: object
    session: str
    version: int
    code: str
    minutes_late: int | None
    arrived_at: time | None
    note: str
    reason: str
    at: object
    by_id: int | None
    by_name: str
    by_position: str


def load_history(
    *,
    cast_of: Cast,
    saves: Iterable[PastSave],
    keys: Iterator[UUID],
    plans: Iterable[PastPlan],
    by: Actor,
    at: datetime,
    on_entries: Callable[[int], object] = bool,
) -> Loaded:
    """Adds saves, oldest first, to the end of a school's chain, and what was planned; all or nothing.

    `keys` gives each save its key; `on_entries` hears how many entries each step added. Errors: IntegrityError where a
    mark is there already.
    """
    school_id = cast_of.school_id
    with transaction.atomic():
        Chain.objects.bulk_create([Chain(school_id=school_id)], ignore_conflicts=True)
        chain = Chain.objects.select_for_update().get(pk=school_id)
        before = chain.length
        entry_count = 0
        with writer(connection) as rows:
            for part in _parts(saves):
                added = _add_saves(chain, cast_of, part, keys, rows)
                entry_count += added
                on_entries(added)
            plan_count = _add_plans(cast_of, plans, rows)
            rows.wait()
        Chain.objects.filter(pk=school_id).update(length=chain.length, digest=chain.digest)
        loaded = Loaded(chain.length - before, entry_count, plan_count)
        record(
            type="register.history.loaded",
            by=by,
            at=at,
            school_id=school_id,
            subject=f"school:{school_id}",
            facts={"saves": loaded.save_count, "entries": entry_count, "planned": loaded.plan_count},
        )
    return loaded


def _parts(saves: Iterable[PastSave]) -> Iterator[list[PastSave]]:
    part: list[PastSave] = []
    entries = 0
    for save in saves:
        part.append(save)
        entries += sum(len(marks.pupils) for marks in save.marks)
        if len(part) == _SAVES_AT_ONCE or entries >= _ENTRIES_AT_ONCE:
            yield part
            part, entries = [], 0
    if part:
        yield part


def _add_saves(
    chain: Chain, cast_of: Cast, saves: list[PastSave], keys: Iterator[UUID], rows: RowWriter
) -> int:
    """Chains these saves and writes them with their entries. Shape: how many entries."""
    ids = cast_of.pupil_ids
    save_rows, entries, closures = list[SaveRow](), list[EntryRows](), list[UnplannedClosure]()
    for save_id, save in zip(rows.save_ids(len(saves)), saves, strict=True):
        writer_of = cast_of.writers[save.by]
        row = _save_row(chain, cast_of, save_id, save, next(keys))
        moment = plain(save.on), plain(save.at)
        lines: list[str] = []
        for marks in save.marks:
            line = _entry_line(save, marks, writer_of, moment)
            pupil_ids = [ids[pupil] for pupil in marks.pupils]
            lines += [f"[{pupil_id}{line}" for pupil_id in pupil_ids]
            entries.append((row, marks, pupil_ids))
        row.entry_count = len(lines)
        row.digest = digest_of(cast("Save", row), lines)
        chain.length, chain.digest = row.number, row.digest
        save_rows.append(row)
        if save.closure is not None:
            closures.append(_closure(cast_of.school_id, save_id, save))
    rows.add("registers_save", _SAVE_COLUMNS, [row.values() for row in save_rows])
    rows.add_entries(entries)
    if closures:
        rows.wait()
        UnplannedClosure.objects.bulk_create(closures)
    return sum(row.entry_count for row in save_rows)


def _save_row(chain: Chain, cast_of: Cast, save_id: int, save: PastSave, key: UUID) -> SaveRow:
    by = cast_of.writers[save.by]
    return SaveRow(
        id=save_id,
        school_id=cast_of.school_id,
        number=chain.length + 1,
        key=key,
        kind=save.kind,
        group_id=None if save.group is None else cast_of.group_ids[save.group],
        on=save.on,
        session=save.session,
        at=save.at,
        by_id=by.user_id,
        by_name=by.name,
        by_position=by.position,
        entry_count=0,
        is_complete=save.is_complete,
        previous_digest=chain.digest,
    )


def _entry_line(save: PastSave, marks: PastMarks, by: Actor, moment: tuple[object, object]) -> str:
    """What comes after the pupil in the digest's line of each of these entries: the same for all of them."""
    on, at = moment
    line = _Line(
        pupil_id=0,
        on=on,
        session=save.session,
        version=marks.version,
        code=marks.code,
        minutes_late=marks.minutes_late,
        arrived_at=marks.arrived_at,
        note=marks.note,
        reason=marks.reason,
        at=at,
        by_id=by.user_id,
        by_name=by.name,
        by_position=by.position,
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


def _add_plans(cast_of: Cast, plans: Iterable[PastPlan], rows: RowWriter) -> int:
    values = [
        (
            cast_of.school_id, cast_of.pupil_ids[plan.pupil], plan.first_day, plan.last_day, plan.sessions, plan.code,
            plan.note, plan.origin, plan.at, cast_of.writers[plan.by].user_id, cast_of.writers[plan.by].name, "",
            plan.provider, plan.supervisor,
        )
        for plan in plans
    ]  # fmt: skip
    rows.add("registers_plannedmark", _PLAN_COLUMNS, values)
    return len(values)
