"""The purge: what is six years old leaves the register, whole histories only, under a signed line in its chain.

The line says what went, and what is left of each save that it took from. The database lets exactly those entries go
(audit.immutable), and `rollbook verify` accepts exactly those gaps (docs/adr/0017).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.registers.actions.turns import turn_to_save
from rollbook.apps.registers.actions.writing import LONGEST_TEXT, ChainEnd, hold_chain, move_chain
from rollbook.apps.registers.models import Entry, Purge, PurgedPart, Save
from rollbook.apps.registers.queries.digests import digest_of, entry_line, lines_digest, purge_lines
from rollbook.apps.registers.queries.keeping import OldYear, made_before, old_year
from rollbook.apps.registers.queries.proof import BATCH, Held, held_saves
from rollbook.clock import LONDON
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.keeping import newest_day_to_purge
from rollbook.domain.refusals import Refusal, Refused

_IDS_AT_ONCE = 500
_YOUNG_MARKS = """
SELECT DISTINCT pupil_id, "on", session FROM registers_entry
WHERE school_id = %s AND "on" BETWEEN %s AND %s AND at >= %s
"""


@dataclass(slots=True)
class _Cut:
    """What goes: the entries' ids, and of each save what went and what is left."""

    ids: list[int] = field(default_factory=list)
    parts: list[PurgedPart] = field(default_factory=list)


def purge_year(
    *,
    viewer: Viewer,
    first_day: date,
    expected_count: int | None,
    reason: str,
    key: UUID,
    by: Actor,
    at: datetime,
) -> Purge:
    """Takes the histories of an academic year that are six years old and concern no open case out of the register.

    `expected_count` is the number of entries the person confirmed; where another may go by now, nothing does. The
    same form sent twice purges once. Errors: Refused.
    """
    if not viewer.may(Permission.KEEPING_PURGE):
        raise Refused.one("", "Your role may not purge the register. The head teacher may.")
    with turn_to_save(), transaction.atomic():
        chain = hold_chain(viewer.school_id)
        if earlier := Purge.objects.filter(school_id=viewer.school_id, save_made__key=key).first():
            return earlier
        today = at.astimezone(LONDON).date()
        newest = newest_day_to_purge(today)
        year = _confirmed(old_year(viewer, first_day, today), expected_count, reason.strip())
        cut = _cut(viewer.school_id, year, newest)
        save = _next_save(chain, key, by, at)
        purge = Purge(
            school_id=viewer.school_id,
            first_day=year.first_day,
            last_day=year.last_day,
            made_until=newest,
            reason=reason.strip(),
            entry_count=len(cut.ids),
            pupil_count=year.pupil_count,
        )
        _sign(purge, save, cut)
        _remove(cut.ids)
        move_chain(save)
        _report(purge, save, by, at)
    return purge


def _confirmed(year: OldYear | None, expected_count: int | None, reason: str) -> OldYear:
    """The year, where the person gave a reason and means as many entries as may go. Errors: Refused."""
    if year is None or not year.count:
        message = "No entry of this year may be purged: each is younger than six years or kept."
        raise Refused.one("", message)
    refusals = []
    if not reason:
        refusals.append(Refusal("reason", "Enter the reason: it stays in the log for good."))
    elif len(reason) > LONGEST_TEXT or "\x00" in reason:
        refusals.append(Refusal("reason", f"The reason is at most {LONGEST_TEXT} characters."))
    if expected_count != year.count:
        message = (
            f"{year.count:,} entries may be purged. Enter this number to confirm that you mean all of them."
        )
        refusals.append(Refusal("expected_count", message))
    if refusals:
        raise Refused(refusals)
    return year


def _next_save(chain: ChainEnd, key: UUID, by: Actor, at: datetime) -> Save:
    return Save(
        pk=chain.save_id,
        school_id=chain.school_id,
        number=chain.length + 1,
        key=key,
        kind=Save.Kind.PURGE,
        at=at,
        by_id=by.person_id,
        by_name=by.name,
        by_position=by.position,
        entry_count=0,
        is_complete=False,
        previous_digest=chain.digest,
    )


def _cut(school_id: int, year: OldYear, newest: date) -> _Cut:
    """What goes, after proving that each save it is taken from is whole. Errors: Refused."""
    bounds = (year.first_day.isoformat(), year.last_day.isoformat())
    with connection.cursor() as cursor:
        before = connection.ops.adapt_datetimefield_value(made_before(newest))
        cursor.execute(_YOUNG_MARKS, [school_id, *bounds, before])
        young = {(pupil_id, str(on), session) for pupil_id, on, session in cursor.fetchall()}
    cut = _Cut()
    for held in _saves_with_marks_of(school_id, year):
        if not held.is_whole():
            message = (
                f"Save {held.save.number} is not what was saved, so nothing is purged. Run `rollbook verify` and call "
                "whoever looks after Rollbook."
            )
            raise Refused.one("", message)
        gone, left = list[Entry](), list[Entry]()
        for entry in held.entries:
            goes = (
                entry.pupil_id in year.may_go
                and year.first_day <= entry.on <= year.last_day
                and (entry.pupil_id, entry.on.isoformat(), entry.session) not in young
            )
            (gone if goes else left).append(entry)
        if gone:
            cut.ids += [entry.pk for entry in gone]
            cut.parts.append(
                PurgedPart(
                    save_cut=held.save,
                    entry_count=len(gone),
                    removed_digest=lines_digest(map(entry_line, gone)),
                    left_digest=digest_of(held.save, map(entry_line, left)),
                )
            )
    if len(cut.ids) != year.count:
        raise Refused.one("", "The register changed meanwhile. Nothing was purged; look again and repeat it.")
    return cut


def _saves_with_marks_of(school_id: int, year: OldYear) -> Iterator[Held]:
    marks = Entry.objects.filter(school_id=school_id, on__range=(year.first_day, year.last_day))
    numbers = sorted(marks.order_by().values_list("save_made_id", flat=True).distinct())
    for start in range(0, len(numbers), BATCH):
        yield from held_saves(
            list(Save.objects.filter(pk__in=numbers[start : start + BATCH]).order_by("number"))
        )


def _sign(purge: Purge, save: Save, cut: _Cut) -> None:
    """Adds the signed line with all it says before anything goes: the database asks for it."""
    save.digest = digest_of(save, purge_lines(purge, cut.parts))
    save.save(force_insert=True)
    purge.save_made = save
    purge.save(force_insert=True)
    for part in cut.parts:
        part.purge = purge
    PurgedPart.objects.bulk_create(cut.parts, batch_size=1_000)


def _remove(ids: list[int]) -> None:
    with connection.cursor() as cursor:
        for start in range(0, len(ids), _IDS_AT_ONCE):
            part = ids[start : start + _IDS_AT_ONCE]
            places = ", ".join(["%s"] * len(part))
            cursor.execute(f"DELETE FROM registers_entry WHERE id IN ({places})", part)  # noqa: S608


def _report(purge: Purge, save: Save, by: Actor, at: datetime) -> None:
    record(
        type="keeping.purged",
        by=by,
        at=at,
        school_id=purge.school_id,
        subject=f"save:{save.pk}",
        facts={
            "save": save.number,
            "first_day": purge.first_day.isoformat(),
            "last_day": purge.last_day.isoformat(),
            "entries_purged": purge.entry_count,
            "pupils": purge.pupil_count,
            "because": purge.reason,
            "sha256": save.digest,
        },
    )
