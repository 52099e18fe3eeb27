"""Suspensions: the list, a new one, its page, its change and withdrawal. For few eyes."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook import clock
from rollbook.apps.absence.actions.suspensions import (
    SuspensionDraft,
    change_suspension,
    check_suspension_draft,
    record_suspension,
    withdraw_suspension,
)
from rollbook.apps.absence.forms.agreements import SuspensionForm
from rollbook.apps.absence.forms.parts import ReasonForm
from rollbook.apps.absence.models import Suspension
from rollbook.apps.absence.presenters.clashes import activities_of_suspended
from rollbook.apps.absence.presenters.suspensions import (
    day_words,
    next_words,
    school_days,
    suspension_answers,
    suspension_row,
)
from rollbook.apps.absence.presenters.words import history_lines, standing_of
from rollbook.apps.absence.queries.history import history_of
from rollbook.apps.absence.queries.people import record_of
from rollbook.apps.absence.queries.previews import other_plans
from rollbook.apps.absence.queries.suspensions import (
    count_of,
    others_of,
    suspension_rows,
)
from rollbook.apps.absence.queries.week import Slot, slots_between
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
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.suspension import Suspended, count_days
from rollbook.ui.permissions import requires
from rollbook.ui.words import short_day

_ADVICE = (
    "E is for a suspended pupil whom nobody teaches meanwhile. From the sixth school day in a row the pupil must be "
    "taught full-time, and that is marked instead.",
    "Suspensions that follow one another without a school day between are counted together.",
)
_EVERY_WEEKDAY = 0b11111


@requires(Permission.SUSPENSIONS_RECORD)
@require_safe
def suspensions(request: HttpRequest) -> HttpResponse:
    """Who is suspended, which day it is, and what must be done by when."""
    viewer, today = viewer_of(request), clock.today()
    rows = [suspension_row(row, today) for row in suspension_rows(viewer, today, past=False)]
    context = {
        "rows": sorted(rows, key=lambda row: not row["is_urgent"]),
        "past": [suspension_row(row, today) for row in suspension_rows(viewer, today, past=True)],
    }
    return render(request, "absence/suspensions.html", context)


@requires(Permission.SUSPENSIONS_RECORD)
@require_http_methods(["GET", "POST"])
def new_suspension(request: HttpRequest) -> HttpResponse:
    """Records a suspension, after a look at what it would do."""
    viewer, now = viewer_of(request), clock.now()
    form = new_form(SuspensionForm, request, viewer, now.date(), first_day=now.date())

    def page() -> HttpResponse:
        return _form_page(request, form, "Record a suspension", reverse("absence:suspensions"))

    def check() -> dict[str, Any]:
        return _check(viewer, _draft(form), form.cleaned_data["pupil"], now.date(), None)

    def act() -> Done:
        made = record_suspension(
            viewer=viewer,
            pupil_id=form.cleaned_data["pupil"],
            draft=_draft(form),
            key=form.cleaned_data["key"],
            by=viewer.actor,
            at=now,
        )
        return "Recorded. E is filled in on the registers still to be taken.", page_of(made)

    return through_check(request, form, page=page, check=check, act=act)


@requires(Permission.SUSPENSIONS_RECORD)
@require_safe
def suspension(request: HttpRequest, suspension_id: int) -> HttpResponse:
    """One suspension with its count."""
    viewer, today = viewer_of(request), clock.today()
    return render(request, "absence/suspension.html", _context(viewer, suspension_id, today, ReasonForm()))


@requires(Permission.SUSPENSIONS_RECORD)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, suspension_id: int) -> HttpResponse:
    """Changes a suspension, with a reason, after a look at what it would do."""
    viewer, now = viewer_of(request), clock.now()
    found: Suspension = found_or_404(record_of(viewer, Suspension, suspension_id))
    names = [name for name in SuspensionForm.base_fields if hasattr(found, name) and name != "pupil"]
    initial = {name: getattr(found, name) for name in names} | {"seen_version": found.version}
    form = SuspensionForm(request.POST or None, initial=initial)

    def page() -> HttpResponse:
        return _form_page(request, form, f"Change the suspension of {name_of(found)}", page_of(found))

    def check() -> dict[str, Any]:
        return _check(viewer, _draft(form), found.pupil_id, now.date(), found) | {
            "because": form.cleaned_data["because"]
        }

    def act() -> Done:
        change_suspension(
            viewer=viewer,
            suspension_id=suspension_id,
            draft=_draft(form),
            because=form.cleaned_data["because"],
            seen_version=form.cleaned_data["seen_version"],
            by=viewer.actor,
            at=now,
        )
        return "Changed. Marks already made stay as they are.", page_of(found)

    return through_check(request, form, page=page, check=check, act=act)


@requires(Permission.SUSPENSIONS_RECORD)
@require_POST
def withdraw(request: HttpRequest, suspension_id: int) -> HttpResponse:
    """Withdraws a suspension, with a reason."""
    viewer, now = viewer_of(request), clock.now()
    found: Suspension = found_or_404(record_of(viewer, Suspension, suspension_id))
    form = ReasonForm(request.POST)

    def page() -> HttpResponse:
        context = _context(viewer, suspension_id, now.date(), form)
        return render(request, "absence/suspension.html", context, status=422)

    def act() -> Done:
        withdraw_suspension(
            viewer=viewer, suspension_id=suspension_id, by=viewer.actor, at=now, **form.cleaned_data
        )
        return "Withdrawn. Marks already made stay as they are.", page_of(found)

    return one_act(request, form, page=page, act=act)


def _context(viewer: Viewer, suspension_id: int, today: date, form: ReasonForm) -> dict[str, Any]:
    found: Suspension = found_or_404(record_of(viewer, Suspension, suspension_id))
    count = count_of(viewer, found, today)
    words, is_urgent = next_words(found, count)
    slots = [] if found.ended_at is not None else _sessions_of_e(viewer, found, found.last_day)
    to_come = [slot for slot in slots if slot[0] >= today]
    clashes = other_plans(viewer, {found.pupil_id: name_of(found)}, to_come, "E", found.source)
    return {
        "suspension": found,
        "count": count,
        "day": day_words(found, count, today),
        "length": school_days(count.own_total),
        "in_a_row": school_days(count.total) if count.total > count.own_total else "",
        "next": words,
        "is_urgent": is_urgent,
        "in_the_way": activities_of_suspended(clashes),
        "standing": standing_of(found, today, "Withdrawn"),
        "answers": suspension_answers(found, today),
        "history": history_lines(history_of(viewer, found)),
        "form": form,
    }


def _sessions_of_e(viewer: Viewer, of: Suspension | SuspensionDraft, last_day: date) -> list[Slot]:
    """The sessions of a suspension in which nobody teaches the pupil elsewhere."""
    slots = slots_between(viewer, of.first_day, last_day, _EVERY_WEEKDAY, "both")
    if of.first_session == "PM":
        slots = [slot for slot in slots if slot != (of.first_day, SchoolSession.AM)]
    return [slot for slot in slots if of.provision_from is None or slot[0] < of.provision_from]


def _form_page(request: HttpRequest, form: SuspensionForm, title: str, back_url: str) -> HttpResponse:
    return form_page(request, form, title, back_url, "How the days count", _ADVICE)


def _draft(form: SuspensionForm) -> SuspensionDraft:
    names = ("reason", "first_day", "first_session", "school_day_count", "last_day", "told_on", "told_how")
    provision = ("provision_code", "provider", "provision_from")
    return SuspensionDraft(**{name: form.cleaned_data[name] for name in (*names, *provision)})


def _check(
    viewer: Viewer, draft: SuspensionDraft, pupil_id: int, today: date, found: Suspension | None
) -> dict[str, Any]:
    own_id = found.pk if found else None
    draft = check_suspension_draft(viewer, pupil_id, draft, today, own_id)
    last_day = draft.last_day or draft.first_day
    own = Suspended(draft.first_day, last_day, draft.provision_from)
    others = others_of(viewer, pupil_id, own_id)
    count = count_days(own, others, timetable(viewer).calendar, today)
    due = count.provision_due
    slots = _sessions_of_e(viewer, draft, last_day)
    filled_in = [slot for slot in slots if due is None or slot[0] < due]
    warnings = []
    if due is not None and not count.has_provision:
        warnings.append(
            f"This makes {school_days(count.total)} in a row. From {short_day(due)}, the sixth, the "
            "pupil must be taught full-time elsewhere, and E is no longer filled in."
        )
    if draft.told_on is None:
        warnings.append("The parents are not recorded as told.")
    days = (today, draft.first_day)
    shown = check_of(viewer, pupil_id, filled_in, "E", days=days, found=found, list_name="suspensions")
    names = {pupil.id: pupil.name for pupil in shown["preview"].pupils}
    clashes = other_plans(viewer, names, slots, "E", found.source if found else "")
    return shown | {
        "answers": [*suspension_answers(draft, today), ("Length", school_days(count.own_total))],
        "warnings": warnings,
        "save_words": "Save the change" if found else "Record the suspension",
        "in_the_way": activities_of_suspended(clashes),
    }
