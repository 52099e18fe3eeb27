"""Who may not know a name does not learn it: not from pages, not from files, not from errors."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from rollbook.domain.access import Role
from tests.apps.registers.scene import MONDAY
from tests.security.ground import OWN, PAGES, Ground, body_of, plausible

_SEARCHES = (
    "/pupils/?q=Amy{0}", "/pupils/?q=Abbott{0}&show=left", "/pupils/export.csv?q=Amy{0}", "/audit/?pupil=Amy{0}",
    "/audit/?subject=pupil:{1}", "/audit/export/?subject=pupil:{1}", "/audit/export/", "/audit/?by=Amy{0}",
    "/staff/?name=Amy{0}", "/registers/export/?first_day=2026-09-14&last_day=2026-09-14", "/planned/?pupil={1}",
    "/arrivals/?pupil={1}", "/pupils/{1}/?on=2026-09-14", "/today/2026-09-14/am/", "/today/2026-09-14/pm/",
    "/today/?auto=1", "/closures/2026-09-14/", "/school/days/new/?name=x", "/no/such/page/", "/pupils/0/",
    "/staff/{1}/",
)  # fmt: skip


def everything(ground: Ground, client: Client) -> Iterator[tuple[str, str]]:
    """All that somebody can get out of the product: every page, search and file, and what forms answer."""
    for ids in (ground.ids, ground.nobody):
        for page in PAGES:
            if page.name in ("account_logout", "accounts:sign_out_everywhere"):
                continue
            yield page.name, body_of(client.get(page.at(ids)))
    for search in _SEARCHES:
        to = search.format(OWN, ground.ids["pupil_id"])
        yield to, body_of(client.get(to))
    for page in PAGES:
        if page.name.startswith(("registers:", "roll:", "audit:")):
            yield f"POST {page.name}", body_of(client.post(page.at(ground.ids), plausible(ground.ids)))
            yield page.name, body_of(client.get("/account/"))
    # The page that a script asks for anew.
    yield "refresh", body_of(client.get("/today/", headers={"x-rollbook-refresh": "board"}))


def mark_of(body: str, *words: str) -> list[str]:
    """Which of these words are in it? A token of a form is chance and may hold any of them."""
    body = re.sub(r"[A-Za-z0-9]{32,}", "", body)
    return [word for word in words if word.lower() in body.lower()]


@pytest.fixture
def closed(ground: Ground) -> Ground:
    """A file loaded and an amendment with a private reason, so that the log has plenty to give away."""
    ground.client(Role.OFFICE).post(
        reverse("exchange:load", args=[ground.ids["import_id"]]), {"good_rows_only": "on"}
    )
    ground.client(Role.OFFICE).get("/audit/")
    ground.client(Role.OFFICE).get(f"/pupils/export.csv?q=Amy{OWN}")
    ground.client(Role.HEAD_TEACHER).get(f"/audit/export/?pupil=Amy{OWN}")
    ground.client(Role.OFFICE).get(reverse("roll:details", args=[ground.ids["pupil_id"]]))
    return ground


def test_a_governor_learns_no_name(closed: Ground) -> None:
    client = closed.client(Role.GOVERNOR)
    for where, body in everything(closed, client):
        assert not mark_of(body, OWN, "Abbott", "Dale"), where


def test_an_administrator_learns_neither_names_nor_marks(closed: Ground) -> None:
    """But for the files they may load, which are in their hands anyhow."""
    client = closed.client(Role.ADMINISTRATOR)
    for where, body in everything(closed, client):
        if where.startswith(("exchange:", "POST exchange:")) or where == "roll:pupils":
            continue
        # What they typed themselves into the search stands in its box.
        names = [f"Abbott{OWN}", f"Amy{OWN}", f"Dale{OWN}", f"Mo{OWN}", f"Parent{OWN}"]
        assert not mark_of(body, *(name for name in names if name not in where)), where
        assert not mark_of(body, f"Reason{OWN}", f"Plan{OWN}", f"File{OWN},"), where


def test_a_teacher_learns_nothing_of_other_groups(ground: Ground) -> None:
    client = ground.client(Role.CLASS_TEACHER)
    ids = ground.ids | {"pupil_id": ground.scene.dan.pk, "group_id": ground.scene.other_group.pk}
    for page in PAGES:
        if page.name in ("account_logout", "accounts:sign_out_everywhere"):
            continue
        # In an evacuation whoever stands beside a pupil ticks them off: name, group, on site or not, and no more.
        if page.name.startswith(("registers:roll_call", "registers:call")):
            continue
        for body in (body_of(client.get(page.at(ids))), body_of(client.post(page.at(ids), plausible(ids)))):
            assert not mark_of(body, f"Dale{OWN}", f"Dan{OWN}"), page.name
    for to in (
        f"/pupils/?q=Dan{OWN}",
        "/pupils/?q=Dale",
        f"/pupils/?group={ids['group_id']}",
        "/pupils/?show=left",
    ):
        assert f"Dan{OWN}<" not in body_of(client.get(to))


def test_a_teacher_learns_nothing_private_of_their_own_group(ground: Ground) -> None:
    """Health, care and parents are not a class teacher's."""
    amy = ground.scene.amy
    amy.medical_note, amy.social_worker, amy.address = "Medicalsecret", "Workersecret", "Roadsecret"
    amy.is_looked_after = amy.has_child_protection_plan = True
    amy.save()
    client = ground.client(Role.CLASS_TEACHER)
    for page in PAGES:
        body = body_of(client.get(page.at(ground.ids)))
        assert not mark_of(body, "secret", f"Parent{OWN}", f"mo{OWN}@"), page.name


def test_an_answer_to_a_wrong_password_tells_nothing(ground: Ground) -> None:
    answers = []
    for email in (ground.scene.head.email, "nobody-at-all@example.org"):
        client = ground.client(None)
        response = client.post("/sign-in/", {"login": email, "password": "wrong"})
        answers.append((response.status_code, len(response.content.decode().replace(email, ""))))
        client = ground.client(None)
        response = client.post("/password/forgotten/", {"email": email})
        answers.append((response.status_code, response.headers.get("Location")))
    assert answers[:2] == answers[2:]


def test_errors_name_nobody(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that fails half-way shows the plain page for that, without a trace of what it was about."""
    from rollbook.apps.registers.views import taking

    def fail(*_: object) -> None:
        raise RuntimeError(f"about Amy{OWN}")

    monkeypatch.setattr(taking, "register_context", fail)
    response = ground.client(Role.CLASS_TEACHER).get(
        reverse("registers:take", args=[ground.scene.group.pk, MONDAY, "AM"])
    )
    assert response.status_code == 500
    assert OWN not in body_of(response)
    assert "Traceback" not in body_of(response)
