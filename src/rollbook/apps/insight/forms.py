"""Which period, told apart by what: the questions above the figures, asked by address, so that a view can be kept."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from rollbook.apps.insight.actions.saved_views import LONGEST_NAME
from rollbook.apps.insight.models import SavedView
from rollbook.apps.insight.queries.behind import Asked, Which
from rollbook.apps.insight.queries.concern import PupilConcern
from rollbook.apps.insight.queries.dimensions import DIMENSIONS
from rollbook.apps.insight.queries.exploring import SORTS, Question
from rollbook.apps.insight.queries.measures import CODE_MEASURES, MAIN_MEASURES, MEASURES
from rollbook.apps.insight.queries.narrowing import FILTERS, SEPARATOR
from rollbook.apps.insight.queries.saved_views import Reader
from rollbook.apps.schools.queries import natural
from rollbook.domain.benchmarks import Level, Series
from rollbook.domain.calendar import SchoolCalendar
from rollbook.domain.codes import CODES
from rollbook.domain.concern import Reason, Tier
from rollbook.domain.law import words_for_day
from rollbook.domain.periods import Period, PeriodKind, days_between, period_before, period_on
from rollbook.domain.roll import year_group_words
from rollbook.ui.forms import DateField, Form

_KINDS = (PeriodKind.WEEK, PeriodKind.HALF_TERM, PeriodKind.TERM, PeriodKind.YEAR)
_LONGEST_YEARS = 3
ALL_YEAR_GROUPS = frozenset(map(year_group_words, range(-2, 15)))


class PeriodForm(Form):
    """The period: this or the last week, half term, term or year, or days of one's own choice.

    `period` is the answer once the form is valid; a choice that the calendar has nothing for is refused.
    """

    period_name = forms.ChoiceField(
        label="Period",
        choices=[
            *[(kind.value, f"This {kind.words}") for kind in _KINDS],
            *[(f"last-{kind.value}", f"The {kind.words} before") for kind in _KINDS],
            (PeriodKind.DAYS.value, "Days I choose"),
        ],
    )
    first_day = DateField(label="From", required=False)
    last_day = DateField(label="To", required=False)

    def __init__(self, asked: QueryDict, *, calendar: SchoolCalendar, today: date, usual: PeriodKind) -> None:
        self.calendar = calendar
        self.today = today
        data = asked.copy()
        data.setdefault("period_name", usual.value)
        super().__init__(data)

    @property
    def period(self) -> Period:
        """The period asked for. Errors: KeyError while the form is not valid."""
        found: Period = self.cleaned_data["period"]
        return found

    def clean(self) -> dict[str, Any]:
        """Finds the days behind the name."""
        cleaned: dict[str, Any] = super().clean() or {}
        name = cleaned.get("period_name")
        if name == PeriodKind.DAYS.value:
            cleaned["period"] = self._chosen_days(cleaned.get("first_day"), cleaned.get("last_day"))
        elif name:
            cleaned["period"] = self._named(name)
        return cleaned

    def _named(self, name: str) -> Period | None:
        kind = PeriodKind(name.removeprefix("last-"))
        found = period_on(self.calendar, kind, self.today)
        if found is not None and name.startswith("last-"):
            whole = Period(
                found.kind, found.name, found.first_day, found.whole_last_day, found.whole_last_day
            )
            found = period_before(self.calendar, whole)
        if found is None:
            self.add_error(
                "period_name",
                f"The calendar has no such {kind.words}. Choose another period or days of your own.",
            )
        return found

    def _chosen_days(self, first_day: date | None, last_day: date | None) -> Period | None:
        for name, value in (("first_day", first_day), ("last_day", last_day)):
            if value is None and name not in self.errors:
                self.add_error(name, "Give a day, or choose a period by its name.")
        if first_day is None or last_day is None:
            return None
        if last_day < first_day:
            self.add_error(
                "last_day", f"The last day is before the first, {words_for_day(first_day)}. Give a later one."
            )
        elif first_day > self.today:
            self.add_error("first_day", "These days are still to come. Give a first day up to today.")
        elif last_day.year - first_day.year > _LONGEST_YEARS:
            self.add_error("last_day", f"At most {_LONGEST_YEARS} years are shown at once. Give fewer days.")
        else:
            return days_between(first_day, min(last_day, self.today))
        return None


class BehindForm(PeriodForm):
    """Which pupils of the period, and of which group where the figure was told apart by one."""

    which = forms.ChoiceField(
        label="Pupils", choices=[(each.value, each.words) for each in Which], required=False
    )
    by = forms.CharField(required=False, widget=forms.HiddenInput)
    group = forms.CharField(required=False, widget=forms.HiddenInput)
    code = forms.ChoiceField(
        required=False,
        choices=[("", ""), *((code.symbol, code.title) for code in CODES)],
        widget=forms.HiddenInput,
    )
    only = forms.CharField(required=False, widget=forms.HiddenInput)
    comparable = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A code is asked for with its symbol."""
        cleaned = super().clean()
        if cleaned.get("which") == Which.CODE and not cleaned.get("code"):
            self.add_error("which", "Open these pupils from a figure of one code, or choose others.")
        return cleaned

    @property
    def asked(self) -> Asked:
        """Whose pupils are asked for, once the form is valid."""
        chosen = self.cleaned_data
        return Asked(
            Which(chosen["which"] or Which.ALL.value),
            DIMENSIONS.get(chosen["by"]),
            chosen["group"],
            chosen["code"],
            chosen["only"],
            chosen["comparable"],
        )

    def offer_groups(self, words: str, labels: list[str]) -> None:
        """Puts the groups one may choose from in the place of the one that was asked for."""
        self["group"].label = words
        self.fields["group"].widget = forms.Select(
            choices=[("", "All"), *((label, label) for label in labels)]
        )


