"""The admission register, as pages, registers and commands ask for it."""

from rollbook.apps.roll.models import Pupil
from rollbook.apps.roll.queries.on_roll import (
    Enrolled,
    RollPupil,
    enrolments_of,
    group_of_pupil,
    pupil_of,
    pupils_of_group,
    pupils_on_roll,
    without_group,
)

__all__ = [
    "Enrolled",
    "Pupil",
    "RollPupil",
    "enrolments_of",
    "group_of_pupil",
    "pupil_of",
    "pupils_of_group",
    "pupils_on_roll",
    "without_group",
]
