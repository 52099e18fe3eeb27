"""A real mail server on this machine, for tests of letters: what was sent is in its box."""

import email
import socket
from collections.abc import Iterator
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller


class Box:
    """The letters that the server took."""

    def __init__(self) -> None:
        self.letters: list[Message] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Takes a letter."""
        self.letters.append(email.message_from_bytes(envelope.content))
        return "250 Taken"


def text_of(part: Message) -> str:
    """What a letter, or one part of it, says."""
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mail_server(settings: Any) -> Iterator[Box]:
    """A mail server on this machine, and the product set to use it."""
    box, port = Box(), _free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    try:
        yield box
    finally:
        controller.stop()


@pytest.fixture
def no_mail_server(settings: Any) -> None:
    """A mail server that does not answer."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", _free_port()
