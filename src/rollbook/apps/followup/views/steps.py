"""The further steps: a visit, the police, who was told, a concern handed over, and what was wrong with a row."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.followup.actions.recording import (
    StepDraft,
    answer_step,
    may_take_over,
    may_write,
    put_right,
    record_step,
)
from rollbook.apps.followup.forms import StepForm
from rollbook.apps.followup.models import ContactStep
from rollbook.apps.followup.queries.steps import may_read, step_of
from rollbook.apps.followup.views.pages import followed_pupil, viewer_of
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.contact_steps import BY_ITSELF, STEPS, StepKind, StepRule
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires

_KINDS = {kind.value: kind for kind in BY_ITSELF}


@requires(Permission.CONTACT_RECORD)
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, pupil_id: int, step_kind: str) -> HttpResponse:
    """One further step is written down. Errors: Http404 for another school's pupil, 403 for what is restricted."""
    viewer, now = viewer_of(request), clock.now()
    found = followed_pupil(viewer, pupil_id, now)
    if step_kind not in _KINDS:
        raise Http404("no such step")
    rule = STEPS[_KINDS[step_kind]]
    if not may_write(viewer, rule.kind):
        raise PermissionDenied
    initial = {
        "key": uuid4(),
        "happened_on": now.date(),
        "happened_at": now.time(),
        "result": request.GET.get("result"),
    }
    form = StepForm(rule, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        draft = StepDraft(rule.kind, form.values(), form.moment())
        try:
            record_step(
                viewer=viewer,
                pupil_id=pupil_id,
                draft=draft,
                key=form.cleaned_data["key"],
                by=viewer.actor,
                at=now,
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, f"Written down: {rule.title.lower()}.")
            return redirect("followup:sheet", pupil_id)
    return _page(request, rule, form, found.call.pupil, rule.act)


@requires(Permission.CONTACT_RECORD)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, step_id: int) -> HttpResponse:
    """A concern is taken over, or there is news of a referral. Errors: Http404, 403."""
    viewer, now = viewer_of(request), clock.now()
    found = _found(viewer, step_id)
    rule, is_allowed = _answer_of(viewer, found)
    if not is_allowed:
        raise PermissionDenied
    form = StepForm(rule, request.POST if request.method == "POST" else None, initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            answer_step(
                viewer=viewer,
                step_id=step_id,
                values=form.values(),
                key=form.cleaned_data["key"],
                by=viewer.actor,
                at=now,
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, f"Written down: {rule.title.lower()}.")
            return redirect("followup:sheet", found.pupil_id)
    return _page(request, rule, form, found.pupil, rule.act, found.note)


@requires(Permission.CONTACT_RECORD)
@require_http_methods(["GET", "POST"])
def wrong(request: HttpRequest, step_id: int) -> HttpResponse:
    """Says that a row is wrong. It stays, struck out. Errors: Http404, 403 for what one may not read."""
    viewer, now = viewer_of(request), clock.now()
    found = _found(viewer, step_id)
    if not may_read(viewer, found):
        raise PermissionDenied
    rule = STEPS[StepKind.PUT_RIGHT]
    form = StepForm(rule, request.POST if request.method == "POST" else None, initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            put_right(
                viewer=viewer,
                step_id=step_id,
                because=form.cleaned_data["note"],
                key=form.cleaned_data["key"],
                by=viewer.actor,
                at=now,
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, "Put right. The row stays, struck out, with what you wrote.")
            return redirect("followup:sheet", found.pupil_id)
    title = f"{StepKind(found.kind).rule.title}: put it right"
    return _page(request, rule, form, found.pupil, title, found.note)


def _answer_of(viewer: Viewer, found: ContactStep) -> tuple[StepRule, bool]:
    """What answers a step, and whether this person may. Errors: Http404 where there is nothing to answer."""
    if found.kind == StepKind.CONCERN:
        return STEPS[StepKind.TAKEN_OVER], may_take_over(viewer)
    if found.kind == StepKind.REFERRAL:
        return STEPS[StepKind.REFERRAL_NEWS], viewer.may(Permission.WELFARE_VIEW)
    raise Http404("nothing to answer")


def _found(viewer: Viewer, step_id: int) -> ContactStep:
    found = step_of(viewer, step_id)
    if found is None:
        raise Http404("no such step")
    return found


def _page(
    request: HttpRequest, rule: StepRule, form: StepForm, pupil: Any, title: str, about: str = ""
) -> HttpResponse:
    context = {"rule": rule, "form": form, "pupil": pupil, "title": title, "about": about}
    return render(request, "followup/step.html", context, status=422 if form.errors else 200)
