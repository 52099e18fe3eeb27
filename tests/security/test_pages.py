"""Every page as a browser gets it: headers, cookies, nothing that runs but our own files, nothing typed that acts."""

import csv
import io
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client, override_settings
from django.urls import reverse

from rollbook.apps.accounts.models import User
from rollbook.apps.registers.models import Entry, PlannedMark
from rollbook.apps.roll.models import Parent, Pupil
from rollbook.apps.schools.models import (
    AcademicYear,
    CalendarEntry,
    PolicySetting,
    School,
    TeachingGroup,
    Term,
)
from rollbook.domain.access import Role
from tests.apps.registers.scene import MONDAY, mark
from tests.factories.people import PASSWORD
from tests.security.ground import PAGES, Ground, body_of, plausible

pytestmark = pytest.mark.pages
SCRIPT = "<script>alert(1)</script>"
IMAGE = "\"'><img src=x onerror=alert(1)>"
SUM = "{{7*7}}zz{% now 'Y' %}"


# Our own pages, and the law that a page of ours names.
_OURS = re.compile(r"/(?!/)|#|\?|$|mailto:|tel:")
_THE_LAW = (
    "https://www.legislation.gov.uk/",
    "https://www.gov.uk/",
    "https://assets.publishing.service.gov.uk/",
)


