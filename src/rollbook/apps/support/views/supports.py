"""What is done for whom: the list, a new one, its page with reviews, its end."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook import clock
from rollbook.apps.absence.queries.activities import own_staff
from rollbook.apps.absence.queries.people import on_roll_then
from rollbook.apps.schools.queries import timetable
from rollbook.apps.support.actions.supporting import SupportDraft, end_support, review_support, start_support
from rollbook.apps.support.forms.supports import EndForm, ReviewForm, StartForm
from rollbook.apps.support.models import Support
from rollbook.apps.support.presenters.words import days_words, state_of, support_row
from rollbook.apps.support.queries.supports import concern_words, ended_supports, open_supports, support_of
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.context import address
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires

_ON_A_PAGE = 50
_USUAL_REVIEW = timedelta(weeks=6)
_LONGEST_HOLIDAY = 60
_LONGEST_ID = 18  # digits: more is no id of any database


@requires(Permission.SUPPORT_RECORD)
@require_safe
def support_list(request: HttpRequest) -> HttpResponse:
    """What goes on, with what is to be reviewed first, and what is over."""
    viewer, today = _viewer_of(request), clock.today()
    rows = [support_row(each, today) for each in open_supports(viewer)]
    page = Paginator(ended_supports(viewer), _ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "due": [row for row in rows if row["look"] == "warn"],
        "rows": [row for row in rows if row["look"] != "warn"],
        "page": page,
        "ended": [support_row(each, today) for each in page],
    }
    return render(request, "support/list.html", context)


@requires(Permission.SUPPORT_RECORD)
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Begins something for a pupil; from the pupils of concern, their reasons are filled in."""
    viewer, now = _viewer_of(request), clock.now()
    form = StartForm(
        request.POST or None,
        pupils=_pupil_choices(viewer, now.date()),
        owners=own_staff(viewer, now.date()),
        initial=None if request.POST else _initial(viewer, request.GET.get("pupil", ""), now),
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = start_support(
                viewer=viewer,
                pupil_id=values["pupil"],
                draft=SupportDraft(
                    owner_id=values["owner"],
                    **{
                        name: values[name]
                        for name in ("kind", "title", "why", "aim", "first_day", "review_on")
                    },
                ),
                key=values["key"],
                by=viewer.actor,
                at=now,
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(
                request, "Started. It is on the pupil’s page, and on this list when to be reviewed."
            )
            return redirect("support:support", made.pk)
    return render(request, "support/start.html", {"form": form}, status=422 if form.errors else 200)


def _initial(viewer: Viewer, pupil: str, now: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "key": uuid4(),
        "first_day": now.date(),
        "review_on": _usual_review(viewer, now.date()),
        "owner": viewer.user_id,
        "kind": Support.Kind.SUPPORT,
    }
    if pupil.isdecimal() and len(pupil) <= _LONGEST_ID:
        found |= {"pupil": int(pupil), "why": "\n".join(concern_words(viewer, int(pupil), now))}
    return found


def _usual_review(viewer: Viewer, after: date) -> date:
    """Six weeks on, or the first school day from then that the calendar knows."""
    usual = after + _USUAL_REVIEW
    found = timetable(viewer).calendar.next_school_day(usual - timedelta(days=1))
    return found if found is not None and (found - usual).days < _LONGEST_HOLIDAY else usual


def _pupil_choices(viewer: Viewer, today: date) -> list[tuple[int, str]]:
    return [
        (pupil.id, f"{pupil.surname}, {pupil.forename} ({pupil.group_name})")
        for pupil in on_roll_then(viewer, today)
    ]


@requires(Permission.SUPPORT_RECORD)
@require_safe
def support(request: HttpRequest, support_id: int) -> HttpResponse:
    """One of them: what it is for, what its reviews found, and what came of it."""
    return _page(request, support_id)


@requires(Permission.SUPPORT_RECORD)
@require_POST
def review(request: HttpRequest, support_id: int) -> HttpResponse:
    """Writes down a review."""
    viewer, found = _viewer_of(request), _found(request, support_id)
    form = ReviewForm(request.POST)
    if form.is_valid():
        try:
            review_support(
                viewer=viewer, support_id=found.pk, by=viewer.actor, at=clock.now(), **form.cleaned_data
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, "The review is written down.")
            return redirect("support:support", found.pk)
    return _page(request, support_id, review_form=form)


@requires(Permission.SUPPORT_RECORD)
@require_POST
def end(request: HttpRequest, support_id: int) -> HttpResponse:
    """Ends it, with what came of it."""
    viewer, found = _viewer_of(request), _found(request, support_id)
    form = EndForm(request.POST)
    if form.is_valid():
        try:
            end_support(
                viewer=viewer, support_id=found.pk, by=viewer.actor, at=clock.now(), **form.cleaned_data
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, "Ended. It stays on the pupil’s page with what came of it.")
            return redirect("support:support", found.pk)
    return _page(request, support_id, end_form=form)


def _page(
    request: HttpRequest,
    support_id: int,
    review_form: ReviewForm | None = None,
    end_form: EndForm | None = None,
) -> HttpResponse:
    found, today = _found(request, support_id), clock.today()
    state, look = state_of(found, today)
    bound = review_form or end_form
    context = {
        "support": found,
        "state": state,
        "look": look,
        "days": days_words(found, today),
        "reviews": list(found.reviews.all()),
        "form": bound,
        "review_form": review_form
        or ReviewForm(
            initial={
                "next_review_on": _usual_review(_viewer_of(request), max(today, found.first_day)),
                "seen_version": found.version,
                "key": uuid4(),
            }
        ),
        "end_form": end_form
        or EndForm(initial={"last_day": max(today, found.first_day), "seen_version": found.version}),
        "effect_url": _effect_url(found),
        "pupil_url": reverse("registers:pupil", args=[found.pupil_id]),
    }
    return render(request, "support/support.html", context, status=200 if bound is None else 422)


def _effect_url(support: Support) -> str:
    """Where its effect is measured; "" where no such page exists, since the figures are built on this app."""
    page = address("insight:effect")
    query = {"what": f"{support.kind}:{support.title}", "only": support.pk}
    return f"{page}?{urlencode(query)}" if page else ""


def _viewer_of(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def _found(request: HttpRequest, support_id: int) -> Support:
    """Errors: Http404 where there is none in the viewer's school."""
    found = support_of(_viewer_of(request), support_id)
    if found is None:
        raise Http404("no such support")
    return found
