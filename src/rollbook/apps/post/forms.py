"""What the list of messages is narrowed to, and what is done with one that did not get through."""

from typing import Any

from django import forms

from rollbook.apps.post.models import Message
from rollbook.apps.post.queries.purposes import purposes
from rollbook.ui.forms import DateField, Form


class WantedForm(Form):
    """Which messages?"""

    state = forms.ChoiceField(label="State", required=False, choices=[("", "Any"), *Message.State.choices])
    purpose = forms.ChoiceField(label="What for", required=False)
    day = DateField(label="Written on", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = sorted((purpose.words, key) for key, purpose in purposes().items())
        self.fields["purpose"].choices = [("", "Anything"), *((key, words) for words, key in known)]  # type: ignore[attr-defined]


class AgainForm(Form):
    """Where to send it now."""

    prefix = "again"
    to_address = forms.CharField(
        label="Address or number",
        max_length=1000,
        error_messages={"required": "Give the address or number to send it to."},
    )

    def __init__(self, *args: Any, message: Message, **kwargs: Any) -> None:
        super().__init__(*args, initial={"to_address": message.to_address}, **kwargs)
        field = self.fields["to_address"]
        if message.channel == Message.Channel.LETTER:
            field.label, field.widget = "Postal address", forms.Textarea(attrs={"rows": 5})
        elif message.channel == Message.Channel.EMAIL:
            field.label = "E-mail address"
        else:
            field.label = "Telephone number"


class SettleForm(Form):
    """What was done instead."""

    prefix = "settle"
    note = forms.CharField(
        label="What was done",
        max_length=500,
        help_text="For example: telephoned Mrs Abbott at 10:15.",
        error_messages={"required": "Say what was done."},
    )
