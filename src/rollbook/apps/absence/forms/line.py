"""The forms of the absence line: what was told, a message to be worked off, a call that is handed over."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from rollbook.apps.absence.actions.line_drafts import (
    CHOOSABLE,
    PUPIL,
    SOMEBODY,
    AbsenceDraft,
    CallDraft,
)
from rollbook.apps.absence.models import Transfer
from rollbook.apps.roll.queries import OnRoll
from rollbook.domain.access import Viewer
from rollbook.domain.codes import BY_SYMBOL
from rollbook.domain.told import TOLD, Channel, Illness, Told
from rollbook.ui.forms import DateField, Form, TimeField

HALVES = [("AM", "the morning"), ("PM", "the afternoon")]
_UNTIL = [("PM", "the end of the day"), ("AM", "the end of the morning")]
_KINDS = [
    ("", "Not said"),
    (Illness.PHYSICAL.value, "Of the body"),
    (Illness.MENTAL.value, "Of the mind"),
]
# Which questions go with which reasons; the rest are hidden where the browser can.
_OF_APPOINTMENTS = {"data-reasons": f"{Told.MEDICAL.value} {Told.DENTAL.value}"}


def _tile(words: str, heard: str) -> SafeString:
    return format_html('{} <span class="choice__hint">{}</span>', words, heard)


def _inline(**attrs: str) -> dict[str, str]:
    return {"class": "choices--inline", **attrs}


class CallPart(Form):
    """When and by which way the school was told, and by whom."""

    channel = forms.ChoiceField(
        label="How",
        choices=[(each.value, each.words) for each in Channel],
        initial=Channel.TELEPHONE.value,
        widget=forms.RadioSelect(attrs=_inline()),
    )
    told_on = DateField(label="Told on")
    told_at = TimeField(label="At")
    caller_name = forms.CharField(label="Caller’s name", max_length=120, required=False)
    caller_relation = forms.CharField(
        label="What they are to the pupil",
        max_length=60,
        required=False,
        help_text="Such as aunt or neighbour.",
    )

    def moment(self, now: datetime) -> datetime:
        """When the school was told, by the school's clock."""
        values = self.cleaned_data
        return datetime.combine(values["told_on"], values["told_at"], tzinfo=now.tzinfo)


