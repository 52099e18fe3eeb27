"""Who is on roll, in which teaching group, on a day."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from rollbook.apps.roll.models import Enrolment, Membership, Pupil
from rollbook.domain.access import Viewer


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
    return _roll(viewer, on, Q(group_id=group_id))


def pupils_on_roll(viewer: Viewer, on: date) -> list[RollPupil]:
    """Every pupil who is to be marked in the viewer's school on a day, by surname. One query."""
    return _roll(viewer, on, Q())


def _roll(viewer: Viewer, on: date, which: Q) -> list[RollPupil]:
    rows = (
        Membership.objects.filter(
            _on_day(on),
            which,
            group__school_id=viewer.school_id,
            pupil__school_id=viewer.school_id,
        )
        .filter(_on_day(on, "pupil__enrolments__"), pupil__enrolments__is_boarder=False)
        .order_by("pupil__surname", "pupil__forename", "pupil_id")
        .values_list(
            "pupil_id",
            "pupil__surname",
            "pupil__forename",
            "pupil__born_on",
            "pupil__year_offset",
            "group_id",
            "group__name",
            "pupil__enrolments__first_day",
        )
    )
    return [RollPupil(*row) for row in rows]


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


def enrolments_of(viewer: Viewer, pupil_id: int) -> list[Enrolled]:
    """A pupil's spells on the roll of the viewer's school, earliest first."""
    rows = Enrolment.objects.filter(pupil_id=pupil_id, pupil__school_id=viewer.school_id)
    return [Enrolled(*row) for row in rows.order_by("first_day").values_list("first_day", "last_day")]


def group_of_pupil(viewer: Viewer, pupil_id: int, on: date) -> int | None:
    """The teaching group a pupil is in on a day."""
    found = Membership.objects.filter(_on_day(on), pupil_id=pupil_id, pupil__school_id=viewer.school_id)
    return found.values_list("group_id", flat=True).first()
