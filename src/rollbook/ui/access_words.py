"""What each permission lets a person do, in words for the page that refuses it."""

from collections.abc import Iterable

from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.ui.words import sentence_list

PERMISSION_WORDS: dict[Permission, str] = {
    Permission.REGISTER_TAKE_OWN: "take the registers of your own groups",
    Permission.REGISTER_TAKE_ANY: "take any group's register",
    Permission.REGISTER_AMEND: "amend a mark",
    Permission.BOARD_VIEW: "see the Today board",
    Permission.BOARD_TOTALS: "see the school's totals",
    Permission.ARRIVALS_SIGN_IN: "sign in pupils who arrive late",
    Permission.PUPIL_VIEW_OWN: "see the pupils of your own groups",
    Permission.PUPIL_VIEW_ANY: "see any pupil",
    Permission.PUPIL_EDIT: "change a pupil's details",
    Permission.ROLL_IMPORT: "import pupils",
    Permission.PLANNED_RECORD: "record an absence known beforehand",
    Permission.CALENDAR_MANAGE: "change the school calendar",
    Permission.GROUPS_MANAGE: "change teaching groups and who takes them",
    Permission.CLOSURE_DECLARE: "declare a closure",
    Permission.STAFF_MANAGE: "give staff their roles",
    Permission.AUDIT_VIEW: "read the audit log",
    Permission.REGISTERS_EXPORT: "export registers",
    Permission.SCHOOL_VIEW: "see the school's calendar and code meanings",
    Permission.ACTIVITIES_RECORD: "record trips, off-site activities and dual registration",
    Permission.TIMETABLES_DRAFT: "prepare a part-time timetable",
    Permission.TIMETABLES_AGREE: "agree a part-time timetable",
    Permission.SUSPENSIONS_RECORD: "record a suspension",
    Permission.ROLLCALL_TAKE: "take part in a roll call",
    Permission.KIOSK_MANAGE: "set up the sign-in screen",
    Permission.ROLL_PROPOSE_REMOVAL: "propose that a pupil is removed from the roll",
    Permission.ROLL_APPROVE_REMOVAL: "approve that a pupil is removed from the roll",
    Permission.MARKS_IMPORT: "import marks of past years",
    Permission.QUALITY_VIEW: "see what is missing or contradictory in the registers",
    Permission.KEEPING_VIEW: "see back-ups and how long entries are kept",
    Permission.KEEPING_PURGE: "remove entries that need no longer be kept",
    Permission.TRUST_VIEW: "see the schools of a trust side by side",
    Permission.MEASURES_VIEW: "see attendance figures with the pupils behind them",
    Permission.MEASURES_TOTALS: "see the school's attendance figures",
    Permission.FIGURES_KEEP: "keep views of the figures and take them out as files",
    Permission.SUPPORT_RECORD: "see and record support for pupils' attendance",
    Permission.ABSENCE_RECORD: "take parents' calls about absence",
    Permission.CONTACT_RECORD: "see who is missing without a reason and record calls home",
    Permission.WELFARE_VIEW: "see notes about a pupil's welfare",
    Permission.LEAVE_RECORD: "record a request for leave",
    Permission.LEAVE_DECIDE: "decide about leave",
    Permission.ILLNESS_DECIDE: "decide whether an illness is accepted",
    Permission.RETURNS_SEND: "send returns to the local authority",
    Permission.DUTIES_VIEW: "see what is to be done",
    Permission.POLICY_KEPT_VIEW: "see whether the policy is kept",
    Permission.POLICY_KEPT_OPEN: "see each occasion behind the figures of the policy",
    Permission.JOBS_VIEW: "see the work in the background",
    Permission.POST_VIEW: "see the messages that were sent",
}


def permission_words(permissions: Iterable[Permission]) -> str:
    """`amend a mark or import pupils`: what any one of these permissions would allow."""
    wanted = set(permissions)
    return sentence_list(
        [words for permission, words in PERMISSION_WORDS.items() if permission in wanted], "or"
    )


def roles_that_may(permissions: Iterable[Permission]) -> list[Role]:
    """Which roles hold at least one of these permissions, in the policy's order?"""
    wanted = set(permissions)
    return [role for role, held in ROLE_PERMISSIONS.items() if held & wanted]
