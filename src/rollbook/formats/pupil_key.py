"""By which a row of any file names a pupil: UPN, admission number, or name and date of birth."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rollbook.domain.roll import upn_problem
from rollbook.formats.tables import Cells, Field, values

FIELDS: tuple[Field, ...] = (
    Field("upn", "Pupil’s UPN", ("UPN", "Pupil UPN", "Unique Pupil Number", "Student UPN", "UPN number")),
    Field(
        "admission_number",
        "Pupil’s admission number",
        ("Admission number", "Adno", "Adm no", "Admission no", "Admno", "Pupil number", "Adm number"),
    ),
    Field(
        "pupil_surname",
        "Pupil’s surname",
        ("Pupil surname", "Student surname", "Legal surname", "Child surname", "Pupil last name", "Student last name",
         "Pupil legal surname", "Student legal surname"),
    ),
    Field(
        "pupil_forename",
        "Pupil’s first name",
        ("Pupil forename", "Student forename", "Legal forename", "Child forename", "Pupil first name",
         "Student first name", "Pupil legal forename", "Student legal forename"),
    ),
    Field(
        "born_on",
        "Pupil’s date of birth",
        ("DOB", "Date of birth", "Birth date", "D O B", "Pupil DOB", "Pupil date of birth", "Student DOB",
         "Student date of birth"),
        is_date=True,
    ),
)  # fmt: skip
NAMED_BY = ("pupil_surname", "pupil_forename")


@dataclass(frozen=True, slots=True)
class PupilKey:
    """What a row says of which pupil it is about; empty where it doesn't."""

    upn: str = ""
    admission_number: str = ""
    surname: str = ""
    forename: str = ""
    born_on: date | None = None


def says_which_pupil(taken: Sequence[str]) -> bool:
    """Do these fields tell one pupil from another?"""
    held = set(taken)
    return bool(held & {"upn", "admission_number"}) or held >= {"pupil_surname", "pupil_forename", "born_on"}


def pupil_key(row: Cells) -> PupilKey:
    """The pupil a row names; where it names none that is noted as a problem of the row."""
    key = PupilKey(
        upn=row.text("upn"),
        admission_number=row.read("admission_number", values.number(20)) or "",
        surname=row.read("pupil_surname", values.text(100)) or "",
        forename=row.read("pupil_forename", values.text(100)) or "",
        born_on=row.read("born_on", values.day),
    )
    if key.upn and (problem := upn_problem(key.upn)):
        row.refuse("upn", problem)
    has_name = key.surname and key.forename and key.born_on
    if not (key.upn or key.admission_number or has_name) and not row.has_error:
        row.refuse(
            "",
            "It doesn't say which pupil. Give the UPN, the admission number, or the name and date of birth.",
        )
    return key
