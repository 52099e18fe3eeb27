"""Trusts with their schools and attendance leads, as plain functions."""

from datetime import date

from rollbook.apps.accounts.models import Trust, TrustPost, TrustSchool, User
from rollbook.apps.schools.models import School

FIRST_DAY = date(2020, 9, 1)


def make_trust(name: str, *schools: School) -> Trust:
    """A trust to which these schools belong."""
    trust = Trust.objects.create(name=name)
    for school in schools:
        TrustSchool.objects.create(trust=trust, school=school, first_day=FIRST_DAY)
    return trust


def make_lead(
    trust: Trust,
    name: str = "Noor Haddad",
    position: str = "Director of Attendance",
    last_day: date | None = None,
) -> User:
    """An attendance lead of a trust, without a role at any school."""
    address = f"{name.split()[0].lower()}@trust.example.org"
    lead = User.objects.filter(email=address).first() or User.objects.create_user(email=address, name=name)
    TrustPost.objects.create(
        user=lead, trust=trust, position=position, first_day=FIRST_DAY, last_day=last_day
    )
    return lead
