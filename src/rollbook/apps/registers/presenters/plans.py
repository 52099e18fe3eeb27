"""What is planned, with the record that it comes from; those of one trip together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.registers.queries.sources import RecordOfPupil, Source, drafts_of, sources_of
from rollbook.domain.access import Viewer
from rollbook.domain.week_grid import weekday_words

_SCHOOL_WEEK = 0b0011111


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One line of what is planned: one pupil's plan, or what one record plans for several pupils."""

    plan: PlannedMark
    pupil_count: int
    source: Source | None

    @property
    def weekdays(self) -> str:
        """Its weekdays, "" where it is for the whole school week."""
        is_whole_week = self.plan.weekdays & _SCHOOL_WEEK == _SCHOOL_WEEK
        return "" if is_whole_week else weekday_words(self.plan.weekdays)


def plans_by_record(viewer: Viewer, plans: Sequence[PlannedMark]) -> list[PlanRow]:
    """The plans in their order; those of one record that are alike but for the pupil stand as one line."""
    sources = sources_of(viewer, plans)
    alike: dict[tuple[object, ...], list[PlannedMark]] = {}
    for plan in plans:
        which = (plan.first_day, plan.last_day, plan.sessions, plan.weekdays, plan.code, plan.note)
        alike.setdefault((plan.source, *which) if plan.source else (plan.pk,), []).append(plan)
    return [
        PlanRow(same[0], len({plan.pupil_id for plan in same}), sources.get(same[0].source))
        for same in alike.values()
    ]


def records_of_pupil(
    viewer: Viewer, pupil_id: int, plans: Sequence[PlannedMark], today: date
) -> list[RecordOfPupil]:
    """The records behind what is planned for a pupil, and what is prepared and not agreed yet; soonest first."""
    by_source: dict[str, list[PlannedMark]] = {}
    for plan in plans:
        if plan.source:
            by_source.setdefault(plan.source, []).append(plan)
    named = sources_of(viewer, plans)
    found = [
        RecordOfPupil(
            words=named[source].words,
            url=named[source].url,
            first_day=min(plan.first_day for plan in of_record),
            last_day=max(plan.last_day for plan in of_record),
        )
        for source, of_record in by_source.items()
    ]
    found += drafts_of(viewer, pupil_id, today)
    return sorted(found, key=lambda each: each.first_day)
