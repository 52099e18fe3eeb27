"""The admission register, as pages, registers and commands ask for it."""

from rollbook.apps.roll.models import Pupil
from rollbook.apps.roll.queries.identities import Identity, identities
from rollbook.apps.roll.queries.on_roll import (
    Enrolled,
    GroupPupil,
    OnRoll,
    RollPupil,
    enrolments_of,
    everyone_on_roll,
    group_of_pupil,
    pupil_of,
    pupils_of_group,
    pupils_of_group_between,
    pupils_on_roll,
    without_group,
)

__all__ = [
    "Enrolled",
    "GroupPupil",
    "Identity",
    "OnRoll",
    "Pupil",
    "RollPupil",
    "enrolments_of",
    "everyone_on_roll",
    "group_of_pupil",
    "identities",
    "pupil_of",
    "pupils_of_group",
    "pupils_of_group_between",
    "pupils_on_roll",
    "without_group",
]
