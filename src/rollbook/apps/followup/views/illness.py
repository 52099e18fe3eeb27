"""Illness: long or doubted ones, evidence, the head's decision, and the change to O once the parents are told."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from rollbook import clock
from rollbook.apps.followup.actions.illness import make_unauthorised, record_illness_step
from rollbook.apps.followup.presenters.illness import spell_row, step_row
from rollbook.apps.followup.queries.illness import (
    Spell,
    evidence_from,
    ill_marks,
    latest_ill_day,
    long_spells,
    spell_on,
)
from rollbook.apps.followup.queries.reasons import may_confirm
from rollbook.apps.followup.queries.steps import LARGEST_ID
from rollbook.apps.registers.actions.amending_many import ChangedMeanwhile
from rollbook.apps.registers.actions.many_marks import Change
from rollbook.apps.roll.actions.looking import note_look
from rollbook.apps.roll.queries import pupil_of
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.contact_steps import HOW
from rollbook.domain.illness import (
    LONGEST_TEXT,
    UNAUTHORISED,
    Evidence,
    IllnessDraft,
    IllnessStepKind,
    may_ask_for_evidence,
    may_become_unauthorised,
)
from rollbook.domain.refusals import Refused
from rollbook.domain.sessions import SchoolSession
from rollbook.ui.forms import DateField, Form, add_refusals
from rollbook.ui.permissions import requires

_MARK = re.compile(r"(\d{4}-\d\d-\d\d)-(AM|PM)-(\d{1,4})")
_SAID: Mapping[IllnessStepKind, str] = {
    IllnessStepKind.DOUBTED: "The doubt is recorded.",
    IllnessStepKind.ASKED: "Recorded: evidence was asked for.",
    IllnessStepKind.CAME: "Recorded: evidence came.",
    IllnessStepKind.DECIDED: "The decision is recorded.",
    IllnessStepKind.TOLD: "Recorded: the parents were told.",
}


class StepForm(Form):
    """What every record of a spell begins with."""

    kind: ClassVar[IllnessStepKind]
    key = forms.UUIDField(widget=forms.HiddenInput)
    seen_count = forms.IntegerField(min_value=0, max_value=10_000, widget=forms.HiddenInput)

    def draft(self) -> IllnessDraft:
        """What was typed."""
        values = self.cleaned_data
        accepted = {"yes": True, "no": False}.get(values.get("is_accepted", ""))
        texts = {name: values.get(name) or "" for name in ("text", "evidence", "how", "who")}
        return IllnessDraft(self.kind, on=values.get("on"), is_accepted=accepted, **texts)


def _why(label: str, help_text: str = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=LONGEST_TEXT, widget=widget, help_text=help_text)


class DoubtForm(StepForm):
    """Why the illness is doubted."""

    kind = IllnessStepKind.DOUBTED
    prefix = "doubted"
    text = _why("Why it is doubted", "It goes to the head teacher. Read by those who work with welfare.")


class AskForm(StepForm):
    """Why evidence is needed, and how it was asked for."""

    kind = IllnessStepKind.ASKED
    prefix = "asked"
    text = _why("Why evidence is needed", "Ask only where it is: a parent’s word is enough for most illness.")
    how = forms.ChoiceField(label="How it was asked for", choices=[("", "Choose"), *HOW])
    who = forms.CharField(label="Which parent was asked", max_length=200, required=False)


class CameForm(StepForm):
    """What came, and when. No copy is needed."""

    kind = IllnessStepKind.CAME
    prefix = "came"
    evidence = forms.ChoiceField(
        label="What came", choices=[("", "Choose"), *((each.value, each.words) for each in Evidence)]
    )
    on = DateField(label="On")
    text = forms.CharField(label="What it says", max_length=LONGEST_TEXT, required=False)


class DecideForm(StepForm):
    """The head's decision."""

    kind = IllnessStepKind.DECIDED
    prefix = "decided"
    is_accepted = forms.ChoiceField(
        label="The illness is",
        choices=[("yes", "Accepted"), ("no", "Not accepted: it is recorded as unauthorised")],
        widget=forms.RadioSelect,
    )
    text = _why("Why")


class TellForm(StepForm):
    """Which parent was told how and when, before the register is changed."""

    kind = IllnessStepKind.TOLD
    prefix = "told"
    who = forms.CharField(label="Which parent was told", max_length=200)
    how = forms.ChoiceField(label="How", choices=[("", "Choose"), *HOW])
    on = DateField(label="On")
    text = forms.CharField(label="What was said", max_length=LONGEST_TEXT, required=False)


class MarksForm(Form):
    """Which sessions become O, and the reason that stays with each mark."""

    prefix = "marks"
    key = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Reason for the register",
        max_length=300,
        help_text="It stays with each mark. Leave out what is about health.",
    )

    def __init__(self, asked: Any, **kwargs: Any) -> None:
        super().__init__(asked, **kwargs)
        self.ticked = frozenset(asked.getlist("take") if asked is not None else [])

    def changes(self, pupil_id: int) -> list[Change]:
        """The sessions ticked, each to become O. Errors: ValueError for what is no session."""
        found = []
        for cell in sorted(self.ticked):
            parts = _MARK.fullmatch(cell)
            if parts is None:
                raise ValueError("not a session of the list")
            on, session, version = date.fromisoformat(parts[1]), SchoolSession(parts[2]), int(parts[3])
            found.append(Change(pupil_id, on, session, version, UNAUTHORISED))
        return found


_FORMS: tuple[type[StepForm], ...] = (DoubtForm, AskForm, CameForm, DecideForm, TellForm)


