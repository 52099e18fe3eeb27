"""Puts the viewer on every request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from rollbook import clock
from rollbook.apps.accounts.queries import viewer_for
from rollbook.domain.access import Viewer

SCHOOL_KEY = "school_id"


def _viewer(request: HttpRequest) -> Viewer | None:
    user = request.user
    if not user.is_authenticated:
        return None
    return viewer_for(user.pk, user.name, user.email, clock.today(), request.session.get(SCHOOL_KEY))


class ViewerMiddleware:
    """Gives each request its `viewer`: None for somebody not signed in or without an appointment today."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answers the request with `request.viewer` in place."""
        request.viewer = _viewer(request)  # type: ignore[attr-defined]
        return self.get_response(request)
