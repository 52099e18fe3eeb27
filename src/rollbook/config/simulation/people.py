"""Invented pupils with their parents. Nobody here exists (README.md says how that is made sure of)."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from rollbook.config.simulation import names
from rollbook.config.simulation.plan import ContactPlan, ParentPlan, PupilPlan
from rollbook.config.simulation.terms import year_dates

LOCAL_AUTHORITY_NUMBER = "999"  # none has it
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_SIBLING_SHARE = 0.16
_FSM_SHARE = {"primary": 0.25, "secondary": 0.25, "special": 0.47}
_SEN_SHARES = (82, 14, 4)

Cohorts = Mapping[int, tuple[int, ...]]
"""How many pupils are in group A, B ... of those who begin the first year group in September of each year."""


@dataclass
class Families:
    """Everybody at home, and who is what to whom."""

    parents: list[ParentPlan] = field(default_factory=list)
    contacts: list[ContactPlan] = field(default_factory=list)
    members: list[list[int]] = field(default_factory=list)
    adults: list[list[tuple[int, str, bool, bool, bool]]] = field(default_factory=list)


def pupils_and_parents(
    seed: str, phase: str, first_group: int, cohorts: Cohorts
) -> tuple[list[PupilPlan], Families]:
    """The pupils of these cohorts, oldest cohort first, with their parents in the order in which they are rung."""
    pupils: list[PupilPlan] = []
    families = Families()
    for cohort in sorted(cohorts):
        draw = Random(f"{seed}:cohort:{cohort}")  # noqa: S311  # invented people, no secrets
        for letter, size in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", cohorts[cohort], strict=False):
            for _ in range(size):
                _add(draw, phase, first_group, cohort, letter, pupils, families)
    return pupils, families


def upn(establishment: int, allocated_in: int, serial: int) -> str:
    """A sound UPN of an authority that does not exist. Shape: 13 characters, the first of them the check letter."""
    digits = f"{LOCAL_AUTHORITY_NUMBER}{establishment:04}{allocated_in % 100:02}{serial:03}"
    return _UPN_LETTERS[sum(place * int(digit) for place, digit in enumerate(digits, 2)) % 23] + digits


def plain(text: str) -> str:
    """A name as it can stand in an e-mail address: small letters a to z."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l"))
    return "".join(sign for sign in folded if "a" <= sign <= "z")


def mobile(draw: Random) -> str:
    """A mobile number that Ofcom keeps free for drama."""
    return f"07700 900{draw.randrange(1000):03}"


def landline(draw: Random) -> str:
    """A Birmingham number that Ofcom keeps free for drama."""
    return f"0121 496 0{draw.randrange(1000):03}"


def postcode(draw: Random) -> str:
    """A postcode of a district that does not exist."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    return f"B0 {draw.randrange(1, 10)}{draw.choice(letters)}{draw.choice(letters)}"


def address(draw: Random) -> str:
    """A street that does not exist, in a district that does not either."""
    street = f"{draw.choice(names.STREET_NAMES)} {draw.choice(names.STREET_KINDS)}"
    return f"{draw.randrange(1, 140)} {street}\n{draw.choice(names.DISTRICTS)}\nBirmingham"


def _add(
    draw: Random,
    phase: str,
    first_group: int,
    cohort: int,
    letter: str,
    pupils: list[PupilPlan],
    families: Families,
) -> None:
    number = len(pupils)
    sibling = _sibling(draw, cohort, pupils, families)
    if sibling is not None:
        community = next(each for each in names.COMMUNITIES if each[1] == sibling.ethnicity)
        surname, family = sibling.surname, sibling.family
    else:
        community = draw.choices(names.COMMUNITIES, [each[0] for each in names.COMMUNITIES])[0]
        surname, family = draw.choice(community[4]), len(families.members)
        families.members.append([])
    sex = draw.choices("FM", (30, 70) if phase == "special" else (49, 51))[0]
    forenames = community[2] if sex == "F" else community[3]
    taken = {each.forename for each in pupils if each.cohort == cohort and each.letter == letter}
    forename = draw.choice([each for each in forenames if each not in taken] or list(forenames))
    pupil = PupilPlan(
        forename=forename,
        surname=surname,
        middle_names=draw.choice(forenames) if draw.random() < 0.5 else "",
        sex=sex,
        born_on=_birthday(draw, cohort, first_group),
        upn=upn(4000 + number // 1000, cohort - first_group + 4, number % 1000),
        admission_number=f"{cohort % 100:02}{number + 1:04}",
        ethnicity=community[1],
        cohort=cohort,
        letter=letter,
        family=family,
        first_day=year_dates(cohort).dates.terms[0].first_day + timedelta(days=1),
        legal_forename=forename,
    )
    _add_circumstances(draw, phase, first_group, pupil, is_sibling=sibling is not None)
    pupils.append(pupil)
    families.members[family].append(number)
    if sibling is None:
        families.adults.append(_adults(draw, pupil, families.parents))
    for priority, (parent, relationship, is_parent, responsible, lives) in enumerate(
        families.adults[family], 1
    ):
        families.contacts.append(
            ContactPlan(number, parent, priority, relationship, is_parent, responsible, lives)
        )


def _sibling(draw: Random, cohort: int, pupils: list[PupilPlan], families: Families) -> PupilPlan | None:
    if not pupils or draw.random() > _SIBLING_SHARE:
        return None
    other = draw.choice(pupils)
    at_home = [pupils[member].cohort for member in families.members[other.family]]
    # Two years apart at least: so no two of a family are born within a few weeks.
    is_fit = not other.is_looked_after and len(at_home) < 3 and max(at_home) <= cohort - 2
    return other if is_fit else None


def _birthday(draw: Random, cohort: int, first_group: int) -> date:
    """A day that puts the pupil into the first year group in September of the cohort's year."""
    first = date(cohort - first_group - 5, 9, 1)
    return first + timedelta(days=draw.randrange(365))


