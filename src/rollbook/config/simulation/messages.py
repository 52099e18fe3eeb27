"""What the demonstration school wrote to parents on the days before, and what became of it.

Written with the product's own actions. The letters of the past go nowhere; that an address is none is found out as
ever.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from django.conf import settings

from rollbook.apps.accounts.models import User
from rollbook.apps.accounts.queries import viewer_for
from rollbook.apps.post.actions.carrying import carry
from rollbook.apps.post.actions.sending import send, settle
from rollbook.apps.post.models import Message
from rollbook.apps.registers.queries.clashes import marks_made
from rollbook.apps.roll.models import Contact
from rollbook.apps.roll.queries import pupils_on_roll
from rollbook.apps.schools.queries import school_of, timetable
from rollbook.clock import LONDON
from rollbook.domain.access import Viewer
from rollbook.domain.contacting import message_text
from rollbook.domain.sessions import SchoolSession

_DAYS = 3
_MOST_A_DAY = 3
_PURPOSE = "absence.missing"


def record_messages(today: date, officer_email: str) -> None:
    """Writes to the parents of pupils who were missing without a reason; the last address of each day is mistyped.

    Of the oldest day somebody has telephoned instead. What was written already is left as it is.
    """
    officer = User.objects.get(email=officer_email)
    viewer = viewer_for(officer.pk, officer.name, officer.email, today)
    if viewer is None:
        raise ValueError(f"{officer.name} has no role in the demonstration on {today}")
    days = timetable(viewer).calendar.previous_school_days(today, _DAYS)
    with _mail_goes_nowhere():
        _send_what_waits(viewer, _moment(today, time()))
        for day in days:
            contacts = _contacts(viewer, day)
            for number, contact in enumerate(contacts, start=1):
                message = _write(viewer, contact, day, is_mistyped=number == len(contacts))
                carry(message.pk, lambda day=day: _moment(day, time(9, 42)))  # type: ignore[misc]
                message.refresh_from_db()
                if message.state == Message.State.FAILED and day == days[0] and not message.settled_at:
                    _settle(viewer, message, day)


def _send_what_waits(viewer: Viewer, before: datetime) -> None:
    """What else was written on the days before has gone a minute later."""
    rows = Message.objects.filter(school_id=viewer.school_id, state=Message.State.WAITING, at__lt=before)
    for message in rows.order_by("id"):
        at = message.at + timedelta(minutes=1)
        carry(message.pk, lambda at=at: at)  # type: ignore[misc]


def _contacts(viewer: Viewer, on: date) -> list[Contact]:
    """The first parent of each pupil without a reason that morning."""
    roll = sorted(each.id for each in pupils_on_roll(viewer, on))
    marks = marks_made(viewer, roll, on, on)
    missing = [pupil for pupil in roll if marks.get((pupil, on, SchoolSession.AM)) in {"N", "O"}]
    rows = Contact.objects.filter(pupil_id__in=missing, is_parent=True).select_related("parent", "pupil")
    first: dict[int, Contact] = {}
    for row in rows.order_by("pupil_id", "priority", "id"):
        if row.parent.email:
            first.setdefault(row.pupil_id, row)
    return list(first.values())[:_MOST_A_DAY]


def _write(viewer: Viewer, contact: Contact, on: date, *, is_mistyped: bool) -> Message:
    school, parent = school_of(viewer), contact.parent
    text = message_text(
        parent=str(parent),
        pupil=contact.pupil.forename,
        school=school.name,
        telephone=school.telephone,
        session=SchoolSession.AM,
    )
    return send(
        school_id=viewer.school_id,
        channel="email",
        purpose=_PURPOSE,
        to_name=str(parent),
        to_address=parent.email.replace("@", "") if is_mistyped else parent.email,
        subject=text.subject,
        body=text.body,
        about=f"pupil:{contact.pupil_id}",
        pupil_id=contact.pupil_id,
        key=f"missing:{contact.pupil_id}:{on.isoformat()}",
        until=_moment(on, time(15)),
        by=viewer.actor,
        at=_moment(on, time(9, 41)),
    )


def _settle(viewer: Viewer, message: Message, on: date) -> None:
    note = f"Telephoned {message.to_name} at 10:20, and put the address right in the pupil's contacts."
    settle(viewer=viewer, message_id=message.pk, note=note, by=viewer.actor, at=_moment(on, time(10, 24)))


@contextmanager
def _mail_goes_nowhere() -> Iterator[None]:
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    try:
        yield
    finally:
        settings.EMAIL_BACKEND = backend


def _moment(on: date, at: time) -> datetime:
    return datetime.combine(on, at, tzinfo=LONDON)
