"""`rollbook import pupils FILE`: what it says, its exit code, and that nothing is half loaded."""

from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from rollbook.apps.roll.models import Pupil
from rollbook.apps.schools.models import TeachingGroup
from tests.apps.roll.files import csv_bytes, pupil_row, school_file
from tests.apps.roll.scene import AT, Scene, events, make_scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_monday")]


@pytest.fixture
def _monday() -> Any:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def _file(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "pupils.csv"
    path.write_bytes(content)
    return str(path)


def _stopped(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        call_command("import_pupils", *arguments)
    return int(stopped.value.code or 0)


def test_a_sound_file_is_loaded(scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_pupils", _file(tmp_path, school_file(12)))
    told = capsys.readouterr()
    assert "Loaded: 12 new, 0 changed, 0 unchanged." in told.out
    assert told.err == ""  # no progress bar in a log
    assert Pupil.objects.count() == 12
    (event,) = events("roll.file.loaded")
    assert (event.by_id, event.by_name) == (None, "Command line")


def test_it_is_done_in_somebodys_name(scene: Scene, tmp_path: Path) -> None:
    call_command("import_pupils", _file(tmp_path, school_file(1)), "--by", scene.officer.email.upper())
    assert events("roll.file.loaded")[0].by_name == "Ruth Osei"


def test_bad_rows_are_a_table_and_nothing_is_loaded(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = school_file(1200, bad=range(0, 1200, 30))
    assert _stopped(_file(tmp_path, content)) == 1
    told = capsys.readouterr()
    lines = [line for line in told.out.splitlines() if "There is no such day." in line]
    assert len(lines) == 40
    assert lines[1].split()[:3] == ["32", "Surnameda,", "Forenameda"]
    assert "Nothing was loaded: 40 of 1200 rows to put right." in told.err
    assert not Pupil.objects.exists()


def test_good_rows_when_told_to(scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_pupils", _file(tmp_path, school_file(10, bad=[3])), "--load-good-rows")
    assert "1 row was left out" in capsys.readouterr().out
    assert Pupil.objects.count() == 9


def test_a_dry_run_loads_nothing(scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_pupils", _file(tmp_path, school_file(3)), "--dry-run")
    assert "It would be: 3 new" in capsys.readouterr().out
    assert _stopped(_file(tmp_path, school_file(3, bad=[1])), "--dry-run") == 1
    assert not Pupil.objects.exists()
    assert not events("roll.file.loaded")


def test_groups_are_made_and_days_are_set(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = csv_bytes([pupil_row(0, Reg_Group="10Z", Date_of_admission="")])
    call_command("import_pupils", _file(tmp_path, content), "--make-groups", "--starting", "2026-11-30")
    assert "Groups made from 1 September 2026: 10Z." in capsys.readouterr().out
    assert TeachingGroup.objects.filter(name="10Z").exists()
    assert str(Pupil.objects.get().enrolments.get().first_day) == "2026-11-30"


def test_which_school(scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = make_scene("Other School")
    path = _file(tmp_path, school_file(1))
    assert _stopped(path) == 1
    assert "Say which school with --school: Hollin Bank School or Other School." in capsys.readouterr().err
    call_command("import_pupils", path, "--school", "other school")
    assert [pupil.school for pupil in Pupil.objects.all()] == [other.school]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--by", "nobody@example.org"], "Nobody with the address nobody@example.org"),
        (["--school", "Elsewhere"], "Say which school"),
    ],
)
def test_what_is_refused(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert _stopped(_file(tmp_path, school_file(1)), *arguments) == 1
    assert words in capsys.readouterr().err


def test_files_that_are_none(scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _stopped(str(tmp_path / "nothing.csv")) == 1
    assert "There is no file" in capsys.readouterr().err
    assert _stopped(str(tmp_path)) == 1
    assert "can't be read" in capsys.readouterr().err
    assert _stopped(_file(tmp_path, b"%PDF-1.7")) == 1
    assert "pupils.csv: This is a PDF" in capsys.readouterr().err


def test_no_school_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _stopped(_file(tmp_path, school_file(1))) == 1
    assert "No school is set up" in capsys.readouterr().err
