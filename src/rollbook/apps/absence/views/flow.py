"""A form, then a page to check the answers, then the act: what every new record goes through; and one act of a page."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from rollbook.apps.absence.forms.parts import PupilForm
from rollbook.apps.absence.models import Record
from rollbook.apps.absence.queries.people import on_roll_then
from rollbook.apps.absence.queries.previews import preview_of
from rollbook.apps.absence.queries.week import Slot
from rollbook.apps.roll.queries import RollPupil
from rollbook.domain.access import Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals

F = TypeVar("F", bound=PupilForm)
Done = tuple[str, str]
"""What was done, in words, and the address of the page to go on with."""


def viewer_of(request: HttpRequest) -> Viewer:
    """Who is asking; `@requires` has seen to it that somebody is."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def through_check(
    request: HttpRequest,
    form: forms.Form,
    *,
    page: Callable[[], HttpResponse],
    check: Callable[[], Mapping[str, Any]],
    act: Callable[[], Done],
    names: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The next page of a form: itself where something is to be typed, changed or put right, the check, what was done.

    `check` is a context for `absence/check.html`; it and `act` may refuse. `names` maps the fields of refusals to those
    of the form. Everything typed comes back on each page.
    """
    if request.method == "GET" or request.POST.get("act") == "edit" or not form.is_valid():
        return page()
    try:
        if request.POST.get("act") == "save":
            return _go_on(request, *act())
        found = check()
    except Refused as refused:
        add_refusals(form, refused, names)
        return page()
    # Only now: the check may have put chosen groups as their pupils into the form.
    return render(request, "absence/check.html", {**found, "hidden": hidden_pairs(form)})


def one_act(
    request: HttpRequest, form: forms.Form, *, page: Callable[[], HttpResponse], act: Callable[[], Done]
) -> HttpResponse:
    """Does what a form on a page asks for, or shows the page (again) with what is wrong."""
    if request.method == "POST" and form.is_valid():
        try:
            return _go_on(request, *act())
        except Refused as refused:
            add_refusals(form, refused)
    return page()


def _go_on(request: HttpRequest, words: str, url: str) -> HttpResponse:
    messages.success(request, words)
    return redirect(url)


def new_form(of: type[F], request: HttpRequest, viewer: Viewer, today: date, **initial: Any) -> F:
    """The form of a new record about one pupil; the address may name the pupil."""
    initial |= {"key": uuid4(), "pupil": request.GET.get("pupil", "")}
    return of(request.POST or None, pupils=pupil_choices(on_roll_then(viewer, today)), initial=initial)


def form_page(
    request: HttpRequest,
    form: forms.Form,
    title: str,
    back_url: str,
    advice_title: str = "",
    advice: Sequence[str] = (),
) -> HttpResponse:
    """The page of a form about one pupil, with a few words of advice beside it."""
    context = {
        "form": form,
        "title": title,
        "back_url": back_url,
        "advice_title": advice_title,
        "advice": advice,
    }
    return render(request, "absence/record_form.html", context, status=status_of(form))


def check_of(
    viewer: Viewer,
    pupil_id: int,
    slots: Sequence[Slot],
    code: str,
    *,
    days: tuple[date, date],
    found: Record | None,
    list_name: str,
) -> dict[str, Any]:
    """What the check of every record about one pupil shows. Shape: `days` are today and the first day.

    `found` is the record that is changed, None for a new one, which goes back to the list of this name.
    """
    pupils = [each for each in on_roll_then(viewer, *days) if each.id == pupil_id]
    return {
        "code": code,
        "preview": preview_of(viewer, pupils, slots, code, without=found.source if found else ""),
        "save_words": "Save the change" if found else "Record it",
        "back_url": page_of(found) if found else reverse(f"absence:{list_name}"),
    }


def page_of(record: Record) -> str:
    """The address of a record's page."""
    return reverse(f"absence:{record.KIND}", args=[record.pk])


def hidden_pairs(form: forms.Form) -> list[tuple[str, str]]:
    """Everything that a form holds as names and values, to be sent once more."""
    pairs = []
    for name in form.fields:
        value = form[name].value()
        values = value if isinstance(value, list | tuple) else [value]
        pairs += [(name, str(each)) for each in values if each not in (None, "", False)]
    return pairs


def put_pupils(form: forms.Form, pupils: Sequence[RollPupil]) -> None:
    """Puts chosen groups and years as their pupils into what a form was sent, so that its next page holds those."""
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    data.setlist("pupils", [str(pupil.id) for pupil in pupils])
    data.setlist("groups", [])
    data.setlist("years", [])
    form.data = data


def name_of(record: Any) -> str:
    """The pupil of a record as spoken: Amy Abbott."""
    return f"{record.pupil.forename} {record.pupil.surname}"


def found_or_404(record: Any) -> Any:
    """The record itself. Errors: Http404 where there is none in the viewer's school."""
    if record is None:
        raise Http404("no such record")
    return record


def status_of(form: forms.Form | None) -> int:
    """422 for a form that came back with errors."""
    return 422 if form is not None and form.errors else 200


def pupil_choices(pupils: Sequence[RollPupil]) -> list[tuple[str | int, str]]:
    """Pupils for a list, as "Abbott, Amelia (7A)"."""
    return [(pupil.id, f"{pupil.surname}, {pupil.forename} ({pupil.group_name})") for pupil in pupils]
