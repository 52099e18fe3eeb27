"""The list of what is to be put right: each kind found in real registers, and mended from its link."""

from datetime import date, time
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rollbook.apps.registers.actions.arrivals import sign_in
from rollbook.apps.registers.models import PlannedMark
from rollbook.apps.registers.queries.quality import Found, quality_of
from rollbook.apps.roll.models import Enrolment, Pupil
from rollbook.apps.schools.models import CalendarEntry
from rollbook.apps.schools.queries import forget_timetables
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Role
from rollbook.domain.quality import Fault
from rollbook.domain.spans import Span
from tests.apps.registers.scene import AM, MONDAY, PM, Scene, at, mark
from tests.factories.people import make_person, make_school
from tests.factories.people import sign_in as sign_person_in
from tests.factories.pupils import make_pupil

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 9, 15)
LATER = date(2026, 9, 23)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def found(scene: Scene, today: date = TUESDAY, first: date = MONDAY, by: Any = None) -> list[Found]:
    return quality_of(scene.viewer(by or scene.officer), Span(first, today), today)


def said(scene: Scene, fault: Fault, **when: Any) -> list[str]:
    """First name, day and session of what was found of one kind."""
    return [
        f"{each.pupil.name.split()[0]} {each.on:%a} {each.session.value}"
        for each in found(scene, **when)
        if each.fault is fault
    ]


def take_all(scene: Scene, **marks: str) -> None:
    """Monday's two registers of both groups, everybody present but those named."""
    for session, present in ((AM, "/"), (PM, "\\")):
        hour = 9 if session is AM else 12
        when = at(hour, 46)
        for group, pupils in (
            (scene.group, (scene.amy, scene.ben, scene.cat)),
            (scene.other_group, (scene.dan,)),
        ):
            codes = {pupil: marks.get(f"{pupil.forename}_{session.value}", present) for pupil in pupils}
            rows = [mark(pupil, code, note="College") for pupil, code in codes.items() if code]
            scene.take(rows, by=scene.head, group=group, session=session, when=when)


def planned(scene: Scene, pupil: Pupil, **changes: Any) -> None:
    """An appointment on Monday morning, unless said otherwise."""
    values: dict[str, Any] = {
        "school": scene.school,
        "code": "M",
        "note": "Dentist",
        "origin": "letter",
        "sessions": "AM",
        "first_day": MONDAY,
        "last_day": MONDAY,
        "recorded_at": at(8),
        "recorded_by": scene.office,
        "recorded_by_name": "Ola Office",
    }
    PlannedMark.objects.create(pupil=pupil, **(values | changes))


def test_marked_registers_leave_nothing_to_put_right(scene: Scene) -> None:
    take_all(scene)
    assert found(scene) == []


def test_sessions_without_a_mark_are_found_and_todays_are_left_to_the_board(scene: Scene) -> None:
    take_all(scene, Amy_PM="")
    assert said(scene, Fault.MISSING) == ["Amy Mon PM"]
    assert said(scene, Fault.MISSING, today=MONDAY) == []


def test_a_pupil_is_missing_only_while_on_a_register(scene: Scene) -> None:
    take_all(scene)
    make_pupil(scene.school, scene.group, "New", "Nia", first_day=TUESDAY)
    make_pupil(scene.school, None, "Groupless", "Gus")
    assert said(scene, Fault.MISSING) == []


def test_an_n_is_too_old_after_the_fifth_school_day(scene: Scene) -> None:
    take_all(scene, Amy_AM="N")
    assert said(scene, Fault.N_TOO_OLD, today=date(2026, 9, 21)) == []
    assert said(scene, Fault.N_TOO_OLD, today=date(2026, 9, 22)) == ["Amy Mon AM"]


def test_present_against_a_plan_of_that_weekday(scene: Scene) -> None:
    take_all(scene)
    planned(scene, scene.amy)
    planned(scene, scene.ben, weekdays=0b10)
    planned(scene, scene.cat, withdrawn_at=at(9))
    assert said(scene, Fault.PRESENT_BUT_PLANNED) == ["Amy Mon AM"]


def test_signed_in_at_the_desk_and_amended_to_absent(scene: Scene) -> None:
    take_all(scene, Amy_AM="")
    viewer = scene.viewer(scene.office)
    sign_in(
        viewer=viewer,
        pupil_id=scene.amy.pk,
        on=MONDAY,
        arrived_at=time(9, 50),
        why_late="Bus",
        key=uuid4(),
        by=viewer.actor,
        at=at(9, 51),
    )
    assert said(scene, Fault.SIGNED_IN_BUT_ABSENT) == []
    scene.take([mark(scene.amy, "O", seen=1)], by=scene.head, when=at(11), reason="Went home")
    assert said(scene, Fault.SIGNED_IN_BUT_ABSENT) == ["Amy Mon AM"]


