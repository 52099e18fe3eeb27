"""Back at school: who came back, who is to be met, and what was recorded of it."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from rollbook import clock
from rollbook.apps.absence.queries.activities import own_staff
from rollbook.apps.absence.queries.line import reports_of
from rollbook.apps.followup.actions.back import record_check, return_on
from rollbook.apps.followup.presenters.back import away_words as away
from rollbook.apps.followup.presenters.back import back_context, check_rows, feeling_words, reason_rows
from rollbook.apps.followup.queries.back import Returned, returned, zones_are_named
from rollbook.apps.registers.queries.year import year_bounds
from rollbook.apps.roll.actions.looking import note_look
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.back import LONGEST_AGREED, LONGEST_NOTE, CheckDraft, Feeling
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import DateField, Form, TimeField, add_refusals
from rollbook.ui.permissions import requires

_ON_A_PAGE = 50
_MOST_OVERDUE = 50
_LARGEST_ID = 2**63 - 1
_YES_NO = [("yes", "Yes"), ("no", "Not yet")]


def _text(label: str, longest: int, rows: int = 2, help_text: str = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(
        label=label, max_length=longest, required=False, widget=widget, help_text=help_text
    )


class CheckForm(Form):
    """Who met the pupil, when, how the pupil is, what was agreed."""

    fieldsets = (
        ("The meeting", ["met_by", "met_on", "met_time"]),
        ("How the pupil is", ["feeling", "is_ready", "is_reason_confirmed"]),
        ("What was agreed", ["adjusted_times", "check_ins", "work_missed", "note", "next_check_on"]),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    seen_count = forms.IntegerField(min_value=0, max_value=10_000, widget=forms.HiddenInput)
    met_by = forms.TypedChoiceField(label="Who met the pupil", coerce=int)
    met_on = DateField(label="Day")
    met_time = TimeField(label="Time")
    feeling = forms.ChoiceField(label="How the pupil is", required=False, widget=forms.RadioSelect)
    is_ready = forms.ChoiceField(
        label="Ready to go back into the classroom", choices=_YES_NO, required=False, widget=forms.RadioSelect
    )
    is_reason_confirmed = forms.BooleanField(
        label="The reason in the register was confirmed with the pupil or a parent", required=False
    )
    adjusted_times = _text("Adjusted times of coming or going", LONGEST_AGREED)
    check_ins = _text("Check-ins", LONGEST_AGREED, help_text="With whom and how often.")
    work_missed = _text("Work missed", LONGEST_AGREED)
    note = _text("Private note", LONGEST_NOTE, 3, "Read by those who work with welfare, and by you.")
    next_check_on = DateField(label="Meet again on", required=False)

    def __init__(self, asked: Any, *, staff: list[tuple[int, str]], zones: bool, **kwargs: Any) -> None:
        super().__init__(asked, **kwargs)
        self.fields["met_by"].choices = [("", "Choose"), *staff]  # type: ignore[attr-defined]
        feelings = [(each.value, feeling_words(each, zones=zones)) for each in Feeling]
        self.fields["feeling"].choices = feelings  # type: ignore[attr-defined]

    def draft(self) -> CheckDraft:
        """What was typed."""
        values = self.cleaned_data
        return CheckDraft(
            is_met=True,
            at=datetime.combine(values["met_on"], values["met_time"], tzinfo=clock.LONDON),
            is_ready={"yes": True, "no": False}.get(values["is_ready"]),
            **{
                name: values[name]
                for name in (
                    *("feeling", "is_reason_confirmed", "adjusted_times"),
                    *("check_ins", "work_missed", "note", "next_check_on"),
                )
            },
        )


class NotNeededForm(Form):
    """Why nobody needs to meet the pupil."""

    prefix = "not"
    key = forms.UUIDField(widget=forms.HiddenInput)
    seen_count = forms.IntegerField(min_value=0, max_value=10_000, widget=forms.HiddenInput)
    because = forms.CharField(label="Why it is not needed", max_length=LONGEST_AGREED)


@requires(Permission.CONTACT_RECORD)
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Who came back this year: those still to be met first, the overdue on top."""
    viewer, now = _viewer_of(request), clock.now()
    first_day, _ = year_bounds(timetable(viewer).calendar, now.date())
    context = back_context(returned(viewer, first_day, now.date(), now), now)
    overdue, done = context["overdue"], context["done"]
    context |= {
        "overdue": overdue[:_MOST_OVERDUE],
        "overdue_count": len(overdue),
        "page": Paginator(done, _ON_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "followup/back.html", context)


@requires(Permission.CONTACT_RECORD)
@require_http_methods(["GET", "POST"])
def back_check(request: HttpRequest, pupil_id: int, on: date) -> HttpResponse:
    """One return: why the pupil was away, what was recorded, and the form for a meeting or why none is needed."""
    viewer, now = _viewer_of(request), clock.now()
    found = return_on(viewer, pupil_id, on, now) if pupil_id <= _LARGEST_ID else None
    if found is None:
        raise Http404("no such return")
    is_decision = request.method == "POST" and request.POST.get("act") == "not-needed"
    form = _form(request, viewer, found, now, is_sent=request.method == "POST" and not is_decision)
    decision = NotNeededForm(request.POST if is_decision else None, initial=_initial(found))
    sent = decision if is_decision else form
    if request.method == "POST" and sent.is_valid():
        values = sent.cleaned_data
        try:
            record_check(
                viewer=viewer,
                pupil_id=pupil_id,
                returned_on=on,
                draft=CheckDraft(is_met=False, because=values["because"]) if is_decision else form.draft(),
                met_by_id=values.get("met_by"),
                seen_count=values["seen_count"],
                key=values["key"],
                by=viewer.actor,
                at=now,
            )
        except Refused as refused:
            add_refusals(sent, refused, {"at": "met_time"})
        else:
            messages.success(request, f"Recorded for {found.forename} {found.surname}.")
            return redirect("followup:back")
    if found.checks:
        note_look(viewer=viewer, pupil_id=pupil_id, by=viewer.actor, at=now)
    absence = found.back.absence
    told = reports_of(viewer, [pupil_id], absence.first.on, absence.last.on).get(pupil_id, [])
    context = {
        "found": found,
        "name": f"{found.forename} {found.surname}",
        "away": away(absence),
        "reasons": reason_rows(absence, told),
        "checks": check_rows(viewer, found.checks),
        "form": form,
        "decision": decision,
        "pupil_url": reverse("registers:pupil", args=[pupil_id]),
        "reasons_url": reverse("followup:reasons"),
    }
    return render(request, "followup/back_check.html", context, status=422 if sent.errors else 200)


def _form(
    request: HttpRequest, viewer: Viewer, found: Returned, now: datetime, *, is_sent: bool
) -> CheckForm:
    staff = own_staff(viewer, now.date())
    here = {number for number, _ in staff}
    initial = _initial(found) | {
        "met_by": viewer.user_id if viewer.user_id in here else None,
        "met_on": now.date(),
        "met_time": now.time().replace(second=0, microsecond=0),
    }
    zones = zones_are_named(viewer, now.date())
    return CheckForm(request.POST if is_sent else None, staff=staff, zones=zones, initial=initial)


def _initial(found: Returned) -> dict[str, Any]:
    return {"key": uuid4(), "seen_count": len(found.checks)}


def _viewer_of(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


back_urls = [
    path("absence/back/", back, name="back"),
    path("absence/back/<int:pupil_id>/<day:on>/", back_check, name="back_check"),
]
