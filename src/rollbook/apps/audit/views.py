"""The audit log: who did, changed or looked at what, and the same as a file."""

import csv
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from rollbook import clock
from rollbook.apps.audit.actions import record
from rollbook.apps.audit.forms import KINDS, WantedForm
from rollbook.apps.audit.presenters import HEADINGS, as_row, line, subjects_in
from rollbook.apps.audit.queries import Wanted, batches_of, known_subjects, page_of, pupils_called
from rollbook.domain.access import Permission, Viewer
from rollbook.ui.permissions import requires

_LONGEST_NUMBER = 18


@requires(Permission.AUDIT_VIEW)
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """The events of the school, newest first."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    form = WantedForm(request.GET)
    wanted = _wanted(viewer, form)
    page = page_of(viewer, wanted, before=_number(request, "before"), after=_number(request, "after"))
    known = known_subjects(viewer, [*subjects_in(page.events), *(wanted.subjects or ())])
    may_see_pupils = viewer.may(Permission.PUPIL_VIEW_ANY)
    subject = form.cleaned_data.get("subject")
    context = {
        "form": form,
        "lines": [line(event, known, may_see_pupils=may_see_pupils) for event in page.events],
        "may_see_pupils": may_see_pupils,
        "subject": known[subject].words if subject and subject in known else subject,
        "is_narrowed": any(form.cleaned_data.values()),
        "newer": _address(request, "audit:log", after=page.newer_than) if page.newer_than else "",
        "older": _address(request, "audit:log", before=page.older_than) if page.older_than else "",
        "file": _address(request, "audit:export"),
    }
    return render(request, "audit/log.html", context, status=422 if form.errors else 200)


@requires(Permission.AUDIT_VIEW)
@require_GET
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The same events, all of them, as a CSV file. Taking it out is an event too."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    form = WantedForm(request.GET)
    wanted = _wanted(viewer, form)
    if form.errors:
        return log(request)  # type: ignore[return-value]
    now = clock.now()
    asked = {name: str(value) for name, value in form.cleaned_data.items() if value}
    with transaction.atomic():
        record(type="audit.exported", by=viewer.actor, at=now, school_id=viewer.school_id, facts=asked)
    response = StreamingHttpResponse(_rows(viewer, wanted), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-log-{now:%Y-%m-%d}.csv"'
    return response


class _Echo:
    def write(self, value: str) -> str:
        return value


def _rows(viewer: Viewer, wanted: Wanted) -> Iterator[str]:
    writer = csv.writer(_Echo())
    may_see_pupils = viewer.may(Permission.PUPIL_VIEW_ANY)
    # Excel takes a file for UTF-8 only with this mark at its start.
    yield "\ufeff"
    yield writer.writerow(HEADINGS)
    for events in batches_of(viewer, wanted):
        known = known_subjects(viewer, subjects_in(events))
        for event in events:
            yield writer.writerow(as_row(line(event, known, may_see_pupils=may_see_pupils), event.type))


def _wanted(viewer: Viewer, form: WantedForm) -> Wanted:
    form.is_valid()
    values: dict[str, Any] = form.cleaned_data
    kinds = {key: (types, without) for key, _, types, without in KINDS}
    types, without = kinds.get(values.get("kind") or "", ((), ()))
    subjects: tuple[str, ...] | None = None
    if values.get("subject"):
        subjects = (values["subject"],)
    elif values.get("pupil"):
        subjects = pupils_called(viewer, values["pupil"])
    return Wanted(
        by_name=values.get("by") or "",
        types=types,
        without=without,
        subjects=subjects,
        first_day=values.get("first_day"),
        last_day=values.get("last_day"),
    )


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None


def _address(request: HttpRequest, name: str, **page: int) -> str:
    query = QueryDict(mutable=True)
    for key in ("by", "kind", "pupil", "first_day", "last_day", "subject"):
        if value := request.GET.get(key):
            query[key] = value
    for key, number in page.items():
        query[key] = str(number)
    return f"{reverse(name)}?{query.urlencode()}" if query else reverse(name)
