"""Each kind of file: what it does, that it does nothing twice, and that bad input changes nothing."""

import io
import zipfile
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from rollbook.apps.accounts.models import Appointment, User
from rollbook.apps.exchange.actions import loading
from rollbook.apps.exchange.actions.kinds import KINDS
from rollbook.apps.exchange.actions.loading import LoadedBefore, load_import
from rollbook.apps.exchange.actions.staging import (
    agree_columns,
    choose_sheet,
    forget_imports,
    stage,
    throw_away,
)
from rollbook.apps.exchange.models import ColumnMap, FileImport, ImportedRow
from rollbook.apps.exchange.queries.plans import Options, Outcome
from rollbook.apps.roll.models import Contact, Membership, Pupil
from rollbook.apps.schools.models import GroupTeacher, TeachingGroup
from rollbook.domain.access import Actor, Role, Viewer
from rollbook.domain.refusals import Refused
from tests.apps.exchange.scene import (
    HEADINGS,
    ROWS,
    act,
    load,
    plan_of,
    sound,
    staged,
    text_file,
    workbook,
)
from tests.apps.roll.files import pupil_row
from tests.apps.roll.scene import AT, ON, Scene, events, make_scene, whole_roll
from tests.factories.people import make_person, viewer_of

pytestmark = pytest.mark.django_db

ALL_KINDS = sorted(KINDS)


def everything(scene: Scene) -> list[Any]:
    """All that an import of any kind could change."""
    return [
        whole_roll(scene.school),
        list(TeachingGroup.objects.order_by("id").values_list()),
        list(GroupTeacher.objects.order_by("id").values_list()),
        list(User.objects.order_by("id").values_list("id", "email", "name")),
        list(Appointment.objects.order_by("id").values_list()),
        list(ImportedRow.objects.values_list()),
    ]


# --- Every kind ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_sound_file_is_loaded_and_a_second_time_changes_nothing(
    scene: Scene, head: Viewer, kind: str
) -> None:
    kept = load(head, kind, sound(kind))
    assert kept.result["refused"] == 0
    assert kept.result["new"] + kept.result["changed"] == len(ROWS[kind])
    assert kept.content is None
    before = everything(scene)
    again = load(head, kind, sound(kind))
    assert again.result == {"new": 0, "changed": 0, "unchanged": len(ROWS[kind]), "refused": 0, "notes": []}
    assert everything(scene) == before


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_workbook_does_the_same_as_a_text_file(head: Viewer, kind: str) -> None:
    text = plan_of(head, staged(head, kind, sound(kind)))
    book = plan_of(head, staged(head, kind, workbook([HEADINGS[kind], *ROWS[kind]])))
    assert (book.digest, book.counts) == (text.digest, text.counts)


@cache
def _zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", b" " * (101 * 1024 * 1024))
    return out.getvalue()


