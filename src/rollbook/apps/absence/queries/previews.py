"""What recording something would do: how many pupils and sessions, and what already stands in its way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rollbook.apps.absence.queries.sources import sources_of
from rollbook.apps.absence.queries.week import Slot
from rollbook.apps.registers.queries.clashes import marks_made, plans_in_the_way
from rollbook.apps.registers.queries.facts import as_planned
from rollbook.apps.roll.queries import RollPupil
from rollbook.domain.access import Viewer
from rollbook.domain.precedence import Precedence, precedence

_MOST_DAYS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Clash:
    """Something that already stands for a pupil: a mark, or a plan. `stays`: it is shown, not the new code.

    `record` names the record that a plan follows from, `url` is its page; "" where there is none to open.
    """

    name: str
    code: str
    days: tuple[date, ...]
    more_days: int
    words: str
    is_mark: bool
    stays: bool
    is_activity: bool = False
    record: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be planned."""

    pupils: tuple[RollPupil, ...]
    session_count: int
    clashes: tuple[Clash, ...]

    @property
    def marks(self) -> list[Clash]:
        """Marks already made: they stay until somebody amends them."""
        return [clash for clash in self.clashes if clash.is_mark]

    @property
    def plans(self) -> list[Clash]:
        """Other plans that step back."""
        return [clash for clash in self.clashes if not clash.is_mark and not clash.stays]

    @property
    def staying(self) -> list[Clash]:
        """Other plans that go before this one, by the order of `domain.precedence`."""
        return [clash for clash in self.clashes if not clash.is_mark and clash.stays]


def preview_of(
    viewer: Viewer, pupils: Sequence[RollPupil], slots: Sequence[Slot], code: str, without: str = ""
) -> Preview:
    """What planning this code for these pupils in these sessions would meet. Two queries, and one for each kind of
    record met.

    `without` is the record itself where it stands already.
    """
    if not slots:
        return Preview(tuple(pupils), 0, ())
    names = {pupil.id: pupil.name for pupil in pupils}
    clashes = other_plans(viewer, names, slots, code, without)
    first_day, last_day = min(slots)[0], max(slots)[0]
    by_code: dict[tuple[int, str], list[date]] = {}
    wanted = set(slots)
    for (pupil_id, on, each), made in marks_made(viewer, names, first_day, last_day).items():
        if (on, each) in wanted and made != code:
            by_code.setdefault((pupil_id, made), []).append(on)
    for (pupil_id, made), days in by_code.items():
        shown = _shown(sorted(set(days)))
        clashes.append(Clash(names[pupil_id], made, *shown, words="", is_mark=True, stays=True))
    clashes.sort(key=lambda clash: (clash.name, clash.days))
    return Preview(tuple(pupils), len(slots) * len(pupils), tuple(clashes))


def other_plans(
    viewer: Viewer, names: Mapping[int, str], slots: Sequence[Slot], code: str, without: str
) -> list[Clash]:
    """What else is planned for these pupils in these sessions, by name. One query, and one for each kind of record.

    Shape: `names` by pupil id. `without` is the record that plans the code.
    """
    if not slots:
        return []
    plans = plans_in_the_way(viewer, names, min(slots)[0], max(slots)[0], without=without)
    records = sources_of(viewer, {plan.source for plan in plans})
    clashes = []
    for plan in plans:
        planned = as_planned(plan)
        days = sorted({on for on, each in slots if planned.is_for(on, each)})
        if days:
            record, url = records.get(plan.source, ("", ""))
            clashes.append(
                Clash(
                    names[plan.pupil_id],
                    plan.code,
                    *_shown(days),
                    plan.note,
                    is_mark=False,
                    stays=planned.precedence < precedence(code),
                    is_activity=planned.precedence is Precedence.ACTIVITY,
                    record=record,
                    url=url,
                )
            )
    return sorted(clashes, key=lambda clash: (clash.name, clash.days))


def _shown(days: Sequence[date]) -> tuple[tuple[date, ...], int]:
    """The first few days, and how many more there are."""
    return tuple(days[:_MOST_DAYS_NAMED]), max(len(days) - _MOST_DAYS_NAMED, 0)
