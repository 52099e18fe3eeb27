"""Who may open a page: those who hold a permission that the page names, and nobody else."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from rollbook.domain.access import Permission, Role, Viewer
from rollbook.ui.permissions import public, requires


@requires(Permission.BOARD_VIEW, Permission.BOARD_TOTALS)
def board(request: HttpRequest, number: int = 0) -> HttpResponse:
    """A page for the test."""
    return HttpResponse(f"board {number}")


def _request(role: Role | None) -> HttpRequest:
    request = RequestFactory().get("/board?on=2026-09-14")
    request.user = AnonymousUser()
    viewer = (
        Viewer(1, "A. Lee", "a.lee@example.org", 1, "School", frozenset({role}), "Post") if role else None
    )
    request.viewer = viewer  # type: ignore[attr-defined]
    return request


@pytest.mark.parametrize("role", [Role.OFFICE, Role.GOVERNOR], ids=str)
def test_any_of_the_permissions_opens_the_page(role: Role) -> None:
    assert board(_request(role), number=3).content == b"board 3"


def test_lacking_all_is_refused() -> None:
    with pytest.raises(PermissionDenied):
        board(_request(Role.CLASS_TEACHER))


def test_not_signed_in_goes_to_sign_in_and_comes_back(settings: Any) -> None:
    settings.LOGIN_URL = "/sign-in"
    answer = board(_request(None))
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=/board%3Fon%3D2026-09-14"


def test_signed_in_without_an_appointment_is_refused() -> None:
    request = _request(None)
    request.user = type("Person", (), {"is_authenticated": True})()
    with pytest.raises(PermissionDenied):
        board(request)


def test_the_permissions_can_be_read_from_the_view() -> None:
    assert board.required_permissions == {Permission.BOARD_VIEW, Permission.BOARD_TOTALS}  # type: ignore[attr-defined]
    assert not hasattr(board, "is_public")


def test_public_is_a_mark_too() -> None:
    view = public(lambda _request: HttpResponse())
    assert view.is_public  # type: ignore[attr-defined]


def test_naming_no_permission_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        requires()