class Look(HTMLParser):
    """What a browser would run or draw of a page besides the product's own files."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.forms: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name, value in given.items():
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.bad.append(f"<{tag} {name}={value}>")
            if name in ("href", "src", "action", "formaction") and not (
                _OURS.match(value) or value.startswith(_THE_LAW)
            ):
                self.bad.append(f"<{tag} {name}={value}>")
        if tag in ("style", "base", "iframe", "object", "embed") or (
            tag == "script" and not given.get("src")
        ):
            self.bad.append(f"<{tag}>")
        if tag == "img" and not given.get("src", "").startswith("/static/"):
            self.bad.append(f"<img src={given.get('src')}>")
        if tag == "form":
            self.forms.append(given | {"has_token": False})
        if tag == "input" and given.get("name") == "csrfmiddlewaretoken" and self.forms:
            self.forms[-1]["has_token"] = True


def look(response: HttpResponseBase, where: str) -> str:
    """Looks a page over. Shape: its text."""
    body = body_of(response)
    if "text/html" in response.headers.get("Content-Type", ""):
        seen = Look()
        seen.feed(body.partition("\n")[2])
        assert not seen.bad, f"{where}: {seen.bad}"
        for form in seen.forms:
            assert form.get("method", "get").lower() == "get" or form["has_token"], (
                f"{where}: a form without token"
            )
    return body


def check_headers(response: HttpResponseBase, where: str) -> None:
    policy = response.headers.get("Content-Security-Policy", "")
    assert "default-src 'none'" in policy, where
    assert "unsafe" not in policy, where
    assert "*" not in policy, where
    assert "frame-ancestors 'none'" in policy, where
    # A stranger's host is refused before that header is set; the policy above says the same.
    assert response.headers.get("X-Frame-Options") == "DENY" or where == "400", where
    assert response.headers.get("X-Content-Type-Options") == "nosniff", where
    assert response.headers.get("Referrer-Policy") == "same-origin", where
    assert response.headers.get("Cross-Origin-Opener-Policy") == "same-origin", where


@pytest.mark.parametrize("role", [Role.HEAD_TEACHER, Role.CLASS_TEACHER, None])
def test_every_page_is_safe_to_show(ground: Ground, role: Role | None) -> None:
    client = ground.client(role)
    for page in PAGES:
        for ids in (ground.ids, ground.nobody):
            response = client.get(page.at(ids))
            look(response, page.name)
            check_headers(response, page.name)
            if role is not None or page.is_public:
                cache = response.headers.get("Cache-Control", "")
                assert "no-store" in cache or page.is_public, f"{page.name}: {cache}"
                assert "public" not in cache, page.name


def test_errors_are_pages_like_any_other(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    from rollbook.apps.registers.views import board

    client = ground.client(Role.HEAD_TEACHER, enforce_csrf_checks=True)

    def fail(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(board, "board_of", fail)
    for status, response in (
        (404, client.get("/no/such/page/<script>alert(1)</script>/")),
        (404, client.get("/pupils/0/")),
        (403, ground.client(Role.GOVERNOR).get("/pupils/")),
        (403, client.post("/closures/", {})),
        (400, client.get("/today/", headers={"host": "evil.example.org"})),
        (405, ground.client(Role.HEAD_TEACHER).put("/closures/")),
        (500, client.get("/today/")),
    ):
        assert response.status_code == status
        assert "<script>alert" not in look(response, str(status))
        check_headers(response, str(status))


def test_every_form_needs_its_token(ground: Ground) -> None:
    client = ground.client(Role.HEAD_TEACHER, enforce_csrf_checks=True)
    for page in PAGES:
        for headers in ({}, {"origin": "https://evil.example.org"}):
            response = client.post(page.at(ground.ids), plausible(ground.ids), headers=headers)
            assert response.status_code == 403, page.name
        assert client.put(page.at(ground.ids)).status_code == 403, page.name
        assert client.delete(page.at(ground.ids)).status_code == 403, page.name


ELSEWHERE = [
    "//evil.example.org",
    "https:evil.example.org",
    "https:/evil.example.org",
    "https://evil.example.org/",
    "\\\\evil.example.org",
    "/\\evil.example.org",
    "\t//evil.example.org",
    "/\t/evil.example.org",
    "javascript:alert(1)",
    "///evil.example.org",
    "http://testserver@evil.example.org",
    "http:" + "///evil.example.org",
    "data:text/html,x",
    " //evil.example.org",
]


@pytest.mark.parametrize("to", ELSEWHERE)
def test_nobody_is_led_away(ground: Ground, to: str) -> None:
    head = ground.scene.head
    answers = []
    for query in (f"?next={to}", ""):
        client = ground.client(None)
        assert to not in re.findall(
            r'(?:href|action)="([^"]*)"', client.get("/sign-in/", {"next": to}).content.decode()
        )
        answers.append(
            client.post(f"/sign-in/{query}", {"login": head.email, "password": PASSWORD, "next": to})
        )
        answers.append(client.get("/sign-in/", {"next": to}))  # signed in already
        answers.append(client.post("/account/school/", {"school": str(ground.scene.school.pk), "next": to}))
        answers.append(client.post(f"/account/confirm/?next={to}", {"password": PASSWORD, "next": to}))
        answers.append(client.post(f"/sign-out/?next={to}", {"next": to}))
    for response in answers:
        assert response.status_code in (302, 200), response.status_code
        if response.status_code == 302:
            place = response["Location"]
            assert place.startswith("/"), place
            assert not place.startswith(("//", "/\\", "/\t")), place


def test_a_page_that_timed_out_leads_nowhere_else(ground: Ground) -> None:
    client = ground.client(Role.HEAD_TEACHER)
    session = client.session
    session["started_at"] = session["seen_at"] = 1
    session.save()
    response = client.post(
        "/closures/",
        {},
        headers={"referer": "https://evil.example.org/x", "hx-current-url": "//evil.example.org"},
    )
    assert response.status_code == 302
    assert "evil" not in response["Location"]


def test_a_session_begins_anew_with_signing_in_and_ends_with_signing_out(ground: Ground) -> None:
    client = ground.client(None)
    client.get("/sign-in/")
    client.post("/sign-in/", {"login": "x@example.org", "password": "x"})
    session = client.session
    session["mine"] = 1
    session.save()
    client.cookies["rollbook-session"] = before = session.session_key
    response = client.post("/sign-in/", {"login": ground.scene.head.email, "password": PASSWORD})
    assert response.status_code == 302
    after = client.cookies["rollbook-session"]
    assert after.value != before
    assert after["httponly"]
    assert after["samesite"] == "Lax"
    old = ground.client(None)
    old.cookies["rollbook-session"] = before
    assert old.get("/today/").status_code == 302
    kept = after.value
    assert client.get("/today/").status_code == 200
    client.get("/sign-out/")
    assert client.get("/today/").status_code == 200, "signing out takes more than following a link"
    client.post("/sign-out/")
    again = ground.client(None)
    again.cookies["rollbook-session"] = kept
    assert again.get("/today/").status_code == 302


def test_a_new_password_ends_the_other_sessions(ground: Ground) -> None:
    here, there = ground.client(Role.HEAD_TEACHER), ground.client(Role.HEAD_TEACHER)
    response = here.post(
        "/account/password/",
        {"oldpassword": PASSWORD, "password1": "a-much-longer-one-77", "password2": "a-much-longer-one-77"},
    )
    assert response.status_code == 302
    assert here.get("/today/").status_code == 200
    assert there.get("/today/").status_code == 302


@override_settings(
    SESSION_COOKIE_SECURE=True,
    CSRF_COOKIE_SECURE=True,
    SECURE_SSL_REDIRECT=True,
    SECURE_HSTS_SECONDS=31_536_000,
    SESSION_COOKIE_NAME="__Host-rollbook-session",
    CSRF_COOKIE_NAME="__Host-rollbook-csrf",
)
def test_as_on_a_live_server(ground: Ground) -> None:
    client = ground.client(None)
    assert client.get("/sign-in/").status_code == 301
    assert client.get("/sign-in/", headers={"x-forwarded-proto": "https"}).status_code == 301, (
        "anyone can send that"
    )
    client.get("/sign-in/", secure=True)
    token = client.cookies["__Host-rollbook-csrf"].value
    response = client.post(
        "/sign-in/",
        {"login": ground.scene.head.email, "password": PASSWORD, "csrfmiddlewaretoken": token},
        secure=True,
    )
    assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    for name in ("__Host-rollbook-session", "__Host-rollbook-csrf"):
        cookie = client.cookies[name]
        assert cookie["secure"]
        assert cookie["httponly"]
        assert cookie["path"] == "/"
        assert not cookie["domain"]


@pytest.fixture
def poisoned(ground: Ground) -> Ground:
    """Every text of the school says something that a careless page would run."""
    for word, model, names in (
        (
            SCRIPT,
            Pupil,
            (
                "surname",
                "legal_surname",
                "middle_names",
                "medical_note",
                "address",
                "transport",
                "last_school_name",
                "social_worker",
            ),
        ),
        (
            IMAGE,
            Pupil,
            ("forename", "legal_forename", "virtual_school", "last_school_address", "interpreter_language"),
        ),
        (IMAGE, Parent, ("forename", "address", "title")),
        (SCRIPT, Parent, ("surname", "telephone")),
        (IMAGE, User, ("name",)),
        (SCRIPT, User, ("telephone",)),
        (IMAGE, TeachingGroup, ("room",)),
        (SUM, CalendarEntry, ("name",)),
        (IMAGE, PolicySetting, ("approved_at_meeting",)),
        (SCRIPT, PlannedMark, ("note",)),
        (IMAGE, School, ("name", "address")),
        (SCRIPT, School, ("local_authority", "telephone")),
    ):
        for name in names:
            length = model._meta.get_field(name).max_length
            for row in model._default_manager.all():
                setattr(row, name, f"{word}{SUM}"[: length or 100])
                row.save(update_fields=[name])
    for number, group in enumerate(TeachingGroup.objects.all()):
        group.name = f"{IMAGE}{number}"[:40]
        group.save()
    for row in (*AcademicYear.objects.all(), *Term.objects.all()):
        row.name = f"<u>{row.pk}{{{{7*7}}}}zz"[:20]
        row.save()
    scene = ground.scene
    scene.school.refresh_from_db()
    for person in (scene.teacher, scene.office, scene.officer, scene.head):
        person.refresh_from_db()
    from rollbook.apps.accounts.models import Appointment

    Appointment.objects.update(position=f"{IMAGE}{SUM}")
    scene.take([mark(scene.cat, "N", seen=1)], by=scene.office, reason=f"{SCRIPT}{IMAGE}{SUM}")
    scene.take([mark(scene.ben, "C", note=f"{IMAGE}{SUM}", seen=1)], by=scene.head, reason=IMAGE)
    head = ground.client(Role.HEAD_TEACHER)
    head.post(
        reverse("schools:group_change", args=[scene.other_group.pk]), {"name": f"x{SCRIPT}", "room": SCRIPT}
    )
    head.post(
        "/closures/",
        {
            "on": "2026-09-11",
            "sessions": ["PM"],
            "reason": SCRIPT,
            "decided_by": IMAGE,
            "key": "0b3bd64e-5a1c-4d0e-8a5e-2f3c1d5b7a91",
            "act": "declare",
        },
    )
    return ground


@pytest.mark.parametrize("role", [Role.HEAD_TEACHER, Role.CLASS_TEACHER, Role.GOVERNOR])
def test_nothing_typed_acts_on_a_page(poisoned: Ground, role: Role) -> None:
    client = poisoned.client(role)
    shown = 0
    for page in PAGES:
        if page.name in ("account_logout", "accounts:sign_out_everywhere"):
            continue
        answers = [client.get(page.at(poisoned.ids))]
        answers.append(
            client.post(
                page.at(poisoned.ids),
                plausible(poisoned.ids)
                | dict.fromkeys(
                    ("name", "surname", "position", "reason", "note", "q", "because"), f"{SCRIPT}{IMAGE}"
                ),
            )
        )
        answers.append(
            client.get(
                page.at(poisoned.ids),
                dict.fromkeys(
                    ("q", "name", "by", "pupil", "next", "letter", "on", "kind", "subject"),
                    f"{SCRIPT}{IMAGE}",
                ),
            )
        )
        for response in answers:
            assert response.status_code < 500, page.name
            body = look(response, page.name)
            assert "49zz" not in body, page.name
            if "text/html" in response.headers.get("Content-Type", ""):
                assert "<script>alert" not in body, page.name
                assert "<img src=x" not in body, page.name
                assert "<u>" not in body, page.name
                shown += "&lt;img src=x" in body
    assert shown > 10, "the words must be on the pages, escaped"


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0"]


def test_no_cell_of_a_file_is_a_formula(ground: Ground) -> None:
    scene = ground.scene
    pupils = (scene.amy, scene.ben, scene.cat, scene.dan)
    for number, pupil in enumerate(pupils):
        pupil.surname, pupil.forename = f"{FORMULAS[number]}a", f"{FORMULAS[-1 - number]}b"
        pupil.legal_surname, pupil.legal_forename = pupil.forename, pupil.surname
        pupil.admission_number = FORMULAS[number]
        pupil.save()
    for number, person in enumerate((scene.teacher, scene.office, scene.officer, scene.head)):
        User.objects.filter(pk=person.pk).update(name=FORMULAS[number])
    from rollbook.apps.accounts.models import Appointment

    Appointment.objects.update(position="=1+1")
    TeachingGroup.objects.filter(pk=scene.group.pk).update(name="=7A")
    scene.take([mark(scene.cat, "N", seen=1)], by=scene.office, reason="=1+1")
    scene.take([mark(scene.ben, "C", note="@x", seen=1)], by=scene.head, reason="+x")
    client: Client = ground.client(Role.HEAD_TEACHER)
    file = ground.client(Role.OFFICE)
    files = {
        "/pupils/export.csv": client,
        "/audit/export/": client,
        reverse("exchange:refused", args=[ground.ids["import_id"]]): file,
        f"/registers/export/?first_day={MONDAY}&last_day={MONDAY}": client,
        "/imports/new/pupils/headings.csv": client,
    }
    for to, browser in files.items():
        response = browser.get(to)
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert response.headers["Content-Disposition"].startswith("attachment;")
        content = b"".join(response) if response.streaming else response.content
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        assert len(rows) > (0 if "headings" in to else 1), to
        for row in rows:
            assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))], to
    assert Entry.objects.filter(reason="=1+1").exists()
