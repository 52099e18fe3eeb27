"""What parents told about absence, as the line, the pupil's page and the rooms above ask for it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from rollbook.apps.absence.models import Report
from rollbook.domain.access import Viewer
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.told import Channel, Told
from rollbook.ui.words import local


@dataclass(frozen=True, slots=True)
class Reported:
    """One absence as it was told. `reason` is what everybody may know; `note` what the register shows.

    `is_believed` is False where the caller is neither a parent nor a contact: the reason is then none. `gave_reason`
    is False where nobody said why. `expected_back_on` None: the caller did not say.
    """

    id: int
    pupil_id: int
    told_at: datetime
    told: Told
    reason: str
    note: str
    code: str
    first_day: date
    first_session: SchoolSession
    last_day: date
    last_session: SchoolSession
    expected_back_on: date | None
    caller_name: str
    caller_relation: str
    is_believed: bool
    channel: Channel
    recorded_by_name: str

    @property
    def gave_reason(self) -> bool:
        """Was a reason given that counts as one?"""
        return self.is_believed and self.told is not Told.NO_REASON

    @property
    def who_told(self) -> str:
        """ "Anna Abbott (mother)"."""
        relation = f" ({self.caller_relation})" if self.caller_relation else ""
        return f"{self.caller_name}{relation}"

    def covers(self, on: date, session: SchoolSession | None = None) -> bool:
        """Is it about this day, or this very session?"""
        if session is None or not self.first_day <= on <= self.last_day:
            return self.first_day <= on <= self.last_day
        is_after_start = on > self.first_day or not (
            self.first_session is SchoolSession.PM and session is SchoolSession.AM
        )
        is_before_end = on < self.last_day or not (
            self.last_session is SchoolSession.AM and session is SchoolSession.PM
        )
        return is_after_start and is_before_end


def reports_of(
    viewer: Viewer, pupil_ids: Collection[int] | None, first_day: date, last_day: date
) -> dict[int, list[Reported]]:
    """What parents told about these days, by pupil, in the order in which it was told; withdrawn ones are left out.

    `pupil_ids` None asks about every pupil of the viewer's school. One query.
    """
    rows = Report.objects.filter(
        school_id=viewer.school_id, ended_at=None, first_day__lte=last_day, last_day__gte=first_day
    )
    if pupil_ids is not None:
        rows = rows.filter(pupil_id__in=pupil_ids)
    found: dict[int, list[Reported]] = {}
    for row in rows.select_related("call").order_by("call__told_at", "pk"):
        found.setdefault(row.pupil_id, []).append(as_reported(row))
    return found


def as_reported(row: Report) -> Reported:
    """A report as it is shown."""
    return Reported(
        id=row.pk,
        pupil_id=row.pupil_id,
        told_at=local(row.call.told_at),
        told=Told(row.told),
        reason=Told(row.told).said.words,
        note=row.note,
        code=row.code,
        first_day=row.first_day,
        first_session=SchoolSession(row.first_session),
        last_day=row.last_day,
        last_session=SchoolSession(row.last_session),
        expected_back_on=row.expected_back_on,
        caller_name=row.call.caller_name,
        caller_relation=row.call.caller_relation,
        is_believed=row.is_believed,
        channel=Channel(row.call.channel),
        recorded_by_name=row.recorded_by_name,
    )


def told_of_pupil(viewer: Viewer, pupil_id: int, most: int) -> list[Report]:
    """What was told of a pupil of the viewer's school and stands, newest first. One query."""
    rows = Report.objects.filter(school_id=viewer.school_id, pupil_id=pupil_id, ended_at=None)
    return list(rows.select_related("call").order_by("-call__told_at", "-pk")[:most])
