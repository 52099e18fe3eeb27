"""The pupil page and the page of one mark with its history."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.registers.actions.amending import RightMark, amend_mark
from rollbook.apps.registers.forms import AmendForm
from rollbook.apps.registers.presenters.advice import advice_context
from rollbook.apps.registers.presenters.pupil import mark_context, pupil_context
from rollbook.apps.registers.queries.closures import closures_on
from rollbook.apps.registers.queries.facts import Known, known_about
from rollbook.apps.registers.queries.marks import history_of_mark, is_marked
from rollbook.apps.registers.queries.pupil import PupilYear, pupil_year
from rollbook.apps.registers.queries.whereabouts import movements_of
from rollbook.apps.registers.views.pages import day_or_404
from rollbook.apps.roll.actions import note_look
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.adviser import advise
from rollbook.domain.codes import AttendanceCode, code_for, codes_offered
from rollbook.domain.marks import SchoolSession
from rollbook.domain.refusals import Refused
from rollbook.ui.cards import cards_for
from rollbook.ui.forms import add_refusals
from rollbook.ui.parts import parts_for
from rollbook.ui.permissions import requires


@requires(Permission.PUPIL_VIEW_OWN, Permission.PUPIL_VIEW_ANY)
def pupil(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """A pupil's year at a glance; the look is noted in the audit log."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    on = day_or_404(request.GET.get("on"))
    year = pupil_year(viewer, pupil_id, on, now)
    if year is None:
        raise Http404("no such pupil")
    note_look(viewer=viewer, pupil_id=pupil_id, by=viewer.actor, at=now)
    moved = movements_of(viewer, now.date(), [pupil_id]).get(pupil_id, [])
    context = pupil_context(viewer, year, now, moved, request.GET.get("code", ""))
    context["cards"] = cards_for("pupil", viewer, now, pupil_id)
    context["parts"] = parts_for("pupil", viewer, now, year)
    return render(request, "registers/pupil.html", context)


@requires(Permission.PUPIL_VIEW_OWN, Permission.PUPIL_VIEW_ANY)
@require_http_methods(["GET", "POST"])
def mark(request: HttpRequest, pupil_id: int, on: date, session: str) -> HttpResponse:
    """One mark with everything it has been; those who may amend it here."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    school_session, now = SchoolSession(session), clock.now()
    year = pupil_year(viewer, pupil_id, on, now)
    if year is None:
        raise Http404("no such pupil")
    note_look(viewer=viewer, pupil_id=pupil_id, by=viewer.actor, at=now)
    versions = history_of_mark(viewer, pupil_id, on, school_session)
    may_amend = viewer.may(Permission.REGISTER_AMEND) and year.may_have_mark(on, school_session, now)
    latest = versions[-1] if versions else None
    form: AmendForm | None = None
    status = 200
    advice: dict[str, Any] = {}
    if may_amend:
        known = _known(viewer, year, on, school_session)
        said = advise(known.facts, on, school_session)
        kept = {*known.may_keep, *(version.code for version in versions[-1:] if is_marked(versions))}
        codes = _codes(viewer, on, school_session, kept)
        advice = advice_context(known, said)
        seen = latest.version if latest else 0
        form = AmendForm(
            request.POST or None,
            codes=codes,
            said=said,
            is_missing=latest is None,
            initial={"seen_version": seen, "key": uuid4(), "note": latest.note if latest else ""},
        )
    if request.method == "POST":
        if form is None:
            raise Http404("nothing to amend here")
        if form.is_valid() and _amend(viewer, form, pupil_id, on, school_session):
            messages.success(request, "The mark is amended. What it was stays in its history.")
            return HttpResponseRedirect(request.path)
        status = 422
        versions = history_of_mark(viewer, pupil_id, on, school_session)
        form.data = form.data.copy()  # type: ignore[attr-defined]
        form.data["seen_version"] = str(versions[-1].version if versions else 0)  # type: ignore[index]
    moved = movements_of(viewer, on, [pupil_id]).get(pupil_id, [])
    context = mark_context(viewer, year, on, school_session, versions, moved) | {"form": form} | advice
    return render(request, "registers/mark.html", context, status=status)


def _known(viewer: Viewer, year: PupilYear, on: date, school_session: SchoolSession) -> Known:
    """What is known of the pupil for this session, the closure of the whole school among it."""
    is_closed = any(each.session == school_session.value for each in closures_on(viewer, on))
    born_on = {year.pupil.pk: year.pupil.born_on}
    return known_about(viewer, on, school_session, born_on, is_site_closed=is_closed)[year.pupil.pk]


def _codes(
    viewer: Viewer, on: date, school_session: SchoolSession, kept: Iterable[str]
) -> list[AttendanceCode]:
    """The codes these hands may set, and those that stand or were planned and may be kept."""
    offered = list(codes_offered(on, school_session, viewer.setters))
    known = {code.symbol for code in offered}
    return offered + [code_for(symbol, on) for symbol in sorted(kept) if symbol not in known]


def _amend(viewer: Viewer, form: AmendForm, pupil_id: int, on: date, school_session: SchoolSession) -> bool:
    values = form.cleaned_data
    try:
        amend_mark(
            viewer=viewer,
            pupil_id=pupil_id,
            on=on,
            school_session=school_session,
            right=RightMark(values["code"], values["reason"], values["minutes_late"], values["note"]),
            seen_version=values["seen_version"],
            key=values["key"],
            by=viewer.actor,
            at=clock.now(),
        )
    except Refused as refused:
        add_refusals(form, refused)
        return False
    return True
