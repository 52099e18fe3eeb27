"""What is asked when parents are called to a meeting, invited, and met."""

from collections.abc import Sequence
from typing import Any

from django import forms

from rollbook.apps.support.actions.meeting_plans import MeetingPlan
from rollbook.apps.support.actions.meetings import Sent
from rollbook.apps.support.models import LONGEST_INVITATION, LONGEST_NOTE
from rollbook.domain.meetings import HEADINGS, LONGEST_STEP, About, How, Origin
from rollbook.ui.forms import DateField, Form, TimeField

Choices = Sequence[tuple[int, str]]
_REASON = 300


class ChooseForm(Form):
    """Whose parents?"""

    pupil = forms.TypedChoiceField(
        label="Pupil", coerce=int, error_messages={"required": "Choose the pupil."}
    )

    def __init__(self, *args: Any, pupils: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pupil"].choices = [("", "Choose a pupil"), *pupils]  # type: ignore[attr-defined]


class PlanForm(Form):
    """When and where, and who is asked to come."""

    on = DateField(label="Day")
    starts_at = TimeField(label="Time")
    place = forms.CharField(label="Where", max_length=120, initial="At school, ask at reception")
    contacts = forms.TypedMultipleChoiceField(
        label="Whom from home",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one of the pupil’s contacts.",
            "invalid_choice": "Choose from the pupil’s contacts as they are now.",
        },
    )
    leader = forms.TypedChoiceField(
        label="Who leads it", coerce=int, error_messages={"required": "Choose who leads it."}
    )
    others = forms.CharField(
        label="Who else is asked to come",
        max_length=_REASON,
        required=False,
        help_text="Names with what they are: Ms Ali, SENCO; Jo Price, social worker.",
    )

    def __init__(self, *args: Any, contacts: Choices, staff: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contacts"].choices = contacts  # type: ignore[attr-defined]
        self.fields["leader"].choices = [("", "Choose a member of staff"), *staff]  # type: ignore[attr-defined]

    @property
    def plan(self) -> MeetingPlan:
        """The plan, once the form is valid."""
        chosen = self.cleaned_data
        return MeetingPlan(
            on=chosen["on"],
            starts_at=chosen["starts_at"],
            place=chosen["place"],
            contact_ids=tuple(chosen["contacts"]),
            leader_id=chosen["leader"],
            others=chosen["others"],
        )


class CallForm(PlanForm):
    """A new meeting: what it is about and why, then when, where and with whom."""

    about = forms.ChoiceField(
        label="What is it about?",
        choices=[(each.value, each.words) for each in About],
        widget=forms.RadioSelect,
    )
    why = forms.CharField(
        label="Why",
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="The facts as they stand today. They go into the invitation, so write them for the parents.",
    )
    origin = forms.ChoiceField(
        choices=[(each.value, each.words) for each in Origin], widget=forms.HiddenInput
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("about", "why", "on", "starts_at", "place", "contacts", "leader", "others")


class StepForm(Form):
    """A step of a meeting: the edition that was on the page, and a key so that it is taken once."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def sent(self, meeting_id: int) -> Sent:
        """Which step of which meeting, once the form is valid."""
        return Sent(meeting_id, self.cleaned_data["seen_version"], self.cleaned_data["key"])


class InviteForm(StepForm):
    """How the parents were told, when, and in what words."""

    prefix = "invite"
    how = forms.ChoiceField(
        label="How are they invited?",
        choices=[(each.value, each.words) for each in How],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how they were invited."},
    )
    given_on = DateField(label="Day they were told, or the letter was given out")
    text = forms.CharField(
        label="What they are told",
        max_length=LONGEST_INVITATION,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="Made of what is recorded here; change it as you need. A letter begins with “Dear” and the name.",
    )


class MoveForm(PlanForm, StepForm):
    """A new time, place or circle, and why."""

    prefix = "move"
    because = forms.CharField(
        label="Why is it moved?", max_length=_REASON, error_messages={"required": "Say why it is moved."}
    )


class MissForm(StepForm):
    """Nobody came."""

    prefix = "miss"
    because = forms.CharField(
        label="What is known of why?",
        max_length=_REASON,
        error_messages={"required": "Say what is known of why, or that nothing is."},
    )


class CancelForm(StepForm):
    """It is called off."""

    prefix = "cancel"
    because = forms.CharField(
        label="Why is it cancelled?",
        max_length=_REASON,
        error_messages={"required": "Say why: the reason stays with the record."},
    )


class HoldForm(StepForm):
    """Who came, what was said, what was agreed, and what is next."""

    came = forms.TypedMultipleChoiceField(
        label="Who came from home?",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    others_came = forms.CharField(label="Who else was there", max_length=_REASON, required=False)
    next_step = forms.CharField(
        label="What is next", max_length=LONGEST_STEP, help_text="Who does what: Mrs Ali rings on Friday."
    )
    next_on = DateField(label="By when")

    def __init__(self, *args: Any, about: About, parents: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["came"].choices = parents  # type: ignore[attr-defined]
        is_absence = about is About.ABSENCE
        for name, words in {**HEADINGS, "agreed": "What was agreed"}.items():
            self.fields[name] = forms.CharField(
                label=words,
                max_length=LONGEST_NOTE,
                widget=forms.Textarea(attrs={"rows": 3}),
                required=is_absence == (name != "agreed"),
                error_messages={
                    "required": f"{words}: write down what was said, or that there was nothing to say."
                },
            )
        self.order_fields(["came", "others_came", *HEADINGS, "agreed", "next_step", "next_on"])
