"""Who is on roll, in which teaching group, on a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q

from rollbook.apps.roll.models import Enrolment, Membership, Pupil
from rollbook.domain.access import Viewer
from rollbook.domain.spans import Span


def _on_day(on: date, prefix: str = "") -> Q:
    return Q(**{f"{prefix}first_day__lte": on}) & (
        Q(**{f"{prefix}last_day": None}) | Q(**{f"{prefix}last_day__gte": on})
    )


@dataclass(frozen=True, slots=True)
class RollPupil:
    """A pupil as a register needs them."""

    id: int
    surname: str
    forename: str
    born_on: date
    year_offset: int
    group_id: int | None
    group_name: str
    starting_day: date

    @property
    def name(self) -> str:
        """First name then surname, as spoken."""
        return f"{self.forename} {self.surname}"


def pupils_of_group(viewer: Viewer, group_id: int, on: date) -> list[RollPupil]:
    """The pupils on a group's register on a day, by surname: in the group and on the roll that day.

    Boarders are not marked. Source: SI 2024/208 reg 10(1); domain.md 1.1.5 and 1.1.8. One query.
    """
    return _roll(viewer, on, "AND m.group_id = %(group)s", {"group": group_id})


def pupils_on_roll(viewer: Viewer, on: date) -> list[RollPupil]:
    """Every pupil who is to be marked in the viewer's school on a day, by surname. One query."""
    return _roll(viewer, on)


@dataclass(frozen=True, slots=True)
class GroupPupil:
    """A pupil who was in a group in some span of days. `spans` are the days in the group while on the roll."""

    id: int
    surname: str
    forename: str
    upn: str
    spans: tuple[Span, ...]

    def is_in_group(self, on: date) -> bool:
        """Whether the pupil was on this group's register on a day."""
        return any(on in span for span in self.spans)


def pupils_of_group_between(viewer: Viewer, group_id: int, span: Span) -> list[GroupPupil]:
    """Everybody who was on a group's register on any of these days, by surname. Boarders are not. One query."""
    rows = (
        Membership.objects.filter(
            Q(last_day=None) | Q(last_day__gte=span.first_day),
            Q(pupil__enrolments__last_day=None) | Q(pupil__enrolments__last_day__gte=span.first_day),
            group_id=group_id,
            group__school_id=viewer.school_id,
            pupil__school_id=viewer.school_id,
            first_day__lte=span.last_day,
            pupil__enrolments__first_day__lte=span.last_day,
            pupil__enrolments__is_boarder=False,
        )
        .order_by("pupil__surname", "pupil__forename", "pupil_id", "first_day")
        .values_list(
            "pupil_id", "pupil__surname", "pupil__forename", "pupil__upn", "first_day", "last_day",
            "pupil__enrolments__first_day", "pupil__enrolments__last_day",
        )
    )  # fmt: skip
    found: dict[int, tuple[tuple[str, str, str], list[Span]]] = {}
    for pupil, surname, forename, upn, joined, moved, started, left in rows:
        ends = [day for day in (moved, left) if day is not None]
        first_day, last_day = max(joined, started), min(ends) if ends else None
        if last_day is None or first_day <= last_day:
            both = found.setdefault(pupil, ((surname, forename, upn), []))
            both[1].append(Span(first_day, last_day))
    pupils = [GroupPupil(pupil, *names, tuple(spans)) for pupil, (names, spans) in found.items()]
    return [pupil for pupil in pupils if any(each.overlaps(span) for each in pupil.spans)]


# Written out, because every save and every page of a register asks it: built by the ORM it takes ten times as long.
_ROLL = """
SELECT m.pupil_id, p.surname, p.forename, p.born_on, p.year_offset, m.group_id, g.name, e.first_day
FROM roll_membership m
JOIN schools_teachinggroup g ON g.id = m.group_id
JOIN roll_pupil p ON p.id = m.pupil_id
JOIN roll_enrolment e ON e.pupil_id = m.pupil_id
WHERE g.school_id = %(school)s AND p.school_id = %(school)s AND NOT e.is_boarder
  AND m.first_day <= %(on)s AND (m.last_day IS NULL OR m.last_day >= %(on)s)
  AND e.first_day <= %(on)s AND (e.last_day IS NULL OR e.last_day >= %(on)s)
  {which}
ORDER BY p.surname, p.forename, m.pupil_id
"""


