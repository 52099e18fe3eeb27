"""What a save's digest is made of, so that saving and verifying can't differ."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from uuid import UUID

from rollbook.apps.registers.models import Entry, Purge, PurgedPart, Save

# Made once: json.dumps would make an encoder for every line.
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def plain(value: object) -> object:
    """A field as JSON can hold it; text and numbers stay as they are. Times are given in UTC."""
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def entry_line(entry: Entry) -> str:
    """An entry as one line of JSON: every field that says anything, in a fixed order."""
    fields = (
        entry.pupil_id,
        entry.on,
        entry.session,
        entry.version,
        entry.code,
        entry.minutes_late,
        entry.arrived_at,
        entry.note,
        entry.reason,
        entry.at,
        entry.by_id,
        entry.by_name,
        entry.by_position,
    )
    return _as_json([plain(field) for field in fields])


def save_line(save: Save) -> str:
    """A save's own particulars as one line of JSON, with its place in the chain."""
    fields: tuple[object, ...] = (
        save.school_id,
        save.number,
        save.key,
        save.kind,
        save.group_id,
        save.on,
        save.session,
        save.at,
        save.by_id,
        save.by_name,
        save.by_position,
        save.entry_count,
        save.is_complete,
        save.previous_digest,
    )
    # Only where there is something to say, so that the digests of all other saves stay what they were.
    if save.taken_on_paper_at is not None or save.taken_by_name is not None:
        fields += (save.taken_on_paper_at, save.taken_by_name)
    return _as_json([plain(field) for field in fields])


def digest_of(save: Save, entry_lines: Iterable[str]) -> str:
    """The save's digest over itself, its entries in any order, and the school's previous digest. Units: hex SHA-256."""
    text = "\n".join([save_line(save), *sorted(entry_lines)])
    return hashlib.sha256(text.encode()).hexdigest()


def purge_lines(purge: Purge, parts: Iterable[PurgedPart]) -> list[str]:
    """What the digest of a purge's save is made of: its own particulars, and a line for each save it took from."""
    own = (
        purge.school_id,
        purge.first_day,
        purge.last_day,
        purge.made_until,
        purge.reason,
        purge.entry_count,
        purge.pupil_count,
    )
    lines = [(part.save_cut_id, part.entry_count, part.removed_digest, part.left_digest) for part in parts]
    return [_as_json([plain(field) for field in fields]) for fields in (own, *lines)]


def lines_digest(lines: Iterable[str]) -> str:
    """The digest of some entries, in any order. Units: hex SHA-256."""
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
