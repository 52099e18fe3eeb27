"""Forms of removals, returns, changes of address, destinations and places withdrawn."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from rollbook.apps.roll.models import Contact, Destination
from rollbook.domain.removal import Answer
from rollbook.domain.removal_conditions import AnswerKind, Condition
from rollbook.ui.forms import DateField, Form
from rollbook.ui.words import plain_day

_LONG = 2000
_INLINE = {"class": "choices--inline"}
STEPS = ("conditions", "evidence", "check")
_MAY_BE_EMPTY = frozenset(
    {"is_standard_leaver", "next_name", "next_address", "next_starts_on", "next_notified_on"}
)


def _as_bool(value: str) -> bool:
    return value == "yes"


def _field(condition: Condition) -> forms.Field:
    if condition.kind is AnswerKind.DATE:
        return DateField(label=condition.question, required=False)
    if condition.kind is AnswerKind.TEXT:
        return forms.CharField(label=condition.question, required=False, max_length=300)
    return forms.TypedChoiceField(
        label=condition.question,
        required=False,
        coerce=_as_bool,
        empty_value=None,
        choices=[("yes", "Yes"), ("no", "No")],
        widget=forms.RadioSelect(attrs=_INLINE),
    )


class NextPlaceForm(Form):
    """Where a pupil goes next."""

    kind = forms.ChoiceField(
        label="Where does the pupil go next?", choices=Destination.Kind.choices, widget=forms.RadioSelect
    )
    name = forms.CharField(
        label="Name of the school or place",
        required=False,
        max_length=200,
        help_text="A school must be named.",
    )
    address = forms.CharField(
        label="Its address", required=False, max_length=500, widget=forms.Textarea({"rows": 3})
    )
    starts_on = DateField(label="Starts there on", required=False)
    notified_on = DateField(label="A parent told the school on", required=False)


class RemovalForm(Form):
    """Everything a proposal says, page by page; what is not on the page shown travels with it, hidden.

    Nothing is required here: what must be answered is the rule's to say, and it says it in words.
    """

    last_day = DateField(
        label="Last day on roll",
        required=False,
        help_text="After this day the pupil is on no register.",
    )
    evidence = forms.CharField(
        label="What have you seen?",
        required=False,
        max_length=_LONG,
        help_text="Which letter, e-mail or notice, from whom, and where it is kept.",
        widget=forms.Textarea({"rows": 4}),
    )
    evidence_seen_on = DateField(label="Seen on", required=False)
    because = forms.CharField(
        label="Why is the name to be removed all the same?",
        required=False,
        max_length=_LONG,
        widget=forms.Textarea({"rows": 3}),
    )
    is_standard_leaver = forms.BooleanField(
        label="Leaves at the end of the school's final year",
        required=False,
        help_text="For these leavers no return is due unless the local authority asks.",
    )

    def __init__(self, *args: Any, conditions: Sequence[Condition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in NextPlaceForm().fields.items():
            self.fields[f"next_{name}"] = field
            field.required = False
        self.conditions = conditions
        for condition in conditions:
            self.fields[condition.name] = _field(condition)
        self.step = STEPS[0]

    def show(self, step: str) -> None:
        """Turns to a page; the values stay. Call it after cleaning: what the rules ask for is then marked as needed."""
        self.step = step
        for name in self.fields_of(step):
            self.fields[name].required = name not in _MAY_BE_EMPTY

    def fields_of(self, step: str) -> list[str]:
        """The names of the fields of a page."""
        if step == STEPS[0]:
            return [*(each.name for each in self.conditions), "last_day"]
        if step == STEPS[1]:
            own = {*(each.name for each in self.conditions), "last_day"}
            return [name for name in self.fields if name not in own]
        return []

    @property
    def shown(self) -> list[BoundField]:
        """The fields of the page that is shown."""
        return [self[name] for name in self.fields_of(self.step) if name != "because"]

    @property
    def carried(self) -> list[BoundField]:
        """The fields of the other pages, which travel hidden."""
        here = set(self.fields_of(self.step))
        return [self[name] for name in self.fields if name not in here]

    def answers(self) -> dict[str, Answer]:
        """The answers to the conditions; None for one that was not answered."""
        given = {each.name: self.cleaned_data.get(each.name) for each in self.conditions}
        return {name: None if value == "" else value for name, value in given.items()}

    def given(self) -> list[tuple[str, str]]:
        """Every question with its answer in words, to be looked at once more; what was left open of the rest is not."""
        rows = []
        for step in STEPS[:2]:
            for name in self.fields_of(step):
                value = self._words(name)
                if value or step == STEPS[0]:
                    rows.append((str(self[name].label), value or "Not answered"))
        return rows

    def _words(self, name: str) -> str:
        value = self.cleaned_data.get(name)
        if isinstance(value, bool):
            return "Yes" if value else ("" if name == "is_standard_leaver" else "No")
        if isinstance(value, date):
            return plain_day(value)
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(value, value or ""))


class DecisionForm(Form):
    """What the second person decides."""

    decision = forms.ChoiceField(
        label="Is the name to be removed?",
        choices=[
            ("approve", "Approve: the name is removed"),
            ("refuse", "Refuse: the pupil stays on the roll"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose approve or refuse."},
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=_LONG,
        help_text="Needed to refuse. It stays on the record.",
        widget=forms.Textarea({"rows": 3}),
    )
    alone_because = forms.CharField(
        label="Why can no second person decide this?",
        required=False,
        max_length=_LONG,
        help_text="You proposed this yourself, and you are the only one here who may approve it.",
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args: Any, is_alone: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_alone:
            del self.fields["alone_because"]


class ReasonForm(Form):
    """Why something is taken back."""

    reason = forms.CharField(
        label="Why?",
        max_length=300,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": "Say why."},
    )


class SentForm(Form):
    """That a return was sent."""

    sent_on = DateField(label="Sent on")
    how = forms.CharField(
        label="How",
        max_length=200,
        help_text="For example: the local authority's portal, secure e-mail.",
        error_messages={"required": "Say how it was sent."},
    )


class AddressChangeForm(Form):
    """A change of address that a parent notified."""

    contact = forms.TypedChoiceField(
        label="Parent the pupil will live with",
        coerce=int,
        error_messages={"required": "Choose the parent the pupil will live with."},
    )
    address = forms.CharField(label="New address", max_length=500, widget=forms.Textarea({"rows": 4}))
    postcode = forms.CharField(
        label="Postcode",
        required=False,
        max_length=10,
        widget=forms.TextInput({"class": "input--medium"}),
    )
    from_day = DateField(label="From", help_text="The day from which the pupil lives there.")
    notified_on = DateField(label="The parent told the school on")

    def __init__(self, *args: Any, contacts: Sequence[Contact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["contact"]
        field.choices = [("", "Choose a parent"), *((str(each.pk), str(each)) for each in contacts)]
