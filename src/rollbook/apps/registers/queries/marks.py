"""The marks of one session, the history of one mark, and what is planned."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from rollbook.apps.registers.models import Entry, PlannedMark
from rollbook.domain.access import Viewer
from rollbook.domain.marks import SchoolSession

Versions = list[Entry]


def versions_of(
    school_id: int, on: date, school_session: SchoolSession, pupil_ids: Iterable[int]
) -> dict[int, Versions]:
    """Every version of the marks of these pupils for one half-day, oldest first; the last is the mark. One query."""
    entries = Entry.objects.filter(
        school_id=school_id, on=on, session=school_session.value, pupil_id__in=list(pupil_ids)
    ).order_by("pupil_id", "version")
    found: dict[int, Versions] = {}
    for entry in entries:
        found.setdefault(entry.pupil_id, []).append(entry)
    return found


def history_of_mark(viewer: Viewer, pupil_id: int, on: date, school_session: SchoolSession) -> Versions:
    """A mark with all that came before it, oldest first; empty where there is none."""
    return versions_of(viewer.school_id, on, school_session, [pupil_id]).get(pupil_id, [])


def amended_marks(viewer: Viewer, pupil_id: int, first_day: date, last_day: date) -> list[Versions]:
    """Every amended mark of a pupil in a span of days with all its versions, newest day first."""
    amended = Entry.objects.filter(
        school_id=viewer.school_id, pupil_id=pupil_id, on__range=(first_day, last_day), version__gt=1
    ).values_list("on", "session")
    wanted = Q(pk=None)
    for on, session in set(amended):
        wanted |= Q(on=on, session=session)
    groups: dict[tuple[date, str], Versions] = {}
    for entry in Entry.objects.filter(wanted, school_id=viewer.school_id, pupil_id=pupil_id).order_by(
        "version"
    ):
        groups.setdefault((entry.on, entry.session), []).append(entry)
    return [groups[key] for key in sorted(groups, reverse=True)]


def planned_for(
    school_id: int, on: date, school_session: SchoolSession, pupil_ids: Iterable[int]
) -> dict[int, PlannedMark]:
    """What was known before registration about these pupils; of two plans the one recorded last. One query."""
    plans = PlannedMark.objects.filter(
        Q(sessions=PlannedMark.Sessions.BOTH) | Q(sessions=school_session.value),
        school_id=school_id,
        first_day__lte=on,
        last_day__gte=on,
        withdrawn_at=None,
        pupil_id__in=list(pupil_ids),
    ).order_by("recorded_at", "id")
    return {plan.pupil_id: plan for plan in plans}


def plans_of_pupil(viewer: Viewer, pupil_id: int) -> list[PlannedMark]:
    """What is planned for a pupil and not withdrawn, latest first."""
    return list(
        PlannedMark.objects.filter(school_id=viewer.school_id, pupil_id=pupil_id, withdrawn_at=None).order_by(
            "-first_day", "-id"
        )
    )


def plans_from(viewer: Viewer, on: date) -> list[PlannedMark]:
    """Everything planned in the school that has not ended before a day, soonest first."""
    return list(
        PlannedMark.objects.select_related("pupil")
        .filter(school_id=viewer.school_id, last_day__gte=on, withdrawn_at=None)
        .order_by("first_day", "pupil__surname", "pupil__forename")
    )
