"""The messages of a school: the list, one of them, what failed, and what became of those that an app wrote."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from rollbook.apps.post.models import Attempt, Message
from rollbook.apps.post.queries.purposes import purpose_of
from rollbook.domain.access import Permission, Viewer

Sent = Message
STATE_WORDS = dict(Message.State.choices)
CHANNEL_WORDS = dict(Message.Channel.choices)
_LARGEST_ID = 2**63 - 1
_BROKEN = (Message.State.FAILED, Message.State.GIVEN_UP)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; empty is everything."""

    state: str = ""
    purpose: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many wait, were written on a day, and have failed with nobody seeing to them."""

    waiting: int
    on_day: int
    failed: int


def _own(viewer: Viewer) -> QuerySet[Message]:
    if not viewer.may(Permission.POST_VIEW):
        return Message.objects.none()
    return Message.objects.filter(school_id=viewer.school_id)


def messages_of(viewer: Viewer, wanted: Wanted) -> QuerySet[Message]:
    """The messages of the viewer's school, the newest first."""
    rows = _own(viewer).select_related("pupil").defer("body").order_by("-at", "-id")
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.purpose:
        rows = rows.filter(purpose=wanted.purpose)
    if wanted.day:
        rows = rows.filter(at__date=wanted.day)
    return rows


def failed_messages(viewer: Viewer) -> QuerySet[Message]:
    """Those that failed or were given up, and that nobody has seen to, the newest first."""
    rows = _own(viewer).filter(state__in=_BROKEN, settled_at=None).select_related("pupil").defer("body")
    return rows.order_by("-at", "-id")


def failed_count(viewer: Viewer, _today: date) -> int:
    """How many those are. One query."""
    return failed_messages(viewer).count()


def counts_of(viewer: Viewer, day: date) -> Counts:
    """The counts of a day. One query."""
    found = _own(viewer).aggregate(
        waiting=Count("pk", filter=Q(state=Message.State.WAITING)),
        on_day=Count("pk", filter=Q(at__date=day)),
        failed=Count("pk", filter=Q(state__in=_BROKEN, settled_at=None)),
    )
    return Counts(**found)


def message_of(viewer: Viewer, message_id: int) -> Message | None:
    """One message of the viewer's school; None for any other. One query."""
    if message_id > _LARGEST_ID:  # SQLite refuses to compare with it
        return None
    rows = _own(viewer).select_related("pupil", "instead_of")
    return rows.filter(pk=message_id).first()


def subject_of(message: Message) -> str:
    """What the audit log says that a message is about: its pupil, else what it was sent because of, else the school."""
    pupil = f"pupil:{message.pupil_id}" if message.pupil_id else ""
    return pupil or message.about or f"school:{message.school_id}"


def attempts_of(message: Message) -> list[Attempt]:
    """What became of it, from the first try on. One query."""
    return list(message.attempts.all())


def replacement_of(message: Message) -> Message | None:
    """The message that was sent in its place to another address. One query."""
    return message.replacements.order_by("-id").first()


def may_read(viewer: Viewer, message: Message) -> bool:
    """May this person read what it says? Some purposes are only for those who may see welfare notes."""
    return not purpose_of(message.purpose).is_restricted or viewer.may(Permission.WELFARE_VIEW)


def messages_with_keys(viewer: Viewer, keys: Collection[str]) -> dict[str, Sent]:
    """What became of messages that an app wrote, by their keys: for that app's own pages, whoever looks. One query."""
    rows = Message.objects.filter(school_id=viewer.school_id, key__in=keys).defer("body")
    return {row.key: row for row in rows}


def messages_about(viewer: Viewer, subjects: Collection[str]) -> dict[str, list[Sent]]:
    """The messages about each of these ("absence:12"), oldest first: for the page of the thing itself. One query."""
    rows = Message.objects.filter(school_id=viewer.school_id, about__in=subjects).defer("body").order_by("id")
    found: dict[str, list[Sent]] = {}
    for row in rows:
        found.setdefault(row.about, []).append(row)
    return found


def messages_of_pupils(viewer: Viewer, pupil_ids: Collection[int]) -> dict[int, list[Sent]]:
    """The messages about each of these pupils, oldest first. One query."""
    rows = (
        Message.objects.filter(school_id=viewer.school_id, pupil_id__in=pupil_ids)
        .defer("body")
        .order_by("id")
    )
    found: dict[int, list[Sent]] = {}
    for row in rows:
        if row.pupil_id is not None:
            found.setdefault(row.pupil_id, []).append(row)
    return found
