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
