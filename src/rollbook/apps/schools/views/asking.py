"""What every page here needs: who is asking, and answers from the apps built on this one."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.module_loading import import_string

from rollbook.domain.access import Permission, Viewer
from rollbook.ui.converters import day_from


def viewer_of(request: HttpRequest) -> Viewer:
    """Who is asking; `@requires` has seen to it that somebody is."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def may_manage(request: HttpRequest, permission: Permission = Permission.CALENDAR_MANAGE) -> bool:
    """Are the links to changing things shown?"""
    return viewer_of(request).may(permission)


def day_in_query(request: HttpRequest, name: str) -> date | None:
    """A day from the address, None where it names none. Errors: Http404 for one that doesn't exist."""
    text = request.GET.get(name)
    if not text:
        return None
    try:
        return day_from(text)
    except ValueError:
        raise Http404("no such day") from None


def marks_on(school_id: int, days: Sequence[date]) -> Mapping[date, int]:
    """How many marks stand in the register on these days; the registers app answers."""
    answer: Mapping[date, int] = _ask("marks_on", school_id, days)
    return answer


def pupil_counts(viewer: Viewer, on: date) -> Counter[int | None]:
    """How many pupils each group has on a day; the roll answers."""
    return Counter(pupil.group_id for pupil in _ask("pupils_on_roll", viewer, on))


def _ask(question: str, *arguments: object) -> Any:
    return import_string(settings.ROLLBOOK_ANSWERS[question])(*arguments)
