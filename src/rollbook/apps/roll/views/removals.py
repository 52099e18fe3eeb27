"""Removing a name: choose the ground, answer its conditions, show the evidence, send; a second person decides."""

from collections.abc import Callable
from datetime import date, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.roll.actions.next_places import NextPlace
from rollbook.apps.roll.actions.removals import (
    Proposal,
    approve_removal,
    propose_removal,
    refusals_of,
    refuse_removal,
    undo_removal,
    withdraw_removal,
)
from rollbook.apps.roll.forms.removals import STEPS, DecisionForm, ReasonForm, RemovalForm
from rollbook.apps.roll.models import Destination, Enrolment, Pupil, RemovalRequest, ReturnDue
from rollbook.apps.roll.presenters.removals import (
    grounds_context,
    listed,
    removal_context,
    steps_context,
)
from rollbook.apps.roll.queries import pupil_of
from rollbook.apps.roll.queries.removals import (
    approver_count,
    check_of,
    ground_called,
    grounds_for,
    removal_facts,
    removal_of,
    removals_decided,
    removals_waiting,
    spell_on_roll,
)
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.domain.removal import RemovalCheck, conditions_of
from rollbook.domain.removal_conditions import Ground
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires
from rollbook.ui.words import plain_day

_NOTHING_YET = RemovalCheck((), (), ())


def _on_roll(viewer: Viewer, pupil_id: int) -> tuple[Pupil, Enrolment | None]:
    pupil = pupil_of(viewer, pupil_id)
    if pupil is None:
        raise Http404("no such pupil")
    return pupil, spell_on_roll(pupil)


