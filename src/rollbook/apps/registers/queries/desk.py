"""What the desk looks up: pupils by a part of their name, and who came late today."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Q

from rollbook.apps.registers.models import Entry, Save
from rollbook.apps.registers.queries.kiosks import plain
from rollbook.apps.registers.queries.marks import save_of_form
from rollbook.apps.registers.queries.whereabouts import (
    Placed,
    everyone_placed,
    movement_of_form,
    pupils_placed,
)
from rollbook.domain.access import Viewer

MOST_FOUND = 8


@dataclass(frozen=True, slots=True)
class Search:
    """The pupils a search finds, at most eight, and how many there are in all."""

    found: list[Placed]
    count: int


def find_pupils(viewer: Viewer, now: datetime, text: str) -> Search:
    """The pupils whose name or group has every word, those whose names begin with them first. Four queries."""
    words = [plain_word for word in text.split() if (plain_word := plain(word) or word.casefold())]
    if not words:
        return Search([], 0)
    fitting: list[tuple[int, int, Placed]] = []
    for placed in everyone_placed(viewer, now):
        pupil = placed.pupil
        names = (plain(pupil.surname), plain(pupil.forename), pupil.group_name.casefold())
        if all(any(word in name for name in names) for word in words):
            begins = sum(any(name.startswith(word) for name in names) for word in words)
            fitting.append((-begins, len(fitting), placed))
    fitting.sort(key=lambda each: each[:2])
    return Search([placed for _, _, placed in fitting[:MOST_FOUND]], len(fitting))


def pupil_placed(viewer: Viewer, now: datetime, pupil_id: int) -> Placed | None:
    """One pupil on roll today and where they are; None for any other. Four queries."""
    return next(iter(pupils_placed(viewer, now, [pupil_id])), None)


def time_of_form(viewer: Viewer, key: UUID) -> time | None:
    """When a form sent before says that it was, in the log or as a late arrival; None for a new form. Two queries."""
    movement = movement_of_form(viewer.school_id, key)
    if movement is not None:
        return movement.moved_at
    save = save_of_form(viewer.school_id, key)
    return save.entries.get().arrived_at if save and save.kind == Save.Kind.ARRIVAL else None


@dataclass(frozen=True, slots=True)
class LateArrival:
    """A late arrival as it was recorded, and the mark that stands now if it was amended since."""

    entry: Entry
    amended: Entry | None


def late_on(viewer: Viewer, on: date) -> list[LateArrival]:
    """Everybody who was marked late or signed in on a day, latest first. Two queries."""
    late = Q(arrived_at__isnull=False) | Q(code__in=["L", "U"])
    came = list(
        Entry.objects.select_related("pupil")
        .filter(late, school_id=viewer.school_id, on=on)
        .order_by("version")
    )
    last = {(entry.pupil_id, entry.session): entry for entry in came}
    pupils = {entry.pupil_id for entry in came}
    later = Entry.objects.filter(school_id=viewer.school_id, on=on, pupil_id__in=pupils).order_by("version")
    newest = {(entry.pupil_id, entry.session): entry for entry in later}
    return [
        LateArrival(entry, newest[place] if newest[place].version > entry.version else None)
        for place, entry in last.items()
    ]
