"""Part-time timetables: the list, preparing one, its page, agreeing, reviewing and ending it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook import clock
from rollbook.apps.absence.actions.timetables import (
    ParentsAgreement,
    TimetableDraft,
    agree_timetable,
    change_timetable,
    check_timetable_draft,
    draft_timetable,
    end_timetable,
    record_review,
    withdraw_timetable,
)
from rollbook.apps.absence.forms.agreements import AgreementForm, ReviewForm, TimetableForm
from rollbook.apps.absence.forms.parts import EndForm, HalfDaysField, ReasonForm
from rollbook.apps.absence.models import PartTimeTimetable
from rollbook.apps.absence.presenters.timetables import (
    draft_answers,
    timetable_answers,
    timetable_row,
    timetable_standing,
)
from rollbook.apps.absence.presenters.words import history_lines
from rollbook.apps.absence.queries.history import history_of
from rollbook.apps.absence.queries.people import record_of, slots_of_grid
from rollbook.apps.absence.queries.timetables import (
    facts_of,
    parents_of,
    share_of,
    timetable_rows,
)
from rollbook.apps.absence.views.flow import (
    Done,
    check_of,
    form_page,
    found_or_404,
    name_of,
    new_form,
    one_act,
    page_of,
    through_check,
    viewer_of,
)
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.part_time import TimetableState, warnings
from rollbook.domain.week_grid import WeekGrid
from rollbook.ui.permissions import requires
from rollbook.ui.words import short_day

_SEE = (Permission.TIMETABLES_DRAFT, Permission.TIMETABLES_AGREE)
_ADVICE = (
    "Only in very exceptional circumstances, for the shortest time, and with the day on which the pupil is "
    "back full-time.",
    "It plans nothing until the head teacher agrees it together with a parent the pupil lives with.",
    "DfE counts every C2 as authorised absence: a pupil who comes half of the time reaches 50% absence.",
)


@requires(*_SEE)
@require_safe
def timetables(request: HttpRequest) -> HttpResponse:
    """Who is at school part-time by agreement, what waits for agreement, which review is next."""
    viewer, today = viewer_of(request), clock.today()
    context = {
        "rows": [timetable_row(row, today) for row in timetable_rows(viewer, today, past=False)],
        "past": [timetable_row(row, today) for row in timetable_rows(viewer, today, past=True)],
        "may_draft": viewer.may(Permission.TIMETABLES_DRAFT),
    }
    return render(request, "absence/timetables.html", context)


@requires(Permission.TIMETABLES_DRAFT)
@require_http_methods(["GET", "POST"])
def new_timetable(request: HttpRequest) -> HttpResponse:
    """Prepares a part-time timetable, after a look at what it would do."""
    viewer, now = viewer_of(request), clock.now()
    form = new_form(TimetableForm, request, viewer, now.date())

    def page() -> HttpResponse:
        return _form_page(request, form, "Prepare a part-time timetable", reverse("absence:timetables"))

    def check() -> dict[str, Any]:
        return _check(viewer, _draft(form), form.cleaned_data["pupil"], now.date(), None)

    def act() -> Done:
        made = draft_timetable(
            viewer=viewer,
            pupil_id=form.cleaned_data["pupil"],
            draft=_draft(form),
            key=form.cleaned_data["key"],
            by=viewer.actor,
            at=now,
        )
        return "Prepared. It plans nothing until it is agreed.", page_of(made)

    return through_check(request, form, page=page, check=check, act=act)


@requires(Permission.TIMETABLES_DRAFT)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, timetable_id: int) -> HttpResponse:
    """Changes a timetable that is not agreed yet."""
    viewer, now = viewer_of(request), clock.now()
    found: PartTimeTimetable = found_or_404(record_of(viewer, PartTimeTimetable, timetable_id))
    form = TimetableForm(request.POST or None, initial=_initial(found))

    def page() -> HttpResponse:
        return _form_page(request, form, f"Change the timetable of {name_of(found)}", page_of(found))

    def check() -> dict[str, Any]:
        return _check(viewer, _draft(form), found.pupil_id, now.date(), found) | {
            "because": form.cleaned_data["because"]
        }

    def act() -> Done:
        change_timetable(
            viewer=viewer,
            timetable_id=timetable_id,
            draft=_draft(form),
            because=form.cleaned_data["because"],
            seen_version=form.cleaned_data["seen_version"],
            by=viewer.actor,
            at=now,
        )
        return "Changed.", page_of(found)

    return through_check(request, form, page=page, check=check, act=act)


@requires(*_SEE)
@require_safe
def timetable(request: HttpRequest, timetable_id: int) -> HttpResponse:
    """One part-time timetable with what is next for it."""
    viewer, today = viewer_of(request), clock.today()
    return render(request, "absence/timetable.html", _context(viewer, timetable_id, today))


@requires(Permission.TIMETABLES_AGREE)
@require_POST
def agree(request: HttpRequest, timetable_id: int) -> HttpResponse:
    """The head agrees the timetable with the parent."""
    viewer, now = viewer_of(request), clock.now()
    found: PartTimeTimetable = found_or_404(record_of(viewer, PartTimeTimetable, timetable_id))
    form = AgreementForm(request.POST, contacts=parents_of(found.pupil))
    version = request.POST.get("seen_version", "")

    def act() -> Done:
        data = form.cleaned_data
        agree_timetable(
            viewer=viewer,
            timetable_id=timetable_id,
            parents=ParentsAgreement(data["parent"], data["agreed_on"], data["agreed_how"]),
            seen_version=int(version) if version.isdecimal() and len(version) < 9 else 0,
            by=viewer.actor,
            at=now,
        )
        return "Agreed. C2 is filled in on the registers still to be taken.", page_of(found)

    page = _page_with(request, viewer, found, now.date(), "agreement", form)
    return one_act(request, form, page=page, act=act)


@requires(*_SEE)
@require_POST
def review(request: HttpRequest, timetable_id: int) -> HttpResponse:
    """Records a review that was held."""
    viewer, now = viewer_of(request), clock.now()
    found: PartTimeTimetable = found_or_404(record_of(viewer, PartTimeTimetable, timetable_id))
    form = ReviewForm(request.POST, reviews=_open_reviews(found))

    def act() -> Done:
        data = form.cleaned_data
        record_review(
            viewer=viewer,
            timetable_id=timetable_id,
            review_id=data["review"],
            held_on=data["held_on"],
            outcome=data["outcome"],
            by=viewer.actor,
            at=now,
        )
        return "The review is recorded.", page_of(found)

    page = _page_with(request, viewer, found, now.date(), "review_form", form)
    return one_act(request, form, page=page, act=act)


@requires(*_SEE)
@require_POST
def end(request: HttpRequest, timetable_id: int) -> HttpResponse:
    """Ends an agreed timetable early, or withdraws one that was never agreed."""
    viewer, now = viewer_of(request), clock.now()
    found: PartTimeTimetable = found_or_404(record_of(viewer, PartTimeTimetable, timetable_id))
    is_draft = found.state == TimetableState.DRAFT.value
    form: forms.Form = ReasonForm(request.POST) if is_draft else EndForm(request.POST)

    def act() -> Done:
        act_on: dict[str, Any] = {
            "viewer": viewer,
            "timetable_id": timetable_id,
            "by": viewer.actor,
            "at": now,
        }
        if is_draft:
            withdraw_timetable(**act_on, **form.cleaned_data)
            return "Withdrawn.", page_of(found)
        end_timetable(**act_on, **form.cleaned_data)
        return "Ended. From the next day the pupil is expected full-time.", page_of(found)

    page = _page_with(request, viewer, found, now.date(), "end_form", form)
    return one_act(request, form, page=page, act=act)


def _page_with(
    request: HttpRequest, viewer: Viewer, found: PartTimeTimetable, today: date, name: str, form: forms.Form
) -> Callable[[], HttpResponse]:
    """The page again, with what is wrong with one of its small forms."""

    def page() -> HttpResponse:
        context = _context(viewer, found.pk, today) | {name: form, "sent_form": form}
        return render(request, "absence/timetable.html", context, status=422)

    return page


def _context(viewer: Viewer, timetable_id: int, today: date) -> dict[str, Any]:
    found: PartTimeTimetable = found_or_404(record_of(viewer, PartTimeTimetable, timetable_id))
    facts = facts_of(viewer, found)
    state = TimetableState(found.state)
    reviews = list(found.reviews.all())
    last_day = min(max(today, found.first_day), found.last_day)
    return {
        "timetable": found,
        "standing": timetable_standing(found, today),
        "is_draft": state is TimetableState.DRAFT,
        "is_running": state is TimetableState.AGREED and today <= found.last_day,
        "may_draft": viewer.may(Permission.TIMETABLES_DRAFT),
        "may_agree": viewer.may(Permission.TIMETABLES_AGREE),
        "answers": timetable_answers(found, today),
        "warnings": warnings(facts) if state in (TimetableState.DRAFT, TimetableState.AGREED) else [],
        "share": share_of(viewer, facts.attended, found.first_day, found.last_day),
        "reviews": [(each, each.held_on is None and each.due_on < today) for each in reviews],
        "history": history_lines(history_of(viewer, found)),
        "agreement": AgreementForm(contacts=parents_of(found.pupil), initial={"agreed_on": today}),
        "review_form": ReviewForm(reviews=_open_reviews(found), initial={"held_on": today}),
        "has_open_review": any(each.held_on is None for each in reviews),
        "end_form": ReasonForm()
        if state is TimetableState.DRAFT
        else EndForm(initial={"last_day": last_day}),
        "today": today,
    }


def _open_reviews(found: PartTimeTimetable) -> list[tuple[str | int, str]]:
    return [(each.pk, short_day(each.due_on)) for each in found.reviews.all() if each.held_on is None]


def _form_page(request: HttpRequest, form: TimetableForm, title: str, back_url: str) -> HttpResponse:
    return form_page(request, form, title, back_url, "Before you begin", _ADVICE)


def _initial(found: PartTimeTimetable) -> dict[str, Any]:
    names = ("why", "is_not_for_behaviour", "first_day", "last_day", "long_reason", "la_told_on")
    days = [each.due_on for each in found.reviews.all()]
    return {
        **{name: getattr(found, name) for name in (*names, "social_worker_told_on")},
        **{f"review_{number}": day for number, day in enumerate(days[:4], start=1)},
        "half_days": HalfDaysField.ticked(WeekGrid(found.half_days)),
        "seen_version": found.version,
    }


def _draft(form: TimetableForm) -> TimetableDraft:
    data = form.cleaned_data
    names = ("why", "is_not_for_behaviour", "half_days", "first_day", "last_day", "long_reason")
    return TimetableDraft(
        **{name: data[name] for name in names},
        review_days=form.review_days(),
        la_told_on=data["la_told_on"],
        social_worker_told_on=data["social_worker_told_on"],
    )


def _check(
    viewer: Viewer, draft: TimetableDraft, pupil_id: int, today: date, found: PartTimeTimetable | None
) -> dict[str, Any]:
    facts = check_timetable_draft(viewer, pupil_id, draft, today)
    slots = slots_of_grid(viewer, draft.half_days.rest, draft.first_day, draft.last_day)
    days = (today, draft.first_day)
    return check_of(viewer, pupil_id, slots, "C2", days=days, found=found, list_name="timetables") | {
        "answers": draft_answers(draft, today),
        "share": share_of(viewer, draft.half_days, draft.first_day, draft.last_day),
        "warnings": warnings(facts),
        "save_words": "Save the change" if found else "Save as prepared",
        "later": "Nothing is filled in until the head teacher agrees it with a parent.",
    }
