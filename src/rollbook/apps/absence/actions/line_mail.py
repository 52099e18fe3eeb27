"""What leaves the absence line by e-mail: that something was told, about whom, and where it stands. Never why.

Source: sections 3.6 and 4.2 of the school's policy.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from rollbook.apps.absence.models import Call, Report, Transfer
from rollbook.apps.absence.queries.line_people import group_names
from rollbook.apps.absence.queries.transfers import pastoral_leads, reported_on
from rollbook.apps.accounts.queries.people import Person
from rollbook.apps.accounts.queries.viewers import viewers_of_school
from rollbook.apps.post.actions.sending import send
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Actor, Viewer
from rollbook.ui.words import long_day

REPORTED, TRANSFERRED = "absence.reported", "absence.transferred"
AT_ONCE, ONCE_A_MORNING = 1, 2
_BY = Actor(None, "Rollbook", "Absences of the morning")
_END_OF_DAY = time(18, 0)


def tell_of_call(*, viewer: Viewer, call: Call, reports: Sequence[Report], by: Actor, at: datetime) -> int:
    """Tells each pastoral lead of a call at once, where the school's setting says so; how many were written to.

    Who took the call themselves needs no letter.
    """
    if timetable(viewer).setting("reported_absence_mail", at.date()) != AT_ONCE:
        return 0
    people = [each for each in pastoral_leads(viewer, at.date()) if each.email and each.id != by.user_id]
    lines = _names(viewer, reports, at)
    url = reverse("absence:report", args=[reports[0].pk]) if len(reports) == 1 else reverse("absence:line")
    for person in people:
        send(
            school_id=viewer.school_id,
            channel="email",
            purpose=REPORTED,
            to_name=person.name,
            to_address=person.email,
            subject=f"Absence reported ({viewer.school_name})",
            body=_text(person.name, "The school was told of an absence:", lines, url),
            about="An absence was reported",
            pupil_id=reports[0].pupil_id if len(reports) == 1 else None,
            key=f"absence.reported:{call.pk}:{person.id}",
            until=_end(at),
            by=by,
            at=at,
        )
    return len(people)


def tell_of_transfer(*, viewer: Viewer, transfer: Transfer, to: Person, by: Actor, at: datetime) -> bool:
    """Tells whom a call was transferred to, without what it is about. False for somebody without an address."""
    if not to.email or to.id == by.user_id:
        return False
    url = reverse("absence:transfer", args=[transfer.pk])
    names = group_names(viewer, at.date())
    send(
        school_id=viewer.school_id,
        channel="email",
        purpose=TRANSFERRED,
        to_name=to.name,
        to_address=to.email,
        subject=f"A call was transferred to you ({viewer.school_name})",
        body=_text(to.name, "A parent asks to speak with you. It is about:", [_line(transfer, names)], url),
        about="A call was transferred",
        pupil_id=transfer.pupil_id,
        key=f"absence.transferred:{transfer.pk}",
        by=by,
        at=at,
    )
    return True


def send_morning_lists(school_id: int, _slot: datetime, now: datetime) -> str:
    """A job: one e-mail a morning to each pastoral lead with who was reported absent, where the setting says so."""
    viewer = next(iter(viewers_of_school(school_id, now.date())), None)
    if viewer is None:
        return "Nobody works here."
    if timetable(viewer).setting("reported_absence_mail", now.date()) != ONCE_A_MORNING:
        return "The school’s setting says that no list is sent."
    reports = reported_on(viewer, now.date(), now)
    people = [each for each in pastoral_leads(viewer, now.date()) if each.email]
    if not reports or not people:
        return "Nothing to tell." if people else "Nobody to tell: there is no pastoral lead with an address."
    lines = _names(viewer, reports, now)
    for person in people:
        with transaction.atomic():
            send(
                school_id=school_id,
                channel="email",
                purpose=REPORTED,
                to_name=person.name,
                to_address=person.email,
                subject=f"Absences reported this morning: {len(lines)} ({viewer.school_name})",
                body=_text(
                    person.name,
                    f"Reported on {long_day(now.date())}, until {now:%H:%M}:",
                    lines,
                    reverse("absence:line"),
                ),
                about="Absences reported this morning",
                key=f"absence.reported:{now.date().isoformat()}:{person.id}",
                until=_end(now),
                by=_BY,
                at=now,
            )
    return f"{len(people)} written to, about {len(lines)} pupils."


def _names(viewer: Viewer, reports: Iterable[Report], at: datetime) -> list[str]:
    names = group_names(viewer, at.date())
    return list(dict.fromkeys(_line(each, names) for each in reports))


def _line(of: Report | Transfer, groups: dict[int, str]) -> str:
    group = groups.get(of.pupil_id, "")
    return f"- {of.pupil.forename} {of.pupil.surname}{f', {group}' if group else ''}"


def _text(name: str, what: str, lines: Sequence[str], url: str) -> str:
    address = f"{settings.ROLLBOOK_ADDRESS.rstrip('/')}{url}"
    close = "The reason is not sent by e-mail. It stands in Rollbook:"
    return "\n".join([f"{name},", "", what, *lines, "", close, address])


def _end(at: datetime) -> datetime:
    """From the evening on the day's news is of no use; what is told later is for the next day."""
    end = datetime.combine(at.date(), _END_OF_DAY, tzinfo=at.tzinfo)
    return max(end, at.replace(hour=23, minute=59)) if at >= end else end
