"""The one way entries get into the register: added together, in one order for the school, chained to the last save.

Everything that can be read and checked beforehand is done before this: the transaction holds the school's chain, and
every other save of the school waits for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from rollbook.apps.audit.actions import event_to_record
from rollbook.apps.registers.actions.turns import turn_to_save
from rollbook.apps.registers.models import Chain, Entry, Save
from rollbook.apps.registers.queries.digests import digest_of, entry_line
from rollbook.domain.access import Actor
from rollbook.domain.marks import SchoolSession

LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A version to add to one pupil's mark."""

    pupil_id: int
    on: date
    session: SchoolSession
    version: int
    code: str
    minutes_late: int | None = None
    arrived_at: time | None = None
    note: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        # The digest counts every sign, so nothing may reach a column that would cut it or keep it differently.
        for text in (self.note, self.reason):
            if "\x00" in text or len(text) > LONGEST_TEXT:
                raise ValueError(f"A note or reason is at most {LONGEST_TEXT} characters, none of them NUL.")


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a save is about: its kind, the form it came from, and the register where it was one."""

    school_id: int
    kind: Save.Kind
    key: UUID
    group_id: int | None = None
    on: date | None = None
    session: SchoolSession | None = None
    is_complete: bool = False
    taken_on_paper_at: datetime | None = None
    taken_by_name: str | None = None


class AlreadySaved(Exception):
    """The same form was saved before; `save` is what came of it."""

    def __init__(self, save: Save) -> None:
        super().__init__("already saved")
        self.save = save


class VersionTaken(Exception):
    """Somebody else added the same version of a mark first; nothing was saved."""


def add_entries(*, occasion: Occasion, entries: Sequence[NewEntry], by: Actor, at: datetime) -> Save:
    """Adds entries as one save with its audit event, all or none.

    Errors: AlreadySaved for a form sent before, VersionTaken where somebody else was first. Nothing is added then.
    Inside a transaction it joins it; outside one the school's other saves wait as short as can be.
    """
    try:
        # Before the chain is held, and with it every other save of the school: what needs no chain.
        lines = _lines(entries, occasion.school_id, by, at)
        with turn_to_save(), transaction.atomic():
            return _add(occasion, entries, lines, by, at)
    except IntegrityError as error:
        earlier = Save.objects.filter(school_id=occasion.school_id, key=occasion.key).first()
        if earlier is not None:
            raise AlreadySaved(earlier) from error
        if _is_taken(entries):
            raise VersionTaken from error
        raise


def _add(
    occasion: Occasion, entries: Sequence[NewEntry], lines: Sequence[str], by: Actor, at: datetime
) -> Save:
    chain = hold_chain(occasion.school_id)
    save = Save(
        pk=chain.save_id,
        school_id=occasion.school_id,
        number=chain.length + 1,
        key=occasion.key,
        kind=occasion.kind,
        group_id=occasion.group_id,
        on=occasion.on,
        session=occasion.session.value if occasion.session else "",
        at=at,
        by_id=by.person_id,
        by_name=by.name,
        by_position=by.position,
        entry_count=len(entries),
        is_complete=occasion.is_complete,
        taken_on_paper_at=occasion.taken_on_paper_at,
        taken_by_name=occasion.taken_by_name,
        previous_digest=chain.digest,
    )
    save.digest = digest_of(save, lines)
    _execute_together(
        [
            _adding_save(save),
            _adding_entries(save, lines),
            _moving_chain(save),
            _adding_event(save, entries, by, at),
        ]
    )
    save._state.adding = False
    return save


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """The end of a school's chain while it is held, and the id that the next save gets."""

    school_id: int
    length: int
    digest: str
    save_id: int


