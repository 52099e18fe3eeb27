"""What people write on registers: notes, reasons, explanations. No private details, as on any register."""

from random import Random
from typing import Final

NOTES: Final[dict[str, tuple[str, ...]]] = {
    "V": (
        "Science museum with group staff",
        "Canal boat day with group staff",
        "Botanical gardens, with group staff",
        "Theatre matinee with the drama teacher",
        "Farm visit with group staff",
    ),
    "P": ("Area football tournament", "Swimming gala at the leisure centre", "Inter-school athletics"),
    "W": (
        "Work experience at a garden centre",
        "Work experience at a café",
        "Work experience at a bicycle workshop",
    ),
    "B": (
        "Motor vehicle course at college",
        "Horticulture course at the community farm",
        "Catering course at college",
    ),
    "K": ("Hospital teaching service", "Home tuition arranged by the local authority"),
    "I": (
        "Illness, parent rang",
        "Illness, parent rang again",
        "Illness, grandparent rang",
    ),
    "M": ("Dentist", "Hospital appointment", "Optician", "Clinic appointment", "Orthodontist"),
    "R": ("Religious observance",),
    "S": ("Study leave for examinations",),
    "T": ("Travelling with parent for work",),
    "E": ("Suspension; the family have the letter",),
    "C": ("Leave granted by the head teacher",),
    "C1": ("Licensed performance",),
    "J1": ("Interview for a college place",),
    "C2": ("Part-time timetable, see the review date",),
    "G": ("Holiday that was not granted",),
}
# A trip is a trip with staff in charge, and the authority's provision has a provider, or they would be other codes.
PROVIDERS: Final[dict[str, str]] = {"K": "Local authority teaching service"}
SUPERVISORS: Final[dict[str, str]] = {"V": "Group staff"}
ORIGINS: Final[dict[str, str]] = {
    "I": "telephone",
    "M": "telephone",
    "V": "activity",
    "P": "activity",
    "W": "activity",
    "B": "activity",
    "K": "school",
    "C2": "school",
    "E": "school",
    "G": "letter",
}
"""Where what is known beforehand comes from; leave for everything else."""

FOUND_OUT: Final[dict[str, tuple[str, ...]]] = {
    "I": (
        "Mother rang back: a sickness bug",
        "Parent answered the second call: unwell since last night",
        "Father e-mailed: temperature, back when well",
        "Text from parent: migraine",
        "Spoke to parent: bad cold",
    ),
    "M": (
        "Appointment card shown",
        "Mother rang: hospital appointment this morning",
        "Parent e-mailed: dentist",
    ),
    "G": (
        "Family away; leave had been refused",
        "Grandmother says the family are abroad; no leave was asked for",
    ),
    "O": (
        "No reason given after calls to all contacts",
        "Parent gave no reason that the school can accept",
        "Home visit: at home without a reason",
        "Reason not given within five school days",
    ),
}
WHY_LATE: Final = ("Bus late", "Overslept", "Traffic", "Taxi late", "Missed the bus", "Helping at home", "")
SENT_HOME: Final = "Sent home unwell"


def note_for(code: str, draw: Random) -> str:
    """A note that belongs to a code."""
    return draw.choice(NOTES[code])
