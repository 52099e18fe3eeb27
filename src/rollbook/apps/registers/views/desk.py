"""The office's desk: late arrivals signed in, and what is known before registration."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.registers.actions.planning import plan_mark, withdraw_plan
from rollbook.apps.registers.forms import PlanForm, WithdrawForm
from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.registers.presenters.plans import plans_by_record
from rollbook.apps.registers.queries.marks import marks_standing, plan_of, plans_from
from rollbook.apps.registers.queries.sources import sources_of
from rollbook.apps.roll.queries import RollPupil, pupils_on_roll
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.codes import codes_offered
from rollbook.domain.marks import SchoolSession
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires

# Above this many pupils a list of them all is slow to open and to look through: a name is asked for first.
MANY_PUPILS = 150


@dataclass(frozen=True)
class _Choice:
    """Which pupils a form offers, and what was looked for."""

    pupils: list[RollPupil]
    chosen: str
    wanted: str
    is_asked: bool


def _choice(request: HttpRequest, pupils: list[RollPupil]) -> _Choice:
    """All pupils, in a large school those whose names have every word looked for; one that fits is chosen at once."""
    chosen, wanted = request.GET.get("pupil", ""), request.GET.get("q", "").strip()[:100]
    is_asked = len(pupils) > MANY_PUPILS
    if request.method == "POST" or not is_asked:
        return _Choice(pupils, chosen, wanted, is_asked)
    words = wanted.casefold().split()
    fitting = [
        pupil
        for pupil in pupils
        if (words and all(word in pupil.name.casefold() for word in words)) or str(pupil.id) == chosen
    ]
    return _Choice(fitting, str(fitting[0].id) if len(fitting) == 1 else chosen, wanted, is_asked)


@requires(Permission.PLANNED_RECORD)
@require_http_methods(["GET", "POST"])
def planned(request: HttpRequest) -> HttpResponse:
    """What is known before registration: the list, and a form to add to it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    codes = [
        code
        for code in codes_offered(now.date(), SchoolSession.AM, viewer.setters)
        if not (code.is_present_mark or code.is_late or code.symbol == "N")
    ]
    choice = _choice(request, pupils_on_roll(viewer, now.date()))
    initial = {"first_day": now.date(), "last_day": now.date(), "pupil": choice.chosen}
    form = PlanForm(request.POST or None, pupils=choice.pupils, codes=codes, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            plan = plan_mark(
                viewer=viewer,
                pupil_id=values["pupil"],
                first_day=values["first_day"],
                last_day=values["last_day"],
                sessions=values["sessions"],
                code=values["code"],
                note=values["note"],
                origin=values["origin"],
                provider=values["provider"],
                supervisor=values["supervisor"],
                by=viewer.actor,
                at=now,
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            return HttpResponseRedirect(_after_planning(request, viewer, plan, now.date()))
    plans = plans_from(viewer, now.date())
    context = {"form": form, "choice": choice, "rows": plans_by_record(viewer, plans), "today": now.date()}
    return render(request, "registers/planned.html", context, status=422 if form.errors else 200)


def _after_planning(request: HttpRequest, viewer: Viewer, plan: PlannedMark, today: date) -> str:
    """Says what became of it, and where to go: to a mark of today that says something else, for those who may amend."""
    messages.success(request, f"Recorded for {plan.pupil}. It is filled in on registers still to be taken.")
    if plan.first_day <= today <= plan.last_day and viewer.may(Permission.REGISTER_AMEND):
        for school_session, code in marks_standing(viewer, plan.pupil_id, today).items():
            if plan.sessions in ("both", school_session.value) and code != plan.code:
                messages.warning(
                    request,
                    f"{plan.pupil.forename} is already marked {code} this {school_session.words}. "
                    "That mark stays until you amend it here.",
                )
                return reverse("registers:mark", args=[plan.pupil_id, today, school_session.value])
    return reverse("registers:planned")


@requires(Permission.PLANNED_RECORD)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Asks why something planned is withdrawn, and withdraws it; marks already made from it stay."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    plan = plan_of(viewer, plan_id)
    if plan is None:
        raise Http404("nothing planned")
    if plan.withdrawn_at is not None:
        messages.info(request, f"This was withdrawn already: {plan.withdrawn_because or 'without a reason'}.")
        return HttpResponseRedirect(reverse("registers:planned"))
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            withdraw_plan(
                viewer=viewer,
                plan_id=plan_id,
                because=form.cleaned_data["because"],
                by=viewer.actor,
                at=clock.now(),
            )
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(
                request, f"Withdrawn for {plan.pupil}. Marks that were already made stay as they are."
            )
            return HttpResponseRedirect(reverse("registers:planned"))
    context = {"form": form, "plan": plan, "source": sources_of(viewer, [plan]).get(plan.source)}
    return render(request, "registers/withdraw.html", context, status=422 if form.errors else 200)
