"""Keying in a register that was taken on paper: which one, when and by whom; then the register's own form."""

from datetime import date, datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from rollbook import clock
from rollbook.apps.accounts.queries import Person, people_of
from rollbook.apps.registers.actions.taking import OnPaper, who_took_it
from rollbook.apps.registers.forms import PaperForm
from rollbook.apps.registers.queries.board import session_now
from rollbook.apps.schools.queries import Group, groups_on, timetable
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.marks import SchoolSession
from rollbook.domain.refusals import Refused
from rollbook.ui.converters import day_from
from rollbook.ui.forms import add_refusals
from rollbook.ui.permissions import requires

# What the register's address carries beside the register: the paper's time, and who took it.
TAKEN_AT, TAKEN_BY = "taken_at", "taken_by"
_LONGEST_NUMBER = 18


@requires(Permission.REGISTER_TAKE_ANY)
@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """Asks which register it is, when it was taken and by whom, and leads on to the register's form."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = clock.now()
    is_sent = TAKEN_AT in request.GET
    groups = _groups(viewer, now.date(), request.GET.get("on", ""))
    on, school_session = session_now(viewer, now)
    form = PaperForm(
        request.GET if is_sent else None,
        groups=[(group.id, group.name) for group in groups],
        people=people_to_choose(viewer, now.date()),
        initial={"on": on, "session": school_session, "group": request.GET.get("group")},
    )
    if is_sent and form.is_valid() and (address := _register(viewer, form, now)):
        return HttpResponseRedirect(address)
    return render(request, "registers/paper.html", {"form": form}, status=422 if is_sent else 200)


def people_to_choose(viewer: Viewer, on: date) -> list[tuple[int, str]]:
    """Everybody who works at the school on a day, with their position, by name. Two queries."""
    return [(person.id, _words(person, on)) for person in people_of(viewer, on) if person.held(on)]


def _words(person: Person, on: date) -> str:
    return f"{person.name}, {person.held(on)[0].position}"


def _groups(viewer: Viewer, today: date, text: str) -> list[Group]:
    """The groups of the day that was asked for, else of today."""
    try:
        return groups_on(viewer, day_from(text))
    except ValueError:
        return groups_on(viewer, today)


def _register(viewer: Viewer, form: PaperForm, now: datetime) -> str:
    """The address of the register with what was asked; "" where it can't be, and then the form says why."""
    values = form.cleaned_data
    on, school_session = values["on"], SchoolSession(values["session"])
    calendar = timetable(viewer).calendar
    times = calendar.times(on, school_session)
    if times is None:
        form.add_error("on", f"No register is taken on this day: {calendar.day(on).because}")
        return ""
    taken = OnPaper(datetime.combine(on, values["taken_at"], now.tzinfo), values["taken_by"])
    try:
        who_took_it(viewer, on, times, taken, now)
    except Refused as refused:
        add_refusals(form, refused)
        return ""
    query = urlencode({TAKEN_AT: f"{taken.at:%H:%M}", TAKEN_BY: taken.person_id})
    return f"{reverse('registers:take', args=[values['group'], on, school_session.value])}?{query}"


def paper_of(query: QueryDict, on: date, now: datetime) -> OnPaper | None:
    """What a register's address says of the paper; None where it says nothing. Errors: Refused for nonsense."""
    if TAKEN_AT not in query:
        return None
    number = query.get(TAKEN_BY, "")
    try:
        taken_at = datetime.strptime(query.get(TAKEN_AT, ""), "%H:%M").time()  # noqa: DTZ007  # a time by the school's clock
    except ValueError:
        raise Refused.one("", "Enter when the register was taken on paper.") from None
    if not (number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER):
        raise Refused.one("", "Choose who took the register on paper.")
    return OnPaper(datetime.combine(on, taken_at, now.tzinfo), int(number))
