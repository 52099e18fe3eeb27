"""What the audit log is narrowed to."""

from django import forms

from rollbook.apps.audit.presenters import KINDS
from rollbook.ui.forms import DateField


class WantedForm(forms.Form):
    """Who, what, about whom, when."""

    by = forms.CharField(label="Done by", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    kind = forms.ChoiceField(
        label="What",
        required=False,
        choices=[("", "Everything"), *((key, words) for key, words, _, _ in KINDS)],
    )
    pupil = forms.CharField(label="Pupil", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    first_day = DateField(label="From", required=False)
    last_day = DateField(label="Until", required=False)
    # From the page of a pupil or a person: exactly that one.
    subject = forms.RegexField(r"^(pupil|person|group):\d{1,12}$", required=False, widget=forms.HiddenInput())
