"""What a history of registers is made of before it is loaded. Nothing here knows the database.

Pupils, groups and writers are places in the lists of a `Cast`, so that a history can be drawn before its people have
ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from rollbook.domain.access import Actor


@dataclass(frozen=True)
class Cast:
    """Who the places in a history stand for."""

    school_id: int
    pupil_ids: Sequence[int]
    group_ids: Sequence[int]
    writers: Sequence[Actor]


@dataclass(frozen=True, slots=True)
class PastMarks:
    """The same version of a mark for several pupils, as one save made it."""

    pupils: tuple[int, ...]
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
    on: date
    session: str
    at: datetime
    by: int
    marks: tuple[PastMarks, ...]
    group: int | None = None
    is_complete: bool = False
    closure: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class PastPlan:
    """Something that was known before registration."""

    pupil: int
    first_day: date
    last_day: date
    sessions: str
    code: str
    note: str
    origin: str
    at: datetime
    by: int
    provider: str = ""
    supervisor: str = ""
