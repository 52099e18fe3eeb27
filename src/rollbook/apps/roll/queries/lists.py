"""Finding pupils: by name, number, group and year, those on roll now, those who left and those to come."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rollbook.apps.roll.models import Enrolment, Membership, Pupil
from rollbook.apps.roll.queries.completeness import missing_of
from rollbook.apps.schools.queries import groups_on
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.admission_register import Level, Missing
from rollbook.domain.roll import year_group


class Standing(StrEnum):
    """Is the pupil on roll, no longer, or not yet?"""

    NOW = "now"
    LEFT = "left"
    COMING = "coming"


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. Empty and None leave a thing open."""

    words: str = ""
    group_id: int | None = None
    year: int | None = None
    letter: str = ""
    standing: Standing = Standing.NOW
    only_missing: bool = False


@dataclass(slots=True)
class ListedPupil:
    """A pupil in the list. `group_name` is the last one of a leaver and the first one of a pupil to come."""

    id: int
    surname: str
    forename: str
    legal_surname: str
    legal_forename: str
    upn: str
    admission_number: str
    sex: str
    born_on: date
    year: int
    standing: Standing
    starting_day: date | None
    last_day: date | None
    is_boarder: bool
    group_id: int | None = None
    group_name: str = ""
    missing: tuple[Missing, ...] = ()

    @property
    def error_count(self) -> int:
        """How many things the law asks for are missing."""
        return sum(1 for each in self.missing if each.level is Level.ERROR)

    @property
    def warning_count(self) -> int:
        """How many things good practice asks for are missing."""
        return len(self.missing) - self.error_count

    @property
    def letter(self) -> str:
        """Under which letter of the index the pupil stands."""
        first = fold(self.surname)[:1].upper()
        return first if first.isalpha() else "#"


@dataclass(slots=True)
class Listing:
    """What was found. `letters` counts pupils before a letter was chosen; `elsewhere` those of another standing."""

    pupils: list[ListedPupil]
    letters: Counter[str]
    elsewhere: Counter[Standing]
    exact: ListedPupil | None = None
    on_roll_count: int = 0


