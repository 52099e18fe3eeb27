"""Kiosks from the office's side: opening one on this device, seeing all of them, closing one from afar."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from rollbook import clock
from rollbook.apps.accounts.actions.signing import note_sign_out
from rollbook.apps.registers.actions.kiosks import Opened, begin_kiosk, close_kiosk
from rollbook.apps.registers.forms import KioskForm
from rollbook.apps.registers.queries.kiosks import kiosks_of
from rollbook.apps.registers.views import kiosk_screen
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires


@requires(Permission.KIOSK_MANAGE)
@require_http_methods(["GET", "POST"])
def kiosks(request: HttpRequest) -> HttpResponse:
    """The school's kiosks, and a form that turns this device into one and signs the member of staff out of it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    form = KioskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            opened = begin_kiosk(
                viewer=viewer,
                name=values["name"],
                pin=values["pin"],
                reasons=values["reasons"],
                pupils_may_leave=values["pupils_may_leave"],
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            return _become_kiosk(request, viewer, opened)
    context = {"form": form, "kiosks": kiosks_of(viewer), "now": clock.now()}
    return render(request, "registers/kiosks.html", context, status=422 if form.errors else 200)


def _become_kiosk(request: HttpRequest, viewer: Viewer, opened: Opened) -> HttpResponse:
    """From here on the device holds the kiosk's cookie and no session of the staff."""
    note_sign_out(why="kiosk", school_id=viewer.school_id, by=viewer.actor, at=clock.now())
    logout(request)
    response = HttpResponseRedirect(reverse("registers:kiosk"))
    response.set_signed_cookie(
        kiosk_screen.COOKIE,
        opened.token,
        salt=kiosk_screen.SALT,
        max_age=kiosk_screen.COOKIE_SECONDS,
        path=kiosk_screen.COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


@requires(Permission.KIOSK_MANAGE)
@require_POST
def close(request: HttpRequest, kiosk_id: int) -> HttpResponse:
    """Closes a kiosk wherever it stands."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        close_kiosk(viewer=viewer, kiosk_id=min(kiosk_id, 2**63 - 1), by=viewer.actor, at=clock.now())
    except Refused:
        raise Http404("no such kiosk") from None
    messages.success(request, "The kiosk is closed. Its screen says so at the next touch.")
    return HttpResponseRedirect(reverse("registers:kiosks"))


kiosk_urls = [
    path("arrivals/kiosks/", kiosks, name="kiosks"),
    path("arrivals/kiosks/<int:kiosk_id>/close/", close, name="close_kiosk"),
    path("kiosk/", kiosk_screen.start, name="kiosk"),
    path("kiosk/leave/", kiosk_screen.leave, name="kiosk_leave"),
    path("kiosk/<slug:what>/", kiosk_screen.step, name="kiosk_step"),
]
