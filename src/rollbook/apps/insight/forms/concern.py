"""Which of the pupils of concern are shown."""

from collections.abc import Sequence

from django import forms
from django.http import QueryDict

from rollbook.apps.insight.queries.concern import PupilConcern
from rollbook.apps.schools.queries import natural
from rollbook.domain.concern import Reason, Tier
from rollbook.domain.roll import year_group_words
from rollbook.ui.forms import Form

_ALL_YEAR_GROUPS = frozenset(map(year_group_words, range(-2, 15)))


class ConcernForm(Form):
    """Which of the pupils of concern are shown; nothing chosen shows all."""

    tier = forms.ChoiceField(
        label="Tier",
        choices=[("", "Every tier"), *((each.value, each.words) for each in Tier)],
        required=False,
    )
    year_group = forms.ChoiceField(label="Year group", required=False)
    reason = forms.ChoiceField(
        label="Reason",
        choices=[("", "Any reason"), *((each.value, each.words) for each in Reason)],
        required=False,
    )

    def __init__(self, asked: QueryDict, *, year_groups: Sequence[str]) -> None:
        super().__init__(asked)
        chosen = asked.get("year_group", "")
        # A year group of which nobody is left on the list is no mistake of the reader's.
        known = sorted({*year_groups, *([chosen] if chosen in _ALL_YEAR_GROUPS else [])}, key=natural)
        self.fields["year_group"].choices = [  # type: ignore[attr-defined]
            ("", "Every year group"),
            *((each, each) for each in known),
        ]

    def wants(self, row: PupilConcern) -> bool:
        """Whether this pupil is among those asked for. Errors: KeyError while the form is not valid."""
        tier, year_group, reason = (self.cleaned_data[name] for name in ("tier", "year_group", "reason"))
        return (
            (not tier or row.concern.tier == tier)
            and (not year_group or row.year_group == year_group)
            and (not reason or row.concern.has(Reason(reason)))
        )