def hold_chain(school_id: int) -> ChainEnd:
    """The end of the school's chain, held until this transaction ends: SQLite's write lock is the whole database's."""
    statement = _HOLD[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(statement, [school_id])
        row = cursor.fetchone()
        if row is None:  # the school's first save
            Chain.objects.bulk_create([Chain(school_id=school_id)], ignore_conflicts=True)
            cursor.execute(statement, [school_id])
            row = cursor.fetchone()
    return ChainEnd(*row)


# The save's id is asked for with the lock, so that nothing written after it waits for an answer.
_HOLD = {
    "postgresql": (
        "SELECT held.*, nextval(pg_get_serial_sequence('registers_save', 'id')) FROM "
        "(SELECT school_id, length, digest FROM registers_chain WHERE school_id = %s FOR UPDATE) AS held"
    ),
    "sqlite": (
        "SELECT school_id, length, digest, "
        "1 + COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'registers_save'), 0) "
        "FROM registers_chain WHERE school_id = %s"
    ),
}
Statement = tuple[str, Sequence[Any]]
"""A statement that adds or changes rows, with its values."""


def _execute_together(statements: Sequence[Statement]) -> None:
    """Executes what is written while the chain is held, none of which needs an answer.

    PostgreSQL gets it as one statement: each journey there and back makes all other savers of the school wait.
    """
    if connection.vendor == "postgresql":
        *first, (last, _) = statements
        parts = ", ".join(f"part_{number} AS ({sql})" for number, (sql, _) in enumerate(first))
        statements = [(f"WITH {parts} {last}", [value for _, values in statements for value in values])]
    with connection.cursor() as cursor:
        for statement, values in statements:
            cursor.execute(statement, values)


def _lines(entries: Sequence[NewEntry], school_id: int, by: Actor, at: datetime) -> list[str]:
    """The digest's line of each entry. Most of a register's marks are alike, so what follows the pupil is made once."""
    ends: dict[tuple[object, ...], str] = {}
    lines = []
    for each in entries:
        alike = (
            each.on,
            each.session,
            each.version,
            each.code,
            each.minutes_late,
            each.arrived_at,
            each.note,
            each.reason,
        )
        end = ends.get(alike)
        if end is None:
            end = ends[alike] = entry_line(_row(replace(each, pupil_id=0), school_id, by, at)).removeprefix(
                "[0"
            )
        lines.append(f"[{each.pupil_id}{end}")
    return lines


def _row(entry: NewEntry, school_id: int, by: Actor, at: datetime) -> Entry:
    return Entry(
        school_id=school_id,
        pupil_id=entry.pupil_id,
        on=entry.on,
        session=entry.session.value,
        version=entry.version,
        code=entry.code,
        minutes_late=entry.minutes_late,
        arrived_at=entry.arrived_at,
        note=entry.note,
        reason=entry.reason,
        at=at,
        by_id=by.person_id,
        by_name=by.name,
        by_position=by.position,
    )


_INSERT_SAVE = "INSERT INTO registers_save ({columns}) VALUES ({places})".format(  # noqa: S608
    columns=", ".join(f'"{field.column}"' for field in Save._meta.concrete_fields),
    places=", ".join("%s" for _ in Save._meta.concrete_fields),
)


def _adding_save(save: Save) -> Statement:
    """The row of the save itself: the chain is held, and the ORM takes four times as long."""
    fields = Save._meta.concrete_fields
    return _INSERT_SAVE, [
        field.get_db_prep_save(getattr(save, field.attname), connection) for field in fields
    ]


def move_chain(save: Save) -> None:
    """Makes a save the end of its school's chain, which is held."""
    with connection.cursor() as cursor:
        cursor.execute(*_moving_chain(save))


def _moving_chain(save: Save) -> Statement:
    statement = "UPDATE registers_chain SET length = %s, digest = %s WHERE school_id = %s"
    return statement, [save.number, save.digest, save.school_id]


# The lines that the digest is made of are also what is inserted: the database takes them apart in one statement, in a
# seventh of the time that a row of 15 values for each pupil takes. What is the same for all comes beside them.
_COLUMNS = (
    "school_id, save_made_id, at, by_id, by_name, by_position, "
    'pupil_id, "on", session, version, code, minutes_late, arrived_at, note, reason'
)
_PARTS = {
    "postgresql": (
        "(line->>0)::bigint, (line->>1)::date, line->>2, (line->>3)::smallint, line->>4, (line->>5)::smallint, "
        "(line->>6)::time, line->>7, line->>8 FROM jsonb_array_elements(%s::jsonb) AS line"
    ),
    "sqlite": ", ".join(f"json_extract(value, '$[{place}]')" for place in range(9)) + " FROM json_each(%s)",
}


def _adding_entries(save: Save, lines: Sequence[str]) -> Statement:
    """The entries in the order of their lines. Executing it fails with IntegrityError where a version is taken."""
    at = connection.ops.adapt_datetimefield_value(save.at)
    common = [save.school_id, save.pk, at, save.by_id, save.by_name, save.by_position]
    statement = (
        f"INSERT INTO registers_entry ({_COLUMNS}) SELECT %s, %s, %s, %s, %s, %s, {_PARTS[connection.vendor]}"
    )
    return statement, [*common, f"[{','.join(lines)}]"]


_EVENT = {
    Save.Kind.REGISTER: "register.saved",
    Save.Kind.ARRIVAL: "register.arrival.signed_in",
    Save.Kind.AMENDMENT: "register.mark.amended",
    Save.Kind.CLOSURE: "register.closure.declared",
}
_MANY_AMENDED = "register.marks.amended"


def _adding_event(save: Save, entries: Sequence[NewEntry], by: Actor, at: datetime) -> Statement:
    amended = [
        {
            "pupil": entry.pupil_id,
            "on": entry.on.isoformat(),
            "session": entry.session.value,
            "version": entry.version,
            "code": entry.code,
            "reason": entry.reason,
        }
        for entry in entries
        if entry.version > 1
    ]
    one = entries[0] if len(entries) == 1 else None
    facts: dict[str, object] = {
        "save": save.number,
        "group": save.group_id,
        "on": save.on.isoformat() if save.on else None,
        "session": save.session,
        "entries": save.entry_count,
        "amended": amended,
    }
    type = _EVENT[Save.Kind(save.kind)]
    if save.kind == Save.Kind.AMENDMENT and save.on is None:
        type = _MANY_AMENDED
        for each in amended:
            del each["reason"]  # one for all, said once
        facts |= _of_many(entries)
    return event_to_record(
        type=type,
        by=by,
        at=at,
        school_id=save.school_id,
        subject=f"pupil:{one.pupil_id}" if one else f"save:{save.pk}",
        facts=facts | _on_paper(save),
    )


def _of_many(entries: Sequence[NewEntry]) -> dict[str, object]:
    """What the event of a save over many days says of all its marks together."""
    days = [entry.on for entry in entries]
    return {
        "first_day": min(days).isoformat(),
        "last_day": max(days).isoformat(),
        "pupils": len({entry.pupil_id for entry in entries}),
        "reason": entries[0].reason,
    }


def _on_paper(save: Save) -> dict[str, str]:
    """What the event says of a register that was taken on paper; nothing of any other."""
    if save.taken_on_paper_at is None:
        return {}
    return {"taken_on_paper": f"{save.taken_on_paper_at:%H:%M}", "taken_by": save.taken_by_name or ""}


def _is_taken(entries: Sequence[NewEntry]) -> bool:
    """Whether any of these versions is there already. One query, however many there are."""
    wanted = {(each.pupil_id, each.on, each.session.value, each.version) for each in entries}
    there = Entry.objects.filter(
        on__in={each.on for each in entries}, pupil_id__in={each.pupil_id for each in entries}
    ).values_list("pupil_id", "on", "session", "version")
    return any(each in wanted for each in there)
