"""The contacts of a pupil file beside those that are held: who is new, and what changes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rollbook.apps.roll.models import Contact, Parent, Pupil
from rollbook.apps.roll.queries.footprints import Touched
from rollbook.apps.roll.queries.known_roll import KnownRoll, fold, parent_key
from rollbook.apps.roll.queries.particulars import Change, changes, simple_change
from rollbook.formats.pupil_file import ContactRow

# Relationships that make an adult a parent in the sense of s.576 of the Education Act 1996, or usually do.
_PARENTS = ("mother", "father", "mum", "dad", "parent", "guardian", "carer", "foster", "adopt")
_NOT_PARENTS = ("grand", "childminder", "neighbour", "friend", "social")
_WITH_RESPONSIBILITY = ("mother", "father", "mum", "dad", "parent")
_FOLLOWS = ("step", "foster", "grand", "god")


@dataclass(slots=True)
class ContactPlan:
    """What a row does to the contacts of its pupil."""

    new_parents: list[Parent] = field(default_factory=list)
    new_contacts: list[Contact] = field(default_factory=list)
    changed_parents: list[tuple[Parent, set[str]]] = field(default_factory=list)
    changed_contacts: list[tuple[Contact, set[str]]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    touched: list[Touched] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)


class FileContacts:
    """Goes through the contacts of a file row by row. Brothers and sisters share an adult with the same number."""

    def __init__(self, roll: KnownRoll, school_id: int) -> None:
        self._roll = roll
        self._school_id = school_id
        self._settled: dict[int, int] = {}

    def plan(self, line: int, contacts: Iterable[ContactRow], pupil: Pupil) -> ContactPlan:
        """What the contacts on one line do; contacts that are held and not in the file stay."""
        plan = ContactPlan()
        held = list(self._roll.contacts.get(pupil.pk, ())) if pupil.pk else []
        priority = max((contact.priority for contact in held), default=0)
        for given in contacts:
            match = next((each for each in held if parent_key(each.parent) == _key(given)), None)
            if match is not None:
                self._update(plan, line, match, given)
                continue
            priority = given.priority or priority + 1
            self._add(plan, line, pupil, given, priority, held)
        return plan

    def _update(self, plan: ContactPlan, line: int, held: Contact, given: ContactRow) -> None:
        parent = held.parent
        whose = " ".join(filter(None, (parent.forename, parent.surname)))
        of_parent = changes(parent, _parent_values(given), whose)
        settled = self._settled.setdefault(id(parent), line)
        if settled == line:
            _apply(parent, of_parent, _parent_values(given))
            if of_parent:
                plan.changed_parents.append((parent, {change.field for change in of_parent}))
                plan.touched.append((parent, of_parent))
                plan.changes += of_parent
        elif of_parent:
            told = of_parent[0].words.partition(": ")[2]
            plan.warnings.append(
                (
                    given.number,
                    f"The {told} of {whose} differs from line {settled}. The one on line {settled} is kept.",
                )
            )
        wanted = _contact_values(given)
        of_contact = changes(held, wanted, whose)
        _apply(held, of_contact, wanted)
        if of_contact:
            plan.changed_contacts.append((held, {change.field for change in of_contact}))
            plan.touched.append((held, of_contact))
            plan.changes += of_contact

    def _add(
        self,
        plan: ContactPlan,
        line: int,
        pupil: Pupil,
        given: ContactRow,
        priority: int,
        held: list[Contact],
    ) -> None:
        parent = self._shared(given, {id(contact.parent) for contact in held})
        if parent is None:
            parent = Parent(school_id=self._school_id, forename=given.forename, surname=given.surname)
            for name, value in _parent_values(given).items():
                setattr(parent, name, value)
            if given.lives_with and not parent.address:
                parent.address, parent.postcode = pupil.address, parent.postcode or pupil.postcode
            plan.new_parents.append(parent)
            self._roll.parents[_key(given)].append(parent)
            self._settled[id(parent)] = line
        contact = Contact(pupil=pupil, parent=parent, **{"priority": priority} | _new_contact_values(given))
        plan.new_contacts.append(contact)
        held.append(contact)
        relationship = f" ({given.relationship})" if given.relationship else ""
        plan.changes.append(simple_change("contact", "Contact", "", f"{given.name}{relationship}"))

    def _shared(self, given: ContactRow, taken: set[int]) -> Parent | None:
        """An adult of the same name who can be reached the same way, as with brothers and sisters."""
        for parent in self._roll.parents.get(_key(given), ()):
            if id(parent) in taken:
                continue
            numbers = {_digits(parent.telephone), _digits(parent.other_telephone)} - {""}
            if {_digits(given.telephone), _digits(given.other_telephone)} & numbers:
                return parent
            if given.email and given.email.casefold() == parent.email.casefold():
                return parent
        return None


def _apply(row: Parent | Contact, found: list[Change], values: dict[str, Any]) -> None:
    for change in found:
        setattr(row, change.field, values[change.field])


def _key(given: ContactRow) -> tuple[str, str]:
    return fold(given.forename), fold(given.surname)


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isdigit())


def _parent_values(given: ContactRow) -> dict[str, Any]:
    named = ("title", "telephone", "other_telephone", "email", "address", "postcode")
    return {name: getattr(given, name) for name in named if getattr(given, name)}


def _contact_values(given: ContactRow) -> dict[str, Any]:
    told = {
        "relationship": given.relationship or None,
        "lives_with": given.lives_with,
        "has_parental_responsibility": given.has_parental_responsibility,
        "is_emergency_contact": given.is_emergency_contact,
        "priority": given.priority,
    }
    return {name: value for name, value in told.items() if value is not None}


def _new_contact_values(given: ContactRow) -> dict[str, Any]:
    """What the file leaves open follows from the relationship; where that is open too, one at home is a parent."""
    relationship = given.relationship.casefold()
    follows = not any(word in relationship for word in _FOLLOWS)
    with_responsibility = follows and any(word in relationship for word in _WITH_RESPONSIBILITY)
    is_parent = any(word in relationship for word in _PARENTS) and not any(
        word in relationship for word in _NOT_PARENTS
    )
    if not relationship:
        is_parent = bool(given.lives_with)
    values = {
        "relationship": "Contact",
        "lives_with": False,
        "has_parental_responsibility": with_responsibility,
        "is_emergency_contact": True,
    } | _contact_values(given)
    return values | {"is_parent": is_parent or bool(given.has_parental_responsibility)}
