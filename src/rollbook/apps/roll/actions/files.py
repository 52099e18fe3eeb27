"""Pupil files on their way in: kept when they are uploaded, loaded once, or thrown away."""

from datetime import datetime
from hashlib import sha256

from django.db import transaction

from rollbook.apps.audit.actions import record
from rollbook.apps.roll.actions.loading import Loaded, load_pupils
from rollbook.apps.roll.models import PupilFile
from rollbook.apps.roll.queries.file_plan import LoadOptions
from rollbook.apps.roll.queries.files import problem_rows
from rollbook.domain.access import Actor, Permission, Viewer
from rollbook.domain.refusals import Refused
from rollbook.formats.pupil_csv import Unreadable, read_pupils
from rollbook.ui.words import moment

_NAME_LENGTH = 200


class LoadedBefore(Refused):
    """This file has been loaded already; nothing was done again."""


def keep_file(
    *, viewer: Viewer, name: str, content: bytes, options: LoadOptions, by: Actor, at: datetime
) -> PupilFile:
    """Keeps an uploaded file until it is loaded or thrown away. Errors: Refused for one that is no pupil file."""
    if not viewer.may(Permission.ROLL_IMPORT):
        raise Refused.one("", "You may not import pupils. The school office or the attendance officer can.")
    try:
        sheet = read_pupils(content, at.date())
    except Unreadable as problem:
        raise Refused.one("file", str(problem)) from None
    with transaction.atomic():
        kept = PupilFile.objects.create(
            school_id=viewer.school_id,
            name=name[-_NAME_LENGTH:],
            content=content,
            uploaded_at=at,
            uploaded_by_id=viewer.user_id,
            takes_effect_on=options.takes_effect_on,
            makes_groups=options.makes_groups,
        )
        facts = {"file": kept.name, "sha256": sha256(content).hexdigest(), "rows": sheet.row_count}
        _record("roll.file.uploaded", viewer, kept, facts, by, at)
    return kept


def load_file(
    *, viewer: Viewer, file_id: int, good_rows_only: bool, seen: str, by: Actor, at: datetime
) -> Loaded:
    """Loads a kept file. Errors: LoadedBefore for the second time, Refused for everything else; nothing is loaded."""
    with transaction.atomic():
        kept = _own(viewer, file_id)
        if kept.loaded_at is not None:
            when = f"on {moment(kept.loaded_at)} by {kept.loaded_by_name}"
            raise LoadedBefore.one("", f"This file was loaded {when}. Nothing was done again.")
        loaded = load_pupils(
            viewer=viewer,
            name=kept.name,
            content=bytes(kept.content),
            options=options_of(kept),
            good_rows_only=good_rows_only,
            seen=seen,
            by=by,
            at=at,
        )
        kept.loaded_at = at
        kept.loaded_by_name = by.name
        kept.result = {
            "new": loaded.new_count,
            "changed": loaded.changed_count,
            "unchanged": loaded.unchanged_count,
            "refused": loaded.refused_count,
            "groups_made": list(loaded.groups_made),
            "left_out": list(problem_rows(loaded.left_out)),
        }
        kept.save(update_fields=["loaded_at", "loaded_by_name", "result"])
    return loaded


def throw_away_file(*, viewer: Viewer, file_id: int, by: Actor, at: datetime) -> None:
    """Removes a file that was not loaded. Errors: Refused."""
    with transaction.atomic():
        kept = _own(viewer, file_id)
        if kept.loaded_at is not None:
            raise Refused.one("", "This file was loaded, so it is kept.")
        _record("roll.file.thrown_away", viewer, kept, {"file": kept.name}, by, at)
        kept.delete()


def options_of(kept: PupilFile) -> LoadOptions:
    """How a kept file is to be loaded."""
    return LoadOptions(kept.takes_effect_on or kept.uploaded_at.date(), makes_groups=kept.makes_groups)


def _own(viewer: Viewer, file_id: int) -> PupilFile:
    kept = PupilFile.objects.select_for_update().filter(school_id=viewer.school_id, pk=file_id).first()
    if kept is None or not viewer.may(Permission.ROLL_IMPORT):
        raise Refused.one("", "This file is no longer there.")
    return kept


def _record(
    type: str, viewer: Viewer, kept: PupilFile, facts: dict[str, object], by: Actor, at: datetime
) -> None:
    record(type=type, by=by, at=at, school_id=viewer.school_id, subject=f"pupil_file:{kept.pk}", facts=facts)
