"""The parts in which a pupil's entry is shown and changed, and which of them few may see."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SectionOfEntry:
    """A part of a pupil's entry that is changed on a page of its own."""

    title: str
    fields: tuple[str, ...]
    is_private: bool = False
    intro: str = ""


_SEEN_BY = "Seen by the office, attendance officer, pastoral lead, SENCO and head teacher; not by teachers."

SECTIONS: Mapping[str, SectionOfEntry] = {
    "names": SectionOfEntry(
        "Names and numbers",
        (
            *("legal_surname", "legal_forename", "middle_names", "surname", "forename"),
            *("sex", "born_on", "year_offset", "upn", "admission_number"),
        ),
    ),
    "address": SectionOfEntry("Address", ("address", "postcode")),
    "school": SectionOfEntry("School last attended", ("last_school_name", "last_school_address")),
    "needs": SectionOfEntry(
        "Needs and arrangements",
        ("sen_status", "medical_note", "transport", "interpreter_language"),
        is_private=True,
        intro=_SEEN_BY,
    ),
    "care": SectionOfEntry(
        "Background and care",
        (
            *("ethnicity", "is_fsm", "is_looked_after", "has_child_protection_plan", "is_child_in_need"),
            *("social_worker", "youth_offending_worker", "virtual_school"),
            *("home_local_authority", "commissioning_local_authority"),
        ),
        is_private=True,
        intro=_SEEN_BY,
    ),
}
