"""Leave of absence: the list, a request, its page, its change, evidence and withdrawal. For few eyes."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook import clock
from rollbook.apps.absence.actions.leave import (
    LeaveDraft,
    ask_evidence,
    change_leave,
    check_leave_draft,
    record_evidence,
    record_leave,
    withdraw_leave,
)
from rollbook.apps.absence.forms.leave import (
    AskEvidenceForm,
    ChoosePupilForm,
    EvidenceForm,
    LeaveForm,
    TellForm,
)
from rollbook.apps.absence.forms.parts import ReasonForm
from rollbook.apps.absence.models import Leave
from rollbook.apps.absence.presenters.leave import (
    asked_by_words,
    away_line,
    decision_lines,
    evidence_answers,
    leave_row,
    leave_standing,
    request_answers,
    until_words,
    without_leave_code,
)
from rollbook.apps.absence.presenters.leave_letter import letter_of
from rollbook.apps.absence.presenters.words import history_lines
from rollbook.apps.absence.queries.history import history_of
from rollbook.apps.absence.queries.leave import (
    NOTICE_SETTING,
    askers_of,
    code_of,
    decisions_of,
    lead_time_of,
    leave_of,
    leaves_on,
)
from rollbook.apps.absence.queries.leave_away import away_rows, to_put_right
from rollbook.apps.absence.queries.people import on_roll_then
from rollbook.apps.absence.views.flow import (
    Done,
    found_or_404,
    name_of,
    one_act,
    page_of,
    pupil_choices,
    status_of,
    through_check,
    viewer_of,
)
from rollbook.apps.registers.queries.year import year_bounds
from rollbook.apps.roll.queries import Pupil, pupil_of
from rollbook.apps.schools.queries import school_of, timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.leave import RULES, Ground, LeaveState, lead_time
from rollbook.ui.answers import pdf_answer
from rollbook.ui.pdf import render_pdf
from rollbook.ui.permissions import requires

_SEE = (Permission.LEAVE_RECORD, Permission.LEAVE_DECIDE)


@requires(*_SEE)
@require_safe
def leaves(request: HttpRequest) -> HttpResponse:
    """Which requests wait, what leave is coming, what is over, and who was away without leave."""
    viewer, today = viewer_of(request), clock.today()
    since, _ = year_bounds(timetable(viewer).calendar, today)
    found = leaves_on(viewer, today, since)
    everything = [*found.waiting, *found.coming, *found.past]
    context = {
        "waiting": [leave_row(viewer, each, today) for each in found.waiting],
        "coming": [leave_row(viewer, each, today) for each in found.coming],
        "past": [leave_row(viewer, each, today) for each in found.past],
        "away": [away_line(row, today) for row in to_put_right(viewer, everything, today)],
        "may_record": viewer.may(Permission.LEAVE_RECORD),
    }
    return render(request, "absence/leaves.html", context)


@requires(Permission.LEAVE_RECORD)
@require_safe
def choose_pupil(request: HttpRequest) -> HttpResponse:
    """For whom is leave asked? Then the form with that pupil's parents."""
    viewer, today = viewer_of(request), clock.today()
    form = ChoosePupilForm(request.GET or None, pupils=pupil_choices(on_roll_then(viewer, today)))
    if form.is_bound and form.is_valid():
        return redirect("absence:record_leave", form.cleaned_data["pupil"])
    return render(request, "absence/leave_choose.html", {"form": form}, status=status_of(form))


