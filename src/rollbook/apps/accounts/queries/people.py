"""Who works at the school, in which roles and from when to when."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from allauth.mfa.models import Authenticator
from django.contrib.auth.tokens import default_token_generator
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.http import int_to_base36

from rollbook.apps.accounts.models import Appointment, Trust, TrustPost, TrustSchool, User
from rollbook.apps.accounts.queries.viewers import RANK, viewer_for
from rollbook.domain.access import ROLE_PERMISSIONS, Actor, Permission, Role, Viewer
from rollbook.domain.spans import Span

MANAGING_ROLES = tuple(role for role in Role if Permission.STAFF_MANAGE in ROLE_PERMISSIONS[role])


def _on(on: date) -> Q:
    return Q(first_day__lte=on) & (Q(last_day=None) | Q(last_day__gte=on))


def appointments_held(user_id: int, on: date) -> list[Appointment]:
    """Which appointments a person holds on a day, each with its school, in the order they were made."""
    return list(Appointment.objects.select_related("school").filter(_on(on), user_id=user_id))


def schools_to_choose(viewer: Viewer, on: date) -> list[tuple[int, str]]:
    """The schools where the viewer holds an appointment on a day, their trust's included, by name. Two queries."""
    found = {each.school_id: each.school.name for each in appointments_held(viewer.user_id, on)}
    found |= {each.school_id: each.school.name for each in _trust_schools(viewer.user_id, on)}
    return sorted(found.items(), key=lambda school: school[1].casefold())


def _trust_schools(user_id: int, on: date) -> QuerySet[TrustSchool]:
    """The schools that a person sees on a day as a trust's lead."""
    posts = TrustPost.objects.filter(_on(on), user_id=user_id)
    return TrustSchool.objects.select_related("school").filter(_on(on), trust__in=posts.values("trust_id"))


def trust_viewers(viewer: Viewer, on: date) -> list[Viewer]:
    """The same person as they look at each school of their trust, by name. One query."""
    found = {
        each.school_id: replace(
            viewer,
            school_id=each.school_id,
            school_name=each.school.name,
            roles=frozenset({Role.TRUST_LEAD}),
            calendar_version=each.school.calendar_version,
        )
        for each in _trust_schools(viewer.user_id, on)
    }
    return sorted(found.values(), key=lambda each: each.school_name.casefold())


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
        own = newest.values_list("school_id", flat=True).first()
        if own is not None:
            return own
        of_trust = TrustSchool.objects.filter(trust__posts__user_id=user_id).order_by("-first_day", "-id")
        return of_trust.values_list("school_id", flat=True).first()
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
        return sorted((post for post in self.posts if post.is_held(on)), key=lambda post: RANK[post.role])


def _people(users: QuerySet[User], school_id: int) -> list[Person]:
    found = list(users.order_by("name", "id"))
    posts: dict[int, list[Post]] = {user.pk: [] for user in found}
    rows = Appointment.objects.filter(school_id=school_id, user__in=found).order_by("first_day", "id")
    for row in rows:
        posts[row.user_id].append(Post(row.pk, Role(row.role), row.position, row.first_day, row.last_day))
    return [_person(user, posts[user.pk]) for user in found]


def _person(user: User, posts: Iterable[Post]) -> Person:
    return Person(
        id=user.pk,
        name=user.name,
        email=user.email,
        telephone=user.telephone,
        is_active=user.is_active,
        has_password=user.has_usable_password(),
        last_sign_in=user.last_login,
        posts=tuple(posts),
    )


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

    Three queries.
    """
    found: dict[Role, list[tuple[Person, Post]]] = {role: [] for role in Role}
    for person in _people(_of_school(viewer).filter(is_active=True), viewer.school_id):
        for post in person.held(on):
            found[post.role].append((person, post))
    for trust_post in trust_posts_of(viewer, on):
        found[Role.TRUST_LEAD].append(_lead(trust_post))
    return list(found.items())


def _lead(post: TrustPost) -> tuple[Person, Post]:
    shown = Post(post.pk, Role.TRUST_LEAD, post.position, post.first_day, post.last_day)
    return _person(post.user, [shown]), shown


def works_elsewhere(viewer: Viewer, person_id: int, on: date) -> bool:
    """Does this person hold or soon hold a role at another school or a trust, so that the account is theirs too?

    A role that is over counts no more: the last school a person is left with may close the account.
    """
    lasting = Q(user_id=person_id) & (Q(last_day=None) | Q(last_day__gte=on))
    elsewhere = Appointment.objects.filter(lasting).exclude(school_id=viewer.school_id)
    return elsewhere.exists() or TrustPost.objects.filter(lasting).exists()


# --- The trust --------------------------------------------------------------------------------------------------


def trust_of(viewer: Viewer, on: date) -> TrustSchool | None:
    """The viewer's school's time in a trust, now or to come. One query."""
    rows = TrustSchool.objects.select_related("trust").filter(school_id=viewer.school_id)
    return rows.filter(Q(last_day=None) | Q(last_day__gte=on)).first()


def trust_posts_of(viewer: Viewer, on: date) -> list[TrustPost]:
    """Who sees the viewer's school on a day as a trust's lead. One query."""
    trusts = TrustSchool.objects.filter(_on(on), school_id=viewer.school_id).values("trust_id")
    posts = TrustPost.objects.filter(_on(on), trust__in=trusts, user__is_active=True)
    return list(posts.select_related("user").order_by("user__name", "pk"))


def trusts_to_join() -> list[tuple[int, str]]:
    """The trusts of this installation by name. One query."""
    return list(Trust.objects.values_list("pk", "name"))


def own_posts(viewer: Viewer) -> list[tuple[str, Post]]:
    """Every appointment the viewer holds, held or will hold, with the school's or trust's name, the newest first.

    Two queries.
    """
    rows = (
        Appointment.objects.filter(user_id=viewer.user_id)
        .select_related("school")
        .order_by("-first_day", "-id")
    )
    own = [
        (row.school.name, Post(row.pk, Role(row.role), row.position, row.first_day, row.last_day))
        for row in rows
    ]
    posts = (
        TrustPost.objects.filter(user_id=viewer.user_id).select_related("trust").order_by("-first_day", "-id")
    )
    return [
        *own,
        *(
            (row.trust.name, Post(row.pk, Role.TRUST_LEAD, row.position, row.first_day, row.last_day))
            for row in posts
        ),
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
