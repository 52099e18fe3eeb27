"""The forms of what is agreed or decided for one pupil: two schools, a part-time timetable, a suspension."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms

from rollbook.apps.absence.forms.parts import Choices, HalfDaysField, PupilForm
from rollbook.domain.suspension import LONGEST_SCHOOL_DAYS, Reason
from rollbook.ui.forms import DateField, Form


class DualForm(PupilForm):
    """A pupil's registration at another school as well."""

    fieldsets: ClassVar[Sequence[tuple[str, Sequence[str]]]] = [
        ("Who?", ["pupil"]),
        ("The other school", ["other_school", "telephone", "contact", "told_how"]),
        ("When is the pupil due there?", ["first_day", "last_day", "half_days"]),
        ("Why is it changed?", ["because"]),
    ]
    other_school = forms.CharField(label="Name of the other school", max_length=120)
    telephone = forms.CharField(label="Its telephone number", max_length=30)
    contact = forms.CharField(label="Whom we speak to there", max_length=120, required=False)
    told_how = forms.CharField(
        label="How does it tell us when the pupil is absent there?",
        max_length=200,
        help_text="For example: e-mail from its office by 10:00.",
        error_messages={"required": "Say how it tells us when the pupil is absent there."},
    )
    first_day = DateField(label="First day")
    last_day = DateField(label="Last day", help_text="At most a year ahead; look at it again then.")
    half_days = HalfDaysField(
        label="Half-days at the other school",
        help_text="D is filled in here on these. They do not count as possible sessions of ours.",
        error_messages={"required": "Choose the half-days at the other school."},
    )


class TimetableForm(PupilForm):
    """A part-time timetable prepared; the parent's agreement may be recorded with it or later."""

    fieldsets: ClassVar[Sequence[tuple[str, Sequence[str]]]] = [
        ("Who and why?", ["pupil", "why", "is_not_for_behaviour"]),
        ("When is the pupil at school?", ["half_days", "first_day", "last_day", "long_reason"]),
        ("When is it reviewed?", ["review_1", "review_2", "review_3", "review_4"]),
        ("Who else is told?", ["la_told_on", "social_worker_told_on"]),
        ("Why is it changed?", ["because"]),
    ]
    why = forms.CharField(
        label="Why is this in the pupil’s best interests?",
        max_length=600,
        widget=forms.Textarea,
        help_text="Seen by those who prepare and agree part-time timetables, not by teachers.",
        error_messages={"required": "Say why this is in the pupil’s best interests."},
    )
    is_not_for_behaviour = forms.BooleanField(
        label="It is not used to manage the pupil’s behaviour",
        error_messages={
            "required": "A part-time timetable may not be used to manage a pupil's behaviour. "
            "Confirm that this one is not."
        },
    )
    half_days = HalfDaysField(
        label="Half-days at school",
        help_text="C2 is filled in on all the others, once it is agreed.",
        error_messages={"required": "Choose at least one half-day at school."},
    )
    first_day = DateField(label="First day")
    last_day = DateField(
        label="Last day",
        help_text="After it nothing is filled in, and the pupil is expected full-time. "
        "More time needs a new agreement.",
        error_messages={"required": "A part-time timetable must have a last day."},
    )
    long_reason = forms.CharField(
        label="Why longer than six weeks?",
        max_length=300,
        required=False,
        help_text="Only where it is: six weeks should be enough, and it is asked for again at each review.",
    )
    review_1 = DateField(label="First review", error_messages={"required": "Give at least one review date."})
    review_2 = DateField(label="Second review", required=False)
    review_3 = DateField(label="Third review", required=False)
    review_4 = DateField(label="Fourth review", required=False)
    la_told_on = DateField(
        label="Local authority told on",
        required=False,
        help_text="For a pupil with an education, health and care plan.",
    )
    social_worker_told_on = DateField(
        label="Social worker told on", required=False, help_text="For a pupil who has one."
    )

    def review_days(self) -> tuple[date, ...]:
        """The review dates in order, each once."""
        given = {self.cleaned_data[f"review_{number}"] for number in range(1, 5)}
        return tuple(sorted(day for day in given if day is not None))


