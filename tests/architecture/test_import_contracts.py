"""The import contracts hold, and each of them fails when it is broken."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, ROOT

# Which contract, the module that breaks it, and the import that it would have.
BREAKS = [
    ("house", "domain/rates.py", "import rollbook.clock"),
    ("house", "formats/broken.py", "import rollbook.analytics"),
    ("house", "ui/permissions.py", "import rollbook.apps.audit.models"),
    ("house", "apps/audit/models.py", "import rollbook.config.urls"),
    ("house", "utils.py", ""),
    ("pure", "domain/rates.py", "import django"),
    ("pure", "analytics/packed.py", "from django.db import models"),
    ("pure", "formats/broken.py", "import psycopg"),
    ("apps", "apps/audit/actions.py", "import rollbook.apps.accounts.queries"),
    ("apps", "apps/schools/queries/__init__.py", "import rollbook.apps.roll.queries"),
    ("apps", "apps/common/__init__.py", ""),
    ("rooms", "apps/schools/models.py", "import rollbook.apps.schools.queries"),
    ("rooms", "apps/registers/queries/__init__.py", "import rollbook.apps.registers.actions"),
    ("rooms", "apps/registers/actions/__init__.py", "import rollbook.apps.registers.presenters"),
    ("doors", "apps/roll/queries/__init__.py", "from rollbook.apps.schools.models import School"),
    ("doors", "apps/registers/views.py", "import rollbook.apps.roll.models"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product's modules and contracts, where they may be broken."""
    place = tmp_path_factory.mktemp("copy")
    shutil.copytree(
        PACKAGE, place / "rollbook", ignore=shutil.ignore_patterns("static", "templates", "__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", place)
    return place


def _lint(place: Path, contract: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    return subprocess.run(
        [*command, *(["--contract", contract] if contract else [])],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_contracts_are_kept(copy: Path) -> None:
    result = _lint(copy)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("contract", "module", "broken_by"), BREAKS)
def test_contract_fails_when_broken(copy: Path, contract: str, module: str, broken_by: str) -> None:
    path = copy / "rollbook" / module
    before = path.read_text(encoding="utf-8") if path.is_file() else None
    fresh_folder = not path.parent.is_dir()
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{before or ''}\n{broken_by}\n", encoding="utf-8")
    try:
        result = _lint(copy, contract)
    finally:
        if before is not None:
            path.write_text(before, encoding="utf-8")
        else:
            path.unlink()
        if fresh_folder:
            shutil.rmtree(path.parent)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout, result.stdout + result.stderr
