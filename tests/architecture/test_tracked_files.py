"""What we publish names no registry, no machine and nothing left undone."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.architecture.source import ROOT, tracked_files

BINARY = {".png", ".jpg", ".ico", ".woff2", ".xlsx", ".pdf", ".xz", ".gz", ".zip"}
# Sites that a text of ours may point a reader to. Everything else that looks like an address is a mistake.
MAY_BE_NAMED = (
    "gov.uk",
    "example.org",
    "example.com",
    "w3.org",
    "gnu.org",
    "spdx.org",
    "ofcom.org.uk",
    "djangoproject.com",
    "localhost",
    "127.0.0.1",
    "testserver",
)
# Built from halves, so that this file doesn't name what it forbids.
_REGISTRIES = ["py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.(org|com)", "deb" + r"ian\.org"]
REGISTRIES = re.compile("|".join(_REGISTRIES))
MACHINE_PATHS = re.compile(r"(?<![\w./~-])/(work|root|home|opt|Users)/\w")
UNDONE = re.compile(r"\b(TO" + "DO|FIX" + "ME|X" + r"XX)\b")
ADDRESS = re.compile(r"https?://[^\s\"'<>)\]}`,;\\|]+")

TEXTS = [path for path in tracked_files() if path.suffix not in BINARY]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _is_lock(path: Path) -> bool:
    return path.name == "package-lock.json" or (path.parent.name == "requirements" and path.suffix == ".txt")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every text of the repository by its path."""
    if not TEXTS:
        pytest.skip("not a git checkout")
    return {_name(path): path.read_text(encoding="utf-8") for path in TEXTS}


@pytest.mark.parametrize(
    "pattern", [REGISTRIES, MACHINE_PATHS, UNDONE], ids=["registry", "machine path", "undone"]
)
def test_nothing_names(texts: dict[str, str], pattern: re.Pattern[str]) -> None:
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, "\n".join(found)


def test_addresses_are_of_known_sites(texts: dict[str, str]) -> None:
    found = []
    for name, text in texts.items():
        if name == "package-lock.json":  # says how to thank authors; the next test looks at it
            continue
        for address in ADDRESS.findall(text):
            host = urlsplit(address).hostname or ""
            if (
                not any(host == site or host.endswith(f".{site}") for site in MAY_BE_NAMED)
                and "{" not in host
            ):
                found.append(f"{name}: {address}")
    assert not found, "\n".join(found)


def test_lock_files_say_what_and_not_where(texts: dict[str, str]) -> None:
    locks = {_name(path): texts[_name(path)] for path in TEXTS if _is_lock(path)}
    assert set(locks) == {
        "package-lock.json",
        "requirements/base.txt",
        "requirements/bench.txt",
        "requirements/dev.txt",
    }
    for name, text in locks.items():
        assert '"resolved"' not in text, name
        assert "index-url" not in text, name
        if name != "package-lock.json":
            assert "://" not in text, name
            requirements = re.findall(r"^[\w.-]+(?:\[[\w,]+\])?==.*(?:\n    .*)*", text, re.MULTILINE)
            assert requirements, name
            assert all("--hash=sha256:" in requirement for requirement in requirements), name
        else:
            assert text.count('"integrity"') == text.count('"node_modules/'), name


def test_each_package_has_its_reason() -> None:
    """What requirements/*.in asks for is what pyproject.toml explains."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    explained = set(
        re.findall(r'^    "([\w.-]+)[^"]*",\s+# \S', text.split("[build-system]")[0], re.MULTILINE)
    )
    asked = {
        match.group()
        for name in ("base", "bench", "dev")
        for line in (ROOT / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines()
        if (match := re.match(r"[\w.-]+", line)) and not line.startswith("-")
    }
    assert asked - {"flit_core"} == explained
