"""Which period: this week, the half term before, or days of one's own choice, asked by address."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.law import words_for_day
from rollbook.domain.periods import Period, PeriodKind, days_between, period_before, period_on
from rollbook.ui.forms import DateField, Form

_KINDS = (PeriodKind.WEEK, PeriodKind.HALF_TERM, PeriodKind.TERM, PeriodKind.YEAR)
_LONGEST_YEARS = 3


class PeriodForm(Form):
    """The period: this or the last week, half term, term or year, or days of one's own choice.

    `period` is the answer once the form is valid; a choice that the calendar has nothing for is refused.
    """

    period_name = forms.ChoiceField(
        label="Period",
        choices=[
            *[(kind.value, f"This {kind.words}") for kind in _KINDS],
            *[(f"last-{kind.value}", f"The {kind.words} before") for kind in _KINDS],
            (PeriodKind.DAYS.value, "Days I choose"),
        ],
    )
    first_day = DateField(label="From", required=False)
    last_day = DateField(label="To", required=False)

    def __init__(self, asked: QueryDict, *, calendar: SchoolCalendar, today: date, usual: PeriodKind) -> None:
        self.calendar = calendar
        self.today = today
        data = asked.copy()
        data.setdefault("period_name", usual.value)
        super().__init__(data)

    @property
    def period(self) -> Period:
        """The period asked for. Errors: KeyError while the form is not valid."""
        found: Period = self.cleaned_data["period"]
        return found

    def clean(self) -> dict[str, Any]:
        """Finds the days behind the name."""
        cleaned: dict[str, Any] = super().clean() or {}
        name = cleaned.get("period_name")
        if name == PeriodKind.DAYS.value:
            cleaned["period"] = self._chosen_days(cleaned.get("first_day"), cleaned.get("last_day"))
        elif name:
            cleaned["period"] = self._named(name)
        return cleaned

    def _named(self, name: str) -> Period | None:
        kind = PeriodKind(name.removeprefix("last-"))
        found = period_on(self.calendar, kind, self.today)
        if found is not None and name.startswith("last-"):
            whole = Period(
                found.kind, found.name, found.first_day, found.whole_last_day, found.whole_last_day
            )
            found = period_before(self.calendar, whole)
        if found is None:
            self.add_error(
                "period_name",
                f"The calendar has no such {kind.words}. Choose another period or days of your own.",
            )
        return found

    def _chosen_days(self, first_day: date | None, last_day: date | None) -> Period | None:
        for name, value in (("first_day", first_day), ("last_day", last_day)):
            if value is None and name not in self.errors:
                self.add_error(name, "Give a day, or choose a period by its name.")
        if first_day is None or last_day is None:
            return None
        if last_day < first_day:
            self.add_error(
                "last_day", f"The last day is before the first, {words_for_day(first_day)}. Give a later one."
            )
        elif first_day > self.today:
            self.add_error("first_day", "These days are still to come. Give a first day up to today.")
        elif last_day.year - first_day.year > _LONGEST_YEARS:
            self.add_error("last_day", f"At most {_LONGEST_YEARS} years are shown at once. Give fewer days.")
        else:
            return days_between(first_day, min(last_day, self.today))
        return None
