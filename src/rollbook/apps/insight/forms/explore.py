"""The question of the page that answers any."""

from typing import Any

from django import forms
from django.http import QueryDict

from rollbook.apps.insight.forms.periods import GroupedForm
from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.apps.insight.queries.exploring import SORTS, Question
from rollbook.apps.insight.queries.measures import CODE_MEASURES, MAIN_MEASURES, MEASURES
from rollbook.domain.benchmarks import Level, Series


class ExploreForm(GroupedForm):
    """Any figure by any group over any period: the question as it stands in the address, to be kept and sent."""

    measure = forms.ChoiceField(
        label="Figure",
        choices=[
            *((each.name, each.words) for each in MAIN_MEASURES),
            ("One code", [(each.name, each.words) for each in CODE_MEASURES]),
        ],
    )
    level = forms.ChoiceField(
        label="Compared with",
        choices=[
            (Level.NATION.value, "England"),
            (Level.REGION.value, "Our region"),
            (Level.AUTHORITY.value, "Our authority"),
        ],
    )
    series = forms.ChoiceField(
        label="DfE figures",
        choices=[(Series.DAILY.value, "Daily data"), (Series.CENSUS.value, "School census")],
    )
    comparable = forms.BooleanField(label="Only pupils the DfE counts (aged 5 to 15)", required=False)
    sort = forms.ChoiceField(
        required=False,
        choices=[(sign + name, name) for name in SORTS for sign in ("", "-")],
        widget=forms.HiddenInput,
    )

    field_order = (
        "measure",
        "by",
        "period_name",
        "first_day",
        "last_day",
        "only",
        "level",
        "series",
        "comparable",
    )

    def __init__(self, asked: QueryDict, *, names: bool, **period: Any) -> None:
        data = asked.copy()
        data.setdefault("measure", "attendance")
        data.setdefault("level", Level.NATION.value)
        data.setdefault("series", Series.CENSUS.value if data["measure"] == "severe" else Series.DAILY.value)
        super().__init__(data, names=names, **period)

    @property
    def question(self) -> Question:
        """The question, once the form is valid."""
        chosen = self.cleaned_data
        return Question(
            measure=MEASURES[chosen["measure"]],
            dimension=DIMENSIONS[chosen["by"]],
            period=self.period,
            only=chosen.get("only", ""),
            is_comparable=chosen["comparable"],
            level=Level(chosen["level"]),
            series=Series(chosen["series"]),
            sort=chosen["sort"] or "group",
        )
