"""The pupils somebody must look for, and what was found."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from rollbook import clock
from rollbook.apps.lessons.actions.raising import close_alert
from rollbook.apps.lessons.forms import FoundForm
from rollbook.apps.lessons.presenters.alerts import alerts_context, followed_row
from rollbook.apps.lessons.queries.alerts import alert_of, closed_alerts, followed, open_alerts
from rollbook.apps.lessons.views.pages import viewer_of, while_on
from rollbook.domain.access import Permission
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires


@requires(Permission.REGISTER_TAKE_ANY)
@while_on
@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """The alerts that wait, then those of the last four weeks that are closed."""
    viewer, now = viewer_of(request), clock.now()
    waiting = followed(viewer, open_alerts(viewer), now)
    closed = closed_alerts(viewer, now.date())
    return render(request, "lessons/alerts.html", alerts_context(waiting, closed, now))


@requires(Permission.REGISTER_TAKE_ANY)
@while_on
@require_http_methods(["GET", "POST"])
def alert(request: HttpRequest, alert_id: int) -> HttpResponse:
    """One alert, and the form that closes it. Errors: Http404 for another school's."""
    viewer, now = viewer_of(request), clock.now()
    found = alert_of(viewer, alert_id)
    if found is None:
        raise Http404("no such alert")
    form = FoundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            close_alert(
                viewer=viewer,
                alert_id=alert_id,
                found=form.cleaned_data["found"],
                by=viewer.actor,
                at=now,
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, f"Closed: {found.pupil.forename} {found.pupil.surname}.")
            return redirect("lessons:alerts")
    row = followed_row(followed(viewer, [found], now)[0], now)
    context = {"row": row, "form": None if found.closed_at and not form.errors else form}
    return render(request, "lessons/alert.html", context, status=422 if form.errors else 200)
