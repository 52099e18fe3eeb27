"""Whose pupils a figure counted."""

from typing import Any

from django import forms

from rollbook.apps.insight.queries.behind import Asked, Which
from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.domain.codes import CODES
from rollbook.ui.period_form import PeriodForm


class BehindForm(PeriodForm):
    """Which pupils of the period, and of which group where the figure was told apart by one."""

    which = forms.ChoiceField(
        label="Pupils", choices=[(each.value, each.words) for each in Which], required=False
    )
    by = forms.CharField(required=False, widget=forms.HiddenInput)
    group = forms.CharField(required=False, widget=forms.HiddenInput)
    code = forms.ChoiceField(
        required=False,
        choices=[("", ""), *((code.symbol, code.title) for code in CODES)],
        widget=forms.HiddenInput,
    )
    only = forms.CharField(required=False, widget=forms.HiddenInput)
    comparable = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A code is asked for with its symbol."""
        cleaned = super().clean()
        if cleaned.get("which") == Which.CODE and not cleaned.get("code"):
            self.add_error("which", "Open these pupils from a figure of one code, or choose others.")
        return cleaned

    @property
    def asked(self) -> Asked:
        """Whose pupils are asked for, once the form is valid."""
        chosen = self.cleaned_data
        return Asked(
            Which(chosen["which"] or Which.ALL.value),
            DIMENSIONS.get(chosen["by"]),
            chosen["group"],
            chosen["code"],
            chosen["only"],
            chosen["comparable"],
        )

    def offer_groups(self, words: str, labels: list[str]) -> None:
        """Puts the groups one may choose from in the place of the one that was asked for."""
        self["group"].label = words
        self.fields["group"].widget = forms.Select(
            choices=[("", "All"), *((label, label) for label in labels)]
        )