class GroupedForm(PeriodForm):
    """A period, told apart by groups, and for those who may see single pupils narrowed to one group.

    Whoever may not is offered no private groups.
    """

    by = forms.ChoiceField(label="Told apart by")
    only = forms.CharField(label="Only", required=False, max_length=200)

    def __init__(self, asked: QueryDict, *, names: bool, **period: Any) -> None:
        data = asked.copy()
        data.setdefault("by", "year-group")
        super().__init__(data, **period)
        self.names = names
        by = self.fields["by"]
        by.choices = [  # type: ignore[attr-defined]
            (each.name, each.words) for each in DIMENSIONS.values() if names or not each.is_private
        ]
        by.error_messages["invalid_choice"] = "Choose one of these; others are for the staff team only."
        if not names:
            del self.fields["only"]

    def clean_only(self) -> str:
        """One group of a dimension that may be chosen. Errors: ValidationError."""
        only: str = self.cleaned_data["only"]
        name, separator, label = only.partition(SEPARATOR)
        if only and (name not in FILTERS or not separator or not label):
            raise forms.ValidationError("Choose one of the groups, or all of them.")
        return only

    def offer_filters(self, choices: list[tuple[str, list[tuple[str, str]]]]) -> None:
        """Puts the groups one may narrow to in the place of the text field."""
        if "only" in self.fields:
            self.fields["only"].widget = forms.Select(choices=[("", "All pupils"), *choices])


