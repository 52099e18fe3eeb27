"""Every address says who may open it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from rollbook.domain.access import Permission

# Anyone may open these without signing in. A name is added here only with a reason.
PUBLIC = {
    "account_login": "signing in",
    "account_logout": "signing out, which does nothing to somebody not signed in",
    "account_reset_password": "a forgotten password",
    "account_reset_password_done": "a forgotten password",
    "account_reset_password_from_key": "a forgotten password",
    "account_reset_password_from_key_done": "a forgotten password",
    "kiosk": "the screen at the door, which has a cookie of its own and no session",
    "kiosk_leave": "the screen at the door: leaving it with its PIN",
    "kiosk_step": "the screen at the door: one pupil signed in or out",
    "mfa_authenticate": "the second step of signing in",
}


def _addresses(resolver: URLResolver, route: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _addresses(entry, here)
        else:
            yield here, entry


ADDRESSES = sorted(_addresses(get_resolver()), key=lambda address: address[0])


def test_there_are_addresses() -> None:
    assert ADDRESSES


@pytest.mark.policy("P-3.2-3")
@pytest.mark.parametrize(("route", "pattern"), ADDRESSES, ids=[route or "/" for route, _ in ADDRESSES])
def test_address_names_a_permission_or_is_public(route: str, pattern: URLPattern) -> None:
    view: Any = pattern.callback
    permissions = getattr(view, "required_permissions", None)
    if permissions is None:
        assert getattr(view, "is_public", False), f"/{route} has neither @requires nor @public"
        assert pattern.name in PUBLIC, (
            f"/{route} ({pattern.name}) is @public but not on the list in this test"
        )
    else:
        assert permissions
        assert all(isinstance(permission, Permission) for permission in permissions)
        assert pattern.name not in PUBLIC
