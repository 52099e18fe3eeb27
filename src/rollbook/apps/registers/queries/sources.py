"""Which record a planned mark follows from: a trip, a part-time timetable, a second school, a suspension; and which
records are prepared that plan nothing yet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.module_loading import import_string

from rollbook.apps.registers.models import PlannedMark
from rollbook.domain.access import Viewer

QUESTION = "plan_sources"
DRAFTS = "plan_drafts"


@dataclass(frozen=True, slots=True)
class Source:
    """A record in words, with the address of its page; "" where the viewer has none."""

    words: str
    url: str = ""


def sources_of(viewer: Viewer, plans: Iterable[PlannedMark]) -> dict[str, Source]:
    """The records that these plans follow from, by the plan's `source`; plans made by themselves have none.

    The app that keeps the records answers with words and an address. Where it does not know a record, or is not there,
    the plan's own words on where it comes from stand in.
    """
    by_source = {plan.source: plan for plan in plans if plan.source}
    named = _ask(viewer, by_source)
    return {
        source: Source(*named[source]) if source in named else Source(plan.get_origin_display())
        for source, plan in by_source.items()
    }


@dataclass(frozen=True, slots=True)
class RecordOfPupil:
    """A record that plans something for a pupil from its first day to its last, or would once it is agreed."""

    words: str
    url: str
    first_day: date
    last_day: date
    is_draft: bool = False


def drafts_of(viewer: Viewer, pupil_id: int, today: date) -> list[RecordOfPupil]:
    """What is prepared for a pupil and plans nothing yet, of what the viewer may see. One query."""
    path = settings.ROLLBOOK_ANSWERS.get(DRAFTS)
    found = import_string(path)(viewer, pupil_id, today) if path else []
    return [RecordOfPupil(words, url, first, last, is_draft=True) for words, url, first, last in found]


def _ask(viewer: Viewer, sources: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    path = settings.ROLLBOOK_ANSWERS.get(QUESTION)
    if path is None:
        return {}
    answer: Mapping[str, tuple[str, str]] = import_string(path)(viewer, sorted(sources))
    return answer
