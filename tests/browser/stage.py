"""A school in a browser: its clock set, somebody signed in, a page looked at by axe."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from rollbook.apps.accounts.models import User
from tests.browser.axe import violations

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Sets the product's clock as the demonstration does; it runs on from there, and sessions keep the true time."""
    seconds = int((moment - datetime.now(UTC)).total_seconds())
    monkeypatch.setenv("ROLLBOOK_DEMO", "1")
    monkeypatch.setenv("ROLLBOOK_CLOCK_OFFSET", str(seconds))


def sign_in(page: Any, live_server: Any, person: User) -> None:
    """Signs somebody in without the sign-in page."""
    client = Client()
    client.force_login(person)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": str(live_server.url)}])


def check(page: Any) -> None:
    """The page as anyone must be able to use it: nothing for axe to find, no scrolling sideways."""
    assert violations(page) == []
    width = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width[0] <= width[1], f"the page is {width[0]} wide in a window of {width[1]}"
