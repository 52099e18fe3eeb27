"""The screen at the door: surname, own name, reason, done. It holds no session and shows nothing but names.

The device's cookie is all it has. Whatever goes wrong here sends the pupil to the office without saying more.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from rollbook import clock
from rollbook.apps.registers.actions.arrivals import sign_in
from rollbook.apps.registers.actions.departures import LEAVING_REASONS, DeskAct, write_down
from rollbook.apps.registers.actions.kiosks import PinAnswer, leave_kiosk, note_use, try_pin
from rollbook.apps.registers.presenters.desk import Offer, offers_for
from rollbook.apps.registers.queries.desk import pupil_placed, time_of_form
from rollbook.apps.registers.queries.kiosks import FEWEST_LETTERS, OpenKiosk, names_at_kiosk, open_kiosk
from rollbook.apps.registers.queries.whereabouts import Placed
from rollbook.apps.schools.queries import timetable
from rollbook.domain.refusals import Refused
from rollbook.ui.permissions import public

COOKIE = "rollbook-kiosk" if settings.INSECURE_HTTP else "__Secure-rollbook-kiosk"
COOKIE_PATH = "/kiosk/"
COOKIE_SECONDS = 365 * 24 * 60 * 60
SALT = "rollbook.kiosk"
SEARCHES_A_MINUTE = 30
_OFFICE = "Please go to the office: they will sign you in or out."
_PIN_WRONG = "That is not the PIN of this screen."

Screen = Callable[..., HttpResponse]


def at_kiosk(view: Screen) -> Screen:
    """Gives the view the kiosk of the device's cookie; any other device, and a locked one, gets a page that says so."""

    @wraps(view)
    def guarded(request: HttpRequest, /, **places: Any) -> HttpResponse:
        now = clock.now()
        token = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=COOKIE_SECONDS)
        opened = open_kiosk(token, now.date()) if token else None
        if opened is None:
            response = render(request, "registers/kiosk_none.html", status=403)
        elif opened.is_locked(now):
            context = {"opened": opened, "until": opened.kiosk.locked_until}
            response = render(request, "registers/kiosk_locked.html", context, status=403)
        else:
            note_use(opened=opened, at=now)
            response = view(request, opened, now, **places)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    return guarded


@public
@require_safe
@at_kiosk
def start(request: HttpRequest, opened: OpenKiosk, now: datetime) -> HttpResponse:
    """The two large buttons the screen rests on."""
    return render(request, "registers/kiosk_start.html", {"opened": opened, "now": now})


@public
@require_http_methods(["GET", "POST"])
@at_kiosk
def step(request: HttpRequest, opened: OpenKiosk, now: datetime, what: str) -> HttpResponse:
    """One pupil from surname to done. Everything is sent by POST, so no address holds a name."""
    if what not in ("arrived", "leaving"):
        raise Http404("no such page")
    context: dict[str, Any] = {"opened": opened, "now": now, "what": what, "fewest": FEWEST_LETTERS}
    if "pupil" in request.POST:
        return _with_pupil(request, opened, now, context)
    if "letters" not in request.POST:
        return render(request, "registers/kiosk_letters.html", context)
    if not _may_search(opened):
        context["problem"] = "Too many names were looked for. Wait a minute, or go to the office."
        return render(request, "registers/kiosk_letters.html", context, status=429)
    letters = request.POST["letters"].replace("\x00", "")[:60]
    names = names_at_kiosk(opened, letters, now.date())
    if not names:
        context |= {"letters": letters, "problem": _more_letters(names)}
        return render(request, "registers/kiosk_letters.html", context, status=422)
    alike = [f"{pupil.forename} {pupil.surname}" for pupil in names]
    context["names"] = [(pupil, alike.count(f"{pupil.forename} {pupil.surname}") > 1) for pupil in names]
    return render(request, "registers/kiosk_names.html", context)


def _more_letters(names: list[Any] | None) -> str:
    if names is None:
        return "Type more letters of your surname."
    return "No surname begins like this. Try again, or go to the office."


def _may_search(opened: OpenKiosk) -> bool:
    """Counts the searches of this minute: enough for a queue, too few to read out the roll."""
    key = f"kiosk-searches-{opened.kiosk.pk}"
    if cache.add(key, 1, 60):
        return True
    try:
        return cache.incr(key) <= SEARCHES_A_MINUTE
    except ValueError:  # it ran out between the two
        return True


