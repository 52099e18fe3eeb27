"""What a field of the admission register is called, how its value is said, and which fields few may see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.db import models

from rollbook.apps.roll.models import Contact, Enrolment, Parent, Pupil
from rollbook.ui.words import plain_day

# Health, social care and the like: shown to those who need it for their work, and apart in the audit log.
PRIVATE_FIELDS = frozenset(
    {
        "ethnicity",
        "sen_status",
        "is_fsm",
        "is_looked_after",
        "has_child_protection_plan",
        "is_child_in_need",
        "social_worker",
        "youth_offending_worker",
        "virtual_school",
        "home_local_authority",
        "commissioning_local_authority",
        "medical_note",
        "transport",
        "interpreter_language",
    }
)

_ALSO = {
    (Pupil, "year_offset"): "taught out of the year group by age",
    (Enrolment, "agreed_on"): "starting day agreed on",
    (Enrolment, "agreed_with"): "starting day agreed with",
    (Enrolment, "is_boarder"): "boarder",
    (Parent, "forename"): "first name",
    (Parent, "other_telephone"): "second telephone",
    (Parent, "email"): "e-mail",
    (Contact, "relationship"): "relationship",
    (Pupil, "legal_forename"): "legal first name",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after. `before` and `after` are values as JSON has them, the words are for people."""

    field: str
    words: str
    before: Any
    after: Any
    before_words: str
    after_words: str

    @property
    def is_private(self) -> bool:
        """Is this a field few may see?"""
        return self.field in PRIVATE_FIELDS


def words_of(model: type[models.Model], name: str) -> str:
    """What a field is called on a page, capital first."""
    words = _ALSO.get((model, name)) or str(_field(model, name).verbose_name)
    return words[:1].upper() + words[1:]


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    return cast("models.Field[Any, Any]", model._meta.get_field(name))


def said(model: type[models.Model], name: str, value: Any) -> str:
    """A value as a person reads it."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return plain_day(value)
    choices = dict(_field(model, name).flatchoices)
    return str(choices.get(value, "" if value is None else value))


def changes(row: models.Model, values: Mapping[str, Any], whose: str = "") -> list[Change]:
    """What these values would change in a row; nothing where they say what it says already. The row stays as it is."""
    found = []
    model = type(row)
    for name, after in values.items():
        before = getattr(row, name)
        if before == after:
            continue
        words = words_of(model, name)
        found.append(
            Change(
                field=name,
                words=f"{whose}: {words[:1].lower()}{words[1:]}" if whose else words,
                before=plain_value(before),
                after=plain_value(after),
                before_words=said(model, name, before),
                after_words=said(model, name, after),
            )
        )
    return found


def simple_change(field: str, words: str, before: str, after: str) -> Change:
    """A change that is not one field of one row, such as another teaching group."""
    return Change(field, words, before, after, before, after)


def change_facts(found: Iterable[Change]) -> dict[str, Any]:
    """Changes as the audit log keeps them: each field with what it was and is; what few may see stands apart."""
    open_: dict[str, Any] = {}
    private: dict[str, Any] = {}
    for change in found:
        (private if change.is_private else open_)[change.words] = {
            "before": change.before,
            "after": change.after,
        }
    return {"changed": open_, "private": private} if private else {"changed": open_}


def plain_value(value: Any) -> Any:
    """A value as JSON has it."""
    return value.isoformat() if isinstance(value, date) else value


def typed(model: type[models.Model], name: str, value: Any) -> Any:
    """The other way round: a value of JSON as the field has it."""
    return _field(model, name).to_python(value)
