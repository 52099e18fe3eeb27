"""Patterns of absence and lateness: of the school and its groups, and all that was looked at for one pupil."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from rollbook import clock
from rollbook.apps.insight.forms.habits import PatternsForm
from rollbook.apps.insight.forms.keepable import asking
from rollbook.apps.insight.presenters.habit_files import PATTERN_HEADINGS, pattern_rows, patterns_table
from rollbook.apps.insight.presenters.lesson_patterns import lessons_context, pupil_lessons_context
from rollbook.apps.insight.presenters.patterns import patterns_context, pupil_context
from rollbook.apps.insight.queries.ground import ground
from rollbook.apps.insight.queries.lesson_patterns import lesson_patterns, lessons_of
from rollbook.apps.insight.queries.narrowing import narrowed
from rollbook.apps.insight.queries.patterns import earlier_years
from rollbook.apps.insight.queries.patterns import patterns as patterns_of
from rollbook.apps.insight.queries.patterns import pupil_patterns as patterns_of_pupil
from rollbook.apps.insight.views.habit_files import file_kind, habit_file
from rollbook.apps.insight.views.keeping import keeping_context
from rollbook.apps.roll.actions import note_look
from rollbook.apps.schools.queries import timetable
from rollbook.apps.support.queries.meetings import meeting_standings
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.periods import PeriodKind
from rollbook.ui.period_form import PeriodForm
from rollbook.ui.permissions import requires


@requires(Permission.MEASURES_VIEW, Permission.MEASURES_TOTALS)
@require_GET
def patterns(request: HttpRequest) -> HttpResponse:
    """Who has a pattern in a period, this year unless another is asked for, and what the groups show."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    form = _form(request, viewer)
    if not form.calendar.years:
        return render(request, "insight/no_year.html")
    if not form.is_valid():
        return render(request, "insight/patterns.html", {"form": form, "found": None}, status=422)
    asked = form.asked
    found = patterns_of(viewer, asked, now)
    form.offer_filters(found.filters)
    context = patterns_context(viewer, found, asked) | {"form": form}
    if asked.kind is None:
        of = narrowed(
            ground(viewer, asked.period.first_day, asked.period.last_day, now),
            asked.only,
            is_comparable=False,
        )
        lessons = lesson_patterns(viewer, of, with_groups=not asked.only)
        context["lessons"] = lessons_context(lessons, asked.period)
    context |= keeping_context(request, viewer, form, "patterns") | {"query": form.address}
    return render(request, "insight/patterns.html", context)


@requires(Permission.MEASURES_VIEW, Permission.MEASURES_TOTALS)
@require_GET
def patterns_file(request: HttpRequest) -> HttpResponse:
    """The same as a file: the pupils with a pattern for the staff team, the groups for everybody."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    kind = file_kind(request)
    form = _form(request, viewer)
    if not form.calendar.years or not form.is_valid():
        raise Http404("no such list")
    found = patterns_of(viewer, form.asked, now)
    groups = patterns_table(found, form.asked, viewer.school_name, now)
    pupils = (PATTERN_HEADINGS, pattern_rows(found)) if viewer.may(Permission.MEASURES_VIEW) else None
    return habit_file(viewer, "patterns of", kind, groups, pupils, now)


def _form(request: HttpRequest, viewer: Viewer) -> PatternsForm:
    return PatternsForm(request.GET, **asking(viewer, "patterns", clock.today()))


@requires(Permission.MEASURES_VIEW)
@require_GET
def pupil_patterns(request: HttpRequest, pupil_id: int) -> HttpResponse:
    """Everything that was looked at for one pupil, with the days behind it and what earlier years showed."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    form = PeriodForm(
        request.GET, calendar=timetable(viewer).calendar, today=now.date(), usual=PeriodKind.YEAR
    )
    if not form.is_valid():
        return render(request, "insight/pupil_patterns.html", {"form": form, "found": None}, status=422)
    found = patterns_of_pupil(viewer, pupil_id, form.period, now)
    if found is None:
        raise Http404("no such pupil on the roll in these days")
    note_look(viewer=viewer, pupil_id=pupil_id, by=viewer.actor, at=now)
    earlier = earlier_years(viewer, pupil_id, form.period, now)
    lessons = lessons_of(viewer, form.period, pupil_id)
    meeting = meeting_standings(viewer, [pupil_id], now).get(pupil_id)
    context = pupil_context(viewer, found, form.period, earlier, meeting) | {
        "form": form,
        "lessons": pupil_lessons_context(lessons),
    }
    return render(request, "insight/pupil_patterns.html", context)
