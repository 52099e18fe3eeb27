"""An inspector sees both registers for a few days, changes nothing, and each page opened is in the log."""

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from rollbook.apps.accounts.actions.appointments import begin_appointment, end_appointment
from rollbook.apps.accounts.inspections import _PAGES
from rollbook.apps.accounts.models import Appointment
from rollbook.apps.audit.models import Event
from rollbook.apps.roll.models import Pupil
from rollbook.domain.access import Role, Viewer
from rollbook.domain.refusals import Refused
from tests.apps.registers.scene import Scene, at
from tests.factories.people import appoint, make_person, make_school, sign_in, viewer_of
from tests.security.ground import MEMBERS_PAGES, Ground, body_of

pytestmark = pytest.mark.django_db

TODAY = date(2026, 9, 14)


@pytest.fixture
def scene(time_machine: Any) -> Scene:
    time_machine.move_to(at(10), tick=False)
    return Scene()


@pytest.fixture
def inspector(scene: Scene, client: Client) -> Client:
    person = make_person(scene.school, Role.INSPECTOR, name="Ines Pector", position="HM Inspector")
    return sign_in(client, person)


def give(viewer: Viewer, person_id: int, last_day: date | None) -> Appointment:
    return begin_appointment(
        viewer=viewer,
        person_id=person_id,
        role="inspector",
        position="HM Inspector",
        first_day=TODAY,
        last_day=last_day,
        by=viewer.actor,
        at=at(10),
    )


def opened(type: str = "inspection.page.opened") -> list[str]:
    found = Event.objects.filter(type=type).order_by("id")
    return [f"{event.by_name}, {event.by_position}: {event.facts['page']}" for event in found]


