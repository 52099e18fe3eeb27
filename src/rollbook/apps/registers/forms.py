"""Forms of the attendance register other than the register itself."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from rollbook.apps.registers.actions.arrivals import LATE_REASONS
from rollbook.apps.registers.actions.departures import DeskAct
from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.roll.queries import RollPupil
from rollbook.domain.adviser import CodeAdvice, Fit
from rollbook.domain.codes import AttendanceCode, Needs
from rollbook.domain.marks import SchoolSession
from rollbook.ui.forms import DateField, Form, TimeField

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


class DeskForm(Form):
    """One pupil at the desk: what happened, when and why. A reason that was written wins over a button's."""

    pupil = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=1,
        max_value=2**63 - 1,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            "Find the pupil first: type a part of the name.",
        ),
    )
    act = forms.ChoiceField(choices=[(act.value, act.value) for act in DeskAct], widget=forms.HiddenInput)
    moved_at = TimeField(label="Time")
    other_reason = forms.CharField(
        label="Reason",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    reason = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    collected_by = forms.CharField(
        label="Leaves with",
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def why(self) -> str:
        """The reason: what was written, else the button that was pressed."""
        written: str = self.cleaned_data["other_reason"]
        pressed: str = self.cleaned_data["reason"]
        return written or pressed


class PutRightForm(Form):
    """Why an entry of the desk's log was wrong."""

    because = forms.CharField(
        label="What was wrong?",
        max_length=200,
        help_text='It stays in the log with your name, for example: "Wrong pupil chosen".',
        error_messages={"required": "Say what was wrong: the reason stays in the log."},
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


class KioskForm(Form):
    """A screen at the door. The rule for a PIN is the action's; here only that both are the same."""

    name = forms.CharField(
        label="Name of the kiosk",
        max_length=40,
        help_text="Where it stands, for example: Front door. It shows in the log beside each entry.",
    )
    pin = forms.CharField(
        label="PIN",
        max_length=8,
        help_text="4 to 8 digits. Staff give it to sign a pupil out and to leave kiosk mode.",
        widget=forms.PasswordInput(
            attrs={"inputmode": "numeric", "autocomplete": "new-password", "class": "input--short"}
        ),
    )
    pin_again = forms.CharField(
        label="PIN again",
        max_length=8,
        widget=forms.PasswordInput(
            attrs={"inputmode": "numeric", "autocomplete": "new-password", "class": "input--short"}
        ),
    )
    reasons = forms.MultipleChoiceField(
        label="Reasons for being late that pupils can press",
        choices=[(reason, reason) for reason in LATE_REASONS],
        initial=list(LATE_REASONS),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one reason that pupils can press."},
    )
    pupils_may_leave = forms.BooleanField(
        label="Pupils may sign themselves out",
        required=False,
        help_text="Leave it empty, and a member of staff gives the PIN for each pupil who leaves.",
    )

    def clean_pin_again(self) -> str:
        """The PIN a second time. Errors: ValidationError where it is another one."""
        again: str = self.cleaned_data["pin_again"]
        if self.cleaned_data.get("pin", again) != again:
            raise forms.ValidationError("The two PINs are not the same. Type both again.")
        return again


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


class PaperForm(Form):
    """Which register was taken on paper, when and by whom."""

    group = forms.TypedChoiceField(
        label="Teaching group", coerce=int, error_messages={"required": "Choose the teaching group."}
    )
    on = DateField(label="Day")
    session = forms.ChoiceField(
        label="Session",
        choices=[(each.value, each.words.capitalize()) for each in SchoolSession],
        widget=forms.RadioSelect(attrs={"class": "choices--inline"}),
        error_messages={"required": "Choose the morning or the afternoon."},
    )
    taken_at = TimeField(
        label="Taken at",
        help_text="The time on the paper.",
        error_messages={"required": "Enter the time on the paper."},
    )
    taken_by = forms.TypedChoiceField(
        label="Taken by",
        coerce=int,
        help_text="Whose signature is on the paper.",
        error_messages={"required": "Choose who took it."},
    )

    def __init__(
        self,
        *args: Any,
        groups: Sequence[tuple[int, str]],
        people: Sequence[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", "Choose a group"), *groups]  # type: ignore[attr-defined]
        self.fields["taken_by"].choices = [("", "Choose a person"), *people]  # type: ignore[attr-defined]


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
