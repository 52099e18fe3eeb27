"""A form, then a page to check the answers, then the act: what every new record goes through."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from rollbook.apps.roll.queries import RollPupil
from rollbook.domain.access import Viewer
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals


class Check(Protocol):
    """What the page to check the answers shows, as a context for `absence/check.html`. Errors: Refused."""

    def __call__(self) -> Mapping[str, Any]: ...


def viewer_of(request: HttpRequest) -> Viewer:
    """Who is asking; `@requires` has seen to it that somebody is."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def through_check(
    request: HttpRequest,
    form: forms.Form,
    *,
    page: Callable[[], HttpResponse],
    check: Check,
    act: Callable[[], HttpResponse],
    names: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The next page of a form that was sent: itself where something is wrong or is to be changed, the check, the act.

    `names` maps the fields of refusals to those of the form. Everything typed comes back on each page.
    """
    if request.POST.get("act") == "edit" or not form.is_valid():
        return page()
    try:
        if request.POST.get("act") == "save":
            return act()
        found = check()
    except Refused as refused:
        add_refusals(form, refused, names)
        return page()
    # Only now: the check may have put chosen groups as their pupils into the form.
    return render(request, "absence/check.html", {**found, "hidden": hidden_pairs(form)})


def hidden_pairs(form: forms.Form) -> list[tuple[str, str]]:
    """Everything that a form holds as names and values, to be sent once more."""
    pairs = []
    for name in form.fields:
        value = form[name].value()
        values = value if isinstance(value, list | tuple) else [value]
        pairs += [(name, str(each)) for each in values if each not in (None, "", False)]
    return pairs


def set_list(form: forms.Form, name: str, values: Sequence[int]) -> None:
    """Puts a list into what a form was sent, so that its next page holds it."""
    data: Any = form.data.copy()  # type: ignore[attr-defined]
    data.setlist(name, [str(value) for value in values])
    form.data = data


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
