"""The pupil files of a school, and what loading one would do."""

from collections.abc import Iterator

from django.db.models import Q

from rollbook.apps.roll.models import PupilFile
from rollbook.domain.access import Permission, Viewer
from rollbook.formats.pupil_csv import RowProblem

_SHOWN = 10


def pupil_files(viewer: Viewer) -> list[PupilFile]:
    """The latest files, without their content: waiting ones and loaded ones."""
    files = PupilFile.objects.filter(school_id=viewer.school_id).select_related("uploaded_by")
    return list(files.defer("content")[:_SHOWN])


def pupil_file(viewer: Viewer, file_id: int) -> PupilFile | None:
    """A file of the viewer's school; None for any other, and for those who may not import."""
    if not viewer.may(Permission.ROLL_IMPORT):
        return None
    which = Q(school_id=viewer.school_id, pk=file_id)
    return PupilFile.objects.filter(which).select_related("uploaded_by").first()


def problem_rows(problems: tuple[RowProblem, ...]) -> Iterator[list[str]]:
    """The problems as lines of a file, to mend the export by."""
    for problem in problems:
        kind = "Look at" if problem.is_warning else "Put right"
        yield [str(problem.line), problem.pupil, problem.field, problem.value, problem.message, kind]
