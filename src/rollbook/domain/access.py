"""Who may do what: roles, permissions, and whose hand may set which attendance code."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from rollbook.domain.code_types import Setter
from rollbook.domain.spans import Span


class Role(StrEnum):
    """Which of the policy's roles does a person hold?"""

    HEAD_TEACHER = "head_teacher"
    SENIOR_ATTENDANCE_CHAMPION = "senior_attendance_champion"
    ATTENDANCE_OFFICER = "attendance_officer"
    PASTORAL_LEAD = "pastoral_lead"
    SENCO = "senco"
    CLASS_TEACHER = "class_teacher"
    OFFICE = "office"
    GOVERNOR = "governor"
    ADMINISTRATOR = "administrator"
    TRUST_LEAD = "trust_lead"
    INSPECTOR = "inspector"

    @property
    def words(self) -> str:
        """The role as the policy names it."""
        return _ROLE_WORDS[self]


_ROLE_WORDS: Mapping[Role, str] = MappingProxyType(
    {
        Role.HEAD_TEACHER: "Head teacher",
        Role.SENIOR_ATTENDANCE_CHAMPION: "Senior attendance champion",
        Role.ATTENDANCE_OFFICER: "Attendance officer",
        Role.PASTORAL_LEAD: "Pastoral lead",
        Role.SENCO: "SENCO",
        Role.CLASS_TEACHER: "Class teacher",
        Role.OFFICE: "School office",
        Role.GOVERNOR: "Governor",
        Role.ADMINISTRATOR: "Administrator",
        Role.TRUST_LEAD: "Trust attendance lead",
        Role.INSPECTOR: "Inspector",
    }
)


class Permission(StrEnum):
    """What may be done? Everything that is not permitted is refused."""

    REGISTER_TAKE_OWN = "register.take_own"
    REGISTER_TAKE_ANY = "register.take_any"
    REGISTER_AMEND = "register.amend"
    BOARD_VIEW = "board.view"
    BOARD_TOTALS = "board.totals"
    ARRIVALS_SIGN_IN = "arrivals.sign_in"
    PUPIL_VIEW_OWN = "pupil.view_own"
    PUPIL_VIEW_ANY = "pupil.view_any"
    PUPIL_EDIT = "pupil.edit"
    ROLL_IMPORT = "roll.import"
    PLANNED_RECORD = "planned.record"
    CALENDAR_MANAGE = "calendar.manage"
    GROUPS_MANAGE = "groups.manage"
    CLOSURE_DECLARE = "closure.declare"
    STAFF_MANAGE = "staff.manage"
    AUDIT_VIEW = "audit.view"
    REGISTERS_EXPORT = "registers.export"
    SCHOOL_VIEW = "school.view"
    ACTIVITIES_RECORD = "activities.record"
    TIMETABLES_DRAFT = "timetables.draft"
    TIMETABLES_AGREE = "timetables.agree"
    SUSPENSIONS_RECORD = "suspensions.record"
    ROLLCALL_TAKE = "rollcall.take"
    KIOSK_MANAGE = "kiosk.manage"
    ROLL_PROPOSE_REMOVAL = "roll.propose_removal"
    ROLL_APPROVE_REMOVAL = "roll.approve_removal"
    MARKS_IMPORT = "marks.import"
    QUALITY_VIEW = "quality.view"
    KEEPING_VIEW = "keeping.view"
    KEEPING_PURGE = "keeping.purge"
    TRUST_VIEW = "trust.view"
    MEASURES_VIEW = "measures.view"
    MEASURES_TOTALS = "measures.totals"
    FIGURES_KEEP = "figures.keep"
    SUPPORT_RECORD = "support.record"
    ABSENCE_RECORD = "absence.record"
    CONTACT_RECORD = "contact.record"
    WELFARE_VIEW = "welfare.view"
    LEAVE_RECORD = "leave.record"
    LEAVE_DECIDE = "leave.decide"
    ILLNESS_DECIDE = "illness.decide"
    RETURNS_SEND = "returns.send"
    DUTIES_VIEW = "duties.view"
    POLICY_KEPT_VIEW = "policy_kept.view"
    POLICY_KEPT_OPEN = "policy_kept.open"
    JOBS_VIEW = "jobs.view"
    POST_VIEW = "post.view"


_P = Permission

