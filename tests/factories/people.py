"""Schools with a calendar, and people with roles in them, as plain functions."""

from datetime import date, time
from itertools import count

from django.test import Client

from rollbook.apps.accounts.models import Appointment, User
from rollbook.apps.accounts.queries import viewer_for
from rollbook.apps.schools.models import AcademicYear, CalendarEntry, DayTimes, School, Term
from rollbook.domain.access import Role, Viewer

PASSWORD = "quiet-harbour-lantern-42"
_numbers = count(1)

_TERMS = (
    ("Autumn term", date(2026, 9, 2), date(2026, 12, 18)),
    ("Spring term", date(2027, 1, 4), date(2027, 3, 26)),
    ("Summer term", date(2027, 4, 12), date(2027, 7, 21)),
)
_CLOSED = (
    (CalendarEntry.Kind.INSET, "INSET", date(2026, 9, 1), date(2026, 9, 2)),
    (CalendarEntry.Kind.HALF_TERM, "Autumn half term", date(2026, 10, 26), date(2026, 10, 30)),
    (CalendarEntry.Kind.HALF_TERM, "Spring half term", date(2027, 2, 15), date(2027, 2, 19)),
    (CalendarEntry.Kind.HALF_TERM, "Summer half term", date(2027, 5, 31), date(2027, 6, 4)),
)


def make_school(name: str = "Hollin Bank School") -> School:
    """A special school with the academic year 2026/27; pupils' first day is Thursday 3 September 2026.

    Registers 09:00-09:30 and 12:45-13:00; the day ends at 15:05, on Fridays at 14:00.
    """
    school = School.objects.create(
        name=name,
        urn="",
        phase=School.Phase.SPECIAL,
        legal_type=School.LegalType.MAINTAINED,
        local_authority="Birmingham",
    )
    year = AcademicYear.objects.create(
        school=school, name="2026/27", first_day=date(2026, 9, 1), last_day=date(2027, 8, 31)
    )
    Term.objects.bulk_create(
        Term(academic_year=year, name=term, first_day=first, last_day=last) for term, first, last in _TERMS
    )
    CalendarEntry.objects.bulk_create(
        CalendarEntry(school=school, kind=kind, name=words, first_day=first, last_day=last)
        for kind, words, first, last in _CLOSED
    )
    DayTimes.objects.bulk_create(
        DayTimes(
            school=school,
            effective_from=date(2020, 9, 1),
            weekday=weekday,
            am_opens_at=time(9, 0),
            am_closes_at=time(9, 30),
            am_ends_at=time(12, 15),
            pm_opens_at=time(12, 45),
            pm_closes_at=time(13, 0),
            pm_ends_at=time(14, 0) if weekday == DayTimes.Weekday.FRIDAY else time(15, 5),
        )
        for weekday in DayTimes.Weekday
    )
    return school


def make_person(
    school: School,
    role: Role,
    *,
    name: str = "",
    email: str = "",
    position: str = "",
    first_day: date = date(2020, 9, 1),
    last_day: date | None = None,
) -> User:
    """Somebody with one appointment at the school, who can sign in with `PASSWORD`."""
    number = next(_numbers)
    person = User.objects.create_user(
        email=email or f"person{number}@example.org", name=name or f"{role.words} {number}", password=PASSWORD
    )
    appoint(person, school, role, position=position, first_day=first_day, last_day=last_day)
    return person


def appoint(
    person: User,
    school: School,
    role: Role,
    *,
    position: str = "",
    first_day: date = date(2020, 9, 1),
    last_day: date | None = None,
) -> Appointment:
    """One more appointment for somebody."""
    return Appointment.objects.create(
        user=person,
        school=school,
        role=role.value,
        position=position or role.words,
        first_day=first_day,
        last_day=last_day,
    )


def viewer_of(person: User, on: date = date(2026, 9, 14), school: School | None = None) -> Viewer:
    """The viewer this person is on a day."""
    viewer = viewer_for(person.pk, person.name, person.email, on, school.pk if school else None)
    assert viewer is not None, f"{person} holds no appointment on {on}"
    return viewer


def sign_in(client: Client, person: User) -> Client:
    """The client, signed in as this person without going through the sign-in page."""
    client.force_login(person)
    return client
