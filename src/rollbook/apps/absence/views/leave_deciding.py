"""Leave of absence: the head's decision with a second look, the letter, and how the family was told."""

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rollbook import clock
from rollbook.apps.absence.actions.leave_deciding import (
    DecisionDraft,
    Letter,
    check_decision_draft,
    decide_leave,
    tell_decision,
)
from rollbook.apps.absence.forms.leave import DecisionForm, TellForm
from rollbook.apps.absence.models import Leave
from rollbook.apps.absence.presenters.leave import (
    asked_by_words,
    decision_answers,
    earlier_line,
    evidence_answers,
    request_answers,
    without_leave_code,
)
from rollbook.apps.absence.presenters.leave_letter import letter_of
from rollbook.apps.absence.queries.leave import (
    code_of,
    decide_by_of,
    decision_of,
    facts_of,
    lead_time_of,
    leave_of,
    leaves_of_pupil,
    slots_asked,
)
from rollbook.apps.absence.queries.previews import other_plans
from rollbook.apps.absence.queries.week import slots_between
from rollbook.apps.absence.views.flow import (
    Done,
    check_of,
    found_or_404,
    name_of,
    one_act,
    page_of,
    status_of,
    through_check,
    viewer_of,
)
from rollbook.apps.absence.views.leave import address_of, page_with
from rollbook.apps.registers.queries.pupil import pupil_year
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.leave import RULES
from rollbook.domain.rates import Totals, attendance_rate
from rollbook.ui.answers import file_name, pdf_answer
from rollbook.ui.pdf import render_pdf
from rollbook.ui.permissions import requires

_SEE = (Permission.LEAVE_RECORD, Permission.LEAVE_DECIDE)
_EVERY_WEEKDAY = 0b11111


@requires(Permission.LEAVE_DECIDE)
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, leave_id: int) -> HttpResponse:
    """The head decides, with everything at hand, and looks at it once more before it is final."""
    viewer, now = viewer_of(request), clock.now()
    found: Leave = found_or_404(leave_of(viewer, leave_id))
    if found.ended_at is not None:
        raise Http404("withdrawn")
    earlier, rule = decision_of(found), RULES[facts_of(found).ground]
    form = DecisionForm(
        request.POST or None,
        must_confirm=rule.must_confirm,
        is_again=earlier is not None,
        initial={
            "outcome": "refuse" if rule.usually_refused else "",
            "granted_first_day": max(found.first_day, now.date()),
            "granted_last_day": found.last_day,
            "granted_sessions": found.sessions,
            "seen_version": found.version,
        },
    )

    def page() -> HttpResponse:
        context = _context(viewer, found, now) | {"form": form}
        return render(request, "absence/leave_decide.html", context, status=status_of(form))

    def check() -> dict[str, Any]:
        return _check(viewer, found, _draft(form), now.date())

    def act() -> Done:
        made = decide_leave(
            viewer=viewer,
            leave_id=leave_id,
            draft=_draft(form),
            seen_version=form.cleaned_data["seen_version"],
            by=viewer.actor,
            at=now,
        )
        words = "Granted" if made.is_granted else "Refused"
        return f"{words}. The letter is ready: send it or give it to the family.", page_of(found)

    return through_check(request, form, page=page, check=check, act=act)


def _context(viewer: Viewer, found: Leave, now: datetime) -> dict[str, Any]:
    today = now.date()
    lead = lead_time_of(viewer, found)
    year = pupil_year(viewer, found.pupil_id, None, now)
    names = {found.pupil_id: name_of(found)}
    return {
        "leave": found,
        "name": name_of(found),
        "code": code_of(found),
        "rule": RULES[facts_of(found).ground],
        "answers": request_answers(found, asked_by_words(found), today),
        "evidence": evidence_answers(found),
        "lead": lead.because,
        "is_late": not lead.answer,
        "decide_by": decide_by_of(viewer, found),
        "session_count": len(slots_asked(viewer, found)),
        "earlier": [earlier_line(each, today) for each in leaves_of_pupil(viewer, found.pupil_id, found.pk)],
        "before": decision_of(found),
        "totals": year.totals if year else None,
        "rate": _rate(year.totals) if year else None,
        "clashes": other_plans(viewer, names, slots_asked(viewer, found), code_of(found), found.source),
    }