def _add_circumstances(
    draw: Random, phase: str, first_group: int, pupil: PupilPlan, *, is_sibling: bool
) -> None:
    if first_group > 0:
        school = draw.choice(names.SCHOOL_TREES)
        pupil.last_school_name = f"{school} Primary School"
        street, district = draw.choice(names.STREET_NAMES), draw.choice(names.DISTRICTS)
        pupil.last_school_address = f"{street} Road, {district}, Birmingham"
    else:
        pupil.last_school_name = "None"
    pupil.is_fsm = draw.random() < _FSM_SHARE[phase]
    if phase == "special":
        pupil.sen_status = "E"
        pupil.transport = draw.choice(names.ROUTES)
        pupil.commissioning_local_authority = "Birmingham" if draw.random() < 0.85 else "Solihull"
        pupil.home_local_authority = pupil.commissioning_local_authority
    else:
        pupil.sen_status = draw.choices("NKE", _SEN_SHARES)[0]
    if draw.random() < 0.08:
        pupil.medical_note = draw.choice(names.MEDICAL_NOTES)
    if not is_sibling and draw.random() < (0.05 if phase == "special" else 0.008):
        pupil.is_looked_after = True
        pupil.social_worker = f"{_adult_name(draw)}, {landline(draw)}"
        pupil.virtual_school = f"{pupil.home_local_authority} Virtual School"
    elif draw.random() < 0.03:
        pupil.is_child_in_need = True
        pupil.has_child_protection_plan = draw.random() < 0.3
        pupil.social_worker = f"{_adult_name(draw)}, {landline(draw)}"
    if pupil.ethnicity not in {"WBRI", "BCRB", "MWBC"} and draw.random() < 0.08:
        languages = {"APKN": "Urdu", "AIND": "Panjabi", "ABAN": "Bengali", "BAFR": "Somali", "WOTH": "Polish"}
        pupil.interpreter_language = languages.get(pupil.ethnicity, "Arabic")


def _adult_name(draw: Random) -> str:
    community = draw.choices(names.COMMUNITIES, [each[0] for each in names.COMMUNITIES])[0]
    return f"{draw.choice(draw.choice(names.PARENT_FORENAMES))} {draw.choice(community[4])}"


def _adults(
    draw: Random, pupil: PupilPlan, parents: list[ParentPlan]
) -> list[tuple[int, str, bool, bool, bool]]:
    """The adults of a home. Shape: (parent, relationship, is parent, has responsibility, lives with), in order."""
    home, code = address(draw), postcode(draw)
    if pupil.is_looked_after:
        carer = _parent(draw, draw.randrange(2), draw.choice(names.COMMUNITIES[0][4]), home, code, parents)
        return [(carer, "Foster carer", True, False, True)]
    first, second = (0, 1) if draw.random() < 0.8 else (1, 0)
    words = ("Mother", "Father")
    adults = [(_parent(draw, first, pupil.surname, home, code, parents), words[first], True, True, True)]
    if draw.random() < 0.78:
        together = draw.random() < 0.62
        place = (home, code) if together else (address(draw), postcode(draw))
        adults.append(
            (_parent(draw, second, pupil.surname, *place, parents), words[second], True, True, together)
        )
    if draw.random() < 0.35:
        grandparent = draw.randrange(2)
        place = (address(draw), postcode(draw))
        who = _parent(draw, grandparent, pupil.surname, *place, parents)
        adults.append((who, ("Grandmother", "Grandfather")[grandparent], False, False, False))
    return adults


def _parent(draw: Random, sex: int, surname: str, home: str, code: str, parents: list[ParentPlan]) -> int:
    forename = draw.choice(names.PARENT_FORENAMES[sex])
    number = len(parents)
    parents.append(
        ParentPlan(
            title="Mr" if sex else draw.choice(("Mrs", "Ms", "Miss")),
            forename=forename,
            surname=surname,
            address=home,
            postcode=code,
            email=f"{plain(forename)}.{plain(surname)}.{number + 1}@example.org"
            if draw.random() < 0.9
            else "",
            telephone=mobile(draw),
            other_telephone=landline(draw) if draw.random() < 0.3 else "",
        )
    )
    return number
