"""Puts the viewer on every request, and ends sessions that nobody is using any more."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import Resolver404, resolve
from django.utils.http import parse_header_parameters

from rollbook import clock
from rollbook.apps.accounts.actions import signing
from rollbook.apps.accounts.actions.inspections import note_inspection
from rollbook.apps.accounts.inspections import what_was_opened
from rollbook.apps.accounts.queries import has_second_step, viewer_for, viewer_of, writer_for
from rollbook.domain.access import Permission, Role, Viewer

SCHOOL_KEY = "school_id"
STARTED_KEY = "started_at"
SEEN_KEY = "seen_at"
LONGEST_SECONDS = 12 * 60 * 60
# Writing the session at every request would cost a commit each; to the minute is exact enough.
STAMP_SECONDS = 60

Answer = Callable[[HttpRequest], HttpResponse]


def stamp_session(request: HttpRequest) -> None:
    """Starts the clock of a session that has just begun."""
    request.session[STARTED_KEY] = request.session[SEEN_KEY] = int(time.time())


def is_automatic(request: HttpRequest) -> bool:
    """Did the page ask by itself, as the board does to stay fresh? That is no sign that anybody is there."""
    return request.GET.get("auto") == "1" or "X-Rollbook-Refresh" in request.headers


class TimeOutMiddleware:
    """Signs people out after a time without a request, and after twelve hours in any case, and says why.

    It goes by the true time, not by the demonstration's clock.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answers the request, or sends to the sign-in page where the session's time is over."""
        if SESSION_KEY not in request.session:
            return self.get_response(request)
        if why := self._why_over(request):
            self._sign_out(request, why)
            return self.get_response(request) if _is_public(request) else _ask_to_sign_in(request, why)
        self._note(request)
        response = self.get_response(request)
        # What a shared computer keeps of a page about pupils must not outlive the session.
        if not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "private, no-store"
        return response

    def _why_over(self, request: HttpRequest) -> str:
        now = time.time()
        if now - request.session.get(STARTED_KEY, now) > LONGEST_SECONDS:
            return "day"
        if now - request.session.get(SEEN_KEY, now) > settings.ROLLBOOK_IDLE_MINUTES * 60:
            return "idle"
        return ""

    def _note(self, request: HttpRequest) -> None:
        if STARTED_KEY not in request.session:
            stamp_session(request)
        elif not is_automatic(request) and time.time() - request.session[SEEN_KEY] > STAMP_SECONDS:
            request.session[SEEN_KEY] = int(time.time())

    def _sign_out(self, request: HttpRequest, why: str) -> None:
        if request.user.is_authenticated:
            by, school_id = writer_for(request.user, clock.today())
            signing.note_sign_out(why=why, school_id=school_id, by=by, at=clock.now())
        logout(request)


def _is_public(request: HttpRequest) -> bool:
    try:
        return getattr(resolve(request.path_info).func, "is_public", False)
    except Resolver404:
        return False


def _ask_to_sign_in(request: HttpRequest, why: str) -> HttpResponse:
    by_script = (
        "X-Requested-With" in request.headers
        or "X-Rollbook-Refresh" in request.headers
        or request.headers.get("Sec-Fetch-Dest") == "empty"
    )
    if by_script:
        return HttpResponse(
            "You were signed out. Sign in again to go on.",
            status=401,
            content_type="text/plain; charset=utf-8",
        )
    back = _page_to_return_to(request)
    return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'ended': why, 'next': back})}")


def _page_to_return_to(request: HttpRequest) -> str:
    """The page the person was looking at: for a sent form that is not the address asked for."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    seen = urlsplit(request.headers.get("Referer") or "")
    if seen.netloc != request.get_host() or not seen.path.startswith("/"):
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    return f"{seen.path}?{seen.query}" if seen.query else seen.path


def _viewer(request: HttpRequest) -> Viewer | None:
    user = request.user
    if not user.is_authenticated:
        return None
    today, school_id = clock.today(), request.session.get(SCHOOL_KEY)
    # Not so for somebody who signs in with this very request, or past midnight.
    if user.held_on is None or user.held_on[0] != today:
        return viewer_for(user.pk, user.name, user.email, today, school_id)
    return viewer_of(user.pk, user.name, user.email, user.held_on[1], school_id)


class ViewerMiddleware:
    """Gives each request its `viewer`: None for somebody not signed in or without an appointment today."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answers the request with `request.viewer` in place."""
        request.viewer = _viewer(request)  # type: ignore[attr-defined]
        return self.get_response(request)


class InspectionMiddleware:
    """Writes into the school's log every page and file that an inspector gets, before the inspector sees it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answers the request. Where the log can't be written there is no page either."""
        response = self.get_response(request)
        viewer: Viewer | None = getattr(request, "viewer", None)
        if viewer and Role.INSPECTOR in viewer.roles and response.status_code in _SHOWS_SOMETHING:
            what, subject = what_was_opened(request.resolver_match)
            note_inspection(
                viewer=viewer,
                what=what,
                subject=subject,
                address=request.get_full_path(),
                file=_file_name(response),
                by=viewer.actor,
                at=clock.now(),
            )
        return response


# A form that was refused stands on its page, with everything else on it.
_SHOWS_SOMETHING = {HTTPStatus.OK, HTTPStatus.UNPROCESSABLE_ENTITY}


def _file_name(response: HttpResponse) -> str:
    """The name under which the answer is kept; "" for a page."""
    return parse_header_parameters(response.headers.get("Content-Disposition", ""))[1].get("filename", "")


_WHOLE_SCHOOL = (
    Permission.PUPIL_VIEW_ANY,
    Permission.ROLL_IMPORT,
    Permission.STAFF_MANAGE,
    Permission.AUDIT_VIEW,
)
_WITHOUT_SECOND_STEP = {
    "accounts:account",
    "account_change_password",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_reauthenticate",
}


def must_have_second_step(viewer: Viewer | None) -> bool:
    """Does this installation ask a second step of this person, because they see the whole school?"""
    return (
        settings.ROLLBOOK_SECOND_STEP_REQUIRED
        and viewer is not None
        and any(viewer.may(permission) for permission in _WHOLE_SCHOOL)
    )


class SecondStepMiddleware:
    """Where the second step is required, lets nobody past who has yet to set it up."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answers the request; the look at it is in `process_view`, when the page is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], _args: Any, _kwargs: Any
    ) -> HttpResponseBase | None:
        """Sends to the page where the second step is set up."""
        viewer: Viewer | None = getattr(request, "viewer", None)
        match = request.resolver_match
        if not must_have_second_step(viewer) or viewer is None or match is None:
            return None
        if getattr(view, "is_public", False) or match.view_name in _WITHOUT_SECOND_STEP:
            return None
        if has_second_step(viewer.user_id):
            return None
        messages.warning(
            request, "Your role sees the whole school, so signing in needs a second step. Set it up first."
        )
        return redirect("mfa_activate_totp")
