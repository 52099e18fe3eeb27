"""The pages of importing: who opens which, what they show, what a click does."""

import csv
import io
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from rollbook.apps.exchange.models import FileImport
from rollbook.apps.roll.models import Pupil
from rollbook.domain.access import Role
from tests.apps.exchange.scene import HEADINGS, ROWS, load, sound, staged, text_file, workbook
from tests.apps.roll.files import csv_bytes, pupil_row, school_file
from tests.apps.roll.scene import AT, ON, Scene, make_scene, without_groups
from tests.factories.people import make_person, sign_in, viewer_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_monday")]
_IMPORTS = {
    Role.HEAD_TEACHER,
    Role.SENIOR_ATTENDANCE_CHAMPION,
    Role.ATTENDANCE_OFFICER,
    Role.OFFICE,
    Role.ADMINISTRATOR,
}
_STAFF = {Role.HEAD_TEACHER, Role.SENIOR_ATTENDANCE_CHAMPION, Role.ADMINISTRATOR}


@pytest.fixture
def _monday() -> Any:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    return make_scene()


@pytest.fixture
def office(scene: Scene, client: Client) -> Client:
    return sign_in(client, scene.officer)


def _text(response: Any) -> str:
    return str(response.content.decode())


def _upload(
    client: Client, content: bytes, name: str = "pupils.csv", kind: str = "pupils", **more: str
) -> Any:
    data = {"file": SimpleUploadedFile(name, content), "takes_effect_on": ON.isoformat()} | more
    return client.post(reverse("exchange:upload", args=[kind]), data)


def _agreed(client: Client, content: bytes, **more: str) -> str:
    """Uploads a file and agrees to the columns as they are proposed; the address of the dry run."""
    columns = _upload(client, content, **more)["Location"]
    form = client.get(columns).context["form"]
    chosen = {name: field.initial for name, field in form.fields.items() if field.initial}
    return str(client.post(columns, chosen)["Location"])


@pytest.mark.parametrize("role", Role)
def test_who_may_open_which_page(scene: Scene, client: Client, role: Role) -> None:
    head = viewer_of(make_person(scene.school, Role.HEAD_TEACHER), ON)
    pupils, staff = (staged(head, kind, sound(kind)) for kind in ("pupils", "staff"))
    sign_in(client, make_person(scene.school, role))
    pages = {
        reverse("exchange:imports"): _IMPORTS,
        reverse("exchange:upload", args=["pupils"]): _IMPORTS,
        reverse("exchange:upload", args=["staff"]): _STAFF,
        reverse("exchange:template", args=["contacts"]): _IMPORTS,
        reverse("exchange:columns", args=[pupils.pk]): _IMPORTS,
        reverse("exchange:import", args=[pupils.pk]): _IMPORTS,
        reverse("exchange:refused", args=[pupils.pk]): _IMPORTS,
        reverse("exchange:import", args=[staff.pk]): _STAFF,
        reverse("exchange:columns", args=[staff.pk]): _STAFF,
    }
    for page, roles in pages.items():
        status = client.get(page).status_code
        assert status in ({200} if role in roles else {403, 404}), f"{role} got {status} at {page}"


def test_upload_agree_look_load_and_see(scene: Scene, office: Client) -> None:
    report = _agreed(office, school_file(30))
    text = _text(office.get(report))
    assert "Ready to load" in text
    assert "Load 30 pupils" in text
    assert not Pupil.objects.exists()
    kept = FileImport.objects.get()
    seen = text.split('name="seen" value="')[1].split('"')[0]
    address = reverse("exchange:load", args=[kept.pk])
    assert office.post(address, {"seen": seen}, follow=True).redirect_chain == [(report, 302)]
    assert Pupil.objects.count() == 30
    again = _text(office.post(address, {"seen": seen}, follow=True))
    assert "This file was loaded on Mon 23 Nov 2026 at 10:15 by Ruth Osei." in again
    assert "The file is loaded" in again
    assert Pupil.objects.count() == 30


def test_columns_show_samples_and_what_is_needed(office: Client) -> None:
    content = text_file(("Nachname", *HEADINGS["pupils"][1:]), ROWS["pupils"])
    columns = _upload(office, content)["Location"]
    text = _text(office.get(columns))
    for words in ("Nachname", "Nowak · Doyle", "Legal surname (needed)", "Leave out"):
        assert words in text, words
    refused = office.post(columns, {"column-1": "legal_forename"})
    assert refused.status_code == 422
    assert "Choose the column that holds “Legal surname”." in _text(refused)
    assert office.post(columns, {"column-0": "no such field"}).status_code == 422


def test_columns_chosen_once_are_there_the_next_time(office: Client) -> None:
    content = text_file(("A", "B", "C", "D", "E"), [row[:5] for row in ROWS["pupils"]])
    names = ("legal_surname", "legal_forename", "sex", "born_on", "group")
    chosen = {f"column-{place}": name for place, name in enumerate(names)}
    office.post(_upload(office, content)["Location"], chosen)
    text = _text(office.get(_upload(office, content)["Location"]))
    assert "These headings are known" in text
    assert text.count(" selected") == 5