def fold(text: str) -> str:
    """Text for finding: no capitals, no accents, no signs, so that "sian o brien" finds Siân O'Brien."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in plain.casefold()).split())


@dataclass(frozen=True, slots=True)
class Seen:
    """Everybody a viewer may see on a day, and what their list can be narrowed to."""

    pupils: list[ListedPupil]
    groups: list[tuple[int, str]]
    years: list[int]


def seen_by(viewer: Viewer, on: date) -> Seen:
    """The pupils the viewer may see, by surname. Four queries whatever the size.

    Who may see any pupil sees all of the school; a teacher sees the pupils who are in their groups that day.
    """
    sees_all = viewer.may(Permission.PUPIL_VIEW_ANY)
    groups = [group for group in groups_on(viewer, on) if sees_all or viewer.user_id in group.teacher_ids]
    own = {group.id for group in groups}
    pupils = [
        each
        for each in _everybody(viewer, on)
        if sees_all or (each.standing is Standing.NOW and each.group_id in own)
    ]
    return Seen(
        pupils=pupils,
        groups=[(group.id, group.name) for group in groups],
        years=sorted({each.year for each in pupils if each.standing is Standing.NOW}),
    )


def find_pupils(viewer: Viewer, search: Search, on: date, among: Seen | None = None) -> Listing:
    """The pupils the viewer may see and is looking for, by surname. `among` saves reading them again."""
    seen = among or seen_by(viewer, on)
    words = fold(search.words).split()
    matching = [each for each in seen.pupils if _matches(each, search, words)]
    here = [each for each in matching if each.standing is search.standing]
    if search.only_missing and viewer.may(Permission.PUPIL_VIEW_ANY):
        _note_missing(viewer, here, on)
        here = [each for each in here if each.missing]
    return Listing(
        pupils=[each for each in here if not search.letter or each.letter == search.letter],
        letters=Counter(each.letter for each in here),
        elsewhere=Counter(each.standing for each in matching if each.standing is not search.standing),
        exact=matching[0] if len(matching) == 1 and _is_exact(matching[0], words) else None,
        on_roll_count=sum(1 for each in seen.pupils if each.standing is Standing.NOW),
    )


def note_missing(viewer: Viewer, pupils: Sequence[ListedPupil], on: date) -> None:
    """Fills in what is missing for the pupils of a page. Five queries."""
    if viewer.may(Permission.PUPIL_VIEW_ANY):
        _note_missing(viewer, [each for each in pupils if not each.missing], on)


def _note_missing(viewer: Viewer, pupils: Sequence[ListedPupil], on: date) -> None:
    found = missing_of(viewer, [each.id for each in pupils], on)
    for each in pupils:
        each.missing = found.get(each.id, ())


def _everybody(viewer: Viewer, on: date) -> list[ListedPupil]:
    spells: dict[int, list[tuple[date, date | None, bool]]] = defaultdict(list)
    enrolments = Enrolment.objects.filter(pupil__school_id=viewer.school_id).order_by("first_day")
    for pupil_id, first_day, last_day, boards in enrolments.values_list(
        "pupil_id", "first_day", "last_day", "is_boarder"
    ):
        spells[pupil_id].append((first_day, last_day, boards))
    groups: dict[int, list[tuple[date, date | None, int, str]]] = defaultdict(list)
    memberships = Membership.objects.filter(pupil__school_id=viewer.school_id).order_by("first_day")
    for pupil_id, first, last, group_id, name in memberships.values_list(
        "pupil_id", "first_day", "last_day", "group_id", "group__name"
    ):
        groups[pupil_id].append((first, last, group_id, name))
    pupils = Pupil.objects.filter(school_id=viewer.school_id).order_by("surname", "forename", "id")
    found = [_listed(pupil, spells[pupil.pk], groups[pupil.pk], on) for pupil in pupils.only(*_FIELDS)]
    return sorted(found, key=lambda each: (fold(each.surname), fold(each.forename), each.id))


_FIELDS = (
    *("id", "surname", "forename", "legal_surname", "legal_forename"),
    *("upn", "admission_number", "sex", "born_on", "year_offset"),
)


def _listed(
    pupil: Pupil,
    spells: list[tuple[date, date | None, bool]],
    groups: list[tuple[date, date | None, int, str]],
    on: date,
) -> ListedPupil:
    standing, spell = standing_on([(first, last) for first, last, _ in spells], on)
    listed = ListedPupil(
        id=pupil.pk,
        surname=pupil.surname,
        forename=pupil.forename,
        legal_surname=pupil.legal_surname,
        legal_forename=pupil.legal_forename,
        upn=pupil.upn,
        admission_number=pupil.admission_number,
        sex=pupil.sex,
        born_on=pupil.born_on,
        year=year_group(pupil.born_on, _year_as_on(standing, spell, on), pupil.year_offset),
        standing=standing,
        starting_day=spell[0] if spell else None,
        last_day=spell[1] if spell else None,
        is_boarder=any(boards for first, _, boards in spells if spell and first == spell[0]),
    )
    current = _group(groups, on, standing)
    if current is not None:
        listed.group_id, listed.group_name = current
    return listed


def _year_as_on(standing: Standing, spell: tuple[date, date | None] | None, on: date) -> date:
    """Whoever has left stays in the year group they left, and whoever is to come is in the one they come to."""
    if spell is None or standing is Standing.NOW:
        return on
    first_day, last_day = spell
    return first_day if standing is Standing.COMING else last_day or on


def standing_on(
    spells: Sequence[tuple[date, date | None]], on: date
) -> tuple[Standing, tuple[date, date | None] | None]:
    """Whether a pupil with these spells, earliest first, is on roll on a day; and the spell that says so."""
    for first_day, last_day in spells:
        if first_day <= on and (last_day is None or last_day >= on):
            return Standing.NOW, (first_day, last_day)
        if first_day > on:
            return Standing.COMING, (first_day, last_day)
    return Standing.LEFT, spells[-1] if spells else None


def _group(
    groups: Iterable[tuple[date, date | None, int, str]], on: date, standing: Standing
) -> tuple[int, str] | None:
    last = None
    for first_day, last_day, group_id, name in groups:
        if standing is Standing.NOW:
            if first_day <= on and (last_day is None or last_day >= on):
                return group_id, name
        elif standing is Standing.COMING and first_day > on:
            return group_id, name
        else:
            last = group_id, name
    return last if standing is Standing.LEFT else None


def _matches(pupil: ListedPupil, search: Search, words: list[str]) -> bool:
    if search.group_id is not None and pupil.group_id != search.group_id:
        return False
    if search.year is not None and pupil.year != search.year:
        return False
    if not words:
        return True
    if search.words.strip().casefold() in (
        pupil.upn.casefold() or None,
        pupil.admission_number.casefold() or None,
    ):
        return True
    names = _names(pupil)
    return all(any(name.startswith(word) for name in names) for word in words)


def _names(pupil: ListedPupil) -> list[str]:
    return fold(" ".join((pupil.surname, pupil.forename, pupil.legal_surname, pupil.legal_forename))).split()


def _is_exact(pupil: ListedPupil, words: list[str]) -> bool:
    """Is every word that was typed a whole name, or the number?"""
    if not words:
        return False
    names = _names(pupil)
    return all(word in names for word in words) or (
        len(words) == 1
        and words[0]
        in (
            fold(pupil.upn),
            fold(pupil.admission_number),
        )
    )
