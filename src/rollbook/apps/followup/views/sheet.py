"""The call sheet of one pupil: what is pressed there, and the reason that is told."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook import clock
from rollbook.apps.followup.actions.recording import record_call
from rollbook.apps.followup.actions.telling import ReasonDraft, tell_reason
from rollbook.apps.followup.forms import CallForm, ReasonForm
from rollbook.apps.followup.presenters.sheet import sheet_context
from rollbook.apps.followup.queries.missing import Missing
from rollbook.apps.followup.queries.steps import unexplained_marks, written_about
from rollbook.apps.followup.views.pages import followed_pupil, viewer_of
from rollbook.apps.registers.queries.facts import known_about
from rollbook.apps.registers.queries.year import year_bounds
from rollbook.apps.roll.actions.looking import note_look
from rollbook.apps.roll.queries.calling import siblings_of
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.adviser import Fit, advise
from rollbook.domain.codes import codes_offered
from rollbook.domain.contacting import Result
from rollbook.domain.missing import Standing
from rollbook.domain.refusals import Refused
from rollbook.domain.sessions import SchoolSession
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires
from rollbook.ui.words import short_day

# Of a pupil who is not absent now, what was written down in the last four weeks is shown.
_LOOK_BACK = timedelta(days=28)
_NOT_A_REASON = {"/", "\\", "L", "U", "N"}


@requires(Permission.CONTACT_RECORD)
@require_safe
def sheet(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Whom to ring about a pupil, what was done, what can be done. Errors: Http404 for another school's."""
    viewer, now = viewer_of(request), clock.now()
    found = followed_pupil(viewer, pupil_id, now)
    if not request.headers.get("X-Rollbook-Refresh"):
        note_look(viewer=viewer, pupil_id=pupil_id, by=viewer.actor, at=now)
    is_whole_year = bool(request.GET.get("all"))
    return render(request, "followup/sheet.html", _context(viewer, found, now, is_whole_year=is_whole_year))


@requires(Permission.CONTACT_RECORD)
@require_POST
def called(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """What came of a call: one press."""
    viewer, now = viewer_of(request), clock.now()
    followed_pupil(viewer, pupil_id, now)
    form = CallForm(request.POST)
    if not form.is_valid():
        messages.error(
            request, "This call could not be written down. Press the button beside the number again."
        )
        return redirect("followup:sheet", pupil_id)
    given = form.cleaned_data
    try:
        step = record_call(
            viewer=viewer,
            pupil_id=pupil_id,
            contact_id=given["contact"],
            number=given["number"],
            result=given["result"],
            note=given["note"],
            key=given["key"],
            by=viewer.actor,
            at=now,
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("followup:sheet", pupil_id)
    if step.result == Result.REACHED and viewer.may(Permission.REGISTER_AMEND):
        return redirect("followup:reason", pupil_id)
    messages.success(request, f"Written down: {step.who}, {Result(step.result).words.lower()}.")
    return redirect("followup:sheet", pupil_id)


@requires(Permission.CONTACT_RECORD)
@require_http_methods(["GET", "POST"])
def reason(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """The reason that a parent told: the code for the sessions it explains, and when the pupil is expected back."""
    viewer, now = viewer_of(request), clock.now()
    found = followed_pupil(viewer, pupil_id, now)
    choices = _choices(viewer, found, now)
    reached = [each.contact_id for each in found.calls_today if each.result == Result.REACHED]
    initial = {
        "key": uuid4(),
        "contact": reached[-1] if reached else None,
        "half_days": [value for value, _ in choices["half_days"]],
    }
    form = ReasonForm(request.POST if request.method == "POST" else None, initial=initial, **choices)
    if request.method == "POST" and form.is_valid():
        try:
            tell_reason(
                viewer=viewer,
                pupil_id=pupil_id,
                draft=_draft(form.cleaned_data),
                key=form.cleaned_data["key"],
                by=viewer.actor,
                at=now,
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            name = f"{found.call.pupil.forename} {found.call.pupil.surname}"
            messages.success(request, f"The reason of {name} is entered. The register shows it now.")
            return redirect("followup:missing")
    context = {"form": form, "pupil": found.call.pupil, "has_sessions": bool(choices["half_days"])}
    return render(request, "followup/reason.html", context, status=422 if form.errors else 200)


def _context(viewer: Viewer, found: Missing, now: datetime, *, is_whole_year: bool) -> dict[str, Any]:
    if is_whole_year:
        first_day, _ = year_bounds(timetable(viewer).calendar, now.date())
    else:
        first_day = found.absence.first.on if found.absence else now.date() - _LOOK_BACK
    written = written_about(viewer, found.pupil_id, first_day)
    siblings = siblings_of(viewer, found.pupil_id)
    context = sheet_context(viewer, found, written, siblings, now)
    return context | {"is_whole_year": is_whole_year, "first_day": first_day}


def _choices(viewer: Viewer, found: Missing, now: datetime) -> dict[str, Any]:
    days = found.absence.days if found.absence else ()
    half_days = set(unexplained_marks(viewer, found.pupil_id, days))
    placed = found.placed
    if placed.standing.answer is Standing.MISSING:
        half_days.add((now.date(), placed.known.session))
    return {
        "contacts": [
            (each.pk, f"{each.parent} ({each.relationship.lower()})") for each in found.call.contacts
        ],
        "codes": _codes(viewer, found, now.date(), placed.known.session),
        "half_days": [
            (f"{on.isoformat()}-{session.value}", f"{short_day(on)}, {session.words}")
            for on, session in sorted(half_days)
        ],
    }


def _codes(
    viewer: Viewer, found: Missing, on: date, session: SchoolSession
) -> Iterable[tuple[str, str | list[tuple[str, str]]]]:
    """The codes this person may enter: what fits the pupil first, illness at the head of the usual ones."""
    pupil = found.call.pupil
    known = known_about(viewer, on, session, {pupil.pk: pupil.born_on})[pupil.pk]
    offered = {code.symbol for code in codes_offered(on, session, viewer.setters)} - _NOT_A_REASON
    said = [each for each in advise(known.facts, on, session) if each.code.symbol in offered]
    usual = ("I", "M")
    listed = {
        "Told most often": [
            each for each in said if each.code.symbol in usual and each.fit is not Fit.CANNOT
        ],
        "Others": [each for each in said if each.code.symbol not in usual and each.fit is not Fit.CANNOT],
    }
    for title, those in listed.items():
        if those:
            yield title, [(each.code.symbol, f"{each.code.symbol}  {each.code.title}") for each in those]


def _draft(given: dict[str, Any]) -> ReasonDraft:
    half_days = tuple(
        (date.fromisoformat(each[:10]), SchoolSession(each[11:])) for each in given["half_days"]
    )
    return ReasonDraft(
        contact_id=given["contact"],
        code=given["code"],
        half_days=half_days,
        nature=given["nature"],
        note=given["note"],
        expected_return=given["expected_return"],
    )
