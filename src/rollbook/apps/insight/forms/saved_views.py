"""What a kept view is called, who sees it, and to whom it is sent."""

from typing import Any

from django import forms
from django.http import QueryDict

from rollbook.apps.insight.actions.saved_views import LONGEST_NAME
from rollbook.apps.insight.models import SavedView
from rollbook.apps.insight.queries.saved_views import Reader
from rollbook.ui.forms import Form


class NameForm(Form):
    """What a kept view is called, and whether the school's staff see it too."""

    name = forms.CharField(label="Name of the view", max_length=LONGEST_NAME)
    is_shared = forms.BooleanField(
        label="Shared with the school's staff who see figures",
        required=False,
        help_text="Each of them sees what their role lets them see.",
    )


class KeepForm(NameForm):
    """A question to be kept under a name."""

    query = forms.CharField(widget=forms.HiddenInput, max_length=2000)
    page = forms.ChoiceField(
        widget=forms.HiddenInput,
        choices=SavedView.Page.choices,
        required=False,
        error_messages={"invalid_choice": "Nothing of this page can be kept."},
    )

    def clean_page(self) -> str:
        """The page the question is of; Explore where none is named."""
        page: str = self.cleaned_data["page"]
        return page or SavedView.Page.EXPLORE.value


class SendForm(Form):
    """On which day of the week a view is sent, and to whom."""

    weekday = forms.ChoiceField(
        label="Send it each week",
        choices=[("", "Not sent"), *((str(day.value), f"On {day.label}") for day in SavedView.Weekday)],
        required=False,
        help_text="In the morning. Each letter shows only what its reader may see.",
    )
    people = forms.MultipleChoiceField(label="To", widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, data: QueryDict | None, *, readers: list[Reader], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.fields["people"].choices = [  # type: ignore[attr-defined]
            (str(reader.id), f"{reader.name}, {reader.position}") for reader in readers
        ]

    @property
    def chosen_day(self) -> int | None:
        """The day of the week, once the form is valid; None for not at all."""
        weekday: str = self.cleaned_data["weekday"]
        return int(weekday) if weekday else None

    @property
    def chosen_people(self) -> list[int]:
        """The ids of the people, once the form is valid."""
        return [int(person) for person in self.cleaned_data["people"]]
