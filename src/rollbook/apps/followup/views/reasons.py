"""Reasons due: every N with its last day, and the confirmation that a reason stays unknown."""

import re
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.followup.actions.reasons import confirm_unknown
from rollbook.apps.followup.presenters.reasons import reasons_context
from rollbook.apps.followup.queries.reasons import days_without_reason, kept_this_year, may_confirm
from rollbook.apps.registers.actions.amending_many import ChangedMeanwhile
from rollbook.apps.registers.actions.many_marks import Change
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.reasons import UNKNOWN
from rollbook.domain.refusals import Refused
from rollbook.domain.sessions import SchoolSession
from rollbook.ui.forms import Form, add_refusals
from rollbook.ui.permissions import requires

_CELL = re.compile(r"(\d{1,18})-(\d{4}-\d\d-\d\d)-(AM|PM)-(\d{1,4})")
_MEANWHILE = "Somebody has changed {count} of these marks meanwhile. They are shown as they are now."


class UnknownForm(Form):
    """Which sessions stay without a reason, and what was tried to find it."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="What was tried, and why it stays unknown",
        max_length=300,
        help_text="It stays with each mark for good, with your name and position.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, asked: Any) -> None:
        super().__init__(asked, initial={"key": uuid4()})
        self.ticked = frozenset(asked.getlist("take") if asked is not None else [])

    def changes(self) -> list[Change]:
        """The sessions ticked, each to become O. Errors: ValueError for what is no session."""
        return [_change(cell) for cell in sorted(self.ticked)]


def _change(cell: str) -> Change:
    parts = _CELL.fullmatch(cell)
    if parts is None:
        raise ValueError("not a session of the list")
    pupil, on, session, version = parts.groups()
    return Change(int(pupil), date.fromisoformat(on), SchoolSession(session), int(version), UNKNOWN)


@requires(Permission.CONTACT_RECORD)
@require_http_methods(["GET", "POST"])
def reasons(request: HttpRequest) -> HttpResponse:
    """Every N of the school, those that run out first; who may, confirms O for those ticked."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    form = UnknownForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = confirm_unknown(
                viewer=viewer,
                changes=form.changes(),
                reason=form.cleaned_data["reason"],
                key=form.cleaned_data["key"],
                by=viewer.actor,
                at=now,
            )
        except Refused as refused:
            add_refusals(form, refused)
        except ChangedMeanwhile as meanwhile:
            form.add_error(None, _MEANWHILE.format(count=len(meanwhile.outcomes)))
        except ValueError:
            form.add_error(None, "One of those ticked is no session of this list. Open the page again.")
        else:
            one = made.saved_count == 1
            marked = "1 session is" if one else f"{made.saved_count} sessions are"
            messages.success(request, f"{marked} O now, unknown, confirmed by {viewer.name}.")
            return redirect("followup:reasons")
    days = days_without_reason(viewer, now.date())
    context = reasons_context(days, now.date(), form.ticked) | {
        "form": form,
        "may_confirm": may_confirm(viewer, now.date()),
        "may_amend": viewer.may(Permission.REGISTER_AMEND),
        "kept": kept_this_year(viewer, now),
    }
    return render(request, "followup/reasons.html", context, status=422 if form.errors else 200)


reason_urls = [path("absence/reasons/", reasons, name="reasons")]
