"""Which field does a heading mean? The spellings of common exports, and what each field is called on a page."""

import re
from collections.abc import Iterable, Mapping, Sequence

from rollbook.formats.tables import Field, Unreadable, fold

CONTACT_LIMIT = 3

# name: what a page calls it: the headings it is recognised by, whatever their capitals and signs.
_FIELDS = """\
upn: UPN: UPN, Unique Pupil Number, Pupil UPN, Current UPN, UPN number
admission_number: Admission number: Admission number, Adno, Adm no, Admission no, Admno, Adm number,
    Pupil number
legal_surname: Legal surname: Legal surname, Legal last name, Legal family name
legal_forename: Legal first name: Legal forename, Legal first name, Legal given name
middle_names: Middle names: Middle names, Middle name, Middle name s, Other names
surname: Surname: Surname, Last name, Family name, Pupil surname, Student surname
forename: First name: Forename, First name, Given name, Pupil forename, Student forename, Christian name
preferred_surname: Surname used at school: Preferred surname, Chosen surname, Known as surname,
    Preferred last name, Surname used at school, Surname used
preferred_forename: First name used at school: Preferred forename, Known as, Preferred first name,
    Preferred name, Chosen name, Chosen forename, Known as forename, First name used at school,
    Name used at school
sex: Sex: Sex, Gender, Legal sex, Sex legal, M F
born_on: Date of birth: Date of birth, DOB, Birth date, Birthdate, Birthday, Born, D O B
year: Year group: Year, NC year, Year group, Yr, Year taught in, NC year actual, NCY, Curriculum year,
    National curriculum year, NC year group
group: Teaching group: Teaching group, Reg group, Registration group, Class, Tutor group, Form, Form group,
    Reg, Reg form, Registration form, Group, Class name, Registration class, Form tutor group,
    Pastoral group
starting_day: Starting day: Starting day, Admission date, Date of admission, DOA, Date admitted, Start date,
    Entry date, Date of entry, Enrolment date, Joined
leaving_day: Leaving day: Leaving day, Leaving date, Date of leaving, Date left, Leave date, DOL,
    Last day on roll, End date
agreed_on: Starting day agreed on: Starting day agreed on, Start agreed on
agreed_with: Starting day agreed with: Starting day agreed with, Start agreed with
is_boarder: Boarder: Boarder, Boarder status, Boarding, Is boarder
address_1: Address: Address, Address line 1, Address 1, Home address, Address block, Full address,
    Pupil address
address_2: Address line 2: Address line 2, Address 2, Street
address_3: Address line 3: Address line 3, Address 3, District, Locality
address_4: Address line 4: Address line 4, Address 4, Town, Town city, City, Post town
address_5: Address line 5: Address line 5, Address 5, County
postcode: Postcode: Postcode, Post code, Home postcode, Postal code
last_school_name: School last attended: Last school, Previous school, School last attended,
    Last school attended, Previous school name, Former school, Last school name
last_school_address: Address of the school last attended: Last school address, Previous school address,
    Address of the school last attended
ethnicity: Ethnicity: Ethnicity, Ethnicity code, Ethnic group, Ethnic code
sen_status: SEN: SEN status, SEN, SEN provision, SEND status, SEN code, SEND, SEN stage
is_fsm: Free school meals: FSM, Free school meals, FSM eligible, Eligible for free meals, FSM eligibility,
    Free meals, Free school meal
is_looked_after: Looked after: Looked after, In care, LAC, CLA, Looked after child, Child looked after,
    In LEA care, Looked after by a local authority
has_child_protection_plan: Child protection plan: Child protection plan, CP plan, CP
is_child_in_need: Child in need: Child in need, CIN
social_worker: Social worker: Social worker
home_local_authority: Home local authority: Home local authority, Home LA, Home LEA, LA of residence
commissioning_local_authority: Commissioning local authority: Commissioning local authority,
    Commissioning LA, Placing authority, Placing LA, Placing local authority, Funding authority
medical_note: Medical condition: Medical condition, Medical conditions, Medical note, Medical notes, Medical
transport: Transport: Transport, Transport arrangement, Mode of travel, Travel mode
interpreter_language: Interpreter needed for: Interpreter needed for, Interpreter, Interpreter language
"""

