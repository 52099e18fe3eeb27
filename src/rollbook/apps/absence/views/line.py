"""The absence line: the day, a new report, one report with what became of it, and its change."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook import clock
from rollbook.apps.absence.actions.line import as_draft, change_report, record_reports, withdraw_report
from rollbook.apps.absence.actions.line_drafts import Looked, look_at, look_at_call
from rollbook.apps.absence.actions.line_marks import settle_mark
from rollbook.apps.absence.forms.line import ChangeReportForm, KeepForm, ReportForm
from rollbook.apps.absence.forms.parts import ReasonForm
from rollbook.apps.absence.models import Call, Report
from rollbook.apps.absence.presenters.line import (
    OUT_OF_HOURS,
    day_rows,
    how_told,
    message_rows,
    private_answers,
    proposal_words,
    pupil_name,
    report_answers,
    session_rows,
    tests_by_reason,
    transfer_rows,
    waits_url,
    waits_words,
)
from rollbook.apps.absence.presenters.words import history_lines
from rollbook.apps.absence.queries.history import history_of
from rollbook.apps.absence.queries.line_inbox import (
    Row,
    kept_of,
    line_day,
    message_of,
    report_row,
    reports_of_call,
)
from rollbook.apps.absence.queries.line_people import Family, family_of, group_names
from rollbook.apps.absence.queries.transfers import transfers_open
from rollbook.apps.absence.views.flow import found_or_404, one_act, status_of, viewer_of
from rollbook.apps.registers.queries.desk import find_pupils
from rollbook.apps.roll.actions.looking import note_look
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.told import Told
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires

_NAMES = {"told_at": "told_at", "told_on": "told_on"}


@requires(Permission.ABSENCE_RECORD)
@require_safe
def line(request: HttpRequest) -> HttpResponse:
    """The absence line today, or on another day: whom is it about, what is to be worked off, what was told."""
    viewer, now = viewer_of(request), clock.now()
    on = _day(request.GET.get("on", ""), now.date())
    found = line_day(viewer, on, now)
    groups = group_names(viewer, on)
    told = day_rows(found.told, now.date(), groups)
    calendar = timetable(viewer).calendar
    earlier = calendar.previous_school_days(on, 1)
    context = _finder(request, viewer, now) | {
        "now": now,
        "on": on,
        "is_today": on == now.date(),
        "line": found,
        "told": told,
        "late_count": sum(row["is_late"] for row in told),
        "messages_waiting": message_rows(found.messages),
        "open": day_rows(found.open, now.date(), groups),
        "transfers": transfer_rows(transfers_open(viewer), groups, now),
        "earlier": earlier[0] if earlier else None,
        "later": calendar.next_school_day(on) if on < now.date() else None,
    }
    return render(request, "absence/line.html", context)


def _day(text: str, today: date) -> date:
    try:
        return min(date.fromisoformat(text), today) if len(text) == 10 else today
    except ValueError:
        return today


def _finder(
    request: HttpRequest, viewer: Viewer, now: datetime, message: Call | None = None
) -> dict[str, Any]:
    """Whom the call is about, found by a part of the name as the desk does."""
    wanted = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    search = find_pupils(viewer, now, wanted) if wanted else None
    extra = f"&message={message.pk}" if message is not None else ""
    rows = [
        {
            "pupil": placed.pupil,
            "where": placed.is_where.words,
            "url": f"{reverse('absence:new_report')}?pupil={placed.pupil.id}{extra}",
        }
        for placed in (search.found if search else [])
    ]
    return {"wanted": wanted, "search": search, "found": rows, "message": message}


@requires(Permission.ABSENCE_RECORD)
@require_http_methods(["GET", "POST"])
def new_report(request: HttpRequest) -> HttpResponse:
    """Records what is told, or was told in a message, about a pupil and the brothers and sisters who are away too."""
    viewer, now = viewer_of(request), clock.now()
    message = _message(request, viewer)
    pupil_id = _number(request.GET.get("pupil", ""))
    if pupil_id is None:
        return render(
            request, "absence/line_find.html", _finder(request, viewer, now, message) | {"now": now}
        )
    family: Family = found_or_404(family_of(viewer, pupil_id, now.date()))
    form = _form(request, viewer, family, message, now)
    looked: list[Looked] = []
    if request.method == "POST" and form.is_valid():
        try:
            text = message.text if message is not None else ""
            call, absences = form.call(now, text), form.absences(family.pupil.pk)
            if request.POST.get("act") == "look":
                looked = look_at(viewer, look_at_call(call, now), absences)
            else:
                made = record_reports(
                    viewer=viewer,
                    call=call,
                    absences=absences,
                    key=form.cleaned_data["key"],
                    call_id=message.pk if message is not None else None,
                    by=viewer.actor,
                    at=now,
                )
                return _recorded(request, viewer, made, now)
        except Refused as refused:
            add_refusals(form, refused, _NAMES)
    context = {
        "form": form,
        "family": family,
        "name": pupil_name(family.pupil),
        "message": message,
        "message_row": message_rows([message])[0] if message else None,
        "looked": [_proposal(each) for each in looked],
        "told_already": _told_already(viewer, family, now),
        "tests": tests_by_reason(),
        "url": request.get_full_path(),
    }
    return render(request, "absence/line_new.html", context, status=status_of(form))


def _form(
    request: HttpRequest, viewer: Viewer, family: Family, message: Call | None, now: datetime
) -> ReportForm:
    told_at = message.told_at.astimezone(now.tzinfo) if message is not None else now
    initial = {
        "key": uuid4(),
        "channel": message.channel if message is not None else "telephone",
        "told_on": told_at.date(),
        "told_at": told_at.time().replace(second=0, microsecond=0),
        "first_day": timetable(viewer).calendar.next_school_day(now.date() - timedelta(days=1)) or now.date(),
        "caller_name": message.caller_name if message is not None else "",
        "caller_relation": message.caller_relation if message is not None else "",
    }
    return ReportForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        viewer=viewer,
        contacts=family.contacts,
        siblings=family.siblings,
        is_old_enough=family.is_old_enough,
    )


def _proposal(looked: Looked) -> dict[str, Any]:
    codes = {found.answer.code for found in looked.sessions.values()}
    stands = next((each for each in looked.sessions.values() if each.rule != looked.settled.rule), None)
    return proposal_words(looked.proposal, looked.settled) | {
        "name": pupil_name(looked.pupil),
        "session_count": len(looked.sessions),
        "also": stands.because if stands is not None else "",
        "codes": sorted(codes),
        "is_boarder": looked.is_boarder,
    }


def _told_already(viewer: Viewer, family: Family, now: datetime) -> list[dict[str, Any]]:
    found = line_day(viewer, now.date(), now).told
    mine = [row for row in found if row.report.pupil_id == family.pupil.pk and row.report.ended_at is None]
    return day_rows(mine, now.date(), {})


def _recorded(request: HttpRequest, viewer: Viewer, made: list[Report], now: datetime) -> HttpResponse:
    names = ", ".join(pupil_name(each.pupil) for each in made)
    messages.success(request, f"Recorded: {names}.")
    for each in made:
        row = report_row(viewer, each.pk, now)
        if row is not None and row.is_open:
            messages.warning(request, f"{pupil_name(each.pupil)}: {waits_words(row)}.")
            if row.differing:
                return redirect("absence:report", each.pk)
    if any(Told(each.told).is_appointment for each in made):
        return redirect("absence:report", made[0].pk)
    return redirect("absence:line")


def _message(request: HttpRequest, viewer: Viewer) -> Call | None:
    number = _number(request.GET.get("message", ""))
    if number is None:
        return None
    found: Call = found_or_404(message_of(viewer, number))
    if found.ended_at is not None or reports_of_call(found):
        raise Http404("worked off")
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@requires(Permission.ABSENCE_RECORD)
@require_safe
def report(request: HttpRequest, report_id: int) -> HttpResponse:
    """One report: what was told, what became of each session, and what is still to be decided."""
    viewer, now = viewer_of(request), clock.now()
    return render(request, "absence/report.html", _context(viewer, report_id, now, ReasonForm()))


def _context(viewer: Viewer, report_id: int, now: datetime, form: ReasonForm) -> dict[str, Any]:
    row: Row = found_or_404(report_row(viewer, report_id, now))
    found = row.report
    sees_private = viewer.may(Permission.WELFARE_VIEW)
    private = private_answers(found) if sees_private else []
    if private:
        note_look(viewer=viewer, pupil_id=found.pupil_id, by=viewer.actor, at=now)
    others = [each for each in reports_of_call(found.call) if each.pk != found.pk]
    return {
        "report": found,
        "row": row,
        "name": pupil_name(found.pupil),
        "how_told": how_told(found.call),
        "lateness": row.lateness,
        "waits": waits_words(row),
        "waits_url": waits_url(viewer, row),
        "answers": report_answers(found, now.date()),
        "private": private,
        "sessions": session_rows(row, kept_of(found)),
        "others": others,
        "reply": OUT_OF_HOURS if Told(found.told).is_appointment else "",
        "history": history_lines(history_of(viewer, found)),
        "key": uuid4(),
        "form": form,
    }


@requires(Permission.ABSENCE_RECORD)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, report_id: int) -> HttpResponse:
    """Changes a report, with a reason."""
    viewer, now = viewer_of(request), clock.now()
    row: Row = found_or_404(report_row(viewer, report_id, now))
    found = row.report
    sees_private = viewer.may(Permission.WELFARE_VIEW)
    names = [name for name in ChangeReportForm.base_fields if hasattr(found, name)]
    initial = {name: getattr(found, name) for name in names} | {"seen_version": found.version}
    initial["code"] = found.code if found.code_because else ""
    form = ChangeReportForm(request.POST or None, initial=initial, viewer=viewer, sees_private=sees_private)
    kept = {} if sees_private else {name: getattr(found, name) for name in form.private}
    looked: list[Looked] = []

    def page() -> HttpResponse:
        context = {
            "form": form,
            "report": found,
            "name": pupil_name(found.pupil),
            "how_told": how_told(found.call),
            "looked": [_proposal(each) for each in looked],
            "tests": tests_by_reason(),
        }
        return render(request, "absence/line_change.html", context, status=status_of(form))

    if request.POST.get("act") == "look" and form.is_valid():
        try:
            draft = form.absence(found.pupil_id, **kept)
            looked = look_at(viewer, as_draft(found), [draft], found.source)
        except Refused as refused:
            add_refusals(form, refused)
        return page()

    def act() -> tuple[str, str]:
        change_report(
            viewer=viewer,
            report_id=report_id,
            draft=form.absence(found.pupil_id, **kept),
            because=form.cleaned_data["because"],
            seen_version=form.cleaned_data["seen_version"],
            by=viewer.actor,
            at=now,
        )
        return "Changed. Marks already made are shown below.", reverse("absence:report", args=[report_id])

    return one_act(request, form, page=page, act=act)


@requires(Permission.ABSENCE_RECORD)
@require_POST
def withdraw(request: HttpRequest, report_id: int) -> HttpResponse:
    """Withdraws a report, with a reason."""
    viewer, now = viewer_of(request), clock.now()
    form = ReasonForm(request.POST)

    def page() -> HttpResponse:
        return render(request, "absence/report.html", _context(viewer, report_id, now, form), status=422)

    def act() -> tuple[str, str]:
        found_or_404(report_row(viewer, report_id, now))
        withdraw_report(viewer=viewer, report_id=report_id, by=viewer.actor, at=now, **form.cleaned_data)
        return "Withdrawn. Marks already made stay as they are.", reverse("absence:report", args=[report_id])

    return one_act(request, form, page=page, act=act)


@requires(Permission.ABSENCE_RECORD)
@require_POST
def decide(request: HttpRequest, report_id: int, on: date, session: str) -> HttpResponse:
    """Amends one mark to what was told, or leaves it as it is with the reason."""
    viewer, now = viewer_of(request), clock.now()
    found_or_404(report_row(viewer, report_id, now))
    form = KeepForm(request.POST)
    back = redirect("absence:report", report_id)
    if not form.is_valid():
        messages.error(request, "Open the report again: something was missing from what was sent.")
        return back
    values = form.cleaned_data
    keep = values["act"] == "keep"
    try:
        settle_mark(
            viewer=viewer,
            report_id=report_id,
            on=on,
            session=SchoolSession(session),
            seen_version=values["seen_version"],
            keep_because=values["because"] if keep else None,
            key=values["key"],
            by=viewer.actor,
            at=now,
        )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The mark was left as it is." if keep else "The mark was amended.")
    return back
