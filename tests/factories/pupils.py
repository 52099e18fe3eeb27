"""Teaching groups and the pupils in them, as plain functions."""

from datetime import date

from rollbook.apps.accounts.models import User
from rollbook.apps.roll.models import Enrolment, Membership, Pupil
from rollbook.apps.schools.models import GroupTeacher, School, TeachingGroup


def make_group(
    school: School, name: str, teacher: User | None = None, *, first_day: date = date(2020, 9, 1)
) -> TeachingGroup:
    """A teaching group, with somebody who takes its registers where `teacher` is given."""
    group = TeachingGroup.objects.create(school=school, name=name, first_day=first_day)
    if teacher is not None:
        GroupTeacher.objects.create(group=group, user=teacher, first_day=first_day)
    return group


def make_pupil(
    school: School,
    group: TeachingGroup | None,
    surname: str,
    forename: str,
    *,
    born_on: date = date(2014, 5, 17),
    first_day: date = date(2026, 9, 3),
    last_day: date | None = None,
) -> Pupil:
    """A pupil on roll from `first_day`, in the group from the same day (in none where `group` is None)."""
    pupil = Pupil.objects.create(
        school=school,
        legal_surname=surname,
        legal_forename=forename,
        surname=surname,
        forename=forename,
        sex=Pupil.Sex.FEMALE,
        born_on=born_on,
    )
    Enrolment.objects.create(pupil=pupil, first_day=first_day, last_day=last_day)
    if group is not None:
        Membership.objects.create(pupil=pupil, group=group, first_day=first_day, last_day=last_day)
    return pupil
