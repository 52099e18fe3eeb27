"""The whole site is unexpectedly closed: choose the day, look at what would happen, confirm once."""

from collections.abc import Sequence
from datetime import date
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from rollbook import clock
from rollbook.apps.registers.actions.closing import (
    ClosurePreview,
    declare_closure,
    preview_closures,
    refuse_closure,
)
from rollbook.apps.registers.queries.closures import closures_on, latest_closures
from rollbook.apps.registers.views.pages import day_or_404
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.marks import SchoolSession
from rollbook.domain.refusals import Refused
from rollbook.ui.converters import register_converters
from rollbook.ui.forms import DateField, Form, add_refusals
from rollbook.ui.permissions import requires

_SHOWN_BEFORE = 8


class ClosureForm(Form):
    """Which sessions, why, and who decided."""

    on = DateField(label="Day")
    last_day = DateField(
        label="Last day",
        required=False,
        help_text="Only if it was more than one day, such as snow days entered afterwards. "
        "Days without school are left out.",
    )
    sessions = forms.MultipleChoiceField(
        label="Closed in the",
        choices=[(each.value, each.words) for each in SchoolSession],
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--inline"}),
        error_messages={"required": "Choose the morning, the afternoon, or both."},
    )
    reason = forms.CharField(
        label="Why did the school have to close?",
        max_length=300,
        help_text="Stands beside every mark, so name no pupil. For example: no heating, or snow.",
    )
    decided_by = forms.CharField(label="Who decided?", max_length=200, help_text="Name and position.")
    key = forms.UUIDField(widget=forms.HiddenInput)

    def chosen(self) -> list[SchoolSession]:
        """The sessions ticked, the morning first."""
        return [each for each in SchoolSession if each.value in self.cleaned_data["sessions"]]


@requires(Permission.CLOSURE_DECLARE)
@require_http_methods(["GET", "POST"])
def closures(request: HttpRequest) -> HttpResponse:
    """Declares a closure, after a look at what it does. The same form sent twice is declared once."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if request.method == "GET":
        start = {
            "on": _day_asked(request),
            "decided_by": f"{viewer.name}, {viewer.position}",
            "key": uuid4(),
        }
        return _page(request, viewer, ClosureForm(initial=start))
    form = ClosureForm(request.POST)
    if not form.is_valid():
        return _page(request, viewer, form)
    data, now = form.cleaned_data, clock.now()
    try:
        if request.POST.get("act") != "declare":
            refuse_closure(
                viewer, data["on"], form.chosen(), data["reason"], data["decided_by"], now, data["last_day"]
            )
            previews = preview_closures(viewer, data["on"], data["last_day"], form.chosen())
            return _page(request, viewer, form, previews)
        made = declare_closure(
            viewer=viewer,
            on=data["on"],
            sessions=form.chosen(),
            reason=data["reason"],
            decided_by=data["decided_by"],
            key=data["key"],
            by=viewer.actor,
            at=now,
            last_day=data["last_day"],
        )
    except Refused as refused:
        add_refusals(form, refused)
        return _page(request, viewer, form)
    if made:
        marks = "1 mark of Y4 was" if made == 1 else f"{made:,} marks of Y4 were"
        messages.success(request, f"The closure is declared: {marks} made.")
    if data["last_day"] and data["last_day"] != data["on"]:
        return redirect("registers:closures")  # each of its days is in the list there
    return redirect(reverse("registers:closure", args=[data["on"]]))


def _day_asked(request: HttpRequest) -> date:
    """The day the form begins with: that of an address, as the grid links here, if it is not to come; else today."""
    today = clock.today()
    return min(day_or_404(request.GET.get("on")) or today, today)


@requires(Permission.CLOSURE_DECLARE)
@require_safe
def closure(request: HttpRequest, on: date) -> HttpResponse:
    """What was declared for a day. Errors: Http404 for a day without a closure."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = closures_on(viewer, on)
    if not found:
        raise Http404("no closure on this day")
    rows = [(each, SchoolSession(each.session)) for each in found]
    return render(request, "registers/closure_result.html", {"on": on, "rows": rows})


def _page(
    request: HttpRequest, viewer: Viewer, form: ClosureForm, previews: Sequence[ClosurePreview] = ()
) -> HttpResponse:
    before = [(each, SchoolSession(each.session).words) for each in latest_closures(viewer, _SHOWN_BEFORE)]
    halves = dict.fromkeys(preview.session.words for preview in previews)
    days = dict.fromkeys(preview.on for preview in previews)
    context = {
        "form": form,
        "previews": previews,
        "sessions": " and the ".join(halves),
        "days": list(days),
        "is_past": "on" in request.GET,
        "coded_count": sum(len(preview.coded) for preview in previews),
        "before": before,
    }
    return render(request, "registers/closure.html", context, status=422 if form.errors else 200)


register_converters()

closure_urls = [
    path("closures/", closures, name="closures"),
    path("closures/<day:on>/", closure, name="closure"),
]
