"""The school's calendar, times, settings and groups: what pages and other apps may ask."""

from rollbook.apps.schools.models import School
from rollbook.apps.schools.queries.groups import Group, group_on, groups_on, natural
from rollbook.apps.schools.queries.settings import SETTING_DEFAULTS
from rollbook.apps.schools.queries.timetables import (
    Timetable,
    all_schools,
    as_day_times,
    bank_holidays,
    forget_timetables,
    school_of,
    timetable,
    timetable_of_school,
)

__all__ = [
    "SETTING_DEFAULTS",
    "Group",
    "School",
    "Timetable",
    "all_schools",
    "as_day_times",
    "bank_holidays",
    "forget_timetables",
    "group_on",
    "groups_on",
    "natural",
    "school_of",
    "timetable",
    "timetable_of_school",
]
