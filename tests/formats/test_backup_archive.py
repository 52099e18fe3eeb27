"""A back-up's file: what was written is what is read, and anything else is noticed."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.formats.backup_archive import BadArchive, Manifest, Reader, Writer, check

VALUES = st.none() | st.integers() | st.booleans() | st.text() | st.dictionaries(st.text(), st.integers())
ROWS = st.lists(st.tuples(VALUES, VALUES))


def write(path: Path, tables: dict[str, list[tuple[object, ...]]]) -> Manifest:
    with path.open("wb") as file, Writer(file) as archive:
        for name, rows in tables.items():
            archive.add_table(name, ["a", "b"], rows)
        return archive.finish(
            made_at="2026-11-20T09:31:00+00:00", version="1", migrations=["x.1"], heads={"1": (2, "ab")}
        )


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "b.zip"
    write(path, {"roll.pupil": [(1, "Zoë\n"), (2, None)], "roll.parent": []})
    return path


def changed(path: Path, member: str, content: str | None, *, name: str = "") -> Path:
    """The same archive with one member's content replaced, or left out."""
    held = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(held) as old, zipfile.ZipFile(path, "w") as new:
        for each in old.namelist():
            if each != member:
                new.writestr(each, old.read(each))
            elif content is not None:
                new.writestr(name or member, content)
    return path


def test_what_was_written_is_read(archive: Path) -> None:
    with archive.open("rb") as file, Reader(file) as read:
        assert [table.name for table in read.manifest.tables] == ["roll.pupil", "roll.parent"]
        assert list(read.rows(read.manifest.tables[0])) == [[1, "Zoë\n"], [2, None]]
    manifest = check(archive)
    assert (manifest.made_at, manifest.version, manifest.migrations) == (
        "2026-11-20T09:31:00+00:00",
        "1",
        ("x.1",),
    )
    assert manifest.heads == {"1": (2, "ab")}
    assert manifest.row_count == 2


@given(ROWS)
def test_any_rows_come_back(rows: list[tuple[object, ...]]) -> None:
    file = io.BytesIO()
    with Writer(file) as archive:
        table = archive.add_table("t", ["a", "b"], rows)
        archive.finish(made_at="", version="", migrations=[], heads={})
    with Reader(file) as read:
        assert list(read.rows(table)) == json.loads(json.dumps(rows))


@given(ROWS, ROWS)
def test_only_the_same_rows_have_the_same_digest(
    one: list[tuple[object, ...]], other: list[tuple[object, ...]]
) -> None:
    digests = []
    for rows in (one, other):
        with Writer(io.BytesIO()) as archive:
            digests.append(archive.add_table("t", ["a", "b"], rows).sha256)
    assert (digests[0] == digests[1]) == (json.dumps(one) == json.dumps(other))


def test_a_value_changed_by_hand_is_found(archive: Path) -> None:
    changed(archive, "tables/roll.pupil.jsonl", '[1,"Zoe\\n"]\n[2,null]\n')
    with pytest.raises(BadArchive, match=r"roll\.pupil in this back-up is not what was backed up"):
        check(archive)


@pytest.mark.parametrize("content", ['[1,"Zoë\\n"]\n', "[1]\n[2]\n", "{}\n{}\n", "not json\n"])
def test_rows_that_are_none_are_found(archive: Path, content: str) -> None:
    changed(archive, "tables/roll.pupil.jsonl", content)
    with pytest.raises(BadArchive, match="changed or damaged"):
        check(archive)


def test_a_table_that_is_missing_or_too_many_is_found(archive: Path) -> None:
    changed(archive, "tables/roll.parent.jsonl", "", name="tables/other.jsonl")
    with pytest.raises(BadArchive, match="does not hold the tables"):
        check(archive)


@pytest.mark.parametrize("length", [0, 10, 200, -1, -30])
def test_a_file_that_was_cut_short_is_found(archive: Path, length: int) -> None:
    archive.write_bytes(archive.read_bytes()[:length])
    with pytest.raises(BadArchive, match="cut short"):
        check(archive)


def test_a_damaged_byte_is_found_or_changes_nothing(archive: Path) -> None:
    whole = archive.read_bytes()
    found = 0
    for place in range(len(whole)):
        archive.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        try:
            with archive.open("rb") as file, Reader(file) as read:
                rows = [list(read.rows(table)) for table in read.manifest.tables]
        except BadArchive:
            found += 1
        else:
            assert rows == [[[1, "Zoë\n"], [2, None]], []]
    assert found > len(whole) / 2


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ("{}", "no back-up of Rollbook"),
        ("[]", "no back-up of Rollbook"),
        ("nonsense", "no back-up of Rollbook"),
        ('{"format": "other"}', "no back-up of Rollbook"),
        ('{"format": "rollbook-backup", "format_version": 2}', "newer Rollbook"),
        (
            '{"format": "rollbook-backup", "format_version": 1, "tables": [{"name": "a"}]}',
            "no back-up of Rollbook",
        ),
    ],
)
def test_a_manifest_that_is_none_is_refused(archive: Path, manifest: str, words: str) -> None:
    changed(archive, "manifest.json", manifest)
    with pytest.raises(BadArchive, match=words):
        check(archive)


def test_another_file_is_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_text("Surname,Forename\n")
    with pytest.raises(BadArchive, match="no back-up"):
        check(path)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("hello.txt", "hello")
    with pytest.raises(BadArchive, match="no back-up"):
        check(path)
