"""What every test may rely on: this machine only, an empty memory and database, a browser that tells its errors."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

from tests.emptying import empty_tables

# Playwright keeps an event loop in the thread that also talks to the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# A shared machine stalls now and then; that says nothing about the code.
settings.register_profile(
    "rollbook", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("rollbook")

ROOT = Path(__file__).resolve().parents[1]
POLICY_ITEMS = frozenset(
    line.split()[0]
    for line in (ROOT / "docs" / "policy-items.txt").read_text(encoding="utf-8").splitlines()
    if line.startswith("P-")
)
BROWSER_FIXTURES = {"page", "context", "browser", "new_context"}
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server"}

pytest_plugins = ["tests.policy", "tests.mail"]


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marks of this project."""
    for mark in (
        "policy(*items): the items of the policy checklist (docs/policy-items.txt) that this test shows",
        "browser: drives Chromium; runs on SQLite only",
        "database: asks for a database, or starts one; the others need no second run on PostgreSQL",
        "pages: reads the text of pages, which is the same on either database; runs on SQLite only",
        "postgres: shows what only PostgreSQL can show; skipped on SQLite",
        "races: many people at once, or kill -9, on real connections; takes a minute",
        "console_errors: the page is expected to report errors to the console",
    ):
        config.addinivalue_line("markers", mark)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests by what they need, skips what the database can't show, and refuses unknown policy items."""
    on_sqlite = connections["default"].vendor == "sqlite"
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if BROWSER_FIXTURES.intersection(fixtures):
            item.add_marker(pytest.mark.browser)
        if DATABASE_FIXTURES.intersection(fixtures) or any(
            map(item.get_closest_marker, ("django_db", "races"))
        ):
            item.add_marker(pytest.mark.database)
        if on_sqlite and item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.skip(reason="shows what only PostgreSQL can show"))
        for mark in item.iter_markers("policy"):
            if unknown := set(mark.args) - POLICY_ITEMS:
                raise pytest.UsageError(
                    f"{item.nodeid} names {sorted(unknown)}, not in docs/policy-items.txt"
                )


# --- The database -----------------------------------------------------------------------------------------------


def _empty(test_case: Any) -> None:
    empty_tables()
    cache.clear()


TransactionTestCase._fixture_teardown = _empty  # type: ignore[attr-defined]


# --- What is kept in memory ---------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Calendars and years of marks are kept by id, and the schools of two tests may share ids."""
    # Only once Django is set up, as it is when a test begins.
    from rollbook.apps.registers.queries.year import forget_years
    from rollbook.apps.schools.queries import forget_timetables

    forget_timetables()
    forget_years()
    yield
    forget_timetables()
    forget_years()


# --- The browser ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, without the calls home that a closed network would answer with errors."""
    arguments = [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    if sys.platform == "linux" and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    return {**browser_type_launch_args, "executable_path": chromium, "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """An English reader in London at a desk; a test chooses another window with `browser_context_args`' mark."""
    return {
        **browser_context_args,
        "locale": "en-GB",
        "timezone_id": "Europe/London",
        "viewport": {"width": 1440, "height": 900},
        "reduced_motion": "reduce",
    }


@pytest.fixture(scope="session")
def base_url(live_server: Any) -> str:
    """The test's own server, so that a test says `page.goto("/today/")`."""
    return str(live_server.url)


@pytest.fixture
def page(page: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A page whose script errors and refusals by the content security policy fail the test."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
    page.on("console", lambda message: _note(problems, message))
    page.set_default_timeout(10_000)
    yield page
    if not request.node.get_closest_marker("console_errors"):
        assert problems == []


def _note(problems: list[str], message: Any) -> None:
    # An answer of 403, 409 or 422 is also reported to the console, and many tests ask for one.
    if message.type == "error" and not message.text.startswith("Failed to load resource"):
        problems.append(f"console: {message.text}")
