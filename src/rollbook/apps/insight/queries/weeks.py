"""Figures by the weeks in which the school met."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from rollbook.apps.insight.queries.ground import Ground
from rollbook.domain.rates import Totals, attendance_rate


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """What a week's marks add up to, all pupils together."""

    monday: date
    totals: Totals

    @property
    def rate(self) -> Fraction | None:
        """The attendance rate of the week."""
        return attendance_rate(self.totals)


def by_week(ground: Ground) -> list[WeekFigures]:
    """The figures of each week that has a school day in the period, in order."""
    mondays = [day - timedelta(days=day.weekday()) for day, _ in ground.half_days]
    starts = [place for place, monday in enumerate(mondays) if place == 0 or monday != mondays[place - 1]]
    pooled = ground.by_half_day.pooled(starts)
    return [WeekFigures(mondays[start], pooled.at(place)) for place, start in enumerate(starts)]
