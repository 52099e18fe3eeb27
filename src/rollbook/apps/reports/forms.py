"""Which days, which group: what is asked before anything is printed."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms

from rollbook.domain.marks import SchoolSession
from rollbook.ui.forms import DateField, Form

LONGEST_DAYS = 7 * 366
EVERY_GROUP = "all"


class CertificateForm(Form):
    """The days of a certificate: not beyond today, and not more years than a pupil spends at a school."""

    first_day = DateField(label="From")
    last_day = DateField(label="To")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """The days in order."""
        cleaned: dict[str, Any] = super().clean() or {}
        first_day, last_day = cleaned.get("first_day"), cleaned.get("last_day")
        if first_day and first_day > self.today:
            self.add_error("first_day", "The first day can't be after today: nothing is recorded yet.")
        elif first_day and last_day and last_day < first_day:
            self.add_error("last_day", "The last day can't be before the first day.")
        elif first_day and last_day and (last_day - first_day).days > LONGEST_DAYS:
            self.add_error("last_day", "Choose at most seven years.")
        return cleaned


class GroupRegisterForm(Form):
    """Which group's register, and which week or month of it."""

    group = forms.TypedChoiceField(
        label="Teaching group", coerce=int, error_messages={"required": "Choose the teaching group."}
    )
    on = DateField(label="Any day of the week or month")
    span = forms.ChoiceField(
        label="How long",
        choices=[("week", "The week"), ("month", "The month")],
        widget=forms.RadioSelect(attrs={"class": "choices--inline"}),
        error_messages={"required": "Choose the week or the month."},
    )

    def __init__(self, *args: Any, groups: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", "Choose a group"), *groups]  # type: ignore[attr-defined]

    def days(self) -> tuple[date, date]:
        """The first and last day of the week or month that was asked for."""
        on: date = self.cleaned_data["on"]
        if self.cleaned_data["span"] == "month":
            return on.replace(day=1), on.replace(day=monthrange(on.year, on.month)[1])
        monday = on - timedelta(days=on.weekday())
        return monday, monday + timedelta(days=6)


class BlankRegisterForm(Form):
    """Which blank registers: one group's or all, for which half-day."""

    group = forms.ChoiceField(label="Teaching group", initial=EVERY_GROUP)
    on = DateField(label="Day")
    session = forms.ChoiceField(
        label="Session",
        choices=[(each.value, each.words.capitalize()) for each in SchoolSession],
        widget=forms.RadioSelect(attrs={"class": "choices--inline"}),
        error_messages={"required": "Choose the morning or the afternoon."},
    )

    def __init__(self, *args: Any, groups: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        # Two forms on one page: the ids of this one must be its own.
        super().__init__(*args, **{"auto_id": "blank_%s"} | kwargs)
        self.fields["group"].choices = [(EVERY_GROUP, "All groups, a page each"), *groups]  # type: ignore[attr-defined]

    @property
    def group_id(self) -> int | None:
        """The one group that was chosen; None for all of them."""
        chosen: str = self.cleaned_data["group"]
        return None if chosen == EVERY_GROUP else int(chosen)