_PASTORAL_LEAD = frozenset(
    {
        _P.REGISTER_TAKE_ANY,
        _P.REGISTER_AMEND,
        _P.BOARD_VIEW,
        _P.BOARD_TOTALS,
        _P.ARRIVALS_SIGN_IN,
        _P.PUPIL_VIEW_ANY,
        _P.PLANNED_RECORD,
        _P.REGISTERS_EXPORT,
        _P.SCHOOL_VIEW,
        _P.ACTIVITIES_RECORD,
        _P.TIMETABLES_DRAFT,
        _P.SUSPENSIONS_RECORD,
        _P.ROLLCALL_TAKE,
        _P.QUALITY_VIEW,
        _P.MEASURES_VIEW,
        _P.MEASURES_TOTALS,
        _P.FIGURES_KEEP,
        _P.SUPPORT_RECORD,
        _P.ABSENCE_RECORD,
        _P.CONTACT_RECORD,
        _P.WELFARE_VIEW,
        _P.LEAVE_RECORD,
        _P.DUTIES_VIEW,
        _P.POST_VIEW,
    }
)
# The office runs the registers; what becomes of the figures is the work of those who lead on attendance.
_NOT_OF_THE_OFFICE = {
    _P.TIMETABLES_DRAFT,
    _P.SUSPENSIONS_RECORD,
    _P.MEASURES_VIEW,
    _P.MEASURES_TOTALS,
    _P.FIGURES_KEEP,
    _P.SUPPORT_RECORD,
    _P.WELFARE_VIEW,
}
_OFFICE = (_PASTORAL_LEAD - _NOT_OF_THE_OFFICE) | {
    _P.PUPIL_EDIT,
    _P.ROLL_IMPORT,
    _P.GROUPS_MANAGE,
    _P.KIOSK_MANAGE,
    _P.ROLL_PROPOSE_REMOVAL,
}
_ATTENDANCE_OFFICER = (
    _OFFICE
    | _PASTORAL_LEAD
    | {
        _P.CALENDAR_MANAGE,
        _P.AUDIT_VIEW,
        _P.MARKS_IMPORT,
        _P.KEEPING_VIEW,
        _P.RETURNS_SEND,
        _P.POLICY_KEPT_VIEW,
        _P.POLICY_KEPT_OPEN,
        _P.JOBS_VIEW,
    }
)
_HEAD_TEACHER = _ATTENDANCE_OFFICER | {
    _P.CLOSURE_DECLARE,
    _P.STAFF_MANAGE,
    _P.TIMETABLES_AGREE,
    _P.ROLL_APPROVE_REMOVAL,
    _P.KEEPING_PURGE,
    _P.LEAVE_DECIDE,
    _P.ILLNESS_DECIDE,
}

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.HEAD_TEACHER: _HEAD_TEACHER,
        Role.SENIOR_ATTENDANCE_CHAMPION: _HEAD_TEACHER,
        Role.ATTENDANCE_OFFICER: _ATTENDANCE_OFFICER,
        Role.PASTORAL_LEAD: _PASTORAL_LEAD,
        Role.SENCO: frozenset(
            {
                _P.BOARD_VIEW,
                _P.BOARD_TOTALS,
                _P.PUPIL_VIEW_ANY,
                _P.PLANNED_RECORD,
                _P.SCHOOL_VIEW,
                _P.ACTIVITIES_RECORD,
                _P.TIMETABLES_DRAFT,
                _P.ROLLCALL_TAKE,
                _P.MEASURES_VIEW,
                _P.MEASURES_TOTALS,
                _P.FIGURES_KEEP,
                _P.SUPPORT_RECORD,
                _P.CONTACT_RECORD,
                _P.WELFARE_VIEW,
                _P.DUTIES_VIEW,
            }
        ),
        Role.CLASS_TEACHER: frozenset(
            {_P.REGISTER_TAKE_OWN, _P.PUPIL_VIEW_OWN, _P.SCHOOL_VIEW, _P.ROLLCALL_TAKE, _P.DUTIES_VIEW}
        ),
        Role.OFFICE: _OFFICE,
        Role.GOVERNOR: frozenset(
            {_P.BOARD_TOTALS, _P.SCHOOL_VIEW, _P.MEASURES_TOTALS, _P.FIGURES_KEEP, _P.POLICY_KEPT_VIEW}
        ),
        Role.ADMINISTRATOR: frozenset(
            {
                _P.STAFF_MANAGE,
                _P.CALENDAR_MANAGE,
                _P.GROUPS_MANAGE,
                _P.ROLL_IMPORT,
                _P.AUDIT_VIEW,
                _P.SCHOOL_VIEW,
                _P.KEEPING_VIEW,
                _P.JOBS_VIEW,
            }
        ),
        # Looks at every school of the trust and changes nothing in any of them.
        Role.TRUST_LEAD: frozenset(
            {
                _P.BOARD_VIEW,
                _P.BOARD_TOTALS,
                _P.PUPIL_VIEW_ANY,
                _P.REGISTERS_EXPORT,
                _P.SCHOOL_VIEW,
                _P.QUALITY_VIEW,
                _P.KEEPING_VIEW,
                _P.TRUST_VIEW,
                _P.MEASURES_VIEW,
                _P.MEASURES_TOTALS,
            }
        ),
        # Both registers must be open to inspection, with extracts (domain.md 1.7); each page opened is in the log.
        Role.INSPECTOR: frozenset({_P.PUPIL_VIEW_ANY, _P.REGISTERS_EXPORT, _P.SCHOOL_VIEW}),
    }
)

