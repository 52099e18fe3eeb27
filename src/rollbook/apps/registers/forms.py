"""Forms of the attendance register other than the register itself."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.roll.queries import RollPupil
from rollbook.domain.adviser import CodeAdvice, Fit
from rollbook.domain.codes import AttendanceCode, Needs
from rollbook.ui.forms import DateField, Form, TimeField

# Asked for in a list and not only as free text, so that figures on reasons can be made of them.
LATE_REASONS = (
    "Bus or taxi late",
    "Overslept",
    "Traffic",
    "Family reason",
    "Appointment",
    "Unwell this morning",
)

# The others come with a record: a trip, a part-time timetable, a second school, a suspension.
ORIGINS_BY_HAND = [
    (value, words)
    for value, words in PlannedMark.Origin.choices
    if value not in {PlannedMark.Origin.TIMETABLE, PlannedMark.Origin.DUAL, PlannedMark.Origin.SUSPENSION}
]

FITS = "Fits this pupil now"
CANNOT = "Can't be right now"

_NATURE = {Needs.NATURE_OF_ACTIVITY, Needs.NATURE_OF_CIRCUMSTANCES}


def code_choices(codes: Sequence[AttendanceCode]) -> list[tuple[str, Any]]:
    """Codes for a list, by category, as "M – Medical or dental"."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for code in codes:
        groups.setdefault(code.category.words.capitalize(), []).append(
            (code.symbol, f"{code.symbol} – {code.title}")
        )
    return [("", "Choose a code"), *groups.items()]


def advised_choices(said: Sequence[CodeAdvice], codes: Sequence[AttendanceCode]) -> list[tuple[str, Any]]:
    """Codes for a list, as advised for one pupil: what fits first, then the others by category, what can't be last."""
    listed = {code.symbol for code in codes}
    by_fit: dict[Fit, list[AttendanceCode]] = {fit: [] for fit in Fit}
    for each in said:
        if each.code.symbol in listed:
            by_fit[each.fit].append(each.code)
    groups = code_choices(by_fit[Fit.POSSIBLE])
    for place, fit, words in ((1, Fit.FITS, FITS), (len(groups) + 1, Fit.CANNOT, CANNOT)):
        if by_fit[fit]:
            groups.insert(
                place, (words, [(code.symbol, f"{code.symbol} – {code.title}") for code in by_fit[fit]])
            )
    return groups


def pupil_choices(pupils: Sequence[RollPupil]) -> list[tuple[str, str]]:
    """Pupils for a list, as "Abbott, Amelia (7A)"."""
    return [
        ("", "Choose a pupil"),
        *((str(pupil.id), f"{pupil.surname}, {pupil.forename} ({pupil.group_name})") for pupil in pupils),
    ]


def _symbols_with_nature(codes: Sequence[AttendanceCode]) -> str:
    return ", ".join(code.symbol for code in codes if code.needs & _NATURE)


class AmendForm(Form):
    """One mark amended. The words of the errors come from the rule, so nothing here is `required` but the reason."""

    code = forms.ChoiceField(
        label="What the mark should be", error_messages={"required": "Choose the mark that is right."}
    )
    minutes_late = forms.IntegerField(
        label="Minutes late",
        required=False,
        min_value=0,
        max_value=600,
        widget=forms.NumberInput(attrs={"class": "input--short"}),
    )
    note = forms.CharField(label="Nature of the activity or circumstances", required=False, max_length=300)
    reason = forms.CharField(
        label="Reason for the amendment",
        max_length=300,
        help_text="It stays with the mark for good, with your name and position.",
        error_messages={"required": "Say why: the reason stays with the mark for good."},
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        codes: Sequence[AttendanceCode],
        said: Sequence[CodeAdvice],
        is_missing: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = advised_choices(said, codes)  # type: ignore[attr-defined]
        self.fields["minutes_late"].help_text = "For L and U."
        self.fields["note"].help_text = (
            f"Needed for {_symbols_with_nature(codes)}." if _symbols_with_nature(codes) else ""
        )
        if is_missing:
            self.fields["reason"].label = "Why the mark is made only now"


class ArrivalForm(Form):
    """A late pupil at the desk."""

    pupil = forms.TypedChoiceField(
        label="Pupil", coerce=int, error_messages={"required": "Choose the pupil who has arrived."}
    )
    arrived_at = TimeField(label="Time of arrival", help_text="Filled in with the time now.")
    why_late = forms.CharField(
        label="Reason given",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"list": "late-reasons", "autocomplete": "off"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, pupils: Sequence[RollPupil], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pupil"].choices = pupil_choices(pupils)  # type: ignore[attr-defined]


class PlanForm(Form):
    """Something known before registration."""

    pupil = forms.TypedChoiceField(
        label="Pupil", coerce=int, error_messages={"required": "Choose the pupil."}
    )
    first_day = DateField(label="First day")
    last_day = DateField(label="Last day")
    sessions = forms.ChoiceField(
        label="Sessions",
        choices=PlannedMark.Sessions.choices,
        initial=PlannedMark.Sessions.BOTH,
        widget=forms.RadioSelect(attrs={"class": "choices--inline"}),
    )
    code = forms.ChoiceField(label="Code", error_messages={"required": "Choose the code it will be."})
    note = forms.CharField(
        label="What the teacher should see",
        max_length=120,
        help_text='Short, without private details: "Dental appointment, back 10:30".',
        error_messages={"required": "Say in a few words what it is: it is shown on the register."},
    )
    origin = forms.ChoiceField(label="How we know", choices=ORIGINS_BY_HAND)
    provider = forms.CharField(
        label="Provider, other school or place",
        max_length=200,
        required=False,
        help_text="Needed for K and D.",
    )
    supervisor = forms.CharField(
        label="In charge there",
        max_length=200,
        required=False,
        help_text="Needed for V: a member of the school's staff.",
    )

    def __init__(
        self, *args: Any, pupils: Sequence[RollPupil], codes: Sequence[AttendanceCode], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pupil"].choices = pupil_choices(pupils)  # type: ignore[attr-defined]
        self.fields["code"].choices = code_choices(codes)  # type: ignore[attr-defined]

    def clean_last_day(self) -> date:
        """The last day, not before the first."""
        last_day: date = self.cleaned_data["last_day"]
        first_day = self.cleaned_data.get("first_day")
        if first_day is not None and last_day < first_day:
            raise forms.ValidationError("The last day can't be before the first day.")
        return last_day


class WithdrawForm(Form):
    """Why something planned is withdrawn."""

    because = forms.CharField(
        label="Why is it withdrawn?",
        max_length=300,
        help_text='Kept with your name: "Appointment moved to Tuesday".',
        error_messages={"required": "Say why it is withdrawn: the reason is kept with your name."},
    )


class ExportForm(Form):
    """Which marks go into the file."""

    first_day = DateField(label="From")
    last_day = DateField(label="To")
    group = forms.TypedChoiceField(label="Teaching group", coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, groups: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", "The whole school"), *groups]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The days in order and at most a year and a day apart."""
        cleaned: dict[str, Any] = super().clean() or {}
        first_day, last_day = cleaned.get("first_day"), cleaned.get("last_day")
        if first_day and last_day and last_day < first_day:
            self.add_error("last_day", "The last day can't be before the first day.")
        elif first_day and last_day and (last_day - first_day).days > 366:
            self.add_error("last_day", "Export at most one year at a time.")
        return cleaned