def _renamed(book: bytes, name: str) -> bytes:
    """A workbook whose only sheet has another name, as no spreadsheet would write it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as whole, zipfile.ZipFile(out, "w") as other:
        for part in whole.infolist():
            content = whole.read(part)
            if part.filename == "xl/workbook.xml":
                content = content.replace(b'name="Sheet"', f'name="{name}"'.encode())
            other.writestr(part.filename, content)
    return out.getvalue()


@cache
def _hostile(kind: str) -> dict[str, tuple[bytes, str]]:
    whole, head = sound(kind), ",".join(HEADINGS[kind]).encode()
    book = workbook([HEADINGS[kind], *ROWS[kind]])
    first = HEADINGS[kind][0]
    return {
        "empty": (b"", "empty"),
        "spaces": (b" \r\n\r\n", "empty"),
        "only headings": (head + b"\r\n", "no rows below"),
        "a long line": (head + b"\r\n" + b"x" * 10_001, "longer than 10,000"),
        "too large": (b"x" * (20 * 1024 * 1024 + 1), "larger than 20 MB"),
        "too many rows": (head + b"\r\n" + b"a,b\r\n" * 50_002, "more than 50,000 rows"),
        "an open quotation mark": (whole + b'"x,y', "never closed"),
        "marks that don't pair": (whole + b'"x"y,z\r\n', "quotation marks"),
        "half of UTF-16": (whole.decode().encode("utf-16")[:-1], "cut off"),
        "no known encoding": (b"\x81\x8d\x8f" * 40, "encoding"),
        "NUL": (head + b"\r\n" + b"x\x00y,", "NUL"),
        "a picture": (b"\x89PNG\r\n\x1a\n", "picture"),
        "a PDF": (b"%PDF-1.7", "PDF"),
        "a web page": (b"<html><table></table></html>", "web page"),
        "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1" + b"\x00" * 99, "old Excel (.xls)"),
        "a locked workbook": (
            b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"),
            "protected with a password",
        ),
        "a ZIP": (b"PK\x03\x04 pupils.csv", "ZIP"),
        "half a workbook": (book[: len(book) // 2], "damaged"),
        "a workbook with its inside cut": (book[:60] + book[90:], "damaged"),
        "a zip bomb": (_zip_bomb(), "larger than 100 MB"),
        "an empty workbook": (workbook([]), "empty"),
        "a sheet with an endless name": (_renamed(book, "x" * 101), "longer name than Excel allows"),
        "a formula without a result": (workbook([[first], ["=1+1"]]), "A2 holds a formula"),
    }


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_file_that_is_none_gets_one_sentence_and_changes_nothing(
    scene: Scene, head: Viewer, kind: str
) -> None:
    before = everything(scene)
    for name, (content, words) in _hostile(kind).items():
        with pytest.raises(Refused) as refused:
            stage(kind=kind, name="f", content=content, options=Options(ON, ON), **act(head))
        (refusal,) = refused.value.refusals
        assert refusal.field == "file", name
        assert words in refusal.message, name
        assert refusal.message.endswith("."), name
    assert everything(scene) == before
    assert not FileImport.objects.exists()


_BAD_CELLS = (
    "=1+1",
    "<script>alert(1)</script>",
    "\u202egnp",
    "x" * 3000,
    "#REF!",
    "'; DROP TABLE roll_pupil; --",
)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_formulas_scripts_and_nonsense_in_every_column_never_fail_and_load_nothing_by_half(
    scene: Scene, head: Viewer, kind: str
) -> None:
    before = everything(scene)
    for cell in _BAD_CELLS:
        rows = [
            tuple(cell if place == bad else value for place, value in enumerate(ROWS[kind][0]))
            for bad in range(len(HEADINGS[kind]))
        ]
        kept = staged(head, kind, text_file(HEADINGS[kind], rows))
        plan = plan_of(head, kept)
        assert len(plan.rows) == len(rows), cell
        refused = plan.of(Outcome.REFUSED)
        assert refused, cell
        assert all(problem.message.endswith(".") for row in refused for problem in row.errors), cell
        with pytest.raises(Refused, match="putting right"):
            load_import(import_id=kept.pk, good_rows_only=False, seen=plan.digest, **act(head))
        assert everything(scene) == before, cell


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_letters_and_lines_of_every_kind_are_read_as_they_were_written(head: Viewer, kind: str) -> None:
    text = sound(kind).decode().replace("Mrs Eva", "Mrs Zoë").replace("Zofia", "Zoë").replace("Pat", "Zoë")
    plain = plan_of(head, staged(head, kind, text.encode()))
    assert not plain.of(Outcome.REFUSED)
    old_mac = text.replace("\r\n", "\r").encode()
    for content in (*map(text.encode, ("utf-8-sig", "utf-16", "utf-16-le", "cp1252")), old_mac):
        other = plan_of(head, staged(head, kind, content))
        assert (other.rows, other.digest) == (plain.rows, plain.digest)


@pytest.mark.parametrize("kind", ["groups", "marks", "members", "pupils", "staff"])
def test_a_day_is_read_the_same_however_it_is_written(head: Viewer, kind: str) -> None:
    place = next(n for n, name in enumerate(HEADINGS[kind]) if name in ("DOB", "From", "Start date", "Date"))
    day = date(2012 if kind == "pupils" else 2026, 11, 18)
    serial = (day - date(1899, 12, 30)).days
    written = [f"{day:%Y-%m-%d}", f"{day:%d.%m.%Y}", f"{day:%d/%m/%y}", f"{day:%d %b %Y}", str(serial)]
    found = []
    for text in (f"{day:%d/%m/%Y}", *written):
        row = [*ROWS[kind][0]]
        row[place] = text
        (planned,) = plan_of(head, staged(head, kind, text_file(HEADINGS[kind], [row]))).rows
        found.append((planned.outcome, planned.changes))
    assert found[0][0] is not Outcome.REFUSED
    assert found == [found[0]] * 6


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_duplicate_headings_are_asked_about(head: Viewer, kind: str) -> None:
    headings = (*HEADINGS[kind], HEADINGS[kind][0])
    content = text_file(headings, [(*row, row[0]) for row in ROWS[kind]])
    kept = stage(kind=kind, name="f", content=content, options=Options(ON, ON), **act(head))
    proposed = KINDS[kind].proposed(headings)
    assert len(headings) - 1 not in proposed
    with pytest.raises(Refused, match="chosen for two columns"):
        agree_columns(import_id=kept.pk, columns=proposed | {len(headings) - 1: proposed[0]}, **act(head))
    kept.refresh_from_db()
    assert kept.columns is None


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_needed_column_that_is_left_out_is_named(head: Viewer, kind: str) -> None:
    kept = stage(kind=kind, name="f", content=sound(kind), options=Options(ON, ON), **act(head))
    with pytest.raises(Refused) as refused:
        agree_columns(import_id=kept.pk, columns={}, **act(head))
    assert all(each.message.startswith("Choose the column") for each in refused.value.refusals)
    assert not ColumnMap.objects.exists()


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_truncated_last_row_is_refused(head: Viewer, kind: str) -> None:
    content = sound(kind) + ROWS[kind][0][0].encode()
    plan = plan_of(head, staged(head, kind, content))
    (row,) = plan.of(Outcome.REFUSED)
    assert "ends in the middle of this row" in row.errors[0].message


@pytest.mark.parametrize("kind", ["groups", "members", "pupils", "staff"])
def test_dates_of_america_are_refused_with_those_beside_them(scene: Scene, head: Viewer, kind: str) -> None:
    place = next(n for n, name in enumerate(HEADINGS[kind]) if name in ("DOB", "From", "Start date"))
    rows = [list(row) for row in ROWS[kind]]
    rows[0][place], rows[1][place] = "09/21/2012", "03/04/2012"
    plan = plan_of(head, staged(head, kind, text_file(HEADINGS[kind], rows)))
    first, second = plan.of(Outcome.REFUSED)
    assert "no month 21" in first.errors[0].message
    assert "Line 2 has its month before its day" in second.errors[0].message


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_nothing_is_changed_when_the_log_fails_at_the_end(
    scene: Scene, head: Viewer, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = staged(head, kind, sound(kind))
    before = everything(scene)

    def fail(**_: object) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr(loading, "record", fail)
    with pytest.raises(RuntimeError, match="the log is full"):
        load_import(import_id=kept.pk, good_rows_only=False, seen="", **act(head))
    assert everything(scene) == before
    kept.refresh_from_db()
    assert kept.loaded_at is None


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_another_school_sees_and_changes_nothing(scene: Scene, head: Viewer, kind: str) -> None:
    kept = staged(head, kind, sound(kind))
    other = make_scene("Other School")
    stranger = viewer_of(make_person(other.school, Role.HEAD_TEACHER), ON)
    for action, more in (
        (load_import, {"good_rows_only": False, "seen": ""}),
        (agree_columns, {"columns": {}}),
        (choose_sheet, {"sheet": ""}),
        (throw_away, {}),
    ):
        with pytest.raises(Refused, match="no longer there"):
            action(import_id=kept.pk, **more, **act(stranger))  # type: ignore[operator]
    before = whole_roll(other.school)
    load(head, kind, sound(kind))
    assert whole_roll(other.school) == before


@pytest.mark.parametrize(
    ("role", "kinds"),
    [
        (Role.HEAD_TEACHER, {"pupils", "contacts", "groups", "members", "staff", "marks"}),
        (Role.OFFICE, {"pupils", "contacts", "groups", "members"}),
        (Role.ADMINISTRATOR, {"pupils", "contacts", "groups", "members", "staff"}),
        (Role.PASTORAL_LEAD, set()),
        (Role.CLASS_TEACHER, set()),
        (Role.GOVERNOR, set()),
    ],
)
def test_who_may_import_what(scene: Scene, role: Role, kinds: set[str]) -> None:
    viewer = viewer_of(make_person(scene.school, role), ON)
    for kind in KINDS:
        if kind in kinds:
            assert staged(viewer, kind, sound(kind)).pk
        else:
            with pytest.raises(Refused, match="may not import"):
                stage(kind=kind, name="f", content=sound(kind), options=Options(ON, ON), **act(viewer))


# --- Staging -------------------------------------------------------------------------------------------------


def test_columns_are_remembered_for_the_same_headings_of_the_same_school(head: Viewer) -> None:
    content = text_file(("A", "B", "C", "D", "E"), [row[:5] for row in ROWS["pupils"]])
    columns = dict(enumerate(("legal_surname", "legal_forename", "sex", "born_on", "group")))
    kept = stage(kind="pupils", name="f", content=content, options=Options(ON, ON), **act(head))
    assert kept.columns is None
    agree_columns(import_id=kept.pk, columns=columns, **act(head))
    again = stage(kind="pupils", name="g", content=content, options=Options(ON, ON), **act(head))
    assert {int(place): name for place, name in (again.columns or {}).items()} == columns
    other = make_scene("Other School")
    there = stage(kind="pupils", name="f", content=content, options=Options(ON, ON), **act(other.viewer))
    assert there.columns is None


def test_a_file_is_loaded_once(scene: Scene, head: Viewer) -> None:
    kept = load(head, "pupils", sound("pupils"))
    with pytest.raises(LoadedBefore, match="was loaded on Mon 23 Nov 2026 at 10:15 by Hope Lane"):
        load_import(import_id=kept.pk, good_rows_only=False, seen="", **act(head))
    assert Pupil.objects.count() == 4
    with pytest.raises(Refused, match="loaded already"):
        throw_away(import_id=kept.pk, **act(head))
    (event,) = events("exchange.import.loaded")
    assert (event.facts["kind"], event.facts["new"], event.facts["sha256"]) == ("pupils", 2, kept.sha256)


def test_two_who_looked_at_the_same_roll_do_not_both_load(scene: Scene, head: Viewer) -> None:
    first, second = (staged(head, "pupils", sound("pupils")) for _ in range(2))
    seen = plan_of(head, second).digest
    load_import(import_id=first.pk, good_rows_only=False, seen=seen, **act(head))
    with pytest.raises(Refused, match="at the same time"):
        load_import(import_id=second.pk, good_rows_only=False, seen=seen, **act(head))
    assert Pupil.objects.count() == 4


def test_left_out_rows_are_kept_with_what_is_wrong_and_can_be_sent_again(scene: Scene, head: Viewer) -> None:
    rows = [*ROWS["pupils"], ("Bell", "=Ann", "F", "31/02/2013", "9A", "+44")]
    kept = load(head, "pupils", text_file(HEADINGS["pupils"], rows), good_rows_only=True)
    assert (kept.result["new"], kept.result["refused"]) == (2, 1)
    content = bytes(kept.content or b"")
    text = content.decode("utf-8-sig")
    assert "There is no such day." in text
    assert "'=Ann" in text
    again = plan_of(head, staged(head, "pupils", content))
    assert again.counts == {"new": 0, "changed": 0, "unchanged": 0, "refused": 1}


def test_what_is_old_is_forgotten_and_the_counts_stay(scene: Scene, head: Viewer) -> None:
    waiting = staged(head, "pupils", sound("pupils"))
    rows = [*ROWS["pupils"], ("Bell", "Ann", "F", "31/02/2013", "9A", "")]
    done = load(head, "pupils", text_file(HEADINGS["pupils"], rows), good_rows_only=True)
    server = Actor(None, "Command line", "On the server")
    assert forget_imports(by=server, at=AT + timedelta(days=13)) == (0, 0)
    assert forget_imports(by=server, at=AT + timedelta(days=15)) == (2, 0)
    assert not FileImport.objects.filter(pk=waiting.pk).exists()
    done.refresh_from_db()
    assert done.content is None
    assert done.result["new"] == 2
    assert ImportedRow.objects.count() == 2
    assert forget_imports(by=server, at=AT + timedelta(days=91)) == (0, 2)
    assert not ImportedRow.objects.exists()
    assert [event.facts for event in events("exchange.imports.forgotten")] == [
        {"files": 0, "records": 2},
        {"files": 2, "records": 0},
    ]


def test_another_sheet_of_a_workbook(head: Viewer) -> None:
    content = workbook([["Notes"], ["Nothing here"]], more={"Pupils": [HEADINGS["pupils"], *ROWS["pupils"]]})
    kept = stage(kind="pupils", name="f.xlsx", content=content, options=Options(ON, ON), **act(head))
    choose_sheet(import_id=kept.pk, sheet="Pupils", **act(head))
    agree_columns(import_id=kept.pk, columns=KINDS["pupils"].proposed(HEADINGS["pupils"]), **act(head))
    assert plan_of(head, kept).counts["new"] == 2


# --- Contacts ------------------------------------------------------------------------------------------------


def test_a_contact_is_matched_by_number_or_by_name_and_birthday(scene: Scene, head: Viewer) -> None:
    born = pupil_row(1)["DOB"]
    headings = (
        "UPN",
        "Pupil surname",
        "Pupil forename",
        "DOB",
        "Forename",
        "Surname",
        "Relationship",
        "PR",
        "Email",
    )
    rows = [
        (pupil_row(0)["UPN"], "", "", "", "Eva", "Stone", "Grandmother", "N", "eva@example.org"),
        ("", "Surnameb", "Forenameb", born, "Ann", "Surnameb", "Mother", "Y", "ann@example.org"),
        ("", "Nobody", "Here", born, "Eva", "Stone", "Aunt", "N", ""),
    ]
    plan = plan_of(head, staged(head, "contacts", text_file(headings, rows)))
    assert [row.outcome for row in plan.rows] == [Outcome.NEW, Outcome.CHANGED, Outcome.REFUSED]
    assert plan.rows[1].changes[0].after == "ann@example.org"
    assert "No pupil of the admission register" in plan.rows[2].errors[0].message
    load(head, "contacts", text_file(headings, rows[:2]))
    eva = Contact.objects.select_related("parent").get(parent__surname="Stone")
    assert (eva.is_parent, eva.has_parental_responsibility, eva.priority) == (False, False, 3)
    assert (
        Contact.objects.get(parent__forename="Ann", pupil__surname="Surnameb").parent.email
        == "ann@example.org"
    )
    assert events("roll.contacts.loaded")[0].facts["new"] == 1


# --- Groups --------------------------------------------------------------------------------------------------


def test_a_group_gets_its_room_and_its_teacher(scene: Scene, head: Viewer) -> None:
    rows = [("9a", "R7", scene.teacher.email, ""), ("10A", "", scene.officer.email, "30/11/2026")]
    kept = load(head, "groups", text_file(HEADINGS["groups"], rows))
    assert (kept.result["new"], kept.result["changed"]) == (1, 1)
    assert TeachingGroup.objects.get(name="9A").room == "R7"
    new = TeachingGroup.objects.get(name="10A")
    assert new.first_day == date(2026, 11, 30)
    assert GroupTeacher.objects.get(group=new).user == scene.officer
    # The teacher took 9A already.
    assert GroupTeacher.objects.filter(group__name="9A").count() == 1


def test_a_teacher_who_is_not_there_is_refused(head: Viewer) -> None:
    rows = [("10A", "", "nobody@example.org", "")]
    (row,) = plan_of(head, staged(head, "groups", text_file(HEADINGS["groups"], rows))).of(Outcome.REFUSED)
    assert "Import the staff first" in row.errors[0].message


def test_a_moved_pupil_is_in_the_old_group_until_the_day_before(scene: Scene, head: Viewer) -> None:
    load(head, "members", sound("members"))
    spells = Membership.objects.filter(pupil__admission_number="00000").order_by("first_day")
    assert list(spells.values_list("group__name", "last_day")) == [("9A", date(2026, 11, 22)), ("9C", None)]


# --- Staff ---------------------------------------------------------------------------------------------------


def test_new_staff_have_no_password_and_the_role_of_the_file(head: Viewer) -> None:
    load(head, "staff", sound("staff"))
    pat = User.objects.get(email="pat.reed@example.org")
    assert not pat.has_usable_password()
    post = Appointment.objects.get(user=pat)
    assert (post.role, post.position, post.first_day) == (Role.CLASS_TEACHER.value, "Form tutor", ON)


def test_nobody_gives_themselves_more_than_they_have(scene: Scene) -> None:
    admin = viewer_of(make_person(scene.school, Role.ADMINISTRATOR, name="Ada Min"), ON)
    rows = [("Ada Min", admin.email, "Head teacher", "Head", "")]
    (row,) = plan_of(admin, staged(admin, "staff", text_file(HEADINGS["staff"], rows))).of(Outcome.REFUSED)
    assert "can't give yourself a role" in row.errors[0].message


def test_a_new_position_is_a_new_appointment(scene: Scene, head: Viewer) -> None:
    rows = [("Dan Kaye", scene.teacher.email, "Class teacher", "Head of maths", "")]
    load(head, "staff", text_file(HEADINGS["staff"], rows))
    posts = Appointment.objects.filter(user=scene.teacher).order_by("first_day")
    assert list(posts.values_list("position", "last_day")) == [
        ("Class teacher", date(2026, 11, 22)),
        ("Head of maths", None),
    ]
    unknown = [("Dan Kaye", scene.teacher.email, "Wizard", "", "")]
    (row,) = plan_of(head, staged(head, "staff", text_file(HEADINGS["staff"], unknown))).of(Outcome.REFUSED)
    assert "not one of the roles" in row.errors[0].message
