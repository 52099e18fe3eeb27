"""Calls that were transferred: to whom they may go, which are open, and who may read and answer them."""

from datetime import date, datetime, time, timedelta

from rollbook.apps.absence.models import Report, Transfer
from rollbook.apps.accounts.queries.people import Person, holders
from rollbook.domain.access import Permission, Role, Viewer

# The pastoral lead first: the policy names them (section 3.6). The others stand in.
_ROLES = (Role.PASTORAL_LEAD, Role.ATTENDANCE_OFFICER, Role.SENCO, Role.HEAD_TEACHER)


def transfer_targets(viewer: Viewer, on: date) -> list[Person]:
    """Who may be asked to speak with a parent, the pastoral lead first. Three queries."""
    held = dict(holders(viewer, on))
    found: dict[int, Person] = {}
    for role in _ROLES:
        for person, _ in held[role]:
            found.setdefault(person.id, person)
    return list(found.values())


def pastoral_leads(viewer: Viewer, on: date) -> list[Person]:
    """Who is told of each absence that is reported. Three queries."""
    return [person for person, _ in dict(holders(viewer, on))[Role.PASTORAL_LEAD]]


def may_close(viewer: Viewer, transfer: Transfer) -> bool:
    """May this person take it on and say what came of it: whom it went to, and who looks after welfare?"""
    return transfer.to_id == viewer.user_id or viewer.may(Permission.WELFARE_VIEW)


def may_read_notes(viewer: Viewer, transfer: Transfer) -> bool:
    """May this person read what it is about? Also who wrote it."""
    return may_close(viewer, transfer) or transfer.transferred_by_id == viewer.user_id


def transfers_open(viewer: Viewer) -> list[Transfer]:
    """The transferred calls of the viewer's school that nobody has closed, oldest first. One query."""
    rows = Transfer.objects.filter(school_id=viewer.school_id, closed_at=None)
    return list(rows.select_related("pupil").order_by("transferred_at", "pk"))


def transfers_closed(viewer: Viewer, since: date) -> list[Transfer]:
    """Those closed since a day, newest first. One query."""
    rows = Transfer.objects.filter(school_id=viewer.school_id, closed_at__date__gte=since)
    return list(rows.select_related("pupil").order_by("-closed_at", "-pk")[:50])


def transfer_of(viewer: Viewer, transfer_id: int) -> Transfer | None:
    """One transferred call of the viewer's school; None for any other. One query."""
    rows = Transfer.objects.filter(school_id=viewer.school_id, pk=min(transfer_id, 2**63 - 1))
    return rows.select_related("pupil", "call").first()


def reported_on(viewer: Viewer, on: date, now: datetime) -> list[Report]:
    """The reports of absence that the school was told of on a day and that stand, by pupil's name. One query."""
    start = datetime.combine(on, time.min, tzinfo=now.tzinfo)
    rows = Report.objects.filter(
        school_id=viewer.school_id,
        ended_at=None,
        call__told_at__gte=start,
        call__told_at__lt=start + timedelta(days=1),
    )
    return list(rows.select_related("pupil").order_by("pupil__surname", "pupil__forename", "pk"))


def pupils_with_open_transfers(viewer: Viewer, _on: date) -> dict[int, str]:
    """The pupils about whom a parent still waits to be spoken with, so that their marks are kept. One query."""
    rows = Transfer.objects.filter(school_id=viewer.school_id, closed_at=None)
    return dict.fromkeys(rows.values_list("pupil_id", flat=True), "a transferred call is not closed")