# A school gives its people roles; these come from elsewhere: a trust's lead from the trust.
GIVEN_BY_A_SCHOOL: tuple[Role, ...] = tuple(role for role in Role if role is not Role.TRUST_LEAD)

# An inspector's access ends by itself.
LONGEST_INSPECTION_DAYS = 31

_TEACHER_HAND = frozenset({Setter.TEACHER})
_OFFICE_HAND = _TEACHER_HAND | {Setter.OFFICE}
_ATTENDANCE_HAND = _OFFICE_HAND | {Setter.ATTENDANCE}
_HEAD_HAND = _ATTENDANCE_HAND | {Setter.HEAD}
_NO_HAND: frozenset[Setter] = frozenset()

ROLE_SETTERS: Mapping[Role, frozenset[Setter]] = MappingProxyType(
    {
        Role.HEAD_TEACHER: _HEAD_HAND,
        Role.SENIOR_ATTENDANCE_CHAMPION: _HEAD_HAND,
        Role.ATTENDANCE_OFFICER: _ATTENDANCE_HAND,
        Role.PASTORAL_LEAD: _ATTENDANCE_HAND,
        Role.SENCO: _ATTENDANCE_HAND,
        Role.CLASS_TEACHER: _TEACHER_HAND,
        Role.OFFICE: _OFFICE_HAND,
        Role.GOVERNOR: _NO_HAND,
        Role.ADMINISTRATOR: _NO_HAND,
        Role.TRUST_LEAD: _NO_HAND,
        Role.INSPECTOR: _NO_HAND,
    }
)


@dataclass(frozen=True, slots=True)
class Appointment:
    """Which role does a person hold at which school, under what title, from when to when?"""

    role: Role
    position: str
    school_id: int
    span: Span


@dataclass(frozen=True, slots=True)
class Actor:
    """Who writes: the name and position that stay on the record as they were at the time."""

    user_id: int | None
    name: str
    position: str

    @property
    def person_id(self) -> int:
        """Which person is it? Errors: ValueError for the program itself, which makes no statutory record."""
        if self.user_id is None:
            raise ValueError("Only a person may write a statutory record.")
        return self.user_id


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking, from which school, in which roles today?

    `calendar_version` is the edition of the school's calendar and settings that this look goes by.
    """

    user_id: int
    name: str
    email: str
    school_id: int
    school_name: str
    roles: frozenset[Role]
    position: str
    appointments: tuple[Appointment, ...] = ()
    calendar_version: int = 1

    def may(self, permission: Permission) -> bool:
        """Does any of the roles held today permit this?"""
        return any(permission in ROLE_PERMISSIONS[role] for role in self.roles)

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything the roles held today permit."""
        return frozenset[Permission]().union(*(ROLE_PERMISSIONS[role] for role in self.roles))

    @property
    def setters(self) -> frozenset[Setter]:
        """As whose hand may this person set attendance codes?"""
        return _NO_HAND.union(*(ROLE_SETTERS[role] for role in self.roles))

    @property
    def actor(self) -> Actor:
        """The same person as the writer of a record."""
        return Actor(self.user_id, self.name, self.position)
