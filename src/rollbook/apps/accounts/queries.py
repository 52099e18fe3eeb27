"""Who is looking, who works at the school, in which roles and from when to when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from allauth.mfa.models import Authenticator
from django.contrib.auth.tokens import default_token_generator
from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.http import int_to_base36

from rollbook.apps.accounts.models import Appointment, User
from rollbook.domain.access import ROLE_PERMISSIONS, Actor, Permission, Role, Viewer
from rollbook.domain.access import Appointment as Held
from rollbook.domain.spans import Span

_RANK = {role: rank for rank, role in enumerate(Role)}
MANAGING_ROLES = tuple(role for role in Role if Permission.STAFF_MANAGE in ROLE_PERMISSIONS[role])


def _on(on: date) -> Q:
    return Q(first_day__lte=on) & (Q(last_day=None) | Q(last_day__gte=on))


def appointments_held(user_id: int, on: date) -> list[Appointment]:
    """Which appointments a person holds on a day, each with its school, in the order they were made."""
    return list(Appointment.objects.select_related("school").filter(_on(on), user_id=user_id))


def viewer_for(user_id: int, name: str, email: str, on: date, school_id: int | None = None) -> Viewer | None:
    """The viewer a signed-in person is on a day; None without an appointment. One query.

    Somebody with appointments in several schools sees one at a time: `school_id` where they hold one there,
    else the first.
    The position that stays on what they write is that of their highest role, in the policy's order of roles.
    """
    day = on.isoformat()
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [user_id, day, day])
        rows = cursor.fetchall()
    if not rows:
        return None
    at_school, school_name, version = next((row for row in rows if row[0] == school_id), rows[0])[:3]
    held = [
        Held(Role(role), position, school, Span(_day(first), last and _day(last)))
        for school, _, _, role, position, first, last in rows
    ]
    # Stable: of two appointments in the same role the one made first.
    here = sorted((each for each in held if each.school_id == at_school), key=lambda each: _RANK[each.role])
    return Viewer(
        user_id=user_id,
        name=name,
        email=email,
        school_id=at_school,
        school_name=school_name,
        roles=frozenset(each.role for each in here),
        position=here[0].position,
        appointments=tuple(held),
        calendar_version=version,
    )


# Written out, because every request asks it: built by the ORM it takes eight times as long.
_HELD = """
SELECT a.school_id, s.name, s.calendar_version, a.role, a.position, a.first_day, a.last_day
FROM accounts_appointment a JOIN schools_school s ON s.id = a.school_id
WHERE a.user_id = %s AND a.first_day <= %s AND (a.last_day IS NULL OR a.last_day >= %s)
ORDER BY a.id
"""


def _day(value: date | str) -> date:
    """A day as PostgreSQL or as SQLite gives it."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def schools_to_choose(viewer: Viewer, on: date) -> list[tuple[int, str]]:
    """The schools where the viewer holds an appointment on a day, by name. One query."""
    found = {each.school_id: each.school.name for each in appointments_held(viewer.user_id, on)}
    return sorted(found.items(), key=lambda school: school[1].casefold())


# --- The evidence of signing in, where there may be no viewer yet -----------------------------------------------


def writer_for(user: User, on: date) -> tuple[Actor, int | None]:
    """As whom, and in which school's log, what this person does about their own account is recorded."""
    viewer = viewer_for(user.pk, user.name, user.email, on)
    if viewer is not None:
        return viewer.actor, viewer.school_id
    return Actor(user.pk, user.name, ""), home_school(user.pk)


def home_school(user_id: int | None) -> int | None:
    """In which school's log somebody belongs who is not signed in: that of their newest appointment.

    For an unknown person it is the only school there is; where there are several, none.
    """
    if user_id is not None:
        newest = Appointment.objects.filter(user_id=user_id).order_by("-first_day", "-id")
        return newest.values_list("school_id", flat=True).first()
    schools = Appointment.objects.order_by().values_list("school_id", flat=True).distinct()[:2]
    return schools[0] if len(schools) == 1 else None


def person_with_address(email: str) -> User | None:
    """Whose account this address is, whichever case it is written in."""
    return User.objects.filter(email=email.strip().lower()).first()


def accounts_with(emails: Iterable[str]) -> set[str]:
    """Which of these addresses somebody signs in with already, at whatever school. One query for 500."""
    wanted, found = list(emails), set[str]()
    for start in range(0, len(wanted), 500):
        found.update(
            User.objects.filter(email__in=wanted[start : start + 500]).values_list("email", flat=True)
        )
    return found


# --- The people of a school -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Post:
    """An appointment at the viewer's school as a page shows it."""

    id: int
    role: Role
    position: str
    first_day: date
    last_day: date | None

    def is_held(self, on: date) -> bool:
        """Is it in force on a day?"""
        return self.first_day <= on and (self.last_day is None or self.last_day >= on)

    def is_to_come(self, on: date) -> bool:
        """Does it begin only after a day?"""
        return self.first_day > on


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an appointment, past, present or future, at the viewer's school."""

    id: int
    name: str
    email: str
    telephone: str
    is_active: bool
    has_password: bool
    last_sign_in: datetime | None
    posts: tuple[Post, ...]

    def held(self, on: date) -> list[Post]:
        """The appointments in force on a day, the highest role first."""
        return sorted((post for post in self.posts if post.is_held(on)), key=lambda post: _RANK[post.role])


