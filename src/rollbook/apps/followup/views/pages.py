"""What every view of follow-up begins with."""

from datetime import datetime

from django.http import Http404, HttpRequest

from rollbook.apps.followup.queries.missing import Missing, Placed, followed_one, placed_today
from rollbook.apps.followup.queries.steps import LARGEST_ID
from rollbook.apps.roll.queries import RollPupil, group_of_pupil, pupil_of
from rollbook.apps.schools.queries import group_on
from rollbook.domain.access import Viewer
from rollbook.domain.missing import Known, standing_of
from rollbook.domain.sessions import SchoolSession


def viewer_of(request: HttpRequest) -> Viewer:
    """Who is looking."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def followed_pupil(viewer: Viewer, pupil_id: int, now: datetime) -> Missing:
    """One pupil with everything a caller needs, missing today or not. Errors: Http404 for another school's."""
    pupil = pupil_of(viewer, pupil_id) if pupil_id <= LARGEST_ID else None
    if pupil is None:
        raise Http404("no such pupil")
    placed = placed_today(viewer, pupil_id, now)
    if placed is None:
        # On no register today: a day without school, or a pupil who has left. What was written down can still be read.
        group_id = group_of_pupil(viewer, pupil_id, now.date())
        group = group_on(viewer, group_id, now.date()) if group_id else None
        name = group.name if group else ""
        roll_pupil = RollPupil(
            pupil_id,
            pupil.surname,
            pupil.forename,
            pupil.born_on,
            pupil.year_offset,
            group_id,
            name,
            now.date(),
        )
        known = Known(SchoolSession.AM, is_expected=False)
        placed = Placed(roll_pupil, known, standing_of(known))
    return followed_one(viewer, placed, now)
