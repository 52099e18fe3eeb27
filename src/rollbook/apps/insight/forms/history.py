"""Which half terms and years of persistent and severe absence are asked for, and told apart by what."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from rollbook.apps.insight.forms.periods import GroupingForm
from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.apps.insight.queries.history import HISTORY_MEASURES, MOST_YEARS, HistoryAsked
from rollbook.apps.insight.queries.measures import MEASURES
from rollbook.domain.calendar import SchoolCalendar


class HistoryForm(GroupingForm):
    """Persistent or severe absence, of whom, and the half terms of which year."""

    measure = forms.ChoiceField(
        label="Figure", choices=[(name, MEASURES[name].words) for name in HISTORY_MEASURES]
    )
    year = forms.ChoiceField(label="Half terms of")

    field_order = ("measure", "by", "year", "only")

    def __init__(self, asked: QueryDict, *, names: bool, calendar: SchoolCalendar, today: date) -> None:
        begun = [year for year in calendar.years if year.first_day <= today]
        begun.sort(key=lambda year: year.first_day, reverse=True)
        self.years = {str(year.first_day.year): year for year in begun[:MOST_YEARS]}
        data = asked.copy()
        data.setdefault("measure", HISTORY_MEASURES[0])
        data.setdefault("year", next(iter(self.years), ""))
        super().__init__(data, names=names)
        self.fields["year"].choices = [  # type: ignore[attr-defined]
            (key, year.name) for key, year in self.years.items()
        ]

    @property
    def asked(self) -> HistoryAsked:
        """What is asked for, once the form is valid."""
        chosen: dict[str, Any] = self.cleaned_data
        return HistoryAsked(
            MEASURES[chosen["measure"]],
            DIMENSIONS[chosen["by"]],
            self.years[chosen["year"]],
            chosen.get("only", ""),
        )
