"""What the Explore page shows, as files: the same figures, safe to open, and each taken out on the record."""

import csv
import io
from collections.abc import Iterator
from xml.etree import ElementTree

import openpyxl
import pytest
import time_machine
from django.test import Client

from rollbook.apps.audit.models import Event
from rollbook.apps.schools.models import TeachingGroup
from rollbook.domain.access import Role
from tests.apps.insight.test_exploring import FIRST_WEEK, worked
from tests.apps.registers.scene import Scene, at
from tests.factories.people import make_person, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("friday")]

ASKED = "measure=attendance&by=group&period_name=days&first_day=2026-09-14&last_day=2026-09-18"


@pytest.fixture
def friday() -> Iterator[None]:
    """Friday after school in the scene's week."""
    with time_machine.travel(at(16, on=FIRST_WEEK[-1]), tick=False):
        yield


@pytest.fixture
def scene() -> Scene:
    """The group 7A has the name of a formula."""
    scene = Scene()
    worked(scene)
    TeachingGroup.objects.filter(pk=scene.group.pk).update(name="=1+1")
    return scene


def taken(client: Client, kind: str) -> bytes:
    answer = client.get(f"/figures/explore/export/?{ASKED}&format={kind}")
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == (
        f'attachment; filename="attendance-by-teaching-group-2026-09-14-2026-09-18.{kind}"'
    )
    assert answer["Cache-Control"] == "no-store"
    return answer.content


def test_a_table_for_a_spreadsheet(scene: Scene, client: Client) -> None:
    text = taken(sign_in(client, scene.head), "csv").decode("utf-8-sig")
    rows = {row[0]: row for row in csv.reader(io.StringIO(text)) if row}

    assert rows["Teaching group"] == [
        *("Teaching group", "Pupils", "Counted", "Of possible sessions", "Attendance (%)"),
        *("England, special schools (%)", "Gap (points)"),
    ]
    assert rows["'=1+1"] == ["'=1+1", "3", "23", "30", "76.7", "87.3", "-10.6"]
    assert rows["7B"] == ["7B", "0", "0", "0", "", "87.3", ""]
    assert rows["All pupils"] == ["All pupils", "3", "23", "30", "76.7", "87.3", "-10.6"]
    assert rows["Period"][1] == "14 September 2026 to 18 September 2026"
    assert rows["Source"][1].startswith("Department for Education, Pupil attendance in schools")


def test_a_workbook_has_numbers_and_no_formula(scene: Scene, client: Client) -> None:
    book = openpyxl.load_workbook(io.BytesIO(taken(sign_in(client, scene.head), "xlsx")))
    rows = list(book["Figures"].iter_rows(values_only=True))

    assert ("'=1+1", 3, 23, 30, 76.7, 87.3, -10.6) in rows
    assert ("7B", 0, 0, 0, "", 87.3, "") in rows
    assert ("Made", "Fri 18 Sep 2026 at 16:00") in list(book["About"].iter_rows(values_only=True))


def test_a_picture_that_says_whose_it_is(scene: Scene, client: Client) -> None:
    root = ElementTree.fromstring(taken(sign_in(client, scene.head), "svg"))
    texts = " ".join(text for each in root.iter() if (text := (each.text or "").strip()))

    assert "Attendance: 76.7% of all possible sessions together." in texts
    assert "Hollin Bank School" in texts
    assert "England, special schools 87.3%" in texts
    assert "Department for Education, Pupil attendance in schools; Open Government Licence v3.0." in texts
    assert not [each for each in root.iter() if "href" in " ".join(each.keys())]


def test_a_picture_for_a_text(scene: Scene, client: Client) -> None:
    png = taken(sign_in(client, scene.head), "png")

    assert png.startswith(b"\x89PNG")
    # Twice the 900 pixels that the SVG file is wide.
    assert int.from_bytes(png[16:20], "big") == 1800


def test_each_file_is_in_the_audit_log(scene: Scene, client: Client) -> None:
    taken(sign_in(client, scene.head), "csv")

    event = Event.objects.get(type="extract.taken")
    assert event.by_name == scene.head.name
    assert event.facts == {
        "what": "the figures of Attendance by teaching group",
        "format": "CSV",
        "from": "2026-09-14",
        "to": "2026-09-18",
    }


def test_a_governors_file_tells_no_small_group(scene: Scene, client: Client) -> None:
    governor = make_person(scene.school, Role.GOVERNOR)

    text = taken(sign_in(client, governor), "csv").decode("utf-8-sig")

    assert "'=1+1,Not shown: too few pupils,,,,," in text
    assert "Not shown" not in taken(sign_in(client, scene.head), "csv").decode()


@pytest.mark.parametrize("asked", [f"{ASKED}&format=exe", ASKED, "measure=x&format=csv"])
def test_what_is_no_file_is_not_found(scene: Scene, client: Client, asked: str) -> None:
    assert sign_in(client, scene.head).get(f"/figures/explore/export/?{asked}").status_code == 404
    assert not Event.objects.filter(type="extract.taken").exists()