class AbsencePart(Form):
    """One absence as it was told: what a new report and a changed one have in common."""

    told = forms.ChoiceField(
        label="What did they say?",
        choices=[(told.value, _tile(row.words, row.heard)) for told, row in TOLD.items()],
        widget=forms.RadioSelect(attrs={"class": "choices--tiles"}),
        error_messages={"required": "Choose the reason that was given, or that none was."},
    )
    illness = forms.ChoiceField(
        label="Which kind of illness?",
        choices=_KINDS,
        required=False,
        widget=forms.RadioSelect(attrs=_inline(**{"data-reasons": Told.ILL.value})),
        help_text="For those who look after pupils’ welfare. The register shows Ill.",
    )
    leaves_at = TimeField(
        label="Leaves school at",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", **_OF_APPOINTMENTS}, format="%H:%M"),
        help_text="Empty: not coming first.",
    )
    returns_at = TimeField(
        label="Back at school at",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time", **_OF_APPOINTMENTS}, format="%H:%M"),
        help_text="Empty: not coming back that day.",
    )
    is_evidence_seen = forms.BooleanField(
        label="The appointment card, letter or message was shown",
        required=False,
        widget=forms.CheckboxInput(attrs=_OF_APPOINTMENTS),
    )
    is_test_met = forms.BooleanField(
        label="This is so",
        required=False,
        widget=forms.CheckboxInput(
            attrs={"data-reasons": " ".join(told.value for told, row in TOLD.items() if row.test)}
        ),
    )
    named = forms.CharField(
        label="Name of the religious day",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"data-reasons": Told.RELIGIOUS.value}),
    )
    first_day = DateField(label="Away from")
    first_session = forms.ChoiceField(label="Beginning with", choices=HALVES, initial="AM")
    last_day = DateField(label="Away until", required=False)
    last_session = forms.ChoiceField(label="To", choices=_UNTIL, initial="PM")
    expected_back_on = DateField(label="Expected back on", required=False)
    note = forms.CharField(
        label="What the register may show",
        max_length=120,
        required=False,
        help_text="The class teacher reads it. Nothing private: empty shows the reason in a word.",
    )
    private_note = forms.CharField(
        label="Private note",
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": "2"}),
        help_text="Only for those who look after pupils’ welfare.",
    )
    doubt = forms.CharField(
        label="A doubt about the reason",
        max_length=300,
        required=False,
        help_text="Say why. N stands until the head teacher has decided.",
    )
    code = forms.ChoiceField(label="Another code instead", required=False)
    code_because = forms.CharField(label="Why this code?", max_length=300, required=False)

    private: ClassVar[tuple[str, ...]] = ("illness", "private_note", "doubt")

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        may = [symbol for symbol in CHOOSABLE if BY_SYMBOL[symbol].set_by & viewer.setters]
        code: Any = self.fields["code"]
        code.choices = [("", "As proposed"), *((each, f"{each} – {BY_SYMBOL[each].title}") for each in may)]
        self.fields["is_test_met"].help_text = " ".join(
            f"{row.words}: {row.test}" for row in TOLD.values() if row.test
        )

    def absence(self, pupil_id: int, **kept: Any) -> AbsenceDraft:
        """The absence this form describes; `kept` are the values of fields that it does not show."""
        names = [name for name in AbsencePart.base_fields if name in self.fields]
        values = {name: self.cleaned_data.get(name) for name in names}
        return AbsenceDraft(pupil_id=pupil_id, **{**kept, **values})


