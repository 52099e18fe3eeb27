"""What the first pages of a school warn of, asked of the apps above."""

from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from rollbook.domain.access import Viewer


def notices(viewer: Viewer, now: datetime) -> list[dict[str, str]]:
    """The warnings for this person at a moment. Shape: title, text, href, act of each."""
    return [notice for asked in settings.ROLLBOOK_NOTICES for notice in import_string(asked)(viewer, now)]
