"""People and their appointments: what is written, what is refused, what stays when the log can't be written."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.db import DatabaseError

from rollbook.apps.accounts.actions import appointments, people
from rollbook.apps.accounts.models import Appointment, User
from rollbook.apps.audit.models import Event
from rollbook.apps.schools.models import School
from rollbook.clock import LONDON
from rollbook.domain.access import Role, Viewer
from rollbook.domain.refusals import Refused
from tests.factories.people import appoint, make_person, make_school, viewer_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 9, 14)
AT = datetime(2026, 9, 14, 10, 0, tzinfo=LONDON)


@pytest.fixture
def school() -> School:
    return make_school()


@pytest.fixture
def head(school: School) -> User:
    return make_person(school, Role.HEAD_TEACHER, name="Ruth Osei", email="ruth@example.org")


@pytest.fixture
def viewer(head: User) -> Viewer:
    return viewer_of(head)


def _by(viewer: Viewer) -> dict[str, Any]:
    return {"viewer": viewer, "by": viewer.actor, "at": AT}


def _new(**changed: Any) -> dict[str, Any]:
    return {
        "name": "Tom Reid",
        "email": "Tom.Reid@example.org",
        "telephone": "0121 496 0123",
        "role": "class_teacher",
        "position": "Teacher of 7A",
        "first_day": TODAY,
    } | changed


def _refused(action: Callable[..., object], **arguments: Any) -> Refused:
    events = Event.objects.count()
    with pytest.raises(Refused) as refused:
        action(**arguments)
    assert Event.objects.count() == events
    return refused.value


def _state() -> list[Any]:
    return [list(User.objects.order_by("pk").values()), list(Appointment.objects.order_by("pk").values())]


# --- Adding -----------------------------------------------------------------------------------------------------


@pytest.mark.policy("P-3.3-11", "P-3.4-7")
def test_adding_somebody(viewer: Viewer, school: School) -> None:
    added = people.add_person(**_by(viewer), **_new())
    person = User.objects.get(email="tom.reid@example.org")
    assert (added.person, added.is_new, person.telephone) == (person, True, "0121 496 0123")
    assert not person.has_usable_password()
    post = person.appointments.get()
    assert (post.school_id, post.role, post.position, post.first_day, post.last_day) == (
        school.pk,
        "class_teacher",
        "Teacher of 7A",
        TODAY,
        None,
    )
    first, second = Event.objects.order_by("pk")
    assert (first.type, first.subject, first.school_id, first.by_name) == (
        "accounts.person.added",
        f"person:{person.pk}",
        school.pk,
        "Ruth Osei",
    )
    assert (second.type, second.facts["position"]) == ("accounts.appointment.begun", "Teacher of 7A")


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"name": " "}, "name", "name"),
        ({"email": "tom"}, "email", "e-mail address"),
        ({"role": "king"}, "role", "Choose a role"),
        ({"position": ""}, "position", "position"),
        ({"first_day": None}, "first_day", "first day"),
        ({"email": "ruth@EXAMPLE.org"}, "email", "Ruth Osei is on the list"),
    ],
)
def test_what_adding_refuses(viewer: Viewer, changed: dict[str, Any], field: str, words: str) -> None:
    refused = _refused(people.add_person, **_by(viewer), **_new(**changed))
    assert [refusal.field for refusal in refused.refusals] == [field]
    assert words in str(refused)
    assert User.objects.count() == 1


def test_somebody_of_another_school_keeps_their_account_and_name(viewer: Viewer) -> None:
    other = make_school("Another School")
    known = make_person(other, Role.SENCO, name="Ada King", email="ada@example.org")
    added = people.add_person(**_by(viewer), **_new(name="A. K.", email="ada@example.org"))
    assert (added.person.pk, added.is_new) == (known.pk, False)
    assert User.objects.get(pk=known.pk).name == "Ada King"
    assert known.appointments.count() == 2


@pytest.mark.parametrize("role", [role for role in Role if role not in appointments.MANAGING_ROLES], ids=str)
def test_only_who_manages_staff_may(school: School, head: User, role: Role) -> None:
    viewer = viewer_of(make_person(school, role))
    post = head.appointments.get()
    for refused in (
        _refused(people.add_person, **_by(viewer), **_new()),
        _refused(
            people.change_person, **_by(viewer), person_id=head.pk, name="A", email="a@b.uk", telephone=""
        ),
        _refused(people.close_account, **_by(viewer), person_id=head.pk),
        _refused(people.reopen_account, **_by(viewer), person_id=head.pk),
        _refused(people.note_link, **_by(viewer), person_id=head.pk, is_sent=True),
        _refused(people.remove_second_step, **_by(viewer), person_id=head.pk),
        _refused(appointments.begin_appointment, **_by(viewer), person_id=head.pk, **_post()),
        _refused(appointments.end_appointment, **_by(viewer), appointment_id=post.pk, last_day=TODAY),
        _refused(
            appointments.change_position, **_by(viewer), appointment_id=post.pk, position="X", first_day=TODAY
        ),
        _refused(appointments.withdraw_appointment, **_by(viewer), appointment_id=post.pk),
    ):
        assert "You may not manage staff" in str(refused)


# --- Another school's people ------------------------------------------------------------------------------------


def test_people_of_another_school_are_not_there(viewer: Viewer) -> None:
    stranger = make_person(make_school("Another School"), Role.OFFICE)
    post = stranger.appointments.get()
    for refused in (
        _refused(
            people.change_person, **_by(viewer), person_id=stranger.pk, name="A", email="a@b.uk", telephone=""
        ),
        _refused(people.close_account, **_by(viewer), person_id=stranger.pk),
        _refused(people.note_link, **_by(viewer), person_id=stranger.pk, is_sent=False),
        _refused(people.remove_second_step, **_by(viewer), person_id=stranger.pk),
        _refused(appointments.begin_appointment, **_by(viewer), person_id=stranger.pk, **_post()),
        _refused(appointments.end_appointment, **_by(viewer), appointment_id=post.pk, last_day=TODAY),
        _refused(
            appointments.change_position, **_by(viewer), appointment_id=post.pk, position="X", first_day=TODAY
        ),
    ):
        assert "not on your school's list" in str(refused)


def test_an_account_shared_with_another_school_is_not_one_schools_to_change(
    viewer: Viewer, school: School
) -> None:
    shared = make_person(school, Role.OFFICE)
    appoint(shared, make_school("Another School"), Role.HEAD_TEACHER)
    for refused in (
        _refused(
            people.change_person, **_by(viewer), person_id=shared.pk, name="A", email="a@b.uk", telephone=""
        ),
        _refused(people.close_account, **_by(viewer), person_id=shared.pk),
        _refused(people.reopen_account, **_by(viewer), person_id=shared.pk),
        _refused(people.note_link, **_by(viewer), person_id=shared.pk, is_sent=False),
        _refused(people.remove_second_step, **_by(viewer), person_id=shared.pk),
    ):
        assert "another school" in str(refused)
    people.note_link(**_by(viewer), person_id=shared.pk, is_sent=True)


# --- Details and accounts ---------------------------------------------------------------------------------------


def test_changing_details_says_what_was_and_what_is(viewer: Viewer, school: School) -> None:
    person = make_person(school, Role.OFFICE, name="Jo Bell", email="jo@example.org")
    change = {
        "person_id": person.pk,
        "name": "Jo Bell",
        "email": "JO.BELL@example.org",
        "telephone": "0121 496 0111",
    }
    people.change_person(**_by(viewer), **change)
    person.refresh_from_db()
    assert (person.email, person.telephone) == ("jo.bell@example.org", "0121 496 0111")
    event = Event.objects.get()
    assert event.facts == {
        "changes": {"email": ["jo@example.org", "jo.bell@example.org"], "telephone": ["", "0121 496 0111"]}
    }
    people.change_person(**_by(viewer), **change)
    assert Event.objects.count() == 1, "nothing changed, and yet an event"


def test_an_address_in_use_is_refused(viewer: Viewer, school: School) -> None:
    person = make_person(school, Role.OFFICE)
    refused = _refused(
        people.change_person,
        **_by(viewer),
        person_id=person.pk,
        name="A",
        email="ruth@example.org",
        telephone="",
    )
    assert refused.refusals[0].field == "email"


def test_closing_and_opening_an_account(viewer: Viewer, school: School) -> None:
    person = make_person(school, Role.OFFICE)
    people.close_account(**_by(viewer), person_id=person.pk)
    people.close_account(**_by(viewer), person_id=person.pk)
    assert not User.objects.get(pk=person.pk).is_active
    people.reopen_account(**_by(viewer), person_id=person.pk)
    people.reopen_account(**_by(viewer), person_id=person.pk)
    assert User.objects.get(pk=person.pk).is_active
    types = list(Event.objects.order_by("pk").values_list("type", flat=True))
    assert types == ["accounts.person.closed", "accounts.person.reopened"]


def test_nobody_closes_their_own_account_or_takes_their_own_second_step_away_here(viewer: Viewer) -> None:
    assert "your own account" in str(_refused(people.close_account, **_by(viewer), person_id=viewer.user_id))
    refused = _refused(people.remove_second_step, **_by(viewer), person_id=viewer.user_id)
    assert "page of your account" in str(refused)


def test_taking_a_lost_second_step_away(viewer: Viewer, school: School) -> None:
    person = make_person(school, Role.OFFICE)
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    people.remove_second_step(**_by(viewer), person_id=person.pk)
    assert not Authenticator.objects.exists()
    assert Event.objects.get().type == "accounts.second_step.removed"


# --- Appointments -----------------------------------------------------------------------------------------------


def _post(**changed: Any) -> dict[str, Any]:
    return {"role": "senco", "position": "SENCO", "first_day": TODAY, "last_day": None} | changed


def test_giving_one_more_role(viewer: Viewer, school: School) -> None:
    person = make_person(school, Role.CLASS_TEACHER)
    appointments.begin_appointment(**_by(viewer), person_id=person.pk, **_post())
    assert viewer_of(person, TODAY).roles == {Role.CLASS_TEACHER, Role.SENCO}
    event = Event.objects.get()
    assert (event.type, event.facts["role"], event.facts["first_day"]) == (
        "accounts.appointment.begun",
        "senco",
        "2026-09-14",
    )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"role": ""}, "role"),
        ({"role": "class_teacher"}, "role"),
        ({"position": " "}, "position"),
        ({"first_day": None}, "first_day"),
        ({"last_day": TODAY - timedelta(days=1)}, "last_day"),
    ],
)
def test_what_giving_a_role_refuses(
    viewer: Viewer, school: School, changed: dict[str, Any], field: str
) -> None:
    person = make_person(school, Role.CLASS_TEACHER)
    refused = _refused(appointments.begin_appointment, **_by(viewer), person_id=person.pk, **_post(**changed))
    assert [refusal.field for refusal in refused.refusals] == [field]


def test_a_role_may_be_held_again_after_it_ended(viewer: Viewer, school: School) -> None:
    person = make_person(school, Role.SENCO, last_day=TODAY - timedelta(days=1))
    appointments.begin_appointment(**_by(viewer), person_id=person.pk, **_post())
    assert person.appointments.count() == 2


def test_nobody_gives_themselves_more_than_they_may(school: School, viewer: Viewer) -> None:
    administrator = viewer_of(make_person(school, Role.ADMINISTRATOR))
    refused = _refused(
        appointments.begin_appointment,
        **_by(administrator),
        person_id=administrator.user_id,
        **_post(role="head_teacher"),
    )
    assert "do more than yours" in str(refused)
    # A head who also teaches gains nothing new.
    appointments.begin_appointment(**_by(viewer), person_id=viewer.user_id, **_post(role="class_teacher"))


@pytest.mark.policy("P-4.1-8")
def test_a_new_position_is_a_new_appointment_and_the_old_one_stays_as_it_was(
    viewer: Viewer, school: School
) -> None:
    person = make_person(school, Role.OFFICE, position="Receptionist", last_day=date(2027, 7, 31))
    old = person.appointments.get()
    appointments.change_position(
        **_by(viewer), appointment_id=old.pk, position="Office Manager", first_day=date(2026, 10, 1)
    )
    assert viewer_of(person, date(2026, 9, 30)).position == "Receptionist"
    assert viewer_of(person, date(2026, 10, 1)).position == "Office Manager"
    assert list(person.appointments.values_list("first_day", "last_day")) == [
        (date(2020, 9, 1), date(2026, 9, 30)),
        (date(2026, 10, 1), date(2027, 7, 31)),
    ]
    types = list(Event.objects.order_by("pk").values_list("type", flat=True))
    assert types == ["accounts.appointment.ended", "accounts.appointment.begun"]


@pytest.mark.parametrize(
    ("position", "first_day", "field"),
    [
        ("", date(2026, 10, 1), "position"),
        ("Receptionist", date(2026, 10, 1), "position"),
        ("Manager", None, "first_day"),
        ("Manager", date(2020, 9, 1), "first_day"),
        ("Manager", date(2027, 8, 1), "first_day"),
    ],
)
def test_what_a_new_position_refuses(
    viewer: Viewer, school: School, position: str, first_day: date | None, field: str
) -> None:
    person = make_person(school, Role.OFFICE, position="Receptionist", last_day=date(2027, 7, 31))
    refused = _refused(
        appointments.change_position,
        **_by(viewer),
        appointment_id=person.appointments.get().pk,
        position=position,
        first_day=first_day,
    )
    assert [refusal.field for refusal in refused.refusals] == [field]


def test_an_appointment_ends_with_its_last_day(viewer: Viewer, school: School) -> None:
    person = make_person(school, Role.OFFICE)
    post = person.appointments.get()
    appointments.end_appointment(**_by(viewer), appointment_id=post.pk, last_day=TODAY)
    assert viewer_of(person, TODAY)
    with pytest.raises(AssertionError, match="holds no appointment"):
        viewer_of(person, TODAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("last_day", "words"), [(None, "Enter"), (date(2020, 8, 31), "began on 1 September 2020")]
)
def test_what_ending_refuses(viewer: Viewer, school: School, last_day: date | None, words: str) -> None:
    post = make_person(school, Role.OFFICE).appointments.get()
    refused = _refused(appointments.end_appointment, **_by(viewer), appointment_id=post.pk, last_day=last_day)
    assert refused.refusals[0].field == "last_day"
    assert words in str(refused)


def test_what_has_not_begun_can_be_taken_back_and_nothing_else(viewer: Viewer, school: School) -> None:
    person = make_person(school, Role.OFFICE)
    begun = person.appointments.get()
    coming = appoint(person, school, Role.SENCO, first_day=TODAY + timedelta(days=1))
    assert "has begun" in str(
        _refused(appointments.withdraw_appointment, **_by(viewer), appointment_id=begun.pk)
    )
    appointments.withdraw_appointment(**_by(viewer), appointment_id=coming.pk)
    assert list(person.appointments.all()) == [begun]
    assert Event.objects.get().type == "accounts.appointment.withdrawn"


# --- Somebody must always be able to give roles -----------------------------------------------------------------


def _end(viewer: Viewer, person: User, last_day: date = TODAY) -> None:
    post = person.appointments.get()
    appointments.end_appointment(**_by(viewer), appointment_id=post.pk, last_day=last_day)


def test_the_last_who_manages_staff_stays(viewer: Viewer, school: School, head: User) -> None:
    # Others at the school, and managers elsewhere, don't help.
    make_person(school, Role.ATTENDANCE_OFFICER)
    make_person(make_school("Another School"), Role.HEAD_TEACHER)
    refused = _refused(_end, viewer=viewer, person=head)
    assert "From 15 September 2026 nobody at Hollin Bank School could manage staff any more." in str(refused)


def test_with_a_successor_in_time_the_last_may_go(viewer: Viewer, school: School, head: User) -> None:
    successor = make_person(school, Role.HEAD_TEACHER, first_day=TODAY + timedelta(days=2))
    assert "From 15 September" in str(_refused(_end, viewer=viewer, person=head))
    _end(viewer, head, TODAY + timedelta(days=1))
    coming = successor.appointments.get()
    refused = _refused(appointments.withdraw_appointment, **_by(viewer), appointment_id=coming.pk)
    assert "nobody" in str(refused)


def test_a_second_manager_whose_time_is_limited_is_not_enough(
    viewer: Viewer, school: School, head: User
) -> None:
    make_person(school, Role.ADMINISTRATOR, last_day=date(2026, 12, 18))
    assert "From 19 December 2026" in str(_refused(_end, viewer=viewer, person=head))


def test_a_manager_whose_account_is_closed_does_not_count(viewer: Viewer, school: School, head: User) -> None:
    second = make_person(school, Role.ADMINISTRATOR)
    people.close_account(**_by(viewer), person_id=second.pk)
    assert "nobody" in str(_refused(_end, viewer=viewer, person=head))


def test_the_last_managers_account_cannot_be_closed(school: School, head: User) -> None:
    leaving = make_person(school, Role.ADMINISTRATOR, last_day=TODAY)
    refused = _refused(people.close_account, **_by(viewer_of(leaving)), person_id=head.pk)
    assert "nobody" in str(refused)


def test_a_gap_that_is_there_anyway_refuses_nothing(viewer: Viewer, school: School, head: User) -> None:
    head.appointments.update(last_day=date(2027, 7, 31))
    second = make_person(school, Role.ADMINISTRATOR, last_day=date(2027, 7, 31))
    _end(viewer, second)


def test_one_of_two_managing_roles_of_the_same_person_may_end(
    viewer: Viewer, school: School, head: User
) -> None:
    second = appoint(head, school, Role.SENIOR_ATTENDANCE_CHAMPION)
    appointments.end_appointment(**_by(viewer), appointment_id=second.pk, last_day=TODAY)


# --- Nothing without its evidence -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "case", ["add", "change", "close", "reopen", "begin", "end", "position", "withdraw", "second step"]
)
def test_nothing_changes_where_the_event_cannot_be_written(
    viewer: Viewer, school: School, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    person, closed = make_person(school, Role.OFFICE), make_person(school, Role.OFFICE)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    post = person.appointments.get()
    coming = appoint(person, school, Role.SENCO, first_day=date(2027, 1, 4))
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    cases: dict[str, tuple[Callable[..., object], dict[str, Any]]] = {
        "add": (people.add_person, _new()),
        "change": (
            people.change_person,
            {"person_id": person.pk, "name": "A", "email": "a@b.uk", "telephone": ""},
        ),
        "close": (people.close_account, {"person_id": person.pk}),
        "reopen": (people.reopen_account, {"person_id": closed.pk}),
        "begin": (appointments.begin_appointment, {"person_id": person.pk, **_post(role="governor")}),
        "end": (appointments.end_appointment, {"appointment_id": post.pk, "last_day": TODAY}),
        "position": (
            appointments.change_position,
            {"appointment_id": post.pk, "position": "X", "first_day": TODAY},
        ),
        "withdraw": (appointments.withdraw_appointment, {"appointment_id": coming.pk}),
        "second step": (people.remove_second_step, {"person_id": person.pk}),
    }
    before = _state()
    monkeypatch.setattr("rollbook.apps.audit.actions._ADD", "INSERT INTO a_log_that_is_full VALUES ({facts})")
    action, arguments = cases[case]
    with pytest.raises(DatabaseError):
        action(**_by(viewer), **arguments)
    assert _state() == before
    assert Authenticator.objects.count() == 1
