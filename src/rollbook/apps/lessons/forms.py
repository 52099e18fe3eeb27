"""Forms of the timetable and of alerts; the register of a lesson is read by `rollbook.ui.mark_form`."""

from collections.abc import Sequence
from typing import Any

from django import forms

from rollbook.apps.lessons.models import WEEKDAYS
from rollbook.ui.forms import DateField, Form, TimeField

Choices = Sequence[tuple[int, str]]


def _choices(form: Form, name: str, choices: Sequence[Any]) -> None:
    field: Any = form.fields[name]
    field.choices = choices


class LessonForm(Form):
    """A lesson of the week.

    Lengths are the action's to refuse: with `max_length` the browser would cut what is pasted, and say nothing.
    """

    fieldsets = (
        ("The lesson", ("subject", "taught", "teacher", "room")),
        ("When", ("weekdays", "starts_at", "ends_at", "first_day", "last_day")),
    )

    subject = forms.CharField(
        label="Lesson",
        help_text="The name teachers know it by, for example: Maths.",
        widget=forms.TextInput(attrs={"class": "input--medium"}),
    )
    taught = forms.ChoiceField(
        label="Who is taught", error_messages={"required": "Choose the teaching group or the set."}
    )
    teacher = forms.TypedChoiceField(
        label="Teacher", coerce=int, error_messages={"required": "Choose who teaches it."}
    )
    room = forms.CharField(
        label="Room", required=False, widget=forms.TextInput(attrs={"class": "input--medium"})
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="Weekdays",
        coerce=int,
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--inline"}),
        error_messages={"required": "Choose at least one weekday."},
    )
    starts_at = TimeField(label="Begins at")
    ends_at = TimeField(label="Ends at")
    first_day = DateField(label="First day")
    last_day = DateField(
        label="Last day", required=False, help_text="Leave it empty for a lesson that goes on."
    )

    def __init__(self, *args: Any, groups: Choices, sets: Choices, staff: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taught: list[Any] = [("", "Choose")]
        if groups:
            taught.append(("Teaching groups", [(f"group-{id}", name) for id, name in groups]))
        if sets:
            taught.append(("Sets", [(f"set-{id}", name) for id, name in sets]))
        _choices(self, "taught", taught)
        _choices(self, "teacher", [("", "Choose somebody"), *staff])


class ChangeLessonForm(LessonForm):
    """The same lesson from a day on: on one weekday."""

    fieldsets = (
        ("The lesson", ("subject", "taught", "teacher", "room")),
        ("When", ("weekday", "starts_at", "ends_at", "first_day", "last_day")),
    )

    weekdays = None  # type: ignore[assignment]
    weekday = forms.TypedChoiceField(
        label="Weekday",
        coerce=int,
        choices=WEEKDAYS,
        widget=forms.RadioSelect(attrs={"class": "choices--inline"}),
        error_messages={"required": "Choose the weekday."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_day"].label = "From"
        self.fields["first_day"].help_text = "Until the day before it stays as it is, with its registers."


class CoverForm(Form):
    """Who takes a lesson on one day."""

    AS_ALWAYS = 0

    teacher = forms.TypedChoiceField(label="Who takes it", coerce=int)

    def __init__(self, *args: Any, staff: Choices, own: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "teacher", [(self.AS_ALWAYS, f"{own}, as always"), *staff])

    def clean_teacher(self) -> int | None:
        """Who covers; None for whose lesson it is."""
        chosen: int = self.cleaned_data["teacher"]
        return None if chosen == self.AS_ALWAYS else chosen


class LastDayForm(Form):
    """The last day of something."""

    last_day = DateField(label="Last day")


class SetForm(Form):
    """A set, from a day on."""

    name = forms.CharField(
        label="Name",
        help_text="For example: Year 9 Maths 2.",
        widget=forms.TextInput(attrs={"class": "input--medium"}),
    )
    first_day = DateField(label="First day")


class SetPupilsForm(Form):
    """Who of one teaching group is in a set from a day on."""

    pupils = forms.TypedMultipleChoiceField(
        label="Pupils in the set",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "One of these pupils is no longer in this group. Look again."},
    )
    first_day = DateField(label="From")

    def __init__(self, *args: Any, pupils: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "pupils", pupils)


class FoundForm(Form):
    """What was found, which closes an alert."""

    found = forms.CharField(
        label="What was found?",
        max_length=300,
        help_text="Where the pupil was and what was done. It stays with the alert and your name.",
        error_messages={"required": "Say what was found: it stays with the alert."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "found-so-often"}),
    )
