"""The morning's e-mail of what is overdue and due: counts and clauses, no names, to each person who is asked."""

from collections import Counter
from datetime import datetime, time

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from rollbook.apps.accounts.queries.viewers import viewers_of_school
from rollbook.apps.duties.queries.occasions import of_the_year, to_do_among
from rollbook.apps.post.actions.sending import send
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.duties import Owed, Standing
from rollbook.domain.duty_table import DUTIES
from rollbook.domain.law import POLICY
from rollbook.ui.words import long_day

PURPOSE = "duties.digest"
_BY = Actor(None, "Rollbook", "Morning list")


def send_digests(school_id: int, _slot: datetime, now: datetime) -> str:
    """A job: writes to everybody who has something overdue or due today. The same day it is written once to each.

    What is owed is worked out once for the school. None is sent where the school's setting says so.
    """
    readers = [each for each in viewers_of_school(school_id, now.date()) if each.may(Permission.DUTIES_VIEW)]
    if not readers:
        return "Nobody is asked for anything."
    if not timetable(readers[0]).setting("duty_digest", now.date()):
        return "The school’s setting says that none is sent."
    found = of_the_year(readers[0], now)
    sent = 0
    for reader in readers:
        lists = to_do_among(found, reader, now)
        if reader.email and (lists[Standing.OVERDUE] or lists[Standing.TODAY]):
            _send(reader, lists, now)
            sent += 1
    return f"{sent} of {len(readers)} had something to do and were written to."


def _send(reader: Viewer, lists: dict[Standing, list[Owed]], now: datetime) -> None:
    with transaction.atomic():
        send(
            school_id=reader.school_id,
            channel="email",
            purpose=PURPOSE,
            to_name=reader.name,
            to_address=reader.email,
            subject=_subject(lists, reader),
            body=digest_text(lists, reader, settings.ROLLBOOK_ADDRESS, now),
            key=f"digest:{reader.user_id}:{now.date().isoformat()}",
            until=datetime.combine(now.date(), time(18, 0), tzinfo=now.tzinfo),
            by=_BY,
            at=now,
        )


def _subject(lists: dict[Standing, list[Owed]], reader: Viewer) -> str:
    overdue, today = len(lists[Standing.OVERDUE]), len(lists[Standing.TODAY])
    parts = [f"{overdue} overdue"] if overdue else []
    parts += [f"{today} due today"] if today else []
    return f"To do: {', '.join(parts)} ({reader.school_name})"


def digest_text(lists: dict[Standing, list[Owed]], reader: Viewer, address: str, now: datetime) -> str:
    """The text: how many of each duty are overdue and due today, with its clause, and where the list is."""
    lines = [f"{reader.name}, this is your list for {long_day(now.date())}."]
    for standing, heading in ((Standing.OVERDUE, "Overdue"), (Standing.TODAY, "Due today")):
        counts = Counter(each.duty for each in lists[standing])
        if counts:
            lines += ["", heading]
            lines += [f"- {DUTIES[key].title}: {count} ({_clause(key)})" for key, count in counts.items()]
    lines += [
        "",
        f"Open your list: {address.rstrip('/')}{reverse('duties:to_do')}",
        "",
        "No names are sent by e-mail. Your school chooses under School, Settings whether this is sent.",
    ]
    return "\n".join(lines)


def _clause(key: str) -> str:
    citation = DUTIES[key].citation
    return f"policy, {citation.provision}" if citation.source == POLICY else citation.provision
