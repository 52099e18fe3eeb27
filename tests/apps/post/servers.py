"""Mail servers that don't take everything: real ones on this machine, told how to answer."""

import asyncio
import email
from collections.abc import Iterator
from email.message import Message as Mail
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.mail import _free_port


class Moody:
    """A mail server that answers each mail as the test says: `answers` are used up one by one, then it takes all."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.rcpt_answers: list[str] = []
        self.taken: list[Mail] = []
        self.tried = 0

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Says whether there is such an address."""
        if self.rcpt_answers:
            return self.rcpt_answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Takes a mail, refuses it, takes it and hangs up before it says so, or says nothing for too long."""
        self.tried += 1
        answer = self.answers.pop(0) if self.answers else "250 Taken"
        if answer.startswith("250") or answer == "hang up":
            self.taken.append(email.message_from_bytes(envelope.content))
        if answer == "hang up":
            server.transport.abort()
        if answer == "silence":
            await asyncio.sleep(3)
        return answer


@pytest.fixture
def moody(settings: Any) -> Iterator[Moody]:
    """A mail server whose answers the test chooses, and the product set to use it."""
    handler, port = Moody(), _free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    try:
        yield handler
    finally:
        controller.stop()
