"""The forms of activities: recorded, changed, pupils put on and taken off, a session confirmed."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from rollbook.apps.absence.forms.parts import Choices, IdsField, ReasonForm
from rollbook.apps.absence.models import SESSIONS
from rollbook.domain.calendar_types import WEEKDAYS
from rollbook.domain.off_site import ActivityKind, ConfirmedHow
from rollbook.domain.week_grid import SCHOOL_WEEK
from rollbook.ui.forms import DateField, Form


class ActivityForm(Form):
    """An activity; `data-kinds` says for which kinds a field is, and a script hides it for the others."""

    fieldsets: ClassVar[Sequence[tuple[str, Sequence[str]]]] = [
        ("What is it?", ["kind", "title", "nature", "place"]),
        ("Who is in charge?", ["staff", "supervisor", "provider", "la_contact"]),
        ("When is it?", ["first_day", "last_day", "weekdays", "sessions"]),
        ("How is attendance confirmed?", ["confirmed_how", "reference"]),
    ]
    kind = forms.ChoiceField(
        label="Kind of activity",
        choices=[(each.value, f"{each.words} ({each.code})") for each in ActivityKind],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what kind of activity it is."},
    )
    title = forms.CharField(label="Name", max_length=80, help_text="Shown on the register: “Science museum”.")
    nature = forms.CharField(
        label="Nature of the activity",
        max_length=120,
        help_text="What the pupils do there. It stays with every mark: “workshop on electricity”.",
    )
    place = forms.CharField(label="Place", max_length=120)
    staff = forms.TypedChoiceField(
        label="Member of our staff in charge",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="For a trip: V is only for one with our own staff in charge.",
        widget=forms.Select(attrs={"data-kinds": "trip"}),
    )
    supervisor = forms.CharField(
        label="Person in charge of the pupils there",
        max_length=80,
        required=False,
        help_text="For sport, work experience and other activities.",
        widget=forms.TextInput(attrs={"data-kinds": "sport work other authority"}),
    )
    provider = forms.CharField(
        label="Provider or employer",
        max_length=120,
        required=False,
        help_text="Needed for work experience and for education the local authority arranges.",
    )
    la_contact = forms.CharField(
        label="Local authority’s contact",
        max_length=120,
        required=False,
        help_text="Name and telephone or e-mail, for education the local authority arranges.",
        widget=forms.TextInput(attrs={"data-kinds": "authority"}),
    )
    first_day = DateField(label="First day")
    last_day = DateField(label="Last day")
    weekdays = forms.TypedMultipleChoiceField(
        label="On which weekdays?",
        coerce=int,
        choices=[(number, WEEKDAYS[number]) for number in SCHOOL_WEEK],
        initial=list(SCHOOL_WEEK),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--inline"}),
        error_messages={"required": "Choose at least one weekday."},
    )
    sessions = forms.ChoiceField(
        label="Which part of the day?",
        choices=SESSIONS,
        initial="both",
        widget=forms.RadioSelect(attrs={"class": "choices--inline"}),
    )
    confirmed_how = forms.ChoiceField(
        label="How do we learn who was there?",
        choices=[(each.value, each.words) for each in ConfirmedHow],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how attendance is confirmed."},
    )
    reference = forms.CharField(
        label="Reference",
        max_length=60,
        required=False,
        help_text="Number of the risk assessment or booking.",
    )

    def __init__(self, *args: Any, staff: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["staff"].choices = [("", "Choose who is in charge"), *staff]  # type: ignore[attr-defined]

    @property
    def weekday_bits(self) -> int:
        """The weekdays as bits, 1 for Monday."""
        return sum(1 << number for number in set(self.cleaned_data["weekdays"]))


class ChosenPupilsForm(Form):
    """Pupils chosen as whole year groups, whole teaching groups and one by one."""

    pupils = IdsField(required=False)
    groups = IdsField(required=False, widget=forms.MultipleHiddenInput)
    years = IdsField(required=False, widget=forms.MultipleHiddenInput)


class NewActivityForm(ActivityForm, ChosenPupilsForm):
    """A new activity with its pupils."""

    key = forms.UUIDField(widget=forms.HiddenInput)


class ChangedActivityForm(ActivityForm):
    """An activity changed, with why."""

    fieldsets: ClassVar[Sequence[tuple[str, Sequence[str]]]] = [
        *ActivityForm.fieldsets,
        ("Why is it changed?", ["because"]),
    ]
    because = forms.CharField(
        label="Reason",
        max_length=300,
        help_text="It stays with the record.",
        error_messages={"required": "Say why: the reason stays with the record."},
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)


class AddPupilsForm(ReasonForm, ChosenPupilsForm):
    """More pupils for an activity."""


class TakeOffForm(ReasonForm):
    """Pupils who go no longer."""

    pupils = IdsField(error_messages={"required": "Choose whom to take off."})


class ConfirmForm(Form):
    """Who was there in one session."""

    how = forms.ChoiceField(
        label="How were you told?",
        choices=[(each.value, each.words) for each in ConfirmedHow],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how you were told."},
    )
    told_by = forms.CharField(
        label="Who told you?", max_length=120, error_messages={"required": "Say who told you."}
    )
    not_there = forms.TypedMultipleChoiceField(
        label="Who did not attend?",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Leave empty where everybody was there.",
    )

    def __init__(self, *args: Any, pupils: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["not_there"].choices = list(pupils)  # type: ignore[attr-defined]