def _people(users: QuerySet[User], school_id: int) -> list[Person]:
    found = list(users.order_by("name", "id"))
    posts: dict[int, list[Post]] = {user.pk: [] for user in found}
    rows = Appointment.objects.filter(school_id=school_id, user__in=found).order_by("first_day", "id")
    for row in rows:
        posts[row.user_id].append(Post(row.pk, Role(row.role), row.position, row.first_day, row.last_day))
    return [
        Person(
            id=user.pk,
            name=user.name,
            email=user.email,
            telephone=user.telephone,
            is_active=user.is_active,
            has_password=user.has_usable_password(),
            last_sign_in=user.last_login,
            posts=tuple(posts[user.pk]),
        )
        for user in found
    ]


def _of_school(viewer: Viewer) -> QuerySet[User]:
    return User.objects.filter(
        pk__in=Appointment.objects.filter(school_id=viewer.school_id).values("user_id")
    )


def people_of(
    viewer: Viewer, on: date, *, name: str = "", role: Role | None = None, past: bool = False
) -> list[Person]:
    """The people of the viewer's school by name: those with a role now or to come; with `past` the others.

    Two queries.
    """
    users = _of_school(viewer)
    for word in name.split():
        users = users.filter(Q(name__icontains=word) | Q(email__icontains=word))
    people = _people(users, viewer.school_id)
    return [
        person
        for person in people
        if _is_past(person, on) == past and (role is None or _has(person, role, on, past))
    ]


def _is_past(person: Person, on: date) -> bool:
    return not person.is_active or not any(post.is_held(on) or post.is_to_come(on) for post in person.posts)


def _has(person: Person, role: Role, on: date, past: bool) -> bool:  # noqa: FBT001
    return any(
        post.role is role and (past or post.is_held(on) or post.is_to_come(on)) for post in person.posts
    )


def person_of(viewer: Viewer, person_id: int) -> Person | None:
    """One person of the viewer's school, past or present; None for anybody else. Two queries."""
    return next(iter(_people(_of_school(viewer).filter(pk=person_id), viewer.school_id)), None)


def holders(viewer: Viewer, on: date) -> list[tuple[Role, list[tuple[Person, Post]]]]:
    """Who holds each role at the viewer's school on a day, in the policy's order; a role may have no holder.

    Two queries.
    """
    found: dict[Role, list[tuple[Person, Post]]] = {role: [] for role in Role}
    for person in _people(_of_school(viewer).filter(is_active=True), viewer.school_id):
        for post in person.held(on):
            found[post.role].append((person, post))
    return list(found.items())


def works_elsewhere(viewer: Viewer, person_id: int) -> bool:
    """Does this person also belong to another school, so that their account is not this school's alone to change?"""
    return Appointment.objects.filter(user_id=person_id).exclude(school_id=viewer.school_id).exists()


def own_posts(viewer: Viewer) -> list[tuple[str, Post]]:
    """Every appointment the viewer holds, held or will hold, with the school's name, the newest first. One query."""
    rows = (
        Appointment.objects.filter(user_id=viewer.user_id)
        .select_related("school")
        .order_by("-first_day", "-id")
    )
    return [
        (row.school.name, Post(row.pk, Role(row.role), row.position, row.first_day, row.last_day))
        for row in rows
    ]


def has_second_step(user_id: int) -> bool:
    """Does this person confirm a sign-in with a code from their telephone? One query."""
    return bool(Authenticator.objects.filter(user_id=user_id, type=Authenticator.Type.TOTP).exists())


# --- Somebody must always be able to give roles ----------------------------------------------------------------


def managing(school_id: int) -> QuerySet[Appointment]:
    """The appointments by which active people may manage the staff of a school."""
    return Appointment.objects.filter(school_id=school_id, role__in=MANAGING_ROLES, user__is_active=True)


def first_gap(spans: Iterable[Span], start: date) -> date | None:
    """The first day from `start` on that no span covers; None where there is none for ever."""
    day = start
    for span in sorted(spans, key=lambda each: each.first_day):
        if span.first_day > day:
            return day
        if span.last_day is None:
            return None
        day = max(day, span.last_day + timedelta(days=1))
    return day


def password_path(person: User) -> str:
    """The path at which this person chooses a password; it works once and for three days."""
    names = {"uidb36": int_to_base36(person.pk), "key": default_token_generator.make_token(person)}
    return reverse("account_reset_password_from_key", kwargs=names)


def count_who_may(viewer: Viewer, permission: Permission, on: date) -> int:
    """How many people with an open account may do this at the viewer's school on a day. One query."""
    roles = [role.value for role, permitted in ROLE_PERMISSIONS.items() if permission in permitted]
    posts = Appointment.objects.filter(
        _on(on), school_id=viewer.school_id, role__in=roles, user__is_active=True
    )
    return posts.order_by().values("user_id").distinct().count()
