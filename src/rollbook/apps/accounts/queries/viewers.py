"""Who is looking: the person of a session and what they hold today."""

from datetime import date

from django.db import connection
from django.db.models import Q

from rollbook.apps.accounts.models import User
from rollbook.domain.access import Appointment as Held
from rollbook.domain.access import Role, Viewer
from rollbook.domain.spans import Span

RANK = {role: rank for rank, role in enumerate(Role)}

HeldRow = tuple[int, str, int, str, str, date | str, date | str | None]
"""School, its name and calendar version, role, position, first and last day."""


def person_of_session(user_id: int, on: date) -> tuple[User, list[HeldRow]] | None:
    """The person a session names, and what they hold on a day, for `viewer_for`; None where there is no such person.

    One query: every request begins with it.
    """
    day = on.isoformat()
    rows = list(User.objects.raw(_PERSON, [user_id, day, day, user_id, day, day, day, day, user_id]))
    if not rows:
        return None
    held = [tuple(getattr(row, name) for name in _HELD_NAMES) for row in rows]
    return rows[0], [each for each in held if each[0] is not None]


def viewer_for(user_id: int, name: str, email: str, on: date, school_id: int | None = None) -> Viewer | None:
    """The viewer a person is on a day; None without an appointment. One query. See `viewer_of` for what holds."""
    day = on.isoformat()
    with connection.cursor() as cursor:
        cursor.execute(
            f"{_HELD} ORDER BY held_kind, held_place", [user_id, day, day, user_id, day, day, day, day]
        )
        rows = [row[2:] for row in cursor.fetchall()]
    return viewer_of(user_id, name, email, rows, school_id)


def viewers_of_school(school_id: int, on: date) -> list[Viewer]:
    """Everybody with an open account and an appointment at a school on a day, as viewers of that school, by name.

    One query for each of them: for what is done in the background.
    """
    rows = User.objects.filter(
        Q(appointments__last_day=None) | Q(appointments__last_day__gte=on),
        is_active=True,
        appointments__school_id=school_id,
        appointments__first_day__lte=on,
    ).distinct()
    found = (viewer_for(row.pk, row.name, row.email, on, school_id) for row in rows.order_by("name", "pk"))
    return [each for each in found if each is not None and each.school_id == school_id]


def viewer_of(
    user_id: int, name: str, email: str, rows: list[HeldRow], school_id: int | None = None
) -> Viewer | None:
    """The viewer a person is who holds these appointments; None without one.

    Somebody with appointments in several schools sees one at a time: `school_id` where they hold one there,
    else the first.
    The position that stays on what they write is that of their highest role, in the policy's order of roles.
    """
    if not rows:
        return None
    at_school, school_name, version = next((row for row in rows if row[0] == school_id), rows[0])[:3]
    held = [
        Held(Role(role), position, school, Span(_day(first), _day(last) if last else None))
        for school, _, _, role, position, first, last in rows
    ]
    # Stable: of two appointments in the same role the one made first.
    here = sorted((each for each in held if each.school_id == at_school), key=lambda each: RANK[each.role])
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


_HELD_NAMES = (
    "held_school_id",
    "held_school_name",
    "held_version",
    "held_role",
    "held_position",
    "held_first_day",
    "held_last_day",
)
# Written out, because every request asks it: built by the ORM it takes eight times as long.
# The schools of a trust follow one's own: of a school whose days in the trust are over there is no line.
_HELD = """
SELECT held.kind AS held_kind, held.place AS held_place, held.school_id AS held_school_id, s.name AS held_school_name,
       s.calendar_version AS held_version, held.role AS held_role, held.position AS held_position,
       held.first_day AS held_first_day, held.last_day AS held_last_day
FROM (
    SELECT 0 AS kind, a.id AS place, a.school_id, a.role, a.position, a.first_day, a.last_day
    FROM accounts_appointment a
    WHERE a.user_id = %s AND a.first_day <= %s AND (a.last_day IS NULL OR a.last_day >= %s)
    UNION ALL
    SELECT 1, m.id, m.school_id, 'trust_lead', p.position, p.first_day, p.last_day
    FROM accounts_trustpost p JOIN accounts_trustschool m ON m.trust_id = p.trust_id
    WHERE p.user_id = %s AND p.first_day <= %s AND (p.last_day IS NULL OR p.last_day >= %s)
      AND m.first_day <= %s AND (m.last_day IS NULL OR m.last_day >= %s)
) AS held JOIN schools_school s ON s.id = held.school_id
"""
_PERSON = f"""
SELECT u.*, h.* FROM accounts_user u LEFT JOIN ({_HELD}) AS h ON 1 = 1 WHERE u.id = %s ORDER BY held_kind, held_place
"""  # noqa: S608  # constants


def _day(value: date | str) -> date:
    """A day as PostgreSQL or as SQLite gives it."""
    return date.fromisoformat(value) if isinstance(value, str) else value
