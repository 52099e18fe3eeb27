"""The tests' own ground: tables of evidence are emptied between tests, and nothing reaches beyond this machine."""

import socket
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.db import DatabaseError, transaction
from playwright.sync_api import Page
from pytest_socket import SocketConnectBlockedError

from rollbook.apps.audit import actions
from rollbook.apps.audit.models import Event
from rollbook.domain.access import Actor
from tests.browser.axe import violations


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_evidence_of_one_test_is_gone_in_the_next_and_still_kept(turn: int) -> None:
    assert not Event.objects.exists()
    assert cache.get("seen") is None
    cache.set("seen", turn)
    actions.record(
        type="harness.tried",
        by=Actor(None, "A. Lee", "Office"),
        at=datetime(2026, 9, 14, tzinfo=UTC),
        school_id=None,
    )
    with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
        Event.objects.update(by_name="Somebody else")
    assert Event.objects.get().by_name == "A. Lee"


# pytest-socket also warns, for tests that swallow the error.
@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_the_network_is_off() -> None:
    with pytest.raises(SocketConnectBlockedError), socket.socket() as line:
        line.connect(("192.0.2.1", 80))


def test_the_browser_reads_our_pages_and_axe_finds_faults(page: Page) -> None:
    answer = page.goto("/no-such-page")
    assert answer is not None
    assert answer.status == 404
    assert violations(page) == []
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert [fault.split(":")[0] for fault in violations(page)] == ["button-name"]
