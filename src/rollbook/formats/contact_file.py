"""Contact files: one row for each adult of each pupil, as other systems export them."""

from collections.abc import Mapping
from dataclasses import dataclass

from rollbook.formats import pupil_key
from rollbook.formats.pupil_file import ContactRow
from rollbook.formats.pupil_key import PupilKey
from rollbook.formats.tables import Cells, Field, RowProblem, Sheet, cells_of, values

FIELDS: tuple[Field, ...] = (
    *pupil_key.FIELDS,
    Field("priority", "Order of ringing", ("Priority", "Contact priority", "Order", "Contact order", "Call order")),
    Field("name", "Contact’s full name", ("Contact name", "Contact full name", "Parent name", "Full name", "Name")),
    Field("title", "Title", ("Contact title", "Salutation")),
    Field(
        "forename",
        "Contact’s first name",
        ("Forename", "First name", "Contact forename", "Contact first name", "Given name", "Parent forename",
         "Parent first name"),
    ),
    Field(
        "surname",
        "Contact’s surname",
        ("Surname", "Last name", "Contact surname", "Contact last name", "Family name", "Parent surname",
         "Parent last name"),
    ),
    Field(
        "relationship",
        "Relationship",
        ("Relation", "Relationship to pupil", "Relationship type", "Relationship to student", "Contact relationship"),
    ),
    Field(
        "telephone",
        "Telephone",
        ("Mobile", "Phone", "Tel", "Mobile number", "Mobile phone", "Telephone number", "Phone number",
         "Main telephone", "Contact telephone", "Contact mobile", "Contact number", "Telephone 1"),
    ),
    Field(
        "other_telephone",
        "Second telephone",
        ("Home telephone", "Home phone", "Work telephone", "Work phone", "Telephone 2", "Other telephone",
         "Daytime telephone", "Alternative telephone", "Home number"),
    ),
    Field("email", "E-mail", ("Email", "Email address", "E mail address", "Home email", "Main email", "Contact email",
                              "Primary email")),
    Field("address", "Address", ("Address line 1", "Address 1", "Home address", "Address block", "Full address",
                                 "Contact address")),
    Field("address_2", "Address line 2", ("Address 2", "Street")),
    Field("address_3", "Address line 3", ("Address 3", "Locality", "District")),
    Field("address_4", "Address line 4", ("Address 4", "Town", "City", "Town city", "Post town")),
    Field("address_5", "Address line 5", ("Address 5", "County")),
    Field("postcode", "Postcode", ("Post code", "Home postcode", "Postal code", "Contact postcode")),
    Field(
        "has_parental_responsibility",
        "Parental responsibility",
        ("PR", "Has parental responsibility", "Parental resp", "Parent responsibility"),
    ),
    Field("lives_with", "Pupil lives with them", ("Lives with", "Lives with pupil", "Same address", "Resident",
                                                 "Pupil lives with", "Lives with student")),
    Field("is_emergency_contact", "Emergency contact", ("Emergency", "Is emergency contact", "Emergency contact yn")),
)  # fmt: skip
_ADDRESS = ("address", "address_2", "address_3", "address_4", "address_5")
_LAST_PLACE = 99


@dataclass(frozen=True, slots=True)
class PupilContact:
    """One adult of one pupil, who is named by `pupil`."""

    line: int
    who: str
    pupil: PupilKey
    contact: ContactRow


@dataclass(frozen=True, slots=True)
class ContactSheet:
    """A contact file as it was read. `rows` are those without an error; `problems` in the order of the file."""

    rows: tuple[PupilContact, ...]
    problems: tuple[RowProblem, ...]


def missing(taken: Mapping[str, int]) -> list[str]:
    """What a contact file lacks as a whole, in sentences."""
    found = []
    if not pupil_key.says_which_pupil(list(taken)):
        found.append(
            "Choose the column that says which pupil: UPN, admission number, or names and date of birth."
        )
    if not {"name", "surname"} & set(taken):
        found.append("Choose the column with the contact’s name or surname.")
    return found


def read_contacts(sheet: Sheet, places: Mapping[str, int]) -> ContactSheet:
    """Every contact of a sheet of which it is known which column holds which field."""
    rows: list[PupilContact] = []
    problems: list[RowProblem] = []
    for row in cells_of(sheet, places, FIELDS, ("name", "surname", "forename")):
        if not row.has_error:
            key, contact = pupil_key.pupil_key(row), _contact(row)
            if not row.has_error:
                rows.append(PupilContact(row.line, row.who, key, contact))
        problems += row.problems
    return ContactSheet(tuple(rows), tuple(problems))


def _contact(row: Cells) -> ContactRow:
    title, forename, surname = values.name_parts(row.text("name"))
    name = row.take(
        "surname" if row.text("surname") else "name", row.text("surname") or surname, values.person()
    )
    if not name and not row.has_error:
        row.refuse("surname", "The contact’s surname is missing.")
    address = "\n".join(filter(None, (values.lines(row.raw.get(part, "")) for part in _ADDRESS)))
    return ContactRow(
        number=1,
        title=row.take("title", row.text("title") or title, values.person(20)) or "",
        forename=row.take("forename", row.text("forename") or forename, values.person()) or "",
        surname=name or "",
        relationship=row.read("relationship", values.text(40)) or "",
        telephone=row.read("telephone", values.telephone) or "",
        other_telephone=row.read("other_telephone", values.telephone) or "",
        email=row.read("email", values.email) or "",
        address=row.take("address", address, values.text(500)) or "",
        postcode=row.read("postcode", values.postcode) or "",
        lives_with=row.read("lives_with", values.yes),
        has_parental_responsibility=row.read("has_parental_responsibility", values.yes),
        is_emergency_contact=row.read("is_emergency_contact", values.yes),
        priority=row.read("priority", values.count(1, _LAST_PLACE)),
    )
