"""The returns to the local authority: which are due, and what each one says."""

from collections.abc import Sequence
from datetime import date

from django.db.models import F, Q

from rollbook.apps.roll.models import AddressChange, Contact, Destination, Enrolment, Pupil, ReturnDue
from rollbook.apps.roll.queries.particulars import said, words_of
from rollbook.apps.roll.queries.removals import ground_called
from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Viewer
from rollbook.domain.law import Finding
from rollbook.domain.roll import year_group
from rollbook.domain.roll_returns import (
    ReturnEntry,
    ReturnLine,
    ReturnParent,
    deletion_return_lines,
    new_pupil_return_due,
    new_pupil_return_lines,
)
from rollbook.ui.words import plain_day

_SENT_SHOWN = 50
# What regulation 8 has about a pupil besides name, address and parents; needs and care are not part of it.
_PARTICULARS = (
    *("surname", "forename", "sex", "born_on", "upn", "admission_number"),
    *("last_school_name", "last_school_address"),
)


def return_of(viewer: Viewer, return_id: int) -> ReturnDue | None:
    """One return about a pupil of the viewer's school; None for any other."""
    rows = ReturnDue.objects.filter(pk=return_id, pupil__school_id=viewer.school_id)
    return rows.select_related("pupil", "enrolment", "removal").first()


def returns_to_send(viewer: Viewer) -> list[ReturnDue]:
    """The returns that are due and not sent, the first due first. One query."""
    rows = ReturnDue.objects.filter(pupil__school_id=viewer.school_id, sent_on=None, cancelled_because="")
    return list(rows.exclude(due_on=None).select_related("pupil").order_by("due_on", "id"))


def returns_settled(viewer: Viewer) -> list[ReturnDue]:
    """The latest returns that were sent, cancelled, or are not needed. One query."""
    rows = ReturnDue.objects.filter(pupil__school_id=viewer.school_id).select_related("pupil")
    settled = rows.exclude(sent_on=None, cancelled_because="", due_on__isnull=False)
    return list(settled.order_by(F("sent_on").desc(nulls_last=True), "-id")[:_SENT_SHOWN])


def to_send_count(viewer: Viewer, on: date) -> int:
    """How many returns are due by the end of a day and not sent. One query."""
    rows = ReturnDue.objects.filter(pupil__school_id=viewer.school_id, sent_on=None, cancelled_because="")
    return rows.filter(due_on__lte=on).count()


def entry_returns_due(viewer: Viewer, entered: Sequence[tuple[Pupil, date]]) -> list[Finding[date | None]]:
    """When the new pupil returns of these pupils are due, entered on these days, in the same order.

    Queries only for starts on the first school day of a year: one for each such day.
    """
    calendar = timetable(viewer).calendar
    juniors: dict[date, int | None] = {}
    found = []
    for pupil, on in entered:
        if on not in juniors:
            year = calendar.year_of(on)
            begins = year is not None and len(calendar.school_days(year.first_day, on)) <= 1
            juniors[on] = _most_junior(viewer, on) if begins else None
        junior = juniors[on]
        is_junior = junior is not None and year_group(pupil.born_on, on, pupil.year_offset) <= junior
        found.append(new_pupil_return_due(on, calendar, is_most_junior=is_junior))
    return found


def _most_junior(viewer: Viewer, on: date) -> int | None:
    """The lowest year group on the roll on a day."""
    rows = Pupil.objects.filter(
        Q(enrolments__last_day=None) | Q(enrolments__last_day__gte=on),
        school_id=viewer.school_id,
        enrolments__first_day__lte=on,
    )
    born = rows.values_list("born_on", "year_offset")
    return min((year_group(born_on, on, offset) for born_on, offset in born), default=None)


def lines_of(viewer: Viewer, due: ReturnDue) -> tuple[ReturnLine, ...]:
    """What a return says, as the admission register stands now; what was sent stands in `content`. Four queries."""
    del viewer  # the return is of the viewer's school: `return_of` has seen to it
    pupil = due.pupil
    if due.kind == ReturnDue.Kind.DELETION:
        return deletion_return_lines(_entry(pupil, due))
    return new_pupil_return_lines(_entry(pupil, due))


def _entry(pupil: Pupil, due: ReturnDue) -> ReturnEntry:
    contacts = Contact.objects.filter(pupil=pupil).select_related("parent").order_by("priority", "id")
    change = AddressChange.objects.filter(pupil=pupil).first()
    destination = Destination.objects.filter(pupil=pupil).first()
    return ReturnEntry(
        full_name=" ".join(filter(None, (pupil.legal_forename, pupil.middle_names, pupil.legal_surname))),
        address=one_line(pupil.address, pupil.postcode),
        parents=tuple(_parent(contact) for contact in contacts),
        particulars=_particulars(pupil, due.enrolment),
        future_address=change_words(change) if change else "",
        destination=destination_words(destination) if destination else "",
        ground=_ground_words(due),
        last_day=plain_day(due.enrolment.last_day) if due.enrolment.last_day else "",
    )


def _parent(contact: Contact) -> ReturnParent:
    parent = contact.parent
    return ReturnParent(
        name=str(parent),
        relationship=contact.relationship,
        address=one_line(parent.address, parent.postcode),
        telephones=tuple(number for number in (parent.telephone, parent.other_telephone) if number),
        lives_with=contact.lives_with,
        is_parent=contact.is_parent,
        is_emergency_contact=contact.is_emergency_contact,
    )


def _particulars(pupil: Pupil, spell: Enrolment) -> tuple[tuple[str, str], ...]:
    own = tuple((words_of(Pupil, name), said(Pupil, name, getattr(pupil, name))) for name in _PARTICULARS)
    boards = "Boarder" if spell.is_boarder else "Day pupil"
    return (*own, ("Starting day", plain_day(spell.first_day)), ("Boarder or day pupil", boards))


def _ground_words(due: ReturnDue) -> str:
    if due.removal is None:
        return ""
    ground = ground_called(due.removal.ground, due.removal.proposed_at.date())
    return f"{due.removal.ground}: {ground.title}" if ground else due.removal.ground


def one_line(address: str, postcode: str) -> str:
    """An address on one line."""
    return ", ".join(filter(None, [*(line.strip() for line in address.splitlines()), postcode]))


def change_words(change: AddressChange) -> str:
    """A notified change of address as a sentence."""
    where = one_line(change.address, change.postcode)
    return f"From {plain_day(change.from_day)} with {change.parent_name}: {where}"


def destination_words(destination: Destination) -> str:
    """Where a pupil goes next as a sentence."""
    kind = destination.get_kind_display()
    where = ", ".join(filter(None, (destination.name, one_line(destination.address, ""))))
    starts = f", from {plain_day(destination.starts_on)}" if destination.starts_on else ""
    return (
        f"{where or kind}{starts}"
        if destination.kind == Destination.Kind.SCHOOL
        else (f"{kind}{': ' if where else ''}{where}{starts}")
    )