class ReportForm(CallPart, AbsencePart):
    """A new report about a pupil, and about brothers and sisters told of in the same call."""

    caller = forms.ChoiceField(
        label="Who is telling?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose who told the school."},
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("caller", "caller_name", "caller_relation", "channel", "told_on", "told_at")

    def __init__(
        self,
        *args: Any,
        contacts: Sequence[Any],
        siblings: Sequence[OnRoll],
        is_old_enough: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.siblings = siblings
        caller: Any = self.fields["caller"]
        caller.choices = [
            *((f"parent:{each.parent_id}", _contact(each)) for each in contacts),
            (PUPIL, "The pupil" if is_old_enough else _tile("The pupil", "A parent must confirm.")),
            (SOMEBODY, _tile("Somebody else", "A parent must confirm. Write the name below.")),
        ]
        for sibling in siblings:
            self.fields |= _of_sibling(sibling)

    @property
    def sibling_rows(self) -> list[Mapping[str, Any]]:
        """The fields of each brother and sister, in the order in which they stand."""
        names = ("also", "first_day", "first_session", "last_day", "last_session")
        return [
            {"pupil": each, **{name: self[f"s{each.id}-{name}"] for name in names}} for each in self.siblings
        ]

    def call(self, now: datetime, text: str = "") -> CallDraft:
        """Who told what, by which way and when."""
        values = self.cleaned_data
        return CallDraft(
            channel=values["channel"],
            told_at=self.moment(now),
            caller=values["caller"],
            caller_name=values["caller_name"],
            caller_relation=values["caller_relation"],
            text=text,
        )

    def absences(self, pupil_id: int) -> list[AbsenceDraft]:
        """The pupil's absence, and those of the brothers and sisters that are ticked, for the same reason."""
        found = [self.absence(pupil_id)]
        for each in self.siblings:
            start = f"s{each.id}-"
            if not self.cleaned_data.get(f"{start}also"):
                continue
            names = ("first_day", "first_session", "last_day", "last_session")
            own = {name: self.cleaned_data.get(f"{start}{name}") for name in names}
            own["first_day"] = own["first_day"] or found[0].first_day
            own["first_session"], own["last_session"] = (
                own["first_session"] or "AM",
                own["last_session"] or "PM",
            )
            same = own["last_day"] is None and own["first_day"] == found[0].first_day
            if same:
                own["last_day"] = found[0].last_day
            back = found[0].expected_back_on if same else None
            shared = self.absence(each.id)
            values = {name: getattr(shared, name) for name in AbsencePart.base_fields if name not in own}
            found.append(
                AbsenceDraft(pupil_id=each.id, at=start, **{**values, **own, "expected_back_on": back})
            )
        return found


def _of_sibling(sibling: OnRoll) -> dict[str, forms.Field]:
    start, name = f"s{sibling.id}-", sibling.forename
    return {
        f"{start}also": forms.BooleanField(
            label=f"{name} {sibling.surname}, {sibling.group_name}" if sibling.group_name else name,
            required=False,
        ),
        f"{start}first_day": DateField(label=f"{name} away from", required=False),
        f"{start}first_session": forms.ChoiceField(
            label="Beginning with", choices=HALVES, initial="AM", required=False
        ),
        f"{start}last_day": DateField(label=f"{name} away until", required=False),
        f"{start}last_session": forms.ChoiceField(label="To", choices=_UNTIL, initial="PM", required=False),
    }


def _contact(contact: Any) -> SafeString | str:
    parent = contact.parent
    numbers = " · ".join(filter(None, [parent.telephone, parent.other_telephone]))
    kind = contact.relationship if contact.is_parent else f"{contact.relationship}, emergency contact"
    return _tile(f"{parent}, {kind}", numbers or "No number is recorded.")


class ChangeReportForm(AbsencePart):
    """A report that is changed; who told it, and when, stays."""

    because = forms.CharField(
        label="Why is it changed?",
        max_length=300,
        help_text="It stays with the report.",
        error_messages={"required": "Say why: the reason stays with the record."},
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, sees_private: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sees_private:
            for name in self.private:
                del self.fields[name]


class MessageForm(CallPart):
    """A message as it came, to be worked off."""

    channel = forms.ChoiceField(
        label="How",
        choices=[(each.value, each.words) for each in Channel if each is not Channel.TELEPHONE],
        initial=Channel.VOICEMAIL.value,
        widget=forms.RadioSelect(attrs=_inline()),
    )
    caller_name = forms.CharField(
        label="From", max_length=120, help_text="As it stands there, or “not given”."
    )
    text = forms.CharField(
        label="What it says",
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": "4"}),
        help_text="Or “still to be listened to”.",
        error_messages={
            "required": "Write down what the message says, or that it is still to be listened to."
        },
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("channel", "told_on", "told_at", "caller_name", "caller_relation", "text")

    def call(self, now: datetime) -> CallDraft:
        """The message."""
        values = self.cleaned_data
        return CallDraft(
            channel=values["channel"],
            told_at=self.moment(now),
            caller=SOMEBODY,
            caller_name=values["caller_name"],
            caller_relation=values["caller_relation"],
            text=values["text"],
        )


class TransferForm(Form):
    """A parent whom somebody else is to speak with."""

    to = forms.TypedChoiceField(label="Who is to speak with the parent?", coerce=int)
    what_for = forms.ChoiceField(
        label="What is it about?", choices=Transfer.For.choices, widget=forms.RadioSelect, initial="support"
    )
    notes = forms.CharField(
        label="What was said so far",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text="Read by whoever takes it on and those who look after welfare. The e-mail does not hold it.",
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        to: Any = self.fields["to"]
        to.choices = people


class SaidForm(Form):
    """What came of a transferred call."""

    said = forms.CharField(
        label="What was said and agreed",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": "4"}),
        error_messages={"required": "Write down what was said and agreed."},
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)


class KeepForm(Form):
    """Whether a mark is amended to what was told, or left as it is."""

    seen_version = forms.IntegerField()
    key = forms.UUIDField()
    act = forms.ChoiceField(choices=[("amend", "Amend"), ("keep", "Keep")])
    because = forms.CharField(max_length=300, required=False)