def _roll(
    viewer: Viewer, on: date, which: str = "", values: Mapping[str, int] | None = None
) -> list[RollPupil]:
    with connection.cursor() as cursor:
        cursor.execute(
            _ROLL.format(which=which), {"school": viewer.school_id, "on": on.isoformat(), **(values or {})}
        )
        return [
            RollPupil(pupil, surname, forename, _day(born_on), offset, group, name, _day(first_day))
            for pupil, surname, forename, born_on, offset, group, name, first_day in cursor.fetchall()
        ]


@dataclass(frozen=True, slots=True)
class OnRoll:
    """A pupil as a roll call needs them. `is_marked` is false for those whom no register has."""

    id: int
    surname: str
    forename: str
    group_id: int | None
    group_name: str
    is_boarder: bool

    @property
    def is_marked(self) -> bool:
        """Whether the pupil stands on a group's register."""
        return self.group_id is not None and not self.is_boarder


# Everybody: those no register has (boarders, pupils without a group) may be in the building too.
_EVERYONE = """
SELECT p.id, p.surname, p.forename, m.group_id, g.name, e.is_boarder
FROM roll_enrolment e
JOIN roll_pupil p ON p.id = e.pupil_id
LEFT JOIN roll_membership m
  ON m.pupil_id = p.id AND m.first_day <= %(on)s AND (m.last_day IS NULL OR m.last_day >= %(on)s)
LEFT JOIN schools_teachinggroup g ON g.id = m.group_id
WHERE p.school_id = %(school)s
  AND e.first_day <= %(on)s AND (e.last_day IS NULL OR e.last_day >= %(on)s)
ORDER BY p.surname, p.forename, p.id
"""


def everyone_on_roll(viewer: Viewer, on: date) -> list[OnRoll]:
    """Every pupil on the roll of the viewer's school on a day, by surname, also those on no register. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_EVERYONE, {"school": viewer.school_id, "on": on.isoformat()})
        return [
            OnRoll(pupil, surname, forename, group_id, group_name or "", bool(is_boarder))
            for pupil, surname, forename, group_id, group_name, is_boarder in cursor.fetchall()
        ]


def _day(value: date | str) -> date:
    """A day as PostgreSQL or as SQLite gives it."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def without_group(viewer: Viewer, on: date) -> list[Pupil]:
    """Pupils on roll who are in no teaching group, and so on no register: each one is a gap to mend."""
    grouped = Membership.objects.filter(_on_day(on)).values("pupil_id")
    return list(
        Pupil.objects.filter(
            school_id=viewer.school_id,
            pk__in=Enrolment.objects.filter(_on_day(on), is_boarder=False).values("pupil_id"),
        ).exclude(pk__in=grouped)
    )


def pupil_of(viewer: Viewer, pupil_id: int) -> Pupil | None:
    """A pupil of the viewer's school, past or present; None for any other."""
    return Pupil.objects.filter(school_id=viewer.school_id, pk=pupil_id).first()


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A spell on the roll."""

    first_day: date
    last_day: date | None
    is_boarder: bool = False


def enrolments_of(viewer: Viewer, pupil_id: int) -> list[Enrolled]:
    """A pupil's spells on the roll of the viewer's school, earliest first."""
    rows = Enrolment.objects.filter(pupil_id=pupil_id, pupil__school_id=viewer.school_id)
    return [
        Enrolled(*row)
        for row in rows.order_by("first_day").values_list("first_day", "last_day", "is_boarder")
    ]


def group_of_pupil(viewer: Viewer, pupil_id: int, on: date) -> int | None:
    """The teaching group a pupil is in on a day."""
    found = Membership.objects.filter(_on_day(on), pupil_id=pupil_id, pupil__school_id=viewer.school_id)
    return found.values_list("group_id", flat=True).first()
