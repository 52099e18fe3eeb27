"""A lean browser: one kept-open connection, a session, a form. It costs the machine little beside the server."""

import http.client
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

SESSION_COOKIE, CSRF_COOKIE = "rollbook-session", "rollbook-csrf"
KEPT_OPEN_SECONDS = 3
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Units: `ms` from sending the first byte to having read the last."""

    status: int
    body: bytes
    ms: float
    location: str = ""


class Browser:
    """One signed-in person with one connection."""

    def __init__(self, port: int, session: str) -> None:
        self._port = port
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies = {SESSION_COOKIE: session}
        self._token = ""
        self._used = 0.0

    def get(self, path: str) -> Answer:
        """A page; its form's token is kept for the next `post`."""
        answer = self._ask("GET", path)
        if found := _TOKEN.search(answer.body):
            self._token = found[1].decode()
        return answer

    def post(self, path: str, fields: Mapping[str, str | list[str]]) -> Answer:
        """A form sent; get a page with a form first."""
        body = urlencode({**fields, "csrfmiddlewaretoken": self._token}, doseq=True)
        return self._ask("POST", path, body)

    def close(self) -> None:
        """Hangs up."""
        self._line.close()

    def _ask(self, method: str, path: str, body: str | None = None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if time.monotonic() - self._used > KEPT_OPEN_SECONDS:
            self._line.close()  # the server hangs up on a silent line; like a browser, dial again
        started = time.perf_counter()
        self._line.request(method, path, body, headers)
        response = self._line.getresponse()
        content = response.read()
        taken = 1000 * (time.perf_counter() - started)
        self._used = time.monotonic()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            if name in (CSRF_COOKIE, SESSION_COOKIE):
                self._cookies[name] = value
        return Answer(response.status, content, taken, response.headers.get("Location", ""))


def register_path(group: int, on: str, session: str) -> str:
    """The address of a register."""
    return f"/registers/{group}/{on}/{session.lower()}/"


def register_form(marks: Mapping[int, str], seen_version: int = 0, reason: str = "") -> dict[str, str]:
    """A register's form as the page sends it: the present button, the other buttons, or the list of codes."""
    fields = {"key": str(uuid.uuid4()), "act": "save", "reason": reason}
    for pupil, code in marks.items():
        button = {"/": "present", "\\": "present", "N": "N", "L": "L"}.get(code, "")
        if button:
            fields[f"m-{pupil}"] = button
        fields[f"late-{pupil}"] = "7" if code == "L" else ""
        fields[f"o-{pupil}"] = "" if button else code
        fields[f"note-{pupil}"] = ""
        fields[f"v-{pupil}"] = str(seen_version)
    return fields
