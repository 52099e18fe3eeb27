"""Keeping: what is six years old, the back-ups, and the purge with its preview."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from rollbook import clock
from rollbook.apps.keeping.actions.purging import purge_everything
from rollbook.apps.keeping.forms import PurgeForm
from rollbook.apps.keeping.presenters import backup_state, earliest_words, size_words, year_line
from rollbook.apps.keeping.queries.backups import backups_past_their_date, last_backup, recent_backups
from rollbook.apps.registers.queries.keeping import first_day_of_entries, old_year, old_years, purges_of
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


@requires(Permission.KEEPING_VIEW)
@require_safe
def keeping(request: HttpRequest) -> HttpResponse:
    """What may be purged as of today, what was, and the back-ups."""
    viewer, today = _viewer(request), clock.today()
    years = [year_line(year) for year in old_years(viewer, today)]
    context: dict[str, Any] = {
        "years": years,
        "earliest": "" if years else earliest_words(first_day_of_entries(viewer)),
        "purges": purges_of(viewer),
        "backup": backup_state(last_backup(), today),
        "backups": [(row, size_words(row.size)) for row in recent_backups()],
        "past_their_date": backups_past_their_date(today),
        "may_purge": viewer.may(Permission.KEEPING_PURGE),
    }
    return render(request, "keeping/keeping.html", context)


@requires(Permission.KEEPING_PURGE)
@require_http_methods(["GET", "POST"])
def purge(request: HttpRequest, first_day: date) -> HttpResponse:
    """The preview of one year's purge and, confirmed with a reason and the number, the purge itself.

    Errors: Http404 for a year without entries that old.
    """
    viewer, now = _viewer(request), clock.now()
    year = old_year(viewer, first_day, now.date())
    if year is None and request.method != "POST":
        raise Http404("no such year")
    form = PurgeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            count = purge_everything(
                viewer=viewer, first_day=first_day, by=viewer.actor, at=now, **form.cleaned_data
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, f"{count:,} entries were purged. The line that says so is below.")
            return redirect("keeping:keeping")
    if year is None:
        raise Http404("no such year")
    context = {"year": year_line(year), "form": form}
    return render(request, "keeping/purge.html", context, status=422 if form.errors else 200)
