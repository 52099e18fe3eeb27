"""What recording something would do: how many pupils and sessions, and what already stands in its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rollbook.apps.absence.queries.week import Slot
from rollbook.apps.registers.queries.clashes import marks_made, plans_in_the_way
from rollbook.apps.roll.queries import RollPupil
from rollbook.domain.access import Viewer
from rollbook.domain.pupil_facts import precedence
from rollbook.domain.week_grid import sessions_on

_MOST_DAYS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Clash:
    """Something that already stands for a pupil: a mark, or a plan. `stays`: it is shown, not the new code."""

    name: str
    code: str
    days: tuple[date, ...]
    more_days: int
    words: str
    is_mark: bool
    stays: bool


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
        """Other plans that are filled in all the same, by the order of the codes (domain.md note 2.1)."""
        return [clash for clash in self.clashes if not clash.is_mark and clash.stays]


def preview_of(
    viewer: Viewer, pupils: Sequence[RollPupil], slots: Sequence[Slot], code: str, without: str = ""
) -> Preview:
    """What planning this code for these pupils in these sessions would meet. Two queries.

    `without` is the record itself where it stands already.
    """
    if not slots:
        return Preview(tuple(pupils), 0, ())
    names = {pupil.id: pupil.name for pupil in pupils}
    first_day, last_day = min(slots)[0], max(slots)[0]
    clashes = []
    for plan in plans_in_the_way(viewer, names, first_day, last_day, without=without):
        days = sorted(
            {
                on
                for on, each in slots
                if plan.first_day <= on <= plan.last_day
                and each in sessions_on(on, plan.weekdays, plan.sessions)
            }
        )
        if days:
            stays = precedence(plan.code) < precedence(code)
            found = Clash(
                names[plan.pupil_id], plan.code, *_shown(days), plan.note, is_mark=False, stays=stays
            )
            clashes.append(found)
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


def _shown(days: Sequence[date]) -> tuple[tuple[date, ...], int]:
    """The first few days, and how many more there are."""
    return tuple(days[:_MOST_DAYS_NAMED]), max(len(days) - _MOST_DAYS_NAMED, 0)
