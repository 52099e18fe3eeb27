"""The school's policy settings, its particulars, and the attendance codes."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from rollbook import clock
from rollbook.apps.schools.actions.particulars import FIELDS, change_particulars
from rollbook.apps.schools.actions.settings import remove_policy_setting, set_policy_setting
from rollbook.apps.schools.forms import ParticularsForm, SettingForm
from rollbook.apps.schools.presenters.codes import code_sections, old_codes
from rollbook.apps.schools.queries import school_of
from rollbook.apps.schools.queries.settings import SETTINGS, setting_row, settings_on
from rollbook.apps.schools.views.asking import may_manage, viewer_of
from rollbook.domain.access import Permission
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires
from rollbook.ui.words import plain_day


@requires(Permission.SCHOOL_VIEW)
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """What the school is and what its policy has chosen."""
    viewer, today = viewer_of(request), clock.today()
    context = {
        "school": school_of(viewer),
        "histories": settings_on(viewer, today),
        "today": today,
        "may_manage": may_manage(request),
    }
    return render(request, "schools/settings.html", context)


@requires(Permission.CALENDAR_MANAGE)
@require_http_methods(["GET", "POST"])
def choose_setting(request: HttpRequest, name: str) -> HttpResponse:
    """Records what the policy chooses from a day on. Errors: Http404 for a name that is no setting."""
    viewer, today = viewer_of(request), clock.today()
    if name not in SETTINGS:
        raise Http404("no such setting")
    history = next(each for each in settings_on(viewer, today) if each.setting.name == name)
    first_choice = today if history.since is None else today + timedelta(days=1)
    start = {"value": history.now, "effective_from": first_choice}
    form = SettingForm(
        request.POST if request.method == "POST" else None, initial=start, setting=history.setting
    )
    if form.is_bound and form.is_valid():
        try:
            set_policy_setting(viewer=viewer, name=name, **form.cleaned_data, by=viewer.actor, at=clock.now())
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(
                request,
                f"Recorded: {history.setting.title[0].lower()}{history.setting.title[1:]} "
                f"{history.setting.with_unit(form.cleaned_data['value'])} "
                f"from {plain_day(form.cleaned_data['effective_from'])}.",
            )
            return redirect(reverse("schools:settings"))
    context = {"form": form, "history": history}
    return render(request, "schools/setting.html", context, status=422 if form.errors else 200)


@requires(Permission.CALENDAR_MANAGE)
@require_http_methods(["GET", "POST"])
def take_back_setting(request: HttpRequest, row_id: int) -> HttpResponse:
    """Takes back a choice that has not begun. Errors: Http404 for another school's."""
    viewer = viewer_of(request)
    row = setting_row(viewer, row_id)
    if row is None:
        raise Http404("no such choice")
    setting = SETTINGS[row.name]
    if request.method == "POST":
        try:
            remove_policy_setting(viewer=viewer, row_id=row_id, by=viewer.actor, at=clock.now())
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, f"The choice from {plain_day(row.effective_from)} is taken back.")
        return redirect(reverse("schools:settings"))
    context = {"row": row, "setting": setting, "words": setting.with_unit(row.value)}
    return render(request, "schools/setting_remove.html", context)


@requires(Permission.CALENDAR_MANAGE)
@require_http_methods(["GET", "POST"])
def particulars(request: HttpRequest) -> HttpResponse:
    """Changes the school's particulars."""
    viewer = viewer_of(request)
    school = school_of(viewer)
    form = ParticularsForm(
        request.POST if request.method == "POST" else None,
        initial={name: getattr(school, name) for name in FIELDS},
    )
    if form.is_bound and form.is_valid():
        try:
            change_particulars(viewer=viewer, values=form.cleaned_data, by=viewer.actor, at=clock.now())
        except Refused as refused:
            add_refusals(form, refused)
        else:
            messages.success(request, "The school's particulars are saved.")
            return redirect(reverse("schools:settings"))
    context = {
        "form": form,
        "form_title": "Particulars of the school",
        "act": "Save",
        "back": reverse("schools:settings"),
    }
    return render(request, "schools/form.html", context, status=422 if form.errors else 200)


@requires(Permission.SCHOOL_VIEW)
@require_safe
def codes(request: HttpRequest) -> HttpResponse:
    """Every attendance code: what it means, who sets it, what it needs, how it counts, where it comes from."""
    today = clock.today()
    context = {"sections": code_sections(today), "old": old_codes(today), "today": today}
    return render(request, "schools/codes.html", context)
