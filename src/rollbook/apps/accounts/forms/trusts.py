"""Joining and leaving a trust."""

from typing import Any

from django import forms

from rollbook.apps.accounts.queries import trusts_to_join
from rollbook.ui.forms import DateField, Form


class JoinForm(Form):
    """Which trust, and from when on."""

    trust = forms.TypedChoiceField(label="Trust", coerce=int, choices=())
    first_day = DateField(
        label="First day", help_text="From this day on its attendance leads see the school."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["trust"]
        field.choices = [("", "Choose a trust"), *trusts_to_join()]


class LeaveForm(Form):
    """Until when the trust sees the school."""

    last_day = DateField(
        label="Last day in the trust",
        help_text="Its attendance leads see the school until the end of this day. To end it at once, choose yesterday.",
    )
