"""The pupils whose entry in the admission register lacks something: a list that the office works through."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from rollbook.apps.roll.queries.lists import ListedPupil, Standing, note_missing, seen_by
from rollbook.domain.access import Viewer
from rollbook.domain.admission_register import Lack, Level, Missing


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to. None leaves a thing open."""

    kind: Lack | None = None
    level: Level | None = None
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class Lacking:
    """One pupil with what is missing and wanted."""

    pupil: ListedPupil
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class LackingList:
    """The list in the order of the index. `counts`: pupils by kind, before a kind or level was chosen.

    `complete_count` of `pupil_count` lack nothing that the law asks for.
    """

    rows: list[Lacking]
    counts: Counter[Lack]
    levels: dict[Lack, Level]
    groups: list[tuple[int, str]]
    pupil_count: int
    complete_count: int
    after: Lacking | None = None


def lacking(viewer: Viewer, wanted: Wanted, on: date, after_id: int | None = None) -> LackingList:
    """Pupils on roll, and those to come, whose entry lacks something. Nine queries whatever the size.

    `after` is where the work goes on once the pupil `after_id` has been looked at: the same one while something is
    missing there, else the next one with something missing.
    """
    seen = seen_by(viewer, on)
    pupils = [each for each in seen.pupils if each.standing is not Standing.LEFT]
    note_missing(viewer, pupils, on)
    here = [each for each in pupils if wanted.group_id is None or each.group_id == wanted.group_id]
    rows = [Lacking(each, found) for each in here if (found := _wanted(each, wanted))]
    counts = Counter(kind for each in here for kind in {missing.kind for missing in each.missing})
    levels = {missing.kind: missing.level for each in here for missing in each.missing}
    return LackingList(
        rows=rows,
        counts=counts,
        levels=levels,
        groups=seen.groups,
        pupil_count=len(here),
        complete_count=sum(1 for each in here if not each.error_count),
        after=_after(pupils, rows, after_id),
    )


def _wanted(pupil: ListedPupil, wanted: Wanted) -> tuple[Missing, ...]:
    return tuple(
        each
        for each in pupil.missing
        if wanted.kind in (None, each.kind) and wanted.level in (None, each.level)
    )


def _after(pupils: list[ListedPupil], rows: list[Lacking], after_id: int | None) -> Lacking | None:
    place = next((number for number, each in enumerate(pupils) if each.id == after_id), None)
    if place is None:
        return None
    still_to_do = {each.id for each in pupils[place:]}
    return next((row for row in rows if row.pupil.id in still_to_do), None)