def test_marks_on_a_day_that_became_closed_and_off_the_roll(scene: Scene) -> None:
    take_all(scene)
    Enrolment.objects.filter(pupil=scene.dan).update(first_day=TUESDAY)
    assert said(scene, Fault.NOT_ON_ROLL) == ["Dan Mon AM", "Dan Mon PM"]
    CalendarEntry.objects.create(
        school=scene.school, kind="inset", name="Training", first_day=MONDAY, last_day=MONDAY
    )
    forget_timetables()
    assert len(said(scene, Fault.ON_CLOSED_DAY)) == 8


def test_d_at_both_schools_of_one_installation(scene: Scene) -> None:
    Pupil.objects.filter(pk=scene.amy.pk).update(upn="A801200011001")
    due_there: dict[str, Any] = {
        "code": "D",
        "origin": "dual",
        "sessions": "both",
        "provider": "Larch School",
    }
    planned(scene, scene.amy, **due_there)
    take_all(scene, Amy_AM="D", Amy_PM="D")
    other = Scene(make_school("Elm Bank"))
    Pupil.objects.filter(pk=other.amy.pk).update(upn="A801200011001")
    planned(other, other.amy, **due_there)
    take_all(other, Amy_AM="D")
    [one] = [each for each in found(scene) if each.fault is Fault.D_AT_BOTH]
    assert (one.session, one.because.split(" has ")[0]) == (AM, "Elm Bank")


def test_another_schools_registers_are_not_looked_at(scene: Scene) -> None:
    take_all(scene)
    take_all(Scene(make_school("Elm Bank")), Amy_AM="")
    assert found(scene) == []


def test_more_pupils_and_days_ask_no_more_questions(scene: Scene) -> None:
    take_all(scene, Amy_AM="")
    found(scene)
    with CaptureQueriesContext(connection) as few:
        found(scene)
    for number in range(20):
        make_pupil(scene.school, scene.group, f"More{number}", "Mo")
    with CaptureQueriesContext(connection) as many:
        assert len(found(scene, today=LATER)) > 100
    assert len(many) == len(few) <= 7


# --- The page ---------------------------------------------------------------------------------------------------


@pytest.fixture
def opened(client: Client, scene: Scene, time_machine: Any) -> Any:
    time_machine.move_to(at(8, on=TUESDAY), tick=False)

    def get(role: Role = Role.ATTENDANCE_OFFICER, query: str = "") -> Any:
        sign_person_in(client, make_person(scene.school, role, name="Pat Person"))
        return client.get(f"/registers/to-mend/{query}")

    return get


@pytest.mark.policy("P-3.1-3")
@pytest.mark.parametrize("role", Role)
def test_who_may_open_the_list(opened: Any, role: Role) -> None:
    allowed = Permission.QUALITY_VIEW in ROLE_PERMISSIONS[role]
    assert opened(role).status_code == (200 if allowed else 403)


def test_a_missing_register_is_one_row_that_opens_it(opened: Any, scene: Scene) -> None:
    take_all(scene, Amy_PM="", Ben_PM="", Cat_PM="")
    text = opened().content.decode()
    assert "7A: 3 pupils" in text
    assert f"/registers/{scene.group.pk}/2026-09-14/pm/" in text
    assert "No mark was made" in text


@pytest.mark.parametrize(
    ("role", "where"),
    [
        (Role.ATTENDANCE_OFFICER, "/registers/grid/?pupils=g{group}&amp;span=week&amp;on=2026-09-14"),
        (Role.TRUST_LEAD, "/pupils/{pupil}/?on=2026-09-14"),
    ],
)
def test_what_is_alike_of_one_pupil_is_one_row_that_leads_to_all_its_marks(
    opened: Any, scene: Scene, role: Role, where: str
) -> None:
    take_all(scene, Amy_AM="", Amy_PM="")
    text = opened(role, "?kind=missing").content.decode()
    [row] = [row for row in text.split("<tr>") if "Amy Abbott, 7A" in row]
    assert "Mon 14 Sep, both sessions" in row
    assert where.format(group=scene.group.pk, pupil=scene.amy.pk) in row


def test_a_kind_without_any_says_only_that(opened: Any, scene: Scene) -> None:
    take_all(scene, Amy_PM="")
    text = opened(query="?kind=n_too_old").content.decode()
    assert "Nothing of this kind" in text
    assert "Every session of these days" not in text


def test_one_kind_alone_and_no_other_kinds_or_periods(opened: Any, scene: Scene) -> None:
    take_all(scene, Amy_PM="", Ben_AM="L")
    assert "No mark was made" in opened(query="?kind=missing&period=year").content.decode()
    assert opened(query="?kind=everything").status_code == 404
    assert opened(query="?period=always").status_code == 404


def test_nothing_to_put_right_says_so(opened: Any, scene: Scene) -> None:
    take_all(scene)
    Enrolment.objects.update(first_day=MONDAY)
    assert "Nothing to put right" in opened(query="?period=half").content.decode()
