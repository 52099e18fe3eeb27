"""What is done for whom: the lists, one of them, what is open for many pupils, and who had the same."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.module_loading import import_string

from rollbook.apps.support.models import Support
from rollbook.domain.access import Permission, Viewer

KIND_WORDS = dict(Support.Kind.choices)
OpenSupport = Support
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Dealt:
    """One pupil's part in something done for many: from which day to which; `last_day` None while it goes on."""

    support_id: int
    pupil_id: int
    name: str
    first_day: date
    last_day: date | None


def _own(viewer: Viewer) -> QuerySet[Support]:
    """Everything of the viewer's school; nothing for those who may not see support."""
    if not viewer.may(Permission.SUPPORT_RECORD):
        return Support.objects.none()
    return Support.objects.filter(school_id=viewer.school_id).select_related("pupil")


def open_supports(viewer: Viewer) -> list[Support]:
    """What goes on or is to begin, the next review first. One query."""
    return list(_own(viewer).filter(ended_at=None).order_by("review_on", "pupil__surname", "id"))


def ended_supports(viewer: Viewer) -> QuerySet[Support]:
    """What is over, the latest first."""
    return _own(viewer).exclude(ended_at=None).order_by("-last_day", "-id")


def support_of(viewer: Viewer, support_id: int) -> Support | None:
    """One of the viewer's school with its pupil; None for any other. One query."""
    if support_id > _LARGEST_ID:  # SQLite refuses to compare with it
        return None
    return _own(viewer).filter(pk=support_id).first()


def supports_of_pupil(viewer: Viewer, pupil_id: int) -> list[Support]:
    """All of one pupil, what goes on first, then the latest. One query."""
    found = _own(viewer).filter(pupil_id=pupil_id)
    return sorted(found, key=lambda each: (each.ended_at is not None, -each.first_day.toordinal(), each.pk))


def open_by_pupil(viewer: Viewer, pupil_ids: Collection[int]) -> dict[int, list[Support]]:
    """What goes on for these pupils. Shape: by pupil, only those who have any. One query."""
    found: dict[int, list[Support]] = {}
    for each in _own(viewer).filter(pupil_id__in=pupil_ids, ended_at=None):
        found.setdefault(each.pupil_id, []).append(each)
    return found


def review_count(viewer: Viewer, today: date) -> int:
    """How many are to be reviewed by today. One query."""
    return _own(viewer).filter(ended_at=None, review_on__lte=today).count()


def dealt_alike(viewer: Viewer, kind: str, title: str) -> list[Dealt]:
    """Everybody who had, or has, the support of this kind and title, whatever its capitals, by first day. One query."""
    rows = _own(viewer).filter(kind=kind, title__iexact=title).order_by("first_day", "id")
    return [
        Dealt(
            each.pk,
            each.pupil_id,
            f"{each.pupil.forename} {each.pupil.surname}",
            each.first_day,
            each.last_day,
        )
        for each in rows
    ]


def titles(viewer: Viewer) -> list[tuple[str, str]]:
    """The kinds and titles in use, each once whatever its capitals, by kind and title. One query."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for kind, title in _own(viewer).order_by("kind", "title").values_list("kind", "title"):
        found.setdefault((kind, title.casefold()), (kind, title))
    return list(found.values())


def pupils_with_open_support(viewer: Viewer, _on: date) -> dict[int, str]:
    """The pupils of the viewer's school for whom something goes on, so that their marks are kept. One query."""
    rows = Support.objects.filter(school_id=viewer.school_id, ended_at=None)
    return dict.fromkeys(rows.values_list("pupil_id", flat=True), "support is not ended")


def supports_called(viewer: Viewer, subjects: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Words and page of each that the audit log names ("support:12"), for those who may see support. One query."""
    pairs = (subject.partition(":") for subject in subjects)
    ids = [int(number) for kind, _, number in pairs if kind == "support" and number.isdecimal()]
    if not ids:
        return {}
    return {
        each.source: (
            f"“{each.title}” for {each.pupil.forename} {each.pupil.surname}",
            reverse("support:support", args=[each.pk]),
        )
        for each in _own(viewer).filter(pk__in=[number for number in ids if number <= _LARGEST_ID])
    }


def concern_words(viewer: Viewer, pupil_id: int, now: datetime) -> list[str]:
    """Why this pupil is of concern today, as the figures say it; they are built on this app, so they are asked."""
    words: list[str] = import_string(settings.ROLLBOOK_ANSWERS["concern_words"])(viewer, pupil_id, now)
    return words
