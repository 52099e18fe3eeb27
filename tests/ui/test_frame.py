"""The frame of the pages: navigation, menus, error pages, and that nothing is against the security policy."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.urls import ResolverMatch, path
from django.views.defaults import permission_denied, server_error

from rollbook.domain.access import Permission, Role
from rollbook.ui.access_words import PERMISSION_WORDS, permission_words, roles_that_may
from rollbook.ui.context import Shell
from tests.ui.rendering import request_of, viewer

SOURCE = Path(__file__).resolve().parents[2] / "src" / "rollbook"
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))


def view(request: Any) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("", view, name="home"),
    path("pupils/", view, name="pupils"),
    path("pupils/groups/", view, name="groups"),
    path("codes/", view, name="codes"),
    path("out/", view, name="out"),
]


@pytest.fixture(autouse=True)
def _addresses(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    settings.ROLLBOOK_NAV = [
        ("Start", "home", ["school.view"]),
        ("Pupils", "pupils", ["pupil.view_any", "pupil.view_own"]),
        ("Groups", "groups", ["school.view"]),
        ("Staff", "nowhere", ["staff.manage"]),
    ]
    settings.ROLLBOOK_LINKS = {
        "codes": "codes",
        "sign_out": "out",
        "find_pupil": "pupils",
        "account": "nowhere",
    }


def test_navigation_has_only_what_exists_and_is_permitted() -> None:
    teacher = Shell(request_of("/", Role.CLASS_TEACHER))
    assert [item.words for item in teacher.nav] == ["Start", "Pupils", "Groups"]
    governor = Shell(request_of("/", Role.GOVERNOR))
    assert [item.words for item in governor.nav] == ["Start", "Groups"]
    assert Shell(request_of("/")).nav == []


@pytest.mark.parametrize(
    ("here", "current"),
    [("/", "Start"), ("/pupils/", "Pupils"), ("/pupils/12/", "Pupils"), ("/pupils/groups/7A/", "Groups")],
)
def test_the_nearest_entry_is_the_current_one(here: str, current: str) -> None:
    nav = Shell(request_of(here, Role.OFFICE)).nav
    assert [item.words for item in nav if item.is_current] == [current]


def test_only_those_who_may_see_pupils_get_the_search() -> None:
    assert Shell(request_of("/", Role.OFFICE)).find_url == "/pupils/"
    assert Shell(request_of("/", Role.GOVERNOR)).find_url == ""
    assert Shell(request_of("/")).find_url == ""


def test_the_demonstrations_clock_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Shell(request_of("/")).demo_clock == ""
    monkeypatch.setenv("ROLLBOOK_DEMO", "1")
    monkeypatch.setenv("ROLLBOOK_CLOCK_OFFSET", "-3600")
    assert re.fullmatch(r"\w+day \d+ \w+ \d{4}, \d\d:\d\d", Shell(request_of("/")).demo_clock)


def test_the_frame_of_a_page() -> None:
    html = render_to_string("ui/base.html", request=request_of("/pupils/", Role.OFFICE))
    assert '<html lang="en-GB">' in html
    assert '<a class="skip-link" href="#main">' in html
    assert html.count("<h1>") == 1
    assert html.count('aria-current="page"') == 2  # in the bar and in the menu of a phone
    assert 'action="/pupils/" role="search"' in html
    assert html.count('method="post" action="/out/" data-sign-out') == 2
    assert "Ruth Osei" in html
    assert "Head of Year 7" in html
    assert '<a href="/codes/">Code meanings</a>' in html
    assert "Account" not in re.sub(r"<[^>]+>", "", html).replace("your account", "")


def test_the_frame_for_nobody_has_no_menus() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    html = render_to_string("ui/base_plain.html", request=request)
    assert "<details" not in html
    assert "<nav" not in html


def denied(*roles: Role) -> str:
    request = request_of("/staff/", *roles)

    def staff(request: Any) -> None:
        raise PermissionDenied

    staff.required_permissions = frozenset({Permission.STAFF_MANAGE, Permission.AUDIT_VIEW})  # type: ignore[attr-defined]
    request.resolver_match = ResolverMatch(staff, (), {})
    return permission_denied(request, PermissionDenied()).content.decode()


def test_the_page_for_the_refused_says_what_is_needed_and_who_can_help() -> None:
    html = denied(Role.CLASS_TEACHER)
    assert "people who may give staff their roles or read the audit log" in html
    assert "head teacher, senior attendance champion, attendance officer or administrator" in html
    assert "signed in as Ruth Osei, Head of Year 7" in html
    assert "ask the head teacher or the Rollbook administrator" in html


def test_the_page_for_someone_without_a_role_says_so() -> None:
    assert "you hold no role at a school today" in denied()


def test_every_permission_has_words() -> None:
    assert set(PERMISSION_WORDS) == set(Permission)
    assert permission_words([Permission.AUDIT_VIEW]) == "read the audit log"
    assert Role.HEAD_TEACHER in roles_that_may([Permission.CLOSURE_DECLARE])


def test_the_page_of_last_resort_needs_nothing() -> None:
    html = server_error(RequestFactory().get("/")).content.decode()
    assert "our fault, not yours" in html
    assert "/static/rollbook/app.css" in html


@pytest.mark.parametrize("name", ["400.html", "403_csrf.html", "404.html"])
def test_error_pages_have_a_heading_and_a_way_on(name: str) -> None:
    html = render_to_string(name, request=request_of("/", Role.OFFICE))
    assert html.count("<h1>") == 1
    assert "Go to the start page" in html


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_templates_keep_to_the_content_security_policy(template: Path) -> None:
    """No inline script, no handler, no style attribute, nothing from elsewhere."""
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"<style\b", text)
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", text)
    assert "javascript:" not in text


@pytest.mark.parametrize(
    "template",
    [each for each in TEMPLATES if "/ui/templates/" in str(each)],
    ids=lambda path: str(path.relative_to(SOURCE)),
)
def test_templates_of_the_kit_compile(template: Path) -> None:
    get_template(str(template).split("/templates/")[1])


def test_scripts_make_no_code_from_text() -> None:
    for script in (SOURCE.parents[1] / "assets").glob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"\b(?:eval|Function)\(|innerHTML\s*=(?!=)|insertAdjacentHTML|\.style\.", text)


def test_a_viewer_is_named_in_the_menu_by_initials() -> None:
    assert viewer(Role.OFFICE).name == "Ruth Osei"
    html = render_to_string("ui/base.html", request=request_of("/", Role.OFFICE))
    assert '<span class="usermenu__initials" aria-hidden="true">RO</span>' in html
