"""What is asked when a call, a reason or a further step is written down."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms

from rollbook.clock import LONDON
from rollbook.domain.contact_steps import HOW, LONGEST_NOTE, Ask, StepRule
from rollbook.ui.forms import DateField, Form, TimeField

Choices = Iterable[tuple[Any, Any]]
_LONG = 300
_DIGITS = 19


class CallForm(Form):
    """One press: to whom, which number, what came of it, and a note where there is something to say."""

    contact = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    number = forms.CharField(max_length=30)
    result = forms.CharField(max_length=20)
    note = forms.CharField(max_length=LONGEST_NOTE, required=False)
    key = forms.UUIDField()


class ReasonForm(Form):
    """Who told the reason, which code it is, for which sessions, and when the pupil is expected back."""

    contact = forms.TypedChoiceField(
        label="Who told the reason?",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who told the reason."},
    )
    code = forms.ChoiceField(
        label="What is the reason?",
        error_messages={"required": "Choose the code for what was told."},
    )
    half_days = forms.MultipleChoiceField(
        label="Which sessions does it explain?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose which sessions it explains."},
    )
    nature = forms.CharField(
        label="What the register shows",
        max_length=120,
        required=False,
        help_text="Needed for some codes, such as the nature of an activity. No private details.",
    )
    note = forms.CharField(
        label="What was said",
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Only those who follow up absence read it.",
    )
    expected_return = DateField(
        label="Expected back",
        required=False,
        help_text="Today if it is this afternoon; empty if nobody said. The days before it are planned.",
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, contacts: Choices, codes: Choices, half_days: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].choices = list(contacts)  # type: ignore[attr-defined]
        self.fields["code"].choices = [("", "Choose a reason"), *codes]  # type: ignore[attr-defined]
        self.fields["half_days"].choices = list(half_days)  # type: ignore[attr-defined]


class StepForm(Form):
    """One further step, with the fields that its rule asks for."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, rule: StepRule, *args: Any, results: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule
        if rule.results:
            self.fields["result"] = forms.ChoiceField(
                label=rule.result_label,
                choices=results or rule.results,
                widget=forms.RadioSelect,
                error_messages={"required": f"{rule.result_label} Choose an answer."},
            )
        if rule.asks_when:
            self.fields["happened_on"] = DateField(label="On which day?")
            self.fields["happened_at"] = TimeField(label="At what time?")
        for ask in rule.asks:
            self.fields[ask.field] = _field(ask)

    def values(self) -> Mapping[str, str]:
        """What was typed, as the action takes it."""
        return {name: value for name, value in self.cleaned_data.items() if isinstance(value, str)}

    def moment(self) -> datetime | None:
        """When it happened; None where that is not asked."""
        if not self.rule.asks_when:
            return None
        return datetime.combine(self.cleaned_data["happened_on"], self.cleaned_data["happened_at"], LONDON)


def _field(ask: Ask) -> forms.Field:
    # What is needed only with some results is checked by the rule, once the result is known.
    is_required = ask.is_needed and not ask.when_result
    shared: dict[str, Any] = {"label": ask.label, "required": is_required, "help_text": ask.hint}
    if is_required:
        shared["error_messages"] = {"required": f"{ask.label} Fill this in."}
    if ask.field == "how":
        return forms.ChoiceField(
            choices=HOW, widget=forms.RadioSelect(attrs={"class": "choices--inline"}), **shared
        )
    is_long = ask.longest > _LONG
    widget = forms.Textarea(attrs={"rows": 4}) if is_long else forms.TextInput()
    return forms.CharField(max_length=ask.longest, widget=widget, **shared)


class MessagesForm(Form):
    """Which messages are to go; the pupils are ticked beside their texts."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    @staticmethod
    def pupil_ids(ticked: Iterable[str]) -> list[int]:
        """The pupils that are ticked; what is no number is left out."""
        return [int(each) for each in ticked if each.isascii() and each.isdecimal() and len(each) < _DIGITS]