def _rate(totals: Totals) -> Any:
    return attendance_rate(totals) if totals.possible else None


def _draft(form: DecisionForm) -> DecisionDraft:
    data = form.cleaned_data
    return DecisionDraft(
        is_granted=data["outcome"] == "grant",
        first_day=data["granted_first_day"],
        last_day=data["granted_last_day"],
        sessions=data["granted_sessions"],
        considered=data["considered"],
        because=data["because"],
        conditions=data["conditions"],
        is_confirmed=data.get("is_confirmed", False),
        again_because=data.get("again_because", ""),
    )


def _check(viewer: Viewer, found: Leave, draft: DecisionDraft, today: date) -> dict[str, Any]:
    kept = check_decision_draft(viewer, found, draft, today)
    slots = []
    if kept.first_day is not None and kept.last_day is not None:
        slots = slots_between(viewer, kept.first_day, kept.last_day, _EVERY_WEEKDAY, kept.sessions)
    other_count = len(set(slots_asked(viewer, found)) - set(slots))
    warnings = []
    if other_count:
        count = "1 session" if other_count == 1 else f"{other_count} sessions"
        warnings.append(
            f"{count} asked for {'is' if other_count == 1 else 'are'} not granted: an absence then without another "
            f"reason is marked {without_leave_code(found)}."
        )
    if kept.is_granted and RULES[facts_of(found).ground].usually_refused:
        warnings.append("The policy grants leave for a holiday only in exceptional circumstances.")
    days = (today, found.first_day)
    shown = check_of(
        viewer, found.pupil_id, slots, code_of(found), days=days, found=found, list_name="leaves"
    )
    return shown | {
        "answers": decision_answers(kept, today),
        "warnings": warnings,
        "later": "" if kept.is_granted else "Nothing: the days stay school days.",
        "save_words": "Grant leave" if kept.is_granted else "Refuse leave",
    }


@requires(*_SEE)
@require_safe
def letter_pdf(request: HttpRequest, leave_id: int) -> HttpResponse:
    """The letter about the decision that stands, on paper."""
    viewer, now = viewer_of(request), clock.now()
    found: Leave = found_or_404(leave_of(viewer, leave_id))
    decision = decision_of(found)
    if decision is None or found.ended_at is not None:
        raise Http404("no letter")
    letter = letter_of(viewer, found, decision, now)
    pdf = render_pdf("absence/leave_letter.typ", letter.on_paper(), made_at=now)
    return pdf_answer(pdf, file_name("leave", found.pupil.surname, found.pupil.forename, found.first_day))


@requires(*_SEE)
@require_POST
def tell(request: HttpRequest, leave_id: int) -> HttpResponse:
    """Records how the family was told, or sends the letter by e-mail."""
    viewer, now = viewer_of(request), clock.now()
    found: Leave = found_or_404(leave_of(viewer, leave_id))
    decision = decision_of(found)
    if decision is None or found.ended_at is not None:
        raise Http404("no letter")
    form = TellForm(request.POST, address=address_of(found))

    def act() -> Done:
        data = form.cleaned_data
        text = letter_of(viewer, found, decision, now)
        is_email = data["how"] == "email"
        tell_decision(
            viewer=viewer,
            leave_id=leave_id,
            number=data["number"],
            how=data["how"],
            on=now.date() if is_email else data["on"],
            letter=Letter(text.to_name, address_of(found) if is_email else "", text.title, text.body),
            key=data["key"],
            by=viewer.actor,
            at=now,
        )
        return "The e-mail is on its way." if is_email else "Noted: the family was told.", page_of(found)

    return one_act(request, form, page=page_with(request, viewer, found, now, "tell_form", form), act=act)
