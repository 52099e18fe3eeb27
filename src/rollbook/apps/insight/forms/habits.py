"""What is asked of punctuality and of patterns, beside the period and the group."""

from typing import Any

from django import forms
from django.http import QueryDict

from rollbook.apps.insight.forms.periods import GroupedForm
from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.apps.insight.queries.patterns import PatternsAsked
from rollbook.apps.insight.queries.punctuality import LateAsked
from rollbook.domain.patterns import Kind


class PunctualityForm(GroupedForm):
    """Whose lateness, over which period."""

    repeated = forms.BooleanField(label="Only repeated lateness", required=False)

    def __init__(self, asked: QueryDict, *, names: bool, **period: Any) -> None:
        super().__init__(asked, names=names, **period)
        if not names:
            del self.fields["repeated"]

    @property
    def asked(self) -> LateAsked:
        """What is asked for, once the form is valid."""
        chosen = self.cleaned_data
        return LateAsked(
            self.period, DIMENSIONS[chosen["by"]], chosen.get("only", ""), chosen.get("repeated", False)
        )


class PatternsForm(GroupedForm):
    """Whose patterns, of which kind, over which period."""

    kind = forms.ChoiceField(
        label="Pattern", required=False, choices=[("", "Any"), *((kind.value, kind.words) for kind in Kind)]
    )

    def __init__(self, asked: QueryDict, *, names: bool, **period: Any) -> None:
        super().__init__(asked, names=names, **period)
        if not names:
            del self.fields["kind"]

    @property
    def asked(self) -> PatternsAsked:
        """What is asked for, once the form is valid."""
        chosen = self.cleaned_data
        kind = chosen.get("kind")
        return PatternsAsked(
            self.period, DIMENSIONS[chosen["by"]], chosen.get("only", ""), Kind(kind) if kind else None
        )
