"""Fields: what is joined to what by id, and how errors are shown."""

import re
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from rollbook.domain.refusals import Refusal, Refused
from rollbook.ui.forms import (
    BoundField,
    DateField,
    Form,
    Sections,
    TimeField,
    add_refusals,
    error_links,
)
from tests.ui.rendering import render


class PupilForm(Form):
    """One field of every sort."""

    fieldsets = (("School", ("group", "days", "agreed")),)
    surname = forms.CharField(help_text="As on the birth certificate & no other")
    born_on = DateField(label="Date of birth")
    arrived_at = TimeField(required=False)
    notes = forms.CharField(widget=forms.Textarea, required=False)
    sex = forms.ChoiceField(choices=[("F", "Female"), ("M", "Male")], widget=forms.RadioSelect)
    group = forms.ChoiceField(choices=[("", "Choose a group"), ("7A", "7A")])
    days = forms.MultipleChoiceField(
        choices=[("1", "Mon")], widget=forms.CheckboxSelectMultiple, help_text="At least one"
    )
    agreed = forms.BooleanField(label="The parents have agreed", help_text="In writing", required=False)
    file = forms.FileField(required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def html_of(form: forms.BaseForm, name: str) -> str:
    return re.sub(r"\s+", " ", form[name].as_field_group())


def test_label_hint_and_control_are_joined() -> None:
    html = html_of(PupilForm(), "surname")
    assert '<label class="field__label" for="id_surname">Surname</label>' in html
    assert 'id="id_surname_helptext">As on the birth certificate &amp; no other</div>' in html
    assert 'aria-describedby="id_surname_helptext"' in html
    assert 'class="input"' in html
    assert "aria-invalid" not in html
    assert html.index("label") < html.index("helptext") < html.index("<input")


def test_an_error_stands_between_hint_and_control_and_is_joined() -> None:
    html = html_of(PupilForm({}), "surname")
    assert '<div class="field field--error">' in html
    assert 'aria-describedby="id_surname_helptext id_surname_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<div class="field__error" id="id_surname_error">' in html
    assert "Surname is missing." in html
    assert html.index("helptext") < html.index('id="id_surname_error"') < html.index("<input")


def test_a_group_of_radios_is_a_fieldset_that_names_its_error() -> None:
    html = html_of(PupilForm({}), "sex")
    assert '<fieldset class="field field--error" id="id_sex_group" aria-describedby="id_sex_error">' in html
    assert '<legend class="field__label">Sex</legend>' in html
    first = re.search(r"<input[^>]*>", html)
    assert first
    for attribute in ('type="radio"', 'name="sex" value="F"', 'aria-invalid="true"', 'id="id_sex_0"'):
        assert attribute in first.group()
    assert '<label for="id_sex_0">Female</label>' in html
    assert 'class="input"' not in html


def test_tick_boxes_have_their_hint_on_the_fieldset() -> None:
    html = html_of(PupilForm(), "days")
    assert 'aria-describedby="id_days_helptext"' in html
    assert html.count('type="checkbox"') == 1


def test_a_single_tick_box_has_its_label_after_it() -> None:
    html = html_of(PupilForm(), "agreed")
    assert html.index("<input") < html.index('<label for="id_agreed">The parents have agreed')
    assert 'aria-describedby="id_agreed_helptext"' in html
    assert 'id="id_agreed_helptext">In writing</span>' in html


def test_dates_and_times_use_the_browsers_own_controls() -> None:
    form = PupilForm({"born_on": "2013-05-04", "arrived_at": "09:40"})
    assert 'type="date" name="born_on" value="2013-05-04"' in html_of(form, "born_on")
    assert 'type="time" name="arrived_at" value="09:40"' in html_of(form, "arrived_at")
    form.is_valid()
    assert form.cleaned_data["born_on"].isoformat() == "2013-05-04"
    wrong = PupilForm({"born_on": "31/31/2013"})
    assert wrong.errors["born_on"] == ["Enter a real date, such as 14/10/2025."]


def test_select_textarea_and_file_get_the_box() -> None:
    form = PupilForm()
    for name in ("group", "notes", "file"):
        assert 'class="input"' in html_of(form, name)
    assert 'rows="4"' in html_of(form, "notes")


def test_an_authors_own_size_and_class_are_kept() -> None:
    class Sized(Form):
        code = forms.CharField(widget=forms.TextInput(attrs={"class": "input--short"}))
        notes = forms.CharField(widget=forms.Textarea(attrs={"rows": 8}))

    assert 'class="input input--short"' in html_of(Sized(), "code")
    assert 'rows="8"' in html_of(Sized(), "notes")


def test_optional_is_said_and_required_is_not() -> None:
    assert "(optional)" in html_of(PupilForm(), "notes")
    assert "(optional)" not in html_of(PupilForm(), "surname")


def test_the_whole_form_has_summary_loose_fields_fieldsets_and_hidden_ones() -> None:
    html = str(PupilForm({"surname": "Abbott"}))
    assert (
        html.index('class="error-summary"') < html.index("id_surname") < html.index("<legend>School</legend>")
    )
    assert '<input type="hidden" name="token" id="id_token">' in html
    assert html.count('name="surname"') == 1
    assert html.count('name="group"') == 1


def test_the_summary_leads_to_each_field_in_the_order_of_the_page() -> None:
    form = PupilForm({})
    form.add_error(None, "Something about the whole.")
    links = [(link.href, link.message) for link in error_links([form])]
    assert links[0] == ("", "Something about the whole.")
    assert ("#id_surname", "Surname is missing.") in links
    assert ("#id_sex_0", "Sex is missing.") in links
    html = render("{% error_summary form %}", form=form)
    assert 'role="alert" tabindex="-1" aria-labelledby="error-summary-title"' in html
    assert '<a href="#id_born_on">Date of birth: choose a date.</a>' in html
    for href, _ in links:
        if href:
            assert f'id="{href[1:]}"' in str(form)


def test_no_summary_without_errors() -> None:
    assert "error-summary" not in render("{% error_summary form %}", form=PupilForm())
    assert "error-summary" not in str(PupilForm())


def test_the_summary_counts() -> None:
    one = [{"href": "#late-8", "message": "Type the minutes."}]
    assert "One thing needs putting right" in render("{% error_list errors %}", errors=one)
    assert "2 things need putting right" in render("{% error_list errors %}", errors=one * 2)
    assert render("{% error_list errors %}", errors=[]).strip() == ""


def test_errors_of_formsets_are_in_the_summary() -> None:
    def positive(value: int) -> None:
        raise forms.ValidationError("Too small.")

    class Line(forms.Form):
        size = forms.IntegerField(validators=[positive])

    lines = forms.formset_factory(Line, extra=1)
    data = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-size": "1"}
    links = error_links([lines(data)])
    assert [(link.href, link.message) for link in links] == [("#id_form-0-size", "Too small.")]
    assert error_links([lines()]) == []
    assert 'name="form-0-size"' in str(lines())


def test_a_hidden_fields_error_says_whose_it_is() -> None:
    class Secret(Form):
        token = forms.IntegerField(widget=forms.HiddenInput)

    assert [link.message for link in error_links([Secret({})])] == ["Token: Token is missing."]


def test_refusals_of_an_action_stand_beside_their_fields() -> None:
    form = PupilForm({"surname": "Abbott"})
    refused = Refused([Refusal("name", "Already on roll."), Refusal("elsewhere", "Not today.")])
    add_refusals(form, refused, {"name": "surname"})
    assert form.errors["surname"] == ["Already on roll."]
    assert form.non_field_errors() == ["Not today."]


def test_model_forms_may_have_fieldsets_too() -> None:
    class Mixed(Sections, forms.Form):
        fieldsets = (("One", ("a",)),)
        a = forms.CharField()

    (section,) = Mixed().sections()
    assert section.legend == "One"
    assert isinstance(section.fields[0], BoundField)


def test_a_file_that_was_sent_is_read() -> None:
    files: dict[str, Any] = {"file": SimpleUploadedFile("pupils.csv", b"a,b")}
    form = PupilForm({}, files)
    form.is_valid()
    assert form.cleaned_data["file"].name == "pupils.csv"
