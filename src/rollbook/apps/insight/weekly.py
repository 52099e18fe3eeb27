"""Sends the kept views of figures that are due: asked by the schedule each morning, or by `rollbook send views`."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from rollbook import clock
from rollbook.apps.insight.actions.saved_views import give_back, note_sent, take_on
from rollbook.apps.insight.letters import NotSent, send_letter
from rollbook.apps.insight.queries.saved_views import due_letters
from rollbook.apps.jobs.actions.running import NotDone
from rollbook.domain.access import Actor

_BY = Actor(None, "Rollbook", "Weekly letters")


@dataclass(frozen=True, slots=True)
class Sent:
    """How many went out, and which did not, with why."""

    count: int
    failed: tuple[str, ...]


def send_views(address: str, school_id: int | None = None) -> Sent:
    """Sends what is due, of one school or of all. `address` is where the server is reached, for the links."""
    sent, failed = 0, []
    for due in due_letters(clock.now(), school_id):
        letter = take_on(due, clock.now())
        if letter is None:
            continue
        try:
            send_letter(due, address, clock.now())
        except NotSent as problem:
            give_back(letter)
            failed.append(f"{due.view.name} to {due.reader.email}: {problem}")
            continue
        note_sent(letter=letter, by=_BY, at=clock.now())
        sent += 1
    return Sent(sent, tuple(failed))


def send_due(school_id: int, _slot: datetime, _now: datetime) -> str:
    """A job: sends a school's views that are due. Errors: NotDone; the next try sends those alone."""
    sent = send_views(settings.ROLLBOOK_ADDRESS, school_id)
    if sent.failed:
        raise NotDone(f"{sent.count} sent. Not sent: {'; '.join(sent.failed)}")
    return f"{sent.count} sent"