class AgreementForm(Form):
    """The parent's agreement: who, when, how."""

    parent = forms.TypedChoiceField(
        label="Which parent agreed?",
        coerce=int,
        error_messages={"required": "Record which parent agreed."},
        help_text="A parent the pupil normally lives with, as recorded among the contacts.",
    )
    agreed_on = DateField(label="Agreed on", error_messages={"required": "Record the day the parent agreed."})
    agreed_how = forms.CharField(
        label="How?",
        max_length=120,
        help_text="For example: signed at the meeting, by e-mail.",
        error_messages={"required": "Record how the parent agreed."},
    )

    def __init__(self, *args: Any, contacts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = [("", "Choose a parent"), *contacts]  # type: ignore[attr-defined]


class ReviewForm(Form):
    """What came of a review."""

    review = forms.TypedChoiceField(label="Which review?", coerce=int)
    held_on = DateField(label="Held on")
    outcome = forms.CharField(
        label="What came of it?",
        max_length=600,
        widget=forms.Textarea,
        help_text="Who was there, what was decided.",
        error_messages={"required": "Say what came of the review."},
    )

    def __init__(self, *args: Any, reviews: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["review"].choices = list(reviews)  # type: ignore[attr-defined]


class SuspensionForm(PupilForm):
    """A suspension, and who teaches the pupil from the sixth day."""

    fieldsets: ClassVar[Sequence[tuple[str, Sequence[str]]]] = [
        ("Who and why?", ["pupil", "reason"]),
        ("How long?", ["first_day", "first_session", "school_day_count", "last_day"]),
        ("The parents", ["told_on", "told_how"]),
        ("Who teaches the pupil from the sixth day?", ["provision_code", "provider", "provision_from"]),
        ("Why is it changed?", ["because"]),
    ]
    reason = forms.ChoiceField(
        label="Reason",
        choices=[("", "Choose a reason"), *((each.value, each.words) for each in Reason)],
        help_text="Seen only by those who may record suspensions.",
        error_messages={"required": "Choose the reason."},
    )
    first_day = DateField(label="First day")
    first_session = forms.ChoiceField(
        label="From",
        choices=[("AM", "The morning"), ("PM", "The afternoon")],
        initial="AM",
        widget=forms.RadioSelect(attrs={"class": "choices--inline"}),
    )
    school_day_count = forms.IntegerField(
        label="Number of school days",
        min_value=1,
        max_value=LONGEST_SCHOOL_DAYS,
        required=False,
        help_text="Give this or the last day.",
        widget=forms.NumberInput(attrs={"class": "input--short"}),
    )
    last_day = DateField(label="Last day", required=False)
    told_on = DateField(label="Parents told on", required=False)
    told_how = forms.CharField(
        label="How were they told?",
        max_length=120,
        required=False,
        help_text="For example: telephone and letter.",
    )
    provision_code = forms.ChoiceField(
        label="Code of the provision",
        choices=[
            ("", "None yet"),
            ("K", "K – Education arranged by the local authority"),
            ("B", "B – Other approved activity, arranged by us"),
            ("D", "D – At their other school"),
        ],
        required=False,
    )
    provider = forms.CharField(label="Provider", max_length=120, required=False)
    provision_from = DateField(label="Taught there from", required=False)

    def clean(self) -> dict[str, Any]:
        """The length given in one of the two ways."""
        cleaned: dict[str, Any] = super().clean() or {}
        lengths = ("school_day_count", "last_day")
        if not any(cleaned.get(name) is not None or name in self.errors for name in lengths):
            self.add_error("school_day_count", "Give the number of school days or the last day.")
        return cleaned
