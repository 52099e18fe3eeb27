"""Renders a scrap of template, or a whole page, the way the product does."""

from typing import Any

from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory

from rollbook.domain.access import Role, Viewer


def render(source: str, **context: Any) -> str:
    """The scrap with the ui tags loaded."""
    return engines["django"].from_string("{% load rollbook_ui %}" + source).render(context)


def viewer(*roles: Role, name: str = "Ruth Osei") -> Viewer:
    """Somebody at Oak Lane School in these roles."""
    return Viewer(7, name, "ruth@example.org", 1, "Oak Lane School", frozenset(roles), "Head of Year 7")


class SignedIn:
    """As much of a user as the frame of a page asks for."""

    is_authenticated = True
    pk = 7


def request_of(path: str = "/", *roles: Role) -> HttpRequest:
    """A request as the middleware would hand it on."""
    request = RequestFactory().get(path)
    request.user = SignedIn()  # type: ignore[assignment]
    request.viewer = viewer(*roles) if roles else None  # type: ignore[attr-defined]
    return request
