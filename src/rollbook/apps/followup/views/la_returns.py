"""Returns on absence to the local authority: what is due, the head's decision, what was sent, and the file."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from rollbook import clock
from rollbook.apps.followup.actions.la_returns import (
    LONGEST_HOW,
    LONGEST_TEXT,
    decide_return,
    record_return_sent,
)
from rollbook.apps.followup.presenters.la_returns import (
    FILE_HEADINGS,
    file_row,
    return_row,
    returns_context,
    step_rows,
)
from rollbook.apps.followup.queries.la_returns import LaReturn, la_return, la_returns
from rollbook.apps.followup.queries.return_content import content_of, known_cause
from rollbook.apps.roll.actions.looking import note_look
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.la_returns import ReturnKind
from rollbook.domain.refusals import Refused
from rollbook.formats.spreadsheet import csv_file
from rollbook.ui.forms import DateField, Form, add_refusals
from rollbook.ui.permissions import requires

_KINDS = frozenset(each.value for each in ReturnKind)


class ReturnForm(Form):
    """What every record of a return begins with."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    seen_count = forms.IntegerField(min_value=0, max_value=10_000, widget=forms.HiddenInput)


class DecideReturnForm(ReturnForm):
    """Does the head reasonably believe that the pupil will miss fifteen days?"""

    prefix = "decided"
    is_due = forms.ChoiceField(
        label="Will the pupil miss fifteen school days of the year through sickness",
        choices=[("yes", "Yes, a return is due"), ("no", "No, for example minor ailments only")],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label="Why", max_length=LONGEST_TEXT, help_text="Read by those who work with welfare; it is not sent."
    )


class SendReturnForm(ReturnForm):
    """When and how it was sent."""

    prefix = "sent"
    sent_on = DateField(label="Sent on")
    how = forms.CharField(
        label="How", max_length=LONGEST_HOW, help_text="For example: the authority’s portal, with its number."
    )
    cause = forms.CharField(
        label="Cause",
        max_length=LONGEST_TEXT,
        required=False,
        help_text="As it was sent. No more than the authority needs.",
    )


@requires(Permission.RETURNS_SEND)
@require_safe
def returns(request: HttpRequest) -> HttpResponse:
    """Every return on absence of this year: to decide or send, coming near, settled."""
    viewer, now = _viewer_of(request), clock.now()
    return render(request, "followup/la_returns.html", returns_context(la_returns(viewer, now), now.date()))


@requires(Permission.RETURNS_SEND)
@require_http_methods(["GET", "POST"])
def one_return(request: HttpRequest, kind: str, pupil_id: int, on: date) -> HttpResponse:
    """What one return says and what is missing; the head's decision; that it was sent."""
    viewer, now = _viewer_of(request), clock.now()
    found = la_return(viewer, ReturnKind(kind), pupil_id, on, now) if kind in _KINDS else None
    if found is None:
        raise Http404("no such return")
    act = request.POST.get("act", "") if request.method == "POST" else ""
    initial = {"key": uuid4(), "seen_count": len(found.steps)}
    decide = DecideReturnForm(request.POST if act == "decided" else None, initial=initial)
    cause = known_cause(viewer, found)
    send = SendReturnForm(
        request.POST if act == "sent" else None, initial=initial | {"sent_on": now.date(), "cause": cause}
    )
    is_done = (decide.is_bound and _decide(request, viewer, found, decide, now)) or (
        send.is_bound and _send(request, viewer, found, send, now)
    )
    if is_done:
        return redirect("followup:la_return", kind, pupil_id, found.first_day)
    note_look(viewer=viewer, pupil_id=pupil_id, by=viewer.actor, at=now)
    bound = decide if decide.is_bound else send if send.is_bound else None
    context = {
        "found": found,
        "row": return_row(found, now.date()),
        "lines": content_of(viewer, found),
        "steps": step_rows(found.steps, may_read=viewer.may(Permission.WELFARE_VIEW)),
        "may_decide": viewer.may(Permission.ILLNESS_DECIDE)
        and found.kind is ReturnKind.ILLNESS
        and found.sent is None,
        "decide": decide,
        "send": send,
        "bound": bound,
        "pupil_url": reverse("registers:pupil", args=[pupil_id]),
    }
    return render(request, "followup/la_return.html", context, status=422 if bound else 200)


@requires(Permission.RETURNS_SEND)
@require_safe
def returns_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Every return of a kind that is to be sent, as a file. Each pupil in it counts as looked at."""
    if kind not in _KINDS:
        raise Http404("no such return")
    viewer, now = _viewer_of(request), clock.now()
    rows = []
    for found in la_returns(viewer, now):
        if found.kind.value == kind and found.is_to_send:
            rows.append(file_row(found, content_of(viewer, found)))
            note_look(viewer=viewer, pupil_id=found.pupil_id, by=viewer.actor, at=now)
    response = HttpResponse(csv_file(FILE_HEADINGS, rows), content_type="text/csv; charset=utf-8")
    name = f"returns-{kind}-{now.date().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _decide(
    request: HttpRequest, viewer: Viewer, found: LaReturn, form: DecideReturnForm, now: datetime
) -> bool:
    if not form.is_valid():
        return False
    values = form.cleaned_data
    try:
        decide_return(
            viewer=viewer,
            pupil_id=found.pupil_id,
            on=found.first_day,
            is_due=values["is_due"] == "yes",
            text=values["text"],
            seen_count=values["seen_count"],
            key=values["key"],
            by=viewer.actor,
            at=now,
        )
    except Refused as refused:
        add_refusals(form, refused)
        return False
    messages.success(request, "The decision is recorded.")
    return True


def _send(request: HttpRequest, viewer: Viewer, found: LaReturn, form: SendReturnForm, now: datetime) -> bool:
    if not form.is_valid():
        return False
    values: dict[str, Any] = form.cleaned_data
    try:
        record_return_sent(
            viewer=viewer,
            kind=found.kind,
            pupil_id=found.pupil_id,
            on=found.first_day,
            by=viewer.actor,
            at=now,
            **{name: values[name] for name in ("sent_on", "how", "cause", "seen_count", "key")},
        )
    except Refused as refused:
        add_refusals(form, refused)
        return False
    messages.success(request, "Recorded: the return is sent.")
    return True


def _viewer_of(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


return_urls = [
    path("absence/returns/", returns, name="la_returns"),
    path("absence/returns/<slug:kind>/file/", returns_file, name="la_returns_file"),
    path("absence/returns/<slug:kind>/<int:pupil_id>/<day:on>/", one_return, name="la_return"),
]
