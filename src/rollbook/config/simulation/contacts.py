"""What the demonstration's school did about pupils who were missing this year: calls, visits, those it told.

Each is what the policy asked for on that day, done through the actions of follow-up by whoever does it there, nearly
always in time; the last school day's visits are left to be decided on, so that there is something to do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction

from rollbook.apps.accounts.models import User
from rollbook.apps.accounts.queries import viewer_for
from rollbook.apps.followup.actions.recording import StepDraft, record_call, record_step
from rollbook.apps.followup.queries.owed_contacts import owed
from rollbook.apps.followup.queries.steps import person_of
from rollbook.apps.roll.queries.calling import ToCall, to_call
from rollbook.clock import LONDON
from rollbook.config.simulation.plan import SchoolPlan
from rollbook.domain.access import Viewer
from rollbook.domain.contact_steps import ENQUIRIES_BY_TENTH_DAY, StepKind
from rollbook.domain.duties import Owed

_FORGOTTEN, _VISITED = 0.02, 0.15
_SAID = ("", "", "Will ring back", "On the voicemail", "Grandmother will ask")
_NO_VISIT = (
    "Mother was rung and heard in the background; well looked after",
    "Father sent a photograph of the prescription",
    "Spoke with the pupil on the telephone",
    "The family was met at the surgery this morning",
)
_FOUND = "Mother and pupil at the door; in bed with a cold, will be back this week"
_ASKED = {
    "contacts": ("All contacts in their order", "Answered in the evening: at home, will not come"),
    "home": ("Parent at the door", "The pupil was heard upstairs"),
    "family": ("Cousin’s school", "Seen at the weekend, well"),
    "neighbours": ("Neighbour at the next door", "The family is seen every day"),
    "agencies": ("School nurse", "Last appointment was kept"),
    "authority": (
        "Children missing education team",
        "Told by secure e-mail; not taken on, whereabouts are known",
    ),
}


@dataclass(frozen=True)
class _Staff:
    """Who does it: the office rings, the pastoral lead does the rest."""

    office: Viewer
    pastoral: Viewer


def record_contacts(school: SchoolPlan, today: date, seed: int) -> None:
    """Writes down what was done from the first day of this academic year up to yesterday."""
    before = school.calendar.previous_school_days(today, 1)
    year = school.calendar.year_of(today)
    if not before or year is None:
        return
    now = datetime.combine(today, time(8, 30), LONDON)
    staff = _Staff(_viewer("office", today), _viewer("pastoral", today))
    draw = Random(f"contacts:{seed}:{today}")  # noqa: S311
    asked = sorted(
        owed(staff.pastoral, year.first_day, before[0], now),
        key=lambda each: (each.arose_at, each.about, each.duty),
    )
    calls = to_call(staff.pastoral, {each.pupil_id for each in asked if each.pupil_id is not None})
    with transaction.atomic():
        for each in asked:
            is_left_open = each.arose_at.date() == before[0] and each.duty == "visit.two_days"
            does = _DOES.get(each.duty)
            if does is not None and not is_left_open and draw.random() >= _FORGOTTEN:
                does(each, calls[each.pupil_id or 0], staff, draw)


def _viewer(name: str, today: date) -> Viewer:
    person = User.objects.get(email__startswith=f"{name}@")
    found = viewer_for(person.pk, person.name, person.email, today, None)
    if found is None:
        raise ValueError(f"{name}@ holds no appointment on {today}")
    return found


def _ring(each: Owed, call: ToCall, staff: _Staff, draw: Random) -> None:
    """The first contact is rung within the hour; nobody answers where the reason came later than that day."""
    at = each.arose_at + timedelta(minutes=draw.randrange(4, 52))
    if each.done_at is not None and each.done_at <= at:
        return
    is_told = each.done_at is not None and each.done_at.date() == at.date()
    for contact in call.contacts[: 1 if is_told else 2]:
        for number in person_of(contact).numbers[:1]:
            record_call(
                viewer=staff.office,
                pupil_id=call.pupil.pk,
                contact_id=contact.pk,
                number=number,
                result="reached" if is_told else draw.choice(("no_answer", "message")),
                note=draw.choice(_SAID),
                key=uuid5(NAMESPACE_URL, f"rollbook:demonstration:call:{contact.pk}:{at}"),
                by=staff.office.actor,
                at=at,
            )
        at += timedelta(minutes=3)


def _decide_on_visit(each: Owed, call: ToCall, staff: _Staff, draw: Random) -> None:
    if draw.random() < _VISITED:
        values = {"result": "seen", "who": "Carol-Ann Peake", "second_person": "Yusuf Rahmani"}
        values |= {"seen_by": "Carol-Ann Peake", "note": _FOUND}
        _step(StepKind.VISIT, values, each, call, staff, draw)
    else:
        _step(StepKind.NO_VISIT, {"note": draw.choice(_NO_VISIT)}, each, call, staff, draw)


def _tell(each: Owed, call: ToCall, staff: _Staff, draw: Random) -> None:
    pupil = call.pupil
    partners = {
        "social_worker": pupil.social_worker,
        "youth_offending": pupil.youth_offending_worker,
        "virtual_school": pupil.virtual_school,
    }
    for partner, name in partners.items():
        if name:
            who = name.partition(",")[0]
            values = {"result": partner, "who": who, "how": draw.choice(("telephone", "email"))}
            _step(StepKind.PARTNER, values, each, call, staff, draw)


def _decide_on_officer(each: Owed, call: ToCall, staff: _Staff, draw: Random) -> None:
    values = {"result": "not_yet", "note": "The family is in touch; looked at again on Monday"}
    _step(StepKind.WELFARE_OFFICER, values, each, call, staff, draw)


def _enquire(each: Owed, call: ToCall, staff: _Staff, draw: Random) -> None:
    for which, _ in ENQUIRIES_BY_TENTH_DAY:
        values = {
            "result": which,
            "who": "As the list asks",
            "note": "The family is at home and has been heard",
        }
        _step(StepKind.ENQUIRY, values, each, call, staff, draw)


def _step(
    kind: StepKind, values: Mapping[str, str], each: Owed, call: ToCall, staff: _Staff, draw: Random
) -> None:
    at = each.arose_at + timedelta(minutes=draw.randrange(60, 240))
    record_step(
        viewer=staff.pastoral,
        pupil_id=call.pupil.pk,
        draft=StepDraft(kind, values, at if kind.rule.asks_when else None),
        key=uuid5(
            NAMESPACE_URL, f"rollbook:demonstration:{kind}:{call.pupil.pk}:{at}:{values.get('result')}"
        ),
        by=staff.pastoral.actor,
        at=at,
    )


_DOES: Mapping[str, Callable[[Owed, ToCall, _Staff, Random], None]] = {
    "contact.first_day": _ring,
    "contact.each_day": _ring,
    "visit.two_days": _decide_on_visit,
    "partner.told": _tell,
    "partner.welfare_officer": _decide_on_officer,
    "missing.tenth_day": _enquire,
}
