"""Every address of the product, asked by everybody, with ids of one's own school, of another's and of nothing."""

import re

import pytest

from rollbook.domain.access import Role
from tests.security.ground import (
    FAR,
    MEMBERS_PAGES,
    PAGES,
    Ground,
    body_of,
    plausible,
    tables,
)

# The champion may do what the head teacher may, and the pastoral lead nothing that the office may not.
ROLES = [role for role in Role if role not in (Role.SENIOR_ATTENDANCE_CHAMPION, Role.PASTORAL_LEAD)]
_LOOKS = {"audit_event"}


def _plain(body: str) -> str:
    """A page without what differs from one answer to the next."""
    body = re.sub(r"[A-Za-z0-9]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "TOKEN", body)
    # Whole numbers only, and only in addresses.
    return re.sub(r"'Content-Length': '\d+'", "", re.sub(r"/\d+(?=/)", "/N", body))


def test_there_are_pages_to_attack() -> None:
    assert len(PAGES) > 80
    public = {page.name for page in PAGES if page.is_public}
    assert all(page.permissions for page in MEMBERS_PAGES)
    assert all(name.startswith(("account_", "mfa_auth", "registers:kiosk")) for name in public), public


def test_nobody_gets_anything_without_signing_in(ground: Ground) -> None:
    client = ground.client(None)
    before = tables()
    for page in MEMBERS_PAGES:
        for ids in (ground.ids, ground.far_ids, ground.nobody):
            for response in (
                client.get(page.at(ids)),
                client.post(page.at(ids), plausible(ids)),
                client.put(page.at(ids)),
                client.delete(page.at(ids)),
                client.options(page.at(ids)),
            ):
                assert response.status_code == 302, f"{page.name} answered {response.status_code}"
                assert response["Location"].startswith("/sign-in/?next="), page.name
                assert response.content == b"", page.name
    assert tables() == before


@pytest.mark.parametrize("role", ROLES)
def test_another_schools_things_are_as_if_they_were_not(ground: Ground, role: Role) -> None:
    """Not refused but absent: the answer is the one for a number that nothing has, to the letter."""
    client = ground.client(role)
    for page in MEMBERS_PAGES:
        if not page.ids:
            body = body_of(client.get(page.at({})))
            assert FAR.lower() not in body.lower(), page.name
            continue
        if not page.opens_to(role):
            continue  # refused whatever the id: test_what_is_not_permitted_is_refused_and_does_nothing
        answers = []
        for ids in (ground.far_ids, ground.nobody):
            response = client.get(page.at(ids))
            body = body_of(response)
            assert FAR.lower() not in body.lower(), page.name
            assert response.status_code in {404, 405}, (
                f"{page.name} answered {response.status_code} to {role}"
            )
            answers.append(_plain(body))
        assert answers[0] == answers[1], f"{page.name} tells that there is something"


@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_another_school_is_changed_by_sending_forms(ground: Ground, role: Role) -> None:
    client = ground.client(role)
    # Every page that an inspector opens is in the log, their own account among them.
    without = _LOOKS if role is Role.INSPECTOR else set()
    before = tables(without=without)
    for page in MEMBERS_PAGES:
        if not page.ids or not page.opens_to(role):
            continue
        answers = []
        for ids in (ground.far_ids, ground.nobody):
            response = client.post(page.at(ids), plausible(ids))
            body = body_of(response)
            assert FAR.lower() not in body.lower(), page.name
            assert response.status_code in {404, 405}, (
                f"{page.name} answered {response.status_code} to {role}"
            )
            client.get("/account/")  # takes in what is said once, so that the next page does not
            answers.append(_plain(body))
        assert answers[0] == answers[1], f"{page.name} tells that there is something"
    assert tables(without=without) == before


def test_ids_of_two_schools_can_not_be_mixed(ground: Ground) -> None:
    """Somebody's own pupil with another school's contact, and the other way round."""
    client = ground.client(Role.HEAD_TEACHER)
    before = tables()
    for page in MEMBERS_PAGES:
        if len(page.ids) < 2:
            continue
        for far in page.ids:
            ids = ground.ids | {far: ground.far_ids[far]}
            for response in (client.get(page.at(ids)), client.post(page.at(ids), plausible(ground.ids))):
                assert response.status_code in {404, 405}, f"{page.name} with a far {far}"
                assert FAR.lower() not in body_of(response).lower(), page.name
    assert tables() == before


@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_permitted_is_refused_and_does_nothing(ground: Ground, role: Role) -> None:
    client = ground.client(role)
    before = tables()
    for page in MEMBERS_PAGES:
        if page.opens_to(role):
            continue
        for response in (
            client.get(page.at(ground.ids)),
            client.post(page.at(ground.ids), plausible(ground.ids)),
        ):
            assert response.status_code == 403, f"{page.name} answered {response.status_code} to {role}"
    assert tables() == before


@pytest.mark.parametrize("role", [Role.HEAD_TEACHER, Role.CLASS_TEACHER, Role.ADMINISTRATOR])
def test_looking_changes_nothing(ground: Ground, role: Role) -> None:
    """Neither GET nor HEAD; a look at a pupil or a private message and a file taken out are noted, nothing else."""
    client = ground.client(role)
    before = tables(without=_LOOKS)
    for page in PAGES:
        address = page.at(ground.ids)
        for send in (client.get, client.head):
            response = send(address)
            assert response.status_code < 500, f"{page.name} answered {response.status_code}"
            body_of(response)
    # With what the forms would send, in the address.
    for page in PAGES:
        assert client.get(page.at(ground.ids), plausible(ground.ids)).status_code < 500, page.name
    assert tables(without=_LOOKS) == before
    from rollbook.apps.audit.models import Event

    seen = set(Event.objects.filter(by_id=ground.person(role).pk).values_list("type", flat=True))
    seen -= {"register.saved"}  # the scene's own
    taken_out = {"roll.exported", "register.exported", "audit.exported", "extract.taken"}
    assert seen <= {"roll.pupil.viewed", "post.message.read", *taken_out}


def test_an_appointment_that_ended_yesterday_opens_nothing(ground: Ground) -> None:
    from datetime import timedelta

    from rollbook.apps.accounts.models import Appointment
    from tests.apps.registers.scene import MONDAY

    Appointment.objects.filter(user=ground.scene.head).update(last_day=MONDAY - timedelta(days=1))
    client = ground.client(Role.HEAD_TEACHER)
    before = tables()
    for page in MEMBERS_PAGES:
        for response in (
            client.get(page.at(ground.ids)),
            client.post(page.at(ground.ids), plausible(ground.ids)),
        ):
            assert response.status_code == 403, page.name
            assert "quill" not in body_of(response), page.name
    assert tables() == before


def test_a_closed_account_is_out_at_once(ground: Ground) -> None:
    client = ground.client(Role.HEAD_TEACHER)
    assert client.get("/today/").status_code == 200
    ground.scene.head.is_active = False
    ground.scene.head.save()
    assert client.get("/today/").status_code == 302


def test_somebody_of_two_schools_sees_one_at_a_time(ground: Ground) -> None:
    ground.lead_elsewhere(Role.ATTENDANCE_OFFICER)
    client = ground.client(Role.ATTENDANCE_OFFICER)
    for page in MEMBERS_PAGES:
        if page.name.startswith("accounts:"):  # one's own account lists one's own schools
            continue
        body = body_of(client.get(page.at(ground.far_ids if page.ids else {})))
        assert f"Quin{FAR}" not in body, page.name
    assert client.post("/account/school/", {"school": "987654321"}).status_code == 404
