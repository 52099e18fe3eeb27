"""What every change of the admission register begins with: may this person, and is it a pupil of their school?"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.db import IntegrityError, transaction

from rollbook.apps.roll.models import Pupil
from rollbook.domain.access import Permission, Viewer
from rollbook.domain.refusals import Refused


def must_edit(viewer: Viewer) -> None:
    """Errors: Refused for those who may not change pupils' details."""
    if not viewer.may(Permission.PUPIL_EDIT):
        raise Refused.one(
            "", "You may not change pupils' details. The school office or the attendance officer can."
        )


def own_pupil(viewer: Viewer, pupil_id: int) -> Pupil:
    """A pupil of the viewer's school, locked until the change is over. Errors: Refused for any other."""
    pupil = Pupil.objects.select_for_update().filter(school_id=viewer.school_id, pk=pupil_id).first()
    if pupil is None:
        raise Refused.one("", "This pupil is not in your school's admission register.")
    return pupil


MEANWHILE = (
    "Somebody else changed the roll at the same time, so nothing was loaded. Look at the report again."
)


@contextmanager
def one_load(viewer: Viewer) -> Iterator[None]:
    """All of a list or nothing. Errors: Refused for those who may not import, and where somebody else was quicker."""
    if not viewer.may(Permission.ROLL_IMPORT):
        raise Refused.one("", "You may not import pupils. The school office or the attendance officer can.")
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        # Somebody else added or moved one of these pupils between our looking and our writing.
        raise Refused.one("", MEANWHILE) from None


class FilePlan(Protocol):
    """What every plan of a file says of itself: how many rows can't be loaded, and a sum over what it does."""

    @property
    def refused_count(self) -> int: ...

    @property
    def digest(self) -> str: ...


def refuse_plan(plan: FilePlan, loadable_count: int, *, seen: str, good_rows_only: bool) -> None:
    """Errors: Refused for a plan that is out of date, has bad rows nobody chose to leave out, or loads nothing.

    `seen` is the digest of the plan that somebody looked at, "" where nobody did.
    """
    if seen and seen != plan.digest:
        raise Refused.one("", MEANWHILE)
    if plan.refused_count and not good_rows_only:
        rows = "One row needs" if plan.refused_count == 1 else f"{plan.refused_count} rows need"
        raise Refused.one("", f"{rows} putting right, so nothing was loaded.")
    if not loadable_count:
        raise Refused.one("", "No row of this file can be loaded.")