# The same for what stands after "Contact 1". Nothing after it is the name.
_CONTACT_PARTS = """\
name: name: name, full name, contact name
title: title: title, salutation
forename: first name: forename, first name, given name
surname: surname: surname, last name, family name
relationship: relationship: relationship, relation, relationship to pupil, relationship type, type
telephone: telephone: telephone, mobile, phone, tel, telephone number, phone number, mobile number,
    mobile phone, mobile telephone, main telephone, number, contact number, emergency telephone,
    emergency number, emergency telephone number
other_telephone: second telephone: other telephone, second telephone, telephone 2, phone 2, home telephone,
    home phone, home number, work telephone, work phone, work number, daytime telephone, day telephone,
    alternative telephone, home telephone number, work telephone number
email: e-mail: email, e mail, email address, e mail address, home email, main email, primary email
lives_with: lives with: lives with, pupil lives with, lives with pupil, same address, lives with them,
    pupil normally lives with them
has_parental_responsibility: parental responsibility: parental responsibility, pr,
    has parental responsibility
address: address: address, home address, address line 1, address 1
postcode: postcode: postcode, post code
is_emergency_contact: emergency contact: emergency contact, emergency, is emergency contact
"""


def _table(text: str) -> dict[str, tuple[str, list[str]]]:
    """The lines of a table above; an indented line goes on with the headings of the one before it."""
    entries = [entry.split(":") for entry in text.replace("\n    ", " ").splitlines()]
    return {
        name: (words.strip(), [each.strip() for each in spelt.split(",")]) for name, words, spelt in entries
    }


_CONTACT_WORDS = (
    "emergency contact|parent carer|parent guardian|priority contact|contact|parent|carer|guardian"
)
_NUMBER_FIRST = re.compile(rf"(?:{_CONTACT_WORDS}) ?([1-9])(?: (.*))?$")
_NUMBER_LAST = re.compile(rf"(?:{_CONTACT_WORDS}) (.*?) ?([1-9])$")
_NO_NUMBER = re.compile(rf"(?:{_CONTACT_WORDS})(?: (.*))?$")

FIELD_WORDS: Mapping[str, str] = {name: words for name, (words, _) in _table(_FIELDS).items()} | {
    f"contact_{number}_{part}": f"Contact {number} {words}"
    for number in range(1, CONTACT_LIMIT + 1)
    for part, (words, _) in _table(_CONTACT_PARTS).items()
}

# What the file to fill in has: its headings, in order.
TEMPLATE: tuple[str, ...] = (
    "UPN", "Admission number", "Legal surname", "Legal forename", "Middle names", "Preferred surname",
    "Preferred forename", "Sex", "Date of birth", "Year", "Teaching group", "Starting day", "Address",
    "Postcode", "Last school", "Ethnicity", "SEN status", "FSM", "Looked after",
    *(
        f"Contact {number} {part}"
        for number in (1, 2, 3)
        for part in (
            "name", "relationship", "telephone", "e-mail", "lives with", "parental responsibility", "address",
            "postcode",
        )
    ),
)  # fmt: skip


_BY_HEADING = {
    fold(spelling): name for name, (_, spellings) in _table(_FIELDS).items() for spelling in spellings
}
_BY_PART = {"": "name"} | {
    fold(spelling): part for part, (_, spellings) in _table(_CONTACT_PARTS).items() for spelling in spellings
}


def meaning(heading: str) -> str | None:
    """The field a heading means, contacts as `contact_1_name`; None for one that is not known."""
    folded = fold(heading)
    if folded in _BY_HEADING:
        return _BY_HEADING[folded]
    number, rest = _contact_of(folded)
    part = _BY_PART.get(rest) if rest is not None else None
    return f"contact_{number}_{part}" if part and number <= CONTACT_LIMIT else None


