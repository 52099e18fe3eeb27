"""After which help attendance is looked at."""

from collections.abc import Mapping, Sequence

from django import forms
from django.http import QueryDict

from rollbook.apps.insight.queries.narrowing import SEPARATOR
from rollbook.ui.forms import Form


class EffectForm(Form):
    """Whose attendance is looked at: all who had one kind of help, or one of them."""

    what = forms.ChoiceField(label="What was done")
    only = forms.CharField(label="Pupil", widget=forms.Select, required=False)

    def __init__(
        self, asked: QueryDict, *, known: Sequence[tuple[str, str]], kinds: Mapping[str, str]
    ) -> None:
        self.known = known
        data = asked.copy()
        if known and "what" not in data:
            data["what"] = SEPARATOR.join(known[0])
        super().__init__(data)
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            (SEPARATOR.join(each), f"{each[1]} ({kinds[each[0]].lower()})") for each in known
        ]

    def offer_pupils(self, pupils: Sequence[tuple[int, str]]) -> None:
        """Puts those who had it up for choice; another choice means everybody, as after changing what was done."""
        self.fields["only"].widget.choices = [("", "Everybody who had it"), *pupils]

    @property
    def what_was_done(self) -> tuple[str, str]:
        """The kind and the title asked for. Errors: KeyError while the form is not valid."""
        kind, _, title = self.cleaned_data["what"].partition(SEPARATOR)
        return kind, title
