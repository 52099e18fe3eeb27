"""Messages to parents of missing pupils: what would go to whom, who is left out and why, one press for all."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.followup.actions.messaging import send_messages
from rollbook.apps.followup.forms import MessagesForm
from rollbook.apps.followup.queries.messages import EMAIL, SMS, MessagePlan, message_plan
from rollbook.apps.followup.views.pages import viewer_of
from rollbook.domain.access import Permission
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires

_CHANNELS = {EMAIL: "E-mail", SMS: "Text message"}


@requires(Permission.CONTACT_RECORD)
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """What may go now, to be looked through and sent."""
    viewer, now = viewer_of(request), clock.now()
    asked = request.POST if request.method == "POST" else request.GET
    plan = message_plan(viewer, now, asked.get("channel", EMAIL))
    form = MessagesForm(request.POST if request.method == "POST" else None, initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            sent_count = send_messages(
                viewer=viewer,
                pupil_ids=form.pupil_ids(request.POST.getlist("pupil")),
                channel=plan.channel,
                key=form.cleaned_data["key"],
                by=viewer.actor,
                at=now,
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            words = "1 message is" if sent_count == 1 else f"{sent_count} messages are"
            messages.success(request, f"{words} on the way. Each stands on the pupil’s call sheet.")
            return redirect("followup:missing")
    context = _context(plan, form, request.POST.getlist("pupil") if form.is_bound else None)
    return render(request, "followup/messages.html", context, status=422 if form.errors else 200)


def _context(plan: MessagePlan, form: MessagesForm, ticked: list[str] | None) -> dict[str, Any]:
    return {
        "form": form,
        "channel": plan.channel,
        "is_sms": plan.channel == SMS,
        "channels": [
            {"words": _CHANNELS[each], "href": f"?channel={each}", "current": each == plan.channel}
            for each in plan.channels
        ],
        "rows": [
            {
                "id": each.missing.pupil_id,
                "name": each.missing.placed.pupil.name,
                "group": each.missing.placed.pupil.group_name,
                "to": f"{each.to_name} ({each.contact.relationship.lower()})",
                "address": each.address,
                "subject": each.text.subject,
                "text": each.text.short if plan.channel == SMS else each.text.body,
                "is_ticked": ticked is None or str(each.missing.pupil_id) in ticked,
            }
            for each in plan.may_go
        ],
        "kept_back": plan.kept_back,
    }
