"""Which parents may be told by a message that a pupil is missing, what it would say, and who is left out and why."""

from dataclasses import dataclass, field
from datetime import datetime

from rollbook.apps.followup.queries.missing import Missing, missing_now
from rollbook.apps.followup.queries.steps import attempts_about, calls_on
from rollbook.apps.post.queries.purposes import channels_set_up
from rollbook.apps.roll.queries.calling import Contact
from rollbook.apps.schools.queries import School, school_of
from rollbook.clock import LONDON
from rollbook.domain.access import Viewer
from rollbook.domain.contact_steps import StepKind
from rollbook.domain.contacting import Addressee, Text, digits, may_send, message_text
from rollbook.domain.law import Finding

EMAIL, SMS = "email", "sms"
_MOBILE = "07"


@dataclass(frozen=True, slots=True)
class Message:
    """What would go to whom about one pupil."""

    missing: Missing
    contact: Contact
    address: str
    text: Text

    @property
    def to_name(self) -> str:
        """The parent, as the message greets them."""
        return str(self.contact.parent)


@dataclass
class MessagePlan:
    """Every message that may go at this moment, and every pupil about whom none may, with the reason."""

    channel: str
    channels: tuple[str, ...]
    may_go: list[Message] = field(default_factory=list)
    kept_back: list[tuple[str, str, str]] = field(default_factory=list)


def message_plan(viewer: Viewer, now: datetime, channel: str = EMAIL) -> MessagePlan:
    """What may be sent now. A channel that this server does not have is e-mail."""
    ready = channels_set_up()
    channels = tuple(each for each in (EMAIL, SMS) if each in ready)
    plan = MessagePlan(channel if channel in channels else EMAIL, channels)
    found = missing_now(viewer, now)
    school = school_of(viewer)
    calls = calls_on(viewer, now.date())
    for missing in found.missing:
        is_reached = any(each.result.is_spoken for each in attempts_about(missing.call, calls))
        message, why_not = _message(missing, school, plan.channel, is_reached=is_reached)
        if message is not None:
            plan.may_go.append(message)
        else:
            plan.kept_back.append((missing.placed.pupil.name, missing.placed.pupil.group_name, why_not))
    plan.kept_back += [
        (each.pupil.name, each.pupil.group_name, each.standing.because)
        for each in [*found.look_here, *found.explained]
    ]
    return plan


def _message(
    missing: Missing, school: School, channel: str, *, is_reached: bool
) -> tuple[Message | None, str]:
    """The message to the first contact who may have one; else why the first of them may not."""
    reasons = []
    for contact in missing.call.contacts:
        found = _asked(missing, contact, channel, is_reached=is_reached)
        if found.answer:
            text = message_text(
                parent=str(contact.parent),
                pupil=missing.call.pupil.forename,
                school=school.name,
                telephone=school.telephone,
                session=missing.placed.known.session,
            )
            return Message(missing, contact, _address(contact, channel), text), ""
        reasons.append(found.because)
    return None, reasons[0] if reasons else "Nobody is recorded who could be told."


def _asked(missing: Missing, contact: Contact, channel: str, *, is_reached: bool) -> Finding[bool]:
    placed = missing.placed
    others = [each for each in missing.call.contacts if each.pk != contact.pk]
    sent = [each.at for each in missing.steps if each.kind == StepKind.MESSAGE and each.on == _today(missing)]
    to = Addressee(
        name=str(contact.parent),
        address=_address(contact, channel),
        is_parent=contact.is_parent,
        is_worked_with=contact.is_worked_with,
        works_with_another=any(each.is_worked_with for each in others),
    )
    sent_at = sent[0].astimezone(LONDON) if sent else None
    return may_send(placed.standing, placed.known.code, to, sent_at=sent_at, is_reached=is_reached)


def _today(missing: Missing) -> object:
    return missing.urgency.answer.since.date()


def _address(contact: Contact, channel: str) -> str:
    """Where it goes: the e-mail address, or the first number that can have a text message; "" for none."""
    parent = contact.parent
    if channel == EMAIL:
        return parent.email
    numbers = (parent.telephone, parent.other_telephone)
    return next((each for each in numbers if digits(each).startswith(_MOBILE)), "")
