"""Who may do what, written out by hand for each role; everything else is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.domain.access import (
    ROLE_PERMISSIONS,
    ROLE_SETTERS,
    Actor,
    Appointment,
    Permission,
    Role,
    Viewer,
)
from rollbook.domain.codes import Setter
from rollbook.domain.spans import Span

_EVERY_OFFICE = (
    "register.take_any register.amend board.view board.totals arrivals.sign_in pupil.view_any planned.record "
    "registers.export school.view activities.record rollcall.take quality.view absence.record contact.record "
    "leave.record duties.view post.view"
)
_OFFICE = f"{_EVERY_OFFICE} pupil.edit roll.import groups.manage kiosk.manage roll.propose_removal"
_MEASURES = "measures.view measures.totals"
_PASTORAL = f"timetables.draft suspensions.record {_MEASURES} figures.keep support.record welfare.view"
_OFFICER = (
    f"{_OFFICE} calendar.manage audit.view marks.import keeping.view returns.send policy_kept.view policy_kept.open "
    f"jobs.view {_PASTORAL}"
)
_HEAD = (
    f"{_OFFICER} closure.declare staff.manage timetables.agree roll.approve_removal keeping.purge leave.decide "
    "illness.decide"
)

PERMISSIONS = {
    Role.CLASS_TEACHER: "register.take_own pupil.view_own school.view rollcall.take duties.view",
    Role.OFFICE: _OFFICE,
    Role.ATTENDANCE_OFFICER: _OFFICER,
    Role.PASTORAL_LEAD: f"{_EVERY_OFFICE} {_PASTORAL}",
    Role.SENCO: (
        "board.view board.totals pupil.view_any planned.record school.view activities.record timetables.draft "
        f"rollcall.take {_MEASURES} figures.keep support.record contact.record welfare.view duties.view"
    ),
    Role.HEAD_TEACHER: _HEAD,
    Role.SENIOR_ATTENDANCE_CHAMPION: _HEAD,
    Role.GOVERNOR: "board.totals school.view measures.totals figures.keep policy_kept.view",
    Role.INSPECTOR: "pupil.view_any registers.export school.view",
    Role.TRUST_LEAD: (
        "board.view board.totals pupil.view_any registers.export school.view quality.view keeping.view trust.view "
        f"{_MEASURES}"
    ),
    Role.ADMINISTRATOR: (
        "staff.manage calendar.manage groups.manage roll.import audit.view school.view keeping.view jobs.view"
    ),
}
SETTERS = {
    Role.CLASS_TEACHER: "teacher",
    Role.OFFICE: "teacher office",
    Role.ATTENDANCE_OFFICER: "teacher office attendance",
    Role.PASTORAL_LEAD: "teacher office attendance",
    Role.SENCO: "teacher office attendance",
    Role.HEAD_TEACHER: "teacher office attendance head",
    Role.SENIOR_ATTENDANCE_CHAMPION: "teacher office attendance head",
    Role.GOVERNOR: "",
    Role.TRUST_LEAD: "",
    Role.INSPECTOR: "",
    Role.ADMINISTRATOR: "",
}


def viewer(*roles: Role) -> Viewer:
    return Viewer(
        7, "Ada Quill", "ada@example.org", 1, "Larch School", frozenset(roles), "Attendance Officer"
    )


@pytest.mark.parametrize("role", Role)
def test_permissions_of_a_role(role: Role) -> None:
    expected = {Permission(value) for value in PERMISSIONS[role].split()}
    assert ROLE_PERMISSIONS[role] == expected
    assert viewer(role).permissions == expected
    assert {permission for permission in Permission if viewer(role).may(permission)} == expected


@pytest.mark.policy("P-3.5-1")
@pytest.mark.parametrize("role", Role)
def test_hands_of_a_role(role: Role) -> None:
    expected = {Setter(value) for value in SETTERS[role].split()}
    assert ROLE_SETTERS[role] == expected
    assert viewer(role).setters == expected


def test_nobody_is_the_calendar() -> None:
    assert all(Setter.CALENDAR not in setters for setters in ROLE_SETTERS.values())


def test_a_governor_sees_no_names() -> None:
    names = {
        Permission.PUPIL_VIEW_OWN,
        Permission.PUPIL_VIEW_ANY,
        Permission.BOARD_VIEW,
        Permission.REGISTERS_EXPORT,
    }
    assert not ROLE_PERMISSIONS[Role.GOVERNOR] & names


@pytest.mark.parametrize("role", Role)
def test_the_board_includes_its_totals(role: Role) -> None:
    permissions = ROLE_PERMISSIONS[role]
    assert Permission.BOARD_VIEW not in permissions or Permission.BOARD_TOTALS in permissions


def test_without_a_role_nothing_is_permitted() -> None:
    nobody = viewer()
    assert not any(nobody.may(permission) for permission in Permission)
    assert nobody.setters == nobody.permissions == frozenset()


@given(st.frozensets(st.sampled_from(list(Role))), st.sampled_from(list(Role)))
def test_another_role_only_adds(roles: frozenset[Role], another: Role) -> None:
    before, after = viewer(*roles), viewer(*roles, another)
    assert before.permissions <= after.permissions
    assert before.setters <= after.setters


def test_the_writer_keeps_name_and_position() -> None:
    assert viewer(Role.OFFICE).actor == Actor(7, "Ada Quill", "Attendance Officer")


def test_an_appointment_has_dates() -> None:
    held = Appointment(Role.SENCO, "SENCO", 1, Span(date(2026, 9, 1)))
    assert date(2026, 9, 1) in held.span


def test_roles_have_words() -> None:
    assert len({role.words for role in Role}) == len(Role)
    assert Role.SENCO.words == "SENCO"


def test_only_a_person_writes_a_statutory_record() -> None:
    assert Actor(7, "Ada Quill", "Attendance Officer").person_id == 7
    with pytest.raises(ValueError, match="Only a person"):
        _ = Actor(None, "Rollbook", "the program itself").person_id
