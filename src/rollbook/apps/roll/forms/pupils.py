"""Forms of the admission register: searching, importing, a pupil's entry section by section, contacts, time on roll."""

import json
from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from rollbook.apps.roll.models import Contact, Parent, Pupil
from rollbook.apps.roll.queries.lists import Standing
from rollbook.apps.roll.queries.particulars import plain_value, words_of
from rollbook.apps.roll.queries.sections import SectionOfEntry
from rollbook.apps.schools.queries import Group
from rollbook.domain.admission_register import Lack, Level
from rollbook.domain.roll import year_group_words
from rollbook.ui.forms import DateField, Form, Sections

_MEDIUM = {"class": "input--medium"}
_SHORT = {"class": "input--short"}


class SearchForm(Form):
    """What the list of pupils is narrowed by; it is sent with GET."""

    q = forms.CharField(label="Name, UPN or admission number", required=False, max_length=100)
    group = forms.TypedChoiceField(label="Group", required=False, coerce=int, empty_value=None)
    year = forms.TypedChoiceField(label="Year group", required=False, coerce=int, empty_value=None)
    show = forms.TypedChoiceField(
        label="Show",
        required=False,
        coerce=Standing,
        empty_value=Standing.NOW,
        choices=[("now", "On roll now"), ("left", "Have left"), ("coming", "Start later")],
    )
    missing = forms.BooleanField(label="Only with something missing", required=False)

    def __init__(
        self, *args: Any, groups: Sequence[tuple[int, str]], years: Sequence[int], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["group"].choices = [("", "All"), *groups]
        fields["year"].choices = [("", "All"), *((year, year_group_words(year)) for year in years)]
        fields["q"].widget.attrs["type"] = "search"


class LackingForm(Form):
    """What the list of missing things is narrowed by; it is sent with GET."""

    kind = forms.TypedChoiceField(
        label="What",
        required=False,
        coerce=Lack,
        empty_value=None,
        choices=[("", "Anything"), *((kind.value, kind.words) for kind in Lack)],
    )
    level = forms.TypedChoiceField(
        label="Show",
        required=False,
        coerce=Level,
        empty_value=None,
        choices=[("", "All"), ("error", "Missing: the law asks for it"), ("warning", "To check")],
    )
    group = forms.TypedChoiceField(label="Group", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, groups: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["group"]
        field.choices = [("", "All"), *groups]


_YEAR_OFFSETS = [
    (-2, "Two years below the year group by age"),
    (-1, "A year below the year group by age"),
    (0, "The year group by age"),
    (1, "A year above the year group by age"),
    (2, "Two years above the year group by age"),
]
_HINTS = {
    "surname": "Shown on registers. Often the same as the legal one.",
    "forename": "Shown on registers.",
    "upn": "13 characters. Leave it empty while it is not known.",
    "last_school_name": "Write None where there was none.",
    "ethnicity": "The DfE's four-letter code, such as WBRI.",
    "medical_note": "What staff with this pupil must know.",
    "interpreter_language": "The language a parent needs an interpreter for.",
}


class PupilForm(Sections, forms.ModelForm):  # type: ignore[type-arg]
    """Some fields of a pupil's entry, and what they held when the page was opened."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self._names:
            field = self.fields[name]
            field.label = words_of(Pupil, name)
            field.help_text = _HINTS.get(name, "")
            field.error_messages["required"] = f"{field.label} is missing."
            if name in {"upn", "postcode", "admission_number", "ethnicity"}:
                field.widget.attrs.update(_MEDIUM)
        if "sex" in self.fields:
            sex: Any = self.fields["sex"]
            sex.choices = Pupil.Sex.choices
        if "year_offset" in self.fields:
            self.fields["year_offset"] = forms.TypedChoiceField(
                label="Taught in", coerce=int, choices=_YEAR_OFFSETS, initial=0
            )
        self.initial["seen"] = json.dumps(
            {name: plain_value(getattr(self.instance, name)) for name in self._names}
        )

    class Meta:
        model = Pupil
        fields: ClassVar[list[str]] = []
        field_classes: ClassVar[dict[str, Any]] = {"born_on": DateField}
        widgets: ClassVar[dict[str, Any]] = {
            "sex": forms.RadioSelect(attrs={"class": "choices--inline"}),
            "sen_status": forms.RadioSelect,
            "address": forms.Textarea(attrs={"rows": 4}),
            "last_school_address": forms.Textarea(attrs={"rows": 3}),
            "medical_note": forms.Textarea(attrs={"rows": 4}),
        }

    @property
    def _names(self) -> list[str]:
        return [name for name in self._meta.fields or () if name in self.fields]

    def values(self) -> dict[str, Any]:
        """The fields as they were typed, without what is only the form's."""
        return {name: self.cleaned_data[name] for name in self._names}

    def seen_values(self) -> dict[str, Any] | None:
        """What the fields held when the page was opened; None where the page did not say."""
        try:
            seen = json.loads(self.cleaned_data["seen"])
        except (ValueError, RecursionError):
            return None
        return {name: seen[name] for name in self._names if name in seen} if isinstance(seen, dict) else None


def section_form(section: SectionOfEntry) -> type[PupilForm]:
    """The form of one section of a pupil's entry."""
    return forms.modelform_factory(Pupil, form=PupilForm, fields=list(section.fields), **_meta())  # type: ignore[return-value]


def _meta() -> dict[str, Any]:
    return {"field_classes": PupilForm.Meta.field_classes, "widgets": PupilForm.Meta.widgets}


def group_choices(groups: Sequence[Group]) -> list[tuple[str, str]]:
    """Teaching groups for a list, with who takes them."""
    return [
        ("", "Choose a group"),
        *(
            (str(group.id), f"{group.name} ({group.teacher_names})" if group.teacher_names else group.name)
            for group in groups
        ),
    ]


class StartForm(Form):
    """When a pupil starts or starts again, and in which group."""

    first_day = DateField(label="Starting day", help_text="From this day the pupil is on every register.")
    group = forms.TypedChoiceField(
        label="Teaching group", coerce=int, error_messages={"required": "Choose a teaching group."}
    )
    agreed_on = DateField(label="Starting day agreed on", required=False)
    agreed_with = forms.CharField(
        label="Starting day agreed with",
        required=False,
        max_length=200,
        help_text="The parent or school it was agreed with.",
    )
    is_boarder = forms.BooleanField(
        label="Boarder", required=False, help_text="Boarders are not marked on registers."
    )

    def __init__(self, *args: Any, groups: Sequence[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["group"]
        field.choices = group_choices(groups)


class AddPupilForm(PupilForm, StartForm):
    """A new pupil: enough for the admission register to begin with; the rest follows on the pupil's page."""

    fieldsets: ClassVar[Sequence[tuple[str, Sequence[str]]]] = (
        ("Who", ("legal_surname", "legal_forename", "middle_names", "surname", "forename", "sex", "born_on", "upn",
                 "admission_number")),
        ("Start", ("first_day", "group", "agreed_on", "agreed_with", "is_boarder")),
    )  # fmt: skip
    is_somebody_else = forms.BooleanField(
        label="This is another pupil of the same name and date of birth", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("surname", "forename"):
            self.fields[name].required = False
            self.fields[name].help_text = "Leave it empty where it is the legal one."

    class Meta(PupilForm.Meta):
        fields: ClassVar[list[str]] = [
            *("legal_surname", "legal_forename", "middle_names", "surname", "forename"),
            *("sex", "born_on", "upn", "admission_number"),
        ]

    def values(self) -> dict[str, Any]:
        """The fields of the pupil's entry."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        for name in ("surname", "forename"):
            values[name] = values[name] or values[f"legal_{name}"]
        return values


class ContactForm(Form):
    """An adult's own details and what they are to the pupil."""

    fieldsets: ClassVar[Sequence[tuple[str, Sequence[str]]]] = (
        ("Who", ("title", "forename", "surname", "relationship")),
        ("How to reach them", ("telephone", "other_telephone", "email", "address", "postcode")),
        ("What they are to the pupil",
         ("is_parent", "is_natural_parent", "has_parental_responsibility", "has_day_to_day_care", "lives_with",
          "is_worked_with", "is_emergency_contact")),
    )  # fmt: skip
    title = forms.CharField(label="Title", required=False, max_length=20, widget=forms.TextInput(_SHORT))
    forename = forms.CharField(label="First name", required=False, max_length=100)
    surname = forms.CharField(label="Surname", max_length=100)
    relationship = forms.CharField(
        label="Relationship",
        max_length=40,
        help_text="For example mother, foster carer, grandfather.",
        widget=forms.TextInput(_MEDIUM),
    )
    telephone = forms.CharField(
        label="Telephone",
        required=False,
        max_length=30,
        help_text="The number to ring first.",
        widget=forms.TextInput(_MEDIUM),
    )
    other_telephone = forms.CharField(
        label="Second telephone", required=False, max_length=30, widget=forms.TextInput(_MEDIUM)
    )
    email = forms.EmailField(
        label="E-mail",
        required=False,
        error_messages={"invalid": "Enter one e-mail address, such as name@example.org."},
    )
    address = forms.CharField(
        label="Address", required=False, max_length=500, widget=forms.Textarea({"rows": 4})
    )
    postcode = forms.CharField(
        label="Postcode", required=False, max_length=10, widget=forms.TextInput(_MEDIUM)
    )
    is_parent = forms.BooleanField(
        label="A parent in the legal sense",
        required=False,
        help_text="A natural parent, anyone with parental responsibility, or anyone who has care of the child. "
        "Tick below which of these holds.",
    )
    is_natural_parent = forms.BooleanField(label="Natural parent", required=False)
    has_parental_responsibility = forms.BooleanField(label="Has parental responsibility", required=False)
    has_day_to_day_care = forms.BooleanField(label="Has day-to-day care of the child", required=False)
    is_worked_with = forms.BooleanField(
        label="The school works with this parent about attendance", required=False
    )
    lives_with = forms.BooleanField(label="The pupil normally lives with them", required=False)
    is_emergency_contact = forms.BooleanField(label="Ring them in an emergency", required=False, initial=True)

    def clean_telephone(self) -> str:
        """The first number."""
        return _telephone(self.cleaned_data["telephone"])

    def clean_other_telephone(self) -> str:
        """The second number."""
        return _telephone(self.cleaned_data["other_telephone"])

    @staticmethod
    def initial_of(contact: Contact) -> dict[str, Any]:
        """What the form shows of a contact that is held."""
        parent: Parent = contact.parent
        own = (
            *("relationship", "is_parent", "is_natural_parent", "has_parental_responsibility"),
            *("has_day_to_day_care", "lives_with", "is_worked_with", "is_emergency_contact"),
        )
        adult = (
            "title",
            "forename",
            "surname",
            "telephone",
            "other_telephone",
            "email",
            "address",
            "postcode",
        )
        return {name: getattr(contact, name) for name in own} | {
            name: getattr(parent, name) for name in adult
        }


def _telephone(value: str) -> str:
    digits = sum(sign.isdigit() for sign in value)
    if value and digits < 5:
        raise forms.ValidationError("Enter a telephone number, such as 01632 960123.")
    return value


class MoveForm(Form):
    """Another teaching group from a day on."""

    group = forms.TypedChoiceField(
        label="New teaching group", coerce=int, error_messages={"required": "Choose a teaching group."}
    )
    on = DateField(label="From", help_text="The first day on the new group's register.")

    def __init__(self, *args: Any, groups: Sequence[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["group"]
        field.choices = group_choices(groups)


class EnrolmentForm(Form):
    """A time on roll."""

    first_day = DateField(label="Starting day", help_text="From this day the pupil is on every register.")
    agreed_on = DateField(label="Starting day agreed on", required=False)
    agreed_with = forms.CharField(
        label="Starting day agreed with",
        required=False,
        max_length=200,
        help_text="The parent or school it was agreed with.",
    )
    is_boarder = forms.BooleanField(
        label="Boarder", required=False, help_text="Boarders are not marked on registers."
    )
