"""What is asked of the report on full-time education, beside the period."""

from django import forms

from rollbook.domain.full_time import Cause
from rollbook.ui.period_form import PeriodForm


class FullTimeForm(PeriodForm):
    """Which pupils: all, or those of one cause."""

    why = forms.ChoiceField(
        label="Why",
        required=False,
        choices=[("", "Any"), *((cause.value, cause.words) for cause in Cause)],
    )

    @property
    def cause(self) -> Cause | None:
        """The cause that is asked for, once the form is valid."""
        chosen = self.cleaned_data["why"]
        return Cause(chosen) if chosen else None
