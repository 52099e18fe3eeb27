"""Whether the school keeps lesson registers: its policy chooses, from a day on."""

from datetime import date

from rollbook.apps.schools.queries import timetable
from rollbook.domain.access import Permission, Viewer

SETTING = "lesson_registers"


def are_on(viewer: Viewer, on: date) -> bool:
    """Does the school keep lesson registers on a day? No query while its settings stand as they are."""
    return bool(timetable(viewer).setting(SETTING, on))


def are_on_or_coming(viewer: Viewer, on: date) -> bool:
    """Does it, or has it chosen to from a later day? Then the timetable can be made."""
    chosen = (value for name, since, value in timetable(viewer).settings if name == SETTING and since > on)
    return are_on(viewer, on) or any(chosen)


def sees_all(viewer: Viewer) -> bool:
    """Does this viewer take any lesson and see to alerts? Others take their own lessons."""
    return viewer.may(Permission.REGISTER_TAKE_ANY)
