"""The DfE's figures beside ours: for the school's own phase and areas, from one series at a time."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from rollbook.apps.insight.queries.dimensions import Dimension
from rollbook.apps.insight.queries.measures import Measure
from rollbook.apps.schools.queries import School
from rollbook.domain.benchmarks import (
    Area,
    Level,
    Published,
    PublishedPhase,
    Series,
    Window,
    areas_for,
    phases_for,
    window_for,
)
from rollbook.domain.law import Finding
from rollbook.domain.spans import Span
from rollbook.formats.benchmarks import published

# The groups of pupils for which the DfE publishes figures of their own, by dimension and label.
_GROUPS = {
    ("sen", "Education, health and care plan"): "ehc-plan",
    ("sen", "SEN support"): "sen-support",
    ("sen", "No special educational need"): "no-sen",
    ("ehc-plan", "EHC plan"): "ehc-plan",
    ("fsm", "Free school meals"): "fsm",
    ("fsm", "Not free school meals"): "not-fsm",
    ("looked-after", "Looked after"): "looked-after",
    ("social-care", "Child protection plan"): "protection-plan",
    ("social-care", "Child in need"): "in-need",
}


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One published figure: of which schools where. None where it was suppressed or never published."""

    area: Area
    phase: PublishedPhase
    figure: Fraction | None

    @property
    def words(self) -> str:
        """England, special schools."""
        return f"{self.area.name}, {self.phase.words}"


@dataclass(frozen=True)
class Comparison:
    """What ours is compared with. `lines` go from the widest area to the narrowest, the nearest phase first.

    `chosen` is the line that gaps are measured to; `because` says from which table it is, or why there is none; `notes`
    what must be said beside it. `groups` are figures of England's pupils of one kind, by label of the dimension, and
    `groups_because` says from which table those are.
    """

    lines: list[Benchmark]
    chosen: Benchmark | None
    because: str
    notes: list[str]
    groups: dict[str, Fraction]
    groups_because: str

    @property
    def figure(self) -> Fraction | None:
        """The figure that gaps are measured to."""
        return None if self.chosen is None else self.chosen.figure


def compared_with(
    school: School,
    measure: Measure,
    dimension: Dimension,
    days: Span,
    series: Series,
    level: Level,
    today: date,
) -> Comparison:
    """The published figures for a measure of a school over these days, as far as they are out by `today`. No query."""
    found = published(school.local_authority)
    is_independent = school.legal_type == School.LegalType.INDEPENDENT
    phases = phases_for(school.phase, is_independent=is_independent)
    areas = areas_for(school.local_authority, found.areas.values())
    window = _window(found, measure, series, days, today, phases.answer[:1])
    lines = [
        Benchmark(area, phase, found.figure(measure.published, window.answer, area, phase))
        for phase in phases.answer
        for area in areas.answer
        if window.answer is not None
    ]
    chosen = next(
        (each for each in lines if each.area.level is level and each.phase is phases.answer[0]), None
    )
    notes = [phases.because] if is_independent or not phases.answer else []
    if len(areas.answer) == 1:
        notes.append(areas.because)
    groups, groups_because = _groups(found, measure, dimension, series, days, today)
    return Comparison(lines, chosen, window.because, notes, groups, groups_because)


def _window(
    found: Published,
    measure: Measure,
    series: Series,
    days: Span,
    today: date,
    phases: tuple[PublishedPhase, ...],
    pupils: str = "",
) -> Finding[Window | None]:
    windows = [
        window for phase in phases for window in found.windows_with(measure.published, series, phase, pupils)
    ]
    answer = window_for(
        windows, days.first_day, days.last_day or today, today, by_period=measure.is_by_period
    )
    if windows or not phases:
        return answer
    other = Series.CENSUS if series is Series.DAILY else Series.DAILY
    elsewhere = any(found.windows_with(measure.published, other, phase, pupils) for phase in phases)
    because = f"{series.words}: there is no figure for this."
    if elsewhere:
        because += f" The {other.words.removeprefix('DfE ')} has one."
    return Finding(None, answer.rule, because, answer.facts, answer.citation)


def _groups(
    found: Published, measure: Measure, dimension: Dimension, series: Series, days: Span, today: date
) -> tuple[dict[str, Fraction], str]:
    """England's figures for pupils of one kind in all schools together."""
    england = next(area for area in found.areas.values() if area.level is Level.NATION)
    figures: dict[str, Fraction] = {}
    because = ""
    for (name, label), pupils in _GROUPS.items():
        if name != dimension.name:
            continue
        window = _window(found, measure, series, days, today, (PublishedPhase.ALL,), pupils)
        if window.answer is None:
            continue
        figure = found.figure(measure.published, window.answer, england, PublishedPhase.ALL, pupils)
        if figure is not None:
            figures[label], because = figure, window.because
    return figures, because
