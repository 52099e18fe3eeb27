"""What every change of the admission register begins with: may this person, and is it a pupil of their school?"""

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


def must_import(viewer: Viewer) -> None:
    """Errors: Refused for those who may not import lists of pupils."""
    if not viewer.may(Permission.ROLL_IMPORT):
        raise Refused.one("", "You may not import pupils. The school office or the attendance officer can.")


def refuse_plan(refused_count: int, loadable_count: int, *, is_seen: bool, good_rows_only: bool) -> None:
    """Errors: Refused for a plan that is out of date, has bad rows nobody chose to leave out, or loads nothing."""
    if not is_seen:
        raise Refused.one("", MEANWHILE)
    if refused_count and not good_rows_only:
        rows = "One row needs" if refused_count == 1 else f"{refused_count} rows need"
        raise Refused.one("", f"{rows} putting right, so nothing was loaded.")
    if not loadable_count:
        raise Refused.one("", "No row of this file can be loaded.")