class ExploreForm(GroupedForm):
    """Any figure by any group over any period: the question as it stands in the address, to be kept and sent."""

    measure = forms.ChoiceField(
        label="Figure",
        choices=[
            *((each.name, each.words) for each in MAIN_MEASURES),
            ("One code", [(each.name, each.words) for each in CODE_MEASURES]),
        ],
    )
    level = forms.ChoiceField(
        label="Compared with",
        choices=[
            (Level.NATION.value, "England"),
            (Level.REGION.value, "Our region"),
            (Level.AUTHORITY.value, "Our authority"),
        ],
    )
    series = forms.ChoiceField(
        label="DfE figures",
        choices=[(Series.DAILY.value, "Daily data"), (Series.CENSUS.value, "School census")],
    )
    comparable = forms.BooleanField(label="Only pupils the DfE counts (aged 5 to 15)", required=False)
    sort = forms.ChoiceField(
        required=False,
        choices=[(sign + name, name) for name in SORTS for sign in ("", "-")],
        widget=forms.HiddenInput,
    )

    field_order = (
        "measure",
        "by",
        "period_name",
        "first_day",
        "last_day",
        "only",
        "level",
        "series",
        "comparable",
    )

    def __init__(self, asked: QueryDict, *, names: bool, **period: Any) -> None:
        data = asked.copy()
        data.setdefault("measure", "attendance")
        data.setdefault("level", Level.NATION.value)
        data.setdefault("series", Series.CENSUS.value if data["measure"] == "severe" else Series.DAILY.value)
        super().__init__(data, names=names, **period)

    @property
    def question(self) -> Question:
        """The question, once the form is valid."""
        chosen = self.cleaned_data
        return Question(
            measure=MEASURES[chosen["measure"]],
            dimension=DIMENSIONS[chosen["by"]],
            period=self.period,
            only=chosen.get("only", ""),
            is_comparable=chosen["comparable"],
            level=Level(chosen["level"]),
            series=Series(chosen["series"]),
            sort=chosen["sort"] or "group",
        )

    @property
    def query(self) -> dict[str, str]:
        """The question as an address has it, without what is usual: the same question is always the same text."""
        kept = {name: value for name in self.fields if (value := str(self.data.get(name) or "").strip())}
        if kept.get("period_name") != PeriodKind.DAYS.value:
            kept.pop("first_day", None)
            kept.pop("last_day", None)
        if not self.cleaned_data.get("comparable"):
            kept.pop("comparable", None)
        return kept

    @property
    def address(self) -> str:
        """The same question as one text."""
        return urlencode(self.query)


class ConcernForm(Form):
    """Which of the pupils of concern are shown; nothing chosen shows all."""

    tier = forms.ChoiceField(
        label="Tier",
        choices=[("", "Every tier"), *((each.value, each.words) for each in Tier)],
        required=False,
    )
    year_group = forms.ChoiceField(label="Year group", required=False)
    reason = forms.ChoiceField(
        label="Reason",
        choices=[("", "Any reason"), *((each.value, each.words) for each in Reason)],
        required=False,
    )

    def __init__(self, asked: QueryDict, *, year_groups: Sequence[str]) -> None:
        super().__init__(asked)
        chosen = asked.get("year_group", "")
        # A year group of which nobody is left on the list is no mistake of the reader's.
        known = sorted({*year_groups, *([chosen] if chosen in ALL_YEAR_GROUPS else [])}, key=natural)
        self.fields["year_group"].choices = [  # type: ignore[attr-defined]
            ("", "Every year group"),
            *((each, each) for each in known),
        ]

    def wants(self, row: PupilConcern) -> bool:
        """Whether this pupil is among those asked for. Errors: KeyError while the form is not valid."""
        tier, year_group, reason = (self.cleaned_data[name] for name in ("tier", "year_group", "reason"))
        return (
            (not tier or row.concern.tier == tier)
            and (not year_group or row.year_group == year_group)
            and (not reason or row.concern.has(Reason(reason)))
        )


class NameForm(Form):
    """What a kept view is called, and whether the school's staff see it too."""

    name = forms.CharField(label="Name of the view", max_length=LONGEST_NAME)
    is_shared = forms.BooleanField(
        label="Shared with the school's staff who see figures",
        required=False,
        help_text="Each of them sees what their role lets them see.",
    )


class KeepForm(NameForm):
    """A question to be kept under a name."""

    query = forms.CharField(widget=forms.HiddenInput, max_length=2000)


class SendForm(Form):
    """On which day of the week a view is sent, and to whom."""

    weekday = forms.ChoiceField(
        label="Send it each week",
        choices=[("", "Not sent"), *((str(day.value), f"On {day.label}") for day in SavedView.Weekday)],
        required=False,
        help_text="In the morning. Each letter shows only what its reader may see.",
    )
    people = forms.MultipleChoiceField(label="To", widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, data: QueryDict | None, *, readers: list[Reader], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.fields["people"].choices = [  # type: ignore[attr-defined]
            (str(reader.id), f"{reader.name}, {reader.position}") for reader in readers
        ]

    @property
    def chosen_day(self) -> int | None:
        """The day of the week, once the form is valid; None for not at all."""
        weekday: str = self.cleaned_data["weekday"]
        return int(weekday) if weekday else None

    @property
    def chosen_people(self) -> list[int]:
        """The ids of the people, once the form is valid."""
        return [int(person) for person in self.cleaned_data["people"]]


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
