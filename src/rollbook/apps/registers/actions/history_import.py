"""Marks of past days brought in from a file, all at once, and taken back again by amendment.

A mark that is there already becomes an amendment with its reason. Undoing adds versions too: an entry is never removed.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.registers.actions.bulk import load_history
from rollbook.apps.registers.actions.past import Cast, PastMarks, PastSave
from rollbook.apps.registers.actions.turns import turn_to_save
from rollbook.apps.registers.models import Chain, HistoryImport, Save
from rollbook.apps.registers.queries.history_plan import HistoryPlan, SessionPlan
from rollbook.apps.registers.queries.history_undo import UndoPlan, plan_undo
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refused

_MEANWHILE = (
    "Marks of these days were changed meanwhile. Look at what the import would do now, then import again."
)


def import_marks(
    *,
    viewer: Viewer,
    plan: HistoryPlan,
    file_name: str,
    good_rows_only: bool,
    by: Actor,
    at: datetime,
    on_entries: Callable[[int], object] = bool,
) -> HistoryImport:
    """Adds the marks of a plan to the registers, all or none, each as its first version or as an amendment.

    `good_rows_only`: the rows that can't be taken are left out; otherwise one of them refuses the whole file.
    Errors: Refused.
    """
    _refuse(viewer, plan, good_rows_only=good_rows_only)
    reason = f"Imported from {file_name}"[:300]
    saves = [_save(each, reason, at) for each in plan.sessions]
    with turn_to_save(), transaction.atomic():
        saves_made = _load(viewer, plan.pupil_ids, saves, by, at, on_entries)
        return _note_import(viewer, plan, file_name, saves_made, by, at)


def undo_import(
    *, viewer: Viewer, import_id: int, reason: str, by: Actor, at: datetime
) -> tuple[HistoryImport, UndoPlan]:
    """Takes back what an import did, where nobody has changed the mark since: by amendment, with the reason.

    A mark that the import made goes back to no mark, one that it changed to what stood before. Errors: Refused.
    """
    if not viewer.may(Permission.MARKS_IMPORT):
        raise Refused.one("", "You may not undo an import of marks.")
    reason = reason.strip().replace("\x00", "")
    if not reason:
        raise Refused.one("reason", "Say why: the reason stays with each mark for good.")
    if len(reason) > 250:
        raise Refused.one("reason", "Keep the reason to 250 characters.")
    with turn_to_save(), transaction.atomic():
        made = (
            HistoryImport.objects.select_for_update().filter(pk=import_id, school_id=viewer.school_id).first()
        )
        if made is None:
            raise Refused.one("", "There is no such import.")
        if made.undone_at is not None:
            raise Refused.one("", f"{made.undone_by_name} has undone this import already.")
        plan = plan_undo(viewer, made)
        if plan.sessions:
            words = f"Import undone: {reason}"
            _load(viewer, plan.pupil_ids, [_save(each, words, at) for each in plan.sessions], by, at, bool)
        _note_undo(made, plan, reason, by, at)
    return made, plan


def _note_import(
    viewer: Viewer, plan: HistoryPlan, file_name: str, saves_made: tuple[int, int], by: Actor, at: datetime
) -> HistoryImport:
    made = HistoryImport.objects.create(
        school_id=viewer.school_id,
        file_name=file_name[:200],
        first_day=plan.sessions[0].on,
        last_day=plan.sessions[-1].on,
        first_save=saves_made[0],
        last_save=saves_made[1],
        new_count=plan.new_count,
        changed_count=plan.changed_count,
        unchanged_count=plan.unchanged_count,
        refused_count=plan.refused_count,
        made_at=at,
        made_by_id=by.person_id,
        made_by_name=by.name,
    )
    facts = {
        "file": made.file_name,
        "from": made.first_day.isoformat(),
        "to": made.last_day.isoformat(),
        "new": made.new_count,
        "changed": made.changed_count,
        "refused": made.refused_count,
    }
    _record("register.marks.imported", made, facts, by, at)
    return made


def _note_undo(made: HistoryImport, plan: UndoPlan, reason: str, by: Actor, at: datetime) -> None:
    made.undone_at, made.undone_by_id, made.undone_by_name = at, by.person_id, by.name
    made.undone_because, made.undone_count = reason, plan.count
    made.save()
    facts = {"file": made.file_name, "marks": plan.count, "kept": plan.kept_count, "reason": reason}
    _record("register.import.undone", made, facts, by, at)


def _record(type: str, made: HistoryImport, facts: dict[str, object], by: Actor, at: datetime) -> None:
    record(type=type, by=by, at=at, school_id=made.school_id, subject=f"marks-import:{made.pk}", facts=facts)


def _refuse(viewer: Viewer, plan: HistoryPlan, *, good_rows_only: bool) -> None:
    if not viewer.may(Permission.MARKS_IMPORT):
        raise Refused.one("", "You may not import marks. The attendance officer can.")
    if plan.refused_count and not good_rows_only:
        rows = "1 row" if plan.refused_count == 1 else f"{plan.refused_count:,} rows"
        raise Refused.one(
            "", f"{rows} can't be taken, so nothing was imported. Mend the file or leave them out."
        )
    if not plan.sessions:
        raise Refused.one(
            "", "There is nothing to import: every mark in the file is in the registers already."
        )


def _save(plan: SessionPlan, reason: str, at: datetime) -> PastSave:
    new = [
        PastMarks(tuple(pupils), code, minutes_late=minutes) for (code, minutes), pupils in plan.new.items()
    ]
    changed = [
        PastMarks(tuple(pupils), code, version + 1, minutes, arrived_at, note, reason)
        for (code, minutes, version, note, arrived_at), pupils in plan.changed.items()
    ]
    return PastSave(Save.Kind.IMPORT, plan.on, plan.session.value, at, 0, (*new, *changed))


def _load(
    viewer: Viewer,
    pupil_ids: Sequence[int],
    saves: Sequence[PastSave],
    by: Actor,
    at: datetime,
    on_entries: Callable[[int], object],
) -> tuple[int, int]:
    """Adds the saves to the school's chain. Shape: the numbers of the first and the last. Errors: Refused."""
    try:
        with transaction.atomic():
            load_history(
                cast_of=Cast(viewer.school_id, pupil_ids, (), (by,)),
                saves=saves,
                keys=_keys(),
                plans=(),
                by=by,
                at=at,
                on_entries=on_entries,
            )
    except IntegrityError:
        raise Refused.one("", _MEANWHILE) from None
    last = Chain.objects.values_list("length", flat=True).get(pk=viewer.school_id)
    return last - len(saves) + 1, last


def _keys() -> Iterator[UUID]:
    while True:
        yield uuid4()
