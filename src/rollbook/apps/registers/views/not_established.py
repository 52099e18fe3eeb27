"""The register has closed and nobody has marked some pupils: N for those who are not here, once somebody has looked."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from rollbook import clock
from rollbook.apps.registers.actions.amending_many import ChangedMeanwhile, amend_many
from rollbook.apps.registers.actions.many_marks import Change
from rollbook.apps.registers.queries.board import Board, board_of
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.marks import SchoolSession
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import Form, add_refusals
from rollbook.ui.permissions import requires

_REASON = "Not marked when the register closed; not seen, and the reason is not yet established"


class NotEstablishedForm(Form):
    """The pupils of each group, ticked where the rest of their register was taken: there the gap is the pupil's.

    Where a whole register is missing nobody is ticked: the teacher may only have forgotten it.
    """

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, asked: Any, board: Board) -> None:
        super().__init__(asked, initial={"key": uuid4()})
        self.names: dict[int, str] = {}
        for row in board.rows:
            pupils = [each for each in row.pupils if each in board.missing and each.id not in board.known]
            if not pupils:
                continue
            begun = row.marked_count > 0
            self.names |= {pupil.id: pupil.name for pupil in pupils}
            self.fields[f"group_{row.group.id}"] = forms.TypedMultipleChoiceField(
                label=row.group.name,
                choices=[(pupil.id, pupil.name) for pupil in pupils],
                coerce=int,
                initial=[pupil.id for pupil in pupils] if begun else [],
                help_text="" if begun else "Nobody has taken this register. Ask the teacher first.",
                widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--names"}),
                required=False,
            )

    def chosen(self) -> list[int]:
        """The pupils ticked."""
        return [
            pupil
            for name, pupils in self.cleaned_data.items()
            if name.startswith("group_")
            for pupil in pupils
        ]


@requires(Permission.REGISTER_AMEND)
@require_http_methods(["GET", "POST"])
def not_established(request: HttpRequest, on: date, session: str) -> HttpResponse:
    """Marks those who are ticked N, one save with its reason. Errors: Http404 where nothing has closed."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now, school_session = clock.now(), SchoolSession(session)
    board = board_of(viewer, on, school_session, now)
    if board is None or (on, board.times.closes_at) > (now.date(), now.time()):
        raise Http404("no register of this half-day has closed")
    form = NotEstablishedForm(request.POST if request.method == "POST" else None, board)
    if request.method == "POST" and form.is_valid():
        changes = [Change(pupil, on, school_session, 0, "N") for pupil in form.chosen()]
        try:
            if not changes:
                raise Refused.one("", "Nobody is ticked. Tick each pupil who was looked for and is not here.")
            made = amend_many(
                viewer=viewer,
                changes=changes,
                reason=_REASON,
                key=form.cleaned_data["key"],
                by=viewer.actor,
                at=now,
            )
        except Refused as refused:
            add_refusals(form, refused)
        except ChangedMeanwhile as meanwhile:
            names = ", ".join(form.names.get(each.change.pupil_id, "") for each in meanwhile.outcomes)
            form.add_error(None, f"Somebody has marked {names} meanwhile. Open the page again.")
        else:
            marked = "1 pupil is" if made.saved_count == 1 else f"{made.saved_count} pupils are"
            messages.success(request, f"{marked} marked N, reason not yet established.")
            return redirect("registers:today_at", on, session)
    context = {"form": form, "on": on, "session": session, "session_words": school_session.words}
    return render(request, "registers/not_established.html", context, status=422 if form.is_bound else 200)


not_established_urls = [
    path("today/<day:on>/<session:session>/not-established/", not_established, name="not_established"),
]
