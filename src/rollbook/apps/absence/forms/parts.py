"""What several forms here are made of: things ticked by id, half-days of a week, one pupil, a reason."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from rollbook.domain.calendar_types import WEEKDAYS
from rollbook.domain.sessions import SchoolSession
from rollbook.domain.week_grid import SCHOOL_WEEK, WeekGrid
from rollbook.ui.forms import DateField, Form, Section

_LONGEST_ID = 18  # digits: more is no id of any database
Choices = Sequence[tuple[str | int, str]]


class IdsField(forms.Field):
    """Several things by their ids, ticked on the page; what is no id is left out, and the action looks at the rest."""

    widget = forms.CheckboxSelectMultiple

    def to_python(self, value: Any) -> list[int]:
        """The ids, each once."""
        texts: Iterable[Any] = value or ()
        ids = [int(text) for text in map(str, texts) if text.isdecimal() and len(text) <= _LONGEST_ID]
        return list(dict.fromkeys(ids))


class HalfDaysField(forms.TypedMultipleChoiceField):
    """Half-days of a week, ticked in a grid of days by morning and afternoon."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [
            (f"{weekday}-{each.value}", f"{WEEKDAYS[weekday]} {each.words}")
            for each in SchoolSession
            for weekday in SCHOOL_WEEK
        ]
        super().__init__(
            choices=choices,
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )
        self.template_name = "absence/half_days.html"

    def clean(self, value: Any) -> WeekGrid:
        """The half-days as a grid."""
        pairs = [text.split("-") for text in super().clean(value)]
        return WeekGrid.of((int(weekday), SchoolSession(each)) for weekday, each in pairs)

    @staticmethod
    def ticked(grid: WeekGrid) -> list[str]:
        """What is ticked for a grid."""
        return [f"{weekday}-{each.value}" for weekday, each in grid.half_days]


class ReasonForm(Form):
    """Why something is cancelled, ended or withdrawn."""

    because = forms.CharField(
        label="Why?",
        max_length=300,
        help_text="The reason stays with the record.",
        error_messages={"required": "Say why: the reason stays with the record."},
    )


class EndForm(ReasonForm):
    """The last day and why something ends before it was to."""

    last_day = DateField(label="Last day")
    field_order = ["last_day", "because"]  # noqa: RUF012


class PupilForm(Form):
    """A form about one pupil, chosen on the page; one who changes a record does not change its pupil."""

    pupil = forms.TypedChoiceField(
        label="Pupil", coerce=int, error_messages={"required": "Choose the pupil."}
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, pupils: Choices | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if pupils is None:
            del self.fields["pupil"], self.fields["key"]
        else:
            del self.fields["because"], self.fields["seen_version"]
            self.fields["pupil"].choices = [("", "Choose a pupil"), *pupils]  # type: ignore[attr-defined]

    because = forms.CharField(
        label="Reason",
        max_length=300,
        help_text="It stays with the record.",
        error_messages={"required": "Say why: the reason stays with the record."},
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def sections(self) -> list[Section]:
        """The groups of fields in order, without those that this form does not ask for."""
        groups = [
            Section(legend, [self[name] for name in names if name in self.fields])
            for legend, names in self.fieldsets
        ]
        return [section for section in groups if section.fields]
