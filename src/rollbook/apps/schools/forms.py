"""What the pages of the school's own set-up ask for."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet

from rollbook.apps.schools.models import CalendarEntry, School
from rollbook.apps.schools.queries.settings import Setting
from rollbook.apps.schools.queries.times import TimesSet
from rollbook.domain.calendar import (
    AcademicYearDates,
    ClosedSpan,
    DayKind,
    DayTimes,
    RegisterTimes,
    TermDates,
)
from rollbook.domain.refusals import Refused
from rollbook.ui.forms import DateField, Form, TimeField

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
TIME_NAMES = ("am_opens", "am_closes", "am_ends", "pm_opens", "pm_closes", "pm_ends")
_TIME_WORDS = (
    "morning register opens",
    "morning register closes",
    "morning ends",
    "afternoon register opens",
    "afternoon register closes",
    "afternoon ends",
)


class ConfirmedForm(Form):
    """A form that asks for a tick only once the action has said why."""

    is_confirmed = forms.BooleanField(
        required=False, label="The school really was closed: go ahead", widget=forms.HiddenInput
    )

    def ask_to_confirm(self) -> None:
        """Shows the tick box; before that the field is hidden and empty."""
        self.fields["is_confirmed"].widget = forms.CheckboxInput()


class EntryForm(ConfirmedForm):
    """Days of one kind in the calendar."""

    kind = forms.ChoiceField(
        label="What are these days?",
        choices=CalendarEntry.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what kind of days these are."},
    )
    name = forms.CharField(
        label="Name", max_length=100, help_text="For example Staff training, or Polling day."
    )
    first_day = DateField(label="First day")
    last_day = DateField(label="Last day", help_text="The same day again for a single day.")

    field_order = ("kind", "name", "first_day", "last_day", "is_confirmed")


class YearForm(ConfirmedForm):
    """An academic year without its terms."""

    name = forms.CharField(
        label="Academic year", max_length=20, widget=forms.TextInput(attrs={"class": "input--short"})
    )
    first_day = DateField(label="First day of the year", help_text="Usually 1 September.")
    last_day = DateField(label="Last day of the year", help_text="Usually 31 August.")

    field_order = ("name", "first_day", "last_day", "is_confirmed")


class RowForm(forms.Form):
    """One row of dates in a table: taken when something is filled in, left out when it is empty."""

    first_day = DateField(label="First day", required=False)
    last_day = DateField(label="Last day", required=False)

    def is_filled(self) -> bool:
        """Is there anything in this row?"""
        return any(self.cleaned_data.get(name) for name in ("name", "first_day", "last_day"))

    def clean(self) -> dict[str, Any]:
        """A row is whole or empty."""
        data: dict[str, Any] = super().clean() or {}
        if self.is_filled():
            # The summary above the page lists these without their row, so each names it.
            row = data.get("name") or "A row without a name"
            for name, words in (
                ("name", "give it a name"),
                ("first_day", "choose the first day"),
                ("last_day", "choose the last day"),
            ):
                if name in data and not data[name]:
                    self.add_error(name, f"{row}: {words}, or empty the row.")
        return data


class TermForm(RowForm):
    """One term."""

    name = forms.CharField(label="Term", required=False, max_length=30)
    field_order = ("name", "first_day", "last_day")


class DaysForm(RowForm):
    """One entry of the calendar of a new year."""

    kind = forms.ChoiceField(
        label="Kind",
        choices=[
            choice
            for choice in CalendarEntry.Kind.choices
            if choice[0] not in {CalendarEntry.Kind.OPEN, CalendarEntry.Kind.BANK_HOLIDAY}
        ],
    )
    name = forms.CharField(label="Name", required=False, max_length=100)
    field_order = ("kind", "name", "first_day", "last_day")


class RowsOf(BaseFormSet):  # type: ignore[type-arg]
    """Rows of a table, numbered in the action as they are here, empty ones left out."""

    def filled(self) -> list[Any]:
        """The rows that say something."""
        return [form for form in self.forms if form.is_filled()]

    def add_refusals(self, refused: Refused, prefix: str) -> None:
        """Shows what an action said about row n beside that row."""
        rows = self.filled()
        for refusal in refused.refusals:
            name, _, number = refusal.field.partition("-")
            if name == prefix and number.isdigit() and int(number) < len(rows):
                rows[int(number)].add_error(None, refusal.message)


TermRows = forms.formset_factory(TermForm, formset=RowsOf, extra=1, max_num=8, absolute_max=12)
DaysRows = forms.formset_factory(DaysForm, formset=RowsOf, extra=3, max_num=60, absolute_max=60)


def year_dates(form: YearForm, terms: Any) -> AcademicYearDates:
    """The year these valid forms describe."""
    data = form.cleaned_data
    rows = tuple(
        TermDates(row.cleaned_data["name"], row.cleaned_data["first_day"], row.cleaned_data["last_day"])
        for row in terms.filled()
    )
    return AcademicYearDates(data["name"], data["first_day"], data["last_day"], rows)


def closed_spans(rows: Any) -> tuple[ClosedSpan, ...]:
    """The entries these valid rows describe."""
    return tuple(
        ClosedSpan(
            DayKind(row.cleaned_data["kind"]),
            row.cleaned_data["name"],
            row.cleaned_data["first_day"],
            row.cleaned_data["last_day"],
        )
        for row in rows.filled()
    )


class TimesForm(Form):
    """The six times of each weekday, from a day on."""

    effective_from = DateField(label="First day of these times")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday, day in enumerate(WEEKDAYS):
            for name, words in zip(TIME_NAMES, _TIME_WORDS, strict=True):
                field = TimeField(
                    label=f"{day}, {words}",
                    error_messages={
                        "required": f"{day}: say when the {words}.",
                        "invalid": f"{day}, {words}: enter a time on the 24-hour clock, such as 09:30.",
                    },
                )
                field.widget.attrs["aria-label"] = f"{day}, {words}"
                self.fields[f"{name}_{weekday}"] = field

    def table(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The rows of the week, Monday first, each with its six fields."""
        return [
            (day, [self[f"{name}_{weekday}"] for name in TIME_NAMES]) for weekday, day in enumerate(WEEKDAYS)
        ]

    def rows(self) -> list[DayTimes]:
        """The times as the rules take them."""
        data = self.cleaned_data
        found = []
        for weekday in range(len(WEEKDAYS)):
            times = [data[f"{name}_{weekday}"] for name in TIME_NAMES]
            found.append(
                DayTimes(
                    weekday, data["effective_from"], RegisterTimes(*times[:3]), RegisterTimes(*times[3:])
                )
            )
        return found

    @staticmethod
    def initial_from(times: TimesSet | None, effective_from: date | None) -> dict[str, Any]:
        """What the form starts with: the times that hold now."""
        start: dict[str, Any] = {"effective_from": effective_from}
        for row in times.rows if times else ():
            values = (
                *(row.am.opens_at, row.am.closes_at, row.am.session_ends_at),
                *(row.pm.opens_at, row.pm.closes_at, row.pm.session_ends_at),
            )
            for name, value in zip(TIME_NAMES, values, strict=True):
                start[f"{name}_{row.weekday}"] = value
        return start


