"""A stand-in for GOV.UK Notify on this machine: speaks what its REST API documents, and answers as the test says.

Checked: the path, the bearer token (JWT, HS256, iss = service id, iat), and which fields a request has.
"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlparse
from uuid import uuid4

import jwt
import pytest

SERVICE, SECRET = str(uuid4()), str(uuid4())
KEY = f"test_key-{SERVICE}-{SECRET}"
_FIELDS = {
    "sms": {"phone_number", "template_id", "personalisation", "reference"},
    "email": {"email_address", "template_id", "personalisation", "reference"},
    "letter": {"template_id", "personalisation", "reference"},
}


class StandIn:
    """What it took, by its own ids, and what it is to answer next: (status, message), "cut" or None for as usual."""

    def __init__(self) -> None:
        self.taken: dict[str, dict[str, Any]] = {}
        self.answers: list[tuple[int, str] | str] = []
        self.asked: list[str] = []

    def says(self, status: str) -> None:
        """What became of everything it took."""
        for each in self.taken.values():
            each["status"] = status


class _Handler(BaseHTTPRequestHandler):
    stand_in: StandIn

    def log_message(self, *args: Any) -> None:
        """Says nothing."""

    def do_POST(self) -> None:
        kind = self.path.rpartition("/")[2]
        form = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.stand_in.answers.pop(0) if self.stand_in.answers else None
        if isinstance(answer, tuple):
            self._say(
                answer[0], {"status_code": answer[0], "errors": [{"error": "Error", "message": answer[1]}]}
            )
            return
        if not self._is_signed() or self.path != f"/v2/notifications/{kind}" or form.keys() != _FIELDS[kind]:
            self._say(
                403, {"status_code": 403, "errors": [{"error": "AuthError", "message": "Invalid token"}]}
            )
            return
        name = str(uuid4())
        self.stand_in.taken[name] = {"id": name, "type": kind, "status": "created", **form}
        if answer == "cut":
            self.close_connection = True
            self.connection.close()
            return
        self._say(201, {"id": name, "reference": form["reference"], "content": {}, "uri": f"/v2/{name}"})

    def do_GET(self) -> None:
        url = urlparse(self.path)
        self.stand_in.asked.append(self.path)
        answer = self.stand_in.answers.pop(0) if self.stand_in.answers else None
        if isinstance(answer, tuple):
            self._say(
                answer[0], {"status_code": answer[0], "errors": [{"error": "Error", "message": answer[1]}]}
            )
        elif not self._is_signed():
            self._say(403, {"errors": []})
        elif url.path == "/v2/notifications":
            wanted = parse_qs(url.query).get("reference", [""])[0]
            found = [each for each in self.stand_in.taken.values() if each["reference"] == wanted]
            self._say(200, {"notifications": found, "links": {}})
        else:
            self._say(200, self.stand_in.taken[url.path.rpartition("/")[2]])

    def _is_signed(self) -> bool:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        said = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_iat": False})
        return said["iss"] == SERVICE and isinstance(said["iat"], int)

    def _say(self, status: int, answer: dict[str, Any]) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def notify(settings: Any) -> Iterator[StandIn]:
    """The stand-in, and the product set to use it for everything."""
    stand_in = StandIn()
    handler = type("Handler", (_Handler,), {"stand_in": stand_in})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.NOTIFY_API_KEY, settings.NOTIFY_URL = KEY, f"http://127.0.0.1:{server.server_port}"
    settings.NOTIFY_TEMPLATES = {"sms": "tpl-sms", "email": "tpl-email", "letter": "tpl-letter"}
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
