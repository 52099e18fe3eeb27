"""What is left unset is safe, and a missing secret stops the product with a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from rollbook.config.cli import joined

ROLLBOOK = str(Path(sys.executable).with_name("rollbook"))


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "ROLLBOOK_DATA") if name in os.environ}
    return subprocess.run(
        [ROLLBOOK, *arguments],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_no_secret_no_start() -> None:
    result = _run("check")
    assert result.returncode != 0
    assert "set SECRET_KEY" in result.stderr
    assert "Traceback" not in result.stderr


def test_safe_to_deploy_as_it_comes() -> None:
    """Django's own list of what a live server needs has nothing to say."""
    result = _run("check", "--deploy", "--fail-level", "WARNING", SECRET_KEY="A1b2C3d4E5" * 7)
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("typed", "run"),
    [
        (["import", "pupils", "file.csv"], ["import_pupils", "file.csv"]),
        (["import", "staff"], ["import", "staff"]),
        (["migrate"], ["migrate"]),
        (["check", "--deploy"], ["check", "--deploy"]),
        ([], []),
    ],
)
def test_two_words_make_one_command(typed: list[str], run: list[str]) -> None:
    assert joined(["rollbook", *typed], {"import_pupils", "migrate", "check"}) == ["rollbook", *run]


def test_content_policy_lets_nothing_in_from_elsewhere(client: Client) -> None:
    header = client.get("/no-such-page-to-read-the-headers-of").headers["Content-Security-Policy"]
    policy = dict(part.strip().split(" ", 1) for part in header.split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    others = set(policy.values()) - {"'none'"}
    assert others == {"'self'"}


def test_passwords_are_hashed_slowly_and_are_long() -> None:
    result = _run(
        "shell",
        "-c",
        "from django.conf import settings as s; print(s.PASSWORD_HASHERS[0])",
        SECRET_KEY="x" * 50,
    )
    assert "Argon2" in result.stdout, result.stderr
    options = {
        each["NAME"].rsplit(".")[-1]: each.get("OPTIONS", {}) for each in settings.AUTH_PASSWORD_VALIDATORS
    }
    assert options["MinimumLengthValidator"]["min_length"] >= 12
    assert "CommonPasswordValidator" in options
