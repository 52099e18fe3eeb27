"""What a purge asks of the head teacher."""

from uuid import uuid4

from django import forms

from rollbook.ui.forms import Form


class PurgeForm(Form):
    """The reason, and the number of entries written out, so that nobody purges by a slip."""

    key = forms.UUIDField(widget=forms.HiddenInput(), initial=uuid4)
    reason = forms.CharField(
        label="Reason",
        max_length=300,
        help_text="It stays in the log for good, with your name. For example: the six years of 2018/19 are over.",
    )
    expected_count = forms.CharField(
        label="Number of entries to purge",
        max_length=20,
        help_text="Type the number shown above, to confirm that you mean all of them.",
        widget=forms.TextInput(
            attrs={"class": "input--short", "inputmode": "numeric", "autocomplete": "off"}
        ),
    )

    def clean_expected_count(self) -> int:
        """The number, with or without commas. Errors: ValidationError for anything else."""
        text = self.cleaned_data["expected_count"].replace(",", "").replace(" ", "")
        if not (text.isascii() and text.isdigit()):
            raise forms.ValidationError("Enter the number of entries in figures.")
        return int(text)
