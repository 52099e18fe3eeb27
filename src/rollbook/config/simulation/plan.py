"""What an invented school is made of before it is in a database. People are known by their place in the lists."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from rollbook.apps.registers.actions.past import PastPlan, PastSave
from rollbook.config.simulation.terms import YearDates
from rollbook.domain.access import Role
from rollbook.domain.calendar import DayTimes, SchoolCalendar


@dataclass(frozen=True)
class SchoolFacts:
    """A school's own particulars."""

    name: str
    urn: str
    dfe_number: str
    phase: str
    legal_type: str
    address: str
    telephone: str
    email: str
    local_authority: str = "Birmingham"


@dataclass(frozen=True)
class StaffMember:
    """Somebody who signs in. `email` is the part before the @."""

    name: str
    email: str
    position: str
    roles: tuple[Role, ...]
    first_day: date
    last_day: date | None = None


@dataclass(frozen=True)
class GroupPlan:
    """A teaching group of one academic year."""

    name: str
    room: str
    teacher: int
    year_group: int
    first_day: date
    last_day: date | None


@dataclass
class PupilPlan:
    """A pupil. `cohort` is the year in which those of their age begin the school's first year group."""

    forename: str
    surname: str
    middle_names: str
    sex: str
    born_on: date
    upn: str
    admission_number: str
    ethnicity: str
    cohort: int
    letter: str
    family: int
    first_day: date
    last_day: date | None = None
    legal_forename: str = ""
    last_school_name: str = ""
    last_school_address: str = ""
    sen_status: str = "N"
    is_fsm: bool = False
    is_looked_after: bool = False
    has_child_protection_plan: bool = False
    is_child_in_need: bool = False
    social_worker: str = ""
    virtual_school: str = ""
    medical_note: str = ""
    transport: str = ""
    interpreter_language: str = ""
    home_local_authority: str = "Birmingham"
    commissioning_local_authority: str = ""


@dataclass(frozen=True)
class ParentPlan:
    """A parent or another adult the school rings."""

    title: str
    forename: str
    surname: str
    address: str
    postcode: str
    email: str
    telephone: str
    other_telephone: str


@dataclass(frozen=True)
class ContactPlan:
    """What an adult is to a pupil."""

    pupil: int
    parent: int
    priority: int
    relationship: str
    is_parent: bool = True
    has_parental_responsibility: bool = True
    lives_with: bool = True


@dataclass(frozen=True)
class MembershipPlan:
    """A pupil's time in a group."""

    pupil: int
    group: int
    first_day: date
    last_day: date | None


@dataclass(frozen=True)
class ReviewPlan:
    """What a review found, and when the next one is."""

    on: date
    note: str
    next_review_on: date
    at: datetime
    key: UUID


@dataclass(frozen=True)
class SupportPlan:
    """What was done for a pupil. `owner` is a place among the staff; the last four are empty while it goes on."""

    pupil: int
    kind: str
    title: str
    why: str
    aim: str
    first_day: date
    first_review_on: date
    owner: int
    key: UUID
    started_at: datetime
    reviews: tuple[ReviewPlan, ...]
    last_day: date | None
    ended_at: datetime | None
    outcome: str
    ended_because: str


@dataclass
class SchoolPlan:
    """A whole invented school, ready to be loaded."""

    facts: SchoolFacts
    years: tuple[YearDates, ...]
    day_times: tuple[DayTimes, ...]
    calendar: SchoolCalendar
    staff: list[StaffMember] = field(default_factory=list)
    groups: list[GroupPlan] = field(default_factory=list)
    pupils: list[PupilPlan] = field(default_factory=list)
    parents: list[ParentPlan] = field(default_factory=list)
    contacts: list[ContactPlan] = field(default_factory=list)
    memberships: list[MembershipPlan] = field(default_factory=list)
    planned: list[PastPlan] = field(default_factory=list)
    saves: list[PastSave] = field(default_factory=list)
    supports: list[SupportPlan] = field(default_factory=list)
