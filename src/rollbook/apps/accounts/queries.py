"""Who is looking: a signed-in person with the roles they hold today."""

from datetime import date

from django.db.models import Q

from rollbook.apps.accounts.models import Appointment
from rollbook.domain.access import Appointment as Held
from rollbook.domain.access import Role, Viewer
from rollbook.domain.spans import Span


def appointments_held(user_id: int, on: date) -> list[Appointment]:
    """Which appointments a person holds on a day, each with its school."""
    held = Appointment.objects.select_related("school").filter(
        Q(last_day=None) | Q(last_day__gte=on), user_id=user_id, first_day__lte=on
    )
    return list(held)


def viewer_for(user_id: int, name: str, email: str, on: date, school_id: int | None = None) -> Viewer | None:
    """The viewer a signed-in person is on a day; None without an appointment.

    Somebody with appointments in several schools sees one at a time: `school_id` where they hold one there, else the first.
    """
    held = appointments_held(user_id, on)
    if not held:
        return None
    schools = {appointment.school_id: appointment.school for appointment in held}
    school = schools.get(school_id) if school_id else None
    if school is None:
        school = held[0].school
    here = [appointment for appointment in held if appointment.school_id == school.pk]
    return Viewer(
        user_id=user_id,
        name=name,
        email=email,
        school_id=school.pk,
        school_name=school.name,
        roles=frozenset(Role(appointment.role) for appointment in here),
        position=here[0].position,
        appointments=tuple(
            Held(Role(each.role), each.position, each.school_id, Span(each.first_day, each.last_day)) for each in held
        ),
        calendar_version=school.calendar_version,
    )
