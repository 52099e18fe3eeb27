"""The views that somebody keeps or was given, who may be sent one, and which letters are due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from rollbook.apps.accounts.queries import people_of, viewer_for
from rollbook.apps.insight.models import SavedView, ViewLetter, ViewRecipient
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Viewer

_FIGURES = frozenset({Permission.MEASURES_VIEW, Permission.MEASURES_TOTALS})
TAKEN_FOR = timedelta(hours=1)
"""A run of the command that took a letter on and has not sent it after this long was cut off."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody of the school's own staff who may see figures."""

    id: int
    name: str
    position: str


def views_of(viewer: Viewer) -> list[SavedView]:
    """The viewer's own views at this school and those that are shared with its staff, by name. Two queries."""
    rows = SavedView.objects.filter(school_id=viewer.school_id).filter(
        Q(owner_id=viewer.user_id) | Q(is_shared=True)
    )
    return list(rows.select_related("owner").prefetch_related("recipients"))


def view_of(viewer: Viewer, view_id: int) -> SavedView | None:
    """One of these views; None for anybody else's. One query."""
    rows = SavedView.objects.select_related("owner").filter(school_id=viewer.school_id, pk=view_id)
    return rows.filter(Q(owner_id=viewer.user_id) | Q(is_shared=True)).first()


def may_change(viewer: Viewer, view: SavedView) -> bool:
    """Whoever keeps it may change a view; and a shared one whoever gives the staff their roles."""
    own = view.owner_id == viewer.user_id
    return viewer.may(Permission.FIGURES_KEEP) and (own or viewer.may(Permission.STAFF_MANAGE))


def readers_of(viewer: Viewer, on: date) -> list[Reader]:
    """Who of the school's own staff sees figures, by name. Two queries."""
    found = []
    for person in people_of(viewer, on):
        posts = [post for post in person.held(on) if ROLE_PERMISSIONS[post.role] & _FIGURES]
        if posts:
            found.append(Reader(person.id, person.name, posts[0].position))
    return found


def recipient_ids(view: SavedView) -> list[int]:
    """To whom it is sent. One query."""
    return list(ViewRecipient.objects.filter(view=view).values_list("user_id", flat=True))


@dataclass(frozen=True, slots=True)
class Due:
    """A letter that is to be sent: of which view, to whom, as whom they look, and of which day."""

    view: SavedView
    reader: Viewer
    on: date


def due_letters(now: datetime, school_id: int | None = None) -> list[Due]:
    """The letters that are due by now and were not sent: of this week's day, or of one that was missed.

    Of one school, or of all.

    Nobody is sent anything who holds no role with figures at that school today.
    """
    found = []
    rows = ViewRecipient.objects.exclude(view__weekday=None).filter(user__is_active=True)
    if school_id is not None:
        rows = rows.filter(view__school_id=school_id)
    for row in rows.select_related("view", "view__school", "view__owner", "user").order_by("view_id", "id"):
        day = _latest(row.view, now.date())
        if day is None or _is_taken(row, day, now):
            continue
        reader = viewer_for(row.user_id, row.user.name, row.user.email, now.date(), row.view.school_id)
        if reader is None or reader.school_id != row.view.school_id or not reader.permissions & _FIGURES:
            continue
        found.append(Due(row.view, reader, day))
    return found


def _latest(view: SavedView, today: date) -> date | None:
    """The last day up to today that is the view's weekday; None before it was first asked for."""
    if view.weekday is None or view.sent_since is None:
        return None
    day = today - timedelta(days=(today.weekday() - view.weekday) % 7)
    return day if day >= view.sent_since else None


def _is_taken(row: ViewRecipient, on: date, now: datetime) -> bool:
    letters = ViewLetter.objects.filter(view_id=row.view_id, user_id=row.user_id, on=on)
    return letters.filter(Q(sent_at__isnull=False) | Q(taken_at__gt=now - TAKEN_FOR)).exists()


def view_names(viewer: Viewer, ids: Sequence[int]) -> dict[str, tuple[str, str]]:
    """The views of the viewer's school as the audit log names them; they are opened by those who keep them.

    One query where any is asked for.
    """
    if not ids:
        return {}
    rows = SavedView.objects.filter(school_id=viewer.school_id, pk__in=ids)
    return {f"view:{number}": (f"the view '{name}'", "") for number, name in rows.values_list("pk", "name")}
