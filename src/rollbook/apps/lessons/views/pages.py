"""What every page of lessons has in common: who asks, and the school's choice to keep lesson registers."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rollbook import clock
from rollbook.apps.lessons.queries.switch import are_on, are_on_or_coming
from rollbook.domain.access import Permission, Viewer

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def viewer_of(request: HttpRequest) -> Viewer:
    """Who is asking; `@requires` has seen to it that somebody is."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def while_on(view: View[P]) -> View[P]:
    """Opens the page only while the school keeps lesson registers; otherwise it says so, and is not there."""
    return _while(are_on, view)


def while_on_or_coming(view: View[P]) -> View[P]:
    """The same for the timetable, which is made before the first lesson register is taken."""
    return _while(are_on_or_coming, view)


def _while(is_on: Callable[..., bool], view: View[P]) -> View[P]:
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        viewer = viewer_of(request)
        if is_on(viewer, clock.today()):
            return view(request, *args, **kwargs)
        context: dict[str, Any] = {"may_choose": viewer.may(Permission.CALENDAR_MANAGE)}
        return render(request, "lessons/off.html", context, status=404)

    return guarded
