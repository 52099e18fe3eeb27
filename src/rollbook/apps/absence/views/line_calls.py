"""Messages that wait, calls that are handed over, pupils still away, and appointments."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook import clock
from rollbook.apps.absence.actions.line_calls import (
    acknowledge,
    close_transfer,
    keep_message,
    set_aside,
    transfer,
)
from rollbook.apps.absence.forms.line import MessageForm, SaidForm, TransferForm
from rollbook.apps.absence.forms.parts import ReasonForm
from rollbook.apps.absence.models import Transfer
from rollbook.apps.absence.presenters.line import (
    OUT_OF_HOURS,
    how_told,
    message_rows,
    pupil_name,
    transfer_rows,
)
from rollbook.apps.absence.presenters.still_away import appointment_rows, still_away_rows
from rollbook.apps.absence.presenters.words import history_lines
from rollbook.apps.absence.queries.appointments import appointments_of_year
from rollbook.apps.absence.queries.history import history_of
from rollbook.apps.absence.queries.line_inbox import message_of
from rollbook.apps.absence.queries.line_people import family_of, group_names
from rollbook.apps.absence.queries.still_away import still_away
from rollbook.apps.absence.queries.transfers import (
    may_close,
    may_read_notes,
    transfer_of,
    transfer_targets,
    transfers_closed,
    transfers_open,
)
from rollbook.apps.absence.views.flow import found_or_404, one_act, status_of, viewer_of
from rollbook.apps.roll.actions.looking import note_look
from rollbook.domain.access import Permission
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires

_CLOSED_DAYS = 30


@requires(Permission.ABSENCE_RECORD)
@require_http_methods(["GET", "POST"])
def new_message(request: HttpRequest) -> HttpResponse:
    """Keeps a message as it came, to be worked off."""
    viewer, now = viewer_of(request), clock.now()
    initial = {
        "key": uuid4(),
        "told_on": now.date(),
        "told_at": now.time().replace(second=0, microsecond=0),
    }
    form = MessageForm(request.POST or None, initial=initial)

    def page() -> HttpResponse:
        return render(request, "absence/line_keep.html", {"form": form}, status=status_of(form))

    def act() -> tuple[str, str]:
        values = {"call": form.call(now), "key": form.cleaned_data["key"]}
        keep_message(viewer=viewer, by=viewer.actor, at=now, **values)
        return "Kept. It waits on the absence line.", reverse("absence:line")

    return one_act(request, form, page=page, act=act)


@requires(Permission.ABSENCE_RECORD)
@require_http_methods(["GET", "POST"])
def set_message_aside(request: HttpRequest, told_id: int) -> HttpResponse:
    """Sets a message aside that tells of no absence, with the reason."""
    viewer, now = viewer_of(request), clock.now()
    call = found_or_404(message_of(viewer, told_id))
    form = ReasonForm(request.POST or None)

    def page() -> HttpResponse:
        context = {"form": form, "message": call, "row": message_rows([call])[0]}
        return render(request, "absence/line_set_aside.html", context, status=status_of(form))

    def act() -> tuple[str, str]:
        set_aside(viewer=viewer, call_id=told_id, by=viewer.actor, at=now, **form.cleaned_data)
        return "Set aside.", reverse("absence:line")

    return one_act(request, form, page=page, act=act)


@requires(Permission.ABSENCE_RECORD)
@require_http_methods(["GET", "POST"])
def new_transfer(request: HttpRequest) -> HttpResponse:
    """Hands a parent over to the pastoral lead, with notes."""
    viewer, now = viewer_of(request), clock.now()
    numbers = [_number(request.GET.get(name, "")) for name in ("pupil", "call")]
    family = found_or_404(family_of(viewer, numbers[0] or 0, now.date()))
    call = found_or_404(message_of(viewer, numbers[1])) if numbers[1] is not None else None
    people = [(person.id, _person(person, now)) for person in transfer_targets(viewer, now.date())]
    form = TransferForm(request.POST or None, people=people, initial={"key": uuid4()})

    def page() -> HttpResponse:
        context = {
            "form": form,
            "name": pupil_name(family.pupil),
            "call": call,
            "how_told": how_told(call) if call is not None else "",
        }
        return render(request, "absence/transfer_new.html", context, status=status_of(form))

    def act() -> tuple[str, str]:
        values = form.cleaned_data
        made = transfer(
            viewer=viewer,
            pupil_id=family.pupil.pk,
            to_id=values["to"],
            what_for=values["what_for"],
            notes=values["notes"],
            call_id=call.pk if call is not None else None,
            key=values["key"],
            by=viewer.actor,
            at=now,
        )
        return f"Transferred to {made.to_name}.", reverse("absence:line")

    return one_act(request, form, page=page, act=act)


def _person(person: Any, now: Any) -> str:
    held = person.held(now.date())
    return f"{person.name}, {held[0].position or held[0].role.words}" if held else person.name


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@requires(Permission.ABSENCE_RECORD, Permission.WELFARE_VIEW)
@require_safe
def transfers(request: HttpRequest) -> HttpResponse:
    """The calls that were transferred: those still open, and those of the last month."""
    viewer, now = viewer_of(request), clock.now()
    groups = group_names(viewer, now.date())
    context = {
        "open": transfer_rows(transfers_open(viewer), groups, now),
        "closed": transfer_rows(
            transfers_closed(viewer, now.date() - timedelta(days=_CLOSED_DAYS)), groups, now
        ),
    }
    return render(request, "absence/transfers.html", context)


@requires(Permission.ABSENCE_RECORD, Permission.WELFARE_VIEW)
@require_http_methods(["GET", "POST"])
def transferred(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """One transferred call: what it is about, who has taken it on, and what came of it."""
    viewer, now = viewer_of(request), clock.now()
    found: Transfer = found_or_404(transfer_of(viewer, transfer_id))
    form = SaidForm(request.POST or None, initial={"seen_version": found.version})
    if request.method == "POST" and form.is_valid():
        try:
            close_transfer(
                viewer=viewer, transfer_id=transfer_id, by=viewer.actor, at=now, **form.cleaned_data
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, "Closed. What was said is kept.")
            return redirect("absence:transfer", transfer_id)
    reads = may_read_notes(viewer, found)
    if reads:
        note_look(viewer=viewer, pupil_id=found.pupil_id, by=viewer.actor, at=now)
    context = {
        "transfer": found,
        "name": pupil_name(found.pupil),
        "how_told": how_told(found.call) if found.call is not None else "",
        "reads": reads,
        "may_close": may_close(viewer, found),
        "history": history_lines(history_of(viewer, found)),
        "form": form,
    }
    return render(request, "absence/transfer.html", context, status=status_of(form))


@requires(Permission.ABSENCE_RECORD, Permission.WELFARE_VIEW)
@require_POST
def take_on(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """Says that somebody has taken a transferred call on."""
    viewer = viewer_of(request)
    found_or_404(transfer_of(viewer, transfer_id))
    try:
        acknowledge(viewer=viewer, transfer_id=transfer_id, by=viewer.actor, at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "You have taken it on.")
    return redirect("absence:transfer", transfer_id)


@requires(Permission.ABSENCE_RECORD)
@require_safe
def still_away_page(request: HttpRequest) -> HttpResponse:
    """Who was to be back, or to be told of again, and is not here: the parents to ask today."""
    viewer, now = viewer_of(request), clock.now()
    found = still_away(viewer, now.date(), now.date(), now)
    context = {"now": now, "rows": still_away_rows(found, group_names(viewer, now.date()), now)}
    return render(request, "absence/still_away.html", context)


@requires(Permission.ABSENCE_RECORD)
@require_safe
def appointments(request: HttpRequest) -> HttpResponse:
    """How many sessions each pupil has missed for appointments this school year, and what to say to parents."""
    viewer, now = viewer_of(request), clock.now()
    found = appointments_of_year(viewer, now)
    context = {
        "rows": appointment_rows(found, group_names(viewer, now.date())),
        "first_day": found.first_day,
        "reply": OUT_OF_HOURS,
    }
    return render(request, "absence/appointments.html", context)
