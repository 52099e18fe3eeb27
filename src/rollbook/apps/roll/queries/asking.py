"""What the roll asks of the attendance register, which is built on it and so can't be imported."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from rollbook.domain.access import Viewer
from rollbook.domain.sessions import SchoolSession

PupilMarks = Mapping[tuple[date, SchoolSession], str]


def marks_between(viewer: Viewer, pupil_id: int, first_day: date, last_day: date) -> PupilMarks:
    """The marks that stand for a pupil from a first to a last day; none where the last is before the first."""
    days = [first_day + timedelta(days=number) for number in range((last_day - first_day).days + 1)]
    if not days:
        return {}
    marks: PupilMarks = _ask("pupil_marks", viewer, pupil_id, days)
    return marks


def _ask(question: str, *arguments: object) -> Any:
    return import_string(settings.ROLLBOOK_ANSWERS[question])(*arguments)
