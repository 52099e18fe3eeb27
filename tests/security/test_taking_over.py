"""Nobody comes to act in the name of somebody who may do more."""

import pytest
from django.urls import reverse

from rollbook.apps.accounts.models import User
from rollbook.domain.access import Role
from tests.security.ground import FAR, Ground


def _change(ground: Ground, by: Role, person: User, email: str) -> int:
    to = reverse("accounts:details", args=[person.pk])
    data = {"name": person.name, "email": email, "telephone": "1"}
    status: int = ground.client(by).post(to, data).status_code
    person.refresh_from_db()
    return status


@pytest.mark.parametrize("role", [Role.HEAD_TEACHER, Role.OFFICE, Role.CLASS_TEACHER, Role.SENCO])
def test_an_administrator_does_not_send_somebodys_letters_elsewhere(ground: Ground, role: Role) -> None:
    """A link to choose a password goes to the address, and with it everything that person may see."""
    person = ground.person(role)
    before = person.email
    assert _change(ground, Role.ADMINISTRATOR, person, "mine@example.org") == 422
    assert person.email == before
    # Everything else about the person may be put right, and somebody with their rights may change the address.
    assert _change(ground, Role.ADMINISTRATOR, person, before) == 302
    assert person.telephone == "1"
    if role is not Role.HEAD_TEACHER:  # nobody changes the address they sign in with themselves
        assert _change(ground, Role.HEAD_TEACHER, person, "new.address@example.org") == 302
        assert person.email == "new.address@example.org"


def test_an_address_that_was_mistyped_can_be_put_right(ground: Ground) -> None:
    """Until somebody has chosen a password there is nothing to take over."""
    person = ground.person(Role.HEAD_TEACHER)
    person.set_unusable_password()
    person.save()
    assert _change(ground, Role.ADMINISTRATOR, person, "right@example.org") == 302
    assert person.email == "right@example.org"


def test_another_school_changes_nothing_of_an_account_that_it_shares(ground: Ground) -> None:
    """Adding somebody by their address gives that school no hold over their account."""
    far_head = User.objects.get(name=f"Hope{FAR}")
    client = ground.client(None)
    client.force_login(far_head)
    officer = ground.scene.officer
    person = {"name": "x", "email": officer.email, "telephone": "", "role": "governor", "position": "x"}
    assert client.post("/staff/new/", person | {"first_day": "2026-09-14"}).status_code == 302
    officer.refresh_from_db()
    kept = (officer.name, officer.email, officer.password, officer.is_active)
    details = {"name": "y", "email": "mine@example.org", "telephone": ""}
    assert client.post(reverse("accounts:details", args=[officer.pk]), details).status_code == 422
    for name in ("accounts:close", "accounts:reopen", "accounts:remove_second_step"):
        client.post(reverse(name, args=[officer.pk]))
    officer.refresh_from_db()
    assert (officer.name, officer.email, officer.password, officer.is_active) == kept


def test_an_account_can_not_be_planted_for_another_schools_person(ground: Ground) -> None:
    """Make an account, choose its password, give it the victim's address: the password must not come along."""
    planted = ground.person(Role.CLASS_TEACHER)
    assert planted.has_usable_password()
    assert _change(ground, Role.HEAD_TEACHER, planted, "victim@example.org") == 302
    assert planted.email == "victim@example.org"
    assert not planted.has_usable_password()


def test_nobody_moves_their_own_account_to_another_address(ground: Ground) -> None:
    head = ground.person(Role.HEAD_TEACHER)
    before = (head.email, head.password)
    assert _change(ground, Role.HEAD_TEACHER, head, "victim@example.org") == 422
    assert (head.email, head.password) == before
