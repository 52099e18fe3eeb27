"""The adults of a pupil, each in up to a dozen columns."""

from collections.abc import Iterator
from dataclasses import dataclass

from rollbook.formats.pupil_file.fields import CONTACT_LIMIT
from rollbook.formats.tables import values
from rollbook.formats.tables.cells import Cells


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One adult of one pupil. Empty text and None mean that the file says nothing about it."""

    number: int
    title: str
    forename: str
    surname: str
    relationship: str = ""
    telephone: str = ""
    other_telephone: str = ""
    email: str = ""
    address: str = ""
    postcode: str = ""
    lives_with: bool | None = None
    has_parental_responsibility: bool | None = None
    is_emergency_contact: bool | None = None
    priority: int | None = None

    @property
    def name(self) -> str:
        """The adult's name as it is spoken."""
        return " ".join(filter(None, (self.title, self.forename, self.surname)))

    @property
    def says_more_than_the_name(self) -> bool:
        """Is there anything besides who it is?"""
        told = (
            self.relationship, self.telephone, self.other_telephone, self.email, self.address, self.postcode,
            self.lives_with, self.has_parental_responsibility,
        )  # fmt: skip
        return any(told)


def contacts_of(cells: Cells) -> Iterator[ContactRow]:
    """The contacts of a row in their order; a contact with details but no name is refused."""
    for number in range(1, CONTACT_LIMIT + 1):
        prefix = f"contact_{number}_"
        if not any(cells.text(name) for name in cells.raw if name.startswith(prefix)):
            continue
        contact = _contact(cells, number, prefix)
        if contact.surname:
            yield contact
        elif contact.says_more_than_the_name and not _surname_in_file(cells, prefix):
            cells.refuse(
                f"{prefix}name", "This contact has details but no name. Give the name, or empty the cells."
            )


def _surname_in_file(cells: Cells, prefix: str) -> str:
    """The surname as it was written, taken or refused."""
    return cells.text(f"{prefix}surname") or values.name_parts(cells.text(f"{prefix}name"))[2]


def _contact(cells: Cells, number: int, prefix: str) -> ContactRow:
    title, forename, last = values.name_parts(cells.text(f"{prefix}name"))

    def text(part: str, reader: values.TextReader) -> str:
        return cells.read(f"{prefix}{part}", reader) or ""

    def name(part: str, otherwise: str, reader: values.TextReader) -> str:
        own = cells.text(f"{prefix}{part}")
        return cells.take(f"{prefix}{part if own else 'name'}", own or otherwise, reader) or ""

    no_letter = (
        f"“{_surname_in_file(cells, prefix)}” is read as the surname, and a name has at least one letter."
    )
    surname = name("surname", last, values.person(100, no_letter))
    if not surname:
        title = forename = ""  # one message about one cell is enough
    return ContactRow(
        number=number,
        title=name("title", title, values.person(20)),
        forename=name("forename", forename, values.person(100)),
        surname=surname,
        relationship=text("relationship", values.text(40)),
        telephone=text("telephone", values.telephone),
        other_telephone=text("other_telephone", values.telephone),
        email=text("email", values.email),
        address=cells.take(
            f"{prefix}address", values.lines(cells.raw.get(f"{prefix}address", "")), values.text(500)
        )
        or "",
        postcode=text("postcode", values.postcode),
        lives_with=cells.read(f"{prefix}lives_with", values.yes),
        has_parental_responsibility=cells.read(f"{prefix}has_parental_responsibility", values.yes),
        is_emergency_contact=cells.read(f"{prefix}is_emergency_contact", values.yes),
    )