def words_of(answer: Any) -> str:
    """What the page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


@pytest.mark.parametrize("last_day", [None, date(2026, 10, 15), date(2027, 9, 13)])
def test_an_inspectors_role_needs_an_early_end(scene: Scene, last_day: date | None) -> None:
    person = appoint(make_person(scene.school, Role.GOVERNOR), scene.school, Role.GOVERNOR).user_id
    with pytest.raises(Refused, match="Enter the last day of the inspection, which may last 31 days at most"):
        give(viewer_of(scene.head, TODAY, scene.school), person, last_day)
    given = give(viewer_of(scene.head, TODAY, scene.school), person, date(2026, 10, 14))
    assert given.last_day == date(2026, 10, 14)


def test_both_registers_are_open_and_each_page_is_logged(scene: Scene, inspector: Client) -> None:
    scene.take({scene.amy: "/"}, when=at(9, 5))
    pages = [
        "/pupils/",
        f"/pupils/{scene.amy.pk}/",
        f"/registers/{scene.group.pk}/2026-09-14/am/",
        "/registers/print/",
        "/registers/export/",
    ]
    for page in pages:
        assert inspector.get(page).status_code == 200, page
    assert opened() == [f"Ines Pector, HM Inspector: {page}" for page in pages]
    assert {event.school_id for event in Event.objects.filter(type="inspection.page.opened")} == {
        scene.school.pk
    }


def test_each_file_is_logged_as_an_inspection_with_its_name(scene: Scene, inspector: Client) -> None:
    scene.take({scene.amy: "/"}, when=at(9, 5))
    days = "first_day=2026-09-14&last_day=2026-09-14"
    group = f"group={scene.group.pk}&on=2026-09-14"
    files = [
        f"/pupils/{scene.amy.pk}/certificate.pdf?{days}",
        f"/pupils/{scene.amy.pk}/certificate.csv?{days}",
        f"/registers/print/group/?{group}&span=week&as=pdf",
        f"/registers/print/group/?{group}&span=week&as=csv",
        f"/registers/print/group/?{group}&span=week&as=xlsx",
        f"/registers/print/blank/?{group}&session=AM",
        f"/registers/export/?{days}&as=file",
        reverse("roll:export"),
    ]
    for file in files:
        answer = inspector.get(file)
        assert (answer.status_code, "filename=" in answer.headers["Content-Disposition"]) == (200, True), file
        b"".join(answer) if answer.streaming else answer.content
    assert opened("inspection.file.taken") == [f"Ines Pector, HM Inspector: {file}" for file in files]
    assert opened() == []
    first = Event.objects.filter(type="inspection.file.taken").earliest("id")
    assert first.subject == f"pupil:{scene.amy.pk}"
    assert first.facts["file"] == "attendance-certificate-abbott-amy-2026-09-14-2026-09-14.pdf"
    assert first.facts["what"] == "the attendance certificate"


def test_every_page_open_to_an_inspector_has_a_name_in_the_log() -> None:
    own_account = ("account", "mfa")
    for page in MEMBERS_PAGES:
        if page.opens_to(Role.INSPECTOR) and not page.name.startswith(own_account):
            assert page.name in _PAGES or page.name in {"registers:home", "accounts:who_to_ask"}, page.name


def test_health_needs_and_care_are_on_no_page_and_in_no_file(client: Client) -> None:
    """domain.md 1.7 opens both registers; what else the school knows of a pupil is in neither."""
    ground = Ground()
    hidden = {
        field: f"Hidden{number}quill"
        for number, field in enumerate(
            ("medical_note", "transport", "social_worker", "youth_offending_worker", "virtual_school")
        )
    }
    Pupil.objects.filter(pk=ground.scene.amy.pk).update(**hidden)
    sign_in(client, make_person(ground.scene.school, Role.INSPECTOR))
    looked = 0
    for page in MEMBERS_PAGES:
        if page.opens_to(Role.INSPECTOR):
            answer = client.get(page.at(ground.ids), {"first_day": "2026-09-14", "last_day": "2026-09-14"})
            looked += answer.status_code == 200
            for field, text in hidden.items():
                assert text not in body_of(answer), (page.name, field)
    assert looked > 25
    officer = sign_in(Client(), ground.scene.officer)
    assert hidden["medical_note"] in officer.get(f"/pupils/{ground.scene.amy.pk}/details/").content.decode()


def test_nothing_can_be_changed(scene: Scene, inspector: Client) -> None:
    refused = [
        "/registers/grid/",
        "/registers/to-mend/",
        "/arrivals/",
        "/planned/",
        "/imports/",
        "/pupils/add/",
        "/audit/",
        "/staff/",
        "/school/keeping/",
    ]
    assert {page: inspector.get(page).status_code for page in refused} == dict.fromkeys(refused, 403)
    answer = inspector.post(f"/registers/{scene.group.pk}/2026-09-14/am/", {f"v-{scene.amy.pk}": "0"})
    assert answer.status_code == 422
    # The refused form is shown on its register: that is a look.
    assert opened() == [f"Ines Pector, HM Inspector: /registers/{scene.group.pk}/2026-09-14/am/"]


def test_another_schools_pupils_are_not_there(scene: Scene, inspector: Client) -> None:
    other = Scene(make_school("Elm Bank"))
    assert inspector.get(f"/pupils/{other.amy.pk}/").status_code == 404
    assert opened() == []


def test_the_head_finds_what_was_inspected_in_the_log(scene: Scene, inspector: Client) -> None:
    inspector.get(f"/pupils/{scene.amy.pk}/")
    text = sign_in(Client(), scene.head).get("/audit/?kind=inspection").content.decode()
    assert "Opened the attendance of Amy Abbott as an inspector" in text


def test_the_head_s_page_says_who_looked_at_what(scene: Scene, inspector: Client) -> None:
    inspector.get(f"/pupils/{scene.amy.pk}/details/")
    inspector.get(f"/pupils/{scene.amy.pk}/certificate.csv?first_day=2026-09-14&last_day=2026-09-14")
    inspector.get(f"/registers/{scene.group.pk}/2026-09-14/am/")
    make_person(
        scene.school, Role.INSPECTOR, name="Paul Past", first_day=date(2026, 3, 2), last_day=date(2026, 3, 6)
    )
    make_person(
        scene.school,
        Role.INSPECTOR,
        name="Cora Coming",
        first_day=date(2026, 10, 5),
        last_day=date(2026, 10, 9),
    )
    head = sign_in(Client(), scene.head)
    text = words_of(head.get("/staff/inspections/"))
    now, to_come, past = (text.index(name) for name in ("Ines Pector", "Cora Coming", "Paul Past"))
    assert now < to_come < past
    assert "2 pages" in text
    assert "1 file" in text

    page = f"/staff/inspections/{Appointment.objects.get(user__name='Ines Pector').pk}/"
    text = words_of(head.get(page))
    assert "The entry in the admission register of Amy Abbott" in text
    assert "The attendance certificate of Amy Abbott" in text
    assert "attendance-certificate-abbott-amy-2026-09-14-2026-09-14.csv" in text
    assert "A register of 7A 14 September 2026" in text
    assert "entry in the admission register" not in words_of(head.get(f"{page}?show=files"))


def test_an_administrator_reads_how_much_but_not_of_whom(scene: Scene, inspector: Client) -> None:
    inspector.get(f"/pupils/{scene.amy.pk}/certificate.csv?first_day=2026-09-14&last_day=2026-09-14")
    inspector.get("/pupils/?q=Abb")
    administrator = sign_in(Client(), make_person(scene.school, Role.ADMINISTRATOR))
    for page in (
        f"/staff/inspections/{Appointment.objects.get(user__name='Ines Pector').pk}/",
        "/audit/?kind=inspection",
    ):
        text = words_of(administrator.get(page))
        assert "he attendance certificate of a pupil" in text, page
        assert "abb" not in text.lower(), page


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TRUST_LEAD])
def test_only_those_who_manage_staff_open_the_page(scene: Scene, role: Role) -> None:
    allowed = role in {Role.HEAD_TEACHER, Role.SENIOR_ATTENDANCE_CHAMPION, Role.ADMINISTRATOR}
    client = sign_in(Client(), make_person(scene.school, role))
    assert client.get("/staff/inspections/").status_code == (200 if allowed else 403)


def test_access_is_ended_at_once(scene: Scene, client: Client) -> None:
    person = make_person(
        scene.school, Role.INSPECTOR, first_day=date(2026, 9, 10), last_day=date(2026, 9, 18)
    )
    sign_in(client, person)
    assert client.get("/pupils/").status_code == 200
    post = Appointment.objects.get(user=person)
    answer = sign_in(Client(), scene.head).post(f"/staff/inspections/{post.pk}/end/", follow=True)
    assert "access has ended" in answer.content.decode()
    post.refresh_from_db()
    assert post.last_day == date(2026, 9, 13)
    assert client.get("/pupils/").status_code != 200
    assert Event.objects.filter(type="accounts.appointment.ended", subject=f"person:{person.pk}").count() == 1


def test_access_that_began_today_is_ended_at_once_with_the_account(scene: Scene, client: Client) -> None:
    person = make_person(scene.school, Role.INSPECTOR, first_day=TODAY, last_day=date(2026, 9, 18))
    sign_in(client, person)
    assert client.get("/pupils/").status_code == 200
    post = Appointment.objects.get(user=person)
    sign_in(Client(), scene.head).post(f"/staff/inspections/{post.pk}/end/")
    person.refresh_from_db()
    assert not person.is_active
    assert client.get("/pupils/").status_code == 302


def test_an_account_with_other_work_keeps_it_and_the_access_ends_at_midnight(scene: Scene) -> None:
    person = make_person(scene.school, Role.INSPECTOR, first_day=TODAY, last_day=date(2026, 9, 18))
    appoint(person, make_school("Elm Bank"), Role.GOVERNOR)
    post = Appointment.objects.get(user=person, role=Role.INSPECTOR)
    answer = sign_in(Client(), scene.head).post(f"/staff/inspections/{post.pk}/end/", follow=True)
    assert "it ends at midnight" in answer.content.decode()
    person.refresh_from_db()
    post.refresh_from_db()
    assert (person.is_active, post.last_day) == (True, TODAY)


def test_an_access_ended_twice_says_so_and_another_role_is_not_ended_here(scene: Scene) -> None:
    person = make_person(scene.school, Role.INSPECTOR, first_day=date(2026, 9, 1), last_day=date(2026, 9, 18))
    head = sign_in(Client(), scene.head)
    address = f"/staff/inspections/{Appointment.objects.get(user=person).pk}/end/"
    head.post(address)
    assert (
        "This access ended on 13 September 2026 already." in head.post(address, follow=True).content.decode()
    )
    office = Appointment.objects.get(user=scene.office)
    assert head.post(f"/staff/inspections/{office.pk}/end/").status_code == 404
    office.refresh_from_db()
    assert office.last_day is None


def test_an_inspection_is_not_lengthened_beyond_a_month(scene: Scene) -> None:
    person = make_person(scene.school, Role.INSPECTOR, first_day=TODAY, last_day=date(2026, 9, 18))
    post = Appointment.objects.get(user=person)
    head = viewer_of(scene.head, TODAY, scene.school)
    with pytest.raises(Refused, match="31 days at most"):
        end_appointment(
            viewer=head, appointment_id=post.pk, last_day=date(2026, 10, 15), by=head.actor, at=at(10)
        )
    end_appointment(
        viewer=head, appointment_id=post.pk, last_day=date(2026, 10, 14), by=head.actor, at=at(10)
    )
    post.refresh_from_db()
    assert post.last_day == date(2026, 10, 14)


def test_the_pages_ask_no_more_for_many_inspections(scene: Scene, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        make_person(
            scene.school,
            Role.INSPECTOR,
            name=f"I{number}",
            first_day=date(2026, 9, 1),
            last_day=date(2026, 9, 18),
        )
    head = sign_in(Client(), scene.head)
    head.get("/staff/inspections/")
    with django_assert_max_num_queries(8):
        head.get("/staff/inspections/")


def test_without_a_log_there_is_no_page(
    scene: Scene, inspector: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rollbook.apps.audit.actions._ADD", "INSERT INTO a_log_that_is_full VALUES ({facts})")
    inspector.raise_request_exception = False
    assert inspector.get("/pupils/").status_code == 500
