"""What the first pages of a school warn of, asked of the apps above."""

from datetime import date

from django.conf import settings
from django.utils.module_loading import import_string

from rollbook.domain.access import Viewer


def notices(viewer: Viewer, today: date) -> list[dict[str, str]]:
    """The warnings for this person on a day. Shape: title, text, href, act of each."""
    answer: list[dict[str, str]] = import_string(settings.ROLLBOOK_ANSWERS["notices"])(viewer, today)
    return answer
