"""Which period, told apart by what: the questions above the figures, asked by address, so that a view can be kept."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.apps.insight.queries.narrowing import FILTERS, SEPARATOR
from rollbook.domain.periods import PeriodKind
from rollbook.ui.forms import Form
from rollbook.ui.period_form import PeriodForm


class GroupingForm(Form):
    """Told apart by groups, and for those who may see single pupils narrowed to one group.

    Whoever may not is offered no private groups.
    """

    by = forms.ChoiceField(label="Told apart by")
    only = forms.CharField(label="Only", required=False, max_length=200)

    def __init__(self, asked: QueryDict, *, names: bool, **others: Any) -> None:
        data = asked.copy()
        data.setdefault("by", "year-group")
        super().__init__(data, **others)
        self.names = names
        by = self.fields["by"]
        by.choices = [  # type: ignore[attr-defined]
            (each.name, each.words) for each in DIMENSIONS.values() if names or not each.is_private
        ]
        by.error_messages["invalid_choice"] = "Choose one of these; others are for the staff team only."
        if not names:
            del self.fields["only"]

    def clean_only(self) -> str:
        """One group of a dimension that may be chosen. Errors: ValidationError."""
        only: str = self.cleaned_data["only"]
        name, separator, label = only.partition(SEPARATOR)
        if only and (name not in FILTERS or not separator or not label):
            raise forms.ValidationError("Choose one of the groups, or all of them.")
        return only

    def offer_filters(self, choices: list[tuple[str, list[tuple[str, str]]]]) -> None:
        """Puts the groups one may narrow to in the place of the text field."""
        if "only" in self.fields:
            self.fields["only"].widget = forms.Select(choices=[("", "All pupils"), *choices])


class GroupedForm(GroupingForm, PeriodForm):
    """A period, told apart by groups: a question that can be kept and sent."""

    @property
    def query(self) -> dict[str, str]:
        """The question as an address has it, without what is usual: the same question is always the same text."""
        kept = {name: value for name in self.fields if (value := str(self.data.get(name) or "").strip())}
        if kept.get("period_name") != PeriodKind.DAYS.value:
            kept.pop("first_day", None)
            kept.pop("last_day", None)
        for name, field in self.fields.items():
            if isinstance(field, forms.BooleanField) and not self.cleaned_data.get(name):
                kept.pop(name, None)
        return kept

    @property
    def address(self) -> str:
        """The same question as one text."""
        return urlencode(self.query)