def _with_pupil(
    request: HttpRequest, opened: OpenKiosk, now: datetime, context: dict[str, Any]
) -> HttpResponse:
    text = request.POST["pupil"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0
    placed = pupil_placed(opened.viewer, now, number)
    key = _key(request)
    if placed is not None and (done_at := time_of_form(opened.viewer, key)):  # pressed twice
        context |= {"pupil": placed.pupil, "done_at": done_at}
        return render(request, "registers/kiosk_done.html", context)
    offer = _offer(opened, placed, now, context["what"]) if placed is not None else None
    if placed is None or offer is None:
        return render(request, "registers/kiosk_done.html", context | {"office": _OFFICE})
    reasons = LEAVING_REASONS if offer.act is DeskAct.LEAVE else tuple(opened.kiosk.reasons)
    needs_pin = offer.act is DeskAct.LEAVE and not opened.kiosk.pupils_may_leave
    context |= {
        "pupil": placed.pupil,
        "offer": offer,
        "reasons": reasons if offer.asks_why else (),
        "needs_pin": needs_pin,
        "key": uuid4(),
    }
    if "do" not in request.POST:
        return render(request, "registers/kiosk_reason.html", context)
    reason = request.POST.get("reason", "")
    if offer.asks_why and reason not in reasons:
        context["problem"] = "Press the reason."
        return render(request, "registers/kiosk_reason.html", context, status=422)
    if needs_pin:
        answer = try_pin(opened=opened, pin=request.POST.get("pin", ""), by=opened.actor, at=now)
        if answer is PinAnswer.LOCKED:
            return HttpResponseRedirect(reverse("registers:kiosk"))
        if answer is PinAnswer.WRONG:
            context |= {"problem": _PIN_WRONG, "chosen": reason}
            return render(request, "registers/kiosk_reason.html", context, status=422)
    done = _do(opened, placed, offer, reason, key, now)
    context |= {"done_at": now.time() if done else None, "office": _OFFICE}
    return render(request, "registers/kiosk_done.html", context)


def _key(request: HttpRequest) -> UUID:
    """The form's own key; a form without one counts by itself."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()


def _offer(opened: OpenKiosk, placed: Placed, now: datetime, what: str) -> Offer | None:
    offers = offers_for(placed, timetable(opened.viewer).calendar, now)
    wanted = (DeskAct.LEAVE,) if what == "leaving" else (DeskAct.LATE, DeskAct.BACK, DeskAct.HERE)
    return next((offer for offer in offers if offer.act in wanted), None)


def _do(opened: OpenKiosk, placed: Placed, offer: Offer, reason: str, key: UUID, now: datetime) -> bool:
    """Records it as of now; False where it was refused, which the pupil takes to the office."""
    at = now.time().replace(second=0, microsecond=0)
    common: dict[str, Any] = {
        "viewer": opened.viewer,
        "pupil_id": placed.pupil.id,
        "on": now.date(),
        "key": key,
        "by": opened.actor,
        "at": now,
    }
    kind = offer.act.movement
    try:
        if kind is None:
            sign_in(arrived_at=at, why_late=reason, **common)
        else:
            write_down(kind=kind, moved_at=at, reason=reason, kiosk_id=opened.kiosk.pk, **common)
    except Refused:
        return False
    return True


@public
@require_http_methods(["GET", "POST"])
@at_kiosk
def leave(request: HttpRequest, opened: OpenKiosk, now: datetime) -> HttpResponse:
    """Ends kiosk mode on this device for whoever knows the PIN; the sign-in page follows."""
    problem = ""
    if request.method == "POST":
        answer = try_pin(opened=opened, pin=request.POST.get("pin", ""), by=opened.actor, at=now)
        if answer is PinAnswer.RIGHT:
            leave_kiosk(opened=opened, by=opened.actor, at=now)
            response = HttpResponseRedirect(reverse(settings.LOGIN_URL))
            response.delete_cookie(COOKIE, path=COOKIE_PATH, samesite="Strict")
            return response
        if answer is PinAnswer.LOCKED:
            return HttpResponseRedirect(reverse("registers:kiosk"))
        problem = _PIN_WRONG
    context = {"opened": opened, "problem": problem}
    return render(request, "registers/kiosk_leave.html", context, status=422 if problem else 200)
