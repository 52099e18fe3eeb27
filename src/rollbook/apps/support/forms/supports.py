"""What is asked when support is begun, reviewed and ended."""

from collections.abc import Sequence
from typing import Any

from django import forms

from rollbook.apps.support.models import LONGEST_NOTE, Support
from rollbook.ui.forms import DateField, Form

Choices = Sequence[tuple[int, str]]


class StartForm(Form):
    """For whom, what, why, and until when it is looked at again."""

    pupil = forms.TypedChoiceField(
        label="Pupil", coerce=int, error_messages={"required": "Choose the pupil."}
    )
    kind = forms.ChoiceField(
        label="What is it?",
        choices=Support.Kind.choices,
        widget=forms.RadioSelect,
        initial=Support.Kind.SUPPORT,
    )
    title = forms.CharField(
        label="Name",
        max_length=80,
        help_text="The same words for everybody who gets it, such as Breakfast club: its effect is found by them.",
    )
    why = forms.CharField(
        label="Why",
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="The reasons as they stand today, and anything else that matters.",
    )
    aim = forms.CharField(
        label="Aim", max_length=300, help_text="What it is to reach, so that anyone can tell whether it did."
    )
    first_day = DateField(label="First day")
    review_on = DateField(label="To be reviewed on")
    owner = forms.TypedChoiceField(
        label="Who sees to it", coerce=int, error_messages={"required": "Choose who sees to it."}
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, pupils: Choices, owners: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pupil"].choices = [("", "Choose a pupil"), *pupils]  # type: ignore[attr-defined]
        self.fields["owner"].choices = [("", "Choose a member of staff"), *owners]  # type: ignore[attr-defined]


class ReviewForm(Form):
    """What a review found, and when the next one is."""

    prefix = "review"
    note = forms.CharField(
        label="What the review found",
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Only those who may record support read it.",
    )
    next_review_on = DateField(label="Next review")
    seen_version = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)


class EndForm(Form):
    """The last day, what came of it and why it ends."""

    prefix = "end"
    last_day = DateField(label="Last day")
    outcome = forms.ChoiceField(
        label="What came of it",
        choices=Support.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what came of it."},
    )
    because = forms.CharField(
        label="Why does it end?",
        max_length=300,
        error_messages={"required": "Say why: the reason stays with the record."},
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)
