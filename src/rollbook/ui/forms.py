"""Form fields as every page shows them: label above, hint short, error beside the field and in the summary."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, TypeAlias

from django import forms
from django.forms.boundfield import BoundField as DjangoBoundField
from django.forms.formsets import BaseFormSet
from django.forms.renderers import TemplatesSetting
from django.forms.utils import pretty_name

from rollbook.domain.refusals import Refused
from rollbook.ui.converters import FIRST_DAY, LAST_DAY

# In quotes: at run time Django's form sets take no type argument.
AnyForm: TypeAlias = "forms.BaseForm | BaseFormSet[Any]"

# These draw themselves; everything else is a box and gets the class of one.
_WITHOUT_BOX = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class ErrorLink:
    """One line of the error summary: what is wrong, and where. `href` "" where no one field is at fault."""

    href: str
    message: str


class BoundField(DjangoBoundField):
    """A field of a form on a page."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """The attributes of the control, with the class that gives it its look."""
        built = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        if not isinstance(widget, _WITHOUT_BOX):
            own = built.get("class") or widget.attrs.get("class") or ""
            built["class"] = f"input {own}".strip()
        if isinstance(widget, forms.Textarea) and widget.attrs.get("rows") == "10":
            built["rows"] = "4"  # ten lines, Django's own, fill a screen for a sentence
        return built

    @property
    def is_checkbox(self) -> bool:
        """A single tick box has its label after it, not above."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_optional(self) -> bool:
        """May it be left empty? One that is needed in some cases only (`data-kinds`) says so in its hint.

        That a list of tick boxes may stay without a tick is plain to see.
        """
        widget = self.field.widget
        is_list = isinstance(widget, forms.CheckboxSelectMultiple)
        return not self.field.required and "data-kinds" not in widget.attrs and not is_list

    @property
    def error_href(self) -> str:
        """Where a link to this field leads: the first control of a group, or the only one."""
        if self.use_fieldset and not self.id_for_label:
            return f"#{self.auto_id}_0"
        return f"#{self.id_for_label or self.auto_id}"


class Renderer(TemplatesSetting):
    """Draws every form with the templates in ui/forms and django/forms of this app."""

    form_template_name = "ui/forms/form.html"
    formset_template_name = "ui/forms/formset.html"
    field_template_name = "ui/forms/field.html"
    bound_field_class = BoundField


class DateInput(forms.DateInput):
    """The browser's own date picker, which sends 2025-10-14 whatever it shows."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The browser's own time picker, to the minute."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class DateField(forms.DateField):
    """A day, picked with the browser's own control."""

    widget = DateInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": "Choose a date.",
        "invalid": "Enter a real date, such as 14/10/2025.",
    }

    def to_python(self, value: Any) -> date | None:
        """The day. Errors: ValidationError for one that does not exist or that no school has."""
        day: date | None = super().to_python(value)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class TimeField(forms.TimeField):
    """A time of day, picked with the browser's own control."""

    widget = TimeInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": "Enter a time.",
        "invalid": "Enter a time on the 24-hour clock, such as 09:30.",
    }


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together, under one legend."""

    legend: str
    fields: list[DjangoBoundField]


class Sections:
    """For forms whose fields stand in groups: `fieldsets = [("Legend", ["field", ...]), ...]`.

    It also makes a field that was left empty say which one it is, since the summary lists only messages.
    """

    fieldsets: ClassVar[Sequence[tuple[str, Sequence[str]]]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        form: Any = self
        for name, field in form.fields.items():
            label, empty = field.label or pretty_name(name), field.error_messages.get("required")
            if empty == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = f"{label} is missing."
            elif empty == DateField.default_error_messages["required"]:
                field.error_messages["required"] = f"{label}: choose a date."

    def sections(self) -> list[Section]:
        """The groups in order; fields that no group names come first, without a legend."""
        form: Any = self
        grouped = {name for _, names in self.fieldsets for name in names}
        loose = [field for field in form.visible_fields() if field.name not in grouped]
        groups = [Section(legend, [form[name] for name in names]) for legend, names in self.fieldsets]
        return ([Section("", loose)] if loose else []) + groups


class Form(Sections, forms.Form):
    """A plain form that may have its fields in groups."""


def add_refusals(form: forms.BaseForm, refused: Refused, names: Mapping[str, str] | None = None) -> None:
    """Shows why an action was refused, each reason beside its field; `names` maps action to form names."""
    for refusal in refused.refusals:
        name = (names or {}).get(refusal.field, refusal.field)
        form.add_error(name if name in form.fields else None, refusal.message)


def error_links(forms_or_sets: Iterable[AnyForm]) -> list[ErrorLink]:
    """Every error of these forms and formsets in the order of the page, each leading to its field."""
    links: list[ErrorLink] = []
    for each in forms_or_sets:
        if isinstance(each, BaseFormSet):
            if each.is_bound:
                links += [ErrorLink("", str(message)) for message in each.non_form_errors()]
                links += error_links(each.forms)
        else:
            links += _errors_of(each)
    return links


def _errors_of(form: forms.BaseForm) -> list[ErrorLink]:
    links = [ErrorLink("", str(message)) for message in form.non_field_errors()]
    for field in form.hidden_fields():
        links += [ErrorLink("", f"{field.label}: {message}") for message in field.errors]
    for field in form.visible_fields():
        href = field.error_href if isinstance(field, BoundField) else f"#{field.auto_id}"
        links += [ErrorLink(href, str(message)) for message in field.errors]
    return links
