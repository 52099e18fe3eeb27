"""The forms of leave of absence: the request, the decision, the evidence, how the family was told."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from rollbook.apps.absence.forms.parts import Choices
from rollbook.apps.absence.leave_models import SESSIONS, LeaveTelling, ReceivedHow
from rollbook.domain.leave import RULES, Circumstance, Ground
from rollbook.ui.forms import DateField, Form, Section

_INLINE = {"class": "choices--inline"}


class ChoosePupilForm(Form):
    """For whom is leave asked?"""

    pupil = forms.TypedChoiceField(
        label="Pupil", coerce=int, error_messages={"required": "Choose the pupil."}
    )

    def __init__(self, *args: Any, pupils: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pupil"].choices = [("", "Choose a pupil"), *pupils]  # type: ignore[attr-defined]


class _SomeFields(Form):
    """A form that may lack some of its fields."""

    def sections(self) -> list[Section]:
        """The groups of fields in order, without those that this form does not ask for."""
        groups = [
            Section(legend, [self[name] for name in names if name in self.fields])
            for legend, names in self.fieldsets
        ]
        return [section for section in groups if section.fields]


class LeaveForm(_SomeFields):
    """A request as it came in writing. The grounds are the policy's, no others."""

    fieldsets: ClassVar[Sequence[tuple[str, Sequence[str]]]] = [
        ("The request in writing", ["asked_by", "received_on", "received_how", "words"]),
        ("The reason", ["ground", "circumstance", "detail", "advice"]),
        ("The days", ["first_day", "last_day", "sessions"]),
        ("Why is it changed?", ["because"]),
    ]
    asked_by = forms.ChoiceField(
        label="Who asks?",
        widget=forms.RadioSelect,
        help_text="A parent the pupil normally lives with, or a pupil above compulsory school age.",
        error_messages={"required": "Say who asks."},
    )
    received_on = DateField(label="Received on")
    received_how = forms.ChoiceField(
        label="How did it come?",
        choices=ReceivedHow.choices,
        widget=forms.RadioSelect(attrs=_INLINE),
        error_messages={"required": "Leave is asked for in writing. Choose how it came."},
    )
    words = forms.CharField(
        label="What does it say?",
        max_length=3000,
        widget=forms.Textarea,
        help_text="Copy the request, or say in short what it says. Seen by those who record and decide about leave.",
        error_messages={
            "required": "Leave is asked for in writing. Copy the request, or say in short what it says."
        },
    )
    ground = forms.ChoiceField(
        label="What is the leave for?",
        choices=[(each.value, f"{each.words} ({RULES[each].code})") for each in Ground],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the leave is for."},
    )
    circumstance = forms.ChoiceField(
        label="Which exceptional circumstance?",
        choices=[("", "Choose where it is one"), *((each.value, each.words) for each in Circumstance)],
        required=False,
    )
    detail = forms.CharField(
        label="The facts",
        max_length=300,
        help_text="What has happened; or the licence, the interview, the examination, the day of observance, the "
        "trade and where to, or why the holiday can’t be in the holidays.",
        error_messages={"required": "Give the facts: without them nobody can decide."},
    )
    advice = forms.CharField(
        label="Advice of the religious body",
        max_length=300,
        required=False,
        help_text="Where you were not sure and asked: whom, when, and what they said.",
    )
    first_day = DateField(label="First day asked for")
    last_day = DateField(label="Last day asked for")
    sessions = forms.ChoiceField(
        label="Sessions", choices=SESSIONS, initial="both", widget=forms.RadioSelect(attrs=_INLINE)
    )
    because = forms.CharField(
        label="Reason",
        max_length=300,
        help_text="It stays with the record.",
        error_messages={"required": "Say why: the reason stays with the record."},
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, askers: Sequence[tuple[str, str]], is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asked_by"].choices = list(askers)  # type: ignore[attr-defined]
        for name in ("because", "seen_version") if is_new else ("key",):
            del self.fields[name]


class DecisionForm(_SomeFields):
    """The head's decision; a second page asks once more before it is final."""

    fieldsets: ClassVar[Sequence[tuple[str, Sequence[str]]]] = [
        ("Is it granted?", ["outcome", "granted_first_day", "granted_last_day", "granted_sessions"]),
        ("Why?", ["considered", "because", "is_confirmed", "conditions", "again_because"]),
    ]
    outcome = forms.ChoiceField(
        label="Your decision",
        choices=[("grant", "Grant leave for the days below"), ("refuse", "Refuse")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether leave is granted."},
    )
    granted_first_day = DateField(label="First day granted", required=False)
    granted_last_day = DateField(
        label="Last day granted",
        required=False,
        help_text="You decide how long: fewer days than asked for are possible.",
    )
    granted_sessions = forms.ChoiceField(
        label="Sessions granted", choices=SESSIONS, widget=forms.RadioSelect(attrs=_INLINE)
    )
    considered = forms.CharField(
        label="What was considered?",
        max_length=2000,
        widget=forms.Textarea,
        help_text="The facts and circumstances of this family. It stays with the decision; it is not in the letter.",
        error_messages={
            "required": "Write down which facts and circumstances of this family were considered."
        },
    )
    because = forms.CharField(
        label="The reason for the family",
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="A sentence or two for the letter: why it is refused, or why not for all days.",
    )
    is_confirmed = forms.BooleanField(label="", required=False)
    conditions = forms.CharField(
        label="Conditions",
        max_length=300,
        required=False,
        help_text="Such as work to be done meanwhile. They are in the letter.",
    )
    again_because = forms.CharField(
        label="Why is it decided again?",
        max_length=300,
        required=False,
        help_text="Both decisions are kept.",
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, must_confirm: str, is_again: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if must_confirm:
            self.fields["is_confirmed"].label = must_confirm
            self.fields["is_confirmed"].help_text = "Needed to grant it."
        else:
            del self.fields["is_confirmed"]
        if not is_again:
            del self.fields["again_because"]


class AskEvidenceForm(Form):
    """What the head asks the family to show."""

    what = forms.CharField(
        label="What should the family show, and why?",
        max_length=300,
        error_messages={"required": "Say what is asked for and why: the reason stays with the request."},
    )


class EvidenceForm(Form):
    """What the family has shown."""

    what = forms.CharField(
        label="What was shown?", max_length=300, error_messages={"required": "Say what was shown."}
    )
    received_on = DateField(label="On")


class TellForm(Form):
    """How the family was told of the decision."""

    how = forms.ChoiceField(
        label="How?", widget=forms.RadioSelect, error_messages={"required": "Choose how the family was told."}
    )
    on = DateField(label="On")
    key = forms.UUIDField(widget=forms.HiddenInput)
    number = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(how, words) for how, words in LeaveTelling.How.choices if how != "email"]
        if address:
            choices.insert(0, ("email", f"Send it now by e-mail to {address}"))
        self.fields["how"].choices = choices  # type: ignore[attr-defined]
