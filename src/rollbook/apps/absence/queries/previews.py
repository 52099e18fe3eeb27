"""What recording something would do: how many pupils and sessions, and what already stands in its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rollbook.apps.absence.queries.week import Slot
from rollbook.apps.registers.queries.clashes import marks_made, plans_in_the_way
from rollbook.apps.roll.queries import RollPupil
from rollbook.domain.access import Viewer
from rollbook.domain.week_grid import sessions_on

_MOST_DAYS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Clash:
    """Something that already stands for a pupil. `is_mark`: a mark, which stays; else a plan, which steps back."""

    name: str
    code: str
    days: tuple[date, ...]
    more_days: int
    words: str
    is_mark: bool


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
        """Other plans: what is recorded last is filled in."""
        return [clash for clash in self.clashes if not clash.is_mark]


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
            clashes.append(_clash(names[plan.pupil_id], plan.code, days, plan.note, is_mark=False))
    by_code: dict[tuple[int, str], list[date]] = {}
    wanted = set(slots)
    for (pupil_id, on, each), made in marks_made(viewer, names, first_day, last_day).items():
        if (on, each) in wanted and made != code:
            by_code.setdefault((pupil_id, made), []).append(on)
    for (pupil_id, made), days in by_code.items():
        clashes.append(_clash(names[pupil_id], made, sorted(set(days)), "", is_mark=True))
    clashes.sort(key=lambda clash: (clash.name, clash.days))
    return Preview(tuple(pupils), len(slots) * len(pupils), tuple(clashes))


def _clash(name: str, code: str, days: Sequence[date], words: str, *, is_mark: bool) -> Clash:
    shown = tuple(days[:_MOST_DAYS_NAMED])
    return Clash(name, code, shown, len(days) - len(shown), words, is_mark)