@requires(Permission.WELFARE_VIEW)
@require_safe
def illness(request: HttpRequest) -> HttpResponse:
    """The illnesses for which evidence may be asked, and those about which something was recorded this year."""
    viewer, now = _viewer_of(request), clock.now()
    from_day = evidence_from(viewer, now.date())
    rows = [spell_row(each, from_day, now.date()) for each in long_spells(viewer, now)]
    context = {
        "rows": [row for row in rows if row["is_current"]],
        "over": [row for row in rows if not row["is_current"]],
        "from_day": from_day,
    }
    return render(request, "followup/illness.html", context)


@requires(Permission.WELFARE_VIEW)
@require_http_methods(["GET", "POST"])
def illness_spell(request: HttpRequest, pupil_id: int, on: date) -> HttpResponse:
    """One spell of illness: what was done, what may be done now, each with its form."""
    viewer, now = _viewer_of(request), clock.now()
    spell = spell_on(viewer, pupil_id, on, now)
    if spell is None:
        raise Http404("no such illness")
    act = request.POST.get("act", "") if request.method == "POST" else ""
    made = {form.kind: _step_form(form, request, spell, act, now) for form in _FORMS}
    sent = next((form for form in made.values() if form.is_bound), None)
    marks = MarksForm(request.POST if act == "marks" else None, initial={"key": uuid4(), "reason": _REASON})
    is_done = _record(request, viewer, spell, on, sent, now) if sent else False
    if act == "marks":
        is_done = _change(request, viewer, spell, on, marks, now)
    if is_done:
        return redirect("followup:illness_spell", pupil_id, spell.key_day)
    if spell.steps:
        note_look(viewer=viewer, pupil_id=pupil_id, by=viewer.actor, at=now)
    bound: Form | None = sent or (marks if marks.is_bound else None)
    context = _context(viewer, spell, now) | {
        "forms": {kind.value: form for kind, form in made.items()},
        "marks_form": marks,
        "bound": bound,
    }
    return render(request, "followup/illness_spell.html", context, status=422 if bound else 200)


@requires(Permission.WELFARE_VIEW)
@require_safe
def illness_latest(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Leads to a pupil's latest illness of the year, however short: where it is doubted, or evidence came."""
    viewer = _viewer_of(request)
    if pupil_id > LARGEST_ID or pupil_of(viewer, pupil_id) is None:
        raise Http404("no such pupil at this school")
    on = latest_ill_day(viewer, pupil_id, clock.now())
    if on is None:
        messages.info(request, "This pupil has not been marked ill this year.")
        return redirect("followup:illness")
    return redirect("followup:illness_spell", pupil_id, on)


_REASON = "Illness not accepted; parents told before this change"


def _context(viewer: Viewer, spell: Spell, now: datetime) -> dict[str, Any]:
    from_day = evidence_from(viewer, now.date())
    may_change = may_become_unauthorised(spell.done)
    last = [each for each in spell.steps if each.kind == IllnessStepKind.DECIDED]
    return {
        "spell": spell,
        "row": spell_row(spell, from_day, now.date()),
        "steps": [step_row(each) for each in spell.steps],
        "may_ask": may_ask_for_evidence(len(spell.days), spell.done, from_day),
        "may_decide": viewer.may(Permission.ILLNESS_DECIDE),
        "is_refused": bool(last) and not last[-1].is_accepted,
        "may_change": may_change,
        "may_amend": may_confirm(viewer, now.date()),
        "ill": [
            {
                "cell": f"{on.isoformat()}-{session.value}-{mark.version}",
                "on": on,
                "words": session.words,
            }
            for (on, session), mark in ill_marks(viewer, spell).items()
        ],
        "pupil_url": reverse("registers:pupil", args=[spell.pupil_id]),
    }


def _step_form(form: type[StepForm], request: HttpRequest, spell: Spell, act: str, now: datetime) -> StepForm:
    initial = {"key": uuid4(), "seen_count": len(spell.steps), "on": now.date()}
    return form(request.POST if act == form.kind else None, initial=initial)


def _record(
    request: HttpRequest, viewer: Viewer, spell: Spell, on: date, form: StepForm, now: datetime
) -> bool:
    if not form.is_valid():
        return False
    try:
        record_illness_step(
            viewer=viewer,
            pupil_id=spell.pupil_id,
            on=on,
            draft=form.draft(),
            seen_count=form.cleaned_data["seen_count"],
            key=form.cleaned_data["key"],
            by=viewer.actor,
            at=now,
        )
    except Refused as refused:
        add_refusals(form, refused)
        return False
    messages.success(request, _SAID[form.kind])
    return True


def _change(
    request: HttpRequest, viewer: Viewer, spell: Spell, on: date, form: MarksForm, now: datetime
) -> bool:
    if not form.is_valid():
        return False
    try:
        made = make_unauthorised(
            viewer=viewer,
            pupil_id=spell.pupil_id,
            on=on,
            changes=form.changes(spell.pupil_id),
            reason=form.cleaned_data["reason"],
            key=form.cleaned_data["key"],
            by=viewer.actor,
            at=now,
        )
    except Refused as refused:
        add_refusals(form, refused)
    except ChangedMeanwhile:
        form.add_error(None, "Somebody has changed one of these marks meanwhile. Open the page again.")
    except ValueError:
        form.add_error(None, "One of those ticked is no session of this illness. Open the page again.")
    else:
        changed = "1 session is" if made.saved_count == 1 else f"{made.saved_count} sessions are"
        messages.success(request, f"{changed} O now, not authorised.")
        return True
    return False


def _viewer_of(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


illness_urls = [
    path("absence/illness/", illness, name="illness"),
    path("absence/illness/<int:pupil_id>/", illness_latest, name="illness_latest"),
    path("absence/illness/<int:pupil_id>/<day:on>/", illness_spell, name="illness_spell"),
]