@requires(Permission.ROLL_PROPOSE_REMOVAL)
@require_http_methods(["GET"])
def choose(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """The fifteen grounds, each with when it may and may not be used."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    pupil, spell = _on_roll(viewer, pupil_id)
    if spell is None or spell.first_day > clock.today():
        messages.info(request, "Only a pupil who is on the roll can be removed from it.")
        return redirect("roll:details", pupil_id)
    offered = grounds_for(viewer, pupil, spell, clock.today())
    return render(request, "roll/removal_grounds.html", grounds_context(pupil, offered))


@requires(Permission.ROLL_PROPOSE_REMOVAL)
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, pupil_id: int, letter: str) -> HttpResponse:
    """Page by page: the conditions, the evidence and next school, the answers to check; then it is sent."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    pupil, spell = _on_roll(viewer, pupil_id)
    now = clock.now()
    ground = ground_called(letter, now.date())
    if ground is None:
        raise Http404("no such ground")
    if spell is None or spell.first_day > now.date():
        messages.info(request, "Only a pupil who is on the roll can be removed from it.")
        return redirect("roll:details", pupil_id)
    facts = removal_facts(viewer, pupil, spell, now.date(), now.date())
    form = RemovalForm(
        _answers(request.POST) if request.method == "POST" else None,
        conditions=conditions_of(ground, facts),
        initial={"last_day": now.date(), "evidence_seen_on": now.date()},
    )
    check = _NOTHING_YET
    if request.method == "GET":
        form.show(STEPS[0])
    else:
        check, proposal = _turn(request, viewer, pupil, spell, ground, form, now.date())
        if proposal is not None and form.step == STEPS[2] and request.POST.get("act") == "send":
            row = _send(viewer, pupil_id, form, proposal, now)
            if row is not None:
                messages.success(request, "Sent. The pupil stays on the roll until a second person approves.")
                return redirect("roll:removal", row.pk)
    worked_out = [found.because for found in check.findings if found.answer]
    context = steps_context(pupil, ground, form.step, check.warnings, worked_out) | {
        "form": form,
        "answers": form.given() if form.step == STEPS[2] else [],
    }
    return render(request, "roll/removal_form.html", context, status=422 if form.errors else 200)


def _answers(sent: QueryDict) -> QueryDict:
    """What was answered; a school that a condition asks for is where the pupil goes next, unless somebody says else."""
    school = sent.get("other_school", "")
    if sent.get("step") != STEPS[0] or not school or sent.get("next_name") or sent.get("next_kind"):
        return sent
    answers = sent.copy()
    answers["next_kind"], answers["next_name"] = Destination.Kind.SCHOOL.value, school
    return answers


def _turn(
    request: HttpRequest,
    viewer: Viewer,
    pupil: Pupil,
    spell: Enrolment,
    ground: Ground,
    form: RemovalForm,
    today: date,
) -> tuple[RemovalCheck, Proposal | None]:
    """Turns the form to the page asked for, or to the first one with something to put right; what was worked out."""
    if not form.is_valid():
        wrong = next((each for each in STEPS if set(form.fields_of(each)) & set(form.errors)), STEPS[0])
        form.show(wrong)
        return _NOTHING_YET, None
    step = request.POST.get("step", STEPS[0])
    form.show(step if step in STEPS else STEPS[0])
    last_day = form.cleaned_data["last_day"]
    if last_day is None:
        form.add_error("last_day", "Choose the last day on roll.")
        form.show(STEPS[0])
        return _NOTHING_YET, None
    check = check_of(viewer, pupil, spell, ground, form.answers(), last_day, today)
    place = STEPS.index(form.step)
    if request.POST.get("act") == "back":
        form.show(STEPS[max(0, place - 1)])
        return check, None
    proposal = _proposal(ground, form, today)
    refusals = refusals_of(proposal, check, today)
    for number, name in enumerate(STEPS[: place + 1]):
        fields = set(form.fields_of(name))
        wrong_here = [each for each in refusals if each.field in fields or (not number and not each.field)]
        if wrong_here:
            form.show(name)
            add_refusals(form, Refused(wrong_here))
            return check, None
    if request.POST.get("act") != "send":
        form.show(STEPS[min(place + 1, len(STEPS) - 1)])
    return check, proposal


def _proposal(ground: Ground, form: RemovalForm, today: date) -> Proposal:
    values = form.cleaned_data
    return Proposal(
        letter=ground.letter,
        answers=form.answers(),
        last_day=values["last_day"],
        evidence=values["evidence"],
        evidence_seen_on=values["evidence_seen_on"] or today,
        place=NextPlace(
            kind=values["next_kind"],
            name=values["next_name"],
            address=values["next_address"],
            starts_on=values["next_starts_on"],
            notified_on=values["next_notified_on"],
        ),
        because=values["because"],
        is_standard_leaver=values["is_standard_leaver"],
    )


def _send(
    viewer: Viewer, pupil_id: int, form: RemovalForm, proposal: Proposal, now: datetime
) -> RemovalRequest | None:
    try:
        return propose_removal(viewer=viewer, pupil_id=pupil_id, proposal=proposal, by=viewer.actor, at=now)
    except Refused as refused:
        add_refusals(form, refused)
        return None


@requires(Permission.ROLL_PROPOSE_REMOVAL, Permission.ROLL_APPROVE_REMOVAL)
@require_http_methods(["GET"])
def removals(request: HttpRequest) -> HttpResponse:
    """The requests that wait for a decision, and the latest that were decided."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    context = {
        "waiting": [listed(row) for row in removals_waiting(viewer)],
        "decided": [listed(row) for row in removals_decided(viewer)],
        "may_approve": viewer.may(Permission.ROLL_APPROVE_REMOVAL),
    }
    return render(request, "roll/removals.html", context)


def _own(viewer: Viewer, removal_id: int) -> RemovalRequest:
    row = removal_of(viewer, removal_id)
    if row is None:
        raise Http404("no such request")
    return row


def _page(
    request: HttpRequest,
    viewer: Viewer,
    row: RemovalRequest,
    decision: DecisionForm | None = None,
    reason: ReasonForm | None = None,
) -> HttpResponse:
    returns = list(ReturnDue.objects.filter(removal=row).select_related("pupil"))
    context = removal_context(viewer, row, returns) | {
        "decision": decision or _decision_form(viewer, row),
        "reason_form": reason or ReasonForm(),
        "form": decision or reason,
    }
    is_wrong = any(form is not None and form.errors for form in (decision, reason))
    return render(request, "roll/removal.html", context, status=422 if is_wrong else 200)


def _decision_form(viewer: Viewer, row: RemovalRequest, request: HttpRequest | None = None) -> DecisionForm:
    is_alone = row.proposed_by_id == viewer.user_id and approver_count(viewer, clock.today()) == 1
    return DecisionForm(request.POST if request else None, is_alone=is_alone)


@requires(Permission.ROLL_PROPOSE_REMOVAL, Permission.ROLL_APPROVE_REMOVAL)
@require_http_methods(["GET"])
def removal(request: HttpRequest, removal_id: int) -> HttpResponse:
    """One request with every fact it rests on, and what was decided."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return _page(request, viewer, _own(viewer, removal_id))


@requires(Permission.ROLL_APPROVE_REMOVAL)
@require_http_methods(["POST"])
def decide(request: HttpRequest, removal_id: int) -> HttpResponse:
    """The second person approves or refuses."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    row = _own(viewer, removal_id)
    form = _decision_form(viewer, row, request)
    if form.is_valid():
        try:
            said = _decide(viewer, row, form)
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, said)
            return redirect("roll:removal", removal_id)
    return _page(request, viewer, _own(viewer, removal_id), decision=form)


def _decide(viewer: Viewer, row: RemovalRequest, form: DecisionForm) -> str:
    given, now = form.cleaned_data, clock.now()
    if given["decision"] == "refuse":
        refuse_removal(viewer=viewer, removal_id=row.pk, reason=given["reason"], by=viewer.actor, at=now)
        return "Refused. The pupil stays on the roll."
    approve_removal(
        viewer=viewer,
        removal_id=row.pk,
        reason=given["reason"],
        alone_because=given.get("alone_because", ""),
        by=viewer.actor,
        at=now,
    )
    return f"Approved. The last day on roll is {plain_day(row.last_day)}."


@requires(Permission.ROLL_PROPOSE_REMOVAL)
@require_http_methods(["POST"])
def withdraw(request: HttpRequest, removal_id: int) -> HttpResponse:
    """Takes a request back that nobody has decided."""
    said = "The request is withdrawn. The pupil stays on the roll."
    return _taken_back(request, removal_id, withdraw_removal, said)


@requires(Permission.ROLL_APPROVE_REMOVAL)
@require_http_methods(["POST"])
def undo(request: HttpRequest, removal_id: int) -> HttpResponse:
    """Puts a removal right that was a mistake."""
    said = "The removal is undone. The pupil is on the roll as before."
    return _taken_back(request, removal_id, undo_removal, said)


def _taken_back(request: HttpRequest, removal_id: int, act: Callable[..., object], said: str) -> HttpResponse:
    """Does what needs a reason and nothing else, and says so."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    row, form = _own(viewer, removal_id), ReasonForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            act(viewer=viewer, removal_id=removal_id, reason=reason, by=viewer.actor, at=clock.now())
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, said)
            return redirect("roll:removal", removal_id)
    return _page(request, viewer, row, reason=form)