@requires(Permission.LEAVE_RECORD)
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Records a request for leave, after a look at what it says."""
    viewer, now = viewer_of(request), clock.now()
    pupil: Pupil = found_or_404(pupil_of(viewer, pupil_id))
    askers = askers_of(pupil, now.date())
    initial = {"key": uuid4(), "received_on": now.date(), "sessions": "both"}
    form = LeaveForm(request.POST or None, askers=askers, is_new=True, initial=initial)

    def page() -> HttpResponse:
        return _form_page(request, viewer, form, pupil, "", reverse("absence:leaves"), now.date())

    def check() -> dict[str, Any]:
        return _check(viewer, form, pupil, now.date(), reverse("absence:leaves"), "Record the request")

    def act() -> Done:
        made = record_leave(
            viewer=viewer,
            pupil_id=pupil_id,
            draft=_draft(form),
            key=form.cleaned_data["key"],
            by=viewer.actor,
            at=now,
        )
        return "Recorded. It waits for the head teacher’s decision.", page_of(made)

    return through_check(request, form, page=page, check=check, act=act)


@requires(Permission.LEAVE_RECORD)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, leave_id: int) -> HttpResponse:
    """Changes a request that waits, with a reason."""
    viewer, now = viewer_of(request), clock.now()
    found: Leave = found_or_404(leave_of(viewer, leave_id))
    names = [name for name in LeaveForm.base_fields if hasattr(found, name)]
    asked_by = str(found.contact_id) if found.contact_id else "pupil"
    initial = {name: getattr(found, name) for name in names} | {
        "asked_by": asked_by,
        "seen_version": found.version,
    }
    askers = askers_of(found.pupil, now.date())
    form = LeaveForm(request.POST or None, askers=askers, is_new=False, initial=initial)

    def page() -> HttpResponse:
        title = f"Change the request of {name_of(found)}"
        return _form_page(request, viewer, form, found.pupil, title, page_of(found), now.date())

    def check() -> dict[str, Any]:
        shown = _check(viewer, form, found.pupil, now.date(), page_of(found), "Save the change")
        return shown | {"because": form.cleaned_data["because"]}

    def act() -> Done:
        change_leave(
            viewer=viewer,
            leave_id=leave_id,
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
def leave(request: HttpRequest, leave_id: int) -> HttpResponse:
    """One request with its decisions, its letter, and the marks that should be others."""
    viewer, now = viewer_of(request), clock.now()
    found: Leave = found_or_404(leave_of(viewer, leave_id))
    return render(request, "absence/leave.html", leave_context(viewer, found, now))


@requires(Permission.LEAVE_RECORD)
@require_POST
def withdraw(request: HttpRequest, leave_id: int) -> HttpResponse:
    """The family withdraws the request."""
    viewer, now = viewer_of(request), clock.now()
    found: Leave = found_or_404(leave_of(viewer, leave_id))
    form = ReasonForm(request.POST)

    def act() -> Done:
        withdraw_leave(viewer=viewer, leave_id=leave_id, by=viewer.actor, at=now, **form.cleaned_data)
        return "Withdrawn. Nothing is filled in for it any more.", page_of(found)

    return one_act(request, form, page=page_with(request, viewer, found, now, "withdraw_form", form), act=act)


@requires(Permission.LEAVE_DECIDE)
@require_POST
def ask_for_evidence(request: HttpRequest, leave_id: int) -> HttpResponse:
    """The head asks for evidence, with the reason."""
    viewer, now = viewer_of(request), clock.now()
    found: Leave = found_or_404(leave_of(viewer, leave_id))
    form = AskEvidenceForm(request.POST)

    def act() -> Done:
        ask_evidence(viewer=viewer, leave_id=leave_id, by=viewer.actor, at=now, **form.cleaned_data)
        return "Noted. Tell the family what you ask for.", page_of(found)

    return one_act(request, form, page=page_with(request, viewer, found, now, "ask_form", form), act=act)


@requires(*_SEE)
@require_POST
def evidence(request: HttpRequest, leave_id: int) -> HttpResponse:
    """Records what the family has shown."""
    viewer, now = viewer_of(request), clock.now()
    found: Leave = found_or_404(leave_of(viewer, leave_id))
    form = EvidenceForm(request.POST)

    def act() -> Done:
        record_evidence(viewer=viewer, leave_id=leave_id, by=viewer.actor, at=now, **form.cleaned_data)
        return "Noted.", page_of(found)

    return one_act(request, form, page=page_with(request, viewer, found, now, "evidence_form", form), act=act)


@requires(*_SEE)
@require_safe
def request_form(request: HttpRequest) -> HttpResponse:
    """The form that the office gives to families, to print."""
    viewer, now = viewer_of(request), clock.now()
    school = school_of(viewer)
    data = {
        "title": "Request for leave of absence",
        "school": school.name,
        "address": ", ".join(line.strip() for line in school.address.splitlines() if line.strip()),
        "weeks": timetable(viewer).setting(NOTICE_SETTING, now.date()),
        "grounds": [[each.words, RULES[each].asks] for each in Ground],
    }
    pdf = render_pdf("absence/leave_form.typ", data, made_at=now)
    return pdf_answer(pdf, "request-for-leave-of-absence")


def page_with(
    request: HttpRequest, viewer: Viewer, found: Leave, now: datetime, name: str, form: forms.Form
) -> Callable[[], HttpResponse]:
    """The page of a request again, with what is wrong with one of its small forms."""

    def page() -> HttpResponse:
        context = leave_context(viewer, found, now) | {name: form, "sent_form": form}
        return render(request, "absence/leave.html", context, status=422)

    return page


def leave_context(viewer: Viewer, found: Leave, now: datetime) -> dict[str, Any]:
    """What the page of a request shows."""
    today = now.date()
    decisions = decisions_of(found)
    newest = decisions[-1] if decisions else None
    is_waiting = found.state == LeaveState.ASKED
    has_begun = newest is not None and newest.first_day is not None and newest.first_day <= today
    is_open = found.ended_at is None
    letter = letter_of(viewer, found, newest, now) if newest is not None and is_open else None
    address = address_of(found)
    lead = lead_time_of(viewer, found)
    number = newest.number if newest else 0
    return {
        "leave": found,
        "name": name_of(found),
        "standing": leave_standing(found, newest),
        "code": code_of(found),
        "without_code": without_leave_code(found),
        "until": until_words(found.first_day, today),
        "lead": lead.because,
        "is_late": not lead.answer,
        "answers": request_answers(found, asked_by_words(found), today),
        "evidence": evidence_answers(found),
        "decisions": decision_lines(decisions, today),
        "newest": newest,
        "letter": letter,
        "is_told": newest is not None and bool(newest.tellings.all()),
        "away": [away_line(row, today) for row in away_rows(viewer, [found], today)],
        "history": history_lines(history_of(viewer, found)),
        "is_waiting": is_waiting,
        "may_change": is_waiting and viewer.may(Permission.LEAVE_RECORD),
        "may_decide": is_open and not has_begun and viewer.may(Permission.LEAVE_DECIDE),
        "may_ask": is_waiting and viewer.may(Permission.LEAVE_DECIDE),
        "may_withdraw": is_open
        and not has_begun
        and found.state != LeaveState.REFUSED
        and viewer.may(Permission.LEAVE_RECORD),
        "tell_form": TellForm(address=address, initial={"on": today, "key": uuid4(), "number": number}),
        "ask_form": AskEvidenceForm(),
        "evidence_form": EvidenceForm(initial={"received_on": today}),
        "withdraw_form": ReasonForm(),
    }


def address_of(found: Leave) -> str:
    """The e-mail address of the parent who asked, "" where none is kept."""
    return found.contact.parent.email if found.contact is not None else ""


def _form_page(
    request: HttpRequest,
    viewer: Viewer,
    form: LeaveForm,
    pupil: Pupil,
    title: str,
    back_url: str,
    today: date,
) -> HttpResponse:
    context = {
        "form": form,
        "title": title or f"Leave of absence for {pupil.forename} {pupil.surname}",
        "back_url": back_url,
        "pupil": pupil,
        "has_askers": bool(form.fields["asked_by"].choices),  # type: ignore[attr-defined]
        "days": timetable(viewer).setting(NOTICE_SETTING, today),
    }
    return render(request, "absence/leave_form.html", context, status=status_of(form))


def _draft(form: LeaveForm) -> LeaveDraft:
    data = form.cleaned_data
    names = ("ground", "circumstance", "detail", "advice", "words", "first_day", "last_day", "sessions")
    asked_by = data["asked_by"]
    return LeaveDraft(
        **{name: data[name] for name in (*names, "received_on", "received_how")},
        contact_id=None if asked_by == "pupil" else int(asked_by),
    )


def _check(
    viewer: Viewer, form: LeaveForm, pupil: Pupil, today: date, back_url: str, save_words: str
) -> dict[str, Any]:
    draft = _draft(form)
    kept = check_leave_draft(viewer, pupil.pk, draft, today)
    wanted = timetable(viewer).setting(NOTICE_SETTING, draft.received_on)
    lead = lead_time(draft.received_on, draft.first_day, wanted)
    asked_by = f"{kept['asked_by_name']} ({kept['asked_by_relationship']})"
    answers = request_answers(draft, asked_by, today)
    return {
        "answers": [("Pupil", f"{pupil.forename} {pupil.surname}"), *answers],
        "warnings": [] if lead.answer else [lead.because],
        "later": "The head teacher decides first.",
        "save_words": save_words,
        "back_url": back_url,
    }
