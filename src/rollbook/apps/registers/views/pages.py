"""Small pages that several views of the register show."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from rollbook import clock
from rollbook.apps.registers.queries.register import group_to_see
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.ui.converters import day_from


def no_register(request: HttpRequest, viewer: Viewer, group_id: int, on: date) -> HttpResponse:
    """Why there is no register here: the school is closed that day.

    Errors: Http404 for a group that isn't the viewer's.
    """
    group = group_to_see(viewer, group_id, on, clock.today())
    if group is None:
        raise Http404("no such register")
    calendar = timetable(viewer).calendar
    before, after = calendar.last_school_day(on), calendar.next_school_day(on)
    context = {
        "title": f"{group.name} register",
        "on": on,
        "because": calendar.day(on).because,
        "is_future": on > clock.today(),
        "before": (before, reverse("registers:take", args=[group_id, before, "AM"])) if before else None,
        "after": (after, reverse("registers:take", args=[group_id, after, "AM"])) if after else None,
    }
    return render(request, "registers/no_register.html", context)


def day_or_404(text: str | None) -> date | None:
    """A day from an address's query, None where there is none. Errors: Http404 for one that is no day."""
    if not text:
        return None
    try:
        return day_from(text)
    except ValueError:
        raise Http404("no such day") from None
