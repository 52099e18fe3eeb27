"""Which pupil a file means, and when they were on roll: for files that name pupils by number."""

from dataclasses import dataclass
from datetime import date

from rollbook.apps.roll.models import Enrolment, Pupil
from rollbook.domain.access import Viewer


@dataclass(frozen=True, slots=True)
class Identity:
    """A pupil as files name them, with their spells on roll. Shape: `spells` of ordinal days, both ends counted."""

    id: int
    name: str
    spells: tuple[tuple[int, int], ...]

    def is_on_roll(self, day: int) -> bool:
        """Was the pupil on roll on this ordinal day?"""
        return any(first <= day <= last for first, last in self.spells)


def identities(viewer: Viewer) -> dict[str, Identity]:
    """Every pupil of the viewer's school, past and present, by UPN and by admission number. Two queries.

    A number that two pupils have, one as UPN and one as admission number, names nobody.
    """
    spells: dict[int, list[tuple[int, int]]] = {}
    for pupil_id, first, last in Enrolment.objects.filter(
        pupil__school_id=viewer.school_id, is_boarder=False
    ).values_list("pupil_id", "first_day", "last_day"):
        spells.setdefault(pupil_id, []).append((first.toordinal(), (last or date.max).toordinal()))
    found: dict[str, Identity] = {}
    twice: set[str] = set()
    for pupil_id, upn, number, forename, surname in Pupil.objects.filter(
        school_id=viewer.school_id
    ).values_list("id", "upn", "admission_number", "forename", "surname"):
        identity = Identity(pupil_id, f"{forename} {surname}", tuple(spells.get(pupil_id, ())))
        for written in {upn.upper(), number.upper()} - {""}:
            if written in found:
                twice.add(written)
            found[written] = identity
    return {written: identity for written, identity in found.items() if written not in twice}
