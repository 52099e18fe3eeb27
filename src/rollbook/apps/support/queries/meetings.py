"""Meetings with parents: what is to come, what waits for its outcome, what was held, and those of one pupil."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.timezone import localtime

from rollbook.apps.support.models import Meeting, MeetingStep
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.meetings import OPEN, UNSETTLED, MeetingState
from rollbook.ui.words import short_day

_LARGEST_ID = 2**63 - 1
_OPEN = [state.value for state in OPEN]
_UNSETTLED = [state.value for state in UNSETTLED]


@dataclass(frozen=True, slots=True)
class MeetingLists:
    """The school's meetings with which something is still to be done: those whose outcome is due, and the others."""

    due: list[Meeting]
    coming: list[Meeting]


def _own(viewer: Viewer) -> QuerySet[Meeting]:
    """Every meeting of the viewer's school; none for those who may not see support."""
    if not viewer.may(Permission.SUPPORT_RECORD):
        return Meeting.objects.none()
    return Meeting.objects.filter(school_id=viewer.school_id).select_related("pupil")


def starts_of(meeting: Meeting) -> datetime:
    """When it begins, by the school's clock."""
    return datetime.combine(meeting.on, meeting.starts_at)


def is_due(meeting: Meeting, now: datetime) -> bool:
    """Is somebody to say what came of it, or to invite again who did not come?"""
    if meeting.state == MeetingState.MISSED:
        return True
    return meeting.state in _OPEN and starts_of(meeting) <= localtime(now).replace(tzinfo=None)


def unsettled_meetings(viewer: Viewer, now: datetime) -> MeetingLists:
    """What is still to be done, the earliest first. Two queries."""
    rows = _own(viewer).filter(state__in=_UNSETTLED).prefetch_related("parents")
    found = list(rows.order_by("on", "starts_at", "id"))
    due = [each for each in found if is_due(each, now)]
    return MeetingLists(due, [each for each in found if each not in due])


def past_meetings(viewer: Viewer) -> QuerySet[Meeting]:
    """Those that were held or called off, the latest first."""
    rows = _own(viewer).exclude(state__in=_UNSETTLED).prefetch_related("parents")
    return rows.order_by("-on", "-starts_at", "-id")


def due_count(viewer: Viewer, today: date) -> int:
    """How many wait for their outcome since an earlier day, or for a new time. One query."""
    missed = _own(viewer).filter(state=MeetingState.MISSED.value)
    return (missed | _own(viewer).filter(state__in=_OPEN, on__lt=today)).count()


def meeting_of(viewer: Viewer, meeting_id: int) -> Meeting | None:
    """One of the viewer's school with its pupil; None for any other. One query."""
    if meeting_id > _LARGEST_ID:  # SQLite refuses to compare with it
        return None
    return _own(viewer).filter(pk=meeting_id).first()


def step_of(viewer: Viewer, meeting_id: int, step_id: int) -> MeetingStep | None:
    """One step of a meeting of the viewer's school; None for any other. Two queries."""
    meeting = meeting_of(viewer, meeting_id)
    if meeting is None or step_id > _LARGEST_ID:
        return None
    return meeting.steps.filter(pk=step_id).select_related("meeting__pupil").first()


def meetings_of_pupil(viewer: Viewer, pupil_id: int) -> list[Meeting]:
    """All of one pupil, what is still to be done first, then the latest. One query."""
    found = _own(viewer).filter(pupil_id=pupil_id)
    return sorted(found, key=lambda each: (each.state not in _UNSETTLED, -each.on.toordinal(), -each.pk))


def latest_by_pupil(
    viewer: Viewer, pupil_ids: Collection[int], abouts: Sequence[str] = ()
) -> dict[int, Meeting]:
    """The meeting about one of these matters, or about any, that tells most of each pupil. One query.

    Shape: by pupil, only those who have one that was not called off: what is still to be done before what was held.
    """
    rows = _own(viewer).filter(pupil_id__in=pupil_ids).exclude(state=MeetingState.CANCELLED.value)
    if abouts:
        rows = rows.filter(about__in=abouts)
    found: dict[int, Meeting] = {}
    for each in sorted(rows, key=lambda each: (each.state in _UNSETTLED, each.on, each.pk)):
        found[each.pupil_id] = each
    return found


@dataclass(frozen=True, slots=True)
class MeetingStanding:
    """Where the latest meeting of a pupil stands, as a list shows it, and its page."""

    words: str
    url: str
    is_due: bool
    is_settled: bool


def meeting_standings(
    viewer: Viewer, pupil_ids: Collection[int], now: datetime, abouts: Sequence[str] = ()
) -> dict[int, MeetingStanding]:
    """For each of these pupils whose parents are or were called about one of these matters. One query."""
    return {
        pupil_id: MeetingStanding(
            words=_standing_words(each, now),
            url=reverse("support:meeting", args=[each.pk]),
            is_due=is_due(each, now),
            is_settled=each.state not in _UNSETTLED,
        )
        for pupil_id, each in latest_by_pupil(viewer, pupil_ids, abouts).items()
    }


def _standing_words(meeting: Meeting, now: datetime) -> str:
    day = short_day(meeting.on)
    if meeting.state == MeetingState.HELD:
        return f"Met on {day}"
    if meeting.state == MeetingState.MISSED:
        return f"Nobody came on {day}"
    if is_due(meeting, now):
        return f"Was to be on {day}: say what came of it"
    told = "invited" if meeting.state == MeetingState.INVITED else "not invited yet"
    return f"Meeting on {day}, {told}"


def pupils_with_unsettled_meetings(viewer: Viewer, _on: date) -> dict[int, str]:
    """The pupils of the viewer's school whose parents are called to a meeting, so that their marks are kept."""
    rows = Meeting.objects.filter(school_id=viewer.school_id, state__in=_UNSETTLED)
    return dict.fromkeys(rows.values_list("pupil_id", flat=True), "a meeting with the parents is to come")


def meetings_called(viewer: Viewer, subjects: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Words and page of each that the audit log names ("meeting:12"), for those who may see support. One query."""
    pairs = (subject.partition(":") for subject in subjects)
    ids = [int(number) for kind, _, number in pairs if kind == "meeting" and number.isdecimal()]
    if not ids:
        return {}
    return {
        each.source: (
            f"the meeting with the parents of {each.pupil.forename} {each.pupil.surname}",
            reverse("support:meeting", args=[each.pk]),
        )
        for each in _own(viewer).filter(pk__in=[number for number in ids if number <= _LARGEST_ID])
    }


def meeting_words(viewer: Viewer, pupil_id: int, origin: str, now: datetime) -> list[str]:
    """Why the parents are called, as the page that leads here says it; the figures are built on this app."""
    words: list[str] = import_string(settings.ROLLBOOK_ANSWERS["meeting_words"])(
        viewer, pupil_id, origin, now
    )
    return words
