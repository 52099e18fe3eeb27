"""What is asked to take a file in, to say which column holds what, and to undo an import."""

from collections.abc import Mapping
from typing import Any

from django import forms

from rollbook.apps.exchange.actions.kinds import ImportKind
from rollbook.apps.exchange.actions.loading import UNDO_REASON_LENGTH
from rollbook.formats.tables import SIZE_LIMIT, Sheet
from rollbook.ui.forms import DateField, Form

LEFT_OUT = ""


class UploadForm(Form):
    """A file and how it is to be loaded."""

    file = forms.FileField(
        label="File",
        help_text="CSV or Excel (.xlsx), with a line of headings. Nothing is loaded before you have seen what it does.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
        max_length=200,
    )
    takes_effect_on = DateField(label="Takes effect on")
    makes_groups = forms.BooleanField(
        label="Make teaching groups that are not there yet",
        required=False,
        help_text="They begin with the academic year. Say afterwards who takes them.",
    )

    def __init__(self, *args: Any, kind: ImportKind, may_make_groups: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".csv,.txt,.xlsx,text/csv"
        self.fields["takes_effect_on"].help_text = kind.day_help
        if not kind.day_help:
            del self.fields["takes_effect_on"]
        if not (kind.can_make_groups and may_make_groups):
            del self.fields["makes_groups"]

    def clean_file(self) -> Any:
        """The file, unless it is so large that it need not be read."""
        file = self.cleaned_data["file"]
        if file.size > SIZE_LIMIT:
            raise forms.ValidationError(
                "The file is larger than 20 MB. A large school's list is about 1 MB: check it is the right one."
            )
        return file


class ColumnsForm(Form):
    """For each column of a file the field it holds."""

    def __init__(
        self, *args: Any, kind: ImportKind, sheet: Sheet, chosen: Mapping[int, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [(LEFT_OUT, "Leave out"), *((field.name, _label(field)) for field in kind.fields)]
        for place, heading in enumerate(sheet.headings):
            self.fields[f"column-{place}"] = forms.ChoiceField(
                label=f"Column {place + 1}: {heading or 'no heading'}",
                choices=choices,
                required=False,
                initial=chosen.get(place, LEFT_OUT),
            )

    def columns(self) -> dict[int, str]:
        """The fields that were chosen, by column."""
        return {
            int(name.partition("-")[2]): value
            for name, value in self.cleaned_data.items()
            if value != LEFT_OUT
        }


def _label(field: Any) -> str:
    return f"{field.words} (needed)" if field.is_required else str(field.words)


class UndoForm(Form):
    """Why an import is undone."""

    reason = forms.CharField(
        label="Reason",
        max_length=UNDO_REASON_LENGTH,
        help_text="It stays in the audit log, with your name and position.",
        error_messages={"required": "Say why the import is undone."},
    )