def test_forty_bad_rows_are_forty_messages(office: Client) -> None:
    report = _agreed(office, school_file(1200, bad=range(0, 1200, 30)))
    text = _text(office.get(report))
    assert "40 rows need putting right" in text
    assert text.count("There is no such day. Check the date.") == 40
    assert "Load 1,160 pupils and leave out 40 rows" in text
    kept = FileImport.objects.get()
    refused = office.post(reverse("exchange:load", args=[kept.pk]))
    assert refused.status_code == 409
    assert "40 rows need putting right, so nothing was loaded." in _text(refused)
    assert not Pupil.objects.exists()
    content = office.get(reverse("exchange:refused", args=[kept.pk])).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert len(rows) == 41
    assert rows[2][:2] == ["32", "Date of birth: There is no such day. Check the date."]
    office.post(reverse("exchange:load", args=[kept.pk]), {"good_rows_only": "yes"})
    assert Pupil.objects.count() == 1160
    assert "40 rows were left out" in _text(office.get(report))
    assert office.get(reverse("exchange:refused", args=[kept.pk])).content.decode("utf-8-sig") == content


def test_rows_are_shown_by_what_becomes_of_them(scene: Scene, office: Client) -> None:
    scene.load(csv_bytes([pupil_row(0)]))
    report = _agreed(office, csv_bytes([pupil_row(0, Postcode="B9 9ZZ", Reg_Group="9B"), pupil_row(1)]))
    new = _text(office.get(report))
    assert "On the register of 9B from" in new
    changed = _text(office.get(f"{report}?show=changed"))
    for words in ("Postcode", "B1 1AA", "B9 9ZZ", "Teaching group from 23 November 2026"):
        assert words in changed
    assert "No such row." in _text(office.get(f"{report}?show=unchanged"))
    assert office.get(f"{report}?show=%00&page=x").status_code == 200


def test_a_large_dry_run_takes_few_queries(
    office: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    report = _agreed(office, school_file(600))
    with django_assert_max_num_queries(20):
        text = _text(office.get(report))
    assert "1 to 100 of 600" in text


def test_what_a_file_says_is_shown_as_text(office: Client) -> None:
    row = pupil_row(0, Legal_Surname="<script>alert(1)</script>", Reg_Group="<img src=x>")
    columns = _upload(office, csv_bytes([row]), name="<b>.csv")["Location"]
    text = _text(office.get(columns)) + _text(office.get(_agreed(office, csv_bytes([row]))))
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "<b>.csv" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "The file is empty."), (b"%PDF", "This is a PDF"), (b"\xd0\xcf\x11\xe0", "old Excel (.xls)")],
)
def test_a_file_that_is_none_is_said_beside_the_field(office: Client, content: bytes, words: str) -> None:
    response = _upload(office, content)
    assert response.status_code == 422
    assert words in _text(response)
    assert not FileImport.objects.exists()


def test_a_file_is_thrown_away(office: Client) -> None:
    _upload(office, school_file(1))
    kept = FileImport.objects.get()
    response = office.post(reverse("exchange:throw_away", args=[kept.pk]), follow=True)
    assert "is thrown away" in _text(response)
    assert not FileImport.objects.exists()


def test_a_sheet_is_chosen(office: Client) -> None:
    content = workbook([["Notes"], ["x"]], more={"Year 9": [HEADINGS["pupils"], *ROWS["pupils"]]})
    columns = _upload(office, content, name="p.xlsx")["Location"]
    assert "The workbook has 2 sheets" in _text(office.get(columns)).replace("&#x27;", "'")
    kept = FileImport.objects.get()
    text = _text(office.post(reverse("exchange:sheet", args=[kept.pk]), {"sheet": "Year 9"}, follow=True))
    assert "Nowak" in text


def test_another_schools_import_is_not_found(scene: Scene) -> None:
    kept = staged(scene.viewer, "pupils", sound("pupils"))
    other = sign_in(Client(), make_scene("Other School").officer)
    for name in ("import", "columns", "refused", "undo"):
        assert other.get(reverse(f"exchange:{name}", args=[kept.pk])).status_code == 404
    for name in ("load", "throw_away", "sheet", "undo", "columns"):
        assert other.post(reverse(f"exchange:{name}", args=[kept.pk])).status_code == 404


def test_who_may_not_manage_groups_is_not_offered_to_make_them(
    scene: Scene, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_groups(monkeypatch, Role.OFFICE)
    sign_in(client, make_person(scene.school, Role.OFFICE))
    assert "Make teaching groups" not in _text(client.get(reverse("exchange:upload", args=["pupils"])))
    report = _agreed(client, csv_bytes([pupil_row(0, Reg_Group="10Z")]), makes_groups="on")
    assert "There is no teaching group 10Z" in _text(client.get(report))
    assert client.get(reverse("exchange:upload", args=["groups"])).status_code == 404


def test_new_staff_are_sent_their_links_once(
    scene: Scene, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = make_person(scene.school, Role.HEAD_TEACHER)
    kept = load(viewer_of(head, ON), "staff", sound("staff"))
    sign_in(client, head)
    assert "2 new people without a password" in _text(client.get(reverse("exchange:import", args=[kept.pk])))
    response = client.post(reverse("exchange:invite", args=[kept.pk]), follow=True)
    assert "2 people were sent a link" in _text(response)
    assert sorted(letter.to[0] for letter in mail.outbox) == ["pat.reed@example.org", "sam.hill@example.org"]