class GroupForm(Form):
    """A teaching group's name and room.

    Neither has a `max_length`: with it the browser would cut what is pasted, and say nothing. The action refuses.
    """

    name = forms.CharField(label="Name", widget=forms.TextInput(attrs={"class": "input--medium"}))
    room = forms.CharField(
        label="Room", required=False, widget=forms.TextInput(attrs={"class": "input--medium"})
    )


class NewGroupForm(GroupForm):
    """A new group, with its first day."""

    first_day = DateField(label="First day")


class LastDayForm(Form):
    """The last day of something."""

    last_day = DateField(label="Last day")


class TeachingForm(Form):
    """Who takes a group, on which days."""

    user = forms.TypedChoiceField(
        label="Who", coerce=int, error_messages={"required": "Choose who takes the group."}
    )
    first_day = DateField(label="First day")
    last_day = DateField(
        label="Last day",
        required=False,
        help_text="For cover on one day, the same day again. Leave it empty for somebody who stays.",
    )

    def __init__(self, *args: Any, staff: Sequence[tuple[int, str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(user_id, f"{name}, {position}") for user_id, name, position in staff]
        field: Any = self.fields["user"]
        field.choices = [("", "Choose somebody"), *people]


class SettingForm(Form):
    """A choice of the school's policy."""

    value = forms.IntegerField(error_messages={"invalid": "Enter a whole number."})
    effective_from = DateField(label="From", help_text="The first day on which this holds.")
    approved_at_meeting = forms.CharField(
        label="Approved at",
        max_length=200,
        help_text="For example: full governing board, 9 July 2026, item 6.",
    )

    def __init__(self, *args: Any, setting: Setting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if setting.words:
            self.fields["value"] = forms.TypedChoiceField(
                label=setting.title,
                coerce=int,
                choices=list(enumerate(setting.words)),
                widget=forms.RadioSelect(attrs={"class": "choices--inline"}),
                error_messages={"required": f"Choose {' or '.join(setting.words).lower()}."},
            )
            return
        field = self.fields["value"]
        field.label = f"{setting.title} ({setting.unit})"
        field.error_messages["required"] = f"Enter a number of {setting.unit}."
        field.help_text = f"From {setting.lowest} to {setting.highest}."


class ParticularsForm(Form):
    """The school's particulars."""

    fieldsets = (
        ("The school", ("name", "phase", "legal_type", "local_authority")),
        ("Numbers", ("urn", "dfe_number")),
        ("Where it is", ("address", "telephone", "email")),
    )

    name = forms.CharField(label="Name", max_length=200)
    phase = forms.ChoiceField(label="Phase", choices=School.Phase.choices)
    legal_type = forms.ChoiceField(
        label="Type in law",
        choices=School.LegalType.choices,
        help_text="Decides which duties bind the school, among them the 190 school days of a maintained school.",
    )
    local_authority = forms.CharField(label="Local authority", max_length=100, required=False)
    urn = forms.CharField(
        label="URN",
        required=False,
        help_text="Six digits.",
        widget=forms.TextInput(attrs={"class": "input--short", "inputmode": "numeric"}),
    )
    dfe_number = forms.CharField(
        label="DfE number",
        required=False,
        help_text="For example 330/1234.",
        widget=forms.TextInput(attrs={"class": "input--short"}),
    )
    address = forms.CharField(label="Address", required=False, widget=forms.Textarea(attrs={"rows": 4}))
    telephone = forms.CharField(
        label="Telephone",
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"class": "input--medium"}),
    )
    email = forms.CharField(label="E-mail address", required=False, max_length=254)


def refusals_by_field(refused: Refused) -> Mapping[str, str]:
    """The reasons an action gave, by field: for asking which there were."""
    return {refusal.field: refusal.message for refusal in refused.refusals}
