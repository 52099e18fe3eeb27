"""The school's own decision to belong to a trust, and who sees the school because of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.accounts.actions.trusts import join_trust, leave_trust
from rollbook.apps.accounts.forms.trusts import JoinForm, LeaveForm
from rollbook.apps.accounts.queries import trust_of, trust_posts_of, trusts_to_join
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import Form, add_refusals
from rollbook.ui.permissions import requires


@requires(Permission.STAFF_MANAGE)
@require_http_methods(["GET", "POST"])
def trust(request: HttpRequest) -> HttpResponse:
    """The trust the school belongs to, who sees the school through it, and how to leave; or how to join one."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    current = trust_of(viewer, now.date())
    data = request.POST if request.method == "POST" else None
    form: Form
    if current is None:
        form = JoinForm(data, initial={"first_day": now.date()})
    else:
        form = LeaveForm(data, initial={"last_day": current.last_day or now.date()})
    if form.is_bound and form.is_valid():
        try:
            words = _carry_out(viewer, form.cleaned_data, is_joining=current is None, at=now)
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, words)
            return redirect("accounts:trust")
    context = {
        "current": current,
        "leads": trust_posts_of(viewer, now.date()),
        "has_trusts": bool(trusts_to_join()),
        "today": now.date(),
        "form": form,
    }
    return render(request, "accounts/trust.html", context, status=422 if form.errors else 200)


def _carry_out(viewer: Viewer, values: dict[str, Any], *, is_joining: bool, at: Any) -> str:
    if is_joining:
        joined = join_trust(
            viewer=viewer, trust_id=values["trust"], first_day=values["first_day"], by=viewer.actor, at=at
        )
        return f"{viewer.school_name} joins {joined.trust.name}."
    leave_trust(viewer=viewer, last_day=values["last_day"], by=viewer.actor, at=at)
    return "Saved: the last day in the trust is set."
