"""Adding and changing people, and their appointments."""

from typing import Any

from django import forms

from rollbook.domain.access import GIVEN_BY_A_SCHOOL
from rollbook.ui.forms import DateField, Form

_ROLES = [(role.value, role.words) for role in GIVEN_BY_A_SCHOOL]
_POSITION_HINT = (
    'The title that stands under what they write, for example "Attendance Officer" or "Teacher of 7A".'
)


def _text(
    label: str, hint: str = "", *, longest: int = 200, required: bool = True, **attrs: Any
) -> forms.CharField:
    """A line of text, no longer than its column."""
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, help_text=hint, required=required, max_length=longest, widget=widget)


def _role() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Role", choices=[("", "Choose a role"), *_ROLES], help_text="It decides what they may do."
    )


class PersonForm(Form):
    """Who somebody is and how they are reached."""

    name = _text("Name")
    email = forms.EmailField(
        label="E-mail address",
        help_text="They sign in with it, and letters about their account go there.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": "Enter an e-mail address like name@school.org.uk."},
    )
    telephone = _text(
        "Telephone at school",
        "Shown to everyone at the school on the page Who to ask.",
        longest=30,
        required=False,
        type="tel",
    )


class AddPersonForm(PersonForm):
    """Somebody new, with their first role."""

    role = _role()
    position = _text("Position", _POSITION_HINT, longest=100)
    first_day = DateField(label="First day", help_text="From this day on they can use Rollbook.")
    last_day = DateField(
        label="Last day",
        required=False,
        help_text="Leave it empty while no end is known. An inspector's access needs one.",
    )

    field_order = ("name", "email", "telephone", "role", "position", "first_day", "last_day")


class AppointmentForm(Form):
    """One more role for somebody."""

    role = _role()
    position = _text("Position", _POSITION_HINT, longest=100)
    first_day = DateField(label="First day")
    last_day = DateField(label="Last day", required=False, help_text="Leave it empty while no end is known.")


class EndForm(Form):
    """The end of an appointment."""

    last_day = DateField(
        label="Last day",
        help_text="They keep the role until the end of this day. To end it at once, choose yesterday.",
    )


class PositionForm(Form):
    """A new title in the same role."""

    position = _text("New position", _POSITION_HINT, longest=100)
    first_day = DateField(
        label="First day of the new position", help_text="The old position ends the day before."
    )


class FilterForm(forms.Form):
    """What the list of people is narrowed to."""

    name = forms.CharField(
        max_length=100,
        label="Name or e-mail",
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    role = forms.ChoiceField(label="Role", required=False, choices=[("", "Every role"), *_ROLES])
    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[("", "People with a role now or to come"), ("past", "Those who have left")],
    )