def _contact_of(folded: str) -> tuple[int, str | None]:
    if found := _NUMBER_FIRST.match(folded):
        return int(found[1]), found[2] or ""
    if (found := _NUMBER_LAST.match(folded)) and found[1] in _BY_PART:
        return int(found[2]), found[1]
    if found := _NO_NUMBER.match(folded):
        return 1, found[1] or ""
    return 0, None


def proposed(cells: Sequence[str]) -> dict[int, str]:
    """The field each column is taken for by its heading; of two columns for one field the first."""
    return {columns[0]: name for name, columns in _columns(cells).items()}


def recognise(cells: Sequence[str]) -> dict[str, int]:
    """Which column holds what.

    Errors: Unreadable when two columns mean the same, or one that every pupil needs is missing.
    """
    found = _columns(cells)
    for name, columns in found.items():
        if len(columns) > 1:
            named = " and ".join(f"“{cells[place].strip()}”" for place in columns)
            raise Unreadable(
                f"Two columns are both the {FIELD_WORDS[name].lower()}: {named}. "
                "Remove or rename one of them, so that it is clear which one counts."
            )
    _refuse_missing(found)
    return {name: columns[0] for name, columns in found.items()}


def _columns(cells: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, heading in enumerate(cells):
        name = meaning(heading)
        if name is not None:
            found.setdefault(name, []).append(place)
    _second_telephones(found, cells)
    _plain_names(found)
    return found


def _second_telephones(found: dict[str, list[int]], cells: Sequence[str]) -> None:
    """Telephone and mobile of one contact: the first is the first number, the next the second, more are left out."""
    for number in range(1, CONTACT_LIMIT + 1):
        first, second = f"contact_{number}_telephone", f"contact_{number}_other_telephone"
        columns = found.pop(first, []) + found.pop(second, [])
        # Two columns of one heading are a mistake, not two numbers.
        if len({fold(cells[place]) for place in columns}) < len(columns):
            found[first] = columns
            continue
        found |= {name: [place] for name, place in zip((first, second), columns, strict=False)}


def _plain_names(found: dict[str, list[int]]) -> None:
    """A plain "Surname" is the legal one, unless a legal one is there too: then it is the one used at school."""
    for plain in ("surname", "forename"):
        legal, preferred = f"legal_{plain}", f"preferred_{plain}"
        columns = found.pop(plain, [])
        if not columns:
            continue
        if legal not in found:
            found[legal] = columns
        elif preferred not in found:
            found[preferred] = columns


# What the columns of a pupil file can be taken for; a plain surname or first name has become one of the others.
_DATES = ("born_on", "starting_day", "leaving_day", "agreed_on")
REQUIRED = ("legal_surname", "legal_forename", "sex", "born_on", "group")
FIELDS: tuple[Field, ...] = tuple(
    Field(name, words, is_required=name in REQUIRED, is_date=name in _DATES)
    for name, words in FIELD_WORDS.items()
    if name not in ("surname", "forename")
)
_REQUIRED_WORDS = {"legal_surname": "Surname", "legal_forename": "Forename"}


def _refuse_missing(places: Iterable[str]) -> None:
    present = set(places)
    missing = [_REQUIRED_WORDS.get(name) or FIELD_WORDS[name] for name in REQUIRED if name not in present]
    if not missing:
        return
    if len(missing) == len(REQUIRED):
        raise Unreadable(
            "No headings were recognised in the first lines. The first line must name the columns: "
            "Surname, Forename, Sex, Date of birth and Teaching group at least."
        )
    what = f"The column {missing[0]} is" if len(missing) == 1 else f"The columns {', '.join(missing)} are"
    raise Unreadable(
        f"{what} missing. Every pupil needs a surname, forename, sex, date of birth and teaching group."
    )
